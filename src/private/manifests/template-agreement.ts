import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import { CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { Manifest } from './objects';
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
  private readonly templates = new Map<string, any>();

  /** A resource in the template of its stack; undefined where that has not been written. */
  public resource(element: CfnElement): any {
    const stack = Stack.of(element);
    const file = join(Stage.of(element)!.outdir, stack.templateFile);
    if (!this.templates.has(file)) {
      this.templates.set(file, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
    }
    return this.templates.get(file).Resources?.[stack.getLogicalId(element)];
  }
}

/**
 * In what the role of a template and the ServiceAccount of a manifest, both of them written, disagree: a lazy value
 * may have changed between the two. Parts that only the deployment knows agree with everything.
 */
export function disagreement(role: any, { metadata }: Manifest): string | undefined {
  const { RoleName: roleName, AssumeRolePolicyDocument: document } = role?.Properties ?? {};
  const statements = [documentOf(document)?.Statement ?? []].flat().filter(({ Effect: effect }) => effect !== 'Deny');
  if (statements.length === 0) return undefined;
  const { namespace, name, annotations = {} } = metadata;
  const arn = annotations[ROLE_ARN_ANNOTATION];
  if (typeof roleName === 'string' && typeof arn === 'string' && !arn.endsWith(`/${roleName}`)) {
    return `the role ${roleName} and the annotation ${arn}`;
  }
  const audience = annotations[AUDIENCE_ANNOTATION] ?? DEFAULT_AUDIENCE;
  if (statements.some(statement => admits(statement.Condition ?? {}, `${namespace}`, `${name}`, `${audience}`))) {
    return undefined;
  }
  return `a trust policy without ${SERVICE_ACCOUNT}${namespace}:${name} for the audience ${audience}`;
}

function admits(condition: any, namespace: string, name: string, audience: string): boolean {
  const all = { ...condition.StringLike, ...condition.StringEquals };
  const fits = (key: string, value: string) => {
    const patterns = valuesOf(all, key);
    return patterns.length === 0 || patterns.some(pattern => (
      typeof pattern !== 'string' || pattern.includes('${') || matchesPattern(pattern, value)));
  };
  return fits(':sub', `${SERVICE_ACCOUNT}${namespace}:${name}`) && fits(':aud', audience)
    && fits(NAMESPACE_TAG, namespace) && fits(SERVICE_ACCOUNT_TAG, name);
}

/** A deferred document is the text of one Fn::Sub, whose variables stand in JSON strings. */
function documentOf(document: any): any {
  const text = document?.['Fn::Sub']?.[0];
  return typeof text === 'string' ? JSON.parse(text) : document;
}
