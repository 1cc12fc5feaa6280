/**
 * Describes policy statements in one line of evidence.
 */
import { claimOf, isClaim, issuerOf } from '../../../analysis/iam/claims';
import { isObject, propertyOf, textsOf } from '../../../analysis/json-values';
import { listInShort } from '../../../analysis/lists';
import { conditionsOf, issuerOfArn, statementsOf } from '../../../analysis/reading/trusted-subjects';
import { printable } from '../../text';

const SHOWN = 3;
const MAX_LENGTH = 300;

/** `Statement[0] (Sid)`. */
export function statementPlace(document: unknown, index: number): string {
  const sid = propertyOf(statementsOf(document)[index], 'Sid');
  return printable(`Statement[${index}]${typeof sid === 'string' && sid !== '' ? ` (${sid})` : ''}`);
}

/** Summarizes a statement in one line. */
export function describeStatement(document: unknown, index: number): string {
  const statement = statementsOf(document)[index];
  if (!isObject(statement)) return statementPlace(document, index);
  const { Effect, Action, NotAction, Resource, NotResource, Principal } = statement;
  const issuers = textsOf(propertyOf(Principal, 'Federated')).map(issuerOfArn);
  // Shortened if the principal already names the issuer.
  const keyOf = (key: string) => (isClaim(key) && issuers.includes(issuerOf(key)) ? claimOf(key) : key);
  const parts = [
    `${typeof Effect === 'string' ? Effect : '?'} `
      + `${NotAction === undefined ? some(Action) : `all but ${some(NotAction)}`}`,
    ...(Resource === undefined ? [] : [`on ${some(Resource)}`]),
    ...(NotResource === undefined ? [] : [`on all but ${some(NotResource)}`]),
    ...(Principal === undefined
      ? []
      : [`for ${isObject(Principal) ? some(Object.values(Principal).flat()) : some(Principal)}`]),
    ...conditionsOf(statement).map(
      ({ operator, key, values }, at) => `${at === 0 ? 'where' : 'and'} ${keyOf(key)} ${operator} ${some(values)}`,
    ),
  ];
  const text = printable(`${statementPlace(document, index)}: ${parts.join(' ')}`);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function some(value: unknown): string {
  return listInShort(textsOf(value), SHOWN);
}
