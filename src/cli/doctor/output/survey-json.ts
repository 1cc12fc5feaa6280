import { Survey } from '../survey';

/** A survey for machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function surveyJson(survey: Survey, version: string): object {
  const { time, clusterName, region, account, namespace, outcome, notChecked, provider } = survey;
  const { accounts, leftOver, counted } = survey;
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    time: time.toISOString(),
    asked: { cluster: clusterName, region, namespace, all: true },
    account,
    outcome,
    looked: counted,
    notChecked,
    provider,
    serviceAccounts: accounts,
    leftOverRoles: leftOver,
  };
}
