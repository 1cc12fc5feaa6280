import { placeInWords, Verified } from './verified';
import { countsOf } from '../../analysis/counts';
import { counts, Finding, Severity } from '../../analysis/rules/rule';
import { painter, Style } from '../colors';
import { COLUMNS, counted, printable, wrap } from '../text';

const COLORS: Record<Severity, Style> = { error: 'red', warning: 'yellow', note: 'cyan' };

/** Findings for people: what is wrong, where, and what to do; then what was checked. */
export function findingsTable(verified: Verified, isColored: boolean, columns = COLUMNS): string {
  const { findings, known = 0, unreadable, skipped } = verified;
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const off = findings.filter(({ suppressed }) => suppressed !== undefined);
  return [
    ...open.map(finding => paragraph(finding, isColored, columns)),
    ...section('Suppressed', off.flatMap(({ rule, place, suppressed }) => [
      `  ${rule} at ${printable(placeInWords(place))}`,
      ...wrap(suppressed!, '    ', '    ', columns),
    ])),
    ...known > 0 ? [[`${counted(known, 'finding')} in the baseline.`]] : [],
    ...section('Not checked', listed(skipped, columns)),
    ...section('Cannot be read', listed(unreadable, columns)),
    wrap(summary(verified), '', '', columns),
  ].map(lines => `${lines.join('\n')}\n`).join('\n');
}

/** Places are not wrapped, because editors and CI logs recognize them as links. */
function paragraph({ rule, severity, message, fix, place, others = [] }: Finding, isColored: boolean, columns: number) {
  const paint = painter(isColored);
  return [
    `${paint(['bold', COLORS[severity]], severity)}  ${paint('bold', rule)}`,
    ...[place, ...others].map(each => `  ${printable(placeInWords(each))}`),
    ...wrap(message, '  ', '  ', columns),
    ...wrap(fix, '       ', '  Fix: ', columns),
  ];
}

function section(title: string, lines: readonly string[]): string[][] {
  return lines.length > 0 ? [[`${title}:`, ...lines]] : [];
}

function listed(items: readonly string[], columns: number): string[] {
  return items.flatMap(item => item.split('\n')).flatMap(item => wrap(item, '    ', '  ', columns));
}

function summary({ map, findings, unreadable }: Verified): string {
  const number = (severity: Severity) =>
    findings.filter(finding => finding.severity === severity && finding.suppressed === undefined).length;
  const verdict = findings.some(counts) ? '' : unreadable.length > 0 ? 'Inconclusive: ' : 'Clean: ';
  const {
    roles, workloadRoles, serviceAccounts, serviceAccountPatterns: patterns, podIdentityAssociations, workloads,
  } = countsOf(map);
  const checked = [
    `${counted(roles, 'role')} (${workloadRoles} for workloads)`,
    counted(serviceAccounts, 'service account'),
    ...patterns > 0 ? [counted(patterns, 'service account pattern')] : [],
    counted(podIdentityAssociations, 'Pod Identity association'),
    counted(workloads, 'workload'),
  ];
  return `${verdict}${counted(number('error'), 'error')}, ${counted(number('warning'), 'warning')}, `
    + `${counted(number('note'), 'note')} in ${checked.join(', ')}.`;
}
