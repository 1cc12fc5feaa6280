import { IConstruct } from 'constructs';

/** A claim on names that must be unique in an app, such as that of a ServiceAccount in a cluster. */
interface Claim {
  readonly construct: IConstruct;
  /** The names. They are computed during synth, because they may contain tokens. */
  readonly names: () => string[];
}

/** The claims in one app. */
class Registry {
  private readonly claims: Claim[] = [];
  /** The constructs with a conflicting claim, and who claimed the name first. Reset when a claim is added. */
  private conflicts?: Map<IConstruct, Set<IConstruct>>;

  public add(added: Claim): void {
    this.claims.push(added);
    this.conflicts = undefined;
  }

  public earlier(construct: IConstruct): IConstruct[] {
    this.conflicts ??= this.findConflicts();
    return [...this.conflicts.get(construct) ?? []];
  }

  private findConflicts(): Map<IConstruct, Set<IConstruct>> {
    const first = new Map<string, IConstruct>();
    const conflicts = new Map<IConstruct, Set<IConstruct>>();
    for (const { construct, names } of this.claims) {
      for (const name of names()) {
        const owner = first.get(name) ?? construct;
        first.set(name, owner);
        if (owner !== construct) conflicts.set(construct, (conflicts.get(construct) ?? new Set()).add(owner));
      }
    }
    return conflicts;
  }
}

/** By the root of the construct tree. */
const REGISTRIES = new WeakMap<IConstruct, Registry>();

function registryOf(construct: IConstruct): Registry {
  const { root } = construct.node;
  const registry = REGISTRIES.get(root) ?? new Registry();
  REGISTRIES.set(root, registry);
  return registry;
}

/** Claims names for a construct. */
export function claim(construct: IConstruct, names: () => string[]): void {
  registryOf(construct).add({ construct, names });
}

/** Returns the constructs that claimed a name of this construct before it did. */
export function earlierClaims(construct: IConstruct): IConstruct[] {
  return registryOf(construct).earlier(construct);
}
