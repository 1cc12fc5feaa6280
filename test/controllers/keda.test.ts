import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnServerlessCluster } from 'aws-cdk-lib/aws-msk';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Controller, IrsaServiceAccount, controllers } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { agnosticStack, literalProvider, literalStack } from '../support';

const CLUSTER_ARN = 'arn:aws:kafka:eu-west-1:111122223333:cluster/blue/11111111-2222-3333-4444-555555555555-6';
const ARN_RULE =
  '`mskClusters.clusterArn` must be the ARN of an MSK cluster: '
    + 'arn:<partition>:kafka:<region>:<account>:cluster/<name>/<id>, got: ';
const NAME_RULE =
  'must contain names, optionally with a trailing *, without other wildcards, $ or whitespace, got: ';
const msk = (cluster: Partial<controllers.KedaMskCluster>): controllers.KedaOptions => ({
  mskClusters: [{ clusterArn: CLUSTER_ARN, topics: ['orders'], consumerGroups: ['shop'], ...cluster }],
});
const EMPTY = 'Otherwise the controller would have access to all of them, or to none.';

test.each([[{}], [{ cloudWatchMetrics: false }]])('needs a source: %j', options => {
  expect(() => Controller.keda(options)).toThrow(
    new Error(
      '[Controller.keda] `queues` must be given, or `streams` or `tables` or `tableStreams` or '
        + '`prometheusWorkspaceIds` or `mskClusters` or `cloudWatchMetrics` or `secrets` or `workloadRoles`,'
        + ' got: nothing. Otherwise the controller would have no permissions.',
    ),
  );
});

test.each<[controllers.KedaOptions, string]>([
  [{ queues: [] }, `\`queues\` must name at least one queue, got: []. ${EMPTY}`],
  [{ cloudWatchMetrics: true, streams: [] }, `\`streams\` must name at least one stream, got: []. ${EMPTY}`],
  [{ tables: [] }, `\`tables\` must name at least one table, got: []. ${EMPTY}`],
  [{ tableStreams: [] }, `\`tableStreams\` must name at least one table, got: []. ${EMPTY}`],
  [{ prometheusWorkspaceIds: [] }, `\`prometheusWorkspaceIds\` must name at least one workspace, got: []. ${EMPTY}`],
  [{ mskClusters: [] }, `\`mskClusters\` must name at least one cluster, got: []. ${EMPTY}`],
  [{ secrets: [] }, `\`secrets\` must name at least one secret, got: []. ${EMPTY}`],
  [{ workloadRoles: [] }, `\`workloadRoles\` must name at least one role, got: []. ${EMPTY}`],
  [msk({ topics: [] }), `\`mskClusters.topics\` must name at least one topic, got: []. ${EMPTY}`],
  [
    msk({ consumerGroups: [] }),
    `\`mskClusters.consumerGroups\` must name at least one consumer group, got: []. ${EMPTY}`,
  ],
  [msk({ clusterArn: 'blue' }), `${ARN_RULE}"blue". \`aws kafka list-clusters-v2\` prints it.`],
  [msk({ clusterArn: `${CLUSTER_ARN}/*` }), `${ARN_RULE}"${CLUSTER_ARN}/*". \`aws kafka list-clusters-v2\` prints it.`],
  [msk({ topics: ['orders', '*'] }), `\`mskClusters.topics\` ${NAME_RULE}"*". Use the names in your ScaledObjects.`],
  [msk({ topics: ['a*b'] }), `\`mskClusters.topics\` ${NAME_RULE}"a*b". Use the names in your ScaledObjects.`],
  [
    msk({ consumerGroups: ['${x}'] }),
    `\`mskClusters.consumerGroups\` ${NAME_RULE}"\${x}". Use the names in your ScaledObjects.`,
  ],
])('refuses %j', (options, message) => {
  expect(() => Controller.keda(options)).toThrow(new Error(`[Controller.keda] ${message}`));
});

function synth(stack: Stack, options: controllers.KedaOptions): void {
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller: Controller.keda(options) });
  Template.fromStack(stack);
}

test('a cluster of MSK may be made in the same app', () => {
  const stack = agnosticStack();
  const { attrArn } = new CfnServerlessCluster(stack, 'Msk', {
    clusterName: 'blue',
    vpcConfigs: [{ subnetIds: ['subnet-1', 'subnet-2'] }],
    clientAuthentication: { sasl: { iam: { enabled: true } } },
  });
  const options = msk({ clusterArn: attrArn });
  const document = deployed(stack.resolve(Controller.keda(options).policyDocument(stack)), {
    values: { 'Msk.Arn': CLUSTER_ARN },
  });
  const describes = (topic: string) =>
    allows([document], 'kafka-cluster:DescribeTopic', `${CLUSTER_ARN.replace(':cluster/', ':topic/')}/${topic}`);
  expect([describes('orders'), describes('orders-2')]).toEqual([true, false]);
  expect(() => synth(stack, options)).not.toThrow();
});

test.each<[string, (parameter: string) => Partial<controllers.KedaMskCluster>]>([
  ['mskClusters.clusterArn', clusterArn => ({ clusterArn })],
  ['mskClusters.topics', topic => ({ topics: [topic] })],
  ['mskClusters.consumerGroups', group => ({ consumerGroups: [group] })],
])('%s may not come from a parameter that takes anything', (property, cluster) => {
  const stack = literalStack();
  const { valueAsString } = new CfnParameter(stack, 'Parameter');
  expect(() => synth(stack, msk(cluster(valueAsString)))).toThrow(
    `\`${property} (parameter Stack/Parameter)\` must have an allowedPattern`,
  );
});

test('a workspace has an id', () => {
  expect(() => synth(literalStack(), { prometheusWorkspaceIds: ['*'] })).toThrow(
    '`prometheusWorkspaceIds` must contain IDs of workspaces, which begin with ws-, got: "*".',
  );
});

test('a secret of this stack is meant by its full ARN, with its key', () => {
  const stack = literalStack();
  const secret = new Secret(stack, 'Secret', { encryptionKey: new Key(stack, 'Key') });
  const [read, decrypt, ...more] = stack.resolve(
    Controller.keda({ secrets: [secret] }).policyDocument(stack),
  ).Statement;
  expect(read).toEqual({
    Action: 'secretsmanager:GetSecretValue',
    Effect: 'Allow',
    Resource: { Ref: expect.stringMatching(/^Secret/) },
  });
  expect(decrypt).toEqual({
    Action: 'kms:Decrypt',
    Effect: 'Allow',
    Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    Condition: { StringEquals: { 'kms:ViaService': ['secretsmanager.eu-west-1.amazonaws.com'] } },
  });
  expect(more).toEqual([]);
});
