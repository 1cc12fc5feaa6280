/**
 * The tests that can kill a mutant: those that reach it, the fastest first.
 */
import { Mutant } from './mutants';
import { Pool } from './pool';
import { Coverage, Hits, JudgeJob, TestId } from './protocol';

interface PlannedTest extends TestId {
  readonly name: string;
  readonly milliseconds: number;
  readonly hits: Hits;
}

/** If a mutant is reached this many times more often than without it, it counts as an endless loop. */
const HIT_FACTOR = 100;
const MIN_HIT_LIMIT = 10_000;
/** CPU time per mutant. Most mutants are killed in the first second; survivors use all of the time. */
export const BUDGET_SECONDS = 10;

export class TestPlan {
  /** Runs every test once without a mutant. */
  public static async measure(pool: Pool, tests: readonly string[], mutants: readonly Mutant[]): Promise<TestPlan> {
    const mutated = [...new Set(mutants.map(({ key }) => key.file))];
    const cover = async (file: string) => ({ file, ...await pool.cover({ kind: 'cover', file, mutated }) });
    return new TestPlan(await Promise.all(tests.map(cover)), mutants);
  }

  private readonly tests: readonly PlannedTest[];
  private readonly atLoad: Hits;
  private readonly fileOf: ReadonlyMap<string, string>;

  private constructor(coverages: readonly (Coverage & { file: string })[], mutants: readonly Mutant[]) {
    this.atLoad = coverages[0].atLoad;
    this.fileOf = new Map(mutants.map(({ id, key }) => [id, key.file]));
    this.tests = coverages.flatMap(planTests).sort((left, right) => left.milliseconds - right.milliseconds);
  }

  public get size(): number {
    return this.tests.length;
  }

  public nameOf({ file, index }: TestId): string {
    return this.tests.find(test => test.file === file && test.index === index)!.name;
  }

  /** Runs every test without a mutant, in the same order as with mutants. */
  public rehearsals(parts: number): JudgeJob[] {
    return Array.from({ length: parts }, (_, part) => {
      const own = this.tests.filter((__, index) => index % parts === part);
      return { kind: 'judge', mutant: 'none', tests: own.map(step), hitLimit: 0 };
    });
  }

  public jobFor({ id, key: { file } }: Mutant): JudgeJob {
    const isAtLoad = id in this.atLoad;
    const reached = this.tests.filter(({ hits }) => isAtLoad || id in hits);
    const hitCount = reached.reduce((count, { hits }) => count + (hits[id] ?? 0), this.atLoad[id] ?? 0);
    // Any test may use a constant, most likely a test that reaches other code in the same file.
    const isNear = (test: PlannedTest) => !isAtLoad || this.reaches(test, file);
    const tests = withinBudget([...reached.filter(isNear), ...reached.filter(test => !isNear(test))]).map(step);
    return { kind: 'judge', mutant: id, tests, hitLimit: Math.max(MIN_HIT_LIMIT, HIT_FACTOR * hitCount) };
  }

  private reaches({ hits }: PlannedTest, file: string): boolean {
    return Object.keys(hits).some(id => this.fileOf.get(id) === file);
  }
}

function withinBudget(tests: readonly PlannedTest[]): PlannedTest[] {
  let left = BUDGET_SECONDS * 1000;
  return tests.filter(({ milliseconds }) => (left -= milliseconds) > 0);
}

function planTests({ file, tests, shared }: Coverage & { file: string }): PlannedTest[] {
  return tests.map(({ name, milliseconds, hits, failure }, index) => {
    if (failure !== undefined) throw new Error(`${file}, ${name}: fails without a mutant.\n${failure}`);
    return { file, index, name, milliseconds, hits: sum(shared, hits) };
  });
}

function step({ file, index, milliseconds }: PlannedTest): JudgeJob['tests'][number] {
  return { file, index, milliseconds };
}

function sum(left: Hits, right: Hits): Hits {
  const total: Record<string, number> = { ...left };
  for (const [id, count] of Object.entries(right)) total[id] = (total[id] ?? 0) + count;
  return total;
}
