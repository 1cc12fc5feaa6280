import { SAMPLES as ackController } from './ack-controller';
import { SAMPLES as clusterAutoscaler } from './cluster-autoscaler';
import { SAMPLES as crossplaneAwsProvider } from './crossplane-aws-provider';
import { SAMPLES as externalDns } from './external-dns';
import { SAMPLES as karpenter } from './karpenter';
import { SAMPLES as keda } from './keda';
import { ControllerSample } from '../sample';

/** One for each controller, and one for each variant that has other statements. */
export const SAMPLES: ControllerSample[] = [
  ...ackController,
  ...clusterAutoscaler,
  ...crossplaneAwsProvider,
  ...externalDns,
  ...karpenter,
  ...keda,
];
