/**
 * Synthesizes the examples with the CDK CLI, as users do. For the demo and the tests.
 */
import { execFile } from 'child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'fs';
import { basename, dirname, join } from 'path';
import { promisify } from 'util';

const EXAMPLES_DIR = join(__dirname, '..', 'examples');
const CDK = join(__dirname, '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');
// No account, no network, nothing in the templates that differs between releases of the CDK.
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

/** A template of an example; nested stacks have one of their own. */
export interface Template {
  readonly file: string;
  readonly stackName: string;
  /** The account it is deployed to, where that is known. */
  readonly account?: string;
  readonly body: any;
  /** The Kubernetes manifest beside it, if there is one. */
  readonly manifestFile?: string;
}

/** What an example makes. */
export interface Assembly {
  readonly example: string;
  readonly templates: Template[];
  /** More YAML: of a cdk8s app of the example's own, in a folder for a GitOps tool, and values for Helm. */
  readonly ownManifestFiles: string[];
}

/** The names of the examples; those in other languages run by `npx projen languages`. */
export const EXAMPLES = readdirSync(EXAMPLES_DIR, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && !['ci', 'languages'].includes(entry.name))
  .map(({ name }) => name)
  .sort();

/**
 * Those that are looked at one service account after the other. The fleet has 2,000 that are alike, and a test of its
 * own.
 */
export const SMALL_EXAMPLES = EXAMPLES.filter(example => example !== 'fleet');

/** The folder of an example. */
export function exampleDir(example: string): string {
  return join(EXAMPLES_DIR, example);
}

/**
 * Runs `cdk synth` on an example.
 *
 * @param outdir where the cloud assembly goes
 * @param ownManifestsDir where the cdk8s app of the example's own writes to, if it has one
 * @param gitopsDir where the folder `clusters` is, if it has one; what is in there is committed, and the library keeps
 * it current
 * @param program the app, where it is not the one that `cdk.json` names
 * @throws with what the CLI says when it fails
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
      // the latter of cdk8s: the CDK CLI takes it for an option of its own, says so and ignores it
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

/** The files below a folder, by a pattern of their names. */
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

/** As the cloud assembly says it: `aws://<account>/<region>`. */
function accountOf(templateFile: string): string | undefined {
  const { artifacts } = JSON.parse(readFileSync(join(dirname(templateFile), 'manifest.json'), 'utf8'));
  const stack = Object.values<any>(artifacts).find(
    ({ properties }) => properties?.templateFile === basename(templateFile),
  );
  return /^aws:\/\/(\d{12})\//.exec(stack?.environment)?.[1];
}
