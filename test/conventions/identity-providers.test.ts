/**
 * Which issuers are known not to be clusters.
 */
import { identityProviderOf } from '../../src/conventions/identity-providers';
import { ISSUER } from '../support';

test.each([
  ['token.actions.githubusercontent.com', 'GitHub Actions'],
  ['token.actions.githubusercontent.com/octo-enterprise', 'GitHub Actions'],
  ['github.example.com/_services/token', 'GitHub Actions'],
  ['https://gitlab.com', 'GitLab'],
  ['oidc.circleci.com/org/0000', 'CircleCI'],
  ['app.terraform.io', 'HCP Terraform'],
  ['sts.windows.net/1111/', 'Microsoft Entra ID'],
  ['login.microsoftonline.com/1111/v2.0', 'Microsoft Entra ID'],
  ['cognito-identity.amazonaws.com', 'Amazon Cognito'],
  ['cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example', 'Amazon Cognito'],
  ['accounts.google.com', 'Google'],
])('%s is %s', (issuer, name) => {
  expect(identityProviderOf(issuer)?.name).toBe(name);
});

test.each([
  ISSUER,
  'oidc-eks.eu-west-1.api.aws/id/EXAMPLE',
  'container.googleapis.com/v1/projects/p/locations/l/clusters/c',
  'westeurope.oic.prod-aks.azure.com/1111/2222',
  'my-bucket.s3.eu-west-1.amazonaws.com',
  'token.actions.githubusercontent.com.example.com',
  'cluster.gitlab.com',
  '⟨Stack/Cluster.OpenIdConnectIssuer⟩',
])('%s may be a cluster', issuer => {
  expect(identityProviderOf(issuer)).toBeUndefined();
});
