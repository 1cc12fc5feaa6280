/**
 * Makes stand-ins readable: `⟨Stack/ApiRole7FA294BA⟩` is displayed with the construct path, `⟨Stack/Api/Role⟩`. The
 * analysis still compares logical IDs; different stand-ins stay different.
 */
import { once } from './json-values';
import { standIn } from './stand-in';

/** Construct paths of resources, keyed by stack and logical ID as in stand-ins: `Stack/LogicalId`. */
export type ConstructPaths = Readonly<Record<string, string>>;

const STAND_IN = /⟨([^⟨⟩]*)⟩/g;
/** A separate word of a sentence, not part of an ARN or a quotation. */
const ALONE = /(?<![^\s(])⟨([^⟨⟩]*)⟩(?=$|[\s)]|[,;:.](?:\s|$))/g;
/** The child of a construct with only one resource. */
const DEFAULT_CHILD = /(?<=[^/])(?:\/(?:Resource|Default))+$/;
/** The issuer attribute of a cluster; the name of the cluster is enough for people. */
const ISSUER = /^\.OpenIdConnectIssuer(Url)?$/;
/** Not a pattern, and only characters that a stand-in can contain. */
const READABLE = /^[^⟨⟩"\\*?\p{C}]+$/u;

const NAMES = new WeakMap<object, ReadonlyMap<string, string>>();

/** Inserts construct paths into a text for display. Resource names that are separate words lose their brackets. */
export function withConstructPaths(text: string, paths: ConstructPaths): string {
  if (!text.includes('⟨')) return text;
  const alone = text.replace(ALONE, (original, description: string) => {
    const { name, attribute } = readStandIn(description, paths) ?? {};
    return attribute === '' ? name! : original;
  });
  return replaceAll(alone, paths);
}

/** Inserts construct paths into the texts and keys of a value. Equal stand-ins stay equal, different ones different. */
export function mapConstructPaths<T>(value: T, paths: ConstructPaths): T {
  if (Object.keys(paths).length === 0) return value;
  return JSON.parse(replaceAll(JSON.stringify(value), paths)) as T; // neither contains characters that JSON escapes
}

/** The paths that occur in a text. */
export function constructPathsIn(text: string, paths: ConstructPaths): ConstructPaths {
  const needed = [...text.matchAll(STAND_IN)].flatMap(([, description]) => keyIn(description, paths) ?? []);
  return Object.fromEntries([...new Set(needed)].sort().map(key => [key, paths[key]]));
}

function replaceAll(text: string, paths: ConstructPaths): string {
  return text.replace(STAND_IN, (original, description: string) => {
    const read = readStandIn(description, paths);
    return read === undefined ? original : standIn(read.name + read.attribute);
  });
}

/** The construct path, and `.QueueUrl` or another attribute. */
function readStandIn(description: string, paths: ConstructPaths): { name: string; attribute: string } | undefined {
  const key = keyIn(description, paths);
  const name = key === undefined ? undefined : once(NAMES, paths, () => namesOf(paths)).get(key);
  if (name === undefined) return undefined;
  return { name, attribute: description.slice(key!.length).replace(ISSUER, '') };
}

function keyIn(description: string, paths: ConstructPaths): string | undefined {
  if (Object.hasOwn(paths, description)) return description;
  const [, key] = /^(.*\/[^/.]+)\.[^/]*$/s.exec(description) ?? [];
  return key !== undefined && Object.hasOwn(paths, key) ? key : undefined;
}

/** Short paths if they are unique, otherwise full paths; none if two resources have the same path. */
function namesOf(paths: ConstructPaths): ReadonlyMap<string, string> {
  const [short, full] = [(path: string) => path.replace(DEFAULT_CHILD, ''), (path: string) => path];
  const counts = new Map<string, number>();
  for (const path of Object.values(paths)) {
    for (const name of new Set([short(path), full(path)])) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map(Object.entries(paths).flatMap(([key, path]) => {
    const name = [short(path), full(path)].find(candidate =>
      counts.get(candidate) === 1 && READABLE.test(candidate)
        && (candidate === key || !Object.hasOwn(paths, candidate)));
    return name === undefined ? [] : [[key, name] as const];
  }));
}
