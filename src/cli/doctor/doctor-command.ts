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
import { formatOption } from '../result-file';

const WIDTH = Math.max(...IAM_PERMISSIONS.map(({ action }) => action.length));
const PERMISSIONS = IAM_PERMISSIONS
  .map(({ action, reads, option }) => `  ${action.padEnd(WIDTH)}  ${reads}${option ? ` (${option})` : ''}`)
  .join('\n');

const MAX_WATCH = 7 * 24 * 3600;
const INTERVAL = 10;
const ACTION = /^[\w-]+:\w+$/;

/** The values as commander reads them. */
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

const SCOPE = [
  clusterOption().asRequired('--issuer', '--context'),
  issuerOption(),
  contextOption('; repeatable with --all').repeatable(),
  nameOption('-n, --namespace <name>', 'the namespace of the service account', NAMESPACE).asRequired('--all'),
  nameOption('--service-account <name>', 'the service account', OBJECT_NAME).asRequired('--all'),
  new CliOption(
    '--all', 'check every service account of the cluster or namespace, and list unused roles',
  ).conflicts(['serviceAccount', 'role', 'pod', 'action', 'resource', 'assume']),
  nameOption('--pod <name>', 'check only this pod (default: all pods of the service account)', OBJECT_NAME),
  new CliOption('--role <arn>', 'the role that the service account should have (default: as annotated or associated)')
    .matching({ test: text => 'value' in readRoleArn(text) }, 'be the ARN of an IAM role'),
];

const CHECKS = [
  new CliOption('--action <action>', 'check whether the role allows this, such as s3:ListBucket')
    .matching(ACTION, 'be one action, such as s3:ListBucket'),
  new CliOption('--resource <arn>', 'the resource of the action (default: any)').requires('--action'),
  new CliOption(
    '--assume', 'request a token and call AssumeRoleWithWebIdentity with it; the credentials are discarded',
  ),
  new CliOption('--aws-only', 'skip all checks in Kubernetes; the result is never healthy')
    .conflicts(['all', 'pod', 'assume', 'context', 'watch']),
];

const WATCH = [
  new CliOption('--watch', 'repeat the checks until the result is healthy; print it when it changes')
    .conflicts(['all', 'output']),
  new CliOption('--interval <seconds>', `the time between two rounds of --watch (default: ${INTERVAL})`)
    .argParser(secondsOf('--interval'))
    .requires('--watch'),
  new CliOption('--watch-timeout <seconds>', 'when to stop --watch (default: never)')
    .argParser(secondsOf('--watch-timeout', MAX_WATCH))
    .requires('--watch'),
];

/** `cdk-irsa doctor`. */
export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'find out why a pod gets AccessDenied: check every link between its token and its role',
  define: program => program
    .description('Finds out why the pods of a service account do not get their IAM role, or confirms that they do.'
      + ' Checks every link between the token of a pod and AWS, in order. Names the first broken link, how to fix it,'
      + ' and how to check again. Read-only.')
    .usage('(--cluster <name> | --issuer <url> | --context <name>) '
      + '(-n <namespace> --service-account <name> | --all [-n <namespace>]) [options]')
    .withOptions(SCOPE, 'What to check')
    .withOptions(CHECKS, 'More checks')
    .withOptions(WATCH, 'Watch')
    .withOptions([...credentialOptions(), timeoutOption()], 'Access to AWS and Kubernetes')
    .withOptions([formatOption(['text', 'json'], 'what to print; --watch prints one JSON document per line')
      .default('text')])
    .withExample('--cluster production -n payments --service-account api')
    .withExitCodes({
      0: 'healthy: every required check passed',
      1: 'a problem was found',
      2: 'a required check could not run, or invalid arguments',
    })
    .addHelpText('after', `
With several contexts, the worst one counts: 1, then 2, then 0.
With --watch, the exit code is that of the last round; 130 after Ctrl-C.

IAM permissions. If one is missing, only its own check is unknown:
${PERMISSIONS}

Kubernetes permissions:
  get     namespaces, serviceaccounts, pods
  list    pods, serviceaccounts, mutatingwebhookconfigurations.admissionregistration.k8s.io, \
networkpolicies.networking.k8s.io
  get     /.well-known/openid-configuration, which the ClusterRole system:service-account-issuer-discovery allows \
(--issuer)
  create  serviceaccounts/token (--assume)`),
  run: doctor,
};

function doctor(program: Program, output: Output, version: string): Promise<number> {
  const { timeout, interval = INTERVAL, watchTimeout, context = [], ...given } = program.opts<GivenOptions>();
  const { all = false, assume = false, awsOnly = false, watch = false } = given;
  const contexts = [...new Set(context)];
  refuseOneClusterForMany(given, contexts);
  // A separate bundle: the clients of AWS and Kubernetes are larger than everything else.
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

/** With several contexts, each names its own cluster. */
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
