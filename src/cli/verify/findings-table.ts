import { placeInWords, Verified } from './verified';
import { countsOf } from '../../analysis/counts';
import { counts, Finding, Severity } from '../../analysis/rules/rule';
import { painter, Style } from '../colors';
import { counted, printable } from '../text';

const LABELS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };
const COLORS: Record<Severity, Style> = { error: 'red', warning: 'yellow', info: 'cyan' };

/** Findings for people: what is wrong, where, and what to do; then how much was looked at. */
export function findingsTable({ map, findings, known = 0, unreadable, skipped }: Verified, isColored: boolean): string {
  const paint = painter(isColored);
  const paragraphs = findings
    .filter(({ suppressed }) => suppressed === undefined)
    .map(({ rule, severity, message, fix, place, others = [] }) =>
      [
        `${paint(['bold', COLORS[severity]], LABELS[severity])}  ${paint('bold', rule)}`,
        `  ${printable(placeInWords(place))}`,
        ...others.map(other => `  ${printable(placeInWords(other))}`),
        `  ${printable(message)}`,
        `  Fix: ${printable(fix)}`,
      ].join('\n'),
    );
  const notChecked = section('Not checked', skipped);
  const notRead = section('Cannot be read', unreadable);
  const inBaseline = known > 0 ? [`${counted(known, 'finding')} in the baseline.`] : [];
  return [
    ...paragraphs,
    ...listSuppressed(findings),
    ...inBaseline,
    ...notChecked,
    ...notRead,
    summary(map, findings, unreadable.length),
  ]
    .map(paragraph => `${paragraph}\n`)
    .join('\n');
}

/** What is switched off is not forgotten. */
function listSuppressed(findings: Finding[]): string[] {
  const lines = findings.filter(({ suppressed }) => suppressed !== undefined)
    .map(({ rule, place, suppressed }) => `  ${rule} at ${printable(placeInWords(place))}: ${printable(suppressed!)}`);
  return lines.length > 0 ? [`Switched off:\n${lines.join('\n')}`] : [];
}

function section(title: string, items: readonly string[]): string[] {
  const lines = items.flatMap(item => item.split('\n')).map(item => `  ${printable(item)}`);
  return lines.length > 0 ? [`${title}:\n${lines.join('\n')}`] : [];
}

function summary(
  map: Verified['map'],
  findings: Finding[],
  unreadable: number,
): string {
  const number = (severity: Severity) =>
    findings.filter(finding => finding.severity === severity && finding.suppressed === undefined).length;
  const { roles, rolesOfWorkloads, serviceAccounts } = countsOf(map);
  const verdict = findings.some(counts) ? '' : unreadable > 0 ? 'Inconclusive: ' : 'Clean: ';
  return (
    `${verdict}${counted(number('error'), 'error')}, `
    + `${counted(number('warning'), 'warning')}, ${counted(number('info'), 'note')} in `
    + `${counted(roles, 'role')} (${rolesOfWorkloads} of workloads), `
    + `${counted(serviceAccounts, 'service account')}, `
    + `${counted(map.associations.length, 'Pod Identity association')}, ${counted(map.workloads.length, 'workload')}.`
  );
}
