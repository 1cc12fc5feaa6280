import { basename } from 'path';
import { CliOption, Program } from '../arguments';
import { Command, Output, UsageError } from '../command';
import { ClusterConfig, readClusterConfig, WANTED_KEYS } from './eksctl-config';
import { ProgramOptions, stackIdOf, writeProgram } from './eksctl-program';
import { Remarks } from './remarks';
import { counted, printable } from '../text';
import { readYaml } from './yaml-file';
import { issuerMistake, PRINT_ISSUER } from '../../conventions/eks-issuers';

interface ImportOptions {
  readonly account?: string;
  readonly issuerUrl?: string;
  readonly hostedZone?: string[];
  readonly vpc?: string;
  readonly stackName?: string;
  readonly strict?: boolean;
}

const MIGRATION = 'https://cdk-irsa.github.io/cdk-irsa/guides/migrate-from-eksctl#move-without-an-outage';
const ACCOUNT = /^\d{12}$/;
const ISSUER_FORM = /^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._~-]+)*$/;
const ISSUER_URL = { test: (url: string) => ISSUER_FORM.test(url) && issuerMistake(url) === undefined };
const ISSUER_RULE = `be the issuer as \`${PRINT_ISSUER}\` prints it: https://, host and path, without a slash at the end`;
const HOSTED_ZONE = /^[A-Z0-9]{1,32}$/;
const ZONE_RULE = 'be the ID of a hosted zone as `aws route53 list-hosted-zones` prints it, without /hostedzone/';
const VPC = /^vpc-[0-9a-f]{8,17}$/;
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;
const STACK_RULE = 'be the name of a stack: at most 128 letters, digits and -, beginning with a letter';

const OPTIONS = [
  new CliOption('--account <id>', 'the account of the cluster (default: CDK_DEFAULT_ACCOUNT when the app runs)')
    .matching(ACCOUNT, 'be an account ID of 12 digits'),
  new CliOption('--issuer-url <url>', 'the OIDC issuer of the cluster (default: the CDK CLI looks it up)')
    .matching(ISSUER_URL, ISSUER_RULE),
  new CliOption('--hosted-zone <id>', 'a hosted zone that externalDNS and certManager manage; repeatable').repeatable()
    .matching(HOSTED_ZONE, ZONE_RULE),
  new CliOption('--vpc <id>', 'the VPC of the cluster, if the file names only its subnets')
    .matching(VPC, 'be the ID of a VPC, such as vpc-0123456789abcdef0'),
  new CliOption('--stack-name <name>', 'the ID and name of the stack (default: made from the cluster name)')
    .matching(STACK_NAME, STACK_RULE),
  new CliOption('--strict', 'exit with 1 if something was not mapped'),
];

/** `cdk-irsa import eksctl`. */
export const IMPORT_EKSCTL: Command = {
  name: 'import eksctl',
  summary: 'print a CDK app that creates the service accounts of an eksctl ClusterConfig',
  define: program => program
    .description('Reads iam.serviceAccounts, iam.podIdentityAssociations and addons of an eksctl ClusterConfig'
      + ' (eksctl.io/v1alpha5). Prints a CDK app in TypeScript that creates the same with cdk-irsa. Reports what it'
      + ' cannot map on stderr, and as comments in the program.')
    .argument('<cluster.yaml>', 'the ClusterConfig')
    .withOptions(OPTIONS)
    .withExample('cluster.yaml -o app.ts')
    .withExitCodes({
      0: 'the program was written; stderr lists what was not mapped',
      1: 'the program was written, and with --strict, something was not mapped',
      2: 'invalid arguments or an invalid file; nothing was written',
    })
    .addHelpText('after', `
Mapped keys:
  metadata, attachPolicyARNs, attachPolicy, attachRoleARN, roleOnly, roleName, permissionsBoundary, \
subjectPattern, tags, wellKnownPolicies; all keys of podIdentityAssociations; addons that have a role

Well-known policies:
  autoScaler, awsLoadBalancerController, externalDNS and certManager become controllers of cdk-irsa, which allow \
less. externalDNS and certManager are limited to the zones of --hosted-zone. The others become AWS managed policies.`),
  run: importEksctl,
};

function importEksctl(program: Program, output: Output): number {
  const [file] = program.processedArgs as [string];
  const values = program.opts<ImportOptions>();
  const hostedZones = [...new Set(values.hostedZone)];
  const shownFile = printable(file);
  const remarks = new Remarks(shownFile);
  const config = readClusterConfig(readYaml(file, remarks, WANTED_KEYS), {
    hasZones: hostedZones.length > 0, vpcId: values.vpc,
  });
  if (!config) throw new UsageError([...remarks.problems(), `${shownFile}: nothing was imported.`]);

  const { account, issuerUrl, stackName } = values;
  const options = { file: basename(file), account, issuerUrl, stackName, hostedZones };
  output.stdout.write(writeProgram(config, options));
  output.stderr.write(`${[...remarks.lines('not mapped', 'note'), ...closing(config, options, remarks)].join('\n')}\n`);
  return values.strict && remarks.count('not mapped') > 0 ? 1 : 0;
}

/** What was written, and the next steps. */
function closing(config: ClusterConfig, options: ProgramOptions, remarks: Remarks): string[] {
  const { serviceAccounts, addons } = config;
  const written = serviceAccounts.filter(({ isLeftOut }) => !isLeftOut);
  const incomplete = [
    ...serviceAccounts.map(({ namespace, name, gaps }) => ({ name: `${namespace}/${name}`, gaps })), ...addons,
  ].filter(({ gaps }) => gaps.length > 0).map(({ name }) => name);
  const isAnyAssociated = written.some(({ association }) => association !== undefined);
  const isManifestWritten = written.some(({ createServiceAccount }) => createServiceAccount);
  return [
    '',
    `${[
      `${written.length} of ${counted(serviceAccounts.length, 'service account')} written`,
      ...addons.length > 0 ? [counted(addons.length, 'add-on')] : [],
      `${counted(remarks.count('not mapped'), 'value')} not mapped`,
    ].join(', ')}.`,
    ...incomplete.length > 0 ? [`Complete these first: ${incomplete.join(', ')}.`] : [],
    ...isAnyAssociated
      ? ['EKS accepts one association per service account. Delete those of eksctl right before you deploy'
        + ' (eksctl delete podidentityassociation). Pods keep their credentials until they expire.']
      : [],
    ...addons.length > 0
      ? ['A cluster can have each add-on only once. Run eksctl delete addon --preserve right before you deploy; the'
        + ' pods keep running.']
      : [],
    `Next: ${[
      'cdk deploy',
      ...isManifestWritten ? [`kubectl apply -f cdk.out/${stackIdOf(config, options)}.k8s.yaml`] : [],
      'kubectl rollout restart',
    ].join(', ')}. Only then delete eksctl's stacks.`,
    'Do not use `eksctl delete iamserviceaccount`, which also deletes the ServiceAccounts:'
      + ` see ${MIGRATION}.`,
  ];
}
