/**
 * A web of https sites, all on one port of loopback. Names are found there as DNS would find them; certificates are
 * checked.
 */
import { readFileSync, writeFileSync } from 'fs';
import { createServer, get, Server } from 'https';
import { AddressInfo } from 'net';
import { join } from 'path';
import { generate } from 'selfsigned';

/** A certificate that vouches for itself. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a certificate for hosts of the web, and for servers on 127.0.0.1. */
export async function selfSigned(folder: string, hosts: string[]): Promise<Certificate> {
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'loopback' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [{ type: 7, ip: '127.0.0.1' }, ...hosts.map(value => ({ type: 2 as const, value }))],
      },
    ],
  });
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { certFile, keyFile };
}

/** Documents by their URLs, served until it is closed. */
export class LoopbackWeb {
  public static async start(certificate: Certificate): Promise<LoopbackWeb> {
    const web = new LoopbackWeb(certificate);
    await new Promise<void>(listening => web.server.listen(0, '127.0.0.1', listening));
    return web;
  }

  private readonly documents = new Map<string, string>();
  private readonly ca: Buffer;
  private readonly server: Server;

  private constructor({ certFile, keyFile }: Certificate) {
    this.ca = readFileSync(certFile);
    this.server = createServer({ cert: this.ca, key: readFileSync(keyFile) }, ({ headers, url }, response) => {
      const found = this.documents.get(`https://${headers.host}${url}`);
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(found);
    });
  }

  public put(url: string, document: string): void {
    this.documents.set(url, document);
  }

  /** Puts the two documents of an issuer there. */
  public putIssuer(issuer: string, keys: object[]): void {
    this.put(`${issuer}/.well-known/openid-configuration`, JSON.stringify({ issuer, jwks_uri: `${issuer}/keys.json` }));
    this.put(`${issuer}/keys.json`, JSON.stringify({ keys }));
  }

  /** What is behind a URL; nothing where there is no such document. */
  public readonly get = (url: string): Promise<string | undefined> => new Promise((resolve, reject) => {
    const { protocol, hostname, pathname } = new URL(url);
    if (protocol !== 'https:') return reject(new Error(`not https: ${url}`));
    const { port } = this.server.address() as AddressInfo;
    const request = get(
      {
        host: '127.0.0.1',
        port,
        path: pathname,
        servername: hostname,
        headers: { host: hostname },
        ca: this.ca,
        agent: false,
        timeout: 10_000,
      },
      response => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', part => (text += part))
          .on('end', () => resolve(response.statusCode === 200 ? text : undefined));
      },
    );
    request.on('error', reject).on('timeout', () => request.destroy(new Error(`no answer: ${url}`)));
  });

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(closed => this.server.close(closed));
  }
}
