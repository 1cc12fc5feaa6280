/**
 * Reads a cloud assembly, what `cdk synth` leaves in cdk.out: the stacks of all stages, and the stacks nested in them.
 *
 * @see https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cloud-assembly-schema
 */
import { existsSync, readdirSync } from 'fs';
import { basename, dirname, join, relative, resolve } from 'path';
import { arrayOf, isObject, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { readRecord, StackRecord } from './stack-record';
import { readText, UnusableInput } from './unusable-input';
import { RECORD_METADATA } from '../../conventions/assembly-record';

/** A template; what the sections hold is not checked. */
export interface TemplateJson {
  readonly Resources?: JsonObject | null;
  readonly Outputs?: JsonObject | null;
  readonly Conditions?: JsonObject | null;
  readonly Mappings?: JsonObject | null;
  readonly Parameters?: JsonObject | null;
}

export interface ResourceJson {
  readonly Type?: unknown;
  readonly Condition?: unknown;
  readonly Properties?: unknown;
  readonly Metadata?: unknown;
}

/** An artifact in the manifest of an assembly. */
interface ArtifactJson {
  readonly type?: unknown;
  readonly displayName?: unknown;
  readonly environment?: unknown;
  readonly properties?: unknown;
  readonly metadata?: unknown;
  readonly additionalMetadataFile?: unknown;
}

/** A stack, and its template. */
export interface StackTemplate {
  /** Its path in the app, `Stage/Stack`; a nested stack's ends in its logical id. */
  readonly path: string;
  /** The name that CloudFormation knows it by; undefined where CloudFormation makes it. */
  readonly stackName?: string;
  /** The template, as it was found. */
  readonly file: string;
  readonly template: TemplateJson;
  /** Undefined where only the deployment knows it. */
  readonly account?: string;
  readonly region?: string;
  /** By logical id. */
  readonly constructPaths: ReadonlyMap<string, string>;
  /** Roles that the app says are somebody else's. */
  readonly existingRoles: unknown[];
  /** Identity providers that the app imports. */
  readonly existingProviders: unknown[];
  /** Manifests that synth wrote beside the template. */
  readonly manifestFiles: string[];
  /** What the library recorded of its own outputs; undefined of a stack that has none. */
  readonly record?: StackRecord;
  /** The stack that it is nested in, and its resource there. */
  readonly parent?: { readonly stack: StackTemplate; readonly logicalId: string };
}

export interface Assembly {
  readonly directory: string;
  readonly stacks: StackTemplate[];
  /** Keys of context that was missing at synth, so that values are dummies. */
  readonly missingContext?: string[];
}

const MANIFEST = 'manifest.json';
const EXISTING_ROLE = 'cdk-irsa:existing-role';
const EXISTING_PROVIDER = 'cdk-irsa:existing-provider';
const AGAIN = 'Run `cdk synth` again.';
const MAX_DEPTH = 8; // CloudFormation's own limit is less

/**
 * The stacks of an assembly, in the order of its manifest.
 *
 * @throws UnusableInput when it is none, or a part of it cannot be read
 */
export function readAssembly(directory: string): Assembly {
  const missingContext: string[] = [];
  const stacks = stacksIn(directory, 0, missingContext);
  return { directory, stacks, missingContext: [...new Set(missingContext)] };
}

/** Whether a manifest is one of those that a stack wrote. */
export function wrote({ manifestFiles, record }: StackTemplate, file: string): boolean {
  return manifestFiles.includes(file) || (record?.files.some(written => written.file === file) ?? false);
}

/** The assembly of those stacks alone whose templates are named; nested stacks belong to theirs. */
export function onlyStacks({ stacks, ...others }: Assembly, templateFiles: string[]): Assembly {
  const wanted = new Set(templateFiles.map(file => resolve(file)));
  const isWanted = (stack: StackTemplate): boolean =>
    wanted.has(resolve(stack.file)) || (stack.parent !== undefined && isWanted(stack.parent.stack));
  return { ...others, stacks: stacks.filter(isWanted) };
}

function stacksIn(directory: string, depth: number, missingContext: string[]): StackTemplate[] {
  const file = join(directory, MANIFEST);
  const manifest = readJson(file, 'Give a cloud assembly: the folder that `cdk synth` writes, cdk.out.');
  const artifacts = manifest.artifacts ?? {};
  if (typeof manifest.version !== 'string' || !isObject(artifacts)) {
    throw new UnusableInput(
      `${file}: not the manifest of a cloud assembly. Give the folder that \`cdk synth\` writes, cdk.out.`,
    );
  }
  missingContext.push(...arrayOf(manifest.missing).map(entry => textOf(propertyOf(entry, 'key'))));
  return Object.entries(artifacts).flatMap(([id, value]) => {
    const artifact = objectOf<ArtifactJson>(value);
    if (artifact.type === 'aws:cloudformation:stack') return readStack(directory, id, artifact);
    if (artifact.type !== 'cdk:cloud-assembly') return [];
    const inner = insideOf(directory, `${propertyOf(artifact.properties, 'directoryName')}`, file);
    if (depth > MAX_DEPTH) throw new UnusableInput(`${file}: stages are nested more than ${MAX_DEPTH} levels deep.`);
    return stacksIn(inner, depth + 1, missingContext);
  });
}

/** A stack, and those nested in it. */
function readStack(directory: string, id: string, artifact: ArtifactJson): StackTemplate[] {
  const { templateFile, stackName } = objectOf(artifact.properties);
  const file = insideOf(directory, `${templateFile}`, join(directory, MANIFEST));
  const { account, region } = environmentOf(artifact.environment);
  const metadata = metadataOf(directory, artifact);
  const named = constructPathsIn(metadata);
  const record = recordOf(directory, metadata);
  const stack = {
    path: textOf(artifact.displayName ?? id),
    stackName: textOf(stackName ?? id),
    file,
    template: readTemplate(file),
    account,
    region,
    constructPaths: pathsWithin(named),
    existingRoles: entriesOf(metadata, EXISTING_ROLE),
    existingProviders: entriesOf(metadata, EXISTING_PROVIDER),
    manifestFiles: record?.manifestFiles ?? manifestFilesBeside(directory, id),
    record,
  };
  return withNested(stack, directory, named);
}

/** A stage that is synthesized alone names a record, and has none. */
function recordOf(directory: string, metadata: JsonObject): StackRecord | undefined {
  const [name] = entriesOf(metadata, RECORD_METADATA);
  if (typeof name !== 'string') return undefined;
  const file = insideOf(directory, name, join(directory, MANIFEST));
  if (!existsSync(file)) return undefined;
  return readRecord(readJson(file, AGAIN), file, path => insideOf(directory, path, file));
}

/** Newer versions of the CDK may keep metadata in a file of its own. */
function metadataOf(directory: string, { metadata, additionalMetadataFile }: ArtifactJson): JsonObject {
  if (typeof additionalMetadataFile !== 'string') return objectOf(metadata);
  const file = insideOf(directory, additionalMetadataFile, join(directory, MANIFEST));
  return { ...objectOf(metadata), ...readJson(file, 'Run `cdk synth` again.') };
}

function environmentOf(environment: unknown): { account?: string; region?: string } {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(`${environment}`) ?? [];
  return {
    account: account === 'unknown-account' ? undefined : account,
    region: region === 'unknown-region' ? undefined : region,
  };
}

/**
 * The paths of constructs and their logical ids, those in nested stacks too: one logical id may be in several of them.
 */
type NamedPath = readonly [path: string, logicalId: string];

const NESTED_STACK = /^(.*\/([^/]+))\.NestedStack\/\2\.NestedStackResource$/;

function constructPathsIn(metadata: JsonObject): NamedPath[] {
  return Object.entries(metadata).flatMap(([path, entries]) =>
    arrayOf(entries)
      .filter(entry => propertyOf(entry, 'type') === 'aws:cdk:logicalId')
      .map((entry): NamedPath => [path.replace(/^\//, ''), `${propertyOf(entry, 'data')}`]),
  );
}

/** By logical id: those of one stack, without the stacks nested in it. */
function pathsWithin(named: readonly NamedPath[], root = ''): Map<string, string> {
  const within = named.filter(([path]) => path.startsWith(root));
  const nested = within.flatMap(([path]) =>
    path.endsWith('.NestedStackResource') ? (NESTED_STACK.exec(path)?.[1] ?? []) : [],
  );
  return new Map(
    within
      .filter(([path]) => !nested.some(parent => path.startsWith(`${parent}/`)))
      .map(([path, logicalId]) => [logicalId, path]),
  );
}

/** The data of the entries of a type. */
function entriesOf(metadata: JsonObject, type: string): unknown[] {
  return Object.values(metadata)
    .flatMap(arrayOf)
    .filter(entry => propertyOf(entry, 'type') === type)
    .map(entry => propertyOf(entry, 'data'));
}

/** Of a stack without a record: named as KubernetesManifests does it, one file, or a folder of files. */
function manifestFilesBeside(directory: string, artifactId: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
    if (entry.name === `${artifactId}.k8s.yaml`) return [join(directory, entry.name)];
    if (entry.name !== `${artifactId}.k8s` || !entry.isDirectory()) return [];
    return readdirSync(join(directory, entry.name))
      .filter(name => /\.ya?ml$/.test(name))
      .sort()
      .map(name => join(directory, entry.name, name));
  });
}

/** A stack, and those nested in it, whose templates are assets in the same folder. */
function withNested(stack: StackTemplate, directory: string, named: readonly NamedPath[], depth = 0): StackTemplate[] {
  if (depth > MAX_DEPTH) {
    throw new UnusableInput(`${stack.file}: stacks are nested more than ${MAX_DEPTH} levels deep.`);
  }
  const nested = Object.entries(stack.template.Resources ?? {}).flatMap(([logicalId, value]) => {
    const resource = objectOf<ResourceJson>(value);
    const file = resource.Type === 'AWS::CloudFormation::Stack' ? nestedTemplateFile(resource, directory) : undefined;
    if (file === undefined) return [];
    const path = insideOf(directory, file, stack.file);
    const [, root] = NESTED_STACK.exec(stack.constructPaths.get(logicalId) ?? '') ?? [];
    const inner: StackTemplate = {
      path: `${stack.path}/${logicalId}`,
      file: path,
      template: readTemplate(path),
      account: stack.account,
      region: stack.region,
      constructPaths: root === undefined ? new Map() : pathsWithin(named, `${root}/`),
      existingRoles: [],
      existingProviders: [],
      manifestFiles: [],
      parent: { stack, logicalId },
    };
    return withNested(inner, directory, named, depth + 1);
  });
  return [stack, ...nested];
}

/** As the metadata says, or else the asset whose hash stands in the URL. */
function nestedTemplateFile(
  { Metadata: metadata, Properties: properties }: ResourceJson,
  directory: string,
): string | undefined {
  const named = propertyOf(metadata, 'aws:asset:path');
  if (typeof named === 'string') return named;
  const [, hash] = /([0-9a-f]{64})\.json/.exec(JSON.stringify(propertyOf(properties, 'TemplateURL') ?? '')) ?? [];
  if (hash === undefined) return undefined;
  const assets = readdirSync(directory)
    .filter(name => name.endsWith('.assets.json'))
    .map(name => readJson(join(directory, name), 'Run `cdk synth` again.'));
  return assets
    .map(({ files }) => propertyOf(files, hash, 'source', 'path'))
    .find(path => typeof path === 'string');
}

function readTemplate(file: string): TemplateJson {
  const template = readJson(file, 'Run `cdk synth` again.');
  for (const section of ['Resources', 'Outputs', 'Conditions', 'Mappings', 'Parameters']) {
    if (!isObject(template[section] ?? {})) {
      throw new UnusableInput(
        `${file}: not a CloudFormation template: ${section} must be an object. Run \`cdk synth\` again.`,
      );
    }
  }
  return template;
}

/**
 * An object in a file.
 *
 * @throws UnusableInput when it cannot be read
 */
function readJson(file: string, advice: string): JsonObject {
  const text = readText(file, advice);
  try {
    const value = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw new UnusableInput(
      `${file}: not JSON, or cut off: ${oneLine((error as Error).message)}. Run \`cdk synth\` again.`,
    );
  }
  throw new UnusableInput(`${file}: must hold an object. ${advice}`);
}

/** A file that an assembly names: an assembly of somebody else must not read files elsewhere. */
function insideOf(directory: string, name: string, namedBy: string): string {
  const file = join(directory, name);
  if (/^\.\.([\\/]|$)/.test(relative(directory, file))) {
    throw new UnusableInput(`${namedBy}: names a file outside of its folder, ${JSON.stringify(name)}.`);
  }
  return file;
}

/**
 * The folder of the whole assembly that a template is in: stages have folders of their own below it, of a name that the
 * whole may have too.
 */
export function assemblyDirectoryOf(templateFile: string): string {
  const directory = dirname(templateFile);
  const [isAssembly, isInside] = [directory, dirname(directory)].map(folder => existsSync(join(folder, MANIFEST)));
  return /^assembly-/.test(basename(directory)) && (isInside || !isAssembly)
    ? assemblyDirectoryOf(directory)
    : directory;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
