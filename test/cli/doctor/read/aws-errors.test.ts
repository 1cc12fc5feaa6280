import {
  CannotAskAws,
  codeOf,
  fatal,
  isRefusal,
  reason,
  redact,
  unreachable,
} from '../../../../src/cli/doctor/read/aws-errors';

const error = (name: string, message = '', more = {}) => Object.assign(new Error(message), { name }, more);
const ofService = (name: string, message = '', status = 400) =>
  error(name, message, { $fault: 'client', $metadata: { httpStatusCode: status } });

test.each<[any, string | undefined]>([
  [error('Error', '', { code: 'ECONNREFUSED' }), 'the connection was refused'],
  [error('Error', '', { code: 'ENOTFOUND' }), 'the host was not found'],
  [
    error('Error', '', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    'its certificate is not trusted (set NODE_EXTRA_CA_CERTS to a file with the CA certificate)',
  ],
  [error('Error', '', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'its certificate is for another host'],
  [error('TimeoutError'), 'it did not respond in time'],
  [error('AggregateError', '', { errors: [{ code: 'X' }, { code: 'ENETUNREACH' }] }), 'the network is unreachable'],
  [
    error('Error', 'AWS SDK error wrapper for Error: getaddrinfo EAI_AGAIN sts.x.amazonaws.com'),
    'its name cannot be resolved',
  ],
  [ofService('AccessDenied', 'of ECONNREFUSED'), undefined],
  [undefined, undefined],
])('%s is unreachable: %s', (one, words) => expect(unreachable(one)).toBe(words));

test.each<[any, string]>([
  [ofService('AccessDeniedException', 'no\n way'), 'needs a:B: no way'],
  [ofService('TooManyRequestsException'), 'a:B: AWS throttled several attempts; try again later'],
  [
    ofService('InvalidParameterException', 'The name is bad'),
    'a:B failed with InvalidParameterException: The name is bad',
  ],
  [ofService('InternalFailure'), 'a:B failed with InternalFailure'],
  [
    error('SyntaxError', 'Unexpected token < in JSON: <secret>', { $metadata: { httpStatusCode: 200 } }),
    'a:B: the response cannot be read (HTTP status 200)',
  ],
  [error('SyntaxError', 'x', { $response: { statusCode: 204 } }), 'a:B: the response cannot be read (HTTP status 204)'],
  [error('TypeError', 'Cannot read properties of undefined'), 'a:B: the response cannot be read'],
  [error('Error', '', { code: 'ECONNRESET' }), 'a:B: the service could not be reached: the connection was reset'],
  ['a text', 'a:B: the response cannot be read'],
])('%s: %s', (one, words) => expect(reason(one, 'a:B')).toBe(words));

test.each<[any, string | undefined, string, string]>([
  [
    error('CredentialsProviderError', 'The SSO session associated with this profile has expired.'),
    'p',
    'expired',
    'The sign-in of profile p has expired. Sign in again: `aws sso login --profile p`.',
  ],
  [
    error('TokenProviderError', 'Token is expired. To refresh'),
    undefined,
    'expired',
    'The sign-in has expired. Sign in again: `aws sso login`.',
  ],
  [
    error('CredentialsProviderError', 'wants multi-factor authentication'),
    undefined,
    'credentials',
    'The profile in use requires an MFA code, which the doctor does not prompt for. Start a session with MFA and use '
      + 'its profile.',
  ],
  [
    ofService('UnrecognizedClientException'),
    'p',
    'credentials',
    'AWS does not accept the credentials of profile p (UnrecognizedClientException). They are wrong, were deleted '
      + 'or are for another partition, or the clock of this computer is wrong.',
  ],
])('%s of profile %s', (one, profile, kind, message) => expect(fatal(one, profile)).toMatchObject({ kind, message }));

test('what was told once is told as it is, and what is no such error is none', () => {
  const told = new CannotAskAws('region', 'x');
  expect(fatal(told, undefined)).toBe(told);
  expect(fatal(ofService('AccessDenied', 'not authorized to perform: iam:GetRole'), undefined)).toBeUndefined();
});

test.each([
  ['a token eyJhbGciOi.eyJzdWIiOi.c2ln here', 'a token (token) here'],
  ['key AKIAIOSFODNN7EXAMPLE here', 'key (key) here'],
  ['x-amz-security-token:FwoGZXIvYXdz here', 'x-amz-security-token:(redacted) here'],
  [`long ${'A'.repeat(200)} here`, 'long (redacted) here'],
  ['one\n\ttwo\u001b[31m', 'one two\\u001b[31m'],
  ['word '.repeat(200), `${'word '.repeat(80)}…`],
])('%j is told as %j', (message, told) => expect(redact(message)).toBe(told));

test('a refusal is one of the service itself', () => {
  expect(isRefusal(ofService('AccessDenied', '', 403))).toBe(true);
  for (const one of [
    ofService('Throttling'),
    ofService('InternalFailure', '', 500),
    error('TimeoutError'),
    error('SyntaxError', '', { $fault: 'client' }),
    undefined,
  ]) {expect(isRefusal(one)).toBe(false);}
  expect(codeOf({ Code: 'X' })).toBe('X');
  expect(codeOf(undefined)).toBe('Error');
});
