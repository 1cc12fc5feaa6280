import {
  arnOf, association, Case, CLUSTER_ARN, Expected, Files, podIdentity, role, trusting,
} from './support';

const GROUP = 'rbac.authorization.k8s.io';
const VERSION = `${GROUP}/v1`;
const OPS = arnOf('ops');

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

const object = (kind: string, metadata: Metadata, more: object = {}) =>
  ({ apiVersion: kind === 'ServiceAccount' || kind === 'Namespace' ? 'v1' : VERSION, kind, metadata, ...more });
const bound = (subject: object, roleName = 'edit', metadata: Partial<Metadata> = {}) =>
  object('RoleBinding', { name: 'dev', namespace: 'payments', ...metadata }, {
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: roleName }, subjects: [subject],
  });
const clusterRole = (name: string, verbs: string[], resources: string[], apiGroups = ['']) =>
  object('ClusterRole', { name }, { rules: [{ verbs, apiGroups, resources }] });
const group = (name: string) => ({ kind: 'Group', name, apiGroup: GROUP });
/** Each object is in a line of its own. */
const manifests = (...objects: object[]) =>
  ({ 'rbac.yaml': objects.map(item => `---\n${JSON.stringify(item)}\n`).join('') });
const inline = (...statements: object[]) =>
  ({ Policies: [{ PolicyName: 'inline', PolicyDocument: { Version: '2012-10-17', Statement: statements } }] });
const allow = (Action: string, Resource = '*', more: object = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
const WRITER = role('api', [trusting()], inline(allow('s3:PutObject', 'arn:aws:s3:::data/*')));
const READER = role('api', [trusting()], inline(allow('s3:GetObject', 'arn:aws:s3:::data/*')));
const ALL = group('system:authenticated');
const DEV = group('dev');
const ofAws = (name: string) => ({ ManagedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] });

const EVERYBODY_FIX = 'Instead, bind only a group of people who need it.';
const BY_EDIT = 'create pods in payments (RoleBinding payments/dev (ClusterRole edit))';
const open = (more: Partial<Expected> = {}): Expected[] => [{
  message: 'ServiceAccount payments/api: everyone who is signed in to the cluster (system:authenticated) can act as '
    + `it through the right to ${BY_EDIT}. Its role api allows s3:PutObject.`,
  fix: EVERYBODY_FIX,
  at: 'rbac.yaml:2',
  others: ['Stack/Role'],
  ...more,
}];
const OF_POD = {
  ArnEquals: { 'aws:SourceArn': CLUSTER_ARN },
  StringEquals: {
    'aws:RequestTag/kubernetes-namespace': 'payments', 'aws:RequestTag/kubernetes-service-account': 'api',
  },
};
const GUARD_FIX = 'Give it rights in fewer namespaces, or restrict who can use the service accounts with a '
  + 'WorkloadIdentityGuard.';

/** A role that EKS lets into the cluster. */
function entered(own: object, reached: object, policy = 'AmazonEKSEditPolicy', namespaces = ['payments']): Files {
  const AccessScope = namespaces.length > 0 ? { Type: 'namespace', Namespaces: namespaces } : { Type: 'cluster' };
  const PolicyArn = `arn:aws:eks::aws:cluster-access-policy/${policy}`;
  return {
    resources: {
      Role: role('api', [podIdentity({ Condition: OF_POD })], reached as Record<string, unknown>),
      Ops: role('ops', [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
        own as Record<string, unknown>),
      Association: association(arnOf('api')),
      Entry: {
        Type: 'AWS::EKS::AccessEntry',
        Properties: {
          ClusterName: 'production', PrincipalArn: OPS, AccessPolicies: [{ PolicyArn, AccessScope }],
        },
      },
    },
  };
}

const PUT = inline(allow('s3:PutObject', 'arn:aws:s3:::data/*'));
const stronger = (text: string, more: Partial<Expected> = {}): Expected[] => [{
  message: 'Role ops: can use the roles of workloads through the right to create pods in payments (AmazonEKSEditPolicy '
    + `in payments). ${text}`,
  fix: GUARD_FIX,
  at: 'Stack/Entry',
  others: ['Stack/Ops'],
  ...more,
}];
const MORE = stronger('More than its own policies allow: api (s3:PutObject on arn:aws:s3:::data/*).');
const unclear = (policy: string) => stronger(
  `Not comparable, because a policy cannot be read: api (${policy}).`, { severity: 'note' });

const TOKENS = clusterRole('tokens', ['create'], ['serviceaccounts/token']);
const tokens = (kind: string, name: string, at = 'rbac.yaml:4'): Expected[] => [{
  message: `${kind} ${name}: may create tokens for ServiceAccount payments/api (RoleBinding payments/dev (ClusterRole `
    + 'tokens)), and so use role api without a pod.',
  fix: 'Remove serviceaccounts/token from the role, or restrict it to other service accounts with resourceNames.',
  at,
  others: ['Stack/Role'],
}];

const owned = (owner: string) => ({ labels: { owner } });
const account = (labels?: object) => object('ServiceAccount', {
  name: 'api', namespace: 'payments', annotations: { 'eks.amazonaws.com/role-arn': arnOf('api') }, ...labels,
});
const namespace = (labels?: object) => object('Namespace', { name: 'payments', ...labels });
const ofBilling = (at: string): Expected[] => [{
  message: 'RoleBinding payments/dev (ClusterRole edit): gives Group dev the right to create pods in payments. The '
    + 'binding belongs to payments, but ServiceAccount payments/api with role api belongs to billing.',
  fix: 'Move ServiceAccount payments/api to a namespace of billing, or restrict who can use it with a '
    + 'WorkloadIdentityGuard.',
  at,
  others: ['Stack/Role'],
}];

const aggregated = (name: string, selects: string, label: string) => object('ClusterRole',
  { name, labels: { [label]: 'true' } },
  { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [selects]: 'true' } }] }, rules: [] });

const REFUSED_FIX = 'Correct it. Until then, the API server rejects the object.';

export const REACH_CASES: Case[] = [
  ...([
    ['by a group', { Role: WRITER }, ALL, open()],
    ['without signing in', { Role: WRITER }, group('system:unauthenticated'), open({
      message: 'ServiceAccount payments/api: everyone who can reach the API server (system:unauthenticated) can act as '
        + `it through the right to ${BY_EDIT}. Its role api allows s3:PutObject.`,
    })],
    ['with a policy of AWS', { Role: role('api', [trusting()], ofAws('AmazonDynamoDBFullAccess')) }, ALL, open({
      severity: 'warning',
      message: 'ServiceAccount payments/api: everyone who is signed in to the cluster (system:authenticated) can act '
        + `as it through the right to ${BY_EDIT}. Its role api has the policy AmazonDynamoDBFullAccess, which is not `
        + 'in the templates.',
    })],
    ['that only reads', { Role: READER }, ALL, []],
    ['that reads with a policy of AWS', { Role: role('api', [trusting()], ofAws('AmazonS3ReadOnlyAccess')) }, ALL, []],
    ['for some people', { Role: WRITER }, DEV, []],
  ] as const).map(([name, resources, subject, expected]): Case => ({
    rule: 'data-open-to-everybody', name, resources, manifests: manifests(bound(subject)), expected: [...expected],
  })),
  {
    rule: 'data-open-to-everybody',
    name: 'in another namespace',
    resources: { Role: WRITER },
    manifests: manifests(bound(ALL, 'edit', { namespace: 'web' })),
    expected: [],
  },
  {
    rule: 'data-open-to-everybody',
    name: 'with a boundary that does not write',
    resources: {
      Role: role('api', [trusting()], { ...PUT, PermissionsBoundary: { Ref: 'Boundary' } }),
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: [allow('s3:Get*')] },
        },
      },
    },
    manifests: manifests(bound(ALL)),
    expected: [],
  },
  {
    rule: 'data-open-to-everybody',
    name: 'for everybody who only reads',
    resources: { Role: WRITER },
    manifests: manifests(bound(ALL, 'view')),
    expected: [],
  },

  ...([
    ['for a group', DEV, tokens('Group', 'dev')],
    ['for a user', { kind: 'User', name: 'alice', apiGroup: GROUP }, tokens('User', 'alice')],
    ['for a service account', { kind: 'ServiceAccount', namespace: 'ci', name: 'runner' }, []],
    ['for nodes', group('system:nodes'), []],
  ] as const).map(([name, subject, expected]): Case => ({
    rule: 'tokens-for-people',
    name,
    resources: { Role: READER },
    manifests: manifests(TOKENS, bound(subject, 'tokens')),
    expected: [...expected],
  })),
  {
    rule: 'tokens-for-people',
    name: 'by the built-in role edit, or as an administrator',
    resources: { Role: READER },
    manifests: manifests(
      bound(DEV), clusterRole('all', ['*'], ['*'], ['*']), bound(group('ops'), 'all', { name: 'ops' }),
    ),
    expected: [],
  },
  {
    rule: 'tokens-for-people',
    name: 'of service accounts without a role',
    resources: { Role: READER },
    manifests: manifests(TOKENS, bound(DEV, 'tokens', { namespace: 'web' }), object('ServiceAccount', {
      name: 'web', namespace: 'web',
    })),
    expected: [],
  },

  ...([
    ['of rights that it lacks', entered({}, PUT), MORE],
    ['of rights on other resources', entered(inline(allow('s3:PutObject', 'arn:aws:s3:::logs/*')), PUT), MORE],
    ['of rights that a boundary takes away', entered({
      ...inline(allow('s3:*')), PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess',
    }, PUT), unclear('AdministratorAccess')],
    ['of rights that it has', entered(inline(allow('s3:Put*', 'arn:aws:s3:::data/*')), PUT), []],
    ['of an administrator', entered(ofAws('AdministratorAccess'), PUT), []],
    ['of a policy of AWS', entered({}, ofAws('AmazonS3FullAccess')), unclear('AmazonS3FullAccess')],
    ['of the same policy of AWS', entered(ofAws('AmazonS3FullAccess'), ofAws('AmazonS3FullAccess')), []],
    ['perhaps, under a condition', entered(inline(allow('s3:*', '*', {
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    })), PUT),
    unclear('inline')],
    ['in another namespace', entered({}, PUT, 'AmazonEKSEditPolicy', ['web']), []],
    ['that only views', entered({}, PUT, 'AmazonEKSViewPolicy'), []],
    ['of an administrator of the cluster, once', entered({}, PUT, 'AmazonEKSClusterAdminPolicy', []), [{
      severity: 'note',
      message: 'Role ops: is an administrator of the cluster and can use the roles of workloads through the right to '
        + 'create pods in all namespaces (AmazonEKSClusterAdminPolicy). More than its own policies allow: api '
        + '(s3:PutObject on arn:aws:s3:::data/*).',
      fix: GUARD_FIX,
      at: 'Stack/Entry',
      others: ['Stack/Ops'],
    }]],
  ] as Array<[string, Files, Expected[]]>).map(([name, files, expected]): Case => ({
    rule: 'more-rights-through-cluster', name, ...files, expected,
  })),

  ...([
    ['of a label of the service account', [namespace(owned('payments')), account(owned('billing')), bound(DEV)],
      ofBilling('rbac.yaml:6')],
    ['of a label of the binding', [namespace(owned('billing')), bound(DEV, 'edit', owned('payments'))],
      ofBilling('rbac.yaml:4')],
    ['of the same owner', [namespace(owned('payments')), account(owned('payments')), bound(DEV)], []],
    ['of another label', [namespace({ labels: { team: 'a' } }), account({ labels: { team: 'b' } }), bound(DEV)], []],
    ['of nobody', [namespace(), account(owned('billing')), bound(DEV)], []],
    ['for those who only view', [namespace(owned('payments')), account(owned('billing')), bound(DEV, 'view')], []],
    ['for a service account', [
      namespace(owned('payments')),
      account(owned('billing')),
      bound({ kind: 'ServiceAccount', namespace: 'ci', name: 'x' }),
    ], []],
  ] as const).map(([name, objects, expected]): Case => ({
    rule: 'role-of-another-owner',
    name,
    resources: { Role: READER },
    manifests: manifests(...objects),
    expected: [...expected],
  })),

  ...([
    ['of an unknown kind', { kind: 'Robot', name: 'x' },
      'subjects[0].kind must be User, Group or ServiceAccount, got: Robot'],
    ['of another API group', { kind: 'Group', name: 'x', apiGroup: 'v1' },
      `subjects[0].apiGroup must be ${GROUP}, got: v1`],
  ] as const).map(([name, subject, problem]): Case => ({
    rule: 'rejected-rbac',
    name: `a subject ${name}`,
    resources: { Role: READER },
    manifests: manifests(bound(subject)),
    expected: [{ message: `RoleBinding payments/dev: ${problem}.`, fix: REFUSED_FIX, at: 'rbac.yaml:2' }],
  })),
  {
    rule: 'rejected-rbac',
    name: 'a service account without a namespace',
    resources: { Role: READER },
    manifests: manifests(object('ClusterRoleBinding', { name: 'dev' }, {
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', name: 'x' }],
    })),
    expected: [{
      message: 'ClusterRoleBinding dev: subjects[0].namespace must be the namespace of the service account, got: '
        + 'nothing.',
      fix: REFUSED_FIX,
      at: 'rbac.yaml:2',
    }],
  },
  {
    rule: 'rejected-rbac',
    name: 'a ServiceAccount of the namespace of its binding, and placeholders',
    resources: { Role: READER },
    manifests: manifests(bound({ kind: 'ServiceAccount', name: 'x' }), bound(group('${TEAM}'), 'edit', { name: 'b' })),
    expected: [],
  },

  {
    rule: 'cyclic-aggregation',
    name: 'of two roles',
    resources: { Role: READER },
    manifests: manifests(aggregated('a', 'to-a', 'to-b'), aggregated('b', 'to-b', 'to-a')),
    expected: ['a', 'b'].map((name, index): Expected => ({
      message: `ClusterRole ${name}: is aggregated in a cycle, so rules that you remove from it come back.`,
      fix: 'Remove the label by which the other aggregated role selects it.',
      at: `rbac.yaml:${2 * index + 2}`,
    })),
  },
  {
    rule: 'cyclic-aggregation',
    name: 'of roles in a row, as edit and admin are',
    resources: { Role: READER },
    manifests: manifests(aggregated('a', 'to-a', 'to-b'), aggregated('b', 'to-b', 'to-c'),
      object('ClusterRole', { name: 'c', labels: { [`${GROUP}/aggregate-to-edit`]: 'true' } }, { rules: [] })),
    expected: [],
  },

  {
    rule: 'missing-rbac-role',
    name: 'of a binding, once for each role',
    resources: { Role: READER },
    manifests: manifests(bound(DEV, 'absent'), bound(DEV, 'absent', { name: 'more' })),
    expected: [{
      message: 'RoleBinding payments/dev: ClusterRole absent is not in the input, so the rights that the binding '
        + 'grants are not known.',
      fix: 'Add the manifest of the role to the input. Remove the binding if the role does not exist.',
      at: 'rbac.yaml:2',
      others: ['rbac.yaml:4:1'],
    }],
  },
  {
    rule: 'missing-rbac-role',
    name: 'of roles that every cluster has, that are in the input, or that a placeholder names',
    resources: { Role: READER },
    manifests: manifests(
      bound(DEV, 'view'), clusterRole('own', ['get'], ['pods']), bound(DEV, 'own', { name: 'own' }),
      bound(DEV, '${ROLE}', { name: 'open' }),
    ),
    expected: [],
  },
];

