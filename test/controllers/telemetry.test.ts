/**
 * Of the controllers that send metrics, logs and traces, what the table does not say.
 */
import { CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnWorkspace } from 'aws-cdk-lib/aws-aps';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { agnosticStack, literalProvider, literalStack, warnings } from '../support';

const values = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '111122223333' };

function synth(stack: Stack, controller: Controller): void {
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
  Template.fromStack(stack);
}

test.each<[string, () => Controller, string]>([
  [
    'adotCollector',
    () => Controller.adotCollector({}),
    '`prometheusWorkspaceIds` must be given, or `traces` or `logGroups`, got: nothing. Otherwise the controller '
      + 'would have no permissions.',
  ],
  [
    'adotCollector',
    () => Controller.adotCollector({ traces: false }),
    '`prometheusWorkspaceIds` must be given, or `traces` or `logGroups`, got: nothing. Otherwise the controller '
      + 'would have no permissions.',
  ],
  [
    'adotCollector',
    () => Controller.adotCollector({ prometheusWorkspaceIds: [] }),
    '`prometheusWorkspaceIds` must name at least one workspace, got: []. Otherwise the controller would have access '
      + 'to all of them, or to none.',
  ],
  [
    'adotCollector',
    () => Controller.adotCollector({ traces: true, logGroups: [] }),
    '`logGroups` must name at least one log group, got: []. Otherwise the controller would have access to all of '
      + 'them, or to none.',
  ],
  [
    'adotCollector',
    () => Controller.adotCollector({ prometheusWorkspaceIds: Fn.split(',', Fn.ref('Ids')) }),
    '`prometheusWorkspaceIds` must name at least one workspace, got: a value known only at deployment. Otherwise the '
      + 'controller would have access to all of them, or to none.',
  ],
  [
    'amazonManagedPrometheusIngest',
    () => Controller.amazonManagedPrometheusIngest({ workspaceIds: [] }),
    '`workspaceIds` must name at least one workspace, got: []. Otherwise the controller would have access to all of '
      + 'them, or to none.',
  ],
  [
    'argoCdImageUpdater',
    () => Controller.argoCdImageUpdater({ repositories: [] }),
    '`repositories` must name at least one repository, got: []. Otherwise the controller would have access to all of '
      + 'them, or to none.',
  ],
  [
    'fluentBit',
    () => Controller.fluentBit({ logGroups: [] }),
    '`logGroups` must name at least one log group, got: []. Otherwise the controller would have access to all of '
      + 'them, or to none.',
  ],
  [
    'cloudWatchAgent',
    () => Controller.cloudWatchAgent({ clusterName: 'blue', metricNamespaces: [] }),
    '`metricNamespaces` must name at least one namespace of CloudWatch, got: []. Otherwise the controller would have '
      + 'access to all of them, or to none.',
  ],
  [
    'cloudWatchAgent',
    () => Controller.cloudWatchAgent({ clusterName: '*' }),
    '`clusterName` must be the name of an EKS cluster: at most 100 letters, digits, - and _, got: "*". `aws eks '
      + 'list-clusters` prints your clusters.',
  ],
])('%s refuses an empty scope', (factory, make, message) => {
  expect(make).toThrow(new Error(`[Controller.${factory}] ${message}`));
});

test.each(['*', 'ws-*', 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-1'])('a workspace is no %s', id => {
  const message = `must contain IDs of workspaces, which begin with ws-, got: ${JSON.stringify(id)}. ` + '`aws amp '
    + 'list-workspaces` prints them. For a CDK construct, use `workspace.attrWorkspaceId`.';
  expect(() => synth(literalStack(), Controller.amazonManagedPrometheusIngest({ workspaceIds: [id] }))).toThrow(
    `\`workspaceIds\` ${message}`,
  );
  expect(() => synth(literalStack(), Controller.adotCollector({ prometheusWorkspaceIds: [id] }))).toThrow(
    `\`prometheusWorkspaceIds\` ${message}`,
  );
});

test('a workspace may be made in the same app', () => {
  const stack = agnosticStack();
  const workspace = new CfnWorkspace(stack, 'Workspace');
  const controller = Controller.amazonManagedPrometheusIngest({ workspaceIds: [workspace.attrWorkspaceId] });
  const document = deployed(stack.resolve(controller.policyDocument(stack)), {
    values: { ...values, 'Workspace.WorkspaceId': 'ws-1' },
  });
  expect(allows([document], 'aps:RemoteWrite', 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-1')).toBe(true);
  expect(allows([document], 'aps:RemoteWrite', 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-2')).toBe(false);
  expect(() => synth(stack, controller)).not.toThrow();
});

test('a log group may be made in the same app', () => {
  const stack = literalStack();
  const group = new LogGroup(stack, 'Logs');
  const document = stack.resolve(Controller.fluentBit({ logGroups: [group] }).policyDocument(stack));
  expect(document.Statement[0].Resource).toEqual({
    'Fn::GetAtt': [stack.getLogicalId(group.node.defaultChild as any), 'Arn'],
  });
});

test('the name of the cluster may be known only at deployment', () => {
  const stack = literalStack();
  const name = new CfnParameter(stack, 'ClusterName', { allowedPattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$' }).valueAsString;
  const controller = Controller.cloudWatchAgent({ clusterName: name });
  const document = deployed(stack.resolve(controller.policyDocument(stack)), {
    values: { ...values, ClusterName: 'blue' },
  });
  const stream = (cluster: string) =>
    `arn:aws:logs:eu-west-1:111122223333:log-group:/aws/containerinsights/${cluster}/host:log-stream:node`;
  expect([stream('blue'), stream('green')].map(resource => allows([document], 'logs:PutLogEvents', resource))).toEqual([
    true,
    false,
  ]);
  expect(() => synth(stack, controller)).not.toThrow();
});

test('the name of the cluster may not come from a parameter that takes anything', () => {
  const stack = literalStack();
  const { valueAsString: clusterName } = new CfnParameter(stack, 'ClusterName');
  expect(() => synth(stack, Controller.cloudWatchAgent({ clusterName }))).toThrow(
    '`clusterName (parameter Stack/ClusterName)` must have an allowedPattern',
  );
});

test.each<[boolean, string[]]>([
  [false, ['CloudWatchAgentServerPolicy']],
  [true, ['CloudWatchAgentServerPolicy', 'AWSXrayWriteOnlyAccess']],
])(
  "the CloudWatch agent has AWS's own policies where asked, and says how far they reach (Application Signals: %s)",
  (applicationSignals, names) => {
    const stack = literalStack();
    const controller = Controller.cloudWatchAgent({ clusterName: 'blue', applicationSignals, useManagedPolicy: true });
    synth(stack, controller);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Role', {
      ManagedPolicyArns: names.map(name => ({
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${name}`]],
      })),
      Policies: Match.absent(),
    });
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    expect(warnings(stack)).toEqual([
      expect.stringContaining(
        '`controller` (cloudwatch-agent) has permissions beyond the resources that you named: '
          + 'CloudWatchAgentServerPolicy covers all metrics and log groups of the account. Leave `useManagedPolicy` '
          + 'out if the narrower statements are sufficient. [ack: cdk-irsa:controller-unscoped]',
      ),
    ]);
  },
);
