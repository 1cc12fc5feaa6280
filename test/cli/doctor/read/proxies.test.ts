import { execFile } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { createServer } from 'http';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';
import { TLSSocket } from 'tls';
import { promisify } from 'util';
import { AwsServer } from './aws-server';
import { Aws } from '../../../../src/cli/doctor/read/aws';
import { proxyFor } from '../../../../src/cli/doctor/read/proxies';
import { selfSigned } from '../../../token/loopback-web';
import { ROOT } from '../../support';

const folder = mkdtempSync(join(tmpdir(), 'proxies-'));
const aws = new AwsServer();
/** What the proxy was asked to connect to. Whatever it is, AWS answers there. */
let connected: string[] = [];
let authorization: string | undefined;
const proxy = createServer();

beforeAll(async () => {
  const { certFile, keyFile } = await selfSigned(folder, ['aws.example.com']);
  const [cert, key] = [certFile, keyFile].map(file => readFileSync(file));
  proxy.on('connect', ({ url = '', headers }, socket) => {
    connected.push(url);
    authorization = headers['proxy-authorization'];
    if (url.startsWith('refused')) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    return aws.accept(new TLSSocket(socket as any, { isServer: true, cert, key }));
  });
  await new Promise<void>(listening => proxy.listen(0, '127.0.0.1', listening));
  await aws.start();
});

afterAll(async () => {
  await aws.stop();
  proxy.closeAllConnections();
  await new Promise(closed => proxy.close(closed));
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  aws.reset();
  connected = [];
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']) delete process.env[name];
});

const url = (user = '') => `http://${user}127.0.0.1:${(proxy.address() as AddressInfo).port}`;

/** In a process of its own: which certificates are trusted, Node.js reads once. */
async function callerSeen(environment: Record<string, string>): Promise<string> {
  const program = `import { Aws } from ${JSON.stringify(join(ROOT, 'src', 'cli', 'doctor', 'read', 'aws'))}; void `
    + 'Aws.connect().then(({ caller }) => console.log(JSON.stringify(caller)));';
  const file = join(folder, 'caller.ts');
  writeFileSync(file, program);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), file],
    { env: { ...process.env, ...environment } },
  );
  return stdout;
}

test('AWS is asked through the proxy of the environment', async () => {
  const caller = await callerSeen({
    AWS_ENDPOINT_URL: 'https://aws.example.com',
    HTTPS_PROXY: url('me:secret@'),
    NODE_EXTRA_CA_CERTS: join(folder, 'tls.crt'),
  });
  expect(JSON.parse(caller)).toMatchObject({ value: { account: '111122223333' } });
  expect(new Set(connected)).toEqual(new Set(['aws.example.com:443']));
  expect(authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
});

test('a proxy that refuses is told, without its password', async () => {
  Object.assign(process.env, { AWS_ENDPOINT_URL: 'https://refused.example.com', HTTPS_PROXY: url('me:secret@') });
  const error: Error = await Aws.connect().then(() => new Error('none'), caught => caught);
  expect(error.message).not.toContain('secret');
  expect(connected).toContain('refused.example.com:443');
});

test('not where the host is to be asked directly', async () => {
  Object.assign(process.env, { AWS_ENDPOINT_URL: 'https://aws.invalid', HTTPS_PROXY: url(), NO_PROXY: '.invalid' });
  await expect(Aws.connect({ timeouts: { connection: 500, request: 500 } })).rejects.toThrow(/cannot be reached/);
  expect(connected).toEqual([]);
});

test.each<[string, Record<string, string>, string | undefined]>([
  ['a.example.com', {}, undefined],
  ['a.example.com', { HTTPS_PROXY: 'http://p' }, 'http://p'],
  ['a.example.com', { https_proxy: 'http://q' }, 'http://q'],
  ['a.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.com' }, undefined],
  ['a.example.com', { HTTPS_PROXY: 'http://p', no_proxy: 'x, *.example.com' }, undefined],
  ['a.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'b.example.com,ample.com' }, 'http://p'],
  ['a.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
  ['a.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'x,*' }, undefined],
  ['a.b.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'EXAMPLE.com' }, undefined],
  ['example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: '.example.com' }, 'http://p'],
  ['a.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.com:443' }, undefined],
  ['a.example.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.com:8443' }, 'http://p'],
  ['a.example.com', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128'],
  ['10.0.0.1', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.1' }, undefined],
  ['10.0.0.1', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.2' }, 'http://p'],
  ['fd00::1', { HTTPS_PROXY: 'http://p' }, 'http://p'],
  ['[fd00::1]', { HTTPS_PROXY: 'http://p', NO_PROXY: '[fd00::1]' }, undefined],
  ['localhost', { HTTPS_PROXY: 'http://p' }, undefined],
  ['127.0.0.1', { HTTPS_PROXY: 'http://p' }, undefined],
])('the proxy to %s with %j is %s', (host, environment, expected) => {
  Object.assign(process.env, environment);
  expect(proxyFor(host)).toBe(expected);
});
