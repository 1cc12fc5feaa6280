import { SAMPLES as ebsCsiDriver } from './ebs-csi-driver';
import { SAMPLES as efsCsiDriver } from './efs-csi-driver';
import { SAMPLES as externalDns } from './external-dns';
import { ControllerSample } from '../sample';

/** One for each controller, and one for each variant that has other statements. */
export const SAMPLES: ControllerSample[] = [
  ...ebsCsiDriver,
  ...efsCsiDriver,
  ...externalDns,
];
