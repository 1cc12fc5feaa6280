/**
 * What `WorkloadIdentityGuard` covers, what it writes where, and what it says. What its policies do to requests is
 * for an API server to say: `test/token/guard.cluster.ts`.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, Lazy, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { Role } from 'aws-cdk-lib/aws-iam';
import * as cdk8s from 'cdk8s';
import {
  GuardMode, IrsaServiceAccount, IrsaServiceAccountProps, KubernetesManifests, KubernetesSubject,
  PodIdentityServiceAccount, UnlistedServiceAccounts, WorkloadIdentityGuard, WorkloadIdentityGuardProps,
} from '../src';
import { parseManifests } from './judges/kubernetes';
import {
  ACCOUNT, agnosticStack, deferredProvider, ISSUER, ISSUER_URL, literalProvider, literalStack, REGION, warnings,
} from './support';

const DEV = KubernetesSubject.group('dev');

function guardOf(scope: Stack, props: Partial<WorkloadIdentityGuardProps> = {}, id = 'Guard'): WorkloadIdentityGuard {
  return new WorkloadIdentityGuard(scope, id, { appName: 'shop', ...props });
}

function account(stack: Stack, name: string, props: Partial<IrsaServiceAccountProps> = {}): IrsaServiceAccount {
  return new IrsaServiceAccount(stack, name, {
    oidcProvider: props.oidcProvider ?? stack.node.tryFindChild('Oidc') as any ?? literalProvider(stack),
    namespace: 'shop',
    serviceAccountName: name,
    roleName: `role-${name}`,
    ...props,
  });
}

/** What a guard writes, by kind and name. */
function objectsOf(guard: WorkloadIdentityGuard): Record<string, any> {
  return Object.fromEntries(guard.toManifests().map(object =>
    [`${object.kind.replace('ValidatingAdmission', '')} ${object.metadata.name}`, object]));
}

/** A literal of a policy. */
function literalOf(guard: WorkloadIdentityGuard, kind: string, name: string, part = ''): any {
  const { spec } = objectsOf(guard)[`Policy shop-guard-${kind}${part}`];
  return JSON.parse(spec.variables.find((variable: any) => variable.name === name).expression);
}

/** Who has which role. */
function rolesOf(guard: WorkloadIdentityGuard): Record<string, string> {
  const [subjects, roles] = ['subjects0', 'roles0'].map(name => literalOf(guard, 'integrity', name));
  return Object.fromEntries(subjects.map((subject: string, index: number) => [subject, roles[index]]));
}

const accountsOf = (guard: WorkloadIdentityGuard) => literalOf(guard, 'use', 'accounts0');
const arn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const infos = (stack: Stack) => Annotations.fromStack(stack).findInfo('*', Match.anyValue())
  .map(({ entry }) => `${entry.data}`);
const failure = (app: App) => {
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

describe('what is written', () => {
  test('three policies that warn, with the least that is given', () => {
    const stack = literalStack();
    account(stack, 'api');
    const objects = objectsOf(guardOf(stack));
    expect(Object.keys(objects)).toEqual(['integrity', 'use', 'tokens'].flatMap(kind =>
      [`Policy shop-guard-${kind}`, `PolicyBinding shop-guard-${kind}`]));
    for (const kind of ['integrity', 'use', 'tokens']) {
      expect(objects[`PolicyBinding shop-guard-${kind}`]).toEqual({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: {
          name: `shop-guard-${kind}`,
          labels: { 'cdk-irsa/guard': 'shop' },
          annotations: { 'cdk-irsa/clusters': ISSUER },
        },
        spec: { policyName: `shop-guard-${kind}`, validationActions: ['Warn', 'Audit'] },
      });
    }
  });

  test('everything that can be given', () => {
    const stack = literalStack();
    account(stack, 'api', { audience: 'vault.example.com' });
    const guard = guardOf(stack, {
      mode: GuardMode.DENY,
      deployers: [DEV, KubernetesSubject.user('alice'), KubernetesSubject.serviceAccount('ci', 'argo-cd')],
      exceptions: [KubernetesSubject.group('admins')],
      integrity: { unlisted: UnlistedServiceAccounts.DENY_ALL_ROLES, mode: GuardMode.AUDIT },
      use: { exceptions: [KubernetesSubject.serviceAccount('argo', 'workflows')] },
      tokens: { audiences: ['other'], allServiceAccounts: true, mode: GuardMode.WARN },
      exec: { namespaces: ['shop', 'kube-system'], exceptions: [KubernetesSubject.user('on-call')] },
      annotationPrefix: 'irsa.example.com',
    });
    const objects = objectsOf(guard);
    const modes = Object.values(objects).filter(({ kind }) => kind.endsWith('PolicyBinding'))
      .map(({ metadata, spec }) => [metadata.name, spec.validationActions]);
    expect(Object.fromEntries(modes)).toEqual({
      'shop-guard-integrity': ['Audit'],
      'shop-guard-unlisted': ['Audit'],
      'shop-guard-use': ['Deny'],
      'shop-guard-tokens': ['Warn', 'Audit'],
      'shop-guard-exec': ['Deny'],
    });
    expect(literalOf(guard, 'integrity', 'key')).toBe('irsa.example.com/role-arn');
    expect(literalOf(guard, 'unlisted', 'accounts0')).toEqual({ shop: ['api'] });
    expect(literalOf(guard, 'use', 'users')).toEqual(['system:serviceaccount:argo:workflows']);
    expect(literalOf(guard, 'use', 'groups')).toEqual(['admins']);
    expect(literalOf(guard, 'exec', 'users')).toEqual(['on-call']);
    expect(literalOf(guard, 'exec', 'namespaces')).toEqual(['kube-system', 'shop']);
    expect(literalOf(guard, 'tokens', 'audiences'))
      .toEqual(['other', 'pods.eks.amazonaws.com', 'sts.amazonaws.com', 'vault.example.com']);
    expect(objects['Role shop-guard-use']).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'shop-guard-use', namespace: 'shop', labels: { 'cdk-irsa/guard': 'shop' } },
      rules: [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['use'], resourceNames: ['api'] }],
    });
    expect(objects['RoleBinding shop-guard-use']).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'shop-guard-use', namespace: 'shop', labels: { 'cdk-irsa/guard': 'shop' } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'shop-guard-use' },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dev' },
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' },
        { kind: 'ServiceAccount', namespace: 'ci', name: 'argo-cd' },
      ],
    });
  });

  test('unlisted accounts: a warning, also where the rest denies', () => {
    const stack = literalStack();
    account(stack, 'api');
    const objects = objectsOf(guardOf(stack, {
      mode: GuardMode.DENY, integrity: { unlisted: UnlistedServiceAccounts.WARN },
    }));
    expect(objects['PolicyBinding shop-guard-integrity'].spec.validationActions).toEqual(['Deny']);
    expect(objects['PolicyBinding shop-guard-unlisted'].spec.validationActions).toEqual(['Warn', 'Audit']);
  });

  test('policies that are off are not there', () => {
    const stack = literalStack();
    account(stack, 'api');
    const off = { mode: GuardMode.OFF };
    expect(Object.keys(objectsOf(guardOf(stack, { integrity: off, tokens: off })))).toEqual([
      'Policy shop-guard-use', 'PolicyBinding shop-guard-use',
    ]);
    expect(guardOf(stack, off, 'Off').toManifests()).toEqual([]);
  });

  test('a file: namespaces, policies, then service accounts with Roles, then workloads', () => {
    const app = new App();
    const stack = literalStack(app);
    new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, 'Pod', {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, spec: { containers: [] },
    });
    const guard = guardOf(stack, { deployers: [DEV] });
    account(stack, 'api', { createNamespace: true });
    const { directory } = app.synth();
    const objects = parseManifests(readFileSync(join(directory, 'Stack.k8s.yaml'), 'utf8'));
    expect([...new Set(objects.map(({ kind }) => kind))]).toEqual([
      'Namespace', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ServiceAccount', 'Role',
      'RoleBinding', 'Pod',
    ]);
    const own = objects.filter(({ metadata }) => metadata.labels?.['cdk-irsa/guard']);
    expect(own).toEqual(expect.arrayContaining(guard.toManifests()));
    expect(own).toHaveLength(guard.toManifests().length);
  });

  test('files in the order of their names', () => {
    const app = new App();
    const stack = literalStack(app);
    KubernetesManifests.of(stack).writeTo({ filePerResource: true });
    guardOf(stack, { deployers: [DEV] });
    account(stack, 'api', { createNamespace: true });
    const { directory } = app.synth();
    expect(readdirSync(join(directory, 'Stack.k8s')).sort()).toEqual([
      '0_namespace_shop.yaml',
      ...['', 'binding'].flatMap(kind => ['integrity', 'tokens', 'use'].map(name =>
        `0_validatingadmissionpolicy${kind}.admissionregistration.k8s.io_shop-guard-${name}.yaml`)),
      '1_role.rbac.authorization.k8s.io_shop_shop-guard-use.yaml',
      '1_rolebinding.rbac.authorization.k8s.io_shop_shop-guard-use.yaml',
      '1_serviceaccount_shop_api.yaml',
    ].sort());
  });

  test('not among the manifests', () => {
    const app = new App();
    const stack = literalStack(app);
    const guard = guardOf(stack, { addToManifests: false });
    account(stack, 'api');
    const { directory } = app.synth();
    expect(parseManifests(readFileSync(join(directory, 'Stack.k8s.yaml'), 'utf8')).map(({ kind }) => kind))
      .toEqual(['ServiceAccount']);
    expect(guard.toManifests()).toHaveLength(6);
  });

  test('single grants', () => {
    const stack = literalStack();
    const [api, web] = ['api', 'web'].map(name => account(stack, name));
    const guard = guardOf(stack);
    guard.grantUse(api, DEV);
    guard.grantUse(api, KubernetesSubject.user('alice'), DEV);
    guard.grantUse(web, KubernetesSubject.user('bob'));
    const { 'Role shop-guard-use-api': role, 'RoleBinding shop-guard-use-api': binding, ...others } = objectsOf(guard);
    expect(role.rules[0].resourceNames).toEqual(['api']);
    expect(binding.subjects.map(({ name }: any) => name)).toEqual(['dev', 'alice']);
    expect(Object.keys(others).filter(name => /^Role/.test(name))).toEqual([
      'Role shop-guard-use-web', 'RoleBinding shop-guard-use-web',
    ]);
  });

  test('a Role in each namespace', () => {
    const stack = literalStack();
    account(stack, 'api');
    account(stack, 'b', { namespace: 'other' });
    account(stack, 'a', { namespace: 'other' });
    const roles = guardOf(stack, { deployers: [DEV] }).toManifests().filter(({ kind }) => kind === 'Role');
    expect(roles.map(({ metadata, rules }) => [metadata.namespace, rules[0].resourceNames])).toEqual([
      ['other', ['a', 'b']], ['shop', ['api']],
    ]);
  });
});

describe('what is covered', () => {
  test('service accounts that are added later, of nested stacks, of Helm and of charts', () => {
    const stack = literalStack();
    const guard = guardOf(stack);
    account(stack, 'api');
    account(new NestedStack(stack, 'Nested'), 'nested', { oidcProvider: stack.node.findChild('Oidc') as any });
    account(stack, 'helm', { createServiceAccount: false });
    account(stack, 'chart', { chart: new cdk8s.Chart(new cdk8s.App(), 'chart') });
    account(stack, 'existing', { role: Role.fromRoleArn(stack, 'R', arn('theirs')), roleName: undefined });
    expect(accountsOf(guard)).toEqual({ shop: ['api', 'chart', 'existing', 'helm', 'nested'] });
    expect(rolesOf(guard)).toMatchObject({
      'shop.api': arn('role-api'), 'shop.helm': arn('role-helm'), 'shop.existing': arn('theirs'),
    });
  });

  test('Pod Identity: its use and tokens, not an annotation', () => {
    const stack = literalStack();
    new PodIdentityServiceAccount(stack, 'Pod', {
      clusterName: 'live', namespace: 'shop', serviceAccountName: 'worker',
    });
    const guard = guardOf(stack);
    expect(accountsOf(guard)).toEqual({ shop: ['worker'] });
    expect(Object.keys(objectsOf(guard)).join()).not.toContain('integrity');
    const [policy] = guard.toManifests();
    expect(policy.metadata.annotations).toEqual({
      'cdk-irsa/clusters': `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/live`,
    });
  });

  test('the same cluster in other stacks, and no other cluster', () => {
    const app = new App();
    const [blue, more, green, greener] = ['Blue', 'More', 'Green', 'Greener'].map(id => literalStack(app, id));
    account(blue, 'api');
    account(more, 'more');
    account(green, 'api', { oidcProvider: literalProvider(green, 'Oidc', `${ISSUER_URL}2`), roleName: 'green' });
    account(greener, 'web', { oidcProvider: literalProvider(greener, 'Oidc', `${ISSUER_URL}2`) });
    const [ofBlue, ofGreen] = [guardOf(blue), guardOf(green)];
    expect(rolesOf(ofBlue)).toEqual({
      'shop.api': arn('role-api'), 'shop.more': arn('role-more'),
    });
    expect(rolesOf(ofGreen)).toEqual({
      'shop.api': arn('green'), 'shop.web': arn('role-web'),
    });
    expect(failure(app)).toBe(undefined);
  });

  test('one manifest for two clusters', () => {
    const stack = literalStack();
    account(stack, 'api').trustCluster(literalProvider(stack, 'Second', `${ISSUER_URL}2`));
    const [policy] = guardOf(stack).toManifests();
    expect(policy.metadata.annotations['cdk-irsa/clusters']).toBe(`${ISSUER},${ISSUER}2`);
  });

  test('from a stack without service accounts: all of the app, if they are of one cluster', () => {
    const app = new App();
    const [platform, one, two] = ['Platform', 'One', 'Two'].map(id => literalStack(app, id));
    account(one, 'api');
    const guard = guardOf(platform);
    expect(accountsOf(guard)).toEqual({ shop: ['api'] });
    account(two, 'web', { oidcProvider: literalProvider(two, 'Oidc', `${ISSUER_URL}2`) });
    expect(failure(app)).toContain('[Platform/Guard] `scope` must be a stack whose manifests contain service accounts');
  });

  test('not those of another stage', () => {
    const app = new App();
    const [dev, prod] = ['Dev', 'Prod'].map(id => literalStack(new Stage(app, id) as any));
    account(dev, 'api');
    account(prod, 'web');
    expect(accountsOf(guardOf(dev))).toEqual({ shop: ['api'] });
  });
});

describe('what only the deployment knows', () => {
  test('a role is left out of the annotations, with a note', () => {
    const app = new App();
    const stack = agnosticStack(app);
    account(stack, 'api', { oidcProvider: deferredProvider(stack), roleName: undefined });
    const guard = guardOf(stack, { integrity: { unlisted: UnlistedServiceAccounts.DENY_ALL_ROLES } });
    expect(accountsOf(guard)).toEqual({ shop: ['api'] });
    expect(Object.keys(objectsOf(guard)).join()).not.toContain('integrity');
    // Or else it would lose its role.
    expect(literalOf(guard, 'unlisted', 'accounts0')).toEqual({ shop: ['api'] });
    expect(guard.toManifests()[0].metadata.annotations).toBe(undefined);
    app.synth();
    expect(infos(stack).join()).toContain('The guard does not check the role annotation of Stack/api');
  });

  test('a name is left out, with a warning', () => {
    const app = new App();
    const stack = literalStack(app);
    account(stack, 'api');
    account(stack, 'late', { serviceAccountName: Lazy.string({ produce: () => 'late' }) });
    expect(accountsOf(guardOf(stack))).toEqual({ shop: ['api', 'late'] });
    const open = agnosticStack(app, 'Open');
    account(open, 'x', { namespace: stack.account === '' ? '' : open.stackId, roleName: undefined });
    guardOf(open, { appName: 'open' });
    try { app.synth(); } catch { /* the namespace itself is refused */ }
    expect(warnings(open).join()).toContain('The guard does not protect Open/x');
  });
});

describe('sizes', () => {
  const many = (count: number, roles: number) => {
    const app = new App();
    const stack = literalStack(app);
    const role = Array.from({ length: roles }, (_, index) =>
      Role.fromRoleArn(stack, `R${index}`, arn(`a-rather-long-name-of-a-role-${index}`)));
    const oidcProvider = literalProvider(stack);
    for (let index = 0; index < count; index++) {
      const name = `a-rather-long-name-${index}`;
      account(stack, name, { oidcProvider, role: role[index % roles], roleName: undefined });
    }
    return { app, stack, guard: guardOf(stack, { addToManifests: false }) };
  };

  test('expressions have at most 100,000 characters, and objects fit into the annotation of kubectl', () => {
    const { guard } = many(3_000, 3_000);
    const policies = guard.toManifests().filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    expect(policies.filter(({ metadata }) => /integrity/.test(metadata.name)).length).toBeGreaterThan(1);
    for (const policy of policies) {
      expect(JSON.stringify(policy).length).toBeLessThan(262_144);
      const expressions = policy.spec.variables.map(({ expression }: any) => expression);
      expect(Math.max(...expressions.map((expression: string) => expression.length))).toBeLessThan(100_000);
    }
    const listed = policies.flatMap(({ spec }) => spec.variables).filter(({ name }: any) => /^subjects/.test(name))
      .flatMap(({ expression }: any) => JSON.parse(expression));
    expect(new Set(listed).size).toBe(3_000);
  });

  test('a role of thousands is in one policy, with a warning', () => {
    const { app, stack } = many(2_500, 1);
    failure(app);
    expect(warnings(stack).join()).toMatch(
      /The policy shop-guard-integrity has \d+ bytes, too many for a client-side `kubectl apply`/);
  });
});

describe('warnings', () => {
  test('nobody can deploy', () => {
    const stack = literalStack();
    account(stack, 'api');
    guardOf(stack, { mode: GuardMode.DENY });
    expect(warnings(stack).join()).toContain('Only cluster administrators can run pods with the service accounts');
    const other = literalStack();
    account(other, 'api');
    guardOf(other, { mode: GuardMode.DENY, deployers: [DEV] });
    expect(warnings(other)).toEqual([]);
  });

  test.each([['1.29', true], ['1.30', false], ['1.4', true], ['1.100', false], [undefined, false]])(
    'a cluster with Kubernetes %s', (version, isOld) => {
      const stack = literalStack();
      account(stack, 'api');
      guardOf(stack);
      new CfnCluster(stack, 'Cluster', { roleArn: arn('cluster'), resourcesVpcConfig: { subnetIds: [] }, version });
      expect(warnings(stack).join().includes(`Stack/Cluster uses Kubernetes ${version}`)).toBe(isOld);
    },
  );

  test('of several clusters, the one of the stack counts', () => {
    const app = new App();
    const [stack, other] = ['Stack', 'Other'].map(id => literalStack(app, id));
    account(stack, 'api');
    guardOf(stack);
    for (const [scope, version] of [[stack, '1.34'], [other, '1.29']] as const) {
      new CfnCluster(scope, 'Cluster', { roleArn: arn('cluster'), resourcesVpcConfig: { subnetIds: [] }, version });
    }
    expect(warnings(stack)).toEqual([]);
  });

  test('nothing to protect', () => {
    const stack = literalStack();
    expect(guardOf(stack).toManifests()).toEqual([]);
    expect(warnings(stack).join()).toContain('The app has no service account');
  });
});

describe('errors', () => {
  test.each<[Partial<WorkloadIdentityGuardProps>, string]>([
    [{ appName: 'Shop' }, '`appName` must be a DNS-1123 label'],
    [{ appName: 'a'.repeat(64) }, '`appName` must be a DNS-1123 label'],
    [{ appName: '' }, '`appName` must be a DNS-1123 label'],
    [{ appName: Lazy.string({ produce: () => 'x' }) }, '`appName` must be a DNS-1123 label'],
    [{ deployers: [] }, '`deployers` must name at least one subject, got: [].'],
    [{ deployers: [DEV, DEV] }, '`deployers` must contain each subject only once'],
    [{ exceptions: [DEV, DEV] }, '`exceptions` must contain each subject only once'],
    [{ tokens: { exceptions: ['x' as any] } }, '`tokens.exceptions` must contain only KubernetesSubjects, got: "x".'],
    [{ mode: 'block' as any }, '`mode` must be one of off, audit, warn, deny, got: "block".'],
    [{ use: { mode: 'Deny' as any } }, '`use.mode` must be one of'],
    [{ integrity: { unlisted: 'x' as any } }, '`integrity.unlisted` must be one of app-roles, all-roles, warn'],
    [{ exec: { namespaces: [] } }, '`exec.namespaces` must be a list with at least one item'],
    [{ exec: { namespaces: ['shop-*'] } }, '`exec.namespaces` must be a DNS-1123 label'],
    [{ tokens: { audiences: ['*'] } }, '`tokens.audiences` must be 1 to 255 visible ASCII characters'],
    [{ annotationPrefix: 'eks.amazonaws.com/' }, '`annotationPrefix` must be a DNS-1123 subdomain'],
    [{ deployers: [DEV], use: { mode: GuardMode.OFF } }, '`deployers` must be left out if the guard has no policy'],
    [{ deployers: [DEV], mode: GuardMode.OFF }, '`deployers` must be left out if the guard has no policy on use'],
  ])('%j', (props, message) => {
    expect(() => guardOf(literalStack(), props)).toThrow(`[Stack/Guard] ${message}`);
  });

  test.each<[string, () => unknown, string]>([
    ['an empty name', () => KubernetesSubject.user(''), '[KubernetesSubject.user] `name` must be 1 to 1024 characters'],
    ['a pattern', () => KubernetesSubject.user('dev-*'), 'exactly and supports no patterns'],
    ['blanks', () => KubernetesSubject.group(' dev'), '[KubernetesSubject.group] `name` must be'],
    ['a long name', () => KubernetesSubject.group('a'.repeat(1_025)), '`name` must be'],
    ['everyone', () => KubernetesSubject.group('system:authenticated'), 'must be a group that does not include '
      + 'everyone'],
    ['a token', () => KubernetesSubject.user(Lazy.string({ produce: () => 'x' })), 'must be known at synth time'],
    ['a namespace', () => KubernetesSubject.serviceAccount('A', 'b'),
      '[KubernetesSubject.serviceAccount] `namespace` must be a DNS-1123 label'],
    ['a name', () => KubernetesSubject.serviceAccount('a', '*'), '`name` must be a DNS-1123 subdomain'],
  ])('subjects: %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('a longest name is fine', () => {
    const stack = literalStack();
    account(stack, 'api', { namespace: 'n'.repeat(63), serviceAccountName: 's'.repeat(253) });
    const guard = guardOf(stack, {
      appName: 'a'.repeat(63), deployers: [KubernetesSubject.user('u'.repeat(1_024))],
    });
    expect(guard.toManifests()).toHaveLength(8);
  });

  test('two guards of one name for one cluster', () => {
    const app = new App();
    const stack = literalStack(app);
    account(stack, 'api');
    guardOf(stack);
    guardOf(stack, {}, 'Again');
    expect(failure(app))
      .toContain('[Stack/Again] `appName` must be unique per cluster, got: "shop". Stack/Guard uses');
    const other = new App();
    const [one, two] = ['One', 'Two'].map(id => literalStack(other, id));
    account(one, 'api');
    account(two, 'web');
    guardOf(one);
    guardOf(two);
    expect(failure(other)).toContain('[Two/Guard] `appName` must be unique per cluster');
  });

  test('two guards with different names', () => {
    const app = new App();
    const stack = literalStack(app);
    account(stack, 'api');
    guardOf(stack);
    guardOf(stack, { appName: 'other' }, 'Other');
    expect(failure(app)).toBe(undefined);
  });

  test('grantUse for others', () => {
    const app = new App();
    const [blue, green] = ['Blue', 'Green'].map(id => literalStack(app, id));
    account(blue, 'api');
    const guard = guardOf(blue);
    guard.grantUse(account(green, 'web', { oidcProvider: literalProvider(green, 'Oidc', `${ISSUER_URL}2`) }), DEV);
    expect(failure(app)).toContain('`grantUse` must be for a service account that the guard covers, got: "Green/web"');
    expect(() => guard.grantUse(blue as any, DEV)).toThrow('`identity` must be a service account of this library');
    expect(() => guard.grantUse(account(blue, 'x'))).toThrow('`subjects` must name at least one subject');
    expect(() => guardOf(blue, { mode: GuardMode.OFF }, 'Off').grantUse(account(blue, 'y'), DEV))
      .toThrow('`grantUse` must be left out if the guard has no policy on use');
  });
});
