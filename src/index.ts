export { ClusterOidcProvider, type ClusterLookupOptions, type ClusterOidcProviderProps } from './cluster-oidc-provider';
export { SelfHostedIssuer, type SelfHostedIssuerProps } from './self-hosted-issuer';
export { IssuerHosting, type CloudFrontOptions, type PublicBucketOptions } from './issuer-hosting';
export { ServiceAccountSubject } from './service-account-subject';
export { TrustPolicy, type AddPodIdentityOptions, type AddServiceAccountsOptions } from './trust-policy';
export { Controller } from './controller';
export { type AckControllerOptions, AckService } from './controllers/ack-controller';
export { type AckAcmOptions } from './controllers/ack/acm';
export { type AckCloudFrontOptions } from './controllers/ack/cloud-front';
export { type AckDmsOptions } from './controllers/ack/dms';
export { type AckEksOptions } from './controllers/ack/eks';
export { type AckEmrContainersOptions } from './controllers/ack/emr-containers';
export { type AckIamOptions } from './controllers/ack/iam';
export { type AckKmsOptions } from './controllers/ack/kms';
export { type AckLambdaOptions } from './controllers/ack/lambda';
export { type AckLambdaMicrovmsOptions } from './controllers/ack/lambda-microvms';
export { type AckMwaaServerlessOptions } from './controllers/ack/mwaa-serverless';
export { type AckNamePrefixOptions, type AckResourceTagsOptions } from './controllers/ack/parts';
export { type AckRdsOptions } from './controllers/ack/rds';
export { type AckS3Options } from './controllers/ack/s3';
export { type AckSsmOptions } from './controllers/ack/ssm';
export { type AdotCollectorOptions } from './controllers/adot-collector';
export { type AmazonManagedPrometheusIngestOptions } from './controllers/amazon-managed-prometheus-ingest';
export { type ArgoCdImageUpdaterOptions } from './controllers/argo-cd-image-updater';
export { type AwsGatewayApiControllerOptions } from './controllers/aws-gateway-api-controller';
export {
  type AwsLoadBalancerControllerOptions,
  type AwsLoadBalancerControllerTargetGroupBindingOnlyOptions,
} from './controllers/aws-load-balancer-controller';
export { type AwsNodeTerminationHandlerOptions } from './controllers/aws-node-termination-handler';
export { type AwsPrivateCaIssuerOptions } from './controllers/aws-private-ca-issuer';
export { type CertManagerOptions } from './controllers/cert-manager';
export { type CloudWatchAgentOptions } from './controllers/cloud-watch-agent';
export { type ClusterAutoscalerOptions } from './controllers/cluster-autoscaler';
export { type CrossplaneAwsProviderOptions } from './controllers/crossplane-aws-provider';
export { type EbsCsiDriverOptions } from './controllers/ebs-csi-driver';
export { type EfsCsiDriverOptions, type EfsCsiNodeOptions } from './controllers/efs-csi-driver';
export { type ExternalDnsOptions } from './controllers/external-dns';
export { type ExternalSecretsOptions } from './controllers/external-secrets';
export { type FluentBitOptions } from './controllers/fluent-bit';
export { type FluxImageReflectorOptions } from './controllers/flux-image-reflector';
export { type FsxLustreCsiDriverOptions, type FsxOpenZfsCsiDriverOptions } from './controllers/fsx-csi-drivers';
export { type KarpenterOptions } from './controllers/karpenter';
export { type KedaOptions } from './controllers/keda';
export { type KedaMskCluster } from './controllers/keda-msk-cluster';
export { type MountpointS3CsiDriverOptions } from './controllers/mountpoint-s3-csi-driver';
export { type SecretsStoreCsiProviderOptions } from './controllers/secrets-store-csi-provider';
export { type VeleroOptions } from './controllers/velero';
export { type VpcCniOptions } from './controllers/vpc-cni';
export { IrsaRole, type IrsaRoleOptions, type IrsaRoleProps } from './irsa-role';
export { type ServiceAccountOptions } from './service-account-options';
export { IrsaServiceAccount, type IrsaServiceAccountProps } from './irsa-service-account';
export { type PodIdentityOptions } from './pod-identity-options';
export { PodIdentityServiceAccount, type PodIdentityServiceAccountProps } from './pod-identity-service-account';
export { KubernetesManifests, type HelmValuesOptions, type ManifestFilesOptions } from './kubernetes-manifests';
export { type WorkloadOptions } from './workload-options';
export { CdkTokenResolver } from './cdk-token-resolver';
export {
  type AllowedServiceAccounts,
  type AllowsOnlyOptions,
  type IrsaAssertionsOptions,
  type ServiceAccountAccess,
} from './access-options';
export { IrsaAssertions } from './irsa-assertions';
export { IrsaValidator, type IrsaValidatorProps } from './irsa-validator';
