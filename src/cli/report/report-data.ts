/**
 * The machine-readable report: `cdk-irsa report --json`. Its form is described in README and fixed by `schemaVersion`.
 */
import { compare } from './statements';
import { Access, AccessMap, Association, Cluster, Place, Provider, Role, ServiceAccount, Text } from '../../analysis/access-map';
import { isObject } from '../../analysis/json-values';
import { Finding } from '../../analysis/rules/rule';

export const SCHEMA_VERSION = 1;

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
  readonly workloads: ReportedWorkload[];
  readonly access: Access[];
  readonly roles: Role[];
}

const SEVERITIES = ['error', 'warning', 'info'];

export function reportData(map: AccessMap, findings: Finding[]): ReportData {
  return {
    schemaVersion: SCHEMA_VERSION,
    findings: sorted(findings, ({ severity, rule, place, message }) => [`${SEVERITIES.indexOf(severity)}`, rule, ...keyOf(place), message]),
    clusters: sorted(map.clusters, ({ id, kind }) => [id, kind]),
    providers: sorted(map.providers, ({ arn, place }) => [arn, ...keyOf(place)]),
    serviceAccounts: sorted(map.serviceAccounts, ({ namespace, name, place }) => [namespace, name, ...keyOf(place)]),
    associations: sorted(map.associations, ({ cluster, namespace, serviceAccount, place }) => [cluster, namespace, serviceAccount, ...keyOf(place)]),
    workloads: sorted(map.workloads.map(({ kind, name, namespace, serviceAccount, place }) => ({ kind, name, namespace, serviceAccount, place })),
      ({ namespace, kind, name, place }) => [namespace, kind, name, ...keyOf(place)]),
    access: sorted(map.access, ({ cluster, namespace, serviceAccount, audience, via, role, statement }) =>
      [cluster, namespace, serviceAccount, audience, via, role, `${statement}`.padStart(6, '0')]),
    roles: sorted(map.roles, ({ arn, place }) => [arn, ...keyOf(place)])
      .map(role => ({ ...role, policies: sorted(role.policies, ({ kind, name, arn = '' }) => [kind, name, arn]) })),
  };
}

/**
 * What an earlier `--json` wrote.
 *
 * @throws Error with what is wrong with it, beginning with a verb
 */
export function parseReportData(text: string): ReportData {
  const data = parseJson(text);
  if (!isObject(data) || data.schemaVersion === undefined) throw new Error('is no report. Make one with cdk-irsa report --json');
  if (data.schemaVersion !== SCHEMA_VERSION) throw new Error(`has schemaVersion ${JSON.stringify(data.schemaVersion)}, and only ${SCHEMA_VERSION} is read here. Make both reports with one release of cdk-irsa`);
  listIn(data, 'access').forEach((access, index) => textsIn(access, `access[${index}]`, ['cluster', 'namespace', 'serviceAccount', 'audience', 'via', 'role']));
  listIn(data, 'roles').forEach((role, index) => {
    textsIn(role, `roles[${index}]`, ['arn', 'name']);
    listIn(role, 'policies', `roles[${index}].`).forEach((policy, at) => textsIn(policy, `roles[${index}].policies[${at}]`, ['name', 'kind']));
  });
  return data;
}

function parseJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is not JSON. Make it with cdk-irsa report --json');
  }
}

function listIn(object: any, key: string, path = ''): any[] {
  if (!Array.isArray(object[key])) throw new Error(`is no report: \`${path}${key}\` is not a list. Make it again with cdk-irsa report --json`);
  return object[key];
}

function textsIn(object: any, path: string, keys: string[]): void {
  const wrong = keys.find(key => typeof object?.[key] !== 'string');
  if (wrong) throw new Error(`is no report: \`${path}.${wrong}\` is not a text. Make it again with cdk-irsa report --json`);
}

function keyOf({ file, line = 0, column = 0, logicalId = '' }: Place): string[] {
  return [file, ...[line, column].map(number => `${number}`.padStart(9, '0')), logicalId];
}

function sorted<T>(items: readonly T[], key: (item: T) => string[]): T[] {
  const keyed = items.map(item => ({ item, key: key(item) }));
  keyed.sort((left, right) => left.key.map((part, index) => compare(part, right.key[index])).find(order => order !== 0) ?? 0);
  return keyed.map(({ item }) => item);
}
