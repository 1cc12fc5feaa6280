/**
 * The mutants of the trust code, made by the instrumenter of Stryker.
 */
import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { join } from 'path';
import { ROOT } from './root';
import { SourceText } from './source-text';

/** What identifies a mutant after its line has moved. */
export interface MutantKey {
  readonly file: string;
  /** The function, method or constant in which it stands. */
  readonly within: string;
  /** The text of its first line. */
  readonly line: string;
  readonly original: string;
  readonly replacement: string;
  /** Which one of several that are otherwise equal; the first has none. */
  readonly nth?: number;
}

export interface Mutant {
  readonly id: string;
  readonly key: MutantKey;
  readonly lineNumber: number;
  readonly mutator: string;
}

export interface Instrumented {
  /** By path, the source with all its mutants in it. */
  readonly sources: ReadonlyMap<string, string>;
  readonly mutants: readonly Mutant[];
  /** How many mutants of prose are left out. */
  readonly prose: number;
}

/** Two words with a space between them, as in an error text or a warning. */
const PROSE = /\w\S* \S*\w/;

const MAX_TEXT = 160;

export async function instrument(files: readonly string[]): Promise<Instrumented> {
  const { Instrumenter } = await import('@stryker-mutator/instrumenter');
  const silent = { isDebugEnabled: () => false, debug: () => {}, info: () => {}, warn: () => {} };
  const texts = new Map(files.map(file => [file, new SourceText(file, readFileSync(join(ROOT, file), 'utf8'))]));
  const result = await new Instrumenter(silent as never).instrument(
    [...texts.values()].map(({ file, content }) => ({ name: file, content, mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const seen = new Map<string, number>();
  const mutants: Mutant[] = [];
  for (const { id, fileName, location: { start, end }, mutatorName, replacement } of result.mutants) {
    const text = texts.get(fileName)!;
    const [from, to] = [text.offsetOf(start), text.offsetOf(end)];
    if (mutatorName === 'StringLiteral' && PROSE.test(text.literalAt(from, to))) continue;
    const key = {
      file: fileName,
      within: text.declarationsAround(from).join('.'),
      line: text.lineAt(start.line),
      original: shorten(text.content.slice(from, to)),
      replacement: shorten(replacement),
    };
    const nth = (seen.get(JSON.stringify(key)) ?? 0) + 1;
    seen.set(JSON.stringify(key), nth);
    mutants.push({ id, key: nth > 1 ? { ...key, nth } : key, lineNumber: start.line + 1, mutator: mutatorName });
  }
  return {
    sources: new Map(result.files.map(({ name, content }) => [name, content])),
    mutants,
    prose: result.mutants.length - mutants.length,
  };
}

/**
 * All mutants of a file with fewer than `size`, and `size` of any other. Goes by the text of the mutants, so that the
 * choice stays the same when a file is moved or other lines of it change.
 */
export function sample(mutants: readonly Mutant[], size: number, seed: number): Mutant[] {
  const files = new Set(mutants.map(({ key }) => key.file));
  return [...files].flatMap(file => {
    const own = mutants.filter(({ key }) => key.file === file);
    const ranked = own.map(mutant => ({ mutant, rank: rankOf(mutant, seed) }));
    return ranked.sort((left, right) => (left.rank < right.rank ? -1 : 1)).slice(0, size).map(({ mutant }) => mutant);
  });
}

function rankOf({ key }: Mutant, seed: number): string {
  return hash(JSON.stringify([seed, { ...key, file: undefined }]));
}

/** Fit for one line; still different from any other text. */
function shorten(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.length > MAX_TEXT ? `${oneLine.slice(0, MAX_TEXT)}… (${hash(oneLine).slice(0, 8)})` : oneLine;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
