/**
 * Who can assume which role, for a terminal: a table per cluster.
 */
import { policiesInWords, POLICIES_TITLE } from './guards-in-words';
import { clusterInWords, clusterTitle, mayOfRows, notesOn, roleInShort, who } from './in-words';
import { IDENTITIES_TITLE, OTHERS_TITLE } from './numbers';
import { OtherIdentity } from './other-identities';
import { actorNames, isOpen, notesOnPeople, PEOPLE_TITLE, peopleRows, UNKNOWN_TITLE, waysInShort } from './people';
import { ReportData } from './report-data';
import { Answer, isPattern, Row, rowsOf } from './rows';
import { grouped } from '../../analysis/json-values';
import { linesInShort, listInShort } from '../../analysis/lists';
import { painter } from '../colors';
import { Cell, columnWidths, rowLines, wrapped } from '../text-table';

export interface Terminal {
  readonly width: number;
  readonly isColored: boolean;
}

/** A column of answers with a service account. */
export interface Column {
  readonly title: string;
  readonly cell: (answer: Answer) => Cell;
}

export const SERVICE_ACCOUNT: Column = {
  title: 'SERVICE ACCOUNT',
  cell: ({ row }) => {
    const access = row.access!;
    return { lines: [who(access), ...notesOn(access)], ...isPattern(who(access)) && { style: 'yellow' } };
  },
};

export const ROLE: Column = {
  title: 'ROLE',
  cell: ({ row: { arn, access } }) => ({
    lines: [
      roleInShort(arn),
      ...access?.through === undefined ? [] : [`target role of ${roleInShort(access.through)}`],
    ],
  }),
};

/** All access on the map. */
export function accessTable(data: ReportData, terminal: Terminal): string {
  const answers = rowsOf(data).map((row): Answer => ({ row }));
  const mayOf = mayOfRows();
  const columns = [SERVICE_ACCOUNT, ROLE, { title: 'PERMISSIONS', cell: ({ row }: Answer) => ({ lines: mayOf(row) }) }];
  const tables = clusterTables(answers, columns, terminal);
  const others = answers.filter(({ row }) => !row.access);
  return [
    ...tables.length > 0 ? tables : ['No service account can assume a role.\n'],
    ...tables.length > 0 ? peopleTables(data, answers.map(({ row }) => row), terminal) : [],
    ...identityTable(data.otherIdentities, terminal),
    ...others.length > 0 ? [othersInWords(others, terminal)] : [],
  ].join('\n');
}

/** A table per cluster, with the same column widths. */
export function clusterTables(answers: readonly Answer[], columns: readonly Column[], terminal: Terminal): string[] {
  const ofPods = answers.filter(({ row }) => row.access);
  const groups = grouped(ofPods, ({ row }) => JSON.stringify([row.access!.cluster, row.access!.via]));
  const tables = [...groups.values()].map(group => {
    const { cluster, via } = group[0].row.access!;
    return {
      title: clusterTitle(cluster, via),
      rows: group.map(answer => columns.map(({ cell }) => cell(answer))),
    };
  });
  return textTables(tables, columns.map(({ title }) => title), terminal);
}

/** Tables with the same columns and column widths. */
export function textTables(
  tables: readonly { readonly title: string; readonly rows: readonly Cell[][] }[],
  titles: readonly string[],
  { width, isColored }: Terminal,
): string[] {
  const paint = painter(isColored);
  const heading = titles.map((title): Cell => ({ lines: [title], style: 'dim' }));
  const widths = columnWidths([heading, ...tables.flatMap(({ rows }) => rows)], width - 2);
  return tables.map(({ title, rows }) => [
    ...wrapped(title, width).map(line => paint('bold', line)),
    ...[heading, ...rows].flatMap(cells => rowLines(cells, widths, paint)).map(line => `  ${line}`),
  ].map(line => `${line}\n`).join(''));
}

const MAX_ACTORS = 5;

/** Who can act as the service accounts of these rows, and what is not known about it. */
export function peopleTables(data: ReportData, rows: readonly Row[], terminal: Terminal): string[] {
  const nameOf = actorNames(data);
  const lines = (text: string) => wrapped(text, terminal.width, '').map(line => `${line}\n`).join('');
  const policies = policiesInWords(data, nameOf);
  const isOfSeveral = data.clusters.length > 1;
  const all = peopleRows(rows);
  const people = all.map(({ cluster, actors, ways, serviceAccounts }): Cell[] => [
    {
      lines: [
        ...linesInShort(actors.map(nameOf), MAX_ACTORS),
        ...isOfSeveral && cluster !== undefined ? [`in ${clusterInWords(cluster)}`] : [],
      ],
    },
    { lines: waysInShort(ways), ...!isOpen(ways[0]) && { style: 'dim' } },
    {
      lines: linesInShort(serviceAccounts.map(({ serviceAccount, roles }) =>
        `${serviceAccount} (${listInShort(roles.map(roleInShort), 2)})`), MAX_ACTORS),
    },
  ]);
  const unknown = data.unknownReaches.map(({ actor, reason }): Cell[] =>
    [{ lines: [nameOf(actor)] }, { lines: [reason] }]);
  return [
    ...people.length === 0 ? []
      : textTables([{ title: PEOPLE_TITLE, rows: people }], ['WHO', 'BY', 'AS (ROLE)'], terminal),
    ...unknown.length === 0 ? []
      : textTables([{ title: UNKNOWN_TITLE, rows: unknown }], ['WHO', 'WHY'], terminal),
    ...policies.length === 0 ? [] : [`${POLICIES_TITLE}\n${policies.flatMap(text =>
      wrapped(`  ${text}`, terminal.width, '    ')).map(line => `${line}\n`).join('')}`],
    ...notesOnPeople(data, all.length, all.map(({ doubt }) => doubt)).map(lines),
  ];
}

function identityTable(identities: readonly OtherIdentity[], terminal: Terminal): string[] {
  if (identities.length === 0) return [];
  const rows = identities.map(({ provider, subjects, role }): Cell[] => [
    { lines: [provider] },
    { lines: subjects.length > 0 ? subjects : ['any subject'], ...subjects.length === 0 && { style: 'yellow' } },
    { lines: [roleInShort(role)] },
  ]);
  return textTables([{ title: IDENTITIES_TITLE, rows }], ['PROVIDER', 'SUBJECT', 'ROLE'], terminal);
}

function othersInWords(others: readonly Answer[], { width }: Terminal): string {
  const names = listInShort(others.map(({ row }) => roleInShort(row.arn)), 5);
  return wrapped(`${OTHERS_TITLE} (${others.length}): ${names}.`, width, '')
    .map(line => `${line}\n`).join('');
}
