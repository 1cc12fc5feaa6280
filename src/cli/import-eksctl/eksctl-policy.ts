import { Remarks } from './remarks';
import { Json, Value } from './yaml-file';

const NEW_VERSION = '2012-10-17';
const OLD_VERSION = '2008-10-17';
const STATEMENT_KEYS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
/** As the CDK takes it. */
const ACTION = /^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*]+)$/;
const ACTION_WITH_QUESTION_MARK = /^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/;
const INTRINSIC = /^(Ref|Fn::.+)$/;

/**
 * The document of `attachPolicy` as `PolicyDocument.fromJson` takes it; nothing when there is none, it is wrong or it cannot be mapped.
 * What `fromJson` would drop or guess is wrong here: IAM would refuse it, and a lost condition would let more in.
 *
 * @param unmapped told why the policy cannot be mapped
 */
export function readPolicy(policy: Value, remarks: Remarks, unmapped: (value: Value, advice: string) => void): Map<string, Json> | undefined {
  if (!policy.isObject) return policy.wrong('be a policy document', 'Write Version and Statement.');
  if (policy.allEntries().length === 0) return undefined;
  const empty = [...everyValue(policy)].filter(({ isNothing }) => isNothing);
  for (const value of empty) value.wrong('be there', 'A policy has no empty values: a condition would be lost.');
  if (empty.length > 0) return undefined;
  const obstacle = obstacleIn(policy);
  if (obstacle) {
    unmapped(...obstacle);
    return undefined;
  }

  const before = remarks.count('problem');
  checkKeys(policy, ['Version', 'Id', 'Statement'], 'a policy document');
  policy.get('Version')?.textLike(/^20(12|08)-10-17$/, `be ${NEW_VERSION} or ${OLD_VERSION}`, 'There are no others.');
  const id = policy.get('Id');
  if (id) remarks.note(id.keyPlace, id.path, 'the CDK writes no Id; it has no effect.');
  const statements = statementsOf(policy).map(readStatement);
  return remarks.count('problem') > before ? undefined : new Map<string, Json>([['Version', NEW_VERSION], ['Statement', statements]]);
}

function statementsOf(policy: Value): Value[] {
  const value = policy.get('Statement');
  const statements = value?.isList ? value.items() : value ? [value] : [];
  if (statements.length === 0) policy.missing('Statement', 'hold at least one statement', 'Write one, or leave attachPolicy out.');
  return statements;
}

function readStatement(statement: Value): Map<string, Json> {
  checkKeys(statement, STATEMENT_KEYS, 'a statement of an identity policy');
  if (!statement.isObject) return new Map();
  statement.get('Sid')?.textLike(/^[A-Za-z0-9]*$/, 'be letters and digits', 'IAM takes no others.');
  const effect = statement.get('Effect');
  if (effect) effect.textLike(/^(Allow|Deny)$/, 'be Allow or Deny', 'IAM has no third.');
  else statement.missing('Effect', 'be Allow or Deny', 'Without it IAM refuses the policy.');
  for (const action of oneOf(statement, 'Action', 'NotAction')) checkAction(action);
  for (const resource of oneOf(statement, 'Resource', 'NotResource')) resource.text();
  const condition = statement.get('Condition');
  for (const operator of condition?.entries() ?? []) {
    for (const { value } of operator.value.entries()) checkOperand(value);
  }
  return statement.json() as Map<string, Json>;
}

/** The values of one of two keys, of which a statement has exactly one. */
function oneOf(statement: Value, key: string, opposite: string): Value[] {
  const found = [key, opposite].map(name => statement.get(name)).filter(value => value !== undefined);
  if (found.length !== 1) statement.wrong(`hold exactly one of ${key} and ${opposite}`, 'Write one of them.');
  return found.flatMap(value => {
    if (!value.isList) return [value];
    const items = value.items();
    if (items.length === 0) value.wrong('hold at least one', 'Write it out.');
    return items;
  });
}

function checkAction(action: Value): void {
  action.textLike(ACTION, 'be a service, a colon and an action, or *', 'For example s3:GetObject.');
}

function checkOperand(value: Value): void {
  const items = value.isList ? value.items() : [value];
  if (items.length === 0) value.wrong('hold at least one value', 'A condition that is compared to nothing is never met.');
  for (const item of items) {
    if (item.isList || item.isObject) item.wrong('be a single value', 'IAM compares to texts, numbers and booleans.');
  }
}

function checkKeys(value: Value, known: string[], what: string): void {
  for (const { key, value: found } of value.entries()) {
    if (!known.includes(key)) found.wrongKey(key, `not be in ${what}, which has ${known.join(', ')}`, 'Check how it is spelled.');
  }
}

/** What makes a policy that IAM takes impossible to write with the CDK. */
function obstacleIn(policy: Value): [Value, string] | undefined {
  const values = [...everyValue(policy)];
  const intrinsic = values.find(value => value.isObject && value.entries().some(({ key }) => INTRINSIC.test(key)));
  if (intrinsic) return [intrinsic, 'It is a CloudFormation function: write the policy into the program, with Fn, or with stack.account and the like.'];

  const texts = values.filter(value => !value.isList && !value.isObject).map(value => ({ value, text: value.raw }));
  const action = texts.find(({ value, text }) => /\.(Not)?Action(\[\d+\])?$/.test(value.path) && ACTION_WITH_QUESTION_MARK.test(text) && text.includes('?'));
  if (action) return [action.value, 'The CDK takes no ? in an action: write out the actions that are meant.'];

  const variable = policy.get('Version')?.raw === NEW_VERSION ? undefined : texts.find(({ text }) => text.includes('${'));
  return variable && [variable.value, `The CDK writes version ${NEW_VERSION}, where \${…} is a variable; in ${OLD_VERSION}, the version of this policy, it is plain text. Set Version to the one that is meant.`];
}

function* everyValue(value: Value): Generator<Value> {
  yield value;
  const inside = value.isList ? value.items() : value.isObject ? value.allEntries().map(entry => entry.value) : [];
  for (const one of inside) yield* everyValue(one);
}
