export { ClusterOidcProvider, type ClusterLookupOptions, type ClusterOidcProviderProps } from './cluster-oidc-provider';
export { ServiceAccountSubject } from './service-account-subject';
export { TrustPolicy, type AddPodIdentityOptions, type AddServiceAccountsOptions } from './trust-policy';
export { IrsaRole, type IrsaRoleOptions, type IrsaRoleProps } from './irsa-role';
export { type ServiceAccountOptions } from './service-account-options';
export { IrsaServiceAccount, type IrsaServiceAccountProps } from './irsa-service-account';
export { type PodIdentityOptions } from './pod-identity-options';
export { PodIdentityServiceAccount, type PodIdentityServiceAccountProps } from './pod-identity-service-account';
export { KubernetesManifests } from './kubernetes-manifests';
