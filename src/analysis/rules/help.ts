const README = 'https://github.com/cdk-irsa/cdk-irsa';

/** The URL of a rule's documentation; without a rule, of the README. */
export function helpUrl(rule = 'readme'): string {
  return `${README}#${rule}`;
}
