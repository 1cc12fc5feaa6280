import { shell } from './commands';
import { listInShort } from '../../../analysis/lists';
import { nearest } from '../../../conventions/nearest';
import { printable, quoted } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Facts, Read } from '../facts';

const SHOWN = 5;

const FOUND: Check = {
  id: 'cluster-exists',
  title: 'the cluster exists',
  decisive: true,
  run: facts =>
    facts.question.issuerUrl === undefined ? judgeRead(facts.cluster, cluster =>
      cluster === undefined
        ? missing(facts)
        : ok(`Cluster ${cluster.name} exists in ${facts.region}.`, [
          `ARN: ${cluster.arn}`,
          `endpoint: ${cluster.endpoint}`,
        ]),
    ) : undefined,
};

function missing({ question: { clusterName = '' }, region, caller, clusterNames }: Facts) {
  const account = 'value' in caller ? `account ${caller.value.account}, ` : '';
  return failed(`Cluster ${quoted(clusterName)} does not exist in ${account}region ${region}.`, {
    evidence: clusterNames && [names(clusterName, clusterNames)],
    fix: [
      `List the clusters: aws eks list-clusters --region ${shell(region)}`,
      'Correct --cluster, --region or --profile.',
      'For a cluster outside EKS, use --issuer instead of --cluster.',
    ],
  });
}

function names(wanted: string, read: NonNullable<Facts['clusterNames']>): string {
  if ('unknown' in read) return `other clusters: unknown (${read.unknown})`;
  if (read.value.length === 0) return 'there are no clusters in the region';
  return `clusters in the region: ${listInShort(nearest(wanted, read.value), SHOWN)}`;
}

const ISSUER: Check = {
  id: 'cluster-issuer',
  title: 'the cluster has an OIDC issuer',
  decisive: true,
  follows: ['cluster-exists'],
  run: ({ cluster, question: { clusterName = '', issuerUrl }, apiIssuer = { unknown: 'it was not read' } }) =>
    issuerUrl === undefined ? judgeRead(cluster, value => {
      if (value === undefined) return undefined;
      if (value.issuerUrl !== undefined) return ok(`The cluster's OIDC issuer is ${value.issuerUrl}.`);
      return failed(`Cluster ${clusterName} has no OIDC issuer. IRSA requires one.`, {
        evidence: [
          'EKS clusters have an issuer since Kubernetes 1.13; a cluster that is still being created has none yet',
        ],
        fix: [
          'Wait until this prints a URL: '
            + `aws eks describe-cluster --name ${shell(clusterName)} --query cluster.identity.oidc.issuer`,
        ],
      });
    }) : judgeIssuer(issuerUrl, apiIssuer),
};

/** Whether the API server issues tokens as the given issuer. */
export function judgeIssuer(issuerUrl: string, apiIssuer: Read<string>): Verdict {
  if ('unknown' in apiIssuer) {
    return unknown(`Cannot tell whether the API server issues tokens as ${issuerUrl}: ${apiIssuer.unknown}.`, {
      fix: ['As an administrator of the cluster: kubectl get --raw /.well-known/openid-configuration'],
    });
  }
  if (apiIssuer.value === issuerUrl) return ok(`The API server issues tokens as ${issuerUrl}.`);
  return failed(`The API server issues tokens as ${printable(apiIssuer.value)}, not ${issuerUrl}.`, {
    evidence: [`--issuer: ${issuerUrl}`, `API server: ${printable(apiIssuer.value)}`],
    fix: [
      `If the API server is right, run the doctor with --issuer ${shell(printable(apiIssuer.value))}`,
      'If the kubeconfig points to another cluster, select the right one with --context.',
      `If the API server should issue tokens as ${issuerUrl}, set its --service-account-issuer to that URL.`,
    ],
  });
}

export const CLUSTER_CHECKS: readonly Check[] = [FOUND, ISSUER];
