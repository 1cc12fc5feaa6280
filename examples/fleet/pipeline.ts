import { App, Stack } from 'aws-cdk-lib';
import { PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import { ClusterStage } from './cluster-stage';
import { CLUSTERS, SERVICE_ACCOUNTS } from './inventory';

const app = new App();

// The same stages, deployed from main with CDK Pipelines: Europe first, then America after an approval.
const [first] = CLUSTERS;
const delivery = new Stack(app, 'Delivery', { env: { account: first.account, region: first.region } });
const pipeline = new CodePipeline(delivery, 'Pipeline', {
  pipelineType: PipelineType.V2,
  crossAccountKeys: true,
  synth: new ShellStep('Synth', {
    input: CodePipelineSource.connection('example/fleet', 'main', {
      connectionArn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/11112222-3333-4444-5555-666677778888',
    }),
    commands: ['npm ci', 'npx cdk synth --app "npx tsx pipeline.ts"'],
  }),
});
for (const [index, { id, account, region, ...cluster }] of CLUSTERS.entries()) {
  const stage = new ClusterStage(app, id, { env: { account, region }, ...cluster, serviceAccounts: SERVICE_ACCOUNTS });
  pipeline.addStage(stage, { pre: index > 0 ? [new ManualApprovalStep(`Approve${id}`)] : [] });
}
