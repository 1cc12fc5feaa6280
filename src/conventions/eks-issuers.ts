/**
 * Common mistakes in issuer URLs.
 */

/** Prints the issuer of an EKS cluster. */
export const PRINT_ISSUER =
  'aws eks describe-cluster --name <cluster> --query cluster.identity.oidc.issuer --output text';

const ON_EKS = `Use the value that \`${PRINT_ISSUER}\` prints.`;
const ANYWHERE = `On EKS, use the value that \`${PRINT_ISSUER}\` prints; elsewhere, the issuer in `
  + '`kubectl get --raw /.well-known/openid-configuration`.';

/** Why a URL cannot be the issuer of a cluster, and how to find the correct URL. */
export interface IssuerMistake {
  readonly rule: string;
  readonly advice: string;
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
const API_SERVER =
  /(^|\.)(eks\.amazonaws\.com(\.cn)?|eks\.api\.aws)$|^[0-9a-f]{32}\..*\.(api\.aws|amazonwebservices\.com\.cn)$/;
/** The host of all issuers of a region, in any partition. */
const EKS_ISSUER_HOST = /^oidc[.-]eks\./;
const EKS_ISSUER_PATH = /^\/id\/[A-Za-z0-9]+$/;

/**
 * Returns why a URL is not the issuer of a cluster although it looks like one. IAM would accept it, but no token would
 * match.
 *
 * @param issuer with or without `https://`
 */
export function issuerMistake(issuer: string): IssuerMistake | undefined {
  const [, written, path] = /^(?:https:\/\/)?([^/:?#]*)(?::\d*)?(.*?)\/*$/s.exec(issuer)!;
  const host = written.toLowerCase();
  if (API_SERVER.test(host)) {
    return { rule: 'be the issuer of the cluster, not the endpoint of its API server', advice: ON_EKS };
  }
  if (EKS_ISSUER_HOST.test(host) && (written !== host || !EKS_ISSUER_PATH.test(path))) {
    return { rule: 'have a lower-case host and the path /id/<ID>, like every EKS issuer', advice: ON_EKS };
  }
  if (/\/\.well-known(\/|$)/.test(path)) {
    return { rule: 'be the issuer, not the address of its discovery document', advice: ANYWHERE };
  }
  return written === host ? undefined : { rule: 'have a lower-case DNS host', advice: ANYWHERE };
}
