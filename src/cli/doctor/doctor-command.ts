import { parseArgs } from 'util';
import { IAM_PERMISSIONS } from './permissions';
import { NAMESPACE, NameRule, OBJECT_NAME } from '../../private/name-patterns';
import { Command, Output, UsageError } from '../command';
import { quoted } from '../text';

/** What the command line asks for, checked. */
export interface DoctorOptions {
  readonly cluster: string;
  /** Left out with `all`: of every namespace. */
  readonly namespace?: string;
  /** Left out with `all`. */
  readonly serviceAccount?: string;
  readonly all: boolean;
  readonly pod?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly assume: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly roleProfile?: string;
  readonly context?: string;
  readonly timeoutSeconds?: number;
  readonly format: 'text' | 'json';
}

const WIDTH = Math.max(...IAM_PERMISSIONS.map(({ action }) => action.length));
const PERMISSIONS = IAM_PERMISSIONS.map(({ action, reads, option }) => `  ${action.padEnd(WIDTH)}  ${reads}${option === undefined ? '' : ` (${option})`}`).join('\n');

const HELP = `Usage: cdk-irsa doctor --cluster <name> --namespace <name> --service-account <name> [options]
       cdk-irsa doctor --cluster <name> --all [--namespace <name>] [options]

Says why the pods of a service account do not get their IAM role, or that they do: looks at every link between the token of a pod and AWS,
in the order in which the token travels, and names the first that is broken, with what to do about it. Changes nothing, anywhere.

Options:
  --cluster <name>          the EKS cluster
  --namespace <name>        the namespace of the service account
  --service-account <name>  the service account
  --all                     every service account of the cluster, or of the namespace, in a table; and roles that nobody uses any more
  --pod <name>              look at this pod                              (default: all pods of the service account)
  --action <action>         whether the role may do this, such as s3:ListBucket
  --resource <arn>          on this resource                              (default: any)
  --assume                  try it: have a token made, and call AssumeRoleWithWebIdentity with it. The credentials are thrown away
  --region <region>         the region of the cluster                     (default: AWS_REGION, or that of the profile)
  --profile <name>          the AWS profile                               (default: as in the AWS CLI)
  --role-profile <name>     the AWS profile for the account of the role, where that is another one
  --context <name>          the context of the kubeconfig                 (default: the current one)
  --timeout <seconds>       how long the API server may take for an answer (default: 10)
  --format text|json        what goes to stdout                           (default: text)
  --help                    print this

Exit codes:
  0  healthy: nothing is wrong, and every link that decides was looked at
  1  something is wrong
  2  it could not be looked at, or the arguments cannot be used

What it needs in IAM; without one of them a single check is unknown:
${PERMISSIONS}

What it needs in Kubernetes:
  get   namespaces, serviceaccounts, pods
  list  pods, mutatingwebhookconfigurations.admissionregistration.k8s.io; with --all serviceaccounts
  create serviceaccounts/token (--assume)`;

const OPTIONS = {
  'cluster': { type: 'string' },
  'namespace': { type: 'string' },
  'service-account': { type: 'string' },
  'all': { type: 'boolean' },
  'pod': { type: 'string' },
  'action': { type: 'string' },
  'resource': { type: 'string' },
  'assume': { type: 'boolean' },
  'region': { type: 'string' },
  'profile': { type: 'string' },
  'role-profile': { type: 'string' },
  'context': { type: 'string' },
  'timeout': { type: 'string' },
  'format': { type: 'string' },
} as const;

const SEE = 'See cdk-irsa doctor --help.';
const LONGEST_TIMEOUT = 3600;
/** @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
const CLUSTER_NAME = /^[0-9A-Za-z][\w-]{0,99}$/;
const ACTION = /^[\w-]+:[\w*?]+$/;

/** `cdk-irsa doctor`. */
export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'say why a pod gets AccessDenied: look at every link between its token and its role',
  help: HELP,
  run: doctor,
};

function doctor(args: string[], output: Output, version: string): Promise<number> {
  const options = optionsOf(args);
  // A file of its own: the clients of AWS and Kubernetes are larger than all the rest, and nothing else needs them.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { examine } = require('./doctor') as typeof import('./doctor');
  return examine(options, output, version);
}

function optionsOf(args: string[]): DoctorOptions {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 0) throw new UsageError([`cdk-irsa doctor takes options alone, got: ${positionals.map(quoted).join(', ')}. ${SEE}`]);
  const { namespace, pod, action, resource, region, profile, context, all = false, assume = false, format = 'text' } = values;
  const cluster = given('cluster', values.cluster);
  const serviceAccount = values['service-account'];
  if (!CLUSTER_NAME.test(cluster)) throw new UsageError([`\`--cluster\` must be the name of an EKS cluster: 1 to 100 letters, digits, - and _, got: ${quoted(cluster)}. ${SEE}`]);
  if (all) allowedWithAll({ 'service-account': serviceAccount, pod, action, resource, 'assume': assume || undefined });
  else for (const [option, value] of Object.entries({ namespace, 'service-account': serviceAccount })) given(option, value);
  checkName('namespace', namespace, NAMESPACE);
  checkName('service-account', serviceAccount, OBJECT_NAME);
  checkName('pod', pod, OBJECT_NAME);
  if (resource !== undefined && action === undefined) throw new UsageError([`\`--resource\` must stand with \`--action\`. ${SEE}`]);
  if (action !== undefined && (!ACTION.test(action) || /[*?]/.test(action))) throw new UsageError([`\`--action\` must be one action, such as s3:ListBucket, got: ${quoted(action)}. ${SEE}`]);
  if (format !== 'text' && format !== 'json') throw new UsageError([`\`--format\` must be text or json, got: ${quoted(format)}. ${SEE}`]);
  return {
    cluster, namespace, serviceAccount, all, pod, action, resource, assume, region, profile, roleProfile: values['role-profile'], context, timeoutSeconds: secondsOf(values.timeout), format,
  };
}

function given(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError([`\`--${option}\` must be given. ${SEE}`]);
  return value;
}

function allowedWithAll(others: Record<string, unknown>): void {
  const [option] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (option !== undefined) throw new UsageError([`\`--${option}\` must stand without \`--all\`: it is about one service account. ${SEE}`]);
}

function checkName(option: string, name: string | undefined, { pattern, longest, rule }: NameRule): void {
  if (name === undefined || (pattern.test(name) && name.length <= longest)) return;
  throw new UsageError([`\`--${option}\` must ${rule}, got: ${quoted(name)}. ${SEE}`]);
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > LONGEST_TIMEOUT) throw new UsageError([`\`--timeout\` must be 1 to ${LONGEST_TIMEOUT} whole seconds, got: ${quoted(text)}. ${SEE}`]);
  return seconds;
}
