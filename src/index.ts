export { ClusterLookupOptions, ClusterOidcProvider, ClusterOidcProviderProps } from './cluster-oidc-provider';
export { ServiceAccountSubject } from './service-account-subject';
export { AddServiceAccountsOptions, TrustPolicy } from './trust-policy';
export { IrsaRole, IrsaRoleOptions, IrsaRoleProps } from './irsa-role';
export { IrsaServiceAccount, IrsaServiceAccountProps } from './irsa-service-account';
export { KubernetesManifests } from './kubernetes-manifests';
