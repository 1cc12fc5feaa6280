/**
 * The machine-readable report: `cdk-irsa report --json`. Its form is described in README and fixed by `schemaVersion`.
 */
import * as z from 'zod/mini';
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
import { isObject } from '../../analysis/json-values';
import { Finding } from '../../analysis/rules/rule';
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

/** The same input gives the same report, byte for byte. */
export interface ReportData {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly findings: Finding[];
  readonly clusters: Cluster[];
  readonly providers: Provider[];
  readonly serviceAccounts: ServiceAccount[];
  readonly associations: Association[];
  readonly addons: Addon[];
  readonly workloads: ReportedWorkload[];
  readonly access: Access[];
  readonly roles: Role[];
  /** What the stand-ins of this report name: construct paths, by `Stack/LogicalId`. */
  readonly constructPaths: ConstructPaths;
}

const SEVERITIES = ['error', 'warning', 'note'];

export function reportData(map: AccessMap, findings: Finding[]): ReportData {
  const data = sortedData(map, findings);
  return { ...data, constructPaths: constructPathsIn(JSON.stringify(data), map.constructPaths) };
}

function sortedData(map: AccessMap, findings: Finding[]): Omit<ReportData, 'constructPaths'> {
  return {
    schemaVersion: SCHEMA_VERSION,
    findings: sorted(findings, ({ severity, rule, place, message }) => [
      `${SEVERITIES.indexOf(severity)}`,
      rule,
      ...keyOf(place),
      message,
    ]),
    clusters: sorted(map.clusters, ({ id, kind }) => [id, kind]),
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
      map.access,
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
    roles: sorted(map.roles, ({ arn, place }) => [arn, ...keyOf(place)]).map(role => ({
      ...role,
      policies: sorted(role.policies, ({ kind, name, arn = '' }) => [kind, name, arn]),
    })),
  };
}

const AGAIN = 'Make it again with cdk-irsa report --json';
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
  constructPaths: z.optional(z.record(z.string(), TEXT, 'an object')),
});

/**
 * Reads what an earlier `--json` wrote.
 *
 * @throws Error with what is wrong with it, beginning with a verb
 */
export function parseReportData(text: string): ReportData {
  const data = parseJson(text);
  if (!isObject(data) || data.schemaVersion === undefined) {
    throw new Error('is no report. Make one with cdk-irsa report --json');
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
    throw new Error('is not JSON. Make it with cdk-irsa report --json');
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
