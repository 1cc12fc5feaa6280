/**
 * Splits the permissions of a role into pieces and combines them in a short form.
 */
import { compare, normalize, sortedTexts, statementsIn } from './statements';
import { covers, foldCase, overlap, pattern } from '../../analysis/iam/patterns';
import { readDocument } from '../../analysis/iam/policy-document';
import { grouped, isObject, JsonObject, objectOf, textsOf } from '../../analysis/json-values';

/** Actions on resources with the same conditions. */
export interface Permission {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: string[];
  /** True for all actions except these. */
  readonly notActions?: boolean;
  readonly resources: string[];
  /** True for all resources except these. */
  readonly notResources?: boolean;
  readonly condition?: JsonObject;
}

/** One action on one resource. A NotAction or NotResource list is one piece. */
interface Piece {
  readonly effect: string;
  readonly action: string;
  readonly notActions: boolean;
  readonly resource: string;
  readonly notResources: boolean;
  readonly condition?: JsonObject;
}

/** Pieces by their meaning. */
type Pieces = Map<string, Piece>;

/** The pieces of documents. Actions keep their case, although IAM ignores it. */
export function piecesOf(documents: readonly unknown[]): Pieces {
  const pieces = documents
    .flatMap(statementsIn)
    .flatMap(statement => {
      const { Effect: effect } = statement;
      if (effect !== 'Allow' && effect !== 'Deny') return [];
      const { Condition: condition } = normalize({ Condition: statement.Condition });
      const [actions, resources] = [halvesOf(statement, 'Action'), halvesOf(statement, 'Resource')];
      return actions.items.flatMap(action =>
        resources.items.map((resource): Piece => ({
          effect,
          action,
          notActions: actions.not,
          resource,
          notResources: resources.not,
          ...(isObject(condition) && Object.keys(condition).length > 0 && { condition }),
        })),
      );
    });
  return new Map(pieces.map(piece => [JSON.stringify({ ...piece, action: piece.action.toLowerCase() }), piece]));
}

/**
 * The pieces that the others do not have, in short form. Pieces that the others include by a wider pattern without a
 * condition are left out.
 */
export function beyond(pieces: Pieces, others: Pieces): Permission[] {
  const wide = [...others.values()].filter(
    ({ effect, condition, notActions, notResources }) =>
      effect === 'Allow' && !condition && !notActions && !notResources,
  );
  return inShort(
    [...pieces]
      .filter(([key, piece]) => !others.has(key) && !wide.some(other => includes(other, piece)))
      .map(([, piece]) => piece),
  );
}

/**
 * The permissions of documents in short form.
 *
 * @param sessionPolicy a policy that limits them; ignored if it cannot be read
 */
export function permissionsOf(documents: readonly unknown[], sessionPolicy?: unknown): Permission[] {
  const pieces = [...piecesOf(documents).values()];
  if (sessionPolicy === undefined || typeof readDocument(sessionPolicy, 'identity') === 'string') {
    return inShort(pieces);
  }
  const limits = [...piecesOf([sessionPolicy]).values()];
  const [allowed, limit] = [pieces, limits].map(all => all.filter(({ effect }) => effect === 'Allow'));
  const common = allowed.flatMap(piece => limit.flatMap(other => commonOf(piece, other)));
  const all = [...common, ...[...pieces, ...limits].filter(({ effect }) => effect === 'Deny')];
  return inShort([...new Map(all.map(piece => [JSON.stringify(piece), piece])).values()]);
}

type Half = { readonly text: string; readonly not: boolean };

/** The intersection of two pieces, or more: if patterns only overlap, everything that the limit allows. */
function commonOf(piece: Piece, limit: Piece): Piece[] {
  const action = commonHalf(
    { text: piece.action, not: piece.notActions }, { text: limit.action, not: limit.notActions }, foldCase);
  const resource = commonHalf(
    { text: piece.resource, not: piece.notResources }, { text: limit.resource, not: limit.notResources });
  if (action === undefined || resource === undefined) return [];
  const condition = Object.fromEntries([piece, limit].flatMap(({ condition: of }) => Object.entries(objectOf(of)))
    .map(([operator]) => [operator, {
      ...objectOf(piece.condition?.[operator]), ...objectOf(limit.condition?.[operator]),
    }]));
  return [{
    effect: 'Allow',
    action: action.text,
    notActions: action.not,
    resource: resource.text,
    notResources: resource.not,
    ...Object.keys(condition).length > 0 && { condition },
  }];
}

function commonHalf(one: Half, limit: Half, fold: typeof foldCase = symbols => symbols): Half | undefined {
  const symbols = (text: string) => fold(pattern(text));
  const excludes = ({ text }: Half, other: Half) =>
    (JSON.parse(text) as string[]).some(excluded => covers(symbols(excluded), symbols(other.text)));
  if (one.not && limit.not) {
    const both = sortedTexts([...JSON.parse(one.text), ...JSON.parse(limit.text)]);
    return { text: JSON.stringify(both), not: true };
  }
  if (one.not) return excludes(one, limit) ? undefined : limit;
  if (limit.not) return excludes(limit, one) ? undefined : one;
  if (covers(symbols(limit.text), symbols(one.text))) return one;
  return overlap(symbols(one.text), symbols(limit.text)) ? limit : undefined;
}

function includes(wide: Piece, piece: Piece): boolean {
  return (
    piece.effect === 'Allow'
    && !piece.notActions
    && !piece.notResources
    && covers(foldCase(pattern(wide.action)), foldCase(pattern(piece.action)))
    && covers(pattern(wide.resource), pattern(piece.resource))
  );
}

function halvesOf(statement: JsonObject, name: string): { items: string[]; not: boolean } {
  const not = statement[`Not${name}`];
  const items = sortedTexts(textsOf(not ?? statement[name]));
  return not === undefined ? { items, not: false } : { items: [JSON.stringify(items)], not: true };
}

/** Combines pieces. Two lists with Not are never combined, because one may allow what the other excludes. */
function inShort(pieces: Piece[]): Permission[] {
  const byResource = [...grouped(pieces, ({ action, ...rest }) =>
    JSON.stringify(rest.notActions ? { action, ...rest } : rest)).values()]
    .map(group => ({ ...group[0], actions: sortedTexts(group.map(({ action }) => action)) }));
  const byActions = grouped(byResource, ({ resource, action, ...rest }) =>
    JSON.stringify(rest.notResources ? { resource, ...rest } : rest));
  return [...byActions.values()].map((group): Permission => {
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
