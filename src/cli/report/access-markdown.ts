/**
 * Who can assume which role, for Markdown.
 */
import { clusterInWords, mayOfRows, roleInShort, VIA, who } from './in-words';
import { ReportData } from './report-data';
import { Row, rowsOf } from './rows';
import { code, markdownTable } from '../markdown';
import { counted } from '../text';

export const WHO_HEADINGS = ['service account', 'cluster', 'via', 'role'];

export function accessMarkdown(data: ReportData): string {
  const mayOf = mayOfRows();
  const rows = rowsOf(data).filter(({ access }) => access)
    .map(row => [...whoCells(row), mayOf(row).map(code).join('<br>')]);
  const { serviceAccounts, roles } = data.counts;
  const title = `### Access: ${counted(serviceAccounts, 'service account')}, ${counted(roles, 'role')}`;
  const { text, leftOut } = markdownTable([...WHO_HEADINGS, 'may'], rows);
  return `${title}\n\n${text}${leftOutInWords(leftOut, 'report')}`;
}

export function whoCells({ access, arn }: Row): string[] {
  const { cluster, via, through } = access!;
  const target = through === undefined ? '' : `<br>target role of ${code(roleInShort(through))}`;
  return [code(who(access!)), code(clusterInWords(cluster)), VIA[via], `${code(roleInShort(arn))}${target}`];
}

export function leftOutInWords(count: number, command: string): string {
  return count === 0 ? '' : `\n${counted(count, 'row')} left out: \`cdk-irsa ${command} --format csv\` prints all.\n`;
}
