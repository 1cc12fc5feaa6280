/**
 * Whether a service account can assume a role of the app in any way that its trust policy allows. If the cluster of the
 * service account is not known, every cluster that the trust policy mentions counts.
 */
import { Admission, admission, anyOf } from './admission';
import { issuersIn, providersIn } from './deferred-issuers';
import { AdmissionRequest, PodIdentityCaller, podIdentityRequest, webIdentityRequest } from './trust-requests';
import { PrincipalJson, StatementJson } from '../../conventions/policy-json';
import { DEFAULT_AUDIENCE } from '../../conventions/web-identity';
import { Role } from '../access-map';
import { textsOf } from '../json-values';
import { issuerOfArn, statementsOf, trustedBy } from '../reading/trusted-subjects';
import { hasStandIn, standIn } from '../stand-in';

/** A service account that requests a role. */
export interface Subject {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Without `https://`. Undefined for any issuer in the trust policy and EKS Pod Identity. */
  readonly issuer?: string;
  /** Undefined for sts.amazonaws.com and EKS Pod Identity. */
  readonly audience?: string;
}

type TrustedRole = Pick<Role, 'trust' | 'unresolved'>;

const SOME_ISSUER = standIn('some issuer');

/** Whether a service account can assume a role: `in` if it can in one way. */
export function roleAdmission(role: Role, subject: Subject): Admission {
  if (role.trust === undefined) return unreadable(role);
  const isWebIdentity = subject.issuer !== undefined || subject.audience !== undefined;
  const podIdentity = isWebIdentity ? [] : byPodIdentity(role, subject);
  return anyOf([...byWebIdentity(role, subject), ...podIdentity]) ?? {
    answer: 'out',
    reasons: [isWebIdentity
      ? 'the trust policy has no OIDC provider' : 'the trust policy has neither an OIDC provider nor EKS Pod Identity'],
  };
}

/** Evaluates the trust policy of a role for one request. */
export function admissionTo(role: TrustedRole, request: AdmissionRequest): Admission {
  return role.trust === undefined ? unreadable(role) : admission(role.trust, request);
}

function unreadable({ unresolved }: TrustedRole): Admission {
  return { answer: 'unknown', reasons: unresolved };
}

/** Statements that may allow callers that they do not name, of any issuer or cluster. */
export function openStatements(trust: unknown): number[] {
  return statementsOf(trust).flatMap((statement, index) => (isOpen(statement ?? {}) ? [index] : []));
}

function isOpen({ Effect: effect, Principal: principal }: StatementJson): boolean {
  if (effect === 'Deny') return false;
  if (effect !== 'Allow') return true; // only known at deployment
  if (typeof principal !== 'object' || principal === null) return true; // *, a stand-in, NotPrincipal
  const { AWS: aws, Service: services, Federated: providers } = principal as PrincipalJson;
  return textsOf(aws).includes('*') || textsOf(services).some(hasStandIn)
    || textsOf(providers).some(arn => issuerOfArn(arn) === undefined && (arn === '*' || hasStandIn(arn)));
}

/** Empty if the role certainly trusts no provider. */
function byWebIdentity(role: Role, subject: Subject): Admission[] {
  const { namespace, serviceAccount, issuer: wanted, audience = DEFAULT_AUDIENCE } = subject;
  return [...providersToAsk(role, wanted)].flatMap(([providerArn, issuer]) => {
    const caller = { namespace, serviceAccount, providerArn, issuer, audience };
    const answered = admission(role.trust, webIdentityRequest(caller));
    return issuer === SOME_ISSUER && answered.answer === 'out' ? [] : [answered];
  });
}

/** Provider ARNs with their issuers. */
function providersToAsk({ trust, partition, account }: Role, wanted: string | undefined): Map<string, string> {
  const named = providersIn(trust).flatMap((arn): [string, string][] => {
    const issuer = issuerOfArn(arn);
    return issuer === undefined || (wanted !== undefined && issuer !== wanted) ? [] : [[arn, issuer]];
  });
  const own = (issuer: string): [string, string] =>
    [`arn:${partition}:iam::${account}:oidc-provider/${issuer}`, issuer];
  if (wanted !== undefined) return new Map([...named, own(wanted)]);
  const isUnnamed = (issuer: string) => named.every(([, other]) => other !== issuer);
  const unnamed = openStatements(trust).length === 0 ? [] : issuersIn(trust).filter(isUnnamed).map(own);
  return new Map(named.length + unnamed.length > 0 ? [...named, ...unnamed] : [own(SOME_ISSUER)]);
}

function byPodIdentity({ trust, account }: Role, { namespace, serviceAccount }: Subject): Admission[] {
  const named = trustedBy(trust).filter(({ via }) => via === 'pod-identity').map(({ cluster }) => cluster);
  const clusters = [...new Set([...named, ...openStatements(trust).length > 0 ? ['*'] : []])];
  return clusters.map(cluster => {
    const clusterArn = cluster === '*' ? undefined : someMatch(cluster);
    return withAnyTags(trust, { namespace, serviceAccount, account, clusterArn });
  });
}

/** A text that matches a pattern and is otherwise unknown. */
export function someMatch(pattern: string): string {
  return pattern.replace(/\*/g, standIn('any')).replace(/\?/g, 'x');
}

/** Evaluates both cases, because it is not known whether the association disables session tags. */
function withAnyTags(trust: unknown, caller: Omit<PodIdentityCaller, 'sessionTags'>): Admission {
  const [tagged, untagged] = [true, false]
    .map(sessionTags => admission(trust, podIdentityRequest({ ...caller, sessionTags })));
  if (tagged.answer !== 'out' || untagged.answer === 'out') return tagged;
  const isTagging = tagged.nearest?.misses
    .some(({ what, got }) => what === 'action' && got?.includes('sts:TagSession'));
  const reason = isTagging
    ? 'the trust policy allows EKS Pod Identity sts:AssumeRole, but not sts:TagSession, which it needs unless the '
      + 'association disables session tags'
    : `it depends on whether the association disables session tags; with tags, ${tagged.reasons.join('; ')}`;
  return { ...tagged, answer: 'unknown', reasons: [reason] };
}
