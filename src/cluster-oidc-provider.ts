import {
  ContextProvider, Fn, IResolveContext, Reference, RemovalPolicy, Resource, Stack, Token, Tokenization,
} from 'aws-cdk-lib';
import { CfnOIDCProvider, IOpenIdConnectProvider, OIDCProviderReference } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DEFAULT_AUDIENCE } from './conventions/web-identity';
import { claim, earlierClaims } from './private/app-registry';
import { childPath, fail, failIf, problem } from './private/errors';
import { isClusterName } from './private/issuer/cluster-names';
import { noteExistingProvider } from './private/issuer/existing-provider';
import {
  audienceProblem, issuerOfUrl, issuerUrlProblem, issuerUrlProblems, ProviderFacts, providerArnProblem,
} from './private/issuer/issuer';
import { isToken } from './private/values/is-token';
import { literalPartition, settle } from './private/values/tokens';
import { settledProblems, vanishingProblems } from './private/values/value-safety';

const MAX_AUDIENCES = 100;
const MAX_THUMBPRINTS = 5;
const ISSUER_ATTRIBUTE = 'OpenIdConnectIssuerUrl';
const THUMBPRINT = /^[0-9A-Fa-f]{40}$/;

/**
 * Properties of `ClusterOidcProvider`.
 */
export interface ClusterOidcProviderProps {
  /**
   * The issuer of the cluster, with `https://`, exactly as EKS or the API server reports it. A literal, or a token such
   * as `cluster.clusterOpenIdConnectIssuerUrl`.
   */
  readonly issuerUrl: string;

  /**
   * The audiences (client IDs) that IAM accepts in tokens of this cluster, 1 to 100.
   *
   * @default ['sts.amazonaws.com']
   */
  readonly audiences?: string[];

  /**
   * SHA-1 thumbprints of the issuer's certificate chain, at most 5, each 40 hexadecimal characters.
   *
   * @default - none: IAM fetches and pins the certificate itself
   */
  readonly thumbprints?: string[];

  /**
   * What happens to the provider when it is removed from the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Options of `ClusterOidcProvider.fromLookup` and `lookupIssuerUrl`: the existing EKS cluster to look up.
 */
export interface ClusterLookupOptions {
  /**
   * The name of an EKS cluster in the account and region of the stack. It must be a literal.
   */
  readonly clusterName: string;
}

/**
 * Registers the issuer of one Kubernetes cluster with IAM, so that roles of this account can trust the cluster's
 * service accounts. It is a native `AWS::IAM::OIDCProvider`, not a custom resource.
 *
 * IAM allows one provider per issuer in an account. If the provider already exists, use `fromIssuerUrl` or
 * `fromLookup`.
 *
 * @resource AWS::IAM::OIDCProvider
 * @see https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ClusterOidcProvider } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Cluster');
 * new ClusterOidcProvider(stack, 'Oidc', {
 *   issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
 * });
 */
export class ClusterOidcProvider extends Resource implements IOpenIdConnectProvider {
  /**
   * References the provider with this issuer URL, which must already be registered in this account.
   *
   * @param issuerUrl the issuer with `https://`, a literal or a token
   * @throws if `issuerUrl` is not a valid issuer URL
   */
  public static fromIssuerUrl(scope: Construct, id: string, issuerUrl: string): IOpenIdConnectProvider {
    failIf(childPath(scope, id), issuerUrlProblem('issuerUrl', issuerUrl));
    const issuer = issuerOfUrl(issuerUrl);
    return new ImportedProvider(scope, id, formatProviderArn(Stack.of(scope), issuer), issuer, issuerUrl);
  }

  /**
   * References the provider with this ARN, which must already be registered in this account.
   *
   * @param providerArn `arn:<partition>:iam::<account>:oidc-provider/<issuer>`, a literal or a token
   * @throws if `providerArn` is not the ARN of an OIDC provider, or if it belongs to another account or partition than
   * the stack
   */
  public static fromProviderArn(scope: Construct, id: string, providerArn: string): IOpenIdConnectProvider {
    failIf(childPath(scope, id), providerArnProblem('providerArn', Stack.of(scope), providerArn));
    return new ImportedProvider(scope, id, providerArn, issuerOfArn(providerArn));
  }

  /**
   * References the registered provider of an EKS cluster that the CDK CLI looks up by name. The CLI reads the issuer at
   * synth time through Cloud Control and caches it in `cdk.context.json`. The issuer is literal, and nothing runs at
   * deployment. If you re-create a cluster under the same name, it gets a new issuer: clear the cached lookup with
   * `cdk context --reset <key>`.
   *
   * @throws if the stack has no literal account and region
   */
  public static fromLookup(scope: Construct, id: string, options: ClusterLookupOptions): IOpenIdConnectProvider {
    return this.fromIssuerUrl(scope, id, lookUp(scope, childPath(scope, id), options));
  }

  /**
   * Looks up the issuer URL of an existing EKS cluster in the same way as `fromLookup`. Use it for a
   * `new ClusterOidcProvider` if the issuer is not registered yet.
   *
   * @throws if the stack has no literal account and region
   */
  public static lookupIssuerUrl(scope: Construct, options: ClusterLookupOptions): string {
    return lookUp(scope, scope.node.path, options);
  }

  /** The ARN of the provider. */
  public readonly openIdConnectProviderArn: string;

  /** The issuer without `https://`: the first part of the condition keys `<issuer>:aud` and `<issuer>:sub`. */
  public readonly openIdConnectProviderIssuer: string;

  /** The issuer with `https://`. */
  public readonly issuerUrl: string;

  private readonly audienceList: string[];

  constructor(scope: Construct, id: string, props: ClusterOidcProviderProps) {
    super(scope, id);
    failIf(this, issuerUrlProblem('issuerUrl', props?.issuerUrl));
    const audiences = props.audiences ?? [DEFAULT_AUDIENCE];
    failIf(this, audiencesProblem(audiences));
    failIf(this, thumbprintsProblem(props.thumbprints));

    this.issuerUrl = props.issuerUrl;
    this.audienceList = audiences;
    this.openIdConnectProviderIssuer = issuerOfUrl(props.issuerUrl);
    const resource = new CfnOIDCProvider(this, 'Resource', {
      url: props.issuerUrl,
      clientIdList: audiences,
      thumbprintList: props.thumbprints,
    });
    if (props.removalPolicy) resource.applyRemovalPolicy(props.removalPolicy);
    this.openIdConnectProviderArn = Token.asString(new ProviderArn(this, resource.attrArn));

    claim(this, () => this.identity());
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** The audiences that IAM accepts in tokens. */
  public get audiences(): string[] {
    return [...this.audienceList];
  }

  /** A reference to this provider, for CDK's own constructs. */
  public get oidcProviderRef(): OIDCProviderReference {
    return { oidcProviderArn: this.openIdConnectProviderArn };
  }

  /** IAM allows an issuer only once per account. Two stacks without an account may be deployed to two accounts. */
  private identity(): string[] {
    const url = settle(this, this.issuerUrl);
    const { account, node } = this.stack;
    return typeof url === 'string' ? [`provider ${isToken(account) ? node.addr : account} ${url}`] : [];
  }

  private problems(): string[] {
    const twice = earlierClaims(this).map(twin => problem(
      'issuerUrl',
      'be registered only once per account',
      settle(this, this.issuerUrl),
      `${twin.node.path} registers the same issuer in the same account, and IAM rejects the second one. `
      + `Share that provider, or use ClusterOidcProvider.fromIssuerUrl here (${this.node.path}).`,
    ));
    return [...issuerUrlProblems(this, 'issuerUrl', this.issuerUrl), ...this.audienceProblems(), ...twice];
  }

  /** Checks tokens if their values are known at synth time. */
  private audienceProblems(): string[] {
    if (isToken(this.audienceList)) return vanishingProblems(this, 'audiences', this.audienceList);
    return this.audienceList.flatMap(audience => settledProblems(this, 'audiences', audience, audienceProblem));
  }
}

/** A provider that this app does not create. */
class ImportedProvider extends Resource implements IOpenIdConnectProvider {
  constructor(scope: Construct, id: string,
    public readonly openIdConnectProviderArn: string,
    public readonly openIdConnectProviderIssuer: string,
    issuerUrl?: string) {
    super(scope, id);
    noteExistingProvider(this, openIdConnectProviderArn);
    // A token may resolve to a literal that is invalid.
    this.node.addValidation({
      validate: () => (issuerUrl
        ? issuerUrlProblems(this, 'issuerUrl', issuerUrl)
        : [...new ProviderFacts(this).problems(this)]),
    });
  }

  public get oidcProviderRef(): OIDCProviderReference {
    return { oidcProviderArn: this.openIdConnectProviderArn };
  }
}

/**
 * Renders `Fn::GetAtt` in the provider's own environment, so that CloudFormation orders the deployment. A stack in
 * another region gets the ARN itself, because a cross-region reference would add a custom resource.
 */
class ProviderArn extends Reference {
  constructor(private readonly provider: ClusterOidcProvider, private readonly attribute: string) {
    super(Tokenization.reverseCompleteString(attribute), provider.node.defaultChild!, 'Arn');
  }

  public resolve(context: IResolveContext): unknown {
    const own = this.provider.stack;
    const user = Stack.of(context.scope);
    const settled = settle(this.provider, this.provider.openIdConnectProviderIssuer);
    if (typeof settled !== 'string' || own.environment === user.environment) return this.attribute;
    return formatProviderArn(own, settled);
  }
}

function formatProviderArn(stack: Stack, issuer: string): string {
  const partition = literalPartition(stack);
  return stack.formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: issuer, partition });
}

/** The issuer in a provider's ARN. */
function issuerOfArn(arn: string): string {
  const marker = ':oidc-provider/';
  return arn.split(marker)[1] ?? Fn.select(1, Fn.split(marker, arn));
}

function lookUp(scope: Construct, path: string, options: ClusterLookupOptions): string {
  const clusterName = options?.clusterName;
  const { account, region } = Stack.of(scope);
  if (isToken(clusterName) || !isClusterName(clusterName)) {
    const rule = 'be the literal name of an EKS cluster: at most 100 letters, digits, - and _';
    fail(path, problem('clusterName', rule, clusterName,
      'The CDK CLI looks up the name at synth time, so a token that is known only at deployment does not work.'));
  }
  if (isToken(account) || isToken(region)) {
    fail(path, problem('clusterName', 'be looked up in a stack with a literal account and region', clusterName,
      'Set env: { account, region } on the stack, or pass the issuer itself to ClusterOidcProvider.fromIssuerUrl.'));
  }
  // A placeholder until the CDK CLI has looked up the value. It differs between clusters as the real issuers do.
  const dummyValue = `https://dummy.${region}.example/${account}/${clusterName}`;
  const [found] = ContextProvider.getValue(scope, {
    provider: 'cc-api-provider',
    props: { typeName: 'AWS::EKS::Cluster', exactIdentifier: clusterName, propertiesToReturn: [ISSUER_ATTRIBUTE] },
    dummyValue: [{ [ISSUER_ATTRIBUTE]: dummyValue }],
  }).value ?? [];
  const issuerUrl = found?.[ISSUER_ATTRIBUTE];
  if (!issuerUrl) {
    fail(path, problem('clusterName', 'be a cluster with an OIDC issuer', clusterName,
      'If you re-created the cluster, clear the cached lookup with `cdk context --reset <key>`.'));
  }
  return issuerUrl;
}

function audiencesProblem(audiences: string[]): string | undefined {
  if (isToken(audiences)) return undefined;
  if (audiences.length === 0 || audiences.length > MAX_AUDIENCES) {
    return problem('audiences', `contain 1 to ${MAX_AUDIENCES} audiences`, audiences,
      `Leave it out to use ['${DEFAULT_AUDIENCE}'].`);
  }
  if (new Set(audiences).size < audiences.length) {
    return problem('audiences', 'contain each audience only once', audiences, 'Remove the duplicates.');
  }
  return audiences.map(audience => audienceProblem('audiences', audience)).find(text => text !== undefined);
}

function thumbprintsProblem(thumbprints: string[] | undefined): string | undefined {
  if (thumbprints === undefined || isToken(thumbprints)) return undefined;
  const valid = thumbprints.every(thumbprint => isToken(thumbprint) || THUMBPRINT.test(thumbprint));
  if (valid && thumbprints.length > 0 && thumbprints.length <= MAX_THUMBPRINTS) return undefined;
  const rule = `be 1 to ${MAX_THUMBPRINTS} SHA-1 thumbprints of 40 hexadecimal characters`;
  return problem('thumbprints', rule, thumbprints, 'Leave it out: IAM fetches and pins the certificate itself.');
}
