/**
 * The admission policies of a guard. All differences between two guards are variables whose expressions are JSON, which
 * is valid CEL. Therefore the analysis can read a policy, generate it again and compare.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */

export const ADMISSION_VERSION = 'admissionregistration.k8s.io/v1';
export const POLICY_KIND = 'ValidatingAdmissionPolicy';
export const BINDING_KIND = 'ValidatingAdmissionPolicyBinding';

/** The kinds of policies. `unlisted` is the part of the integrity policy that applies to all other ServiceAccounts. */
export const GUARD_KINDS = ['integrity', 'unlisted', 'use', 'tokens', 'exec'] as const;
export type GuardKind = typeof GUARD_KINDS[number];

/** What a binding does with a request that the policy denies. */
export const VALIDATION_ACTIONS = { audit: ['Audit'], warn: ['Warn', 'Audit'], deny: ['Deny'] } as const;
export type GuardMode = keyof typeof VALIDATION_ACTIONS;

/** The users and groups that a policy does not apply to. Service accounts are users. */
export interface GuardExceptions {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** Names of service accounts, by namespace. */
export type NamesByNamespace = Readonly<Record<string, readonly string[]>>;

interface CommonFacts {
  /** The name of the app. */
  readonly app: string;
  readonly exceptions: GuardExceptions;
}

/** The content of one policy. */
export type PolicyFacts = CommonFacts & (
  | {
    readonly kind: 'integrity';
    /** The annotation. */
    readonly key: string;
    /** The role ARN by `<namespace>.<name>`. A namespace has no dot. */
    readonly roles: Readonly<Record<string, string>>;
  }
  | { readonly kind: 'unlisted'; readonly key: string; readonly accounts: NamesByNamespace }
  | { readonly kind: 'use'; readonly accounts: NamesByNamespace }
  | {
    readonly kind: 'tokens';
    /** Undefined for every service account of the cluster. */
    readonly accounts?: NamesByNamespace;
    readonly audiences: readonly string[];
  }
  | { readonly kind: 'exec'; readonly namespaces: readonly string[] }
);

/** A variable of a policy. */
export interface PolicyVariable {
  readonly name: string;
  readonly expression: string;
}

interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

interface Validation {
  readonly expression: string;
  readonly reason: 'Forbidden';
  readonly messageExpression: string;
}

export interface PolicySpec {
  readonly failurePolicy: 'Fail';
  readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] };
  readonly matchConditions?: ReadonlyArray<{ readonly name: string; readonly expression: string }>;
  readonly variables: readonly PolicyVariable[];
  readonly validations: readonly Validation[];
}

/** Kubernetes accepts 100,000 code points in one expression. */
const MAX_EXPRESSION = 90_000;
const MAX_ENTRIES = 1_000;

/** The Kubernetes controllers that create pods, or objects that create pods, for an object that was already checked. */
export const POD_CONTROLLERS = [
  'cronjob-controller', 'daemon-set-controller', 'deployment-controller', 'job-controller', 'replicaset-controller',
  'replication-controller', 'statefulset-controller',
].map(name => `system:serviceaccount:kube-system:${name}`);

const GROUPS = 'request.userInfo.?groups.orValue([])';
const KUBELET = `"system:nodes" in ${GROUPS} && request.userInfo.username.startsWith("system:node:")`;
const WRITES = ['CREATE', 'UPDATE'];

/** Returns the spec of a policy. The same facts produce the same spec. */
export function policySpec(facts: PolicyFacts): PolicySpec {
  switch (facts.kind) {
    case 'integrity': return integritySpec(facts);
    case 'unlisted': return unlistedSpec(facts);
    case 'use': return useSpec(facts);
    case 'tokens': return tokensSpec(facts);
    case 'exec': return execSpec(facts);
  }
}

type Facts<K extends GuardKind> = PolicyFacts & { readonly kind: K };

function integritySpec({ key, roles, ...facts }: Facts<'integrity'>): PolicySpec {
  const parts = split(Object.entries(roles));
  const numbers = parts.map((_, index) => index);
  // Searching a list is native code. Searching the values of a map would be CEL and take milliseconds.
  const listed = numbers.map(index => `variables.at${index} >= 0 ? variables.roles${index}[variables.at${index}] : `);
  const isOfApp = numbers.map(index => `variables.given in variables.roles${index}`).join(' || ');
  const passes = 'variables.exempt || variables.given == "" || variables.unchanged';
  return {
    ...annotationMatch(key),
    variables: [
      ...commonVariables(facts),
      ...literalVariables('subjects', parts.map(entries => entries.map(([subject]) => subject))),
      ...literalVariables('roles', parts.map(entries => entries.map(([, role]) => role))),
      ...annotationVariables(key),
      // A namespace contains no dot, so no two service accounts have the same subject.
      variable('subject', 'request.namespace + "." + object.metadata.name'),
      ...numbers.map(index => variable(`at${index}`, `variables.subjects${index}.indexOf(variables.subject)`)),
      variable('listed', `${listed.join('')}""`),
    ],
    validations: [
      denial(
        `${passes} || variables.listed == "" || variables.given == variables.listed`,
        'ServiceAccount {request.namespace}/{object.metadata.name} of the app {variables.app} may only have the role '
          + '{variables.listed}, not {variables.given}: change the CDK app, not the annotation',
      ),
      denial(
        `${passes} || variables.listed != "" || !(${isOfApp})`,
        'ServiceAccount {request.namespace}/{object.metadata.name} may not have the role {variables.given}, which the '
          + 'app {variables.app} gives to another service account: ask its owners to add this one to the CDK app',
      ),
      denial(
        'variables.exempt || variables.before == "" || variables.before != variables.listed || variables.given != ""',
        'ServiceAccount {request.namespace}/{object.metadata.name} of the app {variables.app} must keep the role '
          + '{variables.listed}: change the CDK app, not the annotation',
      ),
    ],
  };
}

function unlistedSpec({ key, accounts, ...facts }: Facts<'unlisted'>): PolicySpec {
  const maps = accountVariables(accounts);
  return {
    ...annotationMatch(key),
    variables: [
      ...commonVariables(facts),
      ...maps,
      ...annotationVariables(key),
      variable('listed', isListed(maps, 'object.metadata.name')),
    ],
    validations: [denial(
      'variables.exempt || variables.given == "" || variables.unchanged || variables.listed',
      'ServiceAccount {request.namespace}/{object.metadata.name} gets no role from the app {variables.app}: ask its '
        + 'owners to add it to the CDK app, or remove the annotation {variables.key}',
    )],
  };
}

const POD_SPECS = [
  ['Pod', 'spec'], ['CronJob', 'spec.jobTemplate.spec.template.spec'], [undefined, 'spec.template.spec'],
] as const;

function useSpec({ accounts, ...facts }: Facts<'use'>): PolicySpec {
  const maps = accountVariables(accounts);
  const specOf = (object: string) => POD_SPECS.map(([kind, path]) =>
    `${kind === undefined ? '' : `request.kind.kind == "${kind}" ? `}${object}.${path}`).join(' : ');
  return {
    ...match([
      rule('', 'pods pods/ephemeralcontainers replicationcontrollers', WRITES),
      rule('apps', 'deployments statefulsets daemonsets replicasets', WRITES),
      rule('batch', 'jobs cronjobs', WRITES),
    ], [
      { name: 'not-a-controller', expression: `!(request.userInfo.username in ${JSON.stringify(POD_CONTROLLERS)})` },
      { name: 'not-a-kubelet', expression: `!(${KUBELET})` },
    ]),
    variables: [
      ...commonVariables(facts),
      ...maps,
      variable('spec', specOf('object')),
      variable('unchanged', `oldObject != null && variables.spec == (${specOf('oldObject')})`),
      variable('account', 'variables.spec.?serviceAccountName.orValue("default")'),
      variable('guarded', isListed(maps, 'variables.account')),
    ],
    validations: [denial(
      'variables.exempt || variables.unchanged || !variables.guarded || authorizer.group("")'
        + '.resource("serviceaccounts").namespace(request.namespace).name(variables.account).check("use").allowed()',
      '{request.userInfo.username} may not run pods as ServiceAccount {request.namespace}/{variables.account} of the '
        + 'app {variables.app}: ask its owners for the verb use on it',
    )],
  };
}

function tokensSpec({ accounts, audiences, ...facts }: Facts<'tokens'>): PolicySpec {
  const maps = accounts === undefined ? undefined : accountVariables(accounts);
  return {
    ...match([rule('', 'serviceaccounts/token', ['CREATE'])]),
    variables: [
      ...commonVariables(facts),
      literal('audiences', audiences),
      ...maps ?? [],
      variable('kubelet', KUBELET),
      variable('aws', 'object.spec.?audiences.orValue([]).exists(a, a in variables.audiences)'),
      variable('guarded', maps === undefined ? 'true' : isListed(maps, 'request.name')),
    ],
    validations: [denial(
      'variables.exempt || variables.kubelet || !variables.aws || !variables.guarded',
      '{request.userInfo.username} may not create tokens for AWS as ServiceAccount {request.namespace}/{request.name}: '
        + 'ask the owners of the app {variables.app} for an exception',
    )],
  };
}

function execSpec({ namespaces, ...facts }: Facts<'exec'>): PolicySpec {
  return {
    ...match([rule('', 'pods/exec pods/attach', ['CONNECT'])]),
    variables: [...commonVariables(facts), literal('namespaces', namespaces)],
    validations: [denial(
      'variables.exempt || !(request.namespace in variables.namespaces)',
      '{request.userInfo.username} may not run commands in pods of the namespace {request.namespace}: ask the owners '
        + 'of the app {variables.app} for an exception',
    )],
  };
}

function match(resourceRules: ResourceRule[], matchConditions?: PolicySpec['matchConditions']) {
  return {
    failurePolicy: 'Fail' as const,
    matchConstraints: { resourceRules },
    ...matchConditions && { matchConditions },
  };
}

function rule(group: string, resources: string, operations: readonly string[]): ResourceRule {
  return { apiGroups: [group], apiVersions: ['v1'], operations, resources: resources.split(' ') };
}

/** Skips every request without a role. */
function annotationMatch(key: string) {
  const has = (object: string) => `${object}.metadata.?annotations[${JSON.stringify(key)}].hasValue()`;
  return match([rule('', 'serviceaccounts', WRITES)], [
    { name: 'a-role-now-or-before', expression: `${has('object')} || (oldObject != null && ${has('oldObject')})` },
  ]);
}

function annotationVariables(key: string): PolicyVariable[] {
  return [
    literal('key', key),
    variable('given', 'object.metadata.?annotations[variables.key].orValue("")'),
    variable('before', 'oldObject == null ? "" : oldObject.metadata.?annotations[variables.key].orValue("")'),
    variable('unchanged', 'oldObject != null && variables.given == variables.before'),
  ];
}

function commonVariables({ app, exceptions: { users, groups } }: CommonFacts): PolicyVariable[] {
  return [
    literal('app', app),
    literal('users', users),
    literal('groups', groups),
    variable('exempt', `request.userInfo.username in variables.users || ${GROUPS}.exists(g, g in variables.groups)`),
  ];
}

function accountVariables(accounts: NamesByNamespace): PolicyVariable[] {
  const entries = Object.entries(accounts).flatMap(([namespace, names]) =>
    names.map((name): [string, string] => [namespace, name]));
  return literalVariables('accounts', split(entries).map(part => {
    const map = new Map<string, string[]>();
    for (const [namespace, name] of part) pushTo(map, namespace, name);
    return Object.fromEntries(map);
  }));
}

function isListed(maps: readonly PolicyVariable[], name: string): string {
  return maps.map(map => `${name} in variables.${map.name}[?request.namespace].orValue([])`).join(' || ');
}

/** Splits entries into parts that fit in one expression. */
function split(entries: ReadonlyArray<[string, string]>): Array<Array<[string, string]>> {
  const parts: Array<Array<[string, string]>> = [[]];
  let size = 0;
  for (const entry of entries) {
    const own = JSON.stringify(entry).length;
    if (parts[parts.length - 1].length >= MAX_ENTRIES || size + own > MAX_EXPRESSION) {
      parts.push([]);
      size = 0;
    }
    parts[parts.length - 1].push(entry);
    size += own;
  }
  return parts;
}

function literalVariables(name: string, values: readonly unknown[]): PolicyVariable[] {
  return values.map((value, index) => literal(`${name}${index}`, value));
}

/** JSON is valid CEL. */
function literal(name: string, value: unknown): PolicyVariable {
  return variable(name, JSON.stringify(value));
}

function variable(name: string, expression: string): PolicyVariable {
  return { name, expression };
}

/** Without a reason, the status code would be 422. Expressions in the message are in braces. */
function denial(expression: string, message: string): Validation {
  const parts = message.split(/[{}]/).map((part, index) => (index % 2 === 0 ? JSON.stringify(part) : part));
  return { expression, reason: 'Forbidden', messageExpression: parts.filter(part => part !== '""').join(' + ') };
}

function pushTo(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
