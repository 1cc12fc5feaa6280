/**
 * Proxies, as kubectl and the AWS CLI take them from the environment.
 */
import { Agent, AgentOptions } from 'https';
import { HttpsProxyAgent } from 'hpagent';

/** The proxy on the way to a host. */
export function proxyFor(host: string): string | undefined {
  const { HTTPS_PROXY, https_proxy: httpsProxy, NO_PROXY, no_proxy: noProxy } = process.env;
  const proxy = HTTPS_PROXY || httpsProxy;
  const direct = (NO_PROXY || noProxy || '').split(',').map(one => one.trim().replace(/^\*?\./, '')).filter(one => one !== '');
  const isDirect = /^(localhost|127\..*|\[::1\])$/.test(host) || direct.some(one => one === '*' || host === one || host.endsWith(`.${one}`));
  return isDirect || !proxy ? undefined : proxy;
}

/** For clients that ask several hosts; undefined where there is no proxy. */
export function proxyAgent(options: AgentOptions): Agent | undefined {
  const proxy = proxyFor('any host');
  return proxy === undefined ? undefined : new ProxyAgent({ ...options, proxy });
}

class ProxyAgent extends HttpsProxyAgent {
  createConnection(options: any, callback: any): any {
    const connect = proxyFor(options.host) === undefined ? Agent.prototype : HttpsProxyAgent.prototype;
    return (connect as any).createConnection.call(this, options, callback);
  }
}
