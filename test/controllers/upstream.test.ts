/**
 * The comparison of the controllers with the policies of upstream, by policies written for it; and the data files.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { SAMPLES } from './samples';
import { compareWithUpstream, samplesOf, upstreamFiles } from '../../scripts/controllers-upstream';
import { compare } from '../../scripts/upstream/comparison';
import { DataFile, dataFileName, dataFiles, readData } from '../../scripts/upstream/data';
import { digestOf, policiesIn } from '../../scripts/upstream/policies';
import { AckService, Controller } from '../../src';

const FOLDER = mkdtempSync(join(tmpdir(), 'upstream-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const statement = (effect: string, action: string | string[], resource: string | string[] = '*', condition?: object) =>
  ({ Effect: effect, Action: action, Resource: resource, ...condition && { Condition: condition } });
const allow = (action: string | string[], resource?: string | string[], condition?: object) =>
  policy(statement('Allow', action, resource, condition));
const BUCKET = 'arn:aws:s3:::data';

describe('comparison', () => {
  /** `kind action`, for each difference. */
  async function differences(upstream: object, ours: object, derived: string[] = []): Promise<string[]> {
    const { differences: found } = await compare([upstream], derived, [ours]);
    return found.map(({ kind, action }) => `${kind} ${action}`);
  }
  const tag = (value: string | string[], operator = 'StringEquals') => ({
    [operator]: { 'aws:ResourceTag/cluster': value },
  });

  test.each<[string, object, object, string[]]>([
    ['the same', allow('s3:GetObject'), allow('s3:GetObject'), []],
    ['the same owner in other letters', allow('S3:getobject'), allow('s3:GetObject'), []],
    [
      'an action that we lack',
      allow(['sqs:SendMessage', 's3:GetObject']),
      allow('s3:GetObject'),
      ['lacks sqs:SendMessage'],
    ],
    [
      'an action that upstream lacks',
      allow('s3:GetObject'),
      allow(['s3:GetObject', 's3:PutObject']),
      ['adds s3:PutObject'],
    ],
    [
      'fewer resources',
      allow('s3:GetObject', `${BUCKET}/*`),
      allow('s3:GetObject', `${BUCKET}/a/*`),
      ['narrows s3:GetObject'],
    ],
    [
      'more resources',
      allow('s3:GetObject', `${BUCKET}/a/*`),
      allow('s3:GetObject', `${BUCKET}/*`),
      ['widens s3:GetObject'],
    ],
    [
      'one of two resources',
      allow('s3:GetObject', [`${BUCKET}/a`, `${BUCKET}/b`]), allow('s3:GetObject', `${BUCKET}/a`),
      ['narrows s3:GetObject'],
    ],
    [
      'other resources', allow('s3:GetObject', `${BUCKET}/a`), allow('s3:GetObject', `${BUCKET}/b`),
      ['narrows s3:GetObject', 'widens s3:GetObject'],
    ],
    [
      'a condition on another key',
      allow('s3:GetObject', '*', tag('blue')),
      allow('s3:GetObject', '*', { StringEquals: { 'aws:ResourceTag/owner': 'blue' } }),
      ['narrows s3:GetObject', 'widens s3:GetObject'],
    ],
    ['a condition more', allow('s3:GetObject'), allow('s3:GetObject', '*', tag('blue')), ['narrows s3:GetObject']],
    ['a condition less', allow('s3:GetObject', '*', tag('blue')), allow('s3:GetObject'), ['widens s3:GetObject']],
    [
      'fewer values',
      allow('s3:GetObject', '*', tag(['blue', 'red'])),
      allow('s3:GetObject', '*', tag('blue')),
      ['narrows s3:GetObject'],
    ],
    [
      'an exact value for a pattern',
      allow('s3:GetObject', '*', tag('b*', 'StringLike')),
      allow('s3:GetObject', '*', tag('blue')),
      ['narrows s3:GetObject'],
    ],
    [
      'a value for any value',
      allow('s3:GetObject', '*', tag('false', 'Null')), allow('s3:GetObject', '*', tag('blue')),
      ['narrows s3:GetObject'],
    ],
    [
      'a value for no value', allow('s3:GetObject', '*', tag('true', 'Null')), allow('s3:GetObject', '*', tag('blue')),
      ['narrows s3:GetObject', 'widens s3:GetObject'],
    ],
    [
      'a value that may be missing', allow('s3:GetObject', '*', tag('false', 'Null')),
      allow('s3:GetObject', '*', tag('blue', 'StringEqualsIfExists')),
      ['narrows s3:GetObject', 'widens s3:GetObject'],
    ],
    [
      'the tags by EC2\'s own name',
      allow('ec2:DeleteVolume', '*', { StringEquals: { 'ec2:ResourceTag/cluster': 'blue' } }),
      allow('ec2:DeleteVolume', '*', tag('blue')),
      [],
    ],
    [
      'a wildcard upstream', allow('sqs:Send*'), allow('sqs:SendMessage'), [],
    ],
    ['a wildcard here', allow('s3:GetObject'), allow('s3:GetObjectT*'), [
      'lacks s3:GetObject', 'adds s3:GetObjectTagging', 'adds s3:GetObjectTorrent',
    ]],
    ['wildcards on both sides', allow('s3vectors:*Vectors'), allow('s3vectors:Get*'), [
      'adds s3vectors:GetIndex',
      'adds s3vectors:GetVectorBucket',
      'adds s3vectors:GetVectorBucketPolicy',
      'lacks s3vectors:DeleteVectors',
      'lacks s3vectors:ListVectors',
      'lacks s3vectors:PutVectors',
      'lacks s3vectors:QueryVectors',
    ]],
    [
      'NotResource here',
      allow('s3:GetObject', `${BUCKET}/*`),
      policy({ Effect: 'Allow', Action: 's3:GetObject', NotResource: `${BUCKET}/*` }),
      ['narrows s3:GetObject', 'widens s3:GetObject'],
    ],
    [
      'NotResource upstream', policy({ Effect: 'Allow', Action: 's3:GetObject', NotResource: `${BUCKET}/*` }),
      allow('s3:GetObject', 'arn:aws:s3:::other/*'),
      ['narrows s3:GetObject', 'widens s3:GetObject'],
    ],
    [
      'what upstream denies altogether',
      policy(statement('Allow', ['s3:GetObject', 's3:PutObject']), statement('Deny', 's3:Put*')),
      allow(['s3:GetObject', 's3:PutObject']),
      ['adds s3:PutObject'],
    ],
    [
      'what upstream denies in part',
      policy(statement('Allow', 's3:GetObject'), statement('Deny', 's3:GetObject', `${BUCKET}/*`)),
      allow('s3:GetObject'),
      ['widens s3:GetObject'],
    ],
    [
      'what we deny in part', allow('s3:GetObject'),
      policy(statement('Allow', 's3:GetObject'), statement('Deny', 's3:GetObject', `${BUCKET}/*`)),
      ['narrows s3:GetObject'],
    ],
    [
      'what both deny', policy(statement('Allow', 's3:GetObject'), statement('Deny', 's3:GetObject', `${BUCKET}/*`)),
      policy(statement('Allow', 's3:GetObject'), statement('Deny', 's3:GetObject', `${BUCKET}/*`)),
      [],
    ],
    [
      'what we deny altogether', allow('s3:GetObject'),
      policy(statement('Allow', 's3:GetObject'), statement('Deny', 's3:Get*')),
      ['lacks s3:GetObject'],
    ],
  ])('finds of %s', async (_, upstream, ours, expected) => {
    expect((await differences(upstream, ours)).sort()).toEqual(expected.sort());
  });

  test('takes NotAction for all actions but those', async () => {
    const upstream = policy({ Effect: 'Allow', NotAction: ['sqs:*', 's3:Get*'], Resource: '*' });
    const found = await differences(upstream, allow(['sqs:SendMessage', 'sns:Publish']));
    expect(found).toEqual(expect.arrayContaining(['adds sqs:SendMessage', 'lacks s3:PutObject']));
    expect(found.filter(text => /sqs:|s3:Get|sns:Publish$/.test(text))).toEqual(['adds sqs:SendMessage']);
  });

  test('takes several documents of ours as one', async () => {
    const { differences: found } = await compare(
      [allow(['s3:GetObject', 's3:PutObject'])], [], [allow('s3:GetObject'), allow('s3:PutObject')],
    );
    expect(found).toEqual([]);
  });

  test('tells the account and region of the role apart from other limits', async () => {
    const region = { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } };
    const { toEnvironment, differences: found } = await compare(
      [
        policy(
          statement('Allow', 'ec2:DescribeVpcs'),
          statement('Allow', 'ec2:DeleteVolume', 'arn:aws:ec2:*:*:volume/*'),
          statement('Allow', 'ec2:DeleteVpc', 'arn:aws:ec2:*:*:vpc/*'),
          statement('Allow', 'ec2:DeleteSubnet'),
        ),
      ],
      [],
      [
        policy(
          statement('Allow', 'ec2:DescribeVpcs', '*', region),
          statement('Allow', 'ec2:DeleteVolume', 'arn:aws:ec2:eu-west-1:111122223333:volume/*'),
          statement('Allow', 'ec2:DeleteVpc', 'arn:aws:ec2:us-east-1:111122223333:vpc/*'),
          statement('Allow', 'ec2:DeleteSubnet', 'arn:aws:ec2:eu-west-1:111122223333:subnet/*'),
        ),
      ],
    );
    expect(toEnvironment).toEqual(['ec2:DeleteVolume', 'ec2:DescribeVpcs']);
    expect(found.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      'narrows ec2:DeleteSubnet',
      'narrows ec2:DeleteVpc',
    ]);
  });

  test('takes derived actions by their names', async () => {
    expect(await differences(policy(), allow('s3:GetObject', BUCKET), ['s3:GetObject', 's3:PutObject'])).toEqual([
      'lacks s3:PutObject',
    ]);
  });

  test('says which actions it does not know, and compares them as they are written', async () => {
    const { unknown, differences: found } = await compare(
      [allow(['nosuch:*', 's3:HeadBucket'])], [], [allow(['nosuch:*', 'nosuch:Get'])],
    );
    expect(unknown).toEqual(['nosuch:*', 'nosuch:Get', 's3:HeadBucket']);
    expect(found.map(({ kind, action }) => `${kind} ${action}`)).toEqual(['adds nosuch:Get', 'lacks s3:HeadBucket']);
  });

  test('says what the other side does not allow', async () => {
    const { differences: [{ what }] } = await compare(
      [allow('s3:GetObject', `${BUCKET}/*`, tag('blue'))], [], [allow('s3:GetObject', `${BUCKET}/a`)],
    );
    expect(what).toBe('arn:aws:s3:::data/* if StringEquals aws:ResourceTag/cluster blue');
  });

  test('throws on a document that is none', async () => {
    await expect(compare([policy({ Effect: 'Allow' })], [], [])).rejects.toThrow('either Action or NotAction');
  });
});

describe('reading', () => {
  const POLICY = JSON.stringify(allow('s3:GetObject'), null, 2);
  const TRUST = JSON.stringify(policy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }));
  const read = (file: string, text: string) => policiesIn(file, text);
  const expected = [{ document: allow('s3:GetObject') }];

  test.each([
    ['a JSON file', 'policy.json', POLICY],
    ['a file without an ending', 'recommended-inline-policy', POLICY],
    ['a page', 'README.md', `# Title\n\n{ not: json }\n\n\`\`\`json\n${POLICY}\n\`\`\`\n\n${TRUST}`],
    ['a script', 'policy.sh', `cat > policy.json <<EOF\n${POLICY}\nEOF\n`],
    ['a policy inside of something else', 'managed.json', `{"arn": "}", "document": ${POLICY}}`],
    ['commas before brackets', 'README.md', POLICY.replace('"*"', '"*",')],
    ['a template with text', 'stack.yaml', `Resources:\n  P:\n    D: !Sub |\n${POLICY.replace(/^/gm, '      ')}\n`],
    [
      'a template with YAML', 'stack.yml',
      'Resources:\n  P:\n    D:\n      Version: "2012-10-17"\n'
        + '      Statement: [{ Effect: Allow, Action: s3:GetObject, Resource: "*" }]\n'
        + '  R:\n    D: { Statement: [{ Effect: Allow, Principal: "*", Action: sts:AssumeRole }] }\n',
    ],
  ])('finds the policy in %s', (_, file, text) => {
    expect(read(file, text)).toEqual(expected);
  });

  test('finds a statement alone, and several policies in their order', () => {
    expect(read('README.md', `${JSON.stringify(statement('Allow', 's3:PutObject'))}\n${POLICY}`)).toEqual([
      { document: { Statement: [statement('Allow', 's3:PutObject')] } },
      ...expected,
    ]);
  });

  test('reads the functions of CloudFormation', () => {
    expect(read('stack.yaml', [
      'D:', '  Statement:', '    - Effect: Allow', '      Action: s3:GetObject',
      '      Resource: [!Sub "${A}/*", !GetAtt B.Arn, !Join ["", [a, !Ref C]]]',
    ].join('\n'))).toEqual([{
      document: {
        Statement: [{
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: [{ 'Fn::Sub': '${A}/*' }, { 'Fn::GetAtt': 'B.Arn' }, { 'Fn::Join': ['', ['a', { Ref: 'C' }]] }],
        }],
      },
    }]);
  });

  test.each([
    ['README.md', `text\n${POLICY.replace('"Resource"', '// all\n"Resource"')}`, /^line \d+: a statement that cannot/],
    ['README.md', '```yaml\nStatement:\n  - Effect: Allow\n```', /^line 3: a statement that cannot/],
    ['main.tf', 'Statement = [{ Effect = "Allow" }]', /^line 1: a statement that cannot/],
    ['stack.yaml', 'a: [', /^is not YAML: /],
  ])('tells what it cannot read in %s', (file, text, problem) => {
    expect(read(file, text)).toEqual([{ problem: expect.stringMatching(problem) }]);
  });

  test('the digest is of the policies, not of the text around them', () => {
    const digest = (text: string) => digestOf(read('README.md', text));
    expect(digest(`a\n${POLICY}`)).toBe(digest(`b\n\n${POLICY}\n`));
    expect(digest(POLICY)).not.toBe(digest(POLICY.replace('*', BUCKET)));
    expect(digest('\nEffect: a')).toBe(digest('Effect: a'));
    expect(digest(`${POLICY}${POLICY}`)).not.toBe(digest(POLICY));
  });
});

describe('the command', () => {
  const ZONES = 'arn:aws:route53:::hostedzone/*';
  const TAGS = ['route53:ListTagsForResource', 'route53:ListTagsForResources'];
  const UPSTREAM = policy(
    statement('Allow', ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets', ...TAGS], ZONES),
    statement('Allow', ['route53:ListHostedZones', 'route53:GetChange']),
  );
  const EXPLAINED = `
factory: externalDns
project: external-dns
version: v1
date: '2026-08-01'
policies:
  - file: policy.json
    url: https://example.com/policy.json
    digest: ${digestOf([{ document: UPSTREAM }])}
lacks:
  - actions: [route53:Get*]
    reason: The controller makes no such call.
narrows:
  - actions: [route53:ChangeResourceRecordSets]
    reason: Only the hosted zones that you name.
`;
  let count = 0;
  /** Compares a controller of this data with these files. */
  async function run(yaml: string, files: Record<string, unknown> = { 'policy.json': UPSTREAM }) {
    const name = 'external-dns';
    const folder = join(FOLDER, `${count++}`);
    mkdirSync(folder);
    for (const [file, contents] of Object.entries(files)) {
      const path = join(folder, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
    }
    return compareWithUpstream(folder, [{ name, ...readData(yaml) }]);
  }
  const problemsOf = (text: string) => text.split('\n').filter(line => line.includes('PROBLEM'));

  test('prints each difference with its reason', async () => {
    const { text, isExplained } = await run(EXPLAINED);
    expect(text).toBe(
      [
        'external-dns: external-dns v1 (2026-08-01)',
        '  6 actions upstream, 5 here',
        '  upstream has, we lack: route53:GetChange',
        '    The controller makes no such call.',
        '  we narrow: route53:ChangeResourceRecordSets',
        '    Only the hosted zones that you name.',
        '',
        'All differences are explained.',
        '',
      ].join('\n'),
    );
    expect(isExplained).toBe(true);
  });

  test.each([
    ['a difference without a reason', EXPLAINED.replace('Get*', 'GetC'), 'without a reason: route53:GetChange'],
    [
      'a reason of another kind', EXPLAINED.replace('narrows', 'widens'),
      'we narrow, without a reason: route53:ChangeResourceRecordSets',
    ],
    [
      'a reason without a difference', EXPLAINED.replace('[route53:Get*]', '[route53:Get*, s3:*]'),
      '`lacks` has a reason for s3:*, which no longer differs. Remove it.',
    ],
    [
      'a reason after one that says it all', EXPLAINED.replace(
        'narrows:', '  - actions: [route53:GetChange]\n    reason: This says it once more.\nnarrows:',
      ), '`lacks` has a reason for route53:GetChange, which no longer differs. Remove it.',
    ],
    ['a policy that has changed', EXPLAINED.replace(/digest: \w/, 'digest: 0'), 'differs from what was looked at'],
    [
      'a missing file', EXPLAINED.replace('file: policy.json', 'file: other.json'),
      'external-dns/other.json is missing. Get it from https://example.com/policy.json',
    ],
    ['a controller without samples', EXPLAINED.replace('externalDns', 'noSuch'), 'external-dns has no samples'],
    [
      'a policy to leave that is not there', EXPLAINED.replace(
        'digest', 'leave: [{ policy: 2, reason: About something else. }]\n    digest',
      ), 'has 1 policies: `leave` names policy 2',
    ],
    ['an invalid data file', EXPLAINED.replace('factory', 'factry'), 'its data file is invalid'],
    ['a data file that is no YAML', '{', 'its data file is invalid: is not YAML'],
  ])('fails on %s', async (_, yaml, problem) => {
    const { text, isExplained } = await run(yaml);
    expect(problemsOf(text).join('\n')).toContain(problem);
    expect(isExplained).toBe(false);
  });

  test.each([
    ['cannot be read', 'Effect: Allow', 'external-dns/policy.json, policy 1: line 1: a statement that cannot be read'],
    ['has no policy', 'Not found', 'external-dns/policy.json has no policy of an identity'],
    ['is no policy for IAM', policy({ ...statement('Allow', 's3:GetObject'), Effect: 'Maybe' }), 'cannot be compared'],
    ['has a function of an unknown value', policy({
      ...statement('Allow', 's3:GetObject'), Resource: { Ref: 'Bucket' },
    }), 'policy 1: Ref: no value for Bucket'],
  ])('fails on a file that %s', async (_, contents, problem) => {
    const { text, isExplained } = await run(EXPLAINED, { 'policy.json': contents });
    expect(problemsOf(text).join('\n')).toContain(problem);
    expect(isExplained).toBe(false);
  });

  test('leaves out the policies that it is told to, and says so', async () => {
    const text = `Effect: Allow\n${JSON.stringify(UPSTREAM)}`;
    const yaml = EXPLAINED.replace(/digest: \w+/, `digest: ${digestOf(policiesIn('policy.json', text))}`)
      .replace('digest', 'leave: [{ policy: 1, reason: A trust policy with comments. }]\n    digest');
    const result = await run(yaml, { 'policy.json': text });
    expect(result.isExplained).toBe(true);
    expect(result.text).toContain('left out: external-dns/policy.json, policy 1\n    A trust policy with comments.');
  });

  test('gives placeholders and parameters their values', async () => {
    const zones = 'arn:${AWS::Partition}:route53:::<which>/${Id}';
    const document = JSON.parse(JSON.stringify(UPSTREAM).replace(ZONES, zones));
    document.Statement.push({ ...statement('Allow', 'route53:GetChange'), Resource: { 'Fn::Sub': '${Id}' } });
    const yaml = EXPLAINED.replace(/digest: \w+/, `digest: ${digestOf([{ document }])}`)
      .replace('digest', 'values: { <which>: hostedzone, "${Id}": "*" }\n    digest');
    expect((await run(yaml, { 'policy.json': document })).isExplained).toBe(true);
  });

  test('tells the files that no data file names', async () => {
    const { text, isExplained } = await run(EXPLAINED, { 'policy.json': UPSTREAM, 'sub/other.md': 'x' });
    expect(text).toContain(`Files that no data file names: ${join('external-dns', 'sub', 'other.md')}`);
    expect(isExplained).toBe(true);
  });

  test('lists the files that it takes', () => {
    expect(upstreamFiles([{ name: 'external-dns', ...readData(EXPLAINED) }])).toBe(
      'external-dns/policy.json https://example.com/policy.json\n',
    );
  });
});

describe('data files', () => {
  const files = dataFiles();
  const staticNames = (type: object) =>
    Object.getOwnPropertyNames(type).filter(name => !['length', 'name', 'prototype'].includes(name));

  test.each([
    ['an unknown key', 'lack: []', 'lack'],
    ['a reason that says nothing', 'lacks: [{ actions: [s3:Get*], reason: optional }]', 'must say more'],
    ['a reason for no action', 'lacks: [{ actions: [], reason: The controller makes no such call. }]', 'actions'],
    ['what is no action', 'lacks: [{ actions: [Get], reason: The controller makes no such call. }]', 'an action such'],
    ['a source that is no URL', 'derived: [{ actions: [s3:Get*], url: a.md, says: Reads objects. }]', 'https:// URL'],
    ['neither policies nor sources', '', 'must have `policies`, or `derived`'],
  ])('one with %s is invalid', (_, yaml, problem) => {
    const common = ['factory: externalDns', 'project: external-dns', 'version: v1', 'date: "2026-08-01"'];
    expect(readData([...common, yaml].join('\n'))).toEqual({ problem: expect.stringContaining(problem) });
  });

  test('there is one for each factory', () => {
    const controllers = staticNames(Controller).filter(name => name !== 'ackController').map(dataFileName);
    const services = staticNames(AckService).filter(name => name !== 'withManagedPolicy').map(dataFileName);
    expect(files.map(({ name }) => name)).toEqual([...services.map(name => `ack/${name}`), ...controllers].sort());
  });

  test.each(files.map((file): [string, DataFile] => [file.name, file]))('%s is well-formed', (name, file) => {
    expect(file.problem).toBeUndefined();
    expect(dataFileName(file.data!.factory)).toBe(name.replace('ack/', ''));
    expect(samplesOf(file)).not.toEqual([]);
  });

  test('each sample has one', () => {
    const compared = files.flatMap(samplesOf);
    expect(SAMPLES.filter(sample => !compared.includes(sample)).map(({ serviceAccountName }) => serviceAccountName))
      .toEqual([]);
  });

  // Where upstream publishes no policy, nothing else is needed for the comparison.
  test('those without a policy of upstream explain everything', async () => {
    const { text, isExplained } = await compareWithUpstream(
      FOLDER,
      files.filter(({ data }) => data?.policies.length === 0),
    );
    expect(text.split('\n').filter(line => line.includes('PROBLEM'))).toEqual([]);
    expect(isExplained).toBe(true);
  });
});
