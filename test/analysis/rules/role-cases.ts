import { annotated, arnOf, association, Case, Expected, podIdentity, role, trusting, webIdentity } from './support';
import { ACCOUNT, ISSUER } from '../../support';

const everybody = (Condition?: object, more: object = {}) =>
  ({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' }, ...(Condition && { Condition }), ...more });
const OPEN: Expected[] = [{
  message: 'Role api, Statement[0]: every AWS account can assume the role; no condition excludes anyone.',
  fix: 'List the principals, or add a condition on aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn.',
  at: 'Stack/Role',
}];
const limitedBy = (keys: string): Expected[] => [{
  ...OPEN[0],
  severity: 'warning',
  message: `Role api, Statement[0]: every AWS account can assume the role, restricted only by ${keys}.`,
}];
const of = (statement: object): Case['resources'] => ({ Role: role('api', [statement]) });
const EFFECT = { Type: 'String' };
const withParameter = (statement: object) => ({
  stacks: { Stack: { parameters: { Effect: EFFECT }, resources: { Role: role('api', [statement]) } } },
});
const UNKNOWN_EFFECT: Expected[] = [{
  message: 'Role api: its trust policy cannot be read: the Effect of Statement[0] is only known at deployment.',
  fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
    + 'parameters of the app.',
  at: 'Stack/Role',
}];
const nobody = (name: string, more: object = {}) => ({
  ...role(name, [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }]), ...more,
});
const twice = (at: string, first: string, account = ACCOUNT, name = 'api'): Expected[] => [{
  message: `Role ${name}: another role of account ${account} has the same name.`,
  fix: 'Let CloudFormation or IrsaRole generate one of the names, or add the region to it.',
  at,
  others: [first],
}];
const inRegions = (...regions: string[]) => Object.fromEntries(regions.map((region, index) =>
  [`Stack${index}`, { environment: `aws://${ACCOUNT}/${region}`, resources: { Role: nobody('api') } }]));
const ownSub = (operator: string, value: string) => webIdentity({
  [operator]: { [`${ISSUER}:sub`]: value },
  ...operator === 'StringEquals' ? {} : { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' } },
  ...operator === 'StringEquals' && {
    StringEquals: { [`${ISSUER}:sub`]: value, [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
  },
});
const OWN = `\${${ISSUER}:sub}`;
const notThere = (who: string, arn: string, existing: string, what: string): Expected => ({
  severity: 'error',
  message: `${who}: there is no role ${arn}. The role with this name is ${existing}, which differs in ${what}.`,
  fix: `Write ${existing}.`,
  at: 'sa.yaml:2:1',
});
const WITH_PATH = `arn:aws:iam::${ACCOUNT}:role/irsa/api`;

export const ROLE_CASES: Case[] = [
  // open-to-everybody
  ...([
    ['without a condition', everybody()],
    ['as a text', everybody(undefined, { Principal: '*' })],
    ['the last of a list', everybody(undefined, { Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:root`, '*'] } })],
    ['with every action', everybody(undefined, { Action: ['sts:TagSession', 'sts:*'] })],
    ['over TLS', everybody({ Bool: { 'aws:SecureTransport': 'true' } })],
    ['of any ARN', everybody({ StringLike: { 'aws:PrincipalArn': '**' } })],
    ['of any account', everybody({ ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:*' } })],
    ['of an organization, or of none', everybody({ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1234567890' } })],
  ] as [string, object][]).map(([name, statement]): Case => ({
    rule: 'open-to-everybody',
    name,
    resources: of(statement),
    expected: OPEN,
    ...name === 'with every action' && { also: ['missing-aud', 'missing-sub'] },
  })),
  ...([
    ['with an external ID', { StringEquals: { 'sts:ExternalId': 'x' } }, 'sts:ExternalId'],
    ['from an address', {
      IpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, Bool: { 'aws:SecureTransport': 'true' },
    }, 'aws:SourceIp'],
  ] as [string, object, string][]).map(([name, condition, keys]): Case => ({
    rule: 'open-to-everybody', name, resources: of(everybody(condition)), expected: limitedBy(keys),
  })),
  ...([
    ['of an organization', everybody({ StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } })],
    ['of an account', everybody({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } })],
    ['named', everybody(undefined, { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })],
    ['denied', everybody(undefined, { Effect: 'Deny' })],
    ['another action', everybody(undefined, { Action: 'sts:TagSession' })],
  ] as [string, object][]).map(([name, statement]): Case => ({
    rule: 'open-to-everybody', name, resources: of(statement), expected: [],
  })),

  // unreadable-trust: an Effect that only the deployment knows counts as Allow
  ...([
    ['everybody', everybody(undefined, { Effect: { Ref: 'Effect' } })],
    ['EKS Pod Identity', podIdentity({ Effect: { Ref: 'Effect' } })],
    ['a cluster', { ...trusting(), Effect: { 'Fn::If': ['Some', 'Allow', 'Deny'] } }],
  ] as [string, object][]).map(([name, statement]): Case => ({
    rule: 'unreadable-trust', name: `the Effect for ${name}`, ...withParameter(statement), expected: UNKNOWN_EFFECT,
  })),
  {
    rule: 'unreadable-trust',
    name: 'the Effect for a service that is not pods',
    ...withParameter({
      Effect: { Ref: 'Effect' }, Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' },
    }),
    expected: [],
  },

  // whole-cluster: `sub` is compared with itself
  ...([
    ['its own value', 'StringEquals', OWN],
    ['its own value in another case', 'StringEquals', OWN.toUpperCase()],
    ['a pattern of it', 'StringLike', `${OWN}*`],
    ['it with a default', 'StringEquals', `\${${ISSUER}:sub, 'x'}`],
  ] as [string, string, string][]).map(([name, operator, value]): Case => ({
    rule: 'whole-cluster',
    name,
    resources: of(ownSub(operator, value)),
    expected: [{
      message: `Role api, Statement[0]: \`sub\` is compared with ${value}, which matches every service account of `
        + `${ISSUER}.`,
      fix: 'List the service accounts with ServiceAccountSubject.exact(namespace, name), or their namespace with '
        + 'ServiceAccountSubject.anyInNamespace(namespace).',
      at: 'Stack/Role',
    }],
  })),
  ...([
    ['another variable', ownSub('StringEquals', 'system:serviceaccount:payments:${aws:PrincipalTag/name}')],
    ['a part of a longer value', ownSub('StringEquals', `system:serviceaccount:payments:${OWN}`)],
  ] as [string, object][]).map(([name, statement]): Case => ({
    rule: 'whole-cluster', name, resources: of(statement), expected: [],
  })),
  {
    rule: 'whole-cluster',
    name: 'a variable of an older policy',
    resources: {
      Role: role('api', [], {
        AssumeRolePolicyDocument: { Version: '2008-10-17', Statement: [ownSub('StringEquals', OWN)] },
      }),
    },
    expected: [],
  },

  // repeated-role-name
  {
    rule: 'repeated-role-name',
    name: 'in one stack, in another case and with a path',
    resources: { One: nobody('api'), Other: role('API', [], { Path: '/x/' }) },
    expected: twice('Stack/Other', 'Stack/One', ACCOUNT, 'API'),
    also: ['unreadable-trust'],
  },
  {
    rule: 'repeated-role-name',
    name: 'in two regions',
    stacks: inRegions('eu-west-1', 'us-east-1'),
    expected: twice('Stack1/Role', 'Stack0/Role'),
  },
  {
    rule: 'repeated-role-name',
    name: 'in one stack for any account, one of them sometimes',
    stacks: {
      Stack: { environment: 'unknown', resources: { One: nobody('api'), Other: nobody('api', { Condition: 'A' }) } },
    },
    expected: twice('Stack/Other', 'Stack/One', '⟨AWS::AccountId⟩'),
  },
  ...([
    ['in two accounts', {
      A: { environment: 'aws://111122223333/eu-west-1', resources: { Role: nobody('api') } },
      B: { environment: 'aws://444455556666/eu-west-1', resources: { Role: nobody('api') } },
    }],
    ['in two stacks for any account', {
      A: { environment: 'unknown', resources: { Role: nobody('api') } },
      B: { environment: 'unknown', resources: { Role: nobody('api') } },
    }],
    ['of which a condition makes one', {
      A: { resources: { One: nobody('api', { Condition: 'A' }), Other: nobody('api', { Condition: 'NotA' }) } },
    }],
    ['that CloudFormation names', {
      A: { resources: { One: nobody(undefined as any), Other: nobody(undefined as any) } },
    }],
  ] as [string, Case['stacks']][]).map(([name, stacks]): Case => ({
    rule: 'repeated-role-name', name, stacks, expected: [],
  })),

  // role-not-found: a role of this name exists
  {
    rule: 'role-not-found',
    name: 'without its path, and in another case',
    resources: { Role: role('api', [trusting()], { Path: '/irsa/' }) },
    manifests: {
      'sa.yaml': annotated('payments/api', arnOf('api')),
      'case.yaml': annotated('payments/api', WITH_PATH.replace('api', 'Api')),
      'both.yaml': annotated('payments/api', arnOf('Api')),
    },
    expected: [
      notThere('ServiceAccount payments/api', arnOf('api'), WITH_PATH, 'the path'),
      {
        ...notThere('ServiceAccount payments/api', WITH_PATH.replace('api', 'Api'), WITH_PATH, 'upper and lower case'),
        at: 'case.yaml:2:1',
      },
      { ...notThere('ServiceAccount payments/api', arnOf('Api'), WITH_PATH, 'the path'), at: 'both.yaml:2:1' },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'of an association, without its path',
    resources: {
      Role: role('api', [podIdentity()], { Path: '/irsa/' }), Association: association(arnOf('api')),
    },
    expected: [{
      ...notThere('Association of payments/api', arnOf('api'), WITH_PATH, 'the path'), at: 'Stack/Association',
    }],
    also: ['open-pod-identity'],
  },
  {
    rule: 'role-not-found',
    name: 'of an existing role, without its path',
    stacks: { Stack: { resources: {}, existingRoles: [WITH_PATH] } },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [notThere('ServiceAccount payments/api', arnOf('api'), WITH_PATH, 'the path')],
  },
];
