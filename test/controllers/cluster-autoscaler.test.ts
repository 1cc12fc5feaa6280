import { CfnParameter, Fn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { literalProvider, literalStack } from '../support';

const VALUES = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'Name': 'blue',
};

test.each<[string, string[] | undefined, string]>([
  ['none', undefined, 'nothing'],
  ['an empty list', [], '[]'],
])('needs the name of a cluster, not %s', (_, clusterNames, got) => {
  expect(() => Controller.clusterAutoscaler({ clusterNames: clusterNames! })).toThrow(
    `[Controller.clusterAutoscaler] \`clusterNames\` must name at least one EKS cluster, got: ${got}. ` + 'Otherwise '
      + 'the controller would have access to all of them, or to none.',
  );
});

test.each(['', '*', 'blue/*', 'a'.repeat(101)])('takes no name that no cluster has: %p', name => {
  expect(() => Controller.clusterAutoscaler({ clusterNames: ['blue', name] })).toThrow(
    '[Controller.clusterAutoscaler] `clusterNames` must be the name of an EKS cluster: at most 100 letters, digits, '
      + `- and _, got: "${name}".`,
  );
});

test('a name that is known only at deployment makes one Fn::Sub, which says what a literal name does', () => {
  const documents = (name: (stack: any) => string) => {
    const stack = literalStack();
    new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      controller: Controller.clusterAutoscaler({ clusterNames: [name(stack)] }),
    });
    const template = Template.fromStack(stack);
    const inline = Object.values<any>(template.findResources('AWS::IAM::Role')).flatMap(
      ({ Properties }) => Properties.Policies ?? [],
    );
    const managed = Object.values<any>(template.findResources('AWS::IAM::ManagedPolicy')).map(
      ({ Properties }) => Properties.PolicyDocument,
    );
    return { inline: inline.map(({ PolicyDocument }) => PolicyDocument), managed };
  };
  const literal = documents(() => 'blue');
  const deferred = documents(
    stack => new CfnParameter(stack, 'Name', { allowedPattern: '^[A-Za-z0-9_-]+$' }).valueAsString,
  );
  expect([literal.inline.length, literal.managed.length, deferred.inline.length, deferred.managed.length]).toEqual([
    1, 0, 0, 1,
  ]);
  expect(Object.keys(deferred.managed[0])).toEqual(['Fn::Sub']);
  expect(JSON.parse(deployed(deferred.managed[0], { values: VALUES }))).toEqual(
    deployed(literal.inline[0], { values: VALUES }),
  );
});

test.each([
  [
    'a parameter that may hold anything',
    (stack: any) => new CfnParameter(stack, 'Name').valueAsString,
    '`controller (parameter Stack/Name)` must have an allowedPattern',
  ],
  [
    'a wildcard around a parameter',
    (stack: any) => Fn.join('', [new CfnParameter(stack, 'Name', { allowedPattern: '^[a-z]+$' }).valueAsString, '*']),
    '`clusterNames` must contain only valid characters',
  ],
])('does not take %s', (_, name, message) => {
  const stack = literalStack();
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.clusterAutoscaler({ clusterNames: [name(stack)] }),
  });
  expect(() => Template.fromStack(stack)).toThrow(message);
});
