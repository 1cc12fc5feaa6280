import {
  AddToPrincipalPolicyResult, CfnRole, Grant, IManagedPolicy, IPrincipal, IRole, PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
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
import { deployedStack, isOverridden, literalRoleArn, mayHoldToken, settleForManifest } from './private/values/tokens';
import { settledProblems } from './private/values/value-safety';
import { ServiceAccountOptions } from './service-account-options';
import { ServiceAccountSubject } from './service-account-subject';
import { TrustPolicy } from './trust-policy';
import { IWorkloadIdentity } from './workload-identity';
import { WorkloadOptions } from './workload-options';

/** A cluster, as far as a service account tells. */
export interface ClusterOfAccount {
  /** Equal for what is the same cluster. */
  readonly key: string;
  /** The issuer without `https://`, or the ARN; undefined if only the deployment knows it. */
  readonly name?: string;
}

/** For pods: they must be made anew once their service account is associated, and for nothing that comes later. */
export const POD_IDENTITY = { 'cdk-irsa/pod-identity': 'true' };

const ROLE_OPTIONS: (keyof IrsaRoleOptions)[] = [
  'roleName', 'path', 'description', 'managedPolicies', 'inlinePolicies', 'permissionsBoundary', 'maxSessionDuration',
  'controller',
];

/** An annotation that this library decides on: what a user may not contradict. */
export interface DecidedAnnotation {
  /** The value; a word for it where the annotation is not written. */
  readonly value: string;
  /** What to do instead of an annotation that contradicts. */
  readonly advice: string;
}

/**
 * A Kubernetes service account with a role: the role, the manifest, and that both go by the same names. How pods
 * get the role's credentials is for the classes that build on it. Their hooks are asked from this constructor: they may
 * use `_props` and no field of their own.
 *
 * @internal
 */
export abstract class ServiceAccountBase extends Construct implements IWorkloadIdentity {
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

  /** @internal */
  protected readonly _props: ServiceAccountOptions;

  /** Whether somebody has the values of a Helm chart that creates the ServiceAccount. */
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
   * Who may assume the role. What is added to it until synth is in the template.
   *
   * @throws when the role is an existing one that this library did not make: its trust is left as it is
   */
  public get trust(): TrustPolicy {
    if (this.role instanceof IrsaRole) return this.role.trust;
    return fail(this, problem('trust', 'belong to a role made by this library', this.role.node.path,
      'An existing role is left as it is: change its trust policy where it is made.'));
  }

  /**
   * The annotations of the ServiceAccount: for a Helm chart, or a ServiceAccount of cdk8s-plus. A copy.
   */
  public get annotations(): { [key: string]: string } {
    return { ...this._props.annotations, ...this._ownAnnotations() };
  }

  /**
   * Values for a Helm chart that follows the common convention, `{ serviceAccount: { create, name, annotations } }`, or
   * for the chart of the `controller`, which may have them elsewhere. The chart creates the ServiceAccount exactly when
   * this construct does not. With a `controller`, its chart also gets the values without which the permissions would
   * not fit, such as the name of the cluster, if they are known at synth time.
   *
   * @throws when `key` is no path of letters, digits, - and _, or is missing for a controller whose chart takes no
   * annotations
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
   * Has synth write `helmValues()` to a file beside the stack's manifests: in the cloud assembly, or in the directory
   * of `KubernetesManifests.of(stack).writeTo()`, under the same conditions. Several service accounts may share a file,
   * each under a key of its own.
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
   * Lets the pods of a workload use this service account: a Pod, or what makes pods (Deployment, StatefulSet,
   * DaemonSet, Job, CronJob, a Rollout of Argo, …), of cdk8s or cdk8s-plus, in any chart. It is applied each time the
   * workload is rendered.
   *
   * @param workload an `ApiObject`, or a construct that has one as its default child, as those of cdk8s-plus have
   * @throws when an option is wrong, or the workload has been given to another service account. What contradicts the
   * service account in the workload itself (another name, another namespace) is an error at synth.
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
   * Lets the pods assume another role with the credentials of this one: a chain of roles. Writes both halves, the
   * permission of this role and the trust of the other, which names exactly this role. If EKS Pod Identity sends
   * session tags, both allow `sts:TagSession` too: the tags are transitive, and STS refuses a chain without it.
   *
   * The other role is deployed after this one, since IAM refuses a principal that does not exist. For a role that the
   * app does not own (`Role.fromRoleArn`), synth prints the trust half as the information `cdk-irsa:chained-role`,
   * ready to paste.
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
   * What is wrong with the properties of the class itself.
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
   * The annotations that are written.
   *
   * @internal
   */
  protected abstract _ownAnnotations(): { [key: string]: string };

  /**
   * The annotations that are decided, written or not.
   *
   * @internal
   */
  protected abstract _decidedAnnotations(): { [key: string]: DecidedAnnotation };

  /**
   * What the pods of a workload are made anew for when it changes.
   *
   * @internal
   */
  protected abstract _podAnnotations(): { [key: string]: string };

  /**
   * What is wrong with deferred properties of the class itself.
   *
   * @internal
   */
  protected abstract _problems(): string[];

  /**
   * The clusters that the service account is in.
   *
   * @internal
   */
  public abstract _clusters(): ClusterOfAccount[];

  /**
   * The audiences of its tokens.
   *
   * @internal
   */
  public abstract _audiences(): string[];

  /**
   * The role in the annotation; undefined without one.
   *
   * @internal
   */
  public _annotatedRole(): string | undefined {
    return this._ownAnnotations()[ROLE_ARN_ANNOTATION];
  }

  /**
   * What the ServiceAccount is written with: a chart of the user, or the stack whose manifests hold it.
   *
   * @internal
   */
  public _manifestTarget(): IConstruct {
    return this._props.chart ?? deployedStack(this);
  }

  /**
   * The namespace or the name, if synth knows it.
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
        'Only a `controller` has one by convention; guessing it is how IRSA breaks.'));
  }

  private helmKey(): string {
    const definition = this._props.controller?._definition;
    if (definition?.insteadOfHelmValues === undefined) return definition?.helmKey ?? 'serviceAccount';
    const rule = `be given for ${definition.name}: no chart of its own takes annotations of the ServiceAccount`;
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

  /** What synth knows of the ARN. Of a role that is made here it takes no token to find that out. */
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
    if (Token.isUnresolved(imagePullSecrets)) {
      fail(this, problem('imagePullSecrets', 'be a list known at synth', imagePullSecrets,
        'Write the names out; each of them may be a token.'));
    }
    for (const secret of imagePullSecrets ?? []) failIf(this, objectNameProblem('imagePullSecrets', secret));
    const given = ROLE_OPTIONS.filter(option => this._props[option] !== undefined);
    if (role && given.length > 0) {
      fail(this, problem('role', `stand without the options of a new role (${given.join(', ')})`, role.node.path,
        'Set them where the existing role is made, or leave `role` out.'));
    }
  }

  /** Also where this construct writes no annotation, since the trust policy or the webhook's default decides then. */
  private annotationConflict(): string | undefined {
    const { annotations } = this._props;
    if (annotations === undefined) return undefined;
    const decided = this._decidedAnnotations();
    const contradicted = Object.entries(annotations)
      .find(([key, value]) => key in decided && decided[key].value !== value);
    if (!contradicted) return undefined;
    const [key, value] = contradicted;
    const { value: own, advice } = decided[key];
    const shown = Token.isUnresolved(own) ? 'the role of this construct' : own;
    return problem(`annotations["${key}"]`, `not contradict this construct, which has ${shown}`, value, advice);
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
        problems: serviceAccounts => this.changedProblems(serviceAccounts, KubernetesManifests.of(this).chart),
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

  /** What was done to the object in a chart of the user's own. */
  private chartProblems(): string[] {
    const { chart, createServiceAccount } = this._props;
    const object = chart && (createServiceAccount ?? true) ? this.objectIn(chart) : undefined;
    if (!object) return [];
    try {
      return this.changedProblems(serviceAccountsByName(this, [object.toJson()]), chart!);
    } catch {
      return []; // cdk8s says why when it writes the chart
    }
  }

  /**
   * Why the ServiceAccount, as it goes out, is not the one that the role admits: an annotation or a patch has changed
   * it.
   */
  private changedProblems(serviceAccounts: ReadonlyMap<string, Manifest>, chart: Chart): string[] {
    const same = (left: unknown, right: unknown) => (
      left === right || settledKey(this, left) === settledKey(this, right));
    const made = serviceAccounts.get(nameKey(this, this.namespace, this.serviceAccountName));
    if (made === undefined) {
      if (this.objectIn(chart) === undefined) return []; // taken out on purpose
      const name = withoutTokens(`${this.namespace}/${this.serviceAccountName}`);
      return [problem('chart', `hold the ServiceAccount ${name} of ${this.node.path} under its own name`, undefined,
        'The role admits it by namespace and name: set them on this construct instead of changing the object.')];
    }
    const annotations = made.metadata.annotations ?? {};
    const written = Object.entries(this._ownAnnotations()).filter(([key, value]) => !same(annotations[key], value));
    const contradicted = Object.entries(this._decidedAnnotations())
      .filter(([key, { value }]) => key in annotations && !same(annotations[key], value));
    const keys = [...new Set([...written, ...contradicted].map(([key]) => key))];
    return keys.map(key => problem(
      `metadata.annotations["${key}"] of ${objectName(made)}`,
      `stay what ${this.node.path} has made it`,
      annotations[key],
      this._decidedAnnotations()[key].advice,
    ));
  }

  /** A lazy value can be another one each time that it is asked for. */
  private writtenProblems(serviceAccounts: ReadonlyMap<string, Manifest>, templates: WrittenTemplates): string[] {
    const resource = this.role instanceof IrsaRole ? this.role.node.defaultChild : undefined;
    if (!(resource instanceof CfnRole) || !KubernetesManifests.of(this)._holds(this)) return [];
    const manifest = serviceAccounts.get(nameKey(this, this.namespace, this.serviceAccountName));
    const found = manifest
      ? disagreement(templates.resource(resource), manifest)
      : 'a ServiceAccount under another name';
    if (found === undefined) return [];
    return [problem('serviceAccountName, namespace, audience and roleName', 'stay the same while synth runs', found,
      'The manifest and the template do not belong together: '
      + 'use values that are the same each time, Lazy.string instead of Lazy.uncachedString.')];
  }

  /** What the manifest must be complete with, and what the role must agree with. */
  private essentials(): string[] {
    return [this.namespace, this.serviceAccountName, ...Object.values(this._ownAnnotations())];
  }

  /** Whether the manifest is complete only once the stack is deployed. */
  private isDeferred(): boolean {
    return this.essentials().some(value => typeof settleForManifest(this, value) !== 'string');
  }

  /** Whether the role in the template and the ServiceAccount are made of the same literals. */
  private isFixed(): boolean {
    const { role } = this;
    const resource = role instanceof IrsaRole ? role.node.defaultChild : undefined;
    return resource instanceof CfnRole
      && typeof resource.roleName === 'string'
      && !mayHoldToken([resource.roleName, ...this.essentials()])
      && resource.assumeRolePolicyDocument === (role as IrsaRole).assumeRolePolicy
      && !isOverridden(resource);
  }

  private problems(): string[] {
    const twice = earlierClaims(this).map(other => problem(
      'serviceAccountName',
      'be used once in a namespace of a cluster',
      `${this.namespace}/${this.serviceAccountName}`,
      `${other.node.path} makes the same ServiceAccount, which can carry one role only: `
      + `use that one, or another name here (${this.node.path}).`,
    ));
    const found = [
      // A role that is made here looks after its trust policy itself.
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
    // A role that is wrong itself breaks its chains, too.
    return found.length > 0 ? found : chainProblems(this);
  }

  /**
   * `Role.customizeRoles` makes its report before anybody has named the precreated role: only the next synth can say
   * its ARN.
   */
  private isNamelessPrecreated(): boolean {
    const nameless = this.role instanceof IrsaRole && this.roleArn.endsWith(':role');
    if (nameless) {
      warn(this, 'cdk-irsa:precreated-role-without-name',
        '`role` is to be created by somebody else and has no name yet, so the manifest holds no ARN to use: '
        + `name it in usePrecreatedRoles ("${this.role.node.path}").`);
    }
    return nameless;
  }

  /** An aspect or an override can rename the role after its ARN has been handed out. */
  private renamedProblems(): string[] {
    const now = this.settledRoleArn();
    if (Token.isUnresolved(this.roleArn) || now === this.roleArn) return [];
    return [problem('roleName', `stay what the manifest says, ${this.roleArn}`, now,
      'Set `roleName` and `path` of this construct instead of changing the resource.')];
  }

  /** Tokens that turned out literal. */
  private lateProblems(): string[] {
    const { labels = {}, imagePullSecrets = [] } = this._props;
    return [
      labelsProblem('labels', settledCopy(this, labels)),
      ...imagePullSecrets.flatMap(secret => (
        settledProblems(this, 'imagePullSecrets', secret, objectNameProblem, { trustsForeign: true }))),
    ].filter((text): text is string => text !== undefined);
  }
}
