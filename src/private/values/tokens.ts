import {
  CfnElement, CfnMapping, CfnResource, DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference,
  Stack, Tokenization,
} from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { isMarked, isToken } from './is-token';
import { JsonObject, objectOf, propertyOf } from '../../conventions/json';
import { partitionOf } from '../../conventions/partitions';

/** Returns the partition of the stack, if its region is literal and known. */
export function literalPartition(stack: Stack): string | undefined {
  if (isToken(stack.region)) return undefined;
  return partitionOf(stack.region)?.name ?? literal(stack.partition);
}

/** Returns the top-level stack with which `scope` is deployed. */
export function deployedStack(scope: IConstruct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}

/** Returns `value` unless it is a token. */
export function literal(value: string | undefined): string | undefined {
  return value === undefined || isToken(value) ? undefined : value;
}

/**
 * Returns the parts of an ARN that may contain tokens. A colon within the text of a token does not end a part.
 */
export function arnParts(arn: string): string[] {
  return arn.split(/:(?![^{}]*\]\})/);
}

/**
 * Returns the ARN of a role with a fixed name in a literal account. `iam.Role.roleArn` is `Fn::GetAtt` even then.
 */
export function literalRoleArn(role: CfnRole): string | undefined {
  const stack = Stack.of(role);
  const name = literalPathAndName(role);
  const account = literal(stack.account);
  const partition = literalPartition(stack);
  return name && account && partition ? `arn:${partition}:iam::${account}:role${name}` : undefined;
}

/** Returns the path and name of a role, `/path/name`, if both are fixed. */
export function literalPathAndName(role: CfnRole): string | undefined {
  const name = literal(effectiveProperty(role, 'RoleName', role.roleName));
  const path = effectiveProperty(role, 'Path', role.path) ?? '/';
  return name && !isToken(path) ? `${path}${name}` : undefined;
}

/** Returns what `addPropertyOverride` has set. The field of the CDK is private. */
export function propertyOverrides(resource: CfnResource): JsonObject {
  return objectOf(propertyOf(resource, 'rawOverrides', 'Properties'));
}

/** Whether `addOverride` or a similar method has changed a resource. */
export function isOverridden(resource: CfnResource): boolean {
  return Object.keys(objectOf(propertyOf(resource, 'rawOverrides'))).length > 0;
}

/**
 * Returns the properties of a resource as in the template, including overrides, pointed. The renderer of the CDK is
 * private.
 */
export function renderedProperties(resource: CfnResource): PointedValue<JsonObject> {
  const { value, targets } = pointed(resource, rendered(resource));
  const [own] = Object.values(objectOf(propertyOf(value, 'Resources')));
  return { value: objectOf(propertyOf(own, 'Properties')), targets };
}

/** Returns the values of a mapping as in the template. */
export function renderedMapping(mapping: CfnMapping): unknown[] {
  return Object.values(objectOf(propertyOf(rendered(mapping), 'Mappings')));
}

function rendered(element: CfnElement): unknown {
  return (element as unknown as { _toCloudFormation(): unknown })._toCloudFormation();
}

/**
 * Returns a property as in the template: the override of `addPropertyOverride`, or else the value of the resource
 * itself.
 */
export function effectiveProperty<T>(resource: CfnResource, name: string, own: T): T {
  const overrides = propertyOverrides(resource);
  return name in overrides ? (overrides[name] as T) : own;
}

/**
 * Resolves a value as far as possible at synth time: resolves tokens, replaces pseudo parameters of a literal
 * environment, and evaluates joins and splits of literals. If the result is a string, the value is literal.
 */
export function settle(scope: IConstruct, value: unknown): unknown {
  return isLiteralText(value) ? value : run(scope, value, new Settling(Stack.of(scope), false));
}

/** A token inside text that is known only at deployment. */
interface DeferredPart {
  readonly token: IResolvable;
  readonly settled: unknown;
}

/** Caches settled tokens, because the same tokens occur many times. */
export class SettledTokens {
  private readonly known = new Map<IResolvable, unknown>();
  private readonly texts = new Map<string, string>();
  private readonly partsByText = new Map<string, readonly (string | DeferredPart)[]>();

  constructor(private readonly scope: IConstruct) {}

  /** Returns a settled token. */
  public of(token: IResolvable): unknown {
    if (!this.known.has(token)) this.known.set(token, settle(this.scope, token));
    return this.known.get(token);
  }

  /** Returns the settled text, or the original text if a part of it is deferred. */
  public literalOrToken(text: string): string {
    if (isLiteralText(text)) return text;
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    const isDeferred = Tokenization.reverseString(text).tokens.some(token => typeof this.of(token) === 'object');
    const settled = isDeferred ? undefined : settle(this.scope, text);
    const literalText = typeof settled === 'string' ? settled : text;
    this.texts.set(text, literalText);
    return literalText;
  }

  /**
   * Returns the parts of a text: tokens that are known only at deployment, and the literals between them. Literals are
   * joined, because a `$` and a `{` from two tokens together start a variable.
   */
  public partsOf(text: string): readonly (string | DeferredPart)[] {
    if (isLiteralText(text)) return [text];
    const known = this.partsByText.get(text);
    if (known !== undefined) return known;
    const fragments: unknown = Tokenization.reverseString(text)
      .mapTokens({ mapToken: token => this.partOf(token) })
      .join({ join: (left: unknown, right: unknown) => [left, right].flat() });
    const parts = literalsJoined([fragments].flat()) as (string | DeferredPart)[];
    this.partsByText.set(text, parts);
    return parts;
  }

  private partOf(token: IResolvable): string | DeferredPart {
    const settled = this.of(token);
    return isIntrinsic(settled) ? { token, settled } : `${settled ?? ''}`;
  }
}

/**
 * Like `settle`, but ARNs and names of roles with a fixed name, and names of other resources that the user has named,
 * are also literal. Use it only for manifests: in a template, the reference must stay, because it also orders the
 * deployment.
 */
export function settleForManifest(scope: IConstruct, value: unknown): unknown {
  return isLiteralText(value) ? value : run(scope, value, new Settling(Stack.of(scope), true));
}

/**
 * Returns text that is equal for two values if and only if both mean the same, even in different stacks: references are
 * compared by their targets, not by how a template writes them.
 */
export function fingerprint(scope: IConstruct, value: unknown): string {
  return JSON.stringify(isLiteralText(value) ? value : run(scope, value, new Pointing(Stack.of(scope), false)));
}

/** A value in which every reference contains its target, as `Fn::GetAtt` of the target's address. */
export interface PointedValue<T = unknown> {
  readonly value: T;
  /** The targets, by address. */
  readonly targets: ReadonlyMap<string, IConstruct>;
}

const NO_TARGETS: PointedValue['targets'] = new Map();

/** Like `settle`, but references contain their target instead of how a template writes them. */
export function pointed(scope: IConstruct, value: unknown): PointedValue {
  if (isLiteralText(value)) return { value, targets: NO_TARGETS };
  const pointing = new Pointing(Stack.of(scope), false);
  return { value: run(scope, value, pointing), targets: pointing.targets };
}

/** Whether a settled value still contains a part that is known only at deployment. */
export function hasIntrinsic(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isIntrinsic(value) || Object.values(value).some(hasIntrinsic);
}

/** Whether the (resolved) value is a CloudFormation function such as `{ Ref: … }`. */
export function isIntrinsic(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'));
}

/** Returns the list of arguments of a function such as `Fn::GetAtt`. Empty if the value is anything else. */
export function argumentsOf(value: unknown, name: string): unknown[] {
  return isIntrinsic(value) && name in value ? [value[name]].flat() : [];
}

function isLiteralText(value: unknown): boolean {
  return typeof value === 'string' && !mayHoldToken(value);
}

/** Whether a value may contain a token, also in its keys. Most documents contain none, and are never settled. */
export function mayHoldToken(value: unknown): boolean {
  if (typeof value === 'string') return isMarked(value);
  if (typeof value !== 'object' || value === null) return isToken(value);
  if (Array.isArray(value)) return value.some(mayHoldToken);
  if (isToken(value)) return true;
  for (const key in value) {
    if (mayHoldToken(key) || mayHoldToken((value as JsonObject)[key])) return true;
  }
  return false;
}

function run(scope: IConstruct, value: unknown, resolver: Settling): unknown {
  // `preparing`: before synth, a reference to another stack is not yet assigned.
  return Tokenization.resolve(value, { scope, resolver, preparing: true });
}

/** Joins literals immediately and keeps the rest as `Fn::Join`. */
const CONCAT = {
  join(left: unknown, right: unknown): unknown {
    if (left === undefined) return right;
    if (right === undefined) return left;
    return joined([...joinParts(left), ...joinParts(right)]);
  },
};

function joinParts(value: unknown): unknown[] {
  return joinedParts(value) ?? [value];
}

/** Returns the parts that Fn::Join concatenates. Undefined for any other value, and if the list itself is deferred. */
export function joinedParts(value: unknown): unknown[] | undefined {
  const [separator, parts] = argumentsOf(value, 'Fn::Join');
  return separator === '' && Array.isArray(parts) ? parts : undefined;
}

function joined(parts: unknown[]): unknown {
  const merged = literalsJoined(parts);
  return merged.length === 1 ? merged[0] : { 'Fn::Join': ['', merged] };
}

function literalsJoined(parts: unknown[]): unknown[] {
  const merged: unknown[] = [];
  for (const part of parts) {
    const text = typeof part === 'object' ? part : `${part}`;
    const last = merged[merged.length - 1];
    if (typeof text === 'string' && typeof last === 'string') merged[merged.length - 1] = last + text;
    else merged.push(text);
  }
  return merged;
}

/**
 * Resources whose `Ref` is their name, and the property that sets it. The `Ref` of a queue is a URL, that of a topic an
 * ARN.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const NAME_PROPERTY: Record<string, string> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::EKS::Cluster': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
};

class Settling extends DefaultTokenResolver {
  constructor(private readonly stack: Stack, private readonly named: boolean) {
    super(CONCAT);
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const known = this.named ? namedAttribute(token) : undefined;
    return known ?? this.fold(super.resolveToken(token, context, postProcessor));
  }

  private fold(value: unknown): unknown {
    if (!isIntrinsic(value)) return value;
    if (value.Ref) return this.pseudoParameter(value.Ref) ?? value;
    const [separator, text] = argumentsOf(value, 'Fn::Split');
    if (typeof text === 'string') return text.split(`${separator}`);
    const [index, list] = argumentsOf(value, 'Fn::Select');
    return Array.isArray(list) ? list[Number(index)] ?? value : value;
  }

  private pseudoParameter(name: unknown): string | undefined {
    switch (name) {
      case 'AWS::Partition':
        return literalPartition(this.stack);
      case 'AWS::AccountId':
        return literal(this.stack.account);
      case 'AWS::Region':
        return literal(this.stack.region);
      case 'AWS::URLSuffix':
        return isToken(this.stack.region) ? undefined : partitionOf(this.stack.region)?.urlSuffix;
      default:
        return undefined;
    }
  }
}

/** Stops at references and collects their targets. */
class Pointing extends Settling {
  public readonly targets = new Map<string, IConstruct>();

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token) || token.displayName.startsWith('AWS::')) {
      return super.resolveToken(token, context, postProcessor);
    }
    this.targets.set(token.target.node.addr, token.target);
    return { 'Fn::GetAtt': [token.target.node.addr, token.displayName] };
  }
}

/**
 * Returns the ARN of a role with a fixed name, or the `Ref` of a resource with a literal name if `Ref` returns the
 * name.
 */
function namedAttribute(token: IResolvable): string | undefined {
  if (!Reference.isReference(token)) return undefined;
  const { target, displayName } = token;
  if (displayName === 'Arn') return target instanceof CfnRole ? literalRoleArn(target) : undefined;
  if (displayName !== 'Ref' || !CfnResource.isCfnResource(target)) return undefined;
  const property = NAME_PROPERTY[target.cfnResourceType];
  if (property === undefined) return undefined;
  const own = propertyOf(target, `${property[0].toLowerCase()}${property.slice(1)}`);
  return literal(effectiveProperty(target, property, own as string | undefined));
}
