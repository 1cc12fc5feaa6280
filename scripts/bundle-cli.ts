/**
 * Bundles the command line into one file, with the licenses of what is in it: `npx projen bundle`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { build } from 'esbuild';

const ROOT = join(__dirname, '..');

async function main(outfile: string): Promise<void> {
  const { outputFiles: [{ text }], metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20.16',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'inline',
    write: false,
    metafile: true,
  });
  const packages = new Set(Object.keys(metafile.inputs).flatMap(input => /^node_modules\/((@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, `${text}\n${[...packages].sort().map(notice).join('\n')}`);
}

function notice(name: string): string {
  const folder = join(ROOT, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `/*!\n${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n*/\n`;
}

void main(process.argv[2] ?? join(ROOT, 'lib', 'cli.js')); // an error ends the process
