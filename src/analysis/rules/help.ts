const RULES = 'https://cdk-irsa.github.io/cdk-irsa/reference/rules';

/** The URL of a rule's documentation; without a rule, of the page with all rules. */
export function helpUrl(rule?: string): string {
  return rule === undefined ? RULES : `${RULES}#${rule}`;
}
