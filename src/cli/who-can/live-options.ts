/**
 * The options of `who-can --live`, which asks a cluster instead of reading files.
 */
import { ArgumentError, CliOption } from '../arguments';
import {
  clusterOption, contextOption, credentialOptions, issuerOption, timeoutOption,
} from '../doctor/cluster-options';
import { API_LISTS, LISTS } from '../doctor/live/api-lists';
import { DoctorOptions } from '../doctor/options';
import { IAM_PERMISSIONS, LIVE_ACTIONS } from '../doctor/read/permissions';

/** The values as commander reads them. */
export interface LiveOptions extends Pick<DoctorOptions, 'cluster' | 'issuer' | 'region' | 'profile' | 'roleProfile'> {
  readonly live?: boolean;
  readonly context?: string;
  readonly timeout?: number;
}

const FLAG = '--live';
const EXAMPLE = `cdk-irsa who-can s3:PutObject ${FLAG} --cluster production`;

export const LIVE = new CliOption(
  FLAG,
  'read a running cluster and its AWS account instead of files; requires --cluster, --issuer or --context',
).conflicts(['manifests', 'exclude', 'namespace']);

export const CLUSTER_OPTIONS = [
  clusterOption(), issuerOption(), contextOption(), ...credentialOptions(), timeoutOption(),
].map(option => option.requires(FLAG));

export const LIVE_OPTIONS = [LIVE, ...CLUSTER_OPTIONS];

/** @throws ArgumentError if files are given, or no cluster */
export function checkLive({ cluster, issuer, context }: LiveOptions, paths: readonly string[]): void {
  if (paths.length > 0) {
    const rule = `\`${FLAG}\` reads a cluster and cannot be combined with paths`;
    throw new ArgumentError(`${rule}, got: ${paths.join(' ')}.`, EXAMPLE);
  }
  if (cluster === undefined && issuer === undefined && context === undefined) {
    throw new ArgumentError(`\`${FLAG}\` requires \`--cluster\`, \`--issuer\` or \`--context\`.`, EXAMPLE);
  }
}

const WIDTH = Math.max(...LIVE_ACTIONS.map(action => action.length));

/** For the help. */
export const LIVE_PERMISSIONS = [
  `IAM permissions for ${FLAG}. If one is missing, the answer names what is unknown:`,
  ...IAM_PERMISSIONS.filter(({ action }) => LIVE_ACTIONS.includes(action))
    .map(({ action, reads }) => `  ${action.padEnd(WIDTH)}  ${reads}`),
  '',
  `Kubernetes permissions for ${FLAG}, in all namespaces:`,
  ...groupsInWords(),
  '  get   the ConfigMap kube-system/aws-auth, unless the cluster uses access entries only',
].join('\n');

function groupsInWords(): string[] {
  const groups = [...new Set(LISTS.map(name => API_LISTS[name].group))];
  return groups.map(group => {
    const names = LISTS.filter(name => API_LISTS[name].group === group).join(', ');
    return `  list  ${names}${group === '' ? '' : ` (${group})`}`;
  });
}
