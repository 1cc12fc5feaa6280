import { App, Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { addedObject, addToChart, isMap, Manifest, TokenObjectsAsText } from './objects';
import { JsonObject } from '../../conventions/json';
import { mayHoldToken } from '../values/tokens';

/**
 * The objects of a stack. They move to a cdk8s chart when users access it, because they can see and change them there.
 * Until then, plain ServiceAccounts do not need cdk8s, which takes longer.
 */
export class StackChart {
  private chart?: Chart;
  /** By the path of the construct, like the objects in a chart. */
  private readonly plain = new Map<string, { readonly owner: IConstruct; readonly manifest: Manifest }>();

  constructor(private readonly id: string) {}

  /** Whether nobody has accessed the chart, so that the objects are unchanged. */
  public get isUntouched(): boolean {
    return this.chart === undefined;
  }

  /** Returns the chart with all objects. */
  public open(): Chart {
    if (this.chart) return this.chart;
    const chart = new Chart(new App({ resolvers: [new TokenObjectsAsText()] }), this.id);
    this.chart = chart;
    for (const { owner, manifest } of this.plain.values()) addToChart(owner, chart, [manifest], same => same);
    return chart;
  }

  /** Adds the objects of a service account. */
  public add(owner: IConstruct, manifests: Manifest[]): void {
    const [manifest, ...others] = manifests;
    const { path } = owner.node;
    if (this.isUntouched && others.length === 0 && isPlain(manifest) && !this.plain.has(path)) {
      this.plain.set(path, { owner, manifest });
    } else {
      addToChart(owner, this.open(), manifests, same => same);
    }
  }

  /** Whether the ServiceAccount of a construct is one of the objects. Users can remove it from the chart. */
  public holds(owner: IConstruct): boolean {
    if (this.chart) return addedObject(owner, this.chart, 'ServiceAccount') !== undefined;
    return this.plain.has(owner.node.path);
  }

  /** Returns the objects as cdk8s renders them. They may contain tokens. */
  public objects(): Manifest[] {
    if (this.isUntouched && !process.env.CDK8S_DISABLE_SORT) {
      return [...this.plain.values()].map(({ manifest }) => inOrder(manifest));
    }
    const chart = this.open();
    const charts = [chart, ...chart.node.findAll().filter(child => child !== chart && Chart.isChart(child))];
    return (charts as Chart[]).flatMap(each => each.toJson());
  }
}

/** Whether cdk8s would only sort the keys. It also drops empty values, and rejects or replaces others. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return !mayHoldToken(value);
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain);
  if (!isMap(value)) return typeof value === 'boolean';
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, item]) => isPlain(key) && isPlain(item));
}

function inOrder({ apiVersion, kind, metadata, ...rest }: Manifest): Manifest {
  return { apiVersion, kind, metadata: sorted(metadata) as Manifest['metadata'], ...sorted(rest) as JsonObject };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) copy[key] = sorted(value[key]);
  return copy;
}
