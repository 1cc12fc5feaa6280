export { ClusterOidcProvider, type ClusterLookupOptions, type ClusterOidcProviderProps } from './cluster-oidc-provider';
export { SelfHostedIssuer, type SelfHostedIssuerProps } from './self-hosted-issuer';
export { IssuerHosting, type CloudFrontOptions, type PublicBucketOptions } from './issuer-hosting';
export { ServiceAccountSubject } from './service-account-subject';
export { TrustPolicy, type AddServiceAccountsOptions } from './trust-policy';
export { IrsaRole, type IrsaRoleOptions, type IrsaRoleProps } from './irsa-role';
export { IrsaServiceAccount, type IrsaServiceAccountProps } from './irsa-service-account';
export { KubernetesManifests } from './kubernetes-manifests';
