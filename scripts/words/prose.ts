import * as ts from 'typescript';

/**
 * The words of a file that people read, each in its place. Everything else is replaced by as many other characters.
 * In code, these are strings and comments. In Markdown, it is the text without code.
 */
export function proseOf(name: string, text: string): string {
  return name.endsWith('.md') ? proseOfMarkdown(text) : proseOfCode(name, text);
}

/** Separates what does not belong together: no phrase contains it. */
const BARRIER = '\u0000';

/** Stands for a name or a value in a sentence. */
const VALUE = 'x';

function fill(text: string, by: string): string {
  return text.replace(/[^\n]/g, by);
}

const FENCE = /^( *(```+|~~~+)(\w*)[^\n]*\n)(.*?)(^ *\2)/gms;

function proseOfMarkdown(text: string): string {
  const hidden = text
    .replace(/^---\n.*?^---\n/s, block => fill(block, BARRIER))
    .replace(FENCE, (_, open, _fence, language, code, close) => {
      const body = /^(ts|typescript|js)$/.test(language) ? proseOfCode('block.ts', code) : fill(code, BARRIER);
      return fill(open, BARRIER) + body + fill(close, BARRIER);
    })
    .replace(/<!--.*?-->/gs, comment => fill(comment, BARRIER))
    .replace(/(?<=\])\([^)\s]*\)/g, target => fill(target, ' '))
    .replace(/https?:\/\/\S+/g, url => fill(url, VALUE));
  return withoutCode(hidden).replace(/\n(?=\s*\n)/g, BARRIER);
}

/** Code within a sentence is a name: no word of it counts. */
function withoutCode(text: string): string {
  return text.replace(/`[^`\n]*`/g, code => fill(code, VALUE));
}

function proseOfCode(name: string, text: string): string {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const kept: Piece[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isJsxText(node)) {
      kept.push({ start: node.getStart(), end: node.end, kind: 'string' });
    } else if (ts.isTemplateExpression(node)) {
      kept.push({ start: node.getStart(), end: node.end, kind: 'string' });
      return; // the values in it are no words
    } else if (ts.isBinaryExpression(node) && isText(node.left) && isText(node.right)) {
      kept.push({ start: node.left.end, end: node.right.getStart(), kind: 'joint' });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  for (const [start, end] of commentsOf(text, source)) kept.push({ start, end, kind: 'comment' });

  let prose = '';
  let last: Piece['kind'] | undefined;
  for (const { start, end, kind } of kept.sort((left, right) => left.start - right.start)) {
    if (start < prose.length) continue;
    const gap = text.slice(prose.length, start);
    const goesOn = kind === 'comment' && last === 'comment' && /^\s*$/.test(gap); // the next line of the same comment
    prose += (goesOn ? gap : fill(gap, BARRIER)) + wordsOf(text.slice(start, end), kind);
    last = kind;
  }
  return prose + fill(text.slice(prose.length), BARRIER);
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly kind: 'string' | 'comment' | 'joint';
}

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
    || (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken && isText(node.right));
}

function wordsOf(text: string, kind: Piece['kind']): string {
  if (kind === 'joint') return text.replace(/[^\n]/g, ' ');
  if (kind === 'comment') {
    const lines = text.replace(/^([ \t]*)(\/\*\*?|\*\/|\*|\/\/)/gm, mark => fill(mark, ' ')).replace(/\*\/$/, '  ');
    return withoutCode(lines).replace(/\n\s*\n/g, gap => gap.replace('\n', BARRIER));
  }
  const inner = text.slice(1, -1).replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/gs, value => fill(value, VALUE));
  return ` ${withoutCode(inner.replace(/\\`/g, ' `'))} `;
}

/** All comments: they are in the gaps between tokens. */
function commentsOf(text: string, source: ts.SourceFile): [start: number, end: number][] {
  const comments = new Map<number, number>();
  const collect = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    if (node.getChildCount(source) > 0) return node.getChildren(source).forEach(collect);
    for (const ranges of [ts.getLeadingCommentRanges(text, node.pos), ts.getTrailingCommentRanges(text, node.end)]) {
      for (const { pos, end } of ranges ?? []) comments.set(pos, end);
    }
  };
  collect(source);
  return [...comments];
}
