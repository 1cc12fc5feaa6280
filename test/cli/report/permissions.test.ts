import * as fc from 'fast-check';
import { Permission, permissionsOf } from '../../../src/cli/report/permissions';
import { matchesPattern } from '../../../src/conventions/wildcards';
import { allowsWithin } from '../../judges/iam-simulator';

const policy = (...Statement: any[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: any, Resource: any = '*', more: object = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
const DATA = 'arn:aws:s3:::data/*';

test.each<[string, any, any, Permission[]]>([
  ['the narrower action', allow('s3:*'), allow(['s3:GetObject', 'sqs:*']), [
    { effect: 'Allow', actions: ['s3:GetObject'], resources: ['*'] },
  ]],
  ['upper and lower case are one', allow('S3:getobject'), allow('s3:Get*'), [
    { effect: 'Allow', actions: ['S3:getobject'], resources: ['*'] },
  ]],
  ['the narrower resource', allow('s3:GetObject', DATA), allow('s3:*', ['arn:aws:s3:::data/in/*', 'arn:aws:s3:::x']), [
    { effect: 'Allow', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::data/in/*'] },
  ]],
  ['nothing in common', allow('s3:*', DATA), allow('s3:*', 'arn:aws:s3:::other/*'), []],
  ['patterns that overlap: what the session policy says', allow('s3:Get*'), allow('s3:*Object'), [
    { effect: 'Allow', actions: ['s3:*Object'], resources: ['*'] },
  ]],
  ['the role excludes actions', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, allow(['iam:Get*', 's3:*']), [
    { effect: 'Allow', actions: ['s3:*'], resources: ['*'] },
  ]],
  ['the session policy excludes actions', allow(['iam:GetRole', 's3:*']), {
    Effect: 'Allow', NotAction: 'iam:*', Resource: '*',
  }, [{ effect: 'Allow', actions: ['s3:*'], resources: ['*'] }]],
  ['both exclude actions', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, {
    Effect: 'Allow', NotAction: 'sts:*', Resource: '*',
  }, [{ effect: 'Allow', actions: ['iam:*', 'sts:*'], notActions: true, resources: ['*'] }]],
  ['the session policy excludes resources', allow('s3:*', [DATA, 'arn:aws:s3:::other/*']), {
    Effect: 'Allow', Action: '*', NotResource: DATA,
  }, [{ effect: 'Allow', actions: ['s3:*'], resources: ['arn:aws:s3:::other/*'] }]],
  ['conditions of both', allow('s3:*', '*', { Condition: { Bool: { a: 'true' } } }), allow('s3:*', '*', {
    Condition: { Bool: { b: 'true' }, StringEquals: { c: 'd' } },
  }), [{
    effect: 'Allow',
    actions: ['s3:*'],
    resources: ['*'],
    condition: { Bool: { a: ['true'], b: ['true'] }, StringEquals: { c: ['d'] } },
  }]],
  ['a Deny of either', policy(allow('s3:*'), { ...allow('s3:Put*'), Effect: 'Deny' }), policy(allow('s3:*'), {
    ...allow('s3:Delete*'), Effect: 'Deny',
  }), [
    { effect: 'Allow', actions: ['s3:*'], resources: ['*'] },
    { effect: 'Deny', actions: ['s3:Delete*', 's3:Put*'], resources: ['*'] },
  ]],
  ['one that cannot be read limits nothing', allow('s3:*'), null, [
    { effect: 'Allow', actions: ['s3:*'], resources: ['*'] },
  ]],
])('within a session policy: %s', (_, role, session, expected) => {
  const document = (value: any) => (value?.Effect === undefined ? value : policy(value));
  expect(permissionsOf([document(role)], document(session))).toEqual(expected);
});

test('two lists that exclude something are two permissions', () => {
  const [iam, sts] = ['iam:*', 'sts:*'].map(NotAction => ({ Effect: 'Allow', NotAction, Resource: DATA }));
  expect(permissionsOf([policy(iam, sts)]).map(({ actions }) => actions)).toEqual([['iam:*'], ['sts:*']]);
  const [one, two] = ['one', 'two'].map(NotResource => ({ Effect: 'Allow', Action: 's3:*', NotResource }));
  expect(permissionsOf([policy(one, two)]).map(({ resources }) => resources)).toEqual([['one'], ['two']]);
});

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:GetObjectAcl', 'sqs:SendMessage'];
const RESOURCES = [
  'arn:aws:s3:::data/a', 'arn:aws:s3:::data/in/a', 'arn:aws:s3:::other/a', 'arn:aws:sqs:eu-west-1:111122223333:q',
];

// What the policy engine allows must be among what is shown.
test('everything that both policies allow is shown, whatever they say', () => {
  const list = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 1, maxLength: 2 });
  const action = list(pick(...ACTIONS, 's3:*', 's3:Get*', 's3:*Object', '*', 'sqs:*', 'S3:PutObject'));
  const resource = list(pick(...RESOURCES, '*', 'arn:aws:s3:::data/*', 'arn:aws:s3:::*/a', 'arn:aws:s3:::data/in/*'));
  const statement = fc.tuple(
    fc.oneof(action.map(Action => ({ Action })), action.map(NotAction => ({ NotAction }))),
    fc.oneof(resource.map(Resource => ({ Resource })), resource.map(NotResource => ({ NotResource }))),
  ).map(parts => Object.assign({ Effect: 'Allow' }, ...parts));
  const document = fc.array(statement, { minLength: 1, maxLength: 2 }).map(statements => policy(...statements));
  const has = (values: string[], text: string, not = false) =>
    values.some(value => matchesPattern(value, text)) !== not;
  let allowed = 0;
  fc.assert(fc.property(document, document, (role, session) => {
    const shown = permissionsOf([role], session);
    for (const one of ACTIONS) {
      for (const on of RESOURCES) {
        if (!one.startsWith('s3') === on.startsWith('arn:aws:s3') || !allowsWithin([role], session, one, on)) continue;
        allowed++;
        expect(shown.some(({ actions, notActions, resources, notResources }) =>
          has(actions.map(text => text.toLowerCase()), one.toLowerCase(), notActions)
          && has(resources, on, notResources))).toBe(true);
      }
    }
  }), { numRuns: 400, seed: 20260101 });
  expect(allowed).toBeGreaterThan(300);
});
