/**
 * Writes TypeScript. Only this module converts untrusted texts to literals and comments.
 */
import { Json } from './yaml-file';
import { literal, printable } from '../text';

const WIDTH = 120;
const INDENT = '  ';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** A comment among the items of a group. */
export class Comment {
  constructor(public readonly text: string) {}
}

/** Code in brackets: on one line if it fits, otherwise one item per line. */
export class Group {
  constructor(
    private readonly open: string,
    private readonly items: (Code | Comment)[],
    private readonly close: string,
    private readonly broken = false,
  ) {}

  public inOneLine(): string | undefined {
    if (this.broken || this.items.some(item => item instanceof Comment)) return undefined;
    const items = this.items.map(item => oneLine(item as Code));
    if (items.includes(undefined)) return undefined;
    const space = this.open.endsWith('{') && items.length > 0 ? ' ' : '';
    return `${this.open}${space}${items.join(', ')}${space}${this.close}`;
  }

  public onManyLines(indent: string): string {
    if (this.items.length === 0) return this.open + this.close;
    const inner = indent + INDENT;
    const items = this.items.map(item =>
      item instanceof Comment ? comment(item.text, inner) : `${inner}${write(item, inner)},`,
    );
    return [this.open, ...items, `${indent}${this.close}`].join('\n');
  }
}

/** Code, or several pieces of code in sequence. */
export type Code = string | Group | Code[];

/** Code as text: on one line if it fits with indent and comma, otherwise with its groups on several lines. */
export function write(code: Code, indent = ''): string {
  const line = oneLine(code);
  if (line !== undefined && indent.length + line.length + 1 <= WIDTH) return line;
  return pieces(code).map(piece => (piece instanceof Group ? piece.onManyLines(indent) : piece)).join('');
}

function pieces(code: Code): (string | Group)[] {
  return Array.isArray(code) ? code.flatMap(pieces) : [code];
}

function oneLine(code: Code): string | undefined {
  if (typeof code === 'string') return code;
  if (code instanceof Group) return code.inOneLine();
  const parts = code.map(oneLine);
  return parts.includes(undefined) ? undefined : parts.join('');
}

/** A call. If it does not fit on a line, its last argument is written on several lines if it is a group. */
export function call(callee: string, args: Code[]): Code {
  const last = args[args.length - 1];
  if (!(last instanceof Group)) return new Group(`${callee}(`, args, ')');
  return [`${callee}(`, ...args.slice(0, -1).flatMap(argument => [argument, ', ']), last, ')'];
}

/** A value as a literal. */
export function jsonLiteral(value: Json): Code {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return listLiteral(value.map(jsonLiteral));
  if (value instanceof Map) return objectLiteral([...value].map(([key, item]) => [key, jsonLiteral(item)]));
  return `${value}`;
}

/** A list. The brackets of a single group are next to those of the list. */
export function listLiteral(items: Code[]): Code {
  const [item] = items;
  return items.length === 1 && item instanceof Group ? ['[', item, ']'] : new Group('[', items, ']');
}

/** An object literal. If one key must be quoted, all are. */
export function objectLiteral(entries: [string, Code][], broken = false): Group {
  const plain = entries.every(([key]) => IDENTIFIER.test(key) && key !== '__proto__');
  return new Group('{', entries.map(([key, value]) => [plain ? key : quotedKey(key), ': ', value]), '}', broken);
}

function quotedKey(key: string): string {
  return key === '__proto__' ? `[${literal(key)}]` : literal(key); // without brackets it would be the prototype
}

/** A comment, wrapped to several lines if needed. */
export function comment(text: string, indent = ''): string {
  const lines = [''];
  for (const word of printable(text).split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && `${indent}// ${last} ${word}`.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map(line => `${indent}// ${line}`).join('\n');
}

/** An import with sorted names; empty without names. */
export function importLine(names: Iterable<string>, module: string): string[] {
  const sorted = [...new Set(names)].sort();
  return sorted.length === 0 ? [] : [write(['import ', new Group('{', sorted, '}'), ` from ${literal(module)};`])];
}
