/**
 * The results of scripts/bench.ts as Markdown.
 */
import type { Bar } from './bench-bars';
import { median, spread } from './bench-figures';
import type { Results, Row } from './bench-results';
import { table } from './docs/page';

const describeMethod = (runs: number) =>
  `Times and memory are those of whole processes: medians of ${runs} runs (smallest to largest) in turn.\n`
  + 'The template validator of aws-cdk-lib, which runs by default since 2.262, is off (`CDK_VALIDATION=false`),\n'
  + 'except where the table says so. "YAML" is text concatenated as fast as possible: it does not quote names that\n'
  + 'need quotes. cdk8s writes YAML for any name.';

export function markdown(
  { date, machine, versions, runs, rows, marginals, requireMilliseconds: { cdk, library } }: Results,
  bars: Bar[],
): string {
  return `# What a service account costs

${date}, ${machine}, ${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}. Repeat it with \`npx projen bench\`.

${describeMethod(runs)}

## Goals

${table(
  ['', 'goal', 'measured', ''],
  bars.map(({ what, wanted, found, met }) => [what, wanted, found, met ? 'met' : 'missed']),
)}

${validation(rows)}## One more service account

${table(
  ['', 'resources', 'with a grant', 'bytes of template'],
  marginals.map(({ way, resources, withGrants, templateBytes }) => [
    way,
    `${resources}`,
    withGrants === undefined ? '-' : `${withGrants}`,
    `${templateBytes}`,
  ]),
)}

${[...new Set(rows.map(({ size }) => size))]
  .map(size =>
    sizeSection(
      size,
      rows.filter(row => row.size === size),
    ),
  )
  .join('\n\n')}

## Loading the library

${table(
  ['', 'ms'],
  [
    ['the modules of the CDK that the quickstart uses', spread(cdk, 0)],
    ['these modules, and ClusterOidcProvider and IrsaServiceAccount of cdk-irsa', spread(library, 0)],
  ],
)}`;
}

/** What a user waits for: CDK's own validator runs by default. */
function validation(rows: Row[]): string {
  const size = 1000;
  const ofSize = rows.filter(row => row.size === size);
  const base = ofSize.find(({ way }) => way === 'iam.Role and YAML');
  if (base === undefined) return '';
  const against = (row: Row) =>
    row.validatedMilliseconds.map((value, index) => value / base.validatedMilliseconds[index]);
  return `## With CDK's validator

The validator runs by default. For ${size.toLocaleString('en')} service accounts.

${table(
  ['', 'time', 'compared with iam.Role and YAML', 'of which the validator'],
  ofSize.map(row => [
    row.way,
    `${spread(row.validatedMilliseconds, 0)} ms`,
    spread(against(row), 2),
    `${(median(row.validatedMilliseconds) - median(row.milliseconds)).toFixed(0)} ms`,
  ]),
)}

`;
}

function sizeSection(size: number, rows: Row[]): string {
  const base = rows.find(({ way }) => way === 'iam.Role and YAML')!;
  const ratios = (row: Row) => row.milliseconds.map((value, index) => value / base.milliseconds[index]);
  const heads = [
    '',
    'resources',
    'Lambdas',
    'templates',
    'assets',
    'time',
    'compared with iam.Role and YAML',
    'synthesis',
    'with the validator',
    'memory',
  ];
  return `## ${size.toLocaleString('en')} service account${size === 1 ? '' : 's'}

${table(
  heads,
  rows.map(row => [
    row.way,
    row.resources.toLocaleString('en'),
    `${row.lambdas}`,
    bytes(row.templateBytes),
    bytes(row.assetBytes),
    `${spread(row.milliseconds, 0)} ms`,
    spread(ratios(row), 2),
    `${median(row.synthMilliseconds).toFixed(0)} ms`,
    `${median(row.validatedMilliseconds).toFixed(0)} ms`,
    `${median(row.megabytes).toFixed(0)} MB`,
  ]),
)}`;
}

function bytes(count: number): string {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e3).toFixed(count < 1e4 ? 1 : 0)} kB`;
}
