/**
 * What the text of a manifest says that its plain value no longer does: repeated keys, and where annotations stand.
 */
import type { Node, Pair, YAMLMap } from 'yaml';
import { SKIP_CONTAINERS } from '../../conventions/pod-spec';
import {
  AUDIENCE_ANNOTATION, REGIONAL_STS_ANNOTATION, TOKEN_EXPIRATION_ANNOTATION,
} from '../../conventions/webhook-annotations';
import { MetadataEntry, Place, RepeatedKey, Text } from '../access-map';
import { objectOf, propertyOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { isStandIn } from '../stand-in';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loads the parser only when used
const yaml = (): typeof import('./yaml') => require('./yaml');

/** An object as it is written. */
export interface Source {
  readonly node: Node | null | undefined;
  /** The place of any node of the text. */
  readonly placeOf: (node: Node | null | undefined) => Place;
}

const READ = [AUDIENCE_ANNOTATION, REGIONAL_STS_ANNOTATION, SKIP_CONTAINERS, TOKEN_EXPIRATION_ANNOTATION];

/** The annotations that the webhook reads, and whatever is not a string, of the metadata at a path. */
export function metadataEntries(
  { object: name, on }: Pick<MetadataEntry, 'object' | 'on'>,
  object: object,
  source: Source,
  path: readonly string[],
): MetadataEntry[] {
  return (['annotation', 'label'] as const).flatMap(kind => {
    const own = [...path, `${kind}s`];
    return Object.entries(objectOf(propertyOf(object, ...own))).flatMap(([key, value]): MetadataEntry[] => {
      const text = textWithPlaceholders(value ?? '');
      const isString = typeof (value ?? '') === 'string' || isStandIn(text);
      const isRead = kind === 'annotation' && READ.includes(key);
      return isString && !isRead
        ? []
        : [{ object: name, on, kind, key, value: text, isString, place: placeOfPath(source, [...own, key]) }];
    });
  });
}

/** The keys that a map of the object has twice. Maps of aliases are looked at where their anchors stand. */
export function repeatedKeys(name: Text, { node, placeOf }: Source): RepeatedKey[] {
  return repeatedIn(node).map(key => ({ object: name, key: textOfKey(key), place: placeOf(key) }));
}

function repeatedIn(node: unknown): Node[] {
  if (!yaml().isCollection(node)) return [];
  if (!yaml().isMap(node)) return node.items.flatMap(repeatedIn);
  const seen = new Set<string>();
  return (node as YAMLMap<Node, Node>).items.flatMap(({ key, value }: Pair<Node, Node>) => {
    const text = textOfKey(key);
    const isRepeated = seen.has(text) && !isMerge(key);
    seen.add(text);
    return [...isRepeated ? [key] : [], ...repeatedIn(value)];
  });
}

/** The parser reads the key `<<`, which may stand twice, as a symbol. */
function isMerge(key: Node): boolean {
  return yaml().isScalar(key) && typeof key.value === 'symbol';
}

function textOfKey(key: Node): string {
  return String(key);
}

/** Where a value stands; that of the object if the value is merged from elsewhere. */
export function placeOfPath({ node, placeOf }: Source, path: readonly string[]): Place {
  const value = yaml().isMap(node) ? node.getIn(path, true) as Node | undefined : undefined;
  return placeOf(yaml().isNode(value) ? value : node);
}
