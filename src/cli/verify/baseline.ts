/**
 * Known findings from an earlier `--format json`, compared by rule and resource, never by line number or wording.
 */
import { arrayOf, isObject, objectOf, textOf } from '../../analysis/json-values';
import { reasonOf, readText, UnusableInput } from '../../analysis/reading/unusable-input';
import { Finding } from '../../analysis/rules/rule';
import { UsageError } from '../command';
import { printable } from '../text';

type Key = Pick<Finding, 'rule' | 'message'> & { readonly place: Partial<Finding['place']> };

/**
 * The findings that are not in the baseline. For each rule and resource, the baseline covers as many as it contains.
 *
 * @throws UsageError if the file is not the JSON of `verify`
 */
export function newFindings(findings: readonly Finding[], file: string): Finding[] {
  const known = new Map<string, number>();
  for (const finding of readBaseline(file)) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return findings.filter(finding => {
    const left = known.get(keyOf(finding)) ?? 0;
    known.set(keyOf(finding), left - 1);
    return left <= 0;
  });
}

/** The key of a finding: its rule, and its resource or the object at the start of the message. */
function keyOf({ rule, place: { file, stack, logicalId }, message }: Key): string {
  const resource = logicalId === undefined ? [file, message.split(':')[0]] : [stack, logicalId];
  return JSON.stringify([rule, ...resource]);
}

function readBaseline(file: string): Key[] {
  const { findings } = parseBaseline(file);
  if (!Array.isArray(findings)) {
    throw new UsageError([`${printable(file)}: is not a baseline. Create one with cdk-irsa verify --format json.`]);
  }
  return arrayOf(findings).filter(isObject).map(({ rule, message, place }) => ({
    rule: textOf(rule), message: textOf(message), place: objectOf(place),
  }));
}

function parseBaseline(file: string): { readonly findings?: unknown } {
  try {
    return objectOf<{ findings?: unknown }>(JSON.parse(readText(file)));
  } catch (error) {
    if (UnusableInput.is(error)) throw new UsageError([printable(error.message)]);
    throw new UsageError([`${printable(file)}: is not valid JSON: ${printable(reasonOf(error))}.`]);
  }
}
