/**
 * Who can do an action on a resource: the question, and the answers to it.
 */
import { foldCase, overlap, pattern } from '../../analysis/iam/patterns';
import { objectOf, propertyOf } from '../../analysis/json-values';
import { listInShort } from '../../analysis/lists';
import { permissionInShort, principalsOf } from '../report/in-words';
import { Permission, permissionsOf } from '../report/permissions';
import { ReportData } from '../report/report-data';
import { Answer, Placed, Verdict } from '../report/rows';

export interface WhoCan {
  readonly action: string;
  /** Undefined: any resource. */
  readonly resource?: string;
  /** Ways from service accounts to roles; and roles that no service account can assume. */
  readonly answers: readonly Answer[];
  readonly data: ReportData;
}

export const VERDICTS: Record<Verdict, string> = {
  allow: 'can',
  conditional: 'under conditions',
  partly: 'in part or in full',
  unknown: 'unknown',
};

/** A part that is only allowed under conditions is not "can". */
export function verdictOf({ reach }: Answer): Verdict {
  const { verdict, statements } = reach!; // of everything that a question found
  const isConditional = verdict === 'partly' && statements.every(({ statement }) => isConditionalIn(statement));
  return isConditional ? 'conditional' : verdict;
}

function isConditionalIn(statement: unknown): boolean {
  return Object.keys(objectOf(propertyOf(statement, 'Condition'))).length > 0;
}

/** The statements that an answer rests on, in words. */
export function becauseOf({ row, reach }: Answer, action: string): string[] {
  return row.role === undefined ? ['the role is not in the input']
    : reach!.statements.map(placed => statementInWords(placed, action));
}

function statementInWords({ policy, index, statement }: Placed, action: string): string {
  if (statement === undefined) {
    return `${policy.kind === 'boundary' ? 'the boundary' : 'the policy'} ${policy.name} is not in the input`;
  }
  const permissions = permissionsOf([{ Statement: [statement] }]).map(permission => narrowed(permission, action));
  const words = permissions.length > 0 ? permissionInShort(permissions[0]) : 'a statement that cannot be read';
  return `${words} (statement ${index + 1} of ${policy.name}${policy.kind === 'boundary' ? ', its boundary' : ''})`;
}

/** With the actions that are asked for. */
function narrowed(permission: Permission, action: string): Permission {
  const asked = foldCase(pattern(action));
  const actions = permission.actions.filter(name => overlap(foldCase(pattern(name)), asked));
  return permission.notActions || actions.length === 0 ? permission : { ...permission, actions };
}

/** Whom a role trusts that no service account can assume. */
export function trustedInWords({ row: { arn, role } }: Answer, { otherIdentities }: ReportData): string[] {
  const identities = otherIdentities
    .filter(identity => identity.role === arn)
    .map(({ provider, subjects }) => `${provider}: ${listInShort(subjects, 3) || 'any subject'}`);
  const principals = principalsOf(role).filter(name => !otherIdentities.some(({ issuer }) => name.endsWith(issuer)));
  return [...identities, ...principals];
}
