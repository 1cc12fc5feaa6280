import * as z from 'zod/mini';
import { Json, Path, YamlFile } from './yaml-file';
import { object, oneOrMore, readShape, record, single, text } from './yaml-shape';
import { pathName } from '../text';

const NEW_VERSION = '2012-10-17';
const OLD_VERSION = '2008-10-17';
/** As the CDK takes it. */
const ACTION = /^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*]+)$/;
const ACTION_WITH_QUESTION_MARK = /^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/;
const INTRINSIC = /^(Ref|Fn::.+)$/;

const NONE: [rule: string, advice: string] = ['hold at least one', 'Write it out.'];
const ONE_ACTION = text(ACTION, 'be a service, a colon and an action, or *', 'For example s3:GetObject.');
const ACTIONS = z.optional(oneOrMore(ONE_ACTION, ...NONE));
const RESOURCES = z.optional(oneOrMore(text(), ...NONE));
const OPERAND = oneOrMore(
  single('be a single value', 'IAM compares to texts, numbers and booleans.'),
  'hold at least one value', 'A condition that is compared to nothing is never met.',
);
const STATEMENT = object({
  Sid: z.optional(text(/^[A-Za-z0-9]*$/, 'be letters and digits', 'IAM takes no others.')),
  Effect: text(/^(Allow|Deny)$/, 'be Allow or Deny', 'IAM has no third.', 'Without it IAM refuses the policy.'),
  Action: ACTIONS,
  NotAction: ACTIONS,
  Resource: RESOURCES,
  NotResource: RESOURCES,
  Condition: z.optional(record(record(OPERAND))),
}, { exact: 'a statement of an identity policy' });
const DOCUMENT = object({
  Version: z.optional(text(/^20(12|08)-10-17$/, `be ${NEW_VERSION} or ${OLD_VERSION}`, 'There are no others.')),
  Id: z.optional(z.unknown()),
  Statement: oneOrMore(STATEMENT, 'hold at least one statement', 'Write one, or leave attachPolicy out.'),
}, { exact: 'a policy document' });

/**
 * The document of `attachPolicy` as `PolicyDocument.fromJson` takes it; nothing if there is none, it is wrong or it
 * cannot be mapped. What `fromJson` would drop or guess is wrong here: IAM would refuse it, and a lost condition would
 * allow more.
 *
 * @param unmapped called with the reason why the policy cannot be mapped
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
    file.problem(place, 'be there', 'A policy has no empty values: a condition would be lost.');
  }
  if (empty.length > 0) return undefined;
  const obstacle = obstacleIn(values, policy.get('Version'));
  if (obstacle) {
    unmapped(...obstacle);
    return undefined;
  }

  readShape(DOCUMENT, file, path);
  const id = [...path, 'Id'];
  if (policy.has('Id')) file.note(id, 'the CDK writes no Id; it has no effect.');
  const statement = policy.get('Statement') ?? [];
  const statements = Array.isArray(statement) ? statement : [statement];
  statements.forEach((entry, index) => {
    const place = Array.isArray(statement) ? [...path, 'Statement', index] : [...path, 'Statement'];
    for (const [key, opposite] of [['Action', 'NotAction'], ['Resource', 'NotResource']]) {
      if (entry instanceof Map && entry.has(key) === entry.has(opposite)) {
        file.problem(place, `hold exactly one of ${key} and ${opposite}`, 'Write one of them.');
      }
    }
  });
  return new Map<string, Json>([['Version', NEW_VERSION], ['Statement', statements]]);
}

/** What makes a policy that IAM takes impossible to write with the CDK. */
function obstacleIn(values: [Path, Json][], version?: Json): [Path, string] | undefined {
  const placeOf = (is: (value: Json, path: Path) => boolean) => values.find(([path, value]) => is(value, path))?.[0];
  const intrinsic = placeOf(value => value instanceof Map && [...value.keys()].some(key => INTRINSIC.test(key)));
  if (intrinsic) {
    return [intrinsic, 'It is a CloudFormation function: write the policy into the program, with Fn, or with'
      + ' stack.account and the like.'];
  }

  const action = placeOf((value, path) => typeof value === 'string' && value.includes('?')
    && ACTION_WITH_QUESTION_MARK.test(value) && /\.(Not)?Action(\[\d+\])?$/.test(pathName(path)));
  if (action) return [action, 'The CDK takes no ? in an action: write out the actions that are meant.'];

  const hasVariable = (value: Json) => typeof value === 'string' && value.includes('${');
  const variable = version === NEW_VERSION ? undefined : placeOf(hasVariable);
  return variable && [variable, `The CDK writes version ${NEW_VERSION}, where \${…} is a variable; in`
    + ` ${OLD_VERSION}, the version of`
    + ' this policy, it is plain text. Set Version to the one that is meant.'];
}

function* everyValue(value: Json, path: Path): Generator<[Path, Json]> {
  yield [path, value];
  const inside = value instanceof Map || Array.isArray(value) ? value.entries() : [];
  for (const [key, item] of inside) yield* everyValue(item, [...path, key]);
}
