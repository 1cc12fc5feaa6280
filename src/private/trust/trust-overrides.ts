import { Token } from 'aws-cdk-lib';
import { CfnRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { PolicyJson } from '../../conventions/policy-json';
import { problem } from '../errors';
import { isIntrinsic, propertyOverrides } from '../values/tokens';

const PROPERTY = 'AssumeRolePolicyDocument';
const ADVICE = 'Use trust.addServiceAccounts(), trust.addPodIdentity(), trust.addPrincipal() '
  + 'or role.assumeRolePolicy.addStatements() instead.';

/** Whether something was written over the trust policy of a role, or a part of it. */
export function hasOverrides(role: CfnRole): boolean {
  return PROPERTY in propertyOverrides(role);
}

/** Why what was written over the trust policy of a role would replace it. */
export function overrideProblem(role: CfnRole, isText: boolean): string | undefined {
  if (!hasOverrides(role)) return undefined;
  const override = propertyOverrides(role)[PROPERTY];
  if (!isText && typeof override === 'object' && override !== null) return undefined;
  const reason = isText
    ? 'Its trust policy is one Fn::Sub text, because only the deployment knows the issuer'
    : 'It is no object';
  return problem(`addPropertyOverride('${PROPERTY}…')`, 'not be used on this role', override,
    `${reason}: the override would replace the whole policy. ${ADVICE}`);
}

/** Why the document that was put in the place of a role's own one loses what was added to the trust. */
export function replacedProblem(role: CfnRole, document: PolicyDocument): string | undefined {
  if (role.assumeRolePolicyDocument === document) return undefined;
  const rule = 'stay the document that the role was made with';
  return problem('assumeRolePolicyDocument', rule, role.assumeRolePolicyDocument,
    `What was added to \`trust\` would be lost. ${ADVICE}`);
}

/** A trust policy with what `addPropertyOverride` has set in it, as CDK merges it into the template. */
export function withOverrides(role: CfnRole, document: PolicyJson): PolicyJson {
  return merged(document, propertyOverrides(role)[PROPERTY]) as PolicyJson;
}

/** The trust policy of a role as JSON, tokens unresolved; undefined where it is a token as a whole. */
export function trustDocumentOf(role: CfnRole): PolicyJson | undefined {
  const document: unknown = role.assumeRolePolicyDocument;
  const json: unknown = document instanceof PolicyDocument ? document.toJSON() : document;
  if (typeof json !== 'object' || json === null || Token.isUnresolved(json)) return undefined;
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
  return Array.isArray(copy) ? Object.values(copy) : copy; // without the holes that deletions leave
}
