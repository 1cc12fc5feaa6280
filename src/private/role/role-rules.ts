import { hash } from 'crypto';
import { CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { CfnRole, IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ROLE_NAME, WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { AppIndex } from '../app-index';
import { problem } from '../errors';
import { replacedProblem } from '../trust/trust-overrides';
import { isToken } from '../values/is-token';
import { argumentsOf, effectiveProperty, literal, renderedProperties } from '../values/tokens';

const MAX_ROLE_NAME_LENGTH = 64;
const ROLE_PATH = /^\/([\u0021-\u007e]+\/)?$/;
const MAX_ROLE_PATH_LENGTH = 512;
const MAX_DESCRIPTION_LENGTH = 1000;
const MIN_SESSION = Duration.hours(1);
const MAX_SESSION = Duration.hours(12);
const HASH_LENGTH = 10;
const ATTACHABLE = /^AWS::IAM::(Managed|Role)?Policy$/;

interface RoleOptions {
  readonly roleName?: string;
  readonly path?: string;
  readonly description?: string;
  readonly maxSessionDuration?: Duration;
}

/** Returns what IAM would reject in the properties of a role. Text tokens are accepted. */
export function roleOptionsProblem(
  { roleName, path, description, maxSessionDuration }: RoleOptions,
): string | undefined {
  if (literalIs(roleName, name => !ROLE_NAME.test(name))) {
    return problem('roleName', 'be 1 to 64 letters, digits and _+=,.@-', roleName,
      'Leave it out to get a generated name.');
  }
  if (literalIs(path, text => !ROLE_PATH.test(text) || text.length > MAX_ROLE_PATH_LENGTH)) {
    return problem('path', 'begin and end with a slash and have at most 512 visible ASCII characters', path,
      'For example /workloads/.');
  }
  if (literalIs(description, text => text.length > MAX_DESCRIPTION_LENGTH)) {
    return problem('description', 'have at most 1000 characters', description, 'Shorten it.');
  }
  if (maxSessionDuration === undefined) return undefined;
  if (maxSessionDuration.isUnresolved()) {
    return problem('maxSessionDuration', 'be known at synth time', 'a token', 'Write the duration as a literal.');
  }
  const seconds = maxSessionDuration.toSeconds({ integral: false });
  const isAllowed = seconds >= MIN_SESSION.toSeconds() && seconds <= MAX_SESSION.toSeconds();
  if (Number.isInteger(seconds) && isAllowed) return undefined;
  return problem('maxSessionDuration', 'be 3600 to 43200 whole seconds (1 to 12 hours)', `${seconds} s`,
    'Leave it out to get one hour.');
}

/** Returns what is wrong with the resource of a role, after all changes to it. */
export function roleResourceProblems(role: CfnRole, trust: PolicyDocument): string[] {
  const twins = AppIndex.of(role).rolesNamedLike(role).filter(other => other !== role && mayExistTogether(role, other));
  return [
    replacedProblem(role, trust),
    ...twins.map(other => problem(
      'roleName',
      'be used only once per account',
      effectiveProperty(role, 'RoleName', role.roleName),
      `${other.node.path} creates a role with the same name in the same account. `
      + 'IAM ignores path and case, and rejects the second one. Rename one of them.',
    )),
  ].filter((text): text is string => text !== undefined);
}

/** Whether two roles may exist at the same time. Their conditions may exclude each other. */
function mayExistTogether(role: CfnRole, other: CfnRole): boolean {
  const [own, others] = [role, other].map(({ cfnOptions }) => cfnOptions.condition);
  return own === undefined || others === undefined || own === others;
}

/** Whether a role that this app creates has a policy, regardless of which construct attaches it. */
export function hasPolicies(role: IRole): boolean {
  const resource = role.node.defaultChild;
  if (!(resource instanceof CfnRole)) return true;
  const { value } = renderedProperties(resource);
  return [value.ManagedPolicyArns, value.Policies].some(list => Array.isArray(list) ? list.length > 0 : list)
    || AppIndex.of(role).view(attachedTo).has(resource);
}

/** Returns the roles that separate policy resources are attached to. */
function attachedTo(all: readonly IConstruct[]): Set<IConstruct> {
  return new Set(all.flatMap(policy => {
    if (!CfnResource.isCfnResource(policy) || !ATTACHABLE.test(policy.cfnResourceType)) return [];
    const { value, targets } = renderedProperties(policy);
    return [value.Roles, value.RoleName].flat()
      .flatMap(name => targets.get(`${argumentsOf(name, 'Fn::GetAtt')[0]}`) ?? []);
  }));
}

/** Returns an error if an optional role is not a role, for callers without types. */
export function roleProblem(property: string, role: unknown): string | undefined {
  if (role === undefined || typeof (role as IRole | null)?.roleArn === 'string') return undefined;
  return problem(property, 'be a role', role,
    'Use iam.Role.fromRoleArn() or iam.Role.fromRoleName() for an existing role.');
}

/** Whether an ARN is only a dummy until the CDK CLI has looked up the role (`Role.fromLookup`). */
export function isLookupDummy(arn: string): boolean {
  return arn.endsWith(':role/DUMMY_ARN');
}

/** Returns an error if the webhook would not accept a role ARN. Tokens are accepted. */
export function roleArnProblem(property: string, arn: string): string | undefined {
  if (isToken(arn) || isLookupDummy(arn) || WEBHOOK_ROLE_ARN.test(arn)) return undefined;
  const rule = 'be a role ARN that the pod identity webhook accepts: '
    + 'arn:<partition>:iam::<account>:role/<path and name of letters, digits and _-/.@+=,>';
  return problem(property, rule, arn,
    'The webhook passes any other value to the pod, where it fails.');
}

/**
 * Returns the fixed name of a role in a literal environment, so that the manifest can contain the ARN: readable text,
 * then a hash of region and construct path. A test pins it, because a new name would replace every role in use.
 */
export function generatedRoleName(
  construct: IConstruct, namespace: string, serviceAccountName: string,
): string | undefined {
  const { account, region } = Stack.of(construct);
  if (isToken(account) || isToken(region)) return undefined;
  const digest = hash('sha256', `${region}/${construct.node.path}`, 'hex').slice(0, HASH_LENGTH);
  const names = [literal(namespace), literal(serviceAccountName)].filter(part => part !== undefined);
  const readable = names.join('-') || 'irsa';
  return `${readable.slice(0, MAX_ROLE_NAME_LENGTH - HASH_LENGTH - 1).replace(/[-.]+$/, '')}-${digest}`;
}

function literalIs(value: string | undefined, wrong: (literalValue: string) => boolean): boolean {
  const known = literal(value);
  return known !== undefined && wrong(known);
}
