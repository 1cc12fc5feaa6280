import { CfnRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { PolicyJson } from '../../conventions/policy-json';
import { problem } from '../errors';
import { isToken } from '../values/is-token';
import { isIntrinsic, propertyOverrides } from '../values/tokens';

const PROPERTY = 'AssumeRolePolicyDocument';
const ADVICE = 'Use trust.addServiceAccounts(), trust.addPodIdentity(), trust.addPrincipal() '
  + 'or role.assumeRolePolicy.addStatements() instead.';

/** Whether an override replaces the trust policy of a role or a part of it. */
export function hasOverrides(role: CfnRole): boolean {
  return PROPERTY in propertyOverrides(role);
}

/** Returns why an override would replace the whole trust policy of a role. */
export function overrideProblem(role: CfnRole, isText: boolean): string | undefined {
  if (!hasOverrides(role)) return undefined;
  const override = propertyOverrides(role)[PROPERTY];
  if (!isText && typeof override === 'object' && override !== null) return undefined;
  const reason = isText
    ? 'Its trust policy is one Fn::Sub text, because the issuer is known only at deployment'
    : 'It is not an object';
  return problem(`addPropertyOverride('${PROPERTY}…')`, 'not be used on this role', override,
    `${reason}, so the override would replace the whole policy. ${ADVICE}`);
}

/** Returns an error if the document of a role was replaced, so that statements in its trust policy would be lost. */
export function replacedProblem(role: CfnRole, document: PolicyDocument): string | undefined {
  if (role.assumeRolePolicyDocument === document) return undefined;
  const rule = 'stay the document that the role was created with';
  return problem('assumeRolePolicyDocument', rule, role.assumeRolePolicyDocument,
    `The statements in \`trust\` would be lost. ${ADVICE}`);
}

/** Merges the overrides of `addPropertyOverride` into a trust policy in the same way as the CDK. */
export function withOverrides(role: CfnRole, document: PolicyJson): PolicyJson {
  return merged(document, propertyOverrides(role)[PROPERTY]) as PolicyJson;
}

/** Returns the trust policy of a role as JSON with unresolved tokens. Undefined if the whole policy is a token. */
export function trustDocumentOf(role: CfnRole): PolicyJson | undefined {
  const document: unknown = role.assumeRolePolicyDocument;
  const json: unknown = document instanceof PolicyDocument ? document.toJSON() : document;
  if (typeof json !== 'object' || json === null || isToken(json)) return undefined;
  return hasOverrides(role) ? withOverrides(role, json) : json;
}

function merged(own: unknown, override: unknown): unknown {
  if (typeof override !== 'object' || override === null) return override;
  if (Array.isArray(override) || isIntrinsic(override)) return override;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list or a map, changed in the same way
  const copy: any = Array.isArray(own) ? [...own] : typeof own === 'object' ? { ...own } : {};
  for (const [key, value] of Object.entries(override)) {
    if (value === undefined) delete copy[key];
    else copy[key] = merged(copy[key], value);
  }
  return Array.isArray(copy) ? Object.values(copy) : copy; // removes the holes that deletions leave
}
