/**
 * A ClusterConfig of eksctl with associations only, imported by the command and deployed by the CDK CLI.
 */
import { symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import {
  CreateClusterCommand, DescribePodIdentityAssociationCommand, ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { Account, reset, temporaryFolder } from './harness';
import { main } from '../../src/cli/main';
import { letsPodIn } from '../judges/iam-simulator';

const ROOT = join(__dirname, '..', '..');
const account = new Account('111122223333');
const EXISTING = `arn:aws:iam::${account.id}:role/existing`;
const CONFIG = `
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: production, region: eu-west-1 }
iam:
  podIdentityAssociations:
    - namespace: payments
      serviceAccountName: api
      createServiceAccount: true
      permissionPolicy:
        Version: "2012-10-17"
        Statement: { Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::receipts/*" }
    - { namespace: kube-system, serviceAccountName: karpenter, roleARN: "${EXISTING}", disableSessionTags: true }
`;

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const APP = `${ROOT}/node_modules/.bin/tsx --tsconfig ${ROOT}/examples/tsconfig.json ${file('app.ts')}`;

beforeAll(async () => {
  await reset();
  await account.bootstrap();
  await account.eks.send(new CreateClusterCommand({
    name: 'production', roleArn: `arn:aws:iam::${account.id}:role/cluster`, resourcesVpcConfig: {},
  }));
  await account.iam.send(new CreateRoleCommand({
    RoleName: 'existing', AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
  }));
});

test('the command writes the app, and the CDK CLI deploys it', async () => {
  symlinkSync(join(ROOT, 'node_modules'), file('node_modules'));
  writeFileSync(file('cluster.yaml'), CONFIG);
  const silent = { write: () => true };
  const args = ['import', 'eksctl', file('cluster.yaml'), '--account', account.id, '--output', file('app.ts')];
  expect(await main(args, '0.0.0', { stdout: silent, stderr: silent })).toBe(0);
  await account.cdk('deploy', '--app', APP, '--require-approval', 'never', '--no-version-reporting');
});

test('EKS holds the associations of the file', async () => {
  const { associations = [] } = await account.eks.send(
    new ListPodIdentityAssociationsCommand({ clusterName: 'production' }),
  );
  const described = await Promise.all(associations.map(({ associationId }) => account.eks.send(
    new DescribePodIdentityAssociationCommand({ clusterName: 'production', associationId }),
  )));
  const [karpenter, api] = described.map(({ association }) => association!)
    .sort((left, right) => left.namespace!.localeCompare(right.namespace!));
  expect(karpenter).toMatchObject({
    namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: EXISTING, disableSessionTags: true,
  });
  expect(api).toMatchObject({ namespace: 'payments', serviceAccount: 'api' });
  const trust = await account.trust(api.roleArn!.split('/').pop()!);
  const clusterArn = `arn:aws:eks:eu-west-1:${account.id}:cluster/production`;
  const pod = (serviceAccount: string) => ({
    clusterArn, account: account.id, namespace: 'payments', serviceAccount,
  });
  expect(['api', 'web'].map(name => letsPodIn(trust, pod(name)))).toEqual([true, false]);
});
