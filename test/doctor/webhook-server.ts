/**
 * The pod identity webhook as a server, for API servers to call. Of the service accounts it knows what it is told, as
 * the webhook's cache does.
 */
import { readFileSync } from 'fs';
import { createServer, Server } from 'https';
import { AddressInfo } from 'net';
import { webhook } from '../cli/doctor/healthy';
import { Manifest } from '../judges/kubernetes';
import { Certificate } from '../token/loopback-web';
import { injected, WebhookSettings } from '../token/pod-identity-webhook';

export class WebhookServer {
  public static async start(certificate: Certificate): Promise<WebhookServer> {
    const started = new WebhookServer(certificate);
    await new Promise<void>(listening => started.server.listen(0, '127.0.0.1', listening));
    return started;
  }

  /** How it is started; changes count from the next pod on. */
  public settings: WebhookSettings = {};
  private readonly serviceAccounts = new Map<string, Manifest>();
  private readonly associated = new Set<string>();
  private readonly server: Server;

  private constructor(private readonly certificate: Certificate) {
    this.server = createServer(
      { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
      (request, response) => {
        let body = '';
        request
          .setEncoding('utf8')
          .on('data', part => (body += part))
          .on('end', () => {
            response
              .writeHead(200, { 'content-type': 'application/json' })
              .end(JSON.stringify(this.reviewed(JSON.parse(body))));
          });
      },
    );
  }

  public know(serviceAccount: Manifest): void {
    const { namespace, name } = serviceAccount.metadata;
    this.serviceAccounts.set(`${namespace}/${name}`, serviceAccount);
  }

  /** As EKS tells it of an association of EKS Pod Identity. */
  public associate(namespace: string, serviceAccount: string): void {
    this.associated.add(`${namespace}/${serviceAccount}`);
  }

  /** As EKS writes it, but for the URL and who vouches for it. */
  public configuration(changes: any = {}): Manifest {
    const { port } = this.server.address() as AddressInfo;
    const caBundle = readFileSync(this.certificate.certFile).toString('base64');
    return webhook({
      admissionReviewVersions: ['v1'],
      clientConfig: { url: `https://127.0.0.1:${port}/mutate`, caBundle },
      ...changes,
    });
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(closed => this.server.close(closed));
  }

  private reviewed({ apiVersion, kind, request: { uid, namespace, object } }: any): object {
    const key = `${namespace}/${object.spec.serviceAccountName}`;
    const isAssociated = this.associated.has(key);
    const { metadata, spec } = injected(object, this.serviceAccounts.get(key), { ...this.settings, isAssociated });
    const { labels } = metadata;
    const operations = [
      { op: 'replace', path: '/spec', value: spec },
      ...labels ? [{ op: 'add', path: '/metadata/labels', value: labels }] : [],
    ];
    const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
    return { apiVersion, kind, response: { uid, allowed: true, patchType: 'JSONPatch', patch } };
  }
}
