/**
 * Reads simple YAML, as in most manifests: keys and short values, one per line. All parsers agree on it, so a parser
 * that is seven times faster can be used, although it provides neither positions nor duplicate keys.
 */
import { yaml } from './yaml-parser';

/** One document, and the start of its object. */
export interface PlainDocument {
  readonly object: unknown;
  readonly line: number;
  readonly column: number;
}

/** Words that are not strings in all versions of YAML. */
const WORD = String.raw`(?!(?:null|true|false|yes|no|on|off|y|n|e\d+)\s*(?:$|:))`;
const KEY = String.raw`${WORD}[a-z][\w./-]*:`;
/** A colon before a space or at the end would start a key. */
const TEXT = String.raw`${WORD}[a-z/](?:[\w./@=,+-]|:(?=[\w:/])| (?=[\w/]))*`;
const VALUE = String.raw`(?:${TEXT}|"[^"\\\n]*"|'[^'\n]*'|0|-?[1-9]\d{0,14}|true|false|\{\}|\[\])`;
const LINE = String.raw`(?: *#.*| *(?:- )*(?:${KEY}(?: ${VALUE})?|(?<=- )${VALUE})|---)`;
/** Any other line, and line ends and marks that parsers interpret differently. */
const UNUSUAL = new RegExp(String.raw`[\t\r\u0085\u2028\u2029\uFEFF]|^(?!${LINE}$).`, 'im');
const DOCUMENT_START = /^---$/gm;
const NO_CONTENT = /^(?:(?: *#.*|---)?\n)* */;

/** The documents of a text; undefined if any part is not simple or not valid. */
export function plainDocuments(text: string): PlainDocument[] | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const { CORE_SCHEMA, load } = yaml();
  const starts = [0, ...[...text.matchAll(DOCUMENT_START)].map(({ index }) => index)];
  const documents: PlainDocument[] = [];
  let line = 1;
  try {
    for (const [index, start] of starts.entries()) {
      const document = text.slice(start, starts[index + 1]);
      const object = load(document, { schema: CORE_SCHEMA });
      const [before] = NO_CONTENT.exec(document)!;
      const column = before.length - before.lastIndexOf('\n');
      if (object !== undefined && object !== null) documents.push({ object, line: line + linesIn(before), column });
      line += linesIn(document);
    }
  } catch {
    return undefined; // a duplicate key, or an error that the other parser explains
  }
  return documents;
}

/** The number of line ends in a text. */
export function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
