import type { Document, Node } from 'yaml';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loads the parser only when used
const yaml = (): typeof import('./yaml') => require('./yaml');

/** Keys and indices, from an object to a part of it. */
export type Path = readonly (string | number)[];

/** Where the part begins, its key included; undefined if there is none. */
export function offsetOf(document: Document, object: unknown, path: Path): number | undefined {
  const { isAlias, isMap, isScalar, isSeq } = yaml();
  let [node, offset]: [unknown, number | undefined] = [object, undefined];
  for (const step of path) {
    const parent = isAlias(node) ? node.resolve(document) : node;
    if (isMap(parent)) {
      // Of repeated keys, the last one holds.
      const pair = [...parent.items].reverse().find(({ key }) => isScalar(key) && key.value === step);
      [node, offset] = [pair?.value, (pair?.key as Node | undefined)?.range?.[0]];
    } else if (isSeq(parent)) {
      node = parent.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0];
    } else {
      return undefined;
    }
  }
  return offset;
}
