/**
 * Roles that trust identity providers other than clusters, such as GitHub Actions.
 */
import { Role, Text } from '../../analysis/access-map';
import { objectOf, propertyOf, textsOf } from '../../analysis/json-values';
import { conditionsOf, issuerOfArn, statementsOf } from '../../analysis/reading/trusted-subjects';
import { identityProviderOf } from '../../conventions/identity-providers';
import { StatementJson } from '../../conventions/policy-json';
import { hasAction, WEB_IDENTITY_ACTION } from '../../conventions/web-identity';

export interface OtherIdentity {
  /** Such as `GitHub Actions`. */
  readonly provider: string;
  /** Without `https://`. */
  readonly issuer: Text;
  /** The values of `sub` in the statement; empty without such a condition. */
  readonly subjects: Text[];
  /** The ARN of the role. */
  readonly role: Text;
  /** The index of the statement in the trust policy. */
  readonly statement: number;
}

export function otherIdentitiesOf(roles: readonly Role[]): OtherIdentity[] {
  return roles.flatMap(role => statementsOf(role.trust).flatMap((value, index) => {
    const statement = objectOf<StatementJson>(value);
    if (statement.Effect === 'Deny' || !hasAction(statement, WEB_IDENTITY_ACTION)) return [];
    return textsOf(propertyOf(statement.Principal, 'Federated')).flatMap((arn): OtherIdentity[] => {
      const issuer = issuerOfArn(arn) ?? arn;
      const provider = identityProviderOf(issuer);
      if (!provider) return [];
      const subjects = conditionsOf(statement)
        .filter(({ key }) => key.toLowerCase() === `${issuer}:sub`.toLowerCase())
        .flatMap(({ values }) => values);
      return [{ provider: provider.name, issuer, subjects, role: role.arn, statement: index }];
    });
  }));
}
