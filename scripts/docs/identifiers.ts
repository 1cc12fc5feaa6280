import { code, Page, page, prose, table } from './page';
import { PATHS } from '../../src/analysis/rbac/paths';
import { CHECKS } from '../../src/cli/doctor/doctor';

/** The ids in JSON that have no page of their own. */
export function identifiersPage(): Page {
  return page(
    'identifiers',
    'Identifiers',
    'The IDs of the checks of cdk-irsa doctor, and of the ways from a right to a service account.',
    'These IDs are in [JSON](../guides/machine-readable-output.md). Those of rules are in [Rules](./rules.md).',
    '## Checks',
    'The checks of `cdk-irsa doctor`, in the order of its output. It leaves out those that do not apply.',
    table(['check', 'what it checks'], CHECKS.map(({ id, title }) => [code(id), prose(title)])),
    '## Ways',
    'How a right in a cluster leads to a service account, or to more rights: `path` in the steps of a way.',
    table(
      ['path', 'confidence', 'how'],
      PATHS.map(({ id, confidence, text }) => [code(id), confidence, prose(text)]),
    ),
  );
}
