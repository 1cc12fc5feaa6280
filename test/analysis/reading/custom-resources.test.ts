import { readManifests } from '../../../src/analysis/reading/kubernetes';
import { assemblyWith, mapOf } from '../support';

const ARN = 'arn:aws:iam::111122223333:role/api';
const KEY = 'eks.amazonaws.com/role-arn';
const read = (apiVersion: string, kind: string, spec: unknown, metadata: object = {}) =>
  readManifests({
    text: JSON.stringify({ apiVersion, kind, metadata: { name: 'x', namespace: 'n', ...metadata }, spec }),
    place: { file: 'a.yaml' },
  });
const names = (accounts: readonly { namespace: string; name: string }[]) =>
  accounts.map(({ namespace, name }) => `${namespace}/${name}`);

test.each([
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {}],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', {}],
  ['source.toolkit.fluxcd.io/v1', 'OCIRepository', { provider: 'generic' }],
])('nothing runs as the account that Flux impersonates: %s %s', (apiVersion, kind, more) => {
  const { workloads, impersonators } = read(apiVersion, kind, { serviceAccountName: 'flux', ...more });
  expect(workloads).toEqual([]);
  expect(impersonators).toMatchObject([{ kind, name: 'x', namespace: 'n', serviceAccount: 'flux' }]);
});

test('a controller requests tokens of an account, once for each', () => {
  const { workloads, impersonators } = read('source.toolkit.fluxcd.io/v1', 'Bucket', {
    serviceAccountName: 'reader', provider: 'aws',
  });
  expect([workloads, impersonators]).toMatchObject([[{ serviceAccount: 'reader', takesTokens: true, spec: {} }], []]);
});

test.each([
  [undefined, 'sts.amazonaws.com'],
  [['other'], 'other'],
  [['other', 'sts.amazonaws.com'], 'sts.amazonaws.com'],
])('the tokens for Route 53 with audiences %j are for %s', (audiences, audience) => {
  const route53 = { role: ARN, auth: { kubernetes: { serviceAccountRef: { name: 'dns', audiences } } } };
  const { serviceAccounts, workloads } = read('cert-manager.io/v1', 'Issuer', {
    acme: { solvers: [{ dns01: { route53 } }] },
  });
  expect(serviceAccounts).toMatchObject([{ name: 'dns', roleArn: ARN, audience, boundBy: 'Issuer x' }]);
  expect(workloads.map(({ takesTokens }) => takesTokens)).toEqual([undefined]);
});

test.each<[string, object, string[]]>([
  ['a flat key', { rbac: { serviceAccountAnnotations: { [KEY]: ARN }, serviceAccountName: 'a' } }, ['n/a']],
  ['a list', { agents: [{ sa: { name: 'a', annotations: { [KEY]: ARN } } }] }, ['n/a']],
  ['two', {
    node: { serviceAccount: { annotations: { [KEY]: ARN } } },
    controller: { serviceAccount: { annotations: { [KEY]: ARN } } },
  }, ['n/⟨name of node.serviceAccount in HelmRelease x⟩', 'n/⟨name of controller.serviceAccount in HelmRelease x⟩']],
  ['of everything', { commonAnnotations: { [KEY]: ARN } }, ['n/⟨name of commonAnnotations in HelmRelease x⟩']],
  ['an empty name', { serviceAccount: { name: '', annotations: { [KEY]: ARN } } },
    ['n/⟨name of serviceAccount in HelmRelease x⟩']],
  ['none', { serviceAccount: { annotations: {} }, note: KEY }, []],
])('a role in values: %s', (_, values, expected) => {
  const { serviceAccounts } = read('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { values });
  expect(names(serviceAccounts)).toEqual(expected);
});

test('values that are set one by one, and settings for a chart elsewhere', () => {
  const set = { 'agents[0].serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn': ARN, '__proto__.x': '1' };
  expect(names(read('helm.cattle.io/v1', 'HelmChart', { set }).serviceAccounts)).toEqual([
    'n/⟨name of agents.0.serviceAccount in HelmChart x⟩',
  ]);
  const valuesContent = `serviceAccount: { name: a, annotations: { ${KEY}: '${ARN}' } }`;
  expect(names(read('helm.cattle.io/v1', 'HelmChartConfig', { valuesContent }).serviceAccounts)).toEqual([
    '⟨namespace of HelmChartConfig x⟩/a',
  ]);
});

test('values that are too deep, or none', () => {
  const deep = Array.from({ length: 40 }).reduce<object>(inner => ({ inner }), { annotations: { [KEY]: ARN } });
  expect(read('example.com/v1', 'Deep', deep).serviceAccounts).toEqual([]);
  expect(read('example.com/v1', 'Text', KEY).serviceAccounts).toEqual([]);
  expect(read('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { [KEY]: ARN }).serviceAccounts).toEqual([]);
});

test('charts of the CDK: in the namespace default, without values, with values for pods', () => {
  const chart = (Properties: object) => ({ Type: 'Custom::AWSCDK-EKS-HelmChart', Properties });
  const Values = JSON.stringify({ serviceAccount: { name: 'a', annotations: { [KEY]: ARN } } });
  const assembly = assemblyWith({ Stack: { Resources: { One: chart({ Values }), Two: chart({ Release: 'two' }) } } });
  expect(names(mapOf(assembly).serviceAccounts)).toEqual(['default/a']);
});
