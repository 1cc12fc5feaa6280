import { existsSync } from 'fs';
import { CliOption } from './arguments';
import { Output } from './command';
import { sourceOf } from './input-source';
import { printable } from './text';
import { accessMapOf } from '../analysis/reading/access-map-reader';
import { readInput } from '../analysis/reading/input';

/** What `verify` and `report` read. */
export const INPUT: [name: string, description: string] = [
  '[path...]',
  'cloud assemblies, CloudFormation templates, Kubernetes manifests, folders of them, or - for standard input'
    + ' (default: cdk.out)',
];

export const MANIFESTS = new CliOption(
  '--manifests <path>',
  'YAML that is not in the assembly: a file or a folder, such as what helm template prints; repeatable',
).repeatable();

export const EXCLUDE = new CliOption(
  '--exclude <pattern>',
  'leave out paths in folders, such as charts/*: * is any text, ? one character; repeatable',
).repeatable();

export interface InputOptions {
  readonly manifests?: string[];
  readonly exclude?: string[];
  readonly namespace?: string;
  readonly ownerLabel?: string;
}

/** The access map of the paths that are given, what of them cannot be read, and what was skipped. */
export function readMap(given: readonly string[], { manifests, exclude, namespace, ownerLabel }: InputOptions) {
  const paths = pathsToRead(given, manifests);
  const { assembly, manifests: manifestTexts, unreadable, skipped } = readInput(paths, manifests, { exclude });
  const map = accessMapOf(assembly, { manifestTexts, namespace, ownerLabel, unreadable });
  return {
    map,
    unreadable: unreadable.map(({ message }) => message),
    skipped,
    /** Costs time: the files are read again. */
    source: () => sourceOf(assembly, manifestTexts, [...paths, ...manifests ?? []]),
  };
}

/** Without any, the folder that cdk synth writes, unless there are only manifests. */
function pathsToRead(paths: readonly string[], manifests: readonly string[] = []): readonly string[] {
  const isManifestsOnly = manifests.length > 0 && !existsSync('cdk.out');
  return paths.length > 0 || isManifestsOnly ? paths : ['cdk.out'];
}

/** Messages of several lines each, one line after the other. */
export function writeLines({ stderr }: Output, messages: readonly string[]): void {
  for (const line of messages.flatMap(message => message.split('\n'))) stderr.write(`${printable(line)}\n`);
}
