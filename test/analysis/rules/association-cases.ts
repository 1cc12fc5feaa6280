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
  message: `Role api, Statement[0]: admits EKS Pod Identity on behalf of ${whom}.`,
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
      message: `Association of payments/api with ${CLUSTER_ARN}: there are two for one service account, with role `
        + `${arnOf('api')} and with ${arnOf('other')}.`,
      fix: 'Keep one.',
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
      message: `Add-on vpc-cni: kube-system/aws-node has role ${arnOf('irsa', '444455556666')} by IRSA, and an `
        + `association gives it ${arnOf('pods', '444455556666')}, which its pods use.`,
      fix: 'Keep one: PodIdentityAssociations or ServiceAccountRoleArn.',
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
      fix: 'Keep one. The agent of EKS Pod Identity: set installAgent only once per cluster.',
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
