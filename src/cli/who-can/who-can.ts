/**
 * The question of who can do an action on a resource, and its answers.
 */
import { foldCase, overlap, pattern } from '../../analysis/iam/patterns';
import { isObject, JsonObject, objectOf, propertyOf, textsOf } from '../../analysis/json-values';
import { listInShort } from '../../analysis/lists';
import { principalsOf, statementInShort } from '../report/in-words';
import { ReportData } from '../report/report-data';
import { Answer, Placed, Verdict } from '../report/rows';

export interface WhoCan {
  readonly action: string;
  /** Undefined for any resource. */
  readonly resource?: string;
  /** Ways from service accounts to roles, and roles that no service account can assume. */
  readonly answers: readonly Answer[];
  readonly data: ReportData;
}

export const VERDICTS: Record<Verdict, string> = {
  allow: 'can',
  conditional: 'under conditions',
  partly: 'in part or in full',
  unknown: 'unknown',
};

/** The verdict; a part that is only allowed under conditions counts as conditional. */
export function verdictOf({ reach }: Answer): Verdict {
  const { verdict, statements } = reach!; // set for all answers to a question
  const isConditional = verdict === 'partly' && statements.every(({ statement }) => isConditionalIn(statement));
  return isConditional ? 'conditional' : verdict;
}

function isConditionalIn(statement: unknown): boolean {
  return Object.keys(objectOf(propertyOf(statement, 'Condition'))).length > 0;
}

/** Describes the statements that an answer is based on. */
export function becauseOf({ row, reach }: Answer, action: string): string[] {
  return row.role === undefined ? ['the role is not in the input']
    : reach!.statements.map(placed => statementInWords(placed, action));
}

function statementInWords({ policy, index, statement }: Placed, action: string): string {
  if (statement === undefined) {
    return `${policy.kind === 'boundary' ? 'the boundary' : 'the policy'} ${policy.name} is not in the input`;
  }
  const words = isObject(statement) ? statementInShort(narrowed(statement, action)) : 'a statement that cannot be read';
  return `${words} (statement ${index + 1} of ${policy.name}${policy.kind === 'boundary' ? ', its boundary' : ''})`;
}

/** The statement with only the requested actions. */
function narrowed(statement: JsonObject, action: string): JsonObject {
  const asked = foldCase(pattern(action));
  const actions = textsOf(statement.Action).filter(name => overlap(foldCase(pattern(name)), asked));
  return actions.length === 0 ? statement : { ...statement, Action: actions };
}

/** The principals that a role trusts if no service account can assume it. */
export function trustedInWords({ row: { arn, role } }: Answer, { otherIdentities }: ReportData): string[] {
  const identities = otherIdentities
    .filter(identity => identity.role === arn)
    .map(({ provider, subjects }) => `${provider}: ${listInShort(subjects, 3) || 'any subject'}`);
  const principals = principalsOf(role).filter(name => !otherIdentities.some(({ issuer }) => name.endsWith(issuer)));
  return [...identities, ...principals];
}
