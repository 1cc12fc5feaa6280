/**
 * The YAML parsers, loaded on demand. The build bundles them into this file, so that the library has no dependencies.
 */
export {
  isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument, Scalar, visit,
} from 'yaml';
export { CORE_SCHEMA, load } from 'js-yaml';
