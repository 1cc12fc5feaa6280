import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { createServer, Server } from 'http';
import { AddressInfo } from 'net';

/** A registry of npm that has one version of one package. */
export class NpmRegistry {
  public readonly requests: string[] = [];
  private readonly server: Server;

  constructor(tarball: string, { name, version, bin }: { name: string; version: string; bin: object }) {
    const content = readFileSync(tarball);
    const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
    this.server = createServer(({ url }, response) => {
      this.requests.push(url!);
      if (url === '/package.tgz') return response.end(content);
      if (url !== `/${name}`) return response.writeHead(404).end('{}');
      const dist = { tarball: `${this.url}/package.tgz`, integrity };
      const versions = { [version]: { name, version, bin, dist } };
      return response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
    });
  }

  public start(): Promise<void> {
    return new Promise(resolve => this.server.listen(0, '127.0.0.1', resolve));
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
