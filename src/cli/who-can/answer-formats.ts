/**
 * The answers of `who-can` in each format.
 */
import { becauseOf, trustedInWords, VERDICTS, verdictOf, WhoCan } from './who-can';
import { linesInShort, listInShort } from '../../analysis/lists';
import { Style } from '../colors';
import { csv } from '../csv';
import { code, markdownTable, MAX_MARKDOWN_LENGTH } from '../markdown';
import { ACTOR_COLUMNS, whoFields, WHO_COLUMNS, withActors } from '../report/access-csv';
import {
  leftOutInWords, peopleMarkdown, roomBesidePeople, WHO_HEADINGS, whoCells,
} from '../report/access-markdown';
import {
  clusterTables, Column, peopleTables, ROLE, SERVICE_ACCOUNT, Terminal, textTables,
} from '../report/access-table';
import { roleInShort } from '../report/in-words';
import { actorsOf, isOpen, peopleRows } from '../report/people';
import { keyOfActor } from '../report/reaches';
import { Answer, Row, Verdict } from '../report/rows';
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
  const people = ofPods(whoCan);
  if (people.length > 0) tables.push(...peopleTables(data, people, terminal));
  const verdict = wrapped(summary(whoCan), terminal.width, '').map(line => `${line}\n`).join('');
  return [...tables, verdict].join('\n');
}

export function answerCsv(whoCan: WhoCan): string {
  const ofRows = new Map(whoCan.answers.map(answer => [answer.row, answer]));
  const fieldsOf = (answer: Answer) => [
    ...answer.row.access ? whoFields(answer.row) : ['', 'none', '', '', '', answer.row.arn, ''],
    VERDICTS[verdictOf(answer)],
    becauseOf(answer, whoCan.action).join('; '),
  ];
  return csv([...WHO_COLUMNS, 'answer', 'because_of', ...ACTOR_COLUMNS], [
    ...withActors(whoCan.data, ofPods(whoCan), row => fieldsOf(ofRows.get(row)!)),
    ...otherAnswers(whoCan).map(answer => [...fieldsOf(answer), ...ACTOR_COLUMNS.map(() => '')]),
  ]);
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
  const room = roomBesidePeople(whoCan.data);
  const { text, leftOut } = markdownTable([...WHO_HEADINGS, 'answer', 'because of'], rows, room);
  const first = `${title}\n\n${text}${leftOutInWords(leftOut, 'who-can')}`;
  const people = ofPods(whoCan);
  return people.length === 0 ? first
    : first + peopleMarkdown(whoCan.data, people, 'who-can', MAX_MARKDOWN_LENGTH - first.length);
}

/** The machine-readable answer. Fields may be added; removed or changed fields require a new version. */
export function answerJson(whoCan: WhoCan) {
  const { action, resource, answers, data } = whoCan;
  const { tool, input, reachScope, unknownReaches, unreadable, skipped } = data;
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
    reachScope,
    whoCanAct: peopleRows(ofPods(whoCan)),
    unknownReaches,
    otherRoles: otherAnswers(whoCan).map(answer => ({
      role: answer.row.arn, trusts: trustedInWords(answer, whoCan.data), ...why(answer),
    })),
    unreadable,
    skipped,
  };
}

function ofPods({ answers }: WhoCan): Row[] {
  return answers.flatMap(({ row }) => (row.access ? [row] : []));
}

function otherAnswers({ answers }: WhoCan): Answer[] {
  return answers.filter(({ row }) => !row.access);
}

function trustsIn(answer: Answer, { data }: WhoCan): string {
  return `none; trusts ${listInShort(trustedInWords(answer, data).map(code), 3)}`;
}

function summary(whoCan: WhoCan): string {
  const { action, resource, answers } = whoCan;
  const verdicts = answers.filter(({ row }) => row.access).map(verdictOf);
  const of = (...wanted: Verdict[]) => verdicts.filter(verdict => wanted.includes(verdict)).length;
  const others = answers.length - verdicts.length;
  const certain = of('allow', 'partly');
  const more = [
    ...of('conditional') > 0 ? [`${of('conditional')} under conditions`] : [],
    ...of('unknown') > 0 ? [`${of('unknown')} unknown`] : [],
    ...others > 0 ? [`${counted(others, 'other role')} can, used by the principals in the table`] : [],
  ];
  // A role that no pod assumes directly may be the next role in a chain.
  const nobody = others > 0 ? 'No service account can directly do' : 'No service account can do';
  const subject = certain === 0 ? nobody : `${counted(certain, 'way')} from a service account to`;
  const what = `${subject} ${action} on ${resource ?? 'any resource'}`;
  return `${what}${more.length > 0 ? `; ${more.join('; ')}` : ''}.${peopleCount(whoCan)}`;
}

/** The number of people, groups and other service accounts that can act as service accounts of the answer. */
function peopleCount(whoCan: WhoCan): string {
  const open = ofPods(whoCan).flatMap(actorsOf).filter(({ way }) => isOpen(way)).map(({ actor }) => keyOfActor(actor));
  const count = new Set(open).size;
  return count === 0 ? '' : ` Through Kubernetes, ${counted(count, 'other')} can act as such a service account.`;
}
