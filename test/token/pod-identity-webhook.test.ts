/**
 * The played webhook, beside what was measured of the real one (its sources of late 2026, on kube-apiserver 1.34).
 */
import { injected, WebhookSettings } from './pod-identity-webhook';
import { Manifest } from '../judges/kubernetes';

const ROLE = 'arn:aws:iam::111122223333:role/app';
const TOKEN_VARIABLES = ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

function serviceAccount(annotations: Record<string, string> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'app', annotations: { 'eks.amazonaws.com/role-arn': ROLE, ...annotations } },
  };
}

function podOf(spec: any = {}, annotations: Record<string, string> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations },
    spec: { containers: [{ name: 'a' }], ...spec },
  };
}

/** Of the first volume: the token it asks for. */
function tokenOf({ spec }: Manifest): any {
  return spec.volumes[0].projected.sources[0].serviceAccountToken;
}

function variablesOf({ spec }: Manifest, container = 0): Record<string, string> {
  return Object.fromEntries((spec.containers[container].env ?? []).map(({ name, value }: any) => [name, value]));
}

test('variables, mount and volume', () => {
  const { spec } = injected(
    podOf({ initContainers: [{ name: 'init' }], volumes: [{ name: 'own' }] }), serviceAccount(),
  );
  const container = {
    env: [
      { name: 'AWS_DEFAULT_REGION', value: 'eu-west-1' },
      { name: 'AWS_REGION', value: 'eu-west-1' },
      { name: 'AWS_ROLE_ARN', value: ROLE },
      {
        name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
      },
    ],
    volumeMounts: [
      { name: 'aws-iam-token', readOnly: true, mountPath: '/var/run/secrets/eks.amazonaws.com/serviceaccount' },
    ],
  };
  expect(spec).toEqual({
    initContainers: [{ name: 'init', ...container }],
    containers: [{ name: 'a', ...container }],
    volumes: [
      {
        name: 'aws-iam-token',
        projected: {
          sources: [
            { serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 86400, path: 'token' } },
          ],
        },
      },
      { name: 'own' },
    ],
  });
});

test('without an annotation nothing changes, and with one under another prefix neither', () => {
  const pod = podOf();
  expect(injected(pod, undefined)).toBe(pod);
  expect(injected(pod, serviceAccount(), { prefix: 'iam.example.com' })).toBe(pod);
});

test.each<[string, string, string[]]>([
  ['a list', 'a,b', ['c']],
  ['quotes', '"a","b"', ['c']],
  ['a line end', 'a\n', ['b', 'c']],
  ['a line end of Windows', 'a\r\n', ['b', 'c']],
  ['the first line alone', 'a\nb', ['b', 'c']],
  ['an empty line before it', '\na', ['b', 'c']],
  ['a blank, which is part of the name', 'a, b', ['b', 'c']],
  ['a quote behind a blank is no CSV: nothing is skipped', 'a, "b"', ['a', 'b', 'c']],
  ['a quote within: nothing is skipped', 'a,b"', ['a', 'b', 'c']],
])('skip-containers is CSV: %s', (_, list, kept) => {
  const { spec } = injected(
    podOf({ containers: ['a', 'b', 'c'].map(name => ({ name })) }, { 'eks.amazonaws.com/skip-containers': list }),
    serviceAccount(),
  );
  expect(spec.containers.filter(({ env }: any) => env).map(({ name }: any) => name)).toEqual(kept);
});

test.each<[string | undefined, string | undefined, number]>([
  [undefined, undefined, 86_400],
  ['3600', undefined, 3600],
  ['1h', undefined, 86_400],
  ['', undefined, 86_400],
  ['1.5', undefined, 86_400],
  ['60', undefined, 600],
  ['-1', undefined, 600],
  ['100000', undefined, 100_000],
  ['3600', '900', 900],
  [undefined, '60', 600],
  ['3600', '1h', 3600],
])('expiration %j of the ServiceAccount, %j of the pod: %d seconds', (own, ofPod, seconds) => {
  const key = 'eks.amazonaws.com/token-expiration';
  const changed = injected(
    podOf({}, ofPod === undefined ? {} : { [key]: ofPod }), serviceAccount(own === undefined ? {} : { [key]: own }),
  );
  expect(tokenOf(changed).expirationSeconds).toBe(seconds);
});

test.each([
  ['true', true], ['True', true], ['TRUE', true], ['t', true], ['1', true],
  ['false', false], ['0', false], ['yes', false], ['tRUE', false], ['', false],
])('sts-regional-endpoints %j', (value, isRegional) => {
  const changed = injected(podOf(), serviceAccount({ 'eks.amazonaws.com/sts-regional-endpoints': value }));
  expect(variablesOf(changed).AWS_STS_REGIONAL_ENDPOINTS).toBe(isRegional ? 'regional' : undefined);
});

test('an empty audience is none, which the flag does not replace', () => {
  const empty = serviceAccount({ 'eks.amazonaws.com/audience': '' });
  expect(tokenOf(injected(podOf(), empty, { audience: 'api.example.com' }))).not.toHaveProperty('audience');
  const unannotated = injected(podOf(), serviceAccount(), { audience: 'api.example.com' });
  expect(tokenOf(unannotated).audience).toBe('api.example.com');
});

test.each(TOKEN_VARIABLES)('a container with %s of its own gets neither variable, and the volume', name => {
  const changed = injected(podOf({ containers: [{ name: 'a', env: [{ name, value: 'own' }] }] }), serviceAccount());
  expect(Object.keys(variablesOf(changed)).filter(key => TOKEN_VARIABLES.includes(key))).toEqual([name]);
  expect(changed.spec.containers[0].volumeMounts).toHaveLength(1);
});

test('a container that has all variables gets nothing, and the pod its volume', () => {
  const env = ['AWS_ROLE_ARN', 'AWS_REGION', 'AWS_STS_REGIONAL_ENDPOINTS'].map(name => ({ name, value: 'own' }));
  const { spec } = injected(podOf({ containers: [{ name: 'a', env }] }), serviceAccount());
  expect(spec.containers).toEqual([{ name: 'a', env }]);
  expect(spec.volumes).toHaveLength(1);
});

test('a volume and a mount of the name stay as they are', () => {
  const own = { name: 'aws-iam-token', emptyDir: {} };
  const mount = { name: 'aws-iam-token', mountPath: '/own' };
  const { spec: { volumes, containers: [{ volumeMounts: mounts }] } } = injected(
    podOf({ containers: [{ name: 'a', volumeMounts: [mount] }], volumes: [own] }), serviceAccount(),
  );
  expect({ volumes, mounts }).toEqual({ volumes: [own], mounts: [mount] });
});

test.each(['kubernetes.io/os', 'beta.kubernetes.io/os'])('the path of Windows, by %s', key => {
  const changed = injected(podOf({ nodeSelector: { [key]: 'windows' } }), serviceAccount());
  expect(variablesOf(changed).AWS_WEB_IDENTITY_TOKEN_FILE)
    .toBe('C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token');
});

describe('EKS Pod Identity', () => {
  const associated: WebhookSettings = { isAssociated: true };

  test('goes before the annotation', () => {
    const changed = injected(podOf(), serviceAccount(), associated);
    expect(variablesOf(changed)).toEqual({
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_REGION: 'eu-west-1',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE:
        '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
    });
    expect(tokenOf(changed)).toEqual({
      audience: 'pods.eks.amazonaws.com', expirationSeconds: 86400, path: 'eks-pod-identity-token',
    });
    expect(changed.metadata.labels).toEqual({ 'eks.amazonaws.com/pod-identity': 'enabled' });
  });

  test('needs no annotation, not even a ServiceAccount that the webhook knows', () => {
    expect(variablesOf(injected(podOf(), undefined, associated))).toHaveProperty('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  });

  test('adds its variables beside those of web identity', () => {
    const env = [{ name: 'AWS_ROLE_ARN', value: ROLE }];
    expect(variablesOf(injected(podOf({ containers: [{ name: 'a', env }] }), serviceAccount(), associated)))
      .toMatchObject({ AWS_ROLE_ARN: ROLE, AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.any(String) });
  });
});
