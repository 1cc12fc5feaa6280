import { Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole, IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { PlainReader } from './role-admission';
import { ChainedServiceAccount } from './role-chain';
import { admission } from '../../analysis/admission/admission';
import { targetRoleRequest } from '../../analysis/admission/trust-requests';
import { evaluatePolicies } from '../../analysis/iam/policy-evaluator';
import { objectOf, propertyOf } from '../../conventions/json';
import { StatementJson } from '../../conventions/policy-json';
import { hasAction } from '../../conventions/web-identity';
import { AppIndex } from '../app-index';
import { problem, withoutTokens } from '../errors';
import { assumeActions, sessionsOf } from '../trust/other-principals';
import { trustDocumentOf } from '../trust/trust-overrides';
import { isToken } from '../values/is-token';
import { fingerprint, literalRoleArn, settle } from '../values/tokens';

const [ASSUME, TAG] = assumeActions(true);
const WHY_TAGS = 'EKS Pod Identity tags the session, and session tags are transitive.';

/** The pods of an association with a target role. */
interface Pods {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly clusterArn: string;
  readonly sessionTags: boolean;
}

/** Returns why EKS certainly cannot assume the target role of an association, if the role belongs to this app. */
export function targetProblems(
  owner: ChainedServiceAccount, property: string, targetRole: IRole, pods: Pods,
): string[] {
  const target = ownedRole(owner, targetRole);
  const trust = target && trustOf(target);
  if (!target || trust === undefined) return [];
  const caller = new PlainReader(owner).json({ ...pods, roleArn: owner.role.roleArn });
  const { answer, reasons } = admission(trust, targetRoleRequest(caller));
  if (answer !== 'out') return [];
  const rule = `trust the role of this service account for ${assumeActions(pods.sessionTags).join(' and ')}`;
  return [problem(property, rule, `${pathOf(target)}: ${reasons.join('; ')}`,
    `${pods.sessionTags ? `${WHY_TAGS} ` : ''}Call grantAssume() on this service account with that role, or add this `
    + `to its trust policy: ${trustHalf(owner, pods.sessionTags)}`)];
}

/**
 * Returns what is missing in the chains that start at the role of a service account, as far as this app defines them.
 */
export function chainProblems(caller: ChainedServiceAccount): string[] {
  const index = AppIndex.of(caller);
  const own = ownedRole(caller, caller.role);
  const { tagged = false, untagged = false } = sessionsOf(caller.grantPrincipal);
  // If a role is also used without session tags, its chains may be for those sessions.
  const needsTags = tagged && !untagged;
  const next = index.trustsRoles ? rolesTrusting(caller, own) : [];
  const policies = own && (next.length > 0 || (needsTags && mayCallSts(own))) ? identityPolicies(own) : undefined;
  return [
    ...needsTags ? next.flatMap(role => untaggedTrustProblems(caller, role)) : [],
    ...needsTags && policies ? untaggedPolicyProblems(caller, own!, policies) : [],
    ...policies ? next.flatMap(role => missingPermissionProblems(caller, own!, role, policies)) : [],
  ];
}

function rolesTrusting(caller: ChainedServiceAccount, own: CfnRole | undefined): CfnRole[] {
  const arns = [caller.role.roleArn, caller.roleArn, ...own ? [literalRoleArn(own) ?? own.attrArn] : []];
  return AppIndex.of(caller).rolesTrusting([...new Set(arns.map(arn => fingerprint(caller, arn)))])
    .filter(role => role !== own);
}

/** The trust policy allows only sts:AssumeRole. */
function untaggedTrustProblems(caller: ChainedServiceAccount, role: CfnRole): string[] {
  if (trusts(caller, role, ASSUME) === 'out' || trusts(caller, role, TAG) !== 'out') return [];
  return [problem(pathOf(role), `also trust the role of this service account for ${TAG}`, `only ${ASSUME}`,
    `${WHY_TAGS} Use grantAssume() on this service account instead, or change the statement to: `
    + `${trustHalf(caller, true)}`)];
}

/**
 * The policies of the caller allow only sts:AssumeRole, and the trust policy by itself does not allow sts:TagSession.
 */
function untaggedPolicyProblems(caller: ChainedServiceAccount, own: CfnRole, policies: unknown[]): string[] {
  const roles = policies.flatMap(statementsIn)
    .filter(({ Effect, Action }) => Effect === 'Allow' && Action !== undefined && hasAction({ Action }, ASSUME))
    .flatMap(({ Resource }) => [Resource].flat())
    .filter((resource): resource is string => typeof resource === 'string' && /:role\/[^*?]+$/.test(resource));
  return [...new Set(roles)]
    .filter(arn => mayCall(policies, ASSUME, arn) && !mayCall(policies, TAG, arn) && needsPolicy(caller, own, arn))
    .map(arn => problem(`policies of ${pathOf(own)}`, `also allow ${TAG} on ${arn}`, `only ${ASSUME}`,
      `${WHY_TAGS} Use grantAssume() on this service account instead of grantAssumeRole() on the role, or allow both `
      + 'actions.'));
}

/** To assume a role in another account, the caller also needs a permission. */
function missingPermissionProblems(
  caller: ChainedServiceAccount, own: CfnRole, role: CfnRole, policies: unknown[],
): string[] {
  const arn = literalRoleArn(role);
  const isElsewhere = areApart(Stack.of(own).account, Stack.of(role).account);
  if (!isElsewhere || arn === undefined || mayCall(policies, ASSUME, arn)) return [];
  if (trusts(caller, role, ASSUME) === 'out') return [];
  return [problem(`policies of ${pathOf(own)}`, `allow ${ASSUME} on ${arn}`, 'no such statement',
    `${pathOf(role)} trusts this service account, but a role in another account also requires a permission. `
    + 'Use grantAssume() on this service account.')];
}

/**
 * Whether the caller also needs a permission: the role is in another account, or trusts only the account of the caller.
 */
function needsPolicy(caller: ChainedServiceAccount, own: CfnRole, arn: string): boolean {
  const [, , , , account] = arn.split(':');
  if (areApart(Stack.of(own).account, account)) return true;
  const role = AppIndex.of(caller).roleWithArn(arn);
  return role !== undefined && trusts(caller, role, ASSUME) === 'in'
    && !JSON.stringify(trustOf(role)).includes(JSON.stringify(new PlainReader(caller).json(caller.role.roleArn)));
}

function areApart(one: string, other: string | undefined): boolean {
  return !isToken(one) && /^\d{12}$/.test(other ?? '') && one !== other;
}

/** Returns whether the trust policy of a role allows sessions of the service account's role. */
function trusts(caller: ChainedServiceAccount, role: CfnRole, action: string): string {
  const trust = trustOf(role);
  if (trust === undefined) return 'unknown';
  const id = new PlainReader(caller).json(caller.role.roleArn);
  const request = { actions: [action], principal: { type: 'AWS' as const, id }, context: { 'aws:PrincipalArn': id } };
  return admission(trust, request).answer;
}

function mayCall(policies: unknown[], action: string, resource: string): boolean {
  const { decision } = evaluatePolicies(policies, { action, resource });
  return decision === 'allow' || decision === 'conditional';
}

/** Returns the policies of a role. Undefined if the content of one is unknown. */
function identityPolicies(role: CfnRole): unknown[] | undefined {
  const attached = AppIndex.of(role).policiesOf(role);
  const managed = settle(role, role.managedPolicyArns) ?? [];
  const isOpen = !Array.isArray(managed) || managed.length > 0
    || attached.some(policy => policy instanceof CfnManagedPolicy);
  if (isOpen) return undefined;
  const inline = [new PlainReader(role).json<unknown>(role.policies) ?? []].flat();
  return [
    ...inline.map(policy => propertyOf(policy, 'policyDocument')),
    ...attached.map(policy => plainDocument(policy, policy.policyDocument)),
  ];
}

/** Whether a policy of a role may allow an STS action. Most do not, so they need not be evaluated. */
function mayCallSts(role: CfnRole): boolean {
  const isOther = (action: unknown) => /^(?!sts:)[a-z0-9-]+:/i.test(`${action}`);
  return [
    ...[role.policies ?? []].flat().map(policy => propertyOf(policy, 'policyDocument')),
    ...AppIndex.of(role).policiesOf(role).map(policy => policy.policyDocument as unknown),
  ].some(document => !(document instanceof PolicyDocument)
    || statementsIn(document.toJSON()).some(({ Action = '*' }) => ![Action].flat().every(isOther)));
}

function plainDocument(scope: IConstruct, document: unknown): unknown {
  return new PlainReader(scope).json(document instanceof PolicyDocument ? document.toJSON() : document);
}

function statementsIn(document: unknown): StatementJson[] {
  return [propertyOf(document, 'Statement') ?? []].flat().map(statement => objectOf<StatementJson>(statement));
}

function trustOf(role: CfnRole): unknown {
  return new PlainReader(role).json<unknown>(trustDocumentOf(role));
}

/** Returns the resource of a role that this app creates, even if `role` is an imported construct. */
function ownedRole(scope: IConstruct, role: IRole): CfnRole | undefined {
  const resource = role.node?.defaultChild;
  if (resource instanceof CfnRole) return resource;
  const arn = settle(scope, role.roleArn);
  return typeof arn === 'string' ? AppIndex.of(scope).roleWithArn(arn) : undefined;
}

function pathOf(role: CfnRole): string {
  return role.node.path.replace(/\/Resource$/, '');
}

function trustHalf({ roleArn }: ChainedServiceAccount, sessionTags: boolean): string {
  return withoutTokens(JSON.stringify(
    { Effect: 'Allow', Action: assumeActions(sessionTags), Principal: { AWS: roleArn } },
  ));
}
