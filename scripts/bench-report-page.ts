/**
 * How long `cdk-irsa report --format html` takes, how large its page is, and when Chromium paints it first:
 * `npx projen bench:report`. Writes bench/report-page.md. The command is bundled as in the package, and every run is a
 * process of its own.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, statSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { pathToFileURL } from 'url';
import type { Browser } from 'playwright-core';
import { synthesizeMany } from './bench-assembly';
import { BenchPage, median, spread } from './bench-figures';
import { COMMAND, write } from './bundle';
import { launch } from '../test/cli/report/browser';

const SIZES = [2000, 5000];
const RUNS = 7;
const MAX_MEGABYTES = { size: 2000, bar: 2.25 };
const MAX_FIRST_PAINT = { size: 5000, bar: 1000 };
const RUN = 'require(process.argv[1]).run({ version: "0.0.0" })';

interface Painted {
  readonly first: number;
  readonly contentful: number;
  /** The script of the page is done. */
  readonly ready: number;
}

async function main(): Promise<void> {
  const results = new BenchPage('Speed and size of the report page', 'bench:report', RUNS);
  results.print('| service accounts | verify | report | page | first paint | first contentful paint | ready |'
    + '\n|---|---|---|---|---|---|---|');
  const folder = mkdtempSync(join(tmpdir(), 'cdk-irsa-bench-'));
  const browser = await launch();
  try {
    for (const bundle of COMMAND) await write(bundle, folder);
    const verdicts: string[] = [];
    for (const size of SIZES) verdicts.push(...await measure(size, folder, browser, results));
    results.print(`\n${verdicts.join(' ')}`);
    results.write('report-page.md');
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

/** Prints a row of the table. Returns which bars are met. */
async function measure(size: number, folder: string, browser: Browser, results: BenchPage): Promise<string[]> {
  const [assembly, page] = [join(folder, `cdk.out-${size}`), join(folder, `${size}.html`)];
  await synthesizeMany(size, assembly);
  const seconds = (...words: string[]) => {
    const start = process.hrtime.bigint();
    execFileSync(process.execPath, ['-e', RUN, join(folder, 'cli.js'), ...words, assembly], { stdio: 'pipe' });
    return Number(process.hrtime.bigint() - start) / 1e9;
  };
  const runs = Array.from({ length: RUNS }, () => ({
    verify: seconds('verify'),
    report: seconds('report', '--format', 'html', '-o', page),
  }));
  const megabytes = statSync(page).size / 1e6;
  const painted: Painted[] = [];
  for (let run = 0; run < RUNS; run++) painted.push(await paintsOf(page, browser));
  const paints = (['first', 'contentful', 'ready'] as const)
    .map(when => spread(painted.map(times => times[when]), 0, ' ms'));
  results.print(`| ${[
    size,
    ...(['verify', 'report'] as const).map(command => spread(runs.map(run => run[command]), 2, ' s')),
    `${megabytes.toFixed(2)} MB`,
    ...paints,
  ].join(' | ')} |`);
  const firstPaint = median(painted.map(({ first }) => first));
  return [
    ...size === MAX_MEGABYTES.size ? [verdict(`page of ${size}`, megabytes, MAX_MEGABYTES.bar, 'MB')] : [],
    ...size === MAX_FIRST_PAINT.size ? [verdict(`first paint of ${size}`, firstPaint, MAX_FIRST_PAINT.bar, 'ms')] : [],
  ];
}

function verdict(what: string, value: number, bar: number, unit: string): string {
  const shown = unit === 'MB' ? value.toFixed(2) : value.toFixed(0);
  return `Goal: ${what} at most ${bar} ${unit}. Measured: ${shown} ${unit}, ${value <= bar ? 'met' : 'missed'}.`;
}

async function paintsOf(file: string, browser: Browser): Promise<Painted> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    return await page.evaluate(`new Promise(resolve => {
      const look = () => {
        const [first, contentful] = ['first-paint', 'first-contentful-paint']
          .map(name => performance.getEntriesByName(name)[0]?.startTime);
        const [{ loadEventEnd: ready }] = performance.getEntriesByType('navigation');
        if (contentful !== undefined && ready > 0) resolve({ first, contentful, ready });
        else setTimeout(look, 10);
      };
      look();
    })`);
  } finally {
    await context.close();
  }
}

main().catch((error: Error) => {
  console.error(`bench:report: ${error.message}`);
  process.exitCode = 1;
});
