/**
 * The messages between the main process and its workers.
 */

/** One test: its file, relative to the repository, and its place there. */
export interface TestId {
  readonly file: string;
  readonly index: number;
}

/** Runs a test file without a mutant, and records which mutants it reaches. */
export interface CoverJob {
  readonly kind: 'cover';
  readonly file: string;
  /** The files with mutants. */
  readonly mutated: readonly string[];
}

/** Runs tests with a mutant until the first one fails. */
export interface JudgeJob {
  readonly kind: 'judge';
  readonly mutant: string;
  readonly tests: readonly (TestId & { readonly milliseconds: number })[];
  /** A mutant that is reached more often is in an endless loop. */
  readonly hitLimit: number;
}

export type Job = CoverJob | JudgeJob;

/** How often each mutant is reached. */
export type Hits = Readonly<Record<string, number>>;

export interface Coverage {
  readonly tests: readonly CoveredTest[];
  /** While the modules are loaded. */
  readonly atLoad: Hits;
  /** While the test file is loaded, or by hooks that several tests share. */
  readonly shared: Hits;
}

export interface CoveredTest {
  readonly name: string;
  /** CPU time, which other programs on the machine influence less. */
  readonly milliseconds: number;
  readonly hits: Hits;
  /** Why the test fails without a mutant. */
  readonly failure?: string;
}

export interface Verdict {
  readonly status: 'killed' | 'survived' | 'timeout';
  /** The first test that failed, and how. */
  readonly killer?: TestId & { readonly failure: string };
}

export type Message =
  /** Sent before each step. A worker that takes longer is killed. */
  | { readonly kind: 'alive'; readonly milliseconds: number }
  | Done
  | { readonly kind: 'failed'; readonly error: string };

export interface Done {
  readonly kind: 'done';
  readonly result: Coverage | Verdict;
  /** Whether the worker uses so much memory that it should be replaced. */
  readonly isFull: boolean;
  readonly cpuMilliseconds: number;
}
