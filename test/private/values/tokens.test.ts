/**
 * What synth can know of a value.
 */
import { CfnResource, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import {
  fingerprint, hasIntrinsic, isIntrinsic, joinedParts, literalPartition, literalRoleArn, mayHoldToken, pointed,
  renderedProperties, settle, settleForManifest, SettledTokens,
} from '../../../src/private/values/tokens';
import { ACCOUNT, agnosticStack, literalStack, REGION } from '../../support';

const REF = { Ref: 'AWS::StackName' };
const resolving = (value: any) => Token.asString({ resolve: () => value, creationStack: [] });
const deferred = () => Token.asString(REF);

describe('a value, settled', () => {
  test.each<[string, () => any, any]>([
    ['a literal', () => 'a', 'a'],
    ['a number', () => 5, 5],
    ['a list', () => ['a', Lazy.string({ produce: () => 'b' })], ['a', 'b']],
    ['a text in a text', () => `a-${resolving('b')}-c`, 'a-b-c'],
    ['a number in a text', () => `a-${resolving(5)}`, 'a-5'],
    ['a number token in a text', () => `a-${Token.asNumber({ resolve: () => 5, creationStack: [] })}`, 'a-5'],
    ['a deferred number token in a text', () => `a-${Token.asNumber(REF)}`, { 'Fn::Join': ['', ['a-', REF]] }],
    ['two numbers', () => `${resolving(5)}${resolving(6)}`, '56'],
    ['nothing behind a text', () => `a-${resolving(undefined)}`, 'a-'],
    ['nothing before a text', () => `${resolving(undefined)}-a`, '-a'],
    ['a function in a text', () => `a${deferred()}b`, { 'Fn::Join': ['', ['a', REF, 'b']] }],
    ['literals beside a function', () => `a${resolving('b')}${deferred()}${resolving(5)}c`,
      { 'Fn::Join': ['', ['ab', REF, '5c']] }],
    ['a join in a text', () => `a${Fn.join('', ['b', deferred()])}`, { 'Fn::Join': ['', ['ab', REF]] }],
    ['the account', () => Token.asString({ Ref: 'AWS::AccountId' }), ACCOUNT],
    ['the region', () => Token.asString({ Ref: 'AWS::Region' }), REGION],
    ['the partition', () => Token.asString({ Ref: 'AWS::Partition' }), 'aws'],
    ['the URL suffix', () => Token.asString({ Ref: 'AWS::URLSuffix' }), 'amazonaws.com'],
    ['another pseudo parameter', deferred, REF],
    ['the items of a literal text', () => Fn.split(',', resolving('a,b')), ['a', 'b']],
    ['an item of a literal text', () => Fn.select(1, Fn.split('//', resolving('https://x'))), 'x'],
    ['an item that is missing', () => Fn.select(2, Fn.split('//', resolving('https://x'))),
      { 'Fn::Select': [2, ['https:', 'x']] }],
    ['the items of a function', () => Fn.split(',', deferred()), { 'Fn::Split': [',', REF] }],
    ['an item of a function', () => Fn.select(1, Fn.split('//', deferred())),
      { 'Fn::Select': [1, { 'Fn::Split': ['//', REF] }] }],
    ['another function', () => Fn.importValue('x'), { 'Fn::ImportValue': 'x' }],
  ])('is as literal as it can be: %s', (_, value, expected) => {
    expect(settle(literalStack(), value())).toEqual(expected);
    expect(settleForManifest(literalStack(), value())).toEqual(expected);
  });

  test.each(['AWS::AccountId', 'AWS::Region', 'AWS::Partition', 'AWS::URLSuffix'])(
    'keeps %s where a stack can go anywhere', name => {
      expect(settle(agnosticStack(), Token.asString({ Ref: name }))).toEqual({ Ref: name });
    });

  test('has one fingerprint with what is equal', () => {
    const stack = agnosticStack();
    const role = new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
    const expected = `{"Fn::GetAtt":["${role.node.addr}","Arn"]}`;
    expect(fingerprint(stack, role.attrArn)).toBe(expected);
    expect(fingerprint(agnosticStack(), role.attrArn)).toBe(expected);
    expect(fingerprint(stack, 'a')).toBe('"a"');
    expect(fingerprint(stack, resolving('a'))).toBe('"a"');
  });

  test('shows what references point to', () => {
    const stack = agnosticStack();
    const role = new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
    const { value, targets } = pointed(stack, `x${role.attrArn}`);
    expect(value).toEqual({ 'Fn::Join': ['', ['x', { 'Fn::GetAtt': [role.node.addr, 'Arn'] }]] });
    expect([...targets]).toEqual([[role.node.addr, role]]);
    expect(pointed(stack, 'a')).toEqual({ value: 'a', targets: new Map() });
  });
});

describe('the tokens of a document', () => {
  test.each<[string, () => string, string]>([
    ['a literal', () => 'a', 'a'],
    ['a token', () => resolving('b'), 'b'],
    ['two tokens', () => `a${resolving('b')}${resolving('c')}`, 'abc'],
  ])('become literal: %s', (_, text, expected) => {
    expect(new SettledTokens(literalStack()).literalOrToken(text())).toBe(expected);
  });

  test.each<[string, () => string]>([
    ['as a whole', deferred],
    ['beside a text', () => `a${deferred()}`],
    ['beside a token that is known', () => `${resolving('a')}${deferred()}`],
    ['before a token that is known', () => `${deferred()}${resolving('a')}`],
  ])('stay where only the deployment knows one: %s', (_, make) => {
    const text = make();
    expect(new SettledTokens(literalStack()).literalOrToken(text)).toBe(text);
  });

  test('stay where they turn out to be no text', () => {
    const list = resolving(['a', 'b']);
    expect(new SettledTokens(literalStack()).literalOrToken(list)).toBe(list);
  });

  test('are asked once', () => {
    let asked = 0;
    const tokens = new SettledTokens(literalStack());
    const token = { resolve: () => `${++asked}`, creationStack: [] };
    expect([tokens.of(token), tokens.of(token)]).toEqual(['1', '1']);
  });
});

describe('a function', () => {
  test.each<[any, boolean]>([
    [{ Ref: 'x' }, true],
    [{ 'Fn::Sub': 'x' }, true],
    [{ Ref: 'x', a: 'b' }, false],
    [{ Condition: 'x' }, false],
    [{}, false],
    [[], false],
    [['Ref'], false],
    [null, false],
    [undefined, false],
    ['Ref', false],
  ])('of CloudFormation: %j, %s', (value, expected) => {
    expect(isIntrinsic(value)).toBe(expected);
    expect(hasIntrinsic([{ a: value }])).toBe(expected);
  });

  test.each<[any, any]>([
    [{ 'Fn::Join': ['', ['a', REF]] }, ['a', REF]],
    [{ 'Fn::Join': ['-', ['a', REF]] }, undefined],
    [{ 'Fn::Join': ['', REF] }, undefined],
    [{ 'Fn::Join': ['', ['a']], 'b': 'c' }, undefined],
    [REF, undefined],
    ['a', undefined],
  ])('puts parts one behind the other: %j', (value, expected) => {
    expect(joinedParts(value)).toEqual(expected);
  });
});

describe('a resource', () => {
  test('has the properties that are in the template', () => {
    const resource = new CfnResource(literalStack(), 'Any', { type: 'A::B::C', properties: { a: 'b', c: 'd' } });
    resource.addPropertyOverride('c', 'e');
    expect(renderedProperties(resource).value).toEqual({ a: 'b', c: 'e' });
  });

  test('has none without properties, or outside of the template', () => {
    class Hidden extends CfnResource {
      protected shouldSynthesize(): boolean {
        return false;
      }
    }
    const stack = literalStack();
    expect(renderedProperties(new CfnResource(stack, 'Empty', { type: 'A::B::C' })).value).toEqual({});
    const hidden = new Hidden(stack, 'Hidden', { type: 'A::B::C', properties: { a: 'b' } });
    expect(renderedProperties(hidden).value).toEqual({});
  });

  test('has a partition where its region is literal', () => {
    const of = (region: string) => literalPartition(new Stack(undefined, 'Stack', { env: { region } }));
    expect([of('eu-west-1'), of('cn-north-1')]).toEqual(['aws', 'aws-cn']);
    expect(literalPartition(agnosticStack())).toBeUndefined();
  });

  test.each<[string, Stack, any, string | undefined]>([
    ['a name', literalStack(), { roleName: 'a' }, `arn:aws:iam::${ACCOUNT}:role/a`],
    ['a name and a path', literalStack(), { roleName: 'a', path: '/b/' }, `arn:aws:iam::${ACCOUNT}:role/b/a`],
    ['no name', literalStack(), {}, undefined],
    ['a deferred name', literalStack(), { roleName: Fn.importValue('x') }, undefined],
    ['a deferred path', literalStack(), { roleName: 'a', path: Fn.importValue('x') }, undefined],
    ['no account', agnosticStack(), { roleName: 'a' }, undefined],
  ])('is a role with a literal ARN or without: %s', (_, stack, props, expected) => {
    expect(literalRoleArn(new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {}, ...props }))).toBe(expected);
  });
});

describe('a token somewhere in a value', () => {
  test.each<[string, any]>([
    ['a text', deferred()],
    ['a part of a text', `a-${deferred()}-b`],
    ['a key', { a: { [deferred()]: 'b' } }],
    ['a list', Token.asList(REF)],
    ['an item of a list', ['a', { b: [deferred()] }]],
    ['a number', Token.asNumber(REF)],
    ['a number in a text', `a-${Token.asNumber(REF)}`],
    ['a number in a key', { [`a-${Token.asNumber(REF)}`]: 'b' }],
    ['an object', { a: Token.asAny(REF) }],
    ['a Lazy', [Lazy.any({ produce: () => 'a' })]],
  ])('is noticed: %s', (_, value) => {
    expect(mayHoldToken(value)).toBe(true);
    expect(mayHoldToken({ deep: [{ inside: value }] })).toBe(true);
  });

  test.each<[any]>([
    ['a'], [''], ['${Token'], ['${AWS::Region}'], [1], [true], [null], [undefined], [[]], [{}],
    [{ Ref: 'AWS::Region' }], [{ a: ['b', { c: 1 }] }],
  ])('is not seen in %j', value => expect(mayHoldToken(value)).toBe(false));
});
