import { IResolveContext, Token } from 'aws-cdk-lib';
import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import {
  AddToPrincipalPolicyResult, IGrantable, IManagedPolicy, IOpenIdConnectProvider, IPrincipal, IRole, PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ADDON_SERVICE_ACCOUNTS, ADDONS_WITHOUT_ROLE, AddonServiceAccounts } from './conventions/addons';
import { likeness, nearest } from './conventions/nearest';
import { DEFAULT_AUDIENCE } from './conventions/web-identity';
import { IrsaRole, IrsaRoleOptions } from './irsa-role';
import { earlierClaims } from './private/app-registry';
import { fail, failIf, isDeferred, missingProblem, problem, warn, withoutTokens } from './private/errors';
import { clusterNameProblem, clusterNameProblems } from './private/issuer/cluster-names';
import { providerProblem } from './private/issuer/issuer';
import { namespaceProblem, objectNameProblem } from './private/kubernetes-names';
import {
  claimAddon, claimAssociations, claimWebIdentities, clusterArn, foreignAddons,
} from './private/role/cluster-claims';
import { existingRoleProblems, existingRoleProviderProblems, requiredTrust } from './private/role/existing-role';
import { agentOf, associatedElsewhereProblems, roleOfClusterProblems } from './private/role/pod-identity-association';
import { generatedRoleName, hasPolicies, roleProblem } from './private/role/role-rules';
import { renderJson, textsIn } from './private/trust/trust-document';
import { isToken } from './private/values/is-token';
import { embeddedProblems } from './private/values/value-safety';
import { ServiceAccountSubject } from './service-account-subject';
import { TrustPolicy } from './trust-policy';

const ALIKE = 0.7;

const ROLE_OPTIONS: (keyof IrsaRoleOptions)[] = [
  'roleName', 'path', 'description', 'managedPolicies', 'inlinePolicies', 'permissionsBoundary', 'maxSessionDuration',
  'controller',
];

/**
 * Determines what EKS does with existing settings of an add-on that differ from its own.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html
 */
export enum AddonConflictResolution {
  /** EKS does not change the existing values, and the add-on may fail to install. */
  NONE = 'NONE',
  /** EKS replaces the existing values with its own. */
  OVERWRITE = 'OVERWRITE',
  /** EKS keeps the existing values when it updates the add-on. */
  PRESERVE = 'PRESERVE',
}

/**
 * Properties of `ManagedAddon`.
 */
export interface ManagedAddonProps extends IrsaRoleOptions {
  /**
   * The name of the EKS cluster, in the account and region of the stack: a literal, or a token such as
   * `cluster.clusterName`.
   */
  readonly clusterName: string;

  /**
   * The name of the add-on, such as `aws-ebs-csi-driver`. It must be a literal. `aws eks describe-addon-versions` lists
   * the names.
   */
  readonly addonName: string;

  /**
   * The version of the add-on, such as `v1.58.0-eksbuild.1`.
   *
   * @default - the default version for the Kubernetes version of the cluster
   */
  readonly addonVersion?: string;

  /**
   * The OIDC provider of the cluster, in the account of the role. If set, the pods assume the role with IRSA.
   *
   * @default - EKS Pod Identity, which requires the agent on the nodes
   */
  readonly oidcProvider?: IOpenIdConnectProvider;

  /**
   * Whether this stack installs the add-on `eks-pod-identity-agent`, at most once per cluster. EKS Auto Mode includes
   * the agent.
   *
   * @default false
   */
  readonly installAgent?: boolean;

  /**
   * The names of the service accounts that get the role.
   *
   * @default - those of the add-on, if cdk-irsa knows it
   */
  readonly serviceAccountNames?: string[];

  /**
   * The namespace of these service accounts.
   *
   * @default - `customNamespace`, or the namespace of the add-on, if cdk-irsa knows it
   */
  readonly serviceAccountNamespace?: string;

  /**
   * The namespace in which EKS installs the add-on, for add-ons that support a custom namespace (`NamespaceConfig`). A
   * change replaces the add-on.
   *
   * @default - the default namespace of the add-on
   */
  readonly customNamespace?: string;

  /**
   * The configuration of the add-on. It is written as JSON. `aws eks describe-addon-configuration` prints its schema.
   *
   * @default - the default configuration of the add-on
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- how jsii spells JSON
  readonly configurationValues?: { [key: string]: any };

  /**
   * What EKS does if the add-on is already installed with different settings.
   *
   * @default AddonConflictResolution.NONE
   */
  readonly resolveConflicts?: AddonConflictResolution;

  /**
   * Whether the software remains in the cluster when the add-on is deleted.
   *
   * @default false
   */
  readonly preserveOnDelete?: boolean;

  /**
   * Statements for the policy of the role.
   *
   * @default - none
   */
  readonly policyStatements?: PolicyStatement[];

  /**
   * An existing role. It is never modified: its trust policy must allow the service accounts, and role options cannot
   * be combined with it. Synth prints the trust policy that it needs.
   *
   * @default - a new role that trusts exactly the service accounts of the add-on
   */
  readonly role?: IRole;

  /**
   * Whether the add-on gets a role. Without a role, its pods call AWS with the role of the node, if they can reach it.
   *
   * @default - true if the add-on is known to call AWS, or if role options or service accounts are given
   */
  readonly createRole?: boolean;
}

/**
 * Installs an EKS managed add-on with its role: the add-on, a role that trusts exactly the add-on's service accounts,
 * and either EKS Pod Identity associations or the role ARN for IRSA. No custom resource, no Lambda function.
 *
 * cdk-irsa knows the service accounts of the add-ons that AWS documents. For other add-ons, set `serviceAccountNames`
 * and `serviceAccountNamespace`.
 *
 * The add-on is installed after the policies of the role. Synth fails if the app declares an add-on twice or associates
 * a service account twice.
 *
 * @resource AWS::EKS::Addon
 * @see https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { Controller, ManagedAddon } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'AddOns', { env: { account: '111122223333', region: 'eu-west-1' } });
 * const clusterName = 'production';
 * new ManagedAddon(stack, 'Agent', { clusterName, addonName: 'eks-pod-identity-agent' });
 * new ManagedAddon(stack, 'Volumes', {
 *   clusterName,
 *   addonName: 'aws-ebs-csi-driver',
 *   controller: Controller.ebsCsiDriver({ clusterName }),
 * });
 */
export class ManagedAddon extends Construct implements IGrantable {
  /** The add-on. */
  public readonly addon: CfnAddon;

  /** The name of the add-on. */
  public readonly addonName: string;

  /** The role of the add-on. Undefined if it has none. */
  public readonly role?: IRole;

  /** The service accounts that use the role. Empty if the add-on has no role. */
  public readonly serviceAccountNames: string[];

  /** The namespace of these service accounts. Undefined if the add-on has no role. */
  public readonly serviceAccountNamespace?: string;

  private readonly props: ManagedAddonProps;

  /**
   * @throws if a property is invalid, or the service accounts of an add-on with a role are unknown
   */
  constructor(scope: Construct, id: string, props: ManagedAddonProps) {
    super(scope, id);
    failIf(this, missingProblem('props', props, 'Pass the properties of the add-on.'));
    failIf(this, propsProblem(props));
    this.props = props;
    this.addonName = props.addonName;
    const { clusterName, oidcProvider, role, customNamespace, configurationValues } = props;
    const { namespace, names } = this.serviceAccounts();
    this.serviceAccountNames = names;
    this.serviceAccountNamespace = namespace;
    if (namespace !== undefined) {
      this.role = role ?? this.makeRole(namespace);
      if (role) this.addTrust(requiredTrust(role, this));
    }

    const roleArn = this.role?.roleArn;
    this.addon = new CfnAddon(this, 'Resource', {
      clusterName,
      addonName: props.addonName,
      addonVersion: props.addonVersion,
      configurationValues: configurationValues && Token.asString({
        creationStack: [],
        resolve: (context: IResolveContext) => renderJson(context, configurationValues),
      }),
      resolveConflicts: props.resolveConflicts,
      preserveOnDelete: props.preserveOnDelete,
      namespaceConfig: customNamespace === undefined ? undefined : { namespace: customNamespace },
      serviceAccountRoleArn: oidcProvider && roleArn,
      podIdentityAssociations: roleArn === undefined || oidcProvider
        ? undefined
        : names.map(serviceAccount => ({ serviceAccount, roleArn })),
    });
    claimAddon(this.addon, this.addon, clusterName, this.addonName);
    if (namespace !== undefined) {
      if (oidcProvider) claimWebIdentities(this, oidcProvider, namespace, names);
      else claimAssociations(this, this.addon, clusterName, namespace, names);
    }
    // EKS waits for the pods of the add-on, which need the policies of the role.
    if (this.role && !role) this.addon.node.addDependency(this.role);
    if (props.installAgent) this.addon.node.addDependency(agentOf(this, clusterName));
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * The role, as the principal of grants.
   *
   * @throws if the add-on has no role
   */
  public get grantPrincipal(): IPrincipal {
    return this.requiredRole('grantPrincipal').grantPrincipal;
  }

  /**
   * Adds a statement to the role's policy.
   *
   * @throws if the add-on has no role
   */
  public addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    return this.requiredRole('addToPrincipalPolicy').addToPrincipalPolicy(statement);
  }

  /**
   * Attaches a managed policy to the role.
   *
   * @throws if the add-on has no role
   */
  public addManagedPolicy(policy: IManagedPolicy): void {
    this.requiredRole('addManagedPolicy').addManagedPolicy(policy);
  }

  private requiredRole(property: string): IRole {
    return this.role ?? fail(this, problem(property, 'be used only if the add-on has a role', this.addonName,
      'Set `createRole`, or name the service accounts that get the role (`serviceAccountNames`).'));
  }

  /** Determines the service accounts that get the role. Without a namespace, there is no role. */
  private serviceAccounts(): { readonly namespace?: string; readonly names: string[] } {
    const { addonName, oidcProvider, serviceAccountNames, customNamespace } = this.props;
    const known = ADDON_SERVICE_ACCOUNTS.get(addonName);
    const given = this.roleProperties();
    failIf(this, roleConflict(this.props, given));
    // A provider may be passed to all add-ons alike.
    const usesProvider = oidcProvider !== undefined && !ADDONS_WITHOUT_ROLE.includes(addonName);
    const needsRole = given.length > 0 || usesProvider || (known !== undefined && !known.rarelyNeedsRole);
    if (!(this.props.createRole ?? needsRole)) return { names: [] };
    if (oidcProvider && known?.podIdentityOnly && serviceAccountNames === undefined) {
      fail(this, problem('oidcProvider', `be left out for ${addonName}`, oidcProvider,
        'EKS does not annotate its service accounts with a role. Use EKS Pod Identity, or create the roles with '
        + 'IrsaServiceAccount and set their ARNs in `configurationValues`.'));
    }
    const names = serviceAccountNames ?? namesOf(known, oidcProvider !== undefined);
    const namespace = this.props.serviceAccountNamespace ?? customNamespace ?? known?.namespace;
    if (names.length > 0 && namespace !== undefined) return { namespace, names: [...names] };
    const missing = names.length === 0 ? 'serviceAccountNames' : 'serviceAccountNamespace';
    return fail(this, problem(missing, `be given for the add-on ${addonName}`, undefined, unknownAdvice(addonName)));
  }

  /** The properties that only a role can use. */
  private roleProperties(): string[] {
    const properties: (keyof ManagedAddonProps)[] = [
      ...ROLE_OPTIONS, 'policyStatements', 'role', 'serviceAccountNames', 'serviceAccountNamespace',
    ];
    return properties.filter(property => this.props[property] !== undefined);
  }

  private makeRole(namespace: string): IrsaRole {
    const options = Object.fromEntries(ROLE_OPTIONS.map(option => [option, this.props[option]])) as IrsaRoleOptions;
    const role = new IrsaRole(this, 'Role', {
      ...options,
      roleName: options.roleName ?? generatedRoleName(this, namespace, this.serviceAccountNames[0]),
      trust: this.addTrust(new TrustPolicy()),
    });
    for (const statement of this.props.policyStatements ?? []) role.addToPrincipalPolicy(statement);
    return role;
  }

  private addTrust(trust: TrustPolicy): TrustPolicy {
    const { clusterName, oidcProvider } = this.props;
    return oidcProvider
      ? trust.addServiceAccounts(oidcProvider, this.subjects())
      : trust.addPodIdentity({ clusterArn: clusterArn(this, clusterName), subjects: this.subjects() });
  }

  private subjects(): ServiceAccountSubject[] {
    return this.serviceAccountNames.map(name => ServiceAccountSubject.exact(this.serviceAccountNamespace!, name));
  }

  private problems(): string[] {
    const { addonName, props: { clusterName, configurationValues } } = this;
    const declared = [...earlierClaims(this.addon), ...foreignAddons(this, clusterName, addonName)];
    return [
      ...clusterNameProblems(this, 'clusterName', clusterName),
      ...embeddedProblems(this, 'configurationValues', textsIn(configurationValues)),
      ...declared.map(({ node }) => problem('addonName', 'be declared only once per cluster', addonName,
        `${node.path} already installs it in ${withoutTokens(clusterName)}, and EKS accepts it only once. `
        + 'Remove one of them.')),
      ...this.roleProblems(),
    ];
  }

  private roleProblems(): string[] {
    const { role, serviceAccountNamespace: namespace, props: { clusterName, oidcProvider } } = this;
    if (!role || namespace === undefined) return [];
    const names = this.serviceAccountNames;
    const usedTwice = earlierClaims(this).map(({ node }) => problem(
      'serviceAccountNames', 'have one role only', names.map(name => `${namespace}/${name}`),
      `${node.path} gives one of them a role already: remove one of the two.`,
    ));
    if (!this.props.role && !hasPolicies(role)) {
      warn(this, 'cdk-irsa:addon-without-permissions', `The role of the add-on ${this.addonName} has no permissions, `
        + 'so its pods cannot call AWS. Set `controller`, `policyStatements` or `managedPolicies`, or set `createRole` '
        + 'to false to use the role of the node.');
    }
    return [
      ...usedTwice,
      ...this.props.role ? existingRoleProblems(this, role, this.subjects(), trust => this.addTrust(trust)) : [],
      ...oidcProvider
        ? this.props.role ? existingRoleProviderProblems(this, role.roleArn, oidcProvider, DEFAULT_AUDIENCE) : []
        : [
          ...roleOfClusterProblems(this, role),
          ...names.flatMap(name => (
            associatedElsewhereProblems(this, 'serviceAccountNames', clusterName, namespace, name))),
        ],
    ];
  }
}

/** Returns errors of individual properties. Tokens are accepted, except for those that decide on the role. */
function propsProblem(props: ManagedAddonProps): string | undefined {
  const { addonName, oidcProvider, serviceAccountNames, configurationValues } = props;
  const ofNamespace = (property: 'customNamespace' | 'serviceAccountNamespace') => (
    props[property] === undefined ? undefined : namespaceProblem(property, props[property]));
  return clusterNameProblem('clusterName', props.clusterName)
    ?? addonNameProblem(addonName)
    ?? (oidcProvider === undefined ? undefined : providerProblem('oidcProvider', oidcProvider))
    ?? roleProblem('role', props.role)
    ?? ofNamespace('customNamespace')
    ?? ofNamespace('serviceAccountNamespace')
    ?? (serviceAccountNames === undefined ? undefined : namesProblem(serviceAccountNames))
    ?? configurationProblem(configurationValues)
    ?? (props.installAgent && oidcProvider
      ? problem('installAgent', 'be left out with `oidcProvider`', true, 'The agent is for EKS Pod Identity.')
      : undefined);
}

function addonNameProblem(addonName: string): string | undefined {
  const isName = typeof addonName === 'string' && addonName !== '' && !isToken(addonName);
  return isName ? undefined : problem('addonName', 'be a literal name', addonName,
    '`aws eks describe-addon-versions --query addons[].addonName` lists the add-ons.');
}

function namesProblem(names: string[]): string | undefined {
  if (isDeferred(names) || !Array.isArray(names) || names.length === 0) {
    return problem('serviceAccountNames', 'contain at least one name, known at synth time', names,
      'Leave it out to use the service accounts of the add-on.');
  }
  return names.map(name => objectNameProblem('serviceAccountNames', name)).find(text => text !== undefined);
}

function configurationProblem(values: unknown): string | undefined {
  const isObject = typeof values === 'object' && values !== null && !Array.isArray(values) && !isDeferred(values);
  return values === undefined || isObject ? undefined : problem('configurationValues', 'be an object', values,
    'cdk-irsa converts it to JSON.');
}

/** Returns an error if properties contradict each other. */
function roleConflict(props: ManagedAddonProps, given: string[]): string | undefined {
  if (props.createRole === false && given.length > 0) {
    return problem('createRole', `be true, or left out, if ${given.join(', ')} is set`, false,
      'An add-on without a role cannot use them.');
  }
  const options = given.filter(property => property === 'policyStatements'
    || ROLE_OPTIONS.some(option => option === property));
  if (!props.role || options.length === 0) return undefined;
  return problem('role', `not be combined with options of a new role (${options.join(', ')})`, props.role.node.path,
    'Set them where the existing role is created, or leave `role` out.');
}

/** With IRSA, EKS annotates additional service accounts. */
function namesOf(known: AddonServiceAccounts | undefined, irsa: boolean): readonly string[] {
  return known ? [...known.names, ...irsa ? known.alsoAnnotated ?? [] : []] : [];
}

function unknownAdvice(addonName: string): string {
  const [closest] = nearest(addonName, [...ADDON_SERVICE_ACCOUNTS.keys()]);
  const print = '`aws eks describe-addon-configuration --addon-name '
    + `${addonName} --addon-version <version> --query podIdentityConfiguration\` prints its service accounts.`;
  if (ADDONS_WITHOUT_ROLE.includes(addonName)) return `It needs no role. If yours does: ${print}`;
  const meant = likeness(closest, addonName) >= ALIKE ? ` Did you mean ${closest}?` : '';
  return `cdk-irsa does not know the service accounts of this add-on.${meant} ${print}`;
}
