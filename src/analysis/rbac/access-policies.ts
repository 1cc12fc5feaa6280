/**
 * The rules of EKS access policies that lead to service accounts. From the user guide as of December 18, 2024; the
 * policy for Secrets as of November 30, 2026.
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

/** Rules by policy name. Any other policy is unknown. */
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

/** Why the rules of a policy may not have their usual effect. */
const DOUBTS: Readonly<Record<string, string>> = {
  AmazonEKSAdminViewPolicy: 'it is not known whether read access is enough to run commands in pods on EKS',
};

const known = new Map<string, RoleRules>();

/** The rules of an access policy; undefined for an unknown policy. */
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
 * The grants from the access policies of a principal. They do not belong to its user name, so impersonating the user
 * does not give them.
 *
 * @param namespaces the known namespaces, to resolve scopes that are patterns
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

/** The namespaces of a scope: itself, or the known namespaces that match it. */
function namesIn(
  scope: string, namespaces: readonly string[],
): Array<{ readonly namespace: string; readonly truth: Exclude<Truth, false> }> {
  if (!scope.includes('*')) return [{ namespace: scope, truth: true }];
  return namespaces.flatMap(namespace => {
    const truth = matches(pattern(scope), literal(namespace));
    return truth === false ? []
      : [{ namespace, truth: truth ?? `whether ${namespace} matches ${scope} cannot be determined yet` }];
  });
}
