/**
 * Valid token subjects: `system:serviceaccount:<namespace>:<name>`, with names that Kubernetes allows.
 */
import { readSubject } from './claims';
import { overlap, pattern } from './patterns';
import { NAMESPACE, OBJECT_NAME } from '../../conventions/name-rules';
import { DEFAULT_AUDIENCE, SERVICE_ACCOUNT } from '../../conventions/web-identity';
import { withoutStandIns } from '../stand-in';

/** How an operator compares a value with `sub`. */
export interface SubjectOperator {
  readonly wildcards: boolean;
  readonly ignoreCase: boolean;
}

const ANY_SUBJECT = pattern(`${SERVICE_ACCOUNT}*:*`);
const POLICY_VARIABLE = /\$\{/;

/** Whether a value can be or match the subject of a service account. True if it is only known at deployment. */
export function canBeSubject(value: string, { wildcards, ignoreCase }: SubjectOperator): boolean {
  const subject = ignoreCase ? lowerCase(value) : value;
  if (POLICY_VARIABLE.test(subject)) return true;
  const names = readSubject(subject);
  // a pattern such as system:serviceaccount:*
  if (names === undefined) return overlap(pattern(wildcards ? subject : withoutWildcards(subject)), ANY_SUBJECT);
  const fill = (text: string) => withoutStandIns(wildcards ? withoutWildcards(text) : text);
  const isAny = (text: string) => wildcards && /^\*+$/.test(text);
  return (isAny(names.namespace) || NAMESPACE.pattern.test(fill(names.namespace)))
    && (isAny(names.serviceAccount) || OBJECT_NAME.pattern.test(fill(names.serviceAccount)));
}

/** The intended subject, if a common mistake explains the value. */
export function meantSubject(value: string): string | undefined {
  const [, namespace, name] = /^(?:system:)?service-?accounts?[:/]([^:/]+)[:/]([^:/]+)$/.exec(lowerCase(value).trim())
    ?? [];
  const meant = `${SERVICE_ACCOUNT}${namespace}:${name}`;
  return namespace !== undefined && canBeSubject(meant, { wildcards: true, ignoreCase: false }) ? meant : undefined;
}

/** Whether a value is intended to be the subject of a service account, valid or not. */
export function looksLikeSubject(value: string): boolean {
  return /service-?accounts?[:/]/i.test(value);
}

/** Whether a value of `sub` is an audience, or one of `aud` a subject. */
export function isSwapped(claim: string, value: string): boolean {
  return claim === 'sub' ? value === DEFAULT_AUDIENCE : claim === 'aud' && value.startsWith(SERVICE_ACCOUNT);
}

/** Converts to lower case, except for the names of stand-ins. */
function lowerCase(text: string): string {
  return text.replace(/⟨[^⟩]*⟩|[^⟨]+/g, part => (part.startsWith('⟨') ? part : part.toLowerCase()));
}

function withoutWildcards(text: string): string {
  return text.replace(/[*?]/g, 'x');
}
