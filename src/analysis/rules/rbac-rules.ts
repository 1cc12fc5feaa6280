/**
 * RBAC that Kubernetes refuses, or that gives something else than it says.
 */
import { AccessMap } from '../access-map';
import { grouped } from '../json-values';
import { Rbac } from '../rbac/rbac';
import { RoleTable } from '../rbac/role-rules';
import { RbacBinding } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { Found, Rule } from './rule';

export const REFUSED_RBAC: Rule = {
  id: 'refused-rbac',
  severity: 'error',
  title: 'A role or a binding that the API server refuses',
  why: 'The whole object is not applied: for an unknown subject or API group, a subject without a namespace, an empty'
    + ' rule.',
  check: ({ rbac: { unknown } }) => unknown.map(({ object, path, problem, place }): Found => ({
    message: `${object}: ${path === '' ? 'it' : path} ${problem}.`,
    fix: 'Correct it. Until then, the API server refuses the object.',
    place,
  })),
};

export const CYCLIC_AGGREGATION: Rule = {
  id: 'cyclic-aggregation',
  severity: 'warning',
  title: 'ClusterRoles that aggregate each other',
  why: 'Each keeps what the other had once: rules that are removed come back.',
  check: ({ rbac: { roles } }) => {
    if (!roles.some(({ aggregation }) => aggregation !== undefined)) return [];
    return new RoleTable(roles).cyclic().flatMap((role): Found[] => (role.place === undefined ? [] : [{
      message: `ClusterRole ${role.name}: is aggregated in a cycle. Rules that you remove from it stay.`,
      fix: 'Remove the label with which another aggregated role selects it.',
      place: role.place,
    }]));
  },
};

export const MISSING_RBAC_ROLE: Rule = {
  id: 'missing-rbac-role',
  severity: 'note',
  title: 'A binding to a role that is not in the input',
  why: 'What it gives is not known. If there is no such role, whoever creates it decides.',
  check: ({ rbac }) => [...grouped(danglingIn(rbac), nameOfRole)].map(([role, [binding, ...others]]): Found => ({
    message: `${nameOf(binding)}: ${role} is not in the input. What the binding gives is not known.`,
    fix: 'Add its manifest to the input, or remove the binding.',
    place: binding.place!,
    ...others.length > 0 && { others: others.slice(0, 3).map(({ place }) => place!) },
  })),
};

function danglingIn(rbac: AccessMap['rbac']): RbacBinding[] {
  if (rbac.bindings.length === 0) return [];
  return new Rbac(rbac).danglingBindings().filter(({ place, role, namespace = '' }) =>
    place !== undefined && !hasStandIn(`${role.kind} ${role.name} ${namespace}`));
}

function nameOf({ kind, namespace, name }: RbacBinding): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function nameOfRole({ role: { kind, name }, namespace }: RbacBinding): string {
  return kind === 'Role' ? `Role ${namespace}/${name}` : `${kind} ${name}`;
}
