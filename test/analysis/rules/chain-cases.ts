import { arnOf, association, Case, CLUSTER_ARN, podIdentity, role, trusting } from './support';
import { ACCOUNT } from '../../support';

const OTHER = '444455556666';
const NAMESPACE = 'aws:RequestTag/kubernetes-namespace';
const NAME = 'aws:RequestTag/kubernetes-service-account';
const OF_API = { StringEquals: { [NAMESPACE]: 'payments', [NAME]: 'api' } };
const OF_CLUSTER = { ArnEquals: { 'aws:SourceArn': CLUSTER_ARN } };
/** Lets in payments/api, and nobody else. */
const HELD = podIdentity({ Condition: { ...OF_CLUSTER, ...OF_API } });
const OF_ANY = podIdentity({ Condition: OF_CLUSTER });

const BOTH = ['sts:AssumeRole', 'sts:TagSession'];
const assumes = (Action: any, Resource: any, more: object = {}) => [
  { PolicyName: 'chain', PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource, ...more }] } },
];
const trusts = (AWS: any, Action: any = BOTH, more: object = {}) => ({
  Effect: 'Allow', Action, Principal: { AWS }, ...more,
});
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

interface Parts {
  readonly allowed?: any;
  /** Of the first role. */
  readonly trust?: any[];
  readonly next?: any;
  /** The account of the next role. */
  readonly account?: string;
  /** Null: none. */
  readonly association?: Record<string, unknown> | null;
  readonly manifests?: Record<string, string>;
  readonly more?: Record<string, any>;
}

/** The first role in the stack, the next one in it or in a stack of another account. */
function chain({ allowed, trust = [HELD], next, account = ACCOUNT, association: of = {}, more = {} }: Parts) {
  const resources = {
    Role: role('api', trust, allowed && { Policies: allowed }),
    ...of && { Association: association(arnOf('api'), of) },
    ...more,
  };
  const ofNext = next && { Next: role('next', [next].flat()) };
  return account === ACCOUNT
    ? { resources: { ...resources, ...ofNext } }
    : {
      stacks: {
        Stack: { resources },
        ...ofNext && { Other: { environment: `aws://${account}/eu-west-1`, resources: ofNext } },
      },
    };
}

const needs = (pods = 'payments/api') =>
  `which the session tags of EKS Pod Identity need: pods of ${pods} cannot assume it.`;
const NO_TRUST = {
  message: `Role next: its trust policy allows role api sts:AssumeRole, but not sts:TagSession, ${needs()}`,
  fix: 'Also allow sts:TagSession in the trust policy, as grantAssume() does, or set DisableSessionTags '
    + 'on the association.',
  at: 'Stack/Next',
  others: ['Stack/Role'],
};
const noPolicy = (arn: string, why: string, others?: string[]) => ({
  message: `Role api: its policies allow sts:AssumeRole on ${arn}, but not sts:TagSession, ${needs()} ${why}`,
  fix: 'Also allow sts:TagSession in its policy, as grantAssume() does, or set DisableSessionTags on the '
    + 'association.',
  at: 'Stack/Role',
  ...others && { others },
});
const OTHER_ACCOUNT = 'The next role is in another account.';
const FORBIDDEN = 'A statement denies it, or the boundary does not allow it.';
const BY_ACCOUNT = 'The next role trusts the account, so the caller needs permission.';
const [NEXT, FAR] = [arnOf('next'), arnOf('next', OTHER)];
const OF_ROLE = { ArnEquals: { 'aws:PrincipalArn': arnOf('api') } };

const TAG_CASES: Omit<Case, 'rule'>[] = [
  {
    name: 'both halves with sts:AssumeRole alone, which is enough by IRSA',
    ...chain({ allowed: assumes('sts:AssumeRole', NEXT), next: trusts(arnOf('api'), 'sts:AssumeRole') }),
    expected: [NO_TRUST],
  },
  {
    name: 'the trust policy, in another account',
    ...chain({ allowed: assumes(BOTH, FAR), next: trusts(arnOf('api'), 'sts:AssumeRole'), account: OTHER }),
    expected: [{ ...NO_TRUST, at: 'Other/Next' }],
  },
  {
    name: 'the policies of the caller, in another account',
    ...chain({ allowed: assumes('sts:AssumeRole', FAR), next: trusts(arnOf('api')), account: OTHER }),
    expected: [noPolicy(FAR, OTHER_ACCOUNT, ['Other/Next'])],
  },
  {
    name: 'the policies of the caller, and the next role is not in the input',
    ...chain({ allowed: assumes('sts:AssumeRole', FAR) }),
    expected: [noPolicy(FAR, OTHER_ACCOUNT)],
  },
  {
    name: 'the policies of the caller, and the trust policy names the account',
    ...chain({ allowed: assumes('sts:AssumeRole', NEXT), next: trusts(ROOT) }),
    expected: [noPolicy(NEXT, BY_ACCOUNT, ['Stack/Next'])],
  },
  {
    name: 'the policies of the caller, which is one of an account that is trusted',
    ...chain({
      allowed: assumes('sts:AssumeRole', '*'), next: trusts(ROOT, BOTH, { Condition: OF_ROLE }),
    }),
    expected: [noPolicy(NEXT, BY_ACCOUNT, ['Stack/Next'])],
  },
  {
    name: 'both halves, in another account',
    ...chain({
      allowed: assumes('sts:AssumeRole', FAR), next: trusts(arnOf('api'), 'sts:AssumeRole'), account: OTHER,
    }),
    expected: [{ ...NO_TRUST, at: 'Other/Next' }, noPolicy(FAR, OTHER_ACCOUNT, ['Other/Next'])],
  },
  {
    name: 'sts:TagSession on another role',
    ...chain({
      allowed: [...assumes('sts:AssumeRole', FAR), ...assumes('sts:TagSession', arnOf('else', OTHER))],
      next: trusts(arnOf('api')),
      account: OTHER,
    }),
    expected: [noPolicy(FAR, OTHER_ACCOUNT, ['Other/Next'])],
  },
  {
    name: 'a Deny of sts:TagSession, though the trust policy names the caller',
    ...chain({
      allowed: [...assumes(BOTH, NEXT), ...assumes('sts:Tag*', '*', { Effect: 'Deny' })], next: trusts(arnOf('api')),
    }),
    expected: [noPolicy(NEXT, FORBIDDEN, ['Stack/Next'])],
  },
  {
    name: 'a boundary without sts:TagSession',
    resources: {
      Role: role('api', [HELD], { Policies: assumes(BOTH, NEXT), PermissionsBoundary: { Ref: 'Boundary' } }),
      Association: association(arnOf('api')),
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: assumes('sts:AssumeRole', '*')[0].PolicyDocument },
      },
      Next: role('next', [trusts(arnOf('api'))]),
    },
    expected: [noPolicy(NEXT, FORBIDDEN, ['Stack/Next'])],
  },
  {
    name: 'only the second of two callers may tag',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: [trusts([arnOf('other'), arnOf('api')], 'sts:AssumeRole'), trusts(arnOf('other'), 'sts:TagSession')],
    }),
    expected: [NO_TRUST],
  },
  {
    name: 'the caller has its role by IRSA, too',
    ...chain({
      allowed: assumes(BOTH, NEXT), next: trusts(arnOf('api'), 'sts:AssumeRole'), trust: [HELD, trusting()],
    }),
    expected: [{
      ...NO_TRUST, message: `${NO_TRUST.message} Pods that use IRSA have no tags and do not need it.`,
    }],
  },
  {
    name: 'of three associations, the one without tags passes',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: trusts(arnOf('api'), 'sts:AssumeRole'),
      trust: [OF_ANY],
      more: {
        Second: association(arnOf('api'), { ServiceAccount: 'second' }),
        Untagged: association(arnOf('api'), { ServiceAccount: 'untagged', DisableSessionTags: true }),
      },
    }),
    also: ['pod-identity-without-session-tags'],
    expected: [{
      ...NO_TRUST, message: NO_TRUST.message.replace('payments/api', 'payments/api, payments/second'),
    }],
  },
  {
    name: 'of two associations, the one whose tags the trust policy wants',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: trusts(arnOf('api'), 'sts:AssumeRole', {
        Condition: { StringEquals: { 'aws:PrincipalTag/kubernetes-service-account': 'second' } },
      }),
      trust: [podIdentity({
        Condition: { ...OF_CLUSTER, StringEquals: { [NAMESPACE]: 'payments', [NAME]: ['api', 'second'] } },
      })],
      more: { Second: association(arnOf('api'), { ServiceAccount: 'second' }) },
    }),
    expected: [{ ...NO_TRUST, message: NO_TRUST.message.replace('payments/api', 'payments/second') }],
  },
  {
    name: 'the second step of a chain: tags reach it',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: trusts(arnOf('api')),
      more: {
        Last: role('last', [trusts(NEXT, 'sts:AssumeRole')]),
        NextPolicy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'last',
            Roles: ['next'],
            PolicyDocument: assumes(BOTH, arnOf('last'))[0].PolicyDocument,
          },
        },
      },
    }),
    expected: [{
      ...NO_TRUST,
      message: `Role last: its trust policy allows role next sts:AssumeRole, but not sts:TagSession, ${needs()}`,
      at: 'Stack/Last',
      others: ['Stack/Next'],
    }],
  },
  {
    name: 'a target role: the policies of the role of the association',
    ...chain({
      allowed: assumes('sts:AssumeRole', FAR),
      next: trusts(arnOf('api')),
      account: OTHER,
      association: { TargetRoleArn: FAR },
    }),
    expected: [{
      message: `Association of payments/api with ${CLUSTER_ARN}: EKS cannot assume its target role ${FAR}, because `
        + 'the policies of role api do not allow sts:TagSession on it.',
      fix: 'Allow sts:TagSession on the target role in a policy of role api, or set DisableSessionTags on the '
        + 'association.',
      at: 'Stack/Association',
      others: ['Stack/Role', 'Other/Next'],
    }],
  },
  {
    name: 'from a target role, on',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: trusts(arnOf('api')),
      association: { TargetRoleArn: NEXT },
      more: {
        Last: role('last', [trusts(NEXT, 'sts:AssumeRole')]),
      },
    }),
    expected: [{
      ...NO_TRUST,
      message: `Role last: its trust policy allows role next sts:AssumeRole, but not sts:TagSession, ${needs()}`,
      at: 'Stack/Last',
      others: ['Stack/Next'],
    }],
  },

  // silent
  {
    name: 'both actions in both halves',
    ...chain({ allowed: assumes(BOTH, FAR), next: trusts(arnOf('api')), account: OTHER }),
    expected: [],
  },
  {
    name: 'patterns that hold both actions',
    ...chain({ allowed: assumes('sts:*', FAR), next: trusts(arnOf('api'), 'sts:*'), account: OTHER }),
    expected: [],
  },
  {
    name: 'the policies of the caller where the trust policy of the same account names it',
    ...chain({ allowed: assumes('sts:AssumeRole', NEXT), next: trusts(arnOf('api')) }),
    expected: [],
  },
  {
    name: 'no session tags',
    ...chain({
      allowed: assumes('sts:AssumeRole', FAR),
      next: trusts(arnOf('api'), 'sts:AssumeRole'),
      account: OTHER,
      trust: [OF_ANY],
      association: { DisableSessionTags: true },
    }),
    also: ['pod-identity-without-session-tags'],
    expected: [],
  },
  {
    name: 'whether there are session tags, only the deployment knows',
    ...chain({
      allowed: assumes('sts:AssumeRole', FAR),
      next: trusts(arnOf('api'), 'sts:AssumeRole'),
      account: OTHER,
      trust: [OF_ANY],
      association: { DisableSessionTags: { Ref: 'Disable' } },
    }),
    expected: [],
  },
  {
    name: 'IRSA',
    ...chain({
      allowed: assumes('sts:AssumeRole', NEXT),
      next: trusts(arnOf('api'), 'sts:AssumeRole'),
      trust: [trusting()],
      association: null,
    }),
    expected: [],
  },
  {
    name: 'a role that no pod gets',
    resources: {
      Role: role('api', [{ ...trusts(ROOT), Principal: { Service: 'lambda.amazonaws.com' } }], {
        Policies: assumes('sts:AssumeRole', NEXT),
      }),
      Next: role('next', [trusts(arnOf('api'), 'sts:AssumeRole')]),
    },
    expected: [],
  },
  {
    name: 'a permission for every role is no chain',
    ...chain({ allowed: assumes('sts:AssumeRole', '*'), next: trusts(ROOT, 'sts:AssumeRole') }),
    expected: [],
  },
  {
    name: 'a pattern of roles is no chain',
    ...chain({
      allowed: assumes('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/n*`), next: trusts(ROOT, 'sts:AssumeRole'),
    }),
    expected: [],
  },
  {
    name: 'a policy that is elsewhere may allow it',
    resources: {
      Role: role('api', [HELD], {
        Policies: assumes('sts:AssumeRole', FAR),
        ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/chain'],
      }),
      Association: association(arnOf('api')),
    },
    expected: [],
  },
  {
    name: 'policies that only the deployment knows may allow it',
    resources: {
      Role: role('api', [HELD], { Policies: assumes('sts:AssumeRole', FAR), ManagedPolicyArns: { Ref: 'Arns' } }),
      Association: association(arnOf('api')),
    },
    expected: [],
  },
  {
    name: 'a permission under conditions',
    ...chain({
      allowed: [
        ...assumes('sts:AssumeRole', FAR),
        ...assumes('sts:TagSession', FAR, { Condition: { StringEquals: { 'sts:RoleSessionName': 'api' } } }),
      ],
      next: trusts(arnOf('api')),
      account: OTHER,
    }),
    expected: [],
  },
  {
    name: 'an account that only the deployment knows',
    ...chain({ allowed: assumes('sts:AssumeRole', { 'Fn::Sub': 'arn:aws:iam::${Account}:role/next' }) }),
    expected: [],
  },
  {
    name: 'a role of the account that is not in the input',
    ...chain({ allowed: assumes('sts:AssumeRole', arnOf('elsewhere')) }),
    expected: [],
  },
  {
    name: 'a trust policy that holds the role to other pods, by their tags',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: trusts(arnOf('api'), 'sts:AssumeRole', {
        Condition: { StringEquals: { 'aws:PrincipalTag/kubernetes-namespace': 'batch' } },
      }),
    }),
    expected: [],
  },
  {
    name: 'a statement of its own for the tags',
    ...chain({
      allowed: assumes(BOTH, NEXT),
      next: [trusts(arnOf('api'), 'sts:AssumeRole'), trusts(ROOT, 'sts:TagSession')],
    }),
    expected: [],
  },
  {
    name: 'a target role without session tags',
    ...chain({
      allowed: assumes('sts:AssumeRole', FAR),
      next: trusts(arnOf('api'), 'sts:AssumeRole', {
        Condition: { StringEquals: { 'sts:ExternalId': `eu-west-1/${ACCOUNT}/production/payments/api` } },
      }),
      account: OTHER,
      trust: [OF_ANY],
      association: { TargetRoleArn: FAR, DisableSessionTags: true },
    }),
    also: ['pod-identity-without-session-tags'],
    expected: [],
  },
  {
    name: 'a target role of the same account that trusts the role of the association',
    ...chain({ next: trusts(arnOf('api')), association: { TargetRoleArn: NEXT } }),
    expected: [],
  },
];

const noTarget = (actions: string, more: object = {}) => ({
  message: `Association of payments/api with ${CLUSTER_ARN}: EKS cannot assume its target role ${FAR}, because the `
    + `policies of role api do not allow ${actions} on it.`,
  fix: `Allow ${actions} on the target role in a policy of role api.`,
  at: 'Stack/Association',
  others: ['Stack/Role', 'Other/Next'],
  ...more,
});
const half = (message: string, fix: string, at: string, others: string[]) =>
  ({ severity: 'warning' as const, message, fix, at, others });
const UNTRUSTED = (reasons: string, at = 'Stack/Next') => half(
  `Role api: its policies allow sts:AssumeRole on role next, but that role does not trust it: ${reasons}.`,
  'Add it to the trust policy with trust.addPrincipal() or grantAssume(), or correct the ARN in the policy.',
  'Stack/Role',
  [at],
);

const BROKEN_CASES: Omit<Case, 'rule'>[] = [
  {
    name: 'the next role trusts somebody else',
    ...chain({ allowed: assumes(BOTH, NEXT), next: trusts(arnOf('other')) }),
    expected: [UNTRUSTED(`principal differs: got ${arnOf('api')}, trusted ${arnOf('other')}`)],
  },
  {
    name: 'by IRSA, too',
    ...chain({
      allowed: assumes('sts:AssumeRole', FAR),
      next: trusts(arnOf('other', OTHER)),
      account: OTHER,
      trust: [trusting()],
      association: null,
    }),
    expected: [UNTRUSTED(`principal differs: got ${arnOf('api')}, trusted ${arnOf('other', OTHER)}`, 'Other/Next')],
  },
  {
    name: 'a role that may assume itself, and does not trust itself',
    ...chain({ allowed: assumes(BOTH, arnOf('api')) }),
    expected: [half(
      'Role api: its policies allow sts:AssumeRole on role api, but that role does not trust it: principal differs: '
        + `got ${arnOf('api')}, trusted pods.eks.amazonaws.com.`,
      'Add it to the trust policy with trust.addPrincipal() or grantAssume(), or correct the ARN in the policy.',
      'Stack/Role',
      ['Stack/Role'],
    )],
  },
  {
    name: 'the caller has no permission, in another account',
    ...chain({ next: trusts(arnOf('api')), account: OTHER }),
    expected: [half(
      'Role next: trusts role api, whose policies do not allow sts:AssumeRole. The next role is in another account.',
      `Allow sts:AssumeRole on ${FAR} in a policy of role api, for example with grantAssume().`,
      'Other/Next',
      ['Stack/Role'],
    )],
  },
  {
    name: 'the caller has no permission, and is trusted as one of an account',
    ...chain({ next: trusts(ROOT, BOTH, { Condition: OF_ROLE }) }),
    expected: [half(
      'Role next: trusts role api, whose policies do not allow sts:AssumeRole. The next role trusts the account, '
        + 'so the caller needs permission.',
      `Allow sts:AssumeRole on ${NEXT} in a policy of role api, for example with grantAssume().`,
      'Stack/Next',
      ['Stack/Role'],
    )],
  },
  {
    name: 'a target role that the role of the association may not assume',
    ...chain({ next: trusts(arnOf('api')), account: OTHER, association: { TargetRoleArn: FAR } }),
    expected: [noTarget('sts:AssumeRole and sts:TagSession')],
  },
  {
    name: 'a target role, whether there are session tags or not',
    ...chain({
      next: trusts(arnOf('api')),
      account: OTHER,
      trust: [OF_ANY],
      association: { TargetRoleArn: FAR, DisableSessionTags: { Ref: 'Disable' } },
    }),
    also: ['open-pod-identity'],
    expected: [noTarget('sts:AssumeRole')],
  },
  {
    name: 'a target role that is not in the input',
    ...chain({ association: { TargetRoleArn: FAR } }),
    expected: [noTarget('sts:AssumeRole and sts:TagSession', { others: ['Stack/Role'] })],
  },
  {
    name: 'a target role without session tags, of which the role of the association may assume another',
    ...chain({
      allowed: assumes('sts:AssumeRole', arnOf('other', OTHER)),
      next: trusts(arnOf('api'), 'sts:AssumeRole'),
      account: OTHER,
      trust: [OF_ANY],
      association: { TargetRoleArn: FAR, DisableSessionTags: true },
    }),
    also: ['pod-identity-without-session-tags'],
    expected: [noTarget('sts:AssumeRole')],
  },

  // silent
  {
    name: 'both halves',
    ...chain({ allowed: assumes(BOTH, FAR), next: trusts(arnOf('api')), account: OTHER }),
    expected: [],
  },
  {
    name: 'the trust policy alone, in the same account',
    ...chain({ next: trusts(arnOf('api')) }),
    expected: [],
  },
  {
    name: 'the account is trusted, and the caller may not',
    ...chain({ next: trusts(ROOT) }),
    expected: [],
  },
  {
    name: 'a permission for every role, none of which trusts it',
    ...chain({ allowed: assumes(BOTH, '*'), next: trusts(arnOf('other')) }),
    expected: [],
  },
  {
    name: 'a condition that only the request can fulfil',
    ...chain({
      allowed: assumes(BOTH, FAR),
      next: trusts(arnOf('api'), BOTH, { Condition: { StringEquals: { 'sts:ExternalId': 'secret' } } }),
      account: OTHER,
    }),
    expected: [],
  },
  {
    name: 'a permission that denies it again',
    ...chain({
      allowed: [...assumes(BOTH, NEXT), ...assumes('sts:AssumeRole', NEXT, { Effect: 'Deny' })],
      next: trusts(arnOf('other')),
    }),
    expected: [],
  },
  {
    name: 'two roles with one ARN: nobody can tell which is meant',
    stacks: {
      Stack: {
        environment: 'unknown',
        resources: {
          Role: role('api', [OF_ANY], {
            Policies: assumes(BOTH, { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/next' }),
          }),
          Association: association({ 'Fn::GetAtt': ['Role', 'Arn'] }),
        },
      },
      One: { environment: 'unknown', resources: { Next: role('next', [trusts(arnOf('other'))]) } },
      Two: { environment: 'unknown', resources: { Next: role('next', [trusts(arnOf('other'))]) } },
    },
    expected: [],
  },
];

const EXTERNAL_ID = `eu-west-1/${ACCOUNT}/production/payments/api`;
/** A target role that asks for an external ID. */
const asking = (id: any, more: Record<string, unknown> = { DisableSessionTags: true }) => chain({
  allowed: assumes(BOTH, NEXT),
  next: trusts(arnOf('api'), BOTH, { Condition: { StringEquals: { 'sts:ExternalId': id } } }),
  trust: [OF_ANY],
  association: { TargetRoleArn: NEXT, ...more },
});
const refused = (message: string, fix: string, more: object = {}) => ({
  message: `Association of payments/api with ${CLUSTER_ARN}, as role ${arnOf('api')}: ${message}`,
  fix,
  at: 'Stack/Association',
  others: ['Stack/Next'],
  ...more,
});

const EXTERNAL_ID_CASES: Omit<Case, 'rule'>[] = [
  {
    name: 'a target role that asks for the external ID of another association',
    ...asking(EXTERNAL_ID.replace('payments', 'batch')),
    also: ['pod-identity-without-session-tags'],
    expected: [refused(
      'cannot assume role next: `sts:ExternalId` differs: got '
        + `${EXTERNAL_ID}, trusted ${EXTERNAL_ID.replace('payments', 'batch')}.`,
      'Trust the role of the association with trust.addPrincipal(), allowing sts:AssumeRole and sts:TagSession, or '
        + 'correct '
        + 'the association.',
    )],
  },
  {
    name: 'with session tags, whether EKS sends the external ID, AWS does not say',
    ...asking(EXTERNAL_ID, {}),
    also: ['open-pod-identity'],
    expected: [refused(
      'cannot determine whether it can assume role next: statement 0: sts:ExternalId is not known before the request.',
      'Compare the two after the deployment.',
      { severity: 'note' },
    )],
  },
  { name: 'its external ID', ...asking(EXTERNAL_ID), expected: [] },
  {
    name: 'its external ID, by Fn::GetAtt',
    ...asking({ 'Fn::GetAtt': ['Association', 'ExternalId'] }),
    expected: [],
  },
];

export const CHAIN_CASES: Case[] = [
  ...EXTERNAL_ID_CASES.map(one => ({ rule: 'role-does-not-trust', ...one })),
  ...TAG_CASES.map(one => ({ rule: 'chain-without-tag-session', ...one })),
  ...BROKEN_CASES.map(one => ({ rule: 'broken-chain', ...one })),
];
