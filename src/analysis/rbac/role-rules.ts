/**
 * The effective rules of roles: as written, or computed for aggregated ClusterRoles.
 */
import { selectorMatches } from '../../conventions/label-selector';
import { every, some, Truth } from '../iam/truth';
import { arrayOf, grouped, objectOf, textOf } from '../json-values';
import { RbacRole, Rule } from '../rbac-objects';
import { hasStandIn } from '../stand-in';

/** A rule of a role. */
export interface RoleRule {
  readonly rule: Rule;
  /** The role that defines the rule. */
  readonly source: RbacRole;
  /** Why the role may lack the rule. */
  readonly doubt?: string;
}

/** What a role grants. */
export interface RoleRules {
  readonly rules: readonly RoleRule[];
  /** Why it may grant more. */
  readonly doubt?: string;
}

/** A reference to a role in a binding. */
export interface RoleKey {
  readonly kind: string;
  /** Of a Role. */
  readonly namespace?: string;
  readonly name: string;
}

/** All definitions of one role. */
type Definitions = readonly RbacRole[];

const keyOf = ({ kind, namespace = '', name }: RoleKey) => `${kind} ${namespace}/${name}`;

/** The rules of the roles of a cluster. */
export class RoleTable {
  private readonly byKey: ReadonlyMap<string, Definitions>;
  private readonly known = new Map<string, RoleRules>();
  private clusterRoles?: ClusterRoles;

  /** @param roles roles with the same name are definitions of one role */
  constructor(roles: readonly RbacRole[]) {
    this.byKey = new Map([...grouped(roles, keyOf)].map(([key, same]) => [key, withoutCopies(same)]));
  }

  /** All roles of a kind, each once. */
  public all(kind: RbacRole['kind']): RbacRole[] {
    return [...this.byKey.values()].map(([role]) => role).filter(role => role.kind === kind);
  }

  /** Undefined if there is no such role. */
  public rulesOf(role: RoleKey): RoleRules | undefined {
    const key = keyOf(role);
    const definitions = this.byKey.get(key);
    if (definitions === undefined) return undefined;
    let rules = this.known.get(key);
    if (rules === undefined) this.known.set(key, rules = this.resolve(definitions));
    return rules;
  }

  /** Aggregated roles that are certainly in a cycle. */
  public cyclic(): RbacRole[] {
    this.clusterRoles ??= new ClusterRoles(this.byKey);
    return [...this.clusterRoles.inCycles].flatMap(definitions => definitions)
      .filter(({ labels, aggregation }) => !hasStandIn(JSON.stringify([labels, aggregation])));
  }

  private resolve(definitions: Definitions): RoleRules {
    if (!definitions.some(isAggregated)) return { rules: writtenRules(definitions), ...doubtOf(definitions) };
    this.clusterRoles ??= new ClusterRoles(this.byKey);
    return this.clusterRoles.aggregate(definitions);
  }
}

/**
 * Computes aggregation as the controller manager does: the union of the rules of the selected roles, without the role
 * itself, until nothing changes.
 */
class ClusterRoles {
  private readonly all: readonly Definitions[];
  private readonly byLabel: ReadonlyMap<string, readonly Definitions[]>;
  /** Roles with labels that are not known yet, which may match any selector. */
  private readonly withOpenLabels: readonly Definitions[];
  private readonly written = new Map<Definitions, readonly RoleRule[]>();
  private readonly membersOf = new Map<Definitions, ReadonlyMap<Definitions, Truth>>();
  public readonly inCycles: ReadonlySet<Definitions>;

  constructor(byKey: ReadonlyMap<string, Definitions>) {
    this.all = [...byKey.values()].filter(([{ kind }]) => kind === 'ClusterRole');
    const labeled = this.all.flatMap(role => labelsOf(role).map(label => ({ role, label })));
    this.byLabel = new Map([...grouped(labeled, ({ label }) => label)]
      .map(([label, entries]) => [label, [...new Set(entries.map(({ role }) => role))]]));
    this.withOpenLabels = this.all.filter(role => labelsOf(role).some(hasStandIn));
    this.inCycles = this.findCycles();
  }

  public aggregate(definitions: Definitions): RoleRules {
    const reached = new Map<Definitions, Truth>([[definitions, true]]);
    const queue = [definitions];
    for (const role of queue) {
      const certainty = reached.get(role)!;
      for (const [member, truth] of this.members(role)) {
        const known = reached.get(member);
        const own = certainty === true ? truth : certainty;
        if (known === true || (known !== undefined && own !== true)) continue;
        reached.set(member, own);
        queue.push(member);
      }
    }
    const rules: RoleRule[] = [];
    const doubts: RbacRole[] = [];
    for (const [role, certainty] of reached) {
      const doubt = role.some(isAggregated) ? this.doubtOfWritten(role) : doubtOfTruth(certainty);
      if (doubt !== false) {
        for (const rule of this.rulesIn(role)) rules.push(doubt === undefined ? rule : { ...rule, doubt });
      }
      doubts.push(...role);
    }
    return { rules, ...doubtOf(doubts) };
  }

  /** Cached, because many roles may aggregate the same one. */
  private rulesIn(role: Definitions): readonly RoleRule[] {
    let rules = this.written.get(role);
    if (rules === undefined) this.written.set(role, rules = writtenRules(role));
    return rules;
  }

  /** Why an aggregated role may keep its own rules; false if it does not. */
  private doubtOfWritten(role: Definitions): string | false {
    const name = `ClusterRole ${role[0].name}`;
    if (this.inCycles.has(role)) return `${name} is aggregated in a cycle and may keep its own rules`;
    return !role.filter(isWritten).every(isAggregated) && `${name} is defined with and without aggregation`;
  }

  private members(role: Definitions): ReadonlyMap<Definitions, Truth> {
    const known = this.membersOf.get(role);
    if (known !== undefined) return known;
    const members = new Map<Definitions, Truth>();
    for (const selector of role.flatMap(({ aggregation = [] }) => aggregation)) this.select(role, selector, members);
    this.membersOf.set(role, members);
    return members;
  }

  private select(role: Definitions, selector: unknown, members: Map<Definitions, Truth>): void {
    const [label] = Object.entries(objectOf(objectOf(selector).matchLabels));
    const candidates = label === undefined || hasStandIn(label.join('='))
      ? this.all
      : [...this.byLabel.get(label.join('=')) ?? [], ...this.withOpenLabels];
    for (const candidate of candidates) {
      if (candidate === role || members.get(candidate) === true) continue;
      const truth = some(candidate, ({ labels }) => selects(selector, labels));
      if (truth !== false) members.set(candidate, truth);
    }
  }

  /** Aggregated roles in cycles, and roles between two cycles. */
  private findCycles(): Set<Definitions> {
    const left = new Set(this.all.filter(role => role.some(isAggregated)));
    const next = new Map<Definitions, Definitions[]>();
    const previous = new Map<Definitions, Definitions[]>([...left].map(role => [role, []]));
    for (const role of left) {
      const members = [...this.members(role).keys()].filter(member => left.has(member));
      next.set(role, members);
      for (const member of members) previous.get(member)!.push(role);
    }
    removeEnds(left, next, previous);
    removeEnds(left, previous, next);
    return left;
  }
}

/** Removes items without successors until every remaining item has a remaining successor. */
function removeEnds<T>(left: Set<T>, next: ReadonlyMap<T, T[]>, previous: ReadonlyMap<T, T[]>): void {
  const counts = new Map([...left].map(item => [item, next.get(item)!.filter(other => left.has(other)).length]));
  const ends = [...left].filter(item => counts.get(item) === 0);
  for (const end of ends) {
    left.delete(end);
    for (const item of previous.get(end)!) {
      const count = (counts.get(item) ?? 0) - 1;
      counts.set(item, count);
      if (count === 0) ends.push(item);
    }
  }
}

/** Whether a selector matches labels, some of which may not be known yet. */
function selects(selector: unknown, labels: RbacRole['labels']): Truth {
  if (!hasStandIn(JSON.stringify([selector, labels]))) return selectorMatches(selector, labels);
  const { matchLabels, matchExpressions } = objectOf(selector);
  const hasOpenKey = Object.keys(labels).some(hasStandIn);
  const isOpen = (key: string) => hasOpenKey || hasStandIn(key) || hasStandIn(labels[key] ?? '');
  const parts = [
    ...Object.entries(objectOf(matchLabels)).map(([key, value]) => ({ key, part: { matchLabels: { [key]: value } } })),
    ...arrayOf(matchExpressions).map(item => ({ key: textOf(objectOf(item).key), part: { matchExpressions: [item] } })),
  ];
  return every(parts, ({ key, part }) => (isOpen(key) || hasStandIn(JSON.stringify(part))
    ? `whether the label ${key} matches the selector cannot be determined yet`
    : selectorMatches(part, labels)));
}

function labelsOf(role: Definitions): string[] {
  return role.flatMap(({ labels }) => Object.entries(labels).map(label => label.join('=')));
}

function isAggregated({ aggregation }: RbacRole): boolean {
  return aggregation !== undefined;
}

function isWritten({ place }: RbacRole): boolean {
  return place !== undefined;
}

function doubtOfTruth(truth: Truth): string | undefined {
  return typeof truth === 'string' ? truth : undefined;
}

function doubtOf(definitions: Definitions): { readonly doubt?: string } {
  const doubt = definitions.map(role => role.doubt).find(text => text !== undefined);
  return doubt === undefined ? {} : { doubt };
}

/** A role that is defined twice may have the rules of either; rules of the API server itself always remain. */
function writtenRules(definitions: Definitions): RoleRule[] {
  const isDoubtful = definitions.filter(isWritten).length > 1;
  return definitions.flatMap(source => source.rules.map((rule): RoleRule => ({
    rule,
    source,
    ...isDoubtful && isWritten(source) && { doubt: `${source.kind} ${source.name} is defined more than once` },
  })));
}

function withoutCopies(definitions: Definitions): Definitions {
  if (definitions.length === 1) return definitions;
  return [...new Map(definitions.map(({ place, ...role }) =>
    [JSON.stringify([place === undefined, role]), { ...role, ...place && { place } }])).values()];
}
