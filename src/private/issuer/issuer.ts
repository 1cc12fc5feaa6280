import { Stack } from 'aws-cdk-lib';
import { CfnOIDCProvider, IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';
import { CfnResource, Fn } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';
import { isDeferred, missingProblem, problem, show } from '../errors';
import { noteExistingProvider } from './existing-provider';
import { IssuerMistake, issuerMistake, PRINT_ISSUER } from '../../conventions/eks-issuers';
import { AppIndex } from '../app-index';
import { isToken } from '../values/is-token';
import {
  arnParts,
  argumentsOf,
  effectiveProperty,
  fingerprint,
  literalPartition,
  pointed,
  renderedProperties,
  settle,
} from '../values/tokens';
import { CDK_PROVIDER } from '../values/value-origins';
import { settledProblems } from '../values/value-safety';

const SCHEME = 'https://';
const MAX_ISSUER_URL_LENGTH = 255;
const HOST = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PATH_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~-]+$/;
const PROVIDER_FRAGMENT = /^[A-Za-z0-9:/._~-]*$/;
const URL_FRAGMENT = /^(https:\/\/)?[A-Za-z0-9._~/-]*$/;
const PROVIDER_ARN = /^arn:(aws[a-z0-9-]*):iam::(\d{12}):oidc-provider\/(.+)$/;

const CLUSTER = /^(AWS::EKS::Cluster|Custom::AWSCDK-EKS-Cluster)$/;

const MAX_AUDIENCE_LENGTH = 255;
const AUDIENCE = /^[!#%&'()+,./0-9:;<=>@A-Z[\]^_`a-z{|}~-]+$/;

/** Issuer URLs without a problem. All roles of a cluster have the same one. */
const VALID_URLS = new Set<unknown>();

/** Returns what is wrong with an issuer URL. Tokens are accepted. */
export function issuerUrlProblem(property: string, url: string): string | undefined {
  if (VALID_URLS.has(url) || isDeferred(url)) return undefined;
  const wrong = (rule: string, advice: string) => problem(property, rule, url, advice);
  if (typeof url !== 'string' || !url.startsWith(SCHEME)) return schemeProblem(property, url);
  if (url.length > MAX_ISSUER_URL_LENGTH) {
    return wrong(`have at most ${MAX_ISSUER_URL_LENGTH} characters`, 'IAM does not accept a longer URL.');
  }
  const mistake = issuerMistake(url);
  if (mistake) return wrong(mistake.rule, mistake.advice);
  if (url.endsWith('/')) return trailingSlashProblem(property, url);
  const asInTokens = 'Use the issuer exactly as in the `iss` claim of the tokens.';
  if (/[?#]/.test(url)) return wrong('have no query or fragment', asInTokens);
  const [host, ...segments] = url.slice(SCHEME.length).split('/');
  if (host.includes(':')) {
    return wrong('have no port', 'IAM condition keys cannot contain a colon. Serve the issuer on port 443.');
  }
  if (!HOST.test(host)) return wrong('have a lower-case DNS host', asInTokens);
  if (!segments.every(segment => PATH_SEGMENT.test(segment))) {
    return wrong('have a path of letters, digits, -, ., _ and ~ between single slashes', asInTokens);
  }
  VALID_URLS.add(url);
  return undefined;
}

function schemeProblem(property: string, url: string): string {
  return problem(property, 'start with https://', url,
    `Use the value that \`${PRINT_ISSUER}\` prints.`);
}

function trailingSlashProblem(property: string, url: string): string {
  return problem(property, 'have no trailing slash', url,
    'Remove it, because it would become part of the condition keys.');
}

/** Returns what is wrong with an issuer URL that may be deferred, in whole or in part. */
export function issuerUrlProblems(scope: IConstruct, property: string, url: string): string[] {
  const settled = settle(scope, url);
  const missing = missingProblem(property, settled, 'The token resolves to nothing.');
  if (missing !== undefined) return [missing];
  if (isClusterEndpoint(scope, url)) return [endpointProblem(property, url)];
  const [, joined] = argumentsOf(settled, 'Fn::Join');
  const parts: unknown[] = Array.isArray(joined) ? joined : [];
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (typeof first === 'string' && !first.startsWith(SCHEME)) return [schemeProblem(property, url)];
  if (typeof last === 'string' && last.endsWith('/')) return [trailingSlashProblem(property, url)];
  return settledProblems(scope, property, url, issuerUrlProblem, { fragment: URL_FRAGMENT, trustsForeign: true });
}

/** Whether a value is the endpoint attribute of a cluster. */
function isClusterEndpoint(scope: IConstruct, url: string): boolean {
  const { value, targets } = pointed(scope, url);
  const [id, attribute] = argumentsOf(value, 'Fn::GetAtt');
  const target = targets.get(`${id}`);
  return attribute === 'Endpoint' && CfnResource.isCfnResource(target) && CLUSTER.test(target.cfnResourceType);
}

function endpointProblem(property: string, url: string): string {
  return problem(property, 'be the issuer of the cluster, not the endpoint of its API server', url,
    'Pass `attrOpenIdConnectIssuerUrl` of the resource, or `clusterOpenIdConnectIssuerUrl` of the construct.');
}

/** Returns the issuer URL without its scheme, which is the first part of the condition keys. */
export function issuerOfUrl(issuerUrl: string): string {
  return issuerUrl.startsWith(SCHEME) ? issuerUrl.slice(SCHEME.length) : Fn.select(1, Fn.split('//', issuerUrl));
}

/** Returns what is wrong with an audience. Tokens are accepted. */
export function audienceProblem(property: string, audience: string): string | undefined {
  if (isDeferred(audience)) return undefined;
  const isText = typeof audience === 'string' && audience.length <= MAX_AUDIENCE_LENGTH && AUDIENCE.test(audience);
  if (isText && !audience.includes('{{')) return undefined;
  const rule = `be 1 to ${MAX_AUDIENCE_LENGTH} visible ASCII characters without quotes, backslash, *, ?, $ or {{`;
  return problem(property, rule, audience,
    'The audience is compared exactly, and patterns are not supported.');
}

/** Returns what is wrong with the ARN of an OIDC provider that roles of the stack trust. Tokens are accepted. */
export function providerArnProblem(property: string, stack: Stack, arn: string): string | undefined {
  if (isDeferred(arn)) return partialArnProblem(property, stack, arn);
  const match = typeof arn === 'string' ? PROVIDER_ARN.exec(arn) : null;
  if (!match || issuerUrlProblem(property, SCHEME + match[3])) {
    return notAProvider(property, arn, match ? issuerMistake(match[3]) : undefined);
  }
  const [, partition, account] = match;
  return partitionProblem(property, stack, partition, arn) ?? accountProblem(property, stack, account, arn);
}

/** Checks the literal parts of a deferred ARN. */
function partialArnProblem(property: string, stack: Stack, arn: string): string | undefined {
  const [, partition, service, , account, resource] = arnParts(arn);
  if (resource === undefined) return undefined;
  const wrongService = !isToken(service) && service !== 'iam';
  const wrongResource = !resource.startsWith('oidc-provider/') && !isToken(resource.split('/')[0]);
  if (wrongService || wrongResource) return notAProvider(property, arn);
  return partitionProblem(property, stack, partition, arn) ?? accountProblem(property, stack, account, arn);
}

function notAProvider(property: string, arn: string, mistake?: IssuerMistake): string {
  const rule = 'be the ARN of an OIDC provider: '
    + 'arn:<partition>:iam::<account>:oidc-provider/<issuer without https://>';
  return problem(property, rule, arn, mistake
    ? `The part after oidc-provider/ must ${mistake.rule}. ${mistake.advice}`
    : '`aws iam list-open-id-connect-providers` prints your providers.');
}

/** Returns why roles of the stack cannot trust a principal in another partition. */
export function partitionProblem(
  property: string, stack: Stack, partition: string | undefined, arn: unknown,
  advice = 'A role can trust only a provider in its own partition.',
): string | undefined {
  const own = literalPartition(stack);
  if (!partition || own === undefined || isToken(partition) || own === partition) return undefined;
  return problem(property, `be in the partition of the stack, ${own}`, arn, advice);
}

/** Returns why roles of the stack cannot trust a principal in another account. */
export function accountProblem(
  property: string, stack: Stack, account: string | undefined, arn: unknown,
  advice = 'A role can trust only a provider in its own account. '
    + `Register the cluster's issuer also in account ${stack.account} (ClusterOidcProvider).`,
): string | undefined {
  if (!account || isToken(account)) return undefined;
  if (isToken(stack.account) || account === stack.account) return undefined;
  return problem(property, `be in the account of the stack, ${stack.account}`, arn, advice);
}

/** Returns an error if a value is not a provider, for callers without types. */
export function providerProblem(property: string, provider: unknown): string | undefined {
  const advice = 'Pass the OIDC provider of the cluster: '
    + 'new ClusterOidcProvider(), ClusterOidcProvider.fromIssuerUrl() or cluster.openIdConnectProvider.';
  const facts = (provider ?? {}) as Partial<IOpenIdConnectProvider>;
  const { openIdConnectProviderArn: arn, openIdConnectProviderIssuer: issuer } = facts;
  if (typeof arn === 'string' && typeof issuer === 'string') return undefined;
  return missingProblem(property, provider, advice) ?? problem(property, 'be an OIDC provider', provider, advice);
}

/** The facts about a provider that this library needs, regardless of which construct created it. */
export class ProviderFacts {
  public readonly arn: string;
  /** Literal if the provider's URL is, even if the construct itself only provides a token. */
  public readonly issuer: string;
  /** The condition keys of the claims. Computed once, because a text is slow when it first becomes a key. */
  public readonly audienceKey: string;
  public readonly subjectKey: string;
  /** The URL of a provider that this app creates, at the time when a role first used it. */
  private readonly url: unknown;

  constructor(private readonly provider: IOpenIdConnectProvider) {
    this.arn = provider.openIdConnectProviderArn;
    this.url = this.property('Url');
    const isLiteral = typeof this.url === 'string' && !isToken(this.url);
    this.issuer = isLiteral && this.resource instanceof CfnOIDCProvider
      ? issuerOfUrl(this.url)
      : provider.openIdConnectProviderIssuer;
    this.audienceKey = `${this.issuer}:aud`;
    this.subjectKey = `${this.issuer}:sub`;
  }

  /** The current client IDs of a provider that this app creates. */
  public get audiences(): string[] | undefined {
    return (this.property('ClientIdList') ?? this.property('ClientIDList')) as string[] | undefined;
  }

  /** Returns why roles in the stack of `scope` cannot trust this provider. */
  public problems(scope: IConstruct): readonly string[] {
    const stack = Stack.of(scope);
    const keys = ['problems of the provider', this.provider, stack, this.arn, this.issuer, this.url] as const;
    return AppIndex.onceInSynth(scope, keys, () => this.findProblems(stack));
  }

  private findProblems(stack: Stack): string[] {
    const scope: IConstruct = stack;
    const property = `oidcProvider (${this.provider.node.path})`;
    const settledIssuer = settle(scope, this.issuer);
    const settledArn = settle(scope, this.arn);
    const arn = typeof settledArn === 'string' ? settledArn : this.arn;
    const made = this.provider.node.children.length > 0;
    return [
      typeof settledIssuer === 'string' ? issuerUrlProblem(property, SCHEME + settledIssuer) : undefined,
      made ? this.madeElsewhereProblem(property, stack) : undefined,
      providerArnProblem(property, stack, arn),
      this.changedProblem(property),
      ...this.deferredProblems(scope),
    ].filter((text): text is string => text !== undefined);
  }

  /** Returns what is wrong with the deferred values of this provider. */
  public deferredProblems(scope: IConstruct): string[] {
    const place = { fragment: PROVIDER_FRAGMENT, trustsForeign: true };
    return [this.arn, this.issuer].filter(part => isToken(part))
      .flatMap(part => settledProblems(scope, 'oidcProvider', part, () => undefined, place));
  }

  /**
   * The trust policy contains the old issuer, but the ARN is that of the new URL, so nobody could assume the role.
   */
  private changedProblem(property: string): string | undefined {
    const [before, now] = [this.url, this.property('Url')];
    if (before === now || fingerprint(this.provider, before) === fingerprint(this.provider, now)) return undefined;
    return problem(property, `keep the URL that it had when the role first used it, ${show(before)}`, now,
      'Set the URL when you create the provider, before roles use it: their trust policies contain the issuer.');
  }

  private madeElsewhereProblem(property: string, stack: Stack): string | undefined {
    const own = Stack.of(this.provider);
    const partition = literalPartition(own);
    return accountProblem(property, stack, own.account, `a provider of account ${own.account}`)
      ?? partitionProblem(property, stack, partition, `a provider of partition ${partition}`);
  }

  /** Records for the analysis that the app imports this provider, unless the app creates it. */
  public noteIfImported(user: IConstruct): void {
    if (this.provider.node.children.length === 0) noteExistingProvider(user, this.arn);
  }

  /** Returns why the provider does not accept tokens with this audience. */
  public audienceProblem(property: string, audience: string): string | undefined {
    const known = this.audiences;
    if (!Array.isArray(known) || isToken(known) || isToken(audience)) return undefined;
    if (known.some(id => typeof id !== 'string' || isToken(id))) return undefined;
    if (known.includes(audience)) return undefined;
    const rule = `be among the audiences of the provider ${this.provider.node.path}, ${JSON.stringify(known)}`;
    return problem(property, rule, audience,
      'IAM rejects a token whose audience is not a client ID of the provider. '
      + 'Add it to the provider, or set `audience` to one of its audiences.');
  }

  /** The resource of a provider that this app creates: the native resource or CDK's custom resource. */
  private get resource(): CfnResource | undefined {
    let child: IConstruct | undefined = this.provider.node.defaultChild;
    while (child && !CfnResource.isCfnResource(child)) child = child.node.defaultChild;
    return child && (child instanceof CfnOIDCProvider || child.cfnResourceType === CDK_PROVIDER) ? child : undefined;
  }

  /** Returns the current value of a property, because resources can be changed after they are created. */
  private property(name: 'Url' | 'ClientIdList' | 'ClientIDList'): unknown {
    const { resource } = this;
    if (resource === undefined) return undefined;
    if (!(resource instanceof CfnOIDCProvider)) return renderedProperties(resource).value[name];
    const written = name === 'Url' ? resource.url : name === 'ClientIdList' ? resource.clientIdList : undefined;
    return effectiveProperty(resource, name, written);
  }
}
