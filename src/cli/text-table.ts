/**
 * Tables for terminals. Cells are wrapped, never truncated.
 */
import { Style } from './colors';
import { printable } from './text';

export interface Cell {
  /** Each starts on a new line. */
  readonly lines: readonly string[];
  readonly style?: Style;
}

type Paint = (style: Style | Style[], text: string) => string;

const GAP = 2;
const MIN_COLUMN = 10;
/** Long names break after these characters. */
const BREAK = /[-/:.,_ ]/;

/** The widths of the columns: as narrow as their cells, and together at most `width`. */
export function columnWidths(rows: readonly (readonly Cell[])[], width: number): number[] {
  const widest = (column: number) => rows.reduce((most, row) => Math.max(most, widthOf(row[column])), 0);
  const wanted = (rows[0] ?? []).map((_, column) => widest(column));
  let room = Math.max(width - GAP * (wanted.length - 1), MIN_COLUMN * wanted.length);
  let columns = wanted.length;
  // The narrow ones get what they want, the others share the rest.
  const widths = new Map<number, number>();
  for (const column of wanted.map((_, index) => index).sort((left, right) => wanted[left] - wanted[right])) {
    const own = Math.min(wanted[column], Math.floor(room / columns));
    widths.set(column, own);
    room -= own;
    columns--;
  }
  return wanted.map((_, column) => widths.get(column)!);
}

function widthOf({ lines }: Cell): number {
  return lines.reduce((widest, line) => Math.max(widest, [...printable(line)].length), 0);
}

/** The lines of a row. */
export function rowLines(cells: readonly Cell[], widths: readonly number[], paint: Paint): string[] {
  const columns = cells.map(({ lines }, column) => lines.flatMap(line => wrapped(line, widths[column])));
  const height = Math.max(1, ...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, index) => {
    let [line, position, start] = ['', 0, 0];
    for (const [column, { style }] of cells.entries()) {
      const text = columns[column][index] ?? '';
      if (text !== '') {
        line += `${' '.repeat(start - position)}${style ? paint(style, text) : text}`;
        position = start + [...text].length;
      }
      start += widths[column] + GAP;
    }
    return line;
  });
}

/** Wraps a text at spaces, and within names that are too long. */
export function wrapped(text: string, width: number, indent = '  '): string[] {
  const lines: string[] = [];
  let rest = [...printable(text)];
  let room = width;
  while (rest.length > room) {
    const end = breakIn(rest, room);
    lines.push(rest.slice(0, end).join('').trimEnd());
    rest = [...indent, ...rest.slice(end).join('').trimStart()];
    room = width;
  }
  return [...lines, rest.join('')];
}

function breakIn(characters: readonly string[], room: number): number {
  const space = characters.lastIndexOf(' ', room);
  if (space > room / 3) return space;
  for (let end = room; end > room / 3; end--) if (BREAK.test(characters[end - 1])) return end;
  return room;
}
