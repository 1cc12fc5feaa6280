/**
 * Renders the report of some examples as a picture for the README: `npx projen page --picture`.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { exampleDir, synthesize } from './examples';
import { main as command } from '../src/cli/main';
import { launch } from '../test/cli/report/browser';

const PICTURE = join(__dirname, '..', 'examples', 'report.png');
/** Examples that could be one app: no service account is in two of them. */
const EXAMPLES = [
  'pod-identity', 'blue-green-clusters', 'payments-dynamodb', 'shared-role', 'from-eksctl', 'two-accounts',
];

async function main(): Promise<void> {
  for (const example of EXAMPLES) await synthesize(example);
  process.chdir(exampleDir('.')); // so that the page shows short paths
  const assemblies = EXAMPLES.map(example => join(example, 'cdk.out'));
  const directory = mkdtempSync(join(tmpdir(), 'picture-'));
  const browser = await launch();
  try {
    const file = join(directory, 'report.html');
    const code = await command(['report', ...assemblies, '--format', 'html', '-o', file], '0.0.0', process);
    if (code !== 0) throw new Error(`report exits with ${code}.`);
    const page = await browser.newPage({ viewport: { width: 1280, height: 1240 }, colorScheme: 'light' });
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: PICTURE });
  } finally {
    await browser.close();
    rmSync(directory, { recursive: true });
  }
}

main().catch((error: Error) => {
  console.error(`picture: ${error.message}`);
  process.exitCode = 1;
});
