/**
 * How the doctor writes for people.
 */
import { Style } from '../../colors';
import { printable } from '../../text';
import { Status } from '../check';

const COLUMNS = 80;

/** Of a terminal. */
export const COLORS: Record<Status, Style> = { ok: 'green', wrong: 'red', unknown: 'yellow' };

/** Lines of at most 80 characters, as far as words allow. */
export function wrap(text: string, indent: string, first = indent): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of printable(text).split(' ')) {
    if (!isEmpty && plain(line).length + 1 + word.length > COLUMNS) {
      lines.push(line);
      [line, isEmpty] = [indent, true];
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Colours take no place. */
function plain(text: string): string {
  return text.replace(/\u001b\[[\d;]*m/g, ''); // eslint-disable-line no-control-regex
}
