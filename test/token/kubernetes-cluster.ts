/**
 * Kubernetes as far as it makes tokens: etcd and API servers. No nodes, no controllers. `scripts/token-test.sh` builds
 * the programs.
 */
import { ChildProcess, spawn } from 'child_process';
import { generateKeyPairSync, randomBytes } from 'crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'fs';
import { OutgoingHttpHeaders } from 'http';
import { Agent, request } from 'https';
import { createServer } from 'net';
import { join } from 'path';
import { Certificate, selfSigned } from './loopback-web';
import { Manifest } from '../judges/kubernetes';

const START_TIMEOUT_MS = 90_000;
const REQUEST_TIMEOUT_MS = 20_000;

/** What the machine has. */
export interface Machine {
  /** The folder of `etcd` and `kube-apiserver`. */
  readonly bin: string;
  /** Where they may write. */
  readonly work: string;
}

/**
 * The machine of a test file, in a folder of its own.
 *
 * @throws if `scripts/token-test.sh` does not run the file
 */
export function machineOf(name: string): Machine {
  const { TOKEN_TEST_BIN: bin, TOKEN_TEST_WORK: work } = process.env;
  if (!bin || !work) throw new Error('Run it by `npx projen token-test`, which builds Kubernetes.');
  return { bin, work: mkdtempSync(join(work, `${name}-`)) };
}

/** Servers by themselves, which a test file starts and stops. */
export class Clusters {
  private readonly running: Array<{ stop(): Promise<void> }> = [];

  constructor(private readonly machine: Machine) {}

  /** An etcd and an API server with a key of its own. */
  public async start(name: string, flags: readonly string[] = []): Promise<ApiServer> {
    const machine: Machine = { bin: this.machine.bin, work: mkdtempSync(join(this.machine.work, `${name}-`)) };
    const etcd = await Etcd.start(machine);
    this.running.unshift(etcd);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keyFile = join(machine.work, 'sa.key');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const cluster = await ApiServer.start(machine, {
      name,
      etcd,
      certificate: await selfSigned(machine.work, []),
      issuerFlags: [
        '--service-account-issuer=https://oidc.example.com', `--service-account-key-file=${keyFile}`,
        `--service-account-signing-key-file=${keyFile}`, ...flags,
      ],
    });
    this.running.unshift(cluster);
    return cluster;
  }

  public async stop(): Promise<void> {
    for (const server of this.running) await server.stop();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening, failed) => server.on('error', failed).listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise(closed => server.close(closed));
  return port;
}

/** A server of ours: a program that runs until it is stopped, and what it says. */
class ServerProcess {
  private readonly child: ChildProcess;
  private failure?: string;

  constructor(private readonly name: string, program: string, args: string[], private readonly logFile: string) {
    const log = openSync(logFile, 'w');
    this.child = spawn(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.child.unref(); // one that is left over is for scripts/token-test.sh to find, not to wait for
    this.child.on('error', ({ message }) => this.failure = message);
    this.child.on('exit', (code, signal) => this.failure ??= `it ended (${signal ?? `exit code ${code}`})`);
  }

  /** Waits until it is ready. */
  public async ready(isReady: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!await isReady().catch(() => false)) {
      if (this.failure !== undefined) throw this.problem(this.failure);
      if (Date.now() > deadline) throw this.problem(`it was not ready after ${START_TIMEOUT_MS / 1000} seconds`);
      await new Promise(waited => setTimeout(waited, 250));
    }
  }

  public async stop(): Promise<void> {
    if (this.failure !== undefined) return;
    const ended = new Promise(exited => this.child.once('exit', exited));
    this.child.kill('SIGKILL');
    await ended;
  }

  private problem(what: string): Error {
    return new Error(
      `${this.name} did not start: ${what}. Its last `
        + `words:\n${readFileSync(this.logFile, 'utf8').split('\n').slice(-15).join('\n')}`,
    );
  }
}

/** The store of the API servers. */
export class Etcd {
  public static start(machine: Machine): Promise<Etcd> {
    return onFreePorts(() => Etcd.tryToStart(machine));
  }

  private static async tryToStart({ bin, work }: Machine): Promise<Etcd> {
    const [url, peerUrl] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    const process = new ServerProcess(
      'etcd',
      join(bin, 'etcd'),
      [
        '--name=token-test',
        `--data-dir=${join(work, 'etcd')}`,
        '--unsafe-no-fsync',
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=token-test=${peerUrl}`,
      ],
      join(work, 'etcd.log'),
    );
    const etcd = new Etcd(url, process);
    return started(etcd, () => process.ready(async () => (await fetch(`${url}/health`)).ok));
  }

  private constructor(public readonly url: string, private readonly process: ServerProcess) {}

  public stop(): Promise<void> {
    return this.process.stop();
  }
}

/** What an API server is started with. */
export interface ApiServerProps {
  readonly name: string;
  readonly etcd: Etcd;
  readonly certificate: Certificate;
  /** The flags that name its issuer and keys. */
  readonly issuerFlags: string[];
}

/** An answer that is not a success. */
export class KubernetesError extends Error {
  constructor(public readonly status: number, public readonly answer: any) {
    super(`${status}: ${answer?.message ?? JSON.stringify(answer)}`);
  }
}

/** An API server, and its administrator. */
export class ApiServer {
  public static start(machine: Machine, props: ApiServerProps): Promise<ApiServer> {
    return onFreePorts(() => ApiServer.tryToStart(machine, props));
  }

  private static async tryToStart(
    { bin, work }: Machine,
    { name, etcd, certificate, issuerFlags }: ApiServerProps,
  ): Promise<ApiServer> {
    const folder = join(work, name);
    mkdirSync(folder, { recursive: true });
    const [port, adminToken] = [await freePort(), randomBytes(24).toString('hex')];
    writeFileSync(join(folder, 'tokens.csv'), `${adminToken},admin,admin,system:masters\n`, { mode: 0o600 });
    const process = new ServerProcess(
      `kube-apiserver ${name}`,
      join(bin, 'kube-apiserver'),
      [
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        `--secure-port=${port}`,
        '--endpoint-reconciler-type=none',
        `--tls-cert-file=${certificate.certFile}`,
        `--tls-private-key-file=${certificate.keyFile}`,
        `--cert-dir=${folder}`,
        `--etcd-servers=${etcd.url}`,
        `--etcd-prefix=/${name}`,
        '--service-cluster-ip-range=10.0.0.0/24',
        '--authorization-mode=RBAC',
        `--token-auth-file=${join(folder, 'tokens.csv')}`,
        ...issuerFlags,
      ],
      join(folder, 'log'),
    );
    const server = new ApiServer(port, adminToken, readFileSync(certificate.certFile), process);
    return started(server, () => process.ready(async () => (await server.text('/readyz')) === 'ok'));
  }

  private readonly agent: Agent;

  private constructor(
    private readonly port: number,
    public readonly adminToken: string,
    private readonly ca: Buffer,
    private readonly process: ServerProcess,
  ) {
    this.agent = new Agent({ ca, keepAlive: true });
  }

  public get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** A kubeconfig as `aws eks update-kubeconfig` writes it, but for the token. */
  public kubeConfig(context: string, token = this.adminToken, server = this.url): string {
    return JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'current-context': context,
      'clusters': [{ name: context, cluster: { server, 'certificate-authority-data': this.ca.toString('base64') } }],
      'users': [{ name: context, user: { token } }],
      'contexts': [{ name: context, context: { cluster: context, user: context } }],
    });
  }

  /** Applies an object as `kubectl apply --server-side` does; a field that is not known is an error. */
  public apply(object: Manifest): Promise<Manifest> {
    const query = 'fieldManager=token-test&fieldValidation=Strict';
    return this.json('PATCH', `${pathOf(object)}?${query}`, object, 'application/apply-patch+yaml');
  }

  /** With an object as it was read and then changed. */
  public replace(object: Manifest): Promise<Manifest> {
    return this.json('PUT', pathOf(object), object);
  }

  public read(object: Manifest): Promise<Manifest> {
    return this.json('GET', pathOf(object));
  }

  public createPod(namespace: string, spec: any, name?: string): Promise<Manifest> {
    const metadata = { ...(name === undefined ? { generateName: 'pod-' } : { name }), namespace };
    return this.json('POST', `/api/v1/namespaces/${namespace}/pods?fieldValidation=Strict`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec,
    });
  }

  /** At once: there is no kubelet to end a pod. */
  public remove(object: Manifest): Promise<Manifest> {
    return this.json('DELETE', `${pathOf(object)}?gracePeriodSeconds=0`);
  }

  /** A token of a service account, for a pod that uses it. */
  public async mintToken(namespace: string, serviceAccount: string, spec: any): Promise<string> {
    const { status } = await this.json(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
    );
    return status.token;
  }

  /** Whose token it is, if the server made it for an audience. */
  public async reviewToken(token: string, audience: string): Promise<string | undefined> {
    const { status } = await this.json('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [audience] },
    });
    return status.authenticated ? status.user.username : undefined;
  }

  /** Whether somebody may do something, as a SubjectAccessReview says. */
  public async reviewAccess(spec: object): Promise<boolean> {
    const { status } = await this.json('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec,
    });
    return status.allowed;
  }

  /** Sets what kubelet and controllers say of an object. */
  public setStatus(object: Manifest, status: object): Promise<Manifest> {
    return this.json('PATCH', `${pathOf(object)}/status`, { status }, 'application/merge-patch+json');
  }

  /** Sends a request as somebody else, and returns the answer whatever its status is. */
  public request({ method, path, body, type = 'application/json', user, groups = [] }: RequestAs): Promise<Answer> {
    const impersonation = user === undefined ? {}
      : { 'impersonate-user': user, ...groups.length > 0 && { 'impersonate-group': groups } };
    return this.send(method, path, body, { 'content-type': type, ...impersonation });
  }

  /** What the server says at a path, as JSON. */
  public async document(path: string): Promise<any> {
    return JSON.parse(await this.text(path));
  }

  public async stop(): Promise<void> {
    this.agent.destroy();
    await this.process.stop();
  }

  private async json(method: string, path: string, body?: object, type = 'application/json'): Promise<any> {
    return JSON.parse(await this.text(path, method, body, type));
  }

  private async text(path: string, method = 'GET', body?: object, type = 'application/json'): Promise<string> {
    const { status, text } = await this.send(method, path, body, { 'content-type': type });
    if (status < 300) return text;
    throw new KubernetesError(status, parsed(text));
  }

  private send(method: string, path: string, body: object | undefined, own: OutgoingHttpHeaders): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.adminToken}`, ...own };
      const call = request(
        { host: '127.0.0.1', port: this.port, path, method, headers, agent: this.agent, timeout: REQUEST_TIMEOUT_MS },
        response => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', part => (text += part))
            .on('end', () => {
              const { statusCode: status = 0, headers: { warning = '' } } = response;
              resolve({ status, text, warning });
            });
        },
      );
      call
        .on('error', reject)
        .on('timeout', () =>
          call.destroy(new Error(`no answer after ${REQUEST_TIMEOUT_MS / 1000} seconds: ${method} ${path}`)),
        );
      call.end(body && JSON.stringify(body));
    });
  }
}

/** A request of somebody else. */
export interface RequestAs {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly type?: string;
  /** Undefined for the administrator. */
  readonly user?: string;
  readonly groups?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The header `Warning`. */
  readonly warning: string;
}

/** Between being found free and being used, a port can be taken by somebody else: then with others, twice at most. */
async function onFreePorts<T>(start: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (attempts > 1 && /address already in use/.test(`${error}`)) return onFreePorts(start, attempts - 1);
    throw error;
  }
}

async function started<T extends { stop(): Promise<void> }>(server: T, ready: () => Promise<void>): Promise<T> {
  try {
    await ready();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function pathOf({ apiVersion, kind, metadata: { namespace, name } }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase()}s`.replace(/ys$/, 'ies');
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
