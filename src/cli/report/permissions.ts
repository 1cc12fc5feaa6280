/**
 * What a role may do, taken apart into the smallest pieces and put together again in short.
 */
import { compare, isObject, listOf, normalized, sortedTexts, statementsOf } from './statements';

/** Actions on resources, all under the same conditions. */
export interface Permission {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: string[];
  /** True: all actions but these. */
  readonly notActions?: boolean;
  readonly resources: string[];
  /** True: all resources but these. */
  readonly notResources?: boolean;
  readonly condition?: any;
}

/** One action on one resource. A list with Not is one piece. */
interface Piece {
  readonly effect: string;
  readonly action: string;
  readonly notActions: boolean;
  readonly resource: string;
  readonly notResources: boolean;
  readonly condition?: any;
}

/** The pieces of the documents by what they mean. */
export type Pieces = Map<string, Piece>;

/** The actions are kept as they are written: IAM does not tell upper and lower case apart in them. */
export function piecesOf(documents: any[]): Pieces {
  const pieces = documents.flatMap(statementsOf).filter(({ Effect }) => Effect === 'Allow' || Effect === 'Deny').flatMap(statement => {
    const { Condition: condition } = normalized(statement);
    const [actions, resources] = [halvesOf(statement, 'Action'), halvesOf(statement, 'Resource')];
    return actions.items.flatMap(action => resources.items.map((resource): Piece => ({
      effect: statement.Effect, action, notActions: actions.not, resource, notResources: resources.not,
      ...isObject(condition) && Object.keys(condition).length > 0 && { condition },
    })));
  });
  return new Map(pieces.map(piece => [JSON.stringify({ ...piece, action: piece.action.toLowerCase() }), piece]));
}

/** The pieces that the others do not have, in short. What others allow without a condition by a wider pattern is there already. */
export function beyond(pieces: Pieces, others: Pieces): Permission[] {
  const wide = [...others.values()].filter(({ effect, condition, notActions, notResources }) => effect === 'Allow' && !condition && !notActions && !notResources);
  return inShort([...pieces].filter(([key, piece]) => !others.has(key) && !wide.some(other => includes(other, piece))).map(([, piece]) => piece));
}

/** The permissions of documents, in short. */
export function permissionsOf(documents: any[]): Permission[] {
  return inShort([...piecesOf(documents).values()]);
}

/** Whether all that a pattern of IAM matches is matched by another. It may say no where yes is right, never the other way round. */
export function covers(wide: string, narrow: string): boolean {
  if (wide.includes('?') && narrow.includes('*')) return wide === narrow;
  const parts = wide.split('*');
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (parts.length === 1) return fits(wide, narrow);
  if (narrow.length < first.length + last.length || !fits(first, narrow.slice(0, first.length)) || !fits(last, narrow.slice(narrow.length - last.length))) return false;
  let rest = narrow.slice(first.length, narrow.length - last.length);
  return parts.slice(1, -1).every(part => {
    const at = Array.from({ length: Math.max(0, rest.length - part.length + 1) }, (_, start) => start).find(start => fits(part, rest.slice(start, start + part.length)));
    if (at !== undefined) rest = rest.slice(at + part.length);
    return at !== undefined;
  });
}

function fits(pattern: string, text: string): boolean {
  return pattern.length === text.length && [...pattern.split('')].every((character, index) => character === '?' || character === text[index]);
}

function includes(wide: Piece, piece: Piece): boolean {
  return piece.effect === 'Allow' && !piece.notActions && !piece.notResources
    && covers(wide.action.toLowerCase(), piece.action.toLowerCase()) && covers(wide.resource, piece.resource);
}

function halvesOf(statement: any, name: string): { items: string[]; not: boolean } {
  const not = statement[`Not${name}`];
  const items = sortedTexts(listOf(not ?? statement[name]).map(item => (typeof item === 'string' ? item : JSON.stringify(item))));
  return not === undefined ? { items, not: false } : { items: [JSON.stringify(items)], not: true };
}

function inShort(pieces: Piece[]): Permission[] {
  const byResource = grouped(pieces, ({ action, ...rest }) => JSON.stringify(rest)).map(group => ({ ...group[0], actions: sortedTexts(group.map(({ action }) => action)) }));
  const byActions = grouped(byResource, ({ resource, action, ...rest }) => JSON.stringify(rest));
  return byActions.map((group): Permission => {
    const { effect, actions, notActions, notResources, condition } = group[0];
    return {
      effect: effect as Permission['effect'],
      actions: notActions ? JSON.parse(actions[0]) : actions,
      ...notActions && { notActions },
      resources: sortedTexts(notResources ? JSON.parse(group[0].resource) : group.map(({ resource }) => resource)),
      ...notResources && { notResources },
      ...condition && { condition },
    };
  }).sort((left, right) => compare(JSON.stringify(left), JSON.stringify(right)));
}

function grouped<T>(items: T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const of = key(item);
    const group = groups.get(of);
    if (group) group.push(item);
    else groups.set(of, [item]);
  }
  return [...groups.values()];
}
