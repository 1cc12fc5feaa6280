/**
 * Who can assume which role, for spreadsheets: a row for each way.
 */
import { mayOfRows, VIA } from './in-words';
import { ReportData } from './report-data';
import { Row, rowsOf } from './rows';
import { csv } from '../csv';

/** What tells who, in every CSV. */
export const WHO_COLUMNS = ['cluster', 'via', 'namespace', 'service_account', 'audience', 'role', 'through'];

export function accessCsv(data: ReportData): string {
  const mayOf = mayOfRows();
  const rows = rowsOf(data).filter(({ access }) => access)
    .map(row => [...whoFields(row), row.access!.used ? 'yes' : 'no', mayOf(row).join('; ')]);
  return csv([...WHO_COLUMNS, 'used', 'may'], rows);
}

export function whoFields({ access, arn }: Row): string[] {
  const { cluster, via, namespace, serviceAccount, audience, through = '' } = access!;
  return [cluster, VIA[via], namespace, serviceAccount, audience, arn, through];
}
