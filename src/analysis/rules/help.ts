const REPOSITORY = 'https://github.com/cdk-irsa/cdk-irsa';
const DOCUMENTATION = 'https://cdk-irsa.github.io/cdk-irsa';

/** Where the documentation explains a rule; without one, the README. */
export function helpUrl(rule?: string): string {
  return rule === undefined ? `${REPOSITORY}#readme` : `${DOCUMENTATION}/reference/rules#${rule}`;
}
