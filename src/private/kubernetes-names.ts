import { isDeferred, problem } from './errors';
import {
  isMetadataKey,
  keeps,
  LABEL_VALUE,
  METADATA_KEY,
  NameRule,
  NAMESPACE,
  NAMESPACE_PATTERN,
  OBJECT_NAME,
  OBJECT_NAME_PATTERN,
} from '../conventions/name-rules';
import { isToken } from './values/is-token';

/** Returns what is wrong with a namespace. Tokens are accepted. */
export function namespaceProblem(property: string, value: string): string | undefined {
  return check(property, value, NAMESPACE);
}

/** Returns what is wrong with a name that must be a DNS-1123 subdomain. Tokens are accepted. */
export function objectNameProblem(property: string, value: string): string | undefined {
  return check(property, value, OBJECT_NAME);
}

/** Returns what is wrong with a namespace pattern. Tokens are accepted. */
export function namespacePatternProblem(property: string, value: string): string | undefined {
  return check(property, value, NAMESPACE_PATTERN);
}

/** Returns what is wrong with a ServiceAccount name pattern. Tokens are accepted. */
export function namePatternProblem(property: string, value: string): string | undefined {
  return check(property, value, OBJECT_NAME_PATTERN);
}

/** Returns what is wrong with a map of labels. Tokens are accepted. */
export function labelsProblem(property: string, labels: Record<string, string>): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    const found =
      keyProblem(property, key) ?? (value === '' ? undefined : check(`${property}["${key}"]`, value, LABEL_VALUE));
    if (found) return found;
  }
  return undefined;
}

/** Returns what is wrong with a map of annotations. Tokens are accepted. */
export function annotationsProblem(property: string, annotations: Record<string, string>): string | undefined {
  for (const [key, value] of Object.entries(annotations)) {
    const found = keyProblem(property, key);
    if (found) return found;
    if (typeof value !== 'string') {
      return problem(`${property}["${key}"]`, 'be a string, as every annotation value', value, 'Quote it.');
    }
  }
  return undefined;
}

function keyProblem(property: string, key: string): string | undefined {
  if (isToken(key)) return problem(property, 'have keys known at synth time', key, 'Use literals.');
  return isMetadataKey(key) ? undefined : problem(property, METADATA_KEY.rule, key, METADATA_KEY.advice);
}

function check(property: string, value: unknown, rule: NameRule): string | undefined {
  if (isDeferred(value)) return undefined;
  return typeof value === 'string' && keeps(value, rule) ? undefined : problem(property, rule.rule, value, rule.advice);
}
