/**
 * Four doors, one answer, on faulty assemblies. The examples get theirs in examples.slow.test.ts.
 */
import { join } from 'path';
import { expectOneAnswer, verify } from './admission/one-answer';
import { CASES } from './rules/cases';
import { mapOf, role, trusting } from './rules/support';
import { cli } from '../cli/support';

test.each([
  ['verify', '--format', 'json'],
  ['verify', '--format', 'sarif'],
  ['verify', '--format', 'text'],
  ...['text', 'csv', 'html', 'mermaid', 'json', 'markdown'].map(format => ['report', '--format', format]),
  ...['text', 'csv', 'json', 'markdown'].map(format => ['who-can', '--format', format]),
])('a hostile name turns no line: %s %s %s', (command, ...args) => {
  const RoleName = 'a\u202e\u009b31m\u2028';
  const { folder } = mapOf({
    resources: {
      Role: role(RoleName, [trusting()], { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    },
  });
  const question = command === 'who-can' ? ['s3:GetObject'] : [];
  const { stdout } = cli(command, ...question, join(folder, 'cdk.out'), ...args);
  expect(stdout).toContain('u202e');
  expect(stdout).not.toMatch(/[\u202e\u009b\u2028]/);
});

describe('faulty assemblies', () => {
  const all = CASES.filter(({ expected }) => expected.length > 0);

  test.each(all.map(one => [one.rule, one.name, one] as const))('%s: %s', (_, __, one) => {
    const { folder } = mapOf(one);
    const input = {
      assembly: join(folder, 'cdk.out'),
      manifests: Object.keys(one.manifests ?? {}).map(name => join(folder, name)),
    };
    expectOneAnswer(input);
    expect(verify(input).findings.map(({ rule }) => rule)).toContain(one.rule);
  });
});
