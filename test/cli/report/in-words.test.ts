import {
  clusterInShort,
  permissionInWords,
  resourceInShort,
  roleInShort,
  serviceOf,
} from '../../../src/cli/report/in-words';
import { Permission } from '../../../src/cli/report/permissions';

test.each<[string, [string, string]]>([
  ['oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE', ['EXAMPLE', 'eu-west-1']],
  ['oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLE', ['EXAMPLE', 'cn-north-1']],
  ['my-issuer.s3.eu-west-1.amazonaws.com', ['my-issuer.s3.eu-west-1.amazonaws.com', '']],
  ['s3.eu-west-1.amazonaws.com/my/issuer', ['s3.eu-west-1.amazonaws.com', 'my/issuer']],
  ['arn:aws:eks:eu-west-1:111122223333:cluster/production', ['production', 'eu-west-1 111122223333']],
  ['⟨Stack/Cluster.OpenIdConnectIssuerUrl⟩', ['Cluster.OpenIdConnectIssuerUrl', 'Stack/']],
  ['*', ['*', '']],
])('cluster %s in short', (cluster, expected) => {
  expect(clusterInShort(cluster)).toEqual(expected);
});

test.each([
  ['arn:aws:s3:::receipts/*', 's3: receipts/*'],
  ['arn:aws:dynamodb:eu-west-1:111122223333:table/Orders', 'dynamodb: table/Orders'],
  ['arn:aws:logs:eu-west-1:111122223333:log-group:/a:*', 'logs: log-group:/a:*'],
  ['arn:⟨AWS::Partition⟩:s3:::a:b', 's3: a:b'],
  ['arn:aws:s3', 'arn:aws:s3'],
  ['*', '*'],
])('resource %s in short', (resource, expected) => {
  expect(resourceInShort(resource)).toBe(expected);
});

test('roles and services in short', () => {
  expect(roleInShort('arn:aws-cn:iam::111122223333:role/path/name')).toBe('path/name');
  expect(roleInShort('⟨Stack/Role.Arn⟩')).toBe('Stack/Role.Arn');
  expect(roleInShort('arn:⟨AWS::Partition⟩:iam::⟨AWS::AccountId⟩:role/⟨Stack/Api/Role⟩')).toBe('Stack/Api/Role');
  expect(serviceOf('S3:GetObject')).toBe('s3');
});

test.each<[Partial<Permission>, string]>([
  [{}, '<a:B> on <x>'],
  [{ actions: ['a', 'b', 'c', 'd', 'e'] }, '<a>, <b>, <c>, <d>, <e> on <x>'],
  [{ actions: ['a', 'b', 'c', 'd', 'e', 'f'] }, '<a>, <b>, <c>, <d> and 2 more on <x>'],
  [{ actions: ['*'], resources: ['**'] }, 'every action on every resource'],
  [{ notActions: true, notResources: true }, 'every action except <a:B> on every resource except <x>'],
  [
    { condition: { Bool: { k: 'true' }, StringEquals: { k: 'a', l: 'b' }, Null: null } },
    '<a:B> on <x>, under conditions on <k>, <l>',
  ],
])('%j in words', (permission, words) => {
  expect(
    permissionInWords({ effect: 'Allow', actions: ['a:B'], resources: ['x'], ...permission }, text => `<${text}>`),
  ).toBe(words);
});
