import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { GUARD_LABEL, GuardInput, GuardObject, guardObjects } from './conventions/guard';
import { GuardMode as PolicyMode } from './conventions/guard-policies';
import { keeps, NAMESPACE, OBJECT_NAME } from './conventions/name-rules';
import { DEFAULT_AUDIENCE, POD_IDENTITY_SERVICE } from './conventions/web-identity';
import { KubernetesManifests } from './kubernetes-manifests';
import { KubernetesSubject } from './kubernetes-subject';
import { claim, earlierClaims } from './private/app-registry';
import { failIf, missingProblem, problem, warn } from './private/errors';
import { Covered, coveredBy } from './private/guard/covered';
import { oldCluster } from './private/guard/kubernetes-version';
import { sizeNotes } from './private/guard/sizes';
import { exceptionsOf, subjectsProblem } from './private/guard/subjects';
import { audienceProblem } from './private/issuer/issuer';
import { namespaceProblem } from './private/kubernetes-names';
import { Manifest } from './private/manifests/objects';
import { isToken } from './private/values/is-token';
import { ServiceAccountBase } from './service-account-base';
import { IWorkloadIdentity } from './workload-identity';

const ANNOTATION_PREFIX = 'eks.amazonaws.com';

/**
 * Determines what Kubernetes does with a request that a policy does not allow.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions
 */
export enum GuardMode {
  /** There is no policy. */
  OFF = 'off',
  /** The request is allowed. The audit log of the API server records the violation. */
  AUDIT = 'audit',
  /** The request is allowed with a warning, which kubectl prints. The audit log also records the violation. */
  WARN = 'warn',
  /** The request is denied. */
  DENY = 'deny',
}

/**
 * Determines what a guard does with a role annotation on a ServiceAccount to which the app does not assign a role.
 */
export enum UnlistedServiceAccounts {
  /** Their annotations may not name roles of the app. Other roles are allowed, such as those of other apps. */
  DENY_APP_ROLES = 'app-roles',
  /** Their annotations may not name any role. Do not use it if several apps or tools annotate roles in the cluster. */
  DENY_ALL_ROLES = 'all-roles',
  /** Their annotations may not name roles of the app. Other roles raise a warning. */
  WARN = 'warn',
}

/**
 * Options of each policy of a guard.
 */
export interface GuardPolicyOptions {
  /**
   * What happens to requests that the policy does not allow.
   *
   * @default - the `mode` of the guard
   */
  readonly mode?: GuardMode;

  /**
   * Subjects that the policy does not apply to, in addition to the `exceptions` of the guard. Anyone who can
   * impersonate one of them is also exempt.
   *
   * @default - none
   */
  readonly exceptions?: KubernetesSubject[];
}

/**
 * Options of the policy on who may annotate ServiceAccounts with roles.
 */
export interface IntegrityGuardOptions extends GuardPolicyOptions {
  /**
   * What happens to ServiceAccounts that the app does not annotate.
   *
   * @default UnlistedServiceAccounts.DENY_APP_ROLES
   */
  readonly unlisted?: UnlistedServiceAccounts;
}

/**
 * Options of the policy on who may create tokens of service accounts.
 */
export interface TokenGuardOptions extends GuardPolicyOptions {
  /**
   * Additional audiences that AWS roles accept. `sts.amazonaws.com`, `pods.eks.amazonaws.com` and the audiences of the
   * app's service accounts are always among them.
   *
   * @default - none
   */
  readonly audiences?: string[];

  /**
   * Whether the policy applies to all service accounts of the cluster, not only to those of the app. If true, list
   * controllers that request such tokens for any app in `exceptions`.
   *
   * @default false
   */
  readonly allServiceAccounts?: boolean;
}

/**
 * Options of the policy on who may run commands in pods.
 */
export interface ExecGuardOptions extends GuardPolicyOptions {
  /**
   * The namespaces to which the policy applies. It applies to all pods in them, because Kubernetes does not tell a
   * policy which service account the pod uses.
   *
   * @default - the namespaces of the app's service accounts
   */
  readonly namespaces?: string[];
}

/**
 * Properties of `WorkloadIdentityGuard`.
 */
export interface WorkloadIdentityGuardProps {
  /**
   * A name for the app: a DNS-1123 label of at most 63 characters, unique in the cluster. The names of the policies
   * begin with it, and their messages contain it.
   */
  readonly appName: string;

  /**
   * What happens to requests that the policies do not allow. Start with `WARN` and check the warnings and the audit
   * log. Grant `use` and add exceptions until only unwanted requests remain, then change to `DENY`.
   *
   * @default GuardMode.WARN
   */
  readonly mode?: GuardMode;

  /**
   * Subjects that run pods with the app's service accounts: people, and the service accounts of CI and GitOps tools.
   * They get the verb `use` on all service accounts of the app, through a Role and a RoleBinding in each namespace. To
   * grant it on a single service account, use `grantUse`.
   *
   * @default - only subjects that already have the verb, such as cluster administrators
   */
  readonly deployers?: KubernetesSubject[];

  /**
   * Subjects that none of the policies apply to.
   *
   * @default - none
   */
  readonly exceptions?: KubernetesSubject[];

  /**
   * The policy on role annotations: a ServiceAccount may be annotated only with the role that the app assigns to its
   * namespace and name.
   *
   * @default - enabled, in the `mode` of the guard
   */
  readonly integrity?: IntegrityGuardOptions;

  /**
   * The policy on use: pods, and objects that create pods, may name a service account of the app only if the requester
   * has the verb `use` on it.
   *
   * @default - enabled, in the `mode` of the guard
   */
  readonly use?: GuardPolicyOptions;

  /**
   * The policy on tokens: only kubelets and exceptions may create tokens of the app's service accounts for AWS.
   *
   * @default - enabled, in the `mode` of the guard
   */
  readonly tokens?: TokenGuardOptions;

  /**
   * The policy on commands: only exceptions may run commands in pods (`kubectl exec`) and attach to them.
   *
   * @default - this policy is not created
   */
  readonly exec?: ExecGuardOptions;

  /**
   * The prefix of the role annotation, before the slash. It must match that of the pod identity webhook.
   *
   * @default 'eks.amazonaws.com'
   */
  readonly annotationPrefix?: string;

  /**
   * Whether to add the policies to the manifests of the stack. If false, apply `toManifests()` yourself.
   *
   * @default true
   */
  readonly addToManifests?: boolean;
}

/**
 * Creates admission policies that prevent other users of the cluster from using the roles of an app. The policies are
 * generated from the app's service accounts and enforced by the API server itself, without a webhook or controller.
 * Requires Kubernetes 1.30 or later.
 *
 * The Kubernetes role `edit` in a namespace allows running pods with every service account there, and therefore with
 * every IAM role. With the guard, a user also needs the verb `use` on the service account, which is similar to
 * `iam:PassRole` for IAM roles. The guard grants it to the deployers that you name.
 *
 * The guard covers the service accounts of one cluster: those in the manifests of its stack, and those of the same
 * cluster in other stacks, including those that you add later. Add a guard to one stack per cluster.
 *
 * The guard does not restrict who can change admission policies or mutating webhooks, administer nodes, grant RBAC
 * roles (`bind`, `escalate`) or impersonate an exception. Grant these permissions only to administrators.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import {
 *   ClusterOidcProvider, GuardMode, IrsaServiceAccount, KubernetesSubject, WorkloadIdentityGuard,
 * } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
 * const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE');
 * new IrsaServiceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
 *
 * new WorkloadIdentityGuard(stack, 'Guard', {
 *   appName: 'payments',
 *   mode: GuardMode.DENY,
 *   deployers: [
 *     KubernetesSubject.group('payments-deployers'),
 *     KubernetesSubject.serviceAccount('argocd', 'argocd-application-controller'),
 *   ],
 * });
 */
export class WorkloadIdentityGuard extends Construct {
  /** The name of the app. */
  public readonly appName: string;

  private readonly props: WorkloadIdentityGuardProps;
  private readonly grants: { readonly identity: IWorkloadIdentity; readonly subjects: KubernetesSubject[] }[] = [];

  /**
   * @throws if a property is invalid
   */
  constructor(scope: Construct, id: string, props: WorkloadIdentityGuardProps) {
    super(scope, id);
    failIf(this, missingProblem('props', props, 'Pass the properties of the guard.') ?? propsProblem(props));
    this.props = props;
    this.appName = props.appName;
    claim(this, () => [...this.covered().keys].map(key => `guard ${props.appName} ${key}`));
    if (props.addToManifests ?? true) {
      KubernetesManifests.of(this)._addLazily(() => this.toManifests() as Manifest[]);
    }
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Grants the verb `use` on one service account, with a Role and a RoleBinding in its namespace.
   *
   * @param identity a service account that the guard covers
   * @param subjects the subjects that run pods with it
   * @throws if there is no subject, or the guard has no policy on use
   * @example
   * import { IWorkloadIdentity, KubernetesSubject, WorkloadIdentityGuard } from 'cdk-irsa';
   *
   * declare const guard: WorkloadIdentityGuard;
   * declare const reports: IWorkloadIdentity;
   *
   * guard.grantUse(reports, KubernetesSubject.group('analysts'));
   */
  public grantUse(identity: IWorkloadIdentity, ...subjects: KubernetesSubject[]): void {
    failIf(this, identity instanceof ServiceAccountBase ? undefined : problem(
      'identity', 'be a service account of this library', identity,
      'Pass an IrsaServiceAccount or a PodIdentityServiceAccount.',
    ));
    failIf(this, subjectsProblem('subjects', subjects, { isRequired: true }) ?? useProblem('grantUse', this.props));
    this.grants.push({ identity, subjects: [...subjects] });
  }

  /**
   * Returns the policies, their bindings, and the Roles and RoleBindings for deployers as objects, for
   * `cluster.addManifest()` or for a repository of your cluster's administrators. They cover the service accounts that
   * the app contains at the time of the call.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- how jsii spells JSON
  public toManifests(): any[] {
    const covered = this.covered();
    return [...this.policies(covered), ...this.roles(covered)];
  }

  private covered(): Covered {
    return coveredBy(this);
  }

  private policies(covered: Covered): GuardObject[] {
    return guardObjects(this.input(covered));
  }

  private input({ accounts, clusters, audiences }: Covered): GuardInput {
    const { appName: app, annotationPrefix = ANNOTATION_PREFIX, integrity = {}, use = {}, tokens = {} } = this.props;
    const { exec } = this.props;
    const part = (options: GuardPolicyOptions) => {
      const mode = this.modeOf(options);
      const exceptions = exceptionsOf([...this.props.exceptions ?? [], ...options.exceptions ?? []]);
      return mode === GuardMode.OFF ? undefined : { mode: mode as PolicyMode, exceptions };
    };
    const [ofIntegrity, ofUse, ofTokens, ofExec] = [integrity, use, tokens, exec].map(own => own && part(own));
    const { unlisted = UnlistedServiceAccounts.DENY_APP_ROLES } = integrity;
    const isWarning = unlisted === UnlistedServiceAccounts.WARN && ofIntegrity?.mode === 'deny';
    return {
      app,
      accounts,
      clusters,
      key: `${annotationPrefix}/role-arn`,
      integrity: ofIntegrity,
      unlisted: ofIntegrity && unlisted !== UnlistedServiceAccounts.DENY_APP_ROLES
        ? { ...ofIntegrity, ...isWarning && { mode: 'warn' } } : undefined,
      use: ofUse,
      tokens: ofTokens && {
        ...ofTokens,
        audiences: [DEFAULT_AUDIENCE, POD_IDENTITY_SERVICE, ...audiences, ...tokens.audiences ?? []],
        isForAll: tokens.allServiceAccounts ?? false,
      },
      exec: ofExec && { ...ofExec, namespaces: exec!.namespaces ?? accounts.map(({ namespace }) => namespace) },
    };
  }

  private modeOf({ mode }: GuardPolicyOptions): GuardMode {
    return mode ?? this.props.mode ?? GuardMode.WARN;
  }

  /** Returns the RBAC objects that grant `use`. */
  private roles({ accounts }: Covered): Manifest[] {
    const { deployers = [] } = this.props;
    const name = `${this.appName}-guard-use`;
    const namespaces = [...new Set(accounts.map(({ namespace }) => namespace))].sort();
    const namesIn = (wanted: string) => accounts.filter(({ namespace }) => namespace === wanted)
      .map(account => account.name);
    const single = new Map<ServiceAccountBase, KubernetesSubject[]>();
    for (const { identity, subjects } of this.grants) {
      const owner = identity as unknown as ServiceAccountBase;
      single.set(owner, [...single.get(owner) ?? [], ...subjects]);
    }
    return [
      ...deployers.length === 0 ? [] : namespaces.flatMap(namespace =>
        this.grantOf(name, namespace, namesIn(namespace), deployers)),
      ...accounts.flatMap(({ owner, namespace, name: account }) => {
        const subjects = single.get(owner);
        return subjects ? this.grantOf(`${name}-${account}`, namespace, [account], subjects) : [];
      }),
    ];
  }

  private grantOf(name: string, namespace: string, accounts: string[], subjects: KubernetesSubject[]): Manifest[] {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name, namespace, labels: { [GUARD_LABEL]: this.appName } };
    const unique = new Map(subjects.map(subject => [JSON.stringify(subject._toJson()), subject._toJson()]));
    const resourceNames = [...new Set(accounts)].sort();
    return [
      {
        apiVersion,
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['use'], resourceNames }],
      },
      {
        apiVersion,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [...unique.values()],
      },
    ];
  }

  private problems(): string[] {
    const covered = this.covered();
    const { accounts, nameless, isAmbiguous } = covered;
    const twice = earlierClaims(this).map(other => problem(
      'appName', 'be unique per cluster', this.appName,
      `${other.node.path} uses the same name for the same cluster. Use one guard, or choose another name.`,
    ));
    if (isAmbiguous) {
      return [...twice, problem('scope', 'be a stack whose manifests contain service accounts', this.node.path,
        'The app has several clusters, so the cluster of the guard is ambiguous. Add the guard to a stack of the '
        + 'cluster.')];
    }
    const owners = new Set(accounts.map(({ owner }) => owner));
    const foreign = this.grants.map(({ identity }) => identity as unknown as ServiceAccountBase)
      .filter(owner => !owners.has(owner) && !nameless.includes(owner));
    this.warnAbout(covered);
    const { problems, warnings } = sizeNotes(this.policies(covered));
    for (const warning of warnings) warn(this, 'cdk-irsa:guard-needs-server-side-apply', warning);
    return [
      ...twice,
      ...foreign.map(({ node }) => problem('grantUse', 'be for a service account that the guard covers', node.path,
        'It belongs to another cluster. Call `grantUse` on the guard of that cluster.')),
      ...problems,
    ];
  }

  private warnAbout({ accounts, nameless }: Covered): void {
    const { use = {}, deployers = [] } = this.props;
    if (accounts.length === 0) {
      warn(this, 'cdk-irsa:guard-without-service-accounts', 'The app has no service account whose name is known at '
        + 'synth time for this guard, so its policies protect nothing. Add it to the stack of the service accounts.');
    }
    if (this.modeOf(use) === GuardMode.DENY && deployers.length + this.grants.length === 0) {
      warn(this, 'cdk-irsa:guard-without-deployers', 'Only cluster administrators can run pods with the service '
        + 'accounts of the app. Set `deployers`, or call `grantUse`.');
    }
    const old = oldCluster(this);
    if (old !== undefined) {
      warn(this, 'cdk-irsa:guard-kubernetes-version', `${old.path} uses Kubernetes ${old.version}, which does not `
        + 'support the policies of the guard. They require 1.30 or later.');
    }
    for (const { node } of nameless) {
      warn(this, 'cdk-irsa:guard-unknown-name', `The guard does not protect ${node.path}, because its namespace `
        + 'or name is known only at deployment. Write them as literals.');
    }
    for (const { owner, isAnnotated, roleArn } of accounts) {
      if (!isAnnotated || roleArn !== undefined) continue;
      Annotations.of(this).addInfoV2('cdk-irsa:guard-unknown-role', 'The guard does not check the role annotation of '
        + `${owner.node.path}, because the role ARN is known only at deployment. Use and tokens are still checked.`);
    }
  }
}

function propsProblem(props: WorkloadIdentityGuardProps): string | undefined {
  const { appName, annotationPrefix, integrity = {}, use = {}, tokens = {}, exec = {}, deployers } = props;
  const isLabel = typeof appName === 'string' && !isToken(appName) && keeps(appName, NAMESPACE);
  const isPrefix = annotationPrefix === undefined || (typeof annotationPrefix === 'string'
    && !isToken(annotationPrefix) && keeps(annotationPrefix, OBJECT_NAME));
  return (isLabel ? undefined : problem('appName', NAMESPACE.rule, appName, 'For example payments.'))
    ?? (isPrefix ? undefined : problem('annotationPrefix', OBJECT_NAME.rule, annotationPrefix,
      'Use the value of the --annotation-prefix flag of the webhook.'))
    ?? modeProblem('mode', props.mode)
    ?? partProblem('integrity', integrity) ?? partProblem('use', use) ?? partProblem('tokens', tokens)
    ?? partProblem('exec', exec)
    ?? subjectsProblem('exceptions', props.exceptions)
    ?? subjectsProblem('deployers', deployers, { isRequired: deployers !== undefined })
    ?? (deployers && useProblem('deployers', props))
    ?? enumProblem('integrity.unlisted', integrity.unlisted, UnlistedServiceAccounts)
    ?? listProblem('tokens.audiences', tokens.audiences, audienceProblem)
    ?? listProblem('exec.namespaces', exec.namespaces, namespaceProblem);
}

function partProblem(property: string, options: GuardPolicyOptions): string | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return problem(property, 'be an object', options, 'Leave it out for the defaults.');
  }
  return modeProblem(`${property}.mode`, options.mode)
    ?? subjectsProblem(`${property}.exceptions`, options.exceptions);
}

function modeProblem(property: string, mode: unknown): string | undefined {
  return enumProblem(property, mode, GuardMode);
}

function enumProblem(property: string, value: unknown, members: Record<string, string>): string | undefined {
  const known = Object.values(members);
  return value === undefined || known.includes(value as string) ? undefined
    : problem(property, `be one of ${known.join(', ')}`, value, 'Use the members of the enum.');
}

/** A list must not be empty, because that would disable a policy. */
function listProblem(
  property: string, values: string[] | undefined, check: (property: string, value: string) => string | undefined,
): string | undefined {
  if (values === undefined) return undefined;
  if (!Array.isArray(values) || isToken(values) || values.length === 0) {
    return problem(property, 'be a list with at least one item, known at synth time', values,
      'Leave it out for the default.');
  }
  for (const value of values) {
    const found = isToken(value)
      ? problem(property, 'be known at synth time', value, 'Write it as a literal.') : check(property, value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function useProblem(property: string, { use, mode }: WorkloadIdentityGuardProps): string | undefined {
  return (use?.mode ?? mode) !== GuardMode.OFF ? undefined
    : problem(property, 'be left out if the guard has no policy on use', 'mode OFF', 'Set `use.mode`.');
}
