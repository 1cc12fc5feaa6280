/**
 * Formats the ways of one actor to service accounts, with the admission policies that close them.
 */
import { Place } from '../access-map';
import { Actor, ReachStep, ReachWay } from '../cluster-access';
import { Confidence, CONFIDENCES, PATHS, Right } from '../rbac/paths';
import { Grant, Rbac, Requester } from '../rbac/rbac';
import {
  Account, AccountWay, AccountWays, Bypass, Reach, reachableServiceAccounts, ReachWorld, Step, stepsOf,
} from '../rbac/reach';
import { RoleRules } from '../rbac/role-rules';
import { ruleAllows } from '../rbac/rule-match';

export interface ActorReach {
  readonly accounts: ReadonlyArray<Account & {
    readonly ways: () => ReachWay[];
    /** Whether every way needs a grant in a manifest, which may be for another cluster. */
    readonly needsManifests: () => boolean;
  }>;
  readonly unknown: ReadonlyArray<{ readonly reason: string; readonly places: readonly Place[] }>;
}

interface Acting {
  readonly actor: Actor;
  readonly requester: Requester;
  /** Where access to the cluster is granted. */
  readonly places: readonly Place[];
}

/** A way before formatting. */
interface FoundWay {
  readonly confidence: Confidence;
  readonly steps: readonly Step[];
  readonly closedBy?: readonly string[];
}

const PATH_ORDER = new Map(PATHS.map(({ id }, index) => [id, index]));

/** The service accounts that an actor reaches, and grants with unknown effect. */
export function reachOfActor(world: ReachWorld, acting: Acting): ActorReach {
  const guarded = reachableServiceAccounts(world, acting.requester);
  const isGuarded = [...guarded.ways.values()].some(ways =>
    allWays(ways).some(({ closedBy }) => closedBy !== undefined));
  // Ways beyond closed steps are found only without the policies.
  const all = isGuarded ? reachableServiceAccounts(withoutPolicies(world), acting.requester) : guarded;
  const words = new Words(world.rbac, acting);
  return {
    accounts: [...all.ways].map(([key, ways]) => {
      const found = () => waysTo(ways, guarded.ways.get(key), isGuarded ? guarded : undefined);
      return {
        ...ways.account,
        ways: () => found().map(way => words.ofWay(way)),
        needsManifests: () => allWays(ways).every(({ before, last }) =>
          [...before, last].some(({ grants }) => grants.some(isOfManifest))),
      };
    }),
    unknown: guarded.unknown.map(({ grant, reason, steps }) => ({
      reason,
      places: [grant, ...steps.flatMap(({ grants }) => grants)].flatMap(each => words.placesOf(each)),
    })),
  };
}

const openWorlds = new WeakMap<ReachWorld, ReachWorld>();

/** Cached per world, so that all its subjects share an index. */
function withoutPolicies(world: ReachWorld): ReachWorld {
  let open = openWorlds.get(world);
  if (open === undefined) {
    const { closedBy: _, ...others } = world;
    openWorlds.set(world, open = others);
  }
  return open;
}

/** All ways to an account: open ways first, then by certainty, then direct ways first. */
function waysTo(all: AccountWays, guarded: AccountWays | undefined, reach: Reach | undefined): FoundWay[] {
  const toFound = foundOf(all.account);
  const direct = [...(guarded ?? all).direct.values()].map(toFound);
  const others = reach === undefined ? toList(all.indirect).map(toFound) : indirectWays(all, guarded, reach);
  const rank = ({ closedBy, confidence }: FoundWay) =>
    (closedBy === undefined ? 0 : CONFIDENCES.length) + CONFIDENCES.indexOf(confidence);
  const orderOf = ({ steps }: FoundWay) => (steps.length > 1 ? PATHS.length : PATH_ORDER.get(steps[0].path.id)!);
  return [...direct, ...others].sort((one, other) => rank(one) - rank(other) || orderOf(one) - orderOf(other));
}

/** With admission policies: an open way, a way around the policies, or the best way with the policies that close it. */
function indirectWays(all: AccountWays, guarded: AccountWays | undefined, reach: Reach): FoundWay[] {
  const { namespace } = all.account;
  const toFound = foundOf(all.account);
  const known = guarded?.indirect;
  if (known !== undefined && known.closedBy === undefined) return [toFound(known)];
  const isOpen = [...guarded?.direct.values() ?? []].some(({ closedBy }) => closedBy === undefined);
  const bypass = isOpen ? undefined : reach.bypasses.filter(each =>
    each.namespace === undefined || each.namespace === namespace || /[*?⟨]/.test(each.namespace + namespace))
    .sort(byConfidence)[0];
  if (bypass !== undefined) {
    return [around(bypass, allWays(all).map(toFound).sort(byConfidence)[0])];
  }
  if (all.indirect === undefined) return [];
  const found = toFound(all.indirect);
  const closedBy = found.steps.map(({ to }) => closingOf(to, reach)).find(names => names !== undefined);
  return [{ ...found, ...closedBy !== undefined && { closedBy } }];
}

function closingOf(to: Step['to'], { ways }: Reach): readonly string[] | undefined {
  if (typeof to === 'string' || to.kind !== 'ServiceAccount' || !('namespace' in to)) return undefined;
  const known = ways.get(`${to.namespace}/${to.name}`);
  const reached = known === undefined ? [] : allWays(known);
  if (reached.some(({ closedBy }) => closedBy === undefined)) return undefined;
  return [...new Set(reached.flatMap(({ closedBy = [] }) => closedBy))];
}

function around({ confidence, steps }: Bypass, way: FoundWay): FoundWay {
  return { confidence: worse(confidence, way.confidence), steps: [...steps, ...way.steps] };
}

function worse(one: Confidence, other: Confidence): Confidence {
  return CONFIDENCES[Math.max(CONFIDENCES.indexOf(one), CONFIDENCES.indexOf(other))];
}

function byConfidence(one: { readonly confidence: Confidence }, other: typeof one): number {
  return CONFIDENCES.indexOf(one.confidence) - CONFIDENCES.indexOf(other.confidence);
}

function foundOf(account: Account): (way: AccountWay) => FoundWay {
  return way => {
    const { confidence, closedBy } = way;
    return { confidence, steps: stepsOf(way, account), ...closedBy !== undefined && { closedBy } };
  };
}

function allWays({ direct, indirect }: AccountWays): AccountWay[] {
  return [...direct.values(), ...toList(indirect)];
}

function toList<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/** Whether a grant comes from a manifest, not from a default role or an access policy. */
function isOfManifest({ binding, rules }: Grant): boolean {
  return rules === undefined && binding?.place !== undefined && binding.cluster === undefined;
}

/** Formats steps. */
class Words {
  constructor(private readonly rbac: Rbac, private readonly acting: Acting) {}

  public ofWay({ confidence, steps, closedBy }: FoundWay): ReachWay {
    return {
      confidence,
      steps: steps.map((step, index) => this.ofStep(step, index === 0)),
      ...closedBy !== undefined && { closedBy },
    };
  }

  public placesOf({ binding }: Grant): Place[] {
    return binding?.place === undefined ? [] : [binding.place];
  }

  private ofStep({ path, grants, namespace, to }: Step, isFirst: boolean): ReachStep {
    const { actor, places } = this.acting;
    const isMapped = isFirst && actor.kind === 'IAM principal';
    const rights = path.rights.map((right, index) => this.ofRight(right, grants[index]));
    const isOfCluster = path.rights.every(right => right.isOfCluster);
    const where = namespace !== undefined ? ` in ${namespace}` : isOfCluster ? '' : ' in all namespaces';
    return {
      path: path.id,
      right: `${[...new Set(rights)].join(' and ')}${where}`,
      grantedBy: [...new Set(grants.map(grant => this.ofGrant(grant, isMapped)))],
      to: targetInWords(to),
      places: [...new Set([...isMapped ? places : [], ...grants.flatMap(grant => this.placesOf(grant))])],
    };
  }

  /** A right with only the verbs and resources that the role grants. */
  private ofRight(right: Right, grant: Grant | undefined): string {
    const rules = grant?.rules ?? (grant?.binding && this.rbac.rulesOf(grant.binding));
    if (rules === undefined) return rightInWords(right, right);
    let texts = rightTexts.get(rules);
    if (texts === undefined) rightTexts.set(rules, texts = new Map());
    let text = texts.get(right);
    if (text === undefined) texts.set(right, text = rightInWords(right, heldOf(right, rules)));
    return text;
  }

  private ofGrant({ subject, binding, rules }: Grant, isMapped: boolean): string {
    if (binding === undefined) return `${subject.kind} ${subject.name}`;
    const { kind, namespace, name, role } = binding;
    if (rules !== undefined) return namespace === undefined ? name : `${name} in ${namespace}`;
    const mapped = isMapped ? ` to ${subject.kind} ${subject.name}` : '';
    return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} (${role.kind} ${role.name})${mapped}`;
  }
}

const rightTexts = new WeakMap<RoleRules, Map<Right, string>>();

function rightInWords({ subresource }: Right, { verbs, resources }: Pick<Right, 'verbs' | 'resources'>): string {
  const names = resources.map(resource => (subresource === undefined ? resource : `${resource}/${subresource}`));
  return `${listed(verbs)} ${listed(names)}`;
}

function heldOf(right: Right, { rules }: RoleRules): Pick<Right, 'verbs' | 'resources'> {
  const { group, subresource } = right;
  const isHeld = (verb: string, resource: string) => rules.some(({ rule }) =>
    ruleAllows({ ...rule, resourceNames: [] }, { verb, group, resource, subresource }) !== false);
  const verbs = right.verbs.filter(verb => right.resources.some(resource => isHeld(verb, resource)));
  const resources = right.resources.filter(resource => right.verbs.some(verb => isHeld(verb, resource)));
  return verbs.length > 0 ? { verbs, resources } : right; // by another right
}

function targetInWords(to: Step['to']): string {
  if (typeof to === 'string') return to;
  return `${to.kind} ${'namespace' in to ? `${to.namespace}/` : ''}${to.name}`;
}

/** `create, update or patch`. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
