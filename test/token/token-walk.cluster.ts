/**
 * A token on its way from a pod to a role: manifests of the library in a Kubernetes API server, tokens that it makes,
 * and STS's decision by the templates of the library. Needs Kubernetes: `npx projen token-test`.
 */
import { createHash, generateKeyPairSync } from 'crypto';
import { readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { ApiServer, Etcd, KubernetesError, machineOf } from './kubernetes-cluster';
import { LoopbackWeb, selfSigned } from './loopback-web';
import { credentialsOf } from './pod-identity-webhook';
import {
  ClusterOidcProvider,
  IrsaRole,
  IrsaServiceAccount,
  IssuerHosting,
  SelfHostedIssuer,
  ServiceAccountSubject,
  TrustPolicy,
} from '../../src';
import { Manifest, parseManifests } from '../judges/kubernetes';
import { Account, assumeRoleWithWebIdentity, deployTo } from '../judges/sts';

const ACCOUNT = '111122223333';
const ENV = { account: ACCOUNT, region: 'eu-west-1' };
const BLUE = 'https://oidc.blue.example.com';
const GREEN = 'https://oidc.green.example.com/id/0123456789ABCDEF';
const UNKNOWN = 'https://oidc.red.example.com';
const STS = 'sts.amazonaws.com';
const OTHER_CLIENT = 'reports.example.com';
const DENIED = 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [blueKey, greenKey, strangeKey] = [keyPair(), keyPair(), keyPair()];
type KeyPair = typeof blueKey;
const pem = ({ publicKey }: KeyPair) => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keyId = ({ publicKey }: KeyPair) =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');

const machine = machineOf('run');

const app = new App({ outdir: join(machine.work, 'cdk.out') });
const issuer = new SelfHostedIssuer(new Stack(app, 'Issuer', { env: ENV }), 'Issuer', {
  publicKeys: [pem(blueKey)],
  hosting: IssuerHosting.elsewhere(BLUE),
});
const stack = new Stack(app, 'Workloads', { env: ENV });
const blue = new ClusterOidcProvider(stack, 'Blue', { issuerUrl: issuer.issuerUrl, audiences: [STS, OTHER_CLIENT] });
const green = new ClusterOidcProvider(stack, 'Green', { issuerUrl: GREEN });
const api = new IrsaServiceAccount(stack, 'Api', {
  oidcProvider: blue,
  namespace: 'payments',
  serviceAccountName: 'api',
  createNamespace: true,
  tokenExpiration: Duration.hours(1),
  labels: { team: 'payments' },
});
const worker = new IrsaServiceAccount(stack, 'Worker', {
  oidcProvider: blue,
  namespace: 'payments',
  serviceAccountName: 'worker',
  automountServiceAccountToken: false,
});
const batchApi = new IrsaServiceAccount(stack, 'BatchApi', {
  oidcProvider: blue,
  namespace: 'batch',
  serviceAccountName: 'api',
  createNamespace: true,
});
const reports = new IrsaServiceAccount(stack, 'Reports', {
  oidcProvider: blue,
  namespace: 'payments',
  serviceAccountName: 'reports',
  audience: OTHER_CLIENT,
});
const mover = new IrsaServiceAccount(stack, 'Mover', {
  oidcProvider: blue,
  namespace: 'batch',
  serviceAccountName: 'mover',
});
mover.trustCluster(green);
new IrsaRole(stack, 'WholeBatch', {
  roleName: 'whole-batch',
  trust: new TrustPolicy().addServiceAccounts(blue, [ServiceAccountSubject.anyInNamespace('batch')]),
});
new IrsaRole(stack, 'Deployers', {
  roleName: 'deployers',
  trust: new TrustPolicy().addServiceAccounts(blue, [ServiceAccountSubject.matching('team-*', 'deployer-?')]),
});

/** Of a stack that can go anywhere: account, role and issuer are known at its deployment alone. */
const anywhere = new Stack(app, 'Anywhere');
const eks = new CfnCluster(anywhere, 'Cluster', {
  roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
  resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
});
new IrsaServiceAccount(anywhere, 'Deferred', {
  oidcProvider: new ClusterOidcProvider(anywhere, 'Oidc', { issuerUrl: eks.attrOpenIdConnectIssuerUrl }),
  namespace: 'anywhere',
  serviceAccountName: 'deferred',
  createNamespace: true,
});

const written = (file: string) => readFileSync(join(machine.work, 'cdk.out', file), 'utf8');
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

let web: LoopbackWeb;
let etcd: Etcd;
let blueCluster: ApiServer;
let greenCluster: ApiServer;
let account: Account;
let elsewhere: Account;
let manifests: Manifest[];
const running: { stop(): Promise<void> }[] = [];

function keyFiles(name: string, key: KeyPair): string[] {
  const [publicKeyFile, privateKeyFile] = [join(machine.work, `${name}.pub`), join(machine.work, `${name}.key`)];
  writeFileSync(publicKeyFile, pem(key));
  writeFileSync(privateKeyFile, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return [publicKeyFile, privateKeyFile];
}

beforeAll(async () => {
  app.synth();
  const certificate = await selfSigned(machine.work, [BLUE, GREEN, UNKNOWN].map(url => new URL(url).host));
  web = await LoopbackWeb.start(certificate);
  running.push({ stop: () => web.close() });
  running.push(etcd = await Etcd.start(machine));

  // Blue has what the library says: the flags of the API server, with other paths, and the documents.
  const [bluePublic, bluePrivate] = keyFiles('blue', blueKey);
  const placed = (flag: string) =>
    flag.replace('/etc/kubernetes/pki/sa.pub', bluePublic).replace('/etc/kubernetes/pki/sa.key', bluePrivate);
  running.unshift(
    (blueCluster = await ApiServer.start(machine, {
      name: 'blue',
      etcd,
      certificate,
      issuerFlags: issuer.apiServerFlags.map(placed),
    })),
  );
  for (const document of ['.well-known/openid-configuration', 'keys.json']) {
    web.put(`${BLUE}/${document}`, written(join(issuer.documentsFolder.replace('cdk.out/', ''), document)));
  }

  // Green has what the API server says, as EKS publishes it.
  const [greenPublic, greenPrivate] = keyFiles('green', greenKey);
  const issuerFlags = [
    `--service-account-issuer=${GREEN}`, `--service-account-jwks-uri=${GREEN}/keys`,
    `--service-account-key-file=${greenPublic}`, `--service-account-signing-key-file=${greenPrivate}`,
  ];
  running.unshift(greenCluster = await ApiServer.start(machine, { name: 'green', etcd, certificate, issuerFlags }));
  web.put(
    `${GREEN}/.well-known/openid-configuration`,
    JSON.stringify(await greenCluster.document('/.well-known/openid-configuration')),
  );
  web.put(`${GREEN}/keys`, JSON.stringify(await greenCluster.document('/openid/v1/jwks')));

  account = deployTo(ACCOUNT, [JSON.parse(written('Workloads.template.json'))]);
  elsewhere = deployTo('444455556666', [JSON.parse(written('Anywhere.template.json'))], {
    [`${anywhere.getLogicalId(eks)}.OpenIdConnectIssuerUrl`]: GREEN,
  });
  manifests = parseManifests(written('Workloads.k8s.yaml'));
  for (const manifest of manifests) await blueCluster.apply(manifest);
}, 300_000);

afterAll(async () => {
  for (const server of running) await server.stop();
  rmSync(machine.work, { recursive: true, force: true });
});

const namespaceOf = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const serviceAccountOf = (namespace: string, name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, name },
});
const podOf = (cluster: ApiServer, namespace: string, serviceAccountName: string) =>
  cluster.createPod(namespace, {
    serviceAccountName,
    containers: [{ name: 'main', image: 'registry.example.com/main:1' }],
  });
const podCredentials = async (cluster: ApiServer, namespace: string, name: string) =>
  credentialsOf(cluster, await podOf(cluster, namespace, name));
const podToken = async (cluster: ApiServer, namespace: string, name: string) =>
  (await podCredentials(cluster, namespace, name)).token;
const apiToken = () => podToken(blueCluster, 'payments', 'api');
const assume = (role: string, token: string, now?: Date) =>
  assumeRoleWithWebIdentity(account, { roleArn: role, token }, web.get, now);

describe('the manifests', () => {
  test('are applied as they are, to the last annotation', async () => {
    expect(manifests.map(({ kind, metadata: { namespace, name } }) => [kind, namespace, name])).toEqual(
      expect.arrayContaining([
        ['Namespace', undefined, 'payments'],
        ['Namespace', undefined, 'batch'],
        ['ServiceAccount', 'payments', 'api'],
        ['ServiceAccount', 'payments', 'worker'],
        ['ServiceAccount', 'payments', 'reports'],
        ['ServiceAccount', 'batch', 'api'],
        ['ServiceAccount', 'batch', 'mover'],
      ]),
    );
    for (const manifest of manifests) expect(await blueCluster.read(manifest)).toMatchObject(manifest);
  });

  test('applied again, change nothing', async () => {
    // Of a namespace without a field of ours, Kubernetes keeps its books anew when it is applied again.
    const content = ({ metadata: { managedFields, resourceVersion, ...metadata }, ...rest }: Manifest) => ({
      metadata,
      ...rest,
    });
    for (const manifest of manifests) {
      const before = content(await blueCluster.read(manifest));
      expect(content(await blueCluster.apply(manifest))).toEqual(before);
    }
  });

  test('would be refused with a field that Kubernetes does not know', async () => {
    const manifest = manifests.find(({ kind }) => kind === 'ServiceAccount')!;
    await expect(blueCluster.apply({ ...manifest, audience: STS })).rejects.toThrow(KubernetesError);
  });

  test('say whether pods get the token of the cluster', async () => {
    const mounts = async (name: string) =>
      (await podOf(blueCluster, 'payments', name)).spec.containers[0].volumeMounts ?? [];
    expect(await mounts('api')).toEqual([
      expect.objectContaining({ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }),
    ]);
    expect(await mounts('worker')).toEqual([]);
  });
});

describe('the issuer of the library', () => {
  test('publishes the keys that the API server publishes', async () => {
    const { keys: [ours] } = JSON.parse((await web.get(`${BLUE}/keys.json`))!);
    const { keys: [theirs] } = await blueCluster.document('/openid/v1/jwks');
    expect(ours).toEqual(theirs);
  });

  test('is discovered as the API server says', async () => {
    const ours = JSON.parse((await web.get(`${BLUE}/.well-known/openid-configuration`))!);
    expect(ours).toMatchObject(await blueCluster.document('/.well-known/openid-configuration'));
  });

  test('names the key that signs', async () => {
    expect(decodeProtectedHeader(await apiToken())).toEqual({ alg: 'RS256', kid: keyId(blueKey) });
  });
});

describe('the right pod gets in', () => {
  test.each([
    ['the service account', api, 'payments', 'api'],
    ['one that gets no token of the cluster', worker, 'payments', 'worker'],
    ['the same name in another namespace, to its own role', batchApi, 'batch', 'api'],
    ['an audience of its own', reports, 'payments', 'reports'],
    ['a role of two clusters, from the first', mover, 'batch', 'mover'],
  ])('%s', async (_, { roleArn: expected }, namespace, name) => {
    const request = await podCredentials(blueCluster, namespace, name);
    expect(request.roleArn).toBe(expected);
    expect(await assumeRoleWithWebIdentity(account, request, web.get)).toMatchObject({
      iss: BLUE,
      sub: `system:serviceaccount:${namespace}:${name}`,
    });
  });

  test('for as long as the manifest says', async () => {
    const { iat, exp } = decodeJwt(await apiToken());
    expect(exp! - iat!).toBe(3600);
  });

  test('from the second cluster of a role', async () => {
    for (const object of [namespaceOf('batch'), serviceAccountOf('batch', 'mover')]) await greenCluster.apply(object);
    expect(await assume(mover.roleArn, await podToken(greenCluster, 'batch', 'mover'))).toMatchObject({ iss: GREEN });
  });
});

describe('the neighbours do not', () => {
  test.each([
    ['another name in the namespace', 'payments', 'worker'],
    ['the name in another namespace', 'batch', 'api'],
    ['another audience', 'payments', 'reports'],
  ])('%s', async (_, namespace, name) => {
    await expect(assume(api.roleArn, await podToken(blueCluster, namespace, name))).rejects.toThrow(DENIED);
  });

  test.each([
    ['an audience that the provider has for others', [OTHER_CLIENT], DENIED],
    [
      'an audience that the provider does not have',
      ['vault.example.com'],
      'Incorrect token audience: vault.example.com',
    ],
    ['the audience of the API server', undefined, `Incorrect token audience: ${BLUE}`],
  ])('the service account itself, for %s', async (_, audiences, reason) => {
    const token = await blueCluster.mintToken('payments', 'api', { audiences });
    expect(decodeJwt(token).sub).toBe('system:serviceaccount:payments:api');
    await expect(assume(api.roleArn, token)).rejects.toThrow(reason);
  });

  test('a token of another cluster, with the same subject', async () => {
    for (const object of [namespaceOf('payments'), serviceAccountOf('payments', 'api')]) {
      await greenCluster.apply(object);
    }
    const token = await podToken(greenCluster, 'payments', 'api');
    expect(decodeJwt(token)).toMatchObject({ iss: GREEN, sub: 'system:serviceaccount:payments:api', aud: [STS] });
    await expect(assume(api.roleArn, token)).rejects.toThrow(DENIED);
  });

  test('an expired token', async () => {
    const token = await apiToken();
    const { exp } = decodeJwt(token);
    const seconds = (time: number) => new Date(time * 1000);
    await expect(assume(api.roleArn, token, seconds(exp! - 1))).resolves.toMatchObject({ exp });
    await expect(assume(api.roleArn, token, seconds(exp! + 1))).rejects.toThrow('ExpiredTokenException: Token expired');
  });

  test('a role of another account', async () => {
    await expect(assume(api.roleArn.replace(ACCOUNT, '444455556666'), await apiToken())).rejects.toThrow(DENIED);
  });
});

describe('nor does who makes tokens of their own', () => {
  const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (claims: any, { privateKey }: KeyPair, kid: string) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);

  test('whoever signs with the key of the cluster would, so the claims are right', async () => {
    expect(await assume(api.roleArn, await signed(decodeJwt(await apiToken()), blueKey, keyId(blueKey)))).toMatchObject(
      { sub: 'system:serviceaccount:payments:api' },
    );
  });

  test('by another key under its own id', async () => {
    const token = await signed(decodeJwt(await apiToken()), strangeKey, keyId(strangeKey));
    await expect(assume(api.roleArn, token)).rejects.toThrow(
      'InvalidIdentityToken: no applicable key found in the JSON Web Key Set',
    );
  });

  test('by another key under the id of the right one', async () => {
    const token = await signed(decodeJwt(await apiToken()), strangeKey, keyId(blueKey));
    await expect(assume(api.roleArn, token)).rejects.toThrow('InvalidIdentityToken: signature verification failed');
  });

  test('by another subject in a token of the cluster', async () => {
    const neighbour = await podToken(blueCluster, 'payments', 'worker');
    const [header, , signature] = neighbour.split('.');
    const tampered = [
      header,
      encoded({ ...payloadOf(neighbour), sub: 'system:serviceaccount:payments:api' }),
      signature,
    ].join('.');
    await expect(assume(api.roleArn, tampered)).rejects.toThrow('InvalidIdentityToken: signature verification failed');
  });

  test('without a signature', async () => {
    const token = `${encoded({ alg: 'none' })}.${encoded(payloadOf(await apiToken()))}.`;
    await expect(assume(api.roleArn, token)).rejects.toThrow(
      'InvalidIdentityToken: "alg" (Algorithm) Header Parameter value not allowed',
    );
  });

  test('with the public key as a password', async () => {
    const token = await new SignJWT(decodeJwt(await apiToken()))
      .setProtectedHeader({ alg: 'HS256', kid: keyId(blueKey) })
      .sign(Buffer.from(pem(blueKey)));
    await expect(assume(api.roleArn, token)).rejects.toThrow('InvalidIdentityToken: "alg" (Algorithm) Header '
      + 'Parameter value not allowed');
  });

  test('by an issuer of their own, which the account does not know', async () => {
    const { kty, n, e } = strangeKey.publicKey.export({ format: 'jwk' });
    web.putIssuer(UNKNOWN, [{ use: 'sig', kty, kid: keyId(strangeKey), alg: 'RS256', n, e }]);
    const token = await signed({ ...decodeJwt(await apiToken()), iss: UNKNOWN }, strangeKey, keyId(strangeKey));
    await expect(assume(api.roleArn, token)).rejects.toThrow(
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for ${UNKNOWN}`,
    );
    // It is the registration that is missing, nothing else.
    const registered: Account = {
      ...account,
      providers: [
        { arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.red.example.com`, url: UNKNOWN, clientIds: [STS] },
      ],
    };
    await expect(assumeRoleWithWebIdentity(registered, { roleArn: api.roleArn, token }, web.get)).rejects.toThrow(
      DENIED,
    );
  });
});

describe('patterns', () => {
  test.each([
    ['a service account of the namespace', 'whole-batch', 'batch', 'night', true],
    ['one of another namespace', 'whole-batch', 'payments', 'api', false],
    ['one of a namespace that begins like it', 'whole-batch', 'batch-2', 'night', false],
    ['a namespace and a name that match', 'deployers', 'team-blue', 'deployer-1', true],
    ['a name that is longer', 'deployers', 'team-blue', 'deployer-10', false],
    ['a namespace that does not match', 'deployers', 'my-team-blue', 'deployer-1', false],
  ])('%s', async (_, role, namespace, name, expected) => {
    for (const object of [namespaceOf(namespace), serviceAccountOf(namespace, name)]) await blueCluster.apply(object);
    const walk = assume(roleArn(role), await podToken(blueCluster, namespace, name));
    if (expected) await expect(walk).resolves.toMatchObject({ sub: `system:serviceaccount:${namespace}:${name}` });
    else await expect(walk).rejects.toThrow(DENIED);
  });
});

describe('what only the deployment knows', () => {
  test('the manifest of the output is applied, and its pod gets in', async () => {
    const output = Object.values(elsewhere.outputs).filter(value => value.includes('ServiceAccount'));
    expect(output).toHaveLength(1);
    for (const manifest of parseManifests(output[0])) {
      expect(await greenCluster.apply(manifest)).toMatchObject(manifest);
    }
    const request = await podCredentials(greenCluster, 'anywhere', 'deferred');
    expect(request.roleArn).toMatch(/^arn:aws:iam::444455556666:role\//);
    expect(await assumeRoleWithWebIdentity(elsewhere, request, web.get)).toMatchObject({
      iss: GREEN,
      sub: 'system:serviceaccount:anywhere:deferred',
    });
  });

  test('its neighbours do not', async () => {
    const [role] = Object.keys(elsewhere.roles).filter(arn => arn.includes('Deferred'));
    await greenCluster.apply(serviceAccountOf('anywhere', 'other'));
    const assumeThere = (token: string) => assumeRoleWithWebIdentity(elsewhere, { roleArn: role, token }, web.get);
    await expect(assumeThere(await podToken(greenCluster, 'anywhere', 'other'))).rejects.toThrow(DENIED);
    await expect(assumeThere(await apiToken())).rejects.toThrow(
      `No OpenIDConnect provider found in your account for ${BLUE}`,
    );
  });
});
