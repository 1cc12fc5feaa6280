import { createHash } from 'crypto';
import { IResolvable, Token } from 'aws-cdk-lib';
import { ApiObject, ApiObjectProps, Chart, IResolver, Lazy, ResolutionContext } from 'cdk8s';
import { IConstruct } from 'constructs';
import { JsonObject } from '../../conventions/json';
import { fail, problem } from '../errors';
import { isToken } from '../values/is-token';
import { fingerprint, hasIntrinsic, settleForManifest } from '../values/tokens';
import { hasDynamicReference } from '../values/value-safety';

/** A Kubernetes object as JSON. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: ManifestMetadata;
  readonly [field: string]: unknown;
}

interface ManifestMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly annotations?: { readonly [key: string]: string };
  readonly [field: string]: unknown;
}

/**
 * Adds the objects of one construct to a chart. A Namespace that the chart already contains is skipped.
 *
 * @param render converts the object to the form that the chart contains
 */
export function addToChart(
  owner: IConstruct,
  chart: Chart,
  manifests: Manifest[],
  render: (manifest: Manifest) => Manifest,
): void {
  for (const manifest of manifests) {
    const {
      kind,
      metadata: { name },
    } = manifest;
    const id = kind === 'Namespace' ? `Namespace ${readableId(owner, name)}` : objectId(owner, kind);
    if (kind === 'Namespace' && (chart.node.tryFindChild(id) || hasNamespace(chart, name))) continue;
    new ApiObject(chart, id, render(manifest) as ApiObjectProps);
  }
}

/** Returns the object of a kind that a construct added to a chart. */
export function addedObject(owner: IConstruct, chart: Chart, kind: string): IConstruct | undefined {
  return chart.node.tryFindChild(objectId(owner, kind));
}

/** Returns ServiceAccounts by namespace and name, keyed by `nameKey`. */
export function serviceAccountsByName(scope: IConstruct, manifests: Manifest[]): ReadonlyMap<string, Manifest> {
  return new Map(manifests.filter(({ kind }) => kind === 'ServiceAccount')
    .map(manifest => [nameKey(scope, manifest.metadata?.namespace, manifest.metadata?.name), manifest]));
}

/** Returns a key that is equal for names that resolve to the same text in a manifest. */
export function nameKey(scope: IConstruct, namespace: unknown, name: unknown): string {
  return `${settledKey(scope, namespace)}/${settledKey(scope, name)}`;
}

/** Returns text that is equal for two values if and only if they resolve to the same value in a manifest. */
export function settledKey(scope: IConstruct, value: unknown): string {
  return fingerprint(scope, settleForManifest(scope, value));
}

function objectId(owner: IConstruct, kind: string): string {
  return `${kind} ${owner.node.path}`;
}

function readableId(owner: IConstruct, name: string): string {
  return isToken(name)
    ? createHash('sha256').update(fingerprint(owner, name)).digest('hex').slice(0, 10)
    : name;
}

function hasNamespace(chart: Chart, name: string): boolean {
  return chart.node
    .findAll()
    .some(child => ApiObject.isApiObject(child) && child.kind === 'Namespace' && child.name === name);
}

/**
 * Prepares an object for a chart that another app synthesizes, possibly later. When that chart is written, each token
 * is replaced by its value at synth time, or is an error.
 */
export function literalManifest(owner: IConstruct, manifest: Manifest): Manifest {
  const literal = (value: unknown, path: string[]): unknown => {
    if (isToken(value)) return Lazy.any({ produce: () => settledForFile(owner, manifest, value, path) });
    if (Array.isArray(value)) return value.map((item, index) => literal(item, [...path, `${index}`]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item, [...path, key])]));
  };
  return literal(manifest, []) as Manifest;
}

/** Resolves a value in a chart that another app synthesizes. Throws if a part is known only at deployment. */
export function settledForFile(owner: IConstruct, manifest: Manifest, value: unknown, path: string[]): unknown {
  const settled = settleForManifest(owner, value);
  if (!isKnown(settled)) fail(owner, unresolvedProblem(manifest, path, settled));
  return settled;
}

/** Whether a settled value is complete. Dynamic references are replaced only in templates. */
export function isKnown(settled: unknown): boolean {
  return !hasIntrinsic(settled) && !hasDynamicReference(settled);
}

/** Returns the message for a value of a manifest that is known only at deployment. */
export function unresolvedProblem(manifest: Manifest, path: string[], settled: unknown): string {
  return problem(
    `${fieldName(path)} of ${objectName(manifest)}`,
    'be known at synth time',
    settled,
    'Write a literal instead of an attribute of a resource (for account and region, set env on the stack), or '
      + 'pass the value to the pod in another way.',
  );
}

/** `kind namespace/name`, for messages. */
export function objectName({ kind, metadata }: Manifest): string {
  const describePart = (part: unknown) => (isToken(part) ? '<known only at deployment>' : part);
  return `${describePart(kind)} ${[metadata?.namespace, metadata?.name]
    .filter(part => part !== undefined)
    .map(describePart)
    .join('/')}`;
}

/** `metadata.annotations["eks.amazonaws.com/role-arn"]`, `spec.containers[0].name`. */
export function fieldName(path: string[]): string {
  return path.map((part, index) => {
    if (isToken(part)) return '["<known only at deployment>"]';
    if (/^\d+$/.test(part)) return `[${part}]`;
    if (!/^\w+$/.test(part)) return `["${part}"]`;
    return index === 0 ? part : `.${part}`;
  }).join('');
}

/** Whether a value is a CDK token in any form. A cdk8s token object has no stack trace. */
export function isCdkToken(value: unknown): boolean {
  return isToken(value) && (!isObject(value) || Array.isArray(value) || 'creationStack' in value);
}

/** Whether an item of a list represents a whole list: `[...list, 'more']`. */
export function isListToken(item: unknown): boolean {
  return typeof item === 'string' && isToken([item]);
}

/** Whether a value is a plain map. */
export function isMap(value: unknown): value is JsonObject {
  return isObject(value) && value.constructor === Object;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * Converts CDK token objects to text, because cdk8s would resolve them like its own tokens. Text passes through cdk8s
 * unchanged and is settled later.
 */
export class TokenObjectsAsText implements IResolver {
  public resolve(context: ResolutionContext): void {
    const { value } = context;
    if (isObject(value) && !Array.isArray(value) && isCdkToken(value)) {
      context.replaceValue(Token.asString(value as IResolvable));
    }
  }
}
