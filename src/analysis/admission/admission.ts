/**
 * Whether pods can assume a role, and if not, why not. The assertions, the validator, `verify`, `report` and the doctor
 * only choose the request; only this module evaluates and explains it.
 */
import { evaluateForAnyIssuers } from './deferred-issuers';
import {
  AdmissionRequest, PodIdentityCaller, podIdentityRequest, WebIdentityCaller, webIdentityRequest,
} from './trust-requests';
import { distanceOf, Mismatch } from '../iam/near-misses';
import { evaluateTrust, TrustAnswer } from '../iam/trust-evaluator';

export interface Admission {
  /** `unknown`: it depends on the deployment or the request, or AWS does not document it. */
  readonly answer: 'in' | 'out' | 'unknown';
  /** Index of the decisive statement: the Allow or Deny that applies to the pods. */
  readonly statement?: number;
  /** The Allow statement that comes closest to a match. Only for `out`, and only if no Deny decides. */
  readonly nearest?: NearestStatement;
  /** Why not, or why it is unknown. Empty for `in`. */
  readonly reasons: readonly string[];
}

interface NearestStatement {
  /** Index of the statement. */
  readonly statement: number;
  /** All differences from the request, at least one. */
  readonly misses: readonly Mismatch[];
}

/** The pods of one service account, and how they request a role. */
export type PodCaller = { readonly webIdentity: WebIdentityCaller } | { readonly podIdentity: PodIdentityCaller };

/**
 * Whether a trust policy allows the pods of one service account to assume the role. Evaluates the whole document,
 * including statements and conditions that other code added.
 *
 * @param trust the trust policy as a plain object. Each value that is only known at deployment is a stand-in
 *   `⟨description⟩`, created by `standIn()` of `stand-in.ts`. Equal values must have equal stand-ins; different
 *   stand-ins may or may not be equal. A stand-in can be part of a string or of a key. An invalid document, or an
 *   invalid element in it, makes the answer `unknown`.
 * @param caller the caller, with the same stand-ins as in the document. Use the ARN and the issuer that the document
 *   uses, and the audience that the ServiceAccount requests.
 */
export function podAdmission(trust: unknown, caller: PodCaller): Admission {
  return admission(trust, 'webIdentity' in caller
    ? webIdentityRequest(caller.webIdentity) : podIdentityRequest(caller.podIdentity));
}

/** Evaluates a trust policy for a request. */
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

/** The combined answer if one way is enough; undefined for an empty list. */
export function anyOf(admissions: readonly Admission[]): Admission | undefined {
  return admissions.find(({ answer }) => answer === 'in') ?? admissions.find(({ answer }) => answer === 'unknown')
    ?? closestOf(admissions);
}

function explain(answer: TrustAnswer): Admission {
  const { decision, statement, unknowns } = answer;
  if (decision === 'allow') return { answer: 'in', statement, reasons: [] };
  if (decision === 'unknown') return { answer: 'unknown', reasons: unknowns };
  if (statement !== undefined) {
    return { answer: 'out', statement, reasons: [`statement ${statement} of the trust policy denies it`] };
  }
  const [nearest] = answer.nearMisses;
  if (nearest === undefined) return { answer: 'out', reasons: ['the trust policy allows nobody'] };
  const misses = answer.nearMisses.filter(miss => miss.statement === nearest.statement);
  return { answer: 'out', nearest: { statement: nearest.statement, misses }, reasons: misses.map(({ text }) => text) };
}

/** The refusal to explain: one by a Deny, otherwise the one with the closest statement. */
function closestOf(refusals: readonly Admission[]): Admission | undefined {
  const distance = ({ statement, nearest }: Admission) =>
    (statement !== undefined ? -Infinity : nearest === undefined ? Infinity : distanceOf(nearest.misses));
  return refusals.reduce<Admission | undefined>((closest, refusal) =>
    (closest === undefined || distance(refusal) < distance(closest) ? refusal : closest), undefined);
}
