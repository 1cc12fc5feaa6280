/**
 * Mutation testing of the trust code: `npx projen mutation`.
 *
 * Changes the code in one place at a time and expects a test to fail. Writes bench/mutation.md.
 *
 * `--files issuer` judges only the files whose path contains this text, `--all` judges all mutants instead of a sample;
 * both print the survivors and write nothing. `--workers 1` leaves a core to other programs.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { availableParallelism } from 'os';
import { join } from 'path';
import { performance } from 'perf_hooks';
import { parseArgs } from 'util';
import { bundleWorker, compile } from './mutation/compile';
import { Equivalents } from './mutation/equivalents';
import { mutatedFiles, testFiles } from './mutation/files';
import { instrument, Mutant, sample } from './mutation/mutants';
import { Pool } from './mutation/pool';
import { Judged, scoresOf } from './mutation/report';
import { markdown, terminalText } from './mutation/report-text';
import { ROOT } from './mutation/root';
import { TestPlan } from './mutation/test-plan';

const SEED = 14;
const SAMPLE_SIZE = 100;
const MIN_SCORE = 0.95;

const CACHE = join(ROOT, 'node_modules', '.cache');

async function main(): Promise<void> {
  const start = performance.now();
  const { values: { files: parts, all, workers } } = parseArgs({
    options: { files: { type: 'string', multiple: true }, all: { type: 'boolean' }, workers: { type: 'string' } },
  });
  const isPartial = parts !== undefined || all === true;
  const files = mutatedFiles().filter(file => parts?.some(part => file.includes(part)) ?? true);
  if (files.length === 0) throw new Error(`No file of the trust code contains ${parts?.join(' or ')}.`);
  const { sources, mutants, prose } = await instrument(files);
  const sampled = all ? mutants : sample(mutants, SAMPLE_SIZE, SEED);
  const equivalents = Equivalents.read();
  // Survivors take the most time, so partial runs trust the list.
  const chosen = isPartial ? sampled.filter(mutant => equivalents.reasonOf(mutant) === undefined) : sampled;
  const size = Number(workers ?? availableParallelism());
  const { judged, plan, cpuMinutes } = await withPool(sources, size, async pool => {
    progress(`${testFiles().length} test files without a mutant`);
    const made = await TestPlan.measure(pool, testFiles(), mutants);
    if (!isPartial) await rehearse(pool, made, size);
    const verdicts = await judgeAll(pool, made, chosen, equivalents);
    return { plan: made, judged: verdicts, cpuMinutes: pool.cpuMilliseconds / 60_000 };
  });
  const results = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} cores, Node.js ${process.version}`,
    minutes: (performance.now() - start) / 60_000,
    cpuMinutes,
    seed: SEED,
    sampleSize: all ? Infinity : SAMPLE_SIZE,
    minScore: MIN_SCORE,
    tests: plan.size,
    testFiles: testFiles().length,
    prose,
    scores: scoresOf(mutants, judged),
    stale: equivalents.stale(mutants, file => !parts || files.includes(file)),
    wronglyListed: judged.filter(({ equivalent, status }) => equivalent !== undefined && status !== 'survived'),
  };
  if (!isPartial) {
    mkdirSync(join(ROOT, 'bench'), { recursive: true });
    writeFileSync(join(ROOT, 'bench', 'mutation.md'), `${markdown(results)}\n`);
  }
  console.log(terminalText(results));
  process.exitCode = results.scores.every(({ adjusted }) => adjusted >= MIN_SCORE) ? 0 : 1;
}

async function withPool<T>(
  sources: ReadonlyMap<string, string>, workers: number, use: (pool: Pool) => Promise<T>,
): Promise<T> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'mutation-')); // where modules can resolve node_modules
  try {
    compile(sources, folder);
    const pool = new Pool(bundleWorker(folder), folder, workers);
    return await use(pool).finally(async () => pool.close());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A test that depends on a previous test would kill mutants for no reason. */
async function rehearse(pool: Pool, plan: TestPlan, parts: number): Promise<void> {
  const verdicts = await Promise.all(plan.rehearsals(parts).map(async job => pool.judge(job)));
  const killer = verdicts.find(({ status }) => status !== 'survived')?.killer;
  if (!killer) return;
  throw new Error(`${killer.file}, ${plan.nameOf(killer)}: fails in another order of the tests.\n${killer.failure}`);
}

async function judgeAll(
  pool: Pool, plan: TestPlan, mutants: readonly Mutant[], equivalents: Equivalents,
): Promise<Judged[]> {
  let done = 0;
  return Promise.all(mutants.map(async mutant => {
    const job = plan.jobFor(mutant);
    const { status } = job.tests.length === 0 ? { status: 'survived' as const } : await pool.judge(job);
    progress(`${++done} of ${mutants.length} mutants`);
    return { mutant, status, tests: job.tests.length, equivalent: equivalents.reasonOf(mutant) };
  }));
}

let nextLine = 0;

/** Updates one line on a terminal, or prints a line per minute to a log. */
function progress(text: string): void {
  if (process.stderr.isTTY) {process.stderr.write(`${text.padEnd(60)}\r`);} else if (performance.now() > nextLine) {
    process.stderr.write(`${text}\n`);
    nextLine = performance.now() + 60_000;
  }
}

main().catch(error => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
