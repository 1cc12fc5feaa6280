/**
 * Writes the pages of docs/reference that are made from the code: `npx tsx scripts/docs-reference.ts`. They are
 * committed; a test and the build compare them with the code.
 */
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { cliPage } from './docs/cli';
import { compatibilityPage } from './docs/compatibility';
import { controllersPage } from './docs/controllers';
import { identifiersPage } from './docs/identifiers';
import { Page } from './docs/page';
import { permissionsPage } from './docs/permissions';
import { quotasPage } from './docs/quotas';
import { rulesPage } from './docs/rules';
import { warningsPage } from './docs/warnings';

export const REFERENCE = join(__dirname, '..', 'docs', 'reference');

/** Every page, by its name. */
export const PAGES: Record<string, () => Page> = {
  controllers: controllersPage,
  cli: cliPage,
  rules: rulesPage,
  warnings: warningsPage,
  identifiers: identifiersPage,
  permissions: permissionsPage,
  quotas: quotasPage,
  compatibility: compatibilityPage,
};

if (require.main === module) {
  mkdirSync(REFERENCE, { recursive: true });
  for (const make of Object.values(PAGES)) {
    const { name, text } = make();
    writeFileSync(join(REFERENCE, `${name}.md`), text);
  }
}
