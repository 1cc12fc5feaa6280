/**
 * Which ways to a service account a guard closes. Everything that is not sure to be refused is open.
 */
import { Text } from '../access-map';
import { Truth } from '../iam/truth';
import { serviceAccountOfUser } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { Guard } from './guard';
import { GuardKind, POD_CONTROLLERS } from '../../conventions/guard-policies';

/** A step of somebody to a service account. */
export interface GuardedStep {
  /** The ID of the path in `PATHS`. */
  readonly path: string;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  /** Who sends the request of this very step, impersonation included; undefined for some member of the groups. */
  readonly user?: Text;
  /** With those that Kubernetes adds, such as `system:authenticated`. */
  readonly groups: readonly Text[];
  /** Whether they may do `use` on the service account: by RBAC, access policies, and all that was reached before. */
  readonly mayUse: Truth;
  /** The audiences of the tokens that the role takes. Without them, no policy on tokens closes the way. */
  readonly audiences?: readonly Text[];
  /** All names that its cluster may have: issuers, and ARNs. Undefined if it may be any cluster. */
  readonly clusters?: readonly Text[];
  /** Whether everything that was read is of one cluster. */
  readonly isOnlyCluster: boolean;
}

/** The kind of policy that refuses the requests of a path. Ways that are not here, no policy closes. */
const CLOSED_BY = new Map<string, GuardKind>([
  ['create-pods', 'use'],
  ...['create', 'change'].flatMap(verb => ['', '-apps', '-batch'].map((group): [string, GuardKind] =>
    [`${verb}-workloads${group}`, 'use'])),
  ['change-pods', 'use'],
  ['ephemeral-containers', 'use'],
  ['create-tokens', 'tokens'],
  ['exec', 'exec'],
  ['exec-by-get', 'exec'],
  ['attach', 'exec'],
  ['change-service-accounts', 'integrity'],
]);

/** The names of the policies that refuse a step; empty if it is open. */
export function closes(guards: readonly Guard[], step: GuardedStep): Text[] {
  const kind = CLOSED_BY.get(step.path);
  return guards.filter(guard =>
    guard.facts.kind === kind && isOfCluster(guard, step) && !isExempt(guard, step) && refuses(guard, step),
  ).map(({ name }) => name);
}

function isOfCluster({ clusters }: Guard, step: GuardedStep): boolean {
  return step.isOnlyCluster || !!step.clusters?.some(cluster => clusters.includes(cluster));
}

function refuses({ facts }: Guard, { namespace, serviceAccount, mayUse, audiences }: GuardedStep): boolean {
  switch (facts.kind) {
    case 'use': return mayUse === false && names(facts.accounts, namespace).includes(serviceAccount);
    case 'tokens':
      return (facts.accounts === undefined || names(facts.accounts, namespace).includes(serviceAccount))
        && audiences !== undefined && audiences.every(audience => facts.audiences.includes(audience));
    case 'exec': return facts.namespaces.includes(namespace);
    case 'integrity': return Object.hasOwn(facts.roles, `${namespace}.${serviceAccount}`);
    default: return false;
  }
}

function names(accounts: Readonly<Record<string, readonly string[]>>, namespace: Text): readonly string[] {
  return Object.hasOwn(accounts, namespace) ? accounts[namespace] : [];
}

/** Whether a policy may leave them alone. */
function isExempt({ facts: { kind, exceptions: { users, groups } } }: Guard, step: GuardedStep): boolean {
  const exempt = [...users, ...kind === 'use' ? POD_CONTROLLERS : []];
  return exempt.some(user => mayBe(step, user))
    || groups.some(group => step.groups.some(own => own === group || hasStandIn(own)))
    || ((kind === 'use' || kind === 'tokens') && mayBeKubelet(step));
}

/** Whether they may be a user that a policy names. Some groups are known to have the user among their members. */
function mayBe({ user, groups }: GuardedStep, exempt: string): boolean {
  if (user !== undefined) return user === exempt || isPatternOf(user, exempt);
  const account = serviceAccountOfUser(exempt);
  return account !== undefined && groups.includes(`system:serviceaccounts:${account.namespace}`);
}

/** Whether a user name whose parts are not all known may be another one. */
function isPatternOf(user: Text, name: string): boolean {
  if (!hasStandIn(user) && !user.includes('{{')) return false;
  const parts = user.split(/⟨[^⟨⟩]*⟩|\{\{[^{}]*\}\}/);
  const pattern = parts.map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`, 's').test(name);
}

function mayBeKubelet({ user, groups }: GuardedStep): boolean {
  return groups.some(group => group === 'system:nodes' || hasStandIn(group))
    && (user === undefined || user.startsWith('system:node:') || hasStandIn(user) || user.includes('{{'));
}
