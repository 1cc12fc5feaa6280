/**
 * Whether pods can assume a role, and if not, why not. The assertions, the validator, `verify`, `report` and the doctor
 * only choose the request; this is the one place that evaluates and explains it.
 */
import { evaluateForAnyIssuers } from './deferred-issuers';
import {
  AdmissionRequest, PodIdentityCaller, podIdentityRequest, WebIdentityCaller, webIdentityRequest,
} from './trust-requests';
import { distanceOf, Mismatch } from '../iam/near-misses';
import { evaluateTrust, TrustAnswer } from '../iam/trust-evaluator';

export interface Admission {
  /** `unknown`: only the deployment or the request decides, or AWS does not document it. */
  readonly answer: 'in' | 'out' | 'unknown';
  /** Index of the decisive statement: the Allow that lets the pods in, or the Deny that keeps them out. */
  readonly statement?: number;
  /** The Allow statement that comes closest to a match. Only for `out`, and only if no Deny decides. */
  readonly nearest?: NearestStatement;
  /** Why not, or why it is unknown. Empty for `in`. */
  readonly reasons: readonly string[];
}

interface NearestStatement {
  /** Index of the statement. */
  readonly statement: number;
  /** Everything in which it differs from the request, at least one. */
  readonly misses: readonly Mismatch[];
}

/** The pods of one service account, and the way in which they ask for a role. */
export type PodCaller = { readonly webIdentity: WebIdentityCaller } | { readonly podIdentity: PodIdentityCaller };

/**
 * Whether a trust policy lets the pods of one service account in. It evaluates the whole document, so it takes into
 * account what other code added: a Deny, a second Allow, a condition.
 *
 * @param trust the trust policy as a plain object. Each value that only the deployment knows is a stand-in, made by
 *   `standIn()` of `stand-in.ts`: `⟨description⟩`. Equal values must have equal stand-ins; two different stand-ins are
 *   values that may or may not be equal. A stand-in can be a part of a string, and of a key. An invalid document, or
 *   an invalid element in it, makes the answer `unknown`.
 * @param caller who asks, with the same stand-ins as in the document. Use the ARN and the issuer that the document
 *   uses, and the audience that the ServiceAccount requests.
 */
export function podAdmission(trust: unknown, caller: PodCaller): Admission {
  return admission(trust, 'webIdentity' in caller
    ? webIdentityRequest(caller.webIdentity) : podIdentityRequest(caller.podIdentity));
}

/** What a trust policy answers to a request. */
export function admission(trust: unknown, request: AdmissionRequest): Admission {
  const admissions = request.actions.map(action => {
    const asked = { ...request, action };
    const answer = evaluateTrust(trust, asked);
    const settled = answer.decision === 'unknown' ? evaluateForAnyIssuers(trust, asked) : undefined;
    return explain(settled ?? answer);
  });
  if (admissions.length === 1) return admissions[0];
  return closestOf(admissions.filter(({ answer }) => answer === 'out'))
    ?? admissions.find(({ answer }) => answer === 'unknown') ?? admissions[0];
}

/** The answer if one of several ways is enough; undefined without any. */
export function anyOf(admissions: readonly Admission[]): Admission | undefined {
  return admissions.find(({ answer }) => answer === 'in') ?? admissions.find(({ answer }) => answer === 'unknown')
    ?? closestOf(admissions);
}

function explain(answer: TrustAnswer): Admission {
  const { decision, statement, unknowns } = answer;
  if (decision === 'allow') return { answer: 'in', statement, reasons: [] };
  if (decision === 'unknown') return { answer: 'unknown', reasons: unknowns };
  if (statement !== undefined) {
    return { answer: 'out', statement, reasons: [`statement ${statement} of its trust policy denies it`] };
  }
  const [nearest] = answer.nearMisses;
  if (nearest === undefined) return { answer: 'out', reasons: ['it allows nobody'] };
  const misses = answer.nearMisses.filter(miss => miss.statement === nearest.statement);
  return { answer: 'out', nearest: { statement: nearest.statement, misses }, reasons: misses.map(({ text }) => text) };
}

/** Of several refusals the one to explain: by a Deny, else by the statement that comes closest. */
function closestOf(refusals: readonly Admission[]): Admission | undefined {
  const distance = ({ statement, nearest }: Admission) =>
    (statement !== undefined ? -Infinity : nearest === undefined ? Infinity : distanceOf(nearest.misses));
  return refusals.reduce<Admission | undefined>((closest, refusal) =>
    (closest === undefined || distance(refusal) < distance(closest) ? refusal : closest), undefined);
}
