import { IConstruct } from 'constructs';
import { oneOrMany, sorted } from './trust-document';
import { StatementJson } from '../../conventions/policy-json';
import { NAMESPACE_TAG, POD_IDENTITY_SERVICE, SERVICE_ACCOUNT_TAG } from '../../conventions/web-identity';
import { ServiceAccountSubject } from '../../service-account-subject';
import { accountOfArn } from '../issuer/cluster-names';
import { fingerprint } from '../values/tokens';

/** The service accounts of one EKS cluster that may assume the role through Pod Identity. */
export interface PodIdentityEntry {
  readonly clusterArn: string;
  readonly subjects: ServiceAccountSubject[];
  /** Whether session tags distinguish the service accounts. */
  readonly sessionTags: boolean;
}

/**
 * Names of service accounts in one namespace, compared by one operator. Without session tags, there are no names.
 */
interface Rule {
  readonly clusterArns: string[];
  readonly operator?: 'StringEquals' | 'StringLike';
  readonly namespace?: string;
  readonly names?: string[];
}

/**
 * Returns one statement per namespace, because a list of namespaces and a list of names would allow every combination.
 * Clusters that allow the same service accounts share a statement.
 */
export function podIdentityStatements(entries: PodIdentityEntry[], scope?: IConstruct): StatementJson[] {
  const key = (value: string) => (scope ? fingerprint(scope, value) : value);
  const same = ({ operator, namespace }: Rule) => [operator, namespace && key(namespace)];
  const single = entries.flatMap(({ clusterArn, subjects, sessionTags }): Rule[] =>
    sessionTags
      ? subjects.map(subject => ({
        clusterArns: [clusterArn],
        operator: subject._operator,
        namespace: subject._namespace,
        names: [subject._name],
      }))
      : [{ clusterArns: [clusterArn] }],
  );
  const byNamespace = merged(single, rule => [...same(rule), key(rule.clusterArns[0])],
    (left, right) => ({ ...left, names: left.names && sorted([...left.names, ...right.names!], scope) }));
  const byCluster = merged(
    byNamespace,
    rule => [...same(rule), key(accountOfArn(rule.clusterArns[0])), rule.names?.map(key)],
    (left, right) => ({ ...left, clusterArns: sorted([...left.clusterArns, ...right.clusterArns], scope) }),
  );
  return byCluster.map(statement);
}

function merged(rules: Rule[], keyOf: (rule: Rule) => unknown[], merge: (left: Rule, right: Rule) => Rule): Rule[] {
  const groups = new Map<string, Rule>();
  for (const rule of rules) {
    const key = JSON.stringify(keyOf(rule));
    const group = groups.get(key);
    groups.set(key, group ? merge(group, rule) : rule);
  }
  return [...groups.values()];
}

function statement({ clusterArns, operator, namespace, names }: Rule): StatementJson {
  const account = { 'aws:SourceAccount': accountOfArn(clusterArns[0]) };
  const tags = names && { [NAMESPACE_TAG]: namespace, [SERVICE_ACCOUNT_TAG]: oneOrMany(names) };
  return {
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      ArnEquals: { 'aws:SourceArn': oneOrMany(clusterArns) },
      StringEquals: operator === 'StringEquals' ? { ...tags, ...account } : account,
      ...operator === 'StringLike' && { StringLike: tags },
    },
    Effect: 'Allow',
    Principal: { Service: POD_IDENTITY_SERVICE },
  };
}
