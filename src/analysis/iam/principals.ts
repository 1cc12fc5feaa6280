/**
 * Whether the Principal of a trust policy means somebody.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { listOf } from '../json-values';
import { isSame, literal, matches, split, splitArn, Symbols, textOfSymbols } from './patterns';
import { PrincipalTexts } from './policy-document';
import { every, some, Truth } from './truth';

/** Who asks: a provider ARN, a role, user or account ARN or an account id, a service. */
export interface RequestPrincipal {
  readonly type: 'Federated' | 'AWS' | 'Service';
  readonly id: string;
}

export function principalMatches(principal: PrincipalTexts | undefined, asking: RequestPrincipal): Truth {
  if (principal === undefined) return 'NotPrincipal is not evaluated: AWS advises against it';
  if (principal === '*') return true;
  if (typeof principal === 'string') return 'only the deployment knows the Principal';
  return some(trustedPrincipals(principal), ({ type, id }) => oneMatches(type, id, asking));
}

/** What a Principal names. */
export function trustedPrincipals(principal: PrincipalTexts): { readonly type: string; readonly id: string }[] {
  return Object.entries(principal).flatMap(([type, ids]) => listOf(ids as string | string[]).map(id => ({ type, id })));
}

function oneMatches(type: string, trusted: string, asking: RequestPrincipal): Truth {
  if (type === 'AWS' && trusted === '*') return true;
  if (type === 'CanonicalUser' && asking.type === 'AWS') return `whose canonical id ${trusted} is`;
  if (type === 'AWS' && asking.type === 'Federated') return identityOfProviderAccount(trusted, asking.id);
  if (type !== asking.type) return false;
  if (type === 'AWS') return awsMatches(trusted, asking.id);
  return trusted === '*' ? `IAM documents no * under ${type}` : equal(literal(trusted), literal(asking.id));
}

/**
 * A web identity is none of the account's users and roles; whether an account as principal means it too, AWS does not
 * say.
 */
function identityOfProviderAccount(trusted: string, provider: string): Truth {
  return (
    isAccount(trusted)
    && sameAccount(trusted, provider) !== false
    && `whether ${trusted} means web identities of the account, too`
  );
}

function awsMatches(trusted: string, asking: string): Truth {
  if (trusted === asking) return true;
  if (/^A[A-Z0-9]{15,}$/.test(trusted)) return `whose unique id ${trusted} is`;
  if (isAccount(trusted)) return sameAccount(trusted, asking);
  const [role, session] = [roleOf(trusted), sessionOf(asking)];
  if (role && session) return sameParts(role, session);
  const [trustedSession, askingRole] = [sessionOf(trusted), roleOf(asking)];
  if (trustedSession && askingRole) {
    return sameParts(trustedSession, askingRole) !== false && `whether the session of the role is ${trusted}`;
  }
  return trusted === accountText(asking) || equal(literal(trusted), literal(asking)); // a stand-in can be an account id
}

/** Whether a principal is the account of who asks, or another account: not anybody by name. */
export function isAccountOf(trusted: string, asking: string): boolean {
  return isAccount(trusted) || trusted === accountText(asking);
}

function isAccount(id: string): boolean {
  return /^\d{12}$/.test(id) || /^arn:[^:]+:iam::.*:root$/.test(id);
}

/** An account id has no partition. */
function sameAccount(trusted: string, asking: string): Truth {
  const [one, other] = [trusted, asking].map(partsOf);
  if (!one || !other) return `whether ${asking} belongs to ${trusted}`;
  return every([1, 4].filter(part => one[part] && other[part]), part => equal(one[part], other[part]));
}

/** The parts of an ARN, or of one that is known by its account alone; undefined for what is neither. */
function partsOf(id: string): Symbols[] | undefined {
  const parts = splitArn(literal(id));
  if (parts.length === 6) return parts;
  return /^\d{12}$/.test(id) ? Object.assign([], { 4: literal(id) }) : undefined;
}

function accountText(id: string): string | undefined {
  const account = partsOf(id)?.[4];
  return account && textOfSymbols(account);
}

/** Partition, account and name of a role; a session does not tell the path of its role. */
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
  return matches(one, other) ?? `whether ${textOfSymbols(one)} is ${textOfSymbols(other)}`;
}
