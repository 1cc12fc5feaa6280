/**
 * What the pods of the service account present to STS, as far as it is known.
 */
import { annotatedRole, broughtByPods, PodFacts } from './pods';
import { Admission, admission } from '../../../analysis/admission/admission';
import { someMatch } from '../../../analysis/admission/role-admission';
import { webIdentityRequest } from '../../../analysis/admission/trust-requests';
import { withoutScheme } from '../../../analysis/iam/claims';
import { arnParts } from '../../../analysis/iam/patterns';
import { trustedBy } from '../../../analysis/reading/trusted-subjects';
import { DEFAULT_AUDIENCE, SERVICE_ACCOUNT } from '../../../conventions/web-identity';
import { AUDIENCE_OF_EKS_API, audienceOf, ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';
import { judgeRead, Verdict } from '../check';
import { Facts, IamRole, Read } from '../facts';
import { readRoleArn, RoleArn } from '../role-arn';

/** The issuer of the cluster, without `https://`. */
export function issuerOf({ cluster, question: { issuerUrl } }: Facts): Read<string> {
  if (issuerUrl !== undefined) return { value: withoutScheme(issuerUrl) };
  if ('unknown' in cluster) return { unknown: `the issuer of the cluster is unknown: ${cluster.unknown}` };
  if (cluster.value?.issuerUrl === undefined) return { unknown: 'the issuer of the cluster is unknown' };
  return { value: withoutScheme(cluster.value.issuerUrl) };
}

/** The annotated role, or the one that the pod templates set; the role of `--role` if the annotation is unknown. */
export function annotationOf(facts: PodFacts): Read<string> {
  const { serviceAccount, question: { roleArn } } = facts;
  if ('unknown' in serviceAccount) {
    return roleArn === undefined
      ? { unknown: `the role is unknown (${serviceAccount.unknown}); pass its ARN with --role` } : { value: roleArn };
  }
  const arn = annotatedRole(facts);
  return arn === undefined ? { unknown: 'the role is unknown: there is no annotation' } : { value: arn };
}

export function roleArnOf(facts: Facts): Read<RoleArn> {
  const text = annotationOf(facts);
  return 'unknown' in text ? text : readRoleArn(text.value);
}

/** The audience of the pods' tokens: the one that the webhook or the pod templates request. */
export function tokenAudienceOf(facts: PodFacts): string {
  return requestedAudience(facts) || AUDIENCE_OF_EKS_API;
}

/** The audience that provider and trust policy should accept; never that of tokens for the API server. */
export function audienceToTrust(facts: PodFacts): string {
  return requestedAudience(facts) || DEFAULT_AUDIENCE;
}

/**
 * If the annotation is unknown, the other audiences that pods may request: those that the provider or the trust policy
 * accepts.
 */
export function otherAudiences({ serviceAccount, providers }: Facts, { trust }: IamRole, issuer: string): string[] {
  if (!('unknown' in serviceAccount)) return [];
  const provider = 'value' in providers ? providers.value.find(known => known.issuer === issuer) : undefined;
  const clientIds = provider?.details && 'value' in provider.details ? provider.details.value.clientIds : [];
  const trusted = trustedBy(trust)
    .filter(({ cluster }) => cluster === issuer)
    .map(({ audience }) => someMatch(audience));
  return [...new Set([...clientIds, ...trusted])];
}

/** Whether the pods request no audience: their tokens are then for the API server. */
export function isForApiServer(facts: PodFacts): boolean {
  return requestedAudience(facts) === '';
}

function requestedAudience(facts: PodFacts): string {
  const annotations = ('value' in facts.serviceAccount ? facts.serviceAccount.value?.annotations : undefined) ?? {};
  const brought = annotations[ROLE_ARN_ANNOTATION] === undefined ? broughtByPods(facts) : undefined;
  return brought === undefined ? audienceOf(annotations) : brought.audience ?? '';
}

export function subjectOf({ question: { namespace, serviceAccount } }: Facts): string {
  return `${SERVICE_ACCOUNT}${namespace}:${serviceAccount}`;
}

export function providerArn({ partition, account }: Pick<RoleArn, 'partition' | 'account'>, issuer: string): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${issuer}`;
}

/** Whether the role's trust policy admits the pods' token, through the provider in the role's account. */
export function admissionOfToken(
  facts: Facts, { arn, trust }: IamRole, issuer: string, audience = tokenAudienceOf(facts),
): Admission {
  const { namespace, serviceAccount } = facts.question;
  const { partition, account } = ownerOf(arn);
  return admission(trust, webIdentityRequest({
    namespace, serviceAccount, providerArn: providerArn({ partition, account }, issuer), issuer, audience,
  }));
}

/** The partition and account of an ARN. */
export function ownerOf(arn: string): Pick<RoleArn, 'partition' | 'account'> {
  const [, partition, , , account] = arnParts(arn);
  return { partition, account };
}

/** The account of the annotated role; without an annotation, the account of the credentials for roles. */
export function roleAccount(facts: Facts): string | undefined {
  const role = roleArnOf(facts);
  if ('value' in role) return role.value.account;
  return 'value' in facts.roleCaller ? facts.roleCaller.value.account : undefined;
}

/** Judges the role whose policies count: the one that pods get by EKS Pod Identity, or the annotated one. */
export function ofPodsRole(facts: Facts, judge: (role: IamRole) => Verdict | undefined): Verdict | undefined {
  const { role, identityRoles } = facts;
  return ofRole({ role: identityRoles?.target ?? identityRoles?.role ?? role }, judge);
}

/** Judges a role; undefined if it does not exist. */
export function ofRole(
  { role }: Pick<Facts, 'role'>, judge: (role: IamRole) => Verdict | undefined,
): Verdict | undefined {
  return judgeRead(role, value => value && judge(value));
}
