/**
 * Compares the measurements of scripts/bench.ts with the limits that the library promises.
 */
import { median, spread } from './bench-figures';
import type { Results, Row } from './bench-results';

export interface Bar {
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
  readonly met: boolean;
  /** Whether it depends on the machine and its load. */
  readonly isTime: boolean;
}

export function barsOf(results: Results): Bar[] {
  const { rows, marginals, requireMilliseconds: { cdk, library }, tarballBytes } = results;
  const own = marginals.find(({ way }) => way === 'cdk-irsa')!;
  const lambdas = Math.max(...rows.filter(({ way }) => way.startsWith('cdk-irsa')).map(row => row.lambdas));
  const time = (what: string, most: number, ratios: number[], unit = 'times') =>
    bar(what, `at most ${most} ${unit}`, `${spread(ratios, 2)} ${unit}`, median(ratios) <= most, true);
  return [
    bar('resources for one more service account', '1', `${own.resources}`, own.resources === 1),
    bar('the same with grants', '2', `${own.withGrants}`, own.withGrants === 2),
    bar('Lambda functions', '0', `${lambdas}`, lambdas === 0),
    bar(
      'npm tarball, the command line in it',
      'under 1 MB',
      `${Math.round(tarballBytes / 1000)} kB`,
      tarballBytes < 1e6,
    ),
    ...compare(rows, 1000, 'cdk-irsa', 'iam.Role and YAML').map(ratios =>
      time('1,000 service accounts, compared with iam.Role and YAML', 1.15, ratios),
    ),
    ...compare(rows, 1000, 'cdk-irsa', 'iam.Role and cdk8s').map(ratios =>
      time('the same, compared with iam.Role and cdk8s', 0.95, ratios),
    ),
    ...compare(rows, 1000, 'cdk-irsa, deferred issuer', 'cdk-irsa').map(ratios =>
      time('1,000 with a deferred issuer, compared with a literal one', 1.1, ratios),
    ),
    ...compareSizes(rows, (_, thousand, many) => many / thousand)
      .map(ratios => time('5,000 service accounts, compared with 1,000', 5, ratios)),
    ...compareSizes(rows, (one, thousand, many) => (many - thousand) / 4000 / ((thousand - one) / 999))
      .map(ratios => time('one more after the first 1,000, compared with the average of these', 1.2, ratios)),
    ...memory(rows).map(megabytes => time('memory for 5,000', 350, megabytes, 'MB')),
    time(
      'loading cdk-irsa for the quickstart, without the CDK modules that it uses',
      10,
      library.map((value, index) => value - cdk[index]),
      'ms',
    ),
  ];
}

function bar(what: string, wanted: string, found: string, met: boolean, isTime = false): Bar {
  return { what, wanted, found, met, isTime };
}

/** Per run, because the measurements of one turn share the state of the machine. Empty if the size was not measured. */
function compare(rows: Row[], size: number, way: string, other: string): number[][] {
  const [one, two] = [way, other].map(name => rows.find(row => row.way === name && row.size === size));
  return one && two ? [one.milliseconds.map((value, index) => value / two.milliseconds[index])] : [];
}

/**
 * The library with more and more service accounts, run by run.
 *
 * @param ratio of the times for 1, 1,000 and 5,000
 */
function compareSizes(
  rows: Row[], ratio: (one: number, thousand: number, many: number) => number,
): number[][] {
  const [one, thousand, many] = [1, 1000, 5000].map(size => ofLibrary(rows, size)?.milliseconds);
  return one && thousand && many
    ? [many.map((value, index) => ratio(one[index], thousand[index], value))]
    : [];
}

function memory(rows: Row[]): number[][] {
  const row = ofLibrary(rows, 5000);
  return row ? [row.megabytes] : [];
}

function ofLibrary(rows: Row[], size: number): Row | undefined {
  return rows.find(row => row.way === 'cdk-irsa' && row.size === size);
}
