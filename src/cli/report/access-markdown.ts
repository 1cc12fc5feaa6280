/**
 * Who can assume which role, for Markdown.
 */
import { policiesInWords, POLICIES_TITLE } from './guards-in-words';
import { clusterInWords, mayOfRows, roleInShort, VIA, who } from './in-words';
import { actorNames, notesOnPeople, PEOPLE_TITLE, peopleRows, stateInWords, UNKNOWN_TITLE, wayInWords } from './people';
import { ReportData } from './report-data';
import { Row, rowsOf } from './rows';
import { linesInShort, listInShort } from '../../analysis/lists';
import { code, fitting, markdownTable, MAX_MARKDOWN_LENGTH } from '../markdown';
import { counted } from '../text';

export const WHO_HEADINGS = ['service account', 'cluster', 'via', 'role'];

export function accessMarkdown(data: ReportData): string {
  const mayOf = mayOfRows();
  const all = rowsOf(data).filter(({ access }) => access);
  const rows = all
    .map(row => [...whoCells(row), mayOf(row).map(code).join('<br>')]);
  const { serviceAccounts, roles } = data.counts;
  const title = `### Access: ${counted(serviceAccounts, 'service account')}, ${counted(roles, 'role')}`;
  const { text, leftOut } = markdownTable([...WHO_HEADINGS, 'permissions'], rows, roomBesidePeople(data));
  const first = `${title}\n\n${text}${leftOutInWords(leftOut, 'report')}`;
  return all.length === 0 ? first : first + peopleMarkdown(data, all, 'report', MAX_MARKDOWN_LENGTH - first.length);
}

const MAX_NAMES = 5;

/** The maximum length of a table that is followed by the people. */
export function roomBesidePeople({ reaches, unknownReaches }: ReportData): number {
  return reaches.length + unknownReaches.length === 0 ? MAX_MARKDOWN_LENGTH - 500 : MAX_MARKDOWN_LENGTH / 2;
}

/** Who can act as the service accounts of these rows, and what is not known about it, limited to `room` characters. */
export function peopleMarkdown(data: ReportData, all: readonly Row[], command: string, room: number): string {
  const nameOf = actorNames(data);
  const people = peopleRows(all);
  const rows = people.map(({ actors, ways: [best, ...others], serviceAccounts }) => [
    linesInShort(actors.map(nameOf).map(code), MAX_NAMES).join('<br>'),
    `${code(wayInWords(best))}${others.length > 0 ? `<br>and ${counted(others.length, 'more way')}` : ''}`,
    linesInShort(serviceAccounts.map(({ serviceAccount, roles }) =>
      `${code(serviceAccount)}: ${listInShort(roles.map(arn => code(roleInShort(arn))), 2)}`), MAX_NAMES).join('<br>'),
    stateInWords(best, code),
  ]);
  const unknown = data.unknownReaches.map(({ actor, reason }) => [code(nameOf(actor)), code(reason)]);
  const policies = policiesInWords(data, nameOf, code);
  const notes = [
    ...policies.length === 0 ? []
      : [`### ${POLICIES_TITLE}\n\n${fitting(policies.map(text => `- ${text}\n`), 5000).join('')}`],
    ...notesOnPeople(data, people.length, people.map(({ doubt }) => doubt && code(doubt))).map(text => `${text}\n`),
  ].map(text => `\n${text}`).join('');
  const section = (title: string, columns: readonly string[], cells: readonly string[][], space: number) => {
    if (cells.length === 0) return '';
    const head = `\n### ${title}\n\n`;
    const { text, leftOut } = markdownTable(columns, cells, space - head.length - 100);
    return `${head}${text}${leftOutInWords(leftOut, command)}`;
  };
  const first = section(PEOPLE_TITLE, ['who', 'by', 'as: role', 'confidence'], rows, room - notes.length);
  const second = section(UNKNOWN_TITLE, ['who', 'why'], unknown, room - notes.length - first.length);
  return `${first}${second}${notes}`;
}

export function whoCells({ access, arn }: Row): string[] {
  const { cluster, via, through } = access!;
  const target = through === undefined ? '' : `<br>target role of ${code(roleInShort(through))}`;
  return [code(who(access!)), code(clusterInWords(cluster)), VIA[via], `${code(roleInShort(arn))}${target}`];
}

export function leftOutInWords(count: number, command: string): string {
  return count === 0 ? '' : `\n${counted(count, 'row')} omitted. \`cdk-irsa ${command} --format csv\` prints all.\n`;
}
