/** Loads cdk8s when it is first used. Apps with only plain service accounts do not need it. */
export function cdk8s(): typeof import('cdk8s') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at once
  return require('cdk8s');
}
