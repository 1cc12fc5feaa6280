/**
 * Facts about the text of a manifest that its parsed value does not contain: duplicate keys and positions.
 */
import type { isMap as IsMap, Node, Scalar } from 'yaml';
import { SKIP_CONTAINERS } from '../../conventions/pod-spec';
import {
  AUDIENCE_ANNOTATION, REGIONAL_STS_ANNOTATION, TOKEN_EXPIRATION_ANNOTATION,
} from '../../conventions/webhook-annotations';
import { MetadataEntry, Place, RepeatedKey, Text } from '../access-map';
import { objectOf, propertyOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { isStandIn } from '../stand-in';
import { yaml } from './yaml-parser';

/** An object in the text. */
export interface Source {
  /** Its node. Parses the text with positions, if that has not been done. */
  readonly node: () => Node | null | undefined;
  /** Whether it may contain duplicate keys. */
  readonly mayRepeatKeys: boolean;
  /** The place of any node of the text. */
  readonly placeOf: (node: Node | null | undefined) => Place;
}

const READ = [AUDIENCE_ANNOTATION, REGIONAL_STS_ANNOTATION, SKIP_CONTAINERS, TOKEN_EXPIRATION_ANNOTATION];

/** Annotations that the webhook reads, and annotations and labels that are not strings. */
export function metadataEntries(
  { object: name, on }: Pick<MetadataEntry, 'object' | 'on'>,
  object: object,
  source: Source,
  path: readonly string[],
): MetadataEntry[] {
  return (['annotation', 'label'] as const).flatMap(kind => {
    const own = [...path, `${kind}s`];
    return Object.entries(objectOf(propertyOf(object, ...own))).flatMap(([key, value]): MetadataEntry[] => {
      const isText = typeof (value ?? '') === 'string';
      const isRead = kind === 'annotation' && READ.includes(key);
      if (isText && !isRead) return []; // most entries
      const text = textWithPlaceholders(value ?? '');
      const isString = isText || isStandIn(text);
      return isString && !isRead
        ? []
        : [{
          object: name,
          on,
          kind,
          key,
          value: text,
          isString,
          place: () => placeOfPath(source, [...own, key]),
        }];
    });
  });
}

/** Duplicate keys in maps of the object. Aliased maps are checked at their anchors. */
export function repeatedKeys(name: Text, source: Source): RepeatedKey[] {
  if (!source.mayRepeatKeys) return [];
  const found: Scalar[] = [];
  collectRepeated(source.node(), yaml().isMap, found);
  return found.map(key => ({ object: name, key: String(key.value), place: source.placeOf(key) }));
}

/** Called for every node, so it is optimized: only collections have items, and only scalars a value. */
function collectRepeated(node: unknown, isMap: typeof IsMap, found: Scalar[]): void {
  const items = (node as { items?: unknown[] } | null | undefined)?.items;
  if (items === undefined) return;
  if (!isMap<Scalar, Node>(node)) {
    for (const item of items) collectRepeated(item, isMap, found);
    return;
  }
  const keys = new Set<unknown>();
  for (const { key, value } of node.items) {
    const text = key?.value; // for the key `<<`, which may be repeated, a unique symbol
    if (keys.has(text) && text !== undefined) found.push(key);
    keys.add(text);
    collectRepeated(value, isMap, found);
  }
}

/** The place of a value, or of the object if the value is merged from elsewhere. */
export function placeOfPath(source: Source, path: readonly string[]): Place {
  const node = source.node();
  const value = yaml().isMap(node) ? node.getIn(path, true) as Node | undefined : undefined;
  return source.placeOf(yaml().isNode(value) ? value : node);
}
