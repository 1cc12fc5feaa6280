/**
 * Roles and clusters that CloudFormation names are known by their construct paths, whoever shows them.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { App, CfnJson, Stack } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { FederatedPrincipal, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import { cli, directory } from './support';
import { ClusterOidcProvider, IrsaAssertions } from '../../src';
import { mapOf } from '../analysis/support';
import { ACCOUNT, REGION } from '../support';

const outdir = join(directory, 'cdk.out');

function synthesize(out: string, ...names: string[]) {
  const app = new App({ outdir: out });
  const stack = new Stack(app, 'blueprint', { env: { account: ACCOUNT, region: REGION } });
  const cluster = new CfnCluster(stack, 'Cluster', {
    roleArn: 'arn:aws:iam::111122223333:role/cluster', resourcesVpcConfig: { subnetIds: ['subnet-1'] },
  });
  const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: cluster.attrOpenIdConnectIssuerUrl });
  for (const name of names) {
    const StringEquals = new CfnJson(stack, `${name}-condition`, {
      value: { [`${provider.openIdConnectProviderIssuer}:sub`]: `system:serviceaccount:logging:${name}` },
    });
    const assumedBy = new FederatedPrincipal(
      provider.openIdConnectProviderArn, { StringEquals }, 'sts:AssumeRoleWithWebIdentity',
    );
    const role = new Role(stack, `${name}-sa`, { assumedBy });
    role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess'));
  }
  return app.synth();
}

const assembly = synthesize(outdir, 'fluentbit');
const KEY = /^⟨blueprint\/fluentbitsa[0-9A-F]{8}⟩$/;

test('verify', () => {
  const { stdout } = cli('verify', outdir);
  const text = stdout.replace(/\s+/g, ' ');
  expect(text).toContain('Role blueprint/fluentbit-sa, Statement[0]: accepts tokens of blueprint/Cluster for every');
  expect(text).toContain('"StringEquals": { "⟨blueprint/Cluster⟩:aud": "sts.amazonaws.com" }');
  expect(text).toContain('Role blueprint/fluentbit-sa: its policy AdministratorAccess');
  expect(text).not.toMatch(/⟨blueprint\/fluentbit/);
});

test.each(['json', 'sarif'])('verify --format %s', format => {
  const { stdout } = cli('verify', outdir, '--format', format);
  expect(stdout).toContain('"Role blueprint/fluentbit-sa: its policy AdministratorAccess');
  expect(stdout).not.toMatch(/⟨blueprint\/fluentbit/);
});

test('the baseline knows them however they are named', () => {
  const file = join(directory, 'baseline.json');
  writeFileSync(file, cli('verify', outdir, '--format', 'json').stdout);
  expect(cli('verify', outdir, '--baseline', file).code).toBe(0);
});

test('assertions', () => {
  expect(() => IrsaAssertions.fromAssembly(assembly).allowsOnly([])).toThrow(
    'logging/fluentbit of blueprint/Cluster with the audience * can assume blueprint/fluentbit-sa but is not in the '
      + 'expected list.',
  );
});

test('the pictures of report', () => {
  const { stdout } = cli('report', outdir, '--format', 'mermaid');
  expect(stdout).toContain('["blueprint/Cluster"]');
  expect(stdout).toContain('(["blueprint/fluentbit-sa"])');
  const page = join(directory, 'page.html');
  cli('report', outdir, '--format', 'html', '--output', page);
  expect(readFileSync(page, 'utf8')).toContain('role/⟨blueprint/fluentbit-sa⟩');
});

test('report --json keeps the keys, and tells the construct paths', () => {
  const data = JSON.parse(cli('report', outdir, '--format', 'json').stdout);
  const name = data.roles.map((role: any) => role.name).find((role: string) => KEY.test(role));
  expect(data.access[0].role).toBe(`arn:aws:iam::${ACCOUNT}:role/${name}`);
  expect(data.constructPaths[name.slice(1, -1)]).toBe('blueprint/fluentbit-sa/Resource');
  expect(Object.keys(data.constructPaths).some(key => /condition/.test(key))).toBe(false); // nothing shows it
});

test('report --diff, also of roles that are gone', () => {
  const other = join(directory, 'other.out');
  synthesize(other, 'vector');
  const file = join(directory, 'old.json');
  writeFileSync(file, cli('report', outdir, '--format', 'json').stdout);
  const { stdout } = cli('report', other, '--diff', file);
  expect(stdout).toContain('| **wider** | `blueprint/vector-sa` | `logging/vector` can assume it, ');
  expect(stdout).toContain('| narrower | `blueprint/fluentbit-sa` | `logging/fluentbit` can no longer assume it, ');
  expect(stdout).toContain('cluster `blueprint/Cluster`');
});

test('the keys of the analysis stay', () => {
  expect(mapOf(outdir).roles.map(({ name }) => name)).toContainEqual(expect.stringMatching(KEY));
});
