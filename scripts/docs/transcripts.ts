import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Block, ROOT } from './blocks';
import { EXAMPLES, synthesize } from '../examples';

const TSX = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
/** The first program of the README and Getting started. */
const QUICKSTART = 'quickstart';
const COMMAND = `import { run } from '${join(ROOT, 'src', 'cli', 'main')}';\nrun({ version: '0.0.0' });\n`;

/** The blocks with commands and what they print. */
export function transcriptsIn(blocks: Block[]): Block[] {
  return blocks.filter(({ language, unchecked }) => language === 'console' && unchecked === undefined);
}

/** Whether a transcript shows what the commands print. A line with nothing but `…` stands for any lines. */
export function shows(transcript: string, printed: string): boolean {
  const parts = transcript.split(/^…\n/m);
  if (parts.length === 1) return transcript === printed;
  let at = 0;
  return parts.every((part, index) => {
    const found = index === 0 ? printed.indexOf(part) : `\n${printed}`.indexOf(`\n${part}`, at);
    at = found + part.length;
    return index === 0 ? found === 0 : found >= 0;
  });
}

/** The same blocks with what the commands print now, in the assembly of the program that `example=` names. */
export async function replay(blocks: Block[]): Promise<{ block: Block; code: string }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-transcripts-'));
  try {
    writeCommand(join(folder, 'bin'));
    const examples = [...new Set(blocks.map(exampleOf))];
    for (const example of examples) {
      const own = join(folder, example);
      const [folderOf, program] = example === QUICKSTART ? ['languages', 'typescript/quickstart.ts'] : [example];
      await synthesize(folderOf, join(own, 'cdk.out'), join(own, 'dist'), own, program);
    }
    return blocks.map(block => ({ block, code: replayed(block, join(folder, exampleOf(block)), join(folder, 'bin')) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function exampleOf({ file, line, info }: Block): string {
  const [, example] = /^example=([\w-]+)$/.exec(info) ?? [];
  const known = [QUICKSTART, ...EXAMPLES];
  if (example !== undefined && known.includes(example)) return example;
  throw new Error(`${file}:${line}: a transcript names its example: \`\`\`console example=<${known.join('|')}>`);
}

/** `npx cdk-irsa` as it is in src. */
function writeCommand(bin: string): void {
  mkdirSync(bin);
  writeFileSync(join(bin, 'cdk-irsa.ts'), COMMAND);
  const script = `#!/bin/sh
[ "$1" = cdk-irsa ] || { echo "a transcript can run cdk-irsa only, got: $1"; exit 127; }
shift
exec ${process.execPath} ${TSX} --tsconfig ${join(ROOT, 'test', 'tsconfig.json')} ${join(bin, 'cdk-irsa.ts')} "$@"
`;
  writeFileSync(join(bin, 'npx'), script, { mode: 0o755 });
}

function replayed({ code }: Block, cwd: string, bin: string): string {
  const commands = code.replaceAll('\\\n', '\\\u0000').match(/^\$ .*$/gm)!.map(line => line.replaceAll('\u0000', '\n'));
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' };
  return commands
    .map(line => {
      const output = execFileSync('bash', ['-c', `{ ${line.slice(2)}\n} 2>&1 || true`], { cwd, env, encoding: 'utf8' });
      return `${line}\n${output}`;
    })
    .join('');
}
