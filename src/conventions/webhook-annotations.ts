/**
 * What the pod identity webhook reads on a ServiceAccount.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
import { DEFAULT_AUDIENCE } from './web-identity';

export const ROLE_ARN_ANNOTATION = 'eks.amazonaws.com/role-arn';
export const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience';
export const TOKEN_EXPIRATION_ANNOTATION = 'eks.amazonaws.com/token-expiration';
export const REGIONAL_STS_ANNOTATION = 'eks.amazonaws.com/sts-regional-endpoints';

/** The audience that the API server of EKS inserts into a token that is requested without one. STS refuses it. */
export const AUDIENCE_OF_EKS_API = 'https://kubernetes.default.svc';

/**
 * The audience that the webhook requests for a ServiceAccount. It takes the annotation as it is, the empty one too:
 * such a token is requested without an audience.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook/blob/master/pkg/cache/cache.go
 */
export function audienceOf({ [AUDIENCE_ANNOTATION]: audience }: { readonly [key: string]: string }): string {
  return audience ?? DEFAULT_AUDIENCE;
}

/** Of a token, in seconds. */
export const MIN_TOKEN_SECONDS = 600;
export const MAX_TOKEN_SECONDS = 86_400;

/** The texts that `strconv.ParseBool` of Go takes. The webhook ignores any other. */
export const GO_BOOLEANS = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'];

/** The text of a whole number, as `strconv.ParseInt` of Go takes it. */
export const GO_INTEGER = /^[+-]?\d+$/;

const MISTAKEN_ROLE_KEY =
  /^(eks\.amazonaws\.com\/(role|rolearn|role_arn|iam-role|iam-role-arn|role-name)|(?!eks\.amazonaws\.com\/role-arn$)eks\.amazonaws\.com\/role-arn|iam\.amazonaws\.com\/.*role.*|(.*\/)?(role-arn|rolearn|iam-role|iam-role-arn))$/i;

/**
 * Whether a key is one that people write where the webhook reads `eks.amazonaws.com/role-arn`. kube2iam and kiam read
 * those of `iam.amazonaws.com`, on pods.
 */
export function isMistakenRoleKey(key: string): boolean {
  return key !== ROLE_ARN_ANNOTATION && MISTAKEN_ROLE_KEY.test(key);
}
