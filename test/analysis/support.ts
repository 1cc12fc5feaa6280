import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { AccessMap } from '../../src/analysis/access-map';
import { accessMapOf, AccessMapOptions } from '../../src/analysis/reading/access-map-reader';
import { readAssembly, StackTemplate } from '../../src/analysis/reading/assembly';
import { ACCOUNT, REGION } from '../support';

/** Files of one test file, gone afterwards. */
export const directory = mkdtempSync(join(tmpdir(), 'cdk-irsa-analysis-'));
afterAll(() => rmSync(directory, { recursive: true }));

let folders = 0;

/** A folder with these files; objects as JSON. */
export function folderWith(files: Record<string, unknown>): string {
  const folder = join(directory, `${folders++}`);
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }
  return folder;
}

/** What the CDK writes for a stack, as little of it as there must be. */
export function artifact(id: string, environment = `aws://${ACCOUNT}/${REGION}`): object {
  return {
    type: 'aws:cloudformation:stack',
    environment,
    properties: { templateFile: `${id}.template.json` },
    displayName: id,
  };
}

/** A cloud assembly of these templates, by the names of their stacks. */
export function assemblyWith(templates: Record<string, any>, more: Record<string, unknown> = {}): string {
  const artifacts = Object.fromEntries(Object.keys(templates).map(id => [id, artifact(id)]));
  const files = Object.fromEntries(
    Object.entries(templates).map(([id, template]) => [`${id}.template.json`, template]),
  );
  return folderWith({ 'manifest.json': { version: '48.0.0', artifacts }, ...files, ...more });
}

export function mapOf(folder: string, options?: AccessMapOptions): AccessMap {
  return accessMapOf(readAssembly(folder), options);
}

/** A stack without an assembly. */
export function stackOf(template: any, stack: Partial<StackTemplate> = {}): StackTemplate {
  return {
    path: 'Stack',
    stackName: 'Stack',
    file: 'Stack.template.json',
    template,
    account: ACCOUNT,
    region: REGION,
    constructPaths: new Map(),
    existingRoles: [],
    existingProviders: [],
    manifestFiles: [],
    ...stack,
  };
}
