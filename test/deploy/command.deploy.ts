/**
 * The command itself, where something is missing or in its way: what it says, and that it leaves no process and no file
 * behind.
 */
import { spawn } from 'child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'fs';
import { createServer } from 'net';
import { join } from 'path';
import { Outcome, outcome, temporaryFolder } from './harness';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'deploy-test.sh');
const folder = temporaryFolder();
const temporary = join(folder, 'tmp');
const pidFile = join(folder, 'pid');
mkdirSync(temporary);

function start(env: Record<string, string>) {
  return spawn('/bin/bash', [SCRIPT], {
    env: { PATH: process.env.PATH, TMPDIR: temporary, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A virtual environment whose Python does this for pip, and this as the endpoint. */
function virtualEnvironment(pip: string, endpoint: string): string {
  const venv = join(folder, 'venv');
  const python = join(venv, 'bin', 'python');
  mkdirSync(join(venv, 'bin'), { recursive: true });
  writeFileSync(
    python,
    `#!/bin/sh\ncase "$*" in\n"-m pip --version") ;;\n-m*) ${pip} ;;\n-c*) echo 45999 ;;\n*) echo $$ >'${pidFile}'; `
      + `${endpoint} ;;\nesac\n`,
  );
  chmodSync(python, 0o755);
  return venv;
}

/** A command that failed and left nothing behind. */
function expectFailure({ status, output }: Outcome, message: string, code = 1): void {
  expect(output).toContain(message);
  expect(status).toBe(code);
  expect(readdirSync(temporary)).toEqual([]);
  if (existsSync(pidFile)) expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
}

test('the port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const result = await outcome(
    start({ DEPLOY_TEST_PORT: `${port}`, DEPLOY_TEST_VENV: virtualEnvironment('exit 0', 'exit 0') }),
  );
  server.close();
  expectFailure(
    result,
    `deploy-test: port ${port} of 127.0.0.1 is in use. Choose another one with DEPLOY_TEST_PORT, or unset it.`,
  );
});

test('there is no Python', async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of ['dirname', 'id', 'mktemp', 'rm']) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  const venv = join(folder, 'none');
  expectFailure(
    await outcome(start({ PATH: bin, DEPLOY_TEST_VENV: venv })),
    'deploy-test: python3 is missing, and cannot be installed here.',
  );
  expect(existsSync(venv)).toBe(false);
});

test('pip cannot install', async () => {
  const result = await outcome(
    start({ DEPLOY_TEST_VENV: virtualEnvironment('echo no route to host >&2; exit 1', 'exit 0') }),
  );
  expectFailure(result, 'no route to host');
  expect(result.output).toMatch(/deploy-test: pip could not install ministack [\d.]+; see above\./);
});

test('the endpoint stops at once', async () => {
  const result = await outcome(
    start({ DEPLOY_TEST_VENV: virtualEnvironment('exit 0', 'echo cannot import name; exit 3') }),
  );
  expectFailure(result, 'deploy-test: the endpoint stopped during startup; see above.');
  expect(result.output).toContain('cannot import name');
});

test('the endpoint starts, and never answers', async () => {
  const result = await outcome(
    start({
      DEPLOY_TEST_TIMEOUT: '2',
      DEPLOY_TEST_VENV: virtualEnvironment('exit 0', 'echo half way; exec sleep 300'),
    }),
  );
  expectFailure(
    result,
    'deploy-test: the endpoint did not respond on port 45999 within 2 seconds; see above. Set DEPLOY_TEST_TIMEOUT to '
      + 'wait longer.',
  );
  expect(result.output).toContain('half way');
});

test('the command is stopped meanwhile', async () => {
  const command = start({ DEPLOY_TEST_VENV: virtualEnvironment('exit 0', 'exec sleep 300') });
  const end = outcome(command);
  await new Promise(resolve => setTimeout(resolve, 1500));
  command.kill('SIGTERM');
  expectFailure(await end, '', 143);
});
