import { code, Page, page, prose } from './page';
import { RULES } from '../../src/analysis/rules';

const SEVERITIES = [
  { severity: 'error', title: 'Errors' },
  { severity: 'warning', title: 'Warnings' },
  { severity: 'note', title: 'Notes' },
];

/** One section for each rule; its id is the anchor that `verify` links to. */
export function rulesPage(): Page {
  const sections = SEVERITIES.flatMap(({ severity, title }) => [
    `## ${title}`,
    ...RULES.filter(rule => rule.severity === severity)
      .map(({ id, title: what, why }) => `### ${code(id)} {#${id}}\n\n${prose(`${what}.`)}\n\n**Why:** ${prose(why)}`),
  ]);
  return page(
    'rules',
    'Rules',
    'What cdk-irsa verify, report and IrsaValidator check, and why.',
    '`cdk-irsa verify`, `cdk-irsa report` and `IrsaValidator` use the same rules. Errors and warnings fail `verify`; '
      + 'notes do not. To disable a rule, see '
      + '[Common options](../guides/verify.md#common-options). Rule IDs never change.',
    ...sections,
  );
}
