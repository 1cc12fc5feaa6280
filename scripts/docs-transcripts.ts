/**
 * Runs the commands in ```console blocks of the documentation and compares what they print: `npx tsx
 * scripts/docs-transcripts.ts`. With --update, writes the new output.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { blocksOfDocs, ROOT } from './docs/blocks';
import { replay, shows, transcriptsIn } from './docs/transcripts';

async function main(update: boolean): Promise<void> {
  for (const { block, code } of await replay(transcriptsIn(blocksOfDocs()))) {
    if (shows(block.code, code)) continue;
    const canUpdate = update && !/^…$/m.test(block.code); // an excerpt is written by hand
    console.log(canUpdate ? `${block.file}:${block.line}: updated` : `${block.file}:${block.line}: prints\n${code}`);
    if (!canUpdate) process.exitCode = 1;
    const path = join(ROOT, block.file);
    if (canUpdate) writeFileSync(path, readFileSync(path, 'utf8').replace(block.code, () => code));
  }
}

main(process.argv.includes('--update')).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
