import {
  existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync,
} from 'fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'path';
import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { problem, show } from '../errors';
import { cdk8s } from './cdk8s';
import { objectFileName } from './file-names';
import { HelmValuesPart, mergeHelmValues } from './helm-values';
import { Manifest, objectName } from './objects';
import { Header, header, headerOf, manifestText } from './text';
import { grouped } from '../../analysis/json-values';
import { listInShort } from '../../analysis/lists';
import { RecordedFile } from '../../conventions/assembly-record';

const KUSTOMIZATION = 'kustomization.yaml';
const OTHER_KUSTOMIZATIONS = ['kustomization.yml', 'Kustomization'];
const MAX_LISTED = 5;
/** Files and folders that are copies of what belongs to the user. */
export const ASSET = /^asset\.[0-9a-f]{64}/;

/** What one stack has for files. */
export interface StackFiles {
  /** Where problems are told. */
  readonly owner: IConstruct;
  /** Whether all objects in the folder are for one cluster: a folder that is applied as a whole. */
  readonly applied: boolean;
  readonly kustomization: boolean;
  /** The name of the app in the headers, if the user gave one. */
  readonly ownerName?: string;
  /** The objects by the name of their file. */
  readonly objects: Map<string, Manifest[]>;
  readonly values: HelmValuesPart[];
}

/** A file that synth is to write. */
export interface PlannedFile {
  readonly kind: RecordedFile['kind'];
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
  const ownerName = stacks.find(stack => stack.ownerName !== undefined)?.ownerName;
  const file = (
    kind: PlannedFile['kind'],
    name: string,
    owners: IConstruct[],
    body: () => string,
  ): PlannedFile => {
    let rendered: string | undefined;
    const text = () => (
      rendered ??= `${header(owners.map(owner => Stack.of(owner)), ownerName)}\n${body()}`);
    return { kind, path: join(folder, name), owners, text };
  };

  const objects = stacks.flatMap(({ owner, objects: files }) =>
    [...files].map(([name, manifests]) => file('manifests', name, [owner], () => manifestText(manifests))));
  const names = objects.map(({ path }) => basename(path)).sort();
  const kustomized = stacks.some(({ kustomization }) => kustomization);
  const contributors = stacks.filter(stack => stack.objects.size > 0 || stack.kustomization).map(({ owner }) => owner);
  return [
    ...objects,
    ...(kustomized ? [file('kustomization', KUSTOMIZATION, contributors, () => kustomizationText(names))] : []),
    ...[...valuesFiles(stacks)].map(([name, { parts, owners }]) =>
      file('helm-values', name, owners, () => cdk8s().Yaml.stringify(mergeHelmValues(parts).values)),
    ),
  ];
}

function kustomizationText(resources: string[]): string {
  return cdk8s().Yaml.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}

/**
 * What is wrong with the files of the stacks that share a folder, by the construct that can change it.
 *
 * @param claims who may replace which file; undefined for a folder that this synth does not write to, so that its
 * contents do not matter
 */
export function fileProblems(
  folder: string,
  stacks: StackFiles[],
  claims: FileClaims | undefined,
): Map<IConstruct, string[]> {
  const found = new Map<IConstruct, string[]>();
  const planned = plannedFiles(folder, stacks);
  for (const [who, message] of [
    ...ownerProblems(stacks),
    ...repeatedObjects(folder, stacks),
    ...contradictions(stacks),
    ...clashes(planned),
    ...claims ? [...foreignProblems(planned), ...claimProblems(folder, planned, claims)] : [],
  ]) {
    found.set(who, [...(found.get(who) ?? []), message]);
  }
  return found;
}

/** Who may replace and delete the generated files of a folder. */
export class FileClaims {
  constructor(private readonly stackLines: ReadonlySet<string>, private readonly ownerName: string | undefined) {}

  /**
   * Whether the app may replace or delete a file: one of its owner or, without an owner, one of a stack that the app
   * still has.
   */
  public holds({ owner, stackLines }: Header): boolean {
    return owner === undefined ? stackLines.some(line => this.stackLines.has(line)) : owner === this.ownerName;
  }

  /**
   * The generated files in a folder that no app claims for certain, and that this one does not write: of a stack that
   * is gone or renamed, or of another app.
   */
  public leftBehind(folder: string, planned: PlannedFile[]): string[] {
    const written = new Set(planned.map(({ path }) => path));
    return yamlFilesIn(folder).filter(path => {
      const found = written.has(path) ? undefined : generatedHeader(path);
      return found !== undefined && found.owner === undefined && !this.holds(found);
    });
  }
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

/** Stacks that share a folder belong to one owner. */
function ownerProblems(stacks: StackFiles[]): Problem[] {
  const [first, ...others] = stacks;
  const different = others.find(({ ownerName }) => ownerName !== first.ownerName);
  if (different === undefined) return [];
  const advice = `${Stack.of(first.owner).node.path} gives ${show(first.ownerName)}: write the same in both.`;
  return [[
    different.owner,
    problem('owner', 'be the same for all stacks that share a directory', different.ownerName, advice),
  ]];
}

function clashes(files: PlannedFile[]): Problem[] {
  const taken = new Map<string, string>();
  return files.flatMap(({ path, owners }): Problem[] => {
    const found = clash(path, taken);
    return found === undefined ? [] : [[owners[owners.length - 1], found]];
  });
}

function foreignProblems(files: PlannedFile[]): Problem[] {
  return files.flatMap(({ path, owners }): Problem[] => {
    const found = foreignProblem(path);
    return found === undefined ? [] : [[owners[owners.length - 1], found]];
  });
}

/** Generated files in the place of a planned one that another app may have written: one message for each writer. */
function claimProblems(folder: string, files: PlannedFile[], claims: FileClaims): Problem[] {
  const refused = files.flatMap(({ path, owners }) => {
    const found = generatedHeader(path);
    return found === undefined || claims.holds(found) ? [] : [{ path, owner: owners[owners.length - 1], found }];
  });
  return [...grouped(refused, ({ found }) => writerOf(found)).values()].map((all): Problem => {
    const names = listInShort(all.map(({ path }) => basename(path)), MAX_LISTED);
    const [{ owner, found }] = all;
    const advice = found.owner === undefined
      ? 'That stack is not in this app. If you renamed the stack, delete its files; if another app writes here, choose '
        + 'another `directory`, and set `owner` in both apps.'
      : 'Choose another `directory`, or give both apps the same `owner` if they are one.';
    return [
      owner,
      problem(
        'directory',
        'hold no file of another app in the place of a generated one',
        `${names} in ${displayPath(folder)}, generated for ${writerOf(found)}`,
        advice,
      ),
    ];
  });
}

function writerOf({ owner, stackLines }: Header): string {
  return owner === undefined ? stackLines.map(line => line.replace(/^# (.*)\.$/, '$1')).join(', ') : `owner ${owner}`;
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
  return generatedHeader(path) !== undefined;
}

/** The header of a file that this library has written; undefined for anything else, or nothing. */
export function generatedHeader(path: string): Header | undefined {
  return existsSync(path) && lstatSync(path).isFile() ? headerOf(readFileSync(path, 'utf8')) : undefined;
}

/** Writes a file, unless it has this text already, and returns whether it did. */
export function writeIfChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return true;
}

/** The YAML files of a folder, not of those in it; assets are copies of what belongs to the user. */
export function yamlFilesIn(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => !entry.isDirectory() && /\.ya?ml$/.test(entry.name) && !ASSET.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort();
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

/** A path relative to another, with `/` on every system; undefined from one drive of Windows to another. */
export function relativePath(from: string, to: string): string | undefined {
  const path = relative(from, to);
  return isAbsolute(path) ? undefined : path.split(sep).join('/');
}

/** A path from the working directory, the same on every machine; only a name if no path leads there. */
export function portablePath(path: string): string {
  return relativePath(realFolder(process.cwd()), path) ?? basename(path);
}

/** A path for messages: relative where that is shorter. */
export function displayPath(path: string): string {
  const local = relative(process.cwd(), path);
  return local.startsWith('..') ? path : local.split(sep).join('/') || '.';
}
