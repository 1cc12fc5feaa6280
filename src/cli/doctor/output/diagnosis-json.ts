import { Diagnosis, Examined } from '../diagnosis';
import { Facts } from '../facts';

/** A diagnosis for machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function diagnosisJson(diagnosis: Diagnosis, { question, region, now }: Facts, version: string): object {
  const ids = (checks: readonly Examined[]) => checks.map(({ id }) => id);
  const { cluster, namespace, serviceAccount, pod, action, resource } = { ...question, cluster: question.clusterName };
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    time: now.toISOString(),
    asked: { cluster, region, namespace, serviceAccount, pod, action, resource },
    outcome: diagnosis.outcome,
    diagnosis: diagnosis.finding?.id ?? null,
    consequences: ids(diagnosis.consequences),
    others: ids(diagnosis.others),
    unknowns: ids(diagnosis.unknowns),
    inconclusive: ids(diagnosis.unknowns.filter(({ decisive }) => decisive)),
    checks: diagnosis.checks.map(({ id, title, status, summary, evidence = [], fix = [] }) => ({
      id,
      title,
      status,
      summary,
      evidence,
      fix,
    })),
  };
}
