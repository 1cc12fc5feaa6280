/**
 * What the pod identity webhook reads on a ServiceAccount, without the CDK: the analysis reads the same.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
export const ROLE_ARN_ANNOTATION = 'eks.amazonaws.com/role-arn';
export const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience';
