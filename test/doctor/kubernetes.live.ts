/**
 * What the doctor reads of a real API server, which calls a webhook that injects as the pod identity webhook does.
 * Needs Kubernetes: `npx projen doctor-test`.
 */
import { generateKeyPairSync } from 'crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { decodeJwt } from 'jose';
import { WebhookServer } from './webhook-server';
import { Facts, Question } from '../../src/cli/doctor/facts';
import { isSameEndpoint, Kubernetes } from '../../src/cli/doctor/read/kubernetes';
import { causes, judgeOf, troubles } from '../cli/doctor/verdicts';
import { Manifest } from '../judges/kubernetes';
import { ApiServer, Etcd, Machine } from '../token/kubernetes-cluster';
import { selfSigned } from '../token/loopback-web';

const ISSUER = 'https://oidc.blue.example.com';
const ROLE = 'arn:aws:iam::111122223333:role/payments-api';
const ROLE_KEY = 'eks.amazonaws.com/role-arn';
const SPEC = { containers: [{ name: 'main', image: 'registry.example.com/main:1' }] };

const { DOCTOR_TEST_BIN: bin, DOCTOR_TEST_WORK: workFolder } = process.env;
if (!bin || !workFolder) throw new Error('Run it by `npx projen doctor-test`, which builds Kubernetes.');
const machine: Machine = { bin, work: mkdtempSync(join(workFolder, 'doctor-')) };

let etcd: Etcd;
let server: ApiServer;
let webhook: WebhookServer;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  const certificate = await selfSigned(machine.work, ['webhook.example.com']);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [publicFile, privateFile] = [join(machine.work, 'sa.pub'), join(machine.work, 'sa.key')];
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  running.unshift(webhook = await WebhookServer.start(certificate));
  running.unshift(etcd = await Etcd.start(machine));
  const issuerFlags = [
    '--feature-gates=ListFromCacheSnapshot=false', // else old lists live longer than etcd remembers them
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${publicFile}`,
    `--service-account-signing-key-file=${privateFile}`,
  ];
  running.unshift(server = await ApiServer.start(machine, { name: 'doctor', etcd, certificate, issuerFlags }));
  await server.apply(webhook.configuration());
}, 300_000);

afterAll(async () => {
  for (const one of running) await one.stop();
  rmSync(machine.work, { recursive: true, force: true });
});

function connect(token?: string): Kubernetes {
  process.env.KUBECONFIG = join(machine.work, `kubeconfig-${Math.random()}`);
  writeFileSync(process.env.KUBECONFIG, server.kubeConfig('blue', token), { mode: 0o600 });
  return Kubernetes.connect();
}

const namespaceOf = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const accountOf = (namespace: string, name: string, annotations: Record<string, string> = {}): Manifest =>
  ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name, annotations } });

/** Applies it, and waits until the webhook knows it, as its cache does. */
async function applyAccount(
  namespace: string,
  name: string,
  annotations: Record<string, string> = { [ROLE_KEY]: ROLE },
): Promise<void> {
  webhook.know(await server.apply(accountOf(namespace, name, annotations)));
}

/** What is read of a namespace of its own. */
async function factsOf(
  namespace: string,
  prepare: () => Promise<unknown>,
  more: Partial<Question> = {},
): Promise<Facts> {
  await server.apply(namespaceOf(namespace));
  await prepare();
  const question = { clusterName: 'blue', namespace, serviceAccount: 'api', ...more };
  const nothing = { unknown: 'not asked' };
  return {
    question,
    now: new Date(),
    region: 'eu-west-1',
    caller: nothing,
    roleCaller: nothing,
    cluster: nothing,
    providers: nothing,
    role: nothing,
    policies: nothing,
    podIdentities: { value: [] },
    trail: nothing,
    ...(await connect().facts(question)),
  };
}

const createPod = (namespace: string, name: string, spec: any = {}) =>
  server.createPod(namespace, { serviceAccountName: 'api', ...SPEC, ...spec }, name);
const secondsLater = () => new Promise(waited => setTimeout(waited, 2100));

describe('a healthy set-up', () => {
  test('has no troubles', async () => {
    const facts = await factsOf('healthy', async () => {
      await applyAccount('healthy', 'api');
      await createPod('healthy', 'api-1', {
        initContainers: [{ name: 'init', image: 'a' }],
        securityContext: { runAsNonRoot: true },
      });
      await server.apply(accountOf('healthy', 'other'));
      await server.createPod('healthy', { serviceAccountName: 'other', ...SPEC }, 'other-1');
    });
    expect(troubles(facts)).toEqual([]);
    expect(facts.pods).toMatchObject({ value: [{ name: 'api-1', serviceAccount: 'api', phase: 'Pending' }] });
    expect(judgeOf('webhook', facts)).toMatchObject({
      summary: 'The webhook works: Pod api-1 has its variables.',
    });
    expect(judgeOf('pod-fs-group', facts)!.summary).toMatch(/^Containers that run as non-root can/);
  });

  test('the ServiceAccount tells when it was annotated, in the time of the API server', async () => {
    const facts = await factsOf('times', async () => {
      await server.apply(accountOf('times', 'api'));
      await secondsLater();
      await applyAccount('times', 'api');
    });
    const { value } = facts.serviceAccount as any;
    expect(value.annotated.getTime()).toBeGreaterThan(value.created.getTime());
  });

  test('without pods there is none to look at', async () => {
    expect(troubles(await factsOf('empty', () => applyAccount('empty', 'api')))).toEqual(['pod-exists: unknown']);
  });
});

describe('one break', () => {
  test('no namespace', async () => {
    const question = { clusterName: 'blue', namespace: 'nowhere', serviceAccount: 'api' };
    expect(
      causes({
        ...(await factsOf('somewhere', async () => undefined)),
        ...(await connect().facts(question)),
        question,
      }),
    ).toEqual(['namespace-exists']);
  });

  test('no ServiceAccount', async () => {
    expect(causes(await factsOf('no-account', async () => undefined))).toEqual(['service-account-exists']);
  });

  test('no annotation', async () => {
    expect(causes(await factsOf('no-annotation', async () => {
      await applyAccount('no-annotation', 'api', {});
      await createPod('no-annotation', 'api-1');
    }))).toEqual(['role-annotation']);
  });

  test('a line end in the annotation', async () => {
    expect(causes(await factsOf('line-end', async () => {
      await applyAccount('line-end', 'api', { [ROLE_KEY]: `${ROLE}\n` });
      await createPod('line-end', 'api-1');
    }))).toEqual(['role-annotation']);
  });

  test('an expiration that is no number', async () => {
    expect(
      causes(
        await factsOf('expiration', () =>
          applyAccount('expiration', 'api', { [ROLE_KEY]: ROLE, 'eks.amazonaws.com/token-expiration': '1h' }),
        ),
      ),
    ).toEqual(['annotation-values']);
  });

  test('a pod from before the annotation', async () => {
    const facts = await factsOf('before', async () => {
      await applyAccount('before', 'api', {});
      await createPod('before', 'api-1');
      await secondsLater();
      await applyAccount('before', 'api');
    });
    expect(causes(facts)).toEqual(['pod-after-annotation']);
  });

  test('a pod of another ServiceAccount', async () => {
    expect(causes(await factsOf('other-account', async () => {
      await applyAccount('other-account', 'api');
      await server.apply(accountOf('other-account', 'default'));
      await createPod('other-account', 'api-1', { serviceAccountName: 'default' });
    }, { pod: 'api-1' }))).toEqual(['pod-service-account']);
  });

  test('a pod that is not there', async () => {
    expect(causes(await factsOf('no-pod', () => applyAccount('no-pod', 'api'), { pod: 'api-1' }))).toEqual([
      'pod-exists',
    ]);
  });

  test('a webhook that leaves the namespace out', async () => {
    const facts = await factsOf('left-out', async () => {
      await applyAccount('left-out', 'api');
      const namespaceSelector = {
        matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['left-out'] }],
      };
      await server.apply(webhook.configuration({ namespaceSelector }));
      await secondsLater(); // until the API server calls it by the new selector
      await createPod('left-out', 'api-1');
    });
    await server.apply(webhook.configuration());
    expect(causes(facts)).toEqual(['webhook']);
    await secondsLater();
  });

  test('no webhook', async () => {
    const facts = await factsOf('no-webhook', async () => {
      await server.remove(webhook.configuration());
      await applyAccount('no-webhook', 'api');
      await secondsLater();
      await createPod('no-webhook', 'api-1');
    });
    await server.apply(webhook.configuration());
    expect(causes(facts)).toEqual(['webhook']);
    await secondsLater();
  });

  test('static keys, whose values are never read', async () => {
    const facts = await factsOf('keys', async () => {
      await applyAccount('keys', 'api');
      await createPod('keys', 'api-1', {
        containers: [{ ...SPEC.containers[0], env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'AKIAIOSFODNN7EXAMPLE' }] }],
      });
    });
    expect(causes(facts)).toEqual(['pod-static-credentials']);
    expect(JSON.stringify(facts)).not.toContain('AKIA');
  });

  test('a volume of its own, that non-root cannot read', async () => {
    const volume = {
      name: 'aws-iam-token',
      projected: {
        defaultMode: 0o400,
        sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', path: 'token' } }],
      },
    };
    expect(causes(await factsOf('mode', async () => {
      await applyAccount('mode', 'api');
      await createPod('mode', 'api-1', { volumes: [volume], securityContext: { runAsNonRoot: true } });
    }))).toEqual(['pod-fs-group']);
  });
});

describe('NetworkPolicies', () => {
  const policy = (name: string, spec: any): Manifest =>
    ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace: 'walls', name }, spec });

  test('are judged as the API server gives them, with its defaults', async () => {
    const facts = await factsOf('walls', async () => {
      await applyAccount('walls', 'api');
      await createPod('walls', 'api-1');
      await server.apply(policy('ingress', { podSelector: {} }));
    });
    expect(facts.egressPolicies).toEqual({ value: [] });
    expect(judgeOf('pod-network-policies', facts)!.status).toBe('ok');

    await server.apply(policy('pods', { podSelector: {}, egress: [{ to: [{ podSelector: {} }] }] }));
    const walled = await factsOf('walls', async () => undefined);
    expect(walled.egressPolicies).toMatchObject({ value: [{ name: 'pods' }] });
    expect(judgeOf('pod-network-policies', walled)).toMatchObject({
      status: 'unknown', decisive: true, summary: expect.stringMatching(/do not allow Pod api-1 to reach STS/),
    });

    const https = { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }], ports: [{ port: 443 }] };
    await server.apply(policy('https', { podSelector: {}, policyTypes: ['Egress'], egress: [https] }));
    const open = await factsOf('walls', async () => undefined);
    expect(judgeOf('pod-network-policies', open)!.status).toBe('ok');
    // The same policies keep pods from the agent of EKS Pod Identity.
    const associated = { ...open, podIdentities: { value: [{ id: 'a-1', roleArn: ROLE }] } };
    expect(judgeOf('pod-network-policies', associated)!.summary).toMatch(/do not allow Pod api-1 to reach the EKS Pod/);
  });
});

describe('permissions', () => {
  const limited = async (rules: object[]) => {
    const namespace = 'limited';
    await server.apply(namespaceOf(namespace));
    await applyAccount(namespace, 'api');
    await server.apply(accountOf(namespace, 'doctor'));
    const metadata = { namespace, name: 'doctor' };
    await server.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
    await server.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'doctor' },
    });
    await secondsLater(); // until the authorizer has seen it
    return connect(await server.mintToken(namespace, 'doctor', {}));
  };

  test('that are missing are named', async () => {
    const cluster = await limited([]);
    expect(await cluster.facts({ clusterName: 'blue', namespace: 'limited', serviceAccount: 'api' })).toEqual({
      namespace: { unknown: 'needs get on namespaces' },
      serviceAccount: { unknown: 'needs get on serviceaccounts in namespace limited' },
      pods: { unknown: 'needs list on pods in namespace limited' },
      webhooks: { unknown: 'needs list on mutatingwebhookconfigurations.admissionregistration.k8s.io' },
    });
    expect(await cluster.mintToken('limited', 'api', 'a')).toEqual({
      unknown: 'needs create on serviceaccounts/token in namespace limited',
    });
    await expect(cluster.serviceAccounts().next()).rejects.toThrow('needs list on serviceaccounts');
  });

  test('that are named are enough', async () => {
    const cluster = await limited([
      { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
    ]);
    const { serviceAccount, pods } = await cluster.facts({
      clusterName: 'blue',
      namespace: 'limited',
      serviceAccount: 'api',
    });
    expect([serviceAccount, pods]).toMatchObject([{ value: { name: 'api' } }, { value: [] }]);
    expect(await cluster.mintToken('limited', 'api', 'a')).toMatchObject({ value: expect.any(String) });
    expect((await cluster.serviceAccounts('limited').next()).value).toMatchObject({ name: 'api' });
  });

  test('of nobody: the credentials are wrong', async () => {
    expect(await connect('wrong').namespace('default')).toMatchObject({
      unknown: expect.stringMatching(/^the API server rejects the credentials of context .* \(401\)/),
    });
  });
});

test('a token is of the service account, for the audience, and for ten minutes', async () => {
  await server.apply(namespaceOf('tokens'));
  await applyAccount('tokens', 'api');
  const { value } = await connect().mintToken('tokens', 'api', 'sts.amazonaws.com') as { value: string };
  const { iss, sub, aud, iat, exp } = decodeJwt(value);
  expect({ iss, sub, aud, seconds: exp! - iat! }).toEqual({
    iss: ISSUER,
    sub: 'system:serviceaccount:tokens:api',
    aud: ['sts.amazonaws.com'],
    seconds: 600,
  });
});

describe('many ServiceAccounts', () => {
  const names = Array.from({ length: 1200 }, (_, index) => `sa-${`${index}`.padStart(4, '0')}`);

  beforeAll(async () => {
    await server.apply(namespaceOf('many'));
    for (let from = 0; from < names.length; from += 50) {
      await Promise.all(
        names.slice(from, from + 50).map(name => server.apply(accountOf('many', name, { [ROLE_KEY]: ROLE }))),
      );
    }
  }, 300_000);

  test('are all read, in pages', async () => {
    const found: string[] = [];
    for await (const { name, annotations } of connect().serviceAccounts('many')) {
      expect(annotations[ROLE_KEY]).toBe(ROLE);
      found.push(name);
    }
    expect(found).toEqual(names);
  });

  test('are all read once, though the list expires underway', async () => {
    const { metadata } = await server.document('/api/v1/serviceaccounts?limit=500');
    const found: string[] = [];
    for await (const { namespace, name } of connect().serviceAccounts()) {
      found.push(`${namespace}/${name}`);
      if (found.length === 500) await compact();
    }
    await expect(
      server.document(`/api/v1/serviceaccounts?limit=500&continue=${metadata.continue}`),
    ).rejects.toMatchObject({ status: 410 });
    expect(found.filter(name => name.startsWith('many/'))).toEqual(names.map(name => `many/${name}`));
    expect(new Set(found).size).toBe(found.length);
  });

  /** Has etcd forget all but the newest, which it does by itself after minutes. */
  async function compact(): Promise<void> {
    const call = (path: string, body: object) =>
      fetch(`${etcd.url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) }).then(answer => answer.json());
    await server.apply(namespaceOf('after'));
    const { header } = await call('range', { key: Buffer.from('x').toString('base64') }) as any;
    await call('compaction', { revision: header.revision, physical: true });
  }
});

test('the endpoint is the one of the kubeconfig', () => {
  expect(isSameEndpoint(connect().endpoint, `${server.url}/`)).toBe(true);
  expect(readFileSync(process.env.KUBECONFIG!, 'utf8')).toContain(server.url);
});
