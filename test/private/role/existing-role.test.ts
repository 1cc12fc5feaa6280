/**
 * What is said of a role that is left as it is, and what of a template and a manifest that disagree.
 */
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IrsaServiceAccount } from '../../../src';
import { disagreement } from '../../../src/private/manifests/template-agreement';
import { letsIn } from '../../judges/iam-simulator';
import { ACCOUNT, ISSUER, literalProvider, literalStack, PROVIDER_ARN } from '../../support';

const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/existing`;

test('an existing role is told once what it must trust, for all its service accounts', () => {
  const stack = literalStack();
  const role = iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN);
  const oidcProvider = literalProvider(stack);
  const [first, second] = ['a', 'b'].map(serviceAccountName => new IrsaServiceAccount(stack, serviceAccountName, {
    oidcProvider, namespace: 'payments', serviceAccountName, role,
  }));
  const infos = Annotations.fromStack(stack).findInfo('*', Match.stringLikeRegexp('is an existing role, which '
    + 'cdk-irsa does not modify'));
  expect(infos.map(({ id }) => id)).toEqual(['/Stack/a']);
  const text = `${infos[0].entry.data}`;
  expect(text).toContain('`role` (Stack/Role) is an existing role, which cdk-irsa does not modify. Its trust policy '
    + 'must contain: {');
  expect(text).toContain('[ack: cdk-irsa:existing-role]');
  const document = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  expect(document.Version).toBe('2012-10-17');
  const asks = (name: string) => letsIn(document, {
    providerArn: PROVIDER_ARN, issuer: ISSUER, sub: `system:serviceaccount:payments:${name}`, aud: 'sts.amazonaws.com',
  });
  expect(['a', 'b', 'c'].map(asks)).toEqual([true, true, false]);
  const noted = (construct: IrsaServiceAccount) =>
    construct.node.metadata.filter(({ type }) => type === 'cdk-irsa:existing-role').map(({ data }) => data);
  expect([noted(first), noted(second)]).toEqual([[ROLE_ARN], []]);
});

describe('a role and a manifest', () => {
  const ARN_KEY = 'eks.amazonaws.com/role-arn';
  const AUD_KEY = 'eks.amazonaws.com/audience';
  const manifest = (annotations?: Record<string, string>): any => ({
    kind: 'ServiceAccount', metadata: { name: 'api', namespace: 'payments', annotations },
  });
  const statement = (equals: any, like?: any, effect = 'Allow') => ({
    Effect: effect,
    Condition: { ...equals && { StringEquals: equals }, ...like && { StringLike: like } },
  });
  const SUB = 'system:serviceaccount:payments:api';
  const withTrust = (Statement: any, RoleName?: any) => ({
    Properties: { RoleName, AssumeRolePolicyDocument: { Statement } },
  });
  const right = statement({ 'x:sub': SUB, 'x:aud': 'sts.amazonaws.com' });
  const subText = (sub: string) => {
    const text = JSON.stringify({ Statement: [statement({ 'x:sub': sub })] });
    return { Properties: { AssumeRolePolicyDocument: { 'Fn::Sub': [text] } } };
  };
  const tags = (namespace: any, name: any) => statement({
    'aws:RequestTag/kubernetes-namespace': namespace, 'aws:RequestTag/kubernetes-service-account': name,
  });

  test.each<[string, any, any]>([
    ['no template', undefined, manifest()],
    ['no properties', {}, manifest()],
    ['no statements', withTrust([]), manifest()],
    ['a Deny alone', withTrust([statement({ 'x:sub': 'y' }, undefined, 'Deny')]), manifest()],
    ['the subject', withTrust([right]), manifest()],
    ['one statement that is no list', withTrust(right), manifest()],
    ['the second statement', withTrust([statement({ 'x:sub': 'y' }), right]), manifest()],
    ['the second subject', withTrust([statement({ 'x:sub': ['y', SUB] })]), manifest()],
    ['a pattern', withTrust([statement(undefined, { 'x:sub': 'system:serviceaccount:pay*:*' })]), manifest()],
    ['a deferred subject', withTrust([statement({ 'x:sub': { Ref: 'P' } })]), manifest()],
    ['a subject in a text', subText(SUB), manifest()],
    ['a deferred part of a text', subText('system:serviceaccount:${Namespace}:api'), manifest()],
    ['no conditions', withTrust([{ Effect: 'Allow' }]), manifest()],
    ['tags', withTrust([tags('payments', 'api')]), manifest()],
    ['the role', withTrust([right], 'api'), manifest({ [ARN_KEY]: 'arn:aws:iam::111122223333:role/x/api' })],
    ['a deferred role', withTrust([right], { Ref: 'P' }), manifest({ [ARN_KEY]: 'arn:aws:iam::111122223333:role/x' })],
    ['an audience', withTrust([statement({ 'x:sub': SUB, 'x:aud': 'vault' })]), manifest({ [AUD_KEY]: 'vault' })],
  ])('agree: %s', (_, role, of) => {
    expect(disagreement(role, of)).toBeUndefined();
  });

  const WITHOUT = `a trust policy without ${SUB} for the audience sts.amazonaws.com`;
  test.each<[string, any, any, string]>([
    ['another subject', withTrust([statement({ 'x:sub': `${SUB}x` })]), manifest(), WITHOUT],
    ['another audience', withTrust([statement({ 'x:sub': SUB, 'x:aud': 'vault' })]), manifest(), WITHOUT],
    ['another pattern', withTrust([statement(undefined, { 'x:sub': 'system:x*:*' })]), manifest(), WITHOUT],
    ['another subject in a text', subText('system:serviceaccount:x:api'), manifest(), WITHOUT],
    ['a subject that only a Deny names', withTrust([statement({ 'x:sub': 'y' }),
      statement({ 'x:sub': SUB }, undefined, 'Deny')]), manifest(), WITHOUT],
    ['another namespace tag', withTrust([tags('x', 'api')]), manifest(), WITHOUT],
    ['another name tag', withTrust([tags('payments', ['x', 'y'])]), manifest(), WITHOUT],
    ['another role', withTrust([right], 'api'), manifest({ [ARN_KEY]: 'arn:aws:iam::111122223333:role/xapi' }),
      'the role api and the annotation arn:aws:iam::111122223333:role/xapi'],
  ])('disagree: %s', (_, role, of, expected) => {
    expect(disagreement(role, of)).toBe(expected);
  });
});
