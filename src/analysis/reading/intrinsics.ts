/**
 * Resolves intrinsic functions as far as the assembly determines them: account and region of the stack, parameters of
 * nested stacks, exports of other stacks. Values that are only known at deployment become stand-ins. Values that cannot
 * be read are reported, never guessed.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import { createHash } from 'crypto';
import { Assembly, ResourceJson, StackTemplate } from './assembly';
import { isObject, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { attributeOf, referenceOf } from './resource-values';
import { partitionOf } from '../../conventions/partitions';
import { hasStandIn, standIn, standInsOf } from '../stand-in';

/** A value without functions, and the reasons why parts of it could not be read. */
interface Resolved {
  readonly value: unknown;
  readonly unresolved: string[];
}

const MAX_DEPTH = 100;
const MAX_STEPS = 200_000;
const NO_VALUE = Symbol('AWS::NoValue');

/** Resolves the functions of all templates of an assembly. */
export class Intrinsics {
  private readonly exports = new Map<string, { stack: StackTemplate; value: unknown }[]>();
  private readonly written = new Map<string, { stack: StackTemplate; value: unknown }>();

  constructor(private readonly assembly: Assembly) {
    for (const stack of assembly.stacks) {
      this.readExports(stack);
      this.readWritten(stack);
    }
  }

  /** The value with all functions resolved. */
  public resolve(stack: StackTemplate, value: unknown): Resolved {
    if (!mayHoldFunction(value, 0)) return { value, unresolved: [] };
    const resolution = new Resolution(this, stack);
    const resolved = resolution.of(value, 0);
    const { unresolved } = resolution;
    return {
      value: resolved === NO_VALUE ? undefined : resolved,
      unresolved: unresolved.length > 1 ? [...new Set(unresolved)] : unresolved,
    };
  }

  /** The value as a text; undefined if it is not a text. */
  public text(stack: StackTemplate, value: unknown): string | undefined {
    const { value: resolved } = this.resolve(stack, value);
    return typeof resolved === 'string'
      ? resolved
      : typeof resolved === 'number' || typeof resolved === 'boolean'
        ? `${resolved}`
        : undefined;
  }

  /** Whether a resource may exist: its condition is not known to be false. */
  public mayExist(stack: StackTemplate, { Condition: condition }: ResourceJson): boolean {
    return typeof condition !== 'string' || this.conditionOf(stack, condition) !== false;
  }

  /** Whether a resource may be missing: its condition is not known to be true. */
  public mayBeMissing(stack: StackTemplate, condition: unknown): boolean {
    return typeof condition === 'string' && this.conditionOf(stack, condition) !== true;
  }

  private conditionOf(stack: StackTemplate, condition: string): boolean | undefined {
    return new Conditions(stack, value => this.resolve(stack, value).value).of(condition);
  }

  /** The export with this name in the environment of the importing stack. */
  public exported(importer: StackTemplate, name: string): { stack: StackTemplate; value: unknown } | undefined {
    const all = this.exports.get(name) ?? [];
    const near = all.filter(({ stack }) => stack.account === importer.account && stack.region === importer.region);
    return near.length === 1 ? near[0] : undefined;
  }

  public stackNamed(name: string): StackTemplate | undefined {
    const found = this.assembly.stacks.filter(({ stackName }) => stackName === name);
    return found.length === 1 ? found[0] : undefined;
  }

  /** The stack of a resource of type AWS::CloudFormation::Stack. */
  public nestedIn(stack: StackTemplate, logicalId: string): StackTemplate | undefined {
    return this.assembly.stacks.find(({ parent }) => parent?.stack === stack && parent.logicalId === logicalId);
  }

  /** The value that a custom resource of the CDK passes to a stack in another region, by key. */
  public writtenFor(key: string): { stack: StackTemplate; value: unknown } | undefined {
    return this.written.get(key);
  }

  private readWritten(stack: StackTemplate): void {
    for (const resource of Object.values(stack.template.Resources ?? {})) {
      if (propertyOf(resource, 'Type') !== 'Custom::CrossRegionExportWriter') continue;
      const written = objectOf(propertyOf(resource, 'Properties', 'WriterProps', 'exports'));
      for (const [key, value] of Object.entries(written)) {
        this.written.set(key, { stack, value });
      }
    }
  }

  private readExports(stack: StackTemplate): void {
    for (const output of Object.values(stack.template.Outputs ?? {})) {
      const exported = propertyOf(output, 'Export', 'Name');
      if (exported === undefined) continue;
      const name = this.text(stack, exported);
      if (name === undefined) continue;
      this.exports.set(name, [...this.exports.get(name) ?? [], { stack, value: propertyOf(output, 'Value') }]);
    }
  }
}

/** The resolution of one value. */
class Resolution {
  public readonly unresolved: string[] = [];

  constructor(
    private readonly intrinsics: Intrinsics,
    private readonly stack: StackTemplate,
    private readonly path: string[] = [],
    private readonly steps = { taken: 0 },
  ) {}

  public of(value: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH || this.steps.taken++ > MAX_STEPS) {
      return this.give('functions are nested too deeply or refer to each other in a cycle');
    }
    if (Array.isArray(value)) return this.list(value, depth + 1);
    if (!isObject(value)) return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && isFunction(keys[0])) return this.call(keys[0], value[keys[0]], depth + 1);
    const copy: Record<string, unknown> = {};
    for (const key of keys) {
      if (isMacro(key)) this.give(`the result of ${key} is not in the template`);
      else setOwn(copy, key, this.of(value[key], depth + 1));
    }
    return copy;
  }

  private list(values: unknown[], depth: number): unknown[] {
    const copy = [];
    for (const value of values) {
      // a shortcut, because most values are strings
      const resolved = typeof value === 'string' ? value : this.of(value, depth);
      if (resolved !== NO_VALUE) copy.push(resolved);
    }
    return copy;
  }

  private call(name: string, argument: unknown, depth: number): unknown {
    const inner = (value: unknown) => this.of(value, depth);
    switch (name) {
      case 'Ref': return this.reference(textOf(argument), depth);
      case 'Fn::GetAtt': return this.attribute(argument, depth);
      case 'Fn::ImportValue': return this.imported(inner(argument), depth);
      case 'Fn::GetStackOutput': return this.stackOutput(inner(argument), depth);
      case 'Fn::Join': return this.join(inner(argument));
      case 'Fn::Split': return this.split(inner(argument), argument);
      case 'Fn::Select': return this.select(argument, depth);
      case 'Fn::Sub': return this.substitute(argument, depth);
      case 'Fn::If': return this.choose(argument, depth);
      case 'Fn::FindInMap': return this.find(inner(argument), argument);
      case 'Fn::ToJsonString': return JSON.stringify(inner(argument));
      default: return this.unknown(name, inner(argument));
    }
  }

  private reference(name: string, depth: number): unknown {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const pseudo = pseudoParameter(this.stack, name);
    if (pseudo !== undefined) return pseudo;
    const { Parameters: parameters, Resources: resources } = this.stack.template;
    if (Object.hasOwn(parameters ?? {}, name)) return this.parameter(name, depth);
    if (!resources || !Object.hasOwn(resources, name)) {
      return this.give(`Ref refers to ${name}, which is not in the template`);
    }
    return referenceOf(this.resource(name, resources[name], depth)) ?? standIn(`${this.stack.path}/${name}`);
  }

  /** Never the default, because the deployment may set a different value. For a nested stack, the passed value. */
  private parameter(name: string, depth: number): unknown {
    const { parent } = this.stack;
    const resource = own(parent?.stack.template.Resources, parent?.logicalId ?? '');
    const passed = own(propertyOf(resource, 'Properties', 'Parameters'), name);
    return parent && passed !== undefined
      ? this.elsewhere(parent.stack, passed, depth)
      : standIn(`${this.stack.path}/${name}`);
  }

  private attribute(argument: unknown, depth: number): unknown {
    const [name, ...rest] = (Array.isArray(argument) ? argument : textOf(argument).split('.')).map(part =>
      textOf(this.of(part, depth)),
    );
    const attribute = rest.join('.');
    const resource = own(this.stack.template.Resources, name);
    if (!resource) return this.give(`Fn::GetAtt refers to ${name}, which is not in the template`);
    const { Type: type } = objectOf<ResourceJson>(resource);
    const other =
      type === 'Custom::CrossRegionExportReader' ? this.intrinsics.writtenFor(attribute) : undefined;
    if (other) return this.elsewhere(other.stack, other.value, depth);
    const nested =
      type === 'AWS::CloudFormation::Stack' ? this.intrinsics.nestedIn(this.stack, name) : undefined;
    const output = own(nested?.template.Outputs, attribute.replace(/^Outputs\./, ''));
    if (nested && output) return this.elsewhere(nested, propertyOf(output, 'Value'), depth);
    return (
      attributeOf(this.resource(name, resource, depth), attribute) ?? standIn(`${this.stack.path}/${name}.${attribute}`)
    );
  }

  private resource(logicalId: string, resource: unknown, depth: number) {
    const { Type: type, Properties: properties } = objectOf<ResourceJson>(resource);
    return {
      type: textOf(type),
      text: (property: string) => {
        const value = this.of(propertyOf(properties, property), depth);
        return typeof value === 'string' ? value : undefined;
      },
      pseudo: (name: string) => pseudoParameter(this.stack, `AWS::${name}`)!,
      unnamed: () => standIn(`${this.stack.path}/${logicalId}`),
      standIn: (attribute: string) => standIn(`${this.stack.path}/${logicalId}.${attribute}`),
    };
  }

  private imported(name: unknown, depth: number): unknown {
    const found = typeof name === 'string' ? this.intrinsics.exported(this.stack, name) : undefined;
    return found ? this.elsewhere(found.stack, found.value, depth) : standIn(`export ${textOf(name)}`);
  }

  private stackOutput(argument: unknown, depth: number): unknown {
    const { StackName: named, OutputName: output, OutputKey: key } = objectOf(argument);
    const [stackName, outputName] = [named, output ?? key].map(textOf);
    const stack = this.intrinsics.stackNamed(stackName);
    const found = own(stack?.template.Outputs, outputName);
    return stack && found
      ? this.elsewhere(stack, propertyOf(found, 'Value'), depth)
      : standIn(`output ${stackName}.${outputName}`);
  }

  /** Resolves a value in the context of another stack. */
  private elsewhere(stack: StackTemplate, value: unknown, depth: number): unknown {
    const key = `${stack.path} ${JSON.stringify(value)}`;
    if (this.path.includes(key) || depth > MAX_DEPTH) return this.give('stacks refer to each other in a cycle');
    const resolution = new Resolution(this.intrinsics, stack, [...this.path, key], this.steps);
    const resolved = resolution.of(value, depth);
    this.unresolved.push(...resolution.unresolved);
    return resolved;
  }

  private join(argument: unknown): unknown {
    const [separator, parts] = Array.isArray(argument) ? argument : [];
    if (typeof parts === 'string') return parts; // a list only known at deployment
    if (typeof separator !== 'string' || !Array.isArray(parts) || parts.some(part => typeof part === 'object')) {
      return this.unknown('Fn::Join', argument);
    }
    return parts.join(separator);
  }

  /**
   * Only if no stand-in can hide the separator. Stand-ins for accounts, regions and names cannot.
   */
  private split(argument: unknown, raw: unknown): unknown {
    const [separator, text] = Array.isArray(argument) ? argument : [];
    if (typeof separator !== 'string' || typeof text !== 'string') return this.unknown('Fn::Split', argument);
    return standInsOf(text).every(isName) ? splitBesideStandIns(text, separator) : this.unknown('Fn::Split', raw);
  }

  private select(argument: unknown, depth: number): unknown {
    const [index, list] = Array.isArray(argument) ? argument : [];
    const at = textOf(this.of(index, depth));
    const items = this.of(list, depth);
    return Array.isArray(items) && own(items, at) !== undefined
      ? items[Number(at)]
      : this.unknown('Fn::Select', [at, items]);
  }

  private substitute(argument: unknown, depth: number): unknown {
    const [template, variables = {}] = Array.isArray(argument) ? argument : [argument];
    if (typeof template !== 'string' || !isObjectOrList(variables)) return this.unknown('Fn::Sub', argument);
    return template.replace(/\$\{(!?)([^}]*)\}/g, (_, escape, name) => {
      if (escape) return `\${${name}}`;
      const value = Object.hasOwn(variables, name) ? this.of(variables[name], depth)
        : name.includes('.') ? this.attribute(name, depth) : this.reference(name, depth);
      return typeof value === 'object' ? this.unknown('Fn::Sub', value) : `${String(value)}`;
    });
  }

  private choose(argument: unknown, depth: number): unknown {
    if (!Array.isArray(argument) || argument.length !== 3) return this.unknown('Fn::If', argument);
    const [name, whenTrue, whenFalse] = argument;
    const condition = new Conditions(this.stack, value => this.of(value, depth)).of(textOf(name));
    if (condition !== undefined) return this.of(condition ? whenTrue : whenFalse, depth);
    const [left, right] = [this.of(whenTrue, depth), this.of(whenFalse, depth)];
    return JSON.stringify(left) === JSON.stringify(right)
      ? left
      : this.unknown(`Fn::If ${textOf(name)}`, [left, right].map(textOf));
  }

  private find(argument: unknown, raw: unknown): unknown {
    const keys = (Array.isArray(argument) ? argument : []).slice(0, 3).map(textOf);
    const value = keys.length < 3 ? undefined : keys.reduce<unknown>(own, this.stack.template.Mappings);
    return value === undefined ? this.unknown('Fn::FindInMap', raw) : value;
  }

  private unknown(name: string, argument: unknown): string {
    const text = typeof argument === 'string' ? argument : JSON.stringify(argument) ?? '';
    return standIn(`${this.stack.path}/${name} ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
  }

  private give(what: string): string {
    this.unresolved.push(`${this.stack.path}: ${what}`);
    return standIn(`${this.stack.path}/unresolved`);
  }
}

/** Evaluates conditions of a template as far as their values are known. */
class Conditions {
  /** Undefined also during evaluation, to break cycles. */
  private readonly known = new Map<string, boolean | undefined>();

  constructor(private readonly stack: StackTemplate, private readonly resolve: (value: unknown) => unknown) {}

  public of(name: string): boolean | undefined {
    if (this.known.has(name)) return this.known.get(name);
    this.known.set(name, undefined);
    const result = this.expression(own(this.stack.template.Conditions, name), 0);
    this.known.set(name, result);
    return result;
  }

  private expression(value: unknown, depth: number): boolean | undefined {
    const [[name, argument] = []] = Object.entries(objectOf(value));
    if (depth > MAX_DEPTH) return undefined;
    const inner = () => (Array.isArray(argument) ? argument : []).map(item => this.expression(item, depth + 1));
    switch (name) {
      case 'Condition': return this.of(textOf(argument));
      case 'Fn::Equals': return equal(this.resolve(argument));
      case 'Fn::Not': {
        const [one] = inner();
        return one === undefined ? undefined : !one;
      }
      case 'Fn::And': return inner().includes(false) ? false : inner().includes(undefined) ? undefined : true;
      case 'Fn::Or': return inner().includes(true) ? true : inner().includes(undefined) ? undefined : false;
      default: return undefined;
    }
  }
}

function equal(argument: unknown): boolean | undefined {
  if (!Array.isArray(argument) || argument.length !== 2 || argument.some(side => typeof side === 'object')) {
    return undefined;
  }
  const [left, right] = argument.map(String);
  if (left === right) return true;
  return hasStandIn(left) || hasStandIn(right) ? undefined : false;
}

/** Most values contain no function and need no copy. */
function mayHoldFunction(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > MAX_DEPTH) return true;
  if (Array.isArray(value)) {
    return value.some(inner => typeof inner === 'object' && mayHoldFunction(inner, depth + 1));
  }
  for (const key in value) { // the fastest loop
    if (isFunction(key)) return true;
    const inner = (value as JsonObject)[key];
    if (typeof inner === 'object' && mayHoldFunction(inner, depth + 1)) return true;
  }
  return false;
}

/** Also works for the key `__proto__`. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (value === NO_VALUE) return;
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** A property of the object itself, not inherited. Templates may use names such as `constructor`. */
function own(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, key)
    ? (object as JsonObject)[key]
    : undefined;
}

function isObjectOrList(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** A macro occurs among other keys, and adds more. */
function isMacro(key: string): boolean {
  return key === 'Fn::Transform' || key.startsWith('Fn::ForEach::');
}

function isFunction(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

const ACCOUNT = standIn('AWS::AccountId');
const REGION = standIn('AWS::Region');
const PARTITION = standIn('AWS::Partition');
const URL_SUFFIX = standIn('AWS::URLSuffix');

/**
 * Whether a stand-in replaces a name: of an account, a region, a partition, or a resource in a computed ARN.
 */
function isName(text: string): boolean {
  return (
    [ACCOUNT, REGION, PARTITION, URL_SUFFIX].includes(text)
    || /^⟨[^⟨⟩]*\/[A-Za-z0-9]+(\.(OpenIdConnectIssuerUrl|OpenIdConnectIssuer))?⟩$/.test(text)
  );
}

/** The description of a stand-in may contain the separator, but its value does not. */
function splitBesideStandIns(text: string, separator: string): string[] {
  const all = standInsOf(text);
  const hidden = all.reduce(
    (rest, original, index) => rest.replace(original, `⟨${String.fromCharCode(FIRST_PRIVATE + index)}⟩`),
    text,
  );
  return hidden
    .split(separator)
    .map(part => part.replace(/⟨(.)⟩/g, (_, mark) => all[mark.charCodeAt(0) - FIRST_PRIVATE]));
}

/** The first private-use character. */
const FIRST_PRIVATE = 0xe000;

/** A pseudo parameter in the environment of a stack. */
export function pseudoParameter({ account, region, path, stackName }: StackTemplate, name: string): string | undefined {
  switch (name) {
    case 'AWS::AccountId': return account ?? ACCOUNT;
    case 'AWS::Region': return region ?? REGION;
    case 'AWS::Partition': return partitionOf(region ?? '')?.name ?? PARTITION;
    case 'AWS::URLSuffix': return partitionOf(region ?? '')?.urlSuffix ?? URL_SUFFIX;
    case 'AWS::StackName': return stackName ?? standIn(`${path}/AWS::StackName`);
    case 'AWS::StackId': return standIn(`${path}/AWS::StackId`);
    case 'AWS::NotificationARNs': return standIn(`${path}/AWS::NotificationARNs`);
    default: return undefined;
  }
}
