/**
 * What scripts/bench-verify.ts measures, each way in a separate process: `<way> <cloud assembly>`.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { parseAllDocuments } from 'yaml';
import { accessMapOf } from '../src/analysis/reading/access-map-reader';
import { readAssembly } from '../src/analysis/reading/assembly';
import { RULES } from '../src/analysis/rules';
import { findingsOf } from '../src/analysis/rules/rule';

export interface Measured {
  readonly milliseconds: number;
  /** Of all threads, those of the garbage collector and the compiler too. Less wall clock, less noise. */
  readonly cpu: number;
  /** Of verify: to read the templates, to make the access map with the manifests, and to apply the rules. */
  readonly steps: readonly number[];
  readonly megabytes: number;
}

const WAYS: Record<string, (directory: string) => unknown> = {
  'yaml': directory => parsed(directory, text => [...parseAllDocuments(text)].map(document => document.toJS())),
  'js-yaml': directory => parsed(directory, text => loadAll(text, undefined, { schema: CORE_SCHEMA })),
  'verify': directory => {
    const assembly = step(() => readAssembly(directory));
    const map = step(() => accessMapOf(assembly));
    const findings = step(() => findingsOf(RULES, map));
    if (map.access.length === 0 || findings.some(({ severity }) => severity !== 'note')) {
      throw new Error('verify did not pass the assembly as expected');
    }
    return findings;
  },
};

const steps: number[] = [];

function step<T>(work: () => T): T {
  const start = process.hrtime.bigint();
  const result = work();
  steps.push(millisecondsSince(start));
  return result;
}

function millisecondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function parsed(directory: string, manifests: (text: string) => unknown): unknown {
  return readdirSync(directory).map(name => {
    const text = () => readFileSync(join(directory, name), 'utf8');
    if (/^manifest\.json$|\.template\.json$/.test(name)) return JSON.parse(text());
    return name.endsWith('.k8s.yaml') ? manifests(text()) : undefined;
  });
}

/** Loads the required modules before it measures. */
function measure(work: (directory: string) => unknown, directory: string): Measured {
  parseAllDocuments('a: 1');
  const [start, before] = [process.hrtime.bigint(), process.cpuUsage()];
  work(directory);
  const milliseconds = millisecondsSince(start);
  const { user, system } = process.cpuUsage(before);
  return { milliseconds, cpu: (user + system) / 1000, steps, megabytes: process.resourceUsage().maxRSS / 1024 };
}

const [, , way, directory] = process.argv;
console.log(JSON.stringify(measure(WAYS[way], directory)));
