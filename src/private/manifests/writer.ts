import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'fs';
import { dirname, isAbsolute, join, relative, resolve } from 'path';
import { attachCustomSynthesis, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { propertyOf } from '../../conventions/json';
import { fail } from '../errors';
import { fileProblems, isOurs, PlannedFile, plannedFiles, realFolder, StackFiles } from './files';
import { WrittenTemplates } from './template-agreement';

const ID = 'KubernetesManifestFiles';

/** Files and folders that are copies of what belongs to the user. */
const ASSET = /^asset\.[0-9a-f]{64}/;

/** A stack that has manifests. */
interface ManifestSource {
  readonly owner: IConstruct;
  readonly folder: () => string;
  readonly files: () => StackFiles;
  readonly problems: () => string[];
  /** Why the manifests do not belong to the templates of the same synth. */
  readonly writtenProblems: (templates: WrittenTemplates) => string[];
  /** Called where a round of validation begins or ends: what was true in the last one need not be true any more. */
  readonly forget: () => void;
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
    this.forget();
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
    this.found ??= new Map(
      [...this.folders()].flatMap(([folder, sources]) => [
        ...fileProblems(
          folder,
          sources.map(({ files }) => files()),
        ),
      ]),
    );
    return this.found.get(owner) ?? [];
  }

  private folders(): Map<string, ManifestSource[]> {
    const folders = new Map<string, ManifestSource[]>();
    for (const source of this.sources) {
      const folder = realFolder(source.folder());
      folders.set(folder, [...folders.get(folder) ?? [], source]);
    }
    return folders;
  }

  /**
   * While context is missing, values in the manifests may be the dummies of look-ups. The CLI makes the look-ups and
   * runs the app again; what is outside the cloud assembly waits for that, since nobody would know a dummy there if
   * they fail. So it does while there are error annotations, which the CLI reads in the assembly.
   */
  private writableFolders(outdir: string): Map<string, ManifestSource[]> {
    const waiting = this.node.root.node
      .findAll()
      .some(child => hasError(child) || (Stack.isStack(child) && missesContext(child)));
    return new Map([...this.folders()].filter(([folder]) => !waiting || contains(outdir, folder)));
  }

  private write(outdir: string): void {
    // Validation can be skipped; a refused value must not reach a file all the same, nor a file of somebody else be
    // lost.
    const templates = new WrittenTemplates();
    for (const { owner, problems, writtenProblems } of this.sources) {
      const found = [...problems(), ...writtenProblems(templates)];
      if (found.length > 0) fail(owner, found.join('\n'));
    }
    const folders = this.writableFolders(outdir);
    const planned = [...folders].flatMap(([folder, sources]) =>
      plannedFiles(
        folder,
        sources.map(({ files }) => files()),
      ),
    );
    // First, since a file can differ from a new one by upper case alone, and be the same one for the file system.
    removeStale(outdir, [...folders.keys()], new Set(planned.map(({ path }) => path)));
    planned.forEach(writeFile);
    this.forget();
  }
}

function hasError(construct: IConstruct): boolean {
  return construct.node.metadata.some(({ type }) => type === 'aws:cdk:error');
}

/** CDK keeps it private. */
function missesContext(stack: Stack): boolean {
  return [propertyOf(stack, '_missingContext') ?? []].flat().length > 0;
}

function writeFile({ path, text }: PlannedFile): void {
  const content = text();
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path) || readFileSync(path, 'utf8') !== content) writeFileSync(path, content);
}

/** Removes what an earlier synth has written and this one has not, and the folders that are empty then. */
function removeStale(outdir: string, folders: string[], written: Set<string>): void {
  const candidates = [
    ...folders.flatMap(folder => yamlFiles(folder, () => false)),
    ...yamlFiles(outdir, name => isPartOfAssembly(outdir, name)),
  ];
  for (const path of new Set(candidates)) {
    if (written.has(path) || !isOurs(path)) continue;
    rmSync(path);
    removeEmpty(dirname(path), outdir);
  }
}

/** A folder that the app itself runs in is no cloud assembly alone. */
function isPartOfAssembly(outdir: string, name: string): boolean {
  return !contains(outdir, process.cwd()) || /^assembly-|\.k8s$/.test(name);
}

function yamlFiles(folder: string, entered: (name: string) => boolean): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (ASSET.test(entry.name)) return [];
    if (entry.isDirectory()) return entered(entry.name) ? yamlFiles(path, entered) : [];
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
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
