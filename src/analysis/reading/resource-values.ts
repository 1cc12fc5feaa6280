/**
 * The results of `Ref` and `Fn::GetAtt`, if the properties of the resource determine them.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
import { withoutScheme } from '../iam/claims';

/** A resource with properties that are resolved on demand. */
export interface Resource {
  readonly type: string;
  readonly text: (property: string) => string | undefined;
  /** A pseudo parameter of its stack. */
  readonly pseudo: (parameter: 'Partition' | 'Region' | 'AccountId') => string;
  /** The stand-in for a name that CloudFormation generates. */
  readonly unnamed: () => string;
  readonly standIn: (attribute: string) => string;
}

interface Type {
  /** The property with its name. */
  readonly name?: string;
  readonly ref: (resource: Resource, name: string) => string;
  readonly attributes: Record<string, (resource: Resource, name: string) => string>;
}

type Arn = (resource: Resource, name: string) => string;

const iamArn =
  (kind: string): Arn =>
    (resource, name) =>
      `arn:${resource.pseudo('Partition')}:iam::${resource.pseudo('AccountId')}:${kind}`
      + `${resource.text('Path') ?? '/'}${name}`;
const regional =
  (service: string, kind: string): Arn =>
    ({ pseudo }, name) =>
      `arn:${pseudo('Partition')}:${service}:${pseudo('Region')}:${pseudo('AccountId')}:${kind}${name}`;
const named = (name: string, arn: Arn): Type => ({ name, ref: (_, own) => own, attributes: { Arn: arn } });

const providerArn =
  (url: string): Arn =>
    resource =>
      `arn:${resource.pseudo('Partition')}:iam::${resource.pseudo('AccountId')}:oidc-provider/`
      + withoutScheme(resource.text(url) ?? resource.unnamed());
const cluster = (name: string | undefined, issuer: Arn): Type => ({
  name,
  ref: (_, own) => own,
  attributes: {
    Arn: regional('eks', 'cluster/'),
    OpenIdConnectIssuerUrl: issuer,
    OpenIdConnectIssuer: (...args) => withoutScheme(issuer(...args)),
  },
});
/** A URL, so that templates can remove the scheme. */
const issuerUrl: Arn = resource => `https://${resource.standIn('OpenIdConnectIssuerUrl')}`;

/** The external ID of an association for its target role, computed from its properties. */
const externalId: Arn = ({ pseudo, text, standIn }) => {
  const names = ['ClusterName', 'Namespace', 'ServiceAccount'].map(property => text(property) ?? standIn(property));
  return [pseudo('Region'), pseudo('AccountId'), ...names].join('/');
};

const TYPES = new Map<string, Type>(
  Object.entries<Type>({
    'AWS::IAM::Role': named('RoleName', iamArn('role')),
    'AWS::IAM::User': named('UserName', iamArn('user')),
    'AWS::IAM::ManagedPolicy': {
      name: 'ManagedPolicyName',
      ref: iamArn('policy'),
      attributes: { PolicyArn: iamArn('policy') },
    },
    'AWS::IAM::OIDCProvider': { ref: providerArn('Url'), attributes: { Arn: providerArn('Url') } },
    'Custom::AWSCDKOpenIdConnectProvider': { ref: providerArn('Url'), attributes: {} },
    'AWS::EKS::Cluster': cluster('Name', issuerUrl),
    'Custom::AWSCDK-EKS-Cluster': cluster(undefined, issuerUrl),
    'AWS::EKS::PodIdentityAssociation': { ref: resource => resource.unnamed(), attributes: { ExternalId: externalId } },
    'AWS::S3::Bucket': named('BucketName', ({ pseudo }, name) => `arn:${pseudo('Partition')}:s3:::${name}`),
    'AWS::DynamoDB::Table': named('TableName', regional('dynamodb', 'table/')),
    'AWS::DynamoDB::GlobalTable': named('TableName', regional('dynamodb', 'table/')),
    'AWS::SQS::Queue': {
      name: 'QueueName',
      ref: resource => resource.standIn('QueueUrl'),
      attributes: { Arn: regional('sqs', '') },
    },
    'AWS::SNS::Topic': { name: 'TopicName', ref: regional('sns', ''), attributes: { TopicArn: regional('sns', '') } },
    'AWS::ECR::Repository': named('RepositoryName', regional('ecr', 'repository/')),
    'AWS::Kinesis::Stream': named('Name', regional('kinesis', 'stream/')),
    'AWS::Logs::LogGroup': named(
      'LogGroupName',
      (resource, name) => `${regional('logs', 'log-group:')(resource, name)}:*`,
    ),
    'AWS::KMS::Key': {
      ref: resource => resource.unnamed(),
      attributes: { Arn: regional('kms', 'key/'), KeyId: (_, name) => name },
    },
  }),
);

/** The result of `Ref`; undefined if the type is not known. */
export function referenceOf(resource: Resource): string | undefined {
  const type = TYPES.get(resource.type);
  return type?.ref(resource, nameOf(resource, type));
}

/** The result of `Fn::GetAtt`; undefined if the attribute is not known. */
export function attributeOf(resource: Resource, attribute: string): unknown {
  if (resource.type === 'Custom::AWSCDKCfnJson' && attribute === 'Value') return parsed(resource.text('Value'));
  const type = TYPES.get(resource.type);
  return type && Object.hasOwn(type.attributes, attribute)
    ? type.attributes[attribute](resource, nameOf(resource, type))
    : undefined;
}

function nameOf(resource: Resource, { name }: Type): string {
  return (name === undefined ? undefined : resource.text(name)) ?? resource.unnamed();
}

/** The value of CfnJson, a custom resource that parses JSON. */
function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
