import { rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { attachCustomSynthesis, CfnElement, Stack } from 'aws-cdk-lib';
import { App, Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { fail } from './private/errors';
import { addToChart, Manifest, TokenObjectsAsText } from './private/manifest-objects';
import { manifestText, SettledManifests, settleManifests } from './private/manifest-text';

const ID = 'KubernetesManifests';

/**
 * The Kubernetes objects of one stack. Synth writes them beside the template, to `<stack>.k8s.yaml`; where a service account depends
 * on what only the deployment knows, they leave the deployed stack in its output `KubernetesManifests` instead.
 *
 * Namespaces come first, then ServiceAccounts, then the rest in the order of the chart.
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
   * The manifests of the stack that `scope` is in. A nested stack shares those of the stack that is deployed with it.
   */
  public static of(scope: IConstruct): KubernetesManifests {
    let stack = Stack.of(scope);
    while (stack.nestedStackParent) stack = stack.nestedStackParent;
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof KubernetesManifests ? existing : new KubernetesManifests(stack);
  }

  /**
   * Where to add objects of your own: Deployments, Pods, anything. Values that synth knows are written out; others are
   * refused, except texts in the output of a stack that writes no file.
   */
  public readonly chart: Chart;

  private readonly stack: Stack;
  private readonly deferred: (() => boolean)[] = [];
  private validated?: SettledManifests;

  private constructor(stack: Stack) {
    super(stack, ID);
    this.stack = stack;
    this.chart = new Chart(new App({ resolvers: [new TokenObjectsAsText()] }), stack.artifactId);
    new ManifestOutput(this, 'Output', () => (this.isDeferred() ? this.text(this.settled()) : undefined));
    this.node.addValidation({
      validate: () => {
        this.validated = this.settled();
        return this.validated.problems;
      },
    });
    attachCustomSynthesis(this, { onSynthesize: ({ outdir }) => this.write(outdir) });
  }

  /**
   * Adds the objects of a service account.
   *
   * @internal
   */
  public _add(owner: IConstruct, manifests: Manifest[], deferred: () => boolean): void {
    addToChart(owner, this.chart, manifests, manifest => manifest);
    this.deferred.push(deferred);
  }

  private isDeferred(): boolean {
    return this.deferred.some(isDeferred => isDeferred());
  }

  private settled(): SettledManifests {
    const charts = [this.chart, ...this.chart.node.findAll().filter(child => child !== this.chart && Chart.isChart(child))] as Chart[];
    return settleManifests(this, charts.flatMap(chart => chart.toJson()), this.isDeferred());
  }

  private text({ manifests }: SettledManifests): string {
    const { stack } = this;
    const root = stack.node.root.node.id || 'App';
    return [
      '# Made by cdk-irsa: do not edit, change the CDK app instead.',
      `# App: ${root}. Stack: ${stack.node.path} (${stack.stackName}).`,
      manifestText(manifests),
    ].join('\n');
  }

  private write(outdir: string): void {
    const settled = this.validated ?? this.settled();
    // Validation can be skipped; a refused value must not reach a file all the same.
    if (settled.problems.length > 0) fail(this, settled.problems.join('\n'));
    const file = join(outdir, `${this.stack.artifactId}.k8s.yaml`);
    if (this.isDeferred() || settled.manifests.length === 0) rmSync(file, { force: true }); // of an earlier synth
    else writeFileSync(file, this.text(settled));
  }
}

/** A stack output that is there only when it has a value. */
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
