import { Verified } from './verified';
import { countsOf } from '../../analysis/counts';
import { counts } from '../../analysis/rules/rule';

/** Findings for machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function findingsJson({ version, map, findings, known = 0, unreadable, skipped }: Verified): object {
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    clean: !findings.some(counts) && unreadable.length === 0,
    checked: countsOf(map),
    findings,
    inBaseline: known,
    unreadable,
    skipped,
  };
}
