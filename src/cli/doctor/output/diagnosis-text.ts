import { Diagnosis, Examined } from '../diagnosis';
import { Facts } from '../facts';
import { describeCluster, COLORS } from './words';
import { painter, Style } from '../../colors';
import { printable, wrap } from '../../text';

interface Run {
  /** The command that checks again; undefined if there is nothing to fix. */
  readonly next?: string;
  readonly isColored: boolean;
}

/** A diagnosis as text: the finding with its fix, the command to check again, other problems, and all checks. */
export function diagnosisText(diagnosis: Diagnosis, { question, region }: Facts, { next, isColored }: Run): string {
  const { finding, consequences, others, unknowns } = diagnosis;
  const paint = painter(isColored);
  const heading = (color: Style, text: string) => [paint(['bold', color], text)];
  const width = Math.max(...diagnosis.checks.map(({ id }) => id.length));
  const link = ({ id, status, summary }: Examined) =>
    wrap(summary, ' '.repeat(width + 12), `  ${paint(COLORS[status], status.padEnd(7))} ${id.padEnd(width)}  `);
  const unseen = section(unique(unknowns), heading(COLORS.unknown, 'Could not be checked'), undecided);
  const again = next === undefined ? [] : [[paint('bold', 'Then check again'), `  ${printable(next)}`]];
  const paragraphs = [
    wrap(`${question.namespace}/${question.serviceAccount} in ${describeCluster(question, region)}`, ''),
    ...finding
      ? [[...heading(COLORS.failed, 'Diagnosis'), ...inFull(finding)], ...again]
      : [verdict(diagnosis), ...unseen, ...again],
    ...section(consequences, heading(COLORS.failed, 'Consequences'), bullet),
    ...section(others, heading(COLORS.failed, 'Other problems'), inFull),
    ...finding ? unseen : [],
    [paint('bold', 'All checks'), ...diagnosis.checks.flatMap(link)],
  ];
  return paragraphs.map(lines => `${lines.join('\n')}\n`).join('\n');
}

function section(checks: Examined[], heading: string[], lines: (check: Examined) => string[]): string[][] {
  return checks.length > 0 ? [[...heading, ...checks.flatMap(lines)]] : [];
}

function verdict({ outcome, unknowns, others }: Diagnosis): string[] {
  if (outcome === 'healthy' && others.length > 0) {
    return wrap('Healthy: the pods get their role despite the problems below.', '');
  }
  if (outcome === 'healthy') return ['Healthy: every required check passed.'];
  const ids = unknowns.filter(({ decisive }) => decisive).map(({ id }) => id);
  const which = ids.length === 1 ? `the required check ${ids[0]}` : `the required checks ${ids.join(', ')}`;
  return wrap(`No problem found, but ${which} could not run, so the result is inconclusive.`, '');
}

/** The summary, the evidence and the fix. */
function inFull({ summary, evidence = [], fix = [] }: Examined): string[] {
  return [
    ...wrap(summary, '  '),
    ...evidence.flatMap(line => wrap(line, '      ', '    - ')),
    ...fix.length > 0 ? ['  Fix:', ...fix.flatMap(step)] : [],
  ];
}

const STEP = ' '.repeat(4);
const CODE_IN_STEP = ' '.repeat(6);
/** How commands, CDK code and JSON start. */
const CODE = /^(?:(?:aws|kubectl|date|npx) |[\w.]+\(|new \w+\(|\{")/;
const INTRODUCED = new RegExp(`^(.*?:) (${CODE.source.slice(1)}.*)$`, 's');

/** Wraps prose. A command or code stays on one line for copying, also after the prose that introduces it. */
function step(line: string): string[] {
  if (CODE.test(line)) return [`${STEP}${printable(line)}`];
  const [, prose, code] = INTRODUCED.exec(line) ?? [];
  return code !== undefined
    ? [...wrap(prose, STEP), ...codeLines(code).map(text => `${CODE_IN_STEP}${printable(text)}`)]
    : wrap(line, STEP);
}

/** Formats JSON to paste over several lines. */
function codeLines(code: string): string[] {
  if (!code.startsWith('{')) return [code];
  try {
    return JSON.stringify(JSON.parse(code), null, 2).split('\n');
  } catch {
    return [code];
  }
}

/** Keeps one check per summary: several checks often have the same reason. */
function unique(checks: Examined[]): Examined[] {
  return [...new Map(checks.map(check => [check.summary, check])).values()];
}

/** Prints evidence and fix only if the check makes the result inconclusive. */
function undecided(check: Examined): string[] {
  const { decisive, evidence = [], fix = [] } = check;
  return decisive && evidence.length + fix.length > 0 ? inFull(check) : bullet(check);
}

function bullet({ summary }: Examined): string[] {
  return wrap(summary, '    ', '  - ');
}
