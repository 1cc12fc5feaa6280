/**
 * The results of the mutation test.
 */
import { Equivalent } from './equivalents';
import { Mutant } from './mutants';
import { Verdict } from './protocol';

export interface Judged {
  readonly mutant: Mutant;
  readonly status: Verdict['status'];
  /** How many tests reach it. */
  readonly tests: number;
  /** Why it is equivalent, if it is listed. */
  readonly equivalent?: string;
}

export interface FileScore {
  readonly file: string;
  /** How many mutants it has. */
  readonly mutants: number;
  readonly judged: number;
  readonly killed: number;
  /** Of the killed mutants, those with which a test does not end. */
  readonly timeouts: number;
  readonly survivors: readonly Judged[];
  /** Survivors that are listed as equivalent. */
  readonly equivalents: number;
  /** The killed share of the judged mutants. */
  readonly raw: number;
  /** The same without the equivalent mutants. */
  readonly adjusted: number;
}

export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly minutes: number;
  /** The total of all cores. */
  readonly cpuMinutes: number;
  readonly seed: number;
  readonly sampleSize: number;
  readonly minScore: number;
  readonly tests: number;
  readonly testFiles: number;
  readonly prose: number;
  readonly scores: readonly FileScore[];
  readonly stale: readonly Equivalent[];
  readonly wronglyListed: readonly Judged[];
}

export function scoresOf(mutants: readonly Mutant[], judged: readonly Judged[]): FileScore[] {
  return [...new Set(mutants.map(({ key }) => key.file))].map(file => {
    const own = judged.filter(({ mutant }) => mutant.key.file === file);
    const survivors = own.filter(({ status }) => status === 'survived');
    const equivalents = survivors.filter(({ equivalent }) => equivalent !== undefined).length;
    const killed = own.length - survivors.length;
    return {
      file,
      mutants: mutants.filter(({ key }) => key.file === file).length,
      judged: own.length,
      killed,
      timeouts: own.filter(({ status }) => status === 'timeout').length,
      survivors: survivors.sort((left, right) => left.mutant.lineNumber - right.mutant.lineNumber),
      equivalents,
      raw: share(killed, own.length),
      adjusted: share(killed, own.length - equivalents),
    };
  });
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
