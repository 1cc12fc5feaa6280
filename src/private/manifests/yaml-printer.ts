/**
 * A fast YAML printer, packed into this one file when the library is built, apart from the parsers: an app that only
 * writes manifests loads no parser.
 */
export { dump } from 'js-yaml';
