import { join, resolve } from 'path';
import { CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { failIf, problem, warn } from './private/errors';
import { objectFiles, StackFiles } from './private/manifests/files';
import { helmFileNameProblem, HelmValues, HelmValuesPart, settleHelmValues } from './private/manifests/helm-values';
import { Manifest, serviceAccountsByName } from './private/manifests/objects';
import { StackChart } from './private/manifests/stack-chart';
import { WrittenTemplates } from './private/manifests/template-agreement';
import { header, manifestText, SettledManifests, settleManifests } from './private/manifests/text';
import { ManifestWriter } from './private/manifests/writer';
import { isToken } from './private/values/is-token';
import { deployedStack } from './private/values/tokens';

const ID = 'KubernetesManifests';
const OWNER = /^[A-Za-z0-9][\w./@-]{0,99}$/;

/**
 * Options of `KubernetesManifests.writeTo`: where the manifests of a stack are written, and to how many files.
 */
export interface ManifestFilesOptions {
  /**
   * A folder for the files, for example in a GitOps repository. It is created if it does not exist. A relative path is
   * resolved against the working directory of the app.
   *
   * Synth writes to it only if the CDK CLI runs the app (`cdk list`, `diff`, `synth` and `deploy`) and no context is
   * missing. It prints what it wrote to standard error. A unit test never changes the folder; see `alwaysWrite`. The
   * cloud assembly always records the files and their text, for the assertions, the validator, `cdk-irsa verify` and
   * `report`.
   *
   * Several stacks may share a folder if all of them are for one cluster, because each object can be in it only once.
   * Synth deletes generated files that the app no longer generates, if their stack is still in the app; see `owner`.
   *
   * @default - the cloud assembly, `cdk.out`
   */
  readonly directory?: string;

  /**
   * Whether each object is written to a separate file, such as `1_serviceaccount_payments_api.yaml`. The number
   * determines the order for `kubectl apply -f <folder>`: Namespaces and admission policies, ServiceAccounts with
   * Roles, the rest. In the cloud assembly, the files are in a folder `<stack>.k8s`.
   *
   * @default false - one file, `<stack>.k8s.yaml`
   */
  readonly filePerResource?: boolean;

  /**
   * Whether to write a `kustomization.yaml`, which lists the files with objects in the folder: those of every stack of
   * the app that writes to it.
   *
   * @default false
   */
  readonly kustomization?: boolean;

  /**
   * A name for the app, written to the header of each file: letters, digits and `. _ / @ -`, at most 100 characters.
   * Set it if another app writes to the same `directory`, or if synth should delete the files of stacks that you rename
   * or remove. Files of another owner are never replaced or deleted. An app whose stacks depend on the context needs a
   * different owner per context.
   *
   * @default - synth replaces and deletes only files of stacks that are in the app, and warns about others
   */
  readonly owner?: string;

  /**
   * Whether every synth writes to `directory`, even if the CDK CLI did not start it, such as `app.synth()` in a script
   * or a unit test. All stacks that share the directory must set it. While context is missing, nothing is written.
   *
   * @default false
   */
  readonly alwaysWrite?: boolean;
}

/**
 * Options of `helmValues` and `writeHelmValues`: the position of the service account in the values of a Helm chart.
 */
export interface HelmValuesOptions {
  /**
   * The key, with a dot between the parts of a nested path: `controller.serviceAccount`. See the values.yaml of the
   * chart.
   *
   * @default - the key that the chart of the `controller` uses, or 'serviceAccount' without a controller
   */
  readonly key?: string;
}

/** Callbacks by which the manifests of a stack check a service account. */
interface AccountManifests {
  /** Whether its manifest is complete only after the stack is deployed. */
  readonly isDeferred: () => boolean;
  /** Whether the template and the manifest consist of the same literals, so that they cannot disagree. */
  readonly isFixed: () => boolean;
  /** Returns problems if the objects, as written, no longer match its role. */
  readonly problems: (serviceAccounts: ReadonlyMap<string, Manifest>) => string[];
  /** Returns problems if the objects, as written, do not match the templates that synth wrote. */
  readonly writtenProblems: (serviceAccounts: ReadonlyMap<string, Manifest>, templates: WrittenTemplates) => string[];
}

/**
 * The Kubernetes objects of one stack. Synth writes them next to the template, to `<stack>.k8s.yaml`. If a service
 * account depends on a value that is known only at deployment, the objects are in the stack output
 * `KubernetesManifests` instead.
 *
 * Namespaces come first, then admission policies, then ServiceAccounts with Roles and RoleBindings, then the rest in
 * the order of the chart.
 *
 * @see https://cdk8s.io/docs/latest/basics/chart/
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ApiObject } from 'cdk8s';
 * import { KubernetesManifests } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Payments');
 * new ApiObject(KubernetesManifests.of(stack).chart, 'Pod', {
 *   apiVersion: 'v1',
 *   kind: 'Pod',
 *   metadata: { name: 'api', namespace: 'payments' },
 *   spec: { serviceAccountName: 'api', containers: [{ name: 'api', image: 'amazon/aws-cli' }] },
 * });
 */
export class KubernetesManifests extends Construct {
  /**
   * Returns the manifests of the stack that contains `scope`. A nested stack shares the manifests of its top-level
   * stack.
   */
  public static of(scope: IConstruct): KubernetesManifests {
    const stack = deployedStack(scope);
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof KubernetesManifests ? existing : new KubernetesManifests(stack);
  }

  private readonly stack: Stack;
  private readonly stackChart: StackChart;
  private readonly writer: ManifestWriter;
  private readonly accounts: (AccountManifests & { readonly owner: IConstruct })[] = [];
  private readonly lazy: (() => Manifest[])[] = [];
  private readonly values: HelmValuesPart[] = [];
  private options: ManifestFilesOptions = {};
  /** The objects of this round of validation, cached, and the files for them. */
  private round?: { readonly settled: SettledManifests; readonly files: StackFiles };

  private constructor(stack: Stack) {
    super(stack, ID);
    this.stack = stack;
    this.stackChart = new StackChart(stack.artifactId);
    new ManifestOutput(this, 'Output', () => (this.isDeferred() ? this.text(this.settle()) : undefined));
    this.node.addValidation({
      validate: () => {
        this.writer.begin(this);
        this.warnOfValuesAmongManifests();
        return this.problems();
      },
    });
    this.writer = ManifestWriter.of(this);
    this.writer.add({
      owner: this,
      folder: () => this.folder(),
      directory: () => {
        const { directory, alwaysWrite = false } = this.options;
        return directory === undefined ? undefined : { alwaysWrite };
      },
      files: () => this.rendered().files,
      problems: () => this.problems(),
      writtenProblems: templates => this.writtenProblems(templates),
      forget: () => {
        this.round = undefined;
      },
    });
  }

  /**
   * The chart to which you can add your own objects, such as Deployments or Pods. Tokens are replaced by their values
   * at synth time. A value that is known only at deployment is an error, unless it is text and the stack has an output
   * instead of a file.
   */
  public get chart(): Chart {
    return this.stackChart.open();
  }

  /**
   * Sets where the files are written. A later call replaces an earlier one.
   *
   * Synth fails if a file would replace one that this library did not generate, or one of another app. It also fails if
   * the manifest of the stack is complete only after deployment, because then there are no files.
   *
   * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
   * @throws if `directory` is empty or a token, or `owner` is invalid
   * @example
   * import { App, Stack } from 'aws-cdk-lib';
   * import { KubernetesManifests } from 'cdk-irsa';
   *
   * const stack = new Stack(new App(), 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
   * KubernetesManifests.of(stack).writeTo({
   *   directory: '../gitops/clusters/blue',
   *   filePerResource: true,
   *   kustomization: true,
   * });
   */
  public writeTo(options: ManifestFilesOptions): void {
    failIf(this, directoryProblem(options.directory) ?? ownerProblem(options.owner));
    this.options = { ...options, directory: options.directory === undefined ? undefined : resolve(options.directory) };
  }

  /**
   * Adds the objects of a service account.
   *
   * @internal
   */
  public _add(owner: IConstruct, manifests: Manifest[], account: AccountManifests): void {
    this.stackChart.add(owner, manifests);
    this.accounts.push({ owner, ...account });
  }

  /**
   * Whether the chart contains the ServiceAccount of a construct. Users can remove it.
   *
   * @internal
   */
  public _holds(owner: IConstruct): boolean {
    return this.stackChart.holds(owner);
  }

  /**
   * Adds objects that depend on the rest of the app. They are computed each time that the manifests are rendered.
   *
   * @internal
   */
  public _addLazily(manifests: () => Manifest[]): void {
    this.lazy.push(manifests);
  }

  /**
   * Adds the values of a service account to a file of Helm values.
   *
   * @internal
   */
  public _addHelmValues(owner: IConstruct, fileName: string, values: HelmValues): void {
    failIf(owner, helmFileNameProblem(fileName));
    this.values.push({ owner, fileName, values });
  }

  private isDeferred(): boolean {
    return this.accounts.some(({ isDeferred }) => isDeferred());
  }

  private settle(): SettledManifests {
    const manifests = [...this.stackChart.objects(), ...this.lazy.flatMap(make => make())];
    return settleManifests(this, manifests, this.isDeferred());
  }

  private text({ manifests }: SettledManifests): string {
    return `${header([this.stack])}\n${manifestText(manifests)}`;
  }

  private folder(): string {
    const { directory, filePerResource } = this.options;
    const assembly = resolve(Stage.of(this)!.outdir);
    return directory ?? (filePerResource ? join(assembly, `${this.stack.artifactId}.k8s`) : assembly);
  }

  /** Cached per round, because it is slow and every stack that shares the folder calls it. */
  private rendered(): { settled: SettledManifests; files: StackFiles } {
    if (this.round) return this.round;
    const { directory, filePerResource = false, kustomization = false, owner } = this.options;
    const settled = this.settle();
    this.round = {
      settled,
      files: {
        owner: this,
        applied: directory !== undefined || kustomization,
        kustomization,
        ownerName: owner,
        objects: objectFiles(
          this.isDeferred() ? [] : settled.manifests,
          filePerResource ? undefined : `${this.stack.artifactId}.k8s.yaml`,
        ),
        values: this.values,
      },
    };
    return this.round;
  }

  private problems(): string[] {
    const { problems, manifests } = this.rendered().settled;
    const found = [
      ...problems,
      ...problems.length > 0 ? [] : this.changedProblems(manifests),
      ...this.outputProblems(),
      ...this.values.flatMap(part => settleHelmValues(part).problems),
    ];
    return found.length > 0 ? found : this.writer.problems(this);
  }

  /** Returns problems if users changed the objects in the chart, or a subclass changed what it adds to it. */
  private changedProblems(manifests: Manifest[]): string[] {
    const serviceAccounts = serviceAccountsByName(this, manifests);
    return this.accounts.flatMap(account => account.problems(serviceAccounts));
  }

  private writtenProblems(templates: WrittenTemplates): string[] {
    const changeable = this.accounts.filter(({ isFixed }) => !this.stackChart.isUntouched || !isFixed());
    if (changeable.length === 0 || this.isDeferred()) return [];
    const serviceAccounts = serviceAccountsByName(this, this.rendered().settled.manifests);
    return changeable.flatMap(account => account.writtenProblems(serviceAccounts, templates));
  }

  /** A deployment cannot write files. */
  private outputProblems(): string[] {
    const { directory, filePerResource, kustomization } = this.options;
    const [asked] = Object.entries({ directory, filePerResource, kustomization }).filter(([, value]) => value);
    if (!asked) return [];
    const deferred = this.accounts.filter(({ isDeferred }) => isDeferred()).map(({ owner }) => owner.node.path);
    if (deferred.length === 0) return [];
    return [
      problem(
        asked[0],
        'be left out if the manifest is complete only after deployment',
        asked[1],
        `The reason is ${deferred.join(', ')}. Set env with account and region on the stack and write names `
          + `as literals, or apply the stack output ${ID} instead.`,
      ),
    ];
  }

  private warnOfValuesAmongManifests(): void {
    const { directory, filePerResource, kustomization } = this.options;
    if (this.values.length === 0 || kustomization || !(directory || filePerResource)) return;
    warn(
      this,
      'cdk-irsa:helm-values-among-manifests',
      `\`kustomization\` is off, but the manifest folder also contains Helm values (${this.values[0].fileName}). `
        + '`kubectl apply -f` of the whole folder and GitOps tools treat them as an object and fail. Set '
        + '`kustomization: true`.',
    );
  }
}

function directoryProblem(directory: string | undefined): string | undefined {
  if (directory === undefined || (!isToken(directory) && directory.trim() !== '')) return undefined;
  return problem(
    'directory',
    'be a path that is known at synth time',
    directory,
    'For example ../gitops/clusters/blue. Leave it out to write to the cloud assembly.',
  );
}

function ownerProblem(owner: string | undefined): string | undefined {
  if (owner === undefined || (!isToken(owner) && OWNER.test(owner))) return undefined;
  return problem(
    'owner',
    'be a name of letters, digits and . _ / @ -, at most 100 characters',
    owner,
    "For example payments, or the name of the app's repository.",
  );
}

/** A stack output that is rendered only if it has a value. */
class ManifestOutput extends CfnElement {
  constructor(scope: Construct, id: string, private readonly value: () => string | undefined) {
    super(scope, id);
    this.overrideLogicalId(ID);
  }

  /** @internal */
  public _toCloudFormation(): object {
    const value = this.value();
    return value === undefined ? {} : {
      Outputs: {
        [this.logicalId]: { Description: 'Kubernetes manifests of this stack, for kubectl apply', Value: value },
      },
    };
  }
}
