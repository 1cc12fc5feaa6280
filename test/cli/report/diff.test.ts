import {
  access,
  allow,
  arn,
  HOSTILE,
  hostileMap,
  ISSUER,
  manyMap,
  mapOf,
  policy,
  role,
  THREE,
  webIdentity,
} from './sample';
import { Access, AccessMap, Policy, Role } from '../../../src/analysis/access-map';
import { code } from '../../../src/cli/markdown';
import { accessDiff } from '../../../src/cli/report/diff';
import { diffMarkdown } from '../../../src/cli/report/diff-markdown';
import { reportData } from '../../../src/cli/report/report-data';

const diffOf = (before: AccessMap, after: AccessMap) => accessDiff(reportData(before, []), reportData(after, []));
const markdownOf = (before: AccessMap, after: AccessMap) => diffMarkdown(diffOf(before, after));
const rows = (text: string) =>
  text
    .split('\n')
    .filter(line => line.startsWith('| ') && !line.startsWith('| access'))
    .map(line => line.slice(2, -2));

/** A map of one role that lets in these. */
const one = (subjects: string[], policies: Policy[] = [], more: Partial<Role> = {}, accesses: Partial<Access> = {}) =>
  mapOf({
    roles: [{ ...role('app', [webIdentity(subjects)], policies), ...more }],
    access: subjects.map(subject => access(...(subject.split('/') as [string, string]), 'app', accesses)),
  });
const can = `, cluster \`${ISSUER}\`, audience \`sts.amazonaws.com\``;

test('nothing has changed', () => {
  const text =
    '### Access: no change\n\nNo service account gained or lost a role, and no role gained or lost permissions.\n';
  expect(markdownOf(THREE, THREE)).toBe(text);
  expect(diffOf(THREE, THREE))
    .toEqual({ schemaVersion: 1, addedRoles: [], removedRoles: [], changes: [], whoCanAct: [] });
});

test.each<[string, Policy[], Policy[]]>([
  [
    'order, repeats, Sid and one for a list',
    [policy('a', allow(['s3:GetObject', 's3:PutObject'], 'x', { Sid: 'A' }))],
    [policy('b', allow('s3:putobject', ['x', 'x'])), policy('c', allow(['s3:GetObject'], 'x'))],
  ],
  [
    'what a wider statement allows already',
    [policy('a', allow('s3:*', 'arn:aws:s3:::a/*'))],
    [policy('a', allow('s3:*', 'arn:aws:s3:::a/*'), allow('s3:GetObject', 'arn:aws:s3:::a/b*'))],
  ],
  [
    'the order of conditions',
    [policy('a', allow('a:B', '*', { Condition: { Bool: { x: 'true' }, StringEquals: { y: ['1', '2'] } } }))],
    [policy('a', allow('a:B', '*', { Condition: { StringEquals: { y: ['2', '1'] }, Bool: { x: true } } }))],
  ],
])('%s: no change', (_, before, after) => {
  expect(diffOf(one(['a/b'], before), one(['a/b'], after)).changes).toEqual([]);
});

test.each<[string, AccessMap, AccessMap, string[]]>([
  ['a service account more', one(['a/b']), one(['a/b', 'a/c']), [`**wider** | \`app\` | \`a/c\` can assume it${can}`]],
  [
    'a service account less',
    one(['a/b', 'a/c']),
    one(['a/b']),
    [`narrower | \`app\` | \`a/c\` can no longer assume it${can}`],
  ],
  ['a pattern instead of a name', one(['a/b']), one(['a/*']), [`**wider** | \`app\` | \`a/*\` can assume it${can}`]],
  [
    'a name instead of a pattern',
    one(['a/*']),
    one(['a/b']),
    [`narrower | \`app\` | \`a/*\` can no longer assume it${can}`],
  ],
  ['a name beside the pattern that has it', one(['a/*']), one(['a/*', 'a/b']), []],
  [
    'another one',
    one(['a/b']),
    one(['b/a']),
    [`**wider** | \`app\` | \`b/a\` can assume it${can}`, `narrower | \`app\` | \`a/b\` can no longer assume it${can}`],
  ],
  [
    'another audience',
    one(['a/b']),
    one(['a/b'], [], {}, { audience: 'mine' }),
    [
      `**wider** | \`app\` | \`a/b\` can assume it, cluster \`${ISSUER}\`, audience \`mine\``,
      `narrower | \`app\` | \`a/b\` can no longer assume it${can}`,
    ],
  ],
  [
    'through EKS Pod Identity',
    one(['a/b']),
    {
      ...one(['a/b']),
      access: [
        access('a', 'b', 'app'),
        access('a', 'b', 'app', { via: 'pod-identity', cluster: 'arn:c', audience: 'pods.eks.amazonaws.com' }),
      ],
    },
    ['**wider** | `app` | `a/b` can assume it, through EKS Pod Identity, cluster `arn:c`'],
  ],
  [
    'a condition less',
    one(['a/b'], [], {
      trust: { Statement: [webIdentity(['a/b'], { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })] },
    }),
    one(['a/b']),
    [
      '**changed** | `app` | the trust policy changes a statement about `arn:aws:iam::111122223333:oidc-provider/'
        + ISSUER
        + '`',
    ],
  ],
  [
    'a pattern that counts as one',
    one(['a/*']),
    one(['a/*'], [], {
      trust: {
        Statement: {
          ...webIdentity([]),
          Condition: {
            StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
            StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:a:*' },
          },
        },
      },
    }),
    [
      '**changed** | `app` | the trust policy changes a statement about `arn:aws:iam::111122223333:oidc-provider/'
        + ISSUER
        + '`',
    ],
  ],
  [
    'a statement about people',
    one(['a/b']),
    one(['a/b'], [], {
      trust: {
        Statement: [
          webIdentity(['a/b']),
          { Effect: 'Allow', Principal: { AWS: ['x', 'y', 'z', 'u'] }, Action: 'sts:AssumeRole' },
        ],
      },
    }),
    ['**wider** | `app` | the trust policy gains a statement about `x`, `y`, `z` and 1 more'],
  ],
  [
    'a Deny in the trust policy',
    one(['a/b']),
    one(['a/b'], [], {
      trust: { Statement: [webIdentity(['a/b']), { Effect: 'Deny', Principal: '*', Action: 'sts:*' }] },
    }),
    ['narrower | `app` | the trust policy gains a statement'],
  ],
  [
    'a trust policy that cannot be read',
    one(['a/b']),
    { ...one([]), roles: [{ ...role('app', []), trust: undefined, unresolved: ['no'] }] },
    [
      `narrower | \`app\` | \`a/b\` can no longer assume it${can}`,
      '**changed** | `app` | the trust policy gains a statement',
    ],
  ],
  [
    'an action more',
    one(['a/b'], [policy('a', allow('s3:GetObject', 'x'))]),
    one(['a/b'], [policy('a', allow(['s3:GetObject', 's3:PutObject'], 'x'))]),
    ['**wider** | `app` | gains `s3:PutObject` on `x`'],
  ],
  [
    'all actions',
    one(['a/b'], [policy('a', allow('s3:GetObject', 'x'))]),
    one(['a/b'], [policy('a', allow('*'))]),
    ['**wider** | `app` | gains every action on every resource'],
  ],
  [
    'a resource less',
    one(['a/b'], [policy('a', allow('s3:GetObject', ['x', 'y']))]),
    one(['a/b'], [policy('a', allow('s3:GetObject', 'x'))]),
    ['narrower | `app` | loses `s3:GetObject` on `y`'],
  ],
  [
    'a Deny more',
    one(['a/b']),
    one(['a/b'], [policy('a', { ...allow('s3:*', 'x'), Effect: 'Deny' })]),
    ['narrower | `app` | is denied `s3:*` on `x`'],
  ],
  [
    'a Deny less',
    one(['a/b'], [policy('a', { ...allow('s3:*', 'x'), Effect: 'Deny' })]),
    one(['a/b']),
    ['**wider** | `app` | is no longer denied `s3:*` on `x`'],
  ],
  [
    'a condition less',
    one(['a/b'], [policy('a', allow('a:B', '*', { Condition: { Bool: { x: 'true' } } }))]),
    one(['a/b'], [policy('a', allow('a:B', '*', { Condition: {} }))]),
    ['**wider** | `app` | gains `a:B` on every resource'],
  ],
  [
    'a condition more',
    one(['a/b'], [policy('a', allow('a:B'))]),
    one(['a/b'], [policy('a', allow('a:B', '*', { Condition: { Bool: { x: 'true' } } }))]),
    ['narrower | `app` | loses `a:B` on every resource'],
  ],
  [
    'all but',
    one(['a/b']),
    one(['a/b'], [policy('a', { Effect: 'Allow', NotAction: 'iam:*', NotResource: ['b', 'a'] })]),
    ['**wider** | `app` | gains every action except `iam:*` on every resource except `a`, `b`'],
  ],
  [
    'a policy of AWS',
    one(['a/b']),
    one(['a/b'], [{ name: 'Admin', kind: 'managed', arn: 'arn:aws:iam::aws:policy/Admin' }]),
    ['**wider** | `app` | gains the policy `arn:aws:iam::aws:policy/Admin`'],
  ],
  [
    'no policy of AWS',
    one(['a/b'], [{ name: 'Admin', kind: 'managed' }]),
    one(['a/b']),
    ['narrower | `app` | loses the policy `Admin`'],
  ],
  [
    'a boundary',
    one(['a/b']),
    one(['a/b'], [{ name: 'B', kind: 'boundary' }]),
    ['narrower | `app` | gains the boundary `B`'],
  ],
  [
    'no boundary',
    one(['a/b'], [{ name: 'B', kind: 'boundary' }]),
    one(['a/b']),
    ['**wider** | `app` | loses its boundary `B`'],
  ],
  [
    'another boundary',
    one(['a/b'], [{ name: 'B', kind: 'boundary' }]),
    one(['a/b'], [{ name: 'C', kind: 'boundary' }]),
    ['**changed** | `app` | has the boundary `C` instead of `B`'],
  ],
  [
    'the same boundary',
    one(['a/b'], [{ name: 'B', kind: 'boundary' }]),
    one(['a/b'], [{ name: 'B', kind: 'boundary' }]),
    [],
  ],
  [
    'more in the boundary',
    one(['a/b'], [{ ...policy('B', allow('s3:*')), kind: 'boundary' }]),
    one(['a/b'], [{ ...policy('B', allow(['s3:*', 'sqs:*'])), kind: 'boundary' }]),
    ['**wider** | `app` | its boundary: gains `sqs:*` on every resource'],
  ],
  [
    'access to a role that is elsewhere',
    mapOf({}),
    mapOf({ access: [access('a', 'b', 'arn:x')] }),
    [`**wider** | \`arn:x\` | \`a/b\` can assume it${can}`],
  ],
])('%s', (_, before, after, expected) => {
  expect(rows(markdownOf(before, after))).toEqual(expected);
});

test('a new role, and one that is gone', () => {
  const before = mapOf({ roles: [role('old', [])] });
  const after = mapOf({ roles: [role('new', [])] });
  expect(diffOf(before, after)).toEqual({
    schemaVersion: 1,
    addedRoles: [arn('new')],
    removedRoles: [arn('old')],
    changes: [],
    whoCanAct: [],
  });
  expect(markdownOf(before, after)).toContain('\n\nNew roles: `new`.\n\nRemoved roles: `old`.\n');
});

test('the whole comment', () => {
  const text = markdownOf(
    one(['a/b'], [policy('a', allow('s3:GetObject', 'x'))]),
    one(['a/b', 'a/c'], [policy('a', allow('s3:PutObject', 'x'))]),
  );
  expect(text).toMatch(
    /^### Access: 3 changes \(2 wider, 1 narrower\)\n\n\| access \| role \| what \|\n\|---\|---\|---\|\n/,
  );
  expect(text).toMatch(
    /\n<details>\n<summary>Details<\/summary>\n\n`arn:aws:iam::111122223333:role\/app`\n\n```json\n\[\n/,
  );
  const [, json] = /```json\n([^]*?)\n```\n/.exec(text)!;
  expect(JSON.parse(json)).toHaveLength(3);
  expect(text).toMatch(/\n```\n\n<\/details>\n$/);
});

test.each([
  ['adding', mapOf({}), manyMap(3000)],
  ['removing', manyMap(3000), mapOf({})],
])('%s thousands fits into a comment, and says what is left out', (_, before, after) => {
  const text = markdownOf(before, after);
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/\n\d+ more changes omitted\. `cdk-irsa report --diff … --format json` prints all\.\n/);
  expect(text).toMatch(/ and 2680 more\.\n/);
});

test('more details than there is room for', () => {
  const long = 'x'.repeat(20_000);
  const grant = (name: string) => ({ ...role(name, []), policies: [policy('a', allow(`s3:${long}`, name))] });
  const text = markdownOf(mapOf({}), mapOf({ roles: ['a', 'b', 'c', 'd'].map(grant) }));
  expect(text).toMatch(/\n2 more roles omitted\. .*\n\n<\/details>\n$/);
  const one20 = markdownOf(
    mapOf({}),
    mapOf({ roles: [{ ...role('a', []), policies: [policy('a', allow(`s3:${long.repeat(4)}`, 'a'))] }] }),
  );
  expect(one20).toMatch(/\n1 more role omitted\. /);
  expect(one20).not.toContain('<details>');
});

test.each<[number, string]>(HOSTILE.map((text, index) => [index, text]))(
  'hostile text %i stays in its place',
  (_, text) => {
    for (const [before, after] of [
      [mapOf({}), hostileMap(text)],
      [hostileMap(text), mapOf({})],
    ]) {
      const markdown = markdownOf(before, after);
      expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
      const [table, full] = markdown.split('\n<details>\n');
      for (const line of table.split('\n').filter(one1 => one1.startsWith('|'))) {expect(line.match(/\|/g)).toHaveLength(4);}
      // Outside of code there is nothing of the text.
      const outside = table.replace(/`[^`\n]*`/g, '');
      expect(outside).toMatch(/^[A-Za-z0-9 #:(),*|\n.…\-]*$/);
      const rest = (full ?? '<summary>Details</summary></details>')
        .replace(/```json\n([^`]*)\n```/g, (__, json) => (JSON.parse(json), ''))
        .replace(/`[^`\n]*`/g, '');
      expect(rest).toMatch(/^<summary>Details<\/summary>\s*<\/details>\s*$/);
    }
  },
);

test.each([
  ['a`b', '`a\\u0060b`'],
  ['a|b', '`a\\u007cb`'],
  ['\\', '`\\u005c`'],
  ['', '`(empty)`'],
  ['  ', '`(empty)`'],
  ['\u202e', '`\\u202e`'],
])('%j in code is %s', (text, expected) => {
  expect(code(text)).toBe(expected);
});

test('a long name is cut', () => {
  expect(code('x'.repeat(1000))).toBe(`\`${'x'.repeat(240)}…\``);
});
