import { DoctorOptions } from './options';
import { IAM_PERMISSIONS } from './read/permissions';
import { CLUSTER_NAME, NAMESPACE, NameRule, OBJECT_NAME } from '../../conventions/name-rules';
import { ArgumentError, CliOption, Program } from '../arguments';
import { Command, Output } from '../command';
import { quoted } from '../text';

const WIDTH = Math.max(...IAM_PERMISSIONS.map(({ action }) => action.length));
const PERMISSIONS = IAM_PERMISSIONS
  .map(({ action, reads, option }) => `  ${action.padEnd(WIDTH)}  ${reads}${option ? ` (${option})` : ''}`)
  .join('\n');

const MAX_TIMEOUT = 3600;
const ACTION = /^[\w-]+:\w+$/;

/** The options as commander reads them. */
type GivenOptions = Omit<DoctorOptions, 'all' | 'assume' | 'timeoutSeconds'>
  & { readonly all?: boolean; readonly assume?: boolean; readonly timeout?: number };

const OPTIONS = [
  new CliOption('--cluster <name>', 'the EKS cluster').asRequired()
    .matching(CLUSTER_NAME, 'be the name of an EKS cluster: 1 to 100 letters, digits, - and _'),
  nameOption('--namespace <name>', 'the namespace of the service account', NAMESPACE).asRequired('--all'),
  nameOption('--service-account <name>', 'the service account', OBJECT_NAME).asRequired('--all'),
  new CliOption(
    '--all',
    'check every service account of the cluster, or of the namespace, in a table; and list roles that nobody uses',
  ).conflicts(['serviceAccount', 'pod', 'action', 'resource', 'assume']),
  nameOption('--pod <name>', 'check this pod only (default: all pods of the service account)', OBJECT_NAME),
  new CliOption('--action <action>', 'check whether the role may do this, such as s3:ListBucket')
    .matching(ACTION, 'be one action, such as s3:ListBucket'),
  new CliOption('--resource <arn>', 'on this resource (default: any)').requires('--action'),
  new CliOption(
    '--assume',
    'try it: request a token and call AssumeRoleWithWebIdentity with it; the credentials are thrown away',
  ),
  new CliOption('--region <region>', 'the region of the cluster (default: AWS_REGION, or the region of the profile)'),
  new CliOption('--profile <name>', 'the AWS profile (default: as in the AWS CLI)'),
  new CliOption('--role-profile <name>', 'the AWS profile for the account of the role, if that is another one'),
  new CliOption('--context <name>', 'the context of the kubeconfig (default: the current one)'),
  new CliOption('--timeout <seconds>', 'how long to wait for an answer of the API server (default: 10)')
    .argParser(secondsOf),
  new CliOption('--format <format>', 'what to print on stdout').choices(['text', 'json']).default('text'),
];

/** `cdk-irsa doctor`. */
export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'find out why a pod gets AccessDenied: check every link between its token and its role',
  define: program =>
    program
      .description(
        'Finds out why the pods of a service account do not get their IAM role, or confirms that they do.'
          + ' Checks every link between the token of a pod and AWS, in the order in which the token travels, and '
          + 'names the first'
          + ' broken one with its fix. Changes nothing, anywhere.',
      )
      .usage('--cluster <name> (--namespace <name> --service-account <name> | --all [--namespace <name>]) [options]')
      .withOptions(OPTIONS)
      .addHelpText(
        'after',
        `
Exit codes:
  0  healthy: every required check passed
  1  a problem was found
  2  a required check could not run, or invalid arguments

Permissions in IAM. A missing one makes only its own check unknown:
${PERMISSIONS}

Permissions in Kubernetes:
  get   namespaces, serviceaccounts, pods
  list  pods, serviceaccounts, mutatingwebhookconfigurations.admissionregistration.k8s.io,
        networkpolicies.networking.k8s.io
  create serviceaccounts/token (--assume)`,
      ),
  run: doctor,
};

function doctor(program: Program, output: Output, version: string): Promise<number> {
  const { timeout, all = false, assume = false, ...options } = program.opts<GivenOptions>();
  // A separate file: the clients of AWS and Kubernetes are larger than all the rest, and no other command needs them.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { examine } = require('./doctor') as typeof import('./doctor');
  return examine({ ...options, all, assume, timeoutSeconds: timeout }, output, version);
}

function nameOption(flags: string, description: string, { pattern, longest, rule }: NameRule): CliOption {
  return new CliOption(flags, description)
    .matching({ test: name => pattern.test(name) && name.length <= longest }, rule);
}

function secondsOf(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT) return seconds;
  throw new ArgumentError(`\`--timeout\` must be 1 to ${MAX_TIMEOUT} whole seconds, got: ${quoted(text)}.`);
}
