import { existsSync } from 'fs';
import { normalize } from 'path';
import { CliOption } from './arguments';
import { Output, UsageError } from './command';
import { sourceOf } from './input-source';
import { printable } from './text';
import { accessMapOf } from '../analysis/reading/access-map-reader';
import { readInput } from '../analysis/reading/input';

const ASSEMBLY = 'cdk.out';

/** What `verify`, `report` and `who-can` read. */
export const INPUT: [name: string, description: string] = [
  '[path...]',
  'cloud assemblies, CloudFormation templates, Kubernetes manifests, folders of them, or - for standard input'
    + ` (default: ${ASSEMBLY})`,
];

export const MANIFESTS = new CliOption(
  '--manifests <path>',
  'read more YAML: a file or a folder, such as the output of helm template; repeatable',
).repeatable();

export const EXCLUDE = new CliOption(
  '--exclude <pattern>',
  'skip paths in folders, such as charts/*; * matches any text, ? one character; repeatable',
).repeatable();

/** @param more what else the option changes */
export const namespaceOption = (more = '') =>
  new CliOption('-n, --namespace <name>', `the namespace of objects that do not name one${more}`);

export interface InputOptions {
  readonly manifests?: string[];
  readonly exclude?: string[];
  readonly namespace?: string;
  readonly ownerLabel?: string;
}

/**
 * The access map of the given paths, what cannot be read, and what was skipped.
 *
 * @throws UsageError if there is no cloud assembly in the default folder
 * @throws UnusableInput if nothing can be read
 */
export function readMap(given: readonly string[], { manifests, exclude, namespace, ownerLabel }: InputOptions) {
  const paths = pathsToRead(given, manifests);
  const { assembly, manifests: manifestTexts, unreadable, skipped } = readInput(paths, manifests, { exclude });
  const map = accessMapOf(assembly, { manifestTexts, namespace, ownerLabel, unreadable });
  return {
    map,
    unreadable: unreadable.map(({ message }) => message),
    skipped,
    /** Slow: reads the files again. */
    source: () => sourceOf(assembly, manifestTexts, [...paths, ...manifests ?? []]),
  };
}

/** The default is the folder that `cdk synth` writes, unless there are only manifests. */
function pathsToRead(paths: readonly string[], manifests: readonly string[] = []): readonly string[] {
  const [path = ASSEMBLY, ...others] = paths;
  if (existsSync(path) || others.length > 0) return [path, ...others];
  if (paths.length === 0 && manifests.length > 0) return [];
  if (manifests.length === 0) checkAssembly(path);
  return [path];
}

/** @throws UsageError if it is the path of the default folder, which is missing */
export function checkAssembly(path: string): void {
  if (normalize(`${path}/`) !== `${ASSEMBLY}/` || existsSync(path)) return;
  throw new UsageError([
    `No cloud assembly in ./${ASSEMBLY}. Run \`npx cdk synth\` first, or pass a path to an assembly, templates or `
      + 'manifests.',
  ]);
}

/** Writes one line after the other. */
export function writeLines({ stderr }: Output, messages: readonly string[]): void {
  for (const line of messages.flatMap(message => message.split('\n'))) stderr.write(`${printable(line)}\n`);
}
