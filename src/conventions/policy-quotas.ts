/**
 * Maximum lengths of policies, and estimated lengths of values that are known only at deployment.
 */

/** Maximum characters of a trust policy. IAM raises the quota on request. */
export const DEFAULT_TRUST_QUOTA = 2048;
export const MAX_TRUST_QUOTA = 8192;

export const TRUST_QUOTA_NAME = 'role trust policy length, L-C07B4B0D';

export const ASSUMED_LENGTHS: Record<string, number> = { 'AWS::Partition': 3, 'AWS::AccountId': 12, 'AWS::Region': 14 };
export const ASSUMED_ISSUER = 73; // oidc.eks.ap-southeast-1.amazonaws.com/id/ and 32 characters
export const ASSUMED_OTHER = 64;

/** Maximum characters of the session policy of a Pod Identity association. */
export const MAX_SESSION_POLICY = 2048;
