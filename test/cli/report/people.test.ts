/**
 * Who can act as the service accounts, from templates and manifests, in every format of `report` and `who-can`.
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import { arnOf, Files, mapOf, role, trusting } from '../../analysis/rules/support';
import { cli, directory, onTerminal } from '../support';

const may = (Action: string, Resource: string) =>
  ({ Policies: [{ PolicyName: 'P', PolicyDocument: { Statement: { Effect: 'Allow', Action, Resource } } }] });
const RECEIPTS = 'arn:aws:s3:::receipts/key';

const RBAC = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: dev, namespace: payments }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects:
  - { apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: tokens, namespace: payments }
rules: [{ apiGroups: [""], resources: [serviceaccounts/token], verbs: [create], resourceNames: [api] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: eve, namespace: payments }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: tokens }
subjects:
  - { apiGroup: rbac.authorization.k8s.io, kind: User, name: "=eve|\`@example.com" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: lost, namespace: payments }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: missing }
subjects:
  - { apiGroup: rbac.authorization.k8s.io, kind: Group, name: lost }
`;
const FILES: Files = {
  resources: {
    Api: role('api', [trusting('payments:api')], may('s3:PutObject', 'arn:aws:s3:::receipts/*')),
    Worker: role('worker', [trusting('payments:worker')], may('sqs:SendMessage', '*')),
    Other: role('other', [trusting('other:other')], may('s3:PutObject', '*')),
  },
};
const inputOf = (rbac?: string) => {
  const { folder } = mapOf({ ...FILES, manifests: rbac === undefined ? {} : { 'rbac.yaml': rbac } });
  return [join(folder, 'cdk.out'), ...rbac === undefined ? [] : ['--manifests', join(folder, 'rbac.yaml')]];
};
const INPUT = inputOf(RBAC);
const report = (format: string, input = INPUT) => cli('report', ...input, '--format', format);
const whoCan = (format: string, input = INPUT) =>
  cli('who-can', 's3:PutObject', RECEIPTS, ...input, '--format', format);
const BINDING = 'RoleBinding payments/dev (ClusterRole edit)';
const PARTIAL = 'This does not cover RBAC and access entries of the cluster that are not in the input.';
const NOT_READ = 'It is unknown who can act as the service accounts through Kubernetes: the input contains no '
  + 'RBAC or access entries.';
const flat = (text: string) => text.replace(/\s+/g, ' ');

test('the table names people, their rights, what gives them, service accounts and roles', () => {
  const { code, stdout } = report('text');
  expect(code).toBe(0);
  expect(stdout).toContain('\nWho can act as these service accounts through Kubernetes\n  WHO ');
  const text = flat(stdout);
  expect(text).toMatch(/group dev create pods in payments payments\/api \(api\) \(RoleBinding payments\/dev/);
  expect(text).toMatch(/user =eve\|`@example\.com create/);
  expect(text).toContain(PARTIAL);
  expect(text).toMatch(/Who may act as these service accounts \(RBAC is inconclusive\) WHO WHY .*group lost/);
  expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
});

test.each([80, 120])('in a terminal of %i columns', columns => {
  // eslint-disable-next-line no-control-regex
  const lines = onTerminal(columns, 'report', ...INPUT).replace(/\u001b\[\d+m/g, '').split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(columns);
});

test('CSV has a row for each actor of a service account, and one for what is unknown', () => {
  const [head, ...rows] = report('csv').stdout.trimEnd().split('\r\n');
  expect(head).toMatch(/,used,permissions,actor_kind,actor,right,granted_by,confidence,closed_by$/);
  expect(rows.filter(row => /,,,,,,$/.test(row))).toHaveLength(3);
  expect(rows.filter(row => row.includes(`,Group,dev,create pods in payments,${BINDING},certain,`))).toHaveLength(2);
  expect(rows.filter(row => row.includes(',User,\'=eve|`@example.com,create serviceaccounts/token in payments,')))
    .toEqual([expect.stringContaining(',payments,api,')]);
  expect(rows[rows.length - 1]).toMatch(/,Group,lost,.*missing.*,,unknown,$/);
});

test('Markdown has them in code', () => {
  const { stdout } = report('markdown');
  expect(stdout)
    .toContain('### Who can act as these service accounts through Kubernetes\n\n| who | by | as: role | confidence '
        + '|\n');
  expect(stdout).toContain(`| \`group dev\` | \`create pods in payments (${BINDING})\``);
  expect(stdout).toContain('`user =eve\\u007c\\u0060@example.com`');
  expect(stdout).toContain(PARTIAL);
});

test('Mermaid has a box for those who reach the same', () => {
  const { stdout } = report('mermaid');
  expect(stdout).toContain(`\n%% ${PARTIAL}\n`);
  const [, dev] = /(actor\d+)\[\/"group dev"\/\]/.exec(stdout)!;
  const boxOf = (name: string) => new RegExp(`(account\\d+)\\["${name}"\\]`).exec(stdout)![1];
  expect(stdout).toContain(`  ${dev} --> ${boxOf('payments/api')}\n`);
  expect(stdout).toContain(`  ${dev} --> ${boxOf('payments/worker')}\n`);
  expect(stdout).not.toMatch(new RegExp(`--> ${boxOf('other/other')}\n`));
  expect(stdout).toContain('["unknown: group lost"]');
});

test('JSON says once what is the same for many', () => {
  const { reachScope, reaches, unknownReaches } = JSON.parse(report('json').stdout);
  expect(reachScope).toBe('input');
  const byDev = reaches.filter(({ by }: any) => by.some(({ actors }: any) => actors[0].name === 'dev'));
  expect(byDev.map(({ serviceAccounts }: any) => serviceAccounts)).toEqual([['payments/api', 'payments/worker']]);
  const [{ ways: [best] }] = byDev[0].by;
  expect(best).toEqual({
    confidence: 'certain',
    steps: [{
      path: 'create-pods',
      right: 'create pods in payments',
      grantedBy: [BINDING],
      places: [expect.objectContaining({ line: 1, file: expect.stringMatching(/rbac\.yaml$/) })],
    }],
  });
  expect(unknownReaches).toEqual([expect.objectContaining({ actor: { kind: 'Group', name: 'lost' } })]);
});

test('the page has them, with and without a script', () => {
  const { stdout } = report('html');
  expect(stdout).toContain('<h2>Who can act as these service accounts through Kubernetes</h2>');
  expect(stdout).toContain('<tr><th scope=row>group dev<td>create pods in payments (RoleBinding payments/dev');
  expect(stdout).toContain(PARTIAL);
});

describe('without RBAC', () => {
  const without = inputOf();

  test.each(['text', 'markdown', 'mermaid', 'html'])('%s says so once, and nothing of nobody', format => {
    const text = flat(report(format, without).stdout.replace(/<script>[^]*<\/script>/, ''));
    expect(text.split(NOT_READ)).toHaveLength(2);
    expect(text).not.toContain(PARTIAL);
    expect(text).not.toMatch(/nobody/i);
  });

  test('CSV says it beside the table', () => {
    const { stdout, stderr } = report('csv', without);
    expect(stdout).not.toContain('not known');
    expect(flat(stderr)).toContain(NOT_READ);
  });

  test('JSON has the scope', () => {
    expect(JSON.parse(report('json', without).stdout)).toMatchObject({ reachScope: 'not-read', reaches: [] });
    expect(JSON.parse(whoCan('json', without).stdout)).toMatchObject({ reachScope: 'not-read', whoCanAct: [] });
  });

  test('who-can says so, too', () => {
    expect(flat(whoCan('text', without).stdout)).toContain(NOT_READ);
    expect(flat(whoCan('markdown', without).stdout)).toContain(NOT_READ);
    expect(flat(whoCan('csv', without).stderr)).toContain(NOT_READ);
  });
});

test('RBAC that lets nobody in is not the whole cluster', () => {
  const empty = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: r, namespace: n }\nrules: []';
  const { stdout } = report('text', inputOf(empty));
  expect(flat(stdout)).toContain(
    `Nobody can act as them, according to the RBAC and access entries that were read. ${PARTIAL}`,
  );
});

describe('who-can', () => {
  test('the table names people of the service accounts that can, and no others', () => {
    const { code, stdout } = whoCan('text');
    expect(code).toBe(0);
    const text = flat(stdout);
    expect(text).toMatch(/WHO BY AS \(ROLE\) group dev create pods in payments payments\/api \(api\)/);
    expect(text).not.toContain('payments/worker');
    expect(text).toContain('2 ways from a service account to s3:PutObject on arn:aws:s3:::receipts/key. '
      + 'Through Kubernetes, 2 others can act as such a service account.');
  });

  test('JSON, CSV and Markdown do', () => {
    const { whoCanAct, unknownReaches, reachScope } = JSON.parse(whoCan('json').stdout);
    expect(whoCanAct).toContainEqual({
      actors: [{ kind: 'Group', name: 'dev' }],
      ways: expect.arrayContaining([expect.objectContaining({ confidence: 'certain' })]),
      serviceAccounts: [{ serviceAccount: 'payments/api', roles: [arnOf('api')] }],
      cluster: expect.any(String),
    });
    expect([unknownReaches.length, reachScope]).toEqual([1, 'input']);
    const rows = whoCan('csv').stdout.trimEnd().split('\r\n');
    expect(rows[0]).toMatch(/,answer,because_of,actor_kind,actor,right,granted_by,confidence,closed_by$/);
    expect(rows.filter(row => row.includes(',Group,dev,create pods in payments,'))).toHaveLength(1);
    expect(whoCan('markdown').stdout).toContain(`| \`group dev\` | \`create pods in payments (${BINDING})\``);
  });

  test('nobody is nobody, whoever can act as whom', () => {
    const { code, stdout } = cli('who-can', 'ec2:RunInstances', '*', ...INPUT);
    expect([code, stdout]).toEqual([1, 'No service account can do ec2:RunInstances on *.\n']);
  });
});

test('--diff names who gains and who loses, by the binding that came', () => {
  const old = join(directory, 'people-old.json');
  writeFileSync(old, report('json', inputOf(RBAC.replace('name: edit', 'name: view'))).stdout);
  const { code, stdout } = cli('report', ...INPUT, '--diff', old);
  expect(code).toBe(0);
  expect(stdout).toContain(
    `| **wider** | \`group dev\` | can now \`create pods in payments (${BINDING})\`, and so reaches `
      + '`api`, `worker` (`s3:PutObject on receipts/*`, `sqs:SendMessage on every resource`) '
      + 'as `payments/api`, `payments/worker` |',
  );
  const same = join(directory, 'people-same.json');
  writeFileSync(same, report('json').stdout);
  expect(cli('report', ...INPUT, '--diff', same).stdout).toContain('### Access: no change\n');
  expect(JSON.parse(cli('report', ...INPUT, '--diff', old, '--format', 'json').stdout).whoCanAct).toHaveLength(1);
});

test('a report whose people cannot be read is no report', () => {
  const old = join(directory, 'people-broken.json');
  const broken = { ...JSON.parse(report('json').stdout), reaches: [{ serviceAccounts: [], by: {} }] };
  writeFileSync(old, JSON.stringify(broken));
  expect(cli('report', ...INPUT, '--diff', old)).toMatchObject({
    code: 2, stderr: expect.stringContaining('is not a valid report: `reaches[0].by` must be a list'),
  });
});
