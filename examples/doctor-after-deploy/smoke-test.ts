/**
 * Run after `cdk deploy` and `kubectl apply`: checks with `cdk-irsa doctor --assume` whether every service account of
 * the app gets its role.
 *
 *   npx tsx smoke-test.ts <cluster> [options of cdk-irsa doctor]
 *
 * Exits with code 0 if all do, otherwise with code 1.
 */
import { execFile } from 'child_process';
import { promisify } from 'util';

/** It takes a while until a new role is available everywhere in IAM. */
const ATTEMPTS = Number(process.env.SMOKE_TEST_ATTEMPTS ?? 4);
const BETWEEN_MS = 10_000;

interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly roleArn?: string;
}

/** The fields of `--format json` that this test reads: https://cdk-irsa.github.io/cdk-irsa/guides/machine-readable-output */
interface Diagnosis {
  readonly outcome: 'healthy' | 'unhealthy' | 'unknown';
  readonly diagnosis: string | null;
  readonly unknowns: string[];
  readonly inconclusive: string[];
  readonly checks: { readonly id: string; readonly status: string; readonly summary: string; readonly fix: string[] }[];
}

/** The JSON that the command prints. It also prints JSON if it exits with code 1. */
async function cdkIrsa<T>(...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)('npx', ['cdk-irsa', ...args], { maxBuffer: 64 * 1024 * 1024 }).catch(
    error => {
      if (!error.stdout) throw new Error(error.stderr || error.message);
      return error as { stdout: string };
    },
  );
  return JSON.parse(stdout);
}

async function examine(
  { namespace, name }: ServiceAccount,
  cluster: string,
  options: string[],
  attempts = ATTEMPTS,
): Promise<Diagnosis> {
  const found = await cdkIrsa<Diagnosis>(
    'doctor',
    '--cluster',
    cluster,
    '--namespace',
    namespace,
    '--service-account',
    name,
    '--assume',
    '--format',
    'json',
    ...options,
  );
  if (found.outcome === 'healthy' || isWithoutPods(found) || attempts <= 1) return found;
  await new Promise(waited => setTimeout(waited, BETWEEN_MS));
  return examine({ namespace, name }, cluster, options, attempts - 1);
}

/** The role can be assumed, but no pod uses the service account yet: all that a test can prove before pods run. */
function isWithoutPods({ inconclusive, checks }: Diagnosis): boolean {
  const isAssumed = checks.some(({ id, status }) => id === 'assume' && status === 'ok');
  return isAssumed && inconclusive.join() === 'pod-exists';
}

async function main([cluster, ...options]: string[]): Promise<void> {
  if (cluster === undefined) throw new Error('usage: npx tsx smoke-test.ts <cluster> [options of cdk-irsa doctor]');
  const { serviceAccounts } = await cdkIrsa<{ serviceAccounts: ServiceAccount[] }>('report', '--format', 'json');
  const withRole = serviceAccounts.filter(({ roleArn }) => roleArn !== undefined);
  if (withRole.length === 0) throw new Error('no service account with a role in cdk.out: run cdk synth');
  for (const serviceAccount of withRole) {
    const found = await examine(serviceAccount, cluster, options);
    const { outcome, diagnosis, unknowns, checks } = found;
    if (outcome === 'unknown' && isWithoutPods(found)) {
      console.log(`${'no pods'.padEnd(10)} ${serviceAccount.namespace}/${serviceAccount.name}`);
      continue;
    }
    const shown = checks.filter(({ id }) =>
      outcome === 'unhealthy' ? id === diagnosis : outcome === 'unknown' && unknowns.includes(id),
    );
    const lines = shown.flatMap(({ summary, fix }) => [summary, ...fix]).map(line => `\n${' '.repeat(11)}${line}`);
    console.log(`${outcome.padEnd(10)} ${serviceAccount.namespace}/${serviceAccount.name}${lines.join('')}`);
    if (outcome !== 'healthy') process.exitCode = 1;
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`smoke-test: ${error.message.trim()}`);
  process.exitCode = 1;
});
