import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import { CfnAddon, CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { PodIdentityOptions } from '../../pod-identity-options';
import { ServiceAccountSubject } from '../../service-account-subject';
import { TrustPolicy } from '../../trust-policy';
import { claim, earlierClaims } from '../app-registry';
import { problem, withoutTokens } from '../errors';
import { targetProblems } from './chain-rules';
import { arnFor, ChainedServiceAccount, grantCallerHalf, noteTrustHalf, ownsTrust } from './role-chain';
import { isLookupDummy, roleProblem } from './role-rules';
import { SessionPolicyAssociation, sessionPolicyProblem, sessionPolicyProblems } from './session-policy';
import { clusterNameProblem, clusterNameProblems } from '../issuer/cluster-names';
import { accountProblem, partitionProblem } from '../issuer/issuer';
import { deployedStack, fingerprint, literalPartition, settle } from '../values/tokens';
import { settledProblems } from '../values/value-safety';

const ROLE_ARN_FRAGMENT = /^[\w\-/.@+=,:]*$/;
const AGENT = 'eks-pod-identity-agent';

/** What is associated with its role. */
interface AssociatedServiceAccount extends ChainedServiceAccount {
  readonly namespace: string;
  readonly serviceAccountName: string;
}

/** The ARN of a cluster in the account and region of the stack. */
function clusterArn(scope: Construct, clusterName: string): string {
  const stack = Stack.of(scope);
  const partition = literalPartition(stack);
  return stack.formatArn({ service: 'eks', resource: 'cluster', resourceName: clusterName, partition });
}

/**
 * Which cluster it is. Two stacks without an account or a region may go to two; one stack, with those nested in it,
 * goes to one.
 */
function clusterIdentity(scope: Construct, clusterName: string): string {
  const stack = deployedStack(scope);
  const known = [stack.account, stack.region].every(part => !Token.isUnresolved(part));
  return `${known ? '' : stack.node.addr} ${fingerprint(scope, clusterArn(scope, clusterName))}`;
}

/** What is wrong with options as they were given. Tokens pass. `prefix` stands before the names of the options. */
export function podIdentityProblem(options: PodIdentityOptions, prefix = ''): string | undefined {
  const { clusterName, targetRole } = options;
  return clusterNameProblem(`${prefix}clusterName`, clusterName)
    ?? roleProblem(`${prefix}targetRole`, targetRole)
    ?? sessionPolicyProblem(options, prefix);
}

/** What is wrong with an association, as far as synth can know it. `prefix` stands before the names of the options. */
export function associationProblems(
  owner: AssociatedServiceAccount, options: PodIdentityOptions, prefix = '',
): string[] {
  const { clusterName, targetRole } = options;
  const stack = Stack.of(owner);
  const roleArn = settle(owner, owner.role.roleArn);
  const [, partition, , , account] = typeof roleArn === 'string' && !isLookupDummy(roleArn) ? roleArn.split(':') : [];
  const advice = 'EKS Pod Identity takes a role of the cluster\'s own account: '
    + 'use one of the stack\'s account, and reach others by `targetRole`.';
  const targetPlace = { fragment: ROLE_ARN_FRAGMENT, trustsForeign: true };
  return [
    ...clusterNameProblems(owner, `${prefix}clusterName`, clusterName),
    partitionProblem('role', stack, partition, roleArn, advice)
      ?? accountProblem('role', stack, account, roleArn, advice),
    ...targetRole
      ? settledProblems(owner, `${prefix}targetRole`, targetRole.roleArn, targetRoleProblem, targetPlace)
      : [],
    ...targetRole ? targetProblems(owner, `${prefix}targetRole`, targetRole, {
      namespace: owner.namespace,
      serviceAccount: owner.serviceAccountName,
      clusterArn: clusterArn(owner, clusterName),
      sessionTags: !options.disableSessionTags,
    }) : [],
    ...sessionPolicyProblems(owner, options, prefix),
  ].filter((text): text is string => text !== undefined);
}

function targetRoleProblem(property: string, arn: string): string | undefined {
  if (isLookupDummy(arn) || WEBHOOK_ROLE_ARN.test(arn)) return undefined;
  return problem(property, 'have the ARN of one role, without wildcards', arn,
    'The role of the service account may assume what it names.');
}

/** Lets the service account in through Pod Identity. */
export function trustPodIdentity(
  scope: Construct, trust: TrustPolicy, subject: ServiceAccountSubject, options: PodIdentityOptions,
): TrustPolicy {
  return trust.addPodIdentity({
    clusterArn: clusterArn(scope, options.clusterName),
    subjects: [subject],
    sessionTags: !options.disableSessionTags,
  });
}

/**
 * The external ID that EKS sends when it assumes a target role. Put together from the names, it needs no reference to
 * the association, which itself names the target role.
 */
export function externalIdOf(owner: AssociatedServiceAccount, clusterName: string): string {
  const { account, region } = Stack.of(owner);
  return [region, account, clusterName, owner.namespace, owner.serviceAccountName].join('/');
}

/** Associates a service account with its role, and makes what the options ask for beside it. */
export function associate(
  owner: AssociatedServiceAccount, options: PodIdentityOptions, roleIsNew: boolean,
): CfnPodIdentityAssociation {
  const { namespace, serviceAccountName, role } = owner;
  const { clusterName, targetRole, disableSessionTags, sessionPolicy, installAgent } = options;
  const association = new SessionPolicyAssociation(owner, 'PodIdentityAssociation', {
    clusterName,
    namespace,
    serviceAccount: serviceAccountName,
    roleArn: role.roleArn,
    targetRoleArn: targetRole && arnFor(owner, targetRole),
    disableSessionTags,
  }, sessionPolicy);
  const sessionTags = !disableSessionTags;
  if (targetRole && roleIsNew) grantCallerHalf(owner, targetRole, sessionTags);
  if (targetRole && !ownsTrust(targetRole)) {
    // AWS documents the external ID for sessions without tags. With tags, the role of the association tells enough.
    const externalId = sessionTags ? undefined : externalIdOf(owner, clusterName);
    noteTrustHalf(owner, targetRole, { sessionTags, externalId });
  }
  // An association without the agent on the nodes leaves new pods without credentials.
  if (installAgent) association.addDependency(agentOf(owner, clusterName));
  claim(owner, () => {
    const names = fingerprint(owner, [namespace, serviceAccountName]);
    return [`association ${names} ${clusterIdentity(owner, clusterName)}`];
  });
  return association;
}

/** The add-on of a cluster: one a stack, and one stack a cluster. */
function agentOf(scope: Construct, clusterName: string): CfnAddon {
  const stack = Stack.of(scope);
  const hash = createHash('sha256').update(fingerprint(stack, clusterName)).digest('hex').slice(0, 10);
  const id = `PodIdentityAgent-${hash}`;
  const existing = stack.node.tryFindChild(id);
  if (existing) return existing as CfnAddon;
  const agent = new CfnAddon(stack, id, { clusterName, addonName: AGENT });
  claim(agent, () => [`agent ${clusterIdentity(agent, clusterName)}`]);
  agent.node.addValidation({
    validate: () => earlierClaims(agent).map(other => problem(
      'installAgent',
      `be set in one stack for cluster ${withoutTokens(clusterName)}`,
      true,
      `${Stack.of(other).node.path} installs the add-on ${AGENT} already, and EKS takes it once: `
      + `leave \`installAgent\` out in ${stack.node.path}.`,
    )),
  });
  return agent;
}
