/**
 * The left end of the picture: who can act as the drawn service accounts. Actors that reach the same boxes share a box.
 * Also runs in the browser.
 */
import { ActorWay, isOpen, rankOf } from './people';
import { keyOfActor } from './reaches';
import { Actor } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';
import { andMore } from '../../analysis/lists';

/** Actors with the boxes of service accounts and namespaces that they reach. */
export interface DrawnActors<Box> {
  readonly actors: readonly Actor[];
  /** The targets, and whether no admission policy denies the way. */
  readonly to: ReadonlyMap<Box, boolean>;
  /** `create pods`, and the number of other rights. */
  readonly right: string;
}

/** Groups actors by what they reach. */
export function drawnActors<Box extends { readonly id: string; readonly y: number }>(
  sources: ReadonlyArray<readonly [Box, readonly ActorWay[]]>,
): DrawnActors<Box>[] {
  const reached = new Map<string, { readonly actor: Actor; readonly to: Map<Box, boolean>; best: ActorWay['way'] }>();
  for (const [box, actors] of sources) {
    for (const { actor, way } of actors) {
      const key = keyOfActor(actor);
      const known = reached.get(key) ?? { actor, to: new Map<Box, boolean>(), best: way };
      reached.set(key, known);
      known.to.set(box, isOpen(way) || known.to.get(box) === true);
      if (rankOf(way) < rankOf(known.best)) known.best = way;
    }
  }
  const same = grouped([...reached.values()], ({ to }) => [...to].map(([{ id }, open]) => `${id} ${open}`).join('\n'));
  return [...same.values()].map(all => {
    const rights = [...new Set(all.map(({ best }) => shortRight(best)))];
    return { actors: all.map(({ actor }) => actor), to: all[0].to, right: `${rights[0]}${andMore(rights.length - 1)}` };
  });
}

/** The right without its namespace: `create pods`. */
function shortRight({ steps: [{ right }] }: ActorWay['way']): string {
  return right.replace(/ in .*$/, '');
}
