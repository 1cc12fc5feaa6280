/**
 * Compares what two identities may do, statement by statement.
 */
import { covers, foldCase, overlap, pattern, Symbols } from './patterns';
import { Choice, readDocument, Statement } from './policy-document';

/** A policy of an identity. */
export interface ComparedPolicy {
  readonly name: string;
  readonly arn?: string;
  /** Undefined if the policy is not in the input. */
  readonly document?: unknown;
}

export interface Comparison {
  /** Rights that the other does not have: `s3:PutObject on arn:aws:s3:::data/*`. */
  readonly more: string[];
  /** The policies that prevent a certain answer. */
  readonly unknown: string[];
}

interface Readable {
  readonly policy: string;
  readonly statement: Statement;
}

const ADMIN = /:aws:policy\/AdministratorAccess$/;

/**
 * Rights that some policies allow but others do not. Ignores the boundary of the first identity, so that it may have
 * fewer rights than reported.
 *
 * @param own the policies of the other identity
 * @param boundary the permissions boundary of the other identity
 */
export function rightsBeyond(
  policies: readonly ComparedPolicy[], own: readonly ComparedPolicy[], boundary?: ComparedPolicy,
): Comparison {
  const isAdmin = own.some(({ arn = '' }) => ADMIN.test(arn));
  const [granted, held] = [policies, own].map(readAll);
  const limit = boundary === undefined ? undefined : readAll([boundary]);
  const ownArns = new Set(own.map(({ arn }) => arn));
  const open = [...held.unreadable, ...limit?.unreadable ?? []];
  const more: string[] = [];
  const unknown = new Set<string>();
  if (!isAdmin || limit !== undefined) {
    for (const { name, arn } of granted.unreadable) if (arn === undefined || !ownArns.has(arn)) unknown.add(name);
  }
  for (const { policy, statement } of granted.statements.filter(({ statement: { effect } }) => effect !== 'Deny')) {
    for (const [action, resource] of callsOf(statement)) {
      const isDenied = granted.statements.some(({ statement: other }) => isPlainDeny(other)
        && includes(other.actions, foldCase(pattern(action)), foldCase)
        && includes(other.resources, pattern(resource)));
      if (isDenied) continue;
      const answers = [isAdmin ? true : isCovered(held.statements, statement, action, resource)];
      if (limit !== undefined) answers.push(isCovered(limit.statements, statement, action, resource));
      if (answers.every(answer => answer === true)) continue;
      const isOpen = open.length > 0 || (!answers.includes(false) && answers.includes(undefined));
      if (statement.effect === undefined || isOpen) unknown.add(open[0]?.name ?? policy);
      else more.push(`${action} on ${resource}`);
    }
  }
  return { more: [...new Set(more)], unknown: [...unknown] };
}

function readAll(policies: readonly ComparedPolicy[]): { statements: Readable[]; unreadable: ComparedPolicy[] } {
  const statements: Readable[] = [];
  const unreadable: ComparedPolicy[] = [];
  for (const policy of policies) {
    const document = policy.document === undefined ? '' : readDocument(policy.document, 'identity');
    if (typeof document === 'string') unreadable.push(policy);
    else for (const statement of document.statements) statements.push({ policy: policy.name, statement });
  }
  return { statements, unreadable };
}

/** Uses `*` for NotAction and NotResource. */
function callsOf({ actions, resources }: Statement): Array<[action: string, resource: string]> {
  const [allActions, allResources] = [actions, resources].map(({ values, inverted }) => (inverted ? ['*'] : values));
  return allActions.flatMap(action => allResources.map((resource): [string, string] => [action, resource]));
}

function isPlainDeny({ effect, conditions }: Statement): boolean {
  return effect === 'Deny' && conditions.length === 0;
}

/** Undefined if it depends on conditions or on a Deny. */
function isCovered(
  statements: readonly Readable[], { conditions }: Statement, action: string, resource: string,
): boolean | undefined {
  const [wantedAction, wantedResource] = [foldCase(pattern(action)), pattern(resource)];
  const covering = statements.filter(({ statement: { effect, actions, resources } }) => effect !== 'Deny'
    && includes(actions, wantedAction, foldCase) && includes(resources, wantedResource));
  const denied = statements.some(({ statement: { effect, actions, resources } }) => effect !== 'Allow'
    && touches(actions, wantedAction, foldCase) && touches(resources, wantedResource));
  const isSure = covering.some(({ statement: other }) => other.effect === 'Allow'
    && (other.conditions.length === 0 || JSON.stringify(other.conditions) === JSON.stringify(conditions)));
  if (covering.length === 0) return false;
  return isSure && !denied ? true : undefined;
}

const asIs = (symbols: Symbols) => symbols;

function includes({ values, inverted }: Choice, wanted: Symbols, fold = asIs): boolean {
  const patterns = values.map(value => fold(pattern(value)));
  return inverted
    ? values.length > 0 && !patterns.some(value => overlap(value, wanted))
    : patterns.some(value => covers(value, wanted));
}

function touches({ values, inverted }: Choice, wanted: Symbols, fold = asIs): boolean {
  const patterns = values.map(value => fold(pattern(value)));
  return inverted ? !patterns.some(value => covers(value, wanted)) : patterns.some(value => overlap(value, wanted));
}
