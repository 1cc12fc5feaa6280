import { CfnElement, CfnMapping, CfnOutput, CfnParameter, CfnResource, CfnStack, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { objectOf } from '../../conventions/json';
import { AppIndex } from '../app-index';
import { isIntrinsic, pointed, PointedValue, renderedMapping, renderedProperties } from './tokens';

/** The origin of a part of a value, regardless of the function that composes the value. */
export type Origin =
  /** Literal text. */
  | { readonly kind: 'text'; readonly text: string }
  /** Set by the user who deploys. */
  | { readonly kind: 'parameter'; readonly parameter: CfnParameter }
  /** An identifier that AWS generates or whose characters it restricts. */
  | { readonly kind: 'identifier' }
  /** Comes from outside this app: a stack of another app, or a custom resource. */
  | { readonly kind: 'foreign'; readonly description: string }
  /** `AWS::NoValue`: CloudFormation removes the property. */
  | { readonly kind: 'nothing' }
  /** A function that does not return the text of its arguments unchanged, and no quotes. */
  | { readonly kind: 'computed'; readonly name: string }
  /** A function that may return anything. */
  | { readonly kind: 'function'; readonly name: string };

/** Functions that only pass on or concatenate their arguments. */
export const FOLLOWED_FUNCTIONS = [
  'Ref', 'Fn::GetAtt', 'Fn::ImportValue', 'Fn::Join', 'Fn::If', 'Fn::Select', 'Fn::Split', 'Fn::Sub',
];

/** Returns the origins of all parts of a value, followed through references, exports and resources of the whole app. */
export function originsOf(scope: IConstruct, value: unknown): Origin[] {
  return new Tracer().origins(scope, value);
}

/** Returns the origins of an expression that is already pointed. */
export function originsIn(scope: IConstruct, expression: unknown, targets: PointedValue['targets']): Origin[] {
  return new Tracer().walk(scope, expression, targets);
}

/**
 * Resources whose `Ref` and attributes are identifiers: AWS generates them, or rejects names with quotes, wildcards,
 * `$` or braces. An attribute of other resources may repeat a property.
 */
const IDENTIFIERS = new RegExp(`^(${[
  'AWS::CloudFront::Distribution',
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::(Global)?Table',
  'AWS::EC2::(VPC|Subnet|SecurityGroup|Instance)',
  'AWS::ECR::Repository',
  'AWS::EFS::FileSystem',
  'AWS::EKS::(Cluster|Nodegroup|Addon|PodIdentityAssociation)',
  'AWS::IAM::(Role|User|Group|ManagedPolicy|SAMLProvider)',
  'AWS::KMS::Key',
  'AWS::Kinesis::Stream',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::Organizations::(Account|Organization|OrganizationalUnit)',
  'AWS::Route53::HostedZone',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'Custom::AWSCDK-EKS-Cluster',
].join('|')})$`);

const CUSTOM = /^(Custom::|AWS::CloudFormation::CustomResource$)/;
/** CDK's custom resource for a provider. Its `Ref` is the ARN, which contains the URL. */
export const CDK_PROVIDER = 'Custom::AWSCDKOpenIdConnectProvider';

class Tracer {
  /** Attributes that were already followed, because references may be circular. */
  private readonly followed = new Set<string>();

  public origins(scope: IConstruct, value: unknown): Origin[] {
    const { value: expression, targets } = pointed(scope, value);
    return this.walk(scope, expression, targets);
  }

  public walk(scope: IConstruct, value: unknown, targets: PointedValue['targets']): Origin[] {
    const walk = (part: unknown) => this.walk(scope, part, targets);
    if (value === undefined || value === null) return [];
    if (typeof value !== 'object') return [{ kind: 'text', text: `${value}` }];
    if (!isIntrinsic(value)) return Object.values(value).flatMap(walk);
    const [[name, argument]] = Object.entries(value);
    switch (name) {
      case 'Ref': return this.reference(scope, argument, 'Ref', targets);
      case 'Fn::GetAtt': return this.attribute(scope, argument, targets);
      case 'Fn::ImportValue': return this.imported(scope, argument);
      case 'Fn::GetStackOutput': return [{ kind: 'foreign', description: 'an output of another stack' }];
      case 'Fn::Join': return walk(argument);
      case 'Fn::If':
      case 'Fn::Select':
      case 'Fn::Split': return walk([argument].flat().slice(1));
      case 'Fn::Sub': return this.substituted(scope, [argument].flat(), targets);
      case 'Fn::FindInMap': return [{ kind: 'computed', name }, ...this.mapped(scope, argument)];
      case 'Fn::Base64':
      case 'Fn::Cidr':
      case 'Fn::GetAZs': return [{ kind: 'computed', name }];
      default: return [{ kind: 'function', name }];
    }
  }

  private substituted(
    scope: IConstruct, [template, variables]: unknown[], targets: PointedValue['targets'],
  ): Origin[] {
    const names = [...`${template}`.matchAll(/\$\{([^!}][^}]*)\}/g)]
      .map(([, name]) => name.trim())
      .filter(name => !(name in objectOf(variables)));
    return [
      ...`${template}`.split(/\$\{[^!}][^}]*\}/).map((text): Origin => ({ kind: 'text', text })),
      ...names.flatMap(name => (name.includes('.')
        ? this.attribute(scope, name, targets)
        : this.reference(scope, name, 'Ref', targets))),
      ...this.walk(scope, Object.values(objectOf(variables)), targets),
    ];
  }

  private mapped(scope: IConstruct, argument: unknown): Origin[] {
    const [id] = [argument].flat();
    const mapping = elementNamed(Stack.of(scope), id);
    if (!(mapping instanceof CfnMapping)) return [{ kind: 'foreign', description: `the mapping ${id}` }];
    return this.origins(mapping, renderedMapping(mapping));
  }

  private attribute(scope: IConstruct, argument: unknown, targets: PointedValue['targets']): Origin[] {
    const [id, ...names] = Array.isArray(argument) ? argument : `${argument}`.split('.');
    return this.reference(scope, id, names.every(name => typeof name === 'string') ? names.join('.') : '', targets);
  }

  /** @param id the address of a target, the name of a pseudo parameter, or a logical ID that the user wrote */
  private reference(scope: IConstruct, id: unknown, attribute: string, targets: PointedValue['targets']): Origin[] {
    if (id === 'AWS::NoValue') return [{ kind: 'nothing' }];
    if (`${id}`.startsWith('AWS::')) return [{ kind: 'identifier' }];
    const target = targets.get(`${id}`) ?? elementNamed(Stack.of(scope), id);
    if (target instanceof CfnParameter) return [{ kind: 'parameter', parameter: target }];
    if (target !== undefined && CfnResource.isCfnResource(target)) return this.resource(target, attribute);
    const description = target ? `an attribute of ${target.node.path}` : `${id}, which no construct of the stack has`;
    return [{ kind: 'foreign', description }];
  }

  private resource(resource: CfnResource, attribute: string): Origin[] {
    const type = resource.cfnResourceType;
    if (IDENTIFIERS.test(type)) return [{ kind: 'identifier' }];
    const key = `${resource.node.addr} ${attribute}`;
    if (this.followed.has(key)) return [];
    this.followed.add(key);
    const nested = /^Outputs\.(.+)$/.exec(attribute);
    if (nested && resource instanceof CfnStack) return this.nestedOutput(resource, nested[1]);

    const { value: properties, targets } = renderedProperties(resource);
    const repeated = Object.keys(properties).find(name => name.toLowerCase() === attribute.toLowerCase());
    if (repeated !== undefined) return this.walk(resource, properties[repeated], targets);
    const parameters = this.walk(resource, properties, targets).filter(({ kind }) => kind === 'parameter');
    const isForeign = CUSTOM.test(type) && type !== CDK_PROVIDER;
    const own: Origin = isForeign
      ? { kind: 'foreign', description: `an attribute of ${resource.node.path}` }
      : { kind: 'identifier' };
    return [...parameters, own];
  }

  private nestedOutput(resource: CfnStack, id: string): Origin[] {
    const nested = Stack.of(resource).node.findAll()
      .find(child => Stack.isStack(child) && child.nestedStackResource === resource);
    const output = nested && elementNamed(nested as Stack, id);
    return output instanceof CfnOutput ? this.origins(output, output.value)
      : [{ kind: 'foreign', description: `an output of ${resource.node.path}` }];
  }

  private imported(scope: IConstruct, name: unknown): Origin[] {
    const outputs = AppIndex.of(scope).outputsExportedAs(scope, name);
    if (outputs.length === 0) {
      return [{ kind: 'foreign', description: `the export ${JSON.stringify(name)} of another app` }];
    }
    return outputs.flatMap(output => {
      if (this.followed.has(output.node.addr)) return [];
      this.followed.add(output.node.addr);
      return this.origins(output, output.value);
    });
  }
}

function elementNamed(stack: Stack, logicalId: unknown): IConstruct | undefined {
  return stack.node.findAll().find(child => CfnElement.isCfnElement(child) && Stack.of(child) === stack
    && stack.resolve(child.logicalId) === logicalId);
}
