/** What the reference takes from the source files: their text says more than their values. */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..', '..');

export function sourceOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The text of all files of the library, without the command. */
export function librarySource(): string {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.startsWith('cli'))
    .sort()
    .map(file => sourceOf(join('src', file)))
    .join('\n');
}

/** The number that a file calls by this name. */
export function constant(file: string, name: string): number {
  const [, value] = new RegExp(`const ${name}\\b[^=]*= (?:Duration\\.hours\\()?([\\d_]+)`).exec(sourceOf(file)) ?? [];
  if (value === undefined) throw new Error(`no number ${name} in ${file}`);
  return Number(value.replaceAll('_', ''));
}

/** The static methods of a class with the first paragraph of their docstrings. */
export function factoriesOf(file: string, className: string): Map<string, string> {
  const source = ts.createSourceFile(file, sourceOf(file), ts.ScriptTarget.Latest, true);
  const factories = new Map<string, string>();
  const isStatic = (node: ts.ClassElement): node is ts.MethodDeclaration =>
    ts.isMethodDeclaration(node)
    && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
  source.forEachChild(node => {
    if (!ts.isClassDeclaration(node) || node.name?.text !== className) return;
    for (const method of node.members.filter(isStatic)) {
      const [docs] = ts.getJSDocCommentsAndTags(method).filter(ts.isJSDoc);
      const text = ts.getTextOfJSDocComment(docs?.comment) ?? '';
      if (!/@internal/.test(docs?.getText() ?? '')) {
        factories.set(method.name.getText(), text.split(/\n\s*\n/)[0].replace(/\s+/g, ' '));
      }
    }
  });
  return factories;
}
