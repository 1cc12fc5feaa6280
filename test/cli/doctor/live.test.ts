/**
 * Who can act as the service accounts of a running cluster, against servers of this process. Against an API server and
 * an endpoint that somebody else wrote: `npx projen doctor-test`.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { parse } from 'yaml';
import { ApiServer, ROLE_KEY, Servers } from './api-server';
import { serviceAccount } from './healthy';
import { ACCOUNT, denied, failure, ISSUER, json, READ_BUCKET, ROLE, roleXml, TRUST, xml } from './read/aws-server';
import { API_LISTS, ListName, LISTS, pathOfList, qualifiedName } from '../../../src/cli/doctor/live/api-lists';
import { IAM_PERMISSIONS, LIVE_ACTIONS } from '../../../src/cli/doctor/read/permissions';
import { guardObjects } from '../../../src/conventions/guard';
import { Manifest } from '../../judges/kubernetes';
import { asking } from '../support';

const CLUSTER_ARN = `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/production`;
const ASK = ['who-can', 's3:GetObject', 'arn:aws:s3:::bucket/key', '--live', '--cluster', 'production'];
const ALL = ['doctor', '--cluster', 'production', '--all'];
const RBAC = 'rbac.authorization.k8s.io';
const EDIT = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy';
const OPS = `arn:aws:iam::${ACCOUNT}:role/team/ops`;
const JANE = `arn:aws:iam::${ACCOUNT}:user/jane`;

const servers = Servers.forTests();
const { aws } = servers;

const cluster = (mode: string | undefined) => json({
  cluster: {
    name: 'production',
    arn: CLUSTER_ARN,
    endpoint: servers.api.endpoint,
    identity: { oidc: { issuer: `https://${ISSUER}` } },
    ...mode !== undefined && { accessConfig: { authenticationMode: mode } },
  },
});

beforeEach(() => {
  aws.answer('eks:DescribeCluster', cluster('API'));
  servers.api.stands();
  servers.api.asked.length = 0;
});

const named = (name: string, namespace?: string) =>
  ({ metadata: { name, ...namespace !== undefined && { namespace } } });
const role = (name: string, verbs: string, resources: string, namespace?: string, apiGroups = ['']) => ({
  ...named(name, namespace), rules: [{ apiGroups, resources: resources.split(' '), verbs: verbs.split(' ') }],
});
const binding = (name: string, kind: string, to: string, subjects: object[], namespace?: string) => ({
  ...named(name, namespace),
  roleRef: { apiGroup: RBAC, kind, name: to },
  subjects: subjects.map(subject => ({ apiGroup: RBAC, ...subject })),
});
const group = (name: string) => ({ kind: 'Group', name });
const podOf = (name: string, account: string, phase = 'Running') =>
  ({ ...named(name, 'payments'), spec: { serviceAccountName: account, containers: [] }, status: { phase } });

const rolesXml = (...roles: [arn: string, trust: object][]) => xml('iam:ListRoles',
  `<Roles>${roles.map(([arn, trust]) => `<member>${roleXml(arn, trust)}</member>`).join('')}</Roles>`
    + '<IsTruncated>false</IsTruncated>');

interface Actor {
  readonly kind: string;
  readonly name: string;
  readonly right: string;
  readonly grantedBy: string[];
}

/** Who `doctor --all` says can act as payments/api, and what else it says. */
async function actors(...more: string[]): Promise<{ readonly [key: string]: any; readonly names: string[] }> {
  const { code, stdout } = await asking(...ALL, '--format', 'json', ...more);
  const { whoCanAct, notChecked, outcome } = JSON.parse(stdout);
  const account = whoCanAct.serviceAccounts
    .find(({ namespace, serviceAccount: name }: any) => `${namespace}/${name}` === 'payments/api');
  const found: Actor[] = account?.actors ?? [];
  return {
    code, outcome, notChecked, ...whoCanAct, account, found, names: found.map(({ kind, name }) => `${kind} ${name}`),
  };
}

function withDevs(api: ApiServer): void {
  api.lists('roles', role('deployer', 'create', 'pods', 'payments'));
  api.lists('rolebindings', binding('dev', 'Role', 'deployer', [group('dev')], 'payments'));
}

function withEntries(...entries: { arn: string; groups?: string[]; type?: string; policies?: object[] }[]): void {
  const of = (arn: string) => entries.find(entry => entry.arn === arn)!;
  aws.answer('eks:ListAccessEntries', json({ accessEntries: entries.map(({ arn }) => arn) }));
  aws.answer('eks:DescribeAccessEntry', ({ params: { id } }) => json({
    accessEntry: { principalArn: id, kubernetesGroups: of(id).groups ?? [], type: of(id).type ?? 'STANDARD' },
  }));
  aws.answer('eks:ListAssociatedAccessPolicies', ({ params: { id } }) =>
    json({ associatedAccessPolicies: of(id).policies ?? [] }));
}

const inNamespaces = (policyArn: string, ...namespaces: string[]) =>
  ({ policyArn, accessScope: { type: 'namespace', namespaces } });

describe('who can act as a service account', () => {
  test('a group, by a Role in the namespace', async () => {
    withDevs(servers.api);
    const { code, outcome, found, account, unreadable } = await actors();
    expect({ code, outcome, unreadable }).toEqual({ code: 0, outcome: 'healthy', unreadable: [] });
    expect(account.roles).toEqual([ROLE, `${ROLE}-2`]); // of two pages, both of which trust it
    expect(found).toEqual([{
      kind: 'Group',
      name: 'dev',
      right: 'create pods in payments',
      grantedBy: [expect.stringContaining('RoleBinding payments/dev')],
      confidence: 'certain',
      steps: 1,
    }]);
  });

  test('not by a Role of another namespace, nor by what the API server itself binds', async () => {
    servers.api.lists('roles', role('deployer', 'create', 'pods', 'other'));
    servers.api.lists('rolebindings', binding('dev', 'Role', 'deployer', [group('dev')], 'other'));
    servers.api.lists('clusterroles', role('cluster-admin', '*', '*', undefined, ['*']));
    servers.api.lists(
      'clusterrolebindings', binding('cluster-admin', 'ClusterRole', 'cluster-admin', [group('system:masters')]),
    );
    expect((await actors()).names).toEqual([]);
  });

  test('a binding of the API server that somebody has widened', async () => {
    servers.api.lists('clusterroles', role('cluster-admin', '*', '*', undefined, ['*']));
    servers.api.lists('clusterrolebindings',
      binding('cluster-admin', 'ClusterRole', 'cluster-admin', [group('system:masters'), group('ops')]));
    expect((await actors()).names).toContain('Group ops');
  });

  test('a role that is not there gives nothing, as all roles were read', async () => {
    servers.api.lists('rolebindings', binding('dev', 'Role', 'gone', [group('dev')], 'payments'));
    const { names, unknown } = await actors();
    expect({ names, unknown }).toEqual({ names: [], unknown: [] });
  });

  test('what a built-in role lacks in this cluster nobody gets', async () => {
    servers.api.lists('clusterroles', role('edit', 'get', 'pods'));
    servers.api.lists('rolebindings', binding('dev', 'ClusterRole', 'edit', [group('dev')], 'payments'));
    expect((await actors()).names).toEqual([]);
  });

  test('IAM principals, by groups and by access policies with their namespaces', async () => {
    withDevs(servers.api);
    withEntries(
      { arn: OPS, policies: [inNamespaces(EDIT, 'pay*')] },
      { arn: JANE, groups: ['dev'] },
      { arn: `arn:aws:iam::${ACCOUNT}:role/elsewhere`, policies: [inNamespaces(EDIT, 'other')] },
      { arn: `arn:aws:iam::${ACCOUNT}:role/node`, type: 'EC2_LINUX', groups: ['dev'] },
    );
    const { names, found } = await actors();
    expect(names).toEqual(['Group dev', `IAM principal ${OPS}`, `IAM principal ${JANE}`]);
    expect(found[1].grantedBy).toEqual([expect.stringContaining('AmazonEKSEditPolicy')]);
    expect(found[2].grantedBy).toEqual([expect.stringContaining('RoleBinding payments/dev')]);
  });

  test('pods that run decide who can exec, pods that have ended do not', async () => {
    servers.api.lists('roles', role('debug', 'create', 'pods/exec', 'payments'));
    servers.api.lists('rolebindings', binding('debug', 'Role', 'debug', [group('oncall')], 'payments'));
    servers.api.lists('pods', podOf('a', 'api'));
    expect((await actors()).found).toMatchObject([{ name: 'oncall', confidence: 'certain' }]);
    servers.api.lists('pods', podOf('a', 'api', 'Succeeded'));
    expect((await actors()).found).toMatchObject([{ name: 'oncall', confidence: 'unknown' }]);
  });

  test('EKS Pod Identity gives roles, too', async () => {
    withDevs(servers.api);
    servers.api.lists('serviceaccounts', serviceAccount({}));
    aws.answer('eks:ListPodIdentityAssociations', json({
      associations: [{ associationId: 'a-1', namespace: 'payments', serviceAccount: 'api' }],
    }));
    aws.answer('eks:DescribePodIdentityAssociation', json({ association: { associationId: 'a-1', roleArn: ROLE } }));
    const trust = {
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'],
      }],
    };
    aws.answer('iam:ListRoles', rolesXml([ROLE, trust]));
    const { account, names, serviceAccounts } = await actors();
    expect([account.roles, names]).toEqual([[ROLE], ['Group dev']]);
    // The trust policy alone lets nobody in.
    expect(serviceAccounts).toHaveLength(1);
  });

  test('lists of several pages are read to their end', async () => {
    withDevs(servers.api);
    const { objects } = servers.api;
    const path = pathOfList('rolebindings');
    const { items } = objects[path];
    Object.defineProperty(objects, path, {
      get: () => (servers.api.query.get('continue') === 'next'
        ? { items, metadata: {} } : { items: [], metadata: { continue: 'next' } }),
    });
    expect((await actors()).names).toEqual(['Group dev']);
    expect(servers.api.asked.filter(asked => asked.endsWith('/rolebindings'))).toHaveLength(2);
  });
});

const FORBIDDEN = { kind: 'Status', reason: 'Forbidden', code: 403 };
const AWS_AUTH = (data: object): Manifest => ({ ...named('aws-auth', 'kube-system'), data } as unknown as Manifest);
const MAP_ROLES = { mapRoles: `- rolearn: ${OPS.replace('team/', '')}\n  username: ops\n  groups: [dev]\n` };

describe('a guard of the cluster', () => {
  const guarded = (mode: 'deny' | 'warn') => guardObjects({
    app: 'payments',
    accounts: [{ namespace: 'payments', name: 'api', isAnnotated: false }],
    clusters: ['an issuer of another cluster'],
    key: ROLE_KEY,
    use: { mode, exceptions: { users: [], groups: [] } },
  }).map(({ apiVersion: _, kind, ...object }) => ({ kind, object }));
  const lists = (mode: 'deny' | 'warn') => {
    for (const name of ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'] as const) {
      const [{ kind }] = [API_LISTS[name]];
      servers.api.lists(name, ...guarded(mode).filter(entry => entry.kind === kind).map(({ object }) => object));
    }
  };

  test('closes ways, and is named', async () => {
    withDevs(servers.api);
    lists('deny');
    expect((await actors()).found).toMatchObject([{ name: 'dev', closedBy: ['payments-guard-use'] }]);
    const { stdout } = await asking(...ALL);
    expect(stdout).toContain('payments/api: only Kubernetes itself; admission policies deny 1 other\n');
  });

  test('that only warns closes nothing', async () => {
    withDevs(servers.api);
    lists('warn');
    const { found: [actor] } = await actors();
    expect(actor).not.toHaveProperty('closedBy');
  });

  test('closes nothing if its bindings could not be read', async () => {
    withDevs(servers.api);
    lists('deny');
    servers.api.objects[pathOfList('validatingadmissionpolicybindings')] = FORBIDDEN;
    const { found: [actor] } = await actors();
    expect(actor).not.toHaveProperty('closedBy');
  });
});

describe('the authentication mode', () => {
  test.each<[string, string[]]>([
    ['API', [`IAM principal ${JANE}`]],
    ['API_AND_CONFIG_MAP', [`IAM principal ${OPS.replace('team/', '')}`, `IAM principal ${JANE}`]],
    ['CONFIG_MAP', [
      `IAM principal ${OPS.replace('team/', '')}`, 'IAM principal ⟨creator of cluster production⟩',
    ]],
  ])('%s', async (mode, principals) => {
    withDevs(servers.api);
    aws.answer('eks:DescribeCluster', cluster(mode));
    withEntries({ arn: JANE, groups: ['dev'] });
    servers.api.objects['/api/v1/namespaces/kube-system/configmaps/aws-auth'] = AWS_AUTH(MAP_ROLES);
    const { names, unreadable } = await actors();
    expect(names).toEqual(['Group dev', ...principals]);
    expect(unreadable).toEqual([]);
    expect(aws.times('eks:ListAccessEntries')).toBe(mode === 'CONFIG_MAP' ? 0 : 1);
    expect(servers.api.asked.some(asked => asked.includes('configmaps'))).toBe(mode !== 'API');
  });

  test('that EKS does not name is unknown, and both ways are read', async () => {
    withDevs(servers.api);
    aws.answer('eks:DescribeCluster', cluster(undefined));
    withEntries({ arn: JANE, groups: ['dev'] });
    servers.api.objects['/api/v1/namespaces/kube-system/configmaps/aws-auth'] = AWS_AUTH(MAP_ROLES);
    const { names, unreadable } = await actors();
    expect(names).toHaveLength(3);
    expect(unreadable).toEqual(['authentication mode of the cluster (EKS reports none)']);
  });
});

describe('what cannot be read is named, and never means nobody', () => {
  test.each(LISTS.filter(name => name !== 'serviceaccounts'))('the list of %s', async name => {
    servers.api.objects[pathOfList(name)] = FORBIDDEN;
    const { unreadable, notChecked, code } = await actors();
    expect(unreadable).toEqual([`${qualifiedName(name)} (needs list on ${qualifiedName(name)})`]);
    expect(notChecked.at(-1)).toBe('some ways to act as the service accounts (see below)');
    expect(code).toBe(name === 'pods' ? 2 : 0);
    const { stdout } = await asking(...ALL);
    expect(stdout.split('\n\n')[0].replace(/\s+/g, ' ')).toContain('some ways to act as the service accounts');
    expect(stdout).toContain(qualifiedName(name).slice(0, 40));
    expect(stdout).not.toContain('nobody but');
    expect((await asking(...ASK)).code).toBe(2);
  });

  test('a role that may be in a list that was not read may give anything', async () => {
    servers.api.lists('rolebindings', binding('dev', 'Role', 'deployer', [group('dev')], 'payments'));
    servers.api.objects[pathOfList('roles')] = FORBIDDEN;
    expect((await actors()).unknown).toEqual([
      { kind: 'Group', name: 'dev', reason: 'Role deployer was not found' },
    ]);
  });

  test('an API server that does not serve a list', async () => {
    delete servers.api.objects[pathOfList('validatingadmissionpolicies')];
    expect((await actors()).unreadable).toEqual([
      'validatingadmissionpolicies.admissionregistration.k8s.io (the API server does not serve '
        + 'validatingadmissionpolicies.admissionregistration.k8s.io)',
    ]);
  });

  test.each([
    ['eks:ListAccessEntries', 'access entries'],
    ['eks:DescribeAccessEntry', `access entry of ${JANE}`],
    ['eks:ListAssociatedAccessPolicies', `access policies of ${JANE}`],
    ['eks:ListPodIdentityAssociations', 'EKS Pod Identity associations'],
    ['eks:DescribePodIdentityAssociation', 'association of payments/api'],
  ])('%s', async (action, what) => {
    withEntries({ arn: JANE });
    aws.answer('eks:ListPodIdentityAssociations', json({
      associations: [{ associationId: 'a-1', namespace: 'payments', serviceAccount: 'api' }],
    }));
    aws.answer('eks:DescribePodIdentityAssociation', json({ association: { associationId: 'a-1', roleArn: ROLE } }));
    aws.answer(action, denied(action));
    const { unreadable, code } = await actors();
    expect(unreadable).toEqual([expect.stringMatching(`^${what} \\(needs ${action}`)]);
    expect(code).toBe(0);
    const { code: exit, stderr } = await asking(...ASK);
    expect(exit).toBe(2);
    expect(stderr).toContain(`Not read: ${what} (needs ${action}`);
  });

  test.each([
    ['throttled', failure('eks:ListAccessEntries', 'ThrottlingException', 'Rate exceeded'), 'AWS throttled several'],
    ['an answer of somebody else', { body: '{}', type: 'application/json' }, 'the response cannot be read'],
  ])('%s', async (_, answer, words) => {
    aws.answer('eks:ListAccessEntries', answer);
    expect((await actors()).unreadable).toEqual([expect.stringContaining(words)]);
  });

  test('the groups of a principal whose entry cannot be read are unknown', async () => {
    withEntries({ arn: JANE });
    aws.deny('eks:DescribeAccessEntry');
    const { unknown } = await actors();
    expect(unknown).toEqual([
      { kind: 'IAM principal', name: JANE, reason: expect.stringContaining('its groups are unknown') },
    ]);
  });

  test('aws-auth', async () => {
    aws.answer('eks:DescribeCluster', cluster('API_AND_CONFIG_MAP'));
    servers.api.objects['/api/v1/namespaces/kube-system/configmaps/aws-auth'] = FORBIDDEN;
    expect((await actors()).unreadable).toEqual([
      'ConfigMap kube-system/aws-auth (needs get on configmaps in namespace kube-system)',
    ]);
  });
});

describe('who-can --live', () => {
  const answers = async (...question: string[]) => {
    const { code, stdout, stderr } = await asking(...question, '--format', 'json');
    const { serviceAccounts, ...rest } = JSON.parse(stdout);
    return {
      code,
      stderr,
      rest,
      found: serviceAccounts.map(({ namespace, serviceAccount: name, role: arn, answer }: any) =>
        `${namespace}/${name} ${arn} ${answer}`),
    };
  };

  beforeEach(() => {
    aws.answer('iam:ListRoles', rolesXml([ROLE, TRUST]));
  });

  test('says who can, by the policies of IAM', async () => {
    const { code, stderr, found, rest } = await answers(...ASK);
    expect({ code, stderr, found }).toEqual({ code: 0, stderr: '', found: [`payments/api ${ROLE} can`] });
    expect(rest).toMatchObject({ action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key', unreadable: [] });
  });

  test('says nobody only if all was read', async () => {
    const nobody = ['who-can', 'sqs:SendMessage', '*', '--live', '--cluster', 'production'];
    expect((await answers(...nobody)).code).toBe(1);
    aws.deny('iam:GetRolePolicy');
    const { code, found } = await answers(...nobody);
    expect({ code, found }).toEqual({ code: 0, found: [`payments/api ${ROLE} unknown`] });
  });

  test.each([
    'iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:GetPolicy', 'iam:GetPolicyVersion',
  ])('without %s the answer is unknown', async action => {
    aws.deny(action);
    const { found } = await answers('who-can', 'sqs:SendMessage', '*', '--live', '--cluster', 'production');
    expect(found).toEqual([`payments/api ${ROLE} unknown`]);
  });

  test('without iam:ListRoles, the roles that are named are read one by one', async () => {
    aws.deny('iam:ListRoles');
    const { code, found, stderr } = await answers(...ASK);
    expect({ code, found }).toEqual({ code: 2, found: [`payments/api ${ROLE} can`] });
    expect(stderr)
      .toContain(`Not read: roles of account ${ACCOUNT} that no service account names (needs iam:ListRoles`);
  });

  test('a boundary counts, though lists of roles leave it out', async () => {
    const boundary = '<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>'
      + `<PermissionsBoundaryArn>arn:aws:iam::${ACCOUNT}:policy/limit</PermissionsBoundaryArn></PermissionsBoundary>`;
    aws.answer('iam:GetRole', xml('iam:GetRole', `<Role>${roleXml(ROLE, TRUST, boundary)}</Role>`));
    const encoded = (document: object) => encodeURIComponent(JSON.stringify(document));
    aws.answer('iam:GetPolicy', ({ params: { PolicyArn: arn } }) => xml('iam:GetPolicy',
      `<Policy><Arn>${arn}</Arn><DefaultVersionId>${arn.endsWith('limit') ? 'v1' : 'v7'}</DefaultVersionId></Policy>`));
    const limit = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] };
    aws.answer('iam:GetPolicyVersion', ({ params: { VersionId: version } }) => xml('iam:GetPolicyVersion',
      `<PolicyVersion><VersionId>${version}</VersionId><Document>`
        + `${encoded(version === 'v1' ? limit : READ_BUCKET)}</Document></PolicyVersion>`));
    expect((await answers(...ASK)).code).toBe(1);
  });

  test('an annotation with a role that does not exist gives nothing', async () => {
    servers.api.lists('serviceaccounts', serviceAccount({ [ROLE_KEY]: `arn:aws:iam::${ACCOUNT}:role/gone` }));
    aws.answer('iam:ListRoles', rolesXml());
    expect((await answers(...ASK)).code).toBe(1);
  });

  test('a role of another account is unknown', async () => {
    const other = 'arn:aws:iam::444455556666:role/api';
    servers.api.lists('serviceaccounts', serviceAccount({ [ROLE_KEY]: other }));
    const { found, stderr, code } = await answers(...ASK);
    expect(found).toContain(`payments/api ${other} unknown`);
    expect(stderr).toContain('use --role-profile');
    expect(code).toBe(2);
  });

  test.each<[string[], string]>([
    [['--live'], '`--live` requires `--cluster`, `--issuer` or `--context`.'],
    [['--cluster', 'a', '--timeout', '5'], '`--cluster` requires `--live`. `--timeout` requires `--live`.'],
    [['--live', '--cluster', 'a', 'cdk.out'], '`--live` reads a cluster and cannot be combined with paths'],
    [['--live', '--cluster', 'a', '--manifests', 'b'], "'--live' cannot be used with option '--manifests <path>'"],
    [['--live', '--cluster', 'a b'], '`--cluster` must be the name of an EKS cluster'],
  ])('who-can s3:GetObject %j', async (args, words) => {
    const { code, stdout, stderr } = await asking('who-can', 's3:GetObject', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });

  test('a cluster outside EKS has no access entries, and EKS is not asked', async () => {
    withDevs(servers.api);
    const { code, stderr, found, rest } = await answers(
      'who-can', 's3:GetObject', 'arn:aws:s3:::bucket/key', '--live', '--issuer', `https://${ISSUER}`,
    );
    expect({ code, stderr, found }).toEqual({ code: 0, stderr: '', found: [`payments/api ${ROLE} can`] });
    expect(rest.whoCanAct).toMatchObject([{ actors: [{ name: 'dev' }] }]);
    expect(rest.reachScope).toBe('cluster');
    expect(aws.asked.filter(({ action }) => action.startsWith('eks:'))).toEqual([]);
  });

  test('a cluster that is not there', async () => {
    aws.answer('eks:DescribeCluster', failure('eks:DescribeCluster', 'ResourceNotFoundException', 'none', 404));
    expect(await asking('who-can', 's3:GetObject', '--live', '--cluster', 'staging'))
      .toEqual({ code: 2, stdout: '', stderr: 'Cluster staging does not exist in this account and region.\n' });
  });

  test('no secret is told', async () => {
    const { stdout, stderr } = await asking(...ASK, '--format', 'json');
    expect(stdout + stderr).not.toMatch(/the-token-of-the-user|my-secret-key/);
  });
});

describe('permissions', () => {
  const documented = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'public', 'cdk-irsa-live.yaml'), 'utf8');

  beforeEach(() => {
    aws.answer('eks:DescribeCluster', cluster('API_AND_CONFIG_MAP'));
    withEntries({ arn: JANE });
    aws.answer('eks:ListPodIdentityAssociations', json({
      associations: [{ associationId: 'a-1', namespace: 'payments', serviceAccount: 'api' }],
    }));
    aws.answer('eks:DescribePodIdentityAssociation', json({ association: { associationId: 'a-1', roleArn: ROLE } }));
  });

  test('who-can --live calls what it says, and nothing else', async () => {
    await asking(...ASK);
    expect([...new Set(aws.asked.map(({ action }) => action))].sort()).toEqual([...LIVE_ACTIONS].sort());
  });

  test('doctor --all calls nothing that is not documented for it', async () => {
    await asking(...ALL);
    const allowed = IAM_PERMISSIONS.filter(({ option }) => option === undefined || option === '--all');
    for (const { action } of aws.asked) expect(allowed.map(permission => permission.action)).toContain(action);
  });

  test('the documented ClusterRole allows the requests to the API server, and nothing else', async () => {
    await asking(...ASK);
    const requests = [...new Set(servers.api.asked)].map(request => {
      const [method, path] = request.split(' ');
      const [, ofGroup = '', resource, name] =
        /^\/(?:api|apis\/([^/]+))\/v1\/(?:namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?$/.exec(path)!;
      expect(method).toBe('GET');
      return `${name === undefined ? 'list' : `get ${name} of`} ${resource} ${ofGroup}`.trim();
    });
    const allowed = parse(documented).rules.flatMap(({ apiGroups, resources, resourceNames, verbs }: any) =>
      resources.map((resource: string) =>
        `${verbs.join()}${resourceNames ? ` ${resourceNames.join()} of` : ''} ${resource} ${apiGroups.join()}`.trim()));
    expect(requests.sort()).toEqual(allowed.sort());
  });

  test('the help names them', async () => {
    const { stdout } = await asking('who-can', '--help');
    for (const action of LIVE_ACTIONS) expect(stdout).toContain(action);
    for (const name of LISTS as readonly ListName[]) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('people in the answer of who-can --live', () => {
  beforeEach(() => {
    aws.answer('iam:ListRoles', rolesXml([ROLE, TRUST]));
    withDevs(servers.api);
  });
  const table = async () => (await asking(...ASK)).stdout.replace(/\s+/g, ' ');

  test('are those of the whole cluster', async () => {
    withEntries({ arn: OPS, policies: [inNamespaces(EDIT, 'payments')] });
    const text = await table();
    expect(text).toContain('group dev create pods in payments payments/api (team/api)');
    expect(text).toContain('IAM role team/ops create pods in payments payments/api (team/api)');
    expect(text).not.toContain('does not cover');
  });

  test.each<[string, () => void, boolean]>([
    ['a list', () => servers.api.objects[pathOfList('roles')] = FORBIDDEN, true],
    ['the access entries', () => aws.deny('eks:ListAccessEntries'), true],
    ['a policy of a role', () => aws.deny('iam:GetPolicy'), false],
  ])('may be more if %s could not be read', async (_, refuse, isMore) => {
    refuse();
    const text = await table();
    expect(text.includes('does not cover')).toBe(isMore);
  });

  test('of a service account whose role is of another account', async () => {
    const other = 'arn:aws:iam::444455556666:role/api';
    servers.api.lists('serviceaccounts', serviceAccount({ [ROLE_KEY]: other }));
    expect((await actors()).account).toMatchObject({ roles: [ROLE, other], actors: [{ name: 'dev' }] });
    const { serviceAccounts, whoCanAct } = JSON.parse((await asking(...ASK, '--format', 'json')).stdout);
    expect(serviceAccounts)
      .toContainEqual(expect.objectContaining({ role: other, cluster: ISSUER, answer: 'unknown' }));
    expect(whoCanAct[0].serviceAccounts).toEqual([{ serviceAccount: 'payments/api', roles: [ROLE, other] }]);
  });
});
