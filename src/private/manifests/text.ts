import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isKnown, isListToken, Manifest, objectName, unresolvedProblem } from './objects';
import { yamlText } from './yaml-text';
import { GENERATED_MARK } from '../../conventions/assembly-record';
import { mayHoldToken, settleForManifest } from '../values/tokens';
import { embeddedProblems, hasDynamicReference } from '../values/value-safety';

// With CR too: a checkout by Git on Windows may have put it there.
const HEADER = new RegExp(
  `^${GENERATED_MARK.replaceAll('.', '\\.')}\r?\n(?:# Owner: (\\S+)\\.\r?\n)?`
    + '((?:# App: .*\\. Stack: .* \\(.*\\)\\.\\r?\\n)+)',
);

/** The comment on top of all that goes out: what it is, and the stacks that it is made for. */
export function header(stacks: Stack[], owner?: string): string {
  return [GENERATED_MARK, ...owner === undefined ? [] : [`# Owner: ${owner}.`], ...stacks.map(stackLine)].join('\n');
}

/** The line of the header that names a stack. */
export function stackLine(stack: Stack): string {
  return `# App: ${oneLine(stack.node.root.node.id || 'App')}. Stack: ${oneLine(stack.node.path)} `
    + `(${oneLine(stack.stackName)}).`;
}

/** What the header of a generated file says. */
export interface Header {
  readonly owner?: string;
  /** A line for each stack, as `stackLine` has it. */
  readonly stackLines: string[];
}

/** The header of a text; undefined if this library has not written it. */
export function headerOf(text: string): Header | undefined {
  const [, owner, lines] = HEADER.exec(text) ?? [];
  return lines === undefined ? undefined : { owner, stackLines: lines.trimEnd().split(/\r?\n/) };
}

/** The id of a construct may hold anything; a line break would end the comment. */
function oneLine(text: string): string {
  return text.replace(/\s/g, ' ');
}

/** Stands for a refused value until validation has stopped the synth. */
const REFUSED = 'refused';

/** Objects as they go out, and what is wrong with them. */
export interface SettledManifests {
  readonly manifests: Manifest[];
  readonly problems: string[];
}

/**
 * Settles every token in the objects.
 *
 * @param allowDeferred whether texts that only the deployment knows may stay, as tokens; lists and numbers never may
 */
export function settleManifests(scope: IConstruct, manifests: Manifest[], allowDeferred: boolean): SettledManifests {
  const problems: string[] = [];
  const settle = (manifest: Manifest, value: unknown, path: string[]): unknown => {
    if (Token.isUnresolved(value)) {
      const settled = settleForManifest(scope, value);
      if (isKnown(settled)) return settled;
      if (!allowDeferred || typeof value !== 'string') {
        problems.push(unresolvedProblem(manifest, path, settled));
        return REFUSED;
      }
      problems.push(...embeddedProblems(scope, `${path.join('.')} of ${objectName(manifest)}`, value));
      return value;
    }
    // Of the file nobody replaces them, in the output CloudFormation does.
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

/** YAML in the order in which it is safe to apply: what workloads need comes before the workloads. */
export function manifestText(manifests: Manifest[]): string {
  const sorted = [...manifests].sort((left, right) => place(left) - place(right));
  if (!mayHoldToken(sorted)) return yamlText(sorted);
  const deferred: string[] = [];
  // Not a part of any text in the objects, since it is a hash of them all. `@` cannot begin a plain scalar: it is
  // always quoted.
  const mark = `@${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}-`;
  const marked = (value: unknown): unknown => {
    if (typeof value === 'string' && Token.isUnresolved(value)) return `${mark}${deferred.push(value) - 1}`;
    if (Array.isArray(value)) return value.map(marked);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [marked(key), marked(item)]));
  };
  // A text whose end only the deployment knows stands in double quotes, as JSON, which is YAML too.
  return yamlText(sorted.map(marked))
    .replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_, index) => JSON.stringify(deferred[Number(index)]));
}

/**
 * The number in the name of an object's file. A Pod made before its ServiceAccount is there gets no credentials,
 * silently; and a ServiceAccount gets the role that the policies of a guard know already.
 */
export function rank({ kind }: Pick<Manifest, 'kind'>): number {
  const first = ORDER.findIndex(kinds => kinds.includes(kind));
  return first < 0 ? ORDER.length : first;
}

const POLICIES = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];
const ORDER = [['Namespace', ...POLICIES], ['Role', 'RoleBinding', 'ServiceAccount']];

/** Where in the order an object comes, in a file and in a folder. */
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
      `\`chart\` must hold each object once, got: ${objectName(manifest)} twice. The second would overwrite the `
        + 'first: remove one of them, or give each cluster a stack or a chart of its own.',
    ];
  });
}
