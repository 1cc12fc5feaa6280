/**
 * A fast YAML printer. The build bundles it separately from the parsers, because most apps only write manifests.
 */
export { dump } from 'js-yaml';
