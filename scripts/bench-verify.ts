/**
 * Compares the time and memory of `cdk-irsa verify` with only parsing the same files: `npx projen bench:verify`.
 *
 * Each figure is from a separate process, bundled like the command; the three take turns. Verify reads plain manifests
 * with js-yaml, and all others with yaml, which also reports line numbers.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { cpus, tmpdir } from 'os';
import { dirname, join } from 'path';
import { build } from 'esbuild';
import type { Measured } from './bench-verify-work';

const SIZES = [500, 1000, 2000, 4000];
/** Each has a role and a policy, and a stack can have 500 resources. */
const MAX_IN_STACK = 200;
const RUNS = 7;
/** The time before it supported EKS Pod Identity and custom resources. */
const BAR = 1.97;

async function main(): Promise<void> {
  console.log(
    `${cpus()[0].model.trim()}, ${cpus().length} cores, Node.js ${process.version}, medians of ${RUNS} runs in turn `
      + '(smallest to largest)\n',
  );
  console.log(
    '| service accounts | parsed by yaml | parsed by js-yaml | verify | verify / yaml | verify / js-yaml '
      + '| memory, yaml | memory, verify |\n|---|---|---|---|---|---|---|---|',
  );
  for (const size of SIZES) console.log(await row(size));
  console.log(
    `\nThe bar: verify takes at most ${BAR} times as long as yaml for 1000 service accounts in 5 templates; `
      + 'memory grows with the files, no faster.',
  );
}

async function row(size: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-irsa-bench-'));
  try {
    const program = join(folder, 'work.js');
    await build({
      entryPoints: [join(__dirname, 'bench-verify-work.ts')],
      bundle: true,
      platform: 'node',
      outfile: program,
    });
    await synthesize(size, join(folder, 'cdk.out'));
    const runs = Array.from({ length: RUNS }, () => ({
      yaml: inProcess(program, 'yaml'),
      jsYaml: inProcess(program, 'js-yaml'),
      verify: inProcess(program, 'verify'),
    }));
    const cell = (values: number[], unit: string, digits = 0) => {
      const sorted = [...values].sort((left, right) => left - right);
      const [least, median, most] = [0, Math.floor(RUNS / 2), RUNS - 1].map(index => sorted[index].toFixed(digits));
      return `${median}${unit} (${least} to ${most})`;
    };
    return `| ${[
      size,
      ...(['yaml', 'jsYaml', 'verify'] as const).map(way => cell(runs.map(run => run[way].milliseconds), ' ms')),
      ...(['yaml', 'jsYaml'] as const)
        .map(way => cell(runs.map(run => run.verify.milliseconds / run[way].milliseconds), '', 2)),
      ...(['yaml', 'verify'] as const).map(way => cell(runs.map(run => run[way].megabytes), ' MB')),
    ].join(' | ')} |`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function synthesize(size: number, outdir: string): Promise<void> {
  // Required here, because the measured process does not load the CDK.
  const { App, Stack } = await import('aws-cdk-lib');
  const { Bucket } = await import('aws-cdk-lib/aws-s3');
  const { ClusterOidcProvider, IrsaServiceAccount } = await import('../src/index.js');
  const app = new App({ outdir, analyticsReporting: false });
  const stacks = Math.ceil(size / MAX_IN_STACK);
  for (let number = 0; number < stacks; number++) {
    const stack = new Stack(app, `Stack${number}`, { env: { account: '111122223333', region: 'eu-west-1' } });
    const oidcProvider = ClusterOidcProvider.fromIssuerUrl(
      stack,
      'Oidc',
      'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
    );
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'reports');
    for (let index = number; index < size; index += stacks) {
      bucket.grantRead(
        new IrsaServiceAccount(stack, `Sa${index}`, {
          oidcProvider,
          namespace: `team-${index % 50}`,
          serviceAccountName: `app-${index}`,
        }),
      );
    }
  }
  app.synth();
}

function inProcess(program: string, way: string): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [program, way, join(dirname(program), 'cdk.out')], { encoding: 'utf8' }),
  );
}

void main();
