import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const WORKSPACE = 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-11111111-2222-3333-4444-555555555555';
const OTHER_WORKSPACE = 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-99999999-2222-3333-4444-555555555555';

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'amazonManagedPrometheusIngest',
    make: () => Controller.amazonManagedPrometheusIngest({ workspaceIds: ['ws-11111111-2222-3333-4444-555555555555'] }),
    namespace: 'prometheus',
    serviceAccountName: 'amp-iamproxy-ingest-service-account',
    may: ['RemoteWrite', 'GetSeries', 'GetLabels', 'GetMetricMetadata'].map(action => ({
      action: `aps:${action}`,
      resource: WORKSPACE,
    })),
    mayNot: [
      { action: 'aps:RemoteWrite', resource: OTHER_WORKSPACE },
      { action: 'aps:QueryMetrics', resource: WORKSPACE },
      { action: 'aps:DeleteWorkspace', resource: WORKSPACE },
    ],
    scopedTo: 'the workspaces',
  },
];
