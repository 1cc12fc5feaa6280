/**
 * Why a server cannot be reached or trusted, by the code of the error in Node.js.
 */

const NETWORK: { readonly [code: string]: string } = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no network to it',
  ETIMEDOUT: 'it did not answer in time',
  TimeoutError: 'it did not answer in time',
};

const CERTIFICATE: { readonly [code: string]: string } = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA/;

/** Why no connection came about, or why it broke. */
export function networkProblem(code: string): string | undefined {
  return NETWORK[code];
}

/**
 * What is wrong with the certificate.
 *
 * @param untrusted the words for a certificate that no known authority has signed
 */
export function certificateProblem(code: string, untrusted: string): string | undefined {
  return CERTIFICATE[code] ?? (UNTRUSTED.test(code) ? untrusted : undefined);
}

export function isTlsError(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|EPROTO|ERR_OSSL|ERR_CRYPTO)/.test(code);
}
