/**
 * The EKS cluster that a kubeconfig context names: `aws eks update-kubeconfig`, eksctl and aws-iam-authenticator write
 * its name into the command that gets tokens, or its ARN into the names of the entries.
 */
import { arrayOf, propertyOf } from '../../../analysis/json-values';

/** An EKS cluster, with the region and profile to query AWS. */
export interface EksContext {
  readonly clusterName: string;
  readonly region?: string;
  readonly profile?: string;
}

interface ContextParts {
  readonly context: string;
  /** Name of the entry of the cluster. */
  readonly cluster: string;
  readonly server: string;
  /** The command that gets tokens. */
  readonly exec?: unknown;
}

const CLUSTER_ARN = /^arn:aws[a-z-]*:eks:([a-z0-9-]+):\d{12}:cluster\/([\w-]{1,100})$/;
/** The host of an EKS API server. */
const SERVER = /\.([a-z0-9-]+)\.eks\.amazonaws\.com(?:\.cn)?$/;
const NAME_OPTIONS = ['--cluster-name', '--cluster-id', '-i'];

export function eksContext({ context, cluster, server, exec }: ContextParts): EksContext | undefined {
  const args = arrayOf(propertyOf(exec, 'args')).map(String);
  const [, arnRegion, arnName] = [cluster, context].map(name => CLUSTER_ARN.exec(name)).find(match => match) ?? [];
  const clusterName = optionOf(args, NAME_OPTIONS) ?? arnName;
  if (clusterName === undefined) return undefined;
  const variable = (name: string) => {
    const entry = arrayOf(propertyOf(exec, 'env')).find(item => propertyOf(item, 'name') === name);
    const value = propertyOf(entry, 'value');
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const region = optionOf(args, ['--region'])
    ?? (arnName === clusterName ? arnRegion : undefined)
    ?? SERVER.exec(new URL(server).hostname)?.[1]
    ?? variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION');
  const profile = optionOf(args, ['--profile']) ?? variable('AWS_PROFILE');
  return { clusterName, ...region !== undefined && { region }, ...profile !== undefined && { profile } };
}

/** The value of the first of these options: `--name value` or `--name=value`. */
function optionOf(args: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    const name = names.find(option => arg === option || arg.startsWith(`${option}=`));
    if (name !== undefined) return arg === name ? args[index + 1] : arg.slice(name.length + 1);
  }
  return undefined;
}
