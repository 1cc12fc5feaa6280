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
   * The cluster's issuer, with `https://`, exactly as EKS or the API server says it. Literal, or a token such as
   * `cluster.clusterOpenIdConnectIssuerUrl`.
   */
  readonly issuerUrl: string;

  /**
   * The audiences (client ids) that tokens of this cluster may carry, 1 to 100.
   *
   * @default ['sts.amazonaws.com']
   */
  readonly audiences?: string[];

  /**
   * SHA-1 thumbprints of the issuer's certificate chain, at most 5, each 40 hexadecimal characters.
   *
   * @default - none: IAM fetches and pins the certificate by itself
   */
  readonly thumbprints?: string[];

  /**
   * What happens to the provider when it leaves the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Which existing EKS cluster to look up.
 */
export interface ClusterLookupOptions {
  /**
   * The name of an EKS cluster in the account and region of the stack. A literal.
   */
  readonly clusterName: string;
}

/**
 * The issuer of one Kubernetes cluster, registered with IAM: from then on roles of this account can trust the cluster's
 * service accounts. A native `AWS::IAM::OIDCProvider`, no custom resource.
 *
 * An account takes one provider an issuer. Where it exists already, use `fromIssuerUrl` or `fromLookup`.
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
   * A provider that is registered in this account already, by its issuer.
   *
   * @param issuerUrl the issuer with `https://`, literal or deferred
   * @throws when the URL is no issuer URL
   */
  public static fromIssuerUrl(scope: Construct, id: string, issuerUrl: string): IOpenIdConnectProvider {
    failIf(childPath(scope, id), issuerUrlProblem('issuerUrl', issuerUrl));
    const issuer = issuerOfUrl(issuerUrl);
    return new ImportedProvider(scope, id, formatProviderArn(Stack.of(scope), issuer), issuer, issuerUrl);
  }

  /**
   * A provider that is registered in this account already, by its ARN.
   *
   * @param providerArn `arn:<partition>:iam::<account>:oidc-provider/<issuer>`, literal or deferred
   * @throws when the ARN is not an OIDC provider's, or of another account or partition than the stack
   */
  public static fromProviderArn(scope: Construct, id: string, providerArn: string): IOpenIdConnectProvider {
    failIf(childPath(scope, id), providerArnProblem('providerArn', Stack.of(scope), providerArn));
    return new ImportedProvider(scope, id, providerArn, issuerOfArn(providerArn));
  }

  /**
   * The registered provider of an existing EKS cluster. The CDK CLI reads the issuer at synth through Cloud Control
   * and keeps it in `cdk.context.json`: a literal issuer, nothing runs at deployment. When a cluster has been made anew
   * under its name, forget the old answer with `cdk context --reset`.
   *
   * @throws on a stack without a literal account and region
   */
  public static fromLookup(scope: Construct, id: string, options: ClusterLookupOptions): IOpenIdConnectProvider {
    return this.fromIssuerUrl(scope, id, lookUp(scope, childPath(scope, id), options));
  }

  /**
   * The issuer URL of an existing EKS cluster, looked up as `fromLookup` does: for a `new ClusterOidcProvider`
   * where the cluster's issuer is not registered yet.
   *
   * @throws on a stack without a literal account and region
   */
  public static lookupIssuerUrl(scope: Construct, options: ClusterLookupOptions): string {
    return lookUp(scope, scope.node.path, options);
  }

  /** The ARN of the provider. */
  public readonly openIdConnectProviderArn: string;

  /** The issuer without `https://`, the left half of the condition keys `<issuer>:aud` and `<issuer>:sub`. */
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

  /** The audiences that tokens may carry. */
  public get audiences(): string[] {
    return [...this.audienceList];
  }

  /** A reference to this provider, for CDK's own constructs. */
  public get oidcProviderRef(): OIDCProviderReference {
    return { oidcProviderArn: this.openIdConnectProviderArn };
  }

  /** An account takes an issuer once. Two stacks without an account may go to two accounts; one stack goes to one. */
  private identity(): string[] {
    const url = settle(this, this.issuerUrl);
    const { account, node } = this.stack;
    return typeof url === 'string' ? [`provider ${Token.isUnresolved(account) ? node.addr : account} ${url}`] : [];
  }

  private problems(): string[] {
    const twice = earlierClaims(this).map(twin => problem(
      'issuerUrl',
      'be registered once an account',
      settle(this, this.issuerUrl),
      `${twin.node.path} registers the same issuer in the same account, and IAM refuses the second: `
      + `share that provider, or use ClusterOidcProvider.fromIssuerUrl here (${this.node.path}).`,
    ));
    return [...issuerUrlProblems(this, 'issuerUrl', this.issuerUrl), ...this.audienceProblems(), ...twice];
  }

  /** Tokens, as far as synth can know them. */
  private audienceProblems(): string[] {
    if (Token.isUnresolved(this.audienceList)) return vanishingProblems(this, 'audiences', this.audienceList);
    return this.audienceList.flatMap(audience => settledProblems(this, 'audiences', audience, audienceProblem));
  }
}

/** A provider that is not made here. */
class ImportedProvider extends Resource implements IOpenIdConnectProvider {
  constructor(scope: Construct, id: string,
    public readonly openIdConnectProviderArn: string,
    public readonly openIdConnectProviderIssuer: string,
    issuerUrl?: string) {
    super(scope, id);
    noteExistingProvider(this, openIdConnectProviderArn);
    // A token may turn out to be literal, and wrong.
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
 * `Fn::GetAtt` where the provider's own environment looks at it, so that the deployment is ordered. IAM is global: a
 * stack in another region gets the ARN itself, since a reference across regions would bring a custom resource.
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
  if (Token.isUnresolved(clusterName) || !isClusterName(clusterName)) {
    const rule = 'be the literal name of an EKS cluster: at most 100 letters, digits, - and _';
    fail(path, problem('clusterName', rule, clusterName,
      'A name known at deployment only cannot be looked up at synth.'));
  }
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
    fail(path, problem('clusterName', 'be looked up in a stack with a literal account and region', clusterName,
      'Give the stack an env: { account, region }, or pass the issuer itself to ClusterOidcProvider.fromIssuerUrl.'));
  }
  // Stands in until the CDK CLI has looked; as different for two clusters as the real issuers are.
  const dummyValue = `https://dummy.${region}.example/${account}/${clusterName}`;
  const [found] = ContextProvider.getValue(scope, {
    provider: 'cc-api-provider',
    props: { typeName: 'AWS::EKS::Cluster', exactIdentifier: clusterName, propertiesToReturn: [ISSUER_ATTRIBUTE] },
    dummyValue: [{ [ISSUER_ATTRIBUTE]: dummyValue }],
  }).value ?? [];
  const issuerUrl = found?.[ISSUER_ATTRIBUTE];
  if (!issuerUrl) {
    fail(path, problem('clusterName', 'be a cluster with an OIDC issuer', clusterName,
      'If the cluster is new, forget the old answer: `cdk context --reset`.'));
  }
  return issuerUrl;
}

function audiencesProblem(audiences: string[]): string | undefined {
  if (Token.isUnresolved(audiences)) return undefined;
  if (audiences.length === 0 || audiences.length > MAX_AUDIENCES) {
    return problem('audiences', `hold 1 to ${MAX_AUDIENCES} audiences`, audiences,
      `Leave it out for ['${DEFAULT_AUDIENCE}'].`);
  }
  if (new Set(audiences).size < audiences.length) {
    return problem('audiences', 'hold each audience once', audiences, 'Remove the repeats.');
  }
  return audiences.map(audience => audienceProblem('audiences', audience)).find(text => text !== undefined);
}

function thumbprintsProblem(thumbprints: string[] | undefined): string | undefined {
  if (thumbprints === undefined || Token.isUnresolved(thumbprints)) return undefined;
  const valid = thumbprints.every(thumbprint => Token.isUnresolved(thumbprint) || THUMBPRINT.test(thumbprint));
  if (valid && thumbprints.length > 0 && thumbprints.length <= MAX_THUMBPRINTS) return undefined;
  const rule = `be 1 to ${MAX_THUMBPRINTS} SHA-1 thumbprints of 40 hexadecimal characters`;
  return problem('thumbprints', rule, thumbprints, 'Leave it out: IAM fetches and pins the certificate by itself.');
}
