/**
 * The annotations that the pod identity webhook reads on a ServiceAccount.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
import { DEFAULT_AUDIENCE } from './web-identity';

export const ROLE_ARN_ANNOTATION = 'eks.amazonaws.com/role-arn';
export const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience';
export const TOKEN_EXPIRATION_ANNOTATION = 'eks.amazonaws.com/token-expiration';
export const REGIONAL_STS_ANNOTATION = 'eks.amazonaws.com/sts-regional-endpoints';

/** The audience that the EKS API server uses for a token that is requested without an audience. STS rejects it. */
export const AUDIENCE_OF_EKS_API = 'https://kubernetes.default.svc';

/**
 * Returns the audience that the webhook requests for a ServiceAccount. It uses the annotation unchanged, even if it is
 * empty: the token is then requested without an audience.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook/blob/master/pkg/cache/cache.go
 */
export function audienceOf({ [AUDIENCE_ANNOTATION]: audience }: { readonly [key: string]: string }): string {
  return audience ?? DEFAULT_AUDIENCE;
}

/** The limits for the lifetime of a token, in seconds. */
export const MIN_TOKEN_SECONDS = 600;
export const MAX_TOKEN_SECONDS = 86_400;

/** The texts that Go's `strconv.ParseBool` accepts. The webhook ignores any other text. */
export const GO_BOOLEANS = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'];

/** An integer that Go's `strconv.ParseInt` accepts. */
export const GO_INTEGER = /^[+-]?\d+$/;

const MISTAKEN_ROLE_KEY =
  /^(eks\.amazonaws\.com\/(role|rolearn|role_arn|iam-role|iam-role-arn|role-name)|(?!eks\.amazonaws\.com\/role-arn$)eks\.amazonaws\.com\/role-arn|iam\.amazonaws\.com\/.*role.*|(.*\/)?(role-arn|rolearn|iam-role|iam-role-arn))$/i;

/**
 * Whether a key is a common mistake for `eks.amazonaws.com/role-arn`. kube2iam and kiam use keys of
 * `iam.amazonaws.com`, on pods.
 */
export function isMistakenRoleKey(key: string): boolean {
  return key !== ROLE_ARN_ANNOTATION && MISTAKEN_ROLE_KEY.test(key);
}
