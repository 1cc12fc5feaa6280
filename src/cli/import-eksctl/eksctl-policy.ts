import * as z from 'zod/mini';
import { Json, Path, YamlFile } from './yaml-file';
import { object, oneOrMore, readShape, record, single, text } from './yaml-shape';
import { pathName } from '../text';

const NEW_VERSION = '2012-10-17';
const OLD_VERSION = '2008-10-17';
/** The form of actions that the CDK accepts. */
const ACTION = /^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*]+)$/;
const ACTION_WITH_QUESTION_MARK = /^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/;
const INTRINSIC = /^(Ref|Fn::.+)$/;

const NONE: [rule: string, advice: string] = ['contain at least one', 'Add at least one value.'];
const ONE_ACTION = text(ACTION, 'be a service, a colon and an action, or *', 'For example s3:GetObject.');
const ACTIONS = z.optional(oneOrMore(ONE_ACTION, ...NONE));
const RESOURCES = z.optional(oneOrMore(text(), ...NONE));
const OPERAND = oneOrMore(
  single('be a single value', 'IAM compares with strings, numbers and booleans.'),
  'contain at least one value', 'A condition without values is never met.',
);
const STATEMENT = object({
  Sid: z.optional(text(/^[A-Za-z0-9]*$/, 'be letters and digits', 'IAM accepts no other characters.')),
  Effect: text(/^(Allow|Deny)$/, 'be Allow or Deny', 'IAM has no other effect.', 'Without it IAM rejects the policy.'),
  Action: ACTIONS,
  NotAction: ACTIONS,
  Resource: RESOURCES,
  NotResource: RESOURCES,
  Condition: z.optional(record(record(OPERAND))),
}, { exact: 'a statement of an identity policy' });
const DOCUMENT = object({
  Version: z.optional(text(/^20(12|08)-10-17$/, `be ${NEW_VERSION} or ${OLD_VERSION}`, 'There are no other versions.')),
  Id: z.optional(z.unknown()),
  Statement: oneOrMore(STATEMENT, 'contain at least one statement', 'Add a statement, or remove attachPolicy.'),
}, { exact: 'a policy document' });

/**
 * The document of `attachPolicy` for `PolicyDocument.fromJson`; undefined if it is missing, invalid or cannot be
 * mapped. Anything that `fromJson` would drop or guess is invalid: IAM would reject it, and a lost condition would
 * allow more.
 *
 * @param unmapped called with the reason if the policy cannot be mapped
 */
export function readPolicy(
  file: YamlFile, path: Path, unmapped: (cause: Path, advice: string) => void,
): Map<string, Json> | undefined {
  const policy = file.at(path);
  if (!(policy instanceof Map)) {
    file.problem(path, 'be a policy document', 'Write Version and Statement.');
    return undefined;
  }
  if (policy.size === 0) return undefined;
  const values = [...everyValue(policy, path)];
  const empty = values.filter(([, value]) => value === null);
  for (const [place] of empty) {
    file.problem(place, 'have a value', 'Empty values are not allowed in a policy, because a condition would be lost.');
  }
  if (empty.length > 0) return undefined;
  const obstacle = obstacleIn(values, policy.get('Version'));
  if (obstacle) {
    unmapped(...obstacle);
    return undefined;
  }

  readShape(DOCUMENT, file, path);
  const id = [...path, 'Id'];
  if (policy.has('Id')) file.note(id, 'is left out, because the CDK does not write it. It has no effect.');
  const statement = policy.get('Statement') ?? [];
  const statements = Array.isArray(statement) ? statement : [statement];
  statements.forEach((entry, index) => {
    const place = Array.isArray(statement) ? [...path, 'Statement', index] : [...path, 'Statement'];
    for (const [key, opposite] of [['Action', 'NotAction'], ['Resource', 'NotResource']]) {
      if (entry instanceof Map && entry.has(key) === entry.has(opposite)) {
        file.problem(place, `contain exactly one of ${key} and ${opposite}`, 'Write one of them.');
      }
    }
  });
  return new Map<string, Json>([['Version', NEW_VERSION], ['Statement', statements]]);
}

/** The reason why a valid policy cannot be written with the CDK, if any. */
function obstacleIn(values: [Path, Json][], version?: Json): [Path, string] | undefined {
  const placeOf = (is: (value: Json, path: Path) => boolean) => values.find(([path, value]) => is(value, path))?.[0];
  const intrinsic = placeOf(value => value instanceof Map && [...value.keys()].some(key => INTRINSIC.test(key)));
  if (intrinsic) {
    return [intrinsic, 'It contains a CloudFormation function. Write the policy in the program, with Fn or values such'
      + ' as stack.account.'];
  }

  const action = placeOf((value, path) => typeof value === 'string' && value.includes('?')
    && ACTION_WITH_QUESTION_MARK.test(value) && /\.(Not)?Action(\[\d+\])?$/.test(pathName(path)));
  if (action) return [action, 'The CDK does not accept ? in an action. List the actions explicitly.'];

  const hasVariable = (value: Json) => typeof value === 'string' && value.includes('${');
  const variable = version === NEW_VERSION ? undefined : placeOf(hasVariable);
  return variable && [variable, `The CDK writes version ${NEW_VERSION}, in which \${…} is a variable, but this policy`
    + ` has version ${OLD_VERSION}, in which`
    + ' it is plain text. Set Version to the intended one.'];
}

function* everyValue(value: Json, path: Path): Generator<[Path, Json]> {
  yield [path, value];
  const inside = value instanceof Map || Array.isArray(value) ? value.entries() : [];
  for (const [key, item] of inside) yield* everyValue(item, [...path, key]);
}
