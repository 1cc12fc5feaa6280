import { CfnElement, Reference, Token, Tokenization } from 'aws-cdk-lib';
import { CfnOIDCProvider } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ASSUMED_ISSUER, ASSUMED_LENGTHS, ASSUMED_OTHER } from '../../conventions/policy-quotas';
import { isIntrinsic, settle, SettledTokens } from '../values/tokens';

/** How long a policy is for IAM, which does not count white space. */
export interface PolicySize {
  readonly characters: number;
  /** False where a part is known at deployment only, and its length assumed. */
  readonly exact: boolean;
}

const PROVIDER_ARN_PREFIX = 'arn:aws:iam::123456789012:oidc-provider/'.length;

/** The size of a document given as JSON that may hold tokens, in keys too. */
export function policySize(scope: IConstruct, document: any, tokens = new SettledTokens(scope)): PolicySize {
  const measure = new Measure(scope, tokens);
  const characters = measure.json(document);
  return { characters, exact: measure.exact };
}

class Measure {
  public exact = true;

  constructor(private readonly scope: IConstruct, private readonly tokens: SettledTokens) {}

  public json(value: any): number {
    if (typeof value === 'string') return this.text(value) + 2;
    if (
      typeof value === 'object'
      && value !== null
      && !Array.isArray(value)
      && !Token.isUnresolved(value)
      && !isIntrinsic(value)
    ) {
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      return (
        entries.reduce((sum, [key, item]) => sum + this.text(key) + 3 + this.json(item), 0)
        + Math.max(entries.length - 1, 0)
        + 2
      );
    }
    if (Array.isArray(value) && !Token.isUnresolved(value)) {
      return value.reduce((sum, item) => sum + this.json(item), 0) + Math.max(value.length - 1, 0) + 2;
    }
    if (Token.isUnresolved(value) || isIntrinsic(value)) {
      const settled = settle(this.scope, value);
      return isIntrinsic(settled) || typeof settled === 'string'
        ? this.intrinsic(value, settled) + 2
        : this.json(settled);
    }
    return JSON.stringify(value)?.length ?? 0;
  }

  private text(text: string): number {
    if (!Token.isUnresolved(text)) return JSON.stringify(text).length - 2;
    const parts = Tokenization.reverseString(text);
    const lengths = parts.mapTokens({ mapToken: token => ({ length: this.intrinsic(token, this.tokens.of(token)) }) })
      .join({ join: (left: any, right: any) => [left, right].flat() });
    return [lengths].flat().reduce((sum: number, part: any) => sum + part.length, 0);
  }

  private intrinsic(token: any, settled: any): number {
    if (typeof settled === 'string') return JSON.stringify(settled).length - 2;
    this.exact = false;
    const issuer = Reference.isReference(token) ? issuerLength(token.target) : undefined;
    if (issuer !== undefined) return PROVIDER_ARN_PREFIX + issuer;
    if (Array.isArray(settled?.['Fn::Join']?.[1])) {
      return settled['Fn::Join'][1].reduce((sum: number, part: any) => sum + this.intrinsic(part, part), 0);
    }
    if (settled?.['Fn::Select']) return ASSUMED_ISSUER;
    return ASSUMED_LENGTHS[settled?.Ref] ?? ASSUMED_OTHER;
  }
}

function issuerLength(target: IConstruct): number | undefined {
  if (!CfnElement.isCfnElement(target) || !(target instanceof CfnOIDCProvider)) return undefined;
  return target.url && !Token.isUnresolved(target.url) ? target.url.length - 'https://'.length : ASSUMED_ISSUER;
}
