/** The documentation site. */
export const DOCUMENTATION = 'https://cdk-irsa.github.io/cdk-irsa';

/** The URL of a rule's documentation; without a rule, of all rules. */
export function helpUrl(rule?: string): string {
  return `${DOCUMENTATION}/reference/rules${rule === undefined ? '' : `#${rule}`}`;
}
