/**
 * Whether a service account can become a role, by any of the ways that the role's trust policy opens: web identity, EKS Pod Identity.
 */
import { Role } from './access-map';
import { claimOf, isClaim, issuerOf } from './claims';
import { textsOf } from './json-values';
import { hasStandIn, standIn } from './stand-in';
import { Decision, evaluateTrust, TrustAnswer, TrustRequest } from './trust-evaluator';
import { claimsOf, podIdentityRequest, podTags, webIdentityRequest } from './trust-requests';
import { conditionsOf, issuerOfArn, statementsOf, trustedBy } from './trusted-subjects';
import { DEFAULT_AUDIENCE } from '../private/web-identity';

/** A service account that asks. */
export interface Subject {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Without `https://`. Left out: any that the trust policy speaks of, and EKS Pod Identity. */
  readonly issuer?: string;
  /** Left out: sts.amazonaws.com, and EKS Pod Identity. */
  readonly audience?: string;
}

export interface Assumption {
  readonly decision: Decision;
  /** Index of the decisive statement: the one that lets in, or the Deny. */
  readonly statement?: number;
  /** Index of the statement that comes nearest to letting in. */
  readonly nearest?: number;
  /** Why not, or why nobody knows. */
  readonly reasons: string[];
}

const SOME_ISSUER = standIn('some issuer');

/** What a role's trust policy says to a service account. `allow` where one way is open. */
export function assumption(role: Role, subject: Subject): Assumption {
  if (role.trust === undefined) return { decision: 'unknown', reasons: role.unresolved };
  const answers = [...webIdentity(role, subject), ...podIdentity(role, subject)];
  const [settled] = ['allow', 'unknown'].flatMap(decision => answers.filter(answer => answer.decision === decision));
  if (settled !== undefined) return settled;
  const [denied] = [({ statement }: Assumption) => statement, ({ nearest }: Assumption) => nearest, () => 0]
    .flatMap(shows => answers.filter(answer => shows(answer) !== undefined));
  const reasons = [...new Set(answers.flatMap(one => one.reasons))];
  return { ...denied, reasons: reasons.length > 0 || denied.statement !== undefined ? reasons : ['it names neither an OIDC provider nor EKS Pod Identity'] };
}

/** Statements that let in whom they do not name: an issuer or a cluster of anybody's. */
export function openStatements(trust: any): number[] {
  return [...statementsOf(trust).entries()].filter(([, statement]) => isOpen(statement ?? {})).map(([index]) => index);
}

function isOpen({ Effect: effect, Principal: principal }: any): boolean {
  if (effect === 'Deny') return false;
  if (effect !== 'Allow') return true; // only the deployment knows
  if (typeof principal !== 'object' || principal === null) return true; // *, a stand-in, NotPrincipal
  return textsOf(principal.AWS).includes('*') || textsOf(principal.Service).some(hasStandIn)
    || textsOf(principal.Federated).some(arn => issuerOfArn(arn) === undefined && (arn === '*' || hasStandIn(arn)));
}

function webIdentity(role: Role, { namespace, serviceAccount, issuer: wanted, audience = DEFAULT_AUDIENCE }: Subject): Assumption[] {
  const claims = (issuer: string) => claimsOf(issuer, namespace, serviceAccount, audience);
  const spokenOf = issuers(role.trust);
  return [...providers(role, spokenOf, wanted)].map(([arn, issuer]) => {
    const request = webIdentityRequest(arn, claims(issuer));
    const answer = assumed(withDeferred(role.trust, request, issuer, spokenOf.filter(one => one !== issuer), claims));
    return issuer === SOME_ISSUER && answer.decision === 'deny' ? { decision: 'deny', reasons: [] } : answer;
  });
}

/** The providers to ask for, and their issuers. */
function providers({ trust, partition, account }: Role, spokenOf: string[], wanted: string | undefined): Map<string, string> {
  const named = principals(trust).flatMap((arn): [string, string][] => {
    const issuer = issuerOfArn(arn);
    return issuer === undefined || (wanted !== undefined && issuer !== wanted) ? [] : [[arn, issuer]];
  });
  const own = (issuer: string): [string, string] => [`arn:${partition}:iam::${account}:oidc-provider/${issuer}`, issuer];
  if (wanted !== undefined) return new Map([...named, own(wanted)]);
  const unnamed = openStatements(trust).length === 0 ? [] : spokenOf.filter(issuer => named.every(([, one]) => one !== issuer)).map(own);
  return new Map(named.length + unnamed.length > 0 ? [...named, ...unnamed] : [own(SOME_ISSUER)]);
}

/** That the trust policy speaks of, as principals or in the keys of conditions. */
function issuers(trust: any): string[] {
  const keys = statementsOf(trust).flatMap(conditionsOf).filter(({ key }) => isClaim(key) && ['sub', 'aud'].includes(claimOf(key)));
  const all = [...principals(trust).map(issuerOfArn), ...keys.map(({ key }) => issuerOf(key))];
  return [...new Set(all)].filter((issuer): issuer is string => issuer !== undefined);
}

function principals(trust: any): string[] {
  return statementsOf(trust).flatMap(statement => textsOf(statement?.Principal?.Federated));
}

/** Two issuers may turn out to be one where only the deployment knows one of them. What holds whether they are or not, holds. */
function withDeferred(trust: any, request: TrustRequest, issuer: string, others: string[], claims: (issuer: string) => TrustRequest['context']): TrustAnswer {
  const answer = evaluateTrust(trust, request);
  const deferred = [issuer, ...others].filter(hasStandIn);
  if (answer.decision !== 'unknown' || deferred.length === 0) return answer;
  const apart = (value: any) => JSON.parse(deferred.reduce((text, one, index) => text.split(one).join(`deferred-${index}.invalid`), JSON.stringify(value)));
  const same = evaluateTrust(trust, { ...request, context: Object.assign({}, ...[issuer, ...others].map(claims)) });
  return evaluateTrust(apart(trust), apart(request)).decision === 'deny' && same.decision === 'deny' ? same : answer;
}

function podIdentity({ trust, account }: Role, { namespace, serviceAccount, issuer, audience }: Subject): Assumption[] {
  if (issuer !== undefined || audience !== undefined) return [];
  const named = trustedBy(trust).filter(({ via }) => via === 'pod-identity').map(({ cluster }) => cluster);
  return [...new Set([...named, ...openStatements(trust).length > 0 ? ['*'] : []])].map(cluster => {
    const arn = cluster.replace(/[*?]/g, 'x'); // any that the pattern matches
    const context = {
      ...podTags(namespace, serviceAccount),
      'aws:SourceAccount': account,
      ...cluster !== '*' && { 'aws:SourceArn': arn, 'aws:RequestTag/eks-cluster-arn': arn },
    };
    const [assumes, tags] = ['sts:AssumeRole', 'sts:TagSession'].map(action =>
      assumed(evaluateTrust(trust, podIdentityRequest(action, context))));
    return assumes.decision !== 'allow' || tags.decision === 'allow' ? assumes
      : { ...tags, decision: 'unknown', reasons: ['EKS Pod Identity may sts:AssumeRole, but not sts:TagSession, which it does unless the association disables session tags'] };
  });
}

function assumed(answer: TrustAnswer): Assumption {
  const { decision, statement, unknowns } = answer;
  if (decision !== 'deny' || statement !== undefined) return { decision, ...statement !== undefined && { statement }, reasons: unknowns };
  const [nearest] = answer.nearMisses;
  const reasons = answer.nearMisses.filter(miss => miss.statement === nearest.statement).map(({ text }) => text);
  return { decision, ...nearest && { nearest: nearest.statement }, reasons };
}
