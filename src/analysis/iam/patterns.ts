/**
 * IAM texts and patterns that may contain stand-ins `⟨…⟩` for values that are only known at deployment. Equal stand-ins
 * are equal texts; whether a stand-in equals anything else is unknown.
 */
import { matchesPattern } from '../../conventions/wildcards';

/** A text split into characters and stand-ins. Wildcards are `*` and `?`; the literal characters are `\*` and `\?`. */
export type Symbols = ArrayLike<string>;

const SYMBOL = /⟨[^⟨⟩]*⟩|[^]/g;

/** A text without wildcards. */
export function literal(text: string): Symbols {
  return /[⟨*?]/.test(text)
    ? cut(text).map(symbol => (symbol === '*' || symbol === '?' ? `\\${symbol}` : symbol))
    : text;
}

/** A text in which `*` matches any text, and `?` one character. */
export function pattern(text: string): Symbols {
  return text.includes('⟨') ? cut(text) : text;
}

export function standIn(name: string): Symbols {
  return [`⟨${name.replace(/[⟨⟩]/g, '')}⟩`];
}

export function join(parts: readonly Symbols[]): Symbols {
  return parts.every(part => typeof part === 'string') ? parts.join('') : parts.flatMap(part => Array.from(part));
}

/** Converts to lower case, except for the names of stand-ins. */
export function foldCase(symbols: Symbols): Symbols {
  return typeof symbols === 'string'
    ? symbols.toLowerCase()
    : Array.from(symbols, symbol => (isStandIn(symbol) ? symbol : symbol.toLowerCase()));
}

/** The six parts of an ARN, of which the last may contain colons; fewer if it is not an ARN. */
export function splitArn(symbols: Symbols): Symbols[] {
  return split(symbols, ':', 6);
}

/** Like split(), but the last part keeps the rest, and separators in the names of stand-ins are ignored. */
export function split(symbols: Symbols, separator: string, limit: number): Symbols[] {
  if (typeof symbols === 'string') {
    const all = symbols.split(separator);
    return all.length <= limit ? all : [...all.slice(0, limit - 1), all.slice(limit - 1).join(separator)];
  }
  const parts: string[][] = [[]];
  for (const symbol of Array.from(symbols)) {
    if (symbol === separator && parts.length < limit) parts.push([]);
    else parts[parts.length - 1].push(symbol);
  }
  return parts;
}

/** Whether a text matches; undefined if that depends on a stand-in. */
export function matches(wanted: Symbols, text: Symbols): boolean | undefined {
  if (wanted === text) return true;
  if (typeof wanted === 'string' && typeof text === 'string' && !/[*?]/.test(wanted)) return false;
  if (matchesPattern(wanted, text, fits)) return true;
  return (hasStandIn(wanted) || hasStandIn(text)) && overlap(wanted, text) ? undefined : false;
}

/** Whether some text may match both patterns, for any values of their stand-ins. */
export function overlap(one: Symbols, other: Symbols): boolean {
  const [a, b] = [loosen(one), loosen(other)];
  if (!hasAny(b)) return matchesPattern(a, b, meets);
  if (!hasAny(a)) return matchesPattern(b, a, meets);
  // Anything between the first and last `*` of one pattern fits into any `*` of the other, so only the ends matter.
  return endsMeet(Array.from(a), Array.from(b)) && endsMeet(Array.from(a).reverse(), Array.from(b).reverse());
}

/** Whether everything that matches the narrow pattern certainly matches the wide one. */
export function covers(wide: Symbols, narrow: Symbols): boolean {
  return matchesPattern(wide, narrow, (symbol, character) => character !== '*' && fits(symbol, character));
}

export function isSame(one: Symbols, other: Symbols): boolean {
  return one.length === other.length && Array.from(one).every((symbol, at) => symbol === other[at]);
}

export function hasStandIn(symbols: Symbols): boolean {
  return typeof symbols !== 'string' && Array.prototype.some.call(symbols, isStandIn);
}

/** The parts of an ARN as texts. Colons in stand-ins do not separate parts. */
export function arnParts(arn: string): string[] {
  const parts = splitArn(pattern(arn));
  return arn.includes('⟨') ? parts.map(textOfSymbols) : parts as string[];
}

/** Converts back to text. */
export function textOfSymbols(symbols: Symbols): string {
  return typeof symbols === 'string' ? symbols : Array.from(symbols).join('');
}

function cut(text: string): string[] {
  return text.match(SYMBOL) ?? [];
}

function isStandIn(symbol: string): boolean {
  return symbol.length > 1 && symbol.startsWith('⟨');
}

/** A stand-in can have any length, so `?` does not certainly match it. */
function fits(one: string, character: string): boolean {
  return one === character || (one === '?' && !isStandIn(character));
}

function meets(one: string, character: string): boolean {
  return one === character || one === '?' || character === '?';
}

function endsMeet(a: string[], b: string[]): boolean {
  for (let at = 0; a[at] !== '*' && b[at] !== '*'; at++) {
    if (!meets(a[at], b[at])) return false;
  }
  return true;
}

function hasAny(symbols: Symbols): boolean {
  return typeof symbols === 'string' ? symbols.includes('*') : Array.prototype.includes.call(symbols, '*');
}

/** Replaces each stand-in with `*`. */
function loosen(symbols: Symbols): Symbols {
  return hasStandIn(symbols) ? Array.from(symbols, symbol => (isStandIn(symbol) ? '*' : symbol)) : symbols;
}
