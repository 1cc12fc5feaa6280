const MAX_SHOWN_LENGTH = 200;
/** The width if the output is not a terminal, or its width is unknown. */
export const COLUMNS = 80;

/**
 * Control characters, invisible characters, characters that change the direction of a line, lone surrogates, and the
 * line terminators of JavaScript.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Escapes what would break the line, or look like other text. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, character => {
    const code = character.codePointAt(0)!;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A text in quotes, for a message. */
export function quoted(text: string): string {
  const shown = printable(JSON.stringify(text));
  return shown.length > MAX_SHOWN_LENGTH ? `${shown.slice(0, MAX_SHOWN_LENGTH)}… (${text.length} characters)` : shown;
}

/** A path of keys and indices, for messages: `spec.containers[0]`. */
export function pathName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`;
    if (!/^[\w-]+$/.test(String(step))) return `${name}[${quoted(String(step))}]`;
    return name === '' ? String(step) : `${name}.${String(step)}`;
  }, '');
}

/** JSON that is safe in files and on terminals: unprintable characters are escaped. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNPRINTABLE, character => (character === '\n' ? character
    : character.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')));
}

/** Wraps a text at spaces. Longer words, such as paths and ARNs, stay whole. */
export function wrap(text: string, indent: string, first = indent, columns = COLUMNS): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of printable(text).split(' ')) {
    if (!isEmpty && uncolored(line).length + 1 + word.length > columns) {
      lines.push(line);
      [line, isEmpty] = [indent, true];
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Colors have no width. */
function uncolored(text: string): string {
  return text.replace(/\u001b\[[\d;]*m/g, ''); // eslint-disable-line no-control-regex
}

/** `1 error`, `2 errors`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A text as a TypeScript literal. */
export function literal(text: string): string {
  const escapes: Record<string, string> = { '\\': '\\\\', '\'': '\\\'', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `'${printable(text.replace(/[\\'\n\r\t]/g, character => escapes[character]))}'`;
}
