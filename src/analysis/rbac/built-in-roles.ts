/**
 * The roles and bindings that every cluster has by default.
 */
import { RbacBinding, RbacRole, Rule, Subject } from '../rbac-objects';
import { BINDINGS, BuiltInBinding, BuiltInRole, ROLES } from './built-in-data';

const AGGREGATE_TO = 'rbac.authorization.k8s.io/aggregate-to-';
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

export function builtInRoles(): RbacRole[] {
  return ROLES.map(roleOf);
}

export function builtInBindings(): RbacBinding[] {
  return BINDINGS.map(bindingOf);
}

function roleOf({ namespace, name, aggregatesTo, aggregated, rules = [] }: BuiltInRole): RbacRole {
  return {
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    ...namespace !== undefined && { namespace },
    name,
    rules: rules.map(ruleOf),
    labels: { ...LABELS, ...aggregatesTo !== undefined && { [AGGREGATE_TO + aggregatesTo]: 'true' } },
    ...aggregated !== undefined && { aggregation: [{ matchLabels: { [AGGREGATE_TO + aggregated]: 'true' } }] },
  };
}

/** Parses a rule in the format of `built-in-data.ts`. */
export function ruleOf(text: string): Rule {
  const [verbs, second, third, names = []] = text.split(' | ').map(part => part.split(' '));
  return third === undefined
    ? { verbs, apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: second }
    : {
      verbs,
      apiGroups: second.map(group => (group === 'core' ? '' : group)),
      resources: third,
      resourceNames: names,
      nonResourceURLs: [],
    };
}

function bindingOf({ namespace, name, role = name, subjects }: BuiltInBinding): RbacBinding {
  const isOfCluster = namespace === undefined;
  return {
    kind: isOfCluster ? 'ClusterRoleBinding' : 'RoleBinding',
    ...!isOfCluster && { namespace },
    name,
    role: { kind: isOfCluster ? 'ClusterRole' : 'Role', name: role },
    subjects: subjects.map(subjectOf),
  };
}

function subjectOf(text: string): Subject {
  const [kind, name] = text.split(' ');
  return kind === 'ServiceAccount'
    ? { kind, namespace: 'kube-system', name }
    : { kind: kind as 'User' | 'Group', name };
}
