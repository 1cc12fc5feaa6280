import { App, AppProps, CfnElement, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ClusterOidcProvider, IrsaServiceAccount, IrsaServiceAccountProps } from '../src';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
export const ISSUER_URL = `https://${ISSUER}`;
export const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
export const SAFE_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** A stack of a literal environment, in an app of its own unless one is given. */
export function literalStack(
  app: Construct = new App(),
  id = 'Stack',
  env = { account: ACCOUNT, region: REGION },
): Stack {
  return new Stack(app, id, { env });
}

/** A stack that can go to any account and region. */
export function agnosticStack(app: Construct = new App(), id = 'Stack'): Stack {
  return new Stack(app, id);
}

export function appWith(context: Record<string, unknown>, props: AppProps = {}): App {
  return new App({ ...props, postCliContext: context });
}

/** A provider of the account with a literal issuer. */
export function literalProvider(scope: Construct, id = 'Oidc', issuerUrl = ISSUER_URL): IOpenIdConnectProvider {
  return ClusterOidcProvider.fromIssuerUrl(scope, id, issuerUrl);
}

/** A cluster whose issuer only the deployment knows. */
export function cluster(scope: Construct, id = 'Cluster'): CfnCluster {
  return new CfnCluster(scope, id, {
    roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
    resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
  });
}

export function deferredProvider(scope: Construct, id = 'Oidc'): ClusterOidcProvider {
  return new ClusterOidcProvider(scope, id, { issuerUrl: cluster(scope).attrOpenIdConnectIssuerUrl });
}

export function serviceAccount(
  scope: Construct,
  id: string,
  props: Partial<IrsaServiceAccountProps> = {},
): IrsaServiceAccount {
  return new IrsaServiceAccount(scope, id, {
    oidcProvider: props.oidcProvider ?? literalProvider(scope, `${id}Oidc`),
    namespace: 'default',
    serviceAccountName: 'my-service-account',
    ...props,
  });
}

/** The trust policies of the roles in a stack, by logical id, as the template holds them. */
export function trustPolicies(stack: Stack): Record<string, any> {
  const roles = Template.fromStack(stack).findResources('AWS::IAM::Role');
  return Object.fromEntries(Object.entries(roles).map(([id, role]) => [id, role.Properties.AssumeRolePolicyDocument]));
}

/** The one trust policy of a stack. */
export function trustPolicy(stack: Stack): any {
  const policies = Object.values(trustPolicies(stack));
  expect(policies).toHaveLength(1);
  return policies[0];
}

/** The text of the warnings of a stack. */
export function warnings(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => `${entry.data}`);
}

export function logicalId(stack: Stack, construct: Construct): string {
  return stack.getLogicalId(construct.node.defaultChild as CfnElement);
}
