/**
 * OpenCost, Kubecost and the readers of CloudWatch: what the table of all controllers cannot say.
 */
import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Controller, controllers, IrsaServiceAccount } from '../../src';
import { literalProvider, literalStack } from '../support';

function report(stack: Stack): controllers.CostReport {
  return {
    database: 'cur',
    table: 'report',
    reportBucket: Bucket.fromBucketName(stack, 'Report', 'cur'),
    resultBucket: Bucket.fromBucketName(stack, 'Results', 'results'),
  };
}

function synth(factory: 'kubecost' | 'openCost', options: (stack: Stack) => Partial<controllers.CostReport>) {
  const stack = literalStack();
  const controller = Controller[factory]({ costReport: { ...report(stack), ...options(stack) } });
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
  return Template.fromStack(stack).toJSON();
}

describe.each(['kubecost', 'openCost'] as const)('%s', factory => {
  test('needs something to do', () => {
    const message = `[Controller.${factory}] \`costReport\` must be given, or \`spotFeedBuckets\` or `
      + '`unusedResources` or `roles`, got: nothing. Otherwise the controller would have no permissions.';
    expect(() => Controller[factory]({})).toThrow(message);
    expect(() => Controller[factory]({ unusedResources: false })).toThrow(message);
    expect(() => Controller[factory]({ spotFeedBuckets: [] })).toThrow('`spotFeedBuckets` must name at least one');
    expect(() => Controller[factory]({ roles: [] })).toThrow('`roles` must name at least one role');
  });

  test.each(['database', 'table', 'reportBucket', 'resultBucket'])('needs the %s of a report', property => {
    expect(() => Controller[factory]({ costReport: { ...report(new Stack()), [property]: undefined } })).toThrow(
      `[Controller.${factory}] \`costReport.${property}\` must be given, got: nothing.`,
    );
  });

  test.each(['workGroup', 'database', 'table', 'region'])('refuses a wildcard as %s', property => {
    expect(() => synth(factory, () => ({ [property]: '*' }))).toThrow(
      `\`costReport.${property}\` must be a name of letters, digits, _, - and ., got: "*".`,
    );
  });

  test('refuses a parameter that takes anything, and takes a name made in the app', () => {
    expect(() => synth(factory, stack => ({ table: new CfnParameter(stack, 'Table').valueAsString }))).toThrow(
      'must have an allowedPattern',
    );
    const database = (stack: Stack) =>
      new CfnDatabase(stack, 'Database', { catalogId: stack.account, databaseInput: {} }).ref;
    expect(() => synth(factory, stack => ({ database: database(stack) }))).not.toThrow();
  });

  test('queries by the primary work group of its own region by default', () => {
    expect(JSON.stringify(synth(factory, () => ({})))).toContain(':athena:eu-west-1:111122223333:workgroup/primary');
  });
});

describe.each(['cloudWatchExporter', 'grafana', 'yetAnotherCloudWatchExporter'] as const)('%s', factory => {
  test.each(['*', 'eu-west-*', 'Ireland'])('has no region %s', region => {
    expect(() => Controller[factory]({ metrics: true, regions: [region] } as object)).toThrow(
      `[Controller.${factory}] \`regions\` must contain names of regions, got: "${region}". For example \`eu-west-1\`.`,
    );
  });

  test('refuses empty lists', () => {
    expect(() => Controller[factory]({ metrics: true, regions: [] } as object)).toThrow(
      '`regions` must name at least one region, got: [].',
    );
    expect(() => Controller[factory]({ metrics: true, roles: [] } as object)).toThrow(
      '`roles` must name at least one role, got: [].',
    );
  });
});

test.each(['us-east-1', 'us-gov-west-1', 'cn-northwest-1', 'us-iso-east-1', 'ap-southeast-5', 'eusc-de-east-1'])(
  'takes the region %s',
  region => {
    expect(() => Controller.cloudWatchExporter({ regions: [region] })).not.toThrow();
  },
);

test.each<[string, () => Controller, string]>([
  ['grafana', () => Controller.grafana({}), '`metrics` must be given, or `logGroups`'],
  ['grafana', () => Controller.grafana({ logGroups: [] }), '`logGroups` must name at least one log group'],
  ['kyverno', () => Controller.kyverno({}), '`repositories` must be given, or `keys`'],
  ['kyverno', () => Controller.kyverno({ keys: [] }), '`keys` must name at least one KMS key'],
  ['gitHubRunners', () => Controller.gitHubRunners({}), '`repositories` must be given, or `pullRepositories`'],
  ['gitHubRunners', () => Controller.gitHubRunners({ repositories: [] }), '`repositories` must name at least one'],
  ['fluxKustomizeController', () => Controller.fluxKustomizeController({ keys: [] }), '`keys` must name at least one'],
])('%s refuses an empty scope', (factory, make, message) => {
  expect(make).toThrow(`[Controller.${factory}] ${message}`);
});
