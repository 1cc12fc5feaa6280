/**
 * Reads the library's record of its outputs of a stack, `<stack>.cdk-irsa.json`, and compares it with the existing
 * files.
 */
import { existsSync, statSync } from 'fs';
import { dirname, join } from 'path';
import { isDeepStrictEqual } from 'util';
import {
  GENERATED_MARK, RECORD_VERSION, RecordedServiceAccount,
} from '../../conventions/assembly-record';
import { arrayOf, isObject, JsonObject, objectOf } from '../json-values';
import { readText, UnusableInput } from './unusable-input';
import { yaml } from './yaml-parser';

const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** A generated file outside the assembly. */
export interface GeneratedFile {
  /** A kind of `RecordedFile`. */
  readonly kind: unknown;
  /** Relative to the working directory, or to the given assembly; if nothing was written, only a name. */
  readonly file: string;
  /** The existing text, or else the recorded text. */
  readonly text: string;
  /** `recorded`: synth did not write the file, so there is nothing to compare. */
  readonly state: 'as written' | 'recorded' | 'changed' | 'replaced' | 'missing';
}

/** Whether the text is from the existing file and not only recorded. */
export function isThere({ state }: GeneratedFile): boolean {
  return state === 'as written' || state === 'changed';
}

export interface StackRecord {
  readonly file: string;
  /** Manifests in the assembly. */
  readonly manifestFiles: string[];
  readonly files: GeneratedFile[];
  readonly serviceAccounts: Partial<RecordedServiceAccount>[];
}

/**
 * @param inside returns the path of a file in the assembly; throws if it is outside
 * @throws UnusableInput if the version of the record is not supported
 */
export function readRecord(record: JsonObject, file: string, inside: (path: string) => string): StackRecord {
  if (record.version !== RECORD_VERSION) {
    throw new UnusableInput(
      `${file}: was written by a different version of cdk-irsa. Run \`cdk synth\` with this version.`,
    );
  }
  const files = arrayOf(record.files).flatMap(entry => {
    const { kind, path, text, written } = objectOf(entry);
    return typeof path === 'string' ? [{ kind, path, text, written }] : [];
  });
  const root = typeof record.workingDirectory === 'string' ? join(dirname(file), record.workingDirectory) : undefined;
  return {
    file,
    manifestFiles: files
      .filter(({ kind, text }) => kind === 'manifests' && typeof text !== 'string')
      .map(({ path }) => inside(path)),
    files: files.flatMap(({ text, ...entry }) =>
      (typeof text === 'string' ? [generatedFile({ ...entry, text }, root)] : [])),
    serviceAccounts: arrayOf(record.serviceAccounts).filter(isObject),
  };
}

function generatedFile(
  { kind, path, text, written }: { kind: unknown; path: string; text: string; written: unknown },
  root: string | undefined,
): GeneratedFile {
  if (written !== true) return { kind, file: path, text, state: 'recorded' };
  const file = root === undefined ? path : join(root, path);
  if (root === undefined || !existsSync(file)) return { kind, file, text, state: 'missing' };
  const found = generatedText(file);
  if (found === undefined) return { kind, file, text, state: 'replaced' };
  return { kind, file, text: found, state: isSame(found, text) ? 'as written' : 'changed' };
}

/** Only generated YAML is read, so that an untrusted assembly cannot read other files of the user. */
function generatedText(file: string): string | undefined {
  if (!/\.ya?ml$/.test(file) || !statSync(file).isFile()) return undefined;
  const text = readText(file, undefined, MAX_FILE_BYTES);
  return text.startsWith(GENERATED_MARK) ? text : undefined;
}

/** Ignores whitespace and comments, which formatters and Git may change. */
function isSame(found: string, recorded: string): boolean {
  if (found === recorded || found.replaceAll('\r\n', '\n') === recorded) return true;
  const [left, right] = [found, recorded].map(text =>
    yaml().parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false }).map(document =>
      (document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 }))));
  return !left.includes(undefined) && isDeepStrictEqual(left, right);
}
