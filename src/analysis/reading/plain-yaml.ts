/**
 * The plainest YAML, which most manifests are: keys and short values, one a line. There all parsers agree, so that a
 * faster one may read it. It tells neither lines nor repeated keys, and takes a seventh of the time.
 */
import { yaml } from './yaml-parser';

/** One document, and where its object begins. */
export interface PlainDocument {
  readonly object: unknown;
  readonly line: number;
  readonly column: number;
}

/** Words that are not strings, or not in every version of YAML. */
const WORD = String.raw`(?!(?:null|true|false|yes|no|on|off|y|n|e\d+)\s*(?:$|:))`;
const KEY = String.raw`${WORD}[a-z][\w./-]*:`;
/** A colon before a space or at the end would make a key. */
const TEXT = String.raw`${WORD}[a-z/](?:[\w./@=,+-]|:(?=[\w:/])| (?=[\w/]))*`;
const VALUE = String.raw`(?:${TEXT}|"[^"\\\n]*"|'[^'\n]*'|0|-?[1-9]\d{0,14}|true|false|\{\}|\[\])`;
const LINE = String.raw`(?: *#.*| *(?:- )*(?:${KEY}(?: ${VALUE})?|(?<=- )${VALUE})|---)`;
/** Whatever a line may hold beside that; and line ends and marks that parsers read in different ways. */
const UNUSUAL = new RegExp(String.raw`[\t\r\u0085\u2028\u2029\uFEFF]|^(?!${LINE}$).`, 'im');
const DOCUMENT_START = /^---$/gm;
const NO_CONTENT = /^(?:(?: *#.*|---)?\n)* */;

/** The documents of a text; undefined if anything in it is not that plain, or not right. */
export function plainDocuments(text: string): PlainDocument[] | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const { CORE_SCHEMA, load } = yaml();
  const starts = [0, ...[...text.matchAll(DOCUMENT_START)].map(({ index }) => index)];
  const documents: PlainDocument[] = [];
  let line = 1;
  try {
    for (const [index, start] of starts.entries()) {
      const document = text.slice(start, starts[index + 1]);
      const object = nestedMaps(document) ?? load(document, { schema: CORE_SCHEMA });
      const [before] = NO_CONTENT.exec(document)!;
      const column = before.length - before.lastIndexOf('\n');
      if (object !== undefined && object !== null) documents.push({ object, line: line + linesIn(before), column });
      line += linesIn(document);
    }
  } catch {
    return undefined; // a repeated key, or an error that the other parser explains
  }
  return documents;
}

/** A key with a string, or with the map that the next lines hold. */
const ENTRY = /^( *)([a-z][\w./-]*):(?: (?:"(.*)"|'(.*)'|(?!(?:true|false)$)([a-z/].*)))?$/i;
const NO_ENTRY = /^(?: *#.*|---)?$/;

interface OpenMap {
  readonly indentation: number;
  readonly map: Record<string, unknown>;
}

/**
 * The object of a plain document that holds only maps and strings, as those of service accounts do: a quarter of the
 * time of any parser. Undefined for whatever else it holds, and for an empty one.
 */
function nestedMaps(document: string): Record<string, unknown> | undefined {
  const open: OpenMap[] = [];
  let pending: string | undefined = ''; // the key whose value is on the next lines, if there is one
  for (const line of document.split('\n')) {
    if (NO_ENTRY.test(line)) continue;
    const entry = ENTRY.exec(line);
    if (entry === null) return undefined;
    const indentation = entry[1].length;
    if (pending !== undefined && indentation > (open.at(-1)?.indentation ?? -1)) {
      const map = {};
      if (open.length > 0) open[open.length - 1].map[pending] = map;
      open.push({ indentation, map });
    }
    while (open.length > 1 && open[open.length - 1].indentation > indentation) open.pop();
    const { map, indentation: expected } = open[open.length - 1];
    const key = entry[2];
    if (indentation !== expected || Object.hasOwn(map, key)) return undefined;
    const value = entry[3] ?? entry[4] ?? entry[5];
    map[key] = value ?? null;
    pending = value === undefined ? key : undefined;
  }
  return open[0]?.map;
}

/** Line ends of a text. */
export function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
