/**
 * The input of `verify` and `report`: cloud assemblies, CloudFormation templates and manifests, detected by content.
 */
import { existsSync, readdirSync, Stats, statSync } from 'fs';
import { basename, join, resolve, sep } from 'path';
import { Assembly, readAssembly, StackTemplate, TemplateJson } from './assembly';
import { ManifestText } from './manifest-objects';
import { documentsIn } from './template-yaml';
import { canonical, readText, reasonOf, UnusableInput } from './unusable-input';
import { matchesPattern } from '../../conventions/wildcards';
import { grouped, isObject, propertyOf } from '../json-values';

interface InputOptions {
  /** Patterns of paths to skip; `*` matches any text. */
  readonly exclude?: readonly string[];
}

export interface Input {
  readonly assembly: Assembly;
  /** Manifests, each with its text. */
  readonly manifests: ManifestText[];
  /** Errors of files that could not be read. */
  readonly unreadable: UnusableInput[];
  /** Files that were skipped on purpose, and how to check them. */
  readonly skipped: string[];
}

const STANDARD_INPUT = '-';
const MAX_BYTES = 128 * 1024 * 1024;
const INPUT_FILE = /\.(ya?ml|json|template)$/;
const ADVICE = 'Pass a cloud assembly (the folder that `cdk synth` writes, cdk.out), templates or manifests.';
const IGNORED_FOLDER = /^(\.git|node_modules)$/;

/**
 * @param paths cloud assemblies, templates, manifests, folders of them, or `-` for standard input
 * @param manifestPaths files and folders of manifests only
 * @throws UnusableInput if none of it can be read
 */
export function readInput(
  paths: readonly string[],
  manifestPaths: readonly string[] = [],
  options: InputOptions = {},
): Input {
  const reader = new InputReader(options);
  for (const path of paths) reader.add(path);
  for (const path of manifestPaths) reader.addManifests(path);
  return reader.input();
}

class InputReader {
  private readonly directories: string[] = [];
  private stacks: StackTemplate[] = [];
  private readonly manifests: ManifestText[] = [];
  private readonly unreadable: UnusableInput[] = [];
  private readonly skipped: string[] = [];
  private readonly templateFiles = new Set<string>();
  private readonly manifestFiles = new Set<string>();

  constructor(private readonly options: InputOptions) {}

  public add(path: string): void {
    this.attempt(() => {
      if (path !== STANDARD_INPUT && existsSync(join(path, 'manifest.json'))) {
        this.addAssembly(readAssembly(path));
      } else if (isFolder(path)) {
        this.addFolder(path);
      } else if (!this.addText(path, textOf(path, ADVICE))) {
        throw new UnusableInput(`${path}: is neither a CloudFormation template nor a Kubernetes manifest.`);
      }
    });
  }

  /** Replaces stacks of the same files: of another name of the assembly, of a stage in it, or of single templates. */
  private addAssembly({ directory, stacks }: Assembly): void {
    const files = new Set(stacks.map(({ file }) => canonical(file)));
    const isOther = ({ file, parent }: StackTemplate): boolean =>
      (parent ? isOther(parent.stack) : !files.has(canonical(file)));
    this.directories.push(directory);
    this.stacks = [...this.stacks.filter(isOther), ...stacks];
    for (const file of files) this.templateFiles.add(file);
  }

  private addFolder(folder: string): void {
    const { unreadable, skipped } = this;
    const before = unreadable.length + skipped.length;
    let isInput = false;
    for (const file of this.filesIn(folder)) {
      this.attempt(() => { isInput = this.addText(file, readText(file, undefined, MAX_BYTES)) || isInput; });
    }
    if (isInput || unreadable.length + skipped.length > before) return;
    throw new UnusableInput(
      `${folder}: contains no cloud assembly (manifest.json), CloudFormation template or Kubernetes manifest.`
        + ' Run `cdk synth`, or pass the folder that it writes.',
    );
  }

  public addManifests(path: string): void {
    this.attempt(() => {
      const files = isFolder(path) ? this.filesIn(path) : [path];
      for (const file of files) {
        this.attempt(() => this.addManifest(file, () => textOf(file)));
      }
    });
  }

  public input(): Input {
    const { stacks, manifests, unreadable, skipped } = this;
    if (unreadable.length > 0 && stacks.length + manifests.length === 0) {
      throw new UnusableInput(unreadable.map(({ message }) => message).join('\n'));
    }
    const assembly = { directory: this.directories[0] ?? '.', stacks: withDistinctPaths(stacks) };
    return { assembly, manifests, unreadable, skipped };
  }

  /** Whether the text is a template or a manifest. */
  private addText(file: string, text: string): boolean {
    if (!/Resources|apiVersion/.test(text)) return false;
    if (isTemplateText(text)) {
      const key = keyOf(file);
      if (this.templateFiles.has(key)) return true;
      const templates = (jsonIn(text) ?? documentsIn(text, nameOf(file))).filter(isTemplate);
      for (const template of templates) this.stacks.push(stackOf(nameOf(file), template));
      if (templates.length > 0) this.templateFiles.add(key);
      if (templates.length > 0 || !text.includes('apiVersion')) return templates.length > 0;
    }
    this.addManifest(file, () => text);
    return true;
  }

  /** Reads it only once, also if the folder that contains it is named, too. */
  private addManifest(file: string, text: () => string): void {
    const key = keyOf(file);
    if (this.manifestFiles.has(key)) return;
    this.manifests.push({ text: text(), place: { file: nameOf(file) } });
    this.manifestFiles.add(key);
  }

  /** @param parents the folders that contain it: a link to one of them is not followed */
  private *filesIn(folder: string, parents: readonly string[] = []): Generator<string> {
    const own = canonical(folder);
    if (parents.includes(own)) return;
    const entries = readdirSync(folder).sort();
    if (entries.includes('Chart.yaml')) {
      this.skipped.push(`${folder}: is a Helm chart. Render it: helm template ${folder}`);
      return;
    }
    for (const name of entries) {
      const path = join(folder, name);
      if (this.isExcluded(path) || IGNORED_FOLDER.test(name)) continue;
      const stats = this.statsOf(path);
      if (stats?.isDirectory()) {
        yield * this.filesIn(path, [...parents, own]);
      } else if (stats?.isFile() && INPUT_FILE.test(name)) {
        yield path;
      } else if (stats && !stats.isFile() && INPUT_FILE.test(name)) {
        this.skipped.push(`${path}: is not a regular file. To read it, pass it as an argument`);
      }
    }
  }

  private isExcluded(path: string): boolean {
    const name = path.split(sep).join('/').replace(/^\.\//, '');
    return (this.options.exclude ?? [])
      .some(pattern => matchesPattern(pattern, name) || matchesPattern(`*/${pattern}`, name));
  }

  private statsOf(path: string): Stats | undefined {
    try {
      return statSync(path);
    } catch (error) {
      this.unreadable.push(new UnusableInput(`${path}: cannot be read: ${reasonOf(error)}.`));
      return undefined;
    }
  }

  private attempt(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!UnusableInput.is(error)) throw error;
      this.unreadable.push(error);
    }
  }
}

/**
 * Adds the file to paths that stacks of several inputs share, such as `blue/app.json` and `green/app.json`, and a
 * number if it is the same file. The path identifies a stack: suppressions and stand-ins contain it.
 */
function withDistinctPaths(stacks: readonly StackTemplate[]): StackTemplate[] {
  const names = new Map([...grouped(stacks, ({ path }) => path)].map(([path, same]) => [path, shortNames(same)]));
  const renamed = new Map<StackTemplate, StackTemplate>();
  const taken = new Set<string>();
  const numbers = new Map<string, number>(); // the last one for each path, because a file may have thousands
  for (const stack of stacks) {
    const parent = stack.parent && { ...stack.parent, stack: renamed.get(stack.parent.stack)! };
    const name = names.get(stack.path)!.get(stack.file);
    let base = stack.path;
    if (parent) base = `${parent.stack.path}/${parent.logicalId}`;
    else if (name !== undefined) base = `${base} (${name})`;
    let path = base;
    let number = numbers.get(base) ?? 1;
    while (taken.has(path)) path = `${base} (${number += 1})`;
    numbers.set(base, number);
    taken.add(path);
    renamed.set(stack, { ...stack, path, parent });
  }
  return [...renamed.values()];
}

/** Names of different files, without the folders that contain all of them: the same wherever the input is. */
function shortNames(stacks: readonly StackTemplate[]): Map<string, string> {
  const parts = new Map(stacks.map(({ file }) => [file, resolve(file).split(sep)]));
  const [first, ...others] = parts.values();
  if (others.length === 0) return new Map();
  const start = first.findIndex((part, index) => others.some(other => other[index] !== part));
  return new Map([...parts].map(([file, all]) => [file, all.slice(start).join('/')]));
}

function isFolder(path: string): boolean {
  return path !== STANDARD_INPUT && existsSync(path) && statSync(path).isDirectory();
}

function textOf(path: string, advice?: string): string {
  return path === STANDARD_INPUT ? readText('/dev/stdin') : readText(path, advice, MAX_BYTES);
}

function keyOf(path: string): string {
  return path === STANDARD_INPUT ? path : canonical(path);
}

function nameOf(path: string): string {
  return path === STANDARD_INPUT ? '<stdin>' : path;
}

/** `Resources` at the start of a line in YAML, or as a key of the outermost object in JSON. */
function isTemplateText(text: string): boolean {
  return /^(["']?)Resources\1:/m.test(text) || /^\s*\{[^]*"Resources"\s*:/.test(text);
}

/** Much faster than parsing it as YAML. */
function jsonIn(text: string): unknown[] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    return undefined;
  }
}

function isTemplate(value: unknown): value is TemplateJson {
  const resources = propertyOf(value, 'Resources');
  return isObject(resources)
    && Object.values(resources).some(resource => typeof propertyOf(resource, 'Type') === 'string');
}

function stackOf(file: string, template: TemplateJson): StackTemplate {
  return {
    path: basename(file).replace(/(\.template)?\.(json|ya?ml|template)$/, ''),
    file,
    template,
    constructPaths: new Map(),
    existingRoles: [],
    existingProviders: [],
    manifestFiles: [],
  };
}
