import { jsonHead } from './json-head';
import { Diagnosis, Examined } from '../diagnosis';
import { Facts } from '../facts';

interface Run {
  /** The command that checks again; undefined if there is nothing to fix. */
  readonly next?: string;
  readonly version: string;
}

/** A diagnosis as JSON. New fields keep the schema version; removed or changed fields raise it. */
export function diagnosisJson(
  diagnosis: Diagnosis, { question, region, now }: Facts, { next, version }: Run,
) {
  const ids = (checks: readonly Examined[]) => checks.map(({ id }) => id);
  const { clusterName: cluster, issuerUrl: issuer, namespace, serviceAccount, roleArn: role } = question;
  const { pod, action, resource } = question;
  return {
    ...head(now, version),
    input: { cluster, issuer, region, namespace, serviceAccount, role, pod, action, resource },
    outcome: diagnosis.outcome,
    diagnosis: diagnosis.finding?.id ?? null,
    consequences: ids(diagnosis.consequences),
    others: ids(diagnosis.others),
    unknowns: ids(diagnosis.unknowns),
    inconclusive: ids(diagnosis.unknowns.filter(({ decisive }) => decisive)),
    next,
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

/** A failed round of `--watch`, in which nothing could be read. */
export function failureJson(problem: string, time: Date, version: string) {
  return { ...head(time, version), outcome: 'unknown' as const, problem };
}

function head(time: Date, version: string) {
  return { ...jsonHead(version), time: time.toISOString() };
}
