/**
 * Synthesizes the examples with the CDK CLI and shows who can do what: `npx projen demo`. With `--verbose`, every role
 * with its trust and its permissions.
 */
import { availableParallelism } from 'os';
import { Assembly, EXAMPLES, resourcesWithCode, synthesize } from './examples';
import { heading, inShort, report, workloadsOf } from './report';

const NEXT_STEPS = `
Next steps
  See every role, whom it trusts and what it can do:
    npx projen demo --verbose
  Read the manifest of an example:
    cat examples/s3-full-access/cdk.out/*.k8s.yaml
  Deploy an example: put your account, region and issuer into its app.ts, then
    cd examples/<example> && npx cdk deploy
    kubectl apply -f cdk.out/<stack>.k8s.yaml
  Use the library in your own project:
    https://cdk-irsa.github.io/cdk-irsa/getting-started/existing-cluster`;

const MANIFEST_IN_OUTPUT = `  If the manifest is an output of the stack
    aws cloudformation describe-stacks --stack-name <stack> --output text \\
      --query "Stacks[0].Outputs[?OutputKey=='KubernetesManifests'].OutputValue" | kubectl apply -f -`;

/** What the demo needs from its surroundings. */
interface Demo {
  readonly examples: readonly string[];
  readonly isVerbose: boolean;
  synthesize(example: string): Promise<Assembly>;
  print(text: string): void;
}

/** @throws Error if a template needs code at deployment */
export async function demo({ examples, isVerbose, synthesize: make, print }: Demo): Promise<void> {
  const width = Math.max(...examples.map(({ length }) => length));
  const assemblies: Assembly[] = [];
  if (!isVerbose) print(heading(width));
  for (const pending of inParallel(examples.map(example => () => make(example)))) {
    const assembly = await pending;
    assemblies.push(assembly);
    print(isVerbose ? `${report(assembly, process.cwd())}\n` : inShort(assembly, width));
  }

  const templates = assemblies.flatMap(assembly => assembly.templates);
  const workloads = assemblies.flatMap(workloadsOf);
  const roles = new Set(workloads.map(({ template, roleId }) => `${template.file} ${roleId}`));
  const code = templates.flatMap(template =>
    resourcesWithCode(template).map(resource => `${template.file}: ${resource}`));
  print(`${isVerbose ? '' : '\n'}${workloads.length} workloads, ${roles.size} roles, ${templates.length} templates\n`
    + `${code.length} Lambda functions and custom resources`);
  if (code.length > 0) throw new Error(`these templates need code to run at deployment:\n${code.join('\n')}`);
  print(isVerbose ? `${NEXT_STEPS}\n${MANIFEST_IN_OUTPUT}` : NEXT_STEPS);
}

/** Runs at most as many tasks at once as there are processors. The results are in the order of the tasks. */
function inParallel<T>(tasks: readonly (() => Promise<T>)[], most = availableParallelism()): Promise<T>[] {
  const results: Promise<T>[] = [];
  for (const task of tasks) {
    const before = results.length < most ? Promise.resolve() : results[results.length - most];
    const result = before.then(task);
    result.catch(() => undefined); // the reader of the results sees it
    results.push(result);
  }
  return results;
}

/** The first line in bold, on a terminal that wants it. */
function headline(text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? text.replace(/^.*/, '\u001b[1m$&\u001b[0m') : text;
}

async function main(args: readonly string[]): Promise<void> {
  const [unknown] = args.filter(argument => argument !== '--verbose');
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}. Usage: npx projen demo [--verbose]`);
  const isVerbose = args.length > 0;
  const print = (text: string) => console.log(isVerbose ? headline(text) : text);
  await demo({ examples: EXAMPLES, isVerbose, synthesize, print });
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  });
}
