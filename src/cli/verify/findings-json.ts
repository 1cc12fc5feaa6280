import { Verified } from './verified';
import { counts } from '../../analysis/rules/rule';

/** Findings for machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function findingsJson({ version, map, findings, unreadable, skipped }: Verified): object {
  const { roles, serviceAccounts, associations, workloads } = map;
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    clean: !findings.some(counts) && unreadable.length === 0,
    checked: {
      roles: roles.length,
      serviceAccounts: serviceAccounts.length,
      podIdentityAssociations: associations.length,
      workloads: workloads.length,
    },
    findings,
    unreadable,
    skipped,
  };
}
