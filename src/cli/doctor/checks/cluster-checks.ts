import { shell } from './commands';
import { listInShort } from '../../../analysis/lists';
import { nearest } from '../../../conventions/nearest';
import { quoted } from '../../text';
import { Check, judgeRead, ok, wrong } from '../check';
import { Facts } from '../facts';

const SHOWN = 5;

const FOUND: Check = {
  id: 'cluster-found',
  title: 'the cluster is there',
  decisive: true,
  run: facts =>
    judgeRead(facts.cluster, cluster =>
      cluster === undefined
        ? missing(facts)
        : ok(`The cluster ${cluster.name} is in ${facts.region}.`, [
          `ARN: ${cluster.arn}`,
          `endpoint: ${cluster.endpoint}`,
        ]),
    ),
};

function missing({ question: { clusterName }, region, caller, clusterNames }: Facts) {
  const account = 'value' in caller ? `account ${caller.value.account}, ` : '';
  return wrong(`There is no cluster ${quoted(clusterName)} in ${account}region ${region}.`, {
    evidence: clusterNames && [names(clusterName, clusterNames)],
    fix: [`aws eks list-clusters --region ${shell(region)}`, 'Correct --cluster, --region or --profile.'],
  });
}

function names(wanted: string, read: NonNullable<Facts['clusterNames']>): string {
  if ('unknown' in read) return `other clusters: not known, ${read.unknown}`;
  if (read.value.length === 0) return 'the region has no cluster at all';
  return `clusters there: ${listInShort(nearest(wanted, read.value), SHOWN)}`;
}

const ISSUER: Check = {
  id: 'cluster-issuer',
  title: 'the cluster has an OIDC issuer',
  decisive: true,
  follows: ['cluster-found'],
  run: ({ cluster, question: { clusterName } }) => judgeRead(cluster, value => {
    if (value === undefined) return undefined;
    if (value.issuerUrl !== undefined) return ok(`The issuer of its tokens is ${value.issuerUrl}.`);
    return wrong(`The cluster ${clusterName} tells no OIDC issuer, without which there is no IRSA.`, {
      evidence: ['EKS has issuers since Kubernetes 1.13; a cluster that is still being created has none yet'],
      fix: [`aws eks describe-cluster --name ${shell(clusterName)} --query cluster.identity.oidc.issuer`],
    });
  }),
};

export const CLUSTER_CHECKS: readonly Check[] = [FOUND, ISSUER];
