/**
 * Whether the Principal of a trust policy matches a caller.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { listOf } from '../json-values';
import { isSame, literal, matches, split, splitArn, Symbols, textOfSymbols } from './patterns';
import { PrincipalTexts } from './policy-document';
import { every, some, Truth } from './truth';

/** The caller: a provider ARN, a role, user or account ARN, an account ID, or a service. */
export interface RequestPrincipal {
  readonly type: 'Federated' | 'AWS' | 'Service';
  readonly id: string;
}

export function principalMatches(principal: PrincipalTexts | undefined, asking: RequestPrincipal): Truth {
  if (principal === undefined) return 'NotPrincipal is not supported, because AWS advises against it';
  if (principal === '*') return true;
  if (typeof principal === 'string') return 'the Principal is only known at deployment';
  return some(trustedPrincipals(principal), ({ type, id }) => oneMatches(type, id, asking));
}

/** The principals that a Principal element lists. */
export function trustedPrincipals(principal: PrincipalTexts): { readonly type: string; readonly id: string }[] {
  return Object.entries(principal).flatMap(([type, ids]) => listOf(ids as string | string[]).map(id => ({ type, id })));
}

function oneMatches(type: string, trusted: string, asking: RequestPrincipal): Truth {
  if (type === 'AWS' && trusted === '*') return true;
  if (type === 'CanonicalUser' && asking.type === 'AWS') return `whose canonical ID ${trusted} is cannot be determined`;
  if (type === 'AWS' && asking.type === 'Federated') return identityOfProviderAccount(trusted, asking.id);
  if (type !== asking.type) return false;
  if (type === 'AWS') return awsMatches(trusted, asking.id);
  return trusted === '*' ? `IAM does not document * under ${type}` : equal(literal(trusted), literal(asking.id));
}

/**
 * A web identity is not a user or role of the account. AWS does not document whether an account as principal includes
 * it.
 */
function identityOfProviderAccount(trusted: string, provider: string): Truth {
  return (
    isAccount(trusted)
    && sameAccount(trusted, provider) !== false
    && `AWS does not document whether ${trusted} includes web identities of the account`
  );
}

function awsMatches(trusted: string, asking: string): Truth {
  if (trusted === asking) return true;
  if (/^A[A-Z0-9]{15,}$/.test(trusted)) return `whose unique ID ${trusted} is cannot be determined`;
  if (isAccount(trusted)) return sameAccount(trusted, asking);
  const [role, session] = [roleOf(trusted), sessionOf(asking)];
  if (role && session) return sameParts(role, session);
  const [trustedSession, askingRole] = [sessionOf(trusted), roleOf(asking)];
  if (trustedSession && askingRole) {
    return sameParts(trustedSession, askingRole) !== false
      && `whether the session of the role is ${trusted} cannot be determined yet`;
  }
  return trusted === accountText(asking) || equal(literal(trusted), literal(asking)); // a stand-in can be an account ID
}

/** Whether a principal is an account, the caller's or another, and not a named role or user. */
export function isAccountOf(trusted: string, asking: string): boolean {
  return isAccount(trusted) || trusted === accountText(asking);
}

function isAccount(id: string): boolean {
  return /^\d{12}$/.test(id) || /^arn:[^:]+:iam::.*:root$/.test(id);
}

/** An account ID has no partition. */
function sameAccount(trusted: string, asking: string): Truth {
  const [one, other] = [trusted, asking].map(partsOf);
  if (!one || !other) return `whether ${asking} belongs to ${trusted} cannot be determined yet`;
  return every([1, 4].filter(part => one[part] && other[part]), part => equal(one[part], other[part]));
}

/** The parts of an ARN, or the account of an account ID; otherwise undefined. */
function partsOf(id: string): Symbols[] | undefined {
  const parts = splitArn(literal(id));
  if (parts.length === 6) return parts;
  return /^\d{12}$/.test(id) ? Object.assign([], { 4: literal(id) }) : undefined;
}

function accountText(id: string): string | undefined {
  const account = partsOf(id)?.[4];
  return account && textOfSymbols(account);
}

/** Partition, account and name of a role. The path is left out, because sessions do not contain it. */
function roleOf(id: string): Symbols[] | undefined {
  return roleParts(id, 'iam', 'role', path => path[path.length - 1]);
}

function sessionOf(id: string): Symbols[] | undefined {
  return roleParts(id, 'sts', 'assumed-role', path => path[1]);
}

function roleParts(
  id: string,
  service: string,
  type: string,
  name: (path: Symbols[]) => Symbols,
): Symbols[] | undefined {
  const parts = splitArn(literal(id));
  const path = split(parts[5] ?? '', '/', Infinity);
  return path.length > 1 && isSame(parts[2], service) && isSame(path[0], type)
    ? [parts[1], parts[4], name(path)]
    : undefined;
}

function sameParts(one: Symbols[], other: Symbols[]): Truth {
  return every([...one.keys()], part => equal(one[part], other[part]));
}

function equal(one: Symbols, other: Symbols): Truth {
  return matches(one, other) ?? `whether ${textOfSymbols(one)} is ${textOfSymbols(other)} cannot be determined yet`;
}
