import { existsSync, readdirSync, rmdirSync, rmSync } from 'fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'path';
import { attachCustomSynthesis, Stack, Stage } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { propertyOf } from '../../conventions/json';
import { AppIndex } from '../app-index';
import { fail, warn } from '../errors';
import { deliveryLine, FolderChanges } from './delivery';
import {
  ASSET, FileClaims, fileProblems, generatedHeader, plannedFiles, portablePath, realFolder, StackFiles, writeIfChanged,
  yamlFilesIn,
} from './files';
import { AssemblyRecords, HandedServiceAccount } from './record';
import { WrittenTemplates } from './template-agreement';
import { stackLine } from './text';
import { listInShort } from '../../analysis/lists';

const ID = 'KubernetesManifestFiles';
const MAX_LISTED = 5;

/** A stack that has manifests. */
interface ManifestSource {
  readonly owner: IConstruct;
  readonly folder: () => string;
  /** How the user wants a folder outside the cloud assembly written; undefined for the assembly. */
  readonly directory: () => { readonly alwaysWrite: boolean } | undefined;
  readonly files: () => StackFiles;
  readonly problems: () => string[];
  /** Why the manifests do not belong to the templates of the same synth. */
  readonly writtenProblems: (templates: WrittenTemplates) => string[];
  /** Called where a round of validation begins or ends: what was true in the last one need not be true any more. */
  readonly forget: () => void;
}

/** The sources that write to one folder. */
interface Target {
  readonly folder: string;
  readonly sources: ManifestSource[];
  /** Whether the folder is a part of the cloud assembly, which belongs to this app. */
  readonly isInAssembly: boolean;
  /** Whether synth writes to it, unless something is missing. */
  readonly isWritten: boolean;
}

/**
 * Writes the manifest files of a whole app, at the end of its synth: when every stack, in whatever stage, has been
 * validated. What an earlier synth left behind goes away.
 */
export class ManifestWriter extends Construct {
  /** The writer of the app that `scope` is in. */
  public static of(scope: IConstruct): ManifestWriter {
    const { root } = scope.node;
    return root.node.tryFindChild(ID) as ManifestWriter | undefined ?? new ManifestWriter(root as Construct);
  }

  private readonly sources: ManifestSource[] = [];
  private readonly records = new AssemblyRecords();
  /**
   * The stacks of this round of validation, and what is wrong with the files of each. One stack looks at those of all
   * others: once a round, not once a stack.
   */
  private readonly validated = new Set<IConstruct>();
  private found?: Map<IConstruct, string[]>;

  private constructor(root: Construct) {
    super(root, ID);
    // CDK synthesizes the root last: a stack whose template fails has stopped the synth by then.
    attachCustomSynthesis(root, { onSynthesize: ({ outdir }) => this.write(realFolder(resolve(outdir))) });
  }

  public add(source: ManifestSource): void {
    this.sources.push(source);
    this.records.of(source.owner);
    this.forget();
  }

  /** Records a ServiceAccount that the app hands to others to create. */
  public recordServiceAccount(account: HandedServiceAccount): void {
    this.records.add(account);
  }

  /** Called when the validation of a stack begins: with one that has been there, a new round. */
  public begin(owner: IConstruct): void {
    if (this.validated.has(owner)) this.forget();
    this.validated.add(owner);
  }

  private forget(): void {
    this.validated.clear();
    this.found = undefined;
    for (const { forget } of this.sources) forget();
  }

  /** What is wrong with the files of one stack, beside those of the others. */
  public problems(owner: IConstruct): string[] {
    this.found ??= this.findProblems();
    return this.found.get(owner) ?? [];
  }

  private findProblems(): Map<IConstruct, string[]> {
    const { root } = this.node;
    const targets = this.targets(Stage.isStage(root) ? realFolder(resolve(root.outdir)) : undefined);
    return new Map(targets.flatMap(target => {
      const { folder, sources, isInAssembly, isWritten } = target;
      const stacks = sources.map(({ files }) => files());
      if (isInAssembly) return [...fileProblems(folder, stacks, new AllClaims())];
      if (!isWritten) return [...fileProblems(folder, stacks, undefined)];
      const claims = this.claims(target);
      this.warnOfFilesLeftBehind(target, claims);
      return [...fileProblems(folder, stacks, claims)];
    }));
  }

  private warnOfFilesLeftBehind({ folder, sources }: Target, claims: FileClaims): void {
    const left = claims.leftBehind(folder, plannedFiles(folder, sources.map(({ files }) => files())));
    if (left.length === 0) return;
    warn(
      sources[0].owner,
      'cdk-irsa:files-left-behind',
      `${portablePath(folder)} holds generated files of stacks that are not in this app: `
        + `${listInShort(left.map(path => basename(path)), MAX_LISTED)}. They are left alone. Delete them if you `
        + 'renamed or removed the stack. If another app writes here, set `owner` in writeTo() of both apps.',
    );
  }

  /** Which files in a folder outside the assembly belong to this app. */
  private claims({ sources }: Target): FileClaims {
    const stacks = this.node.root.node.findAll().filter(child => Stack.isStack(child));
    return new FileClaims(new Set(stacks.map(stackLine)), sources[0].files().ownerName);
  }

  /** @param outdir the cloud assembly; undefined if there is none */
  private targets(outdir: string | undefined): Target[] {
    const folders = new Map<string, ManifestSource[]>();
    for (const source of this.sources) {
      const folder = realFolder(source.folder());
      folders.set(folder, [...folders.get(folder) ?? [], source]);
    }
    const isCli = outdir !== undefined && isRunByCli(outdir);
    return [...folders].map(([folder, sources]) => {
      const isInAssembly = sources.some(({ directory }) => directory() === undefined)
        || (outdir !== undefined && isPartOf(outdir, folder));
      const isAsked = sources.every(({ directory }) => directory()?.alwaysWrite === true);
      return { folder, sources, isInAssembly, isWritten: isInAssembly || isCli || isAsked };
    });
  }

  /**
   * While context is missing, values in the manifests may be the dummies of look-ups. The CLI makes the look-ups and
   * runs the app again; what is outside the cloud assembly waits for that, since nobody would know a dummy there if
   * they fail. So it does while there are error annotations, which the CLI reads in the assembly.
   */
  private isWaiting(): boolean {
    return this.node.root.node
      .findAll()
      .some(child => hasError(child) || (Stack.isStack(child) && missesContext(child)));
  }

  private write(outdir: string): void {
    // Validation can be skipped; a refused value must not reach a file all the same, nor a file of somebody else be
    // lost.
    const templates = new WrittenTemplates();
    for (const { owner, problems, writtenProblems } of this.sources) {
      const found = [...problems(), ...writtenProblems(templates)];
      if (found.length > 0) fail(owner, found.join('\n'));
    }
    const targets = this.targets(outdir).map(target => ({
      ...target,
      isWritten: target.isInAssembly || (target.isWritten && !this.isWaiting()),
      planned: plannedFiles(target.folder, target.sources.map(({ files }) => files())),
    }));
    const written = targets.filter(({ isWritten }) => isWritten);
    const paths = new Set(written.flatMap(({ planned }) => planned.map(({ path }) => path)));
    // First, since a file can differ from a new one by upper case alone, and be the same one for the file system.
    removeStale(outdir, written.filter(({ isInAssembly }) => isInAssembly).map(({ folder }) => folder), paths);
    const changes = written.map((target): FolderChanges & { isInAssembly: boolean } => ({
      folder: target.folder,
      isInAssembly: target.isInAssembly,
      deleted: target.isInAssembly ? [] : removeOwn(target.folder, this.claims(target), paths, outdir),
      written: target.planned.filter(({ path, text }) => writeIfChanged(path, text())).map(({ path }) => path),
    }));
    const line = deliveryLine(changes.filter(({ isInAssembly }) => !isInAssembly));
    if (line !== undefined) process.stderr.write(`${line}\n`);
    this.records.write(targets);
    this.forget();
    AppIndex.forget(this);
  }
}

/** In the cloud assembly every generated file is of this app. */
class AllClaims extends FileClaims {
  constructor() {
    super(new Set(), undefined);
  }

  public override holds(): boolean {
    return true;
  }
}

/** The CDK CLI runs the app for list, diff, synth and deploy; it says where the cloud assembly goes. */
function isRunByCli(outdir: string): boolean {
  const { CDK_OUTDIR: asked } = process.env;
  return asked !== undefined && realFolder(resolve(asked)) === outdir;
}

/** A cloud assembly that the app runs in holds files of the user, too. */
function isPartOf(outdir: string, folder: string): boolean {
  return contains(outdir, folder) && !contains(outdir, realFolder(process.cwd()));
}

function hasError(construct: IConstruct): boolean {
  return construct.node.metadata.some(({ type }) => type === 'aws:cdk:error');
}

/** CDK keeps it private. */
function missesContext(stack: Stack): boolean {
  return [propertyOf(stack, '_missingContext') ?? []].flat().length > 0;
}

/** Removes what an earlier synth has left in the cloud assembly, and the folders that are empty then. */
function removeStale(outdir: string, folders: string[], written: ReadonlySet<string>): void {
  const candidates = [
    ...folders.flatMap(folder => yamlFilesIn(folder)),
    ...yamlFiles(outdir, name => isPartOfAssembly(outdir, name)),
  ];
  for (const path of new Set(candidates)) {
    if (!written.has(path) && generatedHeader(path) !== undefined) remove(path, outdir);
  }
}

/** Removes what this app has left in a folder of the user, and returns it. */
function removeOwn(folder: string, claims: FileClaims, written: ReadonlySet<string>, outdir: string): string[] {
  const stale = yamlFilesIn(folder).filter(path => {
    const found = written.has(path) ? undefined : generatedHeader(path);
    return found !== undefined && claims.holds(found);
  });
  for (const path of stale) remove(path, outdir);
  return stale;
}

function remove(path: string, outdir: string): void {
  rmSync(path);
  removeEmpty(dirname(path), outdir);
}

/** A folder that the app itself runs in is no cloud assembly alone. */
function isPartOfAssembly(outdir: string, name: string): boolean {
  return !contains(outdir, process.cwd()) || /^assembly-|\.k8s$/.test(name);
}

function yamlFiles(folder: string, entered: (name: string) => boolean): string[] {
  if (!existsSync(folder)) return [];
  const inside = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !ASSET.test(entry.name) && entered(entry.name));
  return [...yamlFilesIn(folder), ...inside.flatMap(({ name }) => yamlFiles(join(folder, name), entered))];
}

function removeEmpty(folder: string, outdir: string): void {
  if (contains(folder, outdir) || contains(folder, process.cwd()) || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  if (contains(outdir, folder)) removeEmpty(dirname(folder), outdir);
}

/** Whether `inner` is `outer` or below it. */
function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return !isAbsolute(path) && !/^\.\.($|[\\/])/.test(path);
}
