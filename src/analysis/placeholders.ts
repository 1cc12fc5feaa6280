/**
 * Placeholders in manifests that are not rendered yet. They become stand-ins, because their values cannot be compared,
 * like values that are only known at deployment.
 */
import { isObject, textOf } from './json-values';
import { standIn, standInsOf } from './stand-in';

/** A kind of placeholder, and the command that replaces it. */
interface Renderer {
  /** Source of a regular expression. */
  readonly pattern: string;
  readonly command: string;
}

/** Kubernetes names and role ARNs cannot contain these characters. */
const RENDERERS: readonly Renderer[] = [
  { pattern: '\\{\\{.*?\\}\\}', command: 'helm template <release> <chart>' },
  {
    pattern: '\\$\\{[^{}]*\\}',
    command: 'flux build kustomization <name> --path <folder> (Flux), or envsubst < <file>',
  },
  { pattern: '\\$\\([A-Za-z_][\\w.-]*\\)', command: 'kustomize build <folder>' },
  { pattern: '<[A-Za-z][\\w .-]*>', command: 'kustomize build <folder>' },
];

const PLACEHOLDER = new RegExp(RENDERERS.map(({ pattern }) => pattern).join('|'), 'g');
const STAND_INS = RENDERERS.map(({ pattern, command }) => ({ pattern: new RegExp(`^⟨${pattern}⟩$`), command }));

/**
 * Converts a value of a manifest to text, with stand-ins for placeholders. YAML parses an unquoted `{{ .Values.name }}`
 * of a Helm template as nested objects.
 */
export function textWithPlaceholders(value: unknown): string {
  if (isObject(value)) {
    const [key = '', ...others] = Object.keys(value);
    return others.length === 0 && value[key] === null && /^\{.*\}$/s.test(key) ? standIn(`{${key}}`) : textOf(value);
  }
  return textOf(value).replace(PLACEHOLDER, standIn);
}

/** The placeholders in a text of the access map, without duplicates. */
export function placeholdersIn(...texts: string[]): string[] {
  const all = texts.flatMap(standInsOf).filter(text => STAND_INS.some(({ pattern }) => pattern.test(text)));
  return [...new Set(all)].map(text => text.slice(1, -1));
}

/** The commands that replace some placeholders. */
export function renderCommands(placeholders: readonly string[]): string[] {
  const renderers = STAND_INS.filter(({ pattern }) => placeholders.some(text => pattern.test(`⟨${text}⟩`)));
  return [...new Set(renderers.map(({ command }) => command))];
}

/** How to render a text that is not valid YAML; undefined if it has no placeholders. */
export function renderAdvice(text: string): string | undefined {
  const [command] = text.includes('{{')
    ? [RENDERERS[0].command]
    : renderCommands([...new Set(text.match(PLACEHOLDER) ?? [])]);
  return command && `If it is a template, render it first: ${command}`;
}
