/**
 * The apps that scripts/bench.ts measures, each in a separate process: `<way> <service accounts> <cloud assembly>
 * [grants]`.
 *
 * Each writes the templates and manifests of that many service accounts, in several stacks.
 */
import { appendFileSync } from 'fs';
import { join } from 'path';
import type { Stack } from 'aws-cdk-lib';
import type { IGrantable, IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';

/* eslint-disable @typescript-eslint/no-require-imports -- each way loads what it needs, and nothing else */

/** What a process reports about itself. */
export interface Measured {
  /** From the first construct to the end of synth, without loading the modules. */
  readonly synthMilliseconds: number;
  readonly megabytes: number;
}

/** In aws-eks each has four resources, and a stack can have 500. */
const MAX_IN_STACK = 100;
const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

/** Writes what remains after synth. */
const whenDone: (() => void)[] = [];

/** Creates service accounts in a stack. */
type Maker = (namespace: string, name: string) => IGrantable;

export const WAYS: Record<string, () => (stack: Stack) => Maker> = {
  'cdk-irsa': () => cdkIrsa(() => `https://${ISSUER}`),
  'cdk-irsa, deferred issuer': () => {
    const { Fn } = require('aws-cdk-lib');
    return cdkIrsa(() => Fn.importValue('issuer'));
  },
  'iam.Role and YAML': () => {
    const { Role } = require('aws-cdk-lib/aws-iam');
    return stack => (namespace, name) => {
      const roleName = `${namespace}-${name}`;
      writeManifest(stack, namespace, name, roleName);
      return new Role(stack, roleName, { roleName, assumedBy: webIdentity(namespace, name) });
    };
  },
  'iam.Role and cdk8s': () => {
    const { Role } = require('aws-cdk-lib/aws-iam');
    const { App, ApiObject, Chart } = require('cdk8s');
    return stack => {
      const chart = new Chart(new App({ outdir }), stack.stackName);
      whenDone.push(() => chart.node.root.synth());
      return (namespace, name) => {
        const roleName = `${namespace}-${name}`;
        new ApiObject(chart, roleName, {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: {
            name,
            namespace,
            annotations: {
              'eks.amazonaws.com/role-arn': roleArn(roleName),
              'eks.amazonaws.com/sts-regional-endpoints': 'true',
            },
          },
        });
        return new Role(stack, roleName, { roleName, assumedBy: webIdentity(namespace, name) });
      };
    };
  },
  'CfnRole and YAML': () => {
    const { CfnRole } = require('aws-cdk-lib/aws-iam');
    return stack => (namespace, name) => {
      const roleName = `${namespace}-${name}`;
      new CfnRole(stack, roleName, { roleName, assumeRolePolicyDocument: trustPolicy(namespace, name) });
      writeManifest(stack, namespace, name, roleName);
      return undefined as never; // cannot be a grantee
    };
  },
  'iam.Role, CfnJson and YAML, deferred issuer': () => {
    const { CfnJson, Fn } = require('aws-cdk-lib');
    const { FederatedPrincipal, Role } = require('aws-cdk-lib/aws-iam');
    return stack => (namespace, name) => {
      const roleName = `${namespace}-${name}`;
      const issuer = Fn.importValue('issuer');
      const StringEquals = new CfnJson(stack, `${roleName}-condition`, {
        value: condition(issuer, namespace, name).StringEquals,
      });
      writeManifest(stack, namespace, name, roleName);
      return new Role(stack, roleName, {
        roleName,
        assumedBy: new FederatedPrincipal(providerArn(issuer), { StringEquals }, 'sts:AssumeRoleWithWebIdentity'),
      });
    };
  },
  'aws-eks': () => eks('aws-cdk-lib/aws-eks'),
  'aws-eks-v2': () => eks('aws-cdk-lib/aws-eks-v2'),
};

function cdkIrsa(issuerUrl: () => string): (stack: Stack) => Maker {
  const { ClusterOidcProvider, IrsaServiceAccount } = require('cdk-irsa');
  return stack => {
    const oidcProvider: IOpenIdConnectProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', issuerUrl());
    return (namespace, serviceAccountName) =>
      new IrsaServiceAccount(stack, `${namespace}-${serviceAccountName}`, {
        oidcProvider,
        namespace,
        serviceAccountName,
      });
  };
}

/** The cluster is in another stack, so that only the cost of service accounts counts. */
function eks(module: string): (stack: Stack) => Maker {
  const { Cluster, ...rest } = require(module);
  const { OpenIdConnectProvider, Role } = require('aws-cdk-lib/aws-iam');
  const { KubectlV33Layer } = require('@aws-cdk/lambda-layer-kubectl-v33');
  return stack => {
    const kubectlRole = Role.fromRoleArn(stack, 'KubectlRole', `arn:aws:iam::${ACCOUNT}:role/kubectl`);
    const kubectlLayer = new KubectlV33Layer(stack, 'KubectlLayer');
    const attributes = {
      clusterName: 'production',
      openIdConnectProvider: OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', providerArn(ISSUER)),
    };
    const cluster = Cluster.fromClusterAttributes(
      stack,
      'Cluster',
      module.endsWith('v2')
        ? {
          ...attributes,
          kubectlProvider: new rest.KubectlProvider(stack, 'Kubectl', {
            cluster: Cluster.fromClusterAttributes(stack, 'Itself', attributes),
            kubectlLayer,
            role: kubectlRole,
          }),
        }
        : { ...attributes, kubectlRoleArn: kubectlRole.roleArn, kubectlLayer },
    );
    return (namespace, name) => cluster.addServiceAccount(`${namespace}-${name}`, { namespace, name });
  };
}

function providerArn(issuer: string): string {
  return `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
}

function condition(issuer: string, namespace: string, name: string) {
  return {
    StringEquals: {
      [`${issuer}:aud`]: 'sts.amazonaws.com',
      [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${name}`,
    },
  };
}

function trustPolicy(namespace: string, name: string) {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: providerArn(ISSUER) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition(ISSUER, namespace, name),
  };
  return { Version: '2012-10-17', Statement: [statement] };
}

function webIdentity(namespace: string, name: string) {
  const { FederatedPrincipal } = require('aws-cdk-lib/aws-iam');
  return new FederatedPrincipal(
    providerArn(ISSUER),
    condition(ISSUER, namespace, name),
    'sts:AssumeRoleWithWebIdentity',
  );
}

function roleArn(roleName: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${roleName}`;
}

/** Concatenates text as fast as possible: without a parser, and without the quotes that some names would need. */
function writeManifest(stack: Stack, namespace: string, name: string, roleName: string): void {
  const annotations = `    eks.amazonaws.com/role-arn: ${roleArn(roleName)}\n    `
    + 'eks.amazonaws.com/sts-regional-endpoints: "true"';
  appendFileSync(
    join(outdir, `${stack.stackName}.yaml`),
    `---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n${annotations}\n  name: ${name}\n  `
      + `namespace: ${namespace}\n`,
  );
}

function measure(way: string, size: number, grants: boolean): Measured {
  const { App, Stack: RealStack } = require('aws-cdk-lib');
  const { Bucket } = require('aws-cdk-lib/aws-s3');
  const makerIn = WAYS[way]();
  const start = process.hrtime.bigint();
  const app = new App({ outdir, analyticsReporting: false });
  const stacks = Math.ceil(size / MAX_IN_STACK);
  for (let number = 0; number < stacks; number++) {
    const stack: Stack = new RealStack(app, `Stack${number}`, { env: { account: ACCOUNT, region: REGION } });
    const make = makerIn(stack);
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'reports');
    for (let index = number; index < size; index += stacks) {
      const serviceAccount = make(`team-${index % 50}`, `app-${index}`);
      if (grants) bucket.grantRead(serviceAccount);
    }
  }
  app.synth();
  for (const write of whenDone) write();
  return {
    synthMilliseconds: Number(process.hrtime.bigint() - start) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

const [, , way, size, outdir, grants] = process.argv;
if (way !== undefined && require.main === module) {
  console.log(JSON.stringify(measure(way, Number(size), grants === 'grants')));
}
