/**
 * Who can assume which role, by trust policies and EKS Pod Identity associations.
 */
import { associationAdmission, targetAdmission } from './manifest-admissions';
import { roleAdmission, someMatch } from './role-admission';
import { POD_IDENTITY_SERVICE } from '../../conventions/web-identity';
import { matchesPattern } from '../../conventions/wildcards';
import { Access, Association, Cluster, Role, ServiceAccount, Text } from '../access-map';
import { grouped, objectOf, propertyOf } from '../json-values';
import { issuerOfArn, statementsOf, trustedBy } from '../reading/trusted-subjects';
import { rolesByArn } from '../rules/words';
import { hasStandIn } from '../stand-in';

type Trusted = ReturnType<typeof trustedBy>[number];

interface Named {
  readonly namespace: Text;
  readonly name: Text;
}

export function accessOf(
  roles: readonly Role[],
  serviceAccounts: readonly ServiceAccount[],
  associations: readonly Association[],
): Access[] {
  const annotated = grouped(serviceAccounts, ({ roleArn = '' }) => roleArn);
  const associated = grouped(associations, ({ roleArn }) => roleArn);
  const byArn = rolesByArn({ roles });
  return [
    ...roles.flatMap(role => possibleIn(role)
      .map(trusted => ({
        ...trusted,
        role: role.arn,
        used: trusted.via === 'irsa'
          ? (annotated.get(role.arn) ?? []).some(serviceAccount => isMatch(trusted, serviceAccount))
          : (associated.get(role.arn) ?? [])
            .some(({ namespace, serviceAccount: name }) => isMatch(trusted, { namespace, name })),
      }))),
    ...associations.flatMap(association => byAssociation(association, byArn)),
  ];
}

/** The distinct clusters with access. */
export function clustersOf(access: readonly Access[]): Cluster[] {
  const clusters = new Map<string, Cluster>();
  for (const { cluster, via } of access.filter(entry => entry.cluster !== '*')) {
    clusters.set(`${via} ${cluster}`, { id: cluster, kind: via === 'irsa' ? 'issuer' : 'pod-identity' });
  }
  return [...clusters.values()];
}

function isMatch(trusted: Trusted, { namespace, name }: Named): boolean {
  // The service account of an add-on or Helm chart is not always known.
  const isMaybe = (pattern: Text, text: Text) => hasStandIn(text) || matchesPattern(pattern, text);
  return isMaybe(trusted.namespace, namespace) && isMaybe(trusted.serviceAccount, name);
}

/** The access by an association: to its role, or to the target role that EKS assumes with it. */
function byAssociation(association: Association, roles: ReadonlyMap<Text, Role>): Access[] {
  const { cluster, namespace, serviceAccount, roleArn, targetRoleArn, sessionPolicy } = association;
  const [role, target] = [roleArn, targetRoleArn ?? ''].map(arn => roles.get(arn));
  const admission = role && associationAdmission(role, association);
  const ofTarget = target && targetAdmission(target, association, role);
  if (admission?.answer === 'out' || ofTarget?.answer === 'out') return [];
  const { statement } = (targetRoleArn === undefined ? admission : ofTarget) ?? {};
  return [{
    cluster,
    namespace,
    serviceAccount,
    audience: POD_IDENTITY_SERVICE,
    via: 'pod-identity',
    role: targetRoleArn ?? roleArn,
    ...targetRoleArn !== undefined && { through: roleArn },
    ...sessionPolicy !== undefined && { sessionPolicy },
    ...statement !== undefined && { statement },
    used: true,
    associated: true,
  }];
}

/**
 * Whether a trust policy is a single common statement with one provider, which allows exactly its subjects. Avoids the
 * evaluation of nearly all roles.
 */
function isPlain({ trust }: Role): boolean {
  const [statement, ...more] = statementsOf(trust);
  const provider = propertyOf(statement, 'Principal', 'Federated');
  if (more.length > 0 || typeof provider !== 'string') return false;
  const issuer = issuerOfArn(provider);
  return Object.entries(objectOf(propertyOf(statement, 'Condition'))).every(([operator, keys]) =>
    ['StringEquals', 'StringLike'].includes(operator)
    && Object.keys(objectOf(keys)).every(key => key === `${issuer}:sub` || key === `${issuer}:aud`));
}

/** The subjects in a trust policy that the policy as a whole may allow. */
function possibleIn(role: Role): readonly Trusted[] {
  const trusted = trustedBy(role.trust);
  return isPlain(role) ? trusted : trusted.filter(subject => isPossible(role, subject));
}

/** Whether the policy as a whole may allow a subject of one of its statements. */
function isPossible(role: Role, { via, cluster, namespace, serviceAccount, audience }: Trusted): boolean {
  const token = via === 'irsa' ? { issuer: cluster, audience: someMatch(audience) } : {};
  const subject = { namespace: someMatch(namespace), serviceAccount: someMatch(serviceAccount), ...token };
  return roleAdmission(role, subject).answer !== 'out';
}
