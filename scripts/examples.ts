/**
 * Synthesizes the examples with the CDK CLI, as users do. For the demo and the tests.
 */
import { execFile } from 'child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'fs';
import { basename, dirname, join } from 'path';
import { promisify } from 'util';

const EXAMPLES_DIR = join(__dirname, '..', 'examples');
const CDK = join(__dirname, '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');
// Without an account, a network, or anything in the templates that differs between CDK releases.
const SYNTH = [
  'synth',
  '--quiet',
  '--no-lookups',
  '--no-notices',
  '--no-version-reporting',
  '--no-path-metadata',
  '--no-asset-metadata',
];

const TEMPLATE = /\.template\.json$/;
const NEEDS_CODE = /^(AWS::Lambda::Function|Custom::.+|AWS::CloudFormation::CustomResource)$/;

/** A template of an example; nested stacks have separate templates. */
export interface Template {
  readonly file: string;
  readonly stackName: string;
  /** The account that it is deployed to, if known. */
  readonly account?: string;
  readonly body: any;
  /** The Kubernetes manifest next to it, if any. */
  readonly manifestFile?: string;
}

/** The output of an example. */
export interface Assembly {
  readonly example: string;
  readonly templates: Template[];
  /** Other YAML: from the example's own cdk8s app, in a folder for a GitOps tool, and Helm values. */
  readonly ownManifestFiles: string[];
}

/** The names of the examples; those in other languages run by `npx projen languages`. */
export const EXAMPLES = readdirSync(EXAMPLES_DIR, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && !['ci', 'languages'].includes(entry.name))
  .map(({ name }) => name)
  .sort();

/**
 * The examples whose service accounts are all tested. The fleet has 2,000 similar ones, and a separate test.
 */
export const SMALL_EXAMPLES = EXAMPLES.filter(example => example !== 'fleet');

/** The folder of an example. */
export function exampleDir(example: string): string {
  return join(EXAMPLES_DIR, example);
}

/**
 * Runs `cdk synth` on an example.
 *
 * @param outdir the folder for the cloud assembly
 * @param ownManifestsDir the output folder of the example's own cdk8s app, if any
 * @param gitopsDir the folder that contains `clusters`, if any; its files are committed, and the library updates them
 * @param program the app, if it is not the one in `cdk.json`
 * @throws with the output of the CLI if it fails
 */
export async function synthesize(
  example: string,
  outdir = join(exampleDir(example), 'cdk.out'),
  ownManifestsDir = join(exampleDir(example), 'dist'),
  gitopsDir = exampleDir(example),
  program?: string,
): Promise<Assembly> {
  for (const folder of [outdir, ownManifestsDir]) rmSync(folder, { recursive: true, force: true });
  await promisify(execFile)(
    process.execPath,
    [CDK, ...SYNTH, '--output', outdir, ...(program ? ['--app', `npx tsx ${program}`] : [])],
    {
      cwd: exampleDir(example),
      // the latter is from cdk8s: the CDK CLI mistakes it for its own option, warns and ignores it
      env: { ...process.env, GITOPS_DIR: gitopsDir, CDK8S_OUTDIR: ownManifestsDir, JSII_DEPRECATED: 'fail' },
    },
  ).catch(error => {
    throw new Error(`cdk synth of example ${example} failed:\n${error.stderr || error.message}`);
  });
  return {
    example,
    templates: filesIn(outdir, TEMPLATE).map(readTemplate),
    ownManifestFiles: [
      ...[ownManifestsDir, join(gitopsDir, 'clusters')].flatMap(folder => filesIn(folder, /\.yaml$/)),
      ...filesIn(outdir, /\.values\.yaml$/),
    ],
  };
}

/** The resources of a template that run code at deployment, as `<logical id> (<type>)`. */
export function resourcesWithCode({ body }: Template): string[] {
  return Object.entries<any>(body.Resources ?? {})
    .filter(([, { Type }]) => NEEDS_CODE.test(Type))
    .map(([id, { Type }]) => `${id} (${Type})`);
}

/** The files in a folder and its subfolders whose names match. */
export function filesIn(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => name.test(file))
    .sort()
    .map(file => join(folder, file));
}

function readTemplate(file: string): Template {
  const manifestFile = file.replace(TEMPLATE, '.k8s.yaml');
  return {
    file,
    stackName: basename(file).replace(TEMPLATE, ''),
    account: accountOf(file),
    body: JSON.parse(readFileSync(file, 'utf8')),
    ...existsSync(manifestFile) && { manifestFile },
  };
}

/** The format of the cloud assembly: `aws://<account>/<region>`. */
function accountOf(templateFile: string): string | undefined {
  const { artifacts } = JSON.parse(readFileSync(join(dirname(templateFile), 'manifest.json'), 'utf8'));
  const stack = Object.values<any>(artifacts).find(
    ({ properties }) => properties?.templateFile === basename(templateFile),
  );
  return /^aws:\/\/(\d{12})\//.exec(stack?.environment)?.[1];
}
