/**
 * The rows of the page, and the search in them. Also runs in the browser.
 */
import { isActor, ReachedAccount, reachedAccounts, textOfReached } from './people';
import { permissionsOf } from './permissions';
import { ReportData, ReportedWorkload } from './report-data';
import { identityPolicies } from './statements';
import { Access, Policy, Role, Text } from '../../analysis/access-map';
import { evaluatePolicies, findStatements } from '../../analysis/iam/policy-evaluator';
import { statementsOf } from '../../analysis/reading/trusted-subjects';
import { shownAccess } from '../../analysis/shown-access';
import { matchesPattern } from '../../conventions/wildcards';

/** A way from a service account to a role, or a role that no service account can assume. */
export interface Row {
  readonly access?: Access;
  readonly arn: Text;
  /** Undefined if the role is not in the templates. */
  readonly role?: Role;
  /** Workloads that use the service account. */
  readonly workloads: ReportedWorkload[];
  /** Who can act as the service account through Kubernetes. */
  readonly reached: ReachedAccount[];
  /** The text to search, in lower case. */
  readonly text: string;
}

export interface Query {
  readonly text: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly role: string;
  /** Who can act as the service account. */
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
}

export const EMPTY: Query = {
  text: '', namespace: '', serviceAccount: '', role: '', actor: '', action: '', resource: '',
};

/** A policy of a role, or the session policy of an association. */
export type PlacedPolicy = Omit<Policy, 'kind'> & { readonly kind: Policy['kind'] | 'session' };

/** A statement and its policy; without a statement if the policy is not in the templates. */
export interface Placed {
  readonly policy: PlacedPolicy;
  readonly index: number;
  readonly statement?: unknown;
}

/**
 * - `allow`: it can
 * - `conditional`: it depends on conditions that are evaluated for each request
 * - `partly`: part or all of a pattern
 * - `unknown`: one of its policies is not in the templates
 */
export type Verdict = 'allow' | 'conditional' | 'partly' | 'unknown';

export interface Reach {
  readonly verdict: Verdict;
  readonly statements: Placed[];
}

export interface Answer {
  readonly row: Row;
  /** Set if the query has an action or a resource. */
  readonly reach?: Reach;
}

/** The rows with a service account, followed by the other roles. */
export function rowsOf(data: ReportData): Row[] {
  const { access: all, roles, workloads } = data;
  const access = shownAccess(all);
  const reachedBy = reachedAccounts(data);
  const byArn = new Map(roles.map(role => [role.arn, role]));
  const texts = new Map<Text, string>();
  const textOfRole = (arn: Text) => {
    const role = byArn.get(arn);
    const text = texts.get(arn) ?? (role ? textOf(role) : '');
    texts.set(arn, text);
    return text;
  };
  const byNamespace = new Map<string, ReportedWorkload[]>();
  for (const workload of workloads) {
    byNamespace.set(workload.namespace, [...(byNamespace.get(workload.namespace) ?? []), workload]);
  }
  const textIn = (arn: Text, sessionPolicy: unknown) => {
    const role = byArn.get(arn);
    return sessionPolicy === undefined || !role ? textOfRole(arn) : textOf(role, sessionPolicy);
  };
  const row = (arn: Text, one?: Access): Row => {
    const running = one
      ? runningAs(one, isPattern(one.namespace) ? workloads : (byNamespace.get(one.namespace) ?? []))
      : [];
    const names = one
      ? [
        `${one.namespace}/${one.serviceAccount}`,
        one.cluster,
        one.audience,
        one.through ?? '',
        ...running.map(({ kind, name }) => `${kind} ${name}`),
      ]
      : [];
    const reached = one ? reachedBy(one) : [];
    let text: string | undefined;
    return {
      access: one,
      arn,
      role: byArn.get(arn),
      workloads: running,
      reached,
      // Computed lazily, because it is expensive and most readers do not search.
      get text() {
        return text ??= [...names, ...reached.map(textOfReached), arn, textIn(arn, one?.sessionPolicy)]
          .join('\n').toLowerCase();
      },
    };
  };
  const taken = new Set(access.map(({ role }) => role));
  const once = new Map(
    access.map(entry => [
      JSON.stringify([
        entry.cluster, entry.namespace, entry.serviceAccount, entry.audience, entry.via, entry.role,
        entry.sessionPolicy,
      ]),
      entry,
    ]),
  );
  return [
    ...[...once.values()].map(entry => row(entry.role, entry)),
    ...roles.filter(({ arn }) => !taken.has(arn)).map(({ arn }) => row(arn)),
  ];
}

export function search(rows: Row[], query: Query): Answer[] {
  const terms = query.text.toLowerCase().split(/\s+/).filter(term => term !== '');
  const reaches = new Map<Role | undefined, Reach | undefined>();
  const isAsked = query.action !== '' || query.resource !== '';
  return rows
    .filter(row => terms.every(term => row.text.includes(term)) && isNamed(row, query))
    .flatMap((row): Answer[] => {
      if (!isAsked) return [{ row }];
      const { role, access } = row;
      const isLimited = access?.sessionPolicy !== undefined;
      if (!isLimited && !reaches.has(role)) reaches.set(role, reachOf(role, query));
      const reach = isLimited ? reachOf(role, query, access.sessionPolicy) : reaches.get(role);
      return reach ? [{ row, reach }] : [];
    });
}

/**
 * Whether a role can call an action on a resource, and by which statements. Patterns match if any part is allowed.
 *
 * @param sessionPolicy the session policy of the role's sessions; null if it cannot be read
 */
export function reachOf(
  role: Role | undefined,
  { action, resource }: Pick<Query, 'action' | 'resource'>,
  sessionPolicy?: unknown,
): Reach | undefined {
  const policies = role ? identityPolicies(role) : [];
  const known = policies.filter(({ document }) => document !== undefined);
  const boundary = role?.policies.find(({ kind }) => kind === 'boundary');
  const session: PlacedPolicy = { name: 'session policy', kind: 'session', document: sessionPolicy };
  const limits = [boundary && (boundary.document ?? null), sessionPolicy]; // null: not readable
  const placed = (places: [number, number][]) =>
    places.map(([document, index]): Placed => {
      const policy = known[document] ?? [boundary, session][document - known.length]!;
      return { policy, index, statement: statementsOf(policy.document)[index] };
    });

  const isExact = action !== '' && resource !== '' && !isPattern(action) && !(isPattern(resource) && resource !== '*');
  const ask = (documents: unknown[]) => {
    if (isExact) return evaluatePolicies(documents, { action, resource }, ...limits);
    const looked = { action: action || undefined, resource: resource || undefined };
    return { decision: 'partly' as const, statements: findStatements(documents, looked, ...limits) };
  };
  const { decision, statements } = ask(known.map(({ document }) => document));
  if (decision === 'allow' || decision === 'conditional' || (decision === 'partly' && statements.length > 0)) {
    return { verdict: decision, statements: placed(statements) };
  }
  const unknown = policies.filter(({ document }) => document === undefined);
  if (decision === 'deny' || (role && unknown.length === 0) || !isPossible(ask([ANYTHING]))) return undefined;
  return { verdict: 'unknown', statements: unknown.map(policy => ({ policy, index: 0 })) };
}

/** What a policy that is not in the input may allow. */
const ANYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function isPossible({ decision, statements }: { decision: string; statements: unknown[] }): boolean {
  return decision !== 'deny' && statements.length > 0;
}

export function isPattern(text: Text): boolean {
  return /[*?]/.test(text);
}

/** Whether a row matches parts of names. A pattern is found by any name that it matches. */
function isNamed({ access, arn, reached }: Row, { namespace, serviceAccount, role, actor }: Query): boolean {
  const fits = (wanted: string, name: Text | undefined) =>
    wanted === ''
    || (name !== undefined
      && (name.toLowerCase().includes(wanted.toLowerCase()) || (isPattern(name) && matchesPattern(name, wanted))));
  return fits(namespace, access?.namespace) && fits(serviceAccount, access?.serviceAccount) && fits(role, arn)
    && (actor === '' || reached.some(({ by }) => by.some(({ actors }) => actors.some(isActor(actor)))));
}

function runningAs({ namespace, serviceAccount }: Access, workloads: ReportedWorkload[]): ReportedWorkload[] {
  return workloads.filter(
    workload =>
      matchesPattern(namespace, workload.namespace) && matchesPattern(serviceAccount, workload.serviceAccount),
  );
}

function textOf(role: Role, sessionPolicy?: unknown): string {
  const permissions = permissionsOf(identityPolicies(role).map(({ document }) => document), sessionPolicy);
  return [
    ...role.policies.map(({ name }) => name),
    ...permissions.flatMap(({ actions, resources }) => [...actions, ...resources]),
  ].join('\n');
}
