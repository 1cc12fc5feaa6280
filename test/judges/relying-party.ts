/**
 * Judge: whoever gets a token and knows its issuer, as STS does. Finds the keys by OpenID Connect discovery, over HTTP,
 * and checks the token with `jose`.
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
import { createServer } from 'http';
import { AddressInfo } from 'net';
import { createRemoteJWKSet, decodeJwt, JWTPayload, jwtVerify } from 'jose';

/** What is behind a URL; nothing where there is no such document. */
export type Web = (url: string) => string | undefined;

/**
 * The claims of a token whose issuer vouches for it.
 *
 * @throws when it does not
 */
export async function claimsOf(token: string, audience: string, web: Web): Promise<JWTPayload> {
  const server = createServer((request, response) => {
    const found = web(decodeURIComponent(request.url!.slice(1)));
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(found);
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  const onServer = (url: string) =>
    new URL(encodeURIComponent(url), `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  try {
    const issuer = decodeJwt(token).iss!;
    const discovered = await fetch(onServer(`${issuer}/.well-known/openid-configuration`));
    if (!discovered.ok) throw new Error(`no discovery document of ${issuer}`);
    const configuration: any = await discovered.json();
    if (configuration.issuer !== issuer) throw new Error(`${issuer} says it is ${configuration.issuer}`);
    const { payload } = await jwtVerify(token, createRemoteJWKSet(onServer(configuration.jwks_uri)), {
      issuer, audience, algorithms: configuration.id_token_signing_alg_values_supported,
    });
    return payload;
  } finally {
    server.closeAllConnections();
    await new Promise(closed => server.close(closed));
  }
}

/**
 * S3 over https, with what its buckets hold by `<bucket>/<key>`: virtual-hosted and path style. Certificates do not
 * cover a name with dots.
 */
export function s3Web(objects: Record<string, string>, region: string, suffix: string): Web {
  return url => {
    const { protocol, host, pathname } = new URL(url);
    const endpoint = `s3.${region}.${suffix}`;
    if (protocol !== 'https:') return undefined;
    if (host === endpoint) return objects[pathname.slice(1)];
    const bucket = host.endsWith(`.${endpoint}`) ? host.slice(0, -endpoint.length - 1) : '.';
    return bucket.includes('.') ? undefined : objects[`${bucket}${pathname}`];
  };
}
