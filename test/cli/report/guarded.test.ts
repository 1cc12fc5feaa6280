/**
 * The report of an app with a guard, and of RBAC beside it.
 */
import { mkdtempSync, writeFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { stringify } from 'yaml';
import { ClusterOidcProvider, GuardMode, IrsaServiceAccount, WorkloadIdentityGuard } from '../../../src';
import { ACCOUNT, ISSUER_URL, REGION } from '../../support';
import { cli, directory } from '../support';

const RBAC = 'rbac.authorization.k8s.io';

function grant(name: string, rule: object, namespace?: string): object[] {
  const [kind, binding] = namespace === undefined ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'];
  const metadata = { name, ...namespace !== undefined && { namespace } };
  return [
    { apiVersion: `${RBAC}/v1`, kind, metadata, rules: [rule] },
    {
      apiVersion: `${RBAC}/v1`,
      kind: binding,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name },
      subjects: [{ apiGroup: RBAC, kind: 'Group', name }],
    },
  ];
}

const OBJECTS = [
  ...grant('dev', { apiGroups: [''], resources: ['pods'], verbs: ['create'] }, 'shop'),
  ...grant('policy-admins', {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
    verbs: ['delete', 'patch'],
  }),
];

function inputOf(mode: GuardMode): string[] {
  const folder = mkdtempSync(join(directory, 'guarded-'));
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Shop', { env: { account: ACCOUNT, region: REGION } });
  const api = new IrsaServiceAccount(stack, 'Api', {
    oidcProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', ISSUER_URL),
    namespace: 'shop',
    serviceAccountName: 'api',
  });
  api.addToPrincipalPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  new WorkloadIdentityGuard(stack, 'Guard', { appName: 'shop', mode });
  app.synth();
  const rbac = join(folder, 'rbac.yaml');
  writeFileSync(rbac, OBJECTS.map(object => `---\n${stringify(object)}`).join(''));
  return [join(folder, 'cdk.out'), '--manifests', rbac];
}

const DENIES = inputOf(GuardMode.DENY);
const WARNS = inputOf(GuardMode.WARN);
const flat = (text: string) => text.replace(/\s+/g, ' ');

test('a way that the guard closes is closed, and who can change the policies remains', () => {
  const text = flat(cli('report', ...DENIES).stdout);
  expect(text).toMatch(/group dev create pods in shop .*closed by shop-guard-use/);
  expect(text).toContain('Admission policies ');
  expect(text).toContain('shop-guard-use of the app shop denies pods and workloads');
  expect(text).toMatch(/these can change the policies: group system:masters, group policy-admins\./);
  const rows = cli('report', ...DENIES, '--format', 'csv').stdout.split('\r\n');
  expect(rows.filter(row => row.includes(',Group,dev,'))).toEqual([expect.stringMatching(/,closed,shop-guard-use$/)]);
});

test('a guard that only warns closes nothing, and says so', () => {
  const text = flat(cli('report', ...WARNS).stdout);
  expect(text).toMatch(/group dev create pods in shop /);
  expect(text).not.toContain('closed by');
  expect(text).toMatch(/ValidatingAdmissionPolicy shop-guard-use has no known effect: its binding \S+ does not deny: Warn/);
});

test('--diff: a guard that only warns now is wider, and one that denies is narrower', () => {
  const old = join(directory, 'guarded-old.json');
  writeFileSync(old, cli('report', ...DENIES, '--format', 'json').stdout);
  const wider = cli('report', ...WARNS, '--diff', old).stdout;
  expect(wider).toContain('| **wider** |  | the admission policy `shop-guard-use` no longer denies requests: `its');
  expect(wider).toMatch(/\| \*\*wider\*\* \| `group dev` \| no longer denied by `shop-guard-use`: `create pods/);
  writeFileSync(old, cli('report', ...WARNS, '--format', 'json').stdout);
  const narrower = cli('report', ...DENIES, '--diff', old).stdout;
  expect(narrower).toMatch(/\| narrower \| `group dev` \| now denied by `shop-guard-use`: `create pods in shop/);
  expect(narrower).not.toContain('**wider**');
});

test('who-can names those whom the guard stops, and does not count them', () => {
  const closed = flat(cli('who-can', 's3:GetObject', ...DENIES).stdout).trim();
  expect(closed).toMatch(/group dev create pods in shop .*closed by shop-guard-use/);
  expect(closed).toMatch(/1 way from a service account to s3:GetObject on any resource\.$/);
  const open = flat(cli('who-can', 's3:GetObject', ...WARNS).stdout).trim();
  expect(open).toMatch(/Through Kubernetes, 1 other can act as such a service account\.$/);
});
