import { CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AppMeshOptions, Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { literalProvider, literalStack, warnings } from '../support';

test.each<[string, AppMeshOptions, string]>([
  ['no mesh', { meshNames: undefined! }, '`meshNames` must name at least one mesh, got: nothing. Without it the controller would reach all of them, or none.'],
  ['an empty list of meshes', { meshNames: [] }, '`meshNames` must name at least one mesh, got: []. Without it the controller would reach all of them, or none.'],
  ['no namespace', { meshNames: ['shop'], cloudMapNamespaces: [] }, '`cloudMapNamespaces` must name at least one namespace of Cloud Map, got: []. Without it the controller would reach all of them, or none.'],
  ['no certificate', { meshNames: ['shop'], certificates: [] }, '`certificates` must name at least one certificate, got: []. Without it the controller would reach all of them, or none.'],
  ['no authority', { meshNames: ['shop'], certificateAuthorities: [] }, '`certificateAuthorities` must name at least one certificate authority, got: []. Without it the controller would reach all of them, or none.'],
  ...['', '*', 'sho?', 'shop/*', 'shop:x', 'a shop', '${aws:username}', 'a'.repeat(256)].map((name): [string, AppMeshOptions, string] => [
    JSON.stringify(name), { meshNames: ['shop', name] },
    `\`meshNames\` must be the name of a mesh, at most 255 characters without *, ?, $, :, / and spaces, got: ${name.length > 200 ? `"${'a'.repeat(199)}… (258 characters)` : JSON.stringify(name)}. \`kubectl get meshes\` prints those of a cluster.`,
  ]),
])('refuses %s', (_, options, message) => {
  expect(() => Controller.appMesh(options)).toThrow(new Error(`[Controller.appMesh] ${message}`));
});

test.each(['a', 'shop.v2_a-b', 'a'.repeat(255)])('takes the name %s', name => {
  expect(() => Controller.appMesh({ meshNames: [name] })).not.toThrow();
});

const withMesh = (name: (stack: Stack) => string) => {
  const stack = literalStack();
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller: Controller.appMesh({ meshNames: [name(stack)] }) });
  return stack;
};

test('takes a name that the deployment knows', () => {
  const stack = withMesh(scope => new CfnParameter(scope, 'Mesh', { allowedPattern: '^[a-z]+$' }).valueAsString);
  const [role] = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  const document = deployed(role.Properties.Policies[0].PolicyDocument, { values: { 'Mesh': 'shop', 'AWS::Partition': 'aws' } });
  const mesh = 'arn:aws:appmesh:eu-west-1:111122223333:mesh/shop';
  expect([mesh, `${mesh}-2`].map(resource => allows([document], 'appmesh:DeleteMesh', resource))).toEqual([true, false]);
});

test.each<[string, (stack: Stack) => string, string]>([
  ['a parameter that may hold anything', stack => new CfnParameter(stack, 'Mesh').valueAsString, '`controller (parameter Stack/Mesh)` must have an allowedPattern'],
  ['a wildcard around a parameter', stack => Fn.join('', [new CfnParameter(stack, 'Mesh', { allowedPattern: '^[a-z]+$' }).valueAsString, '*']), '`meshNames` must be put together from valid characters'],
])('does not take %s', (_, name, message) => {
  expect(() => Template.fromStack(withMesh(name))).toThrow(message);
});

test('without namespaces of Cloud Map there is nothing to warn of', () => {
  expect(warnings(withMesh(() => 'shop'))).toEqual([]);
});
