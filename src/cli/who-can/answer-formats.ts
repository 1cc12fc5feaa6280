/**
 * The answers of `who-can` in each format.
 */
import { becauseOf, trustedInWords, VERDICTS, verdictOf, WhoCan } from './who-can';
import { linesInShort, listInShort } from '../../analysis/lists';
import { Style } from '../colors';
import { csv } from '../csv';
import { code, markdownTable } from '../markdown';
import { whoFields, WHO_COLUMNS } from '../report/access-csv';
import { leftOutInWords, WHO_HEADINGS, whoCells } from '../report/access-markdown';
import { clusterTables, Column, ROLE, SERVICE_ACCOUNT, Terminal, textTables } from '../report/access-table';
import { roleInShort } from '../report/in-words';
import { Answer, Verdict } from '../report/rows';
import { counted } from '../text';
import { Cell, wrapped } from '../text-table';

const MAX_STATEMENTS = 2;
const COLORS: Record<Verdict, Style> = { allow: 'red', partly: 'red', conditional: 'yellow', unknown: 'yellow' };

const VERDICT: Column = {
  title: 'ANSWER',
  cell: answer => ({ lines: [VERDICTS[verdictOf(answer)]], style: COLORS[verdictOf(answer)] }),
};

const becauseIn = ({ action }: WhoCan): Column => ({
  title: 'BECAUSE OF',
  cell: answer => ({ lines: linesInShort(becauseOf(answer, action), MAX_STATEMENTS) }),
});

export function answerTable(whoCan: WhoCan, terminal: Terminal): string {
  const { answers, data } = whoCan;
  const common = [ROLE, VERDICT, becauseIn(whoCan)];
  const others = otherAnswers(whoCan);
  const rows = others.map((answer): Cell[] => [
    { lines: linesInShort(trustedInWords(answer, data), 3) },
    ...common.map(({ cell }) => cell(answer)),
  ]);
  const tables = [
    ...clusterTables(answers, [SERVICE_ACCOUNT, ...common], terminal),
    ...rows.length === 0 ? [] : textTables(
      [{ title: 'Roles that no service account can assume', rows }],
      ['TRUSTS', ...common.map(({ title }) => title)],
      terminal,
    ),
  ];
  const verdict = wrapped(summary(whoCan), terminal.width, '').map(line => `${line}\n`).join('');
  return [...tables, verdict].join('\n');
}

export function answerCsv(whoCan: WhoCan): string {
  const rows = whoCan.answers.map(answer => [
    ...answer.row.access ? whoFields(answer.row) : ['', 'none', '', '', '', answer.row.arn, ''],
    VERDICTS[verdictOf(answer)],
    becauseOf(answer, whoCan.action).join('; '),
  ]);
  return csv([...WHO_COLUMNS, 'answer', 'because_of'], rows);
}

export function answerMarkdown(whoCan: WhoCan): string {
  const rows = whoCan.answers.map(answer => [
    ...answer.row.access ? whoCells(answer.row)
      : [trustsIn(answer, whoCan), '', '', code(roleInShort(answer.row.arn))],
    VERDICTS[verdictOf(answer)],
    linesInShort(becauseOf(answer, whoCan.action), MAX_STATEMENTS).map(code).join('<br>'),
  ]);
  const { action, resource } = whoCan;
  const title = `### Who can ${code(action)}${resource === undefined ? '' : ` on ${code(resource)}`}`;
  if (rows.length === 0) return `${title}\n\n${summary(whoCan)}\n`;
  const { text, leftOut } = markdownTable([...WHO_HEADINGS, 'answer', 'because of'], rows);
  return `${title}\n\n${text}${leftOutInWords(leftOut, 'who-can')}`;
}

/** For machines. A field may be added in the same version; one that goes or changes makes a new one. */
export function answerJson(whoCan: WhoCan): object {
  const { action, resource, answers, data: { tool, input, unreadable, skipped } } = whoCan;
  const why = (answer: Answer) => ({
    answer: VERDICTS[verdictOf(answer)],
    statements: answer.reach!.statements.map(({ policy: { name, kind, arn }, index, statement }) => ({
      policy: name, kind, ...arn !== undefined && { arn }, ...statement !== undefined && { index, statement },
    })),
  });
  return {
    schemaVersion: 1,
    tool,
    input,
    action,
    resource: resource ?? null,
    serviceAccounts: answers.flatMap(answer => {
      if (!answer.row.access) return [];
      const { cluster, namespace, serviceAccount, audience, via, role, through } = answer.row.access;
      const who = { cluster, namespace, serviceAccount, audience, via, role, ...through !== undefined && { through } };
      return [{ ...who, ...why(answer) }];
    }),
    otherRoles: otherAnswers(whoCan).map(answer => ({
      role: answer.row.arn, trusts: trustedInWords(answer, whoCan.data), ...why(answer),
    })),
    unreadable,
    skipped,
  };
}

function otherAnswers({ answers }: WhoCan): Answer[] {
  return answers.filter(({ row }) => !row.access);
}

function trustsIn(answer: Answer, { data }: WhoCan): string {
  return `none; trusts ${listInShort(trustedInWords(answer, data).map(code), 3)}`;
}

function summary({ action, resource, answers }: WhoCan): string {
  const ofPods = answers.filter(({ row }) => row.access).map(verdictOf);
  const of = (...verdicts: Verdict[]) => ofPods.filter(verdict => verdicts.includes(verdict)).length;
  const others = answers.length - ofPods.length;
  const certain = of('allow', 'partly');
  const more = [
    ...of('conditional') > 0 ? [`${of('conditional')} under conditions`] : [],
    ...of('unknown') > 0 ? [`${of('unknown')} unknown`] : [],
    ...others > 0 ? [`${counted(others, 'other role')} can, for whom the table names`] : [],
  ];
  // A role that no pod assumes directly may be the next one of a chain.
  const nobody = others > 0 ? 'No service account can directly do' : 'No service account can do';
  const subject = certain === 0 ? nobody : `${counted(certain, 'way')} from a service account to`;
  return `${subject} ${action} on ${resource ?? 'any resource'}${more.length > 0 ? `; ${more.join('; ')}` : ''}.`;
}
