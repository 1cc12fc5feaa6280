/**
 * A trust policy with what `addPropertyOverride` has set in it.
 */
import { CfnRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import {
  hasOverrides, overrideProblem, replacedProblem, withOverrides,
} from '../../../src/private/trust/trust-overrides';
import { literalStack } from '../../support';

const ADVICE = 'Use trust.addServiceAccounts(), trust.addPodIdentity(), trust.addPrincipal() '
  + 'or role.assumeRolePolicy.addStatements() instead.';

function role(...overrides: [path: string, value: any][]): CfnRole {
  const resource = new CfnRole(literalStack(), 'Role', { assumeRolePolicyDocument: {} });
  for (const [path, value] of overrides) {
    resource.addPropertyOverride(['AssumeRolePolicyDocument', ...path === '' ? [] : [path]].join('.'), value);
  }
  return resource;
}

test('only of this property', () => {
  const other = role();
  other.addPropertyOverride('RoleName', 'a');
  expect([hasOverrides(other), hasOverrides(role()), hasOverrides(role(['Version', '1']))])
    .toEqual([false, false, true]);
  expect(overrideProblem(other, true)).toBeUndefined();
});

describe('an override', () => {
  const document = () => ({
    Version: '2012-10-17',
    Statement: [{ Sid: 'A', Action: 'a', Condition: { StringEquals: { x: ['y', 'z'] } } }, { Sid: 'B' }, { Sid: 'C' }],
  });
  const [a, b, c] = document().Statement;

  test.each<[string, [string, any][], any]>([
    ['of a text', [['Statement.1.Sid', 'D']], [a, { Sid: 'D' }, c]],
    ['of something new', [['Statement.1.Effect', 'Deny']], [a, { Sid: 'B', Effect: 'Deny' }, c]],
    ['of a new object', [['Statement.1.Condition.Bool.x', true]],
      [a, { Sid: 'B', Condition: { Bool: { x: true } } }, c]],
    ['of a text by an object', [['Statement.1.Sid.x', 'D']], [a, { Sid: { x: 'D' } }, c]],
    ['of an object by a text', [['Statement.0', 'D']], ['D', b, c]],
    ['by null', [['Statement.1', null]], [a, null, c]],
    ['of null', [['Statement.1.Sid', null], ['Statement.1.Effect', 'Deny']],
      [a, { Sid: null, Effect: 'Deny' }, c]],
    ['by a list', [['Statement.0.Condition.StringEquals.x', ['w']]],
      [{ ...a, Condition: { StringEquals: { x: ['w'] } } }, b, c]],
    ['of an item of a list', [['Statement.0.Condition.StringEquals.x.1', 'w']],
      [{ ...a, Condition: { StringEquals: { x: ['y', 'w'] } } }, b, c]],
    ['by a function', [['Statement.0.Condition', { Ref: 'AWS::NoValue' }]],
      [{ ...a, Condition: { Ref: 'AWS::NoValue' } }, b, c]],
    ['that deletes a key', [['Statement.0.Condition', undefined]], [{ Sid: 'A', Action: 'a' }, b, c]],
    ['that deletes the first statement', [['Statement.0', undefined]], [b, c]],
    ['that deletes the last statement', [['Statement.2', undefined]], [a, b]],
    ['that deletes two statements', [['Statement.0', undefined], ['Statement.1', undefined]], [c]],
    ['that adds a statement', [['Statement.3', { Sid: 'D' }]], [a, b, c, { Sid: 'D' }]],
    ['that leaves a gap', [['Statement.5', { Sid: 'D' }]], [a, b, c, { Sid: 'D' }]],
  ])('is in the document: %s', (_, overrides, Statement) => {
    const own = document();
    expect(withOverrides(role(...overrides), own)).toStrictEqual({ Version: '2012-10-17', Statement });
    expect(own).toStrictEqual(document());
  });

  test('of null in the document is an object', () => {
    expect(withOverrides(role(['Statement.x', 'a']), { Statement: null })).toStrictEqual({ Statement: { x: 'a' } });
  });

  test('of the whole document replaces what is in both', () => {
    expect(withOverrides(role(['', { Statement: [] }]), document()))
      .toStrictEqual({ Version: '2012-10-17', Statement: [] });
  });

  test('passes where the document is an object', () => {
    expect(overrideProblem(role(['Version', '1']), false)).toBeUndefined();
  });

  test.each<[string, any, string]>([
    ['a text', '{}', '"{}"'],
    ['null', null, 'null'],
    ['nothing', undefined, 'nothing'],
  ])('of the whole by no object is refused: %s', (_, value, got) => {
    expect(overrideProblem(role(['', value]), false)).toBe(
      `\`addPropertyOverride('AssumeRolePolicyDocument…')\` must not be used on this role, got: ${got}. `
        + `It is not an object, so the override would replace the whole policy. ${ADVICE}`);
  });

  test('is refused where the document is a text', () => {
    expect(overrideProblem(role(['Version', '1']), true)).toBe(
      '`addPropertyOverride(\'AssumeRolePolicyDocument…\')` must not be used on this role, got: {"Version":"1"}. '
        + 'Its trust policy is one Fn::Sub text, '
        + `because the issuer is known only at deployment, so the override would replace the whole policy. ${ADVICE}`);
  });
});

test('a document in the place of the one that the role was made with is refused', () => {
  const document = new PolicyDocument();
  const resource = new CfnRole(literalStack(), 'Role', { assumeRolePolicyDocument: document });
  expect(replacedProblem(resource, document)).toBeUndefined();
  expect(replacedProblem(resource, new PolicyDocument())).toContain(
    '`assumeRolePolicyDocument` must stay the document that the role was created with');
});
