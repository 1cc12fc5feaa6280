/**
 * Explains why a server cannot be reached or trusted, by the Node.js error code.
 */

const NETWORK: { readonly [code: string]: string } = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ENOTFOUND: 'the host was not found',
  EAI_AGAIN: 'its name cannot be resolved',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'it did not respond in time',
  TimeoutError: 'it did not respond in time',
};

const CERTIFICATE: { readonly [code: string]: string } = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA/;

/** Why a connection could not be opened, or broke. */
export function networkProblem(code: string): string | undefined {
  return NETWORK[code];
}

/**
 * What is wrong with the certificate.
 *
 * @param untrusted the text for a certificate that no trusted authority has signed
 */
export function certificateProblem(code: string, untrusted: string): string | undefined {
  return CERTIFICATE[code] ?? (UNTRUSTED.test(code) ? untrusted : undefined);
}

export function isTlsError(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|EPROTO|ERR_OSSL|ERR_CRYPTO)/.test(code);
}
