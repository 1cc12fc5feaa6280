import {
  CfnElement,
  CfnMapping,
  CfnResource,
  DefaultTokenResolver,
  IPostProcessor,
  IResolvable,
  IResolveContext,
  Reference,
  Stack,
  Token,
  Tokenization,
} from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { JsonObject, objectOf, propertyOf } from '../../conventions/json';
import { partitionOf } from '../../conventions/partitions';

/** The partition of the stack, if its region is literal and known. */
export function literalPartition(stack: Stack): string | undefined {
  if (Token.isUnresolved(stack.region)) return undefined;
  return partitionOf(stack.region)?.name ?? literal(stack.partition);
}

/** The stack that `scope` is deployed with: of a nested stack, the outermost one. */
export function deployedStack(scope: IConstruct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}

/** `value` unless it is a token. */
export function literal(value: string | undefined): string | undefined {
  return value === undefined || Token.isUnresolved(value) ? undefined : value;
}

/**
 * The parts of an ARN that may hold tokens. A colon inside the text of a token, which some have in their name, ends
 * none.
 */
export function arnParts(arn: string): string[] {
  return arn.split(/:(?![^{}]*\]\})/);
}

/**
 * The ARN of a role that has a fixed name in a literal account. `iam.Role.roleArn` is `Fn::GetAtt` even then.
 */
export function literalRoleArn(role: CfnRole): string | undefined {
  const stack = Stack.of(role);
  const name = literalPathAndName(role);
  const account = literal(stack.account);
  const partition = literalPartition(stack);
  return name && account && partition ? `arn:${partition}:iam::${account}:role${name}` : undefined;
}

/** The path of a role and its name, `/path/name`, if both are fixed. */
export function literalPathAndName(role: CfnRole): string | undefined {
  const name = literal(effectiveProperty(role, 'RoleName', role.roleName));
  const path = effectiveProperty(role, 'Path', role.path) ?? '/';
  return name && !Token.isUnresolved(path) ? `${path}${name}` : undefined;
}

/** What `addPropertyOverride` has set. CDK keeps it private. */
export function propertyOverrides(resource: CfnResource): JsonObject {
  return objectOf(propertyOf(resource, 'rawOverrides', 'Properties'));
}

/** Whether `addOverride` or one of its relatives has changed anything of a resource. */
export function isOverridden(resource: CfnResource): boolean {
  return Object.keys(objectOf(propertyOf(resource, 'rawOverrides'))).length > 0;
}

/**
 * The properties of a resource as the template will hold them, overrides included, pointed. CDK keeps the renderer
 * private.
 */
export function renderedProperties(resource: CfnResource): PointedValue<JsonObject> {
  const { value, targets } = pointed(resource, rendered(resource));
  const [own] = Object.values(objectOf(propertyOf(value, 'Resources')));
  return { value: objectOf(propertyOf(own, 'Properties')), targets };
}

/** The values of a mapping, as the template will hold them. */
export function renderedMapping(mapping: CfnMapping): unknown[] {
  return Object.values(objectOf(propertyOf(rendered(mapping), 'Mappings')));
}

function rendered(element: CfnElement): unknown {
  return (element as unknown as { _toCloudFormation(): unknown })._toCloudFormation();
}

/** A property as the template holds it: what `addPropertyOverride` has set, or else what the resource itself has. */
export function effectiveProperty<T>(resource: CfnResource, name: string, own: T): T {
  const overrides = propertyOverrides(resource);
  return name in overrides ? (overrides[name] as T) : own;
}

/**
 * What synth can know of a value: tokens resolved, pseudo parameters of a literal environment
 * replaced, joins and splits of literals carried out. A string says that the value is literal.
 */
export function settle(scope: IConstruct, value: unknown): unknown {
  return isLiteralText(value) ? value : run(scope, value, new Settling(Stack.of(scope), false));
}

/** What synth knows of tokens. They come again and again, and each is settled once. */
export class SettledTokens {
  private readonly known = new Map<IResolvable, unknown>();
  private readonly texts = new Map<string, string>();

  constructor(private readonly scope: IConstruct) {}

  /** A token, settled. */
  public of(token: IResolvable): unknown {
    if (!this.known.has(token)) this.known.set(token, settle(this.scope, token));
    return this.known.get(token);
  }

  /** The text as synth knows it, or as it is where a part of it is deferred. */
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
}

/**
 * Like `settle`, and the ARN or name of a role that has a fixed name is literal too, as are the names of other
 * resources that the user has named. For manifests only: inside a template the reference must stay, since it also
 * orders the deployment.
 */
export function settleForManifest(scope: IConstruct, value: unknown): unknown {
  return isLiteralText(value) ? value : run(scope, value, new Settling(Stack.of(scope), true));
}

/**
 * A text that is equal for two values exactly when both mean the same, whichever stacks look at them:
 * references count by what they point to, not by how a template writes them.
 */
export function fingerprint(scope: IConstruct, value: unknown): string {
  return JSON.stringify(isLiteralText(value) ? value : run(scope, value, new Pointing(Stack.of(scope), false)));
}

/** A value in which every reference shows what it points to, as `Fn::GetAtt` of the target's address. */
export interface PointedValue<T = unknown> {
  readonly value: T;
  /** The targets, by address. */
  readonly targets: ReadonlyMap<string, IConstruct>;
}

const NO_TARGETS: PointedValue['targets'] = new Map();

/** Like `settle`, but stops at references: they show what they point to, not how a template writes them. */
export function pointed(scope: IConstruct, value: unknown): PointedValue {
  if (isLiteralText(value)) return { value, targets: NO_TARGETS };
  const pointing = new Pointing(Stack.of(scope), false);
  return { value: run(scope, value, pointing), targets: pointing.targets };
}

/** Whether a settled value still holds something that only the deployment knows. */
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

/** The arguments of a function such as `Fn::GetAtt`, one by one; none if the value is another one. */
export function argumentsOf(value: unknown, name: string): unknown[] {
  return isIntrinsic(value) && name in value ? [value[name]].flat() : [];
}

function isLiteralText(value: unknown): boolean {
  return typeof value === 'string' && !mayHoldToken(value);
}

/** What every token in a text and every token list has in it. */
const TOKEN_MARK = 'Token[';

/** Whether a token may be anywhere in a value, in keys too. Most documents hold none, and need not be settled. */
export function mayHoldToken(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(TOKEN_MARK);
  if (typeof value !== 'object' || value === null) return Token.isUnresolved(value);
  if (Array.isArray(value)) return value.some(mayHoldToken);
  if (Token.isUnresolved(value)) return true;
  for (const key in value) {
    if (key.includes(TOKEN_MARK) || mayHoldToken((value as JsonObject)[key])) return true;
  }
  return false;
}

function run(scope: IConstruct, value: unknown, resolver: Settling): unknown {
  // `preparing`: a reference to another stack is not yet assigned when somebody asks before synth.
  return Tokenization.resolve(value, { scope, resolver, preparing: true });
}

/** Joins literals at once and keeps the rest as `Fn::Join`. */
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

/** What Fn::Join puts one behind the other; undefined for everything else, and for a list that is deferred itself. */
export function joinedParts(value: unknown): unknown[] | undefined {
  const [separator, parts] = argumentsOf(value, 'Fn::Join');
  return separator === '' && Array.isArray(parts) ? parts : undefined;
}

function joined(parts: unknown[]): unknown {
  const merged: unknown[] = [];
  for (const part of parts) {
    const text = typeof part === 'object' ? part : `${part}`;
    const last = merged[merged.length - 1];
    if (typeof text === 'string' && typeof last === 'string') merged[merged.length - 1] = last + text;
    else merged.push(text);
  }
  return merged.length === 1 ? merged[0] : { 'Fn::Join': ['', merged] };
}

/**
 * Resources whose `Ref` is their name, and the property that sets it. Not so a queue's (a URL) or a topic's (an ARN).
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
        return Token.isUnresolved(this.stack.region) ? undefined : partitionOf(this.stack.region)?.urlSuffix;
      default:
        return undefined;
    }
  }
}

/** Stops at references and notes what they point to. */
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
 * The ARN of a role with a fixed name, and the `Ref` of a resource whose name is literal where that is what `Ref`
 * returns.
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
