/**
 * What is looked up in the whole app.
 */
import { App, CfnOutput, Fn, Lazy, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AppIndex } from '../../src/private/app-index';
import { agnosticStack, literalStack } from '../support';

const role = (scope: Construct, id: string, roleName?: string) =>
  new CfnRole(scope, id, { assumeRolePolicyDocument: {}, roleName });

describe('the index of an app', () => {
  test('is one until a stage of it is validated', () => {
    const app = new App();
    const stage = new Stage(app, 'Stage');
    const stack = literalStack(stage);
    const first = AppIndex.of(stack);
    expect(AppIndex.of(app)).toBe(first);
    stack.node.validate();
    expect(AppIndex.of(stack)).toBe(first);
    stage.node.validate();
    const second = AppIndex.of(stack);
    expect(second).not.toBe(first);
    app.node.validate();
    expect(AppIndex.of(stack)).not.toBe(second);
  });

  test('is forgotten when asked', () => {
    const stack = literalStack();
    const first = AppIndex.of(stack);
    AppIndex.forget(stack);
    expect(AppIndex.of(stack)).not.toBe(first);
  });

  test('is forgotten when the program waits for something', async () => {
    const stack = literalStack();
    const first = AppIndex.of(stack);
    await Promise.resolve();
    expect(AppIndex.of(stack)).not.toBe(first);
  });

  test('answers a question only once for the same keys', () => {
    const stack = literalStack();
    const index = AppIndex.of(stack);
    const find = jest.fn(() => ({}));
    const first = index.once(['question', stack, 'a'], find);
    expect(index.once(['question', stack, 'a'], find)).toBe(first);
    expect(find).toHaveBeenCalledTimes(1);
    expect(index.once(['question', stack, 'b'], find)).not.toBe(first);
    expect(index.once(['question', literalStack(), 'a'], find)).not.toBe(first);
    expect(index.once(['other question', stack, 'a'], find)).not.toBe(first);
  });

  test('keeps answers of the rendering only within a synth', () => {
    const stack = literalStack();
    const ask = () => AppIndex.onceInSynth(stack, ['question'], () => ({}));
    expect(ask()).not.toBe(ask());
    AppIndex.of(stack);
    expect(ask()).toBe(ask());
  });

  test('is not the one of another app', () => {
    expect(AppIndex.of(literalStack())).not.toBe(AppIndex.of(literalStack()));
  });
});

test('outputs are found by the names under which they are exported', () => {
  const app = new App();
  const [one, two] = [literalStack(app, 'One'), agnosticStack(app, 'Two')];
  const output = (stack: Stack, id: string, exportName?: string) => new CfnOutput(stack, id, { value: id, exportName });
  const first = output(one, 'A', 'name');
  const second = output(two, 'B', Lazy.string({ produce: () => 'name' }));
  output(one, 'C');
  const regional = output(two, 'D', `x-${Fn.ref('AWS::Region')}`);
  const index = AppIndex.of(app);
  expect(index.outputsExportedAs(one, 'name')).toEqual([first, second]);
  expect(index.outputsExportedAs(one, Lazy.string({ produce: () => 'name' }))).toEqual([first, second]);
  expect(index.outputsExportedAs(two, `x-${Fn.ref('AWS::Region')}`)).toEqual([regional]);
  expect(index.outputsExportedAs(one, 'other')).toEqual([]);
});

describe('roles of one name', () => {
  const found = (of: CfnRole) => AppIndex.of(of).rolesNamedLike(of).map(({ node }) => node.path);

  test('are found in one account, whatever the case of the name', () => {
    const app = new App();
    const blue = literalStack(app, 'Blue');
    const other = literalStack(app, 'Other', { account: '444455556666', region: 'eu-west-1' });
    const first = role(blue, 'A', 'Name');
    const second = role(literalStack(app, 'Green'), 'B', Lazy.string({ produce: () => 'nAME' }));
    const elsewhere = role(other, 'C', 'Name');
    role(blue, 'D', 'Name2');
    expect(found(first)).toEqual(['Blue/A', 'Green/B']);
    expect(found(second)).toEqual(['Blue/A', 'Green/B']);
    expect(found(elsewhere)).toEqual(['Other/C']);
  });

  test('are found in one stack that can go anywhere, with those nested in it', () => {
    const app = new App();
    const stack = agnosticStack(app, 'Blue');
    const first = role(stack, 'A', 'name');
    role(new NestedStack(stack, 'Nested'), 'B', 'name');
    role(agnosticStack(app, 'Green'), 'C', 'name');
    expect(found(first)).toEqual(['Blue/A', 'Blue/Nested/B']);
  });

  test('are found by the name that an override gives them', () => {
    const stack = literalStack();
    const first = role(stack, 'A', 'name');
    role(stack, 'B').addPropertyOverride('RoleName', 'name');
    expect(found(first)).toEqual(['Stack/A', 'Stack/B']);
  });

  test('are none without a name, with a deferred one, or for a role that is newer than the index', () => {
    const stack = literalStack();
    expect(found(role(stack, 'A'))).toEqual([]);
    role(stack, 'B', Fn.importValue('x'));
    expect(found(role(stack, 'C', Fn.importValue('x')))).toEqual([]);
    expect(found(role(stack, 'D', 'new'))).toEqual([]);
  });
});

test('policies of a role are found beside managed policies that name no role', () => {
  const stack = literalStack();
  const owner = role(stack, 'Role');
  const statements = [new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })];
  new ManagedPolicy(stack, 'Loose', { statements });
  const attached = new ManagedPolicy(stack, 'Attached', { statements });
  (attached.node.defaultChild as CfnManagedPolicy).roles = [owner.ref];
  expect(AppIndex.of(owner).policiesOf(owner).map(({ node }) => node.path)).toEqual(['Stack/Attached/Resource']);
});
