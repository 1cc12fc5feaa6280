const REPOSITORY = 'https://github.com/cdk-irsa/cdk-irsa';
const DOCUMENTATION = 'https://cdk-irsa.github.io/cdk-irsa';

/** The URL of a rule's documentation; without a rule, of the README. */
export function helpUrl(rule?: string): string {
  return rule === undefined ? `${REPOSITORY}#readme` : `${DOCUMENTATION}/reference/rules#${rule}`;
}
