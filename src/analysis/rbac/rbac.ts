/**
 * Evaluates Kubernetes RBAC: who may do what, and by which binding.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
import { every, some, Truth } from '../iam/truth';
import { RbacBinding, RbacObjects, serviceAccountOfUser, Subject, userOf } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { builtInBindings, builtInRoles } from './built-in-roles';
import { RoleKey, RoleRule, RoleRules, RoleTable } from './role-rules';
import { isSameText, RbacRequest, ruleAllows } from './rule-match';

/** Members may do everything; this is built into Kubernetes. */
export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
const ANONYMOUS = 'system:anonymous';

/** The sender of a request. Unlike Kubernetes, this module does not add system groups; the caller must. */
export interface Requester {
  /** Undefined for an arbitrary member of the groups. */
  readonly user?: string;
  readonly groups: readonly string[];
  /** Additional grants by EKS access policies. Impersonating the user does not give them. */
  readonly own?: readonly PossibleGrant[];
}

/** A binding that gives a role to a subject. */
export interface Grant {
  /** The subject as listed in the binding. */
  readonly subject: Subject;
  /** Undefined for `system:masters`. */
  readonly binding?: RbacBinding;
  /** The rules of an access policy, if the binding represents one. */
  readonly rules?: RoleRules;
}

/** A grant that may apply to a requester. */
export interface PossibleGrant {
  readonly grant: Grant;
  /** True, or why it is not certain. */
  readonly truth: Exclude<Truth, false>;
}

/** A grant whose role allows a request. */
export interface Permission extends Grant {
  /** The rule that allows it; undefined if it is not certain, and for `system:masters`. */
  readonly rule?: RoleRule;
  /** True, or why it is not certain. */
  readonly truth: Exclude<Truth, false>;
}

export interface RbacOptions {
  /**
   * Whether the input contains all objects of the cluster. Otherwise, a binding to a missing role may grant anything.
   *
   * @default false
   */
  readonly isComplete?: boolean;
  /**
   * Whether to add the roles and bindings that the API server creates.
   *
   * @default true
   */
  readonly builtIn?: boolean;
}

/** A user with the groups from its identity provider. */
export function requesterOfUser(user: string, groups: readonly string[] = []): Requester {
  const account = serviceAccountOfUser(user);
  return { user, groups: [...new Set([...groups, ...account ? groupsOf(account.namespace) : [], AUTHENTICATED])] };
}

/** A subject of a binding, with the system groups that it belongs to. */
export function requesterOf(subject: Subject): Requester {
  if (subject.kind === 'ServiceAccount') {
    return { user: userOf(subject), groups: [...groupsOf(subject.namespace), AUTHENTICATED] };
  }
  const { kind, name } = subject;
  if (kind === 'User') {
    return name === ANONYMOUS ? { user: name, groups: [UNAUTHENTICATED] } : requesterOfUser(name);
  }
  const isOfAccounts = name.startsWith('system:serviceaccounts:');
  return {
    groups: [...new Set([
      name, ...isOfAccounts ? ['system:serviceaccounts'] : [], ...name === UNAUTHENTICATED ? [] : [AUTHENTICATED],
    ])],
  };
}

function groupsOf(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The RBAC of one cluster. */
export class Rbac {
  public readonly roles: RoleTable;
  public readonly bindings: readonly RbacBinding[];
  private readonly isComplete: boolean;
  private readonly grantsOf = new WeakMap<Requester, readonly PossibleGrant[]>();
  private readonly bySubject = new Map<string, Grant[]>();
  /** Grants to subjects whose names are not known yet. */
  private readonly ofOpenSubjects: Grant[] = [];

  constructor(
    { roles, bindings }: Pick<RbacObjects, 'roles' | 'bindings'>,
    { isComplete = false, builtIn = true }: RbacOptions = {},
  ) {
    this.isComplete = isComplete;
    this.roles = new RoleTable(builtIn ? [...builtInRoles(), ...roles] : roles);
    this.bindings = builtIn ? [...builtInBindings(), ...bindings] : bindings;
    for (const binding of this.bindings) for (const subject of binding.subjects) this.add({ subject, binding });
  }

  /** Whether a requester may send a request. */
  public may(requester: Requester, request: RbacRequest): Truth {
    let grants = this.grantsOf.get(requester);
    if (grants === undefined) this.grantsOf.set(requester, grants = this.grantsTo(requester));
    return requester.groups.includes(MASTERS)
      || some(grants, ({ grant, truth }) => every([
        () => truth,
        () => appliesIn(grant.binding!, request.namespace),
        () => this.allowedBy(grant, request).truth,
      ], test => test()));
  }

  /** The grants to a requester, with the reason if one is not certain. */
  public grantsTo({ user, groups, own = [] }: Requester): PossibleGrant[] {
    const keys = [...user === undefined ? [] : [userKey(user)], ...groups.map(groupKey)];
    const certain = keys.flatMap(key =>
      (this.bySubject.get(key) ?? []).map((grant): PossibleGrant => ({ grant, truth: true })));
    const openKeys = keys.filter(hasStandIn);
    const others = openKeys.length === 0 ? [] : [...this.bySubject].filter(([key]) =>
      openKeys.some(open => isSameText(open, key) !== false)).flatMap(([, grants]) => grants);
    return [...own, ...certain, ...[...new Set([...others, ...this.ofOpenSubjects])].flatMap(grant => {
      const key = keyOf(grant.subject);
      const truth = keys.includes(key) || some(keys, wanted => isSameText(wanted, key));
      return typeof truth === 'string' ? [{ grant, truth }] : [];
    })];
  }

  /** The subjects of bindings that may send a request. Members of listed groups may, too. */
  public whoMay(request: RbacRequest): Permission[] {
    const known = new Map<string, ReturnType<Rbac['allowedBy']>>();
    const permissions: Permission[] = [{ subject: { kind: 'Group', name: MASTERS }, truth: true }];
    for (const binding of this.bindings) {
      const isThere = appliesIn(binding, request.namespace);
      if (isThere === false || binding.subjects.length === 0) continue;
      const key = JSON.stringify(roleOf(binding));
      let allowed = known.get(key);
      if (allowed === undefined) known.set(key, allowed = this.allowedBy({ binding }, request));
      const { rule, truth: byRole } = allowed;
      if (byRole === false) continue;
      for (const subject of binding.subjects) {
        const isKnown = !hasStandIn(keyOf(subject)) || `the subject ${keyOf(subject)} cannot be determined yet`;
        const truth = every([isThere, byRole, isKnown], item => item) as Exclude<Truth, false>;
        permissions.push({ subject, binding, ...truth === true && { rule }, truth });
      }
    }
    return permissions;
  }

  /** The rules that a binding grants; undefined if its role does not exist. */
  public rulesOf(binding: RbacBinding): RoleRules | undefined {
    const role = roleOf(binding);
    const rules = this.roles.rulesOf(role);
    if (rules !== undefined) return rules;
    const isOpen = hasStandIn(`${role.kind} ${role.namespace} ${role.name}`);
    if (this.isComplete && !isOpen) return undefined;
    const reason = isOpen ? 'cannot be determined yet' : 'was not found';
    return { rules: [], doubt: `${role.kind} ${role.name} ${reason}` };
  }

  /** Bindings whose role is missing. They take effect as soon as the role is created. */
  public danglingBindings(): RbacBinding[] {
    return this.bindings.filter(binding => this.roles.rulesOf(roleOf(binding)) === undefined);
  }

  private allowedBy(
    { binding, rules: own }: Pick<Grant, 'binding' | 'rules'>, request: RbacRequest,
  ): { readonly rule?: RoleRule; readonly truth: Truth } {
    const { rules, doubt } = own ?? this.rulesOf(binding!) ?? { rules: [] };
    let truth: Truth = doubt ?? false;
    for (const rule of rules) {
      const allows = ruleAllows(rule.rule, request);
      if (allows === true && rule.doubt === undefined) return { rule, truth: true };
      if (allows !== false && truth === false) truth = allows === true ? rule.doubt! : allows;
    }
    return { truth };
  }

  private add(grant: Grant): void {
    const key = keyOf(grant.subject);
    const known = this.bySubject.get(key);
    if (known === undefined) this.bySubject.set(key, [grant]);
    else known.push(grant);
    if (hasStandIn(key)) this.ofOpenSubjects.push(grant);
  }
}

/** Whether a binding applies to requests in a namespace or, if undefined, to cluster-wide requests. */
export function appliesIn({ kind, namespace = '' }: RbacBinding, requested: string | undefined): Truth {
  return kind === 'ClusterRoleBinding' || (!!requested && isSameText(namespace, requested));
}

function roleOf({ role, namespace }: RbacBinding): RoleKey {
  return role.kind === 'ClusterRole' ? role : { ...role, namespace };
}

/** The key of a subject. Service accounts are users. */
function keyOf(subject: Subject): string {
  if (subject.kind === 'Group') return groupKey(subject.name);
  return userKey(subject.kind === 'ServiceAccount' ? userOf(subject) : subject.name);
}

function userKey(name: string): string {
  return `user ${name}`;
}

function groupKey(name: string): string {
  return `group ${name}`;
}
