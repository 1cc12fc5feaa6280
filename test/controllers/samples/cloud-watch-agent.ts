import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const GROUP = 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/containerinsights/blue/performance:log-stream:';
const OTHER_GROUP =
  'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/containerinsights/blue-2/performance:log-stream:';
const SIGNALS = 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/application-signals/data:log-stream:';
const withoutNamespace = (region: string) => ({
  action: 'cloudwatch:PutMetricData',
  resource: '*',
  context: { 'aws:RequestedRegion': region },
});
const HERE = { 'aws:RequestedRegion': 'eu-west-1' };
const metricsOf = (namespace: string) => ({
  action: 'cloudwatch:PutMetricData',
  resource: '*',
  context: { 'cloudwatch:namespace': namespace },
});

const OTEL_GROUP = GROUP.replace('/aws/', '/aws/otel/');
const common = { factory: 'cloudWatchAgent', namespace: 'amazon-cloudwatch', serviceAccountName: 'cloudwatch-agent' };

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: () => Controller.cloudWatchAgent({ clusterName: 'blue' }),
    may: [
      metricsOf('ContainerInsights'),
      metricsOf('ContainerInsights/Prometheus'),
      metricsOf('CWAgent'),
      { action: 'logs:CreateLogGroup', resource: GROUP },
      { action: 'logs:PutRetentionPolicy', resource: GROUP },
      { action: 'logs:CreateLogStream', resource: `${GROUP}node` },
      { action: 'logs:PutLogEvents', resource: `${GROUP}node` },
      { action: 'logs:DescribeLogGroups', resource: '*' },
      { action: 'ec2:DescribeTags', resource: '*' },
      { action: 'ec2:DescribeVolumes', resource: '*' },
    ],
    mayNot: [
      metricsOf('Billing'),
      { action: 'logs:PutLogEvents', resource: `${OTEL_GROUP}node` },
      withoutNamespace('eu-west-1'),
      { action: 'logs:PutLogEvents', resource: `${OTHER_GROUP}node` },
      { action: 'logs:CreateLogGroup', resource: OTHER_GROUP },
      { action: 'logs:PutLogEvents', resource: `${SIGNALS}node` },
      { action: 'logs:DeleteLogGroup', resource: GROUP },
      { action: 'xray:PutTraceSegments', resource: '*', context: HERE },
      { action: 'ssm:GetParameter', resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/AmazonCloudWatch-config' },
    ],
    scopedTo: "namespaces of metrics, the cluster's log groups",
  },
  {
    ...common,
    variant: 'OpenTelemetry',
    make: () => Controller.cloudWatchAgent({ clusterName: 'blue', otlpMetrics: true }),
    may: [
      metricsOf('CWAgent'),
      withoutNamespace('eu-west-1'),
      { action: 'logs:PutLogEvents', resource: `${OTEL_GROUP}node` },
      { action: 'logs:CreateLogGroup', resource: OTEL_GROUP },
    ],
    mayNot: [
      { action: 'logs:PutLogEvents', resource: `${OTEL_GROUP.replace('blue', 'green')}node` },
      metricsOf('Billing'),
      { ...metricsOf('Billing'), context: { 'cloudwatch:namespace': 'Billing', ...HERE } },
      withoutNamespace('us-east-1'),
      { action: 'cloudwatch:DeleteAlarms', resource: '*' },
    ],
    scopedTo: "namespaces of metrics, the cluster's log groups; metrics of OpenTelemetry: the region",
  },
  {
    ...common,
    variant: 'Application Signals',
    make: () =>
      Controller.cloudWatchAgent({
        clusterName: 'blue',
        metricNamespaces: ['ContainerInsights'],
        applicationSignals: true,
      }),
    may: [
      metricsOf('ContainerInsights'),
      { action: 'logs:PutLogEvents', resource: `${SIGNALS}node` },
      { action: 'logs:PutLogEvents', resource: `${GROUP}node` },
      { action: 'xray:PutTraceSegments', resource: '*', context: HERE },
      { action: 'xray:GetSamplingTargets', resource: '*', context: HERE },
    ],
    mayNot: [
      metricsOf('CWAgent'),
      { action: 'logs:PutLogEvents', resource: `${OTHER_GROUP}node` },
      { action: 'xray:PutTraceSegments', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } },
    ],
    scopedTo: "namespaces of metrics, the cluster's log groups; traces: the region",
  },
];
