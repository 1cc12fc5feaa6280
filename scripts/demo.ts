/**
 * Synthesizes the examples with the CDK CLI and shows who may assume what: `npx projen demo`.
 */
import { Assembly, EXAMPLES, resourcesWithCode, synthesize } from './examples';
import { report, workloadsOf } from './report';

const DEPLOY = `To deploy one for real, put your account, region and issuer into its app.ts, then
  cd examples/<example> && npx cdk deploy
  kubectl apply -f <manifest>
and for a manifest in an output
  aws cloudformation describe-stacks --stack-name <stack> --output text \\
    --query "Stacks[0].Outputs[?OutputKey=='KubernetesManifests'].OutputValue" | kubectl apply -f -`;

async function main(): Promise<void> {
  const assemblies: Assembly[] = [];
  for (const example of EXAMPLES) {
    const assembly = await synthesize(example);
    assemblies.push(assembly);
    console.log(`${headline(report(assembly, process.cwd()))}\n`);
  }

  const templates = assemblies.flatMap(assembly => assembly.templates);
  const workloads = assemblies.flatMap(workloadsOf);
  const roles = new Set(workloads.map(({ template, roleId }) => `${template.file} ${roleId}`));
  const code = templates.flatMap(template =>
    resourcesWithCode(template).map(resource => `${template.file}: ${resource}`),
  );
  console.log(
    `${workloads.length} workloads, ${roles.size} roles, ${templates.length} templates, ${code.length} Lambda `
      + 'functions and custom resources\n',
  );
  if (code.length > 0) throw new Error(`these templates need code to run at deployment:\n${code.join('\n')}`);
  console.log(DEPLOY);
}

/** The first line in bold, on a terminal that wants it. */
function headline(text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? text.replace(/^.*/, '\u001b[1m$&\u001b[0m') : text;
}

main().catch((error: Error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
});
