/**
 * Kubernetes label selectors.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { arrayOf, objectOf } from './json';

type Labels = { readonly [key: string]: string };

/** Whether labels match a selector. An empty selector matches everything. */
export function selectorMatches(selector: unknown, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = objectOf(selector);
  return Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value)
    && arrayOf(matchExpressions).every(expression => satisfies(expression, labels));
}

function satisfies(expression: unknown, labels: Labels): boolean {
  const { key, operator, values } = objectOf(expression);
  const label = `${key}`;
  const isThere = Object.prototype.hasOwnProperty.call(labels, label);
  switch (operator) {
    case 'Exists': return isThere;
    case 'DoesNotExist': return !isThere;
    case 'In': return isThere && arrayOf(values).includes(labels[label]);
    case 'NotIn': return !isThere || !arrayOf(values).includes(labels[label]);
    default: return false;
  }
}
