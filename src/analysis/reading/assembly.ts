/**
 * Reads a cloud assembly, which `cdk synth` writes to cdk.out: the stacks of all stages, and their nested stacks.
 *
 * @see https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cloud-assembly-schema
 */
import { existsSync, readdirSync } from 'fs';
import { basename, dirname, join, relative, resolve } from 'path';
import { arrayOf, grouped, isObject, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { readRecord, StackRecord } from './stack-record';
import { readText, UnusableInput } from './unusable-input';
import { RECORD_METADATA } from '../../conventions/assembly-record';

/** A template. The content of the sections is not checked. */
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

/** A stack and its template. */
export interface StackTemplate {
  /** Its path in the app, `Stage/Stack`. The path of a nested stack ends with its logical ID. */
  readonly path: string;
  /** Its name in CloudFormation; undefined if CloudFormation generates it. */
  readonly stackName?: string;
  /** The path of the template. */
  readonly file: string;
  readonly template: TemplateJson;
  /** Undefined if only known at deployment. */
  readonly account?: string;
  readonly region?: string;
  /** Construct paths by logical ID. */
  readonly constructPaths: ReadonlyMap<string, string>;
  /** Existing roles that the app uses but does not own. */
  readonly existingRoles: unknown[];
  /** Identity providers that the app imports. */
  readonly existingProviders: unknown[];
  /** Manifests that synth wrote next to the template. */
  readonly manifestFiles: string[];
  /** The library's record of its own outputs, if the stack has one. */
  readonly record?: StackRecord;
  /** The stack that it is nested in, and its resource there. */
  readonly parent?: { readonly stack: StackTemplate; readonly logicalId: string };
}

export interface Assembly {
  readonly directory: string;
  readonly stacks: StackTemplate[];
  /** Keys of missing context. Values from these lookups are dummies. */
  readonly missingContext?: string[];
}

const MANIFEST = 'manifest.json';
const EXISTING_ROLE = 'cdk-irsa:existing-role';
const EXISTING_PROVIDER = 'cdk-irsa:existing-provider';
const AGAIN = 'Run `cdk synth` again.';
const MAX_DEPTH = 8; // the limit of CloudFormation is lower

/**
 * The stacks of an assembly, in the order of its manifest.
 *
 * @throws UnusableInput if it is not an assembly, or a part of it cannot be read
 */
export function readAssembly(directory: string): Assembly {
  const missingContext: string[] = [];
  const stacks = stacksIn(directory, 0, missingContext);
  return { directory, stacks, missingContext: [...new Set(missingContext)] };
}

/** Whether a stack wrote a manifest. */
export function wrote({ manifestFiles, record }: StackTemplate, file: string): boolean {
  return manifestFiles.includes(file) || (record?.files.some(written => written.file === file) ?? false);
}

/** The assembly with only the stacks of the given templates, including their nested stacks. */
export function onlyStacks({ stacks, ...others }: Assembly, templateFiles: string[]): Assembly {
  const wanted = new Set(templateFiles.map(file => resolve(file)));
  const isWanted = (stack: StackTemplate): boolean =>
    wanted.has(resolve(stack.file)) || (stack.parent !== undefined && isWanted(stack.parent.stack));
  return { ...others, stacks: stacks.filter(isWanted) };
}

function stacksIn(directory: string, depth: number, missingContext: string[]): StackTemplate[] {
  const file = join(directory, MANIFEST);
  const manifest = readJson(file, 'Pass a cloud assembly: the folder that `cdk synth` writes, cdk.out.');
  const artifacts = manifest.artifacts ?? {};
  if (typeof manifest.version !== 'string' || !isObject(artifacts)) {
    throw new UnusableInput(
      `${file}: is not the manifest of a cloud assembly. Pass the folder that \`cdk synth\` writes, cdk.out.`,
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

/** Reads a stack and its nested stacks. */
function readStack(directory: string, id: string, artifact: ArtifactJson): StackTemplate[] {
  const { templateFile, stackName } = objectOf(artifact.properties);
  const file = insideOf(directory, `${templateFile}`, join(directory, MANIFEST));
  const { account, region } = environmentOf(artifact.environment);
  const metadata = metadataOf(directory, artifact);
  const entries = entriesByType(metadata);
  const named = entries('aws:cdk:logicalId')
    .map(({ path, data }): NamedPath => ({ path: path.replace(/^\//, ''), logicalId: `${data}` }));
  const record = recordOf(directory, entries(RECORD_METADATA)[0]?.data);
  const stack = {
    path: textOf(artifact.displayName ?? id),
    stackName: textOf(stackName ?? id),
    file,
    template: readTemplate(file),
    account,
    region,
    constructPaths: pathsWithin(named),
    existingRoles: entries(EXISTING_ROLE).map(({ data }) => data),
    existingProviders: entries(EXISTING_PROVIDER).map(({ data }) => data),
    manifestFiles: record?.manifestFiles ?? manifestFilesBeside(directory, id),
    record,
  };
  return withNested(stack, directory, named);
}

/** A stage that is synthesized separately refers to a record that does not exist. */
function recordOf(directory: string, name: unknown): StackRecord | undefined {
  if (typeof name !== 'string') return undefined;
  const file = insideOf(directory, name, join(directory, MANIFEST));
  if (!existsSync(file)) return undefined;
  return readRecord(readJson(file, AGAIN), file, path => insideOf(directory, path, file));
}

/** Newer versions of the CDK may write metadata to a separate file. */
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
 * A construct path and its logical ID. Includes nested stacks, which may have the same logical IDs.
 */
interface NamedPath {
  readonly path: string;
  readonly logicalId: string;
}

const NESTED_STACK = /^(.*\/([^/]+))\.NestedStack\/\2\.NestedStackResource$/;

/** Construct paths of one stack by logical ID, without its nested stacks. */
function pathsWithin(named: readonly NamedPath[], root = ''): Map<string, string> {
  const within = named.filter(({ path }) => path.startsWith(root));
  const nested = within.flatMap(({ path }) =>
    path.endsWith('.NestedStackResource') ? (NESTED_STACK.exec(path)?.[1] ?? []) : [],
  );
  return new Map(
    within
      .filter(({ path }) => !nested.some(parent => path.startsWith(`${parent}/`)))
      .map(({ path, logicalId }) => [logicalId, path]),
  );
}

/** An entry of the metadata of a stack. */
interface ConstructMetadata {
  /** Of the construct that added it. */
  readonly path: string;
  readonly type: unknown;
  readonly data: unknown;
}

/** Returns a function that finds all metadata entries of a type. */
function entriesByType(metadata: JsonObject): (type: string) => ConstructMetadata[] {
  const all = Object.entries(metadata).flatMap(([path, entries]) => arrayOf(entries).map((entry): ConstructMetadata =>
    ({ path, type: propertyOf(entry, 'type'), data: propertyOf(entry, 'data') })));
  const byType = grouped(all, ({ type }) => textOf(type));
  return type => byType.get(type) ?? [];
}

/** Manifests of a stack without a record: the file or folder that KubernetesManifests writes. */
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

/** A stack and its nested stacks, whose templates are assets in the same folder. */
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

/** The file from the metadata, or else the asset whose hash is in the URL. */
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
        `${file}: is not a CloudFormation template: ${section} must be an object. Run \`cdk synth\` again.`,
      );
    }
  }
  return template;
}

/**
 * Reads a JSON object from a file.
 *
 * @throws UnusableInput if it cannot be read
 */
function readJson(file: string, advice: string): JsonObject {
  const text = readText(file, advice);
  try {
    const value = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw new UnusableInput(
      `${file}: is not valid JSON, or is truncated: ${oneLine((error as Error).message)}. Run \`cdk synth\` again.`,
    );
  }
  throw new UnusableInput(`${file}: must contain a JSON object. ${advice}`);
}

/** The path of a file in an assembly. An untrusted assembly must not cause files elsewhere to be read. */
function insideOf(directory: string, name: string, namedBy: string): string {
  const file = join(directory, name);
  if (/^\.\.([\\/]|$)/.test(relative(directory, file))) {
    throw new UnusableInput(`${namedBy}: refers to a file outside its folder: ${JSON.stringify(name)}.`);
  }
  return file;
}

/**
 * The folder of the whole assembly that contains a template. Stages have subfolders, whose name the assembly itself may
 * also have.
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
