import { Annotations } from 'aws-cdk-lib';
import { IOpenIdConnectProvider, IRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { refuses } from './role-admission';
import { isLookupDummy } from './role-rules';
import { IrsaRole } from '../../irsa-role';
import { ServiceAccountSubject } from '../../service-account-subject';
import { TrustPolicy } from '../../trust-policy';
import { problem, withoutTokens } from '../errors';
import { accountOfArn } from '../issuer/cluster-names';
import { audienceProblem, ProviderFacts } from '../issuer/issuer';
import { settledCopy } from '../trust/trust-document';
import { settle } from '../values/tokens';
import { settledProblems } from '../values/value-safety';

/** What an existing role must trust, for all service accounts that use it. */
interface Required {
  /** The service account that prints the message, only once per role. */
  readonly speaker: IConstruct;
  readonly trust: TrustPolicy;
}

const REQUIRED = new WeakMap<IRole, Required>();

/** Returns the trust policy that an existing role needs. Its service accounts add their requirements to it. */
export function requiredTrust(role: IRole, owner: IConstruct): TrustPolicy {
  const required = REQUIRED.get(role) ?? { speaker: owner, trust: new TrustPolicy() };
  REQUIRED.set(role, required);
  return required.trust;
}

/**
 * Prints once per role what its trust policy must contain, ready to paste, and records for the analysis that the app
 * does not own the role. Call `requiredTrust` first.
 */
function noteRequiredTrust(role: IRole, owner: IConstruct): void {
  const { speaker, trust } = REQUIRED.get(role)!;
  if (speaker !== owner) return;
  owner.node.addMetadata('cdk-irsa:existing-role', role.roleArn);
  const document = { Version: '2012-10-17', Statement: settledCopy(owner, trust._statements(owner)) };
  Annotations.of(owner).addInfoV2(
    'cdk-irsa:existing-role',
    `\`role\` (${role.node.path}) is an existing role, which cdk-irsa does not modify. Its trust policy must contain: `
      + `${withoutTokens(JSON.stringify(document))}`,
  );
}

/**
 * Returns what is wrong with an existing role. For a role that the app does not own, only prints what it must trust.
 *
 * @param addTrust adds the service accounts to a trust policy in the same way as for a new role
 */
export function existingRoleProblems(
  owner: IConstruct, role: IRole, subjects: ServiceAccountSubject[], addTrust: (trust: TrustPolicy) => TrustPolicy,
): string[] {
  const wrongNames = subjects.flatMap(subject => subject._problems(owner));
  if (wrongNames.length > 0) return wrongNames;
  if (role instanceof IrsaRole) {
    const document = role.assumeRolePolicy!.toJSON();
    const own = role.trust._serviceAccountStatements();
    const isRefused = addTrust(new TrustPolicy())._askings().some(asking => refuses(owner, document, own, asking));
    return isRefused ? [lacksTrustProblem(role, subjects)] : [];
  }
  noteRequiredTrust(role, owner);
  return [];
}

/** Returns why an existing role cannot trust a provider. A new role validates its trust policy itself. */
export function existingRoleProviderProblems(
  owner: IConstruct, roleArn: string, provider: IOpenIdConnectProvider, audience: string,
): string[] {
  const facts = new ProviderFacts(provider);
  const [roleAccount, providerAccount] = [roleArn, facts.arn].map(arn => settle(owner, accountOfArn(arn)));
  const apart = !isLookupDummy(roleArn)
    && [roleAccount, providerAccount].every(account => typeof account === 'string')
    && roleAccount !== providerAccount;
  return [
    ...facts.deferredProblems(owner),
    ...settledProblems(owner, 'audience', audience,
      (property, value) => audienceProblem(property, value) ?? facts.audienceProblem(property, value)),
    ...apart
      ? [problem('role', `be in the account of the provider, ${providerAccount}`, roleArn,
        `A role can trust only a provider in its own account. Use a provider in account ${roleAccount}, in a stack `
        + 'of that account.')]
      : [],
  ];
}

function lacksTrustProblem(role: IrsaRole, subjects: ServiceAccountSubject[]): string {
  const names = subjects.map(({ _namespace, _name }) => withoutTokens(`${_namespace}/${_name}`)).join(', ');
  return problem('role', `allow ${names} of this cluster`, `${role.node.path}, which does not`,
    'Add it to the trust policy of that role: '
    + 'trust.addServiceAccounts() with the same provider and audience, or trust.addPodIdentity().');
}
