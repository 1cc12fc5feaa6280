/**
 * Whether sessions of one role can assume another role, which depends on the trust policy of the next role and on the
 * policies of the caller.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { Admission } from './admission';
import { admissionTo } from './role-admission';
import { AdmissionRequest } from './trust-requests';
import { Policy, Role, Text } from '../access-map';
import { literal, matches } from '../iam/patterns';
import { evaluatePolicies } from '../iam/policy-evaluator';
import { isAccountOf } from '../iam/principals';
import { isObject, objectOf, propertyOf, textsOf } from '../json-values';
import { statementsOf } from '../reading/trusted-subjects';

type Answer = Admission['answer'];

/** A role whose sessions assume another role. */
export interface CallingRole {
  readonly role: Pick<Role, 'arn' | 'account'> & { readonly policies: readonly CallerPolicy[] };
  /** The session policy of the association that creates the sessions. */
  readonly sessionPolicy?: unknown;
}

/** Without a document, the policy is not in the input and is assumed to deny nothing; null may also deny anything. */
type CallerPolicy = Pick<Policy, 'document'> & { readonly kind: string };

/** The role to assume; without a trust policy if that is not in the input or cannot be read. */
export interface NextRole {
  readonly arn: Text;
  readonly account: Text;
  readonly trust?: unknown;
}

const ANYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** Whether a session can assume the next role: `in` if both sides allow every action of the request. */
export function chainAnswer(caller: CallingRole, next: NextRole, request: AdmissionRequest): Answer {
  const answers = request.actions.flatMap(action =>
    [trustAnswer(next, request, action), callerAnswer(caller, next, request, action)]);
  return answers.includes('out') ? 'out' : answers.includes('unknown') ? 'unknown' : 'in';
}

/** Whether the trust policy of the next role allows one action. */
export function trustAnswer({ trust }: NextRole, request: AdmissionRequest, action: string): Answer {
  return admissionTo({ trust, unresolved: [] }, { ...request, actions: [action] }).answer;
}

/**
 * Whether the policies of the caller allow one action. They must do so if the next role is in another account, or
 * trusts the account instead of the caller.
 *
 * @param trustedFor the action that determines whom the next role trusts
 */
export function callerAnswer(
  caller: CallingRole, next: NextRole, request: AdmissionRequest, action: string, trustedFor = action,
): Answer {
  const allowed = policyAnswer(caller, next.arn, action);
  if (isOtherAccount(caller.role, next)) return allowed;
  const trustedBy = (isKept: (principal: string) => boolean) =>
    trustAnswer({ ...next, trust: withPrincipals(next.trust, isKept) }, request, trustedFor);
  const trusted = trustedBy(principal => !isAccountOf(principal, caller.role.arn));
  if (trusted === 'out') return allowed;
  const isEverybody = trustedBy(principal => principal === '*');
  const notDenied = [
    ...isEverybody !== 'in' ? [policyAnswer(caller, next.arn, action, { isTrusted: true })] : [],
    ...isEverybody !== 'out' ? [policyAnswer(caller, next.arn, action, { isTrusted: true, isEverybody: true })] : [],
  ];
  return agreed([...notDenied, ...caller.role.account === next.account && trusted === 'in' ? [] : [allowed]]);
}

/** Whether two roles are certainly in different accounts. */
export function isOtherAccount({ account }: Pick<NextRole, 'account'>, other: Pick<NextRole, 'account'>): boolean {
  return matches(literal(account), literal(other.account)) === false;
}

/** Whether the policies of the caller deny an action on the next role, even if that trusts the caller. */
export function isForbidden(caller: CallingRole, next: NextRole, action: string): boolean {
  return policyAnswer(caller, next.arn, action, { isTrusted: true }) === 'out';
}

/**
 * A caller that the trust policy names can assume the role unless something denies it. A boundary must still allow it
 * unless the trust policy names everyone; a session policy must always allow it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
function policyAnswer(
  { role: { policies }, sessionPolicy }: CallingRole,
  resource: Text,
  action: string,
  { isTrusted = false, isEverybody = false } = {},
): Answer {
  const identity = policies.filter(({ kind }) => kind !== 'boundary').map(({ document }) => document);
  const boundary = policies.find(({ kind }) => kind === 'boundary');
  const limit = boundary && (boundary.document ?? null); // null: not readable
  const known = identity.filter(document => document !== undefined);
  const { decision } = evaluatePolicies(
    isTrusted ? [...known, ANYTHING] : known,
    { action, resource },
    isEverybody ? withAnything(limit) : limit,
    sessionPolicy,
  );
  if (decision === 'none' && known.length < identity.length) return 'unknown';
  return decision === 'allow' ? 'in' : decision === 'conditional' ? 'unknown' : 'out';
}

function withAnything(document: unknown): unknown {
  return isObject(document)
    ? { ...document, Statement: [...statementsOf(document), ...ANYTHING.Statement] }
    : document;
}

/** Filters the principals under `AWS` in the Allow statements of a trust policy. */
function withPrincipals(trust: unknown, isKept: (principal: string) => boolean): unknown {
  if (!isObject(trust)) return trust;
  const Statement = statementsOf(trust).map(statement => {
    const principal = propertyOf(statement, 'Principal');
    if (!isObject(statement) || statement.Effect === 'Deny') return statement;
    if (principal === '*') return { ...statement, Principal: isKept('*') ? '*' : { AWS: [] } };
    return isObject(principal) && principal.AWS !== undefined
      ? { ...statement, Principal: { ...objectOf(principal), AWS: textsOf(principal.AWS).filter(isKept) } }
      : statement;
  });
  return { ...trust, Statement };
}

function agreed(answers: readonly Answer[]): Answer {
  return answers.every(answer => answer === answers[0]) ? answers[0] : 'unknown';
}
