/**
 * Rules for names.
 */

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const MAX_NAME_LENGTH = 253;
const MAX_QUALIFIED_NAME_LENGTH = 63;

const NAMES_ADVICE = 'See https://kubernetes.io/docs/concepts/overview/working-with-objects/names/';
const LABELS_ADVICE =
  'See https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set';
const PATTERN_ADVICE = 'Use * for any text and ? for one character.';

/** A rule for a name, and its text in an error. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly rule: string;
  readonly advice: string;
}

export const NAMESPACE: NameRule = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  longest: 63,
  rule: 'be a DNS-1123 label: at most 63 characters from a-z, 0-9 and -, with a letter or digit at both ends',
  advice: NAMES_ADVICE,
};

export const OBJECT_NAME: NameRule = {
  pattern: SUBDOMAIN,
  longest: MAX_NAME_LENGTH,
  rule: 'be a DNS-1123 subdomain: at most 253 characters from a-z, 0-9, - and ., with a letter or digit at both ends '
    + 'and next to every dot',
  advice: NAMES_ADVICE,
};

export const NAMESPACE_PATTERN: NameRule = {
  pattern: /^[-a-z0-9*?]+$/,
  longest: 63,
  rule: 'be a pattern of a-z, 0-9, -, * and ?, at most 63 characters',
  advice: PATTERN_ADVICE,
};

export const OBJECT_NAME_PATTERN: NameRule = {
  pattern: /^[-a-z0-9.*?]+$/,
  longest: MAX_NAME_LENGTH,
  rule: 'be a pattern of a-z, 0-9, -, ., * and ?, at most 253 characters',
  advice: PATTERN_ADVICE,
};

/** The rule for a label value that is not empty. */
export const LABEL_VALUE: NameRule = {
  pattern: QUALIFIED_NAME,
  longest: MAX_QUALIFIED_NAME_LENGTH,
  rule: 'be a label value: at most 63 letters, digits, -, _ and ., with a letter or digit at both ends',
  advice: LABELS_ADVICE,
};

/** The error text for a key of labels or annotations. */
export const METADATA_KEY = {
  rule: 'have keys of the form [DNS subdomain/]name, the name at most 63 letters, digits, -, _ and .',
  advice: LABELS_ADVICE,
};

/** @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
export const CLUSTER_NAME = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;

export const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** Role ARNs that the pod identity webhook accepts as well-formed. */
export const WEBHOOK_ROLE_ARN = /^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w\-/.@+=,]+$/;

/** Whether a name complies with a rule. */
export function keeps(name: string, { pattern, longest }: NameRule): boolean {
  return name.length <= longest && pattern.test(name);
}

/** Whether a text can be a key of labels or annotations. */
export function isMetadataKey(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  return (
    (prefix === undefined || keeps(prefix, OBJECT_NAME))
    && QUALIFIED_NAME.test(name)
    && name.length <= MAX_QUALIFIED_NAME_LENGTH
  );
}
