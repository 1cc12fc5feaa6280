/**
 * Comma-separated values, for spreadsheets.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { printable } from './text';

/** The first row has the names of the columns. */
export function csv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map(row => `${row.map(field).join(',')}\r\n`).join('');
}

/**
 * Spreadsheets run a field that begins like a formula, even in quotes. A leading apostrophe prevents it.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
function field(text: string): string {
  const shown = printable(text).replace(/^(?=\s*[=+\-@＝＋－＠])/, "'");
  return /[",]|^\s|\s$/.test(shown) ? `"${shown.replace(/"/g, '""')}"` : shown;
}
