import {
  ConstructPaths,
  constructPathsIn,
  mapConstructPaths,
  withConstructPaths,
} from '../../src/analysis/construct-paths';

const PATHS: ConstructPaths = {
  'App/ApiRole7FA2': 'App/Api/Role/Resource',
  'App/Cluster9EE0': 'App/Cluster/Resource/Resource/Default',
  'App/Queue4A7E': 'App/Queue/Resource',
  'Prod/App.v2/Table1': 'Prod/App.v2/Table/Resource',
};

test.each([
  ['a role', 'Role ⟨App/ApiRole7FA2⟩, Statement[0]: x.', 'Role App/Api/Role, Statement[0]: x.'],
  ['at the end of a sentence', 'role ⟨App/ApiRole7FA2⟩.', 'role App/Api/Role.'],
  ['in parentheses', '(⟨App/ApiRole7FA2⟩)', '(App/Api/Role)'],
  ['the issuer of a cluster', 'tokens of ⟨App/Cluster9EE0.OpenIdConnectIssuerUrl⟩', 'tokens of App/Cluster'],
  ['a part of a key', '⟨App/Cluster9EE0.OpenIdConnectIssuerUrl⟩:sub is x', '⟨App/Cluster⟩:sub is x'],
  ['a part of an ARN', 'arn:aws:iam::1:role/⟨App/ApiRole7FA2⟩', 'arn:aws:iam::1:role/⟨App/Api/Role⟩'],
  ['in quotes', '"⟨App/ApiRole7FA2⟩"', '"⟨App/Api/Role⟩"'],
  ['another attribute', 'to ⟨App/Queue4A7E.QueueUrl⟩', 'to ⟨App/Queue.QueueUrl⟩'],
  ['a stack with a dot in its name', 'of ⟨Prod/App.v2/Table1⟩', 'of Prod/App.v2/Table'],
  ['a resource without a path', 'Role ⟨App/Other⟩', 'Role ⟨App/Other⟩'],
  ['what is no resource', '⟨AWS::AccountId⟩ ⟨${NAME}⟩ ⟨constructor⟩', '⟨AWS::AccountId⟩ ⟨${NAME}⟩ ⟨constructor⟩'],
])('%s', (_, text, expected) => {
  expect(withConstructPaths(text, PATHS)).toBe(expected);
});

test('two resources never get one name', () => {
  const paths = {
    'App/A': 'App/Copy/Resource',
    'App/B': 'App/Copy/Resource', // a copied template
    'App/C': 'App/Bucket/Resource',
    'App/D': 'App/Bucket/Default', // two children of one construct
    'App/E': 'App/F',
    'App/F': 'App/G', // the logical ID of another one
    'App/H': 'App/*/Role', // would be a pattern
  };
  const text = 'ABCDEFH'.split('').map(id => `⟨App/${id}⟩`).join('; ');
  expect(withConstructPaths(text, paths)).toBe(
    '⟨App/A⟩; ⟨App/B⟩; App/Bucket/Resource; App/Bucket/Default; ⟨App/E⟩; App/G; ⟨App/H⟩',
  );
});

test('a value: keys too, with their brackets', () => {
  const key = '⟨App/Cluster9EE0.OpenIdConnectIssuerUrl⟩';
  const value = { role: '⟨App/ApiRole7FA2⟩', trust: [{ StringEquals: { [`${key}:sub`]: 'a "b" \\ c' } }] };
  expect(mapConstructPaths(value, PATHS)).toEqual({
    role: '⟨App/Api/Role⟩', trust: [{ StringEquals: { '⟨App/Cluster⟩:sub': 'a "b" \\ c' } }],
  });
});

test('those that a text needs', () => {
  expect(constructPathsIn('⟨App/Queue4A7E.QueueUrl⟩ ⟨App/ApiRole7FA2⟩ ⟨App/ApiRole7FA2⟩ ⟨x⟩', PATHS)).toEqual({
    'App/ApiRole7FA2': 'App/Api/Role/Resource', 'App/Queue4A7E': 'App/Queue/Resource',
  });
});
