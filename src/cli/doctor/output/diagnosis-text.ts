import { Diagnosis, Examined } from '../diagnosis';
import { Facts } from '../facts';
import { COLORS } from './words';
import { painter, Style } from '../../colors';
import { printable, wrap } from '../../text';

/** A diagnosis for people: the finding and what to do, what follows from it, and the whole chain. */
export function diagnosisText(diagnosis: Diagnosis, { question, region }: Facts, isColored: boolean): string {
  const { finding, consequences, others, unknowns } = diagnosis;
  const paint = painter(isColored);
  const heading = (color: Style, text: string) => [paint(['bold', color], text)];
  const width = Math.max(...diagnosis.checks.map(({ id }) => id.length));
  const link = ({ id, status, summary }: Examined) =>
    wrap(summary, ' '.repeat(width + 12), `  ${paint(COLORS[status], status.padEnd(7))} ${id.padEnd(width)}  `);
  const { clusterName, namespace, serviceAccount } = question;
  const paragraphs = [
    wrap(`${namespace}/${serviceAccount} in the cluster ${clusterName}, ${region}`, ''),
    ...finding ? [[...heading(COLORS.wrong, 'Diagnosis'), ...inFull(finding)]] : [verdict(diagnosis)],
    ...section(consequences, [...heading(COLORS.wrong, 'What follows from it')], check => bullet(check)),
    ...section(others, [...heading(COLORS.wrong, 'Wrong, too')], check => inFull(check)),
    ...section(unique(unknowns), [...heading(COLORS.unknown, 'Not known')], unseen),
    [paint('bold', 'The way of the token'), ...diagnosis.checks.flatMap(link)],
  ];
  return paragraphs.map(lines => `${lines.join('\n')}\n`).join('\n');
}

function section(checks: Examined[], heading: string[], lines: (check: Examined) => string[]): string[][] {
  return checks.length > 0 ? [[...heading, ...checks.flatMap(lines)]] : [];
}

function verdict({ outcome, unknowns, others }: Diagnosis): string[] {
  if (outcome === 'healthy' && others.length > 0) {
    return wrap('Healthy: what is wrong does not keep the role from the pods.', '');
  }
  if (outcome === 'healthy') return wrap('Healthy: every link that was looked at is as it must be.', '');
  const ids = unknowns.filter(({ decisive }) => decisive).map(({ id }) => id).join(', ');
  return wrap(
    `No problem found, but required checks could not be completed (${ids}), so the result is inconclusive.`,
    '',
  );
}

/** What is seen, and what to do; commands stay in one line, to be copied. */
function inFull({ summary, evidence = [], fix = [] }: Examined): string[] {
  return [
    ...wrap(summary, '  '),
    ...evidence.flatMap(line => wrap(line, '      ', '    - ')),
    ...fix.length > 0 ? ['  Fix:', ...fix.map(line => `    ${printable(line)}`)] : [],
  ];
}

/** What is the reason for many is told once. */
function unique(checks: Examined[]): Examined[] {
  return [...new Map(checks.map(check => [check.summary, check])).values()];
}

/** In full where it makes the result inconclusive. */
function unseen(check: Examined): string[] {
  const { decisive, evidence = [], fix = [] } = check;
  return decisive && evidence.length + fix.length > 0 ? inFull(check) : bullet(check);
}

function bullet({ summary }: Examined): string[] {
  return wrap(summary, '    ', '  - ');
}
