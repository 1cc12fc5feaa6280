import { access, ACCOUNT, arn, finding, HOSTILE, hostileMap, mapOf, role, serviceAccount, THREE } from './sample';
import { parseReportData, reportData } from '../../../src/cli/report/report-data';
import { jsonText } from '../../../src/cli/text';

const reversed = <T>(items: readonly T[]) => [...items].reverse();

test('the same map in another order is the same report, byte for byte', () => {
  const findings = [
    finding(),
    finding({ severity: 'note' }),
    finding({ rule: 'a', place: { file: 'a.yaml', line: 10 } }),
    finding({ rule: 'a', place: { file: 'a.yaml', line: 9 } }),
  ];
  const other = mapOf({
    ...THREE,
    clusters: reversed(THREE.clusters),
    roles: reversed(THREE.roles).map(one => ({ ...one, policies: reversed(one.policies) })),
    serviceAccounts: reversed(THREE.serviceAccounts),
    access: reversed(THREE.access),
  });
  const text = jsonText(reportData(THREE, findings), 2);
  expect(jsonText(reportData(other, reversed(findings)), 2)).toBe(text);
  expect(JSON.parse(text).findings.map(({ severity, rule, place }: any) => [severity, rule, place.line])).toEqual([
    ['error', 'a', 9],
    ['error', 'a', 10],
    ['error', 'missing-audience', undefined],
    ['note', 'missing-audience', undefined],
  ]);
});

test('its lists, in order', () => {
  const data = reportData(THREE, []);
  expect(Object.keys(data)).toEqual([
    'schemaVersion',
    'tool',
    'input',
    'stacks',
    'accounts',
    'counts',
    'unreadable',
    'skipped',
    'findings',
    'clusters',
    'providers',
    'serviceAccounts',
    'associations',
    'addons',
    'workloads',
    'access',
    'reachScope',
    'principals',
    'reaches',
    'unknownReaches',
    'guards',
    'otherPolicies',
    'bypasses',
    'otherIdentities',
    'roles',
    'constructPaths',
  ]);
  expect(data.access.map(({ namespace, serviceAccount: name }) => `${namespace}/${name}`)).toEqual([
    'batch/*',
    'payments/api',
    'payments/worker',
  ]);
  expect(data.roles.map(({ name }) => name)).toEqual(['batch', 'ops', 'payments-api', 'payments-worker']);
  expect(data.roles[0].policies.map(({ kind }) => kind)).toEqual(['inline', 'managed']);
});

test('what is inside pods stays out: it can be secret', () => {
  const text = jsonText(reportData(THREE, []), 2);
  expect(text).toContain('"Deployment"');
  expect(text).not.toMatch(/hunter2|PASSWORD|spec/);
});

test.each<[number, string]>(HOSTILE.map((text, index) => [index, text]))(
  'hostile text %i is read back as it was, and nothing of it reaches a terminal',
  (_, text) => {
    const data = reportData(hostileMap(text), [finding({ message: text })]);
    const json = jsonText(data, 2);
    expect(JSON.parse(json)).toEqual(data);
    expect(json).not.toMatch(
      /[\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029]|[\u0000-\u0009\u000b-\u001f]/,
    );
    expect(parseReportData(json)).toEqual(data);
  },
);

const VALID = JSON.parse(
  jsonText(
    reportData(
      mapOf({
        roles: [role('a', [])],
        access: [access('a', 'b', 'a')],
        serviceAccounts: [serviceAccount('a', 'b', 'a')],
      }),
      [],
    ),
  ),
);

test.each<[string, unknown, string]>([
  ['no JSON', undefined, 'is not valid JSON. Create it with cdk-irsa report --format json'],
  ['a list', [], 'is not a report. Create one with cdk-irsa report --format json'],
  ['null', null, 'is not a report. Create one with cdk-irsa report --format json'],
  ['something else', { a: 1 }, 'is not a report. Create one with cdk-irsa report --format json'],
  [
    'another version',
    { ...VALID, schemaVersion: 2 },
    'has schemaVersion 2, but only 1 is supported. Create both reports with the same version of cdk-irsa',
  ],
  [
    'no access',
    { ...VALID, access: {} },
    'is not a valid report: `access` must be a list. Create it again with cdk-irsa report --format json',
  ],
  [
    'no roles',
    { ...VALID, roles: undefined },
    'is not a valid report: `roles` must be a list. Create it again with cdk-irsa report --format json',
  ],
  [
    'access to nothing',
    { ...VALID, access: [null] },
    'is not a valid report: `access[0]` must be an object. Create it again with cdk-irsa report --format json',
  ],
  [
    'a role without a name',
    { ...VALID, roles: [{ arn: arn('a') }] },
    'is not a valid report: `roles[0].name` must be a string. Create it again with cdk-irsa report --format json',
  ],
  [
    'a role without policies',
    { ...VALID, roles: [{ arn: arn('a'), name: ACCOUNT }] },
    'is not a valid report: `roles[0].policies` must be a list. Create it again with cdk-irsa report --format json',
  ],
  [
    'a policy without a kind',
    { ...VALID, roles: [{ ...VALID.roles[0], policies: [{ name: 'a' }] }] },
    'is not a valid report: `roles[0].policies[0].kind` must be a string. '
      + 'Create it again with cdk-irsa report --format json',
  ],
])('%s is no report', (_, value, message) => {
  expect(() => parseReportData(value === undefined ? '{' : JSON.stringify(value))).toThrow(new Error(message));
});
