/**
 * ServiceAccounts and pods in Kubernetes manifests, each with its place.
 */
import type { Document, LineCounter, Node } from 'yaml';
import { Place, ServiceAccount, Workload } from './access-map';
import { standIn } from './stand-in';
import { UnusableInput } from './unusable-input';

export const ROLE_ARN = 'eks.amazonaws.com/role-arn';
export const AUDIENCE = 'eks.amazonaws.com/audience';
/** What the webhook takes without the annotation. */
export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- whoever only writes manifests shall not wait for a parser
const yaml = (): typeof import('./yaml') => require('./yaml');

/** A text of manifests. */
export interface ManifestText {
  readonly text: string;
  /** The file it is in, or the output of a stack. */
  readonly place: Place;
}

/** What of the objects matters here. */
export interface KubernetesObjects {
  readonly serviceAccounts: ServiceAccount[];
  readonly workloads: Workload[];
}

const MOST_DOCUMENTS = 100_000;
const MOST_ALIASES = 1000;

/**
 * The ServiceAccounts and pods in a text. Objects that are neither are passed over.
 *
 * @param namespace of objects that name none; without it, one that nobody knows
 * @throws UnusableInput when it is not YAML, with line and column
 */
export function readManifests({ text, place }: ManifestText, namespace?: string): KubernetesObjects {
  const lines = new (yaml().LineCounter)();
  const documents = parsed(text, place, lines);
  const serviceAccounts: ServiceAccount[] = [];
  const workloads: Workload[] = [];
  for (const document of documents) {
    for (const { object, at } of objectsOf(document, place, lines)) {
      if (object.kind === 'ServiceAccount' && object.apiVersion === 'v1') serviceAccounts.push(serviceAccountOf(object, at, namespace));
      const pod = podOf(object);
      if (pod) workloads.push(workloadOf(object, pod, at, namespace));
    }
  }
  return { serviceAccounts, workloads };
}

interface Found {
  readonly object: any;
  readonly at: Place;
}

function parsed(text: string, place: Place, lines: LineCounter): Document[] {
  // As Kubernetes reads it: YAML 1.1 without its own types of numbers would differ for nothing that is read here.
  const documents = [...yaml().parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' })] as Document[];
  if (documents.length > MOST_DOCUMENTS) throw new UnusableInput(`${place.file}: holds more than ${MOST_DOCUMENTS} documents. Split it.`);
  for (const { errors: [error] } of documents) {
    if (!error) continue;
    const { line, column } = positionIn(lines, error.pos[0]);
    const advice = text.includes('{{') ? 'A Helm chart must be rendered first: helm template' : 'Correct it, or leave the file out';
    throw new UnusableInput(`${place.file}:${line}:${column}: not YAML: ${error.message.split('\n')[0]}. ${advice}.`);
  }
  return documents;
}

/** The objects of a document: one, or the items of a List. */
function objectsOf(document: Document, place: Place, lines: LineCounter): Found[] {
  const { contents } = document;
  const { isMap, isScalar } = yaml();
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  // The lines of a text that stands in a template are not those of the template.
  const at = (node: Node | null | undefined): Place => (node?.range && place.logicalId === undefined ? { ...place, ...positionIn(lines, node.range[0]) } : place);
  let object: any;
  try {
    object = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw new UnusableInput(`${place.file}: cannot be read: ${(error as Error).message}.`);
  }
  if (typeof object !== 'object' || object === null) return [];
  if (!/List$/.test(`${object.kind}`) || !Array.isArray(object.items)) return [{ object, at: at(contents as Node) }];
  const items = isMap(contents) ? (contents.get('items', true) as any)?.items : undefined;
  return object.items.flatMap((item: any, index: number) => (typeof item === 'object' && item !== null ? [{ object: item, at: at(items?.[index]) }] : []));
}

function positionIn(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function serviceAccountOf({ metadata }: any, place: Place, namespace?: string): ServiceAccount {
  const annotations = textsOf(metadata?.annotations);
  return {
    namespace: namespaceOf(metadata, namespace),
    name: `${metadata?.name}`,
    roleArn: annotations[ROLE_ARN],
    audience: annotations[AUDIENCE] ?? DEFAULT_AUDIENCE,
    place,
  };
}

/** Of whatever makes pods: where the template stands is the same for every kind, those of other projects too. */
function podOf(object: any): any {
  const { kind, spec } = object;
  const pod = kind === 'Pod' ? object : kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template;
  return Array.isArray(pod?.spec?.containers) ? pod : undefined;
}

function workloadOf({ kind, metadata }: any, pod: any, place: Place, namespace?: string): Workload {
  const { serviceAccountName, serviceAccount } = pod.spec;
  return {
    kind: `${kind}`,
    name: `${metadata?.name ?? metadata?.generateName}`,
    namespace: namespaceOf(metadata, namespace),
    serviceAccount: `${serviceAccountName || serviceAccount || 'default'}`,
    annotations: textsOf(pod.metadata?.annotations),
    spec: pod.spec,
    place,
  };
}

function namespaceOf(metadata: any, namespace?: string): string {
  return `${metadata?.namespace || namespace || standIn('namespace of kubectl')}`;
}

function textsOf(map: any): Record<string, string> {
  if (typeof map !== 'object' || map === null) return {};
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, `${value}`]));
}
