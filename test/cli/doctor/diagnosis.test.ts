import { HEALTHY } from './facts';
import { Check, ok, unknown, Verdict, failed } from '../../../src/cli/doctor/check';
import { diagnose } from '../../../src/cli/doctor/diagnosis';
import { diagnosisJson } from '../../../src/cli/doctor/output/diagnosis-json';
import { diagnosisText } from '../../../src/cli/doctor/output/diagnosis-text';

const OK = ok('It is well.');
const WRONG = failed('It is broken.', { evidence: ['seen'], fix: ['mend it'] });
const UNKNOWN = unknown('It was not read.');

function check(id: string, verdict: Verdict | undefined, more: Partial<Check> = {}): Check {
  return { id, title: `the ${id}`, run: () => verdict, ...more };
}

const ids = (checks: readonly Check[]) => {
  const { finding, consequences, others, unknowns, outcome } = diagnose(checks, HEALTHY);
  const idsOf = (all: { readonly id: string }[]) => all.map(({ id }) => id);
  return {
    finding: finding?.id,
    consequences: idsOf(consequences),
    others: idsOf(others),
    unknowns: idsOf(unknowns),
    outcome,
  };
};
const NOTHING = { finding: undefined, consequences: [], others: [], unknowns: [], outcome: 'healthy' };

test('all well is healthy', () => {
  expect(ids([check('a', OK), check('b', undefined)])).toEqual(NOTHING);
});

test('the earliest broken link is the finding, those further on are told apart', () => {
  expect(ids([check('a', OK), check('b', WRONG), check('c', WRONG)])).toEqual({
    ...NOTHING,
    finding: 'b',
    others: ['c'],
    outcome: 'unhealthy',
  });
});

test('what follows from a broken link is a consequence, over links between them too', () => {
  const checks = [
    check('a', WRONG),
    check('b', UNKNOWN, { follows: ['a'] }),
    check('c', WRONG, { follows: ['b'] }),
    check('d', WRONG),
  ];
  expect(ids(checks)).toEqual({ ...NOTHING, finding: 'a', consequences: ['c'], others: ['d'], outcome: 'unhealthy' });
});

test('what is not known does not explain anything', () => {
  expect(ids([check('a', UNKNOWN), check('b', WRONG, { follows: ['a'] })])).toEqual({
    ...NOTHING,
    finding: 'b',
    unknowns: ['a'],
    outcome: 'unhealthy',
  });
});

test('nobody can say that it is healthy where a link that decides was not looked at', () => {
  expect(ids([check('a', UNKNOWN, { decisive: true })])).toEqual({ ...NOTHING, unknowns: ['a'], outcome: 'unknown' });
  expect(ids([check('a', UNKNOWN)])).toEqual({ ...NOTHING, unknowns: ['a'] });
  expect(ids([check('a', unknown('This time it decides.', { decisive: true }))])).toEqual({
    ...NOTHING,
    unknowns: ['a'],
    outcome: 'unknown',
  });
});

test('what is wrong and harmless is told, and is no finding', () => {
  const harmless = check('a', { ...WRONG, harmless: true });
  expect(ids([harmless])).toEqual({ ...NOTHING, others: ['a'] });
  expect(ids([harmless, check('b', UNKNOWN, { decisive: true })]))
    .toEqual({ ...NOTHING, others: ['a'], unknowns: ['b'], outcome: 'unknown' });
  expect(ids([harmless, check('b', WRONG)])).toEqual({ ...NOTHING, finding: 'b', others: ['a'], outcome: 'unhealthy' });
});

describe('as text', () => {
  const text = (checks: readonly Check[], isColored = false, next?: string) =>
    diagnosisText(diagnose(checks, HEALTHY), HEALTHY, { isColored, next });

  test('healthy', () => {
    expect(text([check('link', OK), check('other-link', UNKNOWN)]))
      .toBe(`payments/api in cluster production (eu-west-1)

Healthy: every required check passed.

Could not be checked
  - It was not read.

All checks
  ok      link        It is well.
  unknown other-link  It was not read.
`);
  });

  test('healthy, with what is harmless', () => {
    expect(text([check('a', { ...WRONG, harmless: true })])).toContain(`
Healthy: the pods get their role despite the problems below.

Other problems
  It is broken.
`);
  });

  test('a finding, what follows, what is wrong too, what is not known', () => {
    expect(text([check('a', WRONG), check('b', WRONG, { follows: ['a'] }), check('c', WRONG), check('d', UNKNOWN)]))
      .toBe(`payments/api in cluster production (eu-west-1)

Diagnosis
  It is broken.
    - seen
  Fix:
    mend it

Consequences
  - It is broken.

Other problems
  It is broken.
    - seen
  Fix:
    mend it

Could not be checked
  - It was not read.

All checks
  failed  a  It is broken.
  failed  b  It is broken.
  failed  c  It is broken.
  unknown d  It was not read.
`);
  });

  test('what is the reason for many is told once', () => {
    expect(text([check('a', UNKNOWN), check('b', UNKNOWN), check('c', unknown('Another.'))])).toContain(
      '\nCould not be checked\n  - It was not read.\n  - Another.\n\n',
    );
  });

  test('unknown', () => {
    expect(text([check('a', UNKNOWN, { decisive: true })])).toContain(
      '\nNo problem found, but the required check a could not run, so the result is\ninconclusive.\n',
    );
    const unknowns = ['a', 'b'].map(id => check(id, UNKNOWN, { decisive: true }));
    expect(text(unknowns)).toContain(
      '\nNo problem found, but the required checks a, b could not run, so the result is\ninconclusive.\n',
    );
  });

  test('what makes it inconclusive is shown with its evidence and fix', () => {
    const decisive = unknown('It was not seen.', { decisive: true, evidence: ['seen'], fix: ['look'] });
    expect(text([check('a', decisive), check('b', unknown('Nor this.', { fix: ['look'] }))])).toContain(
      '\nCould not be checked\n  It was not seen.\n    - seen\n  Fix:\n    look\n  - Nor this.\n',
    );
  });

  test('lines break before column 81, commands do not', () => {
    const long = failed('word '.repeat(40).trim(), { fix: [`kubectl ${'x '.repeat(60).trim()}`] });
    const lines = text([check('a', long)]).split('\n');
    expect(Math.max(...lines.filter(line => !line.includes('kubectl')).map(line => line.length))).toBe(77);
    expect(lines.find(line => line.includes('kubectl'))).toHaveLength(4 + 'kubectl '.length + 119);
  });

  test('a line may end in column 80', () => {
    expect(text([check('a', failed('x'.repeat(77) + ' y', {}))])).toContain(`  ${'x'.repeat(77)}\n  y\n`);
    expect(text([check('a', failed('x'.repeat(76) + ' y', {}))])).toContain(`  ${'x'.repeat(76)} y\n`);
  });

  test('colours take no place', () => {
    const checks = [check('link', failed('word '.repeat(40).trim(), {}))];
    // eslint-disable-next-line no-control-regex
    expect(text(checks, true).replace(/\u001b\[[\d;]*m/g, '')).toBe(text(checks));
    expect(text(checks, true)).toContain('\u001b[31mfailed \u001b[39m');
  });

  test('nothing leaves its line, nor turns it around', () => {
    const hostile = failed('a\n\u001b[2Jb', { evidence: ['c\u202ed'], fix: ['e\rf'] });
    expect(text([check('a', hostile)])).toContain('  a\\u000a\\u001b[2Jb\n    - c\\u202ed\n  Fix:\n    e\\u000df\n');
  });
});

test('as JSON', () => {
  const checks = [
    check('a', WRONG),
    check('b', WRONG, { follows: ['a'] }),
    check('c', OK),
    check('d', WRONG),
    check('e', UNKNOWN),
    check('f', UNKNOWN, { decisive: true }),
  ];
  const facts = { ...HEALTHY, question: { ...HEALTHY.question, action: 's3:GetObject' } };
  const written = diagnosisJson(diagnose(checks, facts), facts, { version: '1.2.3', next: 'again' });
  expect(JSON.parse(JSON.stringify(written))).toEqual({
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version: '1.2.3' },
    time: '2026-01-02T12:00:00.000Z',
    input: {
      cluster: 'production',
      region: 'eu-west-1',
      namespace: 'payments',
      serviceAccount: 'api',
      action: 's3:GetObject',
    },
    outcome: 'unhealthy',
    diagnosis: 'a',
    consequences: ['b'],
    others: ['d'],
    unknowns: ['e', 'f'],
    inconclusive: ['f'],
    next: 'again',
    checks: [
      { id: 'a', title: 'the a', status: 'failed', summary: 'It is broken.', evidence: ['seen'], fix: ['mend it'] },
      { id: 'b', title: 'the b', status: 'failed', summary: 'It is broken.', evidence: ['seen'], fix: ['mend it'] },
      { id: 'c', title: 'the c', status: 'ok', summary: 'It is well.', evidence: [], fix: [] },
      { id: 'd', title: 'the d', status: 'failed', summary: 'It is broken.', evidence: ['seen'], fix: ['mend it'] },
      { id: 'e', title: 'the e', status: 'unknown', summary: 'It was not read.', evidence: [], fix: [] },
      { id: 'f', title: 'the f', status: 'unknown', summary: 'It was not read.', evidence: [], fix: [] },
    ],
  });
  expect(diagnosisJson(diagnose([check('a', OK)], HEALTHY), HEALTHY, { version: '1.2.3' })).toMatchObject({
    outcome: 'healthy',
    diagnosis: null,
  });
});
