/**
 * Finds the service accounts that a subject can act as, directly or through others, by following the ways of
 * `paths.ts` until nothing is added.
 */
import { Workload } from '../access-map';
import { literal, matches, pattern } from '../iam/patterns';
import { some, Truth } from '../iam/truth';
import { grouped } from '../json-values';
import { RbacBinding, RbacRole, serviceAccountOfUser, ServiceAccountSubject, Subject } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { Confidence, CONFIDENCES, ReachPath } from './paths';
import { AUTHENTICATED, Grant, MASTERS, Rbac, Requester, requesterOf, requesterOfUser } from './rbac';
import { CustomRight, customRightsIn, GivenRight, RIGHTS, rightsIn, WAYS } from './rights';
import { RoleRules } from './role-rules';
import { isSameText, RbacRequest, ruleAllows } from './rule-match';

export type Account = Omit<ServiceAccountSubject, 'kind'>;

/** A request on the way to a service account, as an admission policy sees it. */
export interface StepFacts {
  /** The ID of the path in `PATHS`. */
  readonly path: string;
  /** Namespace and name of the service account, which may be patterns of a trust policy. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The ARN of the cluster, or its issuer; undefined if it may be any. */
  readonly cluster?: string;
  /** The sender: the actor, or an identity that it acts as. */
  readonly requester: Requester;
  /** Whether the requester has another right, such as `use` on the service account. */
  readonly may: (request: RbacRequest) => Truth;
}

/** The names of the admission policies that certainly deny a request; empty if none does. */
export type ClosedBy = (facts: StepFacts) => readonly string[];

/** What is known about a cluster. */
export interface ReachWorld {
  readonly rbac: Rbac;
  /** Existing service accounts, and names or patterns in trust policies. Subjects of bindings are added. */
  readonly serviceAccounts: readonly Account[];
  readonly workloads: ReadonlyArray<Pick<Workload, 'kind' | 'name' | 'namespace' | 'serviceAccount'>>;
  /** The ARN of the cluster, or its issuer. */
  readonly cluster?: string;
  /**
   * The requests that admission policies deny.
   *
   * @default - none
   */
  readonly closedBy?: ClosedBy;
}

/** One step on the way to a service account. */
export interface Step {
  readonly path: ReachPath;
  /** The bindings that grant the rights, one for each right of the path. */
  readonly grants: readonly Grant[];
  /** The namespace of the rights; undefined for all. */
  readonly namespace?: string;
  /** The target of the step. */
  readonly to: Subject | Pick<RbacRole, 'kind' | 'name'> | 'every right' | 'the admission policies';
}

export interface ReachedAccount extends Account {
  /** `role`: pods or tokens, and so the AWS role. `rights`: only rights in the cluster. */
  readonly gets: 'role' | 'rights';
  readonly confidence: Confidence;
  /** At least one. */
  readonly steps: readonly Step[];
}

/** A way to the AWS role of a service account. */
export interface AccountWay {
  readonly path: ReachPath;
  readonly confidence: Confidence;
  /** The admission policies that deny it. */
  readonly closedBy?: readonly string[];
  /** Not formatted until needed, because there may be many ways. */
  readonly last: Omit<Step, 'to'>;
  readonly before: readonly Step[];
}

/** The ways to the AWS role of one service account. */
export interface AccountWays {
  readonly account: Account;
  /** Ways by rights of the subject itself, keyed by the ID of the path. */
  readonly direct: Map<string, AccountWay>;
  /** The best of the other ways. */
  indirect?: AccountWay;
}

/** All steps of a way, at least one. */
export function stepsOf({ before, last }: AccountWay, { namespace, name }: Account): readonly Step[] {
  return [...before, { ...last, to: { kind: 'ServiceAccount', namespace, name } }];
}

/** A right that does not lead to a specific service account. */
export interface ReachedOther {
  readonly path: ReachPath;
  readonly grants: readonly Grant[];
  readonly namespace?: string;
  readonly confidence: Confidence;
  /** The steps to the rights. */
  readonly steps: readonly Step[];
}

/** A grant whose effect RBAC does not determine. */
export interface UnknownReach {
  readonly grant: Grant;
  readonly reason: string;
  /** Custom resources whose controller may run pods, in their namespace or in another one. */
  readonly custom?: CustomRight;
  /** The steps to the grant. */
  readonly steps: readonly Step[];
}

export interface Reach {
  /** Best first. */
  readonly accounts: ReachedAccount[];
  readonly others: ReachedOther[];
  readonly unknown: UnknownReach[];
  /** All ways to roles, keyed by namespace and name of the account. */
  readonly ways: Map<string, AccountWays>;
  /** Ways to get around admission policies, in one namespace or in all. */
  readonly bypasses: Bypass[];
}

/** A way to get around admission policies: to change them, or to get the verb `use`. */
export interface Bypass {
  readonly namespace?: string;
  readonly confidence: Confidence;
  readonly steps: readonly Step[];
}

/** Everything that a subject can reach. A group stands for any of its members. */
export function reachableServiceAccounts(world: ReachWorld, subject: Subject | Requester): Reach {
  return new Closure(world).run('kind' in subject ? requesterOf(subject) : subject);
}

/** Where a right applies. */
interface Scope {
  /** Undefined for all. */
  readonly namespace?: string;
  /** Whether it includes cluster-scoped objects. */
  readonly isOfCluster: boolean;
}

/** How something is reached. */
interface Way {
  readonly confidence: Confidence;
  readonly steps: readonly Step[];
}

/** The sender of a request. */
interface Asker {
  readonly requester: Requester;
  /** Whether it can give itself any right. */
  readonly mayAll?: boolean;
}

/** A right that is reached. */
interface Held extends Way {
  readonly by: Asker;
  readonly grant: Grant;
  readonly scope: Scope;
  readonly names?: readonly string[];
}

/** A complete set of rights for a path. */
interface Combined extends Way {
  readonly by: Asker;
  readonly path: ReachPath;
  readonly grants: readonly Grant[];
  readonly scope: Scope;
  readonly names?: readonly string[];
  /** The last step, without its target. */
  readonly step: Omit<Step, 'to'>;
}

interface RoleFacts {
  readonly rights: readonly GivenRight[];
  readonly custom: readonly CustomRight[];
}

const WAYS_WITH = RIGHTS.map((_, index) => WAYS.filter(({ rights }) => rights.includes(index)));
/** The ways in which an admission policy sees a single request and its sender. */
const GUARDED_WITH = WAYS_WITH.map(ways => ways.filter(({ path, rights }) =>
  rights.length === 1 && /-accounts?$/.test(path.yields) && !path.yields.startsWith('rights')));
const EVERYTHING: RbacRequest = { verb: '*', group: '*', resource: '*' };
const USE: RbacRequest = { verb: 'use', group: '', resource: 'serviceaccounts' };
const WHOLE_CLUSTER: Scope = { isOfCluster: true };
const factsOfRules = new WeakMap<RoleRules, RoleFacts>();
const indexes = new WeakMap<ReachWorld, WorldIndex>();

/** Indexes that all subjects of a world share. */
class WorldIndex {
  public static of(world: ReachWorld): WorldIndex {
    let index = indexes.get(world);
    if (index === undefined) indexes.set(world, index = new WorldIndex(world));
    return index;
  }

  public readonly accounts: readonly IndexedAccount[];
  public readonly byNamespace: ReadonlyMap<string, IndexedAccount[]>;
  /** Namespaces that may match others: stand-ins and patterns. */
  public readonly openNamespaces: readonly string[];
  public readonly bindingsOf: ReadonlyMap<string, RbacBinding[]>;
  public readonly workloadsIn: ReadonlyMap<string, Array<ReachWorld['workloads'][number]>>;
  public readonly users: readonly string[];
  public readonly groups: readonly string[];
  private readonly all: readonly PossibleAccount[];
  private readonly inNamespace = new Map<string, readonly PossibleAccount[]>();

  private constructor(world: ReachWorld) {
    const accounts = accountsOf(world);
    const named = grouped(accounts, ({ namespace }) => namespace);
    this.accounts = accounts.map(({ namespace, name }) => ({
      namespace,
      name,
      key: `${namespace}/${name}`,
      isOfPattern: isPattern(namespace) || isPattern(name),
      exists: existsAmong({ namespace, name }, isPattern(namespace) ? accounts : named.get(namespace)!),
    }));
    this.all = this.accounts.map(account => ({ account, truth: true }));
    this.byNamespace = grouped(this.accounts, ({ namespace }) => namespace);
    this.openNamespaces = [...this.byNamespace.keys()].filter(name => hasStandIn(name) || isPattern(name));
    this.bindingsOf = grouped(world.rbac.bindings, ({ role }) => `${role.kind} ${role.name}`);
    this.workloadsIn = grouped(world.workloads, ({ namespace }) => namespace);
    const subjects = world.rbac.bindings.flatMap(binding => binding.subjects);
    const namesOf = (kind: Subject['kind']) =>
      [...new Set(subjects.filter(subject => subject.kind === kind).map(({ name }) => name))];
    this.users = namesOf('User').filter(name => serviceAccountOfUser(name) === undefined);
    this.groups = namesOf('Group');
  }

  public accountsIn({ namespace }: Scope): readonly PossibleAccount[] {
    if (namespace === undefined) return this.all;
    let accounts = this.inNamespace.get(namespace);
    if (accounts === undefined) this.inNamespace.set(namespace, accounts = [...this.find(namespace)]);
    return accounts;
  }

  private* find(namespace: string): Generator<PossibleAccount> {
    for (const account of this.byNamespace.get(namespace) ?? []) yield { account, truth: true };
    for (const other of hasStandIn(namespace) ? this.byNamespace.keys() : this.openNamespaces) {
      const truth = other !== namespace && isNamespaceOf(other, namespace);
      if (truth !== false) for (const account of this.byNamespace.get(other)!) yield { account, truth };
    }
  }
}

interface IndexedAccount extends Account {
  readonly key: string;
  /** Whether the name or the namespace is a pattern of a trust policy. */
  readonly isOfPattern: boolean;
  /** For a pattern: whether it matches a known service account. */
  readonly exists: Truth;
}

interface PossibleAccount {
  readonly account: IndexedAccount;
  /** Whether it is in the scope. */
  readonly truth: Exclude<Truth, false>;
}

class Closure {
  private readonly index: WorldIndex;
  /** Remaining tasks by confidence, best first, so that everything is reached in the best way. */
  private readonly tasks: Array<Array<() => void>> = CONFIDENCES.map(() => []);
  private readonly done = new Set<string>();
  private readonly held: Held[][] = RIGHTS.map(() => []);
  /** Rights that are held in the whole cluster, so that further grants add nothing. */
  private readonly hasEverywhere: boolean[] = [];
  private readonly bound: Array<Way & { readonly binding: RbacBinding }> = [];
  private readonly escalations: Combined[] = [];
  private readonly answers = new Map<Requester, Map<string, Truth>>();
  private readonly ids = new Map<object, number>();
  private readonly reach: Reach = { accounts: [], others: [], unknown: [], ways: new Map(), bypasses: [] };

  /**
   * Whether another identity that the subject acts as may have an open way if the first one is denied. Not needed for
   * an identity with all rights, which may change the policies as well.
   */
  private dependsOnRequester: boolean;

  constructor(private readonly world: ReachWorld) {
    this.index = WorldIndex.of(world);
    this.dependsOnRequester = world.closedBy !== undefined;
  }

  public run(requester: Requester): Reach {
    this.addRequester(requester, { confidence: 'certain', steps: [] });
    // A task only adds tasks of its own level or of later levels.
    for (const tasks of this.tasks) for (const task of tasks) task();
    for (const tasks of this.tasks) tasks.length = 0; // references from ways would keep them in memory
    const roles = new Map(this.reach.accounts.filter(({ gets }) => gets === 'role')
      .map(({ namespace, name, confidence }) => [`${namespace}/${name}`, confidence]));
    return {
      ...this.reach,
      accounts: this.reach.accounts.filter(({ gets, namespace, name, confidence }) =>
        gets === 'role' || roles.get(`${namespace}/${name}`) !== confidence),
    };
  }

  /** Runs a task once, after all tasks with better confidence. */
  private plan({ confidence }: Way, key: string, task: () => void): void {
    if (this.done.has(key)) return;
    this.tasks[CONFIDENCES.indexOf(confidence)].push(() => {
      if (this.done.has(key)) return;
      this.done.add(key);
      task();
    });
  }

  private idOf(object: object): number {
    const known = this.ids.get(object);
    if (known !== undefined) return known;
    this.ids.set(object, this.ids.size);
    return this.ids.size - 1;
  }

  private addRequester(requester: Requester, way: Way): void {
    const by = { requester };
    if (requester.groups.includes(MASTERS)) {
      this.addEverything({ subject: { kind: 'Group', name: MASTERS } }, WHOLE_CLUSTER, way, by);
    }
    if (this.dependsOnRequester && this.may(requester, EVERYTHING) === true) this.dependsOnRequester = false;
    const asker = this.dependsOnRequester ? ` of ${keyOfRequester(requester)}` : '';
    for (const { grant, truth } of this.world.rbac.grantsTo(requester)) {
      const own = weaker(way, truth);
      this.plan(own, `grant ${this.idOf(grant.binding!)}${asker}`, () => this.addGrant(grant, own, by));
    }
  }

  private addGrant(grant: Grant, way: Way, by: Asker): void {
    const binding = grant.binding!;
    const rules = grant.rules ?? this.world.rbac.rulesOf(binding);
    if (rules === undefined) return;
    if (grant.rules === undefined) {
      this.bound.push({ ...way, binding });
      for (const escalation of this.escalations) this.escalate(escalation, binding);
    }
    this.addRules(grant, rules, scopeOf(binding), way, by);
  }

  private addRules(grant: Grant, rules: RoleRules, scope: Scope, way: Way, by: Asker): void {
    const { rights, custom } = factsOf(rules);
    if (rules.doubt !== undefined) this.reach.unknown.push({ grant, reason: rules.doubt, steps: way.steps });
    for (const own of custom) {
      const names = own.resources.map(resource => (own.group === '*' ? resource : `${resource}.${own.group}`));
      this.reach.unknown.push({
        grant, reason: `a controller of ${names.join(', ')} may run pods`, custom: own, steps: way.steps,
      });
    }
    for (const { right, names, truth } of rights) {
      if (!this.dependsOnRequester && this.hasEverywhere[right]) continue;
      this.addRight(right, { ...weaker(way, truth), by, grant, scope, names });
    }
  }

  private addEverything(grant: Grant, scope: Scope, way: Way, by: Asker): void {
    for (const right of RIGHTS.keys()) this.addRight(right, { ...way, by, grant, scope });
  }

  private addRight(index: number, held: Held): void {
    const right = RIGHTS[index];
    if (right.isOfCluster && !held.scope.isOfCluster) return;
    const { namespace } = held.scope;
    if (right.namespace !== undefined && namespace !== undefined
      && isSameText(namespace, right.namespace) === false) return;
    const key = (scope: Scope) => `right ${index} ${scope.isOfCluster} ${scope.namespace ?? '*'}`;
    const ownKey = `${key(held.scope)}${held.names === undefined ? '' : ` ${JSON.stringify(held.names)}`}`;
    const wider = [WHOLE_CLUSTER, ...held.scope.isOfCluster ? [] : [{ isOfCluster: false }, held.scope]].map(key)
      .filter(other => other !== ownKey);
    const isCovered = () => wider.some(other => this.done.has(other));
    if (!isCovered()) {
      this.plan(held, ownKey, () => {
        if (isCovered()) return;
        if (held.scope.isOfCluster && held.names === undefined) this.hasEverywhere[index] = true;
        this.held[index].push(held);
        for (const way of WAYS_WITH[index]) this.combine(way, index, held);
      });
    }
    if (!this.dependsOnRequester || GUARDED_WITH[index].length === 0) return;
    const { requester, mayAll } = held.by;
    this.plan(held, `${ownKey} by ${mayAll ? 'anybody' : keyOfRequester(requester)}`, () => {
      for (const way of GUARDED_WITH[index]) this.combine(way, index, held);
    });
  }

  /** Combines a right with the other rights that the path needs and that are already held. */
  private combine({ path, rights }: typeof WAYS[number], index: number, held: Held): void {
    let combinations: Held[][] = [[]];
    for (const right of rights) {
      const candidates = right === index ? [held] : this.held[right];
      combinations = combinations.flatMap(others => candidates.map(candidate => [...others, candidate]))
        .filter(parts => commonScope(parts, rights) !== undefined);
    }
    for (const parts of combinations) {
      const { scope, truth } = commonScope(parts, rights)!;
      const grants = parts.map(({ grant }) => grant);
      const way = weaker({
        confidence: worst(path.confidence, ...parts.map(({ confidence }) => confidence)),
        steps: [...new Set(parts.flatMap(({ steps }) => steps))],
      }, truth);
      const step = { path, grants, ...scope.namespace !== undefined && { namespace: scope.namespace } };
      this.follow({ ...way, by: held.by, path, grants, scope, names: parts[0].names, step });
    }
  }

  private follow(found: Combined): void {
    switch (found.path.yields) {
      case 'any-account': return this.reachAnyAccount(found);
      case 'running-accounts': return this.reachRunningAccounts(found);
      case 'named-accounts': return this.reachNamedAccounts(found, 'role');
      case 'rights-of-named-accounts': return this.reachNamedAccounts(found, 'rights');
      case 'rights-of-any-account':
        return this.reachNamedAccounts({ ...found, names: undefined }, 'rights');
      case 'rights-of-users': return this.reachUsers(found);
      case 'rights-of-groups': return this.reachGroups(found);
      case 'rights-of-anyone':
        this.reachUsers({ ...found, names: undefined });
        for (const name of this.index.groups) if (name !== MASTERS) this.reachGroup(name, found);
        return;
      case 'rights-of-roles': return this.reachRoles(found);
      case 'every-right':
        if (found.path.needsObject) {
          this.escalations.push(found);
          for (const { binding } of [...this.bound]) this.escalate(found, binding);
        } else {
          const isOfCluster = found.path.rights.every(right => right.isOfCluster || right.namespace !== undefined);
          this.reachEverything(found, isOfCluster ? WHOLE_CLUSTER : { ...found.scope, isOfCluster: false });
        }
        return;
      default: {
        const { path, grants, confidence, steps, step } = found;
        const { namespace } = step;
        this.reach.others.push({ path, grants, ...namespace !== undefined && { namespace }, confidence, steps });
        if (path.id === 'change-policies') {
          this.reach.bypasses.push(stepTo(found, 'the admission policies'));
        }
      }
    }
  }

  private reachAnyAccount(found: Combined): void {
    const { needsObject, rights: [{ resources }] } = found.path;
    const kinds = new Set(resources.map(resource => resource.slice(0, -1)));
    const existing = new Map<string, Truth>();
    for (const { account, truth } of this.index.accountsIn(found.scope)) {
      let exists = existing.get(account.namespace);
      if (exists === undefined) {
        const isThere = this.workloadsOf(account, found.scope).some(({ kind, name }) =>
          kinds.has(kind.toLowerCase()) && (found.names === undefined || found.names.includes(name)));
        existing.set(account.namespace, exists = !needsObject || isThere || 'no such workload is known');
      }
      this.reachAccount(account, 'role', found, truth, exists);
    }
  }

  private reachRunningAccounts(found: Combined): void {
    const users = new Map<string, Set<string>>();
    for (const { account, truth } of this.index.accountsIn(found.scope)) {
      let running = users.get(account.namespace);
      if (running === undefined) {
        const ofAllPods = found.names === undefined || found.path.rights[0].isOfCluster;
        const pods = this.workloadsOf(account, found.scope).filter(({ kind, name }) =>
          ofAllPods || (kind === 'Pod' && found.names!.includes(name)));
        users.set(account.namespace, running = new Set(pods.map(({ serviceAccount }) => serviceAccount)));
      }
      const isRunning = running.has(account.name)
        || (isPattern(account.name) && [...running].some(name => isNameOf(account, name) === true));
      this.reachAccount(account, 'role', found, truth, isRunning || 'no pod with this service account is known');
    }
  }

  private reachNamedAccounts(found: Combined, gets: ReachedAccount['gets']): void {
    for (const { account, truth } of this.index.accountsIn(found.scope)) {
      const isNamed = found.names === undefined || some(found.names, name => isNameOf(account, name));
      if (isNamed !== false) this.reachAccount(account, gets, found, truth, isNamed);
    }
  }

  private reachUsers(found: Combined): void {
    const named = found.names?.filter(name => serviceAccountOfUser(name) === undefined);
    for (const user of named ?? this.index.users) {
      this.plan(found, `user ${user}`, () =>
        this.addRequester(requesterOfUser(user), stepTo(found, { kind: 'User', name: user })));
    }
  }

  private reachGroups(found: Combined): void {
    for (const name of found.names ?? [MASTERS, ...this.index.groups]) this.reachGroup(name, found);
  }

  private reachGroup(name: string, found: Combined): void {
    this.plan(found, `group ${name}`, () =>
      this.addRequester({ groups: [name, AUTHENTICATED] }, stepTo(found, { kind: 'Group', name })));
  }

  private reachRoles(found: Combined): void {
    const kind = found.path.rights[0].resources[0] === 'roles' ? 'Role' : 'ClusterRole';
    const isOfCluster = found.path.rights.every(right => right.isOfCluster);
    for (const role of this.world.rbac.roles.all(kind)) {
      if (found.names !== undefined && some(found.names, name => isSameText(name, role.name)) === false) continue;
      const scope = kind === 'Role' ? meet(found.scope, role.namespace!) : found.scope;
      if (scope === undefined) continue;
      const exists = !found.path.needsObject || (this.index.bindingsOf.get(`${kind} ${role.name}`) ?? [])
        .some(binding => isIn(scopeOf(binding), scope, isOfCluster));
      if (!exists) continue;
      const own: Scope = { namespace: scope.namespace, isOfCluster };
      const { name } = role;
      const key = `role ${kind} ${role.namespace}/${name} ${own.namespace} ${isOfCluster}`;
      const rules = this.world.rbac.roles.rulesOf(role);
      if (rules === undefined) continue;
      const by = { ...found.by, mayAll: true };
      this.plan(found, key, () => {
        const way = stepTo(found, { kind, name });
        if (this.world.closedBy !== undefined && mayGiveUse(rules)) {
          this.reach.bypasses.push({ ...way, ...own.namespace !== undefined && { namespace: own.namespace } });
        }
        this.addRules(found.grants[0], rules, own, way, by);
      });
    }
  }

  /** Changes a role that is bound to the subject. */
  private escalate(found: Combined, binding: RbacBinding): void {
    const isOfRoles = found.path.rights[0].resources[0] === 'roles';
    const { kind, name } = binding.role;
    if ((kind === 'Role') !== isOfRoles) return;
    if (isOfRoles && meet(found.scope, binding.namespace!) === undefined) return;
    if (found.names !== undefined && some(found.names, text => isSameText(text, name)) === false) return;
    this.reachEverything(found, scopeOf(binding));
  }

  private reachEverything(found: Combined, scope: Scope): void {
    const by = { ...found.by, mayAll: true };
    this.plan(found, `everything ${scope.isOfCluster} ${scope.namespace}`, () =>
      this.addEverything(found.grants[0], scope, stepTo(found, 'every right'), by));
  }

  private reachAccount(
    account: IndexedAccount, gets: ReachedAccount['gets'], found: Combined, ...doubts: Truth[]
  ): void {
    const { namespace, name, key: ownKey, isOfPattern } = account;
    const weak = weaker(found, ...doubts, account.exists);
    if (gets === 'role' && !this.addWay(account, found, weak)) return;
    const key = (what: string) => `${what} ${ownKey}`;
    if (this.done.has(key(gets))) return;
    if (gets === 'rights' && this.done.has(key('role'))) return;
    this.plan(weak, key(gets), () => {
      if (gets === 'rights' && this.done.has(key('role'))) return;
      const way = stepTo({ ...found, ...weak }, { kind: 'ServiceAccount', namespace, name });
      this.reach.accounts.push({ namespace, name, gets, ...way });
      if (isOfPattern) return; // known service accounts are reached separately
      this.plan(way, key('requester'), () =>
        this.addRequester(requesterOf({ kind: 'ServiceAccount', namespace, name }), way));
    });
  }

  /** Records the way, and returns whether it is open. */
  private addWay(account: IndexedAccount, found: Combined, { confidence, steps: { length } }: Way): boolean {
    const { path, by: { requester, mayAll } } = found;
    const { namespace, name, key } = account;
    const { closedBy, cluster } = this.world;
    const closing = closedBy?.({
      path: path.id,
      namespace,
      serviceAccount: name,
      requester,
      ...cluster !== undefined && { cluster },
      may: request => mayAll === true || this.may(requester, request),
    }) ?? [];
    let ways = this.reach.ways.get(key);
    if (ways === undefined) this.reach.ways.set(key, ways = { account, direct: new Map() });
    const known = length === 0 ? ways.direct.get(path.id) : ways.indirect;
    if (known === undefined || isBetter({ confidence, closedBy: closing }, known)) {
      const way: AccountWay = {
        path,
        confidence,
        ...closing.length > 0 && { closedBy: closing },
        last: found.step,
        before: found.steps,
      };
      if (length === 0) ways.direct.set(path.id, way);
      else ways.indirect = way;
    }
    return closing.length === 0;
  }

  /** Cached, because policies repeat the same questions. */
  private may(requester: Requester, request: RbacRequest): Truth {
    let answers = this.answers.get(requester);
    if (answers === undefined) this.answers.set(requester, answers = new Map());
    const { verb, group, resource, subresource, name, namespace } = request;
    const key = [verb, group, resource, subresource, name, namespace].join(' ');
    let answer = answers.get(key);
    if (answer === undefined) answers.set(key, answer = this.world.rbac.may(requester, request));
    return answer;
  }

  private workloadsOf({ namespace }: Account, scope: Scope): ReachWorld['workloads'] {
    const own = isPattern(namespace) ? scope.namespace ?? namespace : namespace;
    return this.index.workloadsIn.get(own) ?? [];
  }
}

/** An open way is better than a closed one; otherwise, the more certain one is better. */
function isBetter(way: Pick<AccountWay, 'confidence' | 'closedBy'>, known: typeof way): boolean {
  const [isOpen, isKnownOpen] = [way, known].map(({ closedBy = [] }) => closedBy.length === 0);
  if (isOpen !== isKnownOpen) return isOpen;
  return CONFIDENCES.indexOf(way.confidence) < CONFIDENCES.indexOf(known.confidence);
}

/** Kubernetes names cannot contain these characters. */
function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/** Whether a namespace, or a pattern of a trust policy, matches another namespace. */
function isNamespaceOf(own: string, namespace: string): Truth {
  if (!isPattern(own)) return isSameText(own, namespace);
  return matches(pattern(own), literal(namespace)) ?? `whether ${namespace} matches ${own} cannot be determined yet`;
}

function existsAmong({ namespace, name }: Account, candidates: readonly Account[]): Truth {
  if (!isPattern(name) || isNamespaceOf(name, 'default') === true) return true;
  return candidates.some(other => !isPattern(other.name) && isNamespaceOf(namespace, other.namespace) === true
    && isNamespaceOf(name, other.name) === true) || 'no such service account is known';
}

function isNameOf({ name: own }: Account, name: string): Truth {
  return isNamespaceOf(own, name);
}

function keyOfRequester({ user, groups }: Requester): string {
  return JSON.stringify([user, ...groups]);
}

function mayGiveUse({ rules, doubt }: RoleRules): boolean {
  return doubt !== undefined || rules.some(({ rule }) => ruleAllows({ ...rule, resourceNames: [] }, USE) !== false);
}

/** The given service accounts, the subjects of bindings, and `default` of each namespace. */
function accountsOf({ rbac, serviceAccounts, workloads }: ReachWorld): Account[] {
  const bound = rbac.bindings.flatMap(({ subjects }) => subjects).flatMap((subject): Account[] => {
    if (subject.kind === 'ServiceAccount') return [subject];
    return subject.kind === 'User' ? [serviceAccountOfUser(subject.name) ?? []].flat() : [];
  });
  const used = workloads.map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }));
  const all = [...serviceAccounts, ...bound, ...used];
  const namespaces = [...all, ...rbac.bindings].flatMap(({ namespace }) => namespace ?? [])
    .filter(namespace => !isPattern(namespace));
  const defaults = [...new Set(namespaces)].map(namespace => ({ namespace, name: 'default' }));
  return [...new Map([...all, ...defaults].map(({ namespace, name }) =>
    [`${namespace}/${name}`, { namespace, name }])).values()];
}

function factsOf(rules: RoleRules): RoleFacts {
  let facts = factsOfRules.get(rules);
  if (facts === undefined) factsOfRules.set(rules, facts = { rights: rightsIn(rules), custom: customRightsIn(rules) });
  return facts;
}

function scopeOf({ kind, namespace }: RbacBinding): Scope {
  return kind === 'ClusterRoleBinding' ? WHOLE_CLUSTER : { namespace, isOfCluster: false };
}

/** The part of a scope that is in a namespace, if any. */
function meet(scope: Scope, namespace: string): Scope | undefined {
  const isMet = scope.namespace === undefined || isSameText(scope.namespace, namespace) !== false;
  return isMet ? { namespace, isOfCluster: false } : undefined;
}

/** Whether a binding is in the scope that a subject may change. */
function isIn(binding: Scope, changed: Scope, isOfCluster: boolean): boolean {
  if (binding.isOfCluster !== isOfCluster) return false;
  return isOfCluster || changed.namespace === undefined || isSameText(binding.namespace!, changed.namespace) !== false;
}

/** The scope in which all rights of a path apply. Cluster-wide rights do not restrict the namespace. */
function commonScope(parts: readonly Held[], rights: readonly number[]): { scope: Scope; truth: Truth } | undefined {
  let namespace: string | undefined;
  let truth: Truth = true;
  for (const [index, { scope }] of parts.entries()) {
    if (scope.namespace === undefined || RIGHTS[rights[index]].isOfCluster) continue;
    const isSame = namespace === undefined || isSameText(namespace, scope.namespace);
    if (isSame === false) return undefined;
    if (isSame !== true) truth = isSame;
    namespace ??= scope.namespace;
  }
  return { scope: { namespace, isOfCluster: parts.every(({ scope }) => scope.isOfCluster) }, truth };
}

function worst(...confidences: Confidence[]): Confidence {
  return CONFIDENCES[Math.max(...confidences.map(confidence => CONFIDENCES.indexOf(confidence)))];
}

/** Confidence becomes `unknown` if any of the truths is not certain. */
function weaker({ confidence, steps }: Way, ...truths: Truth[]): Way {
  return { confidence: truths.every(truth => truth === true) ? confidence : 'unknown', steps };
}

function stepTo({ confidence, steps, step }: Combined, to: Step['to']): Way {
  return { confidence, steps: [...steps, { ...step, to }] };
}
