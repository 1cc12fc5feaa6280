/**
 * Where the parts of a value come from, by tables of values as a template holds them.
 */
import { App, CfnMapping, CfnOutput, CfnParameter, CfnResource, CfnStack, NestedStack, Stack } from 'aws-cdk-lib';
import { Origin, originsOf } from '../../../src/private/values/value-origins';

const P = { Ref: 'P' };
const attribute = (...names: any[]) => ({ 'Fn::GetAtt': names });

/** A resource with its logical id, which repeats its property `Name` as an attribute unless it is of a known type. */
function resource(stack: Stack, id: string, type: string, properties: any = { Name: P, Note: 'text' }): CfnResource {
  const made = new CfnResource(stack, id, { type, properties });
  made.overrideLogicalId(id);
  return made;
}

function scope(): Stack {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  new CfnParameter(stack, 'P');
  new CfnParameter(stack, 'Q');
  new CfnMapping(stack, 'Map', { mapping: { a: { b: 'c', d: 'e' } } });
  resource(stack, 'First', 'AWS::SSM::Parameter', { Value: 'one' });
  resource(stack, 'Second', 'AWS::SSM::Parameter', { Value: 'two' });
  resource(stack, 'Left', 'AWS::SSM::Parameter', { Value: attribute('Right', 'Value') });
  resource(stack, 'Right', 'AWS::SSM::Parameter', { Value: attribute('Left', 'Value') });
  resource(stack, 'Other', 'AWS::Unknown::Thing');
  resource(stack, 'Plain', 'AWS::Unknown::Thing', undefined);
  new CfnStack(stack, 'Elsewhere', { templateUrl: 'https://example.com' });
  new CfnOutput(stack, 'Out', { value: 'x', exportName: 'out' });
  for (const name of ['A', 'B']) {
    const nested = new NestedStack(stack, `Nested${name}`);
    (nested.nestedStackResource as CfnResource).overrideLogicalId(`Nested${name}`);
    new CfnOutput(nested, 'Out', { value: `nested ${name}` });
    new CfnParameter(nested, 'Inner');
  }
  const source = new Stack(app, 'Source');
  const shared = new CfnParameter(source, 'Shared');
  new CfnOutput(source, 'Export', { value: shared.valueAsString, exportName: 'shared' });
  new CfnOutput(source, 'Ping', { value: { 'Fn::ImportValue': 'pong' } as any, exportName: 'ping' });
  new CfnOutput(source, 'Pong', { value: { 'Fn::ImportValue': 'ping' } as any, exportName: 'pong' });
  return stack;
}

function said(origin: Origin): string {
  switch (origin.kind) {
    case 'text': return `text ${origin.text}`;
    case 'parameter': return `parameter ${origin.parameter.node.path}`;
    case 'foreign': return `foreign ${origin.description}`;
    case 'computed':
    case 'function': return `${origin.kind} ${origin.name}`;
    default: return origin.kind;
  }
}

const origins = (value: any, stack = scope()) => originsOf(stack, value).map(said);

test.each<[string, any, string[]]>([
  ['undefined', undefined, []],
  ['null', null, []],
  ['a text', 'a', ['text a']],
  ['a number', 7, ['text 7']],
  ['a list', ['a', P, 'b'], ['text a', 'parameter Stack/P', 'text b']],
  ['an object', { a: 'b', Ref: 'c' }, ['text b', 'text c']],
  ['nothing', { Ref: 'AWS::NoValue' }, ['nothing']],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, ['identifier']],
  ['a parameter', P, ['parameter Stack/P']],
  ['an output', { Ref: 'Out' }, ['foreign an attribute of Stack/Out']],
  ['an id that nobody has', { Ref: 'Gone' }, ['foreign Gone, which no construct of the stack has']],
  ['an id of a nested stack alone', { Ref: 'Inner' }, ['foreign Inner, which no construct of the stack has']],
  ['an id of another stack', { Ref: 'Shared' }, ['foreign Shared, which no construct of the stack has']],
  ['a join', { 'Fn::Join': ['-', ['a', P]] }, ['text -', 'text a', 'parameter Stack/P']],
  ['a choice', { 'Fn::If': ['C', 'a', 'b'] }, ['text a', 'text b']],
  ['a selection', { 'Fn::Select': ['0', ['a', P]] }, ['text a', 'parameter Stack/P']],
  ['a split', { 'Fn::Split': [',', 'a,b'] }, ['text a,b']],
  ['another stack', { 'Fn::GetStackOutput': {} }, ['foreign an output of another stack']],
  ['a mapping', { 'Fn::FindInMap': ['Map', 'a', 'b'] }, ['computed Fn::FindInMap', 'text c', 'text e']],
  ['a mapping that nobody makes', { 'Fn::FindInMap': ['Gone', 'a', 'b'] },
    ['computed Fn::FindInMap', 'foreign the mapping Gone']],
  ['a mapping that is a parameter', { 'Fn::FindInMap': ['P', 'a', 'b'] },
    ['computed Fn::FindInMap', 'foreign the mapping P']],
  ['Base64', { 'Fn::Base64': P }, ['computed Fn::Base64']],
  ['Cidr', { 'Fn::Cidr': P }, ['computed Fn::Cidr']],
  ['zones', { 'Fn::GetAZs': P }, ['computed Fn::GetAZs']],
  ['a function that nobody knows', { 'Fn::Unheard': P }, ['function Fn::Unheard']],
])('%s', (_, value, expected) => {
  expect(origins(value)).toStrictEqual(expected);
});

test.each<[string, any, string[]]>([
  ['texts around a name', 'a${P}b', ['text a', 'text b', 'parameter Stack/P']],
  ['a name with blanks', '${ P }', ['text ', 'text ', 'parameter Stack/P']],
  ['an attribute', '${First.Value}', ['text ', 'text ', 'text one']],
  ['a name of several characters', '${AWS::Region}', ['text ', 'text ', 'identifier']],
  ['a literal variable', 'a${!P}', ['text a${!P}']],
  ['braces without a name', 'a${}', ['text a${}']],
  ['variables', ['${V}-${ W }${P}', { V: 'v', W: { Ref: 'Q' } }],
    ['text ', 'text -', 'text ', 'text ', 'parameter Stack/P', 'text v', 'parameter Stack/Q']],
  ['no variables', ['a${P}'], ['text a', 'text ', 'parameter Stack/P']],
])('Fn::Sub of %s', (_, argument, expected) => {
  expect(origins({ 'Fn::Sub': argument })).toStrictEqual(expected);
});

describe('an attribute', () => {
  test.each<[string, any, string[]]>([
    ['that repeats a property', attribute('First', 'Value'), ['text one']],
    ['in other letters', attribute('First', 'value'), ['text one']],
    ['as one text', { 'Fn::GetAtt': 'First.Value' }, ['text one']],
    ['of two resources', [attribute('First', 'Value'), attribute('Second', 'Value')], ['text one', 'text two']],
    ['twice the same', [attribute('First', 'Value'), attribute('First', 'Value')], ['text one']],
    ['two of one resource', [attribute('Other', 'Note'), attribute('Other', 'Name')],
      ['text text', 'parameter Stack/P']],
    ['of a resource by Ref, and in a template', [{ Ref: 'Other' }, { 'Fn::Sub': '${Other}' }],
      ['parameter Stack/P', 'identifier', 'text ', 'text ']],
    ['that refers to itself', attribute('Left', 'Value'), []],
    ['of its own, beside parameters', attribute('Other', 'Arn'), ['parameter Stack/P', 'identifier']],
    ['with a deferred name', attribute('Other', P), ['parameter Stack/P', 'identifier']],
    ['of a resource without parameters', attribute('First', 'Arn'), ['identifier']],
    ['of a resource that nobody makes', attribute('Gone', 'Arn'),
      ['foreign Gone, which no construct of the stack has']],
  ])('%s', (_, value, expected) => {
    expect(origins(value)).toStrictEqual(expected);
  });

  test.each([
    'AWS::CloudFront::Distribution', 'AWS::Cognito::UserPool', 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable',
    'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::SecurityGroup', 'AWS::EC2::Instance', 'AWS::ECR::Repository',
    'AWS::EFS::FileSystem', 'AWS::EKS::Cluster', 'AWS::EKS::Nodegroup', 'AWS::EKS::Addon',
    'AWS::EKS::PodIdentityAssociation', 'AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group',
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::SAMLProvider', 'AWS::KMS::Key', 'AWS::Kinesis::Stream', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup',
    'AWS::Organizations::Account', 'AWS::Organizations::Organization', 'AWS::Organizations::OrganizationalUnit',
    'AWS::Route53::HostedZone', 'AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue', 'Custom::AWSCDK-EKS-Cluster',
  ])('of %s is an identifier, whatever its properties', type => {
    const stack = scope();
    resource(stack, 'Known', type);
    expect(origins([{ Ref: 'Known' }, attribute('Known', 'Name')], stack)).toStrictEqual(['identifier', 'identifier']);
  });

  test.each<[string, string[]]>([
    ['AWS::S3::BucketPolicy', ['parameter Stack/P', 'identifier']],
    ['My::AWS::S3::Bucket', ['parameter Stack/P', 'identifier']],
    ['My::Custom::Thing', ['parameter Stack/P', 'identifier']],
    ['AWS::CloudFormation::CustomResourceOfMine', ['parameter Stack/P', 'identifier']],
    ['My::AWS::CloudFormation::CustomResource', ['parameter Stack/P', 'identifier']],
    ['Custom::AWSCDKOpenIdConnectProvider', ['parameter Stack/P', 'identifier']],
    ['Custom::Thing', ['parameter Stack/P', 'foreign an attribute of Stack/Made']],
    ['AWS::CloudFormation::CustomResource', ['parameter Stack/P', 'foreign an attribute of Stack/Made']],
  ])('of %s comes from its parameters, and from who makes it', (type, expected) => {
    const stack = scope();
    resource(stack, 'Made', type);
    expect(origins(attribute('Made', 'Arn'), stack)).toStrictEqual(expected);
  });

  test.each<[string, any, string[]]>([
    ['of the first', attribute('NestedA', 'Outputs.Out'), ['text nested A']],
    ['of the second', attribute('NestedB', 'Outputs.Out'), ['text nested B']],
    ['as one text', { 'Fn::GetAtt': 'NestedB.Outputs.Out' }, ['text nested B']],
    ['that it does not have', attribute('NestedA', 'Outputs.Gone'),
      ['foreign an output of Stack/NestedA.NestedStack/NestedA.NestedStackResource']],
    ['that is a parameter', attribute('NestedA', 'Outputs.Inner'),
      ['foreign an output of Stack/NestedA.NestedStack/NestedA.NestedStackResource']],
    ['without a name', attribute('NestedA', 'Outputs.'), ['identifier']],
    ['with a longer name', attribute('NestedA', 'MyOutputs.Out'), ['identifier']],
    ['of a template elsewhere', attribute('Elsewhere', 'Outputs.Out'), ['foreign an output of Stack/Elsewhere']],
    ['of what is no stack', attribute('Plain', 'Outputs.Out'), ['parameter Stack/P', 'identifier']],
  ])('an output of a nested stack, %s', (_, value, expected) => {
    expect(origins(value)).toStrictEqual(expected);
  });
});

test.each<[string, any, string[]]>([
  ['from this app', 'shared', ['parameter Source/Shared']],
  ['of this stack', 'out', ['text x']],
  ['of another app', 'gone', ['foreign the export "gone" of another app']],
  ['that imports itself', 'ping', []],
])('an export %s', (_, name, expected) => {
  expect(origins({ 'Fn::ImportValue': name })).toStrictEqual(expected);
});

test('a token of another stack is followed to what it points to', () => {
  const stack = scope();
  const other = new Stack(stack.node.root as App, 'Third');
  const foreign = new CfnParameter(other, 'P');
  const output = new CfnOutput(other, 'Other', { value: 'x', exportName: 'third' });
  expect(origins(foreign.valueAsString, stack)).toStrictEqual(['parameter Third/P']);
  expect(origins(output.importValue, stack)).toStrictEqual(['text x']);
});
