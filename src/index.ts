export { ClusterOidcProvider, type ClusterLookupOptions, type ClusterOidcProviderProps } from './cluster-oidc-provider';
export { ServiceAccountSubject } from './service-account-subject';
export { TrustPolicy, type AddServiceAccountsOptions } from './trust-policy';
export { IrsaRole, type IrsaRoleOptions, type IrsaRoleProps } from './irsa-role';
export { IrsaServiceAccount, type IrsaServiceAccountProps } from './irsa-service-account';
export { KubernetesManifests, type HelmValuesOptions, type ManifestFilesOptions } from './kubernetes-manifests';
