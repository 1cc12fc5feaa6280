import { Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnManagedPolicy, IManagedPolicy, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import { AckService, Controller, IrsaServiceAccount, controllers } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { literalProvider, literalStack, warnings } from '../support';

test('a managed policy is attached by its name, and warned about', () => {
  const stack = literalStack();
  const controller = Controller.ackController({ service: AckService.withManagedPolicy('sqs', 'AmazonSQSFullAccess') });
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
  const [role] = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  expect(role.Properties.ManagedPolicyArns).toEqual([
    { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AmazonSQSFullAccess']] },
  ]);
  expect(role.Properties.Policies).toBeUndefined();
  expect([controller.namespace, controller.serviceAccountName]).toEqual(['ack-system', 'ack-sqs-controller']);
  expect(warnings(stack).join()).toContain(
    '`controller` (ack-sqs-controller) has permissions beyond the resources that you named: the managed policy '
      + 'AmazonSQSFullAccess '
      + 'does not name resources. [ack: cdk-irsa:controller-unscoped]',
  );
});

test('a boundary that is made in the same stack holds, below the path of the controller too', () => {
  const stack = literalStack();
  const policy = new CfnManagedPolicy(stack, 'Made', { path: '/ack/', policyDocument: {} });
  const permissionsBoundary = ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', policy.ref);
  const controller = Controller.ackController({ service: AckService.iam({ path: '/ack/', permissionsBoundary }) });
  const boundary = 'arn:aws:iam::111122223333:policy/ack/Made-1';
  const values = {
    'AWS::Partition': 'aws',
    'AWS::Region': 'eu-west-1',
    'AWS::AccountId': '111122223333',
    'Made': boundary,
  };
  const document = deployed(stack.resolve(controller.policyDocument(stack)), { values });
  const may = (action: string, resource: string, used?: string) =>
    allows(
      [document],
      action,
      `arn:aws:iam::111122223333:${resource}`,
      used === undefined ? {} : { 'iam:PermissionsBoundary': used },
    );
  expect(may('iam:CreateRole', 'role/ack/web', boundary)).toBe(true);
  expect(may('iam:CreateRole', 'role/ack/web', 'arn:aws:iam::111122223333:policy/ack/Made-2')).toBe(false);
  expect(may('iam:CreatePolicyVersion', 'policy/ack/Made-2')).toBe(true);
  expect(may('iam:CreatePolicyVersion', 'policy/ack/Made-1')).toBe(false);
});

const boundary = (): IManagedPolicy => ManagedPolicy.fromManagedPolicyName(new Stack(), 'Boundary', 'boundary');
const roles = () => [Role.fromRoleName(new Stack(), 'Role', 'role')];
const none = (property: string, what: string, got = '[]') =>
  `[Controller.ackController] \`${property}\` must name at least one ${what}, got: ${got}. ` + 'Otherwise the '
    + 'controller would have access to all of them, or to none.';
const noTags = (got: string) =>
  `[AckService] \`resourceTags\` must have at least one tag, with a key and a value, got: ${got}. ` + 'Otherwise the '
    + 'controller would have access to the resources of others.';
const noPath = (got: string) =>
  `[AckService.iam] \`path\` must be known at synth time and match ^\\/([\\w+=,.@-]+\\/)+$, got: ${got}. `
    + '' + 'Otherwise the controller would have access to all roles. Use a dedicated path.';

test.each<[string, () => unknown, string]>([
  [
    'an empty prefix',
    () => AckService.kinesis({ namePrefix: '' }),
    '[AckService] `namePrefix` must be known at synth time and match ^[\\w./#-]+$, got: "". Without a prefix, the '
      + 'controller would have access to the resources of others.',
  ],
  [
    'a wildcard',
    () => AckService.cloudWatchLogs({ namePrefix: '*' }),
    '[AckService] `namePrefix` must be known at synth time and match ^[\\w./#-]+$, got: "*". Without a prefix',
  ],
  [
    'a deferred prefix',
    () => AckService.kinesis({ namePrefix: Fn.ref('Prefix') }),
    '[AckService] `namePrefix` must be known at synth time and match ^[\\w./#-]+$, got: "<known only at deployment>". '
      + 'Without a prefix',
  ],
  [
    'an empty prefix of buckets',
    () => AckService.s3({ namePrefix: '' }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of databases',
    () => AckService.rds({ namePrefix: '' }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of clusters',
    () => AckService.eks({ namePrefix: '', roles: roles() }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of functions',
    () => AckService.lambda({ namePrefix: '', roles: roles() }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of images',
    () => AckService.lambdaMicrovms({ namePrefix: '', roles: roles() }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of vector buckets',
    () => AckService.s3Vectors({ namePrefix: '' }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of documents',
    () => AckService.ssm({ namePrefix: '' }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of CloudFront functions',
    () => AckService.cloudFront({ namePrefix: '', resourceTags: { owner: 'ack' } }),
    '[AckService] `namePrefix` must be known at synth time',
  ],
  [
    'an empty prefix of aliases',
    () => AckService.kms({ aliasPrefix: '', resourceTags: { owner: 'ack' } }),
    '[AckService] `aliasPrefix` must be known at synth time and match ^[\\w./#-]+$, got: "". Without a prefix',
  ],
  [
    'an empty prefix of parameters',
    () => AckService.ssm({ namePrefix: 'apps-', parameterPrefix: '' }),
    '[AckService] `parameterPrefix` must be known at synth time and match ^[\\w./#-]+$, got: "". Without a prefix',
  ],
  [
    'all parameters',
    () => AckService.ssm({ namePrefix: 'apps-', parameterPrefix: '/' }),
    '[AckService] `parameterPrefix` must contain more than /, got: "/". Without a prefix, the controller would have '
      + 'access to the parameters of others.',
  ],
  ['no domain name', () => AckService.acm({ domainNames: [] }), none('domainNames', 'domain name')],
  [
    'no service',
    () => AckService.withManagedPolicy('', 'AmazonSQSFullAccess'),
    '[AckService.withManagedPolicy] `service` must be known at synth time and match ^[a-z0-9]+$, got: "". Use the '
      + 'service in the name of the chart: ack-<service>-controller.',
  ],
  [
    'an ARN',
    () => AckService.withManagedPolicy('sqs', 'arn:aws:iam::aws:policy/AmazonSQSFullAccess'),
    '[AckService.withManagedPolicy] `managedPolicyName` must be known at synth time and match ^[\\w+=,.@/-]+$, got: '
      + '"arn:aws:iam::aws:policy/AmazonSQSFullAccess". Use the part after :policy/ in its ARN.',
  ],
  [
    'no boundary',
    () => AckService.iam({ path: '/ack/' } as controllers.AckIamOptions),
    '[AckService.iam] `permissionsBoundary` must be given, got: nothing. Otherwise anyone who can create a role can '
      + 'create an administrator.',
  ],
  ['the path of all', () => AckService.iam({ path: '/', permissionsBoundary: boundary() }), noPath('"/"')],
  ['a path without an end', () => AckService.iam({ path: '/ack', permissionsBoundary: boundary() }), noPath('"/ack"')],
  ['a path with a wildcard', () => AckService.iam({ path: '/*/', permissionsBoundary: boundary() }), noPath('"/*/"')],
  [
    'a deferred path',
    () => AckService.iam({ path: Fn.ref('Path'), permissionsBoundary: boundary() }),
    noPath('"<known only at deployment>"'),
  ],
  ['no tags', () => AckService.prometheusService({ resourceTags: {} }), noTags('{}')],
  ['missing tags', () => AckService.kms({ aliasPrefix: 'apps/' } as any), noTags('nothing')],
  ['a tag without a value', () => AckService.dms({ resourceTags: { owner: '' } }), noTags('{"owner":""}')],
  [
    'a tag without a key',
    () => AckService.ssm({ namePrefix: 'apps-', resourceTags: { '': 'ack' } }),
    noTags('{"":"ack"}'),
  ],
  [
    'a tag with a pattern in its key',
    () => AckService.dms({ resourceTags: { 'owner*': 'ack' } }),
    '[AckService] `resourceTags` must have keys of letters, digits, spaces and _.:/=+@-, got: "owner*". Otherwise '
      + 'the controller would have access to the resources of others.',
  ],
  ['no roles for clusters', () => AckService.eks({ namePrefix: 'apps-', roles: [] }), none('roles', 'role')],
  ['no roles for functions', () => AckService.lambda({ namePrefix: 'apps-', roles: [] }), none('roles', 'role')],
  ['no roles for images', () => AckService.lambdaMicrovms({ namePrefix: 'apps-', roles: [] }), none('roles', 'role')],
  [
    'no roles for jobs',
    () => AckService.emrContainers({ resourceTags: { owner: 'ack' }, executionRoles: [] }),
    none('executionRoles', 'role'),
  ],
  [
    'no roles for workflows',
    () => AckService.mwaaServerless({ resourceTags: { owner: 'ack' }, executionRoles: [] }),
    none('executionRoles', 'role'),
  ],
  [
    'an empty list of replication roles',
    () => AckService.s3({ namePrefix: 'apps-', replicationRoles: [] }),
    none('replicationRoles', 'role'),
  ],
  ['an empty list of database roles', () => AckService.rds({ namePrefix: 'apps-', roles: [] }), none('roles', 'role')],
  [
    'an empty list of keys',
    () => AckService.rds({ namePrefix: 'apps-', encryptionKeys: [] }),
    none('encryptionKeys', 'key'),
  ],
  [
    'an empty list of buckets',
    () => AckService.lambda({ namePrefix: 'apps-', roles: roles(), codeBuckets: [] }),
    none('codeBuckets', 'bucket'),
  ],
  [
    'an empty list of repositories',
    () => AckService.lambda({ namePrefix: 'apps-', roles: roles(), imageRepositories: [] }),
    none('imageRepositories', 'repository'),
  ],
  [
    'an empty list of endpoint roles',
    () => AckService.dms({ resourceTags: { owner: 'ack' }, roles: [] }),
    none('roles', 'role'),
  ],
  [
    'an empty list of access policies',
    () => AckService.eks({ namePrefix: 'apps-', roles: roles(), accessPolicies: [] }),
    none('accessPolicies', 'access policy'),
  ],
  [
    'the ARN of an access policy',
    () =>
      AckService.eks({
        namePrefix: 'apps-',
        roles: roles(),
        accessPolicies: ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'],
      }),
    '[AckService.eks] `accessPolicies` must be known at synth time and match ^\\w+$, got: '
      + '"arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy". Use the part after cluster-access-policy/ in '
      + 'its ARN.',
  ],
])('does not take %s', (_, make, message) => {
  expect(make).toThrow(message);
});
