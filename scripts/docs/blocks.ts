/** The blocks of code in Markdown. */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

export const ROOT = join(__dirname, '..', '..');

export interface Block {
  readonly file: string;
  /** Of the first line of code. */
  readonly line: number;
  readonly language: string;
  /** What follows the language: `example=gitops`, `[Python]`. */
  readonly info: string;
  readonly code: string;
  /** Why nobody checks it: `<!-- unchecked: reason -->` right above. */
  readonly unchecked?: string;
}

const BLOCK = /^(?<skip><!-- unchecked: (?<reason>[^\n]*?) -->\n\n?)?(?<indent> *)```(?<language>\w+)(?<info>[^\n]*)\n(?<code>.*?)^ *```$/gms;

export function blocksIn(file: string, text: string): Block[] {
  return [...text.matchAll(BLOCK)].map(({ index, groups }) => {
    const { skip = '', reason, indent, language, info, code } = groups!;
    return {
      file,
      line: text.slice(0, index + skip.length).split('\n').length + 1,
      language,
      info: info.trim(),
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
      ...reason !== undefined && { unchecked: reason },
    };
  });
}

/** The pages that people read. Those about constructs are made from docstrings, which rosetta checks. */
export function pagesOfDocs(): string[] {
  const filesIn = (folder: string) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map(file => join(folder, file)).sort();
  const isBuilt = (file: string) => /(^|\/)(node_modules|cdk\.out|dist|\.vitepress)\//.test(file);
  return [
    'README.md',
    ...filesIn('docs').filter(file => file.endsWith('.md') && !/^docs\/reference\/(api\/|constructs\.md$)/.test(file)),
    ...filesIn('examples').filter(file => file.endsWith('README.md')),
  ].filter(file => !isBuilt(file));
}

export function blocksOfDocs(): Block[] {
  return pagesOfDocs().flatMap(file => blocksIn(file, readFileSync(join(ROOT, file), 'utf8')));
}
