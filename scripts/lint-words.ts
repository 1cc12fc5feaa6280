/**
 * Looks for the phrases of scripts/words/phrases.txt where people read: `npx tsx scripts/lint-words.ts [path…]`.
 * With --summary, prints the number of hits per folder only.
 */
import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { dirname, join, relative } from 'path';
import { proseOf } from './words/prose';

const ROOT = join(__dirname, '..');
/** Where people read. */
const PATHS = [':(glob)*.md', 'src', 'docs', 'scripts/docs', ':(glob)examples/**/*.md', 'decisions'];
/** Made from code that is in the list itself. */
const GENERATED = /^API\.md$|^docs\/reference\/|\.generated\.ts$/;

export interface Hit {
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly write: string;
}

interface Phrase {
  readonly pattern: RegExp;
  readonly write: string;
}

const PHRASES = readFileSync(join(__dirname, 'words', 'phrases.txt'), 'utf8').split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
  .map((line): Phrase => {
    const [words, write] = line.split(' -> ');
    return { pattern: new RegExp(`(?<![\\w-])(?:${words.replaceAll(' ', '\\s+')})(?!\\w)`, 'gi'), write };
  });

/** The phrases in the words of a file, by position. */
export function hitsIn(name: string, text: string): Hit[] {
  const prose = proseOf(name, text);
  const hits = PHRASES.flatMap(({ pattern, write }) =>
    [...prose.matchAll(pattern)].map(match => ({ at: match.index, found: match[0].replace(/\s+/g, ' '), write })));
  const longestFirst = hits.sort((left, right) => left.at - right.at || right.found.length - left.found.length);
  let end = 0;
  return longestFirst.filter(({ at, found }) => at >= end && (end = at + found.length)).map(({ at, found, write }) => {
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: before[before.length - 1].length + 1, found, write };
  });
}

/** The files under these paths that git knows or would add. */
function filesUnder(paths: string[]): string[] {
  const list = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return list.split('\n').filter(file => /\.(ts|md)$/.test(file) && !GENERATED.test(file));
}

function main(args: string[]): number {
  const paths = args.filter(arg => !arg.startsWith('--')).map(path => relative(ROOT, path) || '.');
  const perFolder = new Map<string, number>();
  for (const file of filesUnder(paths.length > 0 ? paths : PATHS)) {
    for (const { line, column, found, write } of hitsIn(file, readFileSync(join(ROOT, file), 'utf8'))) {
      perFolder.set(dirname(file), (perFolder.get(dirname(file)) ?? 0) + 1);
      if (!args.includes('--summary')) console.log(`${file}:${line}:${column}  "${found}": write "${write}"`);
    }
  }
  const sum = [...perFolder.values()].reduce((total, count) => total + count, 0);
  if (args.includes('--summary')) for (const [folder, count] of perFolder) console.log(`${count}\t${folder}`);
  if (sum > 0) console.log(`${sum} phrases to rewrite. The list is scripts/words/phrases.txt.`);
  return sum > 0 ? 1 : 0;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
