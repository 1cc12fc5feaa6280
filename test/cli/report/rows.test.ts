import { access, allow, arn, manyMap, mapOf, policy, role, THREE } from './sample';
import { AccessMap, Role } from '../../../src/analysis/access-map';
import { reportData } from '../../../src/cli/report/report-data';
import { EMPTY, Query, reachOf, rowsOf, search } from '../../../src/cli/report/rows';

const found = (map: AccessMap, query: Partial<Query>) =>
  search(rowsOf(reportData(map, [])), { ...EMPTY, ...query }).map(({ row, reach }) => {
    const who = row.access ? `${row.access.namespace}/${row.access.serviceAccount}` : row.role!.name;
    const statements = reach?.statements.map(({ policy: { name }, index }) => `${name}#${index}`);
    return `${who}${reach ? ` ${reach.verdict} ${statements!.join()}` : ''}`.trim();
  });

test.each<[Partial<Query>, string[]]>([
  [{}, ['batch/*', 'payments/api', 'payments/worker', 'ops']],
  [{ text: 'payments' }, ['payments/api', 'payments/worker']],
  [{ text: '  PAYMENTS  putobject ' }, ['payments/api']],
  [{ text: 'deployment api' }, ['payments/api']],
  [{ text: 'table/Orders' }, ['payments/worker']],
  [{ text: 'AmazonSQS' }, ['batch/*']],
  [{ text: 'nothing like it' }, []],
  [{ namespace: 'pay' }, ['payments/api', 'payments/worker']],
  [{ namespace: 'batch', serviceAccount: 'nightly' }, ['batch/*']],
  [{ serviceAccount: 'api' }, ['batch/*', 'payments/api']],
  [{ role: 'ops' }, ['ops']],
  [{ role: 'PAYMENTS-' }, ['payments/api', 'payments/worker']],
  [
    { action: 's3:PutObject', resource: 'arn:aws:s3:::receipts/a' },
    ['batch/* allow DefaultPolicy#0', 'payments/api allow DefaultPolicy#0', 'ops allow Admin#0'],
  ],
  [
    { action: 'S3:PUTOBJECT', resource: 'arn:aws:s3:::receipts/a', namespace: 'payments' },
    ['payments/api allow DefaultPolicy#0'],
  ],
  [{ action: 's3:DeleteObject', resource: 'arn:aws:s3:::receipts/a' }, ['ops allow Admin#0']], // batch has a Deny
  [
    { action: 'dynamodb:GetItem', resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Orders', role: 'worker' },
    ['payments/worker conditional DefaultPolicy#0'],
  ],
  [
    { action: 'sqs:ReceiveMessage', resource: 'arn:aws:sqs:eu-west-1:111122223333:q' },
    ['batch/* unknown AmazonSQSReadOnlyAccess#0', 'ops allow Admin#0'],
  ],
  [
    { action: 's3:Put*' },
    ['batch/* partly DefaultPolicy#0', 'payments/api partly DefaultPolicy#0', 'ops partly Admin#0'],
  ],
  [
    { resource: 'arn:aws:s3:::receipts' },
    ['batch/* unknown AmazonSQSReadOnlyAccess#0', 'payments/api partly DefaultPolicy#1', 'ops partly Admin#0'],
  ],
  [
    { action: 's3:ListAllMyBuckets', resource: '*' },
    ['batch/* unknown AmazonSQSReadOnlyAccess#0', 'ops allow Admin#0'],
  ],
])('%j', (query, expected) => {
  expect(found(THREE, query)).toEqual(expected);
});

const asked = { action: 's3:GetObject', resource: 'arn:aws:s3:::a/b' };

test.each<[string, Role | undefined, string | undefined]>([
  ['a role that is elsewhere', undefined, 'unknown '],
  [
    'a boundary that lets it',
    role('a', [], [policy('P', allow('s3:*')), { ...policy('B', allow('s3:Get*')), kind: 'boundary' }]),
    'allow P#0 B#0',
  ],
  [
    'a boundary that does not',
    role('a', [], [policy('P', allow('s3:*')), { ...policy('B', allow('sqs:*')), kind: 'boundary' }]),
    undefined,
  ],
  [
    'a boundary that is elsewhere',
    role('a', [], [policy('P', allow('s3:*')), { name: 'B', kind: 'boundary', arn: 'arn:b' }]),
    'conditional P#0 B#0',
  ],
  [
    'a Deny beside a policy that is elsewhere',
    role('a', [], [policy('P', { ...allow('s3:*'), Effect: 'Deny' }), { name: 'M', kind: 'managed', arn: 'arn:m' }]),
    undefined,
  ],
  ['no policy', role('a', []), undefined],
])('%s', (_, one, expected) => {
  const reach = reachOf(one, asked);
  expect(
    reach && `${reach.verdict} ${reach.statements.map(({ policy: { name }, index }) => `${name}#${index}`).join(' ')}`,
  ).toBe(expected);
});

test('a statement that answers comes with its text, one that is elsewhere without', () => {
  expect(reachOf(role('a', [], [policy('P', allow('sqs:*'), allow('s3:*'))]), asked)!.statements).toEqual([
    { policy: expect.objectContaining({ name: 'P' }), index: 1, statement: allow('s3:*') },
  ]);
  expect(reachOf(role('a', [], [{ name: 'M', kind: 'managed' }]), asked)!.statements).toEqual([
    { policy: { name: 'M', kind: 'managed' }, index: 0 },
  ]);
});

test('two statements that let the same service account in are one row', () => {
  const map = mapOf({
    roles: [role('a', [])],
    access: [access('n', 's', 'a'), access('n', 's', 'a', { statement: 1 }), access('n', 's', 'a', { audience: 'b' })],
  });
  expect(rowsOf(reportData(map, []))).toHaveLength(2);
});

test('what runs as a pattern, in a namespace that is one', () => {
  const workload = (namespace: string, serviceAccount: string) => ({
    kind: 'Job',
    name: 'j',
    namespace,
    serviceAccount,
    annotations: {},
    spec: {},
    place: { file: 'a' },
  });
  const map = mapOf({
    access: [access('team-*', 'job-*', 'a')],
    workloads: [workload('team-a', 'job-1'), workload('team-a', 'web'), workload('other', 'job-1')],
  });
  const [row] = rowsOf(reportData(map, []));
  expect(row.workloads.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)).toEqual([
    'team-a/job-1',
  ]);
  expect(row).toMatchObject({ arn: arn('a'), role: undefined });
});

test('thousands are searched while somebody types', () => {
  const rows = rowsOf(reportData(manyMap(3000), []));
  const before = process.cpuUsage();
  expect(search(rows, { ...EMPTY, action: 's3:PutObject', resource: 'arn:aws:s3:::bucket-7/a' })).toHaveLength(4);
  expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
});
