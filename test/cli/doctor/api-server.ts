/**
 * An API server in this process, in front of which pods went through the webhook, and kubeconfigs for it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { createServer, Server } from 'https';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';
import { pod, serviceAccount, webhook } from './healthy';
import { AwsServer, ROLE } from './read/aws-server';
import { LISTS, ListName, pathOfList } from '../../../src/cli/doctor/live/api-lists';
import { Manifest } from '../../judges/kubernetes';
import { selfSigned } from '../../token/loopback-web';
import { injected } from '../../token/pod-identity-webhook';

export const ROLE_KEY = 'eks.amazonaws.com/role-arn';

interface Entry {
  readonly context: string;
  /** @default the name `c` */
  readonly cluster?: string;
  readonly exec?: object;
  /** @default the server itself */
  readonly server?: string;
}

/** AWS and an API server for the tests of a file, with a kubeconfig. */
export class Servers {
  public static forTests(): Servers {
    const servers = new Servers();
    beforeAll(async () => {
      servers.started = await ApiServer.start(servers.folder);
      await servers.aws.start();
    });
    afterAll(async () => {
      await servers.aws.stop();
      await servers.api.stop();
      rmSync(servers.folder, { recursive: true });
    });
    beforeEach(() => {
      servers.aws.reset();
      servers.api.kubeConfig({ context: 'production' });
    });
    return servers;
  }

  public readonly folder = mkdtempSync(join(tmpdir(), 'servers-'));
  public readonly aws = new AwsServer();
  private started?: ApiServer;

  public get api(): ApiServer {
    return this.started!;
  }
}

export class ApiServer {
  public static async start(folder: string): Promise<ApiServer> {
    const { certFile, keyFile } = await selfSigned(folder, []);
    const made = new ApiServer(folder, readFileSync(certFile), readFileSync(keyFile));
    await new Promise<void>(listening => made.server.listen(0, '127.0.0.1', listening));
    return made;
  }

  /** What it answers, by path; 404 to everything else. */
  public objects: Record<string, any> = {};
  /** Method and path of each request. */
  public readonly asked: string[] = [];
  /** Of the last request. */
  public query = new URLSearchParams();
  private readonly server: Server;

  private constructor(private readonly folder: string, private readonly cert: Buffer, key: Buffer) {
    this.server = createServer({ cert, key }, ({ url = '', method = '' }, response) => {
      this.asked.push(`${method} ${url.split('?')[0]}`);
      this.query = new URLSearchParams(url.split('?')[1]);
      const found = this.objects[url.split('?')[0]];
      response
        .writeHead(found === undefined ? 404 : found.code ?? 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(found ?? { kind: 'Status', reason: 'NotFound', code: 404 }));
    });
  }

  public get endpoint(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Makes KUBECONFIG a file with these contexts; the first is the current one. */
  public kubeConfig(...entries: Entry[]): void {
    process.env.KUBECONFIG = join(this.folder, 'kubeconfig');
    const nameOf = ({ cluster, context }: Entry) => cluster ?? `cluster-of-${context}`;
    writeFileSync(process.env.KUBECONFIG, JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'current-context': entries[0].context,
      'clusters': entries.map(entry => ({
        name: nameOf(entry),
        cluster: {
          'server': entry.server ?? this.endpoint, 'certificate-authority-data': this.cert.toString('base64'),
        },
      })),
      'users': entries.map(({ context, exec }) => ({
        name: `user-of-${context}`, user: exec === undefined ? { token: 'the-token-of-the-user' } : { exec },
      })),
      'contexts': entries.map(entry => ({
        name: entry.context, context: { cluster: nameOf(entry), user: `user-of-${entry.context}` },
      })),
    }));
  }

  /** Makes a list of the whole cluster hold these objects. */
  public lists(name: ListName, ...items: object[]): void {
    this.objects[pathOfList(name)] = { items, metadata: {} };
  }

  /** Makes it hold this ServiceAccount and these pods. */
  public stands(account = serviceAccount({ [ROLE_KEY]: ROLE }), pods: Manifest[] = [injected(pod(), account)]): void {
    this.objects = {};
    for (const name of LISTS) this.lists(name);
    Object.assign(this.objects, {
      '/api/v1/namespaces/payments': { metadata: { name: 'payments' } },
      '/api/v1/namespaces/payments/serviceaccounts/api': account,
      '/api/v1/namespaces/payments/serviceaccounts/api/token': {
        status: { token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln' },
      },
      '/api/v1/namespaces/payments/pods': { items: pods, metadata: {} },
      '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': { items: [webhook()], metadata: {} },
      '/api/v1/serviceaccounts': { items: [account], metadata: {} },
      '/api/v1/pods': { items: pods, metadata: {} },
      '/api/v1/namespaces/payments/serviceaccounts': { items: [account], metadata: {} },
    });
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(closed => this.server.close(closed));
  }
}
