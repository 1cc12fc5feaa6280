import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import { CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { Manifest } from './objects';
import { objectOf, propertyOf } from '../../conventions/json';
import { StatementJson } from '../../conventions/policy-json';
import {
  DEFAULT_AUDIENCE,
  NAMESPACE_TAG,
  SERVICE_ACCOUNT,
  SERVICE_ACCOUNT_TAG,
  valuesOf,
} from '../../conventions/web-identity';
import { AUDIENCE_ANNOTATION, ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';
import { matchesPattern } from '../../conventions/wildcards';

/** The templates of one synth, as they were written. */
export class WrittenTemplates {
  private readonly templates = new Map<string, unknown>();

  /** Returns a resource in the template of its stack. Undefined if the template was not written. */
  public resource(element: CfnElement): unknown {
    const stack = Stack.of(element);
    const file = join(Stage.of(element)!.outdir, stack.templateFile);
    if (!this.templates.has(file)) {
      this.templates.set(file, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
    }
    return propertyOf(this.templates.get(file), 'Resources', stack.getLogicalId(element));
  }
}

/**
 * Returns how the role in a written template and the ServiceAccount in a written manifest differ, because a lazy value
 * may have changed in between. Parts that are known only at deployment match everything.
 */
export function disagreement(role: unknown, { metadata }: Pick<Manifest, 'metadata'>): string | undefined {
  const { RoleName: roleName, AssumeRolePolicyDocument: document } = objectOf(propertyOf(role, 'Properties'));
  const statements = [propertyOf(documentOf(document), 'Statement') ?? []].flat()
    .map(statement => objectOf<StatementJson>(statement))
    .filter(({ Effect: effect }) => effect !== 'Deny');
  if (statements.length === 0) return undefined;
  const { namespace, name, annotations = {} } = metadata;
  const arn = annotations[ROLE_ARN_ANNOTATION];
  if (typeof roleName === 'string' && typeof arn === 'string' && !arn.endsWith(`/${roleName}`)) {
    return `the role ${roleName} and the annotation ${arn}`;
  }
  const audience = annotations[AUDIENCE_ANNOTATION] ?? DEFAULT_AUDIENCE;
  if (statements.some(({ Condition: condition }) => admits(condition, `${namespace}`, `${name}`, `${audience}`))) {
    return undefined;
  }
  return `a trust policy without ${SERVICE_ACCOUNT}${namespace}:${name} for the audience ${audience}`;
}

function admits(condition: unknown, namespace: string, name: string, audience: string): boolean {
  const { StringLike: like, StringEquals: equals } = objectOf(condition);
  const all = { ...objectOf(like), ...objectOf(equals) };
  const fits = (key: string, value: string) => {
    const patterns = valuesOf(all, key);
    return patterns.length === 0 || patterns.some(pattern => (
      typeof pattern !== 'string' || pattern.includes('${') || matchesPattern(pattern, value)));
  };
  return fits(':sub', `${SERVICE_ACCOUNT}${namespace}:${name}`) && fits(':aud', audience)
    && fits(NAMESPACE_TAG, namespace) && fits(SERVICE_ACCOUNT_TAG, name);
}

const STRING_OR_VARIABLE = /"(?:[^"\\]|\\.)*"|\$\{\w+\}/g;

/** A deferred document is the text of one Fn::Sub. Its variables are in JSON strings, or stand for numbers. */
function documentOf(document: unknown): unknown {
  const [text]: unknown[] = [propertyOf(document, 'Fn::Sub')].flat();
  if (typeof text !== 'string') return document;
  return JSON.parse(text.replace(STRING_OR_VARIABLE, part => (part.startsWith('"') ? part : `"${part}"`)));
}
