import { SAMPLES as clusterAutoscaler } from './cluster-autoscaler';
import { SAMPLES as externalDns } from './external-dns';
import { ControllerSample } from '../sample';

/** One for each controller, and one for each variant that has other statements. */
export const SAMPLES: ControllerSample[] = [
  ...clusterAutoscaler,
  ...externalDns,
];
