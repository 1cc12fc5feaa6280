/**
 * The ways from rights in a cluster to service accounts and their AWS roles. One entry per way.
 */
import { ADMISSION_GROUP } from '../admission-objects';
import { RBAC_GROUP } from '../rbac-objects';

/**
 * How certain it is that a right leads there, best first. `certain`: the API server allows it and nothing else is
 * needed; `high`: also needs something common; `low`: needs more; `unknown`: RBAC does not determine it.
 */
export const CONFIDENCES = ['certain', 'high', 'medium', 'low', 'unknown'] as const;
export type Confidence = typeof CONFIDENCES[number];

/** A right that a way needs. */
export interface Right {
  /** Any one is enough. */
  readonly verbs: readonly string[];
  readonly group: string;
  /** Any one is enough. */
  readonly resources: readonly string[];
  readonly subresource?: string;
  /** Object names, of which any one is enough. Undefined for any object. */
  readonly names?: readonly string[];
  /** The only namespace in which the right matters. */
  readonly namespace?: string;
  /** Whether the resource is cluster-scoped, so that a RoleBinding does not grant the right. */
  readonly isOfCluster?: boolean;
}

/** What a way leads to. `rights` are only rights in the cluster; pods and tokens also give the AWS role. */
export type Yield =
  /** Pods as any service account of the namespace. */
  | 'any-account'
  /** The service accounts of running pods. */
  | 'running-accounts'
  /** Tokens of the service accounts that the rule names. */
  | 'named-accounts'
  | 'rights-of-named-accounts'
  /** The rights of service accounts whose token is in a Secret. */
  | 'rights-of-any-account'
  | 'rights-of-users'
  | 'rights-of-groups'
  /** The rights of users and groups, except `system:masters`. */
  | 'rights-of-anyone'
  /** The rights of the roles that the rule names. */
  | 'rights-of-roles'
  | 'every-right'
  /** The node, and so the service accounts of all its pods. */
  | 'node'
  /** Only useful in combination with another way. */
  | 'supports'
  | 'nothing';

export interface ReachPath {
  readonly id: string;
  /** All of them are needed. The object names in the rule of the first right determine what is reached. */
  readonly rights: readonly Right[];
  readonly yields: Yield;
  readonly confidence: Confidence;
  /** Whether it needs an existing object: a workload, a binding, or a role that is bound to the subject. */
  readonly needsObject?: boolean;
  readonly text: string;
  /** The documentation that describes it. */
  readonly source: string;
}

type Options = Pick<Right, 'isOfCluster' | 'names' | 'namespace'>;

const right = (verbs: string, group: string, resources: string, options: Options = {}): Right => {
  const [names, subresource] = resources.split('/');
  return {
    verbs: verbs.split(' '),
    group,
    resources: names.split(' '),
    ...subresource !== undefined && { subresource },
    ...options,
  };
};
const OF_CLUSTER = { isOfCluster: true };
const WRITE = 'create update patch';
const CHANGE = 'update patch';
const CERTIFICATES = 'certificates.k8s.io';

const SITE = 'https://kubernetes.io/docs';
const GOOD_PRACTICES = `${SITE}/concepts/security/rbac-good-practices/`;
const ESCALATION =
  `${SITE}/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping`;
const IMPERSONATION = `${SITE}/reference/access-authn-authz/user-impersonation/`;
const TOKENS = `${SITE}/concepts/security/service-accounts/`;
const PODS = `${SITE}/concepts/workloads/pods/`;
const ADMISSION_PAGE = `${SITE}/reference/access-authn-authz/extensible-admission-controllers/`;
const SIGNING = `${SITE}/reference/access-authn-authz/certificate-signing-requests/`;

const WORKLOADS: ReadonlyArray<readonly [group: string, resources: string]> = [
  ['', 'replicationcontrollers'],
  ['apps', 'deployments statefulsets daemonsets replicasets'],
  ['batch', 'jobs cronjobs'],
];

const SIGNERS = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

/** All ways. A live test compares who has a right with kube-apiserver; the ways themselves rely on their sources. */
export const PATHS: readonly ReachPath[] = [
  {
    id: 'create-pods',
    rights: [right('create', '', 'pods')],
    yields: 'any-account',
    confidence: 'certain',
    text: 'A pod may use any service account of its namespace. That requires no right on the service account.',
    source: GOOD_PRACTICES,
  },
  ...WORKLOADS.flatMap(([group, resources]): ReachPath[] => [
    {
      id: `create-workloads${group && `-${group}`}`,
      rights: [right('create', group, resources)],
      yields: 'any-account',
      confidence: 'certain',
      text: 'Its controller creates pods as any service account of the namespace.',
      source: GOOD_PRACTICES,
    },
    {
      id: `change-workloads${group && `-${group}`}`,
      rights: [right(CHANGE, group, resources)],
      yields: 'any-account',
      confidence: 'certain',
      needsObject: true,
      text: 'The image and the service account of an existing workload can be changed.',
      source: GOOD_PRACTICES,
    },
  ]),
  {
    id: 'replace-controller-revisions',
    rights: [
      right('create', 'apps', 'controllerrevisions'), right('delete deletecollection', 'apps', 'controllerrevisions'),
    ],
    yields: 'any-account',
    confidence: 'unknown',
    text: 'A StatefulSet or DaemonSet may create pods from the template of a revision that was replaced.',
    source: `${SITE}/concepts/workloads/controllers/statefulset/#rolling-updates`,
  },
  {
    id: 'change-pods',
    rights: [right(CHANGE, '', 'pods')],
    yields: 'running-accounts',
    confidence: 'high',
    text: 'The image of a running pod can be changed, but not its service account.',
    source: `${PODS}#pod-update-and-replacement`,
  },
  {
    id: 'ephemeral-containers',
    rights: [right(CHANGE, '', 'pods/ephemeralcontainers')],
    yields: 'running-accounts',
    confidence: 'certain',
    text: 'A container that is added to a running pod can mount its token.',
    source: `${PODS}ephemeral-containers/`,
  },
  {
    id: 'exec',
    rights: [right('create', '', 'pods/exec')],
    yields: 'running-accounts',
    confidence: 'certain',
    text: 'A command in a running pod can read its token.',
    source: GOOD_PRACTICES,
  },
  {
    id: 'exec-by-get',
    rights: [right('get', '', 'pods/exec')],
    yields: 'running-accounts',
    confidence: 'high',
    text: 'A GET request can run a command in a running pod. Newer versions of Kubernetes require the verb create.',
    source: GOOD_PRACTICES,
  },
  {
    id: 'attach',
    rights: [right('create get', '', 'pods/attach')],
    yields: 'running-accounts',
    confidence: 'low',
    text: 'Sends input to the process of a running pod. The effect depends on the process.',
    source: `${SITE}/reference/kubectl/generated/kubectl_attach/`,
  },
  {
    id: 'talk-to-pods',
    rights: [right('create get', '', 'pods services/proxy')],
    yields: 'running-accounts',
    confidence: 'low',
    text: 'Sends requests to a workload. They lead to its role only if the workload exposes its credentials.',
    source: `${SITE}/tasks/access-application-cluster/`,
  },
  {
    id: 'port-forward',
    rights: [right('create get', '', 'pods/portforward')],
    yields: 'running-accounts',
    confidence: 'low',
    text: 'Sends requests to a workload. They lead to its role only if the workload exposes its credentials.',
    source: `${SITE}/tasks/access-application-cluster/port-forward-access-application-cluster/`,
  },
  {
    id: 'create-tokens',
    rights: [right('create', '', 'serviceaccounts/token')],
    yields: 'named-accounts',
    confidence: 'certain',
    text: 'Creates a token of the service account for the STS audience, without a pod. Unknown for EKS Pod Identity.',
    source: GOOD_PRACTICES,
  },
  {
    id: 'create-service-accounts',
    rights: [right('create', '', 'serviceaccounts')],
    yields: 'supports',
    confidence: 'low',
    text: 'Creates a service account with an unused name that a trust policy allows. Also needs a pod or a token.',
    source: TOKENS,
  },
  {
    id: 'change-service-accounts',
    rights: [right(CHANGE, '', 'serviceaccounts')],
    yields: 'supports',
    confidence: 'low',
    text: 'Changes the role annotation, so the workload gets another role or none. By itself it gives no access.',
    source: TOKENS,
  },
  {
    id: 'grant-own-rights',
    rights: [right(WRITE, RBAC_GROUP, 'roles rolebindings')],
    yields: 'nothing',
    confidence: 'certain',
    text: 'Without bind or escalate, Kubernetes does not let anyone grant rights that they do not have.',
    source: ESCALATION,
  },
  ...['roles', 'clusterroles'].flatMap((kind): ReachPath[] => [
    {
      id: `bind-${kind}`,
      rights: [right('bind', RBAC_GROUP, kind), right('create', RBAC_GROUP, 'rolebindings')],
      yields: 'rights-of-roles',
      confidence: 'certain',
      text: 'A RoleBinding grants the role in its namespace to anyone.',
      source: ESCALATION,
    },
    {
      id: `bind-${kind}-again`,
      rights: [right('bind', RBAC_GROUP, kind), right(CHANGE, RBAC_GROUP, 'rolebindings')],
      yields: 'rights-of-roles',
      confidence: 'certain',
      needsObject: true,
      text: 'A subject can be added to an existing RoleBinding.',
      source: ESCALATION,
    },
  ]),
  {
    id: 'bind-in-cluster',
    rights: [
      right('bind', RBAC_GROUP, 'clusterroles', OF_CLUSTER),
      right('create', RBAC_GROUP, 'clusterrolebindings', OF_CLUSTER),
    ],
    yields: 'rights-of-roles',
    confidence: 'certain',
    text: 'A ClusterRoleBinding grants the role in the whole cluster to anyone.',
    source: ESCALATION,
  },
  {
    id: 'bind-in-cluster-again',
    rights: [
      right('bind', RBAC_GROUP, 'clusterroles', OF_CLUSTER),
      right(CHANGE, RBAC_GROUP, 'clusterrolebindings', OF_CLUSTER),
    ],
    yields: 'rights-of-roles',
    confidence: 'certain',
    needsObject: true,
    text: 'A subject can be added to an existing ClusterRoleBinding.',
    source: ESCALATION,
  },
  ...[
    { kind: 'roles', options: {}, bindings: 'rolebindings' },
    { kind: 'clusterroles', options: OF_CLUSTER, bindings: 'clusterrolebindings' },
  ].flatMap(({ kind, options, bindings }): ReachPath[] => [
    {
      id: `escalate-${kind}`,
      rights: [right('escalate', RBAC_GROUP, kind, options), right(CHANGE, RBAC_GROUP, kind, options)],
      yields: 'every-right',
      confidence: 'certain',
      needsObject: true,
      text: 'A role that is bound to the subject can be given any right.',
      source: ESCALATION,
    },
    {
      id: `escalate-and-bind-${kind}`,
      rights: [
        right('escalate', RBAC_GROUP, kind, options), right('create', RBAC_GROUP, kind, options),
        right('bind', RBAC_GROUP, kind, options), right('create', RBAC_GROUP, bindings, options),
      ],
      yields: 'every-right',
      confidence: 'certain',
      text: 'A new role can be given any right, and then be bound.',
      source: ESCALATION,
    },
  ]),
  {
    id: 'impersonate-service-accounts',
    rights: [right('impersonate', '', 'serviceaccounts')],
    yields: 'rights-of-named-accounts',
    confidence: 'certain',
    text: 'Gives the rights of the service account in the cluster, but not its AWS role.',
    source: IMPERSONATION,
  },
  {
    id: 'impersonate-users',
    rights: [right('impersonate', '', 'users', OF_CLUSTER)],
    yields: 'rights-of-users',
    confidence: 'certain',
    text: 'Gives the rights of the user, without the rights of its groups.',
    source: IMPERSONATION,
  },
  ...[right('impersonate', '', 'users', OF_CLUSTER), right('impersonate', '', 'serviceaccounts')].map(
    (user): ReachPath => ({
      id: `impersonate-groups-with-${user.resources[0]}`,
      rights: [right('impersonate', '', 'groups', OF_CLUSTER), user],
      yields: 'rights-of-groups',
      confidence: 'certain',
      text: 'Gives the rights of the group; if names are not restricted, also of system:masters.',
      source: IMPERSONATION,
    }),
  ),
  {
    id: 'read-secrets',
    rights: [right('get list watch update patch', '', 'secrets')],
    yields: 'rights-of-any-account',
    confidence: 'low',
    text: 'Gives the rights of service accounts with a long-lived token. Its issuer is not the OIDC issuer.',
    source: TOKENS,
  },
  {
    id: 'create-secrets',
    rights: [right('create', '', 'secrets'), right('get list watch update patch', '', 'secrets')],
    yields: 'rights-of-any-account',
    confidence: 'high',
    text: 'The controller manager writes a token to a new Secret of type service-account-token.',
    source: TOKENS,
  },
  {
    id: 'mutating-webhooks',
    rights: [right(WRITE, ADMISSION_GROUP, 'mutatingwebhookconfigurations', OF_CLUSTER)],
    yields: 'any-account',
    confidence: 'high',
    text: 'A mutating webhook can change every pod that is created from then on.',
    source: ADMISSION_PAGE,
  },
  {
    id: 'mutating-policies',
    rights: [
      right(WRITE, ADMISSION_GROUP, 'mutatingadmissionpolicies', OF_CLUSTER),
      right(WRITE, ADMISSION_GROUP, 'mutatingadmissionpolicybindings', OF_CLUSTER),
    ],
    yields: 'any-account',
    confidence: 'unknown',
    text: 'If the API is enabled, a mutating policy can change every pod that is created from then on.',
    source: `${SITE}/reference/access-authn-authz/mutating-admission-policy/`,
  },
  {
    id: 'validating-webhooks',
    rights: [right(WRITE, ADMISSION_GROUP, 'validatingwebhookconfigurations', OF_CLUSTER)],
    yields: 'nothing',
    confidence: 'certain',
    text: 'A validating webhook can only read and reject objects.',
    source: ADMISSION_PAGE,
  },
  {
    id: 'node-proxy',
    rights: [right('get create', '', 'nodes/proxy', OF_CLUSTER)],
    yields: 'running-accounts',
    confidence: 'high',
    text: 'The kubelet API can run commands in pods of its node.',
    source: GOOD_PRACTICES,
  },
  {
    id: 'sign-certificates',
    rights: [
      right('create', CERTIFICATES, 'certificatesigningrequests', OF_CLUSTER),
      right(CHANGE, CERTIFICATES, 'certificatesigningrequests/approval', OF_CLUSTER),
      right('approve', CERTIFICATES, 'signers', { ...OF_CLUSTER, names: SIGNERS }),
    ],
    yields: 'rights-of-anyone',
    confidence: 'unknown',
    text: 'Gives a client certificate of any user or group except system:masters. Not verified for EKS.',
    source: SIGNING,
  },
  {
    id: 'privileged-pods',
    rights: [right('create', '', 'pods')],
    yields: 'node',
    confidence: 'high',
    text: 'Unless Pod Security forbids it, a privileged pod can take over its node and the tokens of all its pods.',
    source: GOOD_PRACTICES,
  },
  {
    id: 'aws-auth',
    rights: [right(CHANGE, '', 'configmaps', { names: ['aws-auth'], namespace: 'kube-system' })],
    yields: 'every-right',
    confidence: 'unknown',
    text: 'If EKS uses aws-auth, any IAM principal can be made an administrator of the cluster.',
    source: 'https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html',
  },
  {
    id: 'replace-aws-auth',
    rights: [
      right('delete deletecollection', '', 'configmaps', { names: ['aws-auth'], namespace: 'kube-system' }),
      right('create', '', 'configmaps', { namespace: 'kube-system' }),
    ],
    yields: 'every-right',
    confidence: 'unknown',
    text: 'If EKS uses aws-auth, any IAM principal can be made an administrator of the cluster.',
    source: 'https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html',
  },
  {
    id: 'change-namespaces',
    rights: [right(CHANGE, '', 'namespaces')],
    yields: 'supports',
    confidence: 'low',
    text: 'Labels of the namespace determine Pod Security and which policies apply.',
    source: GOOD_PRACTICES,
  },
  {
    id: 'change-policies',
    rights: [right(
      'update patch delete deletecollection', ADMISSION_GROUP,
      'validatingadmissionpolicies validatingadmissionpolicybindings', OF_CLUSTER,
    )],
    yields: 'supports',
    confidence: 'certain',
    text: 'Policies that protect pods and service accounts can be removed.',
    source: `${SITE}/reference/access-authn-authz/validating-admission-policy/`,
  },
  ...[
    right(CHANGE, 'apps', 'deployments statefulsets replicasets/scale'),
    right('create', '', 'pods/eviction'),
    right('create', '', 'pods/binding'),
    right('create', '', 'bindings'),
    right(WRITE, '', 'podtemplates'),
    right(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  ].map((own): ReachPath => ({
    id: `no-identity-${own.resources[0]}${own.subresource === undefined ? '' : `-${own.subresource}`}`,
    rights: [own],
    yields: 'nothing',
    confidence: 'certain',
    text: 'Starts, stops or schedules pods, but does not choose their service account.',
    source: GOOD_PRACTICES,
  })),
];
