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

/** A stack with manifests. */
interface ManifestSource {
  readonly owner: IConstruct;
  readonly folder: () => string;
  /** The options for a folder outside the cloud assembly. Undefined for the assembly. */
  readonly directory: () => { readonly alwaysWrite: boolean } | undefined;
  readonly files: () => StackFiles;
  readonly problems: () => string[];
  /** Returns why the manifests do not match the templates of the same synth. */
  readonly writtenProblems: (templates: WrittenTemplates) => string[];
  /** Clears the cache when a round of validation begins or ends, because the app may have changed. */
  readonly forget: () => void;
}

/** The sources that write to one folder. */
interface Target {
  readonly folder: string;
  readonly sources: ManifestSource[];
  /** Whether the folder is part of the cloud assembly, which belongs to this app. */
  readonly isInAssembly: boolean;
  /** Whether synth writes to it, unless context is missing. */
  readonly isWritten: boolean;
}

/**
 * Writes the manifest files of a whole app at the end of synth, after every stack in every stage was validated. It also
 * deletes stale files of an earlier synth.
 */
export class ManifestWriter extends Construct {
  /** Returns the writer of the app that contains `scope`. */
  public static of(scope: IConstruct): ManifestWriter {
    const { root } = scope.node;
    return root.node.tryFindChild(ID) as ManifestWriter | undefined ?? new ManifestWriter(root as Construct);
  }

  private readonly sources: ManifestSource[] = [];
  private readonly records = new AssemblyRecords();
  /**
   * The stacks that were validated in this round, and the problems of their files. These are computed once per round,
   * not once per stack, because each stack is compared with all others.
   */
  private readonly validated = new Set<IConstruct>();
  private found?: Map<IConstruct, string[]>;

  private constructor(root: Construct) {
    super(root, ID);
    // CDK synthesizes the root last, after an invalid template would have stopped the synth.
    attachCustomSynthesis(root, { onSynthesize: ({ outdir }) => this.write(realFolder(resolve(outdir))) });
  }

  public add(source: ManifestSource): void {
    this.sources.push(source);
    this.records.of(source.owner);
    this.forget();
  }

  /** Records a ServiceAccount that something outside the app creates. */
  public recordServiceAccount(account: HandedServiceAccount): void {
    this.records.add(account);
  }

  /** Called when the validation of a stack begins. A stack that was already validated starts a new round. */
  public begin(owner: IConstruct): void {
    if (this.validated.has(owner)) this.forget();
    this.validated.add(owner);
  }

  private forget(): void {
    this.validated.clear();
    this.found = undefined;
    for (const { forget } of this.sources) forget();
  }

  /** Returns what is wrong with the files of one stack, in combination with those of the other stacks. */
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
      `${portablePath(folder)} contains generated files of stacks that are not in this app: `
        + `${listInShort(left.map(path => basename(path)), MAX_LISTED)}. Synth does not delete them. Delete them if `
        + 'you renamed or removed the stack. If another app writes here, set `owner` in writeTo() of both apps.',
    );
  }

  /** Returns which files in a folder outside the assembly belong to this app. */
  private claims({ sources }: Target): FileClaims {
    const stacks = this.node.root.node.findAll().filter(child => Stack.isStack(child));
    return new FileClaims(new Set(stacks.map(stackLine)), sources[0].files().ownerName);
  }

  /** @param outdir the folder of the cloud assembly, if any */
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
   * While context is missing, values in the manifests may be dummy values of lookups. The CLI then runs the lookups and
   * the app again. Folders outside the cloud assembly wait for that, because a dummy value there would go unnoticed.
   * They also wait while there are error annotations, which the CLI reads from the assembly.
   */
  private isWaiting(): boolean {
    return this.node.root.node
      .findAll()
      .some(child => hasError(child) || (Stack.isStack(child) && missesContext(child)));
  }

  private write(outdir: string): void {
    // Validation can be skipped. Even then, a rejected value must not reach a file, and no foreign file may be
    // overwritten.
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
    // Delete first, because on a case-insensitive file system a stale file may be the same as a new one.
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

/** In the cloud assembly, every generated file belongs to this app. */
class AllClaims extends FileClaims {
  constructor() {
    super(new Set(), undefined);
  }

  public override holds(): boolean {
    return true;
  }
}

/** The CDK CLI runs the app for list, diff, synth and deploy, and sets the folder of the cloud assembly. */
function isRunByCli(outdir: string): boolean {
  const { CDK_OUTDIR: asked } = process.env;
  return asked !== undefined && realFolder(resolve(asked)) === outdir;
}

/** A cloud assembly that is also the working directory may contain files of the user. */
function isPartOf(outdir: string, folder: string): boolean {
  return contains(outdir, folder) && !contains(outdir, realFolder(process.cwd()));
}

function hasError(construct: IConstruct): boolean {
  return construct.node.metadata.some(({ type }) => type === 'aws:cdk:error');
}

/** This field of the CDK is private. */
function missesContext(stack: Stack): boolean {
  return [propertyOf(stack, '_missingContext') ?? []].flat().length > 0;
}

/** Deletes stale files of an earlier synth in the cloud assembly, and folders that become empty. */
function removeStale(outdir: string, folders: string[], written: ReadonlySet<string>): void {
  const candidates = [
    ...folders.flatMap(folder => yamlFilesIn(folder)),
    ...yamlFiles(outdir, name => isPartOfAssembly(outdir, name)),
  ];
  for (const path of new Set(candidates)) {
    if (!written.has(path) && generatedHeader(path) !== undefined) remove(path, outdir);
  }
}

/** Deletes and returns the stale files of this app in a folder of the user. */
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

/** The working directory of the app may contain other files than those of the cloud assembly. */
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

/** Whether `inner` is `outer` or is below it. */
function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return !isAbsolute(path) && !/^\.\.($|[\\/])/.test(path);
}
