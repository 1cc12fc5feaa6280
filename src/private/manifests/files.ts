import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'fs';
import { basename, dirname, join, relative, sep } from 'path';
import { Stack } from 'aws-cdk-lib';
import { Yaml } from 'cdk8s';
import { IConstruct } from 'constructs';
import { problem } from '../errors';
import { objectFileName } from './file-names';
import { HelmValuesPart, mergeHelmValues } from './helm-values';
import { Manifest, objectName } from './objects';
import { hasHeader, header, manifestText } from './text';

const KUSTOMIZATION = 'kustomization.yaml';
const OTHER_KUSTOMIZATIONS = ['kustomization.yml', 'Kustomization'];

/** What one stack has for files. */
export interface StackFiles {
  /** Where problems are told. */
  readonly owner: IConstruct;
  /** Whether all objects in the folder are for one cluster: a folder that is applied as a whole. */
  readonly applied: boolean;
  readonly kustomization: boolean;
  /** The objects by the name of their file. */
  readonly objects: Map<string, Manifest[]>;
  readonly values: HelmValuesPart[];
}

/** A file that synth is to write. */
export interface PlannedFile {
  readonly path: string;
  readonly owners: IConstruct[];
  readonly text: () => string;
}

/** The objects by the name of their file: one for each, or one for all. */
export function objectFiles(manifests: Manifest[], fileForAll: string | undefined): Map<string, Manifest[]> {
  const files = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const name = fileForAll ?? objectFileName(manifest);
    const others = files.get(name);
    if (others) others.push(manifest);
    else files.set(name, [manifest]);
  }
  return files;
}

/** The files of the stacks that share a folder. */
export function plannedFiles(folder: string, stacks: StackFiles[]): PlannedFile[] {
  const file = (name: string, owners: IConstruct[], body: () => string): PlannedFile =>
    ({ path: join(folder, name), owners, text: () => `${header(owners.map(owner => Stack.of(owner)))}\n${body()}` });

  const objects = stacks.flatMap(({ owner, objects: files }) =>
    [...files].map(([name, manifests]) => file(name, [owner], () => manifestText(manifests))));
  const names = objects.map(({ path }) => basename(path)).sort();
  const kustomized = stacks.some(({ kustomization }) => kustomization);
  const contributors = stacks.filter(stack => stack.objects.size > 0 || stack.kustomization).map(({ owner }) => owner);
  return [
    ...objects,
    ...(kustomized ? [file(KUSTOMIZATION, contributors, () => kustomizationText(names))] : []),
    ...[...valuesFiles(stacks)].map(([name, { parts, owners }]) =>
      file(name, owners, () => Yaml.stringify(mergeHelmValues(parts).values)),
    ),
  ];
}

function kustomizationText(resources: string[]): string {
  return Yaml.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}

/** What is wrong with the files of the stacks that share a folder, by the one who can change it. */
export function fileProblems(folder: string, stacks: StackFiles[]): Map<IConstruct, string[]> {
  const found = new Map<IConstruct, string[]>();
  for (const [who, message] of [
    ...repeatedObjects(folder, stacks),
    ...contradictions(stacks),
    ...plannedProblems(plannedFiles(folder, stacks)),
  ]) {
    found.set(who, [...(found.get(who) ?? []), message]);
  }
  return found;
}

type Problem = [owner: IConstruct, message: string];

function valuesFiles(stacks: StackFiles[]): Map<string, { parts: HelmValuesPart[]; owners: IConstruct[] }> {
  const files = new Map<string, { parts: HelmValuesPart[]; owners: IConstruct[] }>();
  for (const { owner, values } of stacks) {
    for (const part of values) {
      const { parts, owners } = files.get(part.fileName) ?? { parts: [], owners: [] };
      files.set(part.fileName, { parts: [...parts, part], owners: [...new Set([...owners, owner])] });
    }
  }
  return files;
}

/**
 * One folder is one set of objects: kustomize refuses an object that is there twice, and kubectl would let the last one
 * win.
 */
function repeatedObjects(folder: string, stacks: StackFiles[]): Problem[] {
  if (!stacks.some(({ applied }) => applied)) return [];
  const seen = new Map<string, IConstruct>();
  return stacks.flatMap(({ owner, objects }) => [...objects.values()].flat().flatMap((manifest): Problem[] => {
    const identity = objectFileName(manifest);
    const first = seen.get(identity);
    seen.set(identity, first ?? owner);
    return !first
      ? []
      : [
        [
          owner,
          problem(
            'chart',
            `hold what is in ${displayPath(folder)} only once`,
            objectName(manifest),
            `${Stack.of(first).node.path} writes it there already: leave it out here (\`createNamespace: false\` `
                + 'for a Namespace), or give each cluster a `directory` of its own.',
          ),
        ],
      ];
  }));
}

function contradictions(stacks: StackFiles[]): Problem[] {
  return [...valuesFiles(stacks).values()].flatMap(({ parts, owners }) =>
    mergeHelmValues(parts).problems.map((message): Problem => [owners[owners.length - 1], message]));
}

function plannedProblems(files: PlannedFile[]): Problem[] {
  const taken = new Map<string, string>();
  return files.flatMap(({ path, owners }): Problem[] => {
    const found = clash(path, taken) ?? foreignProblem(path);
    return found === undefined ? [] : [[owners[owners.length - 1], found]];
  });
}

/** Two files of this synth under one name; a and A are one letter for many file systems. */
function clash(path: string, taken: Map<string, string>): string | undefined {
  const earlier = taken.get(path.toLowerCase());
  taken.set(path.toLowerCase(), path);
  return earlier === undefined
    ? undefined
    : problem(
      'writeTo',
      'have a name of its own for each file',
      displayPath(path),
      `${displayPath(earlier)} is written by this app too: choose another name or \`directory\`.`,
    );
}

/** What is in the way of a file: whatever this library has not written itself. */
function foreignProblem(path: string): string | undefined {
  const folder = existingParent(path);
  if (!statSync(folder).isDirectory()) {
    return problem(
      'directory',
      'be a folder',
      displayPath(folder),
      'A file of that name is in the way: choose another directory.',
    );
  }
  const others = basename(path) === KUSTOMIZATION ? OTHER_KUSTOMIZATIONS.map(name => join(dirname(path), name)) : [];
  const foreign = [path, ...others].find(
    candidate => lstatSync(candidate, { throwIfNoEntry: false }) && !isOurs(candidate),
  );
  return foreign === undefined
    ? undefined
    : problem(
      'directory',
      'hold no file in the place of a generated one',
      displayPath(foreign),
      'It was not made by cdk-irsa, so it is left alone: move it away, or choose another directory.',
    );
}

/** Whether a path is a file that this library has written. */
export function isOurs(path: string): boolean {
  return lstatSync(path).isFile() && hasHeader(readFileSync(path, 'utf8'));
}

/** A folder, there already or not, by its one name: without symbolic links. */
export function realFolder(path: string): string {
  if (existsSync(path)) return realpathSync.native(path);
  return dirname(path) === path ? path : join(realFolder(dirname(path)), basename(path));
}

function existingParent(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) ? parent : existingParent(parent);
}

/** A path for messages: relative where that is shorter. */
export function displayPath(path: string): string {
  const local = relative(process.cwd(), path);
  return local.startsWith('..') ? path : local.split(sep).join('/') || '.';
}
