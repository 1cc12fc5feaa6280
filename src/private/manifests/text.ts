import { createHash } from 'crypto';
import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isKnown, isListToken, Manifest, objectName, unresolvedProblem } from './objects';
import { yamlText } from './yaml-text';
import { GENERATED_MARK } from '../../conventions/assembly-record';
import { isToken } from '../values/is-token';
import { mayHoldToken, settleForManifest } from '../values/tokens';
import { embeddedProblems, hasDynamicReference } from '../values/value-safety';

// Accepts CR, which Git on Windows may have added.
const HEADER = new RegExp(
  `^${GENERATED_MARK.replaceAll('.', '\\.')}\r?\n(?:# Owner: (\\S+)\\.\r?\n)?`
    + '((?:# App: .*\\. Stack: .* \\(.*\\)\\.\\r?\\n)+)',
);

/** Returns the comment at the top of every generated file, which names the stacks. */
export function header(stacks: Stack[], owner?: string): string {
  return [GENERATED_MARK, ...owner === undefined ? [] : [`# Owner: ${owner}.`], ...stacks.map(stackLine)].join('\n');
}

/** Returns the line of the header that names a stack. */
export function stackLine(stack: Stack): string {
  return `# App: ${oneLine(stack.node.root.node.id || 'App')}. Stack: ${oneLine(stack.node.path)} `
    + `(${oneLine(stack.stackName)}).`;
}

/** The parsed header of a generated file. */
export interface Header {
  readonly owner?: string;
  /** One line per stack, as `stackLine` returns it. */
  readonly stackLines: string[];
}

/** Returns the header of a text. Undefined if this library did not generate it. */
export function headerOf(text: string): Header | undefined {
  const [, owner, lines] = HEADER.exec(text) ?? [];
  return lines === undefined ? undefined : { owner, stackLines: lines.trimEnd().split(/\r?\n/) };
}

/** The ID of a construct may contain any character, but a line break would end the comment. */
function oneLine(text: string): string {
  return text.replace(/\s/g, ' ');
}

/** A placeholder for a rejected value, until validation stops the synth. */
const REFUSED = 'refused';

/** Objects as they are written, and what is wrong with them. */
export interface SettledManifests {
  readonly manifests: Manifest[];
  readonly problems: string[];
}

/**
 * Replaces every token in the objects with its value at synth time.
 *
 * @param allowDeferred whether text that is known only at deployment may stay as tokens; lists and numbers may not
 */
export function settleManifests(scope: IConstruct, manifests: Manifest[], allowDeferred: boolean): SettledManifests {
  const problems: string[] = [];
  const settle = (manifest: Manifest, value: unknown, path: string[]): unknown => {
    if (isToken(value)) {
      const settled = settleForManifest(scope, value);
      if (isKnown(settled)) return settled;
      if (!allowDeferred || typeof value !== 'string') {
        problems.push(unresolvedProblem(manifest, path, settled));
        return REFUSED;
      }
      problems.push(...embeddedProblems(scope, `${path.join('.')} of ${objectName(manifest)}`, value));
      return value;
    }
    // CloudFormation replaces dynamic references in an output, but nothing replaces them in a file.
    if (allowDeferred && hasDynamicReference(value) && typeof value === 'string') {
      problems.push(...embeddedProblems(scope, `${path.join('.')} of ${objectName(manifest)}`, value));
    }
    if (Array.isArray(value)) {
      return value.flatMap((item, index) =>
        isListToken(item) ? settle(manifest, [item], path) : [settle(manifest, item, [...path, `${index}`])],
      );
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => {
      const field = [...path, key];
      return [settle(manifest, key, field), settle(manifest, item, field)];
    }));
  };
  const settled = manifests.map(manifest => (
    allowDeferred || mayHoldToken(manifest) ? settle(manifest, manifest, []) as Manifest : manifest));
  return { manifests: settled, problems: [...new Set([...problems, ...repeatedProblems(settled)])] };
}

/** Returns YAML in an order that is safe to apply: objects that workloads need come before the workloads. */
export function manifestText(manifests: Manifest[]): string {
  const sorted = [...manifests].sort((left, right) => place(left) - place(right));
  if (!mayHoldToken(sorted)) return yamlText(sorted);
  const deferred: string[] = [];
  // Cannot be part of any text in the objects, because it is a hash of them all. `@` cannot begin a plain scalar, so it
  // is always quoted.
  const mark = `@${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}-`;
  const marked = (value: unknown): unknown => {
    if (typeof value === 'string' && isToken(value)) return `${mark}${deferred.push(value) - 1}`;
    if (Array.isArray(value)) return value.map(marked);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [marked(key), marked(item)]));
  };
  // Text that is known only at deployment is written in double quotes, as JSON, which is valid YAML.
  return yamlText(sorted.map(marked))
    .replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_, index) => JSON.stringify(deferred[Number(index)]));
}

/**
 * Returns the number in the file name of an object. A Pod that is created before its ServiceAccount silently gets no
 * credentials, and the policies of a guard must exist before a ServiceAccount gets its role.
 */
export function rank({ kind }: Pick<Manifest, 'kind'>): number {
  const first = ORDER.findIndex(kinds => kinds.includes(kind));
  return first < 0 ? ORDER.length : first;
}

const POLICIES = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];
const ORDER = [['Namespace', ...POLICIES], ['Role', 'RoleBinding', 'ServiceAccount']];

/** Returns the position of an object in the order, in a file and in a folder. */
function place(manifest: Pick<Manifest, 'kind'>): number {
  return rank(manifest) + (POLICIES.includes(manifest.kind) ? 0.5 : 0);
}

function repeatedProblems(manifests: Manifest[]): string[] {
  const seen = new Set<string>();
  return manifests.flatMap(manifest => {
    const key = JSON.stringify([
      manifest.apiVersion,
      manifest.kind,
      manifest.metadata?.namespace,
      manifest.metadata?.name,
    ]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      `\`chart\` must contain each object only once, got: ${objectName(manifest)} twice. The second would overwrite `
        + 'the first. Remove one of them, or use a separate stack or chart for each cluster.',
    ];
  });
}
