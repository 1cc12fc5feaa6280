import { Duration, Token, Tokenization } from 'aws-cdk-lib';
import { AddToPrincipalPolicyResult, IGrantable, IManagedPolicy, IOpenIdConnectProvider, IPrincipal, IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { IrsaRole, IrsaRoleOptions } from './irsa-role';
import { HelmValuesOptions, KubernetesManifests } from './kubernetes-manifests';
import { claim, earlierClaims } from './private/app-registry';
import { fail, failIf, problem } from './private/errors';
import { helmKeyProblem, underKey } from './private/helm-values';
import { audienceProblem, DEFAULT_AUDIENCE, ProviderFacts } from './private/issuer';
import { annotationsProblem, labelsProblem, namespaceProblem, objectNameProblem } from './private/kubernetes-names';
import { addToChart, literalManifest } from './private/manifest-objects';
import { settledProblems } from './private/parameter-safety';
import { generatedRoleName, roleArnProblem } from './private/role-rules';
import { fingerprint, settle, settleForManifest } from './private/tokens';
import { settledCopy } from './private/trust-document';
import { warn } from './private/trust-rules';
import { ServiceAccountSubject } from './service-account-subject';
import { TrustPolicy } from './trust-policy';

const ANNOTATION = {
  roleArn: 'eks.amazonaws.com/role-arn',
  audience: 'eks.amazonaws.com/audience',
  regionalStsEndpoint: 'eks.amazonaws.com/sts-regional-endpoints',
  tokenExpiration: 'eks.amazonaws.com/token-expiration',
};

const SHORTEST_TOKEN_LIFE = 600;
const LONGEST_TOKEN_LIFE = 86400;

const ROLE_OPTIONS: (keyof IrsaRoleOptions)[] = [
  'roleName', 'path', 'description', 'managedPolicies', 'inlinePolicies', 'permissionsBoundary', 'maxSessionDuration',
];

/**
 * Properties of `IrsaServiceAccount`.
 */
export interface IrsaServiceAccountProps extends IrsaRoleOptions {
  /**
   * The OIDC provider of the cluster, in the account of the role: `ClusterOidcProvider`, one of CDK's own,
   * or `cluster.openIdConnectProvider`.
   */
  readonly oidcProvider: IOpenIdConnectProvider;

  /**
   * The Kubernetes namespace: a DNS-1123 label of at most 63 characters. It has no default: guessing it is how IRSA breaks.
   */
  readonly namespace: string;

  /**
   * The name of the ServiceAccount: a DNS-1123 subdomain of at most 253 characters. It has no default either.
   */
  readonly serviceAccountName: string;

  /**
   * An existing role. It is left as it is: its trust policy must let this service account in already. Excludes the
   * options of a new role.
   *
   * @default - a new role that trusts this service account alone
   */
  readonly role?: IRole;

  /**
   * The audience of the token. It must be a client id of the provider.
   *
   * @default 'sts.amazonaws.com'
   */
  readonly audience?: string;

  /**
   * How long a token is valid, 10 minutes to 24 hours (600 to 86,400 seconds). A Pod can say otherwise for itself.
   *
   * @default - what the webhook is set to, 24 hours on EKS
   */
  readonly tokenExpiration?: Duration;

  /**
   * Whether pods call the STS endpoint of their own region instead of the global one.
   *
   * @default true
   */
  readonly regionalStsEndpoint?: boolean;

  /**
   * Labels of the ServiceAccount.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * More annotations of the ServiceAccount. They cannot contradict the ones of this construct.
   *
   * @default - only the ones of this construct
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Whether Kubernetes mounts its own API token into pods. The token for AWS does not depend on it.
   *
   * @default - the default of Kubernetes, true
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Names of Secrets to pull images with.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];

  /**
   * Whether the manifest holds the Namespace too, once however many service accounts ask for it.
   *
   * @default false
   */
  readonly createNamespace?: boolean;

  /**
   * Whether the manifest holds the ServiceAccount. False when somebody else, such as a Helm chart, makes it: give
   * it `annotations` or `helmValues()`.
   *
   * @default true
   */
  readonly createServiceAccount?: boolean;

  /**
   * A chart of your own cdk8s app, to hold the ServiceAccount instead of the stack's manifest file. Everything in the ServiceAccount
   * must be known at synth then.
   *
   * @default - the stack's manifest file, `KubernetesManifests.of(stack)`
   */
  readonly chart?: Chart;
}

/**
 * A Kubernetes service account with an IAM role of its own: the role, a trust policy that lets exactly this service account in, and
 * the annotated ServiceAccount manifest. No custom resource, no Lambda, no access to the cluster.
 *
 * Where account and region are literal, the role has a fixed name, its ARN is known at synth and the manifest is a file beside
 * the template. Otherwise the manifest leaves the deployed stack as an output.
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
export class IrsaServiceAccount extends Construct implements IGrantable {
  /** The role that the service account assumes. */
  public readonly role: IRole;

  /** The ARN of the role, literal where account, region and name of the role are. */
  public readonly roleArn: string;

  /** The Kubernetes namespace. */
  public readonly namespace: string;

  /** The name of the ServiceAccount. */
  public readonly serviceAccountName: string;

  /** The role, as the one that grants are made to. */
  public readonly grantPrincipal: IPrincipal;

  private readonly props: IrsaServiceAccountProps;
  private readonly audience: string;

  constructor(scope: Construct, id: string, props: IrsaServiceAccountProps) {
    super(scope, id);
    this.props = { ...props, ...props.labels && { labels: { ...props.labels } }, ...props.annotations && { annotations: { ...props.annotations } } };
    this.namespace = props.namespace;
    this.serviceAccountName = props.serviceAccountName;
    this.audience = props.audience ?? DEFAULT_AUDIENCE;
    this.checkProps();

    this.role = props.role ?? this.makeRole();
    this.grantPrincipal = this.role.grantPrincipal;
    const settledArn = settleForManifest(this, this.role.roleArn);
    this.roleArn = typeof settledArn === 'string' ? settledArn : this.role.roleArn;
    failIf(this, this.annotationConflict());

    if (props.createServiceAccount ?? true) this.addToManifest();
    claim(this, () => [this.subjectIn(props.oidcProvider)]);
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Who may assume the role. What is added to it until synth is in the template.
   *
   * @throws when the role is an existing one that this library did not make: its trust is left as it is
   */
  public get trust(): TrustPolicy {
    if (this.role instanceof IrsaRole) return this.role.trust;
    return fail(this, problem('trust', 'belong to a role made by this library', this.role.node.path, 'An existing role is left as it is: change its trust policy where it is made.'));
  }

  /**
   * The annotations of the ServiceAccount: for a Helm chart, or a ServiceAccount of cdk8s-plus. A copy.
   */
  public get annotations(): { [key: string]: string } {
    return { ...this.props.annotations, ...this.ownAnnotations() };
  }

  /**
   * Values for a Helm chart that follows the common convention:
   * `{ serviceAccount: { create, name, annotations } }`. The chart creates the ServiceAccount exactly when this construct does not.
   *
   * @throws when `key` is no path of letters, digits, - and _
   */
  public helmValues(options: HelmValuesOptions = {}): { [key: string]: any } {
    const key = options.key ?? 'serviceAccount';
    failIf(this, helmKeyProblem(key));
    return underKey(key, {
      create: !(this.props.createServiceAccount ?? true),
      name: this.serviceAccountName,
      annotations: this.annotations,
    });
  }

  /**
   * Has synth write `helmValues()` to a file beside the stack's manifests: in the cloud assembly, or where
   * `KubernetesManifests.of(stack).writeTo()` says. Several service accounts may share a file, each with a `key` of its own.
   *
   * Everything in it must be known at synth.
   *
   * @param fileName a name that ends in .yaml or .yml, without a folder
   * @throws when `fileName` or `key` is none
   */
  public writeHelmValues(fileName: string, options: HelmValuesOptions = {}): void {
    KubernetesManifests.of(this)._addHelmValues(this, fileName, this.helmValues(options));
  }

  /**
   * The ServiceAccount as an object that may hold tokens, for `cluster.addManifest()`.
   */
  public toManifest(): { [key: string]: any } {
    const { labels, automountServiceAccountToken, imagePullSecrets } = this.props;
    return {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: this.serviceAccountName,
        namespace: this.namespace,
        ...Object.keys(labels ?? {}).length > 0 && { labels: { ...labels } },
        annotations: this.annotations,
      },
      ...automountServiceAccountToken !== undefined && { automountServiceAccountToken },
      ...imagePullSecrets && { imagePullSecrets: imagePullSecrets.map(name => ({ name })) },
    };
  }

  /** Adds a statement to the role's policy. */
  public addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    return this.role.addToPrincipalPolicy(statement);
  }

  /** Attaches a managed policy to the role. */
  public addManagedPolicy(policy: IManagedPolicy): void {
    this.role.addManagedPolicy(policy);
  }

  /**
   * Lets the service account of the same namespace and name in another cluster assume the role too: blue and green clusters,
   * a cluster a region. Apply the same manifest there.
   *
   * @param provider the other cluster's OIDC provider, in the account of the role
   * @throws when the role is an existing one
   */
  public trustCluster(provider: IOpenIdConnectProvider): void {
    this.trust.addServiceAccounts(provider, [this.subject()], { audience: this.audience });
    claim(this, () => [this.subjectIn(provider)]);
  }

  private subject(): ServiceAccountSubject {
    return ServiceAccountSubject.exact(this.namespace, this.serviceAccountName);
  }

  private makeRole(): IrsaRole {
    const options = Object.fromEntries(ROLE_OPTIONS.map(option => [option, this.props[option]])) as IrsaRoleOptions;
    return new IrsaRole(this, 'Role', {
      ...options,
      roleName: options.roleName ?? generatedRoleName(this, this.namespace, this.serviceAccountName),
      trust: new TrustPolicy().addServiceAccounts(this.props.oidcProvider, [this.subject()], { audience: this.audience }),
    });
  }

  private checkProps(): void {
    const { props } = this;
    failIf(this, namespaceProblem('namespace', props.namespace));
    failIf(this, objectNameProblem('serviceAccountName', props.serviceAccountName));
    failIf(this, audienceProblem('audience', this.audience) ?? new ProviderFacts(props.oidcProvider).audienceProblem('audience', this.audience));
    failIf(this, tokenExpirationProblem(props.tokenExpiration));
    failIf(this, labelsProblem('labels', props.labels ?? {}));
    failIf(this, annotationsProblem('annotations', props.annotations ?? {}));
    if (Token.isUnresolved(props.imagePullSecrets)) fail(this, problem('imagePullSecrets', 'be a list known at synth', props.imagePullSecrets, 'Write the names out; each of them may be a token.'));
    for (const secret of props.imagePullSecrets ?? []) failIf(this, objectNameProblem('imagePullSecrets', secret));
    const given = ROLE_OPTIONS.filter(option => props[option] !== undefined);
    if (props.role && given.length > 0) {
      fail(this, problem('role', `stand without the options of a new role (${given.join(', ')})`, props.role.node.path, 'Set them where the existing role is made, or leave `role` out.'));
    }
  }

  private ownAnnotations(): { [key: string]: string } {
    const { audience, tokenExpiration, regionalStsEndpoint } = this.props;
    return {
      [ANNOTATION.roleArn]: this.roleArn,
      ...audience !== undefined && { [ANNOTATION.audience]: audience },
      [ANNOTATION.regionalStsEndpoint]: `${regionalStsEndpoint ?? true}`,
      ...tokenExpiration && { [ANNOTATION.tokenExpiration]: seconds(tokenExpiration) },
    };
  }

  /** Also where this construct writes no annotation, since the trust policy or the webhook's default decides then. */
  private annotationConflict(): string | undefined {
    const own = { [ANNOTATION.audience]: this.audience, [ANNOTATION.tokenExpiration]: 'nothing', ...this.ownAnnotations() };
    const contradicted = Object.entries(this.props.annotations ?? {}).find(([key, value]) => key in own && own[key] !== value);
    if (!contradicted) return undefined;
    const [key, value] = contradicted;
    const [property] = Object.entries(ANNOTATION).find(([, annotation]) => annotation === key)!;
    const advice = property === 'roleArn' ? 'Use `role` for an existing role, or leave the annotation out.' : `Set \`${property}\` instead.`;
    const shown = Token.isUnresolved(own[key]) ? 'the role of this construct' : own[key];
    return problem(`annotations["${key}"]`, `not contradict this construct, which has ${shown}`, value, advice);
  }

  private addToManifest(): void {
    const { chart, createNamespace } = this.props;
    const objects = [
      ...createNamespace ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } }] : [],
      this.toManifest(),
    ];
    if (chart) addToChart(this, chart, objects, manifest => literalManifest(this, manifest));
    else KubernetesManifests.of(this)._add(this, objects, () => this.isDeferred());
  }

  /** Whether the manifest is complete only once the stack is deployed. */
  private isDeferred(): boolean {
    const { tokenExpiration } = this.props;
    return [this.roleArn, this.namespace, this.serviceAccountName, this.audience, ...tokenExpiration ? [seconds(tokenExpiration)] : []]
      .some(value => typeof settleForManifest(this, value) !== 'string');
  }

  /** The same name in the same cluster is one ServiceAccount, and can carry one role only. */
  private subjectIn(provider: IOpenIdConnectProvider): string {
    return `service account ${fingerprint(this, `${this.namespace}:${this.serviceAccountName}`)} ${fingerprint(this, new ProviderFacts(provider).issuer)}`;
  }

  private problems(): string[] {
    const twice = earlierClaims(this).map(other => problem('serviceAccountName', 'be used once in a namespace of a cluster', `${this.namespace}/${this.serviceAccountName}`,
      `${other.node.path} makes the same ServiceAccount, which can carry one role only: use that one, or another name here (${this.node.path}).`));
    return [
      // A role that is made here looks after its trust policy itself.
      ...this.props.role ? this.deferredProblems() : [],
      ...this.isNamelessPrecreated() ? [] : settledProblems(this, 'role', this.roleArn, roleArnProblem),
      ...this.renamedProblems(),
      ...this.lateProblems(),
      ...twice,
    ];
  }

  /** `Role.customizeRoles` makes its report before anybody has named the precreated role: only the next synth can say its ARN. */
  private isNamelessPrecreated(): boolean {
    const nameless = this.role instanceof IrsaRole && this.roleArn.endsWith(':role');
    if (nameless) {
      warn(this, 'cdk-irsa:precreated-role-without-name',
        `\`role\` is to be created by somebody else and has no name yet, so the manifest holds no ARN to use: name it in usePrecreatedRoles ("${this.role.node.path}").`);
    }
    return nameless;
  }

  /** An aspect or an override can rename the role after its ARN has been handed out. */
  private renamedProblems(): string[] {
    const now = settleForManifest(this, this.role.roleArn);
    if (Token.isUnresolved(this.roleArn) || now === this.roleArn) return [];
    return [problem('roleName', `stay what the manifest says, ${this.roleArn}`, now, 'Set `roleName` and `path` of this construct instead of changing the resource.')];
  }

  /** Tokens that turned out literal. */
  private lateProblems(): string[] {
    const { labels = {}, imagePullSecrets = [], tokenExpiration } = this.props;
    const life = tokenExpiration?.isUnresolved() ? settle(this, tokenExpiration.toSeconds()) : undefined;
    return [
      labelsProblem('labels', settledCopy(this, labels)),
      typeof life === 'number' ? tokenExpirationProblem(Duration.seconds(life)) : undefined,
      ...imagePullSecrets.flatMap(secret => settledProblems(this, 'imagePullSecrets', secret, objectNameProblem)),
    ].filter((found): found is string => found !== undefined);
  }

  private deferredProblems(): string[] {
    const facts = new ProviderFacts(this.props.oidcProvider);
    return [
      ...settledProblems(this, 'namespace', this.namespace, namespaceProblem),
      ...settledProblems(this, 'serviceAccountName', this.serviceAccountName, objectNameProblem),
      ...settledProblems(this, 'audience', this.audience, (property, value) => audienceProblem(property, value) ?? facts.audienceProblem(property, value)),
    ];
  }
}

function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds());
}

function tokenExpirationProblem(duration: Duration | undefined): string | undefined {
  if (duration === undefined || duration.isUnresolved()) return undefined;
  const value = duration.toSeconds({ integral: false });
  if (Number.isInteger(value) && value >= SHORTEST_TOKEN_LIFE && value <= LONGEST_TOKEN_LIFE) return undefined;
  return problem('tokenExpiration', `be ${SHORTEST_TOKEN_LIFE} to ${LONGEST_TOKEN_LIFE} whole seconds (10 minutes to 24 hours)`, `${value} s`, 'Leave it out for the default of the cluster, 24 hours on EKS.');
}
