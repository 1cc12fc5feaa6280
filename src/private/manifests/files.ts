import {
  existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync,
} from 'fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'path';
import { Stack } from 'aws-cdk-lib';
import { Yaml } from 'cdk8s';
import { IConstruct } from 'constructs';
import { problem, show } from '../errors';
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
/** Files and folders that are copies of files of the user. */
export const ASSET = /^asset\.[0-9a-f]{64}/;

/** The files of one stack. */
export interface StackFiles {
  /** The construct that reports problems. */
  readonly owner: IConstruct;
  /** Whether the folder is applied as a whole, so that all objects in it are for one cluster. */
  readonly applied: boolean;
  readonly kustomization: boolean;
  /** The name of the app in the headers, if the user set one. */
  readonly ownerName?: string;
  /** The objects by file name. */
  readonly objects: Map<string, Manifest[]>;
  readonly values: HelmValuesPart[];
}

/** A file that synth will write. */
export interface PlannedFile {
  readonly kind: RecordedFile['kind'];
  readonly path: string;
  readonly owners: IConstruct[];
  readonly text: () => string;
}

/** Returns the objects by file name: one file for each object, or one for all. */
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

/** Returns the files of the stacks that share a folder. */
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
      file('helm-values', name, owners, () => Yaml.stringify(mergeHelmValues(parts).values)),
    ),
  ];
}

function kustomizationText(resources: string[]): string {
  return Yaml.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}

/**
 * Returns problems with the files of the stacks that share a folder, by the construct that can fix them.
 *
 * @param claims which files the app may replace; undefined for a folder that this synth does not write to, whose
 * content does not matter
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

/** Decides whether the app may replace and delete the generated files of a folder. */
export class FileClaims {
  constructor(private readonly stackLines: ReadonlySet<string>, private readonly ownerName: string | undefined) {}

  /**
   * Whether the app may replace or delete a file: one with its owner or, without an owner, one of a stack that is still
   * in the app.
   */
  public holds({ owner, stackLines }: Header): boolean {
    return owner === undefined ? stackLines.some(line => this.stackLines.has(line)) : owner === this.ownerName;
  }

  /**
   * Returns generated files in a folder that have no owner and that this app does not write: those of a removed or
   * renamed stack, or of another app.
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
 * An object may occur only once in a folder: kustomize rejects a duplicate, and with kubectl the last one wins.
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
            `not repeat an object in ${displayPath(folder)}`,
            objectName(manifest),
            `${Stack.of(first).node.path} already writes it there. Leave it out here (\`createNamespace: false\` `
                + 'for a Namespace), or use a separate `directory` for each cluster.',
          ),
        ],
      ];
  }));
}

function contradictions(stacks: StackFiles[]): Problem[] {
  return [...valuesFiles(stacks).values()].flatMap(({ parts, owners }) =>
    mergeHelmValues(parts).problems.map((message): Problem => [owners[owners.length - 1], message]));
}

/** Stacks that share a folder must have the same owner. */
function ownerProblems(stacks: StackFiles[]): Problem[] {
  const [first, ...others] = stacks;
  const different = others.find(({ ownerName }) => ownerName !== first.ownerName);
  if (different === undefined) return [];
  const advice = `${Stack.of(first.owner).node.path} has ${show(first.ownerName)}. Set the same owner in both.`;
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

/**
 * Returns one message per writer for generated files that another app may have written and that this app would replace.
 */
function claimProblems(folder: string, files: PlannedFile[], claims: FileClaims): Problem[] {
  const refused = files.flatMap(({ path, owners }) => {
    const found = generatedHeader(path);
    return found === undefined || claims.holds(found) ? [] : [{ path, owner: owners[owners.length - 1], found }];
  });
  return [...grouped(refused, ({ found }) => writerOf(found)).values()].map((all): Problem => {
    const names = listInShort(all.map(({ path }) => basename(path)), MAX_LISTED);
    const [{ owner, found }] = all;
    const advice = found.owner === undefined
      ? 'That stack is not in this app. If you renamed the stack, delete its files. If another app writes here, choose '
        + 'another `directory`, and set `owner` in both apps.'
      : 'Choose another `directory`. If both are the same app, set the same `owner`.';
    return [
      owner,
      problem(
        'directory',
        'contain no file of another app that a generated file would replace',
        `${names} in ${displayPath(folder)}, generated for ${writerOf(found)}`,
        advice,
      ),
    ];
  });
}

function writerOf({ owner, stackLines }: Header): string {
  return owner === undefined ? stackLines.map(line => line.replace(/^# (.*)\.$/, '$1')).join(', ') : `owner ${owner}`;
}

/** Two files of this synth with the same name. Many file systems are case-insensitive. */
function clash(path: string, taken: Map<string, string>): string | undefined {
  const earlier = taken.get(path.toLowerCase());
  taken.set(path.toLowerCase(), path);
  return earlier === undefined
    ? undefined
    : problem(
      'writeTo',
      'use a different name for each file',
      displayPath(path),
      `This app also writes ${displayPath(earlier)}. Choose another name or \`directory\`.`,
    );
}

/** Returns an error if the file would replace one that this library did not generate. */
function foreignProblem(path: string): string | undefined {
  const folder = existingParent(path);
  if (!statSync(folder).isDirectory()) {
    return problem(
      'directory',
      'be a folder',
      displayPath(folder),
      'A file with this name exists. Choose another directory.',
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
      'contain no other file that a generated file would replace',
      displayPath(foreign),
      'cdk-irsa did not generate this file, so it does not replace it. Move it, or choose another directory.',
    );
}

/** Whether a path is a file that this library generated. */
export function isOurs(path: string): boolean {
  return generatedHeader(path) !== undefined;
}

/** Returns the header of a file that this library generated. Undefined for any other path. */
export function generatedHeader(path: string): Header | undefined {
  return existsSync(path) && lstatSync(path).isFile() ? headerOf(readFileSync(path, 'utf8')) : undefined;
}

/** Writes a file unless it already has this text. Returns whether it was written. */
export function writeIfChanged(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return true;
}

/** Returns the YAML files in a folder, without subfolders and without assets, which are copies of files of the user. */
export function yamlFilesIn(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => !entry.isDirectory() && /\.ya?ml$/.test(entry.name) && !ASSET.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort();
}

/** Returns the path of a folder, which need not exist, without symbolic links. */
export function realFolder(path: string): string {
  if (existsSync(path)) return realpathSync.native(path);
  return dirname(path) === path ? path : join(realFolder(dirname(path)), basename(path));
}

function existingParent(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) ? parent : existingParent(parent);
}

/** Returns a path relative to another, with `/` on every system. Undefined between two Windows drives. */
export function relativePath(from: string, to: string): string | undefined {
  const path = relative(from, to);
  return isAbsolute(path) ? undefined : path.split(sep).join('/');
}

/**
 * Returns a path relative to the working directory, which is the same on every machine. If no such path
 * exists, returns only the name.
 */
export function portablePath(path: string): string {
  return relativePath(realFolder(process.cwd()), path) ?? basename(path);
}

/** Returns a path for messages: relative to the working directory if it is below it. */
export function displayPath(path: string): string {
  const local = relative(process.cwd(), path);
  return local.startsWith('..') ? path : local.split(sep).join('/') || '.';
}
