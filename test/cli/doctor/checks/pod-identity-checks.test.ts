/**
 * EKS Pod Identity from the association to the variables in the pods.
 */
import { diagnose } from '../../../../src/cli/doctor/diagnosis';
import { CHECKS } from '../../../../src/cli/doctor/doctor';
import { Facts, PodIdentity } from '../../../../src/cli/doctor/facts';
import { podOf, serviceAccountOf } from '../../../../src/cli/doctor/read/kubernetes-objects';
import { Manifest } from '../../../judges/kubernetes';
import { injected } from '../../../token/pod-identity-webhook';
import { CLUSTER, HEALTHY, IAM_ROLE, OIDC_PROVIDER, verdict } from '../facts';
import { pod, serviceAccount } from '../healthy';
import { ACCOUNT, READ_BUCKET, ROLE, TRUST } from '../read/aws-server';

const URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TARGET = 'arn:aws:iam::444455556666:role/data';
const PODS_TRUST = {
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments', 'aws:SourceAccount': ACCOUNT },
      ArnEquals: { 'aws:SourceArn': CLUSTER.arn },
    },
  }],
};
const role = (trust: any, arn = ROLE) => ({ value: { ...IAM_ROLE, arn, name: arn.split('/').pop()!, trust } });
const identityPod = (metadata: any = {}, env = [{ name: URI, value: 'http://169.254.170.23/v1/credentials' }]) =>
  pod({ nodeName: 'node-1', containers: [{ name: 'main', image: 'a', env }] }, metadata);
const account = (annotations: Record<string, string> = {}) =>
  ({ value: serviceAccountOf(serviceAccount(annotations)) });
const pods = (...all: Manifest[]): Pick<Facts, 'pods'> => ({ pods: { value: all.map(podOf) } });
const association = (more: Partial<PodIdentity> = {}): Pick<Facts, 'podIdentities'> => ({
  podIdentities: { value: [{ id: 'a-1', roleArn: ROLE, modified: new Date('2026-01-02T00:00:00Z'), ...more }] },
});

/** Without an annotation, without an OIDC provider. */
const BY_IDENTITY: Facts = {
  ...HEALTHY,
  ...association(),
  ...pods(identityPod()),
  providers: { value: [] },
  serviceAccount: account(),
  role: { unknown: 'the role is not known: nothing is annotated' },
  identityRoles: { role: role(PODS_TRUST) },
  agentPods: { value: [{ name: 'agent-1', node: 'node-1', isReady: true }] },
};
const diagnosed = (changes: Partial<Facts> = {}) => {
  const { outcome, finding, others } = diagnose(CHECKS, { ...BY_IDENTITY, ...changes });
  return [outcome, ...finding ? [finding.id] : [], ...others.map(({ id }) => id)];
};
const judged = (id: string, changes: Partial<Facts> = {}) => verdict(CHECKS, id, { ...BY_IDENTITY, ...changes });

test('a service account that has nothing but EKS Pod Identity can be healthy', () => {
  expect(diagnosed()).toEqual(['healthy']);
  expect(diagnosed({ assumed: { unknown: 'EKS assumes the role itself' } })).toEqual(['healthy']);
  expect(judged('assume', { assumed: { unknown: 'x' } })).toMatchObject({ status: 'unknown', decisive: false });
});

test('an annotation that is left over is harmless, whatever became of IRSA', () => {
  const leftOver = { serviceAccount: account({ 'eks.amazonaws.com/role-arn': ROLE }), role: role(PODS_TRUST) };
  expect(diagnosed(leftOver)).toEqual(['healthy']);
  const advice = diagnose(CHECKS, { ...BY_IDENTITY, ...leftOver }).checks.flatMap(({ fix = [] }) => fix);
  expect(advice).toEqual([]);
});

test('without a pod nothing was seen', () => {
  expect(diagnosed(pods())).toEqual(['unsure']);
});

describe('the role', () => {
  const trustWith = (change: (statement: any) => void) => {
    const trust = structuredClone(PODS_TRUST);
    change(trust.Statement[0]);
    return { identityRoles: { role: role(trust) } };
  };

  test.each<[string, (statement: any) => void, RegExp]>([
    ['without sts:TagSession', one => (one.Action = 'sts:AssumeRole'), /got sts:TagSession, trusted sts:AssumeRole/],
    ['that trusts web identities', one => Object.assign(one, TRUST.Statement[0]), /action differs/],
    [
      'for another namespace',
      one => (one.Condition.StringEquals['aws:RequestTag/kubernetes-namespace'] = 'batch'),
      /got payments, trusted batch/,
    ],
    [
      'for another cluster',
      one => (one.Condition.ArnEquals['aws:SourceArn'] = `${CLUSTER.arn}-2`),
      /production, trusted .*production-2/,
    ],
    ['that denies', one => Object.assign(one, { Effect: 'Deny' }), /statement 0 of its trust policy denies it/],
  ])('%s is the cause', (_, change, why) => {
    expect(diagnosed(trustWith(change))).toEqual(['found', 'pod-identity-role']);
    const { summary, fix } = judged('pod-identity-role', trustWith(change));
    expect(summary).toMatch(/^The trust policy of api does not allow pods\.eks\.amazonaws\.com to assume it: /);
    expect(summary).toMatch(why);
    expect(fix!.join()).not.toContain('AssumeRoleWithWebIdentity');
  });

  test('that is gone is the cause, one that cannot be read leaves it open', () => {
    expect(diagnosed({ identityRoles: { role: { value: undefined } } })).toEqual(['found', 'pod-identity-role']);
    expect(diagnosed({ identityRoles: { role: { unknown: 'needs iam:GetRole: no' } } })).toEqual(['unsure']);
    expect(diagnosed({ identityRoles: undefined })).toEqual(['unsure']);
    expect(diagnosed(trustWith(one => (one.Condition.Bool = { 'aws:Unheard': 'true' })))).toEqual(['unsure']);
  });

  test('without tags needs no sts:TagSession', () => {
    const untagged = trustWith(one => Object.assign(one, { Action: 'sts:AssumeRole', Condition: undefined }));
    expect(diagnosed({ ...association({ disableSessionTags: true }), ...untagged })).toEqual(['healthy']);
  });

  describe('by which EKS assumes a target role', () => {
    const trusting = (principal: string, actions: string | string[]) => ({
      Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: actions }],
    });
    const BOTH = ['sts:AssumeRole', 'sts:TagSession'];
    const may = (effect: string, actions: string | string[], more: any = {}): any => ({
      value: [{
        name: 'chain',
        kind: 'inline',
        document: {
          value: { Version: '2012-10-17', Statement: [{ Effect: effect, Action: actions, Resource: '*', ...more }] },
        },
      }],
    });
    const chain = (trust: any, policies: any, target = TARGET): Partial<Facts> => ({
      ...association({ targetRoleArn: target }),
      identityRoles: { role: role(PODS_TRUST), target: role(trust, target), policies },
    });
    const FOUND = ['found', 'pod-identity-role'];
    const SAME = `arn:aws:iam::${ACCOUNT}:role/data`;

    test.each<[string, Partial<Facts>, string[]]>([
      ['with both on both sides', chain(trusting(ROLE, BOTH), may('Allow', BOTH)), ['healthy']],
      ['which trusts no tags', chain(trusting(ROLE, 'sts:AssumeRole'), may('Allow', BOTH)), FOUND],
      ['which trusts another role', chain(trusting(`${ROLE}x`, BOTH), may('Allow', BOTH)), FOUND],
      ['and may send no tags', chain(trusting(ROLE, BOTH), may('Allow', 'sts:AssumeRole')), FOUND],
      ['and has no policy', chain(trusting(ROLE, BOTH), { value: [] }), FOUND],
      ['of the account, which names the role', chain(trusting(ROLE, BOTH), { value: [] }, SAME), ['healthy']],
      [
        'of the account, which trusts the account',
        chain(trusting(`arn:aws:iam::${ACCOUNT}:root`, BOTH), { value: [] }, SAME),
        FOUND,
      ],
      ['and is denied it', chain(trusting(ROLE, BOTH), may('Deny', BOTH), SAME), FOUND],
      [
        'under conditions',
        chain(trusting(ROLE, BOTH), may('Allow', BOTH, { Condition: { Bool: { 'a:b': 'true' } } })),
        ['unsure'],
      ],
      [
        'within a boundary that does not allow it',
        chain(trusting(ROLE, BOTH), {
          value: [...may('Allow', BOTH).value, { ...may('Allow', 's3:*').value[0], kind: 'boundary' }],
        }),
        FOUND,
      ],
      [
        'with a boundary that cannot be read',
        chain(trusting(ROLE, BOTH), {
          value: [...may('Allow', BOTH).value, { name: 'edge', kind: 'boundary', document: { unknown: 'no' } }],
        }),
        ['unsure'],
      ],
      ['with policies that cannot be read', chain(trusting(ROLE, BOTH), { unknown: 'no' }), ['unsure']],
    ])('%s', (_, facts, outcome) => {
      expect(diagnosed(facts)).toEqual(outcome);
    });
  });
});

describe('the agent', () => {
  test.each<[string, Partial<Facts>, string[], RegExp]>([
    ['that is not installed', { agentPods: { value: [] } }, ['found', 'pod-identity-agent'], /is not installed/],
    [
      'that runs on another node',
      { agentPods: { value: [{ name: 'agent-2', node: 'node-2', isReady: true }] } },
      ['found', 'pod-identity-agent'],
      /No ready EKS Pod Identity Agent runs on node node-1/,
    ],
    [
      'that crashes',
      { agentPods: { value: [{ name: 'agent-1', node: 'node-1', isReady: false }] } },
      ['found', 'pod-identity-agent'],
      /No ready/,
    ],
    ['that may not be listed', { agentPods: { unknown: 'Needs list on pods' } }, ['unsure'], /Needs list/],
    ['that was not read', { agentPods: undefined }, ['unsure'], /not read/],
    [
      'of Auto Mode, which has no pod',
      { agentPods: { value: [] }, cluster: { value: { ...CLUSTER, isAuto: true } } },
      ['healthy'],
      /Auto Mode/,
    ],
    [
      'on Fargate, where there is none',
      pods(identityPod({ labels: { 'eks.amazonaws.com/fargate-profile': 'default' } })),
      ['found', 'pod-identity-agent'],
      /does not work on Fargate/,
    ],
  ])('%s', (_, facts, outcome, summary) => {
    expect(diagnosed(facts)).toEqual(outcome);
    expect(judged('pod-identity-agent', facts).summary).toMatch(summary);
  });
});

describe('the variables', () => {
  const at = (creationTimestamp: string) => pods(identityPod({ creationTimestamp }, []));

  test('that are missing in a pod from before the association: it is to be restarted', () => {
    for (const time of ['2026-01-01T00:00:00Z', '2026-01-02T00:00:30Z']) {
      expect(diagnosed(at(time))).toEqual(['found', 'pod-identity-variables']);
      expect(judged('pod-identity-variables', at(time))).toMatchObject({
        summary: `Pod api-1: container main has no ${URI}. The pod was created before the association took effect.`,
        evidence: [
          'association a-1, set at 2026-01-02T00:00:00.000Z',
          `pod api-1 was created at ${time.replace('Z', '.000Z')}`,
        ],
        fix: ['kubectl rollout restart deployment/api -n payments'],
      });
    }
  });

  test('that are missing in a newer pod: the webhook failed, and how to test it', () => {
    const { summary, fix } = judged('pod-identity-variables', at('2026-01-03T00:00:00Z'));
    expect(summary).toMatch(/The pod is newer than the association: the call of the webhook failed\.$/);
    expect(fix![0]).toMatch(/--dry-run=server .* grep AWS_CONTAINER_CREDENTIALS_FULL_URI$/);
    expect(fix![1]).toMatch(/kubectl rollout restart deployment\/api/);
    expect(JSON.stringify(judged('pod-identity-variables', at('2026-01-03T00:00:00Z')))).not.toContain('AWS_ROLE_ARN');
  });

  describe('of web identity, in a pod that raced the association', () => {
    const annotated = serviceAccount({ 'eks.amazonaws.com/role-arn': ROLE });
    const raced: Partial<Facts> = {
      ...pods(injected(pod({ nodeName: 'node-1' }), annotated)), serviceAccount: { value: serviceAccountOf(annotated) },
    };
    const twoWays = { ...TRUST, Statement: [...TRUST.Statement, ...PODS_TRUST.Statement] };

    test('are fine while IRSA works', () => {
      const works = { ...raced, providers: { value: [OIDC_PROVIDER] }, role: role(twoWays) };
      expect(diagnosed(works)).toEqual(['healthy']);
      expect(judged('pod-identity-variables', works).summary).toMatch(/still use web identity, which works/);
    });

    test.each<[string, Partial<Facts>]>([
      ['without a provider', { role: role(twoWays) }],
      ['that the role no longer trusts', { providers: { value: [OIDC_PROVIDER] }, role: role(PODS_TRUST) }],
    ])('%s need a restart, not IRSA again', (_, more) => {
      expect(diagnosed({ ...raced, ...more })).toEqual(['found', 'pod-identity-variables']);
      const { fix } = judged('pod-identity-variables', { ...raced, ...more });
      expect(fix!.join()).toContain('kubectl rollout restart deployment/api -n payments');
      const all = diagnose(CHECKS, { ...BY_IDENTITY, ...raced, ...more }).checks.flatMap(check => check.fix ?? []);
      expect(all.join()).not.toMatch(/open-id-connect|WebIdentity/);
    });
  });
});

describe('a proxy', () => {
  const withEnv = (...env: any[]) =>
    pods(identityPod({}, [{ name: URI, value: 'http://169.254.170.23/v1/credentials' }, ...env]));
  const PROXY = { name: 'HTTP_PROXY', value: 'http://user:secret@proxy:3128' };

  test.each<[string, any[], string]>([
    ['without NO_PROXY', [PROXY], 'unsure'],
    ['in small letters', [{ ...PROXY, name: 'http_proxy' }], 'unsure'],
    ['with NO_PROXY for others', [PROXY, { name: 'NO_PROXY', value: 'localhost,10.0.0.0/8' }], 'unsure'],
    ['with NO_PROXY for the agent', [PROXY, { name: 'no_proxy', value: 'localhost, 169.254.170.23' }], 'healthy'],
    ['with NO_PROXY for its network', [PROXY, { name: 'NO_PROXY', value: '169.254.0.0/16' }], 'healthy'],
    ['that is empty', [{ name: 'HTTP_PROXY' }], 'healthy'],
    ['for HTTPS only, which the agent does not speak', [{ ...PROXY, name: 'HTTPS_PROXY' }], 'healthy'],
  ])('%s', (_, env, outcome) => {
    expect(diagnosed(withEnv(...env))).toEqual([outcome]);
    expect(JSON.stringify(withEnv(...env))).not.toContain('secret');
  });
});

test('an association of a name that is near is named, and how to create the one that is meant', () => {
  const facts = {
    podIdentities: { value: [] },
    identityRoles: undefined,
    otherAssociations: {
      value: [
        { namespace: 'payment', name: 'api' },
        { namespace: 'payments', name: 'apis' },
        { namespace: 'a', name: 'b' },
      ],
    },
    ...pods(),
  };
  expect(diagnosed(facts)[1]).toBe('provider-exists'); // of the set-up, which has none
  expect(judged('role-annotation', facts)).toMatchObject({
    status: 'wrong',
    evidence: ['near: EKS Pod Identity has an association for payment/api', expect.stringContaining('payments/apis')],
    fix: [
      'aws eks create-pod-identity-association --cluster-name production --namespace payments --service-account api '
        + '--role-arn <ARN of the role>',
      expect.stringContaining('kubectl annotate'),
      expect.anything(),
    ],
  });
});

describe('an action', () => {
  const question = { ...HEALTHY.question, action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };
  const asked = (policy?: unknown, resource: string | undefined = question.resource): Partial<Facts> => ({
    ...association({ policy }), question: { ...question, resource },
  });
  const document = (effect: string, action: string, more: any = {}) =>
    ({ Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: '*', ...more }] });

  test('is judged by the policies of the role of the association, and its session policy', () => {
    expect(judged('action', asked()).status).toBe('ok');
    expect(judged('action', asked(READ_BUCKET)).status).toBe('ok');
    expect(judged('action', asked(document('Allow', 'sqs:*')))).toMatchObject({
      status: 'wrong',
      summary: 'The role is not allowed s3:GetObject on arn:aws:s3:::bucket/key: the session policy of association a-1 '
        + 'does not allow it.',
      fix: [expect.stringContaining('aws eks update-pod-identity-association'), 'Another Allow does not help.'],
    });
    expect(judged('action', asked(document('Deny', 's3:*')))).toMatchObject({
      summary: expect.stringMatching(/the session policy of association a-1 denies it\.$/),
      evidence: [expect.stringContaining('Statement[0]: Deny s3:*')],
      fix: [expect.stringMatching(/^Narrow the Deny/), expect.anything()],
    });
    const conditional = document('Allow', 's3:*', { Condition: { Bool: { 'a:b': 'true' } } });
    expect(judged('action', asked(conditional)).status).toBe('unknown');
  });
});
