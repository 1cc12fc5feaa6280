/**
 * What a value that only the deployment knows may bring into a place, by tables of values.
 */
import { App, Aws, CfnCondition, CfnMapping, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import {
  alternatives, dynamicProblem, embeddedProblems, hasDynamicReference, openProblems, PlaceOptions, settledProblems,
  vanishingProblems,
} from '../../../src/private/values/value-safety';
import { SAFE_PATTERN, warnings } from '../../support';

const RULES = {
  dynamic: 'not be a dynamic reference',
  fragment: 'contain only valid characters',
  unquotable: 'not contain quotes, backslashes or line breaks inside a function',
  nothing: 'always have a value, got: "AWS::NoValue"',
  functions: 'contain only literals and Ref, Fn::GetAtt, Fn::ImportValue, Fn::Join, Fn::If, Fn::Select, Fn::Split, '
    + 'Fn::Sub, got',
  parameter: 'have an allowedPattern',
};
type Rule = keyof typeof RULES | 'checked';

function scope(): Stack {
  const stack = new Stack(new App(), 'Stack');
  new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals('a', 'b') });
  new CfnParameter(stack, 'Open');
  new CfnParameter(stack, 'Safe', { allowedPattern: SAFE_PATTERN });
  new CfnMapping(stack, 'Map', { mapping: { a: { b: 'c' } } });
  return stack;
}

/** Each problem by the rule that it states. */
function rules(problems: string[]): string[] {
  return problems.map(text => {
    const found = Object.entries(RULES).find(([, rule]) => text.includes(rule));
    return found ? found[0] : text;
  });
}

const raw = (value: any) => Token.asString(value);
const join = (...parts: any[]) => raw({ 'Fn::Join': ['-', parts] });
const choice = (yes: any, no: any) => Fn.conditionIf('Prod', yes, no).toString();
const open = Fn.ref('Open');
const safe = Fn.ref('Safe');
const unheard = raw({ 'Fn::Unheard': [] });
const inMap = raw({ 'Fn::FindInMap': ['Map', 'a', 'b'] });
const imported = Fn.importValue('Elsewhere');
const missing = Aws.NO_VALUE;

describe('a value with a check', () => {
  const check = (_: string, value: string) => (value.includes('bad') ? 'checked' : undefined);
  const judge = (value: string, options?: PlaceOptions) => (
    rules(settledProblems(scope(), 'place', value, check, options)));

  test.each<[string, string, Rule[]]>([
    ['a good literal', 'good', []],
    ['a bad literal', 'bad', ['checked']],
    ['a literal with special characters is for the check alone', '"*?${}\\', []],
    ['a literal that a token makes', Lazy.string({ produce: () => 'bad' }), ['checked']],
    ['a dynamic reference, whatever the check says', 'bad{{resolve:ssm:/x}}', ['dynamic']],
    ['a bad branch', choice('good', 'bad'), ['checked']],
    ['two bad branches are one problem', choice('bad', 'bad 2'), ['checked']],
    ['a dynamic reference in a branch', choice('good', '{{resolve:ssm:/x}}'), ['dynamic']],
    ['an open parameter in a branch', choice('good', open), ['parameter']],
    ['a parameter with a pattern', safe, []],
    ['a parameter without a pattern', open, ['parameter']],
    ['a literal part is not for the check', `bad-${safe}`, []],
    ['a quote before', `"${safe}`, ['fragment']],
    ['a backslash behind', `${safe}\\`, ['fragment']],
    ['a star', `a*${safe}`, ['fragment']],
    ['a question mark', `a?${safe}`, ['fragment']],
    ['a dollar', `a$b${safe}`, ['fragment']],
    ['an opening brace', `a{${safe}`, ['fragment']],
    ['a closing brace', `${safe}}a`, ['fragment']],
    ['two opening braces', `{{${safe}`, ['fragment']],
    ['a dynamic reference around a token', `{{resolve:ssm:/${safe}}}`, ['dynamic', 'fragment']],
    ['nothing', missing, ['nothing']],
    ['nothing in a branch', choice('good', missing), ['nothing']],
    ['a mapping', inMap, ['functions']],
    ['a function that nobody knows', unheard, ['functions']],
    ['several problems', `"${open}${unheard}${missing}`, ['fragment', 'parameter', 'functions', 'nothing']],
    ['another app', imported, []],
  ])('%s', (_, value, expected) => {
    expect(judge(value)).toEqual(expected);
  });

  test('a place may take other texts around what is deferred', () => {
    expect(judge(`*${safe}`, { fragment: /^\*?$/ })).toEqual([]);
    expect(judge(`a${safe}`, { fragment: /^\*?$/ })).toEqual(['fragment']);
    expect(judge(`{{${safe}`, { fragment: /^\{\{$|^$/ })).toEqual(['fragment']);
  });

  test('another app raises a warning, unless its values are trusted', () => {
    const warned = (options?: PlaceOptions, value = `${imported}${safe}`) => {
      const stack = scope();
      expect(settledProblems(stack, 'place', value, check, options)).toEqual([]);
      return warnings(stack);
    };
    const warning = expect.stringContaining('`place` comes from the export "Elsewhere" of another app');
    expect(warned()).toEqual([warning]);
    expect(warned({ fragment: /^$/ })).toEqual([warning]);
    expect(warned({ trustsForeign: false })).toEqual([warning]);
    expect(warned({ trustsForeign: true })).toEqual([]);
    expect(warned({}, safe)).toEqual([]);
  });
});

describe('a value within a text', () => {
  const judge = (value: any) => rules(embeddedProblems(scope(), 'place', value));

  test.each<[string, any, Rule[]]>([
    ['a text', 'a"\\\n', []],
    ['a dynamic reference', '{{resolve:ssm:/x}}', ['dynamic']],
    ['a dynamic reference in lists', ['a', ['{{resolve:ssm:/x}}']], ['dynamic']],
    ['what is no text', [7, { a: '{{resolve:ssm:/x}}' }, undefined], []],
    ['a token beside a quote', `"${safe}`, []],
    ['a dynamic reference around a token', `{{resolve:ssm:/${safe}}}`, ['dynamic']],
    ['a dynamic reference within a function', join('{{resolve:ssm:/x}}'), ['dynamic']],
    ['a quote within a function', join('"'), ['unquotable']],
    ['a backslash within a function', join('\\'), ['unquotable']],
    ['a line break within a function', join('a\n'), ['unquotable']],
    ['the first control character', join('\u0000'), ['unquotable']],
    ['the last control character', join('\u001f'), ['unquotable']],
    ['a blank and a star within a function', join(' *?$'), []],
    ['an open parameter', `a${open}`, ['parameter']],
    ['an open parameter in lists', [['a', [open]]], ['parameter']],
    ['a list that is a token', Token.asList({ 'Fn::Split': [',', { Ref: 'Open' }] }), ['parameter']],
    ['a number that is a token', Token.asNumber({ Ref: 'Open' }), ['parameter']],
    ['an object that is a token', Lazy.any({ produce: () => ({ Ref: 'Open' }) }), ['parameter']],
    ['the same twice', [open, open], ['parameter']],
    ['a parameter with a pattern', safe, []],
    ['a mapping', inMap, []],
    ['a function that nobody knows', unheard, ['functions']],
    ['nothing', missing, ['nothing']],
    ['another app', imported, []],
  ])('%s', (_, value, expected) => {
    expect(judge(value)).toEqual(expected);
  });
});

describe('a value that CloudFormation keeps apart', () => {
  test.each<[string, any, Rule[], Rule[]]>([
    ['a text', '{{resolve:ssm:/x}}"', [], []],
    ['a quote within a function', join('"'), ['unquotable'], []],
    ['a dynamic reference within a function', join('{{resolve:ssm:/x}}'), [], []],
    ['an open parameter', ['a', open], ['parameter'], []],
    ['a parameter with a pattern', safe, [], []],
    ['nothing', [['a', missing]], [], ['nothing']],
    ['nothing in a branch', choice('a', missing), [], ['nothing']],
    ['a function that nobody knows', unheard, [], []],
    ['a mapping', inMap, [], []],
    ['another app', imported, [], []],
  ])('%s', (_, value, whenOpen, whenMissing) => {
    expect(rules(openProblems(scope(), 'place', value))).toEqual(whenOpen);
    expect(rules(vanishingProblems(scope(), 'place', value))).toEqual(whenMissing);
  });
});

test('a message names the place and what is wrong with it', () => {
  expect(dynamicProblem('place', 'a{{resolve:b}}')).toContain('`place` must not be a dynamic reference, which');
  expect(dynamicProblem('place', 'a{{resolve')).toBeUndefined();
  expect(embeddedProblems(scope(), 'place', unheard)).toEqual([expect.stringContaining('got: "Fn::Unheard".')]);
  const [found] = embeddedProblems(scope(), 'place', open);
  expect(found).toContain('`place (parameter Stack/Open)` must have an allowedPattern');
});

test.each<[any, boolean]>([
  ['a{{resolve:ssm:/x}}', true],
  ['{{x}}', false],
  [{ a: { b: '{{resolve:ssm:/x}}' } }, true],
  [{ '{{resolve:ssm:/x}}': 'a' }, true],
  [{ a: 'b' }, false],
  [['a', '{{resolve:ssm:/x}}'], true],
  [[], false],
  [null, false],
  [undefined, false],
  [7, false],
])('%j: whether CloudFormation replaces a part of it', (value, expected) => {
  expect(hasDynamicReference(value)).toBe(expected);
});

test.each<[any, any[]]>([
  ['a', ['a']],
  [{ Ref: 'P' }, [{ Ref: 'P' }]],
  [{ 'Fn::If': ['C', 'a', { 'Fn::If': ['D', 'b', { Ref: 'P' }] }] }, ['a', 'b', { Ref: 'P' }]],
  [{ 'Fn::If': ['C', 'a', 'b'], 'other': 'c' }, [{ 'Fn::If': ['C', 'a', 'b'], 'other': 'c' }]],
  [null, [null]],
])('%j chooses from values', (expression, expected) => {
  expect(alternatives(expression)).toEqual(expected);
});
