/**
 * Compares the cost of service accounts with other ways to create them in the CDK: `npx projen bench`.
 *
 * Each time and memory figure is from a separate process; the ways take turns. Writes bench/ and prints the results.
 *
 * `--sizes 1,100 --runs 3` measures less and writes nothing. `--sizes 1000 --update` measures one size again.
 */
import { execFileSync, spawnSync } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parseArgs } from 'util';
import { buildSync } from 'esbuild';
import { Measured, WAYS } from './bench-apps';
import { barsOf } from './bench-bars';
import { machine } from './bench-figures';
import { markdown } from './bench-report';
import { Marginal, Results, Row } from './bench-results';

const ROOT = join(__dirname, '..');
const REQUIRE_RUNS = 15;
const ENVIRONMENT = { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };
const work = mkdtempSync(join(realpathSync(tmpdir()), 'cdk-irsa-bench-'));
const program = join(work, 'apps.js');
const MODULES = join(work, 'node_modules');

async function main(): Promise<void> {
  const { values: { sizes, runs, update } } = parseArgs({
    options: { sizes: { type: 'string' }, runs: { type: 'string' }, update: { type: 'boolean' } },
  });
  install();
  buildSync({
    entryPoints: [join(__dirname, 'bench-apps.ts')],
    bundle: true,
    platform: 'node',
    packages: 'external',
    tsconfigRaw: {},
    outfile: program,
  });
  const measured = measure((sizes ?? '1,10,100,1000,5000').split(',').map(Number), Number(runs ?? 5));
  const results = update ? { ...measured, rows: updated(measured.rows) } : measured;
  const bars = barsOf(results);
  const text = markdown(results, bars);
  console.log(text);
  if (update || (sizes === undefined && runs === undefined)) await write(results, text);
  // Times depend on the machine, so limits on them are only reported.
  const certain = bars.filter(({ isTime }) => !isTime);
  console.log(`${certain.filter(({ met }) => met).length} passed, ${certain.filter(({ met }) => !met).length} failed`);
  process.exitCode = certain.every(({ met }) => met) ? 0 : 1;
}

/** Installs the packed library and the newest peers, as a user does. */
function install(): void {
  const execute = (command: string, args: string[], cwd: string) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  execute('npx', ['projen', 'compile'], ROOT);
  const [{ filename }] = JSON.parse(execute('npm', ['pack', '--silent', '--json', '--pack-destination', work], ROOT));
  execute('npm', ['init', '--yes'], work);
  execute(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `./${filename}`,
      'aws-cdk-lib',
      'constructs',
      'cdk8s',
      '@aws-cdk/lambda-layer-kubectl-v33',
    ],
    work,
  );
}

/** The rows of the last results, with those of the measured sizes replaced. */
function updated(rows: Row[]): Row[] {
  const last: Results = JSON.parse(readFileSync(join(ROOT, 'bench', 'results.json'), 'utf8'));
  const all = [...last.rows.filter(({ size }) => rows.every(row => row.size !== size)), ...rows];
  return all.sort((left, right) => left.size - right.size);
}

async function write(results: Results, text: string): Promise<void> {
  const { plot } = await import('./bench-plot.js');
  mkdirSync(join(ROOT, 'bench'), { recursive: true });
  writeFileSync(join(ROOT, 'bench', 'results.md'), `${text}\n`);
  writeFileSync(join(ROOT, 'bench', 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(ROOT, 'bench', 'synth-time.svg'), await plot(results));
}

function measure(sizes: number[], runs: number): Results {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    versions: Object.fromEntries(['aws-cdk-lib', 'constructs', 'cdk8s'].map(name => [name, versionOf(name)])),
    runs,
    rows: sizes.flatMap(size => rowsOf(size, runs)),
    marginals: Object.keys(WAYS).map(marginal),
    requireMilliseconds: requiring(),
    tarballBytes: tarball(),
  };
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')).version;
}

function rowsOf(size: number, runs: number): Row[] {
  const ways = Object.keys(WAYS);
  const turns = Array.from({ length: runs }, () => ways.map(way => {
    process.stderr.write(`${size}: ${way}                              \r`);
    return { plain: run(way, size), validated: run(way, size, { validated: true }) };
  }));
  return ways.map((way, index) => {
    const own = turns.map(turn => turn[index]);
    const { resources, lambdas, templateBytes, assetBytes } = own[0].plain;
    return {
      way,
      size,
      resources,
      lambdas,
      templateBytes,
      assetBytes,
      milliseconds: own.map(({ plain }) => plain.milliseconds),
      synthMilliseconds: own.map(({ plain }) => plain.synthMilliseconds),
      megabytes: own.map(({ plain }) => plain.megabytes),
      validatedMilliseconds: own.map(({ validated }) => validated.milliseconds),
    };
  });
}

function marginal(way: string): Marginal {
  const step = (grants: boolean) => {
    const [ten, twenty] = [10, 20].map(size => run(way, size, { grants }));
    return {
      resources: (twenty.resources - ten.resources) / 10,
      templateBytes: Math.round((twenty.templateBytes - ten.templateBytes) / 10),
    };
  };
  return { way, ...step(false), withGrants: way.startsWith('CfnRole') ? undefined : step(true).resources };
}

type Run = Measured & {
  milliseconds: number;
  resources: number;
  lambdas: number;
  templateBytes: number;
  assetBytes: number;
};

/** Runs one process and measures it and its output. */
function run(way: string, size: number, { validated = false, grants = false } = {}): Run {
  const outdir = mkdtempSync(join(work, 'out-'));
  const env = { ...ENVIRONMENT, CDK_VALIDATION: `${validated}` };
  const start = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, way, `${size}`, outdir, ...(grants ? ['grants'] : [])],
    { encoding: 'utf8', env },
  );
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${way}, ${size} service accounts: ${stderr}`);
  try {
    return { ...JSON.parse(stdout.trim().split('\n').at(-1)!), milliseconds, ...contents(outdir) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function contents(outdir: string): Pick<Run, 'resources' | 'lambdas' | 'templateBytes' | 'assetBytes'> {
  const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter(name =>
    statSync(join(outdir, name)).isFile(),
  );
  const bytes = (names: string[]) => names.reduce((sum, name) => sum + statSync(join(outdir, name)).size, 0);
  const templates = files.filter(name => name.endsWith('.template.json'));
  const types = templates.flatMap(name =>
    Object.values<any>(JSON.parse(readFileSync(join(outdir, name), 'utf8')).Resources ?? {}).map(
      ({ Type: type }) => type,
    ),
  );
  return {
    resources: types.length,
    lambdas: types.filter(type => type === 'AWS::Lambda::Function').length,
    templateBytes: bytes(templates),
    assetBytes: bytes(files.filter(name => name.startsWith('asset.'))),
  };
}

/** Also in turns: requiring what the quickstart needs, and requiring only the CDK files that this loads. */
function requiring(): Results['requireMilliseconds'] {
  const quickstart = 'const { ClusterOidcProvider, IrsaServiceAccount } = require("cdk-irsa");';
  const cdk: string[] = JSON.parse(
    evaluate(`${quickstart} console.log(JSON.stringify(Object.keys(require.cache)))`),
  ).filter((file: string) => !file.startsWith(`${join(MODULES, 'cdk-irsa')}/`));
  const milliseconds = (code: string) =>
    Number(
      evaluate(
        `const start = process.hrtime.bigint(); ${code} console.log(Number(process.hrtime.bigint() - start) / 1e6)`,
      ),
    );
  const turns = Array.from({ length: REQUIRE_RUNS }, () => ({
    cdk: milliseconds(`for (const file of ${JSON.stringify(cdk)}) require(file);`),
    library: milliseconds(quickstart),
  }));
  return { cdk: turns.map(turn => turn.cdk), library: turns.map(({ library }) => library) };
}

function evaluate(code: string): string {
  return execFileSync(process.execPath, ['-e', code], { encoding: 'utf8', cwd: work, env: ENVIRONMENT });
}

function tarball(): number {
  return statSync(join(work, readdirSync(work).find(name => name.endsWith('.tgz'))!)).size;
}

main().catch(error => {
  console.error((error as Error).message);
  process.exitCode = 1;
}).finally(() => rmSync(work, { recursive: true }));
