import { Fn, IResolveContext, Stack, Token } from 'aws-cdk-lib';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { JsonObject } from '../../conventions/json';
import { PolicyJson, StatementJson } from '../../conventions/policy-json';
import { AppIndex } from '../app-index';
import { fail, problem } from '../errors';
import { isToken } from '../values/is-token';
import { fingerprint, hasIntrinsic, isIntrinsic, mayHoldToken, settle, SettledTokens } from '../values/tokens';
import { tokensIn } from '../values/value-safety';

/** A name for the `Fn::Sub` variable of a deferred value. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** Provides the statements of a trust document. It is called each time that the document is rendered. */
interface TrustSource {
  /** Returns statements as JSON. Tokens may be anywhere in it, also in keys. */
  _statements(scope?: IConstruct): StatementJson[];
  /** Returns names for the deferred values in the statements. */
  _namedValues(): NamedValue[];
  /** Called with the whole document before the template is rendered. Throws if the document is invalid. */
  _check?(scope: IConstruct, document: PolicyJson): void;
}

/**
 * Makes a policy document render a trust source before its own statements: as an object if every key is known at synth
 * time, and otherwise as `Fn::Sub` of a JSON string. The document is bound instead of replaced, so that it stays the
 * document that `iam.Role` created and exposes to aspects, `addStatements` and `customizeRoles`.
 */
export function bindTrust(document: PolicyDocument, source: TrustSource): PolicyDocument {
  const own = {
    resolve: document.resolve.bind(document),
    toJSON: document.toJSON.bind(document),
  };
  const added = (): StatementJson[] => own.toJSON().Statement;
  const whole = (scope?: IConstruct, trusted = source._statements(scope)) => ({
    Statement: [...trusted, ...added()],
    Version: '2012-10-17',
  });
  return Object.defineProperties(document, {
    isEmpty: { value: false }, // CDK renders an empty document as nothing
    statementCount: { get: () => whole().Statement.length },
    toJSON: { value: () => whole() },
    resolve: {
      value: (context: IResolveContext) => {
        const trusted = source._statements(context.scope);
        // Freezes and minimizes the document's own statements, and registers CDK's post-processing.
        if (added().length > 0 || !isMinimal(trusted)) own.resolve(context);
        const rendered = whole(context.scope, trusted);
        if (!context.preparing) return renderTrust(context, rendered, () => source._namedValues());
        AppIndex.forget(context.scope); // in a new synth, values may differ
        // Only once, while the scope is still the role: a template is resolved in the scope of its stack.
        source._check?.(context.scope, rendered);
        // The CDK collects references and discards the result, so any value that contains every token is sufficient.
        return mayHoldToken(rendered) ? [...new Set(tokensIn(textsIn(rendered)))] : [];
      },
    },
  });
}

/** Whether CDK's post-processing, which sorts lists and removes duplicate statements, would change nothing. */
function isMinimal([first, ...others]: StatementJson[]): boolean {
  return others.length === 0 && typeof first?.Action === 'string' && isTrustedProvider(first.Principal);
}

function isTrustedProvider(principal: unknown): boolean {
  return typeof principal === 'object' && principal !== null && Object.keys(principal).join() === 'Federated'
    && typeof (principal as JsonObject).Federated === 'string';
}

/** Renders the document as an object, or as `Fn::Sub` if one of its keys is known only at deployment. */
export function renderTrust(
  context: IResolveContext, document: PolicyJson, namedValues: () => NamedValue[] = () => [],
): unknown {
  if (!mayHoldToken(document)) return document;
  const { scope } = context;
  const named = namedValues();
  const render = () => {
    const tokens = once(context, tokenKeys(scope), () => new SettledTokens(scope));
    const settled = settledCopy(scope, document, tokens);
    return hasDeferredKey(settled) ? new Substitution(context, named, tokens).render(settled) : settled;
  };
  // The CDK renders each resource for the template, and again for tree.json.
  const text = JSON.stringify([document, named]);
  if (text.includes('<unresolved')) return render(); // all token objects look alike
  return once(context, ['rendered trust', Stack.of(scope), text], render);
}

/** Reuses answers only for templates. When the CDK prepares, or this library validates, references look different. */
function once<T>(context: IResolveContext, keys: readonly [question: string, ...unknown[]], find: () => T): T {
  return context.preparing ? find() : AppIndex.onceInSynth(context.scope, keys, find);
}

/** The settled tokens of the trust policies in one stack. */
export function settledTokensOf(scope: IConstruct): SettledTokens {
  return AppIndex.onceInSynth(scope, tokenKeys(scope), () => new SettledTokens(scope));
}

function tokenKeys(scope: IConstruct): ['settled tokens', Stack] {
  return ['settled tokens', Stack.of(scope)];
}

/** Renders a value as JSON text, or as `Fn::Sub` of it if a part is known only at deployment. */
export function renderJson(context: IResolveContext, value: unknown): unknown {
  // The CDK collects references and discards the result, which must look like text, or the CDK silently skips it.
  if (context.preparing) return { 'Fn::Join': ['', textsIn(value)] };
  const tokens = new SettledTokens(context.scope);
  const settled = settledCopy(context.scope, value, tokens);
  const isDeferred = textsIn(settled).some(text => isToken(text));
  return isDeferred ? new Substitution(context, [], tokens).render(settled) : JSON.stringify(settled);
}

/**
 * Copies a value with all text tokens in keys and values replaced by literals if they are known at synth time. Returns
 * the value itself if synth knows none of them.
 */
export function settledCopy<T>(scope: IConstruct, value: T, tokens = new SettledTokens(scope)): T {
  return isSettled(value, tokens) ? value : copied(scope, value, tokens) as T;
}

/** Whether all tokens in the value are text that is known only at deployment. */
function isSettled(value: unknown, tokens: SettledTokens): boolean {
  if (typeof value === 'string') return tokens.literalOrToken(value) === value;
  if (isToken(value)) return false;
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) {
    if (!isSettled(key, tokens) || !isSettled((value as JsonObject)[key], tokens)) return false;
  }
  return true;
}

function copied(scope: IConstruct, value: unknown, tokens: SettledTokens): unknown {
  if (typeof value === 'string') return tokens.literalOrToken(value);
  if (isToken(value)) {
    const settled = settle(scope, value);
    return hasIntrinsic(settled) ? value : settled;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => copied(scope, item, tokens));
  const entries = Object.entries(value).map(([key, item]) => [
    tokens.literalOrToken(key),
    copied(scope, item, tokens),
  ]);
  const copy = Object.fromEntries(entries);
  // If two keys resolve to the same text, the second would silently replace a condition.
  if (Object.keys(copy).length < entries.length) {
    fail(
      scope,
      problem(
        'assumeRolePolicy',
        'contain each key only once',
        entries.map(([key]) => key),
        'Two keys resolve to the same text. Merge their values under one key.',
      ),
    );
  }
  return copy;
}

/** Whether any key in the value is a token. CloudFormation does not support functions in keys. */
export function hasDeferredKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isToken(value)) return false;
  return Object.entries(value).some(([key, item]) => isToken(key) || hasDeferredKey(item));
}

/** Returns every text in a value, in keys and values. */
export function textsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null || isToken(value)) return [value];
  return Array.isArray(value)
    ? value.flatMap(textsIn)
    : Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}

/** Sorts the values of a condition by code point, literals before deferred values, without duplicates. */
export function sorted(values: string[], scope?: IConstruct): string[] {
  if (values.length < 2) return values;
  const keyed = new Map(values.map(value => [scope ? fingerprint(scope, value) : value, value]));
  return [...keyed.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, value]) => value);
}

/** To IAM, a list with one value is the same as the value itself, which is shorter. */
export function oneOrMany<T>(values: T[]): T | T[] {
  return values.length === 1 ? values[0] : values;
}

/** Removes duplicate statements. They are compared as IAM would, regardless of how their tokens are written. */
export function withoutRepeats<T>(scope: IConstruct | undefined, statements: T[]): T[] {
  if (statements.length < 2) return statements;
  const seen = new Map<string, T>();
  for (const statement of statements) {
    const key = scope ? keyedFingerprint(scope, statement) : JSON.stringify(statement);
    if (!seen.has(key)) seen.set(key, statement);
  }
  return [...seen.values()];
}

function keyedFingerprint(scope: IConstruct, value: unknown): string {
  if (typeof value !== 'object' || value === null || isToken(value)) return fingerprint(scope, value);
  if (Array.isArray(value)) return `[${value.map(item => keyedFingerprint(scope, item)).join()}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${fingerprint(scope, key)}:${keyedFingerprint(scope, item)}`)
    .join()}}`;
}

/** A value in the template, and a text that is equal for equal values. */
interface Resolved {
  readonly key: string;
  readonly value: unknown;
}

function withKey(value: unknown): Resolved {
  return { key: JSON.stringify(value), value };
}

/** Writes a document as the JSON text of one `Fn::Sub`, with a variable for each deferred value. */
class Substitution {
  private readonly variables = new Map<string, { name: string; value: unknown }>();
  private readonly names = new Map<string, string>();
  /** The tokens of this stack, and texts that contain tokens, as its template renders them. */
  private readonly inTemplate: Map<unknown, Resolved>;

  constructor(private readonly context: IResolveContext, named: NamedValue[], private readonly tokens: SettledTokens) {
    this.inTemplate = once(context, ['resolved tokens', Stack.of(context.scope)], () => new Map());
    for (const { name, value } of named) {
      if (!isToken(value)) continue;
      const { key } = this.resolve(value);
      if (!this.names.has(key)) this.names.set(key, name);
    }
  }

  private resolve(value: unknown): Resolved {
    const known = this.inTemplate.get(value);
    if (known !== undefined) return known;
    const resolved = withKey(this.context.resolve(value));
    this.inTemplate.set(value, resolved);
    return resolved;
  }

  public render(document: unknown): unknown {
    const text = this.json(document);
    const variables = [...this.variables.values()].map(({ name, value }) => [name, value]);
    // The output of Fn.sub(), without another token for the CDK to resolve.
    return { 'Fn::Sub': [text, Object.fromEntries(variables)] };
  }

  private json(value: unknown): string {
    if (typeof value === 'string') return `"${this.text(value)}"`;
    if (typeof value === 'number' && isToken(value)) {
      return this.resolved(this.context.resolve(value), false);
    }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (Array.isArray(value) && isToken(value)) return this.list(value);
    if (isToken(value)) return this.resolved(this.context.resolve(value), true);
    if (isIntrinsic(value)) return this.resolved(value, true); // inside a token that is a list or an object
    if (Array.isArray(value)) return `[${value.map(item => this.json(item)).join()}]`;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => `"${this.text(key)}":${this.json(item)}`).join()}}`;
  }

  /** Renders a token that is a whole value: plain data, or a value that is known only at deployment. */
  private resolved(value: unknown, quoted: boolean): string {
    if (isListIntrinsic(value)) return this.list(Token.asList(value));
    if (!isIntrinsic(value)) return this.json(value);
    const variable = this.variable(withKey(value));
    return quoted ? `"${variable}"` : variable;
  }

  private list(value: string[]): string {
    return `["${this.variable(withKey(this.context.resolve(Fn.join('","', value))))}"]`;
  }

  private text(text: string): string {
    return this.tokens.partsOf(text)
      .map(part => (typeof part === 'string' ? escaped(part) : this.variable(this.resolve(part.token))))
      .join('');
  }

  private variable({ key, value }: Resolved): string {
    let variable = this.variables.get(key);
    if (!variable) {
      variable = { name: this.freeName(this.names.get(key) ?? 'Value'), value };
      this.variables.set(key, variable);
    }
    return `\${${variable.name}}`;
  }

  private freeName(base: string): string {
    const taken = new Set([...this.variables.values()].map(({ name }) => name));
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}${count}`;
    return name;
  }
}

function isListIntrinsic(value: unknown): boolean {
  return isIntrinsic(value) && ['Fn::Split', 'Fn::GetAZs', 'Fn::Cidr'].some(key => key in value);
}

/** Returns JSON text for use inside quotes, with text that `Fn::Sub` would treat as a variable escaped. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1).replace(/\$\{/g, '${!');
}
