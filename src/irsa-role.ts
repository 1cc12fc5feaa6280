import { Duration, PhysicalName, Stack } from 'aws-cdk-lib';
import {
  CfnRole, IManagedPolicy, Policy, PolicyDocument, PrincipalBase, PrincipalPolicyFragment, Role, RoleProps,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Controller } from './controller';
import { childPath, fail, failIf, missingProblem, problem, warn } from './private/errors';
import { attachManagedPolicies, controllerProblems, inlinePolicy } from './private/role/controller-policy';
import { roleOptionsProblem, roleResourceProblems } from './private/role/role-rules';
import { policySize } from './private/trust/policy-size';
import { bindTrust, settledCopy } from './private/trust/trust-document';
import { describeSize } from './private/trust/trust-rules';
import { isToken } from './private/values/is-token';
import { TrustPolicy } from './trust-policy';

const INLINE_LIMIT = 10240;
const DEFAULT_MANAGED_QUOTA = 10;
const MAX_MANAGED_QUOTA = 25;

/**
 * Options of an IAM role: those of `iam.RoleProps`, except the ones that determine its trust policy.
 */
export interface IrsaRoleOptions {
  /**
   * The name of the role: 1 to 64 letters, digits and `_+=,.@-`.
   *
   * @default - `IrsaServiceAccount` sets a fixed name if account and region are literal; otherwise CloudFormation
   * generates a name
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
   * Managed policies to attach, at most 25. More than 10 require a raised quota.
   *
   * @default - none
   */
  readonly managedPolicies?: IManagedPolicy[];

  /**
   * Inline policies of the role, by name. At most 10,240 characters in total.
   *
   * @default - none
   */
  readonly inlinePolicies?: { [name: string]: PolicyDocument };

  /**
   * The controller whose permissions the role gets. They become an inline policy if they fit in 6,144 characters, and
   * managed policies of the stack otherwise. A single statement of more than 6,144 characters is an error. If only an
   * estimate of its size exceeds the limit, synth prints the warning `cdk-irsa:controller-policy-size`.
   *
   * @default - none
   */
  readonly controller?: Controller;

  /**
   * The permissions boundary of the role.
   *
   * @default - none, or what `iam.PermissionsBoundary.of(scope)` applies
   */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * The maximum duration of a session, 1 to 12 hours (3,600 to 43,200 seconds).
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
   * Who may assume the role. You can add to it until synth.
   */
  readonly trust: TrustPolicy;
}

/**
 * An IAM role for service accounts that cdk-irsa does not create, such as those of a Helm chart or an operator, or
 * service accounts in several namespaces. In every other respect it is an `iam.Role`.
 *
 * Synth fails if the trust policy is empty or has more than 8,192 characters. Above 2,048 characters, IAM's default
 * quota, it prints the warning `cdk-irsa:trust-policy-quota`.
 *
 * @resource AWS::IAM::Role
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Dns');
 * const issuerUrl = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE';
 * const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', issuerUrl);
 * const subject = ServiceAccountSubject.exact('external-dns', 'external-dns');
 * new IrsaRole(stack, 'ExternalDns', {
 *   trust: new TrustPolicy().addServiceAccounts(oidcProvider, [subject]),
 * });
 */
export class IrsaRole extends Role {
  /** Who may assume the role. Everything that you add until synth is in the template. */
  public readonly trust: TrustPolicy;

  private readonly controller?: Controller;
  private readonly inlineDocuments: Set<PolicyDocument>;
  private readonly texts: { roleName?: string; path?: string; description?: string };

  constructor(scope: Construct, id: string, props: IrsaRoleProps) {
    const trusted = new TrustedPrincipal(props?.trust);
    const options = resolveOptions(scope, id, props, trusted);
    super(scope, id, options);
    trusted.role = this;
    this.trust = props.trust;
    this.controller = props.controller;
    if (props.controller) attachManagedPolicies(this, props.controller._definition);
    const named = props.roleName !== PhysicalName.GENERATE_IF_NEEDED;
    this.texts = { roleName: named ? props.roleName : undefined, path: props.path, description: props.description };
    this.inlineDocuments = new Set(Object.values(options.inlinePolicies ?? {}));
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** Attaches a policy to this role. */
  public attachInlinePolicy(policy: Policy): void {
    this.inlineDocuments.add(policy.document);
    super.attachInlinePolicy(policy);
  }

  private problems(): string[] {
    const resource = this.node.defaultChild;
    return [
      ...resource instanceof CfnRole ? roleResourceProblems(resource, this.assumeRolePolicy!) : [],
      ...this.trust._problems(this, this.assumeRolePolicy!.toJSON()),
      ...this.optionProblems(),
      ...this.controller ? controllerProblems(this, this.controller._definition) : [],
      ...this.inlineSizeProblems(),
      ...this.managedPolicyProblems(),
    ];
  }

  /** Checks tokens that resolved to literals. */
  private optionProblems(): string[] {
    const settled = settledCopy(this, this.texts);
    const found = settled === this.texts ? undefined : roleOptionsProblem(settled);
    return found === undefined ? [] : [found];
  }

  private inlineSizeProblems(): string[] {
    const sizes = [...this.inlineDocuments].map(document => policySize(this, document.toJSON()));
    const total = {
      characters: sizes.reduce((sum, { characters }) => sum + characters, 0),
      exact: sizes.every(({ exact }) => exact),
    };
    if (total.characters <= INLINE_LIMIT) return [];
    const rule = `fit in ${INLINE_LIMIT} characters together with the other inline policies of the role`;
    const advice = 'Move statements to a managed policy (iam.ManagedPolicy).';
    return [problem('inlinePolicies', rule, describeSize(total), advice)];
  }

  private managedPolicyProblems(): string[] {
    const resource = this.node.defaultChild;
    const arns = resource instanceof CfnRole ? Stack.of(this).resolve(resource.managedPolicyArns) : undefined;
    const count = Array.isArray(arns) ? arns.length : 0;
    if (count > MAX_MANAGED_QUOTA) {
      return [problem('managedPolicies', `contain at most ${MAX_MANAGED_QUOTA} policies`, `${count} policies`,
        'This is the maximum in IAM. Merge some of them.')];
    }
    if (count > DEFAULT_MANAGED_QUOTA) {
      const rule = `contain at most ${DEFAULT_MANAGED_QUOTA} policies`;
      warn(this, 'cdk-irsa:managed-policies-quota', problem('managedPolicies', rule, `${count} policies`,
        'This exceeds IAM\'s default quota (managed policies attached to an IAM role, L-0DA4ABF3). '
        + `Request an increase, up to ${MAX_MANAGED_QUOTA}, or merge some of them.`));
    }
    return [];
  }
}

/** Passes the trust policy to `iam.Role` by binding the document that the role creates for itself. */
class TrustedPrincipal extends PrincipalBase {
  /** Set once the constructor of `iam.Role` has returned. */
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
      _namedValues: () => this.trust._namedValues(),
      // `customizeRoles` resolves the document inside the constructor, only for a report. A deferred key would throw
      // there.
      _statements: scope => this.role
        ? this.trust._statements(scope ?? this.role)
        : reportable(this.trust._statements(scope)),
    });
  }
}

function reportable<T>(value: T): T;
function reportable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => reportable<unknown>(item));
  if (typeof value !== 'object' || value === null || isToken(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [
    key.replace(/\$\{Token\[[^\]]*\]\}/g, '<issuer>'),
    reportable(item),
  ]));
}

/** For callers without types. */
function trustProblem(props: IrsaRoleProps): string | undefined {
  const advice = 'Pass a new TrustPolicy() and add who may assume the role.';
  if (props?.trust instanceof TrustPolicy) return undefined;
  return missingProblem('trust', props?.trust, advice) ?? problem('trust', 'be a TrustPolicy', props.trust, advice);
}

function resolveOptions(scope: Construct, id: string, props: IrsaRoleProps, assumedBy: TrustedPrincipal): RoleProps {
  const path = childPath(scope, id);
  failIf(path, trustProblem(props) ?? roleOptionsProblem(props));
  const { trust: _, controller, ...options } = props;
  const document = controller && inlinePolicy(scope, controller._definition);
  if (!document) return { ...options, assumedBy };
  const name = controller.controllerName;
  if (props.inlinePolicies && name in props.inlinePolicies) {
    fail(path, problem('inlinePolicies', `not use the name ${name}, which the policy of the controller has`, name,
      'Choose another name for your policy.'));
  }
  return { ...options, inlinePolicies: { ...props.inlinePolicies, [name]: document }, assumedBy };
}
