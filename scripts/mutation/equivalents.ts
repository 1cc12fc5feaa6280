/**
 * Mutants without any observable effect, from scripts/mutation-equivalents.json.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { Mutant, MutantKey } from './mutants';
import { ROOT } from './root';

export interface Equivalent extends MutantKey {
  readonly reason: string;
}

export const EQUIVALENTS_FILE = 'scripts/mutation-equivalents.json';

export class Equivalents {
  public static read(): Equivalents {
    return new Equivalents(JSON.parse(readFileSync(join(ROOT, EQUIVALENTS_FILE), 'utf8')) as Equivalent[]);
  }

  private readonly byKey: ReadonlyMap<string, Equivalent>;

  constructor(private readonly entries: readonly Equivalent[]) {
    this.byKey = new Map(entries.map(entry => [keyText(entry), entry]));
  }

  public reasonOf({ key }: Mutant): string | undefined {
    return this.byKey.get(keyText(key))?.reason;
  }

  /** Entries of these files, or of files that no longer exist, whose mutant no longer exists. */
  public stale(mutants: readonly Mutant[], isMutated: (file: string) => boolean): Equivalent[] {
    const known = new Set(mutants.map(({ key }) => keyText(key)));
    return this.entries.filter(entry => isMutated(entry.file) && !known.has(keyText(entry)));
  }
}

function keyText({ file, within, line, original, replacement, nth }: MutantKey): string {
  return JSON.stringify([file, within, line, original, replacement, nth ?? 1]);
}
