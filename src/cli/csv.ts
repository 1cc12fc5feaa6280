/**
 * Comma-separated values, for spreadsheets.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
import { printable } from './text';

/** With a row of headers. */
export function csv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map(row => `${row.map(field).join(',')}\r\n`).join('');
}

/**
 * Spreadsheets run a field that begins like a formula, also in quotes; an apostrophe makes it a text.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
function field(text: string): string {
  const shown = printable(text).replace(/^(?=\s*[=+\-@＝＋－＠])/, "'");
  return /[",]|^\s|\s$/.test(shown) ? `"${shown.replace(/"/g, '""')}"` : shown;
}
