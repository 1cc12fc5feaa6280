import { Style } from '../../colors';
import { Status } from '../check';

/** The terminal color of each status. */
export const COLORS: Record<Status, Style> = { ok: 'green', failed: 'red', unknown: 'yellow' };

/** `cluster production (eu-west-1)`. */
export function describeCluster(
  { clusterName, issuerUrl }: { readonly clusterName?: string; readonly issuerUrl?: string }, region: string,
): string {
  return clusterName === undefined
    ? `the cluster with issuer ${issuerUrl} (AWS region ${region})` : `cluster ${clusterName} (${region})`;
}
