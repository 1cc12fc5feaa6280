/**
 * Who has rights that lead around guards.
 */
import { Guard } from '../../../src/analysis/guard/guard';
import { remainingRights } from '../../../src/analysis/guard/remaining';
import { Rbac } from '../../../src/analysis/rbac/rbac';
import { readRbac } from '../../../src/analysis/reading/rbac';

const RBAC = 'rbac.authorization.k8s.io';
const GUARDS: Guard[] = [{
  name: 'shop-guard-use',
  bindings: ['bound'],
  facts: {
    kind: 'use',
    app: 'shop',
    accounts: { shop: ['api'] },
    exceptions: { users: ['alice', 'system:serviceaccount:ci:argo-cd'], groups: ['admins'] },
  },
  clusters: [],
  place: { file: 'guard.yaml' },
}];

/** What remains for a group with one rule, in the cluster or in a namespace. */
function remainingFor(rule: object, namespace?: string): string[] {
  const [role, binding] = namespace === undefined ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'];
  const metadata = { name: 'dev', ...namespace !== undefined && { namespace } };
  const items = [
    { apiVersion: `${RBAC}/v1`, kind: role, metadata, rules: [rule] },
    {
      apiVersion: `${RBAC}/v1`,
      kind: binding,
      metadata,
      roleRef: { apiGroup: RBAC, kind: role, name: 'dev' },
      subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'dev' }],
    },
  ];
  const objects = readRbac({ text: JSON.stringify({ kind: 'List', items }), place: { file: 'rbac.yaml' } });
  const rbac = new Rbac(objects, { builtIn: false, isComplete: true });
  return remainingRights(GUARDS, rbac).filter(({ subject }) => subject.name === 'dev')
    .map(({ right, leadsTo, grantedBy }) => `${right}: ${leadsTo}, by ${grantedBy}`);
}

const rule = (verb: string, group: string, resource: string, ...resourceNames: string[]) => (
  { verbs: [verb], apiGroups: [group], resources: [resource], ...resourceNames.length > 0 && { resourceNames } });
const ADMISSION = 'admissionregistration.k8s.io';

test.each<[string, object, string | undefined, string[]]>([
  ['all', rule('*', '*', '*'), undefined, [
    'delete validatingadmissionpolicies: policies', 'create mutatingwebhookconfigurations: new-pods',
    'bind roles: use', 'impersonate groups: exception',
  ]],
  ['a policy', rule('patch', ADMISSION, 'validatingadmissionpolicies', 'shop-guard-use'), undefined,
    ['patch validatingadmissionpolicies: policies']],
  ['the policy of others', rule('patch', ADMISSION, 'validatingadmissionpolicies', 'other'), undefined, []],
  ['bindings', rule('deletecollection', ADMISSION, 'validatingadmissionpolicybindings'), undefined,
    ['deletecollection validatingadmissionpolicybindings: policies']],
  ['its binding', rule('update', ADMISSION, 'validatingadmissionpolicybindings', 'bound'), undefined,
    ['update validatingadmissionpolicybindings: policies']],
  ['a binding of others', rule('update', ADMISSION, 'validatingadmissionpolicybindings', 'shop-guard-use'), undefined,
    []],
  ['to read policies', rule('get', ADMISSION, 'validatingadmissionpolicies'), undefined, []],
  ['to create policies', rule('create', ADMISSION, 'validatingadmissionpolicies'), undefined, []],
  ['policies in a namespace', rule('delete', ADMISSION, 'validatingadmissionpolicies'), 'shop', []],
  ['webhooks', rule('update', ADMISSION, 'mutatingwebhookconfigurations'), undefined,
    ['update mutatingwebhookconfigurations: new-pods']],
  ['bind', rule('bind', RBAC, 'clusterroles'), 'shop', ['bind clusterroles: use']],
  ['escalate', rule('escalate', RBAC, 'roles'), 'shop', ['escalate roles: use']],
  ['bind elsewhere', rule('bind', RBAC, 'roles'), 'other', []],
  ['a user', rule('impersonate', '', 'users', 'alice'), undefined, ['impersonate users: exception']],
  ['another user', rule('impersonate', '', 'users', 'bob'), undefined, []],
  ['a group', rule('impersonate', '', 'groups', 'admins'), undefined, ['impersonate groups: exception']],
  ['a service account', rule('impersonate', '', 'serviceaccounts', 'argo-cd'), 'ci',
    ['impersonate serviceaccounts: exception']],
  ['a service account elsewhere', rule('impersonate', '', 'serviceaccounts', 'argo-cd'), 'shop', []],
])('%s', (_, own, namespace, expected) => {
  const by = namespace === undefined ? 'ClusterRoleBinding dev' : `RoleBinding ${namespace}/dev`;
  expect(remainingFor(own, namespace)).toEqual(expected.map(text => `${text}, by ${by}`));
});

test('system:masters always, and nobody without a guard', () => {
  const rbac = new Rbac({ roles: [], bindings: [] }, { builtIn: false });
  expect(remainingRights(GUARDS, rbac).map(({ subject, leadsTo, grantedBy }) => [subject.name, leadsTo, grantedBy]))
    .toEqual(['policies', 'new-pods', 'use', 'exception'].map(leadsTo =>
      ['system:masters', leadsTo, undefined]));
  expect(remainingRights([], rbac)).toEqual([]);
});
