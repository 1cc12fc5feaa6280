import { Verified } from './verified';
import { countsOf } from '../../analysis/counts';
import { counts } from '../../analysis/rules/rule';

/** Machine-readable findings. Fields may be added; removed or changed fields require a new version. */
export function findingsJson({ version, map, findings, known = 0, unreadable, skipped }: Verified) {
  return {
    schemaVersion: 1,
    tool: { name: 'cdk-irsa', version },
    clean: !findings.some(counts) && unreadable.length === 0,
    counts: countsOf(map),
    findings,
    inBaseline: known,
    unreadable,
    skipped,
  };
}
