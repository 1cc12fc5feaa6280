import { Token } from 'aws-cdk-lib';
import { problem } from './errors';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAMESPACE_PATTERN = /^[-a-z0-9*?]+$/;
const NAME_PATTERN = /^[-a-z0-9.*?]+$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const LONGEST_NAMESPACE = 63;
const LONGEST_NAME = 253;
const LONGEST_LABEL_VALUE = 63;

const NAMES_ADVICE = 'See https://kubernetes.io/docs/concepts/overview/working-with-objects/names/';
const LABELS_ADVICE = 'See https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set';

/** What is wrong with a namespace. Tokens pass. */
export function namespaceProblem(property: string, value: string): string | undefined {
  return check(property, value, LABEL, LONGEST_NAMESPACE,
    'be a DNS-1123 label: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends', NAMES_ADVICE);
}

/** What is wrong with the name of a ServiceAccount or another object named by a DNS-1123 subdomain. Tokens pass. */
export function objectNameProblem(property: string, value: string): string | undefined {
  return check(property, value, SUBDOMAIN, LONGEST_NAME,
    'be a DNS-1123 subdomain: at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends and beside every dot', NAMES_ADVICE);
}

/** What is wrong with a namespace pattern. Tokens pass. */
export function namespacePatternProblem(property: string, value: string): string | undefined {
  return check(property, value, NAMESPACE_PATTERN, LONGEST_NAMESPACE,
    'be a pattern of a-z, 0-9, -, * and ?, at most 63 characters', 'Use * for any text and ? for one character.');
}

/** What is wrong with a ServiceAccount name pattern. Tokens pass. */
export function namePatternProblem(property: string, value: string): string | undefined {
  return check(property, value, NAME_PATTERN, LONGEST_NAME,
    'be a pattern of a-z, 0-9, -, ., * and ?, at most 253 characters', 'Use * for any text and ? for one character.');
}

/** What is wrong with a map of labels. Tokens pass. */
export function labelsProblem(property: string, labels: Record<string, string>): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    const found = keyProblem(property, key) ?? (value === '' ? undefined : check(`${property}["${key}"]`, value, QUALIFIED_NAME, LONGEST_LABEL_VALUE,
      'be a label value: at most 63 of letters, digits, -, _ and ., with a letter or digit at both ends', LABELS_ADVICE));
    if (found) return found;
  }
  return undefined;
}

/** What is wrong with a map of annotations. Tokens pass. */
export function annotationsProblem(property: string, annotations: Record<string, string>): string | undefined {
  for (const [key, value] of Object.entries(annotations)) {
    const found = keyProblem(property, key);
    if (found) return found;
    if (typeof value !== 'string') return problem(`${property}["${key}"]`, 'be a string, as every annotation value', value, 'Put it in quotes.');
  }
  return undefined;
}

function keyProblem(property: string, key: string): string | undefined {
  if (Token.isUnresolved(key)) return problem(property, 'have keys known at synth', key, 'Write the key as a literal.');
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const prefixOk = prefix === undefined || (SUBDOMAIN.test(prefix) && prefix.length <= LONGEST_NAME);
  const name = key.slice(slash + 1);
  if (prefixOk && QUALIFIED_NAME.test(name) && name.length <= LONGEST_LABEL_VALUE) return undefined;
  return problem(property, 'have keys of the form [DNS subdomain/]name, the name at most 63 of letters, digits, -, _ and .', key, LABELS_ADVICE);
}

function check(property: string, value: any, pattern: RegExp, longest: number, rule: string, advice: string): string | undefined {
  if (Token.isUnresolved(value)) return undefined;
  if (typeof value === 'string' && value.length <= longest && pattern.test(value)) return undefined;
  return problem(property, rule, value, advice);
}
