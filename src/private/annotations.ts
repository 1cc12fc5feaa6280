/**
 * What the pod identity webhook reads on a ServiceAccount, without the CDK: the analysis reads the same.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
export const ROLE_ARN_ANNOTATION = 'eks.amazonaws.com/role-arn';
export const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience';
export const TOKEN_EXPIRATION_ANNOTATION = 'eks.amazonaws.com/token-expiration';
export const REGIONAL_STS_ANNOTATION = 'eks.amazonaws.com/sts-regional-endpoints';

/** Of a token, in seconds. */
export const SHORTEST_TOKEN_LIFE = 600;
export const LONGEST_TOKEN_LIFE = 86_400;
