import { ASSUME_CHECKS } from '../../../../src/cli/doctor/checks/assume-checks';
import { TRAIL_CHECKS } from '../../../../src/cli/doctor/checks/trail-checks';
import { Facts, TrailEvent } from '../../../../src/cli/doctor/facts';
import { NOW, verdict, verdicts, withAnnotations } from '../facts';
import { ISSUER, ROLE, SUBJECT } from '../read/aws-server';

describe('a token, sent to STS', () => {
  test('is not spoken of where it was not asked for', () => {
    expect(verdicts(ASSUME_CHECKS)).toEqual({});
  });

  test('gives the role', () => {
    expect(
      verdict(ASSUME_CHECKS, 'assume', {
        assumed: { value: { assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/api/cdk-irsa-doctor' } },
      }),
    ).toEqual({
      status: 'ok',
      summary: 'A token of the service account can assume the role api: IRSA works.',
      evidence: ['arn:aws:sts::111122223333:assumed-role/api/cdk-irsa-doctor', 'the credentials were discarded'],
    });
    expect(
      verdict(ASSUME_CHECKS, 'assume', { ...withAnnotations({}), assumed: { value: { assumedRoleArn: 'x' } } }).status,
    ).toBe('ok');
  });

  test.each([
    [
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for https://oidc.eks…',
      'STS found no OIDC provider',
      'provider-exists',
    ],
    [
      'InvalidIdentityTokenException',
      'Incorrect token audience',
      'the OIDC provider does not accept the audience',
      'provider-audience',
    ],
    [
      'InvalidIdentityToken',
      "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      'does not trust the certificate',
      'provider-thumbprints',
    ],
    [
      'InvalidIdentityToken',
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
        + 'documentation for requirements',
      'STS cannot verify the signature',
      '/.well-known/openid-configuration',
    ],
    ['InvalidIdentityToken', 'Missing a required claim: aud', 'STS rejects the token', 'iss'],
    [
      'ExpiredTokenException',
      'Token expired: current date/time 1 must be before the expiration date/time 0',
      'the token has expired',
      'date -u',
    ],
    [
      'IDPCommunicationError',
      'The identity provider could not be reached',
      'STS cannot reach the issuer',
      'reachable from the internet',
    ],
    ['IDPRejectedClaimException', '', 'rejected the claims', 'iss'],
    ['RegionDisabledException', '', 'disabled in the region', 'another region'],
    [
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      'does not allow this service account to assume the role',
      'trust',
    ],
    ['ValidationError', 'Request ARN is invalid', 'the ARN of the role is invalid', 'annotation'],
  ])('%s: %s', (errorCode, errorMessage, words, fix) => {
    const said = verdict(ASSUME_CHECKS, 'assume', { assumed: { value: { errorCode, errorMessage } } });
    expect(said.status).toBe('failed');
    expect(said.summary).toContain(words);
    expect(said.fix!.join()).toContain(fix);
    expect(said.evidence).toEqual([`STS: ${errorCode}${errorMessage === '' ? '' : `: ${errorMessage}`}`]);
  });

  test('another error, or no answer, is unknown', () => {
    expect(
      verdict(ASSUME_CHECKS, 'assume', { assumed: { value: { errorCode: 'PackedPolicyTooLarge', errorMessage: '' } } })
        .status,
    ).toBe('unknown');
    expect(
      verdict(ASSUME_CHECKS, 'assume', { assumed: { unknown: 'needs create serviceaccounts/token' } }),
    ).toMatchObject({ status: 'unknown', summary: 'Needs create serviceaccounts/token.' });
  });
});

describe('CloudTrail', () => {
  const event = (minutes: number, more: Partial<TrailEvent> = {}): TrailEvent => (
    { time: new Date(NOW.getTime() - minutes * 60_000), roleArn: ROLE, subject: SUBJECT, issuer: ISSUER, ...more });
  const trail = (events: TrailEvent[], more = {}): Partial<Facts> => ({
    trail: {
      value: {
        events,
        since: new Date(NOW.getTime() - 86_400_000),
        regions: ['eu-west-1', 'us-east-1'],
        complete: true,
        ...more,
      },
    },
  });
  const refused = {
    errorCode: 'AccessDenied',
    errorMessage: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  };

  test('the last call has succeeded, whatever was before', () => {
    expect(verdict(TRAIL_CHECKS, 'cloudtrail', trail([event(1), event(20, refused)]))).toEqual({
      status: 'ok',
      summary: 'The latest call in CloudTrail succeeded 1 minute ago.',
      evidence: [
        `2026-01-02T11:59:00.000Z ${SUBJECT}: succeeded`,
        `2026-01-02T11:40:00.000Z ${SUBJECT}: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
        'searched: eu-west-1 and us-east-1, since 2026-01-01T12:00:00.000Z; calls are recorded in the region where '
          + 'they are made',
        'CloudTrail lags about 15 minutes, sometimes more; recent calls may be missing',
      ],
    });
  });

  test('the last call was refused, a short time ago', () => {
    expect(verdict(TRAIL_CHECKS, 'cloudtrail', trail([event(20, refused), event(90)]))).toMatchObject({
      status: 'unknown',
      decisive: true,
      summary: 'The latest call in CloudTrail was refused with AccessDenied 20 minutes ago.',
      fix: [expect.stringContaining('Use --assume to try it now')],
    });
  });

  test('the last call was refused by the organization, whose policies nobody else can read', () => {
    const errorMessage = 'User: x is not authorized to perform: sts:AssumeRoleWithWebIdentity on resource: y with an '
      + 'explicit deny in a service control policy';
    expect(verdict(TRAIL_CHECKS, 'cloudtrail', trail([event(20, { ...refused, errorMessage })]))).toMatchObject({
      status: 'failed',
      summary: 'The latest call in CloudTrail was refused with AccessDenied 20 minutes ago, by an '
        + 'organization policy.',
    });
  });

  test('the last call was refused, long ago', () => {
    expect(verdict(TRAIL_CHECKS, 'cloudtrail', trail([event(300, refused)]))).toMatchObject({
      status: 'unknown',
      summary:
        'The latest call in CloudTrail was refused with AccessDenied 5 hours ago, and there was no call '
          + 'since. Either the problem is fixed, or no pod requests the role anymore.',
    });
  });

  test('no call, and not all could be read', () => {
    const { status, evidence } = verdict(
      TRAIL_CHECKS,
      'cloudtrail',
      trail([], { complete: false, regions: ['eu-west-1'] }),
    );
    expect(status).toBe('unknown');
    expect(evidence![0]).toContain('only the newest events could be read');
  });

  test('of another cluster, the same names are somebody else', () => {
    expect(
      verdict(TRAIL_CHECKS, 'cloudtrail', trail([event(1, { ...refused, issuer: `${ISSUER}0` }), event(2)])).status,
    ).toBe('ok');
    expect(
      verdict(TRAIL_CHECKS, 'cloudtrail', {
        ...trail([event(1, { ...refused, issuer: `${ISSUER}0` })]),
        cluster: { unknown: 'x' },
      }).status,
    ).toBe('unknown');
  });

  test('a call for another role is told, and judged by nobody', () => {
    const { status, evidence } = verdict(
      TRAIL_CHECKS,
      'cloudtrail',
      trail([event(1, { roleArn: `${ROLE}-old` }), event(2, { subject: undefined, issuer: undefined })]),
    );
    expect(status).toBe('ok');
    expect(evidence!.slice(0, 2)).toEqual([
      '2026-01-02T11:58:00.000Z unknown subject: succeeded',
      `for another role: 2026-01-02T11:59:00.000Z ${SUBJECT}: succeeded, ${ROLE}-old`,
    ]);
  });

  test('cannot be read', () => {
    expect(
      verdict(TRAIL_CHECKS, 'cloudtrail', { trail: { unknown: 'needs cloudtrail:LookupEvents: no' } }),
    ).toMatchObject({ status: 'unknown', summary: 'Needs cloudtrail:LookupEvents: no.' });
  });
});
