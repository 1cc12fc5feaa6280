/**
 * Which requests on the way to service accounts a guard denies. Requests that are not certainly denied count as open.
 */
import { Text } from '../access-map';
import { isSameText } from '../rbac/rule-match';
import { serviceAccountOfUser } from '../rbac-objects';
import { hasStandIn, standIn } from '../stand-in';
import { Guard } from './guard';
import { GuardKind, NamesByNamespace, POD_CONTROLLERS } from '../../conventions/guard-policies';

/** The sender of a request. */
export interface GuardedRequester {
  /** Undefined for an arbitrary member of the groups. */
  readonly user?: Text;
  /** Including groups that Kubernetes adds, such as `system:authenticated`. */
  readonly groups: readonly Text[];
  /** Whether the sender may also have another user name or other groups: an IAM principal that is mapped twice. */
  readonly mayBeOthers?: boolean;
}

/** The target of a request. */
export interface GuardedTarget {
  /** The ID of the path in `PATHS`. */
  readonly path: string;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  /** The token audiences that its roles accept; empty if they are not known. */
  readonly audiences: readonly Text[];
}

/** The kind of policy that denies the requests of a path. No policy closes paths that are not listed. */
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

/** The guards that deny a request unless its sender is an exception or, for `use`, has that right. */
export function guardsOf(guards: readonly Guard[], target: GuardedTarget): Guard[] {
  const kind = CLOSED_BY.get(target.path);
  return guards.filter(guard => guard.facts.kind === kind && isAbout(guard, target));
}

function isAbout({ facts }: Guard, { namespace, serviceAccount, audiences }: GuardedTarget): boolean {
  switch (facts.kind) {
    case 'use': return namesIn(facts.accounts, namespace).includes(serviceAccount);
    case 'tokens':
      return (facts.accounts === undefined || namesIn(facts.accounts, namespace).includes(serviceAccount))
        && audiences.length > 0 && audiences.every(audience => facts.audiences.includes(audience));
    case 'exec': return facts.namespaces.includes(namespace);
    case 'integrity': return Object.hasOwn(facts.roles, `${namespace}.${serviceAccount}`);
    default: return false;
  }
}

function namesIn(accounts: NamesByNamespace, namespace: Text): readonly string[] {
  return Object.hasOwn(accounts, namespace) ? accounts[namespace] : [];
}

/** Whether a guard may exempt the sender. */
export function isExempt({ facts: { kind, exceptions: { users, groups } } }: Guard, who: GuardedRequester): boolean {
  if (who.mayBeOthers && users.length + groups.length > 0) return true;
  const exempt = [...users, ...kind === 'use' ? POD_CONTROLLERS : []];
  return exempt.some(user => mayBe(who, user))
    || groups.some(group => who.groups.some(own => own === group || hasStandIn(own)))
    || ((kind === 'use' || kind === 'tokens') && mayBeKubelet(who));
}

/** Whether the sender may be an exempt user. Some groups are known to include the user. */
function mayBe({ user, groups }: GuardedRequester, exempt: string): boolean {
  if (user !== undefined) return isSameText(user.replace(/\{\{[^{}]*\}\}/g, standIn('session')), exempt) !== false;
  const account = serviceAccountOfUser(exempt);
  return account !== undefined && groups.includes(`system:serviceaccounts:${account.namespace}`);
}

function mayBeKubelet({ user, groups }: GuardedRequester): boolean {
  return groups.some(group => group === 'system:nodes' || hasStandIn(group))
    && (user === undefined || user.startsWith('system:node:') || hasStandIn(user) || user.includes('{{'));
}
