/**
 * A process that runs tests with and without mutants. It loads aws-cdk-lib only once.
 */
import { join } from 'path';
import * as fastCheck from 'fast-check';
import { installGlobals, TestFile } from './harness';
import { CompiledFiles, Modules } from './modules';
import { CoverJob, Coverage, CoveredTest, Hits, Job, JudgeJob, Message, Verdict } from './protocol';
import { ROOT } from './root';

/** What the instrumented code reads and writes. */
interface Namespace {
  activeMutant?: string;
  currentTestId?: string;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: { readonly static: Hits; readonly perTest: Record<string, Hits> };
}

/** aws-cdk-lib keeps every token that it ever created. */
const HEAP_LIMIT = 1.5 * 2 ** 30;
const SHARED = 'shared';
/** Limits the time for survivors. The seed of a property stays the same, so these are the first runs of the suite. */
const MAX_PROPERTY_RUNS = 5;
/** Generous: on a busy machine a test must not look like an endless loop. */
const LOAD_LIMIT = 120_000;
const MIN_TEST_LIMIT = 20_000;
const LIMIT_FACTOR = 50;

const namespace: Namespace = (globalThis as { __stryker__?: Namespace }).__stryker__ = {};
const packages = new Map([['fast-check', { ...fastCheck, assert: shortAssert }]]);
const compiled = new CompiledFiles(ROOT, process.argv[2], packages);

async function cover({ file, mutated }: CoverJob): Promise<Coverage> {
  const coverage = namespace.mutantCoverage = { static: {}, perTest: {} as Record<string, Hits> };
  alive(LOAD_LIMIT);
  const modules = new Modules(compiled);
  for (const source of mutated) modules.load(join(ROOT, source));
  namespace.currentTestId = SHARED;
  const testFile = TestFile.collect(() => modules.load(join(ROOT, file)));
  const tests: CoveredTest[] = [];
  for (const [index, test] of testFile.tests.entries()) {
    alive(LOAD_LIMIT);
    const start = cpuMilliseconds();
    let failure;
    try {
      await testFile.enter(test);
      namespace.currentTestId = `${index}`;
      await testFile.run(test);
    } catch (error) {
      failure = String(error);
    }
    namespace.currentTestId = SHARED;
    const milliseconds = cpuMilliseconds() - start;
    tests.push({ name: test.name, milliseconds, hits: coverage.perTest[index] ?? {}, failure });
  }
  await testFile.close();
  namespace.currentTestId = undefined;
  return { tests, atLoad: coverage.static, shared: coverage.perTest[SHARED] ?? {} };
}

async function judge({ mutant, tests, hitLimit }: JudgeJob): Promise<Verdict> {
  Object.assign(namespace, { activeMutant: mutant, hitCount: 0, hitLimit, mutantCoverage: undefined });
  const modules = new Modules(compiled);
  const files = new Map<string, TestFile>();
  const load = (file: string) => {
    alive(LOAD_LIMIT);
    const testFile = TestFile.collect(() => modules.load(join(ROOT, file)));
    files.set(file, testFile);
    return testFile;
  };
  try {
    for (const { file, index, milliseconds } of tests) {
      try {
        const testFile = files.get(file) ?? load(file);
        alive(MIN_TEST_LIMIT + LIMIT_FACTOR * milliseconds);
        await testFile.enter(testFile.tests[index]);
        await testFile.run(testFile.tests[index]);
      } catch (error) {
        return { status: isEndless() ? 'timeout' : 'killed', killer: { file, index, failure: String(error) } };
      }
      if (isEndless()) return { status: 'timeout' };
    }
    return { status: 'survived' };
  } finally {
    Object.assign(namespace, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    // The mutant may have left nothing to clean up.
    for (const testFile of files.values()) await testFile.close().catch(() => {});
  }
}

function shortAssert(property: never, parameters: fastCheck.Parameters = {}): unknown {
  const numRuns = Math.min(MAX_PROPERTY_RUNS, parameters.numRuns ?? Infinity);
  return fastCheck.assert(property, { ...parameters, numRuns });
}

/** A test that expects an error may have swallowed that of the hit limit. */
function isEndless(): boolean {
  return namespace.hitCount! > namespace.hitLimit!;
}

function alive(milliseconds: number): void {
  send({ kind: 'alive', milliseconds });
}

function send(message: Message): void {
  process.send!(message);
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let reported = 0;

/** The CPU time of this process since the last job, including its start. */
function cpuSinceLastJob(): number {
  const before = reported;
  reported = cpuMilliseconds();
  return reported - before;
}

async function answer(job: Job): Promise<Message> {
  try {
    const result = await (job.kind === 'cover' ? cover(job) : judge(job));
    const isFull = process.memoryUsage().heapUsed > HEAP_LIMIT;
    return { kind: 'done', result, isFull, cpuMilliseconds: cpuSinceLastJob() };
  } catch (error) {
    return { kind: 'failed', error: (error as Error).stack ?? String(error) };
  }
}

installGlobals();
process.on('message', async (job: Job) => send(await answer(job)));
