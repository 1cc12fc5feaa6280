/**
 * Condition keys of web identities: `<issuer>:<claim>`, where the issuer is a host and a path; other keys start with
 * the name of a service.
 */
import { remembered } from '../../conventions/remembered';

/** A stand-in may contain colons. */
const SUBJECT = /^system:serviceaccount:((?:[^:⟨]|⟨[^⟩]*⟩)*):(.*)$/;

export const isClaim = remembered(key =>
  /^(https?:\/\/|[^:]*[./⟨])/i.test(key) && key.lastIndexOf(':') > 0);

export function issuerOf(key: string): string {
  return key.slice(0, key.lastIndexOf(':'));
}

export function claimOf(key: string): string {
  return isClaim(key) ? key.slice(key.lastIndexOf(':') + 1) : key;
}

/** Namespace and name of a subject `system:serviceaccount:<namespace>:<name>`; undefined for any other subject. */
export function readSubject(
  subject: string,
): { readonly namespace: string; readonly serviceAccount: string } | undefined {
  const [, namespace, serviceAccount] = SUBJECT.exec(subject) ?? [];
  return namespace === undefined ? undefined : { namespace, serviceAccount };
}

/** The issuer that a URL names. */
export function withoutScheme(url: string): string {
  return url.replace(/^https:\/\//, '');
}
