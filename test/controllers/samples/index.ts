import { SAMPLES as ebsCsiDriver } from './ebs-csi-driver';
import { SAMPLES as efsCsiDriver } from './efs-csi-driver';
import { SAMPLES as externalDns } from './external-dns';
import { SAMPLES as fsxCsiDrivers } from './fsx-csi-drivers';
import { SAMPLES as mountpointS3CsiDriver } from './mountpoint-s3-csi-driver';
import { SAMPLES as velero } from './velero';
import { SAMPLES as vpcCni } from './vpc-cni';
import { ControllerSample } from '../sample';

/** One for each controller, and one for each variant that has other statements. */
export const SAMPLES: ControllerSample[] = [
  ...ebsCsiDriver,
  ...efsCsiDriver,
  ...externalDns,
  ...fsxCsiDrivers,
  ...mountpointS3CsiDriver,
  ...velero,
  ...vpcCni,
];
