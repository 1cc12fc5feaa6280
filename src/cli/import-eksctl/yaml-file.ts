/**
 * A YAML file as eksctl reads it (YAML 1.1 without timestamps, anchors and merge keys), each value with its place.
 */
import { closeSync, openSync, readSync } from 'fs';
import { Alias, Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, Node, parseAllDocuments, Scalar, Tags, YAMLMap } from 'yaml';
import { UsageError } from '../command';
import { Place, Remarks } from './remarks';
import { reasonOf } from '../../analysis/unusable-input';
import { printable, quoted } from '../text';

const LARGEST_FILE = 1024 * 1024;
const DEEPEST = 64;
/** Values that may be read: a few aliases of aliases name billions. */
const MOST_VALUES = 100_000;

/** What Go's YAML does not read into a plain value. */
const OTHER_TAGS = /:(timestamp|binary|omap|pairs|set)$/;
/** Not decimal to one reader or the other: octal, hexadecimal, sexagesimal, infinite. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** How the CDK writes a value that is not known yet. */
const CDK_TOKEN = /[$#]\{Token\[/;

const OVERFLOW = /call stack/;

export type Json = string | number | boolean | null | Json[] | Map<string, Json>;

/** A regular expression, or what tests like one. */
export interface Pattern {
  test(text: string): boolean;
}

/** What all values of a file share. */
interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly remarks: Remarks;
  left: number;
}

/** A key of an object, and its value. */
export interface Entry {
  readonly key: string;
  readonly value: Value;
}

/** A value in the file. */
export class Value {
  public readonly place: Place;
  /** Of its key, where it has one. */
  public readonly keyPlace: Place;
  private readonly node: Node | null;
  private ownEntries?: Entry[];
  private ownItems?: Value[];

  /**
   * @param place of its key, or else of what it is in
   */
  constructor(private readonly source: Source, public readonly path: string, node: unknown, place: Place, private readonly depth = 0, keyed = false) {
    const own = isNode(node) ? node : null;
    this.place = own?.range ? placeIn(source.lines, own.range[0]) : place;
    this.keyPlace = keyed ? place : this.place;
    this.node = isAlias(own) ? this.target(own) : own;
    this.spend(depth);
  }

  /** Whether there is nothing: an empty value, `~` or `null`. */
  public get isNothing(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  /** The value under a key, unless it is nothing. */
  public get(key: string): Value | undefined {
    return this.entries().find(entry => entry.key === key)?.value;
  }

  /** Keys and values of an object; values that are nothing are left out, as eksctl does. */
  public entries(): Entry[] {
    return this.allEntries().filter(({ value }) => !value.isNothing);
  }

  /** Keys and values of an object. */
  public allEntries(): Entry[] {
    this.ownEntries ??= this.readEntries();
    return this.ownEntries;
  }

  /** The items of a list. */
  public items(): Value[] {
    this.ownItems ??= this.readItems();
    return this.ownItems;
  }

  /** A single value as it was read, unchecked. */
  public get raw(): string {
    return isScalar(this.node) ? `${this.node.value}` : '';
  }

  public get isList(): boolean {
    return isSeq(this.node);
  }

  public get isObject(): boolean {
    return isMap(this.node);
  }

  /** A text. */
  public text(): string | undefined {
    const value = isScalar(this.node) ? this.node.value : undefined;
    if (typeof value !== 'string') return this.wrong('be a text', isScalar(this.node) ? 'Put it in quotes.' : 'Write a single value.');
    if (CDK_TOKEN.test(value)) return this.wrong('not look like a token of the CDK', 'The CDK would put another value in its place.');
    return value;
  }

  /** A text that keeps a rule. */
  public textLike(pattern: Pattern, rule: string, advice: string): string | undefined {
    const text = this.text();
    return text === undefined || pattern.test(text) ? text : this.wrong(rule, advice);
  }

  public flag(): boolean | undefined {
    const value = isScalar(this.node) ? this.node.value : undefined;
    return typeof value === 'boolean' ? value : this.wrong('be true or false', 'Write it without quotes.');
  }

  /** Keys and values that are texts. */
  public texts(): [string, string][] {
    return this.entries().flatMap(({ key, value }) => {
      const text = value.text();
      return text === undefined ? [] : [[key, text] as [string, string]];
    });
  }

  /** The value as it is, however deep. */
  public json(): Json {
    if (this.isNothing) return null;
    if (isSeq(this.node)) return this.items().map(item => item.json());
    if (isMap(this.node)) return new Map(this.entries().map(({ key, value }) => [key, value.json()]));
    const scalar = this.node as Scalar;
    if (typeof scalar.value === 'boolean') return scalar.value;
    if (typeof scalar.value !== 'number') return this.text() ?? null;
    return PLAIN_NUMBER.test(scalar.source ?? '') && Number.isSafeInteger(Math.trunc(scalar.value)) ? scalar.value
      : this.wrong('be a plain decimal number, or a text', 'Put it in quotes, or write the number out.') ?? null;
  }

  /** Says that the value is wrong, and stands for it then. */
  public wrong(rule: string, advice: string): undefined {
    this.source.remarks.problem(this.place, this.path || 'the file', rule, this.shown(), advice);
    return undefined;
  }

  /** Says that the key is wrong under which this value stands. */
  public wrongKey(key: string, rule: string, advice: string): undefined {
    this.source.remarks.problem(this.keyPlace, this.path, rule, quoted(key), advice);
    return undefined;
  }

  /** Says that a key is missing, and what belongs there. */
  public missing(key: string, rule: string, advice: string): undefined {
    this.source.remarks.problem(this.place, this.pathTo(key), rule, 'nothing', advice);
    return undefined;
  }

  private readEntries(): Entry[] {
    if (this.isNothing) return [];
    if (!isMap(this.node)) return this.wrong('be an object', 'Write keys and values.') ?? [];
    return [...this.pairs(this.node, 0)]
      .map(([key, { node, place }]) => ({ key, value: new Value(this.source, this.pathTo(key), node, place, this.depth + 1, true) }));
  }

  private readItems(): Value[] {
    if (!isSeq(this.node)) return this.wrong('be a list', 'Write its items with - in front.') ?? [];
    return this.node.items.map((item, index) => new Value(this.source, `${this.path}[${index}]`, item, this.place, this.depth + 1));
  }

  private pathTo(key: string): string {
    if (!/^[\w-]+$/.test(key)) return `${this.path}[${quoted(key)}]`;
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private shown(): string {
    if (this.isNothing) return 'nothing';
    if (isSeq(this.node)) return 'a list';
    if (isMap(this.node)) return 'an object';
    const { value, source } = this.node as Scalar;
    return typeof value === 'string' ? quoted(value) : source ?? `${value}`;
  }

  private target(alias: Alias): Node | null {
    const target = alias.resolve(this.source.document);
    if (!target) {
      const got = `*${printable(alias.source)}`;
      this.source.remarks.problem(this.place, this.path || 'the file', 'name an anchor that is set before it', got, 'Check how it is spelled.');
    }
    return target ?? null;
  }

  /** The pairs of a map, what `<<` brings first, so that own keys win. */
  private pairs(map: YAMLMap, depth: number): Map<string, { node: unknown; place: Place }> {
    const own = new Map<string, { node: unknown; place: Place }>();
    const merged = new Map<string, { node: unknown; place: Place }>();
    for (const { key, value } of map.items) {
      const place = isNode(key) && key.range ? placeIn(this.source.lines, key.range[0]) : this.place;
      if (isMergeKey(key)) {
        for (const [name, pair] of this.merged(value, depth)) if (!merged.has(name)) merged.set(name, pair);
      } else if (isScalar(key) && typeof key.value === 'string') {
        if (own.has(key.value)) this.source.remarks.problem(place, this.pathTo(key.value), 'be there once', 'a second one', 'Remove one of them.');
        own.set(key.value, { node: value, place });
      } else {
        const got = isScalar(key) ? `${key.source ?? key.value}` : 'a list, an object or an alias';
        this.source.remarks.problem(place, this.path || 'the file', 'have texts for keys', got, 'Put the key in quotes.');
      }
    }
    return new Map([...[...merged].filter(([name]) => !own.has(name)), ...own]);
  }

  private merged(value: unknown, depth: number): [string, { node: unknown; place: Place }][] {
    this.spend(depth);
    const target = isAlias(value) ? this.target(value) : value;
    if (isSeq(target)) return target.items.flatMap(item => this.merged(item, depth + 1));
    if (isMap(target)) return [...this.pairs(target, depth + 1)];
    return this.wrong('have an object, or a list of them, after <<', 'Name an anchor of an object.') ?? [];
  }

  /** Aliases can repeat, and hold, what they stand in. */
  private spend(depth: number): void {
    if (depth > DEEPEST) this.give(`be nested at most ${DEEPEST} levels deep`, 'An alias may name the value that it stands in.');
    if (this.source.left-- <= 0) this.give(`keep the file under ${MOST_VALUES} values, those counted that aliases repeat`, 'Write it without aliases of aliases.');
  }

  private give(rule: string, advice: string): never {
    this.source.remarks.problem(this.place, this.path || 'the file', rule, 'more', advice);
    throw new UsageError(this.source.remarks.lines('problem'));
  }
}

/**
 * The one document of a file.
 *
 * @throws UsageError when it cannot be read
 */
export function readYaml(file: string, remarks: Remarks): Value {
  const lines = new LineCounter();
  const documents = parse(readText(file), lines).filter(document => !isEmpty(document) || document.errors.length > 0);
  for (const document of documents) {
    for (const { message, pos } of [...document.errors, ...document.warnings]) remarks.unreadable(placeIn(lines, pos[0]), `not YAML as eksctl reads it: ${OVERFLOW.test(message) ? 'it nests too deep' : printable(message)}`);
  }
  if (documents.length === 0) remarks.unreadable({ line: 1, column: 1 }, 'the file is empty. Give a ClusterConfig of eksctl.');
  if (documents.length > 1) {
    remarks.unreadable(placeIn(lines, documents[1].range![0]), 'another document begins here. eksctl reads the first one alone, and would drop this: put each into a file of its own.');
  }
  if (remarks.count('problem') > 0) throw new UsageError(remarks.lines('problem'));
  const [document] = documents;
  return new Value({ document, lines, remarks, left: MOST_VALUES }, '', document.contents, { line: 1, column: 1 });
}

function parse(text: string, lineCounter: LineCounter): Document[] {
  const customTags = (tags: Tags) => tags.filter(tag => typeof tag === 'string' || !OTHER_TAGS.test(tag.tag));
  // Repeated keys are found here, where it takes less than a time squared.
  return [...parseAllDocuments(text, { version: '1.1', merge: true, uniqueKeys: false, customTags, lineCounter, prettyErrors: false })];
}

function readText(file: string): string {
  const bytes = readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError([`${file}: must be UTF-8 text, got: other bytes. Save it as UTF-8.`]);
  }
}

function readBytes(file: string): Buffer {
  try {
    const bytes = readAtMost(file, LARGEST_FILE + 1);
    if (bytes.length > LARGEST_FILE) throw new UsageError([`${file}: must have at most ${LARGEST_FILE} bytes, got: more. Give a ClusterConfig of eksctl.`]);
    return bytes;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError([`${file}: cannot be read: ${reasonOf(error)}.`]);
  }
}

/** A device or a pipe says no size, and may have no end. */
function readAtMost(file: string, most: number): Buffer {
  const bytes = Buffer.alloc(most);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    for (let read = most; read > 0; length += read) read = readSync(descriptor, bytes, length, most - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/** Nothing but comments. */
function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source);
}

function placeIn(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
