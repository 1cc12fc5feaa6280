/**
 * Reads IAM policies from what projects publish: JSON, CloudFormation templates, and pages and shell scripts that
 * contain JSON.
 */
import { createHash } from 'crypto';
import { CollectionTag, parseAllDocuments, ScalarTag } from 'yaml';
import { isObject } from '../../src/conventions/json';

/** A policy as its project wrote it, or why it cannot be read. */
export type Published = { readonly document: object } | { readonly problem: string };

/** The identity policies of a file, in their order in the file, without resource policies. */
export function policiesIn(file: string, text: string): Published[] {
  return /\.(ya?ml|template)$/.test(file) ? policiesInYaml(text) : policiesInText(text);
}

/** A digest of all policies in a file. It does not depend on the rest of the file. */
export function digestOf(policies: readonly Published[]): string {
  const documents = policies.map(policy => ('document' in policy ? policy.document : 'unreadable'));
  return createHash('sha256').update(JSON.stringify(documents)).digest('hex').slice(0, 12);
}

/** Marks a statement, in any syntax. */
const MARKER = /\bEffect\b["']?\s*[:=]/g;

function policiesInText(text: string): Published[] {
  const found: { at: number; end: number; policy: Published }[] = [];
  let start = text.indexOf('{');
  while (start >= 0) {
    const end = endOfObject(text, start);
    const value = end === undefined ? undefined : parsed(text.slice(start, end));
    const isRead = end !== undefined && isPolicy(value);
    if (isRead) found.push({ at: start, end, policy: { document: documentOf(value) } });
    start = text.indexOf('{', isRead ? end : start + 1);
  }
  for (const { index } of text.matchAll(MARKER)) {
    if (!found.some(({ at, end }) => at <= index && index < end)) {
      const line = text.slice(0, index).split('\n').length;
      const problem = `line ${line}: a statement that cannot be read as JSON`;
      found.push({ at: index, end: index, policy: { problem } });
    }
  }
  return found.sort((left, right) => left.at - right.at).map(({ policy }) => policy).filter(isOfIdentity);
}

/** The end of the object that starts here; undefined if it is incomplete. */
function endOfObject(text: string, start: number): number | undefined {
  const tokens = /"(?:[^"\\\n]|\\.)*"|[{}]/g;
  tokens.lastIndex = start;
  let depth = 0;
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    if (token[0] === '{') depth++;
    if (token[0] === '}' && --depth === 0) return tokens.lastIndex;
  }
  return undefined;
}

/** Removes commas before closing brackets, which some pages contain. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/,(?=\s*[\]}])/g, ''));
  } catch {
    return undefined;
  }
}

/** A whole document, or a single statement. */
function isPolicy(value: unknown): value is object {
  if (!isObject(value)) return false;
  return 'Statement' in value || ('Effect' in value && ('Action' in value || 'NotAction' in value));
}

function documentOf(value: object): object {
  return 'Statement' in value ? value : { Statement: [value] };
}

function isOfIdentity(policy: Published): boolean {
  return 'problem' in policy || !/"(Not)?Principal":/.test(JSON.stringify(policy.document));
}

/** `!Sub x` is `{ 'Fn::Sub': x }`, as in JSON. */
const FUNCTIONS = [
  ...['And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If'],
  ...['ImportValue', 'Join', 'Not', 'Or', 'Select', 'Split', 'Sub'],
];
const TAGS = [...FUNCTIONS.map(name => [`!${name}`, `Fn::${name}`]), ['!Ref', 'Ref'], ['!Condition', 'Condition']]
  .flatMap(([tag, name]): (ScalarTag | CollectionTag)[] => [
    { tag, resolve: text => ({ [name]: text }) },
    ...(['seq', 'map'] as const).map(collection => ({
      tag,
      collection,
      resolve: (node: { toJSON(): unknown }) => ({ [name]: node.toJSON() }),
    } as unknown as CollectionTag)),
  ]);

function policiesInYaml(text: string): Published[] {
  return parseAllDocuments(text, { customTags: TAGS, logLevel: 'error' }).flatMap(document =>
    document.errors.length > 0
      ? [{ problem: `is not YAML: ${document.errors[0].message}` }]
      : policiesInValue(document.toJS()),
  );
}

function policiesInValue(value: unknown): Published[] {
  if (typeof value === 'string') return policiesInText(value);
  if (typeof value !== 'object' || value === null) return [];
  if (isPolicy(value)) return [{ document: documentOf(value) }].filter(isOfIdentity);
  return Object.values(value).flatMap(policiesInValue);
}
