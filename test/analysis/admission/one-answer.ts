/**
 * Four doors, one answer: IrsaAssertions, IrsaValidator, cdk-irsa verify and cdk-irsa report on the same assembly.
 */
import { readdirSync } from 'fs';
import { join } from 'path';
import { IrsaAssertions, IrsaValidator } from '../../../src';
import { Access } from '../../../src/analysis/access-map';
import { Finding } from '../../../src/analysis/rules/rule';
import { ReportData } from '../../../src/cli/report/report-data';
import { cli } from '../../cli/support';

const MANIFEST_RULES = ['role-not-found', 'role-does-not-trust', 'audience-mismatch', 'not-rendered'];

/** A cloud assembly, and manifests beside it. */
export interface Input {
  readonly assembly: string;
  readonly manifests: string[];
}

export interface Verified {
  readonly clean: boolean;
  readonly findings: Finding[];
}

export function verify({ assembly, manifests }: Input): Verified {
  const { code, stdout } = cli(
    'verify',
    assembly,
    '--format',
    'json',
    ...manifests.flatMap(file => ['--manifests', file]),
  );
  const verified = JSON.parse(stdout);
  expect(code).toBe(verified.clean ? 0 : 1);
  return verified;
}

function reported({ assembly, manifests }: Input): ReportData {
  const given = manifests.flatMap(file => ['--manifests', file]);
  return JSON.parse(cli('report', assembly, '--format', 'json', ...given).stdout);
}

function templatesIn(assembly: string): string[] {
  return readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.template.json') && !name.endsWith('.nested.template.json'))
    .map(name => join(assembly, name));
}

const sorted = (texts: string[]) => [...texts].sort();

/** Rule, severity, words and fix of each, at the resource or file. */
export function expectOneAnswer(input: Input): void {
  const { clean, findings } = verify(input);
  const report = reported(input);
  expect(sorted(report.findings.map(one => JSON.stringify(one)))).toEqual(
    sorted(findings.map(one => JSON.stringify(one))),
  );

  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const { success, violations } = new IrsaValidator({ manifests: input.manifests }).validate({
    templatePaths: templatesIn(input.assembly),
  } as any);
  expect(success).toBe(clean);
  expect(
    violations.map(({ ruleName, severity, description, fix, violatingResources: [resource] }) => [
      ruleName,
      severity === 'info' ? 'note' : severity,
      description.split('\n')[0],
      fix,
      resource.resourceLogicalId,
    ]),
  ).toEqual(
    open.map(({ rule, severity, message, fix, place, others = [] }) => [
      rule,
      severity,
      message.split('\n')[0],
      fix,
      [place, ...others].find(({ logicalId }) => logicalId !== undefined)?.logicalId ?? '',
    ]),
  );

  const assertions = IrsaAssertions.fromAssembly({ directory: input.assembly } as any, { manifests: input.manifests });
  expectSameManifests(assertions, report, open.filter(({ rule }) => MANIFEST_RULES.includes(rule)));
  expectSameAccess(assertions, report, open.map(({ rule }) => rule));
}

function expectSameManifests(assertions: IrsaAssertions, { serviceAccounts }: ReportData, found: Finding[]): void {
  const failure = failureOf(() => assertions.manifestsMatchRoles());
  if (!serviceAccounts.some(({ roleArn }) => roleArn !== undefined)) {
    expect(failure).toMatch(/^No manifest contains a ServiceAccount with the annotation/);
    return;
  }
  expect(failure?.split('\n') ?? []).toEqual(
    found.map(({ rule, message, fix }) => expect.stringContaining(`: ${message} ${fix} (${rule})`)),
  );
}

/** Who is on the map gets in, and who is beside it does not, where both are asked with names. */
function expectSameAccess(assertions: IrsaAssertions, { access, roles }: ReportData, rules: string[]): void {
  const isPlain = (one: Access) =>
    /^[a-z0-9-]+$/.test(one.namespace)
    && /^[a-z0-9.-]+$/.test(one.serviceAccount)
    && /^[^⟨*?]+$/.test(`${one.cluster}${one.role}${one.audience}`);
  const isSound = !rules.some(rule => BARRED.includes(rule));
  for (const one of isSound ? access.filter(isPlain) : []) {
    if (!roles.some(({ arn }) => arn === one.role)) continue; // of another app
    const selection = { role: one.role };
    const token = one.via === 'irsa' ? { issuer: one.cluster, audience: one.audience } : {};
    assertions.allows({ namespace: one.namespace, serviceAccount: one.serviceAccount, ...selection, ...token });
    if (one.via === 'pod-identity') continue;
    const isOpen = access.some(other => other.role === one.role && !isPlain(other));
    if (!isOpen) {
      assertions.denies({ namespace: one.namespace, serviceAccount: 'somebody-else', ...selection, ...token });
    }
  }
}

/** Rules of what is on the map, because a statement means it, and yet does not get in. */
const BARRED = [
  'wrong-issuer',
  'https-in-key',
  'provider-arn-in-key',
  'issuer-mismatch',
  'provider-of-another-account',
  'provider-of-another-partition',
  'role-does-not-trust',
  'unreadable-trust',
  'missing-aud',
  'missing-sub',
  'wildcard-under-string-equals',
  'not-principal',
];

function failureOf(assert: () => void): string | undefined {
  try {
    assert();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
