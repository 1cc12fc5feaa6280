/**
 * EKS Pod Identity associations and EKS managed add-ons.
 */
import { atPlaces, Found, Rule } from './rule';
import { demands, statementName } from './web-identities';
import { rolesByArn } from './words';
import { StatementJson } from '../../conventions/policy-json';
import { hasAction, NAMESPACE_TAG, SERVICE_ACCOUNT_TAG } from '../../conventions/web-identity';
import { Association, Role } from '../access-map';
import { associationAdmission } from '../admission/manifest-admissions';
import { readDocument } from '../iam/policy-document';
import { grouped, objectOf } from '../json-values';
import { conditionsOf, isOfPods, statementsOf } from '../reading/trusted-subjects';
import { hasStandIn } from '../stand-in';

/** Keys that restrict a statement to certain clusters. */
const CLUSTER_KEYS = ['aws:sourcearn', 'aws:requesttag/eks-cluster-arn', 'aws:requesttag/eks-cluster-name'];
/** Keys that restrict a statement to certain service accounts. */
const NAME_KEYS = [NAMESPACE_TAG, SERVICE_ACCOUNT_TAG].map(key => key.toLowerCase());

export const OPEN_POD_IDENTITY: Rule = {
  id: 'open-pod-identity',
  severity: 'error',
  title: 'A trust policy that lets EKS Pod Identity use the role for every cluster of the account, or for every '
    + 'service account',
  why:
    'Anyone who can create an association (`eks:CreatePodIdentityAssociation` with `iam:PassRole`) can give the role '
    + 'to any pod. Service accounts are not checked if the role works without session tags, which associations with '
    + '`DisableSessionTags` require.',
  check: ({ roles, associations }) => {
    const byRole = grouped(associations, ({ roleArn }) => roleArn);
    return roles.flatMap(role => {
      const statements = statementsOf(role.trust).map(statement => objectOf<StatementJson>(statement));
      const isUntagged =
        !statements.some(statement => allowsPods(statement) && hasAction(statement, 'sts:TagSession'))
        || (byRole.get(role.arn) ?? []).some(({ disableSessionTags }) => disableSessionTags === true);
      return [...statements.entries()]
        .filter(([, statement]) => allowsPods(statement) && hasAction(statement, 'sts:AssumeRole'))
        .flatMap(([index, statement]) =>
          openTo(statement, isUntagged).map(whom => openFinding(role, statementName(role, statement, index), whom)),
        );
    });
  },
};

function allowsPods(statement: StatementJson): boolean {
  return statement.Effect === 'Allow' && isOfPods(statement);
}

function openTo(statement: StatementJson, isUntagged: boolean): string[] {
  const isOpen = (keys: string[]) => !conditionsOf(statement)
    .some(({ operator, key, values }) => keys.includes(key.toLowerCase()) && excludes(operator, values));
  return [
    ...isOpen(CLUSTER_KEYS) ? ['every cluster of the account'] : [],
    ...isOpen(NAME_KEYS) && !isUntagged ? ['every service account'] : [],
  ];
}

/** Whether a condition excludes anyone. It does not if it passes without the key or matches every value. */
function excludes(operator: string, values: string[]): boolean {
  return demands(operator) !== undefined && values.length > 0
    && !values.some(value => /^[*:]*$/.test(value) || value.includes('${'));
}

function openFinding({ place }: Role, name: string, whom: string): Found {
  return {
    message: `${name}: allows EKS Pod Identity to assume the role for ${whom}.`,
    fix: whom === 'every service account'
      ? `Compare ${NAMESPACE_TAG} and ${SERVICE_ACCOUNT_TAG}, or use trust.addPodIdentity().`
      : 'Compare aws:SourceArn with the ARN of the cluster, or use trust.addPodIdentity().',
    place,
  };
}

export const REPEATED_ASSOCIATION: Rule = {
  id: 'repeated-association',
  severity: 'error',
  title: 'Two EKS Pod Identity associations for one service account of a cluster; a warning if an add-on has an '
    + 'association and an IRSA role',
  why: 'EKS accepts one association per service account. If there is also an IRSA role, pods use the association.',
  check: ({ associations, serviceAccounts, addons }) => {
    const groups = grouped(associations, keyOf);
    const repeated = [...groups.values()].flatMap(([first, ...more]) => more.map((association): Found => ({
      message: `Association of ${nameOf(association)} with ${association.cluster}: the service account has two `
        + `associations, with role ${first.roleArn} and with ${association.roleArn}.`,
      fix: 'Keep only one.',
      place: association.place,
      others: [first.place],
    })));
    const clusters = new Map(addons.map(({ place, cluster }) => [place, cluster]));
    const beside = serviceAccounts.flatMap(({ namespace, name, addon, roleArn, place }): Found[] => {
      const cluster = clusters.get(place);
      if (addon === undefined || cluster === undefined) return [];
      return (groups.get(keyOf({ cluster, namespace, serviceAccount: name })) ?? []).map(association => ({
        severity: 'warning',
        message: `Add-on ${addon}: ${namespace}/${name} has IRSA role ${roleArn}, but its pods use `
          + `${association.roleArn} from an association.`,
        fix: 'Keep only one: PodIdentityAssociations or ServiceAccountRoleArn.',
        place,
        others: [association.place],
      }));
    });
    return [...repeated, ...beside];
  },
};

export const WITHOUT_SESSION_TAGS: Rule = {
  id: 'pod-identity-without-session-tags',
  severity: 'warning',
  title: 'An EKS Pod Identity association that disables session tags',
  why: 'Without tags, the trust policy cannot distinguish service accounts: any association of the cluster can use '
    + 'the role, no matter who creates it.',
  check: map => {
    const roles = rolesByArn(map);
    return map.associations.flatMap((association): Found[] => {
      const { cluster, roleArn, disableSessionTags, place } = association;
      const role = roles.get(roleArn);
      if (disableSessionTags !== true || !role || associationAdmission(role, association).answer === 'out') return [];
      return [{
        message: `Association of ${nameOf(association)} with ${cluster}: disables session tags, so every association `
          + `of the cluster can use role ${role.name}.`,
        fix: 'Enable session tags, or restrict who can call eks:CreatePodIdentityAssociation and iam:PassRole with '
          + 'this role. If the association needs a session policy, suppress the rule with that reason.',
        place,
        others: [role.place],
      }];
    });
  },
};

const MAX_SESSION_POLICY_LENGTH = 2048;

export const REFUSED_SESSION_POLICY: Rule = {
  id: 'rejected-session-policy',
  severity: 'error',
  title: `A session policy that EKS rejects: combined with session tags, over ${
    MAX_SESSION_POLICY_LENGTH.toLocaleString('en')} characters, or not a valid IAM policy`,
  why: 'The deployment fails. A session policy requires `DisableSessionTags: true`.',
  check: ({ associations }) => atPlaces(associations, association => {
    const { sessionPolicy, disableSessionTags = false } = association;
    if (sessionPolicy === undefined) return [];
    const who = `Association of ${nameOf(association)} with ${association.cluster}`;
    const problem = sessionPolicyProblem(association);
    return [
      ...disableSessionTags === false ? [{
        message: `${who}: has a session policy, which EKS accepts only without session tags.`,
        fix: 'Set DisableSessionTags: true, or remove Policy.',
      }] : [],
      ...problem === undefined ? [] : [{ message: `${who}: its session policy ${problem.what}.`, fix: problem.fix }],
    ];
  }, ({ place }) => place),
};

function sessionPolicyProblem(
  { sessionPolicy, sessionPolicyLength }: Association,
): { readonly what: string; readonly fix: string } | undefined {
  if (sessionPolicyLength !== undefined && sessionPolicyLength > MAX_SESSION_POLICY_LENGTH) {
    return {
      what: `has ${sessionPolicyLength} characters; EKS accepts at most ${MAX_SESSION_POLICY_LENGTH}`,
      fix: 'Shorten it: remove whitespace and statements that it does not need.',
    };
  }
  if (sessionPolicy === null || hasStandIn(JSON.stringify(sessionPolicy))) return undefined; // known only at deployment
  const document = readDocument(sessionPolicy, 'identity');
  return typeof document === 'string'
    ? { what: `is not a valid IAM policy: ${document}`, fix: 'Write Version and Statement, with Action and Resource.' }
    : undefined;
}

function keyOf({ cluster, namespace, serviceAccount }: Pick<Association, 'cluster' | 'namespace' | 'serviceAccount'>) {
  return JSON.stringify([cluster, namespace, serviceAccount]);
}

function nameOf({ namespace, serviceAccount }: Association): string {
  return `${namespace}/${serviceAccount}`;
}

export const REPEATED_ADDON: Rule = {
  id: 'repeated-addon',
  severity: 'error',
  title: 'An EKS managed add-on that is declared twice for one cluster',
  why: 'EKS accepts each add-on only once per cluster, so the deployment of the second one fails.',
  check: ({ addons }) =>
    [...grouped(addons, ({ cluster, name }) => JSON.stringify([cluster, name])).values()].flatMap(([first, ...more]) =>
      more.map(({ name, cluster, place }) => ({
        message: `Add-on ${name} of ${cluster}: is declared twice.`,
        fix: 'Keep only one. For the EKS Pod Identity agent, set installAgent only once per cluster.',
        place,
        others: [first.place],
      })),
    ),
};
