import { arnOf, association, Case, CLUSTER_ARN, Expected, podIdentity, role } from './support';

const NAMESPACE = 'aws:RequestTag/kubernetes-namespace';
const NAME = 'aws:RequestTag/kubernetes-service-account';
const OF_CLUSTER = { ArnEquals: { 'aws:SourceArn': CLUSTER_ARN } };
const OF_API = { StringEquals: { [NAMESPACE]: 'payments', [NAME]: 'api' } };
const HELD = podIdentity({ Condition: { ...OF_CLUSTER, ...OF_API } });

const of = (statement: any, more: Record<string, any> = {}) => ({
  resources: { Role: role('api', [statement].flat()), ...more },
});
const open = (whom: string, fix: string): Expected => ({
  message: `Role api, Statement[0]: allows EKS Pod Identity to assume the role for ${whom}.`,
  fix,
  at: 'Stack/Role',
});
const ANY_CLUSTER = open(
  'every cluster of the account',
  'Compare aws:SourceArn with the ARN of the cluster, or use trust.addPodIdentity().',
);
const ANY_ACCOUNT = open(
  'every service account', `Compare ${NAMESPACE} and ${NAME}, or use trust.addPodIdentity().`,
);
const addon = (AddonName: string, properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::EKS::Addon',
  Properties: { ClusterName: 'production', AddonName, ...properties },
});

const UNTAGGED = association(arnOf('api'), { DisableSessionTags: true });
const AT = 'Stack/Association';
const SHORTEN = 'Shorten it: remove whitespace and statements that it does not need.';
const WRITE_IT = 'Write Version and Statement, with Action and Resource.';
const SESSION_POLICY = policyOfLength(100);
const limited = (Policy: unknown) => association(arnOf('api'), { Policy, DisableSessionTags: true });

/** A text of that many characters, and others behind it. */
function policyOfLength(length: number, more = ''): string {
  const text = (resource: string) =>
    JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${resource}` } });
  return text('x'.repeat(length - text('').length)) + more;
}

export const ASSOCIATION_CASES: Case[] = [
  // open-pod-identity
  {
    rule: 'open-pod-identity',
    name: 'as AWS documents it, without conditions',
    ...of(podIdentity()),
    expected: [ANY_CLUSTER, ANY_ACCOUNT],
  },
  {
    rule: 'open-pod-identity',
    name: 'of one cluster, with tags that nothing compares',
    ...of(podIdentity({ Condition: OF_CLUSTER })),
    expected: [ANY_ACCOUNT],
  },
  {
    rule: 'open-pod-identity',
    name: 'of a service account of any cluster',
    ...of(podIdentity({ Condition: OF_API })),
    expected: [ANY_CLUSTER],
  },
  {
    rule: 'open-pod-identity',
    name: 'conditions that exclude nobody',
    ...of(podIdentity({
      Condition: { ArnLike: { 'aws:SourceArn': '*' }, StringEqualsIfExists: { [NAMESPACE]: 'payments' } },
    })),
    expected: [ANY_CLUSTER, ANY_ACCOUNT],
  },
  { rule: 'open-pod-identity', name: 'held to both', ...of(HELD), expected: [] },
  {
    rule: 'open-pod-identity',
    name: 'held by tags of the cluster',
    ...of(podIdentity({
      Condition: { StringEquals: { ...OF_API.StringEquals, 'aws:RequestTag/eks-cluster-name': 'production' } },
    })),
    expected: [],
  },
  {
    rule: 'open-pod-identity',
    name: 'session tags that the user does without',
    ...of(podIdentity({ Action: 'sts:AssumeRole', Condition: OF_CLUSTER })),
    expected: [],
  },
  {
    rule: 'open-pod-identity',
    name: 'an association that disables session tags',
    ...of(podIdentity({ Condition: OF_CLUSTER }), {
      Association: association(arnOf('api'), { DisableSessionTags: true }),
    }),
    expected: [],
  },

  // pod-identity-without-session-tags
  {
    rule: 'pod-identity-without-session-tags',
    name: 'the role admits every association of the cluster',
    ...of(podIdentity({ Condition: OF_CLUSTER }), { Association: UNTAGGED }),
    expected: [{
      message: `Association of payments/api with ${CLUSTER_ARN}: disables session tags, so every association of the `
        + 'cluster can use role api.',
      fix: 'Enable session tags, or restrict who can call eks:CreatePodIdentityAssociation and iam:PassRole with this '
        + 'role. If the association needs a session policy, suppress the rule with that reason.',
      at: 'Stack/Association',
      others: ['Stack/Role'],
    }],
  },
  ...[['with session tags', false], ['only the deployment knows', { Ref: 'Disable' }]].map(([name, disable]): Case => ({
    rule: 'pod-identity-without-session-tags',
    name: `${name}`,
    ...of(HELD, { Association: association(arnOf('api'), { DisableSessionTags: disable }) }),
    expected: [],
  })),
  {
    rule: 'pod-identity-without-session-tags',
    name: 'the role demands tags: it admits nobody, as another rule says',
    ...of(HELD, { Association: UNTAGGED }),
    expected: [],
  },
  {
    rule: 'pod-identity-without-session-tags',
    name: 'the role is not in the input',
    resources: { Association: UNTAGGED },
    expected: [],
  },

  // rejected-session-policy
  ...[{}, { DisableSessionTags: false }, { DisableSessionTags: 'false' }].map((more): Case => ({
    rule: 'rejected-session-policy',
    name: `session tags: ${JSON.stringify(more)}`,
    ...of(HELD, { Association: association(arnOf('api'), { Policy: SESSION_POLICY, ...more }) }),
    expected: [{
      message: `Association of payments/api with ${CLUSTER_ARN}: has a session policy, which EKS accepts only without `
        + 'session tags.',
      fix: 'Set DisableSessionTags: true, or remove Policy.',
      at: 'Stack/Association',
    }],
  })),
  ...[
    [policyOfLength(2049), 'has 2049 characters; EKS accepts at most 2048', SHORTEN] as const,
    [policyOfLength(2048 - 4, '    \n'), 'has 2049 characters; EKS accepts at most 2048', SHORTEN] as const,
    [
      { 'Fn::Sub': policyOfLength(2049).replace('"s3:', '"${Action}s3:') },
      'has 2049 characters; EKS accepts at most 2048',
      SHORTEN,
    ] as const,
    ['s3:*', 'is not a valid IAM policy: the document is not an object', WRITE_IT] as const,
    [
      JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' } }),
      'is not a valid IAM policy: statement 0: Principal is not allowed here',
      WRITE_IT,
    ] as const,
  ].map(([Policy, what, fix]): Case => ({
    rule: 'rejected-session-policy',
    name: what,
    ...of(podIdentity({ Condition: OF_CLUSTER }), { Association: limited(Policy) }),
    also: ['pod-identity-without-session-tags'],
    expected: [
      { message: `Association of payments/api with ${CLUSTER_ARN}: its session policy ${what}.`, fix, at: AT },
    ],
  })),
  ...[
    SESSION_POLICY,
    policyOfLength(2048),
    { Ref: 'Policy' },
    { 'Fn::Sub': '{"Statement": {"Effect": "Allow", "Action": "s3:*", ${Rest}}' },
    { 'Fn::ToJsonString': { Statement: { Effect: 'Allow', Action: 's3:*', Resource: { Ref: 'Bucket' } } } },
  ].map((Policy): Case => ({
    rule: 'rejected-session-policy',
    name: JSON.stringify(Policy).slice(0, 60),
    ...of(podIdentity({ Condition: OF_CLUSTER }), { Association: limited(Policy) }),
    expected: [],
  })),
  {
    rule: 'rejected-session-policy',
    name: 'no session policy',
    ...of(HELD, { Association: association(arnOf('api')) }),
    expected: [],
  },
  {
    rule: 'rejected-session-policy',
    name: 'whether there are session tags, only the deployment knows',
    ...of(HELD, {
      Association: association(arnOf('api'), { Policy: SESSION_POLICY, DisableSessionTags: { Ref: 'Disable' } }),
    }),
    expected: [],
  },

  // repeated-association
  {
    rule: 'repeated-association',
    name: 'two roles',
    ...of(HELD, {
      Association: association(arnOf('api')),
      Second: association(arnOf('other')),
      Other: role('other', [HELD]),
    }),
    expected: [{
      message: `Association of payments/api with ${CLUSTER_ARN}: the service account has two associations, with role `
        + `${arnOf('api')} and with ${arnOf('other')}.`,
      fix: 'Keep only one.',
      at: 'Stack/Second',
      others: ['Stack/Association'],
    }],
  },
  {
    rule: 'repeated-association',
    name: 'the role of an add-on by IRSA, and an association',
    resources: {
      Addon: addon('vpc-cni', { ServiceAccountRoleArn: arnOf('irsa', '444455556666') }),
      Association: association(arnOf('pods', '444455556666'), { Namespace: 'kube-system', ServiceAccount: 'aws-node' }),
    },
    expected: [{
      severity: 'warning',
      message: `Add-on vpc-cni: kube-system/aws-node has IRSA role ${arnOf('irsa', '444455556666')}, but its pods use `
        + `${arnOf('pods', '444455556666')} from an association.`,
      fix: 'Keep only one: PodIdentityAssociations or ServiceAccountRoleArn.',
      at: 'Stack/Addon',
      others: ['Stack/Association'],
    }],
  },
  {
    rule: 'repeated-association',
    name: 'one in each cluster',
    ...of(HELD, {
      Association: association(arnOf('api')),
      Second: association(arnOf('api'), { ClusterName: 'staging' }),
    }),
    expected: [],
  },
  {
    rule: 'repeated-association',
    name: 'an add-on and an association of another service account',
    resources: {
      Addon: addon('vpc-cni', { ServiceAccountRoleArn: arnOf('irsa', '444455556666') }),
      Association: association(arnOf('pods', '444455556666')),
    },
    expected: [],
  },

  // repeated-addon
  {
    rule: 'repeated-addon',
    name: 'the agent, twice',
    resources: { Agent: addon('eks-pod-identity-agent'), Again: addon('eks-pod-identity-agent') },
    expected: [{
      message: `Add-on eks-pod-identity-agent of ${CLUSTER_ARN}: is declared twice.`,
      fix: 'Keep only one. For the EKS Pod Identity agent, set installAgent only once per cluster.',
      at: 'Stack/Again',
      others: ['Stack/Agent'],
    }],
  },
  {
    rule: 'repeated-addon',
    name: 'one in each cluster, and another one',
    resources: {
      Agent: addon('eks-pod-identity-agent'),
      Other: addon('eks-pod-identity-agent', { ClusterName: 'staging' }),
      Cni: addon('vpc-cni'),
    },
    expected: [],
  },
];
