/**
 * What the pods of the service account come to STS with, as far as it is known.
 */
import { withoutScheme } from '../../../analysis/claims';
import { TrustRequest } from '../../../analysis/trust-evaluator';
import { claimsOf, webIdentityRequest } from '../../../analysis/trust-requests';
import { AUDIENCE_ANNOTATION, ROLE_ARN_ANNOTATION } from '../../../private/annotations';
import { DEFAULT_AUDIENCE, SERVICE_ACCOUNT } from '../../../private/web-identity';
import { judged, Verdict } from '../check';
import { Facts, IamRole, Read } from '../facts';
import { annotatedRole, broughtByPods } from './pods';
import { readRoleArn, RoleArn } from '../role-arn';

/** The issuer of the cluster, without `https://`. */
export function issuerOf({ cluster }: Facts): Read<string> {
  if ('unknown' in cluster) return { unknown: `the issuer of the cluster is not known: ${cluster.unknown}` };
  if (cluster.value?.issuerUrl === undefined) return { unknown: 'the issuer of the cluster is not known' };
  return { value: withoutScheme(cluster.value.issuerUrl) };
}

/** The annotation as it stands, or what the pods bring instead. */
export function annotated(facts: Pick<Facts, 'pods' | 'question' | 'serviceAccount'>): Read<string> {
  if ('unknown' in facts.serviceAccount) return { unknown: `the role is not known: ${facts.serviceAccount.unknown}` };
  const arn = annotatedRole(facts);
  return arn === undefined ? { unknown: 'the role is not known: nothing is annotated' } : { value: arn };
}

export function roleArnOf(facts: Facts): Read<RoleArn> {
  const text = annotated(facts);
  return 'unknown' in text ? text : readRoleArn(text.value);
}

/** The audience that the webhook has tokens made for, or the pods themselves. */
export function audienceOf(facts: Facts): string {
  const annotations = 'value' in facts.serviceAccount ? facts.serviceAccount.value?.annotations : undefined;
  const audience = annotations?.[ROLE_ARN_ANNOTATION] === undefined && broughtByPods(facts)?.audience || annotations?.[AUDIENCE_ANNOTATION];
  return audience === undefined || audience === '' ? DEFAULT_AUDIENCE : audience;
}

export function subjectOf({ question: { namespace, serviceAccount } }: Facts): string {
  return `${SERVICE_ACCOUNT}${namespace}:${serviceAccount}`;
}

export function providerArn({ partition, account }: Pick<RoleArn, 'partition' | 'account'>, issuer: string): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${issuer}`;
}

/** What STS is asked; the provider is the one of the role's account. */
export function requestOf(facts: Facts, role: Pick<RoleArn, 'partition' | 'account'>, issuer: string): TrustRequest {
  const { namespace, serviceAccount } = facts.question;
  return webIdentityRequest(providerArn(role, issuer), claimsOf(issuer, namespace, serviceAccount, audienceOf(facts)));
}

/** The account of the role, as the annotation says; of who asks where there is none. */
export function roleAccount(facts: Facts): string | undefined {
  const role = roleArnOf(facts);
  if ('value' in role) return role.value.account;
  return 'value' in facts.roleCaller ? facts.roleCaller.value.account : undefined;
}

/** Nothing to look at where the role is not there. */
export function ofRole({ role }: Facts, judge: (role: IamRole) => Verdict | undefined): Verdict | undefined {
  return judged(role, found => found && judge(found));
}

/** A text for a shell. */
export function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, '\'\\\'\'')}'`;
}
