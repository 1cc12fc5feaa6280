import { access, ACCOUNT, actor, CI, DEV, EVE, ISSUER, mapOf, OPS, reach, REACHED, role, way } from './sample';
import { Reach } from '../../../src/analysis/cluster-access';
import { accessTable } from '../../../src/cli/report/access-table';
import { actorNames, peopleRows, wayInWords } from '../../../src/cli/report/people';
import { reportData } from '../../../src/cli/report/report-data';
import { rowsOf } from '../../../src/cli/report/rows';
import { jsonText } from '../../../src/cli/text';

const CREATE = way('create pods in payments', 'RoleBinding payments/dev (ClusterRole edit)');
const EXEC = way('create pods/exec in payments', 'RoleBinding payments/dev (ClusterRole edit)');
const reportOf = (reaches: Reach[]) => reportData(mapOf({
  roles: [role('api', [])], access: [access('payments', 'api', 'api')], reaches,
}), []);
const rowsFor = (reaches: Reach[]) => peopleRows(rowsOf(reportOf(reaches)));

test('what is the same for many service accounts and many actors is there once', () => {
  const names = ['payments/api', 'payments/worker'];
  const { reaches } = reportOf(names.flatMap(name => [DEV, EVE].map(of => reach(of, name, [CREATE, EXEC]))));
  expect(reaches).toEqual([{
    serviceAccounts: names,
    by: [{ actors: [DEV, EVE], ways: [expect.objectContaining({ confidence: 'certain' }), expect.anything()] }],
  }]);
});

test('the same reaches in another order are the same report', () => {
  const text = jsonText(reportData(REACHED, []));
  const other = { ...REACHED, reaches: [...REACHED.reaches].reverse() };
  expect(jsonText(reportData(other, []))).toBe(text);
});

test.each<[string, Partial<Reach>, number]>([
  ['its own cluster', { cluster: ISSUER, clusters: [ISSUER] }, 1],
  ['any cluster', {}, 1],
  ['another cluster', { cluster: 'other', clusters: ['other'] }, 0],
  ['a cluster of several names', { cluster: 'arn', clusters: ['arn', ISSUER] }, 1],
])('who reaches it in %s', (_, more, count) => {
  expect(rowsFor([reach(DEV, 'payments/api', [CREATE], more)])).toHaveLength(count);
});

test('a role of another app is reached in whatever cluster', () => {
  const data = reportData(mapOf({
    serviceAccounts: [{ namespace: 'shop', name: 'x', roleArn: 'arn:r', audience: 'a', place: { file: 'x.yaml' } }],
    reaches: [reach(DEV, 'shop/x', [CREATE], { cluster: 'arn:c', clusters: ['arn:c'] })],
  }), []);
  const serviceAccounts = [{ serviceAccount: 'shop/x', roles: ['arn:r'] }];
  expect(peopleRows(rowsOf(data))).toMatchObject([{ serviceAccounts }]);
});

test('a service account that may be in another cluster is not certain, and it says why', () => {
  const doubt = 'the input does not say whether one is the other';
  const reaches = [reach(DEV, 'payments/api', [CREATE], { clusters: [ISSUER], doubt })];
  expect(rowsFor(reaches)).toMatchObject([{ doubt, ways: [{ confidence: 'unknown' }] }]);
  const text = accessTable(reportOf(reaches), { width: 100, isColored: false });
  expect(text).toContain('confidence: unknown');
  expect(text).toContain(`\nNot certain: ${doubt}.\n`);
});

test('open ways come first, then the more certain ones', () => {
  const closed = { ...CREATE, closedBy: ['shop-use'] };
  const rows = rowsFor([
    reach(EVE, 'payments/api', [closed]),
    reach(CI, 'payments/api', [{ ...EXEC, confidence: 'low' }]),
    reach(DEV, 'payments/api', [closed, EXEC]),
  ]);
  expect(rows.map(({ actors: [{ name }], ways }) => `${name}: ${ways.map(({ steps: [{ right }] }) => right).join()}`))
    .toEqual([
      'dev: create pods/exec in payments,create pods in payments',
      'tools/ci: create pods/exec in payments',
      'eve: create pods in payments',
    ]);
});

test.each([
  [DEV, 'group dev'],
  [EVE, 'user eve'],
  [CI, 'service account tools/ci'],
  [OPS, 'IAM role ops'],
  [actor('IAM principal', `arn:aws:iam::${ACCOUNT}:role/path/ops`), 'IAM role path/ops'],
  [actor('IAM principal', `arn:aws:iam::${ACCOUNT}:user/eve`), 'IAM user eve'],
  [actor('IAM principal', 'arn:aws:iam::444455556666:role/ops'), 'IAM role ops of 444455556666'],
  [actor('IAM principal', 'arn:aws:iam::444455556666:*'), 'IAM account 444455556666'],
  [actor('IAM principal', '⟨deployer of Stack⟩'), 'deployer of Stack'],
  [actor('IAM principal', '⟨Stack/Ops.Arn⟩'), 'Stack/Ops.Arn'],
  [actor('Group', '⟨subjects of RoleBinding a/b⟩'), 'subjects of RoleBinding a/b'],
])('%j is called %s', (of, name) => {
  expect(actorNames({ accounts: [ACCOUNT] })(of)).toBe(name);
});

test.each([
  ['User bob', 'impersonate users (B); as User bob: create pods in x (C)'],
  ['ServiceAccount x/y', 'impersonate users (B); as ServiceAccount x/y: create pods in x (C)'],
  ['ClusterRole admin', 'impersonate users (B); with ClusterRole admin: create pods in x (C)'],
  ['every right', 'impersonate users (B); with every right: create pods in x (C)'],
  ['the admission policies', 'impersonate users (B); then, without these policies: create pods in x (C)'],
])('a way by way of %s', (to, words) => {
  const step = (right: string, grantedBy: string) => ({ path: '', right, grantedBy: [grantedBy], places: [] });
  const steps = [{ ...step('impersonate users', 'B'), to }, step('create pods in x', 'C')];
  expect(wayInWords({ confidence: 'certain', steps })).toBe(words);
});
