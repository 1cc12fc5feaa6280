import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { manyMap } from './sample';
import { ClusterOidcProvider, IrsaServiceAccount } from '../../../src';
import * as reader from '../../../src/analysis/reading/access-map-reader';
import { MARK } from '../../../src/cli/report/html';
import { ACCOUNT, ISSUER, ISSUER_URL, REGION } from '../../support';
import { cli, directory } from '../support';

// The transform exports getters, which jest.spyOn() cannot replace.
jest.mock('../../../src/analysis/reading/access-map-reader', () => ({
  __esModule: true,
  ...jest.requireActual('../../../src/analysis/reading/access-map-reader'),
}));

const assembly = join(directory, 'cdk.out');
const wider = join(directory, 'wider.out');
const file = (name: string) => join(directory, name);

function synthesize(outdir: string, names: string[]): void {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Payments', { env: { account: ACCOUNT, region: REGION } });
  const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
  const bucket = new Bucket(stack, 'Receipts', { bucketName: 'receipts' });
  for (const serviceAccountName of names) {
    const account = new IrsaServiceAccount(stack, serviceAccountName, {
      oidcProvider,
      namespace: 'payments',
      serviceAccountName,
      roleName: `payments-${serviceAccountName}`,
    });
    bucket.grantRead(account);
    if (names.length > 1) {
      account.addToPrincipalPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['*'] }));
    }
  }
  app.synth();
}

beforeAll(() => {
  process.env.CDK_VALIDATION = 'false';
  synthesize(assembly, ['api']);
  synthesize(wider, ['api', 'worker']);
});

const SUMMARY = '1 cluster, 1 service account, 1 role, ';

test('--json prints the report, and words go to stderr', () => {
  const { code, stdout, stderr } = cli('report', assembly, '--json');
  expect(code).toBe(0);
  expect(stderr).toMatch(new RegExp(`^${SUMMARY}\\d+ findings?\\.\\n$`));
  const data = JSON.parse(stdout);
  expect(data).toMatchObject({
    schemaVersion: 1,
    clusters: [{ id: ISSUER, kind: 'issuer' }],
    access: [
      {
        cluster: ISSUER,
        namespace: 'payments',
        serviceAccount: 'api',
        audience: 'sts.amazonaws.com',
        via: 'irsa',
        role: `arn:aws:iam::${ACCOUNT}:role/payments-api`,
        used: true,
      },
    ],
    roles: [{ name: 'payments-api' }],
  });
  expect(cli('report', assembly, '--json').stdout).toBe(stdout);
});

test('the default is cdk.out', () => {
  const before = process.cwd();
  process.chdir(directory);
  try {
    expect(cli('report', '--mermaid').code).toBe(0);
  } finally {
    process.chdir(before);
  }
});

test('--mermaid prints a flowchart', () => {
  const { code, stdout, stderr } = cli('report', assembly, '--mermaid');
  expect({ code, stderr: stderr.split('\n')[0].startsWith(SUMMARY) }).toEqual({ code: 0, stderr: true });
  expect(stdout).toMatch(/^flowchart LR\n/);
  expect(stdout).toContain('["payments/api"]');
});

test('a map that is too large for Mermaid is said to be condensed', () => {
  jest.spyOn(reader, 'accessMapOf').mockReturnValueOnce(manyMap(500));
  expect(cli('report', assembly, '--mermaid').stderr).toBe(
    'The map is too large for Mermaid to draw: service accounts are put together. --html shows each.\n2 clusters, 500 '
      + 'service accounts, 450 roles, 51 findings.\n',
  );
  jest.restoreAllMocks();
});

test('--diff prints what has changed since, as Markdown and as JSON', () => {
  const old = file('old.json');
  writeFileSync(old, cli('report', assembly, '--json').stdout);
  const { code, stdout } = cli('report', wider, '--diff', old);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^### Access: \d+ changes \(\d+ wider\)\n/);
  expect(stdout).toContain('| **wider** | `payments-api` | may `sqs:SendMessage` on every resource |\n');
  expect(stdout).toContain(
    `| **wider** | \`payments-worker\` | \`payments/worker\` can become it, cluster \`${ISSUER}\`, audience `
      + '`sts.amazonaws.com` |\n',
  );
  expect(stdout).toContain('\nNew roles: `payments-worker`.\n');
  expect(JSON.parse(cli('report', wider, '--json', '--diff', old).stdout)).toMatchObject({
    schemaVersion: 1,
    newRoles: [`arn:aws:iam::${ACCOUNT}:role/payments-worker`],
    goneRoles: [],
  });
  expect(cli('report', assembly, '--diff', old).stdout).toMatch(/^### Access: no change\n/);
});

test('--html writes a page, and over an earlier one', () => {
  const page = file('page.html');
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = cli('report', assembly, '--html', page);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split('\n').slice(1)).toEqual([`${page}: written.`, '']);
    expect(readFileSync(page, 'utf8').startsWith(MARK)).toBe(true);
  }
  expect(readdirSync(directory).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

test('a file that is no report is kept, unless --force says otherwise', () => {
  const precious = file('precious.html');
  writeFileSync(precious, '<p>mine</p>');
  expect(cli('report', assembly, '--html', precious)).toEqual({
    code: 2,
    stdout: '',
    stderr: `${precious}: it exists, and is no report of cdk-irsa. Use --force to overwrite it.\n`,
  });
  expect(readFileSync(precious, 'utf8')).toBe('<p>mine</p>');
  expect(cli('report', assembly, '--html', precious, '--force').code).toBe(0);
  expect(readFileSync(precious, 'utf8').startsWith(MARK)).toBe(true);
});

test('a page that cannot be written leaves nothing behind', () => {
  mkdirSync(file('folder'));
  writeFileSync(join(file('folder'), 'a'), '');
  symlinkSync('loop', file('loop'));
  for (const [target, reason] of [
    [join(directory, 'none', 'page.html'), 'no such file or directory'],
    [file('folder'), 'it is a directory'],
    [file('loop'), expect.anything()],
  ] as const) {
    const { code, stderr, stdout } = cli('report', assembly, '--html', target);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    if (typeof reason === 'string') expect(stderr).toBe(`${target}: cannot be written: ${reason}.\n`);
  }
  expect(cli('report', assembly, '--html', file('folder'), '--force').code).toBe(2);
  expect(readdirSync(directory).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

test.each<[string, string[], string]>([
  ['no form', [], 'One of `--html`, `--mermaid`, `--json` and `--diff` must be given. See cdk-irsa report --help.'],
  [
    'two forms',
    ['--html', 'a', '--mermaid'],
    "Option '--html <file>' cannot be used with option '--mermaid'. See cdk-irsa report --help.",
  ],
  [
    'JSON beside a page',
    ['--json', '--html', 'a'],
    "Option '--html <file>' cannot be used with option '--json'. See cdk-irsa report --help.",
  ],
  [
    'a flowchart of a difference',
    ['--mermaid', '--diff', 'a'],
    "Option '--mermaid' cannot be used with option '--diff <old.json>'. See cdk-irsa report --help.",
  ],
  [
    'an option for a file',
    ['--html', '--json'],
    '`--html` must have a value that does not begin with -, got: "--json". See cdk-irsa report --help.',
  ],
  ['--force alone', ['--json', '--force'], '`--force` requires `--html`. See cdk-irsa report --help.'],
  ['an unknown option', ['--jason'], "Unknown option '--jason'. Did you mean --json? See cdk-irsa report --help."],
  ['an old report that is missing', ['--diff', 'none.json'], 'none.json: cannot be read: no such file or directory.'],
])('%s', (_, args, message) => {
  expect(cli('report', ...args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` });
});

test('an old report that is none', () => {
  const old = file('not-a-report.json');
  writeFileSync(old, '{"\u202ea":1}');
  expect(cli('report', assembly, '--diff', old)).toEqual({
    code: 2,
    stdout: '',
    stderr: `${old}: is no report. Make one with cdk-irsa report --json.\n`,
  });
});

test('what is no assembly, and a manifest that is missing', () => {
  const page = file('never.html');
  expect(cli('report', file('nowhere'), '--html', page)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/nowhere: cannot be read: no such file or directory.*cdk synth/),
  });
  expect(cli('report', assembly, '--html', page, '--manifests', file('none.yaml'))).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/none\.yaml: cannot be read: no such file or directory\.\n/),
  });
  expect(existsSync(page)).toBe(true); // the rest of the input
});

test('a defect is not passed off as bad input', () => {
  jest.spyOn(reader, 'accessMapOf').mockImplementationOnce(() => {
    throw new TypeError('boom');
  });
  expect(cli('report', assembly, '--json').stderr).toBe(
    'cdk-irsa failed, which is a defect of it: boom. Please report it.\n',
  );
  jest.restoreAllMocks();
});

test('--manifests adds what runs', () => {
  const manifests = file('manifests');
  mkdirSync(manifests);
  writeFileSync(
    join(manifests, 'a.yaml'),
    'apiVersion: v1\nkind: Pod\nmetadata: { name: one, namespace: payments }\nspec: { serviceAccountName: api, '
      + 'containers: [{ name: a, image: b, env: [{ name: X, value: hunter2 }] }] }\n',
  );
  const { stdout } = cli('report', assembly, '--json', '--manifests', manifests);
  expect(JSON.parse(stdout).workloads).toMatchObject([
    { kind: 'Pod', name: 'one', namespace: 'payments', serviceAccount: 'api' },
  ]);
  expect(stdout).not.toContain('hunter2');
});

test('--help names each option', () => {
  const { code, stdout } = cli('report', '--help');
  expect(code).toBe(0);
  for (const option of ['html', 'mermaid', 'json', 'diff', 'manifests', 'namespace', 'force']) {
    expect(stdout).toMatch(new RegExp(`\n  --${option} `));
  }
  expect(stdout).toContain('\n  -h, --help ');
});
