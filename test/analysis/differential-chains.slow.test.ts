/**
 * EKS Pod Identity, target roles, chains of roles and session policies against the policy engine of
 * @cloud-copilot/iam-simulate, on thousands of random worlds. What the library is sure of, the engine says too,
 * whatever nobody knows of the request; and the rules about chains fire exactly if the engine refuses.
 */
import * as fc from 'fast-check';
import { AccessMap, Association, Role } from '../../src/analysis/access-map';
import { accessOf } from '../../src/analysis/admission/access';
import { podAdmission } from '../../src/analysis/admission/admission';
import { targetAdmission } from '../../src/analysis/admission/manifest-admissions';
import { chainAnswer } from '../../src/analysis/admission/role-chains';
import { AdmissionRequest, chainRequest, targetRoleRequest } from '../../src/analysis/admission/trust-requests';
import { BROKEN_CHAIN, CHAIN_WITHOUT_TAG_SESSION } from '../../src/analysis/rules/chain-rules';
import { letsSessionIn, trusts } from '../judges/iam-simulator';

const SEED = 20260101;
const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const cluster = (name: string, account = ACCOUNT) => `arn:aws:eks:eu-west-1:${account}:cluster/${name}`;
const roleArn = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const root = (account: string) => `arn:aws:iam::${account}:root`;

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const list = <T>(one: fc.Arbitrary<T>) => fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 2 }));
const often = <T>(usual: T, ...seldom: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: pick(...seldom) });

type Count = (what: string) => void;

/** Runs a property, and gives how often it met what. */
function counted<T>(numRuns: number, worlds: fc.Arbitrary<T>, check: (world: T, count: Count) => void) {
  const counts: { [what: string]: number } = {};
  fc.assert(
    fc.property(worlds, world => check(world, what => (counts[what] = (counts[what] ?? 0) + 1))),
    { numRuns, seed: SEED },
  );
  return counts;
}

interface Pods {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

const pods: fc.Arbitrary<Pods> = fc.record({
  cluster: often(cluster('one'), cluster('two')),
  namespace: often('shop', 'other'),
  serviceAccount: often('api', 'web'),
});

const tagsOf = ({ cluster: arn, namespace, serviceAccount }: Pods, prefix: string): Record<string, string> => ({
  [`${prefix}eks-cluster-arn`]: arn,
  [`${prefix}eks-cluster-name`]: arn.split('/')[1],
  [`${prefix}kubernetes-namespace`]: namespace,
  [`${prefix}kubernetes-service-account`]: serviceAccount,
});
const REQUEST = 'aws:RequestTag/';
const PRINCIPAL = 'aws:PrincipalTag/';
const ASSUME = 'sts:AssumeRole';
const TAG = 'sts:TagSession';

const line = (operators: string[], keys: string[], ...values: string[]) =>
  fc.tuple(pick(...operators), pick(...keys), list(pick(...values)))
    .map(([operator, key, value]) => ({ [operator]: { [key]: value } }));
const TEXT = ['StringEquals', 'StringEquals', 'StringLike', 'StringNotEquals', 'StringEqualsIfExists', 'StringNotLike'];
const tagConditions = (prefix: string) => fc.oneof(
  line(TEXT, [`${prefix}kubernetes-namespace`], 'shop', 'other', 'sho*'),
  line(TEXT, [`${prefix}kubernetes-service-account`], 'api', 'web', '*'),
  line(TEXT, [`${prefix}eks-cluster-name`], 'one', 'two', 'o?e'),
  line(['ArnEquals', 'ArnLike', 'ArnNotEquals'], [`${prefix}eks-cluster-arn`], cluster('one'), cluster('*')),
  line(['Null'], [`${prefix}kubernetes-namespace`, `${prefix}eks-cluster-name`], 'true', 'false'),
  line(['StringEquals', 'StringLike'], [`${prefix}kubernetes-pod-name`], 'api-0', '*'),
);
const conditions = (one: fc.Arbitrary<object>) => fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: one.map(Condition => ({ Condition })) },
  { weight: 1, arbitrary: fc.tuple(one, one).map(([left, right]) => ({ Condition: { ...left, ...right } })) },
);
const actions = often<any>(
  [ASSUME, TAG], ASSUME, ASSUME, TAG, 'sts:*', 'STS:tagsession', ['sts:AssumeRole*', 'sts:Tag*'], '*',
  'sts:GetFederationToken',
);
const effect = fc.oneof({ weight: 6, arbitrary: fc.constant('Allow') }, { weight: 1, arbitrary: fc.constant('Deny') });
const statement = (principal: fc.Arbitrary<any>, condition: fc.Arbitrary<object>) =>
  fc.tuple(effect, principal, actions, conditions(condition))
    .map(([Effect, Principal, Action, more]) => ({ Effect, Principal, Action, ...more }));
const documentOf = (one: fc.Arbitrary<any>) => fc.array(one, { minLength: 1, maxLength: 3 })
  .map(Statement => ({ Version: '2012-10-17', Statement }));

describe('EKS Pod Identity with session tags and without', () => {
  const trustDocument = documentOf(statement(
    often<any>(
      { Service: 'pods.eks.amazonaws.com' },
      { Service: 'ec2.amazonaws.com' },
      { Service: ['ec2.amazonaws.com', 'pods.eks.amazonaws.com'] },
      { AWS: root(ACCOUNT) },
    ),
    fc.oneof(
      tagConditions(REQUEST),
      line(['ArnEquals', 'ArnNotLike'], ['aws:SourceArn'], cluster('one'), cluster('t*'), cluster('*', OTHER)),
      line(['StringEquals', 'StringNotEquals'], ['aws:SourceAccount'], ACCOUNT, OTHER),
    ),
  ));

  test('the trust policy answers as the engine does', () => {
    const world = fc.record({ trust: trustDocument, asking: pods, sessionTags: fc.boolean() });
    const counts = counted(3000, world, ({ trust, asking, sessionTags }, count) => {
      const { cluster: clusterArn, namespace, serviceAccount } = asking;
      const { answer } = podAdmission(trust, { podIdentity: { clusterArn, namespace, serviceAccount, sessionTags } });
      const known = {
        'aws:SourceArn': clusterArn, 'aws:SourceAccount': ACCOUNT, ...sessionTags && tagsOf(asking, REQUEST),
      };
      // The tags of the pod only the request tells.
      const contexts = requests(trust, known, ...sessionTags ? [podNames(REQUEST)] : []);
      const judged = contexts.map(context => [ASSUME, ...sessionTags ? [TAG] : []]
        .every(action => trusts(trust, 'pods.eks.amazonaws.com', action, context)));
      compare(answer, judged, count);
    });
    expect(counts.in).toBeGreaterThan(400);
    expect(counts.out).toBeGreaterThan(1000);
    expect(counts['unknown, and it depends']).toBeGreaterThan(10);
    expect(counts['unknown, and the engine knows'] ?? 0).toBeLessThan(150);
  });
});

/** The library must not be sure of what depends on the request, nor of anything else than the engine. */
function compare(answer: 'in' | 'out' | 'unknown', judged: boolean[], count: Count): void {
  const [allowed, denied] = [judged.every(one => one), judged.every(one => !one)];
  if (answer === 'unknown') {
    count(allowed || denied ? 'unknown, and the engine knows' : 'unknown, and it depends');
    return;
  }
  count(answer);
  expect(answer === 'in' ? allowed : denied).toBe(true);
}

interface World {
  readonly asking: Pods;
  readonly sessionTags: boolean;
  readonly account: string;
  readonly policies: any[];
  readonly boundary?: any;
  readonly sessionPolicy?: any;
  readonly trust: any;
}

const CALLER = roleArn('caller');
const nextAccount = often(ACCOUNT, OTHER);
const EXTERNAL_ID = `eu-west-1/${ACCOUNT}/one/shop/api`;

function nextTrust(account: string): fc.Arbitrary<any> {
  const principal = fc.oneof(
    { weight: 4, arbitrary: pick<any>({ AWS: CALLER }, { AWS: [roleArn('other'), CALLER] }) },
    {
      weight: 3,
      arbitrary: pick<any>({ AWS: root(ACCOUNT) }, { AWS: ACCOUNT }, { AWS: [root(OTHER), root(ACCOUNT)] }),
    },
    {
      weight: 1,
      arbitrary: pick<any>(
        { AWS: '*' }, '*', { AWS: roleArn('other') }, { AWS: root(OTHER) }, { Service: 'pods.eks.amazonaws.com' },
        { AWS: roleArn('caller', account === ACCOUNT ? OTHER : account) },
      ),
    },
  );
  return documentOf(statement(principal, fc.oneof(
    tagConditions(PRINCIPAL),
    tagConditions(REQUEST),
    line(['ArnEquals', 'StringEquals', 'ArnNotEquals'], ['aws:PrincipalArn'], CALLER, roleArn('other')),
    line(['StringEquals'], ['aws:PrincipalAccount'], ACCOUNT, OTHER),
    line(['StringEquals', 'StringNotEquals', 'StringEqualsIfExists'], ['sts:ExternalId'], EXTERNAL_ID, 'secret'),
  )));
}

/** Policies of the caller. */
function policyOf(account: string): fc.Arbitrary<any> {
  const resource = often<any>(
    roleArn('next', account), '*', roleArn('*', account), roleArn('else', account),
    [roleArn('else'), roleArn('next', account)],
  );
  return documentOf(fc.tuple(effect, actions, resource)
    .map(([Effect, Action, Resource]) => ({ Effect, Action, Resource })));
}

const worlds: fc.Arbitrary<World> = nextAccount.chain(account => fc.record({
  asking: pods,
  sessionTags: fc.boolean(),
  account: fc.constant(account),
  policies: fc.array(policyOf(account), { maxLength: 2 }),
  boundary: policyOf(account),
  sessionPolicy: policyOf(account),
  trust: nextTrust(account),
}));
/** Most worlds without limits, or nearly everything would be forbidden. */
const world = fc.tuple(worlds, fc.nat(3)).map(([one, dice]): World => ({
  ...one,
  boundary: dice === 0 ? one.boundary : undefined,
  sessionPolicy: dice === 1 && !one.sessionTags ? one.sessionPolicy : undefined,
}));

function roleOf(name: string, account: string, trust: any, policies: any[], boundary?: any): Role {
  const document = (kind: 'inline' | 'boundary') => (value: any, index: number) =>
    ({ name: `${kind}${index}`, kind, document: value });
  return {
    arn: roleArn(name, account),
    name,
    account,
    region: 'eu-west-1',
    partition: 'aws',
    trust,
    unresolved: [],
    policies: [...policies.map(document('inline')), ...boundary ? [boundary].map(document('boundary')) : []],
    place: { file: 'Stack.template.json', stack: 'Stack', logicalId: name },
  };
}

const POD_TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: [ASSUME, TAG] }],
};

/** The requests that are possible, as far as it matters to a document: with what only the request tells or without. */
function requests(
  document: any, known: Record<string, string>, ...unknown: [key: string, ...contexts: Record<string, string>[]][]
) {
  const text = JSON.stringify(document);
  return unknown.filter(([key]) => text.includes(key)).reduce((all, [, ...contexts]) =>
    all.flatMap(context => contexts.map(more => ({ ...context, ...more }))), [known]);
}

function judge({ account, policies, boundary, sessionPolicy, trust }: World, context: Record<string, string>) {
  return (action: string) => letsSessionIn({
    caller: { account: ACCOUNT, name: 'caller' },
    policies,
    boundary,
    sessionPolicy,
    next: { account, name: 'next', trust },
    context,
  }, action);
}

const IDENTITY = { 'aws:PrincipalArn': CALLER, 'aws:PrincipalAccount': ACCOUNT };
const podNames = (prefix: string): [string, ...Record<string, string>[]] =>
  [`${prefix}kubernetes-pod-name`, ...['api-0', 'else'].map(pod => ({ [`${prefix}kubernetes-pod-name`]: pod }))];
const externalIds = (...ids: string[]): [string, ...Record<string, string>[]] =>
  ['sts:ExternalId', {}, ...ids.map(id => ({ 'sts:ExternalId': id }))];
const maybe = (asking: Pods, prefix: string): [string, ...Record<string, string>[]] =>
  [prefix, {}, tagsOf(asking, prefix)];

describe('a role that sessions of another role assume', () => {
  const callOf = ({ asking: { cluster: clusterArn, ...names }, sessionTags }: World) =>
    ({ clusterArn, ...names, sessionTags, roleArn: CALLER });
  const answer = (one: World, request: AdmissionRequest, sessionPolicy?: any) => chainAnswer(
    { role: roleOf('caller', ACCOUNT, POD_TRUST, one.policies, one.boundary), sessionPolicy },
    roleOf('next', one.account, one.trust, []),
    request,
  );
  const actionsOf = ({ sessionTags }: World) => [ASSUME, ...sessionTags ? [TAG] : []];

  test('a chain: the session tags are transitive, and a session policy limits it', () => {
    const counts = counted(4000, world, (one, count) => {
      const { asking, sessionTags, sessionPolicy, trust } = one;
      const open = [externalIds(EXTERNAL_ID, 'secret'), maybe(asking, REQUEST)];
      // Without tags of the session, the role may have some.
      const contexts = sessionTags
        ? requests(trust, { ...IDENTITY, ...tagsOf(asking, PRINCIPAL) }, podNames(PRINCIPAL), ...open)
        : requests(trust, IDENTITY, maybe(asking, PRINCIPAL), ...open);
      const judged = contexts.map(context => actionsOf(one).every(judge(one, context)));
      compare(answer(one, chainRequest(callOf(one)), sessionPolicy), judged, count);
      if (sessionPolicy && judged.includes(true)) count('within a session policy');
      if (one.boundary && judged.includes(true)) count('within a boundary');
    });
    expect(counts.in).toBeGreaterThan(300);
    expect(counts.out).toBeGreaterThan(1500);
    expect(counts['unknown, and it depends']).toBeGreaterThan(100);
    expect(counts['within a session policy']).toBeGreaterThan(30);
    expect(counts['within a boundary']).toBeGreaterThan(30);
  });

  test('a target role: EKS assumes it, and the session policy is for the target role alone', () => {
    const counts = counted(4000, world, (one, count) => {
      const { asking, sessionTags, trust } = one;
      const { cluster: arn, namespace, serviceAccount } = asking;
      const externalId = `eu-west-1/${ACCOUNT}/${arn.split('/')[1]}/${namespace}/${serviceAccount}`;
      const tags = { ...tagsOf(asking, PRINCIPAL), ...tagsOf(asking, REQUEST) };
      const contexts = sessionTags
        ? requests(trust, { ...IDENTITY, ...tags }, podNames(PRINCIPAL), podNames(REQUEST), externalIds(externalId))
        : requests(trust, { ...IDENTITY, 'sts:ExternalId': externalId }, maybe(asking, PRINCIPAL));
      const unlimited = { ...one, sessionPolicy: undefined };
      const judged = contexts.map(context => actionsOf(one).every(judge(unlimited, context)));
      compare(answer(one, targetRoleRequest(callOf(one))), judged, count);
      if (!judged.includes(true)) return;
      const [caller, target] = [
        roleOf('caller', ACCOUNT, POD_TRUST, one.policies, one.boundary), roleOf('next', one.account, one.trust, []),
      ];
      expect(targetAdmission(target, associationOf(one, target.arn), caller).answer).not.toBe('out');
      count('the map has it');
    });
    expect(counts.in).toBeGreaterThan(300);
    expect(counts.out).toBeGreaterThan(1500);
    expect(counts['unknown, and it depends']).toBeGreaterThan(50);
    expect(counts['the map has it']).toBeGreaterThan(500);
  });
});

function associationOf({ asking, sessionTags }: World, targetRoleArn?: string): Association {
  return {
    ...asking,
    roleArn: CALLER,
    disableSessionTags: !sessionTags,
    ...targetRoleArn !== undefined && { targetRoleArn },
    place: { file: 'Stack.template.json', stack: 'Stack', logicalId: 'Association' },
  };
}

describe('the rules', () => {
  const mapOf = (one: World, association: Association): AccessMap => {
    const roles = [
      roleOf('caller', ACCOUNT, POD_TRUST, one.policies, one.boundary), roleOf('next', one.account, one.trust, []),
    ];
    const nothing = {
      clusters: [],
      providers: [],
      serviceAccounts: [],
      addons: [],
      workloads: [],
      impersonators: [],
      rbac: { roles: [], bindings: [], unknown: [] },
      principals: [],
      reaches: [],
      unknownReaches: [],
      annotations: [],
      repeatedKeys: [],
      changedFiles: [],
      constructPaths: {},
      accounts: [],
      existingRoles: [],
      existingProviders: [],
      suppressions: [],
    };
    return { ...nothing, roles, associations: [association], access: accessOf(roles, [], [association]) };
  };
  /** Nothing that only the request tells. */
  const isPlain = ({ trust }: World) =>
    !/RequestTag|ExternalId|pod-name/.test(JSON.stringify(trust));
  const namesNext = ({ policies, account }: World) => policies.flatMap(({ Statement }) => Statement)
    .some(({ Effect, Action, Resource }: any) => Effect === 'Allow'
      && [Resource].flat().includes(roleArn('next', account))
      && [Action].flat().some((action: string) => [ASSUME, 'sts:*', 'sts:AssumeRole*'].includes(action)));
  const namesCaller = ({ trust }: World) => trust.Statement.some(({ Effect, Principal, Action }: any) =>
    Effect === 'Allow' && [Principal.AWS].flat().includes(CALLER)
    && [Action].flat().some((action: string) => [ASSUME, 'sts:*', 'sts:AssumeRole*', '*'].includes(action)));

  test('a chain lacks sts:TagSession exactly if the engine allows the one and refuses the other', () => {
    const mostlyTagged = fc.tuple(world.filter(isPlain), fc.nat(5))
      .map(([one, dice]) => ({ ...one, sessionTags: dice > 0 }));
    const counts = counted(4000, mostlyTagged, (one, count) => {
      const plain = { ...one, sessionPolicy: undefined };
      const asks = judge(plain, {
        ...IDENTITY, ...one.sessionTags && tagsOf(one.asking, PRINCIPAL),
      });
      const found = CHAIN_WITHOUT_TAG_SESSION.check(mapOf(plain, associationOf(one)))
        .filter(({ message }) => /(Role |role\/)next\b/.test(message)); // another one is not in the input
      const isNamed = namesNext(one) || namesCaller(one);
      const lacks = one.sessionTags && asks(ASSUME) && !asks(TAG);
      if (isNamed) expect(found.length > 0).toBe(lacks);
      else if (found.length > 0) expect(lacks).toBe(true);
      if (isNamed) count(lacks ? 'lacks' : 'silent');
    });
    expect(counts.lacks).toBeGreaterThan(60);
    expect(counts.silent).toBeGreaterThan(500);
  });

  test('a chain is broken only if the engine refuses, and then if somebody names the other', () => {
    const counts = counted(3000, world.filter(isPlain), (one, count) => {
      const plain = { ...one, sessionPolicy: undefined };
      const found = BROKEN_CHAIN.check(mapOf(plain, associationOf(one)));
      const untagged = judge(plain, IDENTITY);
      const tagged = judge(plain, { ...IDENTITY, ...tagsOf(one.asking, PRINCIPAL) });
      if (found.length > 0) {
        expect(untagged(ASSUME) || tagged(ASSUME)).toBe(false);
        expect(namesNext(one) || namesCaller(one) || /PrincipalArn/.test(JSON.stringify(one.trust))).toBe(true);
      }
      count(found.length > 0 ? 'broken' : untagged(ASSUME) ? 'works' : 'silent');
    });
    expect(counts.broken).toBeGreaterThan(200);
    expect(counts.works).toBeGreaterThan(200);
  });

  test('EKS cannot assume a target role exactly if the engine refuses, and no other rule says why', () => {
    const counts = counted(3000, world.filter(isPlain), (one, count) => {
      const plain = { ...one, sessionPolicy: undefined };
      const target = roleArn('next', one.account);
      const map = mapOf(plain, associationOf(one, target));
      const found = [BROKEN_CHAIN, CHAIN_WITHOUT_TAG_SESSION].flatMap(rule => rule.check(map));
      const onMap = map.access.some(({ role, associated }) => associated === true && role === target);
      const tags = { ...tagsOf(one.asking, PRINCIPAL), ...tagsOf(one.asking, REQUEST) };
      const context = { ...IDENTITY, ...one.sessionTags && tags };
      const isIn = [ASSUME, ...one.sessionTags ? [TAG] : []].every(judge(plain, context));
      if (isIn) expect([found, onMap]).toEqual([[], true]);
      if (found.length > 0) expect([isIn, onMap]).toEqual([false, false]);
      count(isIn ? 'in' : found.length > 0 ? 'found' : 'out');
    });
    expect(counts.in).toBeGreaterThan(200);
    expect(counts.found).toBeGreaterThan(300);
  });
});
