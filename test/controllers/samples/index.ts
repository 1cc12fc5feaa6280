import { SAMPLES as ackCloudFront } from './ack-cloud-front';
import { SAMPLES as ackController } from './ack-controller';
import { SAMPLES as ackDms } from './ack-dms';
import { SAMPLES as ackEks } from './ack-eks';
import { SAMPLES as ackEmrContainers } from './ack-emr-containers';
import { SAMPLES as ackIam } from './ack-iam';
import { SAMPLES as ackKms } from './ack-kms';
import { SAMPLES as ackLambda } from './ack-lambda';
import { SAMPLES as ackLambdaMicrovms } from './ack-lambda-microvms';
import { SAMPLES as ackMwaaServerless } from './ack-mwaa-serverless';
import { SAMPLES as ackPrometheusService } from './ack-prometheus-service';
import { SAMPLES as ackRds } from './ack-rds';
import { SAMPLES as ackS3 } from './ack-s3';
import { SAMPLES as ackS3Vectors } from './ack-s3-vectors';
import { SAMPLES as ackSsm } from './ack-ssm';
import { SAMPLES as adotCollector } from './adot-collector';
import { SAMPLES as amazonManagedPrometheusIngest } from './amazon-managed-prometheus-ingest';
import { SAMPLES as argoCdImageUpdater } from './argo-cd-image-updater';
import { SAMPLES as awsGatewayApiController } from './aws-gateway-api-controller';
import { SAMPLES as awsLoadBalancerController } from './aws-load-balancer-controller';
import { SAMPLES as awsNodeTerminationHandler } from './aws-node-termination-handler';
import { SAMPLES as awsPrivateCaIssuer } from './aws-private-ca-issuer';
import { SAMPLES as certManager } from './cert-manager';
import { SAMPLES as ciRunners } from './ci-runners';
import { SAMPLES as cloudWatchAgent } from './cloud-watch-agent';
import { SAMPLES as cloudWatchExporters } from './cloud-watch-exporters';
import { SAMPLES as clusterAutoscaler } from './cluster-autoscaler';
import { SAMPLES as costMonitoring } from './cost-monitoring';
import { SAMPLES as crossplaneAwsProvider } from './crossplane-aws-provider';
import { SAMPLES as databaseBackups } from './database-backups';
import { SAMPLES as ebsCsiDriver } from './ebs-csi-driver';
import { SAMPLES as efsCsiDriver } from './efs-csi-driver';
import { SAMPLES as externalDns } from './external-dns';
import { SAMPLES as externalSecrets } from './external-secrets';
import { SAMPLES as fluentBit } from './fluent-bit';
import { SAMPLES as fluxControllers } from './flux-controllers';
import { SAMPLES as fluxImageReflector } from './flux-image-reflector';
import { SAMPLES as fsxCsiDrivers } from './fsx-csi-drivers';
import { SAMPLES as grafana } from './grafana';
import { SAMPLES as karpenter } from './karpenter';
import { SAMPLES as keda } from './keda';
import { SAMPLES as kyverno } from './kyverno';
import { SAMPLES as mountpointS3CsiDriver } from './mountpoint-s3-csi-driver';
import { SAMPLES as objectStorage } from './object-storage';
import { SAMPLES as secretsStoreCsiProvider } from './secrets-store-csi-provider';
import { SAMPLES as velero } from './velero';
import { SAMPLES as vpcCni } from './vpc-cni';
import { ControllerSample } from '../sample';

/** One for each controller, and one for each variant that has other statements. */
export const SAMPLES: ControllerSample[] = [
  ...ackController,
  ...ackCloudFront,
  ...ackDms,
  ...ackEks,
  ...ackEmrContainers,
  ...ackIam,
  ...ackKms,
  ...ackLambda,
  ...ackLambdaMicrovms,
  ...ackMwaaServerless,
  ...ackPrometheusService,
  ...ackRds,
  ...ackS3,
  ...ackS3Vectors,
  ...ackSsm,
  ...adotCollector,
  ...amazonManagedPrometheusIngest,
  ...argoCdImageUpdater,
  ...awsGatewayApiController,
  ...awsLoadBalancerController,
  ...awsNodeTerminationHandler,
  ...awsPrivateCaIssuer,
  ...certManager,
  ...ciRunners,
  ...cloudWatchAgent,
  ...cloudWatchExporters,
  ...clusterAutoscaler,
  ...costMonitoring,
  ...crossplaneAwsProvider,
  ...databaseBackups,
  ...ebsCsiDriver,
  ...efsCsiDriver,
  ...externalDns,
  ...externalSecrets,
  ...fluentBit,
  ...fluxControllers,
  ...fluxImageReflector,
  ...fsxCsiDrivers,
  ...grafana,
  ...karpenter,
  ...keda,
  ...kyverno,
  ...mountpointS3CsiDriver,
  ...objectStorage,
  ...secretsStoreCsiProvider,
  ...velero,
  ...vpcCni,
];
