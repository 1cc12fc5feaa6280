import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import { CfnRole, IManagedPolicy, Policy, PolicyDocument, PrincipalBase, PrincipalPolicyFragment, Role, RoleProps } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { failIf, problem } from './private/errors';
import { parameterProblems } from './private/parameter-safety';
import { policySize, PolicySize } from './private/policy-size';
import { roleOptionsProblem } from './private/role-rules';
import { bindTrust, withSettledKeys } from './private/trust-document';
import { statementProblem } from './private/trust-statement';
import { TrustPolicy } from './trust-policy';

const DEFAULT_TRUST_QUOTA = 2048;
const LARGEST_TRUST_QUOTA = 8192;
const INLINE_LIMIT = 10240;
const DEFAULT_MANAGED_QUOTA = 10;
const LARGEST_MANAGED_QUOTA = 25;

/**
 * The options of an IAM role that are the user's to choose: all of `iam.RoleProps` but its trust.
 */
export interface IrsaRoleOptions {
  /**
   * The name of the role: 1 to 64 letters, digits and `_+=,.@-`.
   *
   * @default - `IrsaServiceAccount` gives a fixed name where account and region are literal; otherwise CloudFormation generates one
   */
  readonly roleName?: string;

  /**
   * The path of the role, with a slash at both ends, at most 512 characters.
   *
   * @default '/'
   */
  readonly path?: string;

  /**
   * A description of the role, at most 1,000 characters.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * Managed policies to attach. More than 10 need a raised quota; 25 are the most.
   *
   * @default - none
   */
  readonly managedPolicies?: IManagedPolicy[];

  /**
   * Policies inside the role, by name; at most 10,240 characters together.
   *
   * @default - none
   */
  readonly inlinePolicies?: { [name: string]: PolicyDocument };

  /**
   * The permissions boundary of the role.
   *
   * @default - none, or what `iam.PermissionsBoundary.of(scope)` applies
   */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * How long a session may last, 1 to 12 hours (3,600 to 43,200 seconds).
   *
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;
}

/**
 * Properties of `IrsaRole`.
 */
export interface IrsaRoleProps extends IrsaRoleOptions {
  /**
   * Who may assume the role. It may grow until synth.
   */
  readonly trust: TrustPolicy;
}

/**
 * A role for service accounts that somebody else makes: a Helm chart, an operator, several namespaces. In every other respect an `iam.Role`.
 *
 * An empty trust policy is an error at synth, and so is one over 8,192 characters; from 2,048, IAM's default quota, there is
 * the warning `cdk-irsa:trust-policy-quota`.
 *
 * @resource AWS::IAM::Role
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Dns');
 * const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE');
 * new IrsaRole(stack, 'ExternalDns', {
 *   trust: new TrustPolicy().addServiceAccounts(oidcProvider, [ServiceAccountSubject.exact('external-dns', 'external-dns')]),
 * });
 */
export class IrsaRole extends Role {
  /** Who may assume the role. What is added to it until synth is in the template. */
  public readonly trust: TrustPolicy;

  private readonly inlineDocuments: Set<PolicyDocument>;

  constructor(scope: Construct, id: string, props: IrsaRoleProps) {
    const trusted = new TrustedPrincipal(props.trust);
    super(scope, id, checked(scope, id, props, trusted));
    trusted.role = this;
    this.trust = props.trust;
    this.inlineDocuments = new Set(Object.values(props.inlinePolicies ?? {}));
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** Attaches a policy to this role. */
  public attachInlinePolicy(policy: Policy): void {
    // iam.Role calls this from its own constructor where roles are customized.
    this.inlineDocuments?.add(policy.document);
    super.attachInlinePolicy(policy);
  }

  private problems(): string[] {
    this.warn('cdk-irsa:wildcard-namespace', this.trust._wildcardNamespaces().map(sub =>
      `\`trust\` lets in a pattern of namespaces, ${sub}: whoever may create a namespace that matches may assume this role.`));
    const document = this.assumeRolePolicy!.toJSON() ?? {};
    return [
      ...this.trust._problems(this),
      ...this.statementProblems(document),
      ...this.trustSizeProblems(document),
      ...this.inlineSizeProblems(),
      ...this.managedPolicyProblems(),
    ];
  }

  /** For all that did not come by trust.addServiceAccounts(), which looks after its own. */
  private statementProblems(document: any): string[] {
    const own = new Set(this.trust._serviceAccountStatements(this).map(statement => JSON.stringify(statement)));
    const others = (document.Statement ?? []).filter((statement: any) => !own.has(JSON.stringify(statement)));
    // In a JSON string every value could end the text it stands in; in an object CloudFormation keeps them apart.
    const unsafe = withSettledKeys(this, document) ? [] : parameterProblems(this, 'assumeRolePolicy', textsIn(others));
    return [...others.map((statement: any) => statementProblem('assumeRolePolicy', statement)).filter((found: any) => found !== undefined), ...unsafe];
  }

  private trustSizeProblems(document: any): string[] {
    const size = policySize(this, document);
    const tooLong = (quota: number) => problem('trust', `fit in ${quota} characters`, `${said(size)} characters`,
      quota === LARGEST_TRUST_QUOTA
        ? 'Split the subjects over several roles; IAM allows no more.'
        : `This is more than IAM's default quota (role trust policy length, L-C07B4B0D): have it raised, up to ${LARGEST_TRUST_QUOTA}, or split the subjects over several roles.`);
    if (size.characters > LARGEST_TRUST_QUOTA) return [tooLong(LARGEST_TRUST_QUOTA)];
    if (size.characters > DEFAULT_TRUST_QUOTA) this.warn('cdk-irsa:trust-policy-quota', [tooLong(DEFAULT_TRUST_QUOTA)]);
    return [];
  }

  private inlineSizeProblems(): string[] {
    const sizes = [...this.inlineDocuments].map(document => policySize(this, document.toJSON()));
    const total = { characters: sizes.reduce((sum, { characters }) => sum + characters, 0), exact: sizes.every(({ exact }) => exact) };
    if (total.characters <= INLINE_LIMIT) return [];
    return [problem('inlinePolicies', `fit in ${INLINE_LIMIT} characters together with the grants of the role`, `${said(total)} characters`, 'Move statements to a managed policy (iam.ManagedPolicy).')];
  }

  private managedPolicyProblems(): string[] {
    const resource = this.node.defaultChild;
    const arns = resource instanceof CfnRole ? Stack.of(this).resolve(resource.managedPolicyArns) : undefined;
    const count = Array.isArray(arns) ? arns.length : 0;
    if (count > LARGEST_MANAGED_QUOTA) {
      return [problem('managedPolicies', `hold at most ${LARGEST_MANAGED_QUOTA} policies`, `${count} policies`, 'IAM allows no more: merge some of them.')];
    }
    if (count > DEFAULT_MANAGED_QUOTA) {
      this.warn('cdk-irsa:managed-policies-quota', [problem('managedPolicies', `hold at most ${DEFAULT_MANAGED_QUOTA} policies`, `${count} policies`,
        `This is more than IAM's default quota (managed policies attached to an IAM role, L-0DA4ABF3): have it raised, up to ${LARGEST_MANAGED_QUOTA}, or merge some of them.`)]);
    }
    return [];
  }

  /** On the child: an acknowledgement on the role, made before the warning, does not count for the role itself. */
  private warn(id: string, messages: string[]): void {
    for (const message of messages) Annotations.of(this.node.defaultChild ?? this).addWarningV2(id, message);
  }
}

/** Hands the trust to `iam.Role` by binding the document the role makes for itself. */
class TrustedPrincipal extends PrincipalBase {
  /** Set once the constructor of `iam.Role` is through. */
  public role?: IrsaRole;

  constructor(private readonly trust: TrustPolicy) {
    super();
  }

  public get policyFragment(): PrincipalPolicyFragment {
    return new PrincipalPolicyFragment({});
  }

  public dedupeString(): string | undefined {
    return undefined;
  }

  public addToAssumeRolePolicy(document: PolicyDocument): void {
    bindTrust(document, {
      _isEmpty: false,
      _namedValues: () => this.trust._namedValues(),
      // `customizeRoles` resolves the document inside the constructor, where a deferred key would throw: it only makes a report.
      _statements: scope => this.role ? this.trust._statements(scope ?? this.role) : reportable(this.trust._statements(scope)),
    });
  }
}

/** Every text in a policy, keys and values. */
function textsIn(value: any): any[] {
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) return [value];
  return Array.isArray(value) ? value.flatMap(textsIn) : Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}

function reportable(value: any): any {
  if (Array.isArray(value)) return value.map(reportable);
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replace(/\$\{Token\[[^\]]*\]\}/g, '<issuer>'), reportable(item)]));
}

function checked(scope: Construct, id: string, props: IrsaRoleProps, assumedBy: TrustedPrincipal): RoleProps {
  failIf(`${scope.node.path}/${id}`, roleOptionsProblem(props));
  const { trust: _, ...options } = props;
  return { ...options, assumedBy };
}

function said({ characters, exact }: PolicySize): string {
  return `${exact ? '' : 'about '}${characters}`;
}
