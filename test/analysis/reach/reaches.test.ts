/**
 * Who reaches which service account: IAM principals, users and groups, joined with the clusters of the map.
 */
import { AccessMap } from '../../../src/analysis/access-map';
import { ClusterPrincipal, Reach } from '../../../src/analysis/cluster-access';
import { ClosedBy } from '../../../src/analysis/rbac/reach';
import { accessIndex } from '../../../src/analysis/reach/reached-access';
import { ReachOptions, reachesOf } from '../../../src/analysis/reach/reaches';
import { readRbac } from '../../../src/analysis/reading/rbac';
import { ISSUER } from '../../support';
import { arnOf, association, CLUSTER_ARN, Files, mapOf, podIdentity, role, trusting } from '../rules/support';

const VERSION = 'rbac.authorization.k8s.io/v1';
const OPS = arnOf('ops');
const GROUP = 'rbac.authorization.k8s.io';

/** A RoleBinding, or a ClusterRoleBinding without a namespace. */
function bound(name: string, namespace: string | undefined, roleName: string, ...subjects: object[]): object {
  return {
    apiVersion: VERSION,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: roleName },
    subjects,
  };
}

function clusterRole(name: string, ...rules: Array<[verbs: string, group: string, resources: string, names?: string]>) {
  return {
    apiVersion: VERSION,
    kind: 'ClusterRole',
    metadata: { name },
    rules: rules.map(([verbs, group, resources, names]) => ({
      verbs: verbs.split(','),
      apiGroups: [group],
      resources: resources.split(','),
      ...names !== undefined && { resourceNames: names.split(',') },
    })),
  };
}

const group = (name: string) => ({ kind: 'Group', name, apiGroup: GROUP });
const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name });
const manifests = (...objects: object[]) =>
  ({ 'rbac.yaml': objects.map(item => JSON.stringify(item)).join('\n---\n') });
const policy = (name: string, ...namespaces: string[]) => ({
  PolicyArn: { 'Fn::Sub': `arn:\${AWS::Partition}:eks::aws:cluster-access-policy/${name}` },
  AccessScope: namespaces.length === 0 ? { Type: 'cluster' } : { Type: 'namespace', Namespaces: namespaces },
});
const entry = (more: object) => ({
  Type: 'AWS::EKS::AccessEntry', Properties: { ClusterName: 'production', PrincipalArn: OPS, ...more },
});
const ROLE = role('api', [trusting()]);
const POD_ROLE = role('api', [podIdentity()]);
const ASSOCIATION = association(arnOf('api'));

/** `Group dev: payments/api certain create-pods [by] in cluster`, the best way of each. */
function inShort({ reaches }: Pick<AccessMap, 'reaches'>): string[] {
  return reaches.map(({ actor, namespace, serviceAccount, ways: [{ confidence, steps, closedBy }], doubt }) =>
    `${actor.kind} ${actor.name}: ${namespace}/${serviceAccount} ${confidence} `
      + steps.map(({ path }) => path).join(' ')
      + `${closedBy === undefined ? '' : ` closed by ${closedBy.join()}`}${doubt === undefined ? '' : ', perhaps'}`);
}

const reached = (files: Files) => inShort(mapOf(files).map);

test('without RBAC and access entries, nothing', () => {
  const { map } = mapOf({ resources: { Role: ROLE } });
  expect(map).toMatchObject({ principals: [], reaches: [], unknownReaches: [], rbac: { roles: [], bindings: [] } });
});

describe('bindings of manifests', () => {
  test('every right that leads there, with what gives it and where', () => {
    const { map } = mapOf({
      resources: { Role: ROLE },
      manifests: manifests(
        clusterRole('deploy', ['create', '', 'pods'], ['get', '', 'configmaps'], ['patch', 'apps', 'deployments']),
        bound('dev', 'payments', 'deploy', group('dev')),
      ),
    });
    expect(map.reaches).toEqual([{
      actor: { kind: 'Group', name: 'dev' },
      cluster: ISSUER,
      namespace: 'payments',
      serviceAccount: 'api',
      ways: [
        {
          confidence: 'certain',
          steps: [{
            path: 'create-pods',
            right: 'create pods in payments',
            grantedBy: ['RoleBinding payments/dev (ClusterRole deploy)'],
            to: 'ServiceAccount payments/api',
            places: [expect.objectContaining({ file: expect.stringMatching(/rbac\.yaml$/), line: 3 })],
          }],
        },
        {
          confidence: 'unknown',
          steps: [expect.objectContaining({ path: 'change-workloads-apps', right: 'patch deployments in payments' })],
        },
      ],
    }]);
    expect(accessIndex(map)(map.reaches[0])).toMatchObject([{ role: arnOf('api'), cluster: ISSUER }]);
  });

  test('another namespace, reading, and the controllers of Kubernetes reach nothing', () => {
    expect(reached({
      resources: { Role: ROLE },
      manifests: manifests(
        bound('dev', 'other', 'edit', group('dev')), bound('view', 'payments', 'view', group('readers')),
      ),
    })).toEqual([]);
  });

  test('everybody who is signed in, and service accounts, but not itself', () => {
    expect(reached({
      resources: { Role: ROLE },
      manifests: manifests(
        bound('all', 'payments', 'edit', group('system:authenticated')),
        bound('ci', 'payments', 'edit', account('ci', 'runner'), account('payments', 'api')),
      ),
    })).toEqual([
      'Group system:authenticated: payments/api certain create-pods',
      'ServiceAccount ci/runner: payments/api certain create-pods',
    ]);
  });

  test('through another service account', () => {
    const { map } = mapOf({
      resources: { Role: ROLE },
      manifests: manifests(
        bound('dev', 'ci', 'edit', group('dev')), bound('ci', 'payments', 'edit', account('ci', 'runner')),
      ),
    });
    expect(inShort(map)).toEqual([
      'Group dev: payments/api certain impersonate-service-accounts create-pods',
      'ServiceAccount ci/runner: payments/api certain create-pods',
    ]);
    expect(map.reaches[0].ways[0].steps.map(({ to, grantedBy }) => [to, ...grantedBy])).toEqual([
      ['ServiceAccount ci/runner', 'RoleBinding ci/dev (ClusterRole edit)'],
      ['ServiceAccount payments/api', 'RoleBinding payments/ci (ClusterRole edit)'],
    ]);
  });

  test.each<[subject: string, expected: string[]]>([
    ['payments:*', ['payments/* certain']],
    ['payments:api-*', ['payments/api-* unknown']],
    ['pay*:api', ['pay*/api certain']],
    ['other-*:api', []],
  ])('a trust policy for %s', (subject, expected) => {
    const trust = trusting(subject);
    const { StringEquals: { [`${ISSUER}:sub`]: sub, ...others } } = trust.Condition;
    const Condition = { StringEquals: others, StringLike: { [`${ISSUER}:sub`]: sub } };
    expect(reached({
      resources: { Role: role('api', [{ ...trust, Condition }]) },
      manifests: manifests(bound('dev', 'payments', 'edit', group('dev'))),
    })).toEqual(expected.map(text => `Group dev: ${text} create-pods`));
  });
});

describe('access entries', () => {
  const OF_POD = { Role: POD_ROLE, Association: ASSOCIATION };

  test.each<[name: string, properties: object, expected: string[]]>([
    ['of an edit policy in the namespace', { AccessPolicies: [policy('AmazonEKSEditPolicy', 'payments')] },
      ['certain create-pods']],
    ['in namespaces like it', { AccessPolicies: [policy('AmazonEKSAdminPolicy', 'a', 'pay*')] },
      ['certain create-pods']],
    ['in another namespace', { AccessPolicies: [policy('AmazonEKSEditPolicy', 'other', 'payment')] }, []],
    ['for the whole cluster', { AccessPolicies: [policy('AmazonEKSClusterAdminPolicy')] }, ['certain create-pods']],
    ['that reads', { AccessPolicies: [policy('AmazonEKSViewPolicy'), policy('AmazonEKSHybridPolicy')] }, []],
    ['that reads Secrets', { AccessPolicies: [policy('AmazonEKSSecretReaderPolicy', 'payments')] }, []],
    ['that reads everything', { AccessPolicies: [policy('AmazonEKSAdminViewPolicy')] }, ['unknown exec-by-get']],
    ['with a group', { KubernetesGroups: ['dev'] }, ['certain create-pods']],
    ['with another group', { KubernetesGroups: ['ops'] }, []],
    ['with a user name', { Username: 'joe' }, ['certain create-tokens']],
    ['with a user name of the session', { Username: 'j{{SessionName}}' }, ['unknown create-tokens']],
    ['of nodes', { Type: 'EC2_LINUX', KubernetesGroups: ['dev'] }, []],
  ])('%s', (_, properties, expected) => {
    const { map } = mapOf({
      resources: { ...OF_POD, Entry: entry(properties) },
      manifests: manifests(
        bound('dev', 'payments', 'edit', group('dev')),
        clusterRole('tokens', ['create', '', 'serviceaccounts/token']),
        bound('joe', 'payments', 'tokens', { kind: 'User', name: 'joe', apiGroup: GROUP }),
      ),
    });
    const own = { reaches: map.reaches.filter(({ actor }) => actor.kind === 'IAM principal') };
    expect(inShort(own)).toEqual(expected.map(text => `IAM principal ${OPS}: payments/api ${text}`));
  });

  test('say what gives the right, and who is mapped to it', () => {
    const { map } = mapOf({
      resources: {
        ...OF_POD,
        Entry: entry({ KubernetesGroups: ['dev'], AccessPolicies: [policy('AmazonEKSEditPolicy', 'payments')] }),
      },
      manifests: manifests(clusterRole('tokens', ['create', '', 'serviceaccounts/token']),
        bound('dev', 'payments', 'tokens', group('dev'))),
    });
    const { cluster, ways } = map.reaches.find(({ actor }) => actor.kind === 'IAM principal')!;
    expect(cluster).toBe(CLUSTER_ARN);
    const given = (path: string) => ways.find(({ steps }) => steps[0].path === path)!.steps[0];
    expect(given('create-pods')).toMatchObject({ grantedBy: ['AmazonEKSEditPolicy in payments'] });
    expect(given('create-tokens')).toMatchObject({
      grantedBy: ['RoleBinding payments/dev (ClusterRole tokens) to Group dev'],
      places: [{ logicalId: 'Entry' }, { line: 3 }],
    });
  });

  test('who impersonates the user name does not get the access policies', () => {
    const files = (more: object) => reached({
      resources: { ...OF_POD, Entry: entry({ Username: 'boss', ...more }) },
      manifests: manifests(
        clusterRole('boss', ['impersonate', '', 'users', 'boss']), bound('dev', undefined, 'boss', group('dev')),
        bound('boss', 'payments', 'view', { kind: 'User', name: 'boss' }),
      ),
    }).filter(text => text.startsWith('Group dev'));
    expect(files({ AccessPolicies: [policy('AmazonEKSClusterAdminPolicy')] })).toEqual([]);
  });

  test('what is not known is named', () => {
    const reasons = (properties: object) => mapOf({ resources: { ...OF_POD, Entry: entry(properties) } })
      .map.unknownReaches.map(({ actor, reason, cluster }) => [actor.name, cluster, reason]);
    expect(reasons({ AccessPolicies: [policy('AmazonEKSNewPolicy')] })).toEqual([
      [OPS, CLUSTER_ARN, 'the permissions of the access policy AmazonEKSNewPolicy are not known'],
    ]);
    expect(reasons({ AccessPolicies: [{ PolicyArn: { Ref: 'X' } }] })).toEqual([
      [OPS, CLUSTER_ARN, 'an access policy of the access entry cannot be read'],
    ]);
    expect(reasons({ KubernetesGroups: { 'Fn::GetAtt': ['Entry', 'Groups'] } })).toEqual([
      [OPS, CLUSTER_ARN, 'the groups or the access policies of the access entry cannot be determined yet'],
    ]);
  });

  test('never count for another cluster, and perhaps for one of which only the issuer is known', () => {
    const Entry = entry({ AccessPolicies: [policy('AmazonEKSClusterAdminPolicy')], ClusterName: 'staging' });
    expect(reached({ resources: { ...OF_POD, Entry } })).toEqual([]);
    expect(reached({ resources: { Role: ROLE, Entry } })).toEqual([
      `IAM principal ${OPS}: payments/api certain create-pods, perhaps`,
    ]);
    const issuer = ISSUER.replace(/\.[a-z0-9-]+\.amazonaws/, '.af-south-1.amazonaws');
    const elsewhere = role('api', [trusting('payments:api', 'sts.amazonaws.com', issuer)]);
    expect(reached({ resources: { Role: elsewhere, Entry } })).toEqual([]);
  });
});

describe('bindings of one cluster', () => {
  const applied = (ClusterName: string, ...objects: object[]) => ({
    Type: 'Custom::AWSCDK-EKS-KubernetesResource', Properties: { ClusterName, Manifest: JSON.stringify(objects) },
  });

  test('do not count for another', () => {
    const resources = (name: string) => ({
      Role: POD_ROLE, Association: ASSOCIATION, Rbac: applied(name, bound('dev', 'payments', 'edit', group('dev'))),
    });
    expect(reached({ resources: resources('production') })).toEqual(['Group dev: payments/api certain create-pods']);
    expect(reached({ resources: resources('staging') })).toEqual([]);
  });

  test('do not mix with those of another', () => {
    const Entry = entry({ KubernetesGroups: ['dev'] });
    const files = (name: string) => reached({
      resources: {
        Role: POD_ROLE,
        Association: ASSOCIATION,
        Entry,
        Rbac: applied(name, bound('dev', 'payments', 'edit', group('dev'))),
      },
    }).filter(text => text.startsWith('IAM'));
    expect(files('production').length).toBe(1);
    expect(files('staging')).toEqual([]);
  });
});

test('what Kubernetes refuses, and roles that are not there, are named', () => {
  const { map } = mapOf({
    resources: { Role: ROLE },
    manifests: manifests(
      bound('a', 'payments', 'edit', { kind: 'Robot', name: 'x' }), bound('b', 'payments', 'absent', group('dev')),
      clusterRole('apps', ['create', 'argoproj.io', 'applications']), bound('c', 'argocd', 'apps', group('dev')),
    ),
  });
  expect(map.reaches).toEqual([]);
  expect(map.unknownReaches.map(({ actor, reason }) => [actor.name, reason])).toEqual([
    ['dev', 'ClusterRole absent was not found'],
    ['dev', 'a controller of applications.argoproj.io may run pods'],
    ['⟨subjects of RoleBinding payments/a⟩', expect.stringMatching(/^RoleBinding payments\/a: subjects\[0\]\.kind must/)],
  ]);
});

test('RBAC of charts, and of manifests that are not texts, is named', () => {
  const applied = (type: string, properties: object) =>
    ({ Type: `Custom::AWSCDK-EKS-${type}`, Properties: { ClusterName: 'production', ...properties } });
  const { map } = mapOf({
    resources: {
      Chart: applied('HelmChart', { Release: 'redis', Chart: 'redis' }),
      Open: applied('KubernetesResource', { Manifest: { 'Fn::GetAtt': ['Chart', 'Manifest'] } }),
      Read: applied('KubernetesResource', { Manifest: '[]' }),
      Auth: applied('KubernetesPatch', { ResourceName: 'configmap/aws-auth', ResourceNamespace: 'kube-system' }),
      Group: applied('KubernetesPatch', { ResourceName: 'rolebindings.rbac.authorization.k8s.io/dev' }),
      Later: applied('KubernetesPatch', { ResourceName: { Ref: 'Chart' } }),
      Dns: applied('KubernetesPatch', { ResourceName: 'deployment/coredns', ResourceNamespace: 'kube-system' }),
      Other: applied('KubernetesPatch', { ResourceName: 'configmap/coredns', ResourceNamespace: 'kube-system' }),
    },
  });
  expect(map.unknownReaches.map(({ cluster, reason }) => [cluster, reason])).toEqual([
    [CLUSTER_ARN, 'the roles and bindings of Helm release redis are not in the input'],
    [CLUSTER_ARN, 'the roles and bindings of manifest Open are not in the input'],
    [CLUSTER_ARN, 'the roles and bindings of patch Auth are not in the input'],
    [CLUSTER_ARN, 'the roles and bindings of patch Group are not in the input'],
    [CLUSTER_ARN, 'the roles and bindings of patch Later are not in the input'],
  ]);
});

describe('what admission policies close', () => {
  const place = { file: 'a' };
  const access = [['payments', 'api'], ['ci', 'runner']].map(([namespace, serviceAccount]) => ({
    cluster: ISSUER, namespace, serviceAccount, audience: 'a', via: 'irsa' as const, role: arnOf('api'), used: true,
  }));
  const reachesWith = (objects: object[], closedBy?: ClosedBy, more: Partial<ReachOptions> = {}) => {
    const rbac = readRbac({ text: JSON.stringify({ kind: 'List', items: objects }), place });
    const principals: ClusterPrincipal[] = [];
    return reachesOf({ rbac, principals, access, serviceAccounts: [], workloads: [] }, { closedBy, ...more });
  };
  /** As the guard does it: pods and tokens only with the verb use. */
  const guard: ClosedBy = ({ path, namespace, serviceAccount: name, may }) => (/^create-|^change-workloads/.test(path)
    && may({ verb: 'use', group: '', resource: 'serviceaccounts', namespace, name }) === false ? ['use'] : []);
  const summary = (reaches: readonly Reach[], actor: string, name = 'payments/api') => {
    const one = reaches.find(reach =>
      reach.actor.name === actor && `${reach.namespace}/${reach.serviceAccount}` === name);
    return one?.ways.filter(({ confidence }) => confidence === 'certain')
      .map(({ steps, closedBy }) =>
        steps.map(({ path }) => path).join(' ') + (closedBy ? ` closed by ${closedBy.join()}` : ''));
  };
  const PODS = clusterRole('pods', ['create', '', 'pods']);
  const USE_API = clusterRole('use', ['use', '', 'serviceaccounts', 'api']);
  const DEV = bound('dev', 'payments', 'pods', group('dev'));

  test('is shown, and open for those who may use the service account', () => {
    const { reaches } = reachesWith([
      PODS, USE_API, DEV, bound('deploy', 'payments', 'pods', group('deployers')),
      bound('use', 'payments', 'use', group('deployers')),
    ], guard);
    expect(summary(reaches, 'dev')).toEqual(['create-pods closed by use']);
    expect(summary(reaches, 'deployers')).toEqual(['create-pods']);
  });

  test('what lies behind it is closed, too', () => {
    const objects = [
      PODS, USE_API, bound('dev', 'ci', 'pods', group('dev')), bound('ci', 'payments', 'pods', account('ci', 'runner')),
      bound('use', 'payments', 'use', account('ci', 'runner')),
    ];
    expect(summary(reachesWith(objects).reaches, 'dev')).toEqual(['create-pods create-pods']);
    const { reaches } = reachesWith(objects, guard);
    expect(summary(reaches, 'dev', 'ci/runner')).toEqual(['create-pods closed by use']);
    expect(summary(reaches, 'dev')).toEqual(['create-pods create-pods closed by use']);
    expect(summary(reaches, 'ci/runner')).toEqual(['create-pods']);
  });

  test('is open through somebody who may use it, although the right is the same', () => {
    const { reaches } = reachesWith([
      PODS, USE_API, DEV, clusterRole('act', ['impersonate', '', 'serviceaccounts', 'runner']),
      bound('act', 'ci', 'act', group('dev')), bound('ci', 'payments', 'pods', account('ci', 'runner')),
      bound('use', 'payments', 'use', account('ci', 'runner')),
    ], guard);
    expect(summary(reaches, 'dev')).toEqual([
      'impersonate-service-accounts create-pods', 'create-pods closed by use',
    ]);
  });

  test.each<[name: string, rules: Array<[string, string, string, string?]>, way: string]>([
    ['who can remove the policies', [['delete', 'admissionregistration.k8s.io', 'validatingadmissionpolicies']],
      'change-policies create-pods'],
    ['who can give themselves the verb', [
      ['bind', GROUP, 'clusterroles', 'use'], ['create', GROUP, 'rolebindings'],
    ], 'bind-clusterroles create-pods'],
  ])('remains open for those %s', (_, rules, way) => {
    const { reaches } = reachesWith([
      PODS, USE_API, DEV, clusterRole('more', ...rules), bound('more', undefined, 'more', group('dev')),
    ], guard);
    expect(summary(reaches, 'dev')).toEqual([way, 'create-pods closed by use']);
  });

  test('not for those who can bind a role that does not have the verb', () => {
    const { reaches } = reachesWith([
      PODS,
      USE_API,
      DEV,
      clusterRole('more', ['bind', GROUP, 'clusterroles', 'view'], ['create', GROUP, 'rolebindings']),
      bound('more', undefined, 'more', group('dev')),
    ], guard);
    expect(summary(reaches, 'dev')).toEqual(['create-pods closed by use']);
  });

  test('an administrator uses everything', () => {
    const { reaches } = reachesWith([bound('all', undefined, 'cluster-admin', group('admins'))], guard);
    expect(summary(reaches, 'admins')).toContain('create-pods');
    expect(reaches.every(({ ways }) => ways[0].closedBy === undefined)).toBe(true);
  });
});
