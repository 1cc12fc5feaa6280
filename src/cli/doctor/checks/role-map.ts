/**
 * An access map of the deployed role and provider, so that the rules of `verify` can judge them.
 */
import { ownerOf } from './web-identity';
import { AccessMap, Role } from '../../../analysis/access-map';
import { trustedBy } from '../../../analysis/reading/trusted-subjects';
import { ASSUMABLE_BY_ACCOUNT } from '../../../analysis/rules/policy-rules';
import { Finding, findingsOf, Rule } from '../../../analysis/rules/rule';
import {
  AUDIENCE_NOT_A_CLIENT_ID,
  HTTPS_IN_KEY,
  ISSUER_MISMATCH,
  MISSING_AUD,
  MISSING_SUB,
  NOT_PRINCIPAL,
  PROVIDER_ARN_IN_KEY,
  PROVIDER_OF_ANOTHER_ACCOUNT,
  PROVIDER_OF_ANOTHER_PARTITION,
  UNREADABLE_TRUST,
  WHOLE_CLUSTER,
  WILDCARD_NAMESPACE,
  WILDCARD_UNDER_STRING_EQUALS,
} from '../../../analysis/rules/trust-rules';
import { IamRole, IamProvider } from '../facts';

const PLACE = { file: 'IAM' };

/** Rules about statements that allow nobody. */
const CLOSING: Rule[] = [
  PROVIDER_OF_ANOTHER_PARTITION,
  PROVIDER_OF_ANOTHER_ACCOUNT,
  AUDIENCE_NOT_A_CLIENT_ID,
  HTTPS_IN_KEY,
  PROVIDER_ARN_IN_KEY,
  ISSUER_MISMATCH,
  WILDCARD_UNDER_STRING_EQUALS,
];
/** Rules about statements that allow too many. */
const OPENING: Rule[] = [
  MISSING_SUB,
  MISSING_AUD,
  WHOLE_CLUSTER,
  WILDCARD_NAMESPACE,
  NOT_PRINCIPAL,
  ASSUMABLE_BY_ACCOUNT,
  UNREADABLE_TRUST,
];

export function closings(role: IamRole, providers: readonly IamProvider[]): Finding[] {
  return findingsOf(CLOSING, mapOf(role, providers));
}

export function openings(role: IamRole): Finding[] {
  return findingsOf(OPENING, mapOf(role, []));
}

function mapOf(role: IamRole, providers: readonly IamProvider[]): AccessMap {
  const { partition, account } = ownerOf(role.arn);
  const deployed: Role = {
    arn: role.arn,
    name: role.name,
    account,
    partition,
    region: '',
    trust: role.trust,
    unresolved: [],
    policies: [],
    place: PLACE,
  };
  return {
    clusters: [],
    providers: providers.map(({ arn, issuer, details }) => ({
      arn, issuer, ...details && 'value' in details && { audiences: details.value.clientIds }, place: PLACE,
    })),
    roles: [deployed],
    serviceAccounts: [],
    associations: [],
    addons: [],
    workloads: [],
    impersonators: [],
    rbac: { roles: [], bindings: [], unknown: [] },
    principals: [],
    reaches: [],
    unknownReaches: [],
    annotations: [],
    repeatedKeys: [],
    access: trustedBy(role.trust).map(access => ({ ...access, role: role.arn, used: false })),
    accounts: [account],
    existingRoles: [],
    existingProviders: [],
    suppressions: [],
    changedFiles: [],
    constructPaths: {},
  };
}
