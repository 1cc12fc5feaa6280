/**
 * The requests of pods to STS, as IAM sees them. Every evaluation of a trust policy starts with one of them.
 */
import { remembered } from '../../conventions/remembered';
import { POD_IDENTITY_SERVICE, SERVICE_ACCOUNT, WEB_IDENTITY_ACTION } from '../../conventions/web-identity';
import { AUDIENCE_OF_EKS_API } from '../../conventions/webhook-annotations';
import { arnParts } from '../iam/patterns';
import { TrustRequest } from '../iam/trust-evaluator';
import { standIn } from '../stand-in';

/** A request and what is known about it. Every action must be allowed. */
export interface AdmissionRequest extends Omit<TrustRequest, 'action'> {
  readonly actions: readonly string[];
  /** The issuer of the token, without `https://`. Only web identity has one. */
  readonly issuer?: string;
}

/** Pods of one service account that send a projected token to `sts:AssumeRoleWithWebIdentity`. */
export interface WebIdentityCaller {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The OIDC provider in the account of the role. */
  readonly providerArn: string;
  /** Without `https://`. */
  readonly issuer: string;
  /** The audience that the pods request. The empty text requests none, so the API server inserts its own. */
  readonly audience: string;
}

/** Pods of one service account that get a role through an association of EKS Pod Identity. */
export interface PodIdentityCaller {
  readonly namespace: string;
  readonly serviceAccount: string;
  /**
   * The cluster of the association.
   *
   * @default - unknown, as is every condition on it
   */
  readonly clusterArn?: string;
  /**
   * The account of the cluster.
   *
   * @default - the account in `clusterArn`
   */
  readonly account?: string;
  /** Whether the session has tags; false if the association sets `DisableSessionTags`. */
  readonly sessionTags: boolean;
}

const EKS_ISSUER = /^oidc[.-]eks\.[a-z0-9-]+\.(amazonaws\.|api\.aws\/|api\.amazonwebservices\.)/;
const REQUEST_TAG_PREFIX = 'aws:RequestTag/';
const REQUEST_TAG = /^aws:requesttag\//i;

export const ASSUME_ROLE = 'sts:AssumeRole';
export const TAG_SESSION = 'sts:TagSession';

/** The request of pods that have a token for `sts:AssumeRoleWithWebIdentity`. */
export function webIdentityRequest(caller: WebIdentityCaller): AdmissionRequest {
  const { namespace, serviceAccount, providerArn, issuer, audience } = caller;
  return {
    actions: [WEB_IDENTITY_ACTION],
    principal: { type: 'Federated', id: providerArn },
    issuer,
    context: {
      [`${issuer}:sub`]: `${SERVICE_ACCOUNT}${namespace}:${serviceAccount}`,
      [`${issuer}:aud`]: tokenAudience(audience, issuer),
    },
    absent: key => key === issuer || (isEksIssuer(issuer) && key.startsWith(`${issuer}:`)),
  };
}

/**
 * The request that EKS Pod Identity sends for pods: `sts:AssumeRole`, and `sts:TagSession` for the session tags.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
export function podIdentityRequest(caller: PodIdentityCaller): AdmissionRequest {
  const { clusterArn, account, sessionTags } = caller;
  const clusterAccount = account ?? (clusterArn === undefined ? undefined : arnParts(clusterArn)[4]);
  const context = {
    ...clusterArn !== undefined && { 'aws:SourceArn': clusterArn },
    ...clusterAccount !== undefined && { 'aws:SourceAccount': clusterAccount },
    ...sessionTags && sessionTagsOf(caller, REQUEST_TAG_PREFIX),
  };
  return {
    actions: actionsOf(caller),
    principal: { type: 'Service', id: POD_IDENTITY_SERVICE },
    context,
    ...!sessionTags && { absent: key => REQUEST_TAG.test(key) },
  };
}

/**
 * The request that EKS sends for the target role of an association, as the role of the association. Without session
 * tags, the external ID identifies the association. AWS does not document whether it is also sent with tags.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
 */
export function targetRoleRequest(caller: PodIdentityCaller & { readonly roleArn: string }): AdmissionRequest {
  const { actions, principal, context } = chainRequest(caller);
  const externalId = caller.sessionTags ? undefined : externalIdOf(caller);
  return {
    actions,
    principal,
    context: {
      ...context,
      ...caller.sessionTags && sessionTagsOf(caller, REQUEST_TAG_PREFIX),
      ...externalId !== undefined && { 'sts:ExternalId': externalId },
    },
    ...!caller.sessionTags && { absent: key => REQUEST_TAG.test(key) },
  };
}

/**
 * The request of a session of EKS Pod Identity for a next role. Session tags are transitive: the next session has them
 * too, which needs `sts:TagSession`.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
 */
export function chainRequest(caller: PodIdentityCaller & { readonly roleArn: string }): AdmissionRequest {
  return {
    actions: actionsOf(caller),
    ...sessionRequest(caller.roleArn),
    ...caller.sessionTags && {
      context: { ...sessionRequest(caller.roleArn).context, ...sessionTagsOf(caller, 'aws:PrincipalTag/') },
    },
  };
}

/** What is known about the requests of any session of a role. */
export function sessionRequest(roleArn: string): Pick<AdmissionRequest, 'principal' | 'context'> {
  const [, , , , account] = arnParts(roleArn);
  return {
    principal: { type: 'AWS', id: roleArn },
    context: { 'aws:PrincipalArn': roleArn, ...account !== undefined && { 'aws:PrincipalAccount': account } },
  };
}

function actionsOf({ sessionTags }: PodIdentityCaller): string[] {
  return sessionTags ? [ASSUME_ROLE, TAG_SESSION] : [ASSUME_ROLE];
}

function sessionTagsOf({ namespace, serviceAccount, clusterArn }: PodIdentityCaller, prefix: string) {
  const cluster = clusterArn === undefined ? undefined : clusterNameOf(clusterArn);
  return {
    [`${prefix}kubernetes-namespace`]: namespace,
    [`${prefix}kubernetes-service-account`]: serviceAccount,
    ...clusterArn !== undefined && { [`${prefix}eks-cluster-arn`]: clusterArn },
    ...cluster !== undefined && { [`${prefix}eks-cluster-name`]: cluster },
  };
}

function clusterNameOf(clusterArn: string): string | undefined {
  return arnParts(clusterArn)[5]?.replace(/^cluster\//, '');
}

function externalIdOf({ clusterArn = '', namespace, serviceAccount }: PodIdentityCaller): string | undefined {
  const [, , , region, account] = arnParts(clusterArn);
  const cluster = clusterNameOf(clusterArn);
  return cluster === undefined ? undefined : [region, account, cluster, namespace, serviceAccount].join('/');
}

/** The `aud` of a token that was requested for an audience. Only the EKS API server is known to insert its own. */
export function tokenAudience(requested: string, issuer: string): string {
  if (requested !== '') return requested;
  return isEksIssuer(issuer) ? AUDIENCE_OF_EKS_API : standIn('audience of the API server');
}

/** Whether an issuer, without `https://`, belongs to EKS, in any partition and with either form of host. */
export const isEksIssuer = remembered(issuer => EKS_ISSUER.test(issuer));

/** Whether an issuer is the one of an EKS cluster in the app, which is only known at deployment. */
export function isDeferredEksIssuer(issuer: string): boolean {
  return /\.OpenIdConnectIssuer(Url)?⟩$/.test(issuer);
}
