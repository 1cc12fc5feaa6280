/**
 * JSON in less space: what occurs more than once is written once, and the keys of objects once for each set of keys.
 * The page of the report holds its data in this form.
 */

/** In `shared` and `root`, a number is a place in `shared`, and a list begins with its kind. */
export interface Packed {
  /** The keys of objects. A list of kind 1 holds the values of the first keys; one of kind 0 is a list. */
  readonly keys: readonly (readonly string[])[];
  /** What occurs more than once, and all numbers, which stand for themselves here. */
  readonly shared: readonly unknown[];
  readonly root: unknown;
}

/** A value, however often it occurs. */
interface Value {
  readonly id: number;
  readonly atom?: string | number;
  readonly kind: number;
  readonly parts: readonly Part[];
  uses: number;
  /** In `shared`, if it is there. */
  place?: number;
}

type Part = Value | boolean | null;

/** Longer texts take more space than a place. */
const MAX_INLINE = 3;

/** Packs what JSON can hold. As in JSON, properties that are undefined are left out. */
export function pack(value: unknown): Packed {
  return new Packer().pack(value);
}

class Packer {
  private readonly keys: string[][] = [];
  private readonly kinds = new Map<string, number>();
  private readonly atoms = new Map<string | number, Value>();
  private readonly compounds = new Map<string, Value>();
  private readonly values: Value[] = [];

  public pack(value: unknown): Packed {
    const root = this.read(value);
    const shared = this.values.filter(isShared).sort((left, right) => right.uses - left.uses);
    for (const [place, repeated] of shared.entries()) repeated.place = place; // the shortest for the most frequent
    return { keys: this.keys, shared: shared.map(written), root: reference(root) };
  }

  private read(value: unknown): Part {
    if (typeof value === 'string' || typeof value === 'number') return this.once(this.atoms, value, { atom: value });
    if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? value : null;
    if (Array.isArray(value)) return this.compound(0, value.map(item => this.read(item)));
    const object = value as Record<string, unknown>;
    const keys = Object.keys(object).filter(key => object[key] !== undefined);
    return this.compound(this.kindOf(keys), keys.map(key => this.read(object[key])));
  }

  private compound(kind: number, parts: Part[]): Value {
    const key = `${kind} ${parts.map(part => (isValue(part) ? part.id : `${part}`)).join()}`;
    return this.once(this.compounds, key, { kind, parts });
  }

  private once<K>(known: Map<K, Value>, key: K, content: Partial<Value>): Value {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = { kind: 0, parts: [], ...content, id: this.values.length, uses: 0 };
    for (const part of value.parts) if (isValue(part)) part.uses++;
    known.set(key, value);
    this.values.push(value);
    return value;
  }

  private kindOf(keys: string[]): number {
    const text = JSON.stringify(keys);
    const kind = this.kinds.get(text) ?? this.keys.push(keys);
    this.kinds.set(text, kind);
    return kind;
  }
}

function isValue(part: Part): part is Value {
  return typeof part === 'object' && part !== null;
}

function isShared({ atom, parts, uses }: Value): boolean {
  if (typeof atom === 'number') return true;
  return uses > 1 && (typeof atom === 'string' ? atom.length > MAX_INLINE : parts.length > 0);
}

function reference(part: Part): unknown {
  return isValue(part) ? part.place ?? written(part) : part;
}

function written({ atom, kind, parts }: Value): unknown {
  return atom ?? [kind, ...parts.map(reference)];
}

/** The value again. What occurs more than once is one object: nothing may change it. */
export function unpack({ keys, shared, root }: Packed): unknown {
  const known: unknown[] = [];
  const read = (value: unknown): unknown =>
    (typeof value === 'number' ? known[value] ??= content(shared[value]) : content(value));
  const content = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    const [kind] = value as [number];
    if (kind === 0) return value.slice(1).map(read);
    const object = {};
    for (const [at, key] of keys[kind - 1].entries()) setOwn(object, key, read(value[at + 1]));
    return object;
  };
  return read(root);
}

/** Even where the key is `__proto__`. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true });
  else object[key] = value;
}
