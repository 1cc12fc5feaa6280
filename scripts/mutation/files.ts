/**
 * The files to mutate, and the tests that judge the mutants.
 */
import { relative } from 'path';
import { sys } from 'typescript';
import { ROOT } from './root';

/** The trust code. Files without anything to mutate, such as pure types, are skipped automatically. */
const MUTATED = [
  'src/cluster-oidc-provider.ts',
  'src/irsa-role.ts',
  'src/irsa-service-account.ts',
  'src/pod-identity-*.ts',
  'src/service-account-*.ts',
  'src/trust-policy.ts',
  'src/conventions/name-rules.ts',
  'src/conventions/web-identity.ts',
  'src/conventions/wildcards.ts',
  'src/private/app-index.ts',
  'src/private/kubernetes-names.ts',
  'src/private/issuer/*.ts',
  'src/private/manifests/template-agreement.ts',
  'src/private/role/*.ts',
  'src/private/trust/*.ts',
  'src/private/values/*.ts',
];

/** Not trust code: the keys of self-hosted issuers, and the permissions of controllers. */
const NOT_MUTATED = ['src/private/issuer/json-web-keys.ts', 'src/private/role/controller-policy.ts'];

/** New tests of the trust code are found without being listed. */
const TESTS = [
  'test/*.test.ts',
  'test/conventions/*.test.ts',
  'test/private/**/*.test.ts',
  'test/analysis/iam/trust-evaluator.test.ts',
];

const TESTS_LEFT_OUT = [
  // These run examples, the CDK CLI or other programs, each slower than all other tests together.
  'test/*.slow.test.ts',
  'test/cluster-add-ons.test.ts',
  'test/irsa-validator.test.ts',
  'test/issuer-hosting.test.ts',
];

export const mutatedFiles = () => find(MUTATED, NOT_MUTATED);

export const testFiles = () => find(TESTS, TESTS_LEFT_OUT);

/** Everything that a test may load: the library, the tests and what they share. */
export const loadableFiles = () => find(['src/**/*.ts', 'test/**/*.ts'], ['src/cli/report/page/**']);

/** Paths relative to the repository, with forward slashes. */
function find(include: string[], exclude?: string[]): string[] {
  const files = sys.readDirectory(ROOT, ['.ts'], exclude, include);
  return files.map(file => relative(ROOT, file).split('\\').join('/')).sort();
}
