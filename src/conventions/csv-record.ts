/**
 * The first record of a CSV text, as Go's `encoding/csv` reads it; undefined if it cannot be read. It does not trim,
 * and quotes count only around a whole field.
 *
 * @see https://pkg.go.dev/encoding/csv
 */
export function csvRecord(text: string): string[] | undefined {
  let rest = text.replace(/\r\n/g, '\n').replace(/\r$/, '').replace(/^\n+/, '');
  if (rest === '') return undefined;
  const fields: string[] = [];
  for (;;) {
    const [field, quoted] = /^"((?:[^"]|"")*)"(?=[,\n]|$)/.exec(rest) ?? /^[^,\n]*/.exec(rest)!;
    if (quoted === undefined && field.includes('"')) return undefined;
    fields.push(quoted === undefined ? field : quoted.replaceAll('""', '"'));
    if (rest[field.length] !== ',') return fields;
    rest = rest.slice(field.length + 1);
  }
}
