import { code, Page, page, prose, table } from './page';
import { IAM_PERMISSIONS, LIVE_ACTIONS, LIVE_RULES } from '../../src/cli/doctor/read/permissions';

const actions = (service: string, ...names: string[]) => names.map(name => `${service}:${name}`);

/** CloudFormation documents them by resource type. */
const DEPLOYMENT: { readonly what: string; readonly actions: string[]; readonly note?: string }[] = [
  {
    what: '`ClusterOidcProvider`',
    actions: actions(
      'iam',
      'CreateOpenIDConnectProvider',
      'GetOpenIDConnectProvider',
      'DeleteOpenIDConnectProvider',
      'AddClientIDToOpenIDConnectProvider',
      'RemoveClientIDFromOpenIDConnectProvider',
      'UpdateOpenIDConnectProviderThumbprint',
      'TagOpenIDConnectProvider',
      'UntagOpenIDConnectProvider',
      'ListOpenIDConnectProviderTags',
    ),
  },
  {
    what: 'roles',
    actions: actions(
      'iam',
      'CreateRole',
      'GetRole',
      'UpdateRole',
      'DeleteRole',
      'UpdateAssumeRolePolicy',
      'TagRole',
      'UntagRole',
      'PutRolePolicy',
      'GetRolePolicy',
      'DeleteRolePolicy',
      'AttachRolePolicy',
      'DetachRolePolicy',
      'ListRolePolicies',
      'ListAttachedRolePolicies',
    ),
    note: 'The stack needs the capability `CAPABILITY_NAMED_IAM`.',
  },
  {
    what: 'roles with a permissions boundary',
    actions: actions('iam', 'PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary'),
  },
  {
    what: '`PodIdentityServiceAccount`, `podIdentity`, `ManagedAddon`',
    actions: [
      ...actions(
        'eks',
        'CreatePodIdentityAssociation',
        'DescribePodIdentityAssociation',
        'UpdatePodIdentityAssociation',
        'DeletePodIdentityAssociation',
        'TagResource',
        'UntagResource',
      ),
      ...actions('iam', 'GetRole', 'PassRole'),
    ],
    note: '`iam:PassRole` on the roles.',
  },
  {
    what: '`ManagedAddon`, `installAgent`',
    actions: actions('eks', 'CreateAddon', 'DescribeAddon', 'UpdateAddon', 'DeleteAddon'),
  },
  {
    what: '`IssuerHosting.publicBucket`, `IssuerHosting.cloudFront`',
    actions: actions(
      's3',
      'CreateBucket',
      'PutBucketPolicy',
      'DeleteBucketPolicy',
      'GetBucketPolicy',
      'PutBucketPublicAccessBlock',
      'PutEncryptionConfiguration',
      'PutBucketOwnershipControls',
    ),
  },
  {
    what: '`IssuerHosting.cloudFront`',
    actions: actions(
      'cloudfront',
      'CreateDistribution',
      'GetDistribution',
      'UpdateDistribution',
      'DeleteDistribution',
      'TagResource',
      'CreateOriginAccessControl',
      'GetOriginAccessControl',
      'UpdateOriginAccessControl',
      'DeleteOriginAccessControl',
    ),
  },
  {
    what: 'the upload commands of `SelfHostedIssuer`',
    actions: ['s3:PutObject', 'cloudformation:DescribeStacks'],
    note: '`s3:PutObject` on the two documents; `cloudformation:DescribeStacks` only with a deferred issuer.',
  },
  {
    what: '`fromLookup`, `lookupIssuerUrl`',
    actions: ['cloudformation:GetResource', 'eks:DescribeCluster'],
    note: 'At synth time, by the lookup role of the CDK.',
  },
];

const RULES_OF_DOCTOR = [
  ['`namespaces`', '`get`', ''],
  ['`serviceaccounts`, `pods`', '`get`, `list`', ''],
  ['`mutatingwebhookconfigurations.admissionregistration.k8s.io`', '`list`', ''],
  ['`networkpolicies.networking.k8s.io`', '`list`', ''],
  ['`/.well-known/openid-configuration`', '`get`', '`--issuer`'],
  ['`serviceaccounts/token`: anyone with it can be any service account', '`create`', '`--assume`'],
];

/** What to allow for each command, and for a deployment. */
export function permissionsPage(): Page {
  const listed = (names: readonly string[]) => names.map(code).join(', ');
  return page(
    'permissions',
    'Permissions',
    'IAM and Kubernetes permissions for a deployment, for the doctor and for who-can --live.',
    '`cdk synth`, `verify`, `report`, `import eksctl` and `who-can` without `--live` need no permissions: they read '
      + 'files.',
    '## Deployment',
    'The role that deploys, such as the CloudFormation execution role of the CDK bootstrap, needs for each part that '
      + 'you use:',
    table(['for', 'IAM actions'], DEPLOYMENT.map(({ what, actions: names, note }) =>
      [what, `${listed(names)}${note === undefined ? '' : `. ${note}`}`])),
    'To apply the manifest, `create`, `get` and `patch` on `serviceaccounts`, and on `namespaces` with '
      + '`createNamespace`.',
    '## Doctor',
    'The doctor changes nothing. Without a permission, its check is `unknown` and the others run.',
    table(
      ['IAM action', 'reads', 'account of', 'only with'],
      IAM_PERMISSIONS.map(({ action, reads, account, option }) =>
        [code(action), prose(reads), account === 'both' ? 'cluster and role' : account, option ? code(option) : '']),
    ),
    'With EKS Pod Identity, the actions that read roles and policies are needed in the account of the cluster too, and '
      + '`list` on `pods` in the namespace `kube-system`. In Kubernetes:',
    table(['resources', 'verbs', 'only with'], RULES_OF_DOCTOR),
    '## `who-can --live` {#who-can-live}',
    `In IAM: ${listed(LIVE_ACTIONS)}.`,
    'In Kubernetes. `doctor --all` needs the same to list who can act as the service accounts.',
    table(['resources', 'API group', 'verbs'], LIVE_RULES.map(({ apiGroups, resources, resourceNames = [], verbs }) => [
      `${listed(resources)}${resourceNames.length > 0 ? ` named ${listed(resourceNames)}` : ''}`,
      apiGroups.map(group => (group === '' ? 'core' : code(group))).join(', '),
      listed(verbs),
    ])),
  );
}
