/**
 * Generates the README's table of rules from the code: `npx tsx scripts/rules-table.ts`.
 */
import { RULES } from '../src/analysis/rules';

/** One row per rule; its ID is an anchor. */
export function rulesTable(): string {
  const rows = RULES.map(
    ({ id, severity, title, why }) => `| <a id="${id}"></a>\`${id}\` | ${severity} | ${title} | ${why} |`,
  );
  return ['| rule | severity | what | why |', '|---|---|---|---|', ...rows, ''].join('\n');
}

if (require.main === module) process.stdout.write(rulesTable());
