/**
 * The left end of the picture: who can act as the service accounts that are drawn. Those who reach the same boxes are
 * one. Runs in the browser.
 */
import { ActorWay, isOpen, rankOf } from './people';
import { keyOfActor } from './reaches';
import { Actor } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';
import { andMore } from '../../analysis/lists';

/** What actors reach, by the boxes of service accounts and namespaces. */
export interface DrawnActors<Box> {
  readonly actors: readonly Actor[];
  /** Whether no admission policy refuses it. */
  readonly to: ReadonlyMap<Box, boolean>;
  /** `create pods`; how many more there are. */
  readonly right: string;
}

/** Actors by what they reach: what most lead to comes first, so that the picture has few lines that cross. */
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

/** `create pods`, wherever. */
function shortRight({ steps: [{ right }] }: ActorWay['way']): string {
  return right.replace(/ in .*$/, '');
}
