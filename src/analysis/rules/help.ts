const README = 'https://github.com/cdk-irsa/cdk-irsa';

/** Where the README explains a rule; without one, the README itself. */
export function helpUrl(rule = 'readme'): string {
  return `${README}#${rule}`;
}
