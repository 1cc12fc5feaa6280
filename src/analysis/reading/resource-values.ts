/**
 * What `Ref` and `Fn::GetAtt` return of a resource, where its properties tell.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
import { withoutScheme } from '../iam/claims';

/** A resource, its properties resolved on demand. */
export interface Resource {
  readonly type: string;
  readonly text: (property: string) => string | undefined;
  /** Of the stack that it is in. */
  readonly pseudo: (parameter: 'Partition' | 'Region' | 'AccountId') => string;
  /** Stands for its name where CloudFormation makes it. */
  readonly unnamed: () => string;
  readonly standIn: (attribute: string) => string;
}

interface Type {
  /** The property that names it. */
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
/** A URL, so that what a template cuts off it leaves what it should. */
const issuerUrl: Arn = resource => `https://${resource.standIn('OpenIdConnectIssuerUrl')}`;

/** By which EKS introduces itself to a target role: the association, in words that its properties tell. */
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

/** What `Ref` returns; undefined where the type is not known here. */
export function referenceOf(resource: Resource): string | undefined {
  const type = TYPES.get(resource.type);
  return type?.ref(resource, nameOf(resource, type));
}

/** What `Fn::GetAtt` returns; undefined where the attribute is not known here. */
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

/** CfnJson: a custom resource that gives back, parsed, the JSON that it is given. */
function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
