/**
 * Associations of EKS Pod Identity and EKS managed add-ons.
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

/** Keys that limit a statement to one cluster, or some. */
const CLUSTER_KEYS = ['aws:sourcearn', 'aws:requesttag/eks-cluster-arn', 'aws:requesttag/eks-cluster-name'];
/** Keys that limit a statement to some service accounts. */
const NAME_KEYS = [NAMESPACE_TAG, SERVICE_ACCOUNT_TAG].map(key => key.toLowerCase());

export const OPEN_POD_IDENTITY: Rule = {
  id: 'open-pod-identity',
  severity: 'error',
  title: 'Trust in EKS Pod Identity that is open to every cluster of the account, or to every service account',
  why:
    'Whoever may create an association (`eks:CreatePodIdentityAssociation` with `iam:PassRole`) gets the role for any '
    + 'pod. Silent if the role does without session tags, as associations with `DisableSessionTags` need it.',
  check: ({ roles, associations }) => {
    const byRole = grouped(associations, ({ roleArn }) => roleArn);
    return roles.flatMap(role => {
      const statements = statementsOf(role.trust).map(statement => objectOf<StatementJson>(statement));
      const isUntagged =
        !statements.some(statement => letsPodsIn(statement) && hasAction(statement, 'sts:TagSession'))
        || (byRole.get(role.arn) ?? []).some(({ disableSessionTags }) => disableSessionTags === true);
      return [...statements.entries()]
        .filter(([, statement]) => letsPodsIn(statement) && hasAction(statement, 'sts:AssumeRole'))
        .flatMap(([index, statement]) =>
          openTo(statement, isUntagged).map(whom => openFinding(role, statementName(role, statement, index), whom)),
        );
    });
  },
};

function letsPodsIn(statement: StatementJson): boolean {
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

/** Whether a condition excludes anyone: not if it passes without the key, nor if everything matches. */
function excludes(operator: string, values: string[]): boolean {
  return demands(operator) !== undefined && values.length > 0
    && !values.some(value => /^[*:]*$/.test(value) || value.includes('${'));
}

function openFinding({ place }: Role, name: string, whom: string): Found {
  return {
    message: `${name}: admits EKS Pod Identity on behalf of ${whom}.`,
    fix: whom === 'every service account'
      ? `Compare ${NAMESPACE_TAG} and ${SERVICE_ACCOUNT_TAG}, or use trust.addPodIdentity().`
      : 'Compare aws:SourceArn with the ARN of the cluster, or use trust.addPodIdentity().',
    place,
  };
}

export const REPEATED_ASSOCIATION: Rule = {
  id: 'repeated-association',
  severity: 'error',
  title: 'Two associations of EKS Pod Identity for one service account of a cluster: a warning beside the IRSA role of '
    + 'an add-on',
  why: 'EKS accepts one association per service account; with a role by IRSA beside it, pods use the association.',
  check: ({ associations, serviceAccounts, addons }) => {
    const groups = grouped(associations, keyOf);
    const repeated = [...groups.values()].flatMap(([first, ...more]) => more.map((association): Found => ({
      message: `Association of ${nameOf(association)} with ${association.cluster}: there are two for one service `
        + `account, with role ${first.roleArn} and with ${association.roleArn}.`,
      fix: 'Keep one.',
      place: association.place,
      others: [first.place],
    })));
    const clusters = new Map(addons.map(({ place, cluster }) => [place, cluster]));
    const beside = serviceAccounts.flatMap(({ namespace, name, addon, roleArn, place }): Found[] => {
      const cluster = clusters.get(place);
      if (addon === undefined || cluster === undefined) return [];
      return (groups.get(keyOf({ cluster, namespace, serviceAccount: name })) ?? []).map(association => ({
        severity: 'warning',
        message: `Add-on ${addon}: ${namespace}/${name} has role ${roleArn} by IRSA, and an association gives it `
          + `${association.roleArn}, which its pods use.`,
        fix: 'Keep one: PodIdentityAssociations or ServiceAccountRoleArn.',
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
  title: 'An association of EKS Pod Identity that disables session tags',
  why: 'Without tags, the trust policy cannot tell service accounts apart: the role admits every association of the '
    + 'cluster that names it, whoever creates it.',
  check: map => {
    const roles = rolesByArn(map);
    return map.associations.flatMap((association): Found[] => {
      const { cluster, roleArn, disableSessionTags, place } = association;
      const role = roles.get(roleArn);
      if (disableSessionTags !== true || !role || associationAdmission(role, association).answer === 'out') return [];
      return [{
        message: `Association of ${nameOf(association)} with ${cluster}: it disables session tags, so role `
          + `${role.name} admits every association of the cluster that names it.`,
        fix: 'Enable session tags, or limit who may call eks:CreatePodIdentityAssociation, and iam:PassRole with this '
          + 'role. A session policy requires it: suppress the rule with that reason.',
        place,
        others: [role.place],
      }];
    });
  },
};

const MAX_SESSION_POLICY_LENGTH = 2048;

export const REFUSED_SESSION_POLICY: Rule = {
  id: 'refused-session-policy',
  severity: 'error',
  title: `A session policy of an association that EKS refuses: beside session tags, over ${
    MAX_SESSION_POLICY_LENGTH.toLocaleString('en')} characters, or no policy of IAM`,
  why: 'The deployment fails. A session policy requires `DisableSessionTags: true`.',
  check: ({ associations }) => atPlaces(associations, association => {
    const { sessionPolicy, disableSessionTags = false } = association;
    if (sessionPolicy === undefined) return [];
    const who = `Association of ${nameOf(association)} with ${association.cluster}`;
    const problem = sessionPolicyProblem(association);
    return [
      ...disableSessionTags === false ? [{
        message: `${who}: it has a session policy, which EKS only takes without session tags.`,
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
      what: `has ${sessionPolicyLength} characters, and EKS takes ${MAX_SESSION_POLICY_LENGTH}`,
      fix: 'Shorten it: leave out white space, and put together actions with wildcards.',
    };
  }
  if (sessionPolicy === null || hasStandIn(JSON.stringify(sessionPolicy))) return undefined; // nobody can read it
  const document = readDocument(sessionPolicy, 'identity');
  return typeof document === 'string'
    ? { what: `is no policy of IAM: ${document}`, fix: 'Write Version and Statement, with Action and Resource.' }
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
  why: 'EKS accepts an add-on once per cluster: the second one fails the deployment.',
  check: ({ addons }) =>
    [...grouped(addons, ({ cluster, name }) => JSON.stringify([cluster, name])).values()].flatMap(([first, ...more]) =>
      more.map(({ name, cluster, place }) => ({
        message: `Add-on ${name} of ${cluster}: is declared twice.`,
        fix: 'Keep one. The agent of EKS Pod Identity: set installAgent only once per cluster.',
        place,
        others: [first.place],
      })),
    ),
};
