import {
  AddToPrincipalPolicyResult, CfnRole, Grant, IManagedPolicy, IPrincipal, IRole, PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { ApiObject, Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { ROLE_ARN_ANNOTATION } from './conventions/webhook-annotations';
import { IrsaRole, IrsaRoleOptions } from './irsa-role';
import { HelmValuesOptions, KubernetesManifests } from './kubernetes-manifests';
import { earlierClaims } from './private/app-registry';
import { fail, failIf, missingProblem, problem, warn, withoutTokens } from './private/errors';
import { annotationsProblem, labelsProblem, namespaceProblem, objectNameProblem } from './private/kubernetes-names';
import { chartValues, helmKeyProblem } from './private/manifests/helm-values';
import {
  addedObject, addToChart, literalManifest, Manifest, nameKey, objectName, serviceAccountsByName, settledKey,
} from './private/manifests/objects';
import { HandedObject } from './private/manifests/record';
import { disagreement, WrittenTemplates } from './private/manifests/template-agreement';
import { applyToWorkload } from './private/manifests/workload';
import { ManifestWriter } from './private/manifests/writer';
import { chainProblems } from './private/role/chain-rules';
import { existingRoleProblems, requiredTrust } from './private/role/existing-role';
import { grantChain } from './private/role/role-chain';
import { generatedRoleName, roleArnProblem, roleProblem } from './private/role/role-rules';
import { noteSessions } from './private/trust/other-principals';
import { settledCopy } from './private/trust/trust-document';
import { isToken } from './private/values/is-token';
import { deployedStack, isOverridden, literalRoleArn, mayHoldToken, settleForManifest } from './private/values/tokens';
import { settledProblems } from './private/values/value-safety';
import { ServiceAccountOptions } from './service-account-options';
import { ServiceAccountSubject } from './service-account-subject';
import { TrustPolicy } from './trust-policy';
import { IWorkloadIdentity } from './workload-identity';
import { WorkloadOptions } from './workload-options';

/** A cluster, as identified by the properties of a service account. */
export interface ClusterOfAccount {
  /** Equal for the same cluster. */
  readonly key: string;
  /** The issuer without `https://`, or the ARN. Undefined if it is known only at deployment. */
  readonly name?: string;
}

/**
 * Pod annotation: pods must be re-created when their service account is first associated, and not for later changes.
 */
export const POD_IDENTITY = { 'cdk-irsa/pod-identity': 'true' };

const ROLE_OPTIONS: (keyof IrsaRoleOptions)[] = [
  'roleName', 'path', 'description', 'managedPolicies', 'inlinePolicies', 'permissionsBoundary', 'maxSessionDuration',
  'controller',
];

/** An annotation that this library controls, and that the user may not contradict. */
export interface DecidedAnnotation {
  /** The value, or a word for it if the annotation is not written. */
  readonly value: string;
  /** What the user should do instead of setting the annotation. */
  readonly advice: string;
}

/**
 * A Kubernetes service account with a role: creates the role and the manifest, and keeps their names consistent.
 * Subclasses implement how pods get the role's credentials. This constructor calls their hooks, which may use `_props`
 * but none of their own fields.
 *
 * @internal
 */
export abstract class ServiceAccountBase extends Construct implements IWorkloadIdentity {
  /** The role that the service account assumes. */
  public readonly role: IRole;

  /** The ARN of the role. It is literal if the account, the region and the name of the role are. */
  public readonly roleArn: string;

  /** The Kubernetes namespace. */
  public readonly namespace: string;

  /** The name of the ServiceAccount. */
  public readonly serviceAccountName: string;

  /** The role, as the principal of grants. */
  public readonly grantPrincipal: IPrincipal;

  /** @internal */
  protected readonly _props: ServiceAccountOptions;

  /** Whether `helmValues()` was called, so that a Helm chart may create the ServiceAccount. */
  private isHandedToHelm = false;

  constructor(scope: Construct, id: string, props: ServiceAccountOptions) {
    super(scope, id);
    const missing = missingProblem('props', props, 'Pass the properties of the service account.');
    failIf(this, missing ?? roleProblem('role', props.role));
    this._props = {
      ...props,
      ...props.labels && { labels: { ...props.labels } },
      ...props.annotations && { annotations: { ...props.annotations } },
    };
    this.namespace = this.nameOf('namespace');
    this.serviceAccountName = this.nameOf('serviceAccountName');
    this.checkNames();
    failIf(this, this._propsProblem());
    this.checkObject();

    this.role = props.role ?? this.makeRole();
    if (props.role) this._addTrust(requiredTrust(props.role, this));
    this.grantPrincipal = this.role.grantPrincipal;
    noteSessions(this.role, this._sessionTags());
    const settledArn = this.settledRoleArn();
    this.roleArn = typeof settledArn === 'string' ? settledArn : this.role.roleArn;
    failIf(this, this.annotationConflict());

    if (props.createServiceAccount ?? true) this.addToManifest();
    else this.recordForHelm();
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Who may assume the role. Everything that you add until synth is in the template.
   *
   * @throws if the role is an existing role that this library did not create, because its trust policy is not modified
   */
  public get trust(): TrustPolicy {
    if (this.role instanceof IrsaRole) return this.role.trust;
    return fail(this, problem('trust', 'belong to a role that this library creates', this.role.node.path,
      'cdk-irsa does not modify an existing role. Change its trust policy where it is created.'));
  }

  /**
   * A copy of the annotations of the ServiceAccount, for a Helm chart or a ServiceAccount of cdk8s-plus.
   */
  public get annotations(): { [key: string]: string } {
    return { ...this._props.annotations, ...this._ownAnnotations() };
  }

  /**
   * Returns values for a Helm chart that follows the common convention,
   * `{ serviceAccount: { create, name, annotations } }`, or for the chart of the `controller`, which may use other
   * keys. The chart creates the ServiceAccount only if this construct does not. With a `controller`, the result also
   * contains the values that the permissions depend on, such as the name of the cluster, if they are known at synth
   * time.
   *
   * @throws if `key` is not a path of letters, digits, - and _, or if it is missing for a controller whose chart
   * supports no annotations
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- how jsii spells JSON
  public helmValues(options: HelmValuesOptions = {}): { [key: string]: any } {
    const key = options.key ?? this.helmKey();
    failIf(this, helmKeyProblem(key));
    this.isHandedToHelm = true;
    const serviceAccount = {
      create: !(this._props.createServiceAccount ?? true),
      name: this.serviceAccountName,
      annotations: this.annotations,
    };
    return chartValues(this, key, serviceAccount, this._props.controller?._definition);
  }

  /**
   * Makes synth write `helmValues()` to a file next to the stack's manifests: in the cloud assembly, or in the
   * directory of `KubernetesManifests.of(stack).writeTo()`, under the same conditions. Several service accounts may
   * share a file, each under a separate key.
   *
   * All values must be known at synth time.
   *
   * @param fileName a name that ends in .yaml or .yml, without a folder
   * @throws if `fileName` or `key` is invalid
   */
  public writeHelmValues(fileName: string, options: HelmValuesOptions = {}): void {
    KubernetesManifests.of(this)._addHelmValues(this, fileName, this.helmValues(options));
  }

  /**
   * Returns the ServiceAccount as an object that may contain tokens, for `cluster.addManifest()`.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- how jsii spells JSON
  public toManifest(): { [key: string]: any } {
    const { labels, automountServiceAccountToken, imagePullSecrets } = this._props;
    const { annotations } = this;
    return {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: this.serviceAccountName,
        namespace: this.namespace,
        ...Object.keys(labels ?? {}).length > 0 && { labels: { ...labels } },
        ...Object.keys(annotations).length > 0 && { annotations },
      },
      ...automountServiceAccountToken !== undefined && { automountServiceAccountToken },
      ...imagePullSecrets && { imagePullSecrets: imagePullSecrets.map(name => ({ name })) },
    };
  }

  /**
   * Makes the pods of a workload use this service account. The workload is a Pod or an object that creates pods
   * (Deployment, StatefulSet, DaemonSet, Job, CronJob, an Argo Rollout, …) of cdk8s or cdk8s-plus, in any chart. The
   * changes are applied each time that the workload is rendered.
   *
   * @param workload an `ApiObject`, or a construct whose default child is one, such as those of cdk8s-plus
   * @throws if an option is invalid, or the workload already uses another service account. If the workload itself
   * contradicts the service account (another name, another namespace), synth fails.
   * @example
   * import { ApiObject } from 'cdk8s';
   * import { IrsaServiceAccount, KubernetesManifests } from 'cdk-irsa';
   *
   * declare const serviceAccount: IrsaServiceAccount;
   *
   * const pod = new ApiObject(KubernetesManifests.of(serviceAccount).chart, 'Pod', {
   *   apiVersion: 'v1',
   *   kind: 'Pod',
   *   metadata: { name: 'api' },
   *   spec: { containers: [{ name: 'api', image: 'api:1.0.0' }, { name: 'proxy', image: 'proxy:1.0.0' }] },
   * });
   * serviceAccount.applyTo(pod, { skipContainers: ['proxy'] });
   */
  public applyTo(workload: IConstruct, options: WorkloadOptions = {}): void {
    const { namespace, serviceAccountName } = this;
    applyToWorkload({
      owner: this,
      namespace,
      serviceAccountName,
      webIdentity: ROLE_ARN_ANNOTATION in this._ownAnnotations(),
      podAnnotations: this._podAnnotations(),
    }, workload, options);
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
   * Allows the pods to assume another role with the credentials of this one (role chaining). Adds both statements: the
   * permission of this role, and the trust statement of the other role, which names exactly this role. If EKS Pod
   * Identity sends session tags, both also allow `sts:TagSession`, because the tags are transitive and STS otherwise
   * denies the chain.
   *
   * The other role is deployed after this one, because IAM rejects a principal that does not exist. For a role that the
   * app does not own (`Role.fromRoleArn`), synth prints the trust statement as the info message
   * `cdk-irsa:chained-role`, ready to paste.
   *
   * @param role the role to assume, in this or another account
   * @throws if `role` is not a role
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html#iam-term-role-chaining
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
   * @example
   * import { IRole } from 'aws-cdk-lib/aws-iam';
   * import { IWorkloadIdentity } from 'cdk-irsa';
   *
   * declare const importer: IWorkloadIdentity;
   * declare const roleOfAnotherAccount: IRole;
   *
   * importer.grantAssume(roleOfAnotherAccount);
   */
  public grantAssume(role: IRole): Grant {
    failIf(this, missingProblem('role', role, 'Pass the role to assume.') ?? roleProblem('role', role));
    return grantChain(this, role, { sessionTags: this._sessionTags() });
  }

  /**
   * Returns what is wrong with the properties of the subclass.
   *
   * @internal
   */
  protected abstract _propsProblem(): string | undefined;

  /**
   * Adds this service account to a trust policy.
   *
   * @internal
   */
  protected abstract _addTrust(trust: TrustPolicy): TrustPolicy;

  /**
   * Whether pods get sessions with the tags of EKS Pod Identity.
   *
   * @internal
   */
  protected abstract _sessionTags(): boolean;

  /**
   * Returns the annotations that are written.
   *
   * @internal
   */
  protected abstract _ownAnnotations(): { [key: string]: string };

  /**
   * Returns the annotations that this library controls, whether they are written or not.
   *
   * @internal
   */
  protected abstract _decidedAnnotations(): { [key: string]: DecidedAnnotation };

  /**
   * Returns the pod annotations. The pods of a workload are re-created when these change.
   *
   * @internal
   */
  protected abstract _podAnnotations(): { [key: string]: string };

  /**
   * Returns what is wrong with deferred properties of the subclass.
   *
   * @internal
   */
  protected abstract _problems(): string[];

  /**
   * Returns the clusters that the service account is in.
   *
   * @internal
   */
  public abstract _clusters(): ClusterOfAccount[];

  /**
   * Returns the audiences of its tokens.
   *
   * @internal
   */
  public abstract _audiences(): string[];

  /**
   * Returns the role ARN in the annotation. Undefined without the annotation.
   *
   * @internal
   */
  public _annotatedRole(): string | undefined {
    return this._ownAnnotations()[ROLE_ARN_ANNOTATION];
  }

  /**
   * Returns what the ServiceAccount is written with: a chart of the user, or the stack whose manifests contain it.
   *
   * @internal
   */
  public _manifestTarget(): IConstruct {
    return this._props.chart ?? deployedStack(this);
  }

  /**
   * Returns the namespace or the name, if it is known at synth time.
   *
   * @internal
   */
  public _settledName(property: 'namespace' | 'serviceAccountName'): string | undefined {
    const name = settleForManifest(this, this[property]);
    return typeof name === 'string' ? name : undefined;
  }

  /** @internal */
  protected _subject(): ServiceAccountSubject {
    return ServiceAccountSubject.exact(this.namespace, this.serviceAccountName);
  }

  private nameOf(property: 'namespace' | 'serviceAccountName'): string {
    return this._props[property] ?? this._props.controller?.[property]
      ?? fail(this, problem(property, 'be given', undefined,
        'Set it, or set `controller` to use the convention of its chart; cdk-irsa does not guess it.'));
  }

  private helmKey(): string {
    const definition = this._props.controller?._definition;
    if (definition?.insteadOfHelmValues === undefined) return definition?.helmKey ?? 'serviceAccount';
    const rule = `be given for ${definition.name}, whose own charts do not support annotations of the ServiceAccount`;
    return fail(this, problem('key', rule, undefined, definition.insteadOfHelmValues));
  }

  private makeRole(): IrsaRole {
    const { namespace, serviceAccountName } = this;
    const {
      roleName, path, description, managedPolicies, inlinePolicies, permissionsBoundary, maxSessionDuration, controller,
    } = this._props;
    return new IrsaRole(this, 'Role', {
      roleName: roleName ?? generatedRoleName(this, namespace, serviceAccountName),
      path,
      description,
      managedPolicies,
      inlinePolicies,
      permissionsBoundary,
      maxSessionDuration,
      controller,
      trust: this._addTrust(new TrustPolicy()),
    });
  }

  /** Returns the ARN at synth time. For a role that is created here, this does not create a token. */
  private settledRoleArn(): unknown {
    const resource = this._props.role ? undefined : this.role.node.defaultChild;
    const literalArn = resource instanceof CfnRole ? literalRoleArn(resource) : undefined;
    return literalArn ?? settleForManifest(this, this.role.roleArn);
  }

  private checkNames(): void {
    failIf(this, namespaceProblem('namespace', this.namespace));
    failIf(this, objectNameProblem('serviceAccountName', this.serviceAccountName));
  }

  private checkObject(): void {
    const { labels = {}, annotations = {}, imagePullSecrets, role } = this._props;
    failIf(this, labelsProblem('labels', labels));
    failIf(this, annotationsProblem('annotations', annotations));
    if (isToken(imagePullSecrets)) {
      fail(this, problem('imagePullSecrets', 'be a list that is known at synth time', imagePullSecrets,
        'Pass an array; each name in it may be a token.'));
    }
    for (const secret of imagePullSecrets ?? []) failIf(this, objectNameProblem('imagePullSecrets', secret));
    const given = ROLE_OPTIONS.filter(option => this._props[option] !== undefined);
    if (role && given.length > 0) {
      fail(this, problem('role', `not be combined with options of a new role (${given.join(', ')})`, role.node.path,
        'Set them where the existing role is created, or leave `role` out.'));
    }
  }

  /**
   * Applies even if this construct writes no annotation, because the trust policy or the webhook's default then
   * applies.
   */
  private annotationConflict(): string | undefined {
    const { annotations } = this._props;
    if (annotations === undefined) return undefined;
    const decided = this._decidedAnnotations();
    const contradicted = Object.entries(annotations)
      .find(([key, value]) => key in decided && decided[key].value !== value);
    if (!contradicted) return undefined;
    const [key, value] = contradicted;
    const { value: own, advice } = decided[key];
    const shown = isToken(own) ? 'the role of this construct' : own;
    return problem(`annotations["${key}"]`, `not contradict this construct, which uses ${shown}`, value, advice);
  }

  private addToManifest(): void {
    const { chart, createNamespace } = this._props;
    const objects = [
      ...createNamespace ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } }] : [],
      this.toManifest() as Manifest,
    ];
    if (chart) {
      addToChart(this, chart, objects, manifest => literalManifest(this, manifest));
      // cdk8s may write the chart after the CDK app is done.
      this.objectIn(chart)?.node.addValidation({ validate: () => this.chartProblems() });
      ManifestWriter.of(this).recordServiceAccount({
        owner: this,
        object: () => this.objectIn(chart) && { ...this.handedObject(), createdBy: 'cdk8s' },
      });
    } else {
      KubernetesManifests.of(this)._add(this, objects, {
        isDeferred: () => this.isDeferred(),
        isFixed: () => this.isFixed(),
        problems: serviceAccounts => (
          this.changedProblems(serviceAccounts, () => KubernetesManifests.of(this)._holds(this))),
        writtenProblems: (serviceAccounts, templates) => this.writtenProblems(serviceAccounts, templates),
      });
    }
  }

  private recordForHelm(): void {
    ManifestWriter.of(this).recordServiceAccount({
      owner: this,
      object: () => (this.isHandedToHelm ? { ...this.handedObject(), createdBy: 'helm' } : undefined),
    });
  }

  private handedObject(): Omit<HandedObject, 'createdBy'> {
    return { namespace: this.namespace, name: this.serviceAccountName, annotations: this.annotations };
  }

  private objectIn(chart: Chart): ApiObject | undefined {
    return addedObject(this, chart, 'ServiceAccount') as ApiObject | undefined;
  }

  /** Checks for changes to the object in a chart of the user. */
  private chartProblems(): string[] {
    const { chart, createServiceAccount } = this._props;
    const object = chart && (createServiceAccount ?? true) ? this.objectIn(chart) : undefined;
    if (!object) return [];
    try {
      return this.changedProblems(serviceAccountsByName(this, [object.toJson()]), () => true);
    } catch {
      return []; // cdk8s reports the error when it writes the chart
    }
  }

  /**
   * Returns why the ServiceAccount, as written, is not the one that the role allows, for example after a patch.
   *
   * @param isInChart false if the user removed it, and may have added another object instead
   */
  private changedProblems(serviceAccounts: ReadonlyMap<string, Manifest>, isInChart: () => boolean): string[] {
    const same = (left: unknown, right: unknown) => (
      left === right || settledKey(this, left) === settledKey(this, right));
    const made = serviceAccounts.get(nameKey(this, this.namespace, this.serviceAccountName));
    if (made === undefined) {
      if (!isInChart()) return [];
      const name = withoutTokens(`${this.namespace}/${this.serviceAccountName}`);
      return [problem('chart', `contain the ServiceAccount ${name} of ${this.node.path} under that name`, undefined,
        'The role allows it by namespace and name. Set them on this construct instead of changing the object.')];
    }
    const annotations = made.metadata.annotations ?? {};
    const own = this._ownAnnotations();
    const written = Object.entries(own).filter(([key, value]) => !same(annotations[key], value));
    const hasOthers = Object.keys(annotations).some(key => !(key in own));
    const contradicted = !hasOthers ? [] : Object.entries(this._decidedAnnotations())
      .filter(([key, { value }]) => key in annotations && !same(annotations[key], value));
    const keys = [...new Set([...written, ...contradicted].map(([key]) => key))];
    return keys.map(key => problem(
      `metadata.annotations["${key}"] of ${objectName(made)}`,
      `stay as ${this.node.path} set it`,
      annotations[key],
      this._decidedAnnotations()[key].advice,
    ));
  }

  /** A lazy value can differ each time that it is resolved. */
  private writtenProblems(serviceAccounts: ReadonlyMap<string, Manifest>, templates: WrittenTemplates): string[] {
    const resource = this.role instanceof IrsaRole ? this.role.node.defaultChild : undefined;
    if (!(resource instanceof CfnRole) || !KubernetesManifests.of(this)._holds(this)) return [];
    const manifest = serviceAccounts.get(nameKey(this, this.namespace, this.serviceAccountName));
    const found = manifest
      ? disagreement(templates.resource(resource), manifest)
      : 'a ServiceAccount under another name';
    if (found === undefined) return [];
    return [problem('serviceAccountName, namespace, audience and roleName', 'stay the same while synth runs', found,
      'The manifest and the template do not match. '
      + 'Use values that do not change, such as Lazy.string instead of Lazy.uncachedString.')];
  }

  /** The texts that the manifest requires and that the role must match. */
  private essentials(): string[] {
    return [this.namespace, this.serviceAccountName, ...Object.values(this._ownAnnotations())];
  }

  /** Whether the manifest is complete only once the stack is deployed. */
  private isDeferred(): boolean {
    return this.essentials().some(value => typeof settleForManifest(this, value) !== 'string');
  }

  /** Whether the role in the template and the ServiceAccount consist of the same literals of this construct. */
  private isFixed(): boolean {
    const { role } = this;
    const resource = this._props.role ? undefined : role.node.defaultChild;
    const arn = this._annotatedRole();
    return resource instanceof CfnRole
      && typeof resource.roleName === 'string'
      && (arn === undefined || arn.endsWith(`/${resource.roleName}`))
      && !mayHoldToken([resource.roleName, ...this.essentials()])
      && resource.assumeRolePolicyDocument === (role as IrsaRole).assumeRolePolicy
      && !isOverridden(resource);
  }

  private problems(): string[] {
    const twice = earlierClaims(this).map(other => problem(
      'serviceAccountName',
      'be unique in a namespace of a cluster',
      `${this.namespace}/${this.serviceAccountName}`,
      `${other.node.path} creates the same ServiceAccount, which can have only one role. `
      + `Use that construct, or choose another name here (${this.node.path}).`,
    ));
    const found = [
      // A role that is created here validates its trust policy itself.
      ...this._props.role
        ? existingRoleProblems(this, this.role, [this._subject()], trust => this._addTrust(trust))
        : [],
      ...this.isNamelessPrecreated()
        ? []
        : settledProblems(this, 'role', this.roleArn, roleArnProblem, { trustsForeign: true }),
      ...this.renamedProblems(),
      ...this.lateProblems(),
      ...this.chartProblems(),
      ...this._problems(),
      ...twice,
    ];
    // Errors of the role itself would cause misleading errors about its chains.
    return found.length > 0 ? found : chainProblems(this);
  }

  /**
   * `Role.customizeRoles` writes its report before the user has named the precreated role. Its ARN is known only at the
   * next synth.
   */
  private isNamelessPrecreated(): boolean {
    const nameless = this.role instanceof IrsaRole && this.roleArn.endsWith(':role');
    if (nameless) {
      warn(this, 'cdk-irsa:precreated-role-without-name',
        '`role` is precreated and has no name yet, so the manifest contains no valid role ARN. '
        + `Set its name in usePrecreatedRoles ("${this.role.node.path}").`);
    }
    return nameless;
  }

  /** An aspect or an override can rename the role after its ARN was used. */
  private renamedProblems(): string[] {
    const now = this.settledRoleArn();
    if (isToken(this.roleArn) || now === this.roleArn) return [];
    return [problem('roleName', `stay the name in the manifest, ${this.roleArn}`, now,
      'Set `roleName` and `path` of this construct instead of changing the resource.')];
  }

  /** Checks tokens that resolved to literals. */
  private lateProblems(): string[] {
    const { labels = {}, imagePullSecrets = [] } = this._props;
    return [
      labelsProblem('labels', settledCopy(this, labels)),
      ...imagePullSecrets.flatMap(secret => (
        settledProblems(this, 'imagePullSecrets', secret, objectNameProblem, { trustsForeign: true }))),
    ].filter((text): text is string => text !== undefined);
  }
}
