/**
 * The source of a result: the stacks, and a digest of the files.
 */
import { createHash } from 'crypto';
import { existsSync, readFileSync, statSync } from 'fs';
import { basename, dirname, join, relative, sep } from 'path';
import { Assembly, StackTemplate } from '../analysis/reading/assembly';
import { ManifestText } from '../analysis/reading/manifest-objects';
import { isThere } from '../analysis/reading/stack-record';
import { standIn } from '../analysis/stand-in';
import { Source } from './report/report-data';

/**
 * @param roots the paths that the user gave: names of files are relative to them
 */
export function sourceOf(
  { stacks }: Assembly,
  manifests: readonly ManifestText[],
  roots: readonly string[],
): Source {
  const named = [
    ...stacks.flatMap(stack =>
      [stack.file, ...manifestOf(stack), ...stack.manifestFiles, ...recordOf(stack)].map(contentOf(stack))),
    ...stacks.flatMap(generatedFor),
    ...manifests.map(({ text, place: { file } }) => ({ file, content: text })),
  ].map(({ file, content }) => [nameIn(roots, file), content] as const);
  // One file may hold several templates, or be named twice.
  const files = new Map(named.map(([name, content]) => [`${name}\0${hashOf(content)}`, name]));
  return {
    files: files.size,
    digest: `sha256:${hashOf([...files.keys()].sort().map(file => `${file}\n`).join(''))}`,
    stacks: stacks
      .map(({ path, account = standIn('AWS::AccountId'), region = standIn('AWS::Region') }) =>
        ({ name: path, account, region }))
      .sort((left, right) => (left.name < right.name ? -1 : Number(left.name > right.name))),
  };
}

/** The manifest of the assembly, which has the environments of its stacks. */
function manifestOf({ file }: StackTemplate): string[] {
  const manifest = join(dirname(file), 'manifest.json');
  return isRegular(file) && existsSync(manifest) ? [manifest] : [];
}

function recordOf({ record }: StackTemplate): string[] {
  return record === undefined ? [] : [record.file];
}

/** Existing files that the same synth wrote outside the assembly. */
function generatedFor({ record }: StackTemplate): { file: string; content: string }[] {
  return (record?.files ?? []).filter(isThere).map(({ file, text }) => ({ file, content: text }));
}

/** A pipe can be read only once. */
function contentOf({ template }: StackTemplate) {
  return (file: string) => ({ file, content: isRegular(file) ? bytesOf(file) : JSON.stringify(template) });
}

/** Empty for unreadable files, which are reported elsewhere. */
function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

function isRegular(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** The name of a pipe differs from run to run. */
function nameIn(roots: readonly string[], file: string): string {
  if (!isRegular(file)) return '-';
  const within = roots.map(root => relative(root, file)).filter(path => path !== '' && !path.startsWith('..'));
  const [name = basename(file)] = within.sort((left, right) => left.length - right.length);
  return name.split(sep).join('/');
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
