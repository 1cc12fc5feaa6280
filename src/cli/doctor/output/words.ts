import { Style } from '../../colors';
import { Status } from '../check';

/** Of a terminal. */
export const COLORS: Record<Status, Style> = { ok: 'green', wrong: 'red', unknown: 'yellow' };

/** `the cluster production, eu-west-1`. */
export function clusterInWords(
  { clusterName, issuerUrl }: { readonly clusterName?: string; readonly issuerUrl?: string }, region: string,
): string {
  return clusterName === undefined
    ? `the cluster with the issuer ${issuerUrl}; AWS region ${region}` : `the cluster ${clusterName}, ${region}`;
}
