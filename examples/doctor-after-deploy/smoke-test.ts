/**
 * After `cdk deploy` and `kubectl apply`: whether every service account of the app gets its role, by `cdk-irsa doctor
 * --assume`.
 *
 *   npx tsx smoke-test.ts <cluster> [options of cdk-irsa doctor]
 *
 * Exits with 0 if all do, with 1 if not.
 */
import { execFile } from 'child_process';
import { promisify } from 'util';

/** IAM takes a while to know a new role everywhere. */
const ATTEMPTS = Number(process.env.SMOKE_TEST_ATTEMPTS ?? 4);
const BETWEEN_MS = 10_000;

interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly roleArn?: string;
}

/** What is read of `--format json` here; see https://cdk-irsa.github.io/cdk-irsa/guides/machine-readable-output. */
interface Diagnosis {
  readonly outcome: 'healthy' | 'found' | 'unsure';
  readonly diagnosis: string | null;
  readonly unknowns: string[];
  readonly inconclusive: string[];
  readonly checks: { readonly id: string; readonly status: string; readonly summary: string; readonly fix: string[] }[];
}

/** The JSON that the command prints; both codes below 2 come with it. */
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

/** STS gives the role, and no pod uses the service account yet: all that a deployment can prove before its pods run. */
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
    if (outcome === 'unsure' && isWithoutPods(found)) {
      console.log(`no pods  ${serviceAccount.namespace}/${serviceAccount.name}`);
      continue;
    }
    const shown = checks.filter(({ id }) =>
      outcome === 'found' ? id === diagnosis : outcome === 'unsure' && unknowns.includes(id),
    );
    const lines = shown.flatMap(({ summary, fix }) => [summary, ...fix]).map(line => `\n         ${line}`);
    console.log(`${outcome.padEnd(8)} ${serviceAccount.namespace}/${serviceAccount.name}${lines.join('')}`);
    if (outcome !== 'healthy') process.exitCode = 1;
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`smoke-test: ${error.message.trim()}`);
  process.exitCode = 1;
});
