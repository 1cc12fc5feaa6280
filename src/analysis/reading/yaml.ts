/**
 * The YAML parsers. Packed into this one file when the library is built, so that it depends on nothing;
 * loaded when it is needed.
 */
export {
  isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument, Scalar, visit,
} from 'yaml';
export { CORE_SCHEMA, load } from 'js-yaml';
