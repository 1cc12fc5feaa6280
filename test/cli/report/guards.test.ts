import { ACCOUNT, DEV, EVE, guardOf, mapOf, OPS, REACHED } from './sample';
import { ClusterPrincipal } from '../../../src/analysis/cluster-access';
import { Guard } from '../../../src/analysis/guard/guard';
import { RbacBinding, RbacRole, Rule } from '../../../src/analysis/rbac-objects';
import { accessMarkdown } from '../../../src/cli/report/access-markdown';
import { accessTable } from '../../../src/cli/report/access-table';
import { reportedPolicies } from '../../../src/cli/report/guards';
import { html } from '../../../src/cli/report/html';
import { reportData } from '../../../src/cli/report/report-data';

const place = { file: 'rbac.yaml', line: 1, column: 1 };
const ADMISSION = 'admissionregistration.k8s.io';
const rule = (verbs: string, resources: string, resourceNames: string[] = [], group = ADMISSION) => ({
  verbs: verbs.split(' '), apiGroups: [group], resources: resources.split(' '), resourceNames, nonResourceURLs: [],
});
const clusterRole = (...rules: Rule[]): RbacRole =>
  ({ kind: 'ClusterRole', name: 'policies', rules, labels: {}, place });
const binding = (more: Partial<RbacBinding> = {}): RbacBinding => ({
  kind: 'ClusterRoleBinding',
  name: 'policies',
  role: { kind: 'ClusterRole', name: 'policies' },
  subjects: [{ kind: 'Group', name: 'dev' }],
  place,
  ...more,
});
const principal = (more: Partial<ClusterPrincipal>): ClusterPrincipal =>
  ({ principal: OPS.name, via: 'access-entry', groups: [], policies: [], place, ...more });
const POLICIES = 'validatingadmissionpolicies';
const BINDINGS = 'validatingadmissionpolicybindings';
const MASTERS = { kind: 'Group', name: 'system:masters' };

const changers = (roles: RbacRole[], bindings: RbacBinding[], principals: ClusterPrincipal[] = []) =>
  reportedPolicies({ rbac: { roles, bindings, unknown: [] }, principals, guards: [guardOf('use')] }).bypasses
    .filter(({ leadsTo }) => leadsTo === 'policies').map(({ actor }) => actor);

test.each<[string, RbacRole[], RbacBinding[], ClusterPrincipal[], unknown[]]>([
  ['nobody but those to whom nothing is refused', [], [], [], []],
  ['patch of policies', [clusterRole(rule('patch', POLICIES))], [binding()], [], [DEV]],
  ['delete of bindings', [clusterRole(rule('delete', BINDINGS))], [binding()], [], [DEV]],
  ['deletecollection', [clusterRole(rule('deletecollection', POLICIES))], [binding()], [], [DEV]],
  ['get is no change', [clusterRole(rule('get list watch create', POLICIES))], [binding()], [], []],
  ['this policy by its name', [clusterRole(rule('update', POLICIES, ['shop-use']))], [binding()], [], [DEV]],
  ['another policy by its name', [clusterRole(rule('update', POLICIES, ['other']))], [binding()], [], []],
  ['its binding by its name', [clusterRole(rule('update', BINDINGS, ['shop-use']))], [binding()], [], [DEV]],
  ['another group of resources', [clusterRole(rule('*', '*', [], 'apps'))], [binding()], [], []],
  ['cluster-admin', [], [binding({ role: { kind: 'ClusterRole', name: 'cluster-admin' } })], [], [DEV]],
  ['edit', [], [binding({ role: { kind: 'ClusterRole', name: 'edit' } })], [], []],
  ['a role that was not read', [], [binding({ role: { kind: 'ClusterRole', name: 'missing' } })], [], [DEV]],
  ['in a namespace, where no policies are', [clusterRole(rule('*', '*'))], [
    binding({ kind: 'RoleBinding', namespace: 'shop' }),
  ], [], []],
  ['an IAM principal by its group', [clusterRole(rule('patch', POLICIES))], [binding()], [
    principal({ groups: ['dev'] }),
  ], [DEV, OPS]],
  ['an IAM principal by its user name', [clusterRole(rule('patch', POLICIES))], [
    binding({ subjects: [{ kind: 'User', name: 'eve' }] }),
  ], [principal({ user: 'eve' })], [EVE, OPS]],
  ['an IAM principal in system:masters', [], [], [principal({ groups: ['system:masters'] })], [OPS]],
  ['AmazonEKSClusterAdminPolicy', [], [], [
    principal({ policies: [{ policy: 'AmazonEKSClusterAdminPolicy' }] }),
  ], [OPS]],
  ['AmazonEKSClusterAdminPolicy in namespaces', [], [], [
    principal({ policies: [{ policy: 'AmazonEKSClusterAdminPolicy', namespaces: ['shop'] }] }),
  ], []],
  ['AmazonEKSEditPolicy', [], [], [principal({ policies: [{ policy: 'AmazonEKSEditPolicy' }] })], []],
  ['a policy that is not known', [], [], [principal({ policies: [{ policy: 'Another' }] })], [OPS]],
])('who can change policies: %s', (_, roles, bindings, principals, expected) => {
  expect(changers(roles, bindings, principals)).toEqual([MASTERS, ...expected]);
});

const SHOP_USE: Guard = {
  ...guardOf('use'),
  facts: { kind: 'use', app: 'shop', accounts: { shop: ['api'] }, exceptions: { users: [], groups: ['on-call'] } },
};
const around = (policies: ClusterPrincipal['policies']) =>
  reportedPolicies({
    rbac: { roles: [], bindings: [], unknown: [] },
    principals: [principal({ policies })],
    guards: [SHOP_USE],
    otherPolicies: [],
  }).bypasses.filter(({ actor }) => actor.kind === 'IAM principal')
    .map(({ leadsTo, right }) => `${right}: ${leadsTo}`);

test.each<[string, ClusterPrincipal['policies'], string[]]>([
  ['everything in the cluster', [{ policy: 'AmazonEKSClusterAdminPolicy' }], [
    'delete validatingadmissionpolicies: policies',
    'create mutatingwebhookconfigurations: new-pods',
    'bind roles: use',
    'impersonate groups: exception',
  ]],
  ['everything in the namespace', [{ policy: 'AmazonEKSClusterAdminPolicy', namespaces: ['sh*'] }], [
    'bind roles: use',
  ]],
  ['everything in another namespace', [{ policy: 'AmazonEKSClusterAdminPolicy', namespaces: ['other'] }], []],
  ['no right on roles', [{ policy: 'AmazonEKSEditPolicy' }], []],
])('an access policy with %s leads around guards', (_, policies, expected) => {
  expect(around(policies)).toEqual(expected);
});

test('without a guard, nobody is asked for', () => {
  const bindings = [binding({ role: { kind: 'ClusterRole', name: 'cluster-admin' } })];
  const rbac = { roles: [], bindings, unknown: [] };
  expect(reportedPolicies({ rbac, principals: [] })).toEqual({ guards: [], otherPolicies: [], bypasses: [] });
});

test('every format for people has the policies, those that close nothing, and what remains', () => {
  const map = mapOf({
    ...REACHED,
    guards: [SHOP_USE, guardOf('tokens')],
    otherPolicies: [
      { object: 'ValidatingAdmissionPolicy shop-exec', reason: 'its binding b does not deny: Warn', place },
    ],
    principals: [principal({ principal: `arn:aws:iam::${ACCOUNT}:role/admin`, groups: ['system:masters'] })],
  });
  const data = reportData(map, []);
  const lines = [
    'shop-use of the app shop denies pods and workloads that use its service accounts without the verb '
      + '"use", except for '
      + 'on-call.',
    'shop-tokens of the app shop denies tokens for AWS.',
    'ValidatingAdmissionPolicy shop-exec has no known effect: its binding b does not deny: Warn.',
    'Remaining risk: according to the input, these can change the policies: group system:masters, IAM role admin.',
  ];
  const flat = (text: string) => text.replace(/\s+/g, ' ');
  expect(flat(accessTable(data, { width: 80, isColored: false }))).toContain(`Admission policies ${lines.join(' ')}`);
  expect(accessMarkdown(data).replace(/`/g, ''))
    .toContain(`### Admission policies\n\n${lines.map(line => `- ${line}\n`).join('')}`);
  expect(html(data)).toContain(lines.map(line => `<li>${line.replace(/"/g, '&#34;')}\n`).join('').trimEnd());
});
