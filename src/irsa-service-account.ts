import { Duration } from 'aws-cdk-lib';
import { IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DEFAULT_AUDIENCE } from './conventions/web-identity';
import {
  AUDIENCE_ANNOTATION,
  REGIONAL_STS_ANNOTATION,
  ROLE_ARN_ANNOTATION,
  TOKEN_EXPIRATION_ANNOTATION,
} from './conventions/webhook-annotations';
import { PodIdentityOptions } from './pod-identity-options';
import { failIf } from './private/errors';
import { audienceProblem, ProviderFacts, providerProblem } from './private/issuer/issuer';
import { seconds, tokenExpirationProblem } from './private/manifests/token-expiration';
import { claimWebIdentities } from './private/role/cluster-claims';
import { existingRoleProviderProblems } from './private/role/existing-role';
import {
  associate,
  associationProblems,
  clusterOfAssociation,
  podIdentityProblem,
  trustPodIdentity,
} from './private/role/pod-identity-association';
import { fingerprint, settle } from './private/values/tokens';
import { ClusterOfAccount, DecidedAnnotation, POD_IDENTITY, ServiceAccountBase } from './service-account-base';
import { ServiceAccountOptions } from './service-account-options';
import { TrustPolicy } from './trust-policy';


/**
 * Properties of `IrsaServiceAccount`.
 */
export interface IrsaServiceAccountProps extends ServiceAccountOptions {
  /**
   * The OIDC provider of the cluster, in the account of the role: a `ClusterOidcProvider`, a provider of the CDK, or
   * `cluster.openIdConnectProvider`.
   */
  readonly oidcProvider: IOpenIdConnectProvider;

  /**
   * The audience of the token. It must be a client ID of the provider.
   *
   * @default 'sts.amazonaws.com'
   */
  readonly audience?: string;

  /**
   * How long a token is valid, 10 minutes to 24 hours (600 to 86,400 seconds). A Pod can override it.
   *
   * @default - the setting of the webhook, 24 hours on EKS
   */
  readonly tokenExpiration?: Duration;

  /**
   * Whether pods call the STS endpoint of their own region instead of the global one.
   *
   * @default true
   */
  readonly regionalStsEndpoint?: boolean;

  /**
   * Also allows EKS Pod Identity, so that you can migrate to it without an outage. The role trusts both, and the
   * service account is associated with the role. New pods then get their credentials from Pod Identity, so the nodes
   * must run the agent; running pods keep using web identity. Chains of `grantAssume` also allow `sts:TagSession`,
   * because Pod Identity sessions have tags. Once all pods have restarted, replace this construct with a
   * `PodIdentityServiceAccount` that has the same scope and id.
   *
   * @default - IRSA only
   */
  readonly podIdentity?: PodIdentityOptions;
}

/**
 * A Kubernetes service account with its own IAM role: the role, a trust policy that allows exactly this service
 * account, and the annotated ServiceAccount manifest. No custom resource, no Lambda function, no access to the cluster.
 *
 * If account and region are literal, the role has a fixed name, its ARN is known at synth time, and the manifest is a
 * file next to the template. Otherwise the manifest is an output of the deployed stack.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
 * const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE');
 *
 * const api = new IrsaServiceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
 * new Bucket(stack, 'Receipts').grantRead(api);
 */
export class IrsaServiceAccount extends ServiceAccountBase {
  private readonly otherProviders: IOpenIdConnectProvider[] = [];

  constructor(scope: Construct, id: string, props: IrsaServiceAccountProps) {
    super(scope, id, props);
    claimWebIdentities(this, props.oidcProvider, this.namespace, [this.serviceAccountName]);
    if (props.podIdentity) associate(this, props.podIdentity, props.role === undefined);
  }

  /**
   * Also allows the service account with the same namespace and name in another cluster to assume the role, for example
   * with blue and green clusters or one cluster per region. Apply the same manifest there.
   *
   * @param provider the other cluster's OIDC provider, in the account of the role
   * @throws if the role is an existing role
   */
  public trustCluster(provider: IOpenIdConnectProvider): void {
    failIf(this, providerProblem('provider', provider));
    this.trust.addServiceAccounts(provider, [this._subject()], { audience: this.audience });
    claimWebIdentities(this, provider, this.namespace, [this.serviceAccountName]);
    this.otherProviders.push(provider);
  }

  /** @internal */
  public _clusters(): ClusterOfAccount[] {
    const { oidcProvider, podIdentity } = this.own;
    return [
      ...[oidcProvider, ...this.otherProviders].map(provider => {
        const { issuer } = new ProviderFacts(provider);
        const name = settle(this, issuer);
        return { key: fingerprint(this, issuer), ...typeof name === 'string' && { name } };
      }),
      ...podIdentity ? [clusterOfAssociation(this, podIdentity)] : [],
    ];
  }

  /** @internal */
  public _audiences(): string[] {
    const audience = settle(this, this.audience);
    return typeof audience === 'string' ? [audience] : [];
  }

  /** @internal */
  protected _propsProblem(): string | undefined {
    const { oidcProvider, tokenExpiration, podIdentity } = this.own;
    return providerProblem('oidcProvider', oidcProvider)
      ?? audienceProblem('audience', this.audience)
      ?? new ProviderFacts(oidcProvider).audienceProblem('audience', this.audience)
      ?? tokenExpirationProblem(tokenExpiration)
      ?? (podIdentity && podIdentityProblem(podIdentity, 'podIdentity.'));
  }

  /** @internal */
  protected _addTrust(trust: TrustPolicy): TrustPolicy {
    const { oidcProvider, podIdentity } = this.own;
    trust.addServiceAccounts(oidcProvider, [this._subject()], { audience: this.audience });
    return podIdentity ? trustPodIdentity(this, trust, this._subject(), podIdentity) : trust;
  }

  /** @internal */
  protected _sessionTags(): boolean {
    const { podIdentity } = this.own;
    return podIdentity !== undefined && !podIdentity.disableSessionTags;
  }

  /** @internal */
  protected _ownAnnotations(): { [key: string]: string } {
    const { audience, tokenExpiration, regionalStsEndpoint } = this.own;
    return {
      [ROLE_ARN_ANNOTATION]: this.roleArn,
      ...audience !== undefined && { [AUDIENCE_ANNOTATION]: audience },
      [REGIONAL_STS_ANNOTATION]: `${regionalStsEndpoint ?? true}`,
      ...tokenExpiration && { [TOKEN_EXPIRATION_ANNOTATION]: seconds(tokenExpiration) },
    };
  }

  /** @internal */
  protected _decidedAnnotations(): { [key: string]: DecidedAnnotation } {
    const { [TOKEN_EXPIRATION_ANNOTATION]: expiration = 'nothing', [REGIONAL_STS_ANNOTATION]: regional } =
      this._ownAnnotations();
    const set = (property: string) => `Set \`${property}\` instead.`;
    return {
      [ROLE_ARN_ANNOTATION]: {
        value: this.roleArn,
        advice: 'Set `role` to use an existing role, or omit the annotation.',
      },
      [AUDIENCE_ANNOTATION]: { value: this.audience, advice: set('audience') },
      [REGIONAL_STS_ANNOTATION]: { value: regional, advice: set('regionalStsEndpoint') },
      [TOKEN_EXPIRATION_ANNOTATION]: { value: expiration, advice: set('tokenExpiration') },
    };
  }

  /** @internal */
  protected _podAnnotations(): { [key: string]: string } {
    const { audience, podIdentity } = this.own;
    if (podIdentity) return POD_IDENTITY;
    return { 'cdk-irsa/role-arn': this.roleArn, ...audience !== undefined && { 'cdk-irsa/audience': audience } };
  }

  /** @internal */
  protected _problems(): string[] {
    const { role, tokenExpiration, podIdentity } = this.own;
    const life = tokenExpiration?.isUnresolved() ? settle(this, tokenExpiration.toSeconds()) : undefined;
    return [
      ...typeof life === 'number' ? [tokenExpirationProblem(Duration.seconds(life))] : [],
      ...podIdentity ? associationProblems(this, podIdentity, 'podIdentity.') : [],
      ...role ? existingRoleProviderProblems(this, this.roleArn, this.own.oidcProvider, this.audience) : [],
    ].filter((found): found is string => found !== undefined);
  }

  private get own(): IrsaServiceAccountProps {
    return this._props as IrsaServiceAccountProps;
  }

  private get audience(): string {
    return this.own.audience ?? DEFAULT_AUDIENCE;
  }
}
