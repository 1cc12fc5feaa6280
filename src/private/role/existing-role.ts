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

/** What an existing role must trust, for all the service accounts that use it. */
interface Required {
  /** The service account that says so: once a role is enough. */
  readonly speaker: IConstruct;
  readonly trust: TrustPolicy;
}

const REQUIRED = new WeakMap<IRole, Required>();

/** The trust that a role must have which is left as it is: what its service accounts need is added to it. */
export function requiredTrust(role: IRole, owner: IConstruct): TrustPolicy {
  const required = REQUIRED.get(role) ?? { speaker: owner, trust: new TrustPolicy() };
  REQUIRED.set(role, required);
  return required.trust;
}

/**
 * Says once a role what its trust policy must contain, ready to paste; and to the analysis that the role is somebody
 * else's. Call `requiredTrust` first.
 */
function noteRequiredTrust(role: IRole, owner: IConstruct): void {
  const { speaker, trust } = REQUIRED.get(role)!;
  if (speaker !== owner) return;
  owner.node.addMetadata('cdk-irsa:existing-role', role.roleArn);
  const document = { Version: '2012-10-17', Statement: settledCopy(owner, trust._statements(owner)) };
  Annotations.of(owner).addInfoV2(
    'cdk-irsa:existing-role',
    `\`role\` (${role.node.path}) is left as it is. Its trust policy must contain: `
      + `${withoutTokens(JSON.stringify(document))}`,
  );
}

/**
 * What is wrong with a role that is used as it is. What somebody else's role must trust is only said.
 *
 * @param addTrust adds the service accounts to a trust policy, as a new role would trust them
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

/** Why a role that is used as it is cannot trust a provider. What a new role trusts, its trust policy looks after. */
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
        `A role trusts providers of its own account only: use a provider of account ${roleAccount}, in a stack `
        + 'of that account.')]
      : [],
  ];
}

function lacksTrustProblem(role: IrsaRole, subjects: ServiceAccountSubject[]): string {
  const names = subjects.map(({ _namespace, _name }) => withoutTokens(`${_namespace}/${_name}`)).join(', ');
  return problem('role', `let in ${names} of this cluster`, `${role.node.path}, which does not`,
    'Add it to the trust of that role: '
    + 'trust.addServiceAccounts() with the same provider and audience, or trust.addPodIdentity().');
}
