import { Reference } from 'aws-cdk-lib';
import { CfnOIDCProvider } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ASSUMED_ISSUER, ASSUMED_LENGTHS, ASSUMED_OTHER } from '../../conventions/policy-quotas';
import { isToken } from '../values/is-token';
import { argumentsOf, hasIntrinsic, isIntrinsic, mayHoldToken, settle, SettledTokens } from '../values/tokens';

/** The length of a policy as IAM counts it, without whitespace. */
export interface PolicySize {
  readonly characters: number;
  /** False if a part is known only at deployment, so that its length is estimated. */
  readonly exact: boolean;
}

const PROVIDER_ARN_PREFIX = 'arn:aws:iam::123456789012:oidc-provider/'.length;

/** Returns the size of a JSON document that may contain tokens, also in keys. */
export function policySize(scope: IConstruct, document: unknown, tokens = new SettledTokens(scope)): PolicySize {
  if (!mayHoldToken(document) && !hasIntrinsic(document)) {
    return { characters: JSON.stringify(document)?.length ?? 0, exact: true };
  }
  const measure = new Measure(scope, tokens);
  const characters = measure.json(document);
  return { characters, exact: measure.exact };
}

class Measure {
  public exact = true;

  constructor(private readonly scope: IConstruct, private readonly tokens: SettledTokens) {}

  public json(value: unknown): number {
    if (typeof value === 'string') return this.text(value) + 2;
    if (isToken(value) || isIntrinsic(value)) {
      const settled = settle(this.scope, value);
      return isIntrinsic(settled) ? this.intrinsic(value, settled) + 2 : this.json(settled);
    }
    if (Array.isArray(value)) return bracketed(value.map(item => this.json(item)));
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)?.length ?? 0;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return bracketed(entries.map(([key, item]) => this.text(key) + 3 + this.json(item)));
  }

  private text(text: string): number {
    const lengths = this.tokens.partsOf(text).map(part => (
      typeof part === 'string' ? JSON.stringify(part).length - 2 : this.intrinsic(part.token, part.settled)));
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  private intrinsic(token: unknown, settled: unknown): number {
    if (!isIntrinsic(settled)) return JSON.stringify(`${settled ?? ''}`).length - 2;
    this.exact = false;
    const issuer = Reference.isReference(token) ? issuerLength(token.target) : undefined;
    if (issuer !== undefined) return PROVIDER_ARN_PREFIX + issuer;
    const [separator, parts] = argumentsOf(settled, 'Fn::Join');
    if (Array.isArray(parts)) {
      const separators = `${separator}`.length * (parts.length - 1);
      return parts.reduce((sum: number, part) => sum + this.intrinsic(part, part), separators);
    }
    return settled['Fn::Select'] ? ASSUMED_ISSUER : ASSUMED_LENGTHS[`${settled.Ref}`] ?? ASSUMED_OTHER;
  }
}

/** Returns the characters of a list or an object, including commas and brackets. */
function bracketed(items: number[]): number {
  return items.reduce((sum, item) => sum + item, 0) + Math.max(items.length - 1, 0) + 2;
}

function issuerLength(target: IConstruct): number | undefined {
  if (!(target instanceof CfnOIDCProvider)) return undefined;
  return target.url && !isToken(target.url) ? target.url.length - 'https://'.length : ASSUMED_ISSUER;
}
