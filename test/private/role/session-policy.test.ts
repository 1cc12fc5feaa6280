/**
 * Session policies of associations.
 */
import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  IrsaRole, IrsaServiceAccount, PodIdentityOptions, PodIdentityServiceAccount, ServiceAccountSubject, TrustPolicy,
} from '../../../src';
import { deployed } from '../../judges/deployment';
import { allowsWithin } from '../../judges/iam-simulator';
import { ACCOUNT, agnosticStack, literalProvider, literalStack, REGION, SAFE_PATTERN, warnings } from '../../support';

const NAMES = { namespace: 'reports', serviceAccountName: 'reader' };
const CLUSTER_ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production`;

const readOnly = (resource: string) => new iam.PolicyDocument({
  statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [resource] })],
});

function associate(stack: Stack, sessionPolicy: any, props: Partial<PodIdentityOptions> = {}) {
  return new PodIdentityServiceAccount(stack, 'Reader', {
    ...NAMES, clusterName: 'production', disableSessionTags: true, sessionPolicy, ...props,
  });
}

/** The property `Policy` of the one association of a stack. */
function policyIn(stack: Stack): any {
  const [association] = Object.values(Template.fromStack(stack).findResources('AWS::EKS::PodIdentityAssociation'));
  return association.Properties.Policy;
}

/** A policy whose JSON has this many characters. */
function ofLength(characters: number, resource = 'arn:aws:s3:::'): iam.PolicyDocument {
  const { length } = JSON.stringify(readOnly(resource).toJSON());
  return readOnly(resource + 'x'.repeat(characters - length));
}

test('is the JSON text of the policy, without white space', () => {
  const stack = literalStack();
  associate(stack, readOnly('arn:aws:s3:::reports/${aws:username}/*'));
  expect(policyIn(stack)).toBe('{"Statement":[{"Action":"s3:GetObject","Effect":"Allow",'
    + '"Resource":"arn:aws:s3:::reports/${aws:username}/*"}],"Version":"2012-10-17"}');
});

test('is left out without one', () => {
  const stack = literalStack();
  associate(stack, undefined);
  expect(policyIn(stack)).toBeUndefined();
});

test('narrows a role that several service accounts share', () => {
  const stack = literalStack();
  const role = new IrsaRole(stack, 'Role', {
    trust: new TrustPolicy().addPodIdentity({
      clusterArn: CLUSTER_ARN, subjects: [ServiceAccountSubject.exact('reports', 'reader')], sessionTags: false,
    }),
  });
  const bucket = new Bucket(stack, 'Bucket', { bucketName: 'reports' });
  bucket.grantReadWrite(role);
  new PodIdentityServiceAccount(stack, 'Reader', {
    ...NAMES,
    clusterName: 'production',
    disableSessionTags: true,
    role,
    sessionPolicy: readOnly('arn:aws:s3:::reports/*'),
  });
  const values = { 'Bucket83908E77': 'reports', 'Bucket83908E77.Arn': 'arn:aws:s3:::reports', 'AWS::Partition': 'aws' };
  const session = JSON.parse(policyIn(stack));
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .map(({ Properties }) => deployed(Properties.PolicyDocument, { values }));
  const may = (action: string, limit?: any) => allowsWithin(policies, limit, action, 'arn:aws:s3:::reports/a');
  expect([may('s3:GetObject'), may('s3:PutObject')]).toEqual([true, true]);
  expect([may('s3:GetObject', session), may('s3:PutObject', session)]).toEqual([true, false]);
  expect(warnings(stack)).toEqual([expect.stringContaining('[ack: cdk-irsa:pod-identity-without-session-tags]')]);
});

test('warns that the trust cannot tell service accounts apart, and is no error', () => {
  const stack = literalStack();
  associate(stack, readOnly('arn:aws:s3:::reports/*'));
  expect(warnings(stack)).toEqual([expect.stringContaining('[ack: cdk-irsa:pod-identity-without-session-tags]')]);
});

test('may grow until synth', () => {
  const stack = literalStack();
  const sessionPolicy = new iam.PolicyDocument();
  associate(stack, sessionPolicy);
  sessionPolicy.addStatements(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  expect(JSON.parse(policyIn(stack)).Statement).toEqual([{ Action: 's3:GetObject', Effect: 'Allow', Resource: '*' }]);
});

test('of an IrsaServiceAccount that moves to Pod Identity', () => {
  const stack = literalStack();
  new IrsaServiceAccount(stack, 'Reader', {
    ...NAMES,
    oidcProvider: literalProvider(stack),
    podIdentity: { clusterName: 'production', disableSessionTags: true, sessionPolicy: readOnly('*') },
  });
  expect(JSON.parse(policyIn(stack)).Statement[0].Action).toBe('s3:GetObject');
});

describe('with values that only the deployment knows', () => {
  test('is Fn::Sub of the text, and is JSON once deployed', () => {
    const app = new App();
    const stack = agnosticStack(app);
    const prefix = new CfnParameter(stack, 'Prefix', { allowedPattern: SAFE_PATTERN }).valueAsString;
    const bucket = new Bucket(stack, 'Bucket');
    associate(stack, readOnly(bucket.arnForObjects(`${prefix}/\${aws:username}/*`)));
    const values = { 'Prefix': 'team-a', 'Bucket83908E77.Arn': 'arn:aws:s3:::reports' };
    const { Statement: [statement] } = JSON.parse(deployed(policyIn(stack), { values }));
    expect(statement.Resource).toBe('arn:aws:s3:::reports/team-a/${aws:username}/*');
  });

  test('of another stack: the reference is exported', () => {
    const app = new App();
    const [data, stack] = [literalStack(app, 'Data'), literalStack(app)];
    const bucket = new Bucket(data, 'Bucket');
    associate(stack, readOnly(bucket.arnForObjects('*')));
    const template = app.synth().getStackByName('Stack').template;
    const [association] = Object.values<any>(template.Resources)
      .filter(({ Type }) => Type === 'AWS::EKS::PodIdentityAssociation');
    const [, variables] = association.Properties.Policy['Fn::Sub'];
    expect(Object.values(variables)).toEqual([{ 'Fn::ImportValue': expect.stringMatching(/^Data:ExportsOutput/) }]);
  });

  test.each<[string, (stack: Stack) => string, string]>([
    ['an open parameter', stack => new CfnParameter(stack, 'Open').valueAsString,
      '`sessionPolicy (parameter Stack/Open)` must have an allowedPattern'],
    ['a dynamic reference', () => 'arn:aws:s3:::{{resolve:ssm:x}}', '`sessionPolicy` must not be a dynamic reference'],
    ['AWS::NoValue', () => Fn.conditionIf('C', 'arn:aws:s3:::a', Fn.ref('AWS::NoValue')).toString(),
      '`sessionPolicy` must always have a value'],
  ])('%s could rewrite it, and is an error', (_, value, message) => {
    const stack = agnosticStack();
    associate(stack, readOnly(value(stack)));
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Reader] ${message}`);
  });
});

describe('is an error', () => {
  test.each<[string, any, string]>([
    ['with session tags', { disableSessionTags: false },
      '[Stack/Reader] `disableSessionTags` must be true with a session policy, got: false. EKS rejects an '
        + 'association with both session tags and a session policy. Note that without session tags, the trust policy '
        + 'of the role cannot distinguish service accounts.'],
    ['with session tags by default', { disableSessionTags: undefined },
      '[Stack/Reader] `disableSessionTags` must be true with a session policy, got: nothing.'],
    ['as JSON', { sessionPolicy: { Statement: [] } },
      '[Stack/Reader] `sessionPolicy` must be an iam.PolicyDocument, got: {"Statement":[]}. '
      + 'Use iam.PolicyDocument.fromJson() for JSON.'],
    ['as null', { sessionPolicy: null }, '[Stack/Reader] `sessionPolicy` must be an iam.PolicyDocument, got: null.'],
  ])('%s', (_, props, message) => {
    expect(() => associate(literalStack(), readOnly('*'), props)).toThrow(message);
  });

  test('with session tags, for a migration', () => {
    const stack = literalStack();
    expect(() => new IrsaServiceAccount(stack, 'Reader', {
      ...NAMES,
      oidcProvider: literalProvider(stack),
      podIdentity: { clusterName: 'production', sessionPolicy: readOnly('*') },
    })).toThrow('[Stack/Reader] `podIdentity.disableSessionTags` must be true with a session policy');
  });

  const deny = new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['s3:*'], resources: ['*'] });
  test.each<[string, iam.PolicyDocument, string]>([
    ['when it is empty', new iam.PolicyDocument(), '`sessionPolicy` must allow at least one action, got: "an empty '
      + 'policy".'],
    ['when it only denies', new iam.PolicyDocument({ statements: [deny] }),
      '`sessionPolicy` must allow at least one action, got: "only Deny statements". '
      + 'Pods may do only what both the role and this policy allow. Add an Allow statement.'],
    ['when it has a principal', new iam.PolicyDocument({
      statements: [new iam.PolicyStatement({
        actions: ['s3:GetObject'], resources: ['*'], principals: [new iam.AccountRootPrincipal()],
      })],
    }), '`sessionPolicy` must be a policy without principals, got: '],
    ['when it is too long', ofLength(2049), '`sessionPolicy` must fit in 2048 characters, got: "2049 characters". '],
  ])('%s', (_, sessionPolicy, message) => {
    const stack = literalStack();
    associate(stack, sessionPolicy);
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Reader] ${message}`);
  });
});

test('of 2,048 characters fits', () => {
  const stack = literalStack();
  associate(stack, ofLength(2048));
  expect(policyIn(stack)).toHaveLength(2048);
});

test('that may be too long, as only the deployment knows, is a warning', () => {
  const stack = agnosticStack();
  const bucket = new Bucket(stack, 'Bucket');
  associate(stack, readOnly(bucket.arnForObjects('x'.repeat(2000))));
  expect(policyIn(stack)).toHaveProperty('Fn::Sub');
  expect(warnings(stack)).toContainEqual(expect.stringMatching(
    /`sessionPolicy` must fit in 2048 characters, got: "about 2\d+ characters"\..*\[ack: cdk-irsa:session-policy-size\]/,
  ));
});
