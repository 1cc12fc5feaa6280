import { readFileSync } from 'fs';
import { join } from 'path';
import { MANIFEST_CASES } from './manifest-cases';
import { POD_CASES } from './pod-cases';
import { POLICY_CASES } from './policy-cases';
import { annotated, arnOf, Case, mapOf, placeText, pod, role, trusting } from './support';
import { TRUST_CASES } from './trust-cases';
import { rulesTable } from '../../../scripts/rules-table';
import { RULES } from '../../../src/analysis/rules';
import { counts, findingsOf, Severity } from '../../../src/analysis/rules/rule';

const CASES = [...TRUST_CASES, ...MANIFEST_CASES, ...POD_CASES, ...POLICY_CASES];
const ruleOf = (id: string) => RULES.find(rule => rule.id === id)!;

describe.each(RULES.map(({ id }) => id))('%s', id => {
  const cases = CASES.filter(({ rule }) => rule === id);
  const [firing, silent] = [cases.filter(({ expected }) => expected.length > 0), cases.filter(({ expected }) => expected.length === 0)];

  test('has cases of both kinds', () => {
    expect(firing).not.toEqual([]);
    expect(silent).not.toEqual([]);
  });

  test.each(firing.map(one => [one.name, one] as const))('finds: %s', (_, one) => {
    expect(found(one)).toEqual(one.expected.map(({ severity = ruleOf(id).severity, ...rest }) => ({ severity, ...rest })));
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

function found(one: Case): object[] {
  const { map, folder } = mapOf(one);
  return findingsOf([ruleOf(one.rule)], map).map(({ severity, message, fix, place, others }) =>
    ({ severity, message, fix, at: placeText(place, folder), ...others && { others: others.map(other => placeText(other, folder)) } }));
}

test('every case is of a rule', () => {
  expect(CASES.map(({ rule }) => rule).filter(id => !ruleOf(id))).toEqual([]);
});

test('ids are kebab-case, and each is one rule\'s', () => {
  const ids = RULES.map(({ id }) => id);
  expect(ids.filter(id => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('errors come first, then warnings', () => {
  const order: Severity[] = ['error', 'warning', 'info'];
  const ranks = RULES.map(({ severity }) => order.indexOf(severity));
  expect(ranks).toEqual([...ranks].sort());
});

test('the README has the table that the code makes', () => {
  expect(readFileSync(join(__dirname, '..', '..', '..', 'README.md'), 'utf8')).toContain(`<!-- rules -->\n\n${rulesTable()}\n<!-- /rules -->`);
});

test('is quick with many roles, and with many service accounts of one role', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `api-${index}`);
  const roles = Object.fromEntries(names.map((name, index) => [`Role${index}`, role(name, [trusting(`payments:${name}`)])]));
  const one = role('one', [trusting('payments:*')]);
  const text = names.map(name => annotated(`payments/${name}`, arnOf(name)) + annotated(`payments/${name}`, arnOf('one')) + pod(`payments/${name}`, { serviceAccountName: name })).join('');
  const { map } = mapOf({ resources: { ...roles, One: one }, manifests: { 'sa.yaml': text } });
  const begin = process.cpuUsage();
  const findings = findingsOf(RULES, map);
  const { user } = process.cpuUsage(begin);
  expect(findings.filter(({ rule }) => rule === 'repeated-service-account')).toHaveLength(1000);
  expect(user / 1e6).toBeLessThan(1);
});
