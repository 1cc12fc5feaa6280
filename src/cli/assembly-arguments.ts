import { existsSync } from 'fs';
import { CliOption } from './arguments';

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

/** The paths that are given. Without any, the folder that cdk synth writes, unless there are only manifests. */
export function pathsToRead(paths: readonly string[], manifests: readonly string[] = []): readonly string[] {
  const isManifestsOnly = manifests.length > 0 && !existsSync('cdk.out');
  return paths.length > 0 || isManifestsOnly ? paths : ['cdk.out'];
}
