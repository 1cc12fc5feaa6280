import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { literalProvider, literalStack } from '../support';

const VALUES = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'Name': 'blue',
};

/** The policies of the role in a template: those inside it, and the managed ones. */
function policies(name: (stack: Stack) => string): { inline: any[]; managed: any[] } {
  const stack = literalStack();
  const controller = Controller.karpenter({
    clusterName: name(stack),
    nodeRoles: [Role.fromRoleName(stack, 'Nodes', 'nodes')],
    interruptionQueue: Queue.fromQueueAttributes(stack, 'Queue', {
      queueArn: stack.formatArn({ service: 'sqs', resource: 'interruptions' }),
    }),
  });
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
  const template = Template.fromStack(stack);
  const inline = Object.values<any>(template.findResources('AWS::IAM::Role')).flatMap(
    ({ Properties }) => Properties.Policies ?? [],
  );
  const managed = Object.values<any>(template.findResources('AWS::IAM::ManagedPolicy'));
  return {
    inline: inline.map(({ PolicyDocument }) => PolicyDocument),
    managed: managed.map(({ Properties }) => Properties.PolicyDocument),
  };
}

const deployedAs = (cluster: string, documents: any[]): any[] => documents
  .map(document => deployed(document, { values: { ...VALUES, Name: cluster } }));
const statements = (documents: any[]) =>
  documents.flatMap(document => (typeof document === 'string' ? JSON.parse(document) : document).Statement);
const renamed = (value: any, cluster: string) => JSON.parse(JSON.stringify(value)
  .replaceAll('cluster/blue', `cluster/${cluster}`)
  .replaceAll('"blue"', `"${cluster}"`));

test.each([
  ['missing', undefined, 'nothing'],
  ['empty', [], '[]'],
])('needs the roles of the nodes: %s', (_, nodeRoles, got) => {
  expect(() => Controller.karpenter({ clusterName: 'blue', nodeRoles: nodeRoles! })).toThrow(
    `[Controller.karpenter] \`nodeRoles\` must name at least one node role, got: ${got}. ` + 'Otherwise the '
      + 'controller would have access to all of them, or to none.',
  );
});

test('passes roles to EC2 in China too, by its name there', () => {
  const document = deployed(policies(() => 'blue').inline[0], { values: VALUES });
  const passes = (service: string) =>
    allows([document], 'iam:PassRole', 'arn:aws:iam::111122223333:role/nodes', { 'iam:PassedToService': service });
  expect(['ec2.amazonaws.com', 'ec2.amazonaws.com.cn', 'eks.amazonaws.com'].map(passes)).toEqual([true, true, false]);
});

test('needs the name of the cluster', () => {
  expect(() =>
    Controller.karpenter({ clusterName: undefined!, nodeRoles: [Role.fromRoleName(literalStack(), 'Nodes', 'nodes')] }),
  ).toThrow(
    '[Controller.karpenter] `clusterName` must be the name of an EKS cluster: at most 100 letters, digits, - and _, '
      + 'got: "".',
  );
});

test.each(['', '*', 'a b'])('takes no name that no cluster has: %p', clusterName => {
  expect(() =>
    Controller.karpenter({ clusterName, nodeRoles: [Role.fromRoleName(literalStack(), 'Nodes', 'nodes')] }),
  ).toThrow(
    '[Controller.karpenter] `clusterName` must be the name of an EKS cluster: at most 100 letters, digits, - and _, '
      + `got: "${clusterName}".`,
  );
});

test("a cluster's name that is known only at deployment makes one Fn::Sub a document, which says what a literal name "
  + 'does', () => {
  const literal = policies(() => 'blue');
  const deferred = policies(
    stack => new CfnParameter(stack, 'Name', { allowedPattern: '^[A-Za-z0-9_-]+$' }).valueAsString,
  );
  expect(deferred.inline).toEqual([]);
  const strings = deferred.managed.filter(document => Object.keys(document).join() === 'Fn::Sub');
  expect(strings.length).toBeGreaterThan(0);
  // Whatever is no string has no key that only the deployment knows.
  expect(JSON.stringify(deferred.managed.filter(document => !strings.includes(document)))).not.toMatch(
    /Token|kubernetes\.io\/cluster/,
  );
  const deployedDeferred = deployedAs('blue', deferred.managed);
  expect(statements(deployedDeferred)).toEqual(statements(deployedAs('blue', [...literal.inline, ...literal.managed])));
  for (const document of deployedDeferred) {
    expect((typeof document === 'string' ? document : JSON.stringify(document)).length).toBeLessThanOrEqual(6144);
  }
});

test('a document that is too long for one managed policy is split, without losing a statement', () => {
  const long = 'c'.repeat(100);
  const { inline, managed } = policies(() => long);
  expect([inline.length, managed.length]).toEqual([0, 2]);
  for (const document of deployedAs(long, managed)) expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
  expect(statements(deployedAs(long, managed))).toEqual(
    renamed(statements(deployedAs('blue', policies(() => 'blue').inline)), long),
  );
});

test('a wildcard around a parameter is no name of a cluster', () => {
  expect(() =>
    policies(stack => `${new CfnParameter(stack, 'Name', { allowedPattern: '^[a-z]+$' }).valueAsString}*`),
  ).toThrow('`clusterName` must contain only valid characters');
});

test('a parameter that may hold anything is no name of a cluster', () => {
  expect(() => policies(stack => new CfnParameter(stack, 'Name').valueAsString)).toThrow(
    '`controller (parameter Stack/Name)` must have an allowedPattern',
  );
});
