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
  readonly megabytes: number;
}

const WAYS: Record<string, (directory: string) => unknown> = {
  'yaml': directory => parsed(directory, text => [...parseAllDocuments(text)].map(document => document.toJS())),
  'js-yaml': directory => parsed(directory, text => loadAll(text, undefined, { schema: CORE_SCHEMA })),
  'verify': directory => {
    const map = accessMapOf(readAssembly(directory));
    const findings = findingsOf(RULES, map);
    if (map.access.length === 0 || findings.some(({ severity }) => severity !== 'note')) {
      throw new Error('verify did not pass the assembly as expected');
    }
    return findings;
  },
};

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
  const start = process.hrtime.bigint();
  work(directory);
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  return { milliseconds, megabytes: process.resourceUsage().maxRSS / 1024 };
}

const [, , way, directory] = process.argv;
console.log(JSON.stringify(measure(WAYS[way], directory)));
