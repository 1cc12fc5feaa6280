/**
 * What a deployment changes at each step of a migration, told by the CDK's own diff: the library behind `cdk diff`, and
 * `cdk diff` itself.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksv2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { exampleDir } from '../scripts/examples';
import { ClusterOidcProvider, IrsaServiceAccount, PodIdentityServiceAccount } from '../src';
import { ACCOUNT, ISSUER, literalProvider, literalStack } from './support';

const NAMES = { namespace: 'payments', serviceAccountName: 'api' };

/** What a step changes: `+`, `-`, `~` or `replaces`, the type of the resource, and the properties. */
function changes(before: any, after: any): string[] {
  const found: string[] = [];
  fullDiff(before, after).resources.forEachDifference((_, difference) => {
    const type = difference.resourceType;
    if (difference.isAddition) {
      found.push(`+ ${type}`);
    } else if (difference.isRemoval) {
      found.push(`- ${type}${difference.changeImpact === ResourceImpact.WILL_ORPHAN ? ' (kept)' : ''}`);
    } else {
      const impact = difference.changeImpact === ResourceImpact.WILL_UPDATE ? '~' : difference.changeImpact;
      found.push(`${impact} ${type} ${Object.keys(difference.propertyUpdates).join()}`.trim());
    }
  });
  return found.sort();
}

function template(build: (stack: Stack) => iam.IGrantable): any {
  const stack = literalStack();
  new Bucket(stack, 'Bucket').grantRead(build(stack));
  return Template.fromStack(stack).toJSON();
}

describe('from IRSA to Pod Identity and back', () => {
  const podIdentity = { clusterName: 'production' };
  const oidc = (stack: Stack) => ({ ...NAMES, oidcProvider: literalProvider(stack) });
  const irsa = template(stack => new IrsaServiceAccount(stack, 'Api', oidc(stack)));
  const both = template(stack => new IrsaServiceAccount(stack, 'Api', { ...oidc(stack), podIdentity }));
  const podIdentityAlone = template(stack => new PodIdentityServiceAccount(stack, 'Api', { ...NAMES, ...podIdentity }));

  test.each([
    ['trusting both', irsa, both, ['+ AWS::EKS::PodIdentityAssociation', '~ AWS::IAM::Role AssumeRolePolicyDocument']],
    ['Pod Identity alone', both, podIdentityAlone, ['~ AWS::IAM::Role AssumeRolePolicyDocument']],
    ['back to both', podIdentityAlone, both, ['~ AWS::IAM::Role AssumeRolePolicyDocument']],
    ['back to IRSA', both, irsa, ['- AWS::EKS::PodIdentityAssociation', '~ AWS::IAM::Role AssumeRolePolicyDocument']],
  ])('%s replaces nothing', (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });
});

describe('from aws-eks', () => {
  const layer = (stack: Stack) =>
    LayerVersion.fromLayerVersionArn(stack, 'Kubectl', `arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:kubectl:1`);
  const imported = (stack: Stack) => eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: 'production',
    kubectlRoleArn: `arn:aws:iam::${ACCOUNT}:role/kubectl`,
    kubectlLayer: layer(stack),
    openIdConnectProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', `https://${ISSUER}`),
  });
  const ours = (cluster: eks.ICluster | eksv2.ICluster, oidcProvider: iam.IOpenIdConnectProvider) =>
    new IrsaServiceAccount(cluster, 'Api', { ...NAMES, oidcProvider, roleName: PhysicalName.GENERATE_IF_NEEDED });
  const theirs = { name: 'api', namespace: 'payments' };
  const versions: [
    string,
    (stack: Stack, removalPolicy?: RemovalPolicy) => iam.IGrantable,
    (stack: Stack) => iam.IGrantable,
  ][] = [
    [
      'an imported cluster',
      (stack, removalPolicy) => imported(stack).addServiceAccount('Api', { ...theirs, removalPolicy }),
      stack => {
        const cluster = imported(stack);
        return ours(cluster, cluster.openIdConnectProvider);
      },
    ],
    [
      'a cluster of aws-eks',
      (stack, removalPolicy) => {
        const cluster = new eks.Cluster(stack, 'Cluster', {
          version: eks.KubernetesVersion.V1_33,
          kubectlLayer: layer(stack),
          defaultCapacity: 0,
        });
        return cluster.addServiceAccount('Api', { ...theirs, removalPolicy });
      },
      stack => {
        const cluster = new eks.Cluster(stack, 'Cluster', {
          version: eks.KubernetesVersion.V1_33,
          kubectlLayer: layer(stack),
          defaultCapacity: 0,
        });
        return ours(cluster, cluster.openIdConnectProvider);
      },
    ],
    [
      'a cluster of aws-eks-v2',
      (stack, removalPolicy) => {
        const cluster = new eksv2.Cluster(stack, 'Cluster', {
          version: eksv2.KubernetesVersion.V1_33,
          defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
          defaultCapacity: 0,
          kubectlProviderOptions: { kubectlLayer: layer(stack) },
        });
        return cluster.addServiceAccount('Api', { ...theirs, removalPolicy });
      },
      stack => {
        const cluster = new eksv2.Cluster(stack, 'Cluster', {
          version: eksv2.KubernetesVersion.V1_33,
          defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
          defaultCapacity: 0,
          kubectlProviderOptions: { kubectlLayer: layer(stack) },
        });
        return ours(cluster, cluster.openIdConnectProvider);
      },
    ],
  ];

  test.each(versions)('%s: the role, its name and its policy stay', (_, before, after) => {
    const [was, kept, is] = [template(before), template(stack => before(stack, RemovalPolicy.RETAIN)), template(after)];
    // 1. Nothing of the service account is deleted with the construct.
    expect(changes(was, kept).filter(change => /Role|Policy|Kubernetes|Json/.test(change))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^~ Custom::AWSCDK-EKS-KubernetesResource/)]),
    );
    expect(changes(was, kept).join()).not.toMatch(/[+-] |REPLACE/);
    // 2. The same role, with a trust policy that needs no Lambda.
    const roles = changes(kept, is).filter(change => /IAM::(Role|Policy)$|IAM::(Role|Policy) /.test(change));
    expect(roles).toContain('~ AWS::IAM::Role AssumeRolePolicyDocument');
    expect(roles.filter(change => /^(\+|REPLACE)/.test(change))).toEqual([]);
    expect(changes(kept, is)).toEqual(
      expect.arrayContaining(['- Custom::AWSCDK-EKS-KubernetesResource (kept)', '- Custom::AWSCDKCfnJson (kept)']),
    );
  });

  test('the provider of the custom resource is let go of, then taken over by cdk import', () => {
    const cluster = (stack: Stack) =>
      new eks.CfnCluster(stack, 'Cluster', {
        roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
        resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
      });
    const theirProvider = (removalPolicy?: RemovalPolicy) => (stack: Stack) =>
      new IrsaServiceAccount(stack, 'Api', {
        ...NAMES,
        oidcProvider: new eks.OpenIdConnectProvider(stack, 'TheirOidc', {
          url: cluster(stack).attrOpenIdConnectIssuerUrl,
          removalPolicy,
        }),
      });
    const ourProvider = (stack: Stack) =>
      new IrsaServiceAccount(stack, 'Api', {
        ...NAMES,
        oidcProvider: new ClusterOidcProvider(stack, 'Oidc', {
          issuerUrl: cluster(stack).attrOpenIdConnectIssuerUrl,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
      });
    const [was, kept, is] = [
      template(theirProvider()),
      template(theirProvider(RemovalPolicy.RETAIN)),
      template(ourProvider),
    ];
    expect(changes(was, kept)).toEqual(['~ Custom::AWSCDKOpenIdConnectProvider']);
    expect(changes(kept, is).filter(change => !/Lambda|IAM::Role$/.test(change))).toEqual([
      '+ AWS::IAM::OIDCProvider',
      '- Custom::AWSCDKOpenIdConnectProvider (kept)',
      '~ AWS::IAM::Role AssumeRolePolicyDocument',
    ]);
  });
});

describe.each([
  ['migrate-to-pod-identity', 'Migration', ['irsa', 'both', 'pod-identity']],
  ['migrate-from-aws-eks', 'FromAwsEks', ['aws-eks', 'retain', 'cdk-irsa']],
])('the example %s', (example, stackName, steps) => {
  const folder = mkdtempSync(join(tmpdir(), `${example}-`));
  const cdk = (...args: string[]) =>
    execFileSync(
      process.execPath,
      [join(__dirname, '..', 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '--ci', '--no-color', '--no-notices'],
      {
        cwd: exampleDir(example),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NO_COLOR: '1' },
      },
    );
  const assembly = (step: string) => join(folder, step);

  beforeAll(() => {
    for (const step of steps) {
      cdk(
        'synth',
        '--quiet',
        '--no-lookups',
        '--no-version-reporting',
        '--no-path-metadata',
        '--no-asset-metadata',
        '--context',
        `step=${step}`,
        '--output',
        assembly(step),
      );
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(steps.slice(1).map((step, index) => [steps[index], step]))(
    'cdk diff from %s to %s is what the README shows',
    (before, after) => {
      const diff = cdk(
        'diff',
        '--app',
        assembly(after),
        '--template',
        join(assembly(before), `${stackName}.template.json`),
        stackName,
      );
      const readme = readFileSync(join(exampleDir(example), 'README.md'), 'utf8');
      const [, shown] = new RegExp(`<!-- cdk diff ${before} ${after} -->\n\n\`\`\`text\n(.*?)\`\`\``, 's').exec(
        readme,
      )!;
      expect(shown).toContain('[~] AWS::IAM::Role');
      expect(diff).toContain(shown);
      expect(diff).not.toMatch(/requires replacement|may be replaced/);
      expect(diff).not.toMatch(/Api\/Role.* destroy/);
    },
  );
});

test('the role keeps its logical id and its name', () => {
  const [irsa, pods] = [
    template(stack => new IrsaServiceAccount(stack, 'Api', { ...NAMES, oidcProvider: literalProvider(stack) })),
    template(stack => new PodIdentityServiceAccount(stack, 'Api', { ...NAMES, clusterName: 'production' })),
  ].map(({ Resources }) =>
    Object.entries<any>(Resources)
      .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
      .map(([id, { Properties }]) => [id, Properties.RoleName]),
  );
  expect(irsa).toHaveLength(1);
  expect(pods).toEqual(irsa);
});

test('the Lambda functions that go and stay are those that the README counts', () => {
  const example = exampleDir('migrate-from-aws-eks');
  const tsx = join(__dirname, '..', 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const program = ['--tsconfig', join(example, '..', 'tsconfig.json'), join(example, 'real-clusters.ts')];
  const counted = execFileSync(process.execPath, [tsx, ...program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const readme = readFileSync(join(example, 'README.md'), 'utf8');
  const [, shown] = /<!-- real-clusters.ts -->\n\n(.*?)\n\n/s.exec(readme)!;
  expect(counted.trim()).toBe(shown);
}, 120_000);
