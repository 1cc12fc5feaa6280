export { ClusterOidcProvider, type ClusterLookupOptions, type ClusterOidcProviderProps } from './cluster-oidc-provider';
export { SelfHostedIssuer, type SelfHostedIssuerProps } from './self-hosted-issuer';
export { IssuerHosting, type CloudFrontOptions, type PublicBucketOptions } from './issuer-hosting';
export { ServiceAccountSubject } from './service-account-subject';
export {
  TrustPolicy, type AddPodIdentityOptions, type AddPrincipalOptions, type AddServiceAccountsOptions,
} from './trust-policy';
export { Controller } from './controller';
export { type AckControllerOptions, AckService } from './controllers/ack-controller';
export * as controllers from './controllers';
export { IrsaRole, type IrsaRoleOptions, type IrsaRoleProps } from './irsa-role';
export { type ServiceAccountOptions } from './service-account-options';
export { type IWorkloadIdentity } from './workload-identity';
export { IrsaServiceAccount, type IrsaServiceAccountProps } from './irsa-service-account';
export { type PodIdentityOptions } from './pod-identity-options';
export { PodIdentityTags } from './pod-identity-tags';
export { PodIdentityServiceAccount, type PodIdentityServiceAccountProps } from './pod-identity-service-account';
export { AddonConflictResolution, ManagedAddon, type ManagedAddonProps } from './managed-addon';
export { KubernetesManifests, type HelmValuesOptions, type ManifestFilesOptions } from './kubernetes-manifests';
export { type WorkloadOptions } from './workload-options';
export { KubernetesSubject } from './kubernetes-subject';
export {
  type ExecGuardOptions,
  GuardMode,
  type GuardPolicyOptions,
  type IntegrityGuardOptions,
  type TokenGuardOptions,
  UnlistedServiceAccounts,
  WorkloadIdentityGuard,
  type WorkloadIdentityGuardProps,
} from './workload-identity-guard';
export { CdkTokenResolver } from './cdk-token-resolver';
export {
  type AllowedServiceAccounts,
  type AllowsOnlyOptions,
  type IrsaAssertionsOptions,
  type RoleSelection,
  type ServiceAccountAccess,
} from './access-options';
export { IrsaAssertions } from './irsa-assertions';
export { IrsaValidator, type IrsaValidatorProps } from './irsa-validator';
