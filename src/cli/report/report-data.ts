/**
 * The machine-readable report: `cdk-irsa report --format json`. Its documented format is identified by
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

/** A workload without its spec, because environment variables can contain secrets. */
export interface ReportedWorkload {
  readonly kind: string;
  readonly name: Text;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly place: Place;
}

/** A stack or template that was read. */
interface SourceStack {
  /** Its path in the app, or the name of the template. */
  readonly name: string;
  readonly account: Text;
  readonly region: Text;
}

/** The input of a report. */
export interface Source {
  readonly files: number;
  /** `sha256:…`; the same for the same files, regardless of their location. */
  readonly digest: string;
  readonly stacks: SourceStack[];
}

/** Reproducible: the same input gives exactly the same report. */
export interface ReportData extends ReportedReaches, ReportedPolicies {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: { readonly name: 'cdk-irsa'; readonly version: string };
  readonly input: Omit<Source, 'stacks'>;
  readonly stacks: SourceStack[];
  /** The accounts to which the stacks are deployed. */
  readonly accounts: Text[];
  readonly counts: Counts & { readonly findings: number };
  /** Files that could not be read, and why. */
  readonly unreadable: string[];
  /** Files that were skipped, and how to check them. */
  readonly skipped: string[];
  readonly findings: Finding[];
  readonly clusters: Cluster[];
  readonly providers: Provider[];
  readonly serviceAccounts: ServiceAccount[];
  readonly associations: Association[];
  readonly addons: Addon[];
  readonly workloads: ReportedWorkload[];
  /** Access of pods, including to roles of other apps. */
  readonly access: Access[];
  /** Access through identity providers that are not clusters. */
  readonly otherIdentities: OtherIdentity[];
  readonly roles: Role[];
  /** Construct paths for the stand-ins of this report, keyed by `Stack/LogicalId`. */
  readonly constructPaths: ConstructPaths;
}

/** The origin of a report. */
export interface Origin {
  readonly version: string;
  readonly source: Source;
  readonly unreadable?: readonly string[];
  readonly skipped?: readonly string[];
  /** Whether all RBAC and access entries of the clusters were read. */
  readonly isWholeCluster?: boolean;
}

const SEVERITIES = ['error', 'warning', 'note'];
/** For a map that was not read from files. */
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

/** Access by annotations with a role of another app. */
function accessElsewhere({ serviceAccounts, roles }: AccessMap): Access[] {
  const arns = new Set(roles.map(({ arn }) => arn));
  return serviceAccounts
    .filter(({ roleArn = '' }) => roleArn !== '' && !arns.has(roleArn))
    .map(({ namespace, name: serviceAccount, audience, roleArn }) => (
      { cluster: UNKNOWN_CLUSTER, namespace, serviceAccount, audience, via: 'irsa', role: roleArn!, used: true }
    ));
}

const AGAIN = 'Create it again with cdk-irsa report --format json';
const TEXT = z.string('a string');
const listOf = <T>(item: z.ZodMiniType<T>) => z.array(item, 'a list');

/** The parts of an earlier report that `--diff` validates. The rest is trusted. */
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
        steps: listOf(z.looseObject({ path: TEXT, right: TEXT, grantedBy: listOf(TEXT) }, 'an object')),
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
 * Reads an earlier report in the format json.
 *
 * @throws Error if it is invalid, with a message that starts with a verb
 */
export function parseReportData(text: string): ReportData {
  const data = parseJson(text);
  if (!isObject(data) || data.schemaVersion === undefined) {
    throw new Error('is not a report. Create one with cdk-irsa report --format json');
  }
  if (data.schemaVersion !== SCHEMA_VERSION) {
    throw new Error(
      `has schemaVersion ${JSON.stringify(data.schemaVersion)}, but only ${SCHEMA_VERSION} is supported. Create both `
        + 'reports with the same version of cdk-irsa',
    );
  }
  const { error } = REPORT.safeParse(data);
  if (error) {
    const [{ path, message }] = error.issues;
    throw new Error(`is not a valid report: \`${pathName(path)}\` must be ${message}. ${AGAIN}`);
  }
  return data as unknown as ReportData;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is not valid JSON. Create it with cdk-irsa report --format json');
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
