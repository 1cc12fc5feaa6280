/**
 * Condition keys of web identities: `<issuer>:<claim>`, where the issuer is a host and a path; other keys start with the name of a service.
 */

export function isClaim(key: string): boolean {
  return /^(https?:\/\/|[^:]*[./⟨])/i.test(key) && key.lastIndexOf(':') > 0;
}

export function issuerOf(key: string): string {
  return key.slice(0, key.lastIndexOf(':'));
}

export function claimOf(key: string): string {
  return isClaim(key) ? key.slice(key.lastIndexOf(':') + 1) : key;
}

/** The issuer that a URL names. */
export function withoutScheme(url: string): string {
  return url.replace(/^https:\/\//, '');
}
