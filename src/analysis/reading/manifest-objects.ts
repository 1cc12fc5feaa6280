/**
 * Reads the objects in Kubernetes manifests, each with its place.
 */
import type { Document, Node, ScalarTag, YAMLSeq } from 'yaml';
import { Source } from './manifest-facts';
import { linesIn, plainDocuments } from './plain-yaml';
import { offsetOf, Path } from './positions';
import { UnusableInput } from './unusable-input';
import { yaml } from './yaml-parser';
import { Parts, Place } from '../access-map';
import { isObject, JsonObject, propertyOf, textOf } from '../json-values';
import { renderAdvice, textWithPlaceholders } from '../placeholders';
import { standIn } from '../stand-in';

/** A text with manifests. */
export interface ManifestText {
  readonly text: string;
  /** Its file, or the output of a stack. */
  readonly place: Place;
}

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** The minimum size of documents that are parsed together, because starting the parser takes time. */
const PART = 4 * 1024;
const MAX_ALIASES = 1000;
/** Kubernetes parses `0400` as an octal number, as in YAML 1.1. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: text => parseInt(text, 8),
};
/** Kubernetes parses these words as booleans, as in YAML 1.1. */
const BOOLEAN: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: text => /^(?:y|yes|on)$/i.test(text),
};
/** In the first column, it always starts a document. */
const DOCUMENT_START = /^---(?=\s|$)/gm;

/** All objects in a text. Throws the same errors as `readManifests`. */
export function* manifestObjects({ text, place }: ManifestText): Generator<ManifestObject> {
  for (const part of partsOf(text, place)) yield* objectsIn(part, place);
}

export interface KubernetesObject extends JsonObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: unknown;
  readonly spec?: unknown;
}

/** An object and its place. */
export interface ManifestObject {
  readonly object: KubernetesObject;
  readonly source: Source;
  readonly at: Place;
  /** The position of a part; undefined if lines are not meaningful. */
  readonly positionOf: (path: Path) => Parts[string] | undefined;
}

/** Some documents of a text, and the number of lines before them. */
export interface Part {
  readonly text: string;
  readonly linesBefore: number;
}

/**
 * Splits a text into parts of some documents to limit memory use. A text with directives is not split.
 */
export function* partsOf(text: string, { file }: Place): Generator<Part> {
  const starts = /^%/m.test(text)
    ? []
    : [...text.matchAll(DOCUMENT_START)].map(({ index }) => index).filter(index => index > 0);
  let [from, linesBefore] = [0, 0];
  for (const [number, start] of [0, ...starts].entries()) {
    const end = starts[number] ?? text.length;
    if (end - start > MAX_DOCUMENT_BYTES) {
      const line = linesBefore + linesIn(text.slice(from, start)) + 1;
      throw new UnusableInput(
        `${file}:${line}: the document is larger than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB. Split it.`,
      );
    }
    if (end - from < PART && end < text.length) continue;
    const part = text.slice(from, end);
    yield { text: part, linesBefore };
    [from, linesBefore] = [end, linesBefore + linesIn(part)];
  }
}

/** The objects of the documents: one per document, or the items of a List. */
export function* objectsIn(part: Part, place: Place): Generator<ManifestObject> {
  const documents = plainDocuments(part.text);
  if (documents === undefined || documents.some(({ object }) => isList(object))) {
    return yield* parsedObjectsIn(part, place);
  }
  let parsed: ManifestObject[] | undefined;
  for (const [index, { object, line, column }] of documents.filter(document => isObject(document.object)).entries()) {
    const found = () => (parsed ??= [...parsedObjectsIn(part, place)])[index];
    yield {
      object: object as KubernetesObject,
      source: {
        node: () => found().source.node(),
        placeOf: node => found().source.placeOf(node),
        mayRepeatKeys: false,
      },
      at: place.logicalId === undefined ? { ...place, line: line + part.linesBefore, column } : place,
      positionOf: path => found().positionOf(path),
    };
  }
}

function isList(object: unknown): object is KubernetesObject & { readonly items: unknown[] } {
  return /List$/.test(textOf(propertyOf(object, 'kind'))) && Array.isArray(propertyOf(object, 'items'));
}

/** Reads objects with the parser that provides positions. */
function* parsedObjectsIn({ text, linesBefore }: Part, place: Place): Generator<ManifestObject> {
  const { isMap, isScalar, LineCounter, parseAllDocuments } = yaml();
  const lines = new LineCounter();
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: line + linesBefore, column: col };
  };
  // The lines of a text in a template are not those of the template.
  const placeOf = (node: Node | null | undefined): Place =>
    (node?.range && place.logicalId === undefined ? { ...place, ...positionOf(node.range[0]) } : place);

  for (const document of parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'silent',
    customTags: tags => [OCTAL, BOOLEAN, ...tags],
  }) as Document[]) {
    const {
      contents,
      errors: [error],
    } = document;
    if (error) {
      const { line, column } = positionOf(error.pos[0]);
      const advice = renderAdvice(text) ?? 'Correct it, or exclude the file';
      throw new UnusableInput(
        `${place.file}:${line}:${column}: is not valid YAML: ${error.message.split('\n')[0].replace(/\.$/, '')}. `
          + `${advice}.`,
      );
    }
    if (contents === null || (isScalar(contents) && contents.value === null)) continue;
    const object = plain(document, placeOf(contents as Node));
    const found = (value: KubernetesObject, node: Node | null | undefined): ManifestObject => ({
      object: value,
      source: { node: () => node, placeOf, mayRepeatKeys: true },
      at: placeOf(node),
      positionOf: path => {
        const offset = place.logicalId === undefined ? offsetOf(document, node, path) : undefined;
        return offset === undefined ? undefined : positionOf(offset);
      },
    });
    if (isMap(contents) && isList(object)) {
      const nodes = contents.get('items', true) as Partial<YAMLSeq<Node>> | undefined;
      for (const [index, item] of object.items.entries()) {
        if (isObject(item)) yield found(withKindOf(object, item), nodes?.items?.[index]);
      }
    } else if (isObject(object)) {
      yield found(object, contents as Node);
    }
  }
}

/** Items of a `RoleList` may omit their kind. */
function withKindOf({ apiVersion, kind }: KubernetesObject, item: KubernetesObject): KubernetesObject {
  const ownKind = textOf(kind).replace(/List$/, '');
  return item.kind !== undefined || ownKind === '' ? item : { apiVersion, kind: ownKind, ...item };
}

function plain(document: Document, { file, line }: Place): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new UnusableInput(`${file}:${line}: cannot be read: ${(error as Error).message}.`);
  }
}

/** The namespace of an object, or of kubectl if it has none. */
export function namespaceOf(metadata: unknown, namespace?: string): string {
  return textWithPlaceholders(propertyOf(metadata, 'namespace') || namespace || standIn('namespace of kubectl'));
}
