/**
 * Stand-ins for people: `⟨Stack/ApiRole7FA294BA⟩` reads as the construct path, `⟨Stack/Api/Role⟩`. The logical ID stays
 * what the analysis compares; two stand-ins never become one.
 */
import { once } from './json-values';
import { standIn } from './stand-in';

/** The construct paths of resources, by stack and logical ID, as stand-ins name them: `Stack/LogicalId`. */
export type ConstructPaths = Readonly<Record<string, string>>;

const STAND_IN = /⟨([^⟨⟩]*)⟩/g;
/** As a word of a sentence, not as a part of an ARN or a quotation. */
const ALONE = /(?<![^\s(])⟨([^⟨⟩]*)⟩(?=$|[\s)]|[,;:.](?:\s|$))/g;
/** The construct that a resource is the only part of. */
const DEFAULT_CHILD = /(?<=[^/])(?:\/(?:Resource|Default))+$/;
/** What the issuer of a cluster is named in a template: people name the cluster. */
const ISSUER = /^\.OpenIdConnectIssuer(Url)?$/;
/** No pattern, and nothing that a stand-in cannot hold. */
const READABLE = /^[^⟨⟩"\\*?\p{C}]+$/u;

const NAMES = new WeakMap<object, ReadonlyMap<string, string>>();

/** A text for people. The name of a resource that is a word of it loses its brackets. */
export function withConstructPaths(text: string, paths: ConstructPaths): string {
  if (!text.includes('⟨')) return text;
  const alone = text.replace(ALONE, (original, description: string) => {
    const { name, attribute } = readStandIn(description, paths) ?? {};
    return attribute === '' ? name! : original;
  });
  return replaceAll(alone, paths);
}

/** A value whose texts and keys are for people. Stand-ins stay different where they were, and equal where they were. */
export function mapConstructPaths<T>(value: T, paths: ConstructPaths): T {
  if (Object.keys(paths).length === 0) return value;
  return JSON.parse(replaceAll(JSON.stringify(value), paths)) as T; // neither holds what JSON escapes
}

/** Those of the paths that a text needs. */
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

/** Short where that is unique, in full otherwise, and none where two resources have one path. */
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
