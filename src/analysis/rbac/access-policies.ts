/**
 * What access policies of EKS give: the rules that lead to service accounts. As the user guide had them on December 18,
 * 2024; the one for Secrets as read on November 30, 2026.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
 */
import { ClusterPrincipal } from '../cluster-access';
import { literal, matches, pattern } from '../iam/patterns';
import { Truth } from '../iam/truth';
import { RbacBinding, RbacRole } from '../rbac-objects';
import { ruleOf } from './built-in-roles';
import { PossibleGrant } from './rbac';
import { RoleRules } from './role-rules';

const READ = 'get list watch';
const WRITE = 'create delete deletecollection patch update';
const CONNECT = 'pods/attach pods/exec pods/portforward pods/proxy';

const EDIT = [
  `${WRITE} | apps | daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets `
    + 'statefulsets/scale',
  `${WRITE} | autoscaling | horizontalpodautoscalers`,
  `${WRITE} | batch | cronjobs jobs`,
  `${READ} | core | ${CONNECT} secrets services/proxy`,
  'impersonate | core | serviceaccounts',
  `${WRITE} | core | pods ${CONNECT}`,
  `${WRITE} | core | configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale `
    + 'secrets serviceaccounts services services/proxy',
];

/** By name. Policies that are not among them are not known. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  AmazonEKSClusterAdminPolicy: ['* | * | *'],
  AmazonEKSAdminPolicy: [...EDIT, `${WRITE} ${READ} | rbac.authorization.k8s.io | rolebindings roles`],
  AmazonEKSEditPolicy: EDIT,
  AmazonEKSAdminViewPolicy: [`${READ} | * | *`],
  AmazonEKSViewPolicy: [],
  AmazonEKSSecretReaderPolicy: [`${READ} | core | secrets`],
  // Leases, and a list of the nodes.
  AmazonEKSBlockStoragePolicy: [],
  AmazonEKSComputePolicy: [],
  AmazonEKSHybridPolicy: [],
  AmazonEKSLoadBalancingPolicy: [],
  AmazonEKSNetworkingPolicy: [],
};

/** Why rules may not lead where they seem to. */
const DOUBTS: Readonly<Record<string, string>> = {
  AmazonEKSAdminViewPolicy: 'whether reading is enough to run commands in pods is not known for EKS',
};

const known = new Map<string, RoleRules>();

/** Undefined for a policy that is not known here. */
export function rulesOfAccessPolicy(name: string): RoleRules | undefined {
  if (!Object.hasOwn(RULES, name)) return undefined;
  let rules = known.get(name);
  if (rules === undefined) {
    const doubt = Object.hasOwn(DOUBTS, name) ? DOUBTS[name] : undefined;
    const source: RbacRole = { kind: 'ClusterRole', name, rules: RULES[name].map(ruleOf), labels: {} };
    rules = { rules: source.rules.map(rule => ({ rule, source, ...doubt !== undefined && { doubt } })) };
    known.set(name, rules);
  }
  return rules;
}

/**
 * What the access policies of a principal give it. It is not given to its user name: who impersonates that gets nothing
 * of it.
 *
 * @param namespaces that are known; scopes may be patterns
 */
export function grantsOfAccessPolicies(
  { principal, policies, place }: ClusterPrincipal, namespaces: readonly string[],
): PossibleGrant[] {
  return policies.flatMap(({ policy, namespaces: scope }) => {
    const rules = rulesOfAccessPolicy(policy);
    if (rules === undefined) return [];
    const grantIn = (namespace: string | undefined, truth: PossibleGrant['truth']): PossibleGrant => {
      const binding: RbacBinding = {
        kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
        ...namespace !== undefined && { namespace },
        name: policy,
        role: { kind: 'ClusterRole', name: policy },
        subjects: [],
        place,
      };
      return { grant: { subject: { kind: 'User', name: principal }, binding, rules }, truth };
    };
    return scope === undefined ? [grantIn(undefined, true)] : scope.flatMap(name => namesIn(name, namespaces)
      .map(({ namespace, truth }) => grantIn(namespace, truth)));
  });
}

/** The namespaces of a scope: itself, or those that are known and like it. */
function namesIn(
  scope: string, namespaces: readonly string[],
): Array<{ readonly namespace: string; readonly truth: Exclude<Truth, false> }> {
  if (!scope.includes('*')) return [{ namespace: scope, truth: true }];
  return namespaces.flatMap(namespace => {
    const truth = matches(pattern(scope), literal(namespace));
    return truth === false ? []
      : [{ namespace, truth: truth ?? `whether ${namespace} is like ${scope} is known only later` }];
  });
}
