/**
 * Who can assume which role, for spreadsheets: a row for each way, followed by a row for each actor that can act as the
 * service account through Kubernetes.
 */
import { mayOfRows, VIA } from './in-words';
import { actorsOf, isOpen, notesOnPeople, wayInWords } from './people';
import { ReportData } from './report-data';
import { Row, rowsOf } from './rows';
import { sortedTexts } from './statements';
import { csv } from '../csv';
import { wrapped } from '../text-table';

/** The columns that identify the access, in every CSV. */
export const WHO_COLUMNS = ['cluster', 'via', 'namespace', 'service_account', 'audience', 'role', 'through'];
/** Empty in rows for the pods themselves. */
export const ACTOR_COLUMNS = ['actor_kind', 'actor', 'right', 'given_by', 'confidence', 'closed_by'];
const NOBODY = ACTOR_COLUMNS.map(() => '');

export function accessCsv(data: ReportData): string {
  const mayOf = mayOfRows();
  const fieldsOf = (row: Row) => [...whoFields(row), row.access!.used ? 'yes' : 'no', mayOf(row).join('; ')];
  const columns = [...WHO_COLUMNS, 'used', 'permissions'];
  return csv([...columns, ...ACTOR_COLUMNS], withActors(data, rowsOf(data).filter(({ access }) => access), fieldsOf));
}

/** Each row, by itself and with each actor that can act as its service account; then actors with unknown reach. */
export function withActors(
  { unknownReaches }: ReportData, rows: readonly Row[], fieldsOf: (row: Row) => string[],
): string[][] {
  const width = rows.length === 0 ? 0 : fieldsOf(rows[0]).length;
  return [
    ...rows.flatMap(row => {
      const fields = fieldsOf(row);
      return [[...fields, ...NOBODY], ...actorFields(row).map(actor => [...fields, ...actor])];
    }),
    ...rows.length === 0 ? [] : unknownReaches.map(({ cluster = '', actor: { kind, name }, reason }) => [
      cluster, ...Array.from({ length: width - 1 }, () => ''), kind, name, reason, '', 'unknown', '',
    ]),
  ];
}

/** Notes about actors that the rows cannot contain. */
export function csvNotes(data: ReportData, rows: readonly Row[]): string[] {
  const ofPods = rows.filter(({ access }) => access);
  const count = ofPods.filter(({ reached }) => reached.length > 0).length;
  return ofPods.length === 0 ? [] : notesOnPeople(data, count).flatMap(note => wrapped(note, 80, ''));
}

/** Each actor once, with the best way. */
function actorFields(row: Row): string[][] {
  return actorsOf(row).map(({ actor: { kind, name }, way }) => [
    kind, name, wayInWords(way, true), sortedTexts(way.steps.flatMap(({ givenBy }) => [...givenBy])).join('; '),
    isOpen(way) ? way.confidence : 'closed', (way.closedBy ?? []).join('; '),
  ]);
}

export function whoFields({ access, arn }: Row): string[] {
  const { cluster, via, namespace, serviceAccount, audience, through = '' } = access!;
  return [cluster, VIA[via], namespace, serviceAccount, audience, arn, through];
}
