import { POLICY_CHECKS } from '../../../../src/cli/doctor/checks/policy-checks';
import { Facts, IamPolicy, Simulated } from '../../../../src/cli/doctor/facts';
import { HEALTHY, IAM_ROLE, verdict, verdicts } from '../facts';
import { ACCOUNT, READ_BUCKET } from '../read/aws-server';

const RESOURCE = 'arn:aws:s3:::bucket/key';
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/edge`;
const asked = { question: { ...HEALTHY.question, action: 's3:GetObject', resource: RESOURCE } };
const statement = (more: any) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more }],
});
const policy = (name: string, document: any, kind: IamPolicy['kind'] = 'inline'): IamPolicy => ({
  name,
  kind,
  ...(kind !== 'inline' && { arn: `arn:aws:iam::${ACCOUNT}:policy/${name}` }),
  document: { value: document },
});
const policies = (...all: IamPolicy[]): Partial<Facts> => ({ ...asked, policies: { value: all } });
const simulated = (more: Partial<Simulated>): Partial<Facts> => ({
  ...asked,
  simulated: { value: { decision: 'allowed', policies: [], missingKeys: [], ...more } },
});
const unread: IamPolicy = {
  name: 'hidden',
  kind: 'attached',
  arn: `arn:aws:iam::${ACCOUNT}:policy/hidden`,
  document: { unknown: 'needs iam:GetPolicy: no' },
};

describe('policies', () => {
  test('are listed', () => {
    expect(
      verdict(POLICY_CHECKS, 'policies', policies(policy('one', READ_BUCKET, 'attached'), policy('two', READ_BUCKET))),
    ).toEqual({
      status: 'ok',
      summary: 'The role has 2 policies.',
      evidence: [`attached: arn:aws:iam::${ACCOUNT}:policy/one`, 'inline: two'],
    });
    expect(verdict(POLICY_CHECKS, 'policies').summary).toBe('The role has 1 policy.');
    expect(
      verdict(
        POLICY_CHECKS,
        'policies',
        policies(...Array.from({ length: 25 }, (_, index) => policy(`p${index}`, READ_BUCKET))),
      ).evidence,
    ).toHaveLength(21);
  });

  test('there are none, but for a boundary', () => {
    expect(verdict(POLICY_CHECKS, 'policies', policies(policy('edge', READ_BUCKET, 'boundary')))).toMatchObject({
      status: 'failed',
      fix: [
        'Attach a policy: aws iam attach-role-policy --role-name api --policy-arn <ARN of the policy>',
        'Or in the CDK app: bucket.grantRead(serviceAccount);',
      ],
    });
  });

  test('one that cannot be read, or is none', () => {
    expect(
      verdict(
        POLICY_CHECKS,
        'policies',
        policies(unread, policy('odd', { Statement: 'x' }), policy('fine', READ_BUCKET)),
      ),
    ).toMatchObject({
      status: 'unknown',
      summary: '2 of 3 policies cannot be read.',
      evidence: [
        `attached: ${unread.arn}: needs iam:GetPolicy: no`,
        'inline: odd: the document has no Statement',
        `attached: ${unread.arn}`,
        'inline: odd',
        'inline: fine',
      ],
    });
    expect(verdict(POLICY_CHECKS, 'policies', { policies: { unknown: 'needs iam:ListRolePolicies: no' } }).status).toBe(
      'unknown',
    );
  });

  test('of a role that is not there, nothing is said', () => {
    expect(verdicts(POLICY_CHECKS, { ...asked, role: { value: undefined } })).toEqual({});
  });
});

test('without an action, nothing is said of one', () => {
  expect(verdict(POLICY_CHECKS, 'action')).toBeUndefined();
});

describe('an action, by the simulation of IAM', () => {
  test('allowed, and by which statement', () => {
    expect(verdict(POLICY_CHECKS, 'action', simulated({ policies: ['read'], missingKeys: ['aws:SourceIp'] }))).toEqual({
      status: 'ok',
      summary: `The role is allowed s3:GetObject on ${RESOURCE}.`,
      evidence: [
        'evaluated by the IAM policy simulator; deciding policies: read',
        'inline read, Statement[0] (Read): Allow s3:GetObject on arn:aws:s3:::bucket/*',
        'the simulator had no values for aws:SourceIp',
        'not evaluated: resource policies (buckets, keys, queues), session policies and VPC endpoint policies',
      ],
    });
    expect(verdict(POLICY_CHECKS, 'action', { ...simulated({}), policies: { unknown: 'x' } }).status).toBe('ok');
  });

  test.each<[string, Partial<Simulated>, string, RegExp]>([
    ['a Deny', { decision: 'explicitDeny' }, 'a statement denies it', /^Find the Deny/],
    [
      'nothing',
      { decision: 'implicitDeny' },
      'no statement allows it',
      /^In the CDK app: serviceAccount\.addToPrincipalPolicy/,
    ],
    [
      'the boundary',
      { decision: 'implicitDeny', boundaryAllows: false, missingKeys: ['a:b'] },
      'the permissions boundary does not allow it',
      /^Allow s3:GetObject in the boundary, .*put-role-permissions-boundary/,
    ],
    [
      'the organization',
      { decision: 'implicitDeny', organizationAllows: false },
      'an organization policy does not allow it',
      /^Ask the administrators/,
    ],
    [
      'a Deny of the organization',
      { decision: 'explicitDeny', organizationAllows: false },
      'an organization policy does not allow it',
      /^Ask the administrators/,
    ],
  ])('kept away by %s', (_, answer, why, fix) => {
    const { status, summary, fix: [first, ...more] = [] } = verdict(POLICY_CHECKS, 'action', simulated(answer));
    expect({ status, summary }).toEqual({
      status: 'failed', summary: `The role is not allowed s3:GetObject on ${RESOURCE}: ${why}.`,
    });
    expect(first).toMatch(fix);
    // Where something denies it, another Allow changes nothing.
    const isAdvised = [first, ...more].some(line => line.includes('addToPrincipalPolicy'));
    expect(isAdvised).toBe(why === 'no statement allows it');
  });

  test.each<[string, IamPolicy[], string, string]>([
    [
      'inline',
      [policy('read', READ_BUCKET), policy('guard', statement({ Effect: 'Deny', Sid: 'NoReads' }))],
      'inline guard, Statement[0] (NoReads)',
      'Read the policy: aws iam get-role-policy --role-name api --policy-name guard',
    ],
    [
      'attached',
      [policy('guard', statement({ Effect: 'Deny' }), 'attached')],
      'attached guard, Statement[0]',
      `Read the policy: aws iam get-policy-version --policy-arn arn:aws:iam::${ACCOUNT}:policy/guard --version-id `
        + `"$(aws iam get-policy --policy-arn arn:aws:iam::${ACCOUNT}:policy/guard --query Policy.DefaultVersionId `
        + '--output text)"',
    ],
    [
      'boundary',
      [policy('read', READ_BUCKET), policy('edge', statement({ Effect: 'Deny' }), 'boundary')],
      'boundary edge, Statement[0]',
      expect.stringContaining('get-policy-version'),
    ],
  ])('by the Deny of an %s policy: the statement is named, and to be narrowed', (_, all, place, command) => {
    for (const facts of [policies(...all), { ...simulated({ decision: 'explicitDeny' }), ...policies(...all) }]) {
      expect(verdict(POLICY_CHECKS, 'action', facts)).toMatchObject({
        summary: `The role is not allowed s3:GetObject on ${RESOURCE}: ${place} denies it.`,
        fix: [
          `Narrow the Deny in ${place}: exempt this action, resource or role. Adding an Allow elsewhere does not help.`,
          command,
        ],
      });
    }
  });

  test('what depends on keys that the simulation did not have is unknown', () => {
    expect(
      verdict(POLICY_CHECKS, 'action', simulated({ decision: 'implicitDeny', missingKeys: ['aws:SourceVpc'] })).status,
    ).toBe('unknown');
  });
});

describe('an action, by our own evaluator', () => {
  test.each<[string, Partial<Facts>, string, string]>([
    ['allowed', policies(policy('read', READ_BUCKET)), 'ok', `The role is allowed s3:GetObject on ${RESOURCE}.`],
    [
      'not allowed',
      policies(policy('other', statement({ Action: 's3:PutObject' }))),
      'failed',
      `The role is not allowed s3:GetObject on ${RESOURCE}: no statement allows it.`,
    ],
    [
      'denied',
      policies(policy('read', READ_BUCKET), policy('deny', statement({ Effect: 'Deny' }))),
      'failed',
      `The role is not allowed s3:GetObject on ${RESOURCE}: inline deny, Statement[0] denies it.`,
    ],
    [
      'denied, whatever the others say',
      policies(unread, policy('deny', statement({ Effect: 'Deny' }))),
      'failed',
      `The role is not allowed s3:GetObject on ${RESOURCE}: inline deny, Statement[0] denies it.`,
    ],
    [
      'outside of the boundary',
      policies(policy('read', READ_BUCKET), policy('edge', statement({ Action: 'sqs:*' }), 'boundary')),
      'failed',
      `The role is not allowed s3:GetObject on ${RESOURCE}: the permissions boundary does not allow it.`,
    ],
    [
      'under conditions',
      policies(policy('read', statement({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }))),
      'unknown',
      `Whether the role is allowed s3:GetObject on ${RESOURCE} depends on conditions.`,
    ],
    [
      'with policies that nobody can read',
      policies(policy('read', READ_BUCKET), unread),
      'unknown',
      `Cannot tell whether the role is allowed s3:GetObject on ${RESOURCE}: some of its policies cannot be read.`,
    ],
    [
      'with a policy that is none',
      policies(policy('odd', 'x'), policy('read', READ_BUCKET)),
      'unknown',
      `Cannot tell whether the role is allowed s3:GetObject on ${RESOURCE}: some of its policies cannot be read.`,
    ],
  ])('%s', (_, facts, status, summary) => {
    const said = verdict(POLICY_CHECKS, 'action', {
      ...facts,
      simulated: { unknown: 'needs iam:SimulatePrincipalPolicy: no' },
    });
    expect(said).toMatchObject({ status, summary });
    expect(said.evidence![0]).toBe(
      'evaluated by cdk-irsa, because the IAM policy simulator is not available: needs iam:SimulatePrincipalPolicy: no',
    );
    expect(said.evidence!.at(-1)).toContain('and service control policies (SCPs)');
  });

  test('says which statements, of the boundary too', () => {
    const facts = policies(
      policy('read', READ_BUCKET, 'attached'),
      policy('edge', statement({ Sid: 'Edge' }), 'boundary'),
    );
    expect(
      verdict(POLICY_CHECKS, 'action', {
        ...facts,
        role: { value: { ...IAM_ROLE, boundary: BOUNDARY } },
      }).evidence!.slice(1, 3),
    ).toEqual([
      'attached read, Statement[0] (Read): Allow s3:GetObject on arn:aws:s3:::bucket/*',
      'boundary edge, Statement[0] (Edge): Allow s3:* on *',
    ]);
  });

  test('without a resource, any', () => {
    expect(
      verdict(POLICY_CHECKS, 'action', {
        ...policies(policy('all', statement({}))),
        question: { ...HEALTHY.question, action: 's3:ListAllMyBuckets' },
      }).summary,
    ).toBe('The role is allowed s3:ListAllMyBuckets on *.');
  });

  test.each<[string, Partial<Facts>]>([
    ['by our own evaluator', { simulated: { unknown: 'no' } }],
    [
      'by the simulation',
      { simulated: { value: { decision: 'implicitDeny', policies: [], missingKeys: [], boundaryAllows: false } } },
    ],
  ])('without a resource, what is allowed on some of them is not refused: %s', (_, by) => {
    const question = { ...HEALTHY.question, action: 's3:GetObject' };
    const said = verdict(POLICY_CHECKS, 'action', { ...policies(policy('read', READ_BUCKET)), ...by, question });
    expect(said).toMatchObject({
      status: 'unknown',
      summary: 'Whether the role is allowed s3:GetObject depends on the resource. Specify it with --resource.',
    });
    expect(said.evidence![0]).toBe('inline read, Statement[0] (Read): Allow s3:GetObject on arn:aws:s3:::bucket/*');
    expect(
      verdict(POLICY_CHECKS, 'action', {
        ...policies(policy('other', statement({ Action: 'sqs:*' }))),
        ...by,
        question,
      }).status,
    ).toBe('failed');
    // Of a resource that is asked for nothing is left open.
    const edge = policy('edge', statement({ Action: 'sqs:*' }), 'boundary');
    expect(
      verdict(POLICY_CHECKS, 'action', { ...policies(policy('read', READ_BUCKET), edge), ...by, question }).status,
    ).toBe('failed');
    expect(
      verdict(POLICY_CHECKS, 'action', {
        ...policies(policy('read', READ_BUCKET)),
        ...by,
        question: { ...question, resource: '*' },
      }).status,
    ).toBe('failed');
  });

  test('statements are told in short', () => {
    const long = statement({
      Sid: 'Long',
      Action: undefined,
      NotAction: ['a:b', 'c:d', 'e:f', 'g:h'],
      Resource: undefined,
      NotResource: 'arn:aws:s3:::other/*',
    });
    delete long.Statement[0].Action;
    delete long.Statement[0].Resource;
    expect(verdict(POLICY_CHECKS, 'action', policies(policy('long', long))).evidence![1]).toBe(
      'inline long, Statement[0] (Long): Allow all but a:b, c:d, e:f and 1 more on all but arn:aws:s3:::other/*');
  });
});
