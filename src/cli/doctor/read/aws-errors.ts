/**
 * Describes errors of AWS and its SDK without secrets: only messages of known errors are printed, and keys and tokens
 * are removed.
 */
import { certificateProblem, isTlsError, networkProblem } from './network-errors';
import { arrayOf, objectOf, propertyOf } from '../../../analysis/json-values';
import { UnusableInput } from '../../../analysis/reading/unusable-input';
import { printable } from '../../text';

/** An error after which no other request to AWS can succeed. */
export class CannotAskAws extends UnusableInput {
  constructor(readonly kind: 'credentials' | 'expired' | 'region' | 'endpoint', message: string) {
    super(message);
  }
}

const MAX_LENGTH = 400;
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/;
const NOT_ACCEPTED =
  /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|MissingAuthenticationToken|AuthFailure)/;
const DENIED = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized)/;
const THROTTLED = /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|PriorRequestNotComplete)/;
const UNTRUSTED = 'its certificate is not trusted (set NODE_EXTRA_CA_CERTS to a file with the CA certificate)';

/** The code of an error: of the service, of the SDK, or of Node.js. */
export function codeOf(error: unknown): string {
  const { name, Code, code } = objectOf(error);
  const isCode = (text: unknown): text is string => typeof text === 'string' && text !== 'Error';
  return [name, Code, code].find(isCode) ?? 'Error';
}

/** The error to stop with, if no other request to AWS can succeed. */
export function fatal(error: unknown, profile: string | undefined): CannotAskAws | undefined {
  if (error instanceof CannotAskAws) return error;
  const [code, message] = [codeOf(error), messageOf(error)];
  if (/^(CredentialsProviderError|TokenProviderError|ProviderError)$/.test(code)) {
    return credentialsError(message, profile);
  }
  if (EXPIRED.test(code)) {
    return new CannotAskAws(
      'expired',
      `The AWS credentials ${ofProfile(profile)} have expired. Sign in again, for SSO with \`aws sso `
        + `login${option(profile)}\`.`,
    );
  }
  if (NOT_ACCEPTED.test(code)) {
    return new CannotAskAws(
      'credentials',
      `AWS does not accept the credentials ${ofProfile(profile)} (${code}). They are wrong, were deleted or are for `
        + 'another partition, or the clock of this computer is wrong.',
    );
  }
  // Assuming the caller's own role, which a profile or the environment names. The doctor itself never calls AssumeRole.
  if (DENIED.test(code) && /perform:? sts:AssumeRole/.test(message)) {
    return new CannotAskAws(
      'credentials',
      `The credentials ${ofProfile(profile)} use a role that they are not allowed to assume: ${redact(message)}.`,
    );
  }
  if (/^Region is missing|region=""/.test(message)) {
    return new CannotAskAws(
      'region',
      'No AWS region is set. Use --region eu-west-1, AWS_REGION, or `region` in the profile.',
    );
  }
  if (/^Region not accepted/.test(message)) {
    return new CannotAskAws('region', 'The region is not an AWS region. Use one such as --region eu-west-1.');
  }
  return undefined;
}

/** Never prints the SDK's message, which may contain the command line of a credential process. */
function credentialsError(message: string, profile: string | undefined): CannotAskAws {
  if (/expired/i.test(message)) {
    return new CannotAskAws(
      'expired',
      `The sign-in${profile === undefined ? '' : ` of profile ${nameOf(profile)}`} has expired. Sign in again: \`aws `
        + `sso login${option(profile)}\`.`,
    );
  }
  if (/SSO|sso login/.test(message)) {
    return new CannotAskAws(
      'expired',
      `There is no valid sign-in${profile === undefined ? '' : ` of profile ${nameOf(profile)}`}. Sign in: \`aws sso `
        + `login${option(profile)}\`.`,
    );
  }
  if (/multi-factor/i.test(message)) {
    return new CannotAskAws(
      'credentials',
      `${profile === undefined ? 'The profile in use' : `Profile ${nameOf(profile)}`} requires an MFA code, which the `
        + 'doctor does not prompt for. Start a session with MFA and use its profile.',
    );
  }
  if (profile !== undefined) {
    return new CannotAskAws(
      'credentials',
      `Profile ${nameOf(profile)} provides no AWS credentials: it is missing from the config and credentials files, or `
        + 'its settings do not work. See `aws configure list-profiles`.',
    );
  }
  const { AWS_PROFILE: named } = process.env;
  return new CannotAskAws(
    'credentials',
    `There are no AWS credentials${named === undefined || named === '' ? '' : ` (AWS_PROFILE is ${nameOf(named)})`}. `
      + 'Use --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  );
}

/** Why the service could not be reached; undefined if it responded. */
export function unreachable(error: unknown): string | undefined {
  // The SDK wraps errors that it does not recognize and keeps only their message.
  const [, wrapped = ''] = /^AWS SDK error wrapper for .*\b(E[A-Z_]{4,})\b/.exec(messageOf(error)) ?? [];
  const { code: own, errors } = objectOf(error);
  const codes = [own, codeOf(error), wrapped].map(code => `${code}`);
  // one error per address that failed
  const addresses = arrayOf(errors).map(inner => `${propertyOf(inner, 'code')}`);
  return [...codes, ...addresses].map(problemOf).find(words => words !== undefined);
}

function problemOf(code: string): string | undefined {
  return (
    networkProblem(code)
    ?? certificateProblem(code, UNTRUSTED)
    ?? (isTlsError(code) ? 'the TLS handshake failed' : undefined)
  );
}

/** Why something could not be read. */
export function reason(error: unknown, permission: string): string {
  const code = codeOf(error);
  if (DENIED.test(code)) return `needs ${permission}: ${redact(messageOf(error))}`;
  if (THROTTLED.test(code)) return `${permission}: AWS throttled several attempts; try again later`;
  const network = unreachable(error);
  if (network !== undefined) return `${permission}: the service could not be reached: ${network}`;
  const status = statusOf(error) ?? propertyOf(error, '$response', 'statusCode');
  if (isOfService(error)) {
    return `${permission} failed with `
      + `${printable(code).slice(0, 80)}${messageOf(error) === '' ? '' : `: ${redact(messageOf(error))}`}`;
  }
  return `${permission}: the response cannot be read${status === undefined ? '' : ` (HTTP status ${status})`}`;
}

/** Whether a service has processed the request and refused it. */
export function isRefusal(error: unknown): boolean {
  return (
    isOfService(error)
    && unreachable(error) === undefined
    && !THROTTLED.test(codeOf(error))
    && (statusOf(error) ?? 500) < 500
  );
}

function statusOf(error: unknown): number | undefined {
  const status = propertyOf(error, '$metadata', 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/** Whether the error is from the service itself: only such errors have a fault and a code in PascalCase. */
function isOfService(error: unknown): boolean {
  return (
    propertyOf(error, '$fault') !== undefined
    && /^[A-Z][A-Za-z.]+$/.test(codeOf(error))
    && !/^(Unknown|SyntaxError|TypeError)/.test(codeOf(error))
  );
}

export function messageOf(error: unknown): string {
  const message = propertyOf(error, 'message') ?? propertyOf(error, 'Message');
  return typeof message === 'string' ? message : '';
}

/** Removes secrets from a message of AWS and puts it on one line. */
export function redact(message: string): string {
  const text = printable(message.replace(/\s+/g, ' ').trim())
    .replace(/\beyJ[\w-]*\.[\w-]*\.?[\w-]*/g, '(token)')
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, '(key)')
    .replace(/(security-token\W{1,3})\S+/gi, '$1(redacted)')
    .replace(/[A-Za-z0-9+/=]{100,}/g, '(redacted)');
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function ofProfile(profile: string | undefined): string {
  return profile === undefined ? 'in use' : `of profile ${nameOf(profile)}`;
}

function option(profile: string | undefined): string {
  return profile === undefined ? '' : ` --profile ${nameOf(profile)}`;
}

function nameOf(profile: string): string {
  return printable(profile).slice(0, 80);
}
