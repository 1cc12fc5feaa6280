/** cdk8s, loaded when it is first used: an app with plain service accounts needs none of it. */
export function cdk8s(): typeof import('cdk8s') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at once
  return require('cdk8s');
}
