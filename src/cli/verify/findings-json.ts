import { Verified } from './verified';
import { countsOf } from '../../analysis/counts';
import { counts } from '../../analysis/rules/rule';

/** Findings for machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function findingsJson({ version, map, findings, unreadable, skipped }: Verified): object {
  const { associations, workloads } = map;
  const { roles, serviceAccounts } = countsOf(map);
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    clean: !findings.some(counts) && unreadable.length === 0,
    checked: {
      roles,
      serviceAccounts,
      podIdentityAssociations: associations.length,
      workloads: workloads.length,
    },
    findings,
    unreadable,
    skipped,
  };
}
