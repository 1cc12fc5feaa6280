import { createHash } from 'crypto';
import { IResolvable, Token } from 'aws-cdk-lib';
import { ApiObjectProps, Chart, IResolver, ResolutionContext } from 'cdk8s';
import { IConstruct } from 'constructs';
import { cdk8s } from './cdk8s';
import { JsonObject } from '../../conventions/json';
import { fail, problem } from '../errors';
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
 * Adds the objects of one construct to a chart; a Namespace that the chart holds already is left out.
 *
 * @param render makes the object what the chart is to hold
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
    new (cdk8s().ApiObject)(chart, id, render(manifest) as ApiObjectProps);
  }
}

/** The object of a kind that a construct has added to a chart. */
export function addedObject(owner: IConstruct, chart: Chart, kind: string): IConstruct | undefined {
  return chart.node.tryFindChild(objectId(owner, kind));
}

/** ServiceAccounts by namespace and name, as `nameKey` has them. */
export function serviceAccountsByName(scope: IConstruct, manifests: Manifest[]): ReadonlyMap<string, Manifest> {
  return new Map(manifests.filter(({ kind }) => kind === 'ServiceAccount')
    .map(manifest => [nameKey(scope, manifest.metadata?.namespace, manifest.metadata?.name), manifest]));
}

/** A key that is equal for names that mean the same in a manifest. */
export function nameKey(scope: IConstruct, namespace: unknown, name: unknown): string {
  return `${settledKey(scope, namespace)}/${settledKey(scope, name)}`;
}

/** A text that is equal for two values exactly when a manifest has the same for both. */
export function settledKey(scope: IConstruct, value: unknown): string {
  return fingerprint(scope, settleForManifest(scope, value));
}

function objectId(owner: IConstruct, kind: string): string {
  return `${kind} ${owner.node.path}`;
}

function readableId(owner: IConstruct, name: string): string {
  return Token.isUnresolved(name)
    ? createHash('sha256').update(fingerprint(owner, name)).digest('hex').slice(0, 10)
    : name;
}

function hasNamespace(chart: Chart, name: string): boolean {
  const { ApiObject } = cdk8s();
  return chart.node
    .findAll()
    .some(child => ApiObject.isApiObject(child) && child.kind === 'Namespace' && child.name === name);
}

/**
 * The object for a chart that somebody else synthesizes, at a time of their own: each token is turned into the value
 * that synth knows of it, or refused, when that chart is written.
 */
export function literalManifest(owner: IConstruct, manifest: Manifest): Manifest {
  const literal = (value: unknown, path: string[]): unknown => {
    if (Token.isUnresolved(value)) {
      return cdk8s().Lazy.any({ produce: () => settledForFile(owner, manifest, value, path) });
    }
    if (Array.isArray(value)) return value.map((item, index) => literal(item, [...path, `${index}`]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item, [...path, key])]));
  };
  return literal(manifest, []) as Manifest;
}

/** What synth knows of a value in a chart that somebody else synthesizes. Throws when it is not all of it. */
export function settledForFile(owner: IConstruct, manifest: Manifest, value: unknown, path: string[]): unknown {
  const settled = settleForManifest(owner, value);
  if (!isKnown(settled)) fail(owner, unresolvedProblem(manifest, path, settled));
  return settled;
}

/** Whether a settled value is all there: dynamic references are replaced in templates only. */
export function isKnown(settled: unknown): boolean {
  return !hasIntrinsic(settled) && !hasDynamicReference(settled);
}

/** The message for a value of a manifest that only the deployment knows. */
export function unresolvedProblem(manifest: Manifest, path: string[], settled: unknown): string {
  return problem(
    `${fieldName(path)} of ${objectName(manifest)}`,
    'be known at synth',
    settled,
    'Write the literal itself instead of an attribute of a resource (account and region: give the stack an env), or '
      + 'pass the value to the pod some other way.',
  );
}

/** `kind namespace/name`, for messages. */
export function objectName({ kind, metadata }: Manifest): string {
  const describePart = (part: unknown) => (Token.isUnresolved(part) ? '<known at deployment only>' : part);
  return `${describePart(kind)} ${[metadata?.namespace, metadata?.name]
    .filter(part => part !== undefined)
    .map(describePart)
    .join('/')}`;
}

/** `metadata.annotations["eks.amazonaws.com/role-arn"]`, `spec.containers[0].name`. */
export function fieldName(path: string[]): string {
  return path.map((part, index) => {
    if (Token.isUnresolved(part)) return '["<known at deployment only>"]';
    if (/^\d+$/.test(part)) return `[${part}]`;
    if (!/^\w+$/.test(part)) return `["${part}"]`;
    return index === 0 ? part : `.${part}`;
  }).join('');
}

/** Whether a value is a token of the CDK, in whichever form. A token object of cdk8s has no stack trace. */
export function isCdkToken(value: unknown): boolean {
  return Token.isUnresolved(value) && (!isObject(value) || Array.isArray(value) || 'creationStack' in value);
}

/** Whether an item of a list stands for a whole list: `[...list, 'more']`. */
export function isListToken(item: unknown): boolean {
  return typeof item === 'string' && Token.isUnresolved([item]);
}

/** Whether a value is a plain map. */
export function isMap(value: unknown): value is JsonObject {
  return isObject(value) && value.constructor === Object;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * cdk8s takes a CDK token object for one of its own and would resolve it by itself; as text it passes through
 * cdk8s unharmed, and is settled afterwards.
 */
export class TokenObjectsAsText implements IResolver {
  public resolve(context: ResolutionContext): void {
    const { value } = context;
    if (isObject(value) && !Array.isArray(value) && isCdkToken(value)) {
      context.replaceValue(Token.asString(value as IResolvable));
    }
  }
}
