/**
 * `ClusterOidcProvider.fromLookup` through the CDK CLI: asked once, then never again.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { CreateClusterCommand } from '@aws-sdk/client-eks';
import { Account, reset, temporaryFolder, webIdentityTrust } from './harness';
import { exampleDir } from '../../scripts/examples';

const account = new Account('111122223333');
const NOWHERE = 'http://127.0.0.1:1';
const ROOT = join(__dirname, '..', '..');
const APP = `${ROOT}/node_modules/.bin/tsx --tsconfig ${ROOT}/examples/tsconfig.json `
  + `${exampleDir('payments-dynamodb')}/app.ts`;
const folder = temporaryFolder();
const synth = (endpoint?: string) =>
  account.run(['synth', '--quiet', '--app', APP, '--output', join(folder, 'cdk.out')], { cwd: folder, endpoint });
const template = () => JSON.parse(readFileSync(join(folder, 'cdk.out', 'PaymentsDynamoDb.template.json'), 'utf8'));

beforeAll(async () => {
  await reset();
  await account.bootstrap();
});

test('a cluster that is not there is named', async () => {
  const { status, output } = await synth();
  expect(output).toContain('production');
  expect(status).toBe(1);
});

test('the issuer is looked up, and kept in cdk.context.json', async () => {
  await account.eks.send(
    new CreateClusterCommand({
      name: 'production',
      roleArn: `arn:aws:iam::${account.id}:role/cluster`,
      resourcesVpcConfig: {},
    }),
  );
  expect(await synth()).toMatchObject({ status: 0 });
  const issuer = await account.issuer('production');
  expect(JSON.parse(readFileSync(join(folder, 'cdk.context.json'), 'utf8'))).toEqual({
    [`cc-api-provider:account=${account.id}:exactIdentifier=production:propertiesToReturn.0=OpenIdConnectIssuerUrl:`
    + 'region=eu-west-1:typeName=AWS$:$:EKS$:$:Cluster']:
      [{ Identifier: 'production', OpenIdConnectIssuerUrl: `https://${issuer}` }],
  });
  await account.cdk('deploy', '--app', join(folder, 'cdk.out'), '--require-approval', 'never');
  expect(await account.workloadTrusts('PaymentsDynamoDb')).toEqual([
    webIdentityTrust(account.id, issuer, ['system:serviceaccount:default:payments-service-user']),
  ]);
});

test('synthesized again without the endpoint, the template is the same', async () => {
  const before = template();
  expect(await synth(NOWHERE)).toMatchObject({ status: 0 });
  expect(template()).toEqual(before);
});
