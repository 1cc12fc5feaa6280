/**
 * Zod schemas for values in a YAML file, with messages that contain a rule and advice.
 */
import * as z from 'zod/mini';
import { Json, Path, YamlFile } from './yaml-file';

/** A regular expression, or an object with a compatible test method. */
interface Pattern {
  test(text: string): boolean;
}

type Schema<T = unknown> = z.ZodMiniType<T>;
type Shape = Record<string, Schema>;

/** The type that a schema reads. */
export type Read<S extends Schema> = z.output<S>;

/** The text form of a CDK token. */
const CDK_TOKEN = /[$#]\{Token\[/;
const NO_TOKEN = must('not look like a CDK token', 'The CDK would replace it with another value.');
const PLAIN = must('be a plain decimal number or a string', 'Quote it, or write it as a decimal number.');
const AN_OBJECT = must('be an object', 'Write keys and values.');

/** The message of an issue. */
function must(rule: string, advice: string, isKey = false): string {
  return JSON.stringify([rule, advice, isKey]);
}

/** Reads a value, and adds its problems to the file. */
export function readShape<T>(schema: Schema<T>, file: YamlFile, path: Path = []): T | undefined {
  const { data, error } = schema.safeParse(file.at(path));
  for (const { message, path: inner } of error?.issues ?? []) {
    const [rule, advice, isKey] = JSON.parse(message) as [string, string, boolean];
    file.problem([...path, ...inner as (string | number)[]], rule, advice, isKey);
  }
  return data;
}

/** A string. If it is missing, the message contains the rule of the pattern. */
export function text(
  pattern: Pattern = /^/, rule = 'be a string', advice = 'Quote it.', missing = advice,
): Schema<string> {
  const error = ({ input }: { input?: unknown }) => {
    if (input === undefined) return must(rule, missing);
    return must('be a string', isSingle(input) ? 'Quote it.' : 'Write a single value.');
  };
  return z.string({ error }).check(
    z.refine(value => !CDK_TOKEN.test(value), { error: NO_TOKEN, abort: true }),
    z.refine(value => pattern.test(value), must(rule, advice)),
  );
}

/** An optional string. eksctl treats an empty string like a missing one. */
export function optionalText(schema: Schema<string>): Schema<string | undefined> {
  return z.pipe(z.transform((value: unknown) => (value === '' ? undefined : value)), z.optional(schema));
}

export function flag(): Schema<boolean> {
  return z.boolean({ error: must('be true or false', 'Write it without quotes.') });
}

/** A number, a boolean or a string. */
export function single(rule: string, advice: string): Schema<Json> {
  return z.custom<Json>(value => isSingle(value), { error: must(rule, advice), abort: true }).check(
    z.refine(value => !Number.isNaN(value), PLAIN),
    z.refine(value => typeof value !== 'string' || !CDK_TOKEN.test(value), NO_TOKEN),
  );
}

/** A list. With a rule, it is required and must contain at least one item. */
export function list<T>(item: Schema<T>, rule?: string, advice = ''): Schema<T[]> {
  const error = ({ input }: { input?: unknown }) =>
    (rule && input === undefined ? must(rule, advice) : must('be a list', 'Write each item after a hyphen.'));
  const any = z.array(item, { error });
  return rule ? any.check(z.minLength(1, must(rule, advice))) : any;
}

/** One value, or a list of at least one. */
export function oneOrMore(item: Schema, rule: string, advice: string): Schema {
  const more = list(item, rule, advice);
  return z.transform((value: unknown, { issues }) => {
    readInto(issues, value === undefined || Array.isArray(value) ? more : item, value);
    return value;
  });
}

/** Keys and values that are strings; keys without a value are ignored. */
export function texts(key: Schema<string>, value: Schema<string>): Schema<[key: string, value: string][]> {
  const entries = z.map(key, value, { error: AN_OBJECT });
  return z.pipe(z.pipe(z.transform(withoutNulls), entries), z.transform(map => [...map]));
}

/** A key with a rule for messages. */
export function keyLike(pattern: Pattern, rule: string, advice: string): Schema<string> {
  return z.string().check(z.refine(key => pattern.test(key), must(rule, advice, true)));
}

/** A map with any keys and values of one schema. */
export function record(value: Schema): Schema {
  return z.pipe(z.transform(withoutNulls), z.map(z.string(), value, { error: AN_OBJECT }));
}

interface ObjectOptions {
  /** The message if the object is missing. */
  readonly missing?: [rule: string, advice: string];
  /** The advice if it is not an object. */
  readonly advice?: string;
  /** The name of the object, if it must have no other keys. */
  readonly exact?: string;
}

/** An object with the keys that are read. A key without a value counts as missing. */
export function object<S extends Shape>(shape: S, options: ObjectOptions = {}): Schema<z.output<z.ZodMiniObject<S>>> {
  const { missing, advice = 'Write keys and values.', exact } = options;
  const keys = Object.keys(shape);
  const known = z.object(shape) as unknown as Schema<z.output<z.ZodMiniObject<S>>>;
  return z.transform((value: unknown, { issues }) => {
    if (!(value instanceof Map)) {
      issues.push(issue(value === undefined && missing ? must(...missing) : must('be an object', advice)));
      return z.NEVER;
    }
    const found = withoutNulls(value as Map<string, unknown>);
    if (exact) {
      const rule = `not be in ${exact}, which has ${keys.join(', ')}`;
      const strangers = [...found.keys()].filter(key => !keys.includes(key));
      issues.push(...strangers.map(key => issue(must(rule, 'Check the spelling.', true), [key])));
    }
    const own = keys.filter(key => found.has(key)).map(key => [key, found.get(key)]);
    return readInto(issues, known, Object.fromEntries(own)) as z.output<typeof known>;
  });
}

function readInto<T>(issues: z.core.$ZodRawIssue[], schema: Schema<T>, value: unknown): T | undefined {
  const { data, error } = schema.safeParse(value);
  issues.push(...(error?.issues ?? []).map(({ message, path }) => issue(message, path)));
  return data;
}

function issue(message: string, path: PropertyKey[] = []): z.core.$ZodRawIssue {
  return { code: 'custom', message, path, input: undefined };
}

function withoutNulls<T>(value: T): T {
  return value instanceof Map ? new Map([...value].filter(([, item]) => item !== null)) as T : value;
}

function isSingle(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
