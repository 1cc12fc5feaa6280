/**
 * The evaluators against the policy engine of @cloud-copilot/iam-simulate, on thousands of random documents: whoever
 * disagrees must be in one of the two tables, with what AWS documents.
 */
import * as fc from 'fast-check';
import { evaluatePolicies } from '../../src/analysis/iam/policy-evaluator';
import { evaluateTrust, TrustRequest } from '../../src/analysis/iam/trust-evaluator';
import { allowsWithin, trusts } from '../judges/iam-simulator';

const SEED = 20260101;
const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';

const A = 'oidc.eks.eu-west-1.amazonaws.com/id/A';
const AB = 'oidc.eks.eu-west-1.amazonaws.com/id/AB';
const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const provider = (issuer: string, account = ACCOUNT) => `arn:aws:iam::${account}:oidc-provider/${issuer}`;
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const subject = (names: string) => `system:serviceaccount:${names}`;
const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const list = <T>(one: fc.Arbitrary<T>, minLength = 1) => fc.oneof(one, fc.array(one, { minLength, maxLength: 3 }));
const mostly = <T, U = T>(often: fc.Arbitrary<T>, seldom: fc.Arbitrary<U>, weight = 12): fc.Arbitrary<T | U> =>
  fc.oneof({ weight, arbitrary: often as fc.Arbitrary<T | U> }, { weight: 1, arbitrary: seldom });

/** Where evaluator and engine differ, who says so, and for which documents alone. */
interface Difference {
  readonly why: string;
  readonly source: string;
  readonly applies: (document: any, request: TrustRequest) => boolean;
}

interface Line {
  readonly operator: string;
  readonly key: string;
  readonly values: string[];
}

const linesOf = (document: any): Line[] =>
  [document.Statement]
    .flat()
    .flatMap((statement: any) => Object.entries<any>(statement.Condition ?? {}))
    .flatMap(([operator, keys]) =>
      Object.entries<any>(keys).map(([key, values]) => ({ operator, key, values: [values].flat() })),
    );
const has = (document: any, test: (line: Line) => boolean) => linesOf(document).some(test);
const variablesOf = (values: string[]) =>
  values.flatMap(value => [...value.matchAll(/\$\{([^}]*)\}/g)].map(match => match[1]));
const valueOf = ({ context }: TrustRequest, key: string) =>
  Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];

const principalsOf = (document: any, type: string): string[] => [document.Statement].flat()
  .flatMap((statement: any) => statement.Principal?.[type] ?? []);

/** Where the evaluator is sure, and the engine of another mind. */
const DISAGREEMENTS: Difference[] = [
  {
    why: 'policy variables are plain text in documents without Version 2012-10-17; the engine replaces them',
    source: `${GUIDE}/reference_policies_elements_version.html`,
    applies: document =>
      document.Version !== '2012-10-17' && has(document, ({ values }) => variablesOf(values).length > 0),
  },
  {
    why: 'an inverted operator does match a variable without a value; the engine has it match nothing',
    source: `${GUIDE}/reference_policies_variables.html#policy-vars-no-value`,
    applies: (document, request) =>
      has(
        document,
        ({ operator, values }) =>
          /not/i.test(operator)
          && variablesOf(values).some(name => !/^[*?$]$|, /.test(name) && valueOf(request, name) === undefined),
      ),
  },
  {
    why: '${*}, ${?} and ${$} are the characters in any text; the engine replaces them for operators with wildcards '
      + 'alone',
    source: `${GUIDE}/reference_policies_variables.html#policy-vars-specialchars`,
    applies: document =>
      has(
        document,
        ({ operator, values }) => !/like|arn/i.test(operator) && variablesOf(values).some(name => /^[*?$]$/.test(name)),
      ),
  },
];

/** Where the evaluator does not know, by the words it says so in. */
const UNKNOWNS: (Difference & { readonly reason: RegExp })[] = [
  {
    reason: /is a list, which requires/,
    why: 'a list under an operator for single values: AWS documents that a set operator is needed, and nothing of '
      + 'what happens without',
    source: `${GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html`,
    applies: (document, asking) =>
      has(document, ({ operator, key }) => !operator.includes(':') && Array.isArray(valueOf(asking, key))),
  },
  {
    reason: /is an empty list, and AWS does not document/,
    why: 'an empty list is "a null data set" for ForAllValues; whether it is for Null is not documented',
    source: `${GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html`,
    applies: (document, asking) =>
      has(document, ({ operator, key }) => /^null$/i.test(operator) && valueOf(asking, key)?.length === 0),
  },
  {
    reason: /the documentation of .* is inconsistent/,
    why: 'ForAnyValue "returns false if the key does not exist"; IfExists can end any operator and then "evaluates '
      + 'the element as true"',
    source: `${GUIDE}/reference_policies_elements_condition_operators.html#Conditions_IfExists`,
    applies: document => has(document, ({ operator }) => /^forany.*ifexists$/i.test(operator)),
  },
  {
    reason: /has no value for/,
    why: 'a condition with an empty list of values "does not affect the policy": AWS does not say whether it then '
      + 'holds',
    source: `${GUIDE}/access-analyzer-reference-policy-checks.html`,
    applies: document => has(document, ({ values }) => values.length === 0),
  },
  {
    reason: /cannot be determined yet/,
    why: 'an ARN operator for what is no ARN: not documented',
    source: `${GUIDE}/reference_policies_elements_condition_operators.html#Conditions_ARN`,
    applies: (document, asking) =>
      has(
        document,
        ({ operator, key, values }) =>
          /arn/i.test(operator) && [valueOf(asking, key) ?? [], values].flat().some(text => text.split(':').length < 6),
      ),
  },
  {
    reason: /cannot be determined yet/,
    why: 'a variable whose value holds a wildcard, or is a list: not documented',
    source: `${GUIDE}/reference_policies_variables.html`,
    applies: (document, asking) =>
      has(document, ({ values }) =>
        variablesOf(values)
          .map(name => valueOf(asking, name))
          .some(value => /\*/.test(`${value}`) || Array.isArray(value)),
      ),
  },
  {
    reason: /a value other than true or false/,
    why: 'Bool and what is no Boolean: not documented',
    source: `${GUIDE}/reference_policies_elements_condition_operators.html#Conditions_Boolean`,
    applies: (document, asking) =>
      has(
        document,
        ({ operator, key, values }) =>
          /bool/i.test(operator)
          && [valueOf(asking, key) ?? [], values].flat().some(text => !/^(true|false)$/i.test(text)),
      ),
  },
  {
    reason: /does not document wildcards in the service/,
    why: 'actions are a service, a colon and a name that may hold wildcards; of wildcards for services nothing is '
      + 'documented',
    source: `${GUIDE}/reference_policies_elements_action.html`,
    applies: document =>
      [document.Statement]
        .flat()
        .flatMap(({ Action, NotAction }: any) => Action ?? NotAction)
        .some(one => /^[^:]*[*?][^:]*:/.test(one)),
  },
  {
    reason: /includes web identities of the account/,
    why: 'whether "the account" as principal has web identities of its providers in it: not documented',
    source: `${GUIDE}/reference_policies_elements_principal.html`,
    applies: (document, asking) =>
      asking.principal.type === 'Federated' && principalsOf(document, 'AWS').some(id => id.includes(ACCOUNT)),
  },
  {
    reason: /does not document \* under/,
    why: '* is documented for everybody and under AWS',
    source: `${GUIDE}/reference_policies_elements_principal.html`,
    applies: (document, asking) => principalsOf(document, asking.principal.type).includes('*'),
  },
];

const SUBJECTS = [
  'shop:payments',
  'shop:payment',
  'shops:payments',
  'shop:Payments',
  'other:payments',
  'shop:pay*',
].map(subject);
const KEYS = [
  `${A}:sub`,
  `${A}:sub`,
  `${A}:sub`,
  `${A}:aud`,
  `${A}:amr`,
  `${AB}:sub`,
  'sts:ExternalId',
  'aws:SourceArn',
  'aws:SecureTransport',
  'aws:RequestTag/ns',
];
const anyCase = (text: string) =>
  fc.nat(11).map(dice => (dice === 0 ? text.toUpperCase() : dice === 1 ? text.toLowerCase() : text));

const request: fc.Arbitrary<TrustRequest> = fc
  .record({
    action: mostly(fc.constant(WEB_IDENTITY), pick('sts:AssumeRole', 'sts:TagSession'), 4),
    principal: mostly<TrustRequest['principal']>(
      fc.constant({ type: 'Federated', id: provider(A) }),
      pick(
        { type: 'Federated', id: provider(AB) },
        { type: 'AWS', id: role('caller') },
        { type: 'AWS', id: role('path/caller', OTHER) },
        { type: 'AWS', id: `arn:aws:sts::${ACCOUNT}:assumed-role/caller/me` },
        { type: 'Service', id: 'pods.eks.amazonaws.com' },
      ),
      3,
    ),
    context: fc.record<any>(
      {
        [`${A}:sub`]: mostly(pick(...SUBJECTS.slice(0, 4)), pick(SUBJECTS[5], `${A}:${subject('shop:payments')}`)),
        [`${A}:aud`]: pick('sts.amazonaws.com', 'sts.amazonaws.com', 'vault'),
        [`${A}:AMR`]: fc.array(pick('a', 'b', 'authenticated'), { maxLength: 3 }),
        'aws:SourceArn': mostly(
          pick('arn:aws:eks:eu-west-1:111122223333:cluster/one', 'arn:aws:eks:eu-west-1:111122223333:cluster/one:x/y'),
          pick('no arn'),
        ),
        'aws:SecureTransport': mostly(pick('true', 'false', 'True'), pick('maybe')),
        'aws:RequestTag/NS': pick('shop', 'shops', 'payments'),
      },
      { requiredKeys: [`${A}:sub`] },
    ),
  })
  .map(one => ({ ...one, absent: () => true }));

const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: pick(...SUBJECTS) },
  {
    weight: 3,
    arbitrary: pick('*:payments', 'shop:*', 'shop:p?yments', '?hop:*', 'shop:payments?', '*:*', '**').map(subject),
  },
  { weight: 2, arbitrary: pick('*', 'sts.amazonaws.com', 'STS.amazonaws.com', 'vault', 'a', 'b', 'auth*', 'shop') },
  {
    weight: 1,
    arbitrary: pick(
      '${aws:RequestTag/ns}:payments',
      'shop:${*}',
      'shop:pay${*}',
      'shop:p${?}yments',
      "${aws:RequestTag/none, 'shop'}:payments",
      '${missing}:*',
    ).map(subject),
  },
  { weight: 1, arbitrary: pick('${$}', '${aws:RequestTag/NS}', `\${${A}:sub}`, `\${${A}:amr}`) },
);
const arn = pick(
  'arn:aws:eks:eu-west-1:111122223333:cluster/one',
  'arn:aws:eks:*:111122223333:cluster/*',
  'arn:aws:eks:*:cluster/one',
  'arn:*:*:*:*:*',
  'arn:aws:eks:eu-west-?:111122223333:cluster/on?',
  'arn:aws:EKS:eu-west-1:111122223333:cluster/one',
  'arn:aws:eks:eu-west-1:*',
  '*',
);
const bool = mostly(pick('true', 'false', 'TRUE'), pick('no', '${aws:SecureTransport}'));

const textOperator = pick(
  'StringEquals',
  'StringEquals',
  'StringLike',
  'StringLike',
  'StringNotEquals',
  'StringNotLike',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
);
const withSet = (operator: fc.Arbitrary<string>) =>
  fc
    .tuple(
      mostly(fc.constant(''), pick('ForAnyValue:', 'ForAllValues:'), 3),
      operator,
      mostly(fc.constant(''), fc.constant('IfExists'), 4),
    )
    .chain(parts => anyCase(parts.join('')));
const key = mostly(pick(...KEYS), pick(`https://${A}:sub`, `${A}:missing`)).chain(anyCase);
const block = (operator: fc.Arbitrary<string>, values: fc.Arbitrary<string>, keys = key) =>
  fc
    .tuple(operator, keys, mostly(list(values), fc.constant<string[]>([]), 30))
    .map(([name, one, wanted]) => ({ [name]: { [one]: wanted } }));
const condition = fc.oneof(
  { weight: 8, arbitrary: block(withSet(textOperator), value) },
  { weight: 3, arbitrary: block(withSet(pick('StringEquals', 'StringLike')), value, pick(`${A}:sub`)) },
  {
    weight: 1,
    arbitrary: block(
      withSet(pick('ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike')),
      arn,
      mostly(fc.constant('aws:SourceArn'), key),
    ),
  },
  { weight: 1, arbitrary: block(withSet(fc.constant('Bool')), bool, mostly(fc.constant('aws:SecureTransport'), key)) },
  { weight: 1, arbitrary: block(pick('Null', 'null'), pick('true', 'false')) },
);
const conditions = fc.array(condition, { maxLength: 3 }).map(blocks => Object.assign({}, ...blocks));

const principal = mostly<any>(
  fc.constant({ Federated: provider(A) }),
  fc.oneof(
    pick<any>(
      '*',
      { AWS: '*' },
      { Federated: '*' },
      { Service: 'pods.eks.amazonaws.com' },
      { Federated: [provider(AB), provider(A)] },
      { Federated: provider(A, OTHER) },
      {},
    ),
    list(
      pick<string>(
        ACCOUNT,
        OTHER,
        `arn:aws:iam::${ACCOUNT}:root`,
        role('caller'),
        role('path/caller', OTHER),
        role('calle*'),
        role('some/caller'),
      ),
    ).map<any>(AWS => ({ AWS })),
    pick<any>(
      { AWS: role('caller'), Federated: provider(A), Service: ['ec2.amazonaws.com', 'pods.eks.amazonaws.com'] },
      { AWS: [] },
    ),
  ),
  2,
);
const action = mostly(
  pick(
    WEB_IDENTITY,
    WEB_IDENTITY,
    'sts:AssumeRole*',
    'STS:assumerolewithwebidentity',
    'sts:*',
    '*',
    'sts:AssumeRoleWith?ebIdentity',
    'sts:AssumeRole',
    'sts:TagSession',
    's3:*',
  ),
  pick('**', 'st?:AssumeRole*', '*:*'),
);
const actions = mostly(list(action, 0).map(Action => ({ Action })), list(action).map(NotAction => ({ NotAction })), 6);
const statement = fc
  .tuple(mostly(fc.constant('Allow'), fc.constant('Deny'), 4), principal, actions, conditions, fc.boolean())
  .map(([Effect, Principal, acts, Condition, always]) => ({
    Effect,
    Principal,
    ...acts,
    ...((always || Object.keys(Condition).length > 0) && { Condition }),
  }));
const trustDocument = fc
  .tuple(
    mostly(fc.constant<any>({ Version: '2012-10-17' }), pick<any>({}, { Version: '2008-10-17' }), 5),
    list(statement),
  )
  .map(([version, Statement]) => ({ ...version, Statement }));

type Count = (what: string) => void;

/** Runs a property, and gives how often it met what. */
function counted<T extends [unknown, ...unknown[]]>(
  numRuns: number, arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }, check: (count: Count, ...values: T) => void) {
  const counts: { [what: string]: number } = {};
  fc.assert(
    fc.property(...arbitraries, (...values) => check(what => (counts[what] = (counts[what] ?? 0) + 1), ...values)),
    { numRuns, seed: SEED },
  );
  return counts;
}

function compareTrust(count: Count, document: any, asking: TrustRequest): void {
  const { decision, unknowns } = evaluateTrust(document, asking);
  count(decision);
  if (decision === 'unknown') {
    for (const unknown of unknowns) {
      count(
        UNKNOWNS.find(({ reason, applies }) => reason.test(unknown) && applies(document, asking))?.why ?? fail(unknown),
      );
    }
    return;
  }
  const judged = trusts(document, asking.principal.id, asking.action, asking.context as any) ? 'allow' : 'deny';
  if (judged === decision) return;
  const row = DISAGREEMENTS.find(({ applies }) => applies(document, asking));
  count(row?.why ?? fail(`the engine says ${judged}, the evaluator ${decision}`));
}

function fail(message: string): never {
  throw new Error(`In no table: ${message}`);
}

describe('trust policies', () => {
  const met = new Set<string>();

  test('are decided as the engine decides them, or as the tables say', () => {
    const counts = counted<[any, TrustRequest]>(7000, [trustDocument, request], compareTrust);
    Object.keys(counts).forEach(what => met.add(what));
    expect(counts.allow).toBeGreaterThan(700);
    expect(counts.deny).toBeGreaterThan(3000);
    expect(counts.unknown).toBeLessThan(700);
  });

  // With one condition nothing else can hide what it decides.
  test('are decided by one condition as the engine decides', () => {
    const webIdentity = request.map(one => ({
      ...one,
      action: WEB_IDENTITY,
      principal: { type: 'Federated' as const, id: provider(A) },
    }));
    const oneCondition = fc
      .tuple(condition, fc.boolean(), mostly(fc.constant('2012-10-17'), fc.constant('2008-10-17')))
      .map(([Condition, denies, Version]) => {
        const allowed = { Effect: 'Allow', Principal: { Federated: provider(A) }, Action: WEB_IDENTITY };
        return {
          Version,
          Statement: denies ? [allowed, { ...allowed, Effect: 'Deny', Condition }] : [{ ...allowed, Condition }],
        };
      });
    const counts = counted<[any, TrustRequest]>(8000, [oneCondition, webIdentity], compareTrust);
    Object.keys(counts).forEach(what => met.add(what));
    expect(counts.allow).toBeGreaterThan(2500);
    expect(counts.deny).toBeGreaterThan(2500);
    expect(counts.unknown).toBeLessThan(1200);
  });

  test('no row of the tables is there for nothing', () => {
    expect([...DISAGREEMENTS, ...UNKNOWNS].map(({ why }) => why).filter(why => !met.has(why))).toEqual([]);
  });
});

const ARNS = [
  'arn:aws:s3:::data',
  'arn:aws:s3:::data/in/file',
  'arn:aws:s3:::data-2/in/file',
  'arn:aws:sqs:eu-west-1:111122223333:jobs',
  'arn:aws:lambda:eu-west-1:111122223333:function:jobs',
  'arn:aws:ec2:eu-west-1:111122223333:instance/i-1',
  '*',
];
const question = fc.record({
  action: mostly(
    pick('s3:GetObject', 's3:GetObject', 'S3:getobject', 's3:PutObject'),
    pick('sqs:SendMessage', 'lambda:InvokeFunction', 'ec2:StartInstances'),
    2,
  ),
  resource: mostly(pick('arn:aws:s3:::data/in/file'), pick(...ARNS), 1),
});
const resource = fc.oneof(
  { weight: 3, arbitrary: pick(...ARNS) },
  {
    weight: 3,
    arbitrary: pick(
      '*',
      'arn:aws:s3:::data/*',
      'arn:aws:s3:::data*',
      'arn:aws:s3:::dat?/*',
      'arn:aws:s3:::*/file',
      'arn:aws:sqs:*:111122223333:jobs',
      'arn:aws:ec2:*:*:instance/*',
    ),
  },
  {
    weight: 1,
    arbitrary: pick(
      'arn:aws:s3*',
      'arn:aws:sqs',
      'arn:aws:sqs:eu-west-1',
      'arn:aws:sqs:*',
      '**',
      'arn:*:*:*:*:*',
      'arn:aws:?qs:eu-west-?:*:job?',
      'arn:aws:lambda:*:*:jobs',
      'arn:aws:lambda:*:*:function:*',
      'arn:aws:ec2:*:*:*/*',
    ),
  },
);
const calls = mostly(
  pick(
    's3:*',
    's3:Get*',
    's3:*Object',
    'S3:PUTOBJECT',
    's3:?etObject',
    'sqs:SendMessage',
    'lambda:*',
    'ec2:Start*',
    '*',
    'sqs:*Message?',
    's3:GetObject',
  ),
  pick('*:*', 's?:GetObject'),
  25,
);
const identityStatement = fc
  .tuple(
    mostly(fc.constant('Allow'), fc.constant('Deny'), 3),
    mostly(
      list(calls, 0).map(Action => ({ Action })),
      list(calls).map(NotAction => ({ NotAction })),
      4,
    ),
    mostly(
      list(resource, 0).map(Resource => ({ Resource })),
      list(resource).map(NotResource => ({ NotResource })),
      4,
    ),
    pick(
      {},
      {},
      { Condition: {} },
      { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } } },
      { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ),
  )
  .map(([Effect, ...parts]) => Object.assign({ Effect }, ...parts));
const identityDocument = list(identityStatement).map(Statement => ({ Version: '2012-10-17', Statement }));

const statementsOf = (document: any): any[] => [document.Statement].flat();
const isConditional = ({ Condition }: any) => Object.keys(Condition ?? {}).length > 0;
/** A document if all its conditions helped the caller, or all hindered. */
const ifConditions = (document: any, help: boolean) => ({
  ...document,
  Statement: statementsOf(document)
    .filter(one => !isConditional(one) || (one.Effect === 'Allow') === help)
    .map(({ Condition, ...rest }) => rest),
});
const withAllow = (document: any) => ({
  ...document,
  Statement: [...statementsOf(document), { Effect: 'Allow', Action: '*', Resource: '*' }],
});

/** Where policies of identities differ, all of them by a pattern. */
const PATTERNS: { readonly why: string; readonly source: string; readonly applies: (statement: any) => boolean }[] = [
  {
    why: 'at the end of a part of an ARN * "can expand to match beyond the colon boundaries"; the engine never does, '
      + 'the evaluator says conditional',
    source: `${GUIDE}/reference_policies_elements_resource.html`,
    applies: ({ Resource, NotResource }) => [Resource ?? NotResource].flat().includes('arn:aws:lambda:*:*:jobs'),
  },
  {
    why: '* for the type of a resource is in AWS\'s own examples ("arn:aws:ec2:us-east-1:111122223333:*/*"); the '
      + 'engine knows no wildcard there',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html',
    applies: ({ Resource, NotResource }) => [Resource ?? NotResource].flat().includes('arn:aws:ec2:*:*:*/*'),
  },
  {
    why: 'an incomplete ARN is completed in Resource; of NotResource nothing is documented; the engine has it match '
      + 'nothing, the evaluator says conditional',
    source: `${GUIDE}/reference_policies_elements_resource.html`,
    applies: ({ NotResource }) => [NotResource ?? []].flat().some((one: string) => one.split(':').length < 6),
  },
  {
    why: 'actions are a service, a colon and a name that may hold wildcards; of wildcards for services nothing is '
      + 'documented',
    source: `${GUIDE}/reference_policies_elements_action.html`,
    applies: ({ Action, NotAction }) => [Action ?? NotAction].flat().some(one => /^[^:]*[*?][^:]*:/.test(one)),
  },
];

describe('policies of identities', () => {
  test('are decided as the engine decides them, conditions held and not, or as the table says', () => {
    const counts = counted<[any[], { action: string; resource: string }, any, any]>(
      6000,
      [
        fc.array(identityDocument, { minLength: 1, maxLength: 3 }),
        question,
        fc.option(identityDocument, { nil: undefined, freq: 2 }),
        fc.option(identityDocument, { nil: undefined, freq: 2 }),
      ],
      (count, documents, asked, boundary, session) => {
        const { decision } = evaluatePolicies(documents, asked, boundary, session);
        count(decision);
        if (session && decision === 'allow') count('within a session policy');
        const engine = (change: (document: any) => any) => {
          const [limit, within] = [boundary, session].map(one => one && change(one));
          return allowsWithin(documents.map(change), limit, asked.action, asked.resource, within);
        };
        const denied = documents.length > 0 && !engine(one => withAllow(ifConditions(one, true)));
        const judged = denied
          ? 'deny'
          : engine(one => ifConditions(one, false))
            ? 'allow'
            : engine(one => ifConditions(one, true))
              ? 'conditional'
              : 'none';
        if (judged === decision) return;
        const row = PATTERNS.find(({ applies }) =>
          [...documents, boundary ?? [], session ?? []].flat().flatMap(statementsOf).some(applies),
        );
        count(row?.why ?? fail(`the engine says ${judged}, the evaluator ${decision}`));
      },
    );
    expect(counts.allow).toBeGreaterThan(300);
    expect(counts.conditional).toBeGreaterThan(300);
    expect(counts['within a session policy']).toBeGreaterThan(20);
    expect(counts.deny).toBeGreaterThan(500);
    expect(PATTERNS.map(({ why }) => why).filter(why => !counts[why])).toEqual([]);
  });
});
