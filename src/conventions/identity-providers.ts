/**
 * Identity providers that are not Kubernetes clusters. Advice about service accounts does not apply to them.
 */
import { remembered } from './remembered';

export interface IdentityProvider {
  readonly name: string;
  /** Matches the issuer, without `https://`. */
  readonly issuer: RegExp;
  /** The format of `sub`. Undefined for sign-in services, where the audience may be sufficient. */
  readonly subject?: string;
  /** The usual value of `aud`. */
  readonly audience: string;
}

const IDENTITY_PROVIDERS: readonly IdentityProvider[] = [
  /** @see https://docs.github.com/en/actions/reference/security/oidc */
  {
    name: 'GitHub Actions',
    issuer: /^token\.actions\.githubusercontent\.com(\/|$)|\/_services\/token$/,
    subject: 'repo:<owner>/<repository>:ref:refs/heads/<branch>',
    audience: 'sts.amazonaws.com',
  },
  /** @see https://docs.gitlab.com/ci/cloud_services/aws/ */
  {
    name: 'GitLab',
    issuer: /^gitlab\.com$/,
    subject: 'project_path:<group>/<project>:ref_type:branch:ref:<branch>',
    audience: 'https://gitlab.com',
  },
  /** @see https://circleci.com/docs/openid-connect-tokens/ */
  {
    name: 'CircleCI',
    issuer: /^oidc\.circleci\.com\/org\//,
    subject: 'org/<organization-id>/project/<project-id>/user/*',
    audience: '<organization-id>',
  },
  /** @see https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/aws-configuration */
  {
    name: 'HCP Terraform',
    issuer: /^app\.terraform\.io$/,
    subject: 'organization:<organization>:project:<project>:workspace:<workspace>:run_phase:*',
    audience: 'aws.workload.identity',
  },
  /** @see https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference */
  {
    name: 'Microsoft Entra ID',
    issuer: /^(sts\.windows\.net|login\.microsoftonline\.com)\//,
    subject: '<object-id>',
    audience: '<application-id>',
  },
  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
  {
    name: 'Amazon Cognito',
    issuer: /^(cognito-identity\.amazonaws\.com|cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/.+)$/,
    audience: '<client-id>',
  },
  /** @see https://developers.google.com/identity/openid-connect/openid-connect */
  {
    name: 'Google',
    issuer: /^accounts\.google\.com$/,
    audience: '<client-id>',
  },
];

/**
 * Returns the provider of an issuer, if it is known not to be a cluster.
 *
 * @param issuer with or without `https://`
 */
export const identityProviderOf = remembered((issuer): IdentityProvider | undefined => {
  const withoutScheme = issuer.replace(/^https?:\/\//i, '');
  return IDENTITY_PROVIDERS.find(provider => provider.issuer.test(withoutScheme));
});

/** Whether a pattern of `sub` does not restrict the owner of the token: it has a wildcard before the first name. */
export function leavesSubjectOpen({ subject }: IdentityProvider, pattern: string): boolean {
  const wildcard = pattern.search(/[*?]/);
  return subject !== undefined && wildcard >= 0 && subject.split('<')[0].startsWith(pattern.slice(0, wildcard));
}
