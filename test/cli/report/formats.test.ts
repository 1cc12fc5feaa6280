/**
 * One map in every format of the report: the same names, the same numbers.
 */
import { cpSync, mkdirSync, writeFileSync } from 'fs';
import { join, relative } from 'path';
import {
  arnOf, association, Files, mapOf, podIdentity, role, trusting, webIdentity,
} from '../../analysis/rules/support';
import { ACCOUNT, ISSUER } from '../../support';
import { cli, directory, onTerminal } from '../support';

const GITHUB = 'token.actions.githubusercontent.com';
const allow = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
const may = (...Statement: any[]) => ({ Policies: [{ PolicyName: 'P', PolicyDocument: { Statement } }] });
const github = (sub?: string) => webIdentity(
  { StringLike: { [`${GITHUB}:aud`]: 'sts.amazonaws.com', ...sub && { [`${GITHUB}:sub`]: sub } } },
  { Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}` } },
);

const OPEN = webIdentity({
  StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
  StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:batch:*' },
});

const FILES: Files = {
  resources: {
    Api: role(
      'api', [trusting('payments:api')], may(allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::receipts/*')),
    ),
    Batch: role('batch', [OPEN], { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess'] }),
    Worker: role('worker', [podIdentity()], may(allow('dynamodb:GetItem', '*'))),
    Association: association(arnOf('worker'), { ServiceAccount: 'worker' }),
    Deploy: role('deploy', [github('repo:org/app:ref:refs/heads/main')], may(allow('*', '*'))),
    DeployAll: role('deploy-all', [github()], may(allow('*', '*'))),
    Lambda: role(
      'lambda', [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    ),
  },
  manifests: {
    'sa.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: =cmd\n  namespace: other\n  annotations:
    eks.amazonaws.com/role-arn: ${arnOf('elsewhere')}\n`,
  },
};

const input = (() => {
  const { folder } = mapOf(FILES);
  return { folder, args: [join(folder, 'cdk.out'), '--manifests', join(folder, 'sa.yaml')] };
})();
const report = (format: string) => cli('report', ...input.args, '--format', format);
const json = JSON.parse(report('json').stdout);

test('the table names everybody, by cluster', () => {
  const { code, stdout, stderr } = report('text');
  expect(code).toBe(0);
  expect(stdout).toBe(`Cluster production (eu-west-1 111122223333), EKS Pod Identity
  SERVICE ACCOUNT  ROLE       PERMISSIONS
  payments/worker  worker     dynamodb:GetItem on every resource

Cluster EXAMPLED539D4633E53DE1B71EXAMPLE (eu-west-1), IRSA
  SERVICE ACCOUNT  ROLE       PERMISSIONS
  batch/*          batch      AmazonSQSReadOnlyAccess
  payments/api     api        s3:GetObject and 1 more on receipts/*

Cluster not in the input, IRSA
  SERVICE ACCOUNT  ROLE       PERMISSIONS
  other/=cmd       elsewhere  its policies are not in the templates

It is unknown who can act as the service accounts through Kubernetes: the input
contains no RBAC or access entries.

Identity providers that are not clusters
  PROVIDER        SUBJECT                           ROLE
  GitHub Actions  repo:org/app:ref:refs/heads/main  deploy
  GitHub Actions  any subject                       deploy-all

Roles that no service account can assume (3): deploy, deploy-all, lambda.
`);
  expect(stderr).toBe('2 clusters, 3 service accounts, 1 pattern, 6 roles, 2 roles of other identity\nproviders, '
    + `${json.counts.findings} findings. Run cdk-irsa verify to see the findings.\n`);
});

test.each([80, 100, 200])('in a terminal of %i columns, with colors', columns => {
  const text = onTerminal(columns, 'report', ...input.args);
  expect(text).toContain('\u001b[33mbatch/*\u001b[39m');
  // eslint-disable-next-line no-control-regex
  const lines = text.replace(/\u001b\[\d+m/g, '').split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(columns);
});

test('CSV has a row for each way, and no formula', () => {
  const [head, ...rows] = report('csv').stdout.split('\r\n');
  expect(head).toBe(
    'cluster,via,namespace,service_account,audience,role,through,used,permissions,'
      + 'actor_kind,actor,right,granted_by,confidence,closed_by',
  );
  expect(rows.pop()).toBe('');
  expect(rows).toHaveLength(4);
  expect(rows.join('\n')).toContain(',other,\'=cmd,');
  expect(rows.join('\n')).toContain(
    `,payments,api,sts.amazonaws.com,${arnOf('api')},,no,s3:GetObject and 1 more on receipts/*`,
  );
});

test('Markdown has the same rows', () => {
  const { stdout } = report('markdown');
  expect(stdout).toContain('### Access: 3 service accounts, 6 roles\n');
  expect(stdout).toContain(
    '| `payments/worker` | `production (eu-west-1 111122223333)` | EKS Pod Identity | `worker` |',
  );
  expect(stdout.match(/\n\| `/g)).toHaveLength(4);
});

test('a table of Markdown that is too long says so', () => {
  const resources = Object.fromEntries(Array.from({ length: 1000 }, (_, index) =>
    [`Role${index}`, role(`role-${index}`, [trusting(`payments:service-${index}`)])]));
  const { stdout } = cli('report', join(mapOf({ resources }).folder, 'cdk.out'), '--format', 'markdown');
  expect(stdout.length).toBeLessThan(65_536);
  expect(stdout.slice(-250)).toMatch(/\n\d+ rows omitted\. `cdk-irsa report --format csv` prints all\.\n/);
});

describe('numbers', () => {
  test('are the same everywhere, and patterns are no service accounts', () => {
    expect(json.counts).toMatchObject({ clusters: 2, serviceAccounts: 3, serviceAccountPatterns: 1, roles: 6 });
    const checked = JSON.parse(cli('verify', ...input.args, '--format', 'json').stdout);
    expect(checked.counts).toMatchObject({ serviceAccounts: 3, roles: 6 });
    const open = checked.findings.filter(({ suppressed }: any) => suppressed === undefined);
    expect(open).toHaveLength(json.counts.findings);
    expect(cli('verify', ...input.args).stdout).toContain(' in 6 roles (3 for workloads), 3 service accounts, ');
    expect(report('html').stdout).toContain('<p>2 clusters, 3 service accounts, 1 pattern, 6 roles, 2 roles of other');
  });

  test('count a service account once in each cluster', () => {
    const other = 'oidc.eks.eu-west-1.amazonaws.com/id/ANOTHER';
    const { folder } = mapOf({
      resources: {
        One: role('one', [trusting('payments:api'), trusting('payments:api', 'other')]),
        Two: role('two', [trusting('payments:api')]),
        Three: role('three', [trusting('payments:api', 'sts.amazonaws.com', other)]),
      },
    });
    const { counts } = JSON.parse(cli('report', join(folder, 'cdk.out'), '--format', 'json').stdout);
    expect(counts).toMatchObject({ clusters: 2, serviceAccounts: 2, serviceAccountPatterns: 0, roles: 3 });
  });
});

describe('identity providers that are not clusters', () => {
  test('are apart in every format', () => {
    expect(json.otherIdentities).toEqual([
      {
        provider: 'GitHub Actions',
        issuer: GITHUB,
        subjects: ['repo:org/app:ref:refs/heads/main'],
        role: arnOf('deploy'),
        statement: 0,
      },
      { provider: 'GitHub Actions', issuer: GITHUB, subjects: [], role: arnOf('deploy-all'), statement: 0 },
    ]);
    expect(json.clusters.map(({ id }: any) => id)).not.toContain(GITHUB);
    expect(json.access.filter(({ role: arn }: any) => /deploy/.test(arn))).toEqual([]);
    for (const format of ['csv', 'markdown', 'mermaid']) expect(report(format).stdout).not.toMatch(/github|deploy/i);
  });

  test('and a change of them is one of the trust policy', () => {
    const old = join(directory, 'old.json');
    writeFileSync(old, JSON.stringify(json));
    const { folder } = mapOf({
      ...FILES, resources: { ...FILES.resources, Deploy: role('deploy', [github('repo:org/*')], may(allow('*', '*'))) },
    });
    const { stdout } = cli('report', join(folder, 'cdk.out'), '--manifests', join(folder, 'sa.yaml'), '--diff', old);
    expect(stdout).toContain('| **changed** | `deploy` | the trust policy changes a statement about `arn:');
    expect(stdout).not.toContain('*/*');
  });
});

test('a role of another app is on the map', () => {
  expect(json.access).toContainEqual({
    cluster: '⟨not in the input⟩',
    namespace: 'other',
    serviceAccount: '=cmd',
    audience: 'sts.amazonaws.com',
    via: 'irsa',
    role: arnOf('elsewhere'),
    used: true,
  });
});

describe('origin', () => {
  const originOf = (...args: string[]) => {
    const { tool, input: read, stacks, accounts } = JSON.parse(cli('report', ...args, '--format', 'json').stdout);
    return { tool, input: read, stacks, accounts };
  };

  test('is in JSON and on the page', () => {
    const origin = originOf(...input.args);
    expect(origin).toEqual({
      tool: { name: 'cdk-irsa', version: '1.2.3' },
      input: { files: 3, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      stacks: [{ name: 'Stack', account: ACCOUNT, region: 'eu-west-1' }],
      accounts: [ACCOUNT],
    });
    expect(report('html').stdout).toContain(
      `cdk-irsa 1.2.3; 1 stack: Stack; 1 account: ${ACCOUNT}; 3 files with digest ${origin.input.digest}`,
    );
  });

  test('has a digest that is the same wherever the files are', () => {
    const { digest } = originOf(...input.args).input;
    const copy = join(directory, 'elsewhere');
    cpSync(input.folder, copy, { recursive: true });
    expect(originOf(join(copy, 'cdk.out'), '--manifests', join(copy, 'sa.yaml')).input.digest).toBe(digest);
    const from = relative(process.cwd(), copy);
    expect(originOf(`./${from}/cdk.out/`, '--manifests', `${from}/sa.yaml`).input.digest).toBe(digest);
    writeFileSync(join(copy, 'sa.yaml'), '# another\n', { flag: 'a' });
    expect(originOf(join(copy, 'cdk.out'), '--manifests', join(copy, 'sa.yaml')).input.digest).not.toBe(digest);
  });

  test('has a digest that covers what the app recorded, and wrote outside the assembly', () => {
    const text = `# Generated by cdk-irsa. Do not edit; change the CDK app instead.\n${FILES.manifests!['sa.yaml']}`;
    const { folder } = mapOf({
      ...FILES,
      manifests: {},
      record: {
        version: 1,
        workingDirectory: '..',
        files: [{ kind: 'manifests', path: 'gitops/sa.yaml', text, written: true }],
        serviceAccounts: [],
      },
      beside: { 'gitops/sa.yaml': text },
    });
    const read = () => originOf(join(folder, 'cdk.out')).input;
    const first = read();
    expect(first.files).toBe(4); // manifest.json, template, record, and the file that was written
    writeFileSync(join(folder, 'gitops/sa.yaml'), '# another\n', { flag: 'a' });
    const second = read();
    writeFileSync(join(folder, 'cdk.out/Stack.cdk-irsa.json'), ' ', { flag: 'a' });
    expect(new Set([first, second, read()].map(({ digest }) => digest)).size).toBe(3);
  });

  test('knows a file that was renamed, and a folder of templates', () => {
    const folder = join(directory, 'templates');
    mkdirSync(join(folder, 'inner'), { recursive: true });
    const template = JSON.stringify({ Resources: { Role: role('api', [trusting()]) } });
    writeFileSync(join(folder, 'a.json'), template);
    const alone = originOf(folder);
    expect(alone.input).toEqual(originOf(join(folder, 'a.json')).input);
    expect(alone.stacks).toEqual([{ name: 'a', account: '⟨AWS::AccountId⟩', region: '⟨AWS::Region⟩' }]);
    writeFileSync(join(folder, 'inner', 'a.json'), template);
    expect(originOf(folder).input.files).toBe(2);
    expect(originOf(folder).input.digest).not.toBe(alone.input.digest);
  });
});

test('what cannot be read is in JSON and on the page', () => {
  const broken = join(directory, 'broken.yaml');
  writeFileSync(broken, 'apiVersion: v1\nkind: [');
  const { code, stdout } = cli('report', input.args[0], broken, '--format', 'json');
  expect([code, JSON.parse(stdout).unreadable]).toEqual([2, [expect.stringContaining('broken.yaml')]]);
  const page = cli('report', input.args[0], broken, '--format', 'html').stdout;
  expect(page).toMatch(/<h2>Not in this report<\/h2>[^]*broken\.yaml/);
});
