import { join } from 'path';
import { IrsaAssertions } from '../../../src';
import { RULES } from '../../../src/analysis/rules';
import { findingsOf } from '../../../src/analysis/rules/rule';
import { letsPodIn } from '../../judges/iam-simulator';
import { ACCOUNT, ISSUER, PROVIDER_ARN, REGION } from '../../support';
import {
  arnOf,
  association,
  CLUSTER_ARN,
  Files,
  mapOf,
  podIdentity,
  role,
  trusting,
  webIdentity,
} from '../rules/support';

const AUD = `${ISSUER}:aud`;
const SUB = `${ISSUER}:sub`;
const OF_PODS = { audience: 'pods.eks.amazonaws.com', via: 'pod-identity' };
const POD = { namespace: 'payments', serviceAccount: 'api' };

const accessIn = (resources: Record<string, any>, more: Omit<Files, 'resources'> = {}) =>
  mapOf({ resources, ...more }).map.access;
const addon = (AddonName: string, properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::EKS::Addon',
  Properties: { ClusterName: 'production', AddonName, ...properties },
});

describe('an association of EKS Pod Identity', () => {
  test('gives the role to its service account, whatever the trust policy leaves open', () => {
    const [byTrust, byAssociation, ...more] = accessIn({
      Role: role('api', [podIdentity()]),
      Association: association(arnOf('api')),
    });
    expect(byTrust).toEqual({
      ...OF_PODS, cluster: '*', namespace: '*', serviceAccount: '*', role: arnOf('api'), statement: 0, used: true,
    });
    expect(byAssociation).toEqual({
      ...OF_PODS, ...POD, cluster: CLUSTER_ARN, role: arnOf('api'), statement: 0, used: true, associated: true,
    });
    expect(more).toEqual([]);
  });

  test.each<[string, any, boolean]>([
    ['its cluster and names', podIdentity({
      Condition: {
        ArnEquals: { 'aws:SourceArn': CLUSTER_ARN },
        StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments' },
      },
    }), true],
    ['another cluster', podIdentity({ Condition: { ArnEquals: { 'aws:SourceArn': `${CLUSTER_ARN}2` } } }), false],
    ['another namespace', podIdentity({
      Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'batch' } },
    }), false],
    ['no sts:TagSession', podIdentity({ Action: 'sts:AssumeRole' }), false],
    ['another service', podIdentity({ Principal: { Service: 'ec2.amazonaws.com' } }), false],
  ])('is on the map exactly if IAM admits its pods: %s', (_, statement, isIn) => {
    const judged = letsPodIn({ Version: '2012-10-17', Statement: [statement] }, {
      clusterArn: CLUSTER_ARN, account: ACCOUNT, ...POD,
    } as any);
    expect(judged).toBe(isIn);
    const access = accessIn({ Role: role('api', [statement]), Association: association(arnOf('api')) });
    expect(access.some(one => one.associated === true)).toBe(isIn);
  });

  test('of a role that is in no template', () => {
    expect(accessIn({ Association: association(arnOf('elsewhere', '444455556666')) })).toEqual([{
      ...OF_PODS, ...POD, cluster: CLUSTER_ARN, role: arnOf('elsewhere', '444455556666'), used: true, associated: true,
    }]);
  });

  test('with a target role: pods act as that one', () => {
    const TargetRoleArn = arnOf('target', '444455556666');
    const [, given] = accessIn({
      Role: role('api', [podIdentity()]),
      Association: association(arnOf('api'), { TargetRoleArn }),
    });
    expect(given).toMatchObject({ role: TargetRoleArn, through: arnOf('api'), associated: true });
  });

  const ofAccount = {
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments' } },
  };
  const allowed = (...Action: string[]) => ({
    Policies: [{
      PolicyName: 'target',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: arnOf('target') }] },
    }],
  });

  describe.each<[string, any, boolean, Record<string, unknown>?, string?]>([
    ['trusts the role of the association', { Principal: { AWS: arnOf('api') } }, true],
    ['trusts its account, for this namespace', ofAccount, true, allowed('sts:AssumeRole', 'sts:TagSession')],
    ['trusts its account, and the role may not assume it', ofAccount, false, {}, 'broken-chain'],
    ['trusts its account, and the role may not tag', ofAccount, false, allowed('sts:AssumeRole'),
      'chain-without-tag-session'],
    ['trusts another role', { Principal: { AWS: arnOf('other') } }, false],
    ['trusts it for another namespace', {
      Principal: { AWS: arnOf('api') },
      Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'batch' } },
    }, false],
    ['lacks sts:TagSession', { Principal: { AWS: arnOf('api') }, Action: 'sts:AssumeRole' }, false],
  ])('with a target role of the app that %s', (_, more, isIn, policies = {}, rule = 'role-does-not-trust') => {
    const resources = {
      Role: role('api', [podIdentity()], policies),
      Target: role('target', [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], ...more }]),
      Association: association(arnOf('api'), { TargetRoleArn: arnOf('target') }),
    };
    const { map, folder } = mapOf({ resources });
    const assertions = IrsaAssertions.fromAssembly({ directory: join(folder, 'cdk.out') } as any);
    const asked = { ...POD, role: 'target' };

    test('the map, the rules and the assertions agree', () => {
      expect(map.access.some(({ associated: given }) => given === true)).toBe(isIn);
      const rules = ['role-does-not-trust', 'broken-chain', 'chain-without-tag-session'];
      const told = findingsOf(RULES, map).filter(({ rule: id }) => rules.includes(id));
      expect(told.map(({ rule: id, place }) => [id, place.logicalId])).toEqual(isIn ? [] : [[rule, 'Association']]);
      const [allowing, denying] = [() => assertions.allows(asked), () => assertions.denies(asked)];
      const [passing, failing] = isIn ? [allowing, denying] : [denying, allowing];
      expect(passing).not.toThrow();
      expect(failing).toThrow();
    });

    test('allowsOnly sees it', () => {
      const only = () => assertions.allowsOnly([], { role: 'target' });
      if (isIn) expect(only).toThrow(/payments\/api of .* can assume target .* as the target role of an association/);
      else expect(only).not.toThrow();
    });
  });

  test('a statement for sts:TagSession alone gives nothing', () => {
    const statements = [podIdentity({ Action: 'sts:AssumeRole' }), podIdentity({ Action: 'sts:TagSession' })];
    expect(accessIn({ Role: role('api', statements) }).map(({ statement }) => statement)).toEqual([0]);
  });
});

describe('an EKS managed add-on', () => {
  test('uses its role by IRSA, as a known service account', () => {
    const { map } = mapOf({
      resources: {
        Role: role('cni', [trusting('kube-system:aws-node')]),
        Addon: addon('vpc-cni', { ServiceAccountRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } }),
      },
    });
    expect(map.access).toMatchObject([{ namespace: 'kube-system', serviceAccount: 'aws-node', used: true }]);
    expect(map.serviceAccounts).toMatchObject([
      { namespace: 'kube-system', name: 'aws-node', roleArn: arnOf('cni'), addon: 'vpc-cni' },
    ]);
    expect(map.addons).toMatchObject([{ cluster: CLUSTER_ARN, name: 'vpc-cni' }]);
  });

  test('by associations of its own', () => {
    const PodIdentityAssociations = [{ ServiceAccount: 'efs-csi-controller-sa', RoleArn: arnOf('efs') }];
    const access = accessIn({
      Role: role('efs', [podIdentity()]),
      Addon: addon('aws-efs-csi-driver', { PodIdentityAssociations }),
    });
    expect(access).toContainEqual(expect.objectContaining({
      namespace: 'kube-system', serviceAccount: 'efs-csi-controller-sa', role: arnOf('efs'), associated: true,
    }));
  });

  test('of which nobody knows the service account, uses its role all the same', () => {
    const access = accessIn({
      Role: role('other', [trusting('somewhere:something')]),
      Addon: addon('acme_agent', { ServiceAccountRoleArn: arnOf('other') }),
    });
    expect(access).toMatchObject([{ serviceAccount: 'something', used: true }]);
  });
});

describe('trust that no token can satisfy is nobody\'s access', () => {
  const right = { [AUD]: 'sts.amazonaws.com', [SUB]: 'system:serviceaccount:payments:api' };
  const of = (claims: Record<string, string>, more: Record<string, unknown> = {}) =>
    webIdentity({ StringEquals: { ...right, ...claims } }, more);

  test('right', () => {
    expect(accessIn({ Role: role('api', [of({})]) })).toHaveLength(1);
  });

  test.each<[string, any]>([
    ['the default action of FederatedPrincipal', of({}, { Action: 'sts:AssumeRole' })],
    ['a slash', of({ [SUB]: 'system:serviceaccount:payments/api' })],
    ['no prefix', of({ [SUB]: 'serviceaccount:payments:api' })],
    ['upper case', of({ [SUB]: 'system:serviceaccount:Payments:api' })],
    ['swapped', of({ [SUB]: 'sts.amazonaws.com', [AUD]: 'system:serviceaccount:payments:api' })],
    ['the issuer alone', of({ [ISSUER]: 'system:serviceaccount:payments:api' })],
    ['an unknown claim', of({ [`${ISSUER}:subject`]: 'system:serviceaccount:payments:api' })],
    ['a key of another issuer', of({ 'oidc.eks.eu-west-1.amazonaws.com/id/OTHER:sub': 'x' })],
    ['https:// in the ARN', of({}, { Principal: { Federated: PROVIDER_ARN.replace(ISSUER, `https://${ISSUER}`) } })],
    ['Resource', of({}, { Resource: '*' })],
  ])('%s', (_, statement) => {
    expect(accessIn({ Role: role('api', [statement]) })).toEqual([]);
  });

  test('nor what a Deny takes away', () => {
    const deny = { ...webIdentity(), Effect: 'Deny' };
    expect(accessIn({ Role: role('api', [of({}), deny]) })).toEqual([]);
  });

  test('a cluster is named once, and no pattern counts as one', () => {
    const { map } = mapOf({
      resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) },
    });
    expect(map.clusters).toEqual([{ id: CLUSTER_ARN, kind: 'pod-identity' }]);
    expect(CLUSTER_ARN).toContain(REGION);
  });
});
