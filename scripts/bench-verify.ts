/**
 * Compares the time and memory of `cdk-irsa verify` with only parsing the same files: `npx projen bench:verify`. Writes
 * bench/verify.md.
 *
 * Each figure is from a separate process, bundled like the command; the three take turns. Verify reads plain manifests
 * with js-yaml, and all others with yaml, which also reports line numbers.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { build } from 'esbuild';
import { synthesizeMany } from './bench-assembly';
import { BenchPage, median, spread } from './bench-figures';
import type { Measured } from './bench-verify-work';

const SIZES = [500, 1000, 2000, 4000];
const RUNS = 7;
/** How many times as long as yaml verify may take. */
const BAR = 1.5;
const SIZE_OF_BAR = 1000;

async function main(): Promise<void> {
  const page = new BenchPage('Speed of verify', 'bench:verify', RUNS);
  page.print(
    '| service accounts | parsed by yaml | parsed by js-yaml | verify | of it: templates | access map | rules '
      + '| verify / yaml | by CPU time | verify / js-yaml | memory, yaml | memory, verify |'
      + `\n${'|---'.repeat(12)}|`,
  );
  const ratios = new Map<number, number>();
  for (const size of SIZES) ratios.set(size, await measure(size, page));
  const ratio = ratios.get(SIZE_OF_BAR)!;
  page.print(
    `\nGoal: verify takes at most ${BAR} times as long as yaml for ${SIZE_OF_BAR} service accounts in 5 templates. `
      + `It takes ${ratio.toFixed(2)} times as long: ${ratio <= BAR ? 'met' : 'missed'}.`,
  );
  page.write('verify.md');
}

/** Prints a row of the table. Returns how many times as long as yaml verify takes. */
async function measure(size: number, page: BenchPage): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-irsa-bench-'));
  try {
    const program = join(folder, 'work.js');
    await build({
      entryPoints: [join(__dirname, 'bench-verify-work.ts')],
      bundle: true,
      platform: 'node',
      outfile: program,
    });
    await synthesizeMany(size, join(folder, 'cdk.out'));
    const runs = Array.from({ length: RUNS }, () => ({
      yaml: inProcess(program, 'yaml'),
      jsYaml: inProcess(program, 'js-yaml'),
      verify: inProcess(program, 'verify'),
    }));
    const ratios = (way: 'yaml' | 'jsYaml', of: 'milliseconds' | 'cpu' = 'milliseconds') =>
      runs.map(run => run.verify[of] / run[way][of]);
    page.print(`| ${[
      size,
      ...(['yaml', 'jsYaml', 'verify'] as const).map(way => spread(runs.map(run => run[way].milliseconds), 0, ' ms')),
      ...[0, 1, 2].map(step => `${median(runs.map(run => run.verify.steps[step])).toFixed(0)} ms`),
      ...[ratios('yaml'), ratios('yaml', 'cpu'), ratios('jsYaml')].map(values => spread(values, 2)),
      ...(['yaml', 'verify'] as const).map(way => spread(runs.map(run => run[way].megabytes), 0, ' MB')),
    ].join(' | ')} |`);
    return median(ratios('yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inProcess(program: string, way: string): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [program, way, join(dirname(program), 'cdk.out')], { encoding: 'utf8' }),
  );
}

void main();
