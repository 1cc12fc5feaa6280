import { writeFileSync } from 'fs';
import { join } from 'path';
import { arnOf, mapOf, role, trusting, webIdentity } from '../../analysis/rules/support';
import { ACCOUNT, ISSUER } from '../../support';
import { cli, directory, onTerminal } from '../support';

const GITHUB = 'token.actions.githubusercontent.com';
const KEY = 'arn:aws:s3:::receipts/key';
const allow = (Action: string | string[], Resource: string | string[], more = {}) =>
  ({ Effect: 'Allow', Action, Resource, ...more });
const deny = (Action: string, Resource: string) => ({ Effect: 'Deny', Action, Resource });
const may = (...Statement: any[]) => ({ Policies: [{ PolicyName: 'P', PolicyDocument: { Statement } }] });
const CONDITION = { Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
const named = (name: string, ...statements: any[]) => role(name, [trusting(`shop:${name}`)], may(...statements));

const RESOURCES = {
  Can: named('can', allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::receipts/*')),
  Conditional: named('conditional', allow('s3:PutObject', 'arn:aws:s3:::receipts/*', CONDITION)),
  Denied: named('denied', allow('s3:*', '*'), deny('s3:PutObject', 'arn:aws:s3:::receipts/*')),
  Other: named('other', allow('s3:PutObject', 'arn:aws:s3:::invoices/*')),
  Unknown: role('unknown', [trusting('shop:unknown')], {
    ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'],
  }),
  Bounded: role('bounded', [trusting('shop:bounded')], {
    ...may(allow('s3:PutObject', '*')), PermissionsBoundary: 'arn:aws:iam::111122223333:policy/Boundary',
  }),
  Pattern: role('pattern', [webIdentity({
    StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
    StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:batch:*' },
  })], may(allow('s3:Put*', '*'))),
  Deploy: role('deploy', [webIdentity(
    { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com', [`${GITHUB}:sub`]: 'repo:org/app:ref:refs/heads/main' } },
    { Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}` } },
  )], may(allow('s3:PutObject', '*'))),
  Chained: role('chained', [{ Effect: 'Allow', Principal: { AWS: arnOf('can') }, Action: 'sts:AssumeRole' }],
    may(allow('s3:PutObject', '*'))),
};
const MANIFEST = `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: remote\n  namespace: shop\n  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::444455556666:role/remote\n`;

const { folder } = mapOf({ resources: RESOURCES, manifests: { 'sa.yaml': MANIFEST } });
const INPUT = [join(folder, 'cdk.out'), join(folder, 'sa.yaml')];
const ask = (...question: string[]) => {
  const { code, stdout } = cli('who-can', ...question, ...INPUT, '--format', 'json');
  const { serviceAccounts, otherRoles, ...rest } = JSON.parse(stdout);
  const short = serviceAccounts.map(({ namespace, serviceAccount, answer }: any) =>
    `${namespace}/${serviceAccount} ${answer}`);
  return { code, serviceAccounts: short.sort(), others: otherRoles.map(({ role: arn }: any) => arn), rest };
};

test('an exact question has exact answers; what is not in the input is unknown, never left out', () => {
  expect(ask('s3:PutObject', KEY)).toMatchObject({
    code: 0,
    serviceAccounts: [
      'batch/* can',
      'shop/bounded under conditions',
      'shop/can can',
      'shop/conditional under conditions',
      'shop/remote unknown',
      'shop/unknown unknown',
    ],
    others: [arnOf('chained'), arnOf('deploy')],
  });
});

test.each<[string, string[], string[]]>([
  ['case does not matter', ['S3:putobject', KEY], ['batch/* can', 'shop/can can']],
  ['without a resource: on some', ['s3:GetObject'], ['shop/can in part or in full', 'shop/denied in part or in full']],
  ['a statement with a condition is no "can"', ['s3:PutObject'], ['shop/conditional under conditions']],
  ['a pattern of actions', ['s3:Get*'], ['shop/can in part or in full']],
  ['a pattern of resources', ['s3:PutObject', 'arn:aws:s3:::invoices/*'], ['shop/other in part or in full']],
  ['all resources', ['s3:PutObject', '*'], ['batch/* can', 'shop/denied can']],
])('%s', (_, question, expected) => {
  expect(ask(...question).serviceAccounts).toEqual(expect.arrayContaining(expected));
});

test('nobody is exit code 1, and only then', () => {
  const { folder: alone } = mapOf({ resources: { Can: RESOURCES.Can } });
  const nobody = cli('who-can', 'sqs:SendMessage', '*', join(alone, 'cdk.out'));
  expect(nobody).toEqual({ code: 1, stdout: 'No service account can do sqs:SendMessage on *.\n', stderr: '' });
  expect(cli('who-can', 's3:PutObject', KEY, join(alone, 'cdk.out')).code).toBe(0);
  const { folder: unknown } = mapOf({ resources: { Unknown: RESOURCES.Unknown } });
  expect(cli('who-can', 'sqs:SendMessage', '*', join(unknown, 'cdk.out')).code).toBe(0);
  const { folder: chained } = mapOf({ resources: { Chained: RESOURCES.Chained } });
  expect(cli('who-can', 's3:PutObject', KEY, join(chained, 'cdk.out')).code).toBe(0);
});

test('input that cannot be read is exit code 2, and the rest is answered', () => {
  const broken = join(directory, 'broken.yaml');
  writeFileSync(broken, 'apiVersion: v1\nkind: [');
  const { code, stdout, stderr } = cli('who-can', 's3:PutObject', KEY, ...INPUT, broken);
  expect([code, stderr]).toEqual([2, expect.stringContaining('broken.yaml')]);
  expect(stdout).toContain('shop/can');
});

test('the table says who, by which role and statement, and whom else to look at', () => {
  const { stdout, stderr } = cli('who-can', 's3:PutObject', KEY, ...INPUT);
  expect(stderr).toBe('');
  expect(stdout).toContain(
    'Cluster EXAMPLED539D4633E53DE1B71EXAMPLE (eu-west-1), IRSA\n'
      + '  SERVICE ACCOUNT   ROLE         ANSWER            BECAUSE OF\n'
      + '  batch/*           pattern      can               s3:Put* on every resource\n'
      + '                                                     (statement 1 of P)\n',
  );
  expect(stdout).toMatch(/shop\/unknown +unknown +unknown +the policy AmazonS3FullAccess\n +is not in the input/);
  expect(stdout).toMatch(/\n {2}TRUSTS +ROLE +ANSWER +BECAUSE OF\n/);
  expect(stdout).toMatch(/GitHub Actions:\s+deploy/);
  expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
});

test('colors on a terminal', () => {
  const text = onTerminal(120, 'who-can', 's3:PutObject', KEY, ...INPUT);
  expect(text).toContain('\u001b[31mcan\u001b[39m');
  expect(text).toContain('\u001b[33munknown\u001b[39m');
});

test('CSV and Markdown have the same answers', () => {
  const { stdout: csv } = cli('who-can', 's3:PutObject', KEY, ...INPUT, '--format', 'csv');
  const rows = csv.trimEnd().split('\r\n');
  expect(rows[0]).toBe('cluster,via,namespace,service_account,audience,role,through,answer,because_of,'
    + 'actor_kind,actor,right,granted_by,confidence,closed_by');
  expect(rows).toHaveLength(9);
  expect(rows).toContain(`,none,,,,${arnOf('chained')},,can,s3:PutObject on every resource (statement 1 of P),,,,,,`);
  const { stdout: markdown } = cli('who-can', 's3:PutObject', KEY, ...INPUT, '--format', 'markdown');
  expect(markdown).toContain('### Who can `s3:PutObject` on `arn:aws:s3:::receipts/key`\n');
  expect(markdown).toContain(
    '| none; trusts `GitHub Actions: repo:org/app:ref:refs/heads/main` |  |  | `deploy` | can |',
  );
  expect(markdown.match(/\n\| (`|none)/g)).toHaveLength(8);
  const { stdout: nobody } = cli('who-can', 'sqs:SendMessage', KEY, INPUT[0], '--format', 'markdown');
  expect(nobody).toContain('`shop/unknown`');
});

test('JSON has tool, input and statements', () => {
  const { stdout } = cli('who-can', 's3:GetObject', KEY, ...INPUT, '--format', 'json');
  const { serviceAccounts, ...rest } = JSON.parse(stdout);
  expect(rest).toMatchObject({
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version: '1.2.3' },
    input: { files: 3, digest: expect.stringMatching(/^sha256:/) },
    action: 's3:GetObject',
    resource: KEY,
    unreadable: [],
  });
  expect(serviceAccounts).toContainEqual({
    cluster: ISSUER,
    namespace: 'shop',
    serviceAccount: 'can',
    audience: 'sts.amazonaws.com',
    via: 'irsa',
    role: arnOf('can'),
    answer: 'can',
    statements: [{
      policy: 'P',
      kind: 'inline',
      index: 0,
      statement: allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::receipts/*'),
    }],
  });
  expect(serviceAccounts.find(({ serviceAccount }: any) => serviceAccount === 'unknown').statements).toEqual([
    { policy: 'AmazonS3FullAccess', kind: 'managed', arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' },
  ]);
});

test.each<[string, string]>([
  ['s3PutObject', ' Did you mean s3:PutObject?'],
  ['s3.PutObject', ' Did you mean s3:PutObject?'],
  ['s3: PutObject', ' Did you mean s3:PutObject?'],
  ['kms-Decrypt', ' Did you mean kms:Decrypt?'],
  ['putobject', ''],
  ['s3:', ''],
  ['s3:Put Object', ''],
  ['', ''],
])('%j is no action', (action, suggestion) => {
  expect(cli('who-can', action)).toEqual({
    code: 2,
    stdout: '',
    stderr: '`<action>` must be <service>:<action>, such as s3:PutObject, got: '
      + `${JSON.stringify(action)}.${suggestion} See cdk-irsa who-can --help.\n`,
  });
});

test.each([
  ['s3:GetObjekt', 'No policy names s3:GetObjekt. Did you mean s3:GetObject?\n'],
  ['s3:PutObject', ''],
  ['s3:PUTOBJECT', ''],
  ['s3:P*', ''],
  ['*', ''],
  ['sqs:SendMessage', ''],
])('a typing error does not pass for "nobody": %s', (action, stderr) => {
  expect(cli('who-can', action, ...INPUT).stderr).toBe(stderr);
});

test('what is neither resource nor path', () => {
  expect(cli('who-can', 's3:PutObject', 'receipts/key')).toEqual({
    code: 2,
    stdout: '',
    stderr: "\"receipts/key\" is neither a resource (an ARN, or '*') nor an existing file or "
      + 'folder. See cdk-irsa who-can --help.\n',
  });
  expect(cli('who-can')).toMatchObject({ code: 2, stderr: expect.stringContaining("argument 'action'") });
  expect(cli('who-can', 's3:PutObject', KEY, 'nowhere')).toMatchObject({ code: 2, stdout: '' });
});
