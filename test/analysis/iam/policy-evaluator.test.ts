import * as fc from 'fast-check';
import { evaluatePolicies, findStatements } from '../../../src/analysis/iam/policy-evaluator';

const OBJECT = 'arn:aws:s3:::data/in/file';
const ALLOW = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' };
const DENY = { ...ALLOW, Effect: 'Deny' };
const CONDITION = { StringEquals: { 'aws:PrincipalTag/team': 'shop' } };
const policy = (...statements: any[]) => ({ Version: '2012-10-17', Statement: statements });
const get = (documents: any[], resource = OBJECT, boundary?: any) =>
  evaluatePolicies(documents, { action: 's3:GetObject', resource }, boundary);

describe('what policies allow', () => {
  test.each<[string, any[], any]>([
    ['an Allow', [policy(ALLOW)], { decision: 'allow', statements: [[0, 0]] }],
    [
      'an Allow in any document',
      [policy(), policy({ ...ALLOW, Action: 's3:PutObject' }, ALLOW)],
      { decision: 'allow', statements: [[1, 1]] },
    ],
    [
      'all that allow',
      [policy(ALLOW), policy(ALLOW)],
      {
        decision: 'allow',
        statements: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
    ['nothing', [policy({ ...ALLOW, Resource: 'arn:aws:s3:::other/*' })], { decision: 'none', statements: [] }],
    ['no policies', [], { decision: 'none', statements: [] }],
    ['a Deny anywhere', [policy(ALLOW), policy(DENY)], { decision: 'deny', statements: [[1, 0]] }],
    ['a condition', [policy({ ...ALLOW, Condition: CONDITION })], { decision: 'conditional', statements: [[0, 0]] }],
    ['a condition of nothing', [policy({ ...ALLOW, Condition: {} })], { decision: 'allow', statements: [[0, 0]] }],
    [
      'a Deny with a condition',
      [policy(ALLOW, { ...DENY, Condition: CONDITION })],
      {
        decision: 'conditional',
        statements: [
          [0, 0],
          [0, 1],
        ],
      },
    ],
    [
      'a Deny with a condition of what nothing allows',
      [policy({ ...DENY, Condition: CONDITION })],
      { decision: 'none', statements: [] },
    ],
    [
      'one Allow without and one with a condition',
      [policy({ ...ALLOW, Condition: CONDITION }, ALLOW)],
      { decision: 'allow', statements: [[0, 1]] },
    ],
    [
      'a document that nobody can read',
      [policy(ALLOW), { Statement: 5 }],
      {
        decision: 'conditional',
        statements: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
    [
      'an Effect that nobody knows',
      [policy({ ...ALLOW, Effect: '⟨S/Effect⟩' })],
      { decision: 'conditional', statements: [[0, 0]] },
    ],
    [
      'conditions that nobody knows',
      [policy({ ...ALLOW, Condition: '⟨S/Condition⟩' })],
      { decision: 'conditional', statements: [[0, 0]] },
    ],
    [
      'a statement with a Principal',
      [policy({ ...ALLOW, Principal: '*' })],
      { decision: 'conditional', statements: [[0, 0]] },
    ],
    [
      'a statement without Resource',
      [policy({ Effect: 'Allow', Action: '*' })],
      { decision: 'conditional', statements: [[0, 0]] },
    ],
  ])('%s', (_, documents, answer) => {
    expect(get(documents)).toEqual(answer);
  });

  test.each<[any, string, string]>([
    [{ Resource: '*' }, OBJECT, 'allow'],
    [{ Resource: 'arn:aws:s3:::dat?/*' }, OBJECT, 'allow'],
    [{ Resource: 'arn:aws:s3:::data' }, OBJECT, 'none'],
    [{ Resource: 'arn:aws:s3:::DATA/*' }, OBJECT, 'none'],
    [{ Resource: 'arn:aws:s3' }, OBJECT, 'allow'],
    [{ Resource: 'arn:aws:sqs' }, OBJECT, 'none'],
    [{ Resource: [] }, OBJECT, 'none'],
    [{ NotResource: 'arn:aws:s3:::other/*' }, OBJECT, 'allow'],
    [{ NotResource: ['x', 'arn:aws:s3:::data/*'] }, OBJECT, 'none'],
    [{ NotResource: [] }, OBJECT, 'conditional'],
    [{ NotResource: 'arn:aws:sqs' }, OBJECT, 'conditional'],
    [{ NotResource: 'arn:aws:s3' }, OBJECT, 'none'],
    [{ Resource: '*' }, '*', 'allow'],
    [{ Resource: 'arn:aws:s3:::*' }, '*', 'none'],
    [{ Resource: 'arn:aws:lambda:*:*:jobs' }, 'arn:aws:lambda:eu-west-1:111122223333:function:jobs', 'conditional'],
    [{ Resource: 'arn:aws:s3:::${aws:PrincipalTag/team}/*' }, OBJECT, 'conditional'],
    [{ Resource: 'arn:aws:sqs:${aws:PrincipalTag/team}' }, OBJECT, 'none'],
    [{ Resource: 'arn:aws:s3:::data/${*}' }, 'arn:aws:s3:::data/*', 'allow'],
    [{ Resource: 'arn:aws:s3:::data/${*}' }, OBJECT, 'none'],
    [{ Resource: '⟨S/Bucket.Arn⟩/*' }, '⟨S/Bucket.Arn⟩/in/file', 'allow'],
    [{ Resource: 'arn:aws:s3:::⟨S/Bucket⟩/*' }, 'arn:aws:s3:::⟨S/Bucket⟩/in/file', 'allow'],
    [{ Resource: '⟨S/Bucket.Arn⟩/*' }, OBJECT, 'conditional'],
    [{ Resource: 'arn:⟨AWS::Partition⟩:sqs:::x' }, OBJECT, 'none'],
  ])('%j and %s: %s', (resources, resource, decision) => {
    expect(get([policy({ Effect: 'Allow', Action: 's3:*', ...resources })], resource).decision).toBe(decision);
  });

  test('variables are plain text without Version 2012-10-17', () => {
    expect(get([{ Statement: { ...ALLOW, Resource: 'arn:aws:s3:::${aws:username}/*' } }]).decision).toBe('none');
  });

  test.each<[string, any[], any, any]>([
    [
      'takes away what it does not allow',
      [policy(ALLOW)],
      policy({ ...ALLOW, Action: 'sqs:*' }),
      { decision: 'none', statements: [] },
    ],
    ['gives nothing', [policy()], policy(ALLOW), { decision: 'none', statements: [] }],
    [
      'allows with the policies',
      [policy(ALLOW)],
      policy(ALLOW),
      {
        decision: 'allow',
        statements: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
    ['denies', [policy(ALLOW)], policy(ALLOW, DENY), { decision: 'deny', statements: [[1, 1]] }],
    [
      'makes conditional',
      [policy(ALLOW)],
      policy({ ...ALLOW, Condition: CONDITION }),
      {
        decision: 'conditional',
        statements: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
    [
      'leaves conditional',
      [policy({ ...ALLOW, Condition: CONDITION })],
      policy(ALLOW),
      {
        decision: 'conditional',
        statements: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
    ['changes nothing about a Deny', [policy(DENY)], policy(), { decision: 'deny', statements: [[0, 0]] }],
    [
      'that nobody can read',
      [policy(ALLOW)],
      null,
      {
        decision: 'conditional',
        statements: [
          [0, 0],
          [1, 0],
        ],
      },
    ],
  ])('a boundary %s', (_, documents, boundary, answer) => {
    expect(get(documents, OBJECT, boundary)).toEqual(answer);
  });

  test.each<[string, unknown, unknown, object]>([
    ['both allow', policy(ALLOW), policy(ALLOW), { decision: 'allow', statements: [[0, 0], [1, 0], [2, 0]] }],
    ['only the second', undefined, policy(ALLOW), { decision: 'allow', statements: [[0, 0], [2, 0]] }],
    ['the second does not', policy(ALLOW), policy({ ...ALLOW, Action: 'sqs:*' }), { decision: 'none', statements: [] }],
    ['the second denies', policy(ALLOW), policy({ ...ALLOW, Effect: 'Deny' }), {
      decision: 'deny', statements: [[2, 0]],
    }],
    ['one under conditions', policy({ ...ALLOW, Condition: CONDITION }), policy(ALLOW), {
      decision: 'conditional', statements: [[0, 0], [1, 0], [2, 0]],
    }],
  ])('two limits: %s', (_, boundary, sessionPolicy, answer) => {
    const question = { action: 's3:GetObject', resource: OBJECT };
    expect(evaluatePolicies([policy(ALLOW)], question, boundary, sessionPolicy)).toEqual(answer);
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.array(fc.anything()), fc.anything(), (documents, part) => {
      get(
        [...documents, policy(part), policy({ ...ALLOW, Action: part }), policy({ ...ALLOW, Resource: part })],
        OBJECT,
        part,
      );
      findStatements([...documents, policy(part), policy({ ...ALLOW, Condition: part })], { action: 's3:*' }, part);
    }), { numRuns: 1000, seed: 20260101 });
  });
});

describe('which statements may reach what somebody looks for', () => {
  const documents = [
    policy({ ...ALLOW, Condition: CONDITION }, { ...ALLOW, Action: 's3:Put*' }),
    policy({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }),
  ];

  test.each<[any, [number, number][]]>([
    [{}, [[0, 0], [0, 1], [1, 0]]],
    [{ action: 's3:*' }, [[0, 0], [0, 1]]],
    [{ action: 'S3:putobject' }, [[0, 1]]],
    [{ action: '*Object' }, [[0, 0], [0, 1], [1, 0]]],
    [{ action: '*Get*' }, [[0, 0], [0, 1], [1, 0]]],
    [{ action: 's3:?et*' }, [[0, 0]]],
    [{ resource: 'arn:aws:s3:::data/*' }, [[0, 0], [0, 1], [1, 0]]],
    [{ resource: 'arn:aws:s3:::other/*' }, [[1, 0]]],
    [{ action: 's3:*', resource: 'arn:aws:s3:::d*a/in/*' }, [[0, 0], [0, 1]]],
    [{ action: 'ec2:*' }, []],
  ])('%j', (search, places) => {
    expect(findStatements(documents, search)).toEqual(places);
  });

  test.each<[string, any[], any, any, [number, number][]]>([
    [
      'a Deny of all of it takes it away',
      [policy(ALLOW, { ...DENY, Action: 's3:Get*' })],
      { action: 's3:GetObject', resource: 'arn:aws:s3:::data/x*' },
      undefined,
      [],
    ],
    ['a Deny of a part does not', [policy(ALLOW, DENY)], { action: 's3:Get*', resource: OBJECT }, undefined, [[0, 0]]],
    [
      'nor one under a condition',
      [policy(ALLOW, { ...DENY, Condition: CONDITION })],
      { action: 's3:GetObject', resource: OBJECT },
      undefined,
      [[0, 0]],
    ],
    [
      'nor a Deny of other resources',
      [policy(ALLOW, { ...DENY, Resource: 'arn:aws:s3:::data/in/*' })],
      { action: 's3:GetObject' },
      undefined,
      [[0, 0]],
    ],
    [
      'a Deny with NotAction',
      [policy(ALLOW, { Effect: 'Deny', NotAction: 'sqs:*', Resource: '*' })],
      { action: 's3:*' },
      undefined,
      [],
    ],
    [
      'a Deny with NotAction that may mean it',
      [policy(ALLOW, { Effect: 'Deny', NotAction: 's3:G*', Resource: '*' })],
      { action: 's3:*' },
      undefined,
      [[0, 0]],
    ],
    [
      'NotAction',
      [policy({ Effect: 'Allow', NotAction: ['s3:*'], Resource: '*' })],
      { action: 's3:Get*' },
      undefined,
      [],
    ],
    [
      'NotAction of a part',
      [policy({ Effect: 'Allow', NotAction: ['s3:Put*'], Resource: '*' })],
      { action: 's3:*' },
      undefined,
      [[0, 0]],
    ],
    [
      'NotResource',
      [policy({ Effect: 'Allow', Action: '*', NotResource: ['arn:aws:s3:::data*'] })],
      { resource: OBJECT },
      undefined,
      [],
    ],
    ['an incomplete ARN', [policy({ ...ALLOW, Resource: 'arn:aws:s3' })], { resource: OBJECT }, undefined, [[0, 0]]],
    [
      'a stand-in',
      [policy({ ...ALLOW, Resource: '⟨S/Bucket.Arn⟩/*' })],
      { resource: 'arn:aws:s3:::data/x' },
      undefined,
      [[0, 0]],
    ],
    [
      'a document that nobody can read',
      [5, policy(ALLOW)],
      {},
      undefined,
      [
        [0, 0],
        [1, 0],
      ],
    ],
    [
      'a boundary that leaves some of it',
      [policy(ALLOW)],
      { action: 's3:*' },
      policy({ ...ALLOW, Action: 's3:Get*' }),
      [[0, 0]],
    ],
    ['a boundary that leaves nothing', [policy(ALLOW)], { action: 's3:*' }, policy({ ...ALLOW, Action: 'sqs:*' }), []],
    [
      'a boundary that denies',
      [policy(ALLOW)],
      { action: 's3:*' },
      policy({ ...ALLOW, Action: '*', Resource: '*' }, { Effect: 'Deny', Action: '*', Resource: '*' }),
      [],
    ],
    [
      'a boundary about other calls than the statement',
      [policy({ ...ALLOW, Action: 's3:Put*' }, { ...ALLOW, Action: ['sqs:*', 's3:GetO*'] })],
      { action: 's3:*' },
      policy({ ...ALLOW, Action: 's3:Get*' }),
      [[0, 1]],
    ],
    [
      'a boundary about other resources than the statement',
      [policy({ ...ALLOW, Resource: 'arn:aws:s3:::one/*' }, { ...ALLOW, Resource: 'arn:aws:s3:::two/*' })],
      { action: 's3:*' },
      policy({ ...ALLOW, Resource: 'arn:aws:s3:::two/in/*' }),
      [[0, 1]],
    ],
    [
      'a boundary that excludes what the statement allows',
      [policy({ ...ALLOW, Action: 's3:Put*' }, { ...ALLOW, Action: 's3:Get*' })],
      { action: 's3:*' },
      policy({ Effect: 'Allow', NotAction: 's3:P*', Resource: '*' }),
      [[0, 1]],
    ],
    [
      'a statement that excludes what the boundary allows',
      [policy({ Effect: 'Allow', NotAction: 's3:P*', Resource: '*' })],
      { action: 's3:*' },
      policy({ ...ALLOW, Action: 's3:Put*' }),
      [],
    ],
    [
      'both exclude something',
      [policy({ Effect: 'Allow', NotAction: 's3:P*', Resource: '*' })],
      { action: 's3:*' },
      policy({ Effect: 'Allow', NotAction: 's3:G*', Resource: '*' }),
      [[0, 0]],
    ],
  ])('%s', (_, all, search, boundary, places) => {
    expect(findStatements(all, search, boundary)).toEqual(places);
  });

  test('two limits must both allow it', () => {
    const [read, write] = ['s3:Get*', 's3:Put*'].map(Action => policy({ ...ALLOW, Action }));
    expect(findStatements([policy(ALLOW)], { action: 's3:*' }, read, read)).toEqual([[0, 0]]);
    expect(findStatements([policy({ ...ALLOW, Action: 's3:Get*' })], { action: 's3:*' }, read, write)).toEqual([]);
  });
});
