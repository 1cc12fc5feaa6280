import { CfnParameter } from 'aws-cdk-lib';
import { problem } from '../errors';
import { isToken } from './is-token';

/**
 * Characters that no parameter value may contain in a trust policy or a manifest: those that end a JSON or YAML string,
 * those that CloudFormation or IAM substitutes, and the wildcards of `StringLike`.
 */
const FORBIDDEN = [
  ...'"\'\\*?${}',
  ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)),
  '\u007f', '\u0085', '\u2028', '\u2029', '\u00e9',
];

/** Types of numbers and identifiers. Names of key pairs and security groups may contain any character. */
const SAFE_TYPES = /^(Number|AWS::EC2::[\w:]+::Id|AWS::Route53::HostedZone::Id|AWS::SSM::Parameter::Name)$/;
const FROM_PARAMETER_STORE = /^AWS::SSM::Parameter::Value</;

/** Returns why the value of a parameter could change the meaning of the document that contains it. */
export function parameterProblem(property: string, parameter: CfnParameter): string | undefined {
  const name = `${property} (parameter ${parameter.node.path})`;
  if (SAFE_TYPES.test(parameter.type)) return undefined;
  if (FROM_PARAMETER_STORE.test(parameter.type)) {
    return problem(
      name,
      'be a parameter whose value the template restricts',
      parameter.type,
      'AllowedPattern validates the name of a Parameter Store parameter, not its value. Pass the value as a String '
        + 'parameter with an allowedPattern, or read it at synth time (ssm.StringParameter.valueFromLookup).',
    );
  }
  const values = parameter.allowedValues;
  if (values && !isToken(values) && values.length > 0 && values.every(isSafeText)) return undefined;
  const pattern = parameter.allowedPattern;
  if (pattern && !isToken(pattern) && isSafePattern(pattern)) return undefined;
  return problem(
    name,
    'have an allowedPattern, anchored by ^ and $, that cannot match quotes, backslashes, line breaks, *, ?, $ or '
      + 'braces',
    pattern,
    'A value with one of these could change the policy. For a Kubernetes name, use allowedPattern: '
      + "'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'.",
  );
}

function isSafeText(value: string): boolean {
  return !isToken(value) && !FORBIDDEN.some(character => value.includes(character));
}

/**
 * Whether no text that the pattern matches contains forbidden characters. It supports literals, escapes, character
 * classes, groups, alternatives and quantifiers. Anything else counts as unsafe.
 */
export function isSafePattern(pattern: string): boolean {
  if (!pattern.startsWith('^') || !pattern.endsWith('$') || pattern.endsWith('\\$')) return false;
  const atoms = atomsOf(pattern.slice(1, -1));
  return atoms !== undefined && balanced(pattern) && atoms.every(isSafeAtom);
}

const ATOM = /\\.|\[(?![\^:])(?:\\.|[^\\[\]&])+\]|[^\\[\](){}|*+?^$]/y;
const GLUE = /\((?:\?:|(?!\?))|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??/y;

function atomsOf(body: string): string[] | undefined {
  const atoms: string[] = [];
  for (let at = 0; at < body.length;) {
    const glue = matchAt(GLUE, body, at);
    const atom = glue === undefined ? matchAt(ATOM, body, at) : undefined;
    if (atom !== undefined) atoms.push(atom);
    const length = (glue ?? atom)?.length;
    if (!length) return undefined;
    at += length;
  }
  return atoms;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A top-level alternative would escape the anchors: `^a|b$` is `(^a)|(b$)`. */
function balanced(pattern: string): boolean {
  let depth = 0;
  const plain = pattern.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '');
  for (const character of plain) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth < 0 || (character === '|' && depth === 0)) return false;
  }
  return depth === 0;
}

function isSafeAtom(atom: string): boolean {
  // Other escapes differ between regular-expression dialects, so \s, \p, \Q, \1, … are rejected.
  if (/\\(?![dw.\-/_:@=+,~])/.test(atom)) return false;
  try {
    const matches = new RegExp(`^(?:${atom})$`);
    return !FORBIDDEN.some(character => matches.test(character));
  } catch {
    return false; // not a valid class
  }
}
