/**
 * Credentials of another account than the stack's: nothing is deployed, neither there nor here.
 */
import { assembly, Account, reset } from './harness';
import { ClusterOidcProvider, IrsaServiceAccount } from '../../src';

const own = new Account('111122223333');
const wrong = new Account('444455556666');
const ISSUER = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const DEPLOY = ['--require-approval', 'never', '--no-version-reporting'];

const app = assembly(own, 'accounts', stack => {
  new IrsaServiceAccount(stack, 'Api', {
    oidcProvider: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER }),
    namespace: 'payments',
    serviceAccountName: 'api',
  });
});

beforeAll(async () => {
  await reset();
  await own.bootstrap();
  await wrong.bootstrap();
});

test('are refused, and the CLI says whose they are', async () => {
  const { status, output } = await wrong.run(['deploy', '--app', app, ...DEPLOY]);
  expect(output).toMatch(
    /Could not assume role in target account[^]*arn:aws:iam::111122223333:role\/cdk-hnb659fds-deploy-role/,
  );
  expect(output).toContain('444455556666');
  expect(status).toBe(1);
  expect({ own: await own.leftovers(), wrong: await wrong.leftovers() }).toEqual({ own: [], wrong: [] });
});

test('with those of the account it goes on', async () => {
  await own.cdk('deploy', '--app', app, ...DEPLOY);
  expect(await own.leftovers()).toContain(
    `provider arn:aws:iam::111122223333:oidc-provider/${ISSUER.slice('https://'.length)}`,
  );
  expect(await wrong.leftovers()).toEqual([]);
});
