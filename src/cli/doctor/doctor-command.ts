import {
  clusterOption, contextOption, credentialOptions, issuerOption, secondsOf, timeoutOption,
} from './cluster-options';
import { livePeopleOf } from './live/live-people';
import { DoctorOptions } from './options';
import { IAM_PERMISSIONS } from './read/permissions';
import { readRoleArn } from './role-arn';
import { NAMESPACE, NameRule, OBJECT_NAME } from '../../conventions/name-rules';
import { ArgumentError, CliOption, Program } from '../arguments';
import { Command, Output } from '../command';

const WIDTH = Math.max(...IAM_PERMISSIONS.map(({ action }) => action.length));
const PERMISSIONS = IAM_PERMISSIONS
  .map(({ action, reads, option }) => `  ${action.padEnd(WIDTH)}  ${reads}${option ? ` (${option})` : ''}`)
  .join('\n');

const MAX_WATCH = 7 * 24 * 3600;
const INTERVAL = 10;
const ACTION = /^[\w-]+:\w+$/;

/** The options as commander parses them. */
type GivenOptions = Omit<
  DoctorOptions,
  'all' | 'assume' | 'awsOnly' | 'watch' | 'contexts' | 'timeoutSeconds' | 'intervalSeconds' | 'watchTimeoutSeconds'
> & {
  readonly all?: boolean;
  readonly assume?: boolean;
  readonly awsOnly?: boolean;
  readonly watch?: boolean;
  readonly context?: string[];
  readonly timeout?: number;
  readonly interval?: number;
  readonly watchTimeout?: number;
};

const OPTIONS = [
  clusterOption().asRequired('--issuer', '--context'),
  issuerOption(),
  nameOption('--namespace <name>', 'the namespace of the service account', NAMESPACE).asRequired('--all'),
  nameOption('--service-account <name>', 'the service account', OBJECT_NAME).asRequired('--all'),
  new CliOption(
    '--all',
    'check every service account of the cluster, or of the namespace, in a table; and list roles that nobody uses',
  ).conflicts(['serviceAccount', 'role', 'pod', 'action', 'resource', 'assume']),
  new CliOption('--role <arn>', 'the role that the service account should have (default: as annotated or associated)')
    .matching({ test: text => 'value' in readRoleArn(text) }, 'be the ARN of an IAM role'),
  nameOption('--pod <name>', 'check this pod only (default: all pods of the service account)', OBJECT_NAME),
  new CliOption('--action <action>', 'check whether the role may do this, such as s3:ListBucket')
    .matching(ACTION, 'be one action, such as s3:ListBucket'),
  new CliOption('--resource <arn>', 'on this resource (default: any)').requires('--action'),
  new CliOption(
    '--assume',
    'try it: request a token and call AssumeRoleWithWebIdentity with it; the credentials are discarded',
  ),
  new CliOption('--aws-only', 'do not ask Kubernetes, as without a kubeconfig; the result is never healthy')
    .conflicts(['all', 'pod', 'assume', 'context', 'watch']),
  ...credentialOptions(),
  contextOption('. Can be repeated with --all').repeatable(),
  timeoutOption(),
  new CliOption(
    '--watch', 'check again and again until the result is healthy; print the diagnosis each time it changes',
  ).conflicts(['all', 'output']),
  new CliOption('--interval <seconds>', `how long to wait between two rounds of --watch (default: ${INTERVAL})`)
    .argParser(secondsOf('--interval'))
    .requires('--watch'),
  new CliOption('--watch-timeout <seconds>', 'when to give up --watch (default: never)')
    .argParser(secondsOf('--watch-timeout', MAX_WATCH))
    .requires('--watch'),
  new CliOption('--format <format>', 'what to print on stdout; with --watch, JSON is one document per line')
    .choices(['text', 'json'])
    .default('text'),
];

/** `cdk-irsa doctor`. */
export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'find out why a pod gets AccessDenied: check every link between its token and its role',
  define: program =>
    program
      .description(
        'Finds out why the pods of a service account do not get their IAM role, or confirms that they do. Checks '
          + 'every link between the token of a pod and AWS, in the order in which the token travels. Names the first '
          + 'broken link, how to fix it, and how to check again. Changes nothing.',
      )
      .usage(
        '(--cluster <name> | --issuer <url> | --context <name>) '
          + '(--namespace <name> --service-account <name> | --all [--namespace <name>]) [options]',
      )
      .withExample('--cluster production --namespace payments --service-account api')
      .withOptions(OPTIONS)
      .addHelpText(
        'after',
        `
Exit codes:
  0  healthy: every required check passed
  1  a problem was found
  2  a required check could not run, or invalid arguments
With several contexts, the worst one counts: 1, then 2, then 0.
With --watch: 0 when healthy, otherwise that of the last round; 130 after Ctrl-C.

Permissions in IAM. A missing one makes only its own check unknown:
${PERMISSIONS}

Permissions in Kubernetes:
  get   namespaces, serviceaccounts, pods
  list  pods, serviceaccounts, mutatingwebhookconfigurations.admissionregistration.k8s.io,
        networkpolicies.networking.k8s.io
  get   /.well-known/openid-configuration (--issuer), which the ClusterRole
        system:service-account-issuer-discovery allows
  create serviceaccounts/token (--assume)`,
      ),
  run: doctor,
};

function doctor(program: Program, output: Output, version: string): Promise<number> {
  const { timeout, interval = INTERVAL, watchTimeout, context = [], ...given } = program.opts<GivenOptions>();
  const { all = false, assume = false, awsOnly = false, watch = false } = given;
  const contexts = [...new Set(context)];
  refuseOneClusterForMany(given, contexts);
  // A separate bundle: the AWS and Kubernetes clients are larger than the rest, and few commands need them.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { examine } = require('./doctor') as typeof import('./doctor');
  const options: DoctorOptions = {
    ...given,
    all,
    assume,
    awsOnly,
    watch,
    contexts,
    timeoutSeconds: timeout,
    intervalSeconds: interval,
    watchTimeoutSeconds: watchTimeout,
  };
  return examine(options, output, version, livePeopleOf);
}

/** Each of several contexts names its own cluster. */
function refuseOneClusterForMany({ all, cluster, issuer }: GivenOptions, contexts: readonly string[]): void {
  if (contexts.length < 2) return;
  if (!all) throw new ArgumentError('`--context` can be repeated only with `--all`.');
  const [flag] = [...cluster === undefined ? [] : ['--cluster'], ...issuer === undefined ? [] : ['--issuer']];
  if (flag !== undefined) throw new ArgumentError(`\`${flag}\` names one cluster, and \`--context\` several.`);
}

function nameOption(flags: string, description: string, { pattern, longest, rule }: NameRule): CliOption {
  return new CliOption(flags, description)
    .matching({ test: name => pattern.test(name) && name.length <= longest }, rule);
}
