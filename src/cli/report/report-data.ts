/**
 * The machine-readable report: `cdk-irsa report --format json`. Its form is described in README and fixed by
 * `schemaVersion`.
 */
import * as z from 'zod/mini';
import { ReportedPolicies, reportedPolicies } from './guards';
import { OtherIdentity, otherIdentitiesOf } from './other-identities';
import { ReportedReaches, reportedReaches, UNKNOWN_CLUSTER } from './reaches';
import { compare } from './statements';
import {
  Access,
  AccessMap,
  Addon,
  Association,
  Cluster,
  Place,
  Provider,
  Role,
  ServiceAccount,
  Text,
} from '../../analysis/access-map';
import { ConstructPaths, constructPathsIn } from '../../analysis/construct-paths';
import { Counts, countsOf } from '../../analysis/counts';
import { isObject } from '../../analysis/json-values';
import { Finding } from '../../analysis/rules/rule';
import { accessOfPods } from '../../analysis/rules/words';
import { pathName } from '../text';

const SCHEMA_VERSION = 1;

/** Pods, without what is in them: environment variables can hold secrets. */
export interface ReportedWorkload {
  readonly kind: string;
  readonly name: Text;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly place: Place;
}

/** A stack that was read, or a template. */
interface SourceStack {
  /** Its path in the app, or the name of the template. */
  readonly name: string;
  readonly account: Text;
  readonly region: Text;
}

/** What was read. */
export interface Source {
  readonly files: number;
  /** `sha256:…`: the same for the same files, wherever they are. */
  readonly digest: string;
  readonly stacks: SourceStack[];
}

/** The same input gives the same report, byte for byte. */
export interface ReportData extends ReportedReaches, ReportedPolicies {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: { readonly name: 'cdk-irsa'; readonly version: string };
  readonly input: Omit<Source, 'stacks'>;
  readonly stacks: SourceStack[];
  /** To which the stacks are deployed. */
  readonly accounts: Text[];
  readonly counts: Counts & { readonly findings: number };
  /** What could not be read, and why. */
  readonly unreadable: string[];
  /** What was left out, and what to do to have it checked. */
  readonly skipped: string[];
  readonly findings: Finding[];
  readonly clusters: Cluster[];
  readonly providers: Provider[];
  readonly serviceAccounts: ServiceAccount[];
  readonly associations: Association[];
  readonly addons: Addon[];
  readonly workloads: ReportedWorkload[];
  /** Of pods, also to roles of other apps. */
  readonly access: Access[];
  /** Access of others than pods, through identity providers. */
  readonly otherIdentities: OtherIdentity[];
  readonly roles: Role[];
  /** What the stand-ins of this report name: construct paths, by `Stack/LogicalId`. */
  readonly constructPaths: ConstructPaths;
}

/** Where a report comes from. */
export interface Origin {
  readonly version: string;
  readonly source: Source;
  readonly unreadable?: readonly string[];
  readonly skipped?: readonly string[];
  /** Whether all RBAC and access entries of the clusters were read. */
  readonly isWholeCluster?: boolean;
}

const SEVERITIES = ['error', 'warning', 'note'];
/** Of a map that was read from no file. */
const NO_ORIGIN: Origin = { version: '0.0.0', source: { files: 0, digest: '', stacks: [] } };

export function reportData(map: AccessMap, findings: Finding[], origin: Origin = NO_ORIGIN): ReportData {
  const data = sortedData(map, findings, origin);
  return { ...data, constructPaths: constructPathsIn(JSON.stringify(data), map.constructPaths) };
}

function sortedData(
  map: AccessMap, findings: Finding[], origin: Origin,
): Omit<ReportData, 'constructPaths'> {
  const { version, source: { stacks, ...input }, unreadable = [], skipped = [], isWholeCluster } = origin;
  const access = [...accessOfPods(map), ...accessElsewhere(map)];
  const ofPods = new Set(access.map(({ cluster }) => cluster));
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'cdk-irsa', version },
    input,
    stacks,
    accounts: [...map.accounts].sort(compare),
    counts: { ...countsOf(map), findings: findings.filter(({ suppressed }) => suppressed === undefined).length },
    unreadable: [...unreadable],
    skipped: [...skipped],
    findings: sorted(findings, ({ severity, rule, place, message }) => [
      `${SEVERITIES.indexOf(severity)}`,
      rule,
      ...keyOf(place),
      message,
    ]),
    clusters: sorted(map.clusters.filter(({ id }) => ofPods.has(id)), ({ id, kind }) => [id, kind]),
    providers: sorted(map.providers, ({ arn, place }) => [arn, ...keyOf(place)]),
    serviceAccounts: sorted(
      map.serviceAccounts.map(({ parts: _, ...account }) => account),
      ({ namespace, name, place }) => [namespace, name, ...keyOf(place)],
    ),
    associations: sorted(map.associations, ({ cluster, namespace, serviceAccount, place }) => [
      cluster,
      namespace,
      serviceAccount,
      ...keyOf(place),
    ]),
    addons: sorted(map.addons, ({ cluster, name, place }) => [cluster, name, ...keyOf(place)]),
    workloads: sorted(
      map.workloads.map(({ kind, name, namespace, serviceAccount, place }) => ({
        kind,
        name,
        namespace,
        serviceAccount,
        place,
      })),
      ({ namespace, kind, name, place }) => [namespace, kind, name, ...keyOf(place)],
    ),
    access: sorted(
      access,
      ({ cluster, namespace, serviceAccount, audience, via, role, statement, through = '' }) => [
        cluster,
        namespace,
        serviceAccount,
        audience,
        via,
        role,
        `${statement ?? ''}`.padStart(6, '0'),
        through,
      ],
    ),
    ...reportedReaches(map, isWholeCluster),
    ...reportedPolicies(map),
    otherIdentities: sorted(
      otherIdentitiesOf(map.roles),
      ({ provider, issuer, role, statement }) => [provider, issuer, role, `${statement}`.padStart(6, '0')],
    ),
    roles: sorted(map.roles, ({ arn, place }) => [arn, ...keyOf(place)]).map(role => ({
      ...role,
      policies: sorted(role.policies, ({ kind, name, arn = '' }) => [kind, name, arn]),
    })),
  };
}

/** By annotations that name a role of another app. */
function accessElsewhere({ serviceAccounts, roles }: AccessMap): Access[] {
  const arns = new Set(roles.map(({ arn }) => arn));
  return serviceAccounts
    .filter(({ roleArn = '' }) => roleArn !== '' && !arns.has(roleArn))
    .map(({ namespace, name: serviceAccount, audience, roleArn }) => (
      { cluster: UNKNOWN_CLUSTER, namespace, serviceAccount, audience, via: 'irsa', role: roleArn!, used: true }
    ));
}

const AGAIN = 'Make it again with cdk-irsa report --format json';
const TEXT = z.string('a text');
const listOf = <T>(item: z.ZodMiniType<T>) => z.array(item, 'a list');

/** What `--diff` reads of an earlier report. The rest is as this command wrote it. */
const REPORT = z.looseObject({
  access: listOf(
    z.looseObject(
      { cluster: TEXT, namespace: TEXT, serviceAccount: TEXT, audience: TEXT, via: TEXT, role: TEXT },
      'an object',
    ),
  ),
  roles: listOf(
    z.looseObject(
      { arn: TEXT, name: TEXT, policies: listOf(z.looseObject({ name: TEXT, kind: TEXT }, 'an object')) },
      'an object',
    ),
  ),
  reachScope: z.optional(TEXT),
  reaches: z.optional(listOf(z.looseObject({
    serviceAccounts: listOf(TEXT),
    by: listOf(z.looseObject({
      actors: listOf(z.looseObject({ kind: TEXT, name: TEXT }, 'an object')),
      ways: listOf(z.looseObject({
        confidence: TEXT,
        steps: listOf(z.looseObject({ path: TEXT, right: TEXT, givenBy: listOf(TEXT) }, 'an object')),
      }, 'an object')),
    }, 'an object')),
  }, 'an object'))),
  unknownReaches: z.optional(listOf(z.looseObject({
    actor: z.looseObject({ kind: TEXT, name: TEXT }, 'an object'), reason: TEXT,
  }, 'an object'))),
  guards: z.optional(listOf(z.looseObject({ name: TEXT }, 'an object'))),
  constructPaths: z.optional(z.record(z.string(), TEXT, 'an object')),
});

/**
 * Reads what an earlier `--format json` wrote.
 *
 * @throws Error with what is wrong with it, beginning with a verb
 */
export function parseReportData(text: string): ReportData {
  const data = parseJson(text);
  if (!isObject(data) || data.schemaVersion === undefined) {
    throw new Error('is no report. Make one with cdk-irsa report --format json');
  }
  if (data.schemaVersion !== SCHEMA_VERSION) {
    throw new Error(
      `has schemaVersion ${JSON.stringify(data.schemaVersion)}, and only ${SCHEMA_VERSION} is read here. Make both `
        + 'reports with one release of cdk-irsa',
    );
  }
  const { error } = REPORT.safeParse(data);
  if (error) {
    throw new Error(`is no report: \`${pathName(error.issues[0].path)}\` is not ${error.issues[0].message}. ${AGAIN}`);
  }
  return data as unknown as ReportData;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is not JSON. Make it with cdk-irsa report --format json');
  }
}

function keyOf({ file, line = 0, column = 0, logicalId = '' }: Place): string[] {
  return [file, ...[line, column].map(number => `${number}`.padStart(9, '0')), logicalId];
}

function sorted<T>(items: readonly T[], key: (item: T) => string[]): T[] {
  const keyed = items.map(item => ({ item, key: key(item) }));
  keyed.sort(
    (left, right) => left.key.map((part, index) => compare(part, right.key[index])).find(order => order !== 0) ?? 0,
  );
  return keyed.map(({ item }) => item);
}
