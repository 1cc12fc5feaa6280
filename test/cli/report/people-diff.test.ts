import { access, actor, allow, DEV, EVE, guardOf, mapOf, OPS, policy, reach, role, way } from './sample';
import { AccessMap } from '../../../src/analysis/access-map';
import { Reach, ReachWay, UnknownReach } from '../../../src/analysis/cluster-access';
import { accessDiff } from '../../../src/cli/report/diff';
import { diffMarkdown } from '../../../src/cli/report/diff-markdown';
import { reportData } from '../../../src/cli/report/report-data';

const rowsIn = (before: AccessMap, after: AccessMap) =>
  diffMarkdown(accessDiff(reportData(before, []), reportData(after, [])))
    .split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| access')).map(line => line.slice(2, -2));

const CREATE = way('create pods in payments', 'RoleBinding payments/dev (ClusterRole edit)');
const EXEC = way('create pods/exec in payments', 'RoleBinding payments/dev (ClusterRole edit)');
const LOW = way('create pods/attach in payments', 'RoleBinding payments/dev (Role attach)', { confidence: 'low' });
const closed = (of: ReachWay): ReachWay => ({ ...of, closedBy: ['payments-use'] });
const UNKNOWN: UnknownReach = { actor: EVE, reason: 'a controller of x.io may run pods in payments', places: [] };

/** Roles of payments/api and payments/worker, and who can act as them. */
const withReaches = (reaches: Reach[], unknownReaches: UnknownReach[] = [], accounts = ['api', 'worker']) => mapOf({
  roles: accounts.map(name => role(name, [], [policy('P', allow('s3:PutObject', `arn:aws:s3:::${name}/*`))])),
  access: accounts.map(name => access('payments', name, name)),
  reaches,
  unknownReaches,
  // So that RBAC was read, whatever it gives.
  rbac: {
    roles: [{ kind: 'ClusterRole', name: 'nothing', rules: [], labels: {}, place: { file: 'rbac.yaml' } }],
    bindings: [],
    unknown: [],
  },
});
const NOBODY = withReaches([]);
const api = (ways: ReachWay[], of = DEV) => reach(of, 'payments/api', ways);
const worker = (ways: ReachWay[], of = DEV) => reach(of, 'payments/worker', ways);
const MAY = '`api` (`s3:PutObject on api/*`) as `payments/api`';
const CREATED = '`create pods in payments (RoleBinding payments/dev (ClusterRole edit))`';

test.each<[string, AccessMap, AccessMap, string[]]>([
  ['nothing', NOBODY, NOBODY, []],
  ['the same people', withReaches([api([CREATE])]), withReaches([api([CREATE])]), []],
  [
    'a right more',
    NOBODY,
    withReaches([api([CREATE])]),
    [`**wider** | \`group dev\` | can now ${CREATED}, and so reaches ${MAY}`],
  ],
  [
    'a right less',
    withReaches([api([CREATE])]),
    NOBODY,
    [`narrower | \`group dev\` | can no longer ${CREATED}, and so no longer reaches ${MAY}`],
  ],
  [
    'the same for several actors and service accounts',
    NOBODY,
    withReaches([api([CREATE]), worker([CREATE]), api([CREATE], OPS), worker([CREATE], OPS)]),
    [
      `**wider** | \`group dev\`, \`IAM role ops of 111122223333\` | can now ${CREATED}, and so reaches `
      + '`api`, `worker` (`s3:PutObject on api/*`, `s3:PutObject on worker/*`) as `payments/api`, `payments/worker`',
    ],
  ],
  [
    'others, by bindings of their own',
    NOBODY,
    withReaches([api([CREATE]), api([way('create pods in payments', 'RoleBinding payments/eve (Role a)')], EVE)]),
    [
      `**wider** | \`group dev\` | can now ${CREATED}, and so reaches ${MAY}`,
      '**wider** | `user eve` | can now `create pods in payments (RoleBinding payments/eve (Role a))`, and so reaches '
      + MAY,
    ],
  ],
  ['a way more that is not better', withReaches([api([CREATE])]), withReaches([api([CREATE, EXEC])]), []],
  ['the same right by another binding', withReaches([api([CREATE])]), withReaches([
    api([way('create pods in payments', 'RoleBinding payments/other (ClusterRole edit)')]),
  ]), []],
  [
    'a better way',
    withReaches([api([LOW])]),
    withReaches([api([CREATE, LOW])]),
    [`**wider** | \`group dev\` | can now ${CREATED}, and so reaches ${MAY}`],
  ],
  [
    'the better way less',
    withReaches([api([CREATE, LOW])]),
    withReaches([api([LOW])]),
    [`narrower | \`group dev\` | can no longer ${CREATED}; also reaches ${MAY} in another way`],
  ],
  [
    'a way that is not certain',
    NOBODY,
    withReaches([api([LOW])]),
    [
      '**wider** | `group dev` | can now `create pods/attach in payments (RoleBinding payments/dev (Role attach))` '
      + `(confidence: low), and so reaches ${MAY}`,
    ],
  ],
  ['a right that a policy refuses', NOBODY, withReaches([api([closed(CREATE)])]), []],
  ['such a right less', withReaches([api([closed(CREATE)])]), NOBODY, []],
  [
    'the policy less, or one that only warns',
    withReaches([api([closed(CREATE)])]),
    withReaches([api([CREATE])]),
    [`**wider** | \`group dev\` | no longer denied by \`payments-use\`: ${CREATED}, and so reaches ${MAY}`],
  ],
  [
    'the policy more',
    withReaches([api([CREATE])]),
    withReaches([api([closed(CREATE)])]),
    [`narrower | \`group dev\` | now denied by \`payments-use\`: ${CREATED}, and so no longer reaches ${MAY}`],
  ],
  [
    'the policy less, beside a way that was open',
    withReaches([api([EXEC, closed(CREATE)])]),
    withReaches([api([CREATE, EXEC])]),
    [
      `**wider** | \`group dev\` | no longer denied by \`payments-use\`: ${CREATED}; also reaches ${MAY} in another `
      + 'way',
    ],
  ],
  [
    'the policy more, beside a way that stays open',
    withReaches([api([CREATE, EXEC])]),
    withReaches([api([EXEC, closed(CREATE)])]),
    [`narrower | \`group dev\` | now denied by \`payments-use\`: ${CREATED}; also reaches ${MAY} in another way`],
  ],
  [
    'something unknown more',
    NOBODY,
    withReaches([], [UNKNOWN]),
    ['**unknown** | `user eve` | may reach service accounts: `a controller of x.io may run pods in payments`'],
  ],
  ['something that was unknown before', withReaches([], [UNKNOWN]), withReaches([], [UNKNOWN]), []],
  ['something unknown less', withReaches([], [UNKNOWN]), NOBODY, []],
  [
    'no RBAC any more',
    withReaches([api([CREATE])]),
    { ...NOBODY, rbac: { roles: [], bindings: [], unknown: [] } },
    ['**changed** |  | Who can act as the service accounts is no longer known, because the input has no RBAC or '
      + 'access entries.'],
  ],
  [
    'RBAC for the first time',
    { ...NOBODY, rbac: { roles: [], bindings: [], unknown: [] } },
    withReaches([api([CREATE])]),
    [
      '**changed** |  | The earlier report does not contain who can act as the service accounts, because its '
      + 'input had no RBAC or access entries.',
      `**wider** | \`group dev\` | can now ${CREATED}, and so reaches ${MAY}`,
    ],
  ],
])('%s', (_, before, after, expected) => {
  expect(rowsIn(before, after)).toEqual(expected);
});

const place = { file: 'guard.yaml' };
const guarded = (map: AccessMap, reason?: string): AccessMap => ({
  ...map,
  ...reason === undefined
    ? { guards: [guardOf('use')] }
    : { otherPolicies: [{ object: 'ValidatingAdmissionPolicy shop-use', reason, place }] },
});
const NOT_READ = mapOf({});
const WARNS = 'its binding shop-use does not deny: Warn, Audit';

test.each<[string, AccessMap, AccessMap, string[]]>([
  ['comes', NOT_READ, guarded(NOT_READ), ['narrower |  | the admission policy `shop-use` now denies requests']],
  ['stays', guarded(NOBODY), guarded(NOBODY), []],
  [
    'goes',
    guarded(NOBODY),
    NOBODY,
    ['**wider** |  | the admission policy `shop-use` no longer denies requests: it is not in the input'],
  ],
  [
    'only warns now',
    guarded(NOT_READ),
    guarded(NOT_READ, WARNS),
    [`**wider** |  | the admission policy \`shop-use\` no longer denies requests: \`${WARNS}\``],
  ],
  ['warned before, too', guarded(NOT_READ, WARNS), guarded(NOT_READ, WARNS), []],
])('an admission policy %s', (_, before, after, expected) => {
  expect(rowsIn(before, after)).toEqual(expected);
});

test('a new service account is one line, whoever can act as it', () => {
  const before = withReaches([api([CREATE])], [], ['api']);
  const after = withReaches([api([CREATE]), worker([CREATE]), worker([CREATE], OPS), worker([closed(CREATE)], EVE)]);
  expect(rowsIn(before, after)).toEqual([
    expect.stringMatching(/^\*\*wider\*\* \| `worker` \| `payments\/worker` can assume it/),
    '**wider** | `worker` | gains `s3:PutObject` on `arn:aws:s3:::worker/*`',
    '**wider** | `group dev`, `IAM role ops of 111122223333` | can act as `payments/worker`, and so reach `worker` '
      + '(`s3:PutObject on worker/*`)',
  ]);
});

test('a report of an older version says nothing about people', () => {
  const { reachScope: _, reaches: __, unknownReaches: ___, ...old } = reportData(NOBODY, []);
  const diff = accessDiff(old as any, reportData(withReaches([api([CREATE])]), []));
  expect(diff.whoCanAct).toEqual([{ kind: 'reach-scope', direction: 'changed', after: 'input' }]);
  expect(diffMarkdown(diff)).toContain('it was created by an older version of cdk-irsa.');
  expect(accessDiff(old as any, reportData(mapOf({}), [])).whoCanAct).toEqual([]);
});

test('the same service account of two clusters is two', () => {
  const [blue, green] = ['oidc.example/blue', 'oidc.example/green'];
  const both = (reaches: Reach[]) => ({
    ...withReaches(reaches), access: [blue, green].map(cluster => access('payments', 'api', 'api', { cluster })),
  });
  const on = (cluster: string) => reach(DEV, 'payments/api', [CREATE], { cluster, clusters: [cluster] });
  expect(rowsIn(both([on(blue)]), both([on(blue), on(green)]))).toHaveLength(1);
  expect(rowsIn(both([on(blue)]), both([on(green)]))).toHaveLength(2);
});

test('JSON has all of it, and the actors by kind and name', () => {
  const diff = accessDiff(reportData(NOBODY, []), reportData(withReaches([api([CREATE], actor('User', '`|'))]), []));
  expect(diff.whoCanAct).toEqual([{
    kind: 'reach',
    direction: 'wider',
    actors: [{ kind: 'User', name: '`|' }],
    way: expect.objectContaining({ confidence: 'certain' }),
    serviceAccounts: ['payments/api'],
    roles: ['arn:aws:iam::111122223333:role/api'],
    permissions: ['s3:PutObject on api/*'],
  }]);
  expect(diffMarkdown(diff)).toContain('`user \\u0060\\u007c`');
});
