/**
 * Rights in AWS that people gain through Kubernetes and that IAM by itself would not give them.
 */
import { AccessMap, OwnedObject, Place, Policy, Role, Text } from '../access-map';
import { ClusterPrincipal, Reach, ReachWay } from '../cluster-access';
import { Found, Rule } from './rule';
import { rolesByArn } from './words';
import { arnParts } from '../iam/patterns';
import { rightsBeyond } from '../iam/policy-comparison';
import { findStatements } from '../iam/policy-evaluator';
import { grouped, propertyOf, textsOf } from '../json-values';
import { listInShort } from '../lists';
import { accessIndex } from '../reach/reached-access';
import { statementsOf } from '../reading/trusted-subjects';

const MAX_NAMES = 3;
const EVERYBODY = new Map([
  ['Group system:authenticated', 'everyone who is signed in to the cluster'],
  ['Group system:unauthenticated', 'everyone who can reach the API server'],
  ['User system:anonymous', 'everyone who can reach the API server'],
]);

/** Actions that write data of a workload. */
const WRITES = [
  's3:PutObject', 's3:DeleteObject', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem', 'dynamodb:PartiQLUpdate', 'sqs:SendMessage', 'sqs:DeleteMessage', 'sns:Publish',
  'kinesis:PutRecord', 'kinesis:PutRecords', 'firehose:PutRecord', 'secretsmanager:PutSecretValue', 'ssm:PutParameter',
  'rds-data:ExecuteStatement', 'rds-db:connect', 'redshift-data:ExecuteStatement', 'es:ESHttpPut', 'es:ESHttpPost',
  'aoss:APIAccessAll', 'elasticfilesystem:ClientWrite', 'elasticache:Connect', 'memorydb:Connect', 'ecr:PutImage',
  'events:PutEvents', 'timestream:WriteRecords', 'glue:UpdateTable', 'lambda:UpdateFunctionCode',
  'kafka-cluster:WriteData',
];
/** Names of AWS managed policies that only allow reading. */
const READING = /(ReadOnly|Viewer|ReadAccess|Describe|ReadOnlyAccess)/;

/** A role that an actor gains, with the service account and the most likely way. */
interface Gained {
  readonly role: Role;
  readonly reach: Reach;
  readonly way: ReachWay;
  readonly sessionPolicy?: unknown;
}

/** Whether a way depends on nothing unknown. */
function isLikely({ confidence, closedBy }: ReachWay): boolean {
  return closedBy === undefined && (confidence === 'certain' || confidence === 'high');
}

function gainedBy(map: AccessMap, reaches: readonly Reach[], wanted: (way: ReachWay) => boolean): Gained[] {
  if (reaches.length === 0) return [];
  const [byArn, accessOf] = [rolesByArn(map), accessIndex(map)];
  return reaches.flatMap(reach => {
    const accesses = accessOf(reach).filter(({ role }) => byArn.has(role));
    if (accesses.length === 0) return [];
    const way = reach.ways.find(wanted);
    return way === undefined ? [] : accesses.map(({ role, sessionPolicy }): Gained => ({
      role: byArn.get(role)!, reach, way, ...sessionPolicy !== undefined && { sessionPolicy },
    }));
  });
}

/** `create pods in payments (RoleBinding payments/dev (ClusterRole edit))`. */
function inWords({ steps: [{ right, grantedBy }] }: ReachWay): string {
  return `${right} (${grantedBy.join(', ')})`;
}

function placeOfWay({ steps: [{ places }] }: ReachWay, fallback: Place): Place {
  return places[0] ?? fallback;
}

function accountName({ namespace, serviceAccount }: Reach): string {
  return `ServiceAccount ${namespace}/${serviceAccount}`;
}

function names(texts: readonly string[]): string {
  return listInShort([...new Set(texts)], MAX_NAMES);
}

export const DATA_OPEN_TO_EVERYBODY: Rule = {
  id: 'data-open-to-everybody',
  severity: 'error',
  title: 'A role that may write data and that every user of the cluster can use: `system:authenticated`',
  why: 'A binding for `system:authenticated` or `system:unauthenticated` applies to every person and every pod. If it '
    + 'includes the right to run pods, it gives all of them the roles of the namespace.',
  check: map => {
    const open = map.reaches.filter(({ actor: { kind, name } }) => EVERYBODY.has(`${kind} ${name}`));
    return gainedBy(map, open, ({ closedBy }) => closedBy === undefined).flatMap((gained): Found[] => {
      const { role, reach, way } = gained;
      const writes = writesOf(gained);
      if (writes === undefined) return [];
      const { kind, name } = reach.actor;
      const isSure = isLikely(way) && reach.doubt === undefined;
      return [{
        ...!isSure && { severity: 'note' as const },
        ...isSure && !writes.isKnown && { severity: 'warning' as const },
        message: `${accountName(reach)}: ${EVERYBODY.get(`${kind} ${name}`)} (${name}) ${isSure ? 'can' : 'may'} `
          + `act as it through the right to ${inWords(way)}. Its role ${role.name} ${writes.words}.`,
        fix: 'Instead, bind only a group of people who need it.',
        place: placeOfWay(way, role.place),
        others: [role.place],
      }];
    });
  },
};

function writesOf({ role, sessionPolicy }: Gained): { readonly words: string; readonly isKnown: boolean } | undefined {
  const policies = role.policies.filter(({ kind }) => kind !== 'boundary');
  const readable = policies.filter(({ document }) => document !== undefined).map(({ document }) => document);
  const limits = [
    ...role.policies.filter(({ kind }) => kind === 'boundary').map(({ document }) => document),
    ...sessionPolicy === undefined || sessionPolicy === null ? [] : [sessionPolicy],
  ];
  const action = WRITES.find(name => findStatements(readable, { action: name }, ...limits).length > 0);
  if (action !== undefined) return { words: `allows ${action}`, isKnown: true };
  const elsewhere = policies.find(({ document, name }) => document === undefined && !READING.test(name));
  return elsewhere && { words: `has the policy ${elsewhere.name}, which is not in the templates`, isKnown: false };
}

const TOKEN = 'serviceaccounts/token';

export const TOKENS_FOR_PEOPLE: Rule = {
  id: 'tokens-for-people',
  severity: 'warning',
  title: 'People may create tokens for a service account with a role: `create` on `serviceaccounts/token`',
  why: 'Such a token gives the AWS role, works outside the cluster and needs no pod. The built-in roles '
    + '`edit` and `admin` are not reported, because they can run pods anyway.',
  check: map => {
    const explicit = new Set(map.rbac.roles.filter(({ rules }) => rules.some(({ verbs, resources }) =>
      resources.includes(TOKEN) && (verbs.includes('create') || verbs.includes('*'))))
      .map(({ kind, name }) => `(${kind} ${name})`));
    if (explicit.size === 0) return [];
    const isExplicit = ({ steps, ...way }: ReachWay) => isLikely({ steps, ...way }) && steps.length === 1
      && steps[0].path === 'create-tokens'
      && steps[0].grantedBy.some(text => [...explicit].some(key => text.endsWith(key)));
    const gained = gainedBy(map, map.reaches.filter(({ actor }) => isPerson(actor)), isExplicit);
    return [...grouped(gained, ({ reach: { actor }, way }) =>
      JSON.stringify([actor, way.steps[0].grantedBy])).values()].map((same): Found => {
      const [{ reach: { actor, doubt }, role, way }] = same;
      return {
        ...doubt !== undefined && { severity: 'note' as const },
        message: `${actor.kind} ${actor.name}: may create tokens for `
          + `${names(same.map(each => accountName(each.reach)))} (${way.steps[0].grantedBy.join(', ')}), and so use `
          + `${names(same.map(each => `role ${each.role.name}`))} without a pod.`,
        fix: `Remove ${TOKEN} from the role, or restrict it to other service accounts with resourceNames.`,
        place: placeOfWay(way, role.place),
        others: [...new Set(same.map(each => each.role.place))].slice(0, MAX_NAMES),
      };
    });
  },
};

/** IAM principals get RBAC rights as a user or as a member of a group. */
function isPerson({ kind, name }: Reach['actor']): boolean {
  return (kind === 'User' || kind === 'Group')
    && (!name.startsWith('system:') || EVERYBODY.has(`${kind} ${name}`));
}

export const MORE_RIGHTS_THROUGH_CLUSTER: Rule = {
  id: 'more-rights-through-cluster',
  severity: 'warning',
  title: 'A role with access to a cluster that gains more AWS permissions there than its own policies allow',
  why: 'Anyone who can run pods in a namespace can use the roles of its service accounts, so access entries and RBAC '
    + 'decide who can do what in AWS. Each cluster administrator is reported once, as a note.',
  check: map => {
    const entered = grouped(map.principals, ({ principal }) => principal);
    if (entered.size === 0) return [];
    const reachesOf = grouped(map.reaches.filter(({ actor: { kind } }) => kind === 'IAM principal'),
      ({ actor: { name } }) => name);
    return [...entered].flatMap(([principal, entries]) => {
      const own = map.roles.find(role => isRole(role, principal));
      if (own === undefined) return [];
      const gained = gainedBy(map, reachesOf.get(principal) ?? [], ({ closedBy }) => closedBy === undefined)
        .filter(({ role }) => role !== own && !trusts(role, own));
      return escalation(own, entries, gained);
    });
  },
};

/** Whether an entry names this role; `aws-auth` omits paths. */
function isRole(role: Role, principal: Text): boolean {
  if (role.arn === principal) return true;
  const [, , , , account, resource = ''] = arnParts(principal);
  return role.account === account && resource === `role/${role.name}`;
}

/** Whether the trust policy of a role names the other role, so that IAM allows it anyway. */
function trusts({ trust }: Role, { arn }: Role): boolean {
  return statementsOf(trust).some(statement => propertyOf(statement, 'Effect') === 'Allow'
    && textsOf(propertyOf(statement, 'Principal', 'AWS')).includes(arn));
}

function escalation(own: Role, entries: readonly ClusterPrincipal[], gained: readonly Gained[]): Found[] {
  const isLimit = ({ kind }: Policy) => kind === 'boundary';
  const ownPolicies = own.policies.filter(policy => !isLimit(policy));
  const boundary = own.policies.find(isLimit);
  const compared = [...new Map(gained.map(each => [each.role, each])).values()].map(each => ({
    ...each,
    ...rightsBeyond(each.role.policies.filter(policy => !isLimit(policy)), ownPolicies, boundary),
  }));
  const [stronger, open] = [
    compared.filter(({ more }) => more.length > 0),
    compared.filter(({ more, unknown }) => more.length === 0 && unknown.length > 0),
  ];
  const [first] = [...stronger, ...open];
  if (first === undefined) return [];
  const isAdmin = entries.some(({ groups, policies }) => groups.includes('system:masters')
    || policies.some(({ policy, namespaces }) => policy === 'AmazonEKSClusterAdminPolicy' && namespaces === undefined));
  const isSure = stronger.some(({ way, reach }) => isLikely(way) && reach.doubt === undefined);
  const roles = stronger.map(({ role, more: [sample] }) => `${role.name} (${sample})`);
  const unclear = open.map(({ role, unknown: [policy] }) => `${role.name} (${policy})`);
  const ways = `through the right to ${inWords(first.way)}`;
  return [{
    ...(isAdmin || !isSure) && { severity: 'note' as const },
    message: `Role ${own.name}: ${isAdmin ? 'is an administrator of the cluster and ' : ''}can use the roles `
      + `of workloads ${ways}.${roles.length > 0 ? ` More than its own policies allow: ${names(roles)}.` : ''}`
      + `${unclear.length > 0 ? ` Not comparable, because a policy cannot be read: ${names(unclear)}.` : ''}`,
    fix: 'Give it rights in fewer namespaces, or restrict who can use the service accounts with a '
      + 'WorkloadIdentityGuard.',
    place: entries[0].place,
    others: [own.place],
  }];
}

export const ROLE_OF_ANOTHER_OWNER: Rule = {
  id: 'role-of-another-owner',
  severity: 'warning',
  title: 'Users of a namespace can use a role that belongs to another owner, according to the label `owner`',
  why: 'Anyone who can run pods in a namespace can use all of its roles, including those of other owners. The owner is '
    + 'the label of the ServiceAccount or RoleBinding, or else of the Namespace. Set a different label with '
    + '`--owner-label`.',
  check: map => {
    const { owners = [] } = map;
    if (owners.length === 0) return [];
    const ownerOf = ownersOf(owners);
    const people = map.reaches.filter(({ actor: { kind } }) => kind !== 'ServiceAccount');
    const gained = gainedBy(map, people.filter(({ doubt }) => doubt === undefined), way =>
      isLikely(way) && way.steps.length === 1 && bindingOf(way) !== undefined)
      .flatMap(each => {
        const { namespace, name } = bindingOf(each.way)!;
        const [user, owner] = [
          ownerOf('RoleBinding', namespace, name),
          ownerOf('ServiceAccount', each.reach.namespace, each.reach.serviceAccount),
        ];
        return user === undefined || owner === undefined || user === owner ? [] : [{ ...each, user, owner }];
      });
    return [...grouped(gained, ({ way, owner }) => JSON.stringify([way.steps[0].grantedBy, owner])).values()]
      .map((same): Found => {
        const [{ way, user, owner, reach, role }] = same;
        const actors = names(same.map(({ reach: { actor: { kind, name } } }) => `${kind} ${name}`));
        return {
          message: `${way.steps[0].grantedBy[0]}: gives ${actors} the right to ${way.steps[0].right}. The binding `
            + `belongs to ${user}, but ${names(same.map(each => accountName(each.reach)))} with `
            + `${names(same.map(each => `role ${each.role.name}`))} belongs to ${owner}.`,
          fix: `Move ${accountName(reach)} to a namespace of ${owner}, or restrict who can use it with a `
            + 'WorkloadIdentityGuard.',
          place: placeOfWay(way, role.place),
          others: [...new Set(same.map(each => each.role.place))].slice(0, MAX_NAMES),
        };
      });
  },
};

/** The RoleBinding that grants the first right. */
function bindingOf(
  { steps: [{ grantedBy }] }: ReachWay,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^RoleBinding ([^/ ]+)\/(\S+) \(/.exec(grantedBy[0] ?? '') ?? [];
  return namespace === undefined ? undefined : { namespace, name };
}

/** Finds the owner of an object, or of its namespace. */
function ownersOf(owners: readonly OwnedObject[]): (kind: string, namespace: Text, name: Text) => Text | undefined {
  const known = new Map(owners.map(({ kind, namespace = '', name, owner }) => [`${kind} ${namespace}/${name}`, owner]));
  return (kind, namespace, name) =>
    known.get(`${kind} ${namespace}/${name}`) ?? known.get(`Namespace /${namespace}`);
}
