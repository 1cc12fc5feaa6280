import { execFile } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { promisify } from 'util';
import * as ts from 'typescript';
import { main } from '../../src/cli/main';
import { Manifest, parseManifests } from '../judges/kubernetes';

export const ROOT = join(__dirname, '..', '..');
export const FIXTURES = join(ROOT, 'test', 'fixtures', 'eksctl');
const TSX = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const TSCONFIG = join(ROOT, 'test', 'tsconfig.json');

/** Files of one test file, gone afterwards. */
export const directory = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(directory, { recursive: true }));

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process: a command that asks nobody. */
export function cli(...args: string[]): Result {
  const { code, written } = started(args);
  if (typeof code !== 'number') throw new Error(`${args.join(' ')} is not done at once: use asking()`);
  return { code, ...written };
}

/** Runs the command line in this process: a command that asks others. */
export async function asking(...args: string[]): Promise<Result> {
  const { code, written } = started(args);
  return { code: await code, ...written };
}

function started(args: string[]) {
  const written = { stdout: '', stderr: '' };
  const code = main(args, '1.2.3', {
    stdout: { write: text => (written.stdout += text) },
    stderr: { write: text => (written.stderr += text) },
  });
  return { code, written };
}

/** What a command that asks nobody prints on a terminal, with colors. */
export function onTerminal(columns: number, ...args: string[]): string {
  const { NO_COLOR: before } = process.env;
  delete process.env.NO_COLOR;
  let text = '';
  const stdout = { isTTY: true, columns, write: (part: string) => (text += part) };
  void main(args, '1.2.3', { stdout, stderr: { write: () => undefined } });
  if (before !== undefined) process.env.NO_COLOR = before;
  return text;
}

/** Imports a file of this content. */
export function importText(content: string | Uint8Array, ...args: string[]): Result {
  const file = join(directory, 'cluster.yaml');
  writeFileSync(file, content);
  const { code, stdout, stderr } = cli('import', 'eksctl', file, ...args);
  return { code, stdout, stderr: stderr.replaceAll(file, 'cluster.yaml') };
}

/** A config with these service accounts, the rest as it has to be; they begin in line 6. */
export function configWith(serviceAccounts: string): string {
  return 'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: test, region: eu-west-1 }\niam:\n  '
    + `withOIDC: true\n  serviceAccounts:\n${serviceAccounts}`;
}

/** What tsc reports for each program, as a user's project would compile it. `npx projen types` checks the library. */
export function typeErrors(programs: string[]): string[][] {
  const { options } = ts.parseJsonConfigFileContent({ extends: TSCONFIG, files: ['-'] }, ts.sys, ROOT);
  const files = programs.map(save);
  const typeRoots = [join(ROOT, 'node_modules', '@types')];
  const program = ts.createProgram(files, { ...options, rootDir: undefined, types: ['node'], typeRoots });
  return files.map(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')));
}

export interface Synthesized {
  readonly template: any;
  readonly manifests: Manifest[];
}

/** Runs a program, as the CDK CLI does. */
export async function synthesize(program: string, env: Record<string, string> = {}): Promise<Synthesized> {
  const file = save(program);
  const outdir = file.replace(/\.ts$/, '.out');
  await promisify(execFile)(process.execPath, [TSX, '--tsconfig', TSCONFIG, file], {
    env: { ...process.env, CDK_OUTDIR: outdir, ...env },
  });
  const read = (end: string) =>
    readdirSync(outdir)
      .filter(name => name.endsWith(end))
      .map(name => readFileSync(join(outdir, name), 'utf8'));
  return { template: JSON.parse(read('.template.json')[0]), manifests: read('.k8s.yaml').flatMap(parseManifests) };
}

let saved = 0;

function save(program: string): string {
  const folder = join(directory, 'programs');
  if (saved === 0) {
    mkdirSync(folder);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  }
  const file = join(folder, `program${saved++}.ts`);
  writeFileSync(file, program);
  return file;
}
