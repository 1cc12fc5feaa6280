import { Survey } from './survey';

/** A survey for machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function surveyJson({ time, clusterName, region, account, namespace, outcome, provider, accounts, leftOver, counted }: Survey, version: string): object {
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    time: time.toISOString(),
    asked: { cluster: clusterName, region, namespace, all: true },
    account,
    outcome,
    looked: counted,
    provider,
    serviceAccounts: accounts,
    leftOverRoles: leftOver,
  };
}
