/**
 * Reading from servers that misbehave, and by kubeconfigs that are wrong. The API itself: `npx projen doctor-test`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { createServer as createHttpServer, IncomingMessage, Server as HttpServer, ServerResponse } from 'http';
import { createServer, Server } from 'https';
import { AddressInfo, createConnection, createServer as createTcpServer } from 'net';
import { tmpdir } from 'os';
import { delimiter, join } from 'path';
import { isSameEndpoint, Kubernetes, KubernetesOptions } from '../../../../src/cli/doctor/read/kubernetes';
import { selfSigned } from '../../../token/loopback-web';
import { pod, QUESTION, serviceAccount, webhook } from '../healthy';

const TOKEN = 'k8s-aws-v1.c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0';
const FAST: KubernetesOptions = { timeoutMs: 400, backoffMs: 5, execTimeoutMs: 400 };
const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
let ca: string;

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let handler: Handler;
let asked: string[] = [];
let server: Server;
let url: string;
const environment = { ...process.env };
for (const name of ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']) delete environment[name];

beforeAll(async () => {
  const certificate = await selfSigned(folder, ['api.example.com']);
  ca = readFileSync(certificate.certFile).toString('base64');
  server = createServer(
    { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
    (request, response) => {
      let body = '';
      request
        .on('data', part => (body += part))
        .on('end', () => {
          asked.push(`${request.method} ${request.url}`);
          handler(request, response, body);
        });
    },
  );
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise(closed => server.close(closed));
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  asked = [];
  process.env = { ...environment };
});
afterAll(() => {
  process.env = { ...environment };
});

const json = (response: ServerResponse, value: any, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const status = (response: ServerResponse, code: number, reason: string, headers = {}) =>
  json(
    response,
    { apiVersion: 'v1', kind: 'Status', status: 'Failure', message: `secret ${TOKEN}`, reason, code },
    code,
    headers,
  );

interface KubeConfig {
  readonly server?: string;
  readonly cluster?: any;
  readonly user?: any;
  readonly name?: string;
}

function kubeConfig({
  server: address = url,
  cluster = { 'certificate-authority-data': ca },
  user = { token: TOKEN },
  name = 'blue',
}: KubeConfig = {}): string {
  return JSON.stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'current-context': name,
    'clusters': [{ name: `${name}-cluster`, cluster: { server: address, ...cluster } }],
    'users': [{ name: `${name}-user`, user }],
    'contexts': [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user` } }],
  });
}

let written = 0;
function file(content: string): string {
  const path = join(folder, `kubeconfig-${written++}`);
  writeFileSync(path, content);
  return path;
}

function connect(config: KubeConfig = {}, options: KubernetesOptions = {}): Kubernetes {
  process.env.KUBECONFIG = file(kubeConfig(config));
  return Kubernetes.connect({ ...FAST, ...options });
}

/** What reading a namespace comes to. */
const read = async (config: KubeConfig = {}, options: KubernetesOptions = {}) =>
  connect(config, options).namespace('payments');

function program(lines: string): string {
  const path = join(folder, `plugin-${written++}`);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return path;
}
const plugin = (command: string) => ({
  user: { exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command, args: ['get-token'] } },
});

describe('what is read', () => {
  test('is asked for by the right paths, with the token', async () => {
    const seen: string[] = [];
    handler = ({ url: path, headers }, response) => {
      seen.push(`${headers.authorization}`);
      if (path!.startsWith('/apis/')) return json(response, { items: [webhook()], metadata: {} });
      if (path!.includes('/pods')) return json(response, { items: [pod()], metadata: {} });
      if (path!.includes('/serviceaccounts')) return json(response, serviceAccount());
      return json(response, { metadata: { name: 'payments', labels: { a: 'b' } } });
    };
    const facts = await connect().facts(QUESTION);
    expect(asked).toEqual([
      'GET /api/v1/namespaces/payments',
      'GET /api/v1/namespaces/payments/serviceaccounts/api',
      'GET /api/v1/namespaces/payments/pods?fieldSelector=spec.serviceAccountName%3Dapi&limit=500',
      'GET /apis/networking.k8s.io/v1/namespaces/payments/networkpolicies?limit=500',
      'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?limit=500',
    ]);
    expect(new Set(seen)).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(facts).toMatchObject({
      namespace: { value: { name: 'payments', labels: { a: 'b' } } },
      serviceAccount: {
        value: { name: 'api', annotated: new Date('2026-01-02T00:00:00Z'), created: new Date('2026-01-01T00:00:00Z') },
      },
      pods: { value: [{ name: 'api-1', phase: 'Running', owner: { kind: 'Deployment', name: 'api' } }] },
      webhooks: { value: [{ failurePolicy: 'Ignore', selects: true, hasCaBundle: true }] },
    });
  });

  test('other running pods of the namespace are asked for only if none uses the service account', async () => {
    const others = [
      pod({ serviceAccountName: 'default' }, { name: 'other' }),
      { ...pod({ serviceAccountName: 'default' }), status: { phase: 'Succeeded' } },
    ];
    const ended = { ...pod(), status: { phase: 'Failed' } };
    handler = ({ url: path }, response) => {
      if (path!.includes('!%3D')) return json(response, { items: others, metadata: {} });
      if (path!.includes('/pods')) return json(response, { items: [ended], metadata: {} });
      return json(response, { metadata: { name: 'a' } });
    };
    expect((await connect().facts(QUESTION)).otherPods).toEqual({
      value: [{
        name: 'other', serviceAccount: 'default', owner: { kind: 'Deployment', name: 'api' }, phase: 'Running',
      }],
    });
    expect(asked).toContain(
      'GET /api/v1/namespaces/payments/pods?fieldSelector=spec.serviceAccountName!%3Dapi&limit=500',
    );
    expect((await connect().facts({ ...QUESTION, pod: 'api-1' })).otherPods).toBeUndefined();
  });

  test.each<[string, boolean, string]>([
    ['of the namespace', true, '/api/v1/namespaces/payments/serviceaccounts'],
    ['of the cluster, without the namespace', false, '/api/v1/serviceaccounts'],
  ])('without the service account, others %s are listed', async (_, hasNamespace, place) => {
    handler = ({ url: path }, response) => {
      if (path === '/api/v1/namespaces/payments') {
        return hasNamespace ? json(response, { metadata: { name: 'payments' } }) : status(response, 404, 'NotFound');
      }
      if (path!.startsWith(`${place}?`)) return json(response, { items: [serviceAccount()], metadata: {} });
      return status(response, 404, 'NotFound');
    };
    expect((await connect().facts(QUESTION)).otherServiceAccounts).toEqual({
      value: [{ namespace: 'payments', name: 'api' }],
    });
  });

  test('the agents of EKS Pod Identity, their nodes and whether they are ready', async () => {
    const agent = (name: string, ready: string) => ({
      metadata: { name, namespace: 'kube-system' },
      spec: { nodeName: `node-of-${name}` },
      status: { conditions: [{ type: 'Initialized', status: 'True' }, { type: 'Ready', status: ready }] },
    });
    handler = (_, response) => json(response, { items: [agent('a', 'True'), agent('b', 'False')], metadata: {} });
    expect(await connect().agentPods()).toEqual({
      value: [{ name: 'a', node: 'node-of-a', isReady: true }, { name: 'b', node: 'node-of-b', isReady: false }],
    });
    expect(asked).toEqual([
      'GET /api/v1/namespaces/kube-system/pods?labelSelector=app.kubernetes.io%2Fname%3Deks-pod-identity-agent'
        + '&limit=500',
    ]);
    handler = (_, response) => status(response, 403, 'Forbidden');
    expect(await connect().agentPods()).toEqual({ unknown: 'needs list on pods in namespace kube-system' });
  });

  test('NetworkPolicies that limit egress, with the default of the API server', async () => {
    const policy = (name: string, spec: any) => ({ metadata: { name, namespace: 'payments' }, spec });
    const rule = { to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] };
    const items = [
      policy('ingress', { podSelector: {}, policyTypes: ['Ingress'], egress: [rule] }),
      policy('nothing', { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress', 'Egress'] }),
      policy('some', { podSelector: {}, policyTypes: ['Egress'], egress: [rule] }),
      policy('implied', { podSelector: {}, egress: [rule] }),
      policy('neither', { podSelector: {} }),
    ];
    handler = (_, response) => json(response, { items, metadata: {} });
    expect(await connect().egressPolicies('payments')).toEqual({
      value: [
        { name: 'nothing', podSelector: { matchLabels: { app: 'api' } }, egress: [] },
        { name: 'some', podSelector: {}, egress: [rule] },
        { name: 'implied', podSelector: {}, egress: [rule] },
      ],
    });
    expect(asked).toEqual(['GET /apis/networking.k8s.io/v1/namespaces/payments/networkpolicies?limit=500']);
    handler = (_, response) => status(response, 403, 'Forbidden');
    expect(await connect().egressPolicies('payments')).toEqual({
      unknown: 'needs list on networkpolicies.networking.k8s.io in namespace payments',
    });
  });

  test('NetworkPolicies are not read without a running pod', async () => {
    handler = ({ url: path }, response) =>
      (path!.includes('/pods') ? json(response, { items: [], metadata: {} }) : status(response, 404, 'NotFound'));
    expect(await connect().facts(QUESTION)).not.toHaveProperty('egressPolicies');
    expect(asked.join()).not.toContain('networkpolicies');
  });

  test('network plugins, and the mode of the VPC CNI', async () => {
    const running = (app: string, env?: any[]) => ({
      metadata: { name: app, namespace: 'kube-system', labels: { 'k8s-app': app } },
      spec: { containers: [{ name: 'first' }, { name: app, env }] },
    });
    const mode = (value: string) => [{ name: 'OTHER' }, { name: 'POD_SECURITY_GROUP_ENFORCING_MODE', value }];
    const of = async (...items: any[]) => {
      handler = (_, response) => json(response, { items, metadata: {} });
      return connect().networkPlugins();
    };
    const vpcCni = (securityGroupMode: string) => ({ value: { hasCilium: false, securityGroupMode } });
    expect(await of()).toEqual({ value: { hasCilium: false } });
    expect(await of(running('cilium'))).toEqual({ value: { hasCilium: true } });
    expect(await of(running('aws-node'))).toEqual(vpcCni('strict'));
    expect(await of(running('aws-node', mode('standard')))).toEqual(vpcCni('standard'));
    const both = [mode('standard'), mode('strict')].map(env => running('aws-node', env));
    expect(await of(...both)).toEqual(vpcCni('strict'));
    expect(await of(running('aws-node', mode('standard')), running('cilium'))).toEqual({
      value: { hasCilium: true, securityGroupMode: 'standard' },
    });
    expect(asked[0]).toBe(
      'GET /api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%20in%20(aws-node%2C%20cilium)&limit=500',
    );
    handler = (_, response) => status(response, 403, 'Forbidden');
    expect(await connect().networkPlugins()).toEqual({ unknown: 'needs list on pods in namespace kube-system' });
  });

  test('one pod is asked for by its name, and no name leaves its place', async () => {
    handler = (_, response) => status(response, 404, 'NotFound');
    const cluster = connect();
    expect(await cluster.pods({ ...QUESTION, pod: 'api-1' })).toEqual({ value: undefined });
    await cluster.serviceAccount('../..', 'a?b#c/d');
    expect(asked).toEqual([
      'GET /api/v1/namespaces/payments/pods/api-1',
      'GET /api/v1/namespaces/..%2F../serviceaccounts/a%3Fb%23c%2Fd',
    ]);
  });

  test('values, commands and what was applied last are left behind', async () => {
    const SECRET = 'hunter2hunter2';
    const secret = { name: 'DB_PASSWORD', value: SECRET };
    const one = pod(
      {
        containers: [
          {
            name: 'main',
            image: 'a',
            command: [SECRET],
            args: [SECRET],
            env: [secret, { name: 'AWS_SESSION_TOKEN', value: SECRET }, { name: 'AWS_REGION', value: 'eu-west-1' }],
          },
        ],
        initContainers: [{ name: 'init', image: 'a', env: [secret] }],
        volumes: [{ name: 'a', csi: { driver: 'x', volumeAttributes: { password: SECRET } } }],
      },
      {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': SECRET,
          'vault/token': SECRET,
          'eks.amazonaws.com/skip-containers': 'a',
        },
      },
    );
    const account = serviceAccount({
      'kubectl.kubernetes.io/last-applied-configuration': SECRET,
      'eks.amazonaws.com/audience': 'a',
    });
    handler = ({ url: path }, response) => json(response, path!.includes('/pods') ? one : account);
    const cluster = connect();
    const facts = JSON.stringify([
      await cluster.pods({ ...QUESTION, pod: 'api-1' }),
      await cluster.serviceAccount('payments', 'api'),
    ]);
    expect(facts).not.toContain(SECRET);
    for (const kept of [
      'DB_PASSWORD',
      'AWS_SESSION_TOKEN',
      'eu-west-1',
      'skip-containers',
      'eks.amazonaws.com/audience',
    ]) {expect(facts).toContain(kept);}
  });
});

describe('an answer that is no success', () => {
  test.each<[string, (cluster: Kubernetes) => Promise<any>, string]>([
    ['a namespace', cluster => cluster.namespace('payments'), 'needs get on namespaces'],
    [
      'a ServiceAccount',
      cluster => cluster.serviceAccount('payments', 'api'),
      'needs get on serviceaccounts in namespace payments',
    ],
    ['pods', cluster => cluster.pods(QUESTION), 'needs list on pods in namespace payments'],
    ['a pod', cluster => cluster.pods({ ...QUESTION, pod: 'a' }), 'needs get on pods in namespace payments'],
    [
      'webhooks',
      cluster => cluster.webhooks({ pods: [] }),
      'needs list on mutatingwebhookconfigurations.admissionregistration.k8s.io',
    ],
    [
      'a token',
      cluster => cluster.mintToken('payments', 'api', 'sts.amazonaws.com'),
      'needs create on serviceaccounts/token in namespace payments',
    ],
  ])('403 says which permission is missing: %s', async (_, ask, words) => {
    handler = (__, response) => status(response, 403, 'Forbidden');
    expect(await ask(connect())).toEqual({ unknown: words });
  });

  test('403 on a list of all says it too', async () => {
    handler = (_, response) => status(response, 403, 'Forbidden');
    await expect(connect().serviceAccounts().next()).rejects.toThrow('needs list on serviceaccounts');
  });

  test('404 is: not there', async () => {
    handler = (_, response) => status(response, 404, 'NotFound');
    expect(await read()).toEqual({ value: undefined });
    expect(await connect().mintToken('payments', 'api', 'a')).toEqual({
      unknown: 'ServiceAccount payments/api does not exist, so it cannot have a token',
    });
  });

  test.each<[string, string, string]>([
    ['a web server', 'text/html', '<h1>Not Found</h1>'],
    ['a proxy', 'application/json', '{"error":"no such cluster"}'],
    ['an API server without that API', 'text/plain', '404 page not found'],
  ])('404 of %s says nothing', async (_, type, body) => {
    handler = (__, response) => response.writeHead(404, { 'content-type': type }).end(body);
    expect(await read()).toEqual({
      unknown: expect.stringMatching(/^the API server returned 404, but not as Kubernetes does/),
    });
  });

  test('a status without a reason is told by its number', async () => {
    handler = (_, response) => response.writeHead(400, { 'content-type': 'application/json' }).end('{"kind":"Status"}');
    expect(await read()).toEqual({ unknown: 'the API server returned 400' });
  });

  test('401 is said, after one try with new credentials, and nothing more is asked', async () => {
    handler = (_, response) => status(response, 401, 'Unauthorized');
    const cluster = connect();
    const words = {
      unknown: 'the API server rejects the credentials of context blue (401): they are wrong or expired',
    };
    expect(await cluster.namespace('payments')).toEqual(words);
    expect(asked).toHaveLength(2);
    expect(await cluster.serviceAccount('payments', 'api')).toEqual(words);
    expect(asked).toHaveLength(2);
  });

  test('429 is waited for, as long as it says', async () => {
    handler = (_, response) =>
      asked.length < 3
        ? status(response, 429, 'TooManyRequests', { 'retry-after': '1' })
        : json(response, { metadata: { name: 'payments' } });
    const start = Date.now();
    expect(await read()).toMatchObject({ value: { name: 'payments' } });
    expect(Date.now() - start).toBeGreaterThan(1900);
    expect(asked).toHaveLength(3);
  });

  test.each([500, 503])('%s is tried again, and given up in the end', async code => {
    handler = (_, response) => status(response, code, 'InternalError');
    expect(await read()).toEqual({ unknown: `the API server returned ${code} (InternalError)` });
    expect(asked).toHaveLength(4);
  });

  test('a reason that is none is not shown', async () => {
    handler = (_, response) => status(response, 418, TOKEN);
    expect(await read()).toEqual({ unknown: 'the API server returned 418' });
  });

  test('a redirect is not followed: the token stays here', async () => {
    handler = (_, response) => response.writeHead(302, { location: 'https://elsewhere.example.com/' }).end();
    expect(await read()).toEqual({ unknown: 'the API server returned 302' });
  });

  test.each<[string, string]>([
    ['a page', `<html>${TOKEN}</html>`],
    ['nothing', ''],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['an object of something else', '{}'],
    ['half an object', '{"metadata": {"na'],
  ])('%s is than a Kubernetes object', async (_, text) => {
    handler = (__, response) => response.writeHead(200).end(text);
    expect(await read()).toEqual({
      unknown: 'the API server did not return a Kubernetes object; check for a proxy',
    });
  });

  test('objects without what they should have do no harm', async () => {
    handler = ({ url: path }, response) =>
      json(response, path!.includes('/pods/') ? { metadata: { name: 'a' } } : { items: [null, {}, 7], metadata: {} });
    expect(await connect().pods({ ...QUESTION, pod: 'a' })).toMatchObject({
      value: [{ name: 'a', phase: 'Unknown', serviceAccount: 'default' }],
    });
    expect(await connect().pods(QUESTION)).toMatchObject({
      unknown: expect.stringContaining('did not return a Kubernetes object'),
    });
    expect(await connect().webhooks({ pods: [] })).toMatchObject({
      unknown: expect.stringContaining('did not return a Kubernetes object'),
    });
  });
});

describe('a server', () => {
  test('that is slow is not waited for', async () => {
    handler = () => undefined;
    expect(await read()).toEqual({ unknown: `the API server ${url} did not answer within 0.4 seconds` });
    expect(asked).toHaveLength(1);
  });

  test('that begins an answer and does not end it is not waited for', async () => {
    handler = (_, response) => response.writeHead(200).write('{"metadata":');
    expect(await read()).toEqual({ unknown: `the API server ${url} did not answer within 0.4 seconds` });
  });

  test('that closes the connection once is asked again', async () => {
    handler = ({ socket }, response) =>
      asked.length < 2 ? socket.destroy() : json(response, { metadata: { name: 'payments' } });
    expect(await read()).toMatchObject({ value: { name: 'payments' } });
  });

  test('that always closes it is given up', async () => {
    handler = ({ socket }) => socket.destroy();
    expect(await read()).toEqual({ unknown: `the API server ${url} cannot be reached: the connection was reset` });
  });

  test('that is down is said', async () => {
    const other = createTcpServer();
    await new Promise<void>(listening => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as AddressInfo;
    await new Promise(closed => other.close(closed));
    expect(await read({ server: `https://127.0.0.1:${port}` })).toEqual({
      unknown: `the API server https://127.0.0.1:${port} cannot be reached: the connection was refused`,
    });
  });

  test('that has no name is said', async () => {
    expect(await read({ server: 'https://nowhere.invalid' })).toMatchObject({
      unknown: expect.stringMatching(
        /^the API server https:\/\/nowhere\.invalid cannot be reached: (the host was not found|its name)/,
      ),
    });
  });

  test('that does not speak TLS is said', async () => {
    const plain = createTcpServer(socket =>
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    await new Promise<void>(listening => plain.listen(0, '127.0.0.1', listening));
    const { port } = plain.address() as AddressInfo;
    expect(await read({ server: `https://127.0.0.1:${port}` })).toEqual({
      unknown: `the API server https://127.0.0.1:${port} cannot be reached: the TLS handshake failed`,
    });
    await new Promise(closed => plain.close(closed));
  });

  test('whose certificate nobody has signed is not trusted, nor sent the token', async () => {
    expect(await read({ cluster: {} })).toEqual({
      unknown: `the API server ${url} cannot be trusted: its certificate is not signed by the certificate authority `
        + 'in the kubeconfig',
    });
    expect(asked).toEqual([]);
  });

  test('whose certificate is for another host is not trusted', async () => {
    expect(
      await read({ cluster: { 'certificate-authority-data': ca, 'tls-server-name': 'other.example.com' } }),
    ).toEqual({ unknown: `the API server ${url} cannot be trusted: its certificate is for another host` });
  });

  test('whose certificate is for the name that the kubeconfig gives is trusted', async () => {
    handler = (_, response) => json(response, { metadata: { name: 'payments' } });
    expect(
      await read({ cluster: { 'certificate-authority-data': ca, 'tls-server-name': 'api.example.com' } }),
    ).toMatchObject({ value: { name: 'payments' } });
  });
});

describe('a proxy', () => {
  let proxy: HttpServer;
  let through: string[];

  beforeEach(async () => {
    through = [];
    handler = (_, response) => json(response, { metadata: { name: 'payments' } });
    proxy = createHttpServer().on('connect', ({ url: to }, socket) => {
      through.push(to!);
      const { port } = server.address() as AddressInfo;
      const target = createConnection(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      for (const end of [socket, target]) end.on('error', () => undefined);
    });
    await new Promise<void>(listening => proxy.listen(0, '127.0.0.1', listening));
    process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    proxy.close();
  });

  test('of the environment is used, as kubectl uses it', async () => {
    expect(await read({ server: 'https://api.example.com' })).toMatchObject({ value: { name: 'payments' } });
    expect(through).toEqual(['api.example.com:443']);
  });

  test('of the kubeconfig goes before', async () => {
    const own = process.env.HTTPS_PROXY!;
    process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
    expect(
      await read({
        server: 'https://api.example.com',
        cluster: { 'certificate-authority-data': ca, 'proxy-url': own },
      }),
    ).toMatchObject({ value: { name: 'payments' } });
  });

  test.each(['example.com', '.example.com', '*.example.com', 'x.org, api.example.com', '*'])(
    'is not used for what NO_PROXY names: %s',
    async names => {
      process.env.NO_PROXY = names;
      await read({ server: 'https://api.example.com:1' });
      expect(through).toEqual([]);
    },
  );

  test('is not used for this machine', async () => {
    expect(await read()).toMatchObject({ value: { name: 'payments' } });
    expect(through).toEqual([]);
  });

  test('that is down is said', async () => {
    process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
    expect(await read({ server: 'https://api.example.com' })).toEqual({
      unknown: 'the API server https://api.example.com cannot be reached: the connection was refused',
    });
  });
});

describe('a long list', () => {
  const account = (index: number) => ({
    metadata: { namespace: 'payments', name: `sa-${`${index}`.padStart(4, '0')}` },
  });
  const accounts = (from: number, count: number) => Array.from({ length: count }, (_, index) => account(from + index));
  const page = (from: number, count: number, next?: string) => ({
    items: accounts(from, count),
    metadata: { continue: next },
  });
  const names = async (cluster: Kubernetes) => {
    const found: string[] = [];
    for await (const { name } of cluster.serviceAccounts('payments')) found.push(name);
    return found;
  };
  const expected = (count: number) => Array.from({ length: count }, (_, index) => account(index).metadata.name);

  test('is read page by page', async () => {
    handler = ({ url: path }, response) =>
      json(response, path!.includes('continue=a%2B%26') ? page(500, 20) : page(0, 500, 'a+&'));
    expect(await names(connect())).toEqual(expected(520));
    expect(asked).toEqual([
      'GET /api/v1/namespaces/payments/serviceaccounts?limit=500',
      'GET /api/v1/namespaces/payments/serviceaccounts?limit=500&continue=a%2B%26',
    ]);
  });

  test('that expires begins anew, and says nothing twice', async () => {
    let expired = false;
    handler = ({ url: path }, response) => {
      if (!path!.includes('continue=')) return json(response, page(0, 500, 'a'));
      if (expired) return json(response, page(500, 20));
      expired = true;
      return status(response, 410, 'Expired');
    };
    expect(await names(connect())).toEqual(expected(520));
    expect(asked).toHaveLength(4);
  });

  test('that always expires is given up', async () => {
    handler = ({ url: path }, response) =>
      path!.includes('continue=') ? status(response, 410, 'Expired') : json(response, page(0, 500, 'a'));
    await expect(names(connect())).rejects.toThrow('the API server returned 410 (Expired)');
    expect(asked).toHaveLength(8);
  });

  test('is read only as far as it is wanted', async () => {
    handler = (_, response) => json(response, page(0, 500, 'a'));
    for await (const { name } of connect().serviceAccounts()) {
      expect(name).toBe('sa-0000');
      break;
    }
    expect(asked).toEqual(['GET /api/v1/serviceaccounts?limit=500']);
  });
});

describe('a token', () => {
  test('is made for ten minutes and the audience', async () => {
    let sent: any;
    handler = (_, response, body) => {
      sent = JSON.parse(body);
      json(response, { status: { token: 'a.b.c' } }, 201);
    };
    expect(await connect().mintToken('payments', 'api', 'sts.amazonaws.com')).toEqual({ value: 'a.b.c' });
    expect(asked).toEqual(['POST /api/v1/namespaces/payments/serviceaccounts/api/token']);
    expect(sent).toEqual({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 600 },
    });
  });

  test('that was not made is said', async () => {
    handler = (_, response) => json(response, {});
    expect(await connect().mintToken('payments', 'api', 'a')).toEqual({ unknown: 'the API server returned no token' });
  });
});

describe('a kubeconfig', () => {
  test('that is not there is said', () => {
    process.env.KUBECONFIG = join(folder, 'none');
    expect(() => Kubernetes.connect()).toThrow(
      `no kubeconfig: ${join(folder, 'none')} does not exist`,
    );
  });

  test('is ~/.kube/config where nothing else is said', () => {
    delete process.env.KUBECONFIG;
    process.env.HOME = folder;
    expect(() => Kubernetes.connect()).toThrow('no kubeconfig: ~/.kube/config does not exist');
    mkdirSync(join(folder, '.kube'));
    writeFileSync(join(folder, '.kube', 'config'), kubeConfig({ name: 'home' }));
    expect(Kubernetes.connect().context).toBe('home');
  });

  test('of several files is merged, the first having the word; missing files are left out', async () => {
    handler = ({ headers }, response) => json(response, { metadata: { name: headers.authorization } });
    const two = (token: string) => kubeConfig({ name: 'two', user: { token } });
    const [one, other, same] = [kubeConfig({ name: 'one' }), two('two'), two('three')].map(file);
    process.env.KUBECONFIG = [join(folder, 'none'), one, other, same].join(delimiter);
    expect(Kubernetes.connect(FAST).context).toBe('one');
    expect(await Kubernetes.connect({ ...FAST, context: 'two' }).namespace('a')).toMatchObject({
      value: { name: 'Bearer two' },
    });
  });

  test('without the context says which there are', () => {
    process.env.KUBECONFIG = ['one', 'two', 'one'].map(name => file(kubeConfig({ name }))).join(delimiter);
    expect(() => Kubernetes.connect({ context: 'three' })).toThrow(
      'The kubeconfig has no context "three"; its contexts are: one, two.',
    );
    process.env.KUBECONFIG = file('{}');
    expect(() => Kubernetes.connect({ context: 'three' })).toThrow('it has none.');
    expect(() => Kubernetes.connect()).toThrow(
      'The kubeconfig has no current context. Select one with --context; it has none.',
    );
    process.env.KUBECONFIG = file(
      JSON.stringify({
        contexts: Array.from({ length: 30 }, (_, index) => ({
          name: `c${index}`,
          context: { cluster: 'a', user: 'a' },
        })),
      }),
    );
    expect(() => Kubernetes.connect({ context: 'three' })).toThrow(/c19 and 10 more\.$/);
  });

  test.each<[string, string, string]>([
    ['no YAML', `users:\n  - name: a\n    user: { token: ${TOKEN}\n`, 'it is not valid YAML, line 4'],
    ['empty', '', 'it does not have the form of a kubeconfig'],
    ['a text', TOKEN, 'has no current context'],
    [
      'of something else',
      JSON.stringify({ 'clusters': [null, { name: TOKEN }], 'users': 7, 'contexts': [{}], 'current-context': 7 }),
      'The kubeconfig has no context',
    ],
  ])('that is %s says which file, and nothing in it', (_, content, words) => {
    process.env.KUBECONFIG = file(content);
    const problem = caught(() => Kubernetes.connect());
    expect(problem).toContain(words);
    expect(problem).not.toContain(TOKEN);
    if (words.startsWith('it ')) expect(problem).toContain(process.env.KUBECONFIG);
  });

  test('that is a folder says so', () => {
    process.env.KUBECONFIG = folder;
    expect(() => Kubernetes.connect()).toThrow(`${folder} cannot be used as a kubeconfig: it is a directory.`);
  });

  test('whose context points nowhere is said', () => {
    const broken = (change: (config: any) => void) => {
      const config = JSON.parse(kubeConfig());
      change(config);
      process.env.KUBECONFIG = file(JSON.stringify(config));
      return caught(() => Kubernetes.connect());
    };
    expect(broken(config => (config.clusters = []))).toContain(
      'Context "blue" of the kubeconfig names a cluster that is missing or incomplete',
    );
    expect(broken(config => (config.users = []))).toContain(
      'Context "blue" of the kubeconfig names a user that is missing or incomplete',
    );
    expect(broken(config => (config.clusters[0].cluster.server = 'ftp://x'))).toContain(
      'names a cluster whose server is not a URL',
    );
  });

  test('whose files are not there, or hold nothing, is said', async () => {
    expect(await read({ user: { 'client-certificate': join(folder, 'no.crt') } })).toEqual({
      unknown: `no credentials for the API server: ${join(folder, 'no.crt')}, which the kubeconfig refers to, cannot `
        + 'be read: no such file or directory',
    });
    const data = Buffer.from(TOKEN).toString('base64');
    const { unknown } = (await read({ user: { 'client-certificate-data': data, 'client-key-data': data } })) as {
      unknown: string;
    };
    expect(unknown).toMatch(/^(no credentials|the API server)/);
    expect(unknown).not.toContain(TOKEN);
  });

  test('without encryption is refused', async () => {
    expect(await read({ server: 'http://127.0.0.1:1', cluster: {} })).toEqual({
      unknown: 'no credentials for the API server: the kubeconfig uses http without encryption, which is not '
        + 'supported',
    });
  });
});

describe('an exec plugin', () => {
  const credential = (token: string) =>
    `'${JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      kind: 'ExecCredential',
      status: { token },
    })}'`;

  test('gives the token', async () => {
    handler = ({ headers }, response) => json(response, { metadata: { name: headers.authorization } });
    expect(await read(plugin(program(`echo ${credential(TOKEN)}`)))).toMatchObject({
      value: { name: `Bearer ${TOKEN}` },
    });
  });

  test('is asked again where its token has expired meanwhile', async () => {
    handler = ({ headers }, response) =>
      headers.authorization === 'Bearer 2'
        ? json(response, { metadata: { name: 'payments' } })
        : status(response, 401, 'Unauthorized');
    const count = join(folder, 'count');
    expect(
      await read(plugin(program(`echo x >> ${count}; n=$(wc -l < ${count}); printf '{"status":{"token":"%d"}}' $n`))),
    ).toMatchObject({ value: { name: 'payments' } });
  });

  test('is told which version of the answer is wanted, as kubectl tells it', async () => {
    handler = ({ headers }, response) => json(response, { metadata: { name: headers.authorization } });
    const path = program(
      'v=$(echo "$KUBERNETES_EXEC_INFO" | grep -o "v1beta1"); printf \'{"status":{"token":"%s%s"}}\' "$v" "$1"',
    );
    expect(await read(plugin(path))).toMatchObject({ value: { name: 'Bearer v1beta1get-token' } });
  });

  test('that is not there is said', async () => {
    expect(await read(plugin('no-such-plugin'))).toEqual({
      unknown:
        'no credentials for the API server: the exec plugin "no-such-plugin" of the kubeconfig cannot be run: no such '
          + 'file or directory',
    });
  });

  test('that fails is said, with its last word, and without secrets', async () => {
    const path = program(
      `echo ${TOKEN}; echo 'some trace' >&2; echo 'Unable to locate credentials ${TOKEN}' >&2; exit 255`,
    );
    expect(await read(plugin(path))).toEqual({
      unknown: `no credentials for the API server: the exec plugin "${path}" of the kubeconfig failed: Unable to `
        + 'locate credentials …',
    });
  });

  test.each<[string, string]>([
    ['The key AKIAIOSFODNN7EXAMPLE is not active', 'The key … is not active'],
    ['GET https://anna:hunter2@proxy.example.com failed', 'GET https://…@proxy.example.com failed'],
    ['login failed: {"user":"anna","password":"hunter2"}', 'login failed: {"user":"anna","password":"…"}'],
    ['usage: login --token=hunter2 --user anna', 'usage: login --token=… --user anna'],
    ['401 for Authorization: Bearer hunter2', '401 for Authorization: Bearer …'],
    ['The token has expired: sign in', 'The token has expired: sign in'],
  ])('that fails with a secret in its last word: %s', async (last, said) => {
    const path = program(`echo '${last}' >&2; exit 1`);
    expect(await read(plugin(path))).toEqual({
      unknown: `no credentials for the API server: the exec plugin "${path}" of the kubeconfig failed: ${said}`,
    });
  });

  test.each<[string, string]>([
    ['something else', `echo ${TOKEN}`],
    ['nothing', 'true'],
    ['an object without a status', `echo '{"token":"${TOKEN}"}'`],
  ])('that gives %s is said, without it', async (_, lines) => {
    const path = program(lines);
    expect(await read(plugin(path))).toEqual({
      unknown: `no credentials for the API server: the exec plugin "${path}" of the kubeconfig did not print an `
        + 'ExecCredential',
    });
  });

  test('that does not end is stopped', async () => {
    const path = program('sleep 20');
    const start = Date.now();
    expect(await read(plugin(path))).toEqual({
      unknown: `no credentials for the API server: the exec plugin "${path}" of the kubeconfig timed out`,
    });
    expect(Date.now() - start).toBeLessThan(5000);
  });
});

describe('endpoints', () => {
  test.each([
    ['https://ABC.gr7.eu-west-1.eks.amazonaws.com', 'https://abc.gr7.eu-west-1.eks.amazonaws.com/', true],
    ['https://abc.example.com:443', 'https://abc.example.com', true],
    ['https://abc.example.com.', 'https://abc.example.com', true],
    ['https://abc.example.com:6443', 'https://abc.example.com', false],
    ['https://abc.example.com', 'https://abd.example.com', false],
    ['https://abc.example.com', 'x', false],
    ['x', 'x', false],
  ])('%s and %s are one: %s', (one, other, same) => {
    expect(isSameEndpoint(one, other)).toBe(same);
  });

  test('is that of the context', () => {
    expect(connect().endpoint).toBe(url);
  });
});

describe('in a pod', () => {
  const ISSUER = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
  const cluster = (issuerUrl?: string) => ({
    name: 'production',
    arn: 'arn:aws:eks:eu-west-1:111122223333:cluster/production',
    endpoint: 'https://abc.eks.amazonaws.com',
    issuerUrl,
  });
  const inPod = (claims: string): Kubernetes => {
    const podRoot = mkdtempSync(join(folder, 'pod-'));
    const place = join(podRoot, 'var', 'run', 'secrets', 'kubernetes.io', 'serviceaccount');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'token'), `e30.${Buffer.from(claims).toString('base64url')}.c2ln`);
    writeFileSync(join(place, 'ca.crt'), Buffer.from(ca, 'base64'));
    process.env.HOME = podRoot;
    delete process.env.KUBECONFIG;
    [process.env.KUBERNETES_SERVICE_HOST, process.env.KUBERNETES_SERVICE_PORT] = ['127.0.0.1', new URL(url).port];
    return Kubernetes.connect({ ...FAST, podRoot });
  };

  test('the API server of the cluster is asked, with the token of the pod', async () => {
    let authorization: string | undefined;
    handler = ({ headers }, response) => {
      ({ authorization } = headers);
      json(response, { metadata: { name: 'payments' } });
    };
    expect(await inPod(JSON.stringify({ iss: ISSUER })).namespace('payments')).toMatchObject({
      value: { name: 'payments' },
    });
    expect(authorization).toMatch(/^Bearer e30\./);
  });

  test('the token tells whether it is the cluster: its API server has an address that EKS does not know', () => {
    const kubernetes = inPod(JSON.stringify({ iss: ISSUER, sub: 'x' }));
    expect(kubernetes.mismatchWith(cluster(ISSUER))).toBeUndefined();
    expect(kubernetes.mismatchWith(cluster())).toBeUndefined();
    expect(kubernetes.mismatchWith(cluster(`${ISSUER}2`))).toBe(
      `This pod does not run in cluster production: its token is issued by ${ISSUER}, but tokens of production are `
        + `issued by ${ISSUER}2.`,
    );
  });

  test.each(['{}', 'no JSON'])('a token that does not tell is no reason to refuse: %s', claims => {
    expect(inPod(claims).mismatchWith(cluster(ISSUER))).toBeUndefined();
  });
});

function caught(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
