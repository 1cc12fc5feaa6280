/**
 * Writes docs/reference/constructs.md and docs/reference/api from the jsii assembly and the translations of its
 * examples. They are not committed: API.md is.
 */
import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { constructPages } from './docs/constructs';

const ROOT = join(__dirname, '..');
const REFERENCE = join(ROOT, 'docs', 'reference');

async function main(): Promise<void> {
  const pages = await constructPages(join(ROOT, '.jsii'), join(ROOT, '.jsii.tabl.json'));
  rmSync(join(REFERENCE, 'api'), { recursive: true, force: true });
  for (const { name, text } of pages) {
    const file = join(REFERENCE, `${name}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

main().catch((error: Error) => {
  console.error(`docs: ${error.message}`);
  process.exitCode = 1;
});
