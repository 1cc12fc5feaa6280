import { createHash } from 'crypto';
import { Stack } from 'aws-cdk-lib';
import { CfnAddon, CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import {
  claimAddon, claimAssociations, clusterArn, clusterIdentity, foreignAddons, foreignAssociations,
} from './cluster-claims';
import { POD_IDENTITY_AGENT } from '../../conventions/addons';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { PodIdentityOptions } from '../../pod-identity-options';
import type { ClusterOfAccount } from '../../service-account-base';
import { ServiceAccountSubject } from '../../service-account-subject';
import { TrustPolicy } from '../../trust-policy';
import { earlierClaims } from '../app-registry';
import { problem, withoutTokens } from '../errors';
import { targetProblems } from './chain-rules';
import { arnFor, ChainedServiceAccount, grantCallerHalf, noteTrustHalf, ownsTrust } from './role-chain';
import { isLookupDummy, roleProblem } from './role-rules';
import { newAssociation, sessionPolicyProblem, sessionPolicyProblems } from './session-policy';
import { clusterNameProblem, clusterNameProblems } from '../issuer/cluster-names';
import { accountProblem, partitionProblem } from '../issuer/issuer';
import { fingerprint, settle } from '../values/tokens';
import { settledProblems } from '../values/value-safety';

const ROLE_ARN_FRAGMENT = /^[\w\-/.@+=,:]*$/;

/** A service account that is associated with its role. */
interface AssociatedServiceAccount extends ChainedServiceAccount {
  readonly namespace: string;
  readonly serviceAccountName: string;
}

/** Returns what is wrong with the options. Tokens are accepted. `prefix` is prepended to the names of the options. */
export function podIdentityProblem(options: PodIdentityOptions, prefix = ''): string | undefined {
  const { clusterName, targetRole } = options;
  return clusterNameProblem(`${prefix}clusterName`, clusterName)
    ?? roleProblem(`${prefix}targetRole`, targetRole)
    ?? sessionPolicyProblem(options, prefix);
}

/** Returns what is wrong with an association at synth time. `prefix` is prepended to the names of the options. */
export function associationProblems(
  owner: AssociatedServiceAccount, options: PodIdentityOptions, prefix = '',
): string[] {
  const { clusterName, targetRole } = options;
  const { namespace, serviceAccountName, role } = owner;
  const targetPlace = { fragment: ROLE_ARN_FRAGMENT, trustsForeign: true };
  return [
    ...clusterNameProblems(owner, `${prefix}clusterName`, clusterName),
    ...roleOfClusterProblems(owner, role),
    ...targetRole
      ? settledProblems(owner, `${prefix}targetRole`, targetRole.roleArn, targetRoleProblem, targetPlace)
      : [],
    ...associatedElsewhereProblems(owner, 'serviceAccountName', clusterName, namespace, serviceAccountName),
    ...targetRole ? targetProblems(owner, `${prefix}targetRole`, targetRole, {
      namespace,
      serviceAccount: serviceAccountName,
      clusterArn: clusterArn(owner, clusterName),
      sessionTags: !options.disableSessionTags,
    }) : [],
    ...sessionPolicyProblems(owner, options, prefix),
  ];
}

/** Returns why EKS would not accept a role for a cluster in the account of the stack. */
export function roleOfClusterProblems(owner: IConstruct, role: IRole): string[] {
  const stack = Stack.of(owner);
  const roleArn = settle(owner, role.roleArn);
  const [, partition, , , account] = typeof roleArn === 'string' && !isLookupDummy(roleArn) ? roleArn.split(':') : [];
  const advice = 'EKS Pod Identity requires a role in the account of the cluster. '
    + 'Use a role in the account of the stack, and `targetRole` for roles in other accounts.';
  const found = partitionProblem('role', stack, partition, roleArn, advice)
    ?? accountProblem('role', stack, account, roleArn, advice);
  return found === undefined ? [] : [found];
}

/** Returns errors about other resources in the app that associate the same service account. */
export function associatedElsewhereProblems(
  owner: IConstruct, property: string, clusterName: string, namespace: string, name: string,
): string[] {
  return foreignAssociations(owner, clusterName, namespace, name).map(({ node }) => problem(
    property, 'be associated only once per cluster', `${namespace}/${name}`,
    `${node.path} already associates it, and EKS rejects a second association. Remove one of them.`,
  ));
}

function targetRoleProblem(property: string, arn: string): string | undefined {
  if (isLookupDummy(arn) || WEBHOOK_ROLE_ARN.test(arn)) return undefined;
  return problem(property, 'have the ARN of one role, without wildcards', arn,
    'The role of the service account gets the permission to assume it.');
}

/** Allows the service account to assume the role through Pod Identity. */
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
 * Returns the external ID that EKS sends when it assumes a target role. It is composed of names, so that it does not
 * refer to the association, which itself refers to the target role.
 */
export function externalIdOf(owner: AssociatedServiceAccount, clusterName: string): string {
  const { account, region } = Stack.of(owner);
  return [region, account, clusterName, owner.namespace, owner.serviceAccountName].join('/');
}

/** Returns the cluster of an association. */
export function clusterOfAssociation(scope: IConstruct, { clusterName }: PodIdentityOptions): ClusterOfAccount {
  const arn = settle(scope, clusterArn(scope, clusterName));
  return { key: clusterIdentity(scope, clusterName), ...typeof arn === 'string' && { name: arn } };
}

/** Associates a service account with its role, and creates what the options require. */
export function associate(
  owner: AssociatedServiceAccount, options: PodIdentityOptions, roleIsNew: boolean,
): CfnPodIdentityAssociation {
  const { namespace, serviceAccountName, role } = owner;
  const { clusterName, targetRole, disableSessionTags, sessionPolicy, installAgent } = options;
  const association = newAssociation(owner, 'PodIdentityAssociation', {
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
    // AWS documents the external ID for sessions without tags. With tags, the role of the association is specific
    // enough.
    const externalId = sessionTags ? undefined : externalIdOf(owner, clusterName);
    noteTrustHalf(owner, targetRole, { sessionTags, externalId });
  }
  // If the association exists before the agent, new pods get no credentials.
  if (installAgent) association.node.addDependency(agentOf(owner, clusterName));
  claimAssociations(owner, association, clusterName, namespace, [serviceAccountName]);
  return association;
}

/** Returns the add-on of a cluster: at most one per stack, and in only one stack per cluster. */
export function agentOf(scope: Construct, clusterName: string): CfnAddon {
  const stack = Stack.of(scope);
  const hash = createHash('sha256').update(fingerprint(stack, clusterName)).digest('hex').slice(0, 10);
  const id = `PodIdentityAgent-${hash}`;
  const existing = stack.node.tryFindChild(id);
  if (existing) return existing as CfnAddon;
  const agent = new CfnAddon(stack, id, { clusterName, addonName: POD_IDENTITY_AGENT });
  claimAddon(agent, agent, clusterName, POD_IDENTITY_AGENT);
  agent.node.addValidation({
    validate: () => [...earlierClaims(agent), ...foreignAddons(agent, clusterName, POD_IDENTITY_AGENT)].map(other => {
      const isAgent = other.node.scope === Stack.of(other) && other.node.id === id;
      return problem(
        'installAgent',
        `be set in only one stack for cluster ${withoutTokens(clusterName)}`,
        true,
        `${isAgent ? Stack.of(other).node.path : other.node.path} already installs the add-on ${POD_IDENTITY_AGENT}, `
        + `and EKS accepts it only once. Leave \`installAgent\` out in ${stack.node.path}.`,
      );
    }),
  });
  return agent;
}
