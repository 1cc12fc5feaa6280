/**
 * What the page lists, and which of it answers a question. Runs in the browser.
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

/** Who can become a role; or a role that no service account can become. */
export interface Row {
  readonly access?: Access;
  readonly arn: Text;
  /** Undefined where the role is not in the templates. */
  readonly role?: Role;
  /** What runs as the service account. */
  readonly workloads: ReportedWorkload[];
  /** Who can act as the service account through Kubernetes. */
  readonly reached: ReachedAccount[];
  /** All that a search looks at, in lower case. */
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

/** A statement, and the policy that it is in; none where the policy is not in the templates. */
export interface Placed {
  readonly policy: PlacedPolicy;
  readonly index: number;
  readonly statement?: unknown;
}

/**
 * - `allow`: it can
 * - `conditional`: under conditions that only the request knows
 * - `partly`: for a pattern, a part of it or all
 * - `unknown`: one of its policies is not in the templates
 */
export type Verdict = 'allow' | 'conditional' | 'partly' | 'unknown';

export interface Reach {
  readonly verdict: Verdict;
  readonly statements: Placed[];
}

export interface Answer {
  readonly row: Row;
  /** Where action or resource are asked for. */
  readonly reach?: Reach;
}

/** Those with a service account, by namespace, name, cluster; then the other roles. */
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
      // Costs more than all the rest, and most readers search nothing.
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
 * Whether, and by which statements, a role can do something. A pattern is looked for in any part.
 *
 * @param sessionPolicy what limits the sessions of the role; null where it cannot be read
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
  const limits = [boundary && (boundary.document ?? null), sessionPolicy]; // null: nobody can read it
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

/** What a policy that is elsewhere may allow. */
const ANYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function isPossible({ decision, statements }: { decision: string; statements: unknown[] }): boolean {
  return decision !== 'deny' && statements.length > 0;
}

export function isPattern(text: Text): boolean {
  return /[*?]/.test(text);
}

/** By a part of the name; a role that lets in a pattern is found by what the pattern matches. */
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
