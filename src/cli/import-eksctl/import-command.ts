import { writeFileSync } from 'fs';
import { basename } from 'path';
import { parseArgs } from 'util';
import { Command, Output, UsageError } from '../command';
import { ClusterConfig, readClusterConfig } from './eksctl-config';
import { ProgramOptions, stackIdOf, writeProgram } from './eksctl-program';
import { Remarks } from './remarks';
import { printable, quoted } from '../text';
import { readYaml } from './yaml-file';
import { reasonOf } from '../../analysis/unusable-input';

const HELP = `Usage: cdk-irsa import eksctl <cluster.yaml> [options]

Reads iam.serviceAccounts of an eksctl ClusterConfig (eksctl.io/v1alpha5) and prints a CDK app in TypeScript that makes the
same with cdk-irsa. What it cannot map is said line by line on stderr, and in a comment at its place in the program.
Mapped: metadata, attachPolicyARNs, attachPolicy, attachRoleARN, roleOnly, roleName, permissionsBoundary, subjectPattern,
tags, and wellKnownPolicies: autoScaler, awsLoadBalancerController, externalDNS and certManager as controllers of cdk-irsa, which
are narrower, the two last for the zones of --hosted-zone; the others as managed policies of AWS.

Options:
  --account <id>         the account of the cluster, 12 digits      (default: process.env.CDK_DEFAULT_ACCOUNT)
  --issuer-url <url>     the issuer of the cluster, with https://   (default: the CDK CLI looks it up by the cluster's name)
  --hosted-zone <id>     a hosted zone that externalDNS and certManager are for; once for each zone
  --stack-name <name>    the id and name of the stack               (default: made from the cluster's name)
  --output <file>        write the program into a file that does not exist yet, instead of stdout
  --force                with --output: overwrite the file
  --strict               exit with 1 when something was not mapped
  --help                 print this

Exit codes:
  0  the program was written; with what was not mapped on stderr
  1  the same, with --strict, and something was not mapped
  2  the file or the arguments cannot be used; nothing was written`;

const OPTIONS = {
  'account': { type: 'string' },
  'issuer-url': { type: 'string' },
  'hosted-zone': { type: 'string', multiple: true },
  'stack-name': { type: 'string' },
  'output': { type: 'string' },
  'force': { type: 'boolean' },
  'strict': { type: 'boolean' },
} as const;

/** `cdk-irsa import eksctl`. */
export const IMPORT_EKSCTL: Command = {
  name: 'import eksctl',
  summary: 'print a CDK app that makes the service accounts of an eksctl ClusterConfig',
  help: HELP,
  run: importEksctl,
};

function importEksctl(args: string[], output: Output): number {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError([`cdk-irsa import eksctl takes one file, got: ${positionals.length === 0 ? 'none' : positionals.map(quoted).join(', ')}. See cdk-irsa import eksctl --help.`]);
  checkOption('account', values.account, /^\d{12}$/, 'be an account id of 12 digits');
  checkOption('issuer-url', values['issuer-url'], /^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._~-]+)*$/, 'be the issuer as `aws eks describe-cluster` prints it: https://, host and path, without a slash at the end');
  const hostedZones = [...new Set(values['hosted-zone'])];
  for (const zone of hostedZones) checkOption('hosted-zone', zone, /^[A-Z0-9]{1,32}$/, 'be the id of a hosted zone as `aws route53 list-hosted-zones` prints it, without /hostedzone/');
  checkOption('stack-name', values['stack-name'], /^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'be the name of a stack: at most 128 letters, digits and -, beginning with a letter');
  if (values.force && values.output === undefined) throw new UsageError(['--force goes with --output.']);

  const shownFile = printable(file);
  const remarks = new Remarks(shownFile);
  const config = readClusterConfig(readYaml(file, remarks), remarks, hostedZones.length > 0);
  if (!config) throw new UsageError([...remarks.lines('problem', 'not mapped'), `${shownFile}: nothing was imported.`]);

  const options = { file: basename(file), account: values.account, issuerUrl: values['issuer-url'], stackName: values['stack-name'], hostedZones };
  const program = writeProgram(config, options);
  if (values.output === undefined) output.stdout.write(program);
  else save(values.output, program, values.force ?? false);
  output.stderr.write(`${[...remarks.lines('not mapped', 'note'), ...closing(config, options, remarks)].join('\n')}\n`);
  return values.strict && remarks.count('not mapped') > 0 ? 1 : 0;
}

function checkOption(name: string, value: string | undefined, pattern: RegExp, rule: string): void {
  if (value !== undefined && !pattern.test(value)) throw new UsageError([`\`--${name}\` must ${rule}, got: ${quoted(value)}. See cdk-irsa import eksctl --help.`]);
}

function save(file: string, program: string, force: boolean): void {
  try {
    writeFileSync(file, program, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const advice = (error as NodeJS.ErrnoException).code === 'EEXIST' ? ' Use --force to overwrite it.' : '';
    throw new UsageError([`${printable(file)}: cannot be written: ${reasonOf(error)}.${advice}`]);
  }
}

function closing(config: ClusterConfig, options: ProgramOptions, remarks: Remarks): string[] {
  const all = config.serviceAccounts.length;
  const written = config.serviceAccounts.filter(({ isLeftOut }) => !isLeftOut).length;
  return [
    '',
    `${written} of ${all} service accounts written, ${remarks.count('not mapped')} things not mapped.`,
    `Next: cdk deploy, kubectl apply -f cdk.out/${stackIdOf(config, options)}.k8s.yaml, kubectl rollout restart. Only then delete eksctl's stacks, and not`,
    'by `eksctl delete iamserviceaccount`, which deletes the ServiceAccounts too: see "From eksctl" in the README of cdk-irsa.',
  ];
}
