/**
 * The globals of jest, as far as the tests of the trust code use them. Unlike jest, it can run any choice of tests
 * in any order without loading aws-cdk-lib again.
 */
import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

type Step = () => unknown;

interface Block {
  readonly parent?: Block;
  readonly name: string;
  readonly beforeAll: Step[];
  readonly afterAll: Step[];
  readonly beforeEach: Step[];
  readonly afterEach: Step[];
  /** Whether beforeAll has run, and how. */
  entered?: { readonly error?: unknown };
}

export interface Test {
  readonly name: string;
  readonly block: Block;
  readonly run: Step;
}

const mocker = new ModuleMocker(globalThis);
let block: Block;
let collected: Test[];

export class TestFile {
  /** Collects the tests that `load` defines. */
  public static collect(load: () => void): TestFile {
    block = newBlock('');
    collected = [];
    load();
    return new TestFile(collected);
  }

  private readonly entered: Block[] = [];

  private constructor(public readonly tests: readonly Test[]) {}

  /** Runs beforeAll of the blocks around the test, once. Rejects for each test if it fails. */
  public async enter({ block: innermost }: Test): Promise<void> {
    for (const ancestor of chainOf(innermost)) {
      if (!ancestor.entered) {
        this.entered.push(ancestor);
        ancestor.entered = await runAll(ancestor.beforeAll).then(() => ({}), error => ({ error }));
      }
      if ('error' in ancestor.entered) throw ancestor.entered.error;
    }
  }

  /** Runs the test, which must have been entered. Rejects if it fails. */
  public async run(test: Test): Promise<void> {
    const chain = chainOf(test.block);
    try {
      for (const ancestor of chain) await runAll(ancestor.beforeEach);
      await test.run();
      const [missing] = expect.extractExpectedAssertionsErrors();
      if (missing) throw missing.error;
    } finally {
      for (const ancestor of chain.reverse()) await runAll(ancestor.afterEach);
      mocker.clearAllMocks();
    }
  }

  /** Runs afterAll of what ran. */
  public async close(): Promise<void> {
    for (const ancestor of this.entered.reverse()) await runAll(ancestor.afterAll);
  }
}

export function installGlobals(): void {
  const test = Object.assign(define, { each: each(define), skip: Object.assign(() => {}, { each: () => () => {} }) });
  const describe = Object.assign(defineBlock, { each: each(defineBlock) });
  Object.assign(globalThis, {
    test,
    it: test,
    describe,
    expect,
    beforeAll: (step: Step) => block.beforeAll.push(step),
    afterAll: (step: Step) => block.afterAll.push(step),
    beforeEach: (step: Step) => block.beforeEach.push(step),
    afterEach: (step: Step) => block.afterEach.push(step),
    jest: {
      fn: mocker.fn.bind(mocker),
      spyOn: mocker.spyOn.bind(mocker),
      clearAllMocks: () => mocker.clearAllMocks(),
      resetAllMocks: () => mocker.resetAllMocks(),
      restoreAllMocks: () => mocker.restoreAllMocks(),
      setTimeout: () => {},
    },
  });
}

function define(name: string, run: Step): void {
  if (run.length > 0) throw new Error(`${name}: tests with a callback are not supported; return a promise.`);
  const names = [...chainOf(block).map(ancestor => ancestor.name), name];
  collected.push({ name: names.filter(Boolean).join(' › '), block, run });
}

function defineBlock(name: string, fill: Step): void {
  const parent = block;
  block = newBlock(name, parent);
  fill();
  block = parent;
}

function newBlock(name: string, parent?: Block): Block {
  return { name, parent, beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
}

function chainOf(innermost: Block): Block[] {
  return [...innermost.parent ? chainOf(innermost.parent) : [], innermost];
}

async function runAll(steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step();
}

function each(defineOne: (name: string, run: Step) => void) {
  return (table: readonly unknown[]) => (name: string, run: (...values: unknown[]) => unknown) => {
    const rows = table.every(row => Array.isArray(row)) ? table : table.map(row => [row]);
    rows.forEach((row, index) => defineOne(title(name, row, index), () => run(...row)));
  };
}

/** Close to the title that jest gives it. */
function title(name: string, values: readonly unknown[], index: number): string {
  let next = 0;
  return name.replace(/%[%#psdifjoO]|\$([\w.]+)/g, (placeholder, path?: string) => {
    if (placeholder === '%%') return '%';
    if (placeholder === '%#') return `${index}`;
    return path === undefined ? show(values[next++]) : show(valueAt(values[0], path));
  });
}

function valueAt(value: unknown, path: string): unknown {
  const child = (parent: unknown, key: string) => (parent as Record<string, unknown> | undefined)?.[key];
  return path.split('.').reduce<unknown>(child, value);
}

function show(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
