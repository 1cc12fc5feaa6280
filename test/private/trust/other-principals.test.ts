/**
 * What `TrustPolicy.addPrincipal` writes for roles of a chain: session tags and external IDs.
 */
import { App, CfnParameter, Fn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  AddPrincipalOptions, IrsaRole, IrsaServiceAccount, PodIdentityServiceAccount, ServiceAccountSubject, TrustPolicy,
} from '../../../src';
import { canAssume, trustPolicyErrors } from '../../judges/iam-simulator';
import {
  ACCOUNT, agnosticStack, cluster, deferredProvider, literalProvider, literalStack, REGION, SAFE_PATTERN, warnings,
} from '../../support';

const CALLER = `arn:aws:iam::${ACCOUNT}:role/caller`;
const TARGET = 'arn:aws:iam::444455556666:role/target';
const TAGS = { 'kubernetes-namespace': 'reports' };
const NAMES = { namespace: 'reports', serviceAccountName: 'archiver' };
const EXTERNAL_ID = `${REGION}/${ACCOUNT}/production/reports/archiver`;
const permitted = {
  arn: CALLER,
  trust: undefined,
  policies: [{
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: TARGET },
  }],
};

/** The trust policy that a principal gets into. */
function trustOf(principal: iam.IGrantable, options?: AddPrincipalOptions): any {
  const stack = literalStack();
  new IrsaRole(stack, 'Target', { trust: new TrustPolicy().addPrincipal(principal, options) });
  const trust = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))[0].Properties
    .AssumeRolePolicyDocument;
  expect(trustPolicyErrors(trust)).toEqual([]);
  return trust;
}

const admits = (trust: any, request: Parameters<typeof canAssume>[2]) =>
  canAssume(permitted, { arn: TARGET, trust, policies: [] }, request);

describe('an external ID', () => {
  test('must be the right one', () => {
    const trust = trustOf(new iam.ArnPrincipal(CALLER), { externalId: 'right' });
    expect(admits(trust, { externalId: 'right' })).toBe(true);
    expect(admits(trust, { externalId: 'wrong' })).toBe(false);
    expect(admits(trust, {})).toBe(false);
    expect(admits(trust, { externalId: 'right', tags: TAGS })).toBe(false);
  });

  test('with session tags stands apart from sts:TagSession, which has none', () => {
    const trust = trustOf(new iam.SessionTagsPrincipal(new iam.ArnPrincipal(CALLER)), { externalId: 'right' });
    expect(trust.Statement).toHaveLength(2);
    expect(admits(trust, { externalId: 'right', tags: TAGS })).toBe(true);
    expect(admits(trust, { externalId: 'wrong', tags: TAGS })).toBe(false);
    expect(admits(trust, { tags: TAGS })).toBe(false);
  });

  test('stands beside other conditions, which keep both actions', () => {
    const principal = new iam.SessionTagsPrincipal(new iam.ArnPrincipal(CALLER).withConditions({
      StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'reports' },
      Bool: { 'aws:MultiFactorAuthPresent': 'false' },
    }));
    expect(trustOf(principal, { externalId: 'right' }).Statement.map(({ Condition }: any) => Condition)).toEqual([
      {
        StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'reports', 'sts:ExternalId': 'right' },
        Bool: { 'aws:MultiFactorAuthPresent': 'false' },
      },
      {
        StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'reports' },
        Bool: { 'aws:MultiFactorAuthPresent': 'false' },
      },
    ]);
  });

  test.each([
    ['short', 'ab'], ['of all characters', 'Az09_+=,.@:/-'], ['long', 'x'.repeat(1224)],
  ])('may be %s', (_, externalId) => {
    expect(() => new TrustPolicy().addPrincipal(new iam.ArnPrincipal(CALLER), { externalId })).not.toThrow();
  });

  test.each<[string, any]>([
    ['empty', ''], ['one letter', 'a'], ['with a blank', 'a b'], ['a pattern', 'a*'], ['with a quote', 'a"b'],
    ['too long', 'x'.repeat(1225)], ['a number', 7], ['null', null],
  ])('may not be %s', (_, externalId) => {
    expect(() => new TrustPolicy().addPrincipal(new iam.ArnPrincipal(CALLER), { externalId })).toThrow(
      '[TrustPolicy.addPrincipal] `externalId` must have 2 to 1224 letters, digits and _+=,.@:/-, got: ',
    );
  });

  test('is for sts:AssumeRole only', () => {
    const principal = new iam.WebIdentityPrincipal('arn:aws:iam::111122223333:oidc-provider/x', {});
    expect(() => new TrustPolicy().addPrincipal(principal, { externalId: 'right' })).toThrow(
      '[TrustPolicy.addPrincipal] `externalId` must be for a principal that calls sts:AssumeRole, '
      + 'got: "sts:AssumeRoleWithWebIdentity". Leave it out for this principal.',
    );
  });

  test('that is a parameter needs a safe pattern', () => {
    const stack = literalStack();
    const externalId = new CfnParameter(stack, 'Id').valueAsString;
    new IrsaRole(stack, 'Target', {
      trust: new TrustPolicy().addPrincipal(new iam.ArnPrincipal(CALLER), { externalId }),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Target] `externalId (parameter Stack/Id)` must have an allowedPattern',
    );
  });

  test('that turns out invalid, or may be missing, is an error at synth', () => {
    const stack = literalStack();
    for (const [id, externalId, message] of [
      ['Empty', Fn.join('', ['a', ' b']), '`externalId` must have 2 to 1224'],
      ['Missing', Fn.conditionIf('C', 'right', Fn.ref('AWS::NoValue')).toString(), '`externalId` must always have a'],
    ]) {
      const inner = literalStack(new App(), id);
      new IrsaRole(inner, 'Target', {
        trust: new TrustPolicy().addPrincipal(new iam.ArnPrincipal(CALLER), { externalId }),
      });
      expect(() => Template.fromStack(inner)).toThrow(message);
    }
    expect(warnings(stack)).toEqual([]);
  });

  test('in a trust policy that is text has a variable of its own', () => {
    const stack = agnosticStack();
    const name = new CfnParameter(stack, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString;
    new IrsaRole(stack, 'Target', {
      trust: new TrustPolicy()
        .addServiceAccounts(deferredProvider(stack), [ServiceAccountSubject.exact('a', 'b')])
        .addPrincipal(new iam.ArnPrincipal(CALLER), { externalId: name }),
    });
    const [role] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    const [text, variables] = role.Properties.AssumeRolePolicyDocument['Fn::Sub'];
    expect(text).toContain('"sts:ExternalId":"${ExternalId}"');
    expect(variables.ExternalId).toEqual({ Ref: 'Name' });
  });
});

describe('PodIdentityServiceAccount.externalId', () => {
  function archive(clusterName?: string) {
    const app = new App();
    const [own, data] = [
      literalStack(app, 'Own'), literalStack(app, 'Data', { account: '444455556666', region: 'us-east-1' }),
    ];
    const target = new IrsaRole(data, 'Target', { roleName: 'target', trust: new TrustPolicy() });
    const archiver = new PodIdentityServiceAccount(own, 'Archiver', {
      ...NAMES, clusterName: clusterName ?? cluster(own).ref, disableSessionTags: true, targetRole: target,
    });
    target.trust.addPrincipal(archiver, { externalId: archiver.externalId });
    return { app, archiver, own, data };
  }

  test('is what AWS documents, and lets only this service account in', () => {
    const { archiver, data } = archive('production');
    expect(archiver.externalId).toBe(EXTERNAL_ID);
    const [role] = Object.values(Template.fromStack(data).findResources('AWS::IAM::Role'));
    const trust = role.Properties.AssumeRolePolicyDocument;
    const caller = { ...permitted, arn: archiver.roleArn };
    const lets = (externalId?: string) => canAssume(caller, { arn: TARGET, trust, policies: [] }, { externalId });
    expect(lets(EXTERNAL_ID)).toBe(true);
    expect(lets(`${EXTERNAL_ID}2`)).toBe(false);
    expect(lets()).toBe(false);
    expect(JSON.stringify(trust)).not.toContain('TagSession');
  });

  test('of a cluster of the app needs no reference to the association', () => {
    const app = new App();
    const stack = literalStack(app);
    const target = new IrsaRole(stack, 'Target', { trust: new TrustPolicy() });
    const archiver = new PodIdentityServiceAccount(stack, 'Archiver', {
      ...NAMES, clusterName: cluster(stack).ref, disableSessionTags: true, targetRole: target,
    });
    target.trust.addPrincipal(archiver, { externalId: archiver.externalId });
    const { Resources } = Template.fromStack(stack).toJSON();
    const [trust] = Object.entries<any>(Resources).filter(([id]) => id.startsWith('Target'))
      .map(([, { Properties }]) => Properties.AssumeRolePolicyDocument);
    expect(trust.Statement[0].Condition.StringEquals['sts:ExternalId']).toEqual({
      'Fn::Join': ['', [`${REGION}/${ACCOUNT}/`, { Ref: 'Cluster' }, '/reports/archiver']],
    });
  });

  test('across stacks of one account', () => {
    const app = new App();
    const [own, data] = [literalStack(app, 'Own'), literalStack(app, 'Data')];
    const target = new IrsaRole(data, 'Target', { roleName: 'target', trust: new TrustPolicy() });
    const archiver = new PodIdentityServiceAccount(own, 'Archiver', {
      ...NAMES, clusterName: cluster(own).ref, disableSessionTags: true, targetRole: target,
    });
    target.trust.addPrincipal(archiver, { externalId: archiver.externalId });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('a role that pods get with session tags', () => {
  const actionsOf = (stack: any) => Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role'))
    .filter(([id]) => id.startsWith('Next'))
    .map(([, { Properties }]) => Properties.AssumeRolePolicyDocument.Statement[0].Action);

  test.each<[string, (role: IrsaRole) => iam.IGrantable]>([
    ['the role', role => role],
    ['its principal', role => role.grantPrincipal],
  ])('is let in with them as %s, also if it is associated later', (_, principal) => {
    const stack = literalStack();
    const subjects = [ServiceAccountSubject.exact(NAMES.namespace, NAMES.serviceAccountName)];
    const role = new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPodIdentity({
        clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production`, subjects,
      }),
    });
    new IrsaRole(stack, 'Next', { trust: new TrustPolicy().addPrincipal(principal(role)) });
    new PodIdentityServiceAccount(stack, 'Archiver', { ...NAMES, clusterName: 'production', role });
    expect(actionsOf(stack)).toEqual([['sts:AssumeRole', 'sts:TagSession']]);
  });

  test('other actions of a principal stay', () => {
    const stack = literalStack();
    const principal = new iam.ArnPrincipal(CALLER);
    principal.addToAssumeRolePolicy = document => document.addStatements(new iam.PolicyStatement({
      actions: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      principals: [new iam.ArnPrincipal(CALLER)],
    }));
    new IrsaRole(stack, 'Next', { trust: new TrustPolicy().addPrincipal(principal) });
    expect(actionsOf(stack)).toEqual([['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession']]);
  });

  test('a role that pods get by web identity only is let in without', () => {
    const stack = literalStack();
    const { role } = new IrsaServiceAccount(stack, 'Sa', { ...NAMES, oidcProvider: literalProvider(stack) });
    new IrsaRole(stack, 'Next', { trust: new TrustPolicy().addPrincipal(role) });
    expect(actionsOf(stack)).toEqual(['sts:AssumeRole']);
  });
});
