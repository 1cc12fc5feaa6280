import { Annotations } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { TrustPolicy } from '../../trust-policy';
import { withoutTokens } from '../errors';
import { settledCopy } from '../trust/trust-document';

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
export function noteRequiredTrust(role: IRole, owner: IConstruct): void {
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
