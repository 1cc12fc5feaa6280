/**
 * What STS is asked when a pod wants its role.
 */
import { TrustRequest } from './trust-evaluator';
import { NAMESPACE_TAG, POD_IDENTITY_SERVICE, SERVICE_ACCOUNT, SERVICE_ACCOUNT_TAG, WEB_IDENTITY_ACTION } from '../private/web-identity';

type Context = TrustRequest['context'];

/** The claims of a service account's token. */
export function claimsOf(issuer: string, namespace: string, name: string, audience: string): Context {
  return { [`${issuer}:sub`]: `${SERVICE_ACCOUNT}${namespace}:${name}`, [`${issuer}:aud`]: audience };
}

/** By web identity, with a token that the provider vouches for. */
export function webIdentityRequest(providerArn: string, claims: Context): TrustRequest {
  return { action: WEB_IDENTITY_ACTION, principal: { type: 'Federated', id: providerArn }, context: claims };
}

/** The session tags of EKS Pod Identity that say who asks. */
export function podTags(namespace: string, name: string): Context {
  return { [NAMESPACE_TAG]: namespace, [SERVICE_ACCOUNT_TAG]: name };
}

/** By EKS Pod Identity: `sts:AssumeRole`, or `sts:TagSession`. */
export function podIdentityRequest(action: string, context: Context): TrustRequest {
  return { action, principal: { type: 'Service', id: POD_IDENTITY_SERVICE }, context };
}
