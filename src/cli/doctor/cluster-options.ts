/**
 * The options of all commands that read a cluster: which cluster, and with which credentials.
 */
import { issuerMistake } from '../../conventions/eks-issuers';
import { CLUSTER_NAME } from '../../conventions/name-rules';
import { ArgumentError, CliOption } from '../arguments';
import { quoted } from '../text';

const MAX_TIMEOUT = 3600;
const ISSUER = /^https:\/\/[a-z0-9.-]+(\/[\w.~/-]*)?$/i;

export const clusterOption = () => new CliOption('--cluster <name>', 'the name of the EKS cluster')
  .matching(CLUSTER_NAME, 'be the name of an EKS cluster: 1 to 100 letters, digits, - and _');

export const issuerOption = () =>
  new CliOption('--issuer <url>', 'the OIDC issuer of a cluster outside EKS, such as kOps or kind')
    .argParser(issuerOf)
    .conflicts('cluster');

/** @param more what else the help says */
export const contextOption = (more = '') => new CliOption(
  '--context <name>',
  `the kubeconfig context (default: the current one); without --cluster, it names the cluster too${more}`,
);

export const credentialOptions = () => [
  new CliOption('--region <region>', 'the region of the cluster (default: AWS_REGION or the profile)'),
  new CliOption('--profile <name>', 'the AWS profile (default: as in the AWS CLI)'),
  new CliOption('--role-profile <name>', 'the AWS profile for the account of the role, if it differs'),
];

export const timeoutOption = () =>
  new CliOption('--timeout <seconds>', 'how long to wait for the API server (default: 10)')
    .argParser(secondsOf('--timeout', MAX_TIMEOUT));

export function secondsOf(flag: string, max = MAX_TIMEOUT): (text: string) => number {
  return text => {
    const seconds = /^\d+$/.test(text) ? Number(text) : 0;
    if (seconds >= 1 && seconds <= max) return seconds;
    throw new ArgumentError(`\`${flag}\` must be 1 to ${max} whole seconds, got: ${quoted(text)}.`);
  };
}

function issuerOf(text: string): string {
  const rule = ISSUER.test(text)
    ? issuerMistake(text)?.rule : 'be an https:// URL without port, query and fragment';
  if (rule === undefined) return text;
  throw new ArgumentError(`\`--issuer\` must ${rule}, got: ${quoted(text)}.`);
}
