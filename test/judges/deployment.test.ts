import { deployed } from './deployment';

const deployment = {
  values: { 'Name': 'blue', 'AWS::Region': 'eu-west-1', 'Cluster.Url': 'https://host/id/ABC' },
  exports: { blueIssuer: 'https://host/id/DEF' },
  conditions: { Yes: true, No: false },
  dynamic: { 'ssm:/a:1': 'stored' },
};

test.each<[string, any, any]>([
  ['a literal', 'text', 'text'],
  ['a number and null', [1, null, true], [1, null, true]],
  ['Ref', { Ref: 'Name' }, 'blue'],
  ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['Fn::GetAtt of a list', { 'Fn::GetAtt': ['Cluster', 'Url'] }, 'https://host/id/ABC'],
  ['Fn::GetAtt of a text', { 'Fn::GetAtt': 'Cluster.Url' }, 'https://host/id/ABC'],
  ['Fn::ImportValue', { 'Fn::ImportValue': 'blueIssuer' }, 'https://host/id/DEF'],
  ['Fn::ImportValue of a computed name', { 'Fn::ImportValue': { 'Fn::Sub': '${Name}Issuer' } }, 'https://host/id/DEF'],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 1]] }, 'a-blue-1'],
  [
    'Fn::Split and Fn::Select',
    { 'Fn::Select': [1, { 'Fn::Split': ['//', { 'Fn::GetAtt': ['Cluster', 'Url'] }] }] },
    'host/id/ABC',
  ],
  ['Fn::Select with a text index', { 'Fn::Select': ['0', ['a', 'b']] }, 'a'],
  [
    'Fn::Sub',
    { 'Fn::Sub': 'cluster ${Name} in ${AWS::Region} at ${Cluster.Url}' },
    'cluster blue in eu-west-1 at https://host/id/ABC',
  ],
  [
    'Fn::Sub with variables before names of the template',
    { 'Fn::Sub': ['${Name} ${Own}', { Name: 'mine', Own: { Ref: 'Name' } }] },
    'mine blue',
  ],
  ['Fn::Sub with an escape', { 'Fn::Sub': '${!aws:username} ${Name}' }, '${aws:username} blue'],
  ['Fn::Sub whose values look like variables', { 'Fn::Sub': ['${A}', { A: '${Name}' }] }, '${Name}'],
  ['Fn::If', [{ 'Fn::If': ['Yes', 'a', { Ref: 'Other' }] }, { 'Fn::If': ['No', 'a', { Ref: 'Name' }] }], ['a', 'blue']],
  [
    'AWS::NoValue in a map',
    { Keep: 1, Drop: { Ref: 'AWS::NoValue' }, Deep: { Drop: { 'Fn::If': ['No', 'a', { Ref: 'AWS::NoValue' }] } } },
    { Keep: 1, Deep: {} },
  ],
  ['AWS::NoValue in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
  ['a dynamic reference in a text', 'x-{{resolve:ssm:/a:1}}', 'x-stored'],
  ['a dynamic reference that a function puts together', { 'Fn::Join': ['', ['{{resolve:', 'ssm:/a:1}}']] }, 'stored'],
  [
    'an intrinsic inside an object',
    { Statement: [{ Resource: { Ref: 'Name' } }] },
    { Statement: [{ Resource: 'blue' }] },
  ],
])('the judge evaluates %s', (_, value, expected) => {
  expect(deployed(value, deployment)).toEqual(expected);
});

test.each<[string, any, string]>([
  ['an unknown name', { Ref: 'Other' }, 'Ref: no value for Other'],
  ['a name that every object has', { Ref: 'constructor' }, 'Ref: no value for constructor'],
  ['an unknown attribute', { 'Fn::GetAtt': ['Cluster', 'Arn'] }, 'Fn::GetAtt: no value for Cluster.Arn'],
  ['an unknown condition', { 'Fn::If': ['Other', 'a', 'b'] }, 'Fn::If: no value for Other'],
  ['an unknown dynamic reference', '{{resolve:ssm:/b:1}}', 'dynamic reference: no value for ssm:/b:1'],
  ['an unknown export', { 'Fn::ImportValue': 'other' }, 'Fn::ImportValue: no value for other'],
  ['an unknown variable', { 'Fn::Sub': '${Other}' }, 'Fn::Sub: no value for Other'],
  ['an item that is not there', { 'Fn::Select': [2, ['a', 'b']] }, 'Fn::Select: no item 2 in ["a","b"]'],
  ['an unknown function', { 'Fn::Base64': 'text' }, 'not known: {"Fn::Base64":"text"}'],
  ['a function with something beside it', { Ref: 'Name', Other: 1 }, 'not known: {"Ref":"Name","Other":1}'],
  ['a list where a text belongs', { 'Fn::Join': ['', [['a'], 'b']] }, 'not a text: ["a"]'],
  ['a text where a list belongs', { 'Fn::Join': ['', { Ref: 'Name' }] }, 'not a list: "blue"'],
])('the judge refuses %s', (_, value, message) => {
  expect(() => deployed(value, deployment)).toThrow(message);
});
