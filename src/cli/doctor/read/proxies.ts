/**
 * Proxies from the environment, as kubectl and the AWS CLI use them.
 */
import { Agent, AgentOptions, RequestOptions } from 'https';
import { isIP } from 'net';
import { Duplex } from 'stream';
import { HttpsProxyAgent } from 'hpagent';
import { getProxyForUrl } from 'proxy-from-env';

/** kubectl never uses a proxy for these. */
const LOOPBACK = /^(localhost|127\..*|\[?::1\]?)$/;

/** The proxy for a host, or undefined if requests go to it directly. */
export function proxyFor(host: string, port: number | string = 443): string | undefined {
  const isExcluded = (name: string) => getProxyForUrl(`https://${name}:${port}`) === '';
  return LOOPBACK.test(host) || domainsOf(host).some(isExcluded) ? undefined : configuredProxy();
}

/** An agent for clients that call several hosts; undefined if there is no proxy. */
export function proxyAgent(options: AgentOptions): Agent | undefined {
  const proxy = configuredProxy();
  return proxy === undefined ? undefined : new ProxyAgent({ ...options, proxy });
}

type Connected = (error: Error | null, stream: Duplex) => void;

class ProxyAgent extends HttpsProxyAgent {
  override createConnection(options: RequestOptions, callback?: Connected): Duplex | null | undefined {
    const isDirect = proxyFor(options.host ?? 'localhost', options.port ?? undefined) === undefined;
    return isDirect ? Agent.prototype.createConnection.call(this, options, callback)
      : super.createConnection(options, callback);
  }
}

/** Without a scheme, a proxy uses HTTP, as for kubectl and curl; proxy-from-env would use HTTPS. */
function configuredProxy(): string | undefined {
  const proxy = process.env.HTTPS_PROXY || process.env.https_proxy;
  return !proxy || proxy.includes('://') ? proxy || undefined : `http://${proxy}`;
}

/** The host and its parent domains. For kubectl, `example.com` covers subdomains; for proxy-from-env it does not. */
function domainsOf(host: string): string[] {
  if (isIP(host) === 6) return [`[${host}]`];
  if (isIP(host) === 4 || host.startsWith('[')) return [host];
  const labels = host.split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}
