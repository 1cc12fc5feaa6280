/**
 * Reads YAML files like eksctl: YAML 1.1 without timestamps, with anchors and merge keys. Each value has a place.
 */
import { closeSync, openSync, readSync } from 'fs';
import {
  Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, Node, parseAllDocuments, Scalar, Tags, YAMLMap,
} from 'yaml';
import { Place, Remarks } from './remarks';
import { reasonOf } from '../../analysis/reading/unusable-input';
import { UsageError } from '../command';
import { pathName, printable, quoted } from '../text';

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;
/** Nested aliases can expand to billions of values. */
const MAX_VALUES = 100_000;

/** Tags that Go's YAML does not read as plain values. */
const OTHER_TAGS = /:(timestamp|binary|omap|pairs|set)$/;
/** Octal, hexadecimal, sexagesimal and infinite numbers differ between readers. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
const OVERFLOW = /call stack/;

/** A number that is not plain is NaN. */
export type Json = string | number | boolean | null | Json[] | Map<string, Json>;
/** Keys and indexes from the root of the file. */
export type Path = readonly (string | number)[];

/** A value and its place. */
interface Located {
  readonly place: Place;
  /** The place of its key, or of the value without a key. */
  readonly keyPlace: Place;
  readonly node: unknown;
}

/** The single document of a file. Like eksctl, it ignores keys without a value. */
export class YamlFile {
  public readonly data: Json;
  private readonly located = new Map<string, Located>();
  private left = MAX_VALUES;

  /**
   * @param wanted the top-level keys whose values are read
   */
  constructor(
    private readonly document: Document, private readonly lines: LineCounter, private readonly remarks: Remarks,
    wanted: readonly string[],
  ) {
    this.data = this.read(document.contents, [], { line: 1, column: 1 }, undefined, wanted);
  }

  public at(path: Path): Json | undefined {
    return path.reduce<Json | undefined>((value, step) => {
      if (value instanceof Map) return value.get(`${step}`);
      return Array.isArray(value) ? value[Number(step)] : undefined;
    }, this.data);
  }

  public has(path: Path): boolean {
    return (this.at(path) ?? null) !== null;
  }

  /** The keys of an object; empty if it is not an object. */
  public keys(path: Path): string[] {
    const value = this.at(path);
    return value instanceof Map ? [...value].filter(([, item]) => item !== null).map(([key]) => key) : [];
  }

  /** The place of a key or an item; if it does not exist, of its parent. */
  public keyPlace(path: Path): Place {
    return this.locate(path).keyPlace;
  }

  public place(path: Path): Place {
    return this.locate(path).place;
  }

  /** Adds a problem with a value, or with its key. */
  public problem(path: Path, rule: string, advice: string, isKey = false): void {
    const { place, keyPlace } = this.locate(path);
    const key = path[path.length - 1];
    const got = isKey ? quoted(`${key}`) : describe(this.located.get(pathName(path))?.node);
    this.refuse(isKey ? keyPlace : place, path, rule, got, advice);
  }

  public get isBroken(): boolean {
    return this.remarks.count('problem') > 0;
  }

  /** Adds information for the reader. */
  public note(path: Path, message: string): void {
    this.remarks.note(this.keyPlace(path), pathName(path), message);
  }

  /** Adds a value that is not mapped to the program. */
  public notMapped(path: Path, advice: string): void {
    this.remarks.notMapped(this.keyPlace(path), pathName(path), advice);
  }

  private locate(path: Path): Located {
    const found = this.located.get(pathName(path));
    if (found) return found;
    const { place, node } = this.locate(path.slice(0, -1));
    return { place, keyPlace: place, node };
  }

  private read(value: unknown, path: Path, near: Place, key?: Place, wanted?: readonly string[]): Json {
    const place = isNode(value) && value.range ? this.placeOf(value) : near;
    const node = this.target(value, path, place);
    this.located.set(pathName(path), { place, keyPlace: key ?? place, node });
    this.spend(path, place, path.length);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index], place));
    if (!isMap(node)) return scalarOf(node);
    return new Map([...this.pairs(node, path, place, 0)].map(([name, pair]) => {
      if (wanted && !wanted.includes(name)) return [name, this.unread(pair, [...path, name])];
      return [name, this.read(pair.value, [...path, name], pair.key, pair.key)];
    }));
  }

  /** A value that is not needed. */
  private unread({ key, value }: Pair, path: Path): Json {
    this.located.set(pathName(path), { place: key, keyPlace: key, node: value });
    return isScalar(value) || value === null ? scalarOf(value) : true;
  }

  /** The pairs of a map, with pairs from `<<` first, so that the map's own keys win. */
  private pairs(map: YAMLMap, path: Path, near: Place, depth: number): Map<string, Pair> {
    const own = new Map<string, Pair>();
    const merged = new Map<string, Pair>();
    for (const { key, value } of map.items) {
      const place = isNode(key) && key.range ? this.placeOf(key) : near;
      if (isScalar(key) && typeof key.value === 'symbol') {
        for (const [name, pair] of this.merged(value, path, near, depth)) if (!merged.has(name)) merged.set(name, pair);
      } else if (isScalar(key) && typeof key.value === 'string') {
        if (own.has(key.value)) {
          const name = pathName([...path, key.value]);
          this.remarks.problem(place, name, 'occur only once', 'a second one', 'Remove one of them.');
        }
        own.set(key.value, { key: place, value });
      } else {
        const got = isScalar(key) ? `${key.source ?? key.value}` : 'a list, an object or an alias';
        this.refuse(place, path, 'have strings as keys', got, 'Quote the key.');
      }
    }
    return new Map([...[...merged].filter(([name]) => !own.has(name)), ...own]);
  }

  private merged(value: unknown, path: Path, near: Place, depth: number): [string, Pair][] {
    this.spend(path, near, path.length + depth);
    const node = this.target(value, path, near);
    if (isSeq(node)) return node.items.flatMap(item => this.merged(item, path, near, depth + 1));
    if (isMap(node)) return [...this.pairs(node, path, near, depth + 1)];
    this.problem(path, 'have an object or a list of objects after <<', 'Use the anchor of an object.');
    return [];
  }

  private target(value: unknown, path: Path, place: Place): unknown {
    if (!isAlias(value)) return value;
    const target = value.resolve(this.document);
    if (target) return target;
    const got = `*${printable(value.source)}`;
    this.refuse(place, path, 'refer to an anchor that is defined before it', got, 'Check the spelling.');
    return null;
  }

  /** Limits the number of values, because aliases can repeat and contain themselves. */
  private spend(path: Path, place: Place, depth: number): void {
    const give = (rule: string, advice: string) => {
      this.refuse(place, path, rule, 'more', advice);
      throw new UsageError(this.remarks.problems());
    };
    const tooDeep = `be nested at most ${MAX_DEPTH} levels deep`;
    const tooMany = `keep the file under ${MAX_VALUES} values, including values repeated by aliases`;
    if (depth > MAX_DEPTH) give(tooDeep, 'An alias may refer to the value that contains it.');
    if (this.left-- <= 0) give(tooMany, 'Do not nest aliases.');
  }

  private refuse(place: Place, path: Path, rule: string, got: string, advice: string): void {
    this.remarks.problem(place, pathName(path) || 'the file', rule, got, advice);
  }

  private placeOf(node: Node): Place {
    return placeIn(this.lines, node.range![0]);
  }
}

interface Pair {
  readonly key: Place;
  readonly value: unknown;
}

function scalarOf(node: unknown): Json {
  const { value, source = '' } = isScalar(node) ? node : new Scalar(null);
  if (typeof value !== 'number') return typeof value === 'boolean' || typeof value === 'string' ? value : null;
  return PLAIN_NUMBER.test(source) && Number.isSafeInteger(Math.trunc(value)) ? value : NaN;
}

function describe(node: unknown): string {
  if (isSeq(node)) return 'a list';
  if (isMap(node)) return 'an object';
  const { value, source } = isScalar(node) ? node : new Scalar(null);
  if (value === null) return 'nothing';
  return typeof value === 'string' ? quoted(value) : source ?? `${value}`;
}

/**
 * Reads the single document of a file.
 *
 * @param wanted the top-level keys whose values are read
 * @throws UsageError if it cannot be read
 */
export function readYaml(file: string, remarks: Remarks, wanted: readonly string[]): YamlFile {
  const lines = new LineCounter();
  const text = readText(file);
  remarks.look(text);
  const documents = parse(text, lines).filter(document => !isEmpty(document) || document.errors.length > 0);
  for (const { message, pos } of documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])) {
    const reason = OVERFLOW.test(message) ? 'it is nested too deeply' : printable(message);
    remarks.unreadable(placeIn(lines, pos[0]), `not valid YAML for eksctl: ${reason}`);
  }
  if (documents.length === 0) {
    remarks.unreadable({ line: 1, column: 1 }, 'the file is empty. Pass an eksctl ClusterConfig.');
  }
  if (documents.length > 1) {
    remarks.unreadable(placeIn(lines, documents[1].range![0]), 'another document starts here. eksctl reads only the'
      + ' first one'
      + ' and would ignore this one. Put each document into a separate file.');
  }
  if (remarks.count('problem') > 0) throw new UsageError(remarks.problems());
  return new YamlFile(documents[0], lines, remarks, wanted);
}

function parse(text: string, lineCounter: LineCounter): Document[] {
  const customTags = (tags: Tags) => tags.filter(tag => typeof tag === 'string' || !OTHER_TAGS.test(tag.tag));
  // YamlFile detects duplicate keys itself, because yaml would take quadratic time.
  return [...parseAllDocuments(text, {
    version: '1.1', merge: true, uniqueKeys: false, customTags, lineCounter, prettyErrors: false,
  })];
}

function readText(file: string): string {
  const bytes = readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError([`${file}: must be UTF-8 text, got: other bytes. Save it as UTF-8.`]);
  }
}

/** Limits the size while reading, because devices and pipes have no size and may have no end. */
function readBytes(file: string): Buffer {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    try {
      for (let read = 1; read > 0; length += read) {
        read = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new UsageError([`${file}: cannot be read: ${reasonOf(error)}.`]);
  }
  if (length <= MAX_BYTES) return bytes.subarray(0, length);
  throw new UsageError([`${file}: must have at most ${MAX_BYTES} bytes, got: more. Pass an eksctl ClusterConfig.`]);
}

/** Whether a document has only comments. */
function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source);
}

function placeIn(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
