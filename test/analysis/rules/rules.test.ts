import * as fc from 'fast-check';
import { CASES } from './cases';
import { OTHER_ISSUERS, trustingOther } from './identity-provider-cases';
import { annotated, arnOf, association, Case, Files, mapOf, placeText, pod, role, trusting } from './support';
import { RULES } from '../../../src/analysis/rules';
import { counts, findingsOf, Severity } from '../../../src/analysis/rules/rule';
import { ISSUER, PROVIDER_ARN } from '../../support';

const ruleOf = (id: string) => RULES.find(rule => rule.id === id)!;

describe.each(RULES.map(({ id }) => id))('%s', id => {
  const cases = CASES.filter(({ rule }) => rule === id);
  const [firing, silent] = [
    cases.filter(({ expected }) => expected.length > 0),
    cases.filter(({ expected }) => expected.length === 0),
  ];

  test('has cases of both kinds', () => {
    expect(firing).not.toEqual([]);
    expect(silent).not.toEqual([]);
  });

  test.each(firing.map(one => [one.name, one] as const))('finds: %s', (_, one) => {
    expect(found(one)).toEqual(
      one.expected.map(({ severity = ruleOf(id).severity, at, ...rest }) =>
        ({ severity, at: withoutColumn(at), ...rest })),
    );
    // Nothing is told twice.
    const told = findingsOf(RULES, mapOf(one).map).filter(counts).map(({ rule }) => rule);
    expect(new Set(told.filter(rule => rule !== id))).toEqual(new Set(one.also));
  });

  if (silent.length > 0) {
    test.each(silent.map(one => [one.name, one] as const))('does not find: %s', (_, one) => {
      expect(found(one)).toEqual([]);
    });
  }
});

/** Objects of cases are JSON in one line; kubernetes.test.ts is about columns. */
function withoutColumn(at: unknown): unknown {
  return typeof at !== 'string' ? at : at.replace(/(:\d+):\d+$/, '$1');
}

function found(one: Case): object[] {
  const { map, folder } = mapOf(one);
  return findingsOf([ruleOf(one.rule)], map).map(({ severity, message, fix, place, others }) => ({
    severity,
    message,
    fix,
    at: withoutColumn(placeText(place, folder)),
    ...(others && { others: others.map(other => placeText(other, folder)) }),
  }));
}

test('every case is of a rule', () => {
  expect(CASES.map(({ rule }) => rule).filter(id => !ruleOf(id))).toEqual([]);
});

test.each(OTHER_ISSUERS)('no advice about clusters for %s', issuer => {
  const like = (sub: string) => ({ StringLike: { [`${issuer}:sub`]: sub } });
  const conditions = [undefined, like('*'), like('*x'), like('s*'), { StringEquals: { [`${issuer}:sub`]: '*' } }];
  for (const condition of conditions) {
    const { map } = mapOf(trustingOther(issuer, condition));
    const words = findingsOf(RULES, map).map(({ message, fix }) => `${message} ${fix}`);
    expect(words.filter(text => /system:serviceaccount|ServiceAccount|ClusterOidc|cluster|pods|manifest/.test(text)))
      .toEqual([]);
  }
});

test('a rule is switched off for a resource, and everywhere, with a reason', () => {
  const Metadata = {
    cdk_irsa: {
      rules_to_suppress: [{ id: 'wildcard-namespace', reason: 'only the CI system makes them' }, { id: 'missing-aud' }],
    },
  };
  const open = { ...trusting(), Condition: { StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:ci-*:runner' } } };
  const { map } = mapOf({
    resources: { Role: { ...role('runners', [open]), Metadata }, Other: role('others', [open]) },
  });
  const told = (ignored?: ReadonlyMap<string, string>) =>
    findingsOf(RULES, map, ignored)
      .filter(({ severity }) => severity !== 'note')
      .map(({ rule, place: { logicalId }, suppressed }) => [rule, logicalId, suppressed]);
  expect(told()).toEqual([
    ['missing-aud', 'Role', undefined],
    ['missing-aud', 'Other', undefined],
    ['wildcard-namespace', 'Role', 'only the CI system makes them'],
    ['wildcard-namespace', 'Other', undefined],
  ]);
  expect(told(new Map([['missing-aud', 'not yet']])).filter(([rule]) => rule === 'missing-aud')).toEqual([
    ['missing-aud', 'Role', 'not yet'],
    ['missing-aud', 'Other', 'not yet'],
  ]);
});

test('ids are kebab-case, and each is one rule\'s', () => {
  const ids = RULES.map(({ id }) => id);
  expect(ids.filter(id => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('errors come first, then warnings', () => {
  const order: Severity[] = ['error', 'warning', 'note'];
  const ranks = RULES.map(({ severity }) => order.indexOf(severity));
  expect(ranks).toEqual([...ranks].sort());
});

test.each(['constructor', '__proto__'])('a condition may have the key %s', key => {
  const Condition = { StringEquals: JSON.parse(`{"${key}":"x"}`) };
  const { map } = mapOf({ resources: { Role: role('api', [{ ...trusting(), Condition }]) } });
  expect(findingsOf(RULES, map).map(({ rule }) => rule)).toContain('missing-sub');
});

test('nothing in a template or a manifest makes a rule fail', () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const statement = fc.record(
    {
      Effect: fc.constantFrom('Allow', 'Deny', 7),
      Action: fc.oneof(fc.constantFrom('sts:*', 'sts:AssumeRole', 'iam:PassRole', '*'), json),
      Principal: fc.oneof(
        fc.constantFrom(
          '*',
          { Federated: PROVIDER_ARN },
          { AWS: '111122223333' },
          { Service: 'pods.eks.amazonaws.com' },
        ),
        json,
      ),
      NotPrincipal: json,
      Resource: fc.oneof(fc.constant('*'), json),
      Condition: fc.oneof(fc.record({ StringLike: fc.oneof(fc.record({ [`${ISSUER}:sub`]: json }), json) }), json),
    },
    { requiredKeys: ['Effect'] },
  );
  const statements = fc.oneof(fc.array(statement, { maxLength: 3 }), statement, json);
  const security = fc.oneof(fc.record({ runAsUser: json, runAsNonRoot: json }), json);
  const spec = fc.record({
    containers: fc.array(fc.oneof(fc.record({ name: json, securityContext: security }), json)),
    initContainers: json,
    securityContext: security,
    serviceAccountName: fc.constantFrom('api', 'default', '', 7),
    os: json,
    nodeSelector: json,
  }, { requiredKeys: ['containers'] });
  fc.assert(fc.property(statements, statements, json, spec, (trusted, allowed, annotation, podSpec) => {
    const Policies = [{ PolicyName: 'inline', PolicyDocument: { Statement: allowed } }];
    const { map } = mapOf({
      resources: {
        Role: role('api', trusted, { Policies }),
        Good: role('good', [trusting()], { Policies }),
        Association: association(arnOf('api')),
      },
      manifests: {
        'sa.yaml': annotated('payments/api', arnOf('api')) + annotated('payments/default', annotation as any),
        'pod.yaml': pod('payments/main', podSpec),
      },
    });
    for (const { message, fix, place } of findingsOf(RULES, map)) {
      expect([typeof message, typeof fix, typeof place.file]).toEqual(['string', 'string', 'string']);
    }
  }), { numRuns: 300 });
});

test('takes as long as there is to look at, with many roles, and many service accounts of one role', () => {
  const [few, many] = [250, 1000].map(count => {
    const { map } = mapOf(manyRoles(count));
    const seconds = [1, 2, 3].map(() => {
      const begin = process.cpuUsage();
      const findings = findingsOf(RULES, { ...map }); // a map of its own: some answers are kept
      expect(findings.filter(({ rule }) => rule === 'role-does-not-trust')).toHaveLength(count);
      return process.cpuUsage(begin).user;
    });
    return Math.min(...seconds);
  });
  expect(many / few).toBeLessThan(8); // 16, if each looked at all others
});

/** Roles with a service account and a pod of their own, and one that does not trust all who want it. */
function manyRoles(count: number): Files {
  const names = Array.from({ length: count }, (_, index) => `api-${index}`);
  const roles = Object.fromEntries(
    names.map((name, index) => [`Role${index}`, role(name, [trusting(`payments:${name}`)])]),
  );
  const text = names
    .map(name =>
      [
        annotated(`payments/${name}`, arnOf(name)),
        annotated(`payments/${name}`, arnOf('one')),
        pod(`payments/${name}`, { serviceAccountName: name }),
      ].join(''),
    )
    .join('');
  return { resources: { ...roles, One: role('one', [trusting('payments:other')]) }, manifests: { 'sa.yaml': text } };
}
