/**
 * Random clusters: RBAC objects as an API server takes them, and requests that hit and miss them.
 */
import { Requester } from '../../../src/analysis/rbac/rbac';
import { RbacRequest } from '../../../src/analysis/rbac/rule-match';
import { Manifest } from '../../judges/kubernetes';

/** A number from 0 to 1, the next one of a seed: the generator of Park and Miller. */
export function randomOf(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (seed * 7919 + 12345) % modulus;
  return () => (state = (state * 48271) % modulus) / modulus;
}

export interface World {
  readonly objects: Manifest[];
  readonly requesters: Requester[];
  readonly requests: (count: number) => Array<{ readonly requester: Requester; readonly request: RbacRequest }>;
}

const API_VERSION = 'rbac.authorization.k8s.io/v1';
export const NAMESPACES = ['payments', 'batch', 'ops', 'team-a'];
const GROUPS = ['', 'apps', 'batch', 'rbac.authorization.k8s.io', 'argoproj.io', 'extensions', 'Apps', 'v1'];
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'bind', 'escalate',
  'impersonate', 'use', 'Create', 'GET'];
const RESOURCES = ['pods', 'secrets', 'serviceaccounts', 'deployments', 'jobs', 'roles', 'clusterroles', 'nodes',
  'users', 'groups', 'Pods', 'applications'];
const SUBRESOURCES = ['exec', 'attach', 'token', 'log', 'proxy', 'scale', 'Exec', 'ec'];
const NAMES = ['api', 'worker', 'default', '*', 'Api', 'admin'];
const ACCOUNTS = ['api', 'worker', 'default', 'ci.bot'];
const USERS = ['alice', 'bob', 'Alice', 'arn:aws:iam::111122223333:role/ops', 'system:serviceaccount:payments:api',
  'system:serviceaccount:ops:default', 'system:anonymous', 'carol@example.com'];
const SYSTEM_GROUPS = ['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts',
  'system:serviceaccounts:payments', 'system:serviceaccounts:ops'];
const USER_GROUPS = ['dev', 'Dev', 'ops', 'eks:viewers', 'system:masters:dev'];

/** Objects whose names begin with the prefix, and which refer to each other. */
export function randomWorld(seed: number, prefix: string): World {
  const random = randomOf(seed);
  const chance = (probability: number) => random() < probability;
  const one = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const some = <T>(items: readonly T[], most: number): T[] =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => one(items));
  const resource = () => {
    const base = chance(0.05) ? '*' : one(RESOURCES);
    return chance(0.35) ? `${base}/${chance(0.1) ? '*' : one(SUBRESOURCES)}` : base;
  };
  const rule = (isOfCluster: boolean) => isOfCluster && chance(0.05)
    ? { verbs: ['get'], nonResourceURLs: ['/healthz'] }
    : {
      verbs: chance(0.07) ? ['*'] : some(VERBS, 3),
      apiGroups: chance(0.1) ? ['*'] : some(GROUPS, 2),
      resources: Array.from({ length: 1 + Math.floor(random() * 3) }, resource),
      ...chance(0.3) && { resourceNames: chance(0.15) ? [''] : some(NAMES, 2) },
    };
  const rules = (isOfCluster: boolean) => Array.from({ length: Math.floor(random() * 4) }, () => rule(isOfCluster));
  const label = () => ({ [`${prefix}-${one(['a', 'b', 'c'])}`]: one(['1', '2']) });
  const selector = (): Manifest => chance(0.6) ? { matchLabels: { ...label(), ...chance(0.2) && label() } } : {
    ...chance(0.3) && { matchLabels: label() },
    matchExpressions: [
      { key: Object.keys(label())[0], operator: 'In', values: some(['1', '2', '3'], 2) },
      ...chance(0.4) ? [{ key: Object.keys(label())[0], operator: one(['Exists', 'DoesNotExist']) }] : [],
      ...chance(0.3) ? [{ key: Object.keys(label())[0], operator: 'NotIn', values: ['1'] }] : [],
    ],
  };

  const clusterRoles = Array.from({ length: 14 }, (_, index): Manifest => {
    const isAggregated = chance(0.35);
    // What an aggregated role aggregates has lower numbers, so that there is no cycle.
    return {
      apiVersion: API_VERSION,
      kind: 'ClusterRole',
      metadata: {
        name: `${prefix}-${index}`,
        labels: {
          ...Object.fromEntries(Array.from({ length: 3 }, label).flatMap(Object.entries)),
          ...isAggregated && { [`${prefix}-level`]: '1' },
          ...chance(0.1) && { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
        },
      },
      ...isAggregated && {
        aggregationRule: {
          clusterRoleSelectors: Array.from({ length: 1 + Math.floor(random() * 2) }, selector).map(item => ({
            ...item,
            matchExpressions: [
              ...item.matchExpressions ?? [],
              chance(0.3) && index > 9
                ? { key: `${prefix}-top`, operator: 'DoesNotExist' }
                : { key: `${prefix}-level`, operator: 'DoesNotExist' },
            ],
          })),
        },
      },
      rules: rules(true),
    };
  });
  for (const role of clusterRoles) {
    const isTop = role.aggregationRule?.clusterRoleSelectors
      .some((item: any) => item.matchExpressions.some(({ key }: any) => key === `${prefix}-top`));
    if (isTop) role.metadata.labels[`${prefix}-top`] = '1';
  }
  const roles = Array.from({ length: 12 }, (_, index): Manifest => ({
    apiVersion: API_VERSION,
    kind: 'Role',
    metadata: { name: `${prefix}-${index}`, namespace: one(NAMESPACES) },
    rules: rules(false),
  }));
  const subject = (isOfCluster: boolean) => {
    const kind = one(['User', 'Group', 'ServiceAccount']);
    if (kind === 'ServiceAccount') {
      return { kind, name: one(ACCOUNTS), ...(isOfCluster || chance(0.7)) && { namespace: one(NAMESPACES) } };
    }
    const name = kind === 'User' ? one(USERS) : one(chance(0.12) ? SYSTEM_GROUPS : USER_GROUPS);
    return { kind, name, ...chance(0.5) && { apiGroup: 'rbac.authorization.k8s.io' } };
  };
  const bindings = Array.from({ length: 26 }, (_, index): Manifest => {
    const isOfCluster = chance(0.3);
    const isOfRole = !isOfCluster && chance(0.5);
    const isDangling = chance(0.07);
    const builtIn = one(['view', 'edit', 'admin', 'system:auth-delegator']);
    const role = isOfRole ? one(roles).metadata
      : { name: chance(0.12) ? builtIn : one(clusterRoles).metadata.name, namespace: one(NAMESPACES) };
    return {
      apiVersion: API_VERSION,
      kind: isOfCluster ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: { name: `${prefix}-${index}`, ...!isOfCluster && { namespace: role.namespace } },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: isOfRole ? 'Role' : 'ClusterRole',
        name: isDangling ? `${prefix}-missing` : role.name,
      },
      subjects: Array.from({ length: Math.floor(random() * 4) }, () => subject(isOfCluster)),
    };
  });

  const requesters: Requester[] = [
    ...USERS.map(user => ({ user, groups: some([...USER_GROUPS, ...SYSTEM_GROUPS], 3) })),
    { user: 'nobody', groups: ['system:authenticated'] },
    { user: 'root', groups: ['system:masters'] },
    ...NAMESPACES.map(namespace => ({
      user: `system:serviceaccount:${namespace}:${one(ACCOUNTS)}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    })),
  ];
  const allRules = [...clusterRoles, ...roles].flatMap(role => role.rules).filter(item => item.resources !== undefined);
  const anyRequest = (): RbacRequest => ({
    verb: one(VERBS),
    group: one(GROUPS),
    resource: one(RESOURCES),
    ...chance(0.3) && { subresource: one(SUBRESOURCES) },
    ...chance(0.4) && { name: one(NAMES) },
    ...chance(0.75) && { namespace: one(NAMESPACES) },
  });
  /** What a rule allows, now and then with a small change. */
  const requestOfRule = (): RbacRequest => {
    const { verbs, apiGroups, resources, resourceNames } = one(allRules);
    const [base, sub] = one<string>(resources).split('/');
    const known = (text: string, others: readonly string[]) => (text === '*' && chance(0.8) ? one(others) : text);
    const name = resourceNames ? one<string>(resourceNames) : chance(0.3) ? one(NAMES) : undefined;
    const request: RbacRequest = {
      verb: known(one(verbs), VERBS),
      group: known(one(apiGroups), GROUPS),
      resource: known(base, RESOURCES),
      ...sub !== undefined && { subresource: known(sub, SUBRESOURCES) },
      ...name && { name },
      ...chance(0.85) && { namespace: one(NAMESPACES) },
    };
    const [key, value] = one(Object.entries(anyRequest()));
    return chance(0.7) ? request : { ...request, [key]: value };
  };
  return {
    objects: [...clusterRoles, ...roles, ...bindings],
    requesters,
    requests: count => Array.from({ length: count }, () =>
      ({ requester: one(requesters), request: chance(0.35) ? anyRequest() : requestOfRule() })),
  };
}
