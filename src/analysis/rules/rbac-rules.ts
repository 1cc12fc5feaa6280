/**
 * RBAC objects that Kubernetes rejects, or that do not grant what they seem to.
 */
import { AccessMap } from '../access-map';
import { grouped } from '../json-values';
import { Rbac } from '../rbac/rbac';
import { RoleTable } from '../rbac/role-rules';
import { RbacBinding } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { Found, Rule } from './rule';

export const REFUSED_RBAC: Rule = {
  id: 'rejected-rbac',
  severity: 'error',
  title: 'A role or a binding that the API server rejects',
  why: 'The whole object is not applied. Typical causes: an unknown subject or API group, a subject without a '
    + 'namespace, or an empty rule.',
  check: ({ rbac: { unknown } }) => unknown.map(({ object, path, problem, place }): Found => ({
    message: `${object}: ${path === '' ? 'it' : path} ${problem}.`,
    fix: 'Correct it. Until then, the API server rejects the object.',
    place,
  })),
};

export const CYCLIC_AGGREGATION: Rule = {
  id: 'cyclic-aggregation',
  severity: 'warning',
  title: 'ClusterRoles that aggregate each other',
  why: 'Each role keeps rules that the other one used to have, so rules that you remove come back.',
  check: ({ rbac: { roles } }) => {
    if (!roles.some(({ aggregation }) => aggregation !== undefined)) return [];
    return new RoleTable(roles).cyclic().flatMap((role): Found[] => (role.place === undefined ? [] : [{
      message: `ClusterRole ${role.name}: is aggregated in a cycle, so rules that you remove from it come back.`,
      fix: 'Remove the label by which the other aggregated role selects it.',
      place: role.place,
    }]));
  },
};

export const MISSING_RBAC_ROLE: Rule = {
  id: 'missing-rbac-role',
  severity: 'note',
  title: 'A binding to a role that is not in the input',
  why: 'The rights that it grants are not known. If the role does not exist, anyone who creates it decides them.',
  check: ({ rbac }) => [...grouped(danglingIn(rbac), nameOfRole)].map(([role, [binding, ...others]]): Found => ({
    message: `${nameOf(binding)}: ${role} is not in the input, so the rights that the binding grants are not known.`,
    fix: 'Add the manifest of the role to the input. Remove the binding if the role does not exist.',
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
