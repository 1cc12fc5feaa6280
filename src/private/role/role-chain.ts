import { Annotations, Lazy, Stack, Stage } from 'aws-cdk-lib';
import {
  AddToPrincipalPolicyResult, CfnRole, Grant, IGrantable, IPrincipal, IRole, Policy, PolicyStatement, Role,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { IrsaRole } from '../../irsa-role';
import { withoutTokens } from '../errors';
import { assumeActions } from '../trust/other-principals';
import { settledCopy } from '../trust/trust-document';
import { isToken } from '../values/is-token';
import { literalPathAndName } from '../values/tokens';

/** A service account whose role assumes another role, the next role of a chain. */
export interface ChainedServiceAccount extends Construct, IGrantable {
  readonly role: IRole;
  readonly roleArn: string;
}

/** How the next role is assumed. */
interface ChainOptions {
  /** Whether the session has tags, which are passed on to the next role. */
  readonly sessionTags: boolean;
  /** The external ID that the caller sends. */
  readonly externalId?: string;
}

/** Adds both statements of a chain: the permission of the caller, and the trust statement of the next role. */
export function grantChain(caller: ChainedServiceAccount, next: IRole, options: ChainOptions): Grant {
  if (next instanceof IrsaRole) {
    next.trust.addPrincipal(caller);
  } else if (next instanceof Role && next.assumeRolePolicy) {
    const [actions, principals] = [assumeActions(options.sessionTags), [caller.grantPrincipal]];
    next.assumeRolePolicy.addStatements(new PolicyStatement({ actions, principals }));
  } else {
    noteTrustHalf(caller, next, options);
  }
  deployAfter(next, caller.role);
  return grantCallerHalf(caller, next, options.sessionTags);
}

/** Allows the role of a service account to assume the next role. */
export function grantCallerHalf(caller: ChainedServiceAccount, next: IRole, sessionTags: boolean): Grant {
  const policy = belongsToNext(caller.role, next) ? policyBeside(next, caller.role) : undefined;
  let added: AddToPrincipalPolicyResult | undefined;
  const principal: IPrincipal = {
    grantPrincipal: caller.grantPrincipal,
    assumeRoleAction: caller.grantPrincipal.assumeRoleAction,
    policyFragment: caller.grantPrincipal.policyFragment,
    principalAccount: caller.grantPrincipal.principalAccount,
    addToPrincipalPolicy: statement => {
      policy?.addStatements(statement);
      added = policy ? { statementAdded: true, policyDependable: policy }
        : caller.grantPrincipal.addToPrincipalPolicy(statement);
      return added;
    },
  };
  const actions = assumeActions(sessionTags);
  const resourceArns = [arnFor(policy ?? caller.role, next)];
  const grant = Grant.addToPrincipal({ grantee: { grantPrincipal: principal }, actions, resourceArns });
  // The CDK reports success for a role that it does not modify.
  if (!(caller.role instanceof Role || added?.policyDependable instanceof Policy)) {
    noteHalf(caller, `The policies of ${nameOf(caller.role)}`, { Action: actions, Resource: next.roleArn });
  }
  return grant;
}

/** Prints the trust statement for a role that the app does not own, ready to paste. */
export function noteTrustHalf(caller: ChainedServiceAccount, next: IRole, options: ChainOptions): void {
  const { sessionTags, externalId } = options;
  noteHalf(caller, `The trust policy of ${nameOf(next)}`, {
    Action: assumeActions(sessionTags),
    Principal: { AWS: caller.roleArn },
    ...externalId !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': externalId } } },
  });
}

/** Whether this app writes the trust policy of a role. */
export function ownsTrust(role: IRole): boolean {
  return role instanceof Role && role.assumeRolePolicy !== undefined;
}

/**
 * Returns the ARN of a role for a resource at `scope`. For a named role in another stack, it is composed of the name: a
 * reference would order the stacks, and the next role of a chain is already deployed after its caller.
 */
export function arnFor(scope: Construct | IRole, role: IRole): string {
  const resource = role.node.defaultChild;
  if (!(resource instanceof CfnRole) || Stack.of(resource) === Stack.of(scope)) return role.roleArn;
  return Lazy.string({ produce: () => namedArn(scope, resource) ?? role.roleArn });
}

function namedArn(scope: Construct | IRole, role: CfnRole): string | undefined {
  const name = literalPathAndName(role);
  const [stack, other] = [Stack.of(scope), Stack.of(role)];
  const isOpen = isToken(other.account) && stack.environment !== other.environment;
  if (name === undefined || isOpen) return undefined;
  return stack.formatArn({ service: 'iam', region: '', account: other.account, resource: `role${name}` });
}

function nameOf(role: IRole): string {
  return `${role.node.path} (${withoutTokens(role.roleArn)})`;
}

function noteHalf(caller: Construct, place: string, statement: object): void {
  const document = { Version: '2012-10-17', Statement: [settledCopy(caller, { Effect: 'Allow', ...statement })] };
  Annotations.of(caller).addInfoV2(
    'cdk-irsa:chained-role',
    `${place} must contain the following, which this app cannot write: ${withoutTokens(JSON.stringify(document))}`,
  );
}

/** IAM rejects a principal that does not exist yet. Within a stack, the trust policy refers to the caller's role. */
function deployAfter(next: IRole, caller: IRole): void {
  const [later, earlier] = [next, caller].map(role => (role instanceof Role ? role.node.defaultChild : undefined));
  if (!later || !earlier || Stack.of(later) === Stack.of(earlier) || Stage.of(later) !== Stage.of(earlier)) return;
  later.node.addDependency(earlier);
}

/**
 * Whether to create the permission in the stack of the next role, which is deployed after the stack of the caller. This
 * is necessary if the ARN is known only at deployment, because the caller's stack cannot wait for it.
 */
function belongsToNext(caller: IRole, next: IRole): boolean {
  const [own, other] = [caller, next].map(role => (role instanceof Role ? role.node.defaultChild : undefined));
  if (!(own instanceof CfnRole) || !(other instanceof CfnRole)) return false;
  const [from, to] = [Stack.of(own), Stack.of(other)];
  return from !== to && from.environment === to.environment && Stage.of(own) === Stage.of(other)
    && literalPathAndName(other) === undefined;
}

function policyBeside(next: IRole, caller: IRole): Policy {
  const id = `AssumedBy-${caller.node.addr}`;
  const existing = next.node.tryFindChild(id);
  if (existing instanceof Policy) return existing;
  return new Policy(next as Role, id, { roles: [caller] });
}
