/**
 * Packs the command without the library, as cdk-irsa-cli: `npx projen package:cli`. Why there are two packages:
 * decisions/0010-command-in-the-package.md.
 */
import { execFileSync } from 'child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { COMMAND, write } from './bundle';

const ROOT = join(__dirname, '..');

/** The files of the package besides the bundles, with their source in this repository. */
const FILES = { 'LICENSE': 'LICENSE', 'README.md': 'src/cli/README.md', 'bin/cdk-irsa': 'bin/cdk-irsa' };

async function main(target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-irsa-cli-'));
  try {
    mkdirSync(join(folder, 'bin'));
    for (const [file, source] of Object.entries(FILES)) copyFileSync(join(ROOT, source), join(folder, file));
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageJson(), undefined, 2)}\n`);
    for (const bundle of COMMAND) await write(bundle, join(folder, 'lib'));
    mkdirSync(target, { recursive: true });
    execFileSync('npm', ['pack', '--silent', '--pack-destination', target], { cwd: folder, stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The library's package.json, without the fields that only the library needs. */
function packageJson(): object {
  const { version, repository, author, license, engines, publishConfig, bin } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return {
    name: 'cdk-irsa-cli',
    version,
    description: 'Checks, reports and diagnoses IAM roles of Kubernetes service accounts (IRSA and EKS Pod Identity)',
    keywords: ['aws', 'cli', 'eks', 'eksctl', 'iam', 'irsa', 'kubernetes', 'oidc', 'pod-identity', 'sarif'],
    repository,
    author,
    license,
    engines,
    publishConfig,
    bin,
  };
}

void main(resolve(process.argv[2] ?? join(ROOT, 'dist', 'cli'))); // an error ends the process
