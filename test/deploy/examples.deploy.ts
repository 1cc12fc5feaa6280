/**
 * Each example by `cdk deploy`, read back from IAM, `cdk diff`, and `cdk destroy`. What is expected is written out
 * here, not computed.
 */
import { join } from 'path';
import { isDeepStrictEqual } from 'util';
import {
  CreateClusterCommand, DescribeAccessEntryCommand, DescribeAddonCommand, DescribePodIdentityAssociationCommand,
  ListAccessEntriesCommand, ListAddonsCommand, ListAssociatedAccessPoliciesCommand, ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { Account, reset, temporaryFolder } from './harness';
import { SMALL_EXAMPLES, synthesize } from '../../scripts/examples';
import { letsIn, letsPodIn, trustPolicyErrors } from '../judges/iam-simulator';

const workloads = new Account('111122223333');
const data = new Account('444455556666');

const EXAMPLE = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const BLUE = 'oidc.eks.eu-west-1.amazonaws.com/id/B10EB10EB10EB10EB10EB10EB10EB10E';
const GREEN = 'oidc.eks.eu-west-1.amazonaws.com/id/64EE64EE64EE64EE64EE64EE64EE64EE';
const BUCKET = 'my-cluster-issuer-111122223333.s3.eu-west-1.amazonaws.com';

/** A statement as IAM is to hold it. */
function web(
  issuer: string,
  serviceAccounts: string[],
  { account = '111122223333', operator = 'StringEquals' } = {},
): any {
  const subjects = serviceAccounts.map(name => `system:serviceaccount:${name}`);
  const sub = { [`${issuer}:sub`]: subjects.length === 1 ? subjects[0] : subjects };
  const aud = { [`${issuer}:aud`]: 'sts.amazonaws.com' };
  return {
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
    Condition:
      operator === 'StringEquals' ? { StringEquals: { ...aud, ...sub } } : { StringEquals: aud, [operator]: sub },
  };
}

function pods(namespace: string, serviceAccount: string, cluster = 'production'): any {
  return {
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Condition: {
      StringEquals: {
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': serviceAccount,
        'aws:SourceAccount': '111122223333',
      },
      ArnEquals: { 'aws:SourceArn': `arn:aws:eks:eu-west-1:111122223333:cluster/${cluster}` },
    },
  };
}

/** The statements of each role that workloads assume, and the providers, as the account is to have them. */
interface Expected {
  /** By stack. A function where only the deployment knows the issuer of the cluster. */
  readonly roles: Record<string, any[][] | ((issuer: string) => any[][])>;
  /** By stack: the name of that cluster. */
  readonly clusters?: Record<string, string>;
  readonly providers?: { readonly account: string; readonly issuer: string }[];
  /** Stacks of the second account. */
  readonly inData?: string[];
  readonly parameters?: string[];
}

const EXPECTED: Record<string, Expected> = {
  'blue-green-clusters': {
    providers: [{ account: '111122223333', issuer: GREEN }],
    roles: { Clusters: [], Orders: [[web(BLUE, ['orders:api']), web(GREEN, ['orders:api'])]] },
  },
  'cluster-add-ons': {
    providers: [{ account: '111122223333', issuer: EXAMPLE }],
    roles: {
      ClusterAddOns: [
        'kube-system:aws-load-balancer-controller',
        'external-dns:external-dns',
        'cert-manager:cert-manager',
        'kube-system:karpenter',
        'kube-system:ebs-csi-controller-sa',
        'kube-system:efs-csi-controller-sa',
        'external-secrets:external-secrets',
        'velero:velero-server',
        'kube-system:aws-for-fluent-bit',
        'keda:keda-operator',
      ].map(name => [web(EXAMPLE, [name])]),
    },
  },
  'deployment-nginx': { roles: { DeploymentNginx: [[web(EXAMPLE, ['default:test-aws-iam'])]] } },
  'doctor-after-deploy': {
    providers: [{ account: '111122223333', issuer: EXAMPLE }],
    roles: { Invoices: [[web(EXAMPLE, ['invoices:reader'])], [web(EXAMPLE, ['invoices:writer'])]] },
  },
  'from-eksctl': {
    roles: {
      FromEksctl: ['payments:receipts', 'kube-system:ebs-csi-controller-sa', 'kube-system:external-dns'].map(name => [
        web(EXAMPLE, [name]),
      ]),
    },
  },
  'gitops': {
    roles: {
      Payments: [[web(EXAMPLE, ['payments:receipts'])]],
      Addons: [[web(EXAMPLE, ['external-dns:external-dns'])]],
    },
  },
  'guarded-cluster': {
    roles: { Production: issuer => [[web(issuer, ['payments:api'])], [pods('shop', 'web', 'two-teams')]] },
    clusters: { Production: 'two-teams' },
  },
  'managed-addons': {
    roles: {
      ManagedAddons: [
        [web(EXAMPLE, ['kube-system:aws-node'])],
        [pods('kube-system', 'ebs-csi-controller-sa')],
        [pods('kube-system', 'efs-csi-controller-sa')],
        [pods('kube-system', 's3-csi-driver-sa')],
        [pods('amazon-cloudwatch', 'cloudwatch-agent')],
        [pods('models', 'trainer')],
      ],
    },
  },
  'managed-policy': { roles: { ManagedPolicy: [[web(EXAMPLE, ['reports:s3-reader'])]] } },
  'payments-dynamodb': { roles: { PaymentsDynamoDb: [[web(EXAMPLE, ['default:payments-service-user'])]] } },
  'pod-identity': {
    roles: {
      PodIdentity: [[pods('invoices', 'api')], [pods('invoices', 'archiver')]],
      PodIdentityData: [
        [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Principal: { AWS: 'arn:aws:iam::111122223333:role/invoices-archiver-ecfcec2e9d' },
          },
        ],
      ],
    },
    inData: ['PodIdentityData'],
  },
  'pod-settings': { roles: { PodSettings: [[web(EXAMPLE, ['reports:reports'])]] } },
  'replace-the-lambda': {
    roles: {
      Cluster: issuer => [[web(issuer, ['test:test-service-account'])]],
      Worker: issuer => [[web(issuer, ['worker:worker'])]],
      ClusterWithParameters: issuer => [[web(issuer, ['any-namespace:any-account'])]],
    },
    clusters: { Cluster: 'test', Worker: 'test', ClusterWithParameters: 'any' },
    parameters: ['ClusterName=any', 'Namespace=any-namespace', 'ServiceAccountName=any-account'].map(
      parameter => `ClusterWithParameters:${parameter}`,
    ),
  },
  's3-full-access': {
    providers: [{ account: '111122223333', issuer: EXAMPLE }],
    roles: { S3FullAccess: [[web(EXAMPLE, ['default:my-service-account'])]] },
  },
  'self-hosted-issuer': {
    providers: [{ account: '111122223333', issuer: BUCKET }],
    roles: { ClusterIssuer: [], Workloads: [[web(BUCKET, ['backup:backup'])]] },
  },
  'shared-role': {
    roles: {
      SharedRole: [
        [
          web(EXAMPLE, ['orders:runner', 'payments:runner']),
          web(EXAMPLE, ['pull-request-*:runner'], { operator: 'StringLike' }),
        ],
      ],
    },
  },
  'tenants-by-session-tags': { roles: { Tenants: [[pods('tenant-a', 'files'), pods('tenant-b', 'files')]] } },
  'two-accounts': {
    providers: [{ account: '444455556666', issuer: EXAMPLE }],
    roles: {
      Workloads: [[web(EXAMPLE, ['reports:importer'])], [pods('reports', 'courier')]],
      Data: [
        [web(EXAMPLE, ['reports:reader'], { account: '444455556666' })],
        [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { AWS: 'arn:aws:iam::111122223333:role/reports-importer-a22363ca91' },
          },
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Principal: { AWS: 'arn:aws:iam::111122223333:role/reports-courier-ff4044e4c5' },
          },
        ],
      ],
    },
    inData: ['Data'],
  },
};

/** The add-ons of the example managed-addons. */
const ADD_ONS = {
  'vpc-cni': 'by IRSA: kube-system-aws-node',
  'coredns': 'no role',
  'eks-pod-identity-agent': 'no role',
  'aws-ebs-csi-driver': 'kube-system/ebs-csi-controller-sa by Pod Identity: kube-system-ebs-csi-controller-sa',
  'aws-efs-csi-driver': 'kube-system/efs-csi-controller-sa by Pod Identity: kube-system-efs-csi-controller-sa',
  'aws-mountpoint-s3-csi-driver': 'kube-system/s3-csi-driver-sa by Pod Identity: kube-system-s3-csi-driver-sa',
  'amazon-cloudwatch-observability':
    'amazon-cloudwatch/cloudwatch-agent by Pod Identity: amazon-cloudwatch-cloudwatch-agent',
};

/** Deployed step by step in migration.deploy.ts. */
const ELSEWHERE = ['migrate-from-aws-eks', 'migrate-to-pod-identity'];

beforeAll(async () => {
  await reset();
  await Promise.all([workloads.bootstrap(), data.bootstrap(workloads)]);
  await workloads.eks.send(
    new CreateClusterCommand({
      name: 'production',
      roleArn: 'arn:aws:iam::111122223333:role/cluster',
      resourcesVpcConfig: {},
    }),
  );
});

test('every example is deployed', () => {
  expect([...Object.keys(EXPECTED), ...ELSEWHERE].sort()).toEqual(SMALL_EXAMPLES);
});

describe.each(Object.entries(EXPECTED))(
  'the example %s',
  (example, { roles, clusters = {}, providers = [], inData = [], parameters = [] }) => {
    const folder = temporaryFolder();
    const out = join(folder, 'cdk.out');
    const account = (stack: string) => (inData.includes(stack) ? data : workloads);

    test('is deployed', async () => {
      const { templates } = await synthesize(example, out, join(folder, 'dist'), folder);
      expect(templates.map(({ stackName }) => stackName).sort()).toEqual(Object.keys(roles).sort());
      await workloads.cdk(
        'deploy',
        '--app',
        out,
        '--all',
        '--require-approval',
        'never',
        ...parameters.flatMap(parameter => ['--parameters', parameter]),
      );
    });

    test.each(Object.entries(roles))(
      'IAM holds the trust policies of %s, and lets in who is meant',
      async (stack, written) => {
        const expected = typeof written === 'function' ? written(await workloads.issuer(clusters[stack])) : written;
        const trusts = await account(stack).workloadTrusts(stack);
        expect(trusts).toHaveLength(expected.length);
        for (const Statement of expected) {
          const trust = trusts.find(found => isDeepStrictEqual(found, { Version: '2012-10-17', Statement }));
          if (!trust) expect(trusts).toContainEqual({ Version: '2012-10-17', Statement });
          expect(trustPolicyErrors(trust)).toEqual([]);
          for (const statement of Statement) expectNoNeighbours(trust, statement, account(stack).id);
        }
      },
    );

    test('IAM holds the providers', async () => {
      const names = [...new Set(Object.values(clusters))];
      const deferred = await Promise.all(
        names.map(async name => ({ account: workloads.id, issuer: await workloads.issuer(name) })),
      );
      expect({ ...(await workloads.providers()), ...(await data.providers()) }).toEqual(
        Object.fromEntries(
          [...providers, ...deferred].map(({ account: id, issuer }) => [
            `arn:aws:iam::${id}:oidc-provider/${issuer}`,
            ['sts.amazonaws.com'],
          ]),
        ),
      );
    });

    if (example === 'guarded-cluster') {
      test('EKS holds the access entries, with their groups and access policies', async () => {
        expect(await heldAccess()).toEqual({
          'deployers': 'deployers',
          'on-call': 'on-call',
          'payments-developers': 'payments-developers',
          'platform-admins': 'AmazonEKSClusterAdminPolicy: ',
          'shop-developers': 'AmazonEKSEditPolicy: shop',
        });
      });
    }

    if (example === 'managed-addons') {
      test('EKS holds the add-ons, each with the role of its service account', async () => {
        expect(await heldAddons()).toEqual(ADD_ONS);
      });
    }

    test('cdk diff finds no difference', async () => {
      await workloads.cdk('diff', '--app', out, '--fail', ...Object.keys(roles));
    });

    test('cdk destroy leaves nothing behind', async () => {
      await workloads.cdk('destroy', '--app', out, '--all', '--force');
      expect([await workloads.leftovers(), await data.leftovers()]).toEqual([[], []]);
    });
  },
);

test('the associations of the examples are gone with them', async () => {
  const { associations } = await workloads.eks.send(
    new ListPodIdentityAssociationsCommand({ clusterName: 'production' }),
  );
  expect(associations).toEqual([]);
});

/** The service account and the role of each add-on, and what its association names. */
async function heldAddons(): Promise<Record<string, string>> {
  const { addons = [] } = await workloads.eks.send(new ListAddonsCommand({ clusterName: 'production' }));
  return Object.fromEntries(await Promise.all(addons.map(async addonName => {
    const { addon } = await workloads.eks.send(new DescribeAddonCommand({ clusterName: 'production', addonName }));
    const { associations = [] } = await workloads.eks.send(
      new ListPodIdentityAssociationsCommand({ clusterName: 'production' }),
    );
    const own = associations.find(({ associationArn }) => addon!.podIdentityAssociations!.includes(associationArn!));
    const described = own && await workloads.eks.send(new DescribePodIdentityAssociationCommand({
      clusterName: 'production', associationId: own.associationId,
    }));
    const roleName = (arn: string) => arn.replace(/^.*\/|-[0-9a-f]{10}$/g, '');
    return [addonName, own
      ? `${own.namespace}/${own.serviceAccount} by Pod Identity: ${roleName(described!.association!.roleArn!)}`
      : addon!.serviceAccountRoleArn ? `by IRSA: ${roleName(addon!.serviceAccountRoleArn)}` : 'no role'];
  })));
}

/** The groups and the access policies of each principal. */
async function heldAccess(): Promise<Record<string, string>> {
  const clusterName = 'two-teams';
  const { accessEntries = [] } = await workloads.eks.send(new ListAccessEntriesCommand({ clusterName }));
  return Object.fromEntries(await Promise.all(accessEntries.map(async principalArn => {
    const { accessEntry } = await workloads.eks.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
    const { associatedAccessPolicies = [] } = await workloads.eks.send(
      new ListAssociatedAccessPoliciesCommand({ clusterName, principalArn }),
    );
    const policies = associatedAccessPolicies.map(({ policyArn, accessScope }) =>
      `${policyArn!.replace(/^.*\//, '')}: ${accessScope!.namespaces}`);
    return [principalArn.replace(/^.*\//, ''), [...accessEntry!.kubernetesGroups ?? [], ...policies].join()];
  })));
}

/** Who the statement names gets in; another name, namespace, audience, issuer or cluster does not. */
function expectNoNeighbours(trust: any, { Principal, Condition }: any, account: string): void {
  if (Principal.Service) {
    const {
      'aws:RequestTag/kubernetes-namespace': namespace,
      'aws:RequestTag/kubernetes-service-account': serviceAccount,
    } = Condition.StringEquals;
    const pod = {
      clusterArn: Condition.ArnEquals['aws:SourceArn'],
      account: '111122223333',
      namespace,
      serviceAccount,
    };
    expect(letsPodIn(trust, pod)).toBe(true);
    for (const neighbour of [
      { namespace: 'other' },
      { serviceAccount: 'other' },
      { clusterArn: `${pod.clusterArn}2` },
    ]) {
      expect(letsPodIn(trust, { ...pod, ...neighbour })).toBe(false);
    }
  }
  if (!Principal.Federated) return;
  const issuer = Principal.Federated.split('oidc-provider/')[1];
  const subjects = [Condition.StringLike ?? Condition.StringEquals]
    .flatMap(tests => tests[`${issuer}:sub`])
    .map(subject => subject.replace('*', '7'));
  for (const sub of subjects) {
    const token = { providerArn: Principal.Federated, issuer, sub, aud: 'sts.amazonaws.com', account };
    expect(letsIn(trust, token)).toBe(true);
    const [, , namespace, name] = sub.split(':');
    for (const neighbour of [
      { sub: `system:serviceaccount:${namespace}:${name}x` },
      { sub: `system:serviceaccount:x${namespace}:${name}` },
      { aud: 'other' },
      { aud: undefined },
      { providerArn: `${token.providerArn}0`, issuer: `${issuer}0` },
    ]) {
      expect(letsIn(trust, { ...token, ...neighbour })).toBe(false);
    }
  }
}
