/**
 * Which service accounts a subject can act as, directly or through others: the ways of `paths.ts`, followed until
 * nothing is added.
 */
import { Workload } from '../access-map';
import { some, Truth } from '../iam/truth';
import { grouped } from '../json-values';
import { RbacBinding, RbacRole, serviceAccountOfUser, ServiceAccountSubject, Subject } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { Confidence, CONFIDENCES, ReachPath } from './paths';
import { AUTHENTICATED, Grant, MASTERS, Rbac, Requester, requesterOf, requesterOfUser } from './rbac';
import { CustomRight, customRightsIn, GivenRight, RIGHTS, rightsIn, WAYS } from './rights';
import { RoleRules } from './role-rules';
import { isSameText } from './rule-match';

export type Account = Omit<ServiceAccountSubject, 'kind'>;

/** A cluster, as far as it is known. */
export interface ReachWorld {
  readonly rbac: Rbac;
  /** Those that exist or that a trust policy names. The subjects of bindings are added. */
  readonly serviceAccounts: readonly Account[];
  readonly workloads: ReadonlyArray<Pick<Workload, 'kind' | 'name' | 'namespace' | 'serviceAccount'>>;
}

/** One step on the way to a service account. */
export interface Step {
  readonly path: ReachPath;
  /** The bindings that give the rights, as many as the path has rights. */
  readonly grants: readonly Grant[];
  /** Where the rights are; undefined for all namespaces. */
  readonly namespace?: string;
  /** Who or what is reached. */
  readonly to: Subject | Pick<RbacRole, 'kind' | 'name'> | 'every right';
}

export interface ReachedAccount extends Account {
  /** `role`: pods or tokens, and so the AWS role, too. `rights`: only what it may do in the cluster. */
  readonly gets: 'role' | 'rights';
  readonly confidence: Confidence;
  /** At least one. */
  readonly steps: readonly Step[];
}

/** Something that leads to no particular service account. */
export interface ReachedOther {
  readonly path: ReachPath;
  readonly grants: readonly Grant[];
  readonly namespace?: string;
  readonly confidence: Confidence;
  /** How the rights are reached. */
  readonly steps: readonly Step[];
}

/** What RBAC alone does not tell. */
export interface UnknownReach {
  readonly grant: Grant;
  readonly reason: string;
  /** Custom resources whose controller may run pods, in their namespace or elsewhere. */
  readonly custom?: CustomRight;
  /** How the grant is reached. */
  readonly steps: readonly Step[];
}

export interface Reach {
  /** Best first. */
  readonly accounts: ReachedAccount[];
  readonly others: ReachedOther[];
  readonly unknown: UnknownReach[];
}

/** Everything that a subject can reach. A group stands for a member of it. */
export function reachableServiceAccounts(world: ReachWorld, subject: Subject | Requester): Reach {
  return new Closure(world).run('kind' in subject ? requesterOf(subject) : subject);
}

/** Where a right applies. */
interface Scope {
  /** Undefined for all. */
  readonly namespace?: string;
  /** Whether objects that are in no namespace count, too. */
  readonly isOfCluster: boolean;
}

/** How something is reached. */
interface Way {
  readonly confidence: Confidence;
  readonly steps: readonly Step[];
}

/** A right that is reached. */
interface Held extends Way {
  readonly grant: Grant;
  readonly scope: Scope;
  readonly names?: readonly string[];
}

/** All rights of a path together. */
interface Combined extends Way {
  readonly path: ReachPath;
  readonly grants: readonly Grant[];
  readonly scope: Scope;
  readonly names?: readonly string[];
  /** The last step, without where it leads. */
  readonly step: Omit<Step, 'to'>;
}

interface RoleFacts {
  readonly rights: readonly GivenRight[];
  readonly custom: readonly CustomRight[];
}

const WAYS_WITH = RIGHTS.map((_, index) => WAYS.filter(({ rights }) => rights.includes(index)));
const WHOLE_CLUSTER: Scope = { isOfCluster: true };
const factsOfRules = new WeakMap<RoleRules, RoleFacts>();

class Closure {
  private readonly accounts: readonly Account[];
  private readonly byNamespace: ReadonlyMap<string, Account[]>;
  private readonly bindingsOf: ReadonlyMap<string, RbacBinding[]>;
  private readonly workloadsIn: ReadonlyMap<string, Array<ReachWorld['workloads'][number]>>;
  /** What is left to do, by confidence: the best first, so that everything is reached in the best way. */
  private readonly tasks: Array<Array<() => void>> = CONFIDENCES.map(() => []);
  private readonly done = new Set<string>();
  private readonly held: Held[][] = RIGHTS.map(() => []);
  private readonly bound: Array<Way & { readonly binding: RbacBinding }> = [];
  private readonly escalations: Combined[] = [];
  private readonly ids = new Map<object, number>();
  private readonly reach: Reach = { accounts: [], others: [], unknown: [] };

  constructor(private readonly world: ReachWorld) {
    this.accounts = accountsOf(world);
    this.byNamespace = grouped(this.accounts, ({ namespace }) => namespace);
    this.bindingsOf = grouped(world.rbac.bindings, ({ role }) => `${role.kind} ${role.name}`);
    this.workloadsIn = grouped(world.workloads, ({ namespace }) => namespace);
  }

  public run(requester: Requester): Reach {
    this.addRequester(requester, { confidence: 'certain', steps: [] });
    // A task adds others of its level, or of later ones.
    for (const tasks of this.tasks) for (const task of tasks) task();
    const roles = new Map(this.reach.accounts.filter(({ gets }) => gets === 'role')
      .map(({ namespace, name, confidence }) => [`${namespace}/${name}`, confidence]));
    return {
      ...this.reach,
      accounts: this.reach.accounts.filter(({ gets, namespace, name, confidence }) =>
        gets === 'role' || roles.get(`${namespace}/${name}`) !== confidence),
    };
  }

  /** Does it once, when nothing better is left to do. */
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
    if (requester.groups.includes(MASTERS)) {
      this.addEverything({ subject: { kind: 'Group', name: MASTERS } }, WHOLE_CLUSTER, way);
    }
    for (const { grant, truth } of this.world.rbac.grantsTo(requester)) {
      const own = weaker(way, truth);
      this.plan(own, `grant ${this.idOf(grant.binding!)}`, () => this.addGrant(grant, own));
    }
  }

  private addGrant(grant: Grant, way: Way): void {
    const binding = grant.binding!;
    const rules = this.world.rbac.rulesOf(binding);
    if (rules === undefined) return;
    this.bound.push({ ...way, binding });
    for (const escalation of this.escalations) this.escalate(escalation, binding);
    this.addRules(grant, rules, scopeOf(binding), way);
  }

  private addRules(grant: Grant, rules: RoleRules, scope: Scope, way: Way): void {
    const { rights, custom } = factsOf(rules);
    if (rules.doubt !== undefined) this.reach.unknown.push({ grant, reason: rules.doubt, steps: way.steps });
    for (const own of custom) {
      const names = own.resources.map(resource => (own.group === '*' ? resource : `${resource}.${own.group}`));
      this.reach.unknown.push({
        grant, reason: `a controller of ${names.join(', ')} may run pods`, custom: own, steps: way.steps,
      });
    }
    for (const { right, names, truth } of rights) this.addRight(right, { ...weaker(way, truth), grant, scope, names });
  }

  private addEverything(grant: Grant, scope: Scope, way: Way): void {
    for (const right of RIGHTS.keys()) this.addRight(right, { ...way, grant, scope });
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
    this.plan(held, ownKey, () => {
      if (wider.some(other => this.done.has(other))) return;
      this.held[index].push(held);
      for (const way of WAYS_WITH[index]) this.combine(way, index, held);
    });
  }

  /** With all the other rights that a path needs, and that are reached already. */
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
      this.follow({ ...way, path, grants, scope, names: parts[0].names, step });
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
        for (const name of this.boundNames('Group')) if (name !== MASTERS) this.reachGroup(name, found);
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
      }
    }
  }

  private reachAnyAccount(found: Combined): void {
    const { needsObject, rights: [{ resources }] } = found.path;
    const kinds = new Set(resources.map(resource => resource.slice(0, -1)));
    const existing = new Map<string, Truth>();
    for (const { account, truth } of this.accountsIn(found.scope)) {
      let exists = existing.get(account.namespace);
      if (exists === undefined) {
        const isThere = (this.workloadsIn.get(account.namespace) ?? []).some(({ kind, name }) =>
          kinds.has(kind.toLowerCase()) && (found.names === undefined || found.names.includes(name)));
        existing.set(account.namespace, exists = !needsObject || isThere || 'no such workload is known');
      }
      this.reachAccount(account, 'role', found, truth, exists);
    }
  }

  private reachRunningAccounts(found: Combined): void {
    const users = new Map<string, Set<string>>();
    for (const { account, truth } of this.accountsIn(found.scope)) {
      let running = users.get(account.namespace);
      if (running === undefined) {
        const ofAllPods = found.names === undefined || found.path.rights[0].isOfCluster;
        const pods = (this.workloadsIn.get(account.namespace) ?? []).filter(({ kind, name }) =>
          ofAllPods || (kind === 'Pod' && found.names!.includes(name)));
        users.set(account.namespace, running = new Set(pods.map(({ serviceAccount }) => serviceAccount)));
      }
      this.reachAccount(account, 'role', found, truth, running.has(account.name) || 'no pod of it is known');
    }
  }

  private reachNamedAccounts(found: Combined, gets: ReachedAccount['gets']): void {
    for (const { account, truth } of this.accountsIn(found.scope)) {
      const isNamed = found.names === undefined || some(found.names, name => isSameText(name, account.name));
      if (isNamed !== false) this.reachAccount(account, gets, found, truth, isNamed);
    }
  }

  private reachUsers(found: Combined): void {
    const bound = this.boundNames('User').filter(name => serviceAccountOfUser(name) === undefined);
    for (const user of found.names?.filter(name => serviceAccountOfUser(name) === undefined) ?? bound) {
      this.plan(found, `user ${user}`, () =>
        this.addRequester(requesterOfUser(user), stepTo(found, { kind: 'User', name: user })));
    }
  }

  private reachGroups(found: Combined): void {
    for (const name of found.names ?? [MASTERS, ...this.boundNames('Group')]) this.reachGroup(name, found);
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
      const exists = !found.path.needsObject || (this.bindingsOf.get(`${kind} ${role.name}`) ?? [])
        .some(binding => isIn(scopeOf(binding), scope, isOfCluster));
      if (!exists) continue;
      const own: Scope = { namespace: scope.namespace, isOfCluster };
      const { name } = role;
      const key = `role ${kind} ${role.namespace}/${name} ${own.namespace} ${isOfCluster}`;
      const rules = this.world.rbac.roles.rulesOf(role);
      if (rules === undefined) continue;
      this.plan(found, key, () => this.addRules(found.grants[0], rules, own, stepTo(found, { kind, name })));
    }
  }

  /** A role that is bound to the subject is changed. */
  private escalate(found: Combined, binding: RbacBinding): void {
    const isOfRoles = found.path.rights[0].resources[0] === 'roles';
    const { kind, name } = binding.role;
    if ((kind === 'Role') !== isOfRoles) return;
    if (isOfRoles && meet(found.scope, binding.namespace!) === undefined) return;
    if (found.names !== undefined && some(found.names, text => isSameText(text, name)) === false) return;
    this.reachEverything(found, scopeOf(binding));
  }

  private reachEverything(found: Combined, scope: Scope): void {
    this.plan(found, `everything ${scope.isOfCluster} ${scope.namespace}`, () =>
      this.addEverything(found.grants[0], scope, stepTo(found, 'every right')));
  }

  private reachAccount(account: Account, gets: ReachedAccount['gets'], found: Combined, ...doubts: Truth[]): void {
    const { namespace, name } = account;
    const weak = weaker(found, ...doubts);
    const key = (what: string) => `${what} ${namespace}/${name}`;
    if (gets === 'rights' && this.done.has(key('role'))) return;
    this.plan(weak, key(gets), () => {
      if (gets === 'rights' && this.done.has(key('role'))) return;
      const way = stepTo({ ...found, ...weak }, { kind: 'ServiceAccount', namespace, name });
      this.reach.accounts.push({ namespace, name, gets, ...way });
      this.plan(way, key('requester'), () =>
        this.addRequester(requesterOf({ kind: 'ServiceAccount', namespace, name }), way));
    });
  }

  private accountsIn({ namespace }: Scope): Array<{ readonly account: Account; readonly truth: Truth }> {
    if (namespace === undefined) return this.accounts.map(account => ({ account, truth: true }));
    const same = (this.byNamespace.get(namespace) ?? []).map(account => ({ account, truth: true }));
    const isOpen = hasStandIn(namespace);
    const others = [...this.byNamespace].filter(([other]) => other !== namespace && (isOpen || hasStandIn(other)));
    return [...same, ...others.flatMap(([other, accounts]) => {
      const truth = isSameText(namespace, other);
      return truth === false ? [] : accounts.map(account => ({ account, truth }));
    })];
  }

  private boundNames(kind: 'User' | 'Group'): string[] {
    const subjects = this.world.rbac.bindings.flatMap(binding => binding.subjects);
    return [...new Set(subjects.filter(subject => subject.kind === kind).map(({ name }) => name))];
  }
}

/** Those that are given, those that bindings name, and `default` of each namespace. */
function accountsOf({ rbac, serviceAccounts, workloads }: ReachWorld): Account[] {
  const bound = rbac.bindings.flatMap(({ subjects }) => subjects).flatMap((subject): Account[] => {
    if (subject.kind === 'ServiceAccount') return [subject];
    return subject.kind === 'User' ? [serviceAccountOfUser(subject.name) ?? []].flat() : [];
  });
  const used = workloads.map(({ namespace, serviceAccount }) => ({ namespace, name: serviceAccount }));
  const all = [...serviceAccounts, ...bound, ...used];
  const namespaces = [...all, ...rbac.bindings].flatMap(({ namespace }) => namespace ?? []);
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

/** The part of a scope that is in a namespace. */
function meet(scope: Scope, namespace: string): Scope | undefined {
  const isMet = scope.namespace === undefined || isSameText(scope.namespace, namespace) !== false;
  return isMet ? { namespace, isOfCluster: false } : undefined;
}

/** Whether a binding is one of those that a subject may change. */
function isIn(binding: Scope, changed: Scope, isOfCluster: boolean): boolean {
  if (binding.isOfCluster !== isOfCluster) return false;
  return isOfCluster || changed.namespace === undefined || isSameText(binding.namespace!, changed.namespace) !== false;
}

/** Where all rights of a path apply. Those of the whole cluster leave the namespace to the others. */
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

/** What is not certain to be there is unknown. */
function weaker({ confidence, steps }: Way, ...truths: Truth[]): Way {
  return { confidence: truths.every(truth => truth === true) ? confidence : 'unknown', steps };
}

function stepTo({ confidence, steps, step }: Combined, to: Step['to']): Way {
  return { confidence, steps: [...steps, { ...step, to }] };
}
