/**
 * The admission engine on documents that hold deferred values. The policy engine of a third party answers for each way
 * in which the deployment can fill them in.
 */
import * as fc from 'fast-check';
import { podAdmission, PodCaller } from '../../../src/analysis/admission/admission';
import { standIn } from '../../../src/analysis/stand-in';
import { letsIn, letsPodIn } from '../../judges/iam-simulator';
import { ACCOUNT, ISSUER } from '../../support';
import { CLUSTER_ARN, OTHER_ISSUER, podIdentity, trust, webIdentity } from '../rules/support';

const SEED = 20260101;
const [BLUE, GREEN] = ['Net/Blue.Issuer', 'Net/Green.Issuer'].map(standIn);
const providerOf = (issuer: string) => `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
const subject = (name: string) => `system:serviceaccount:payments:${name}`;

const NAMES = { namespace: 'payments', serviceAccount: 'api' };

function caller(issuer = BLUE, more: object = {}): PodCaller {
  const providerArn = providerOf(issuer);
  return { webIdentity: { ...NAMES, providerArn, issuer, audience: 'sts.amazonaws.com', ...more } };
}

function trusted(issuer: string, sub = subject('api'), more: object = {}): any {
  const claims = { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: sub };
  return webIdentity({ StringEquals: claims }, { Principal: { Federated: providerOf(issuer) }, ...more });
}

const DENY = { Effect: 'Deny' };

describe('podAdmission', () => {
  test.each<[string, any[], string]>([
    ['a deferred issuer', [trusted(BLUE)], 'in'],
    ['another service account', [trusted(BLUE, subject('web'))], 'out'],
    ['a deferred namespace', [trusted(BLUE, `system:serviceaccount:${standIn('Namespace')}:api`)], 'unknown'],
    ['another deferred issuer', [trusted(GREEN)], 'unknown'],
    ['another deferred issuer, for another service account', [trusted(GREEN, subject('web'))], 'out'],
    ['two deferred issuers', [trusted(GREEN, subject('web')), trusted(BLUE)], 'in'],
    ['a Deny for another deferred issuer', [trusted(BLUE), trusted(GREEN, subject('api'), DENY)], 'unknown'],
    ['a Deny for others of another deferred issuer', [trusted(BLUE), trusted(GREEN, subject('web'), DENY)], 'in'],
    ['a deferred effect', [trusted(BLUE, subject('api'), { Effect: standIn('Effect') })], 'unknown'],
    ['a Deny of everything', [trusted(BLUE), { Effect: 'Deny', Principal: '*', Action: '*' }], 'out'],
    ['no statement', [], 'out'],
  ])('%s', (_, statements, answer) => {
    expect(podAdmission(trust(statements), caller()).answer).toBe(answer);
  });

  test('the ARN of a provider can be one stand-in, and the issuer another', () => {
    const arn = standIn('Net/Blue.Arn');
    const statement = trusted(BLUE, subject('api'), { Principal: { Federated: arn } });
    const admission = podAdmission(trust(statement), caller(BLUE, { providerArn: arn }));
    expect(admission).toEqual({ answer: 'in', statement: 0, reasons: [] });
  });

  test('says which statement decides, and by what the nearest one misses', () => {
    const document = trust([trusted(BLUE, subject('apis')), trusted(BLUE, 'system:serviceaccount:batch:web')]);
    expect(podAdmission(document, caller())).toMatchObject({
      answer: 'out',
      nearest: { statement: 0, misses: [{ what: 'condition', got: [subject('api')] }] },
      reasons: ['`sub` differs: got api, trusted apis (the service account; the namespace payments matches)'],
    });
    const denied = trust([trusted(BLUE), trusted(BLUE, subject('api'), DENY)]);
    const reasons = ['statement 1 of the trust policy denies it'];
    expect(podAdmission(denied, caller())).toEqual({ answer: 'out', statement: 1, reasons });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined], ['a stand-in', standIn('Policy')], ['null', null], ['a list', []],
    ['odd statements', { Statement: [null, 1] }],
  ])('of %s instead of a document it answers unknown, and why', (_, document) => {
    const { answer, reasons } = podAdmission(document, caller());
    expect(answer).toBe('unknown');
    expect(reasons).not.toEqual([]);
  });

  const pods = { ...NAMES, clusterArn: CLUSTER_ARN, sessionTags: true };
  test('EKS Pod Identity, with stand-ins for the cluster', () => {
    const clusterArn = `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/${standIn('Cluster.Name')}`;
    const statement = podIdentity({
      Condition: {
        ArnEquals: { 'aws:SourceArn': clusterArn },
        StringEquals: {
          'aws:SourceAccount': ACCOUNT,
          'aws:RequestTag/kubernetes-namespace': 'payments',
          'aws:RequestTag/kubernetes-service-account': 'api',
        },
      },
    });
    const answerTo = (changes: object) =>
      podAdmission(trust(statement), { podIdentity: { ...pods, clusterArn, ...changes } }).answer;
    expect(answerTo({})).toBe('in');
    expect(answerTo({ serviceAccount: 'web' })).toBe('out');
    expect(answerTo({ sessionTags: false })).toBe('out');
    expect(answerTo({ account: '444455556666' })).toBe('out');
    expect(answerTo({ clusterArn: CLUSTER_ARN })).toBe('unknown');
    expect(answerTo({ clusterArn: undefined, account: ACCOUNT })).toBe('unknown');
    expect(answerTo({ clusterArn: standIn('Cluster.Arn'), account: ACCOUNT })).toBe('unknown');
    const deployed = JSON.parse(JSON.stringify(trust(statement)).replaceAll(clusterArn, CLUSTER_ARN));
    const asked = { ...NAMES, clusterArn: CLUSTER_ARN, account: ACCOUNT };
    expect(letsPodIn(deployed, asked)).toBe(true);
    expect(letsPodIn(deployed, { ...asked, serviceAccount: 'web' })).toBe(false);
  });

  test('a token that is requested without an audience is for the API server; only that of EKS is known', () => {
    const open = (issuer: string) => trust(trusted(issuer));
    expect(podAdmission(open(ISSUER), caller(ISSUER, { audience: '' }))).toMatchObject({
      answer: 'out', reasons: ['`aud` differs: got https://kubernetes.default.svc, trusted sts.amazonaws.com'],
    });
    const selfHosted = 'oidc.example.com';
    expect(podAdmission(open(selfHosted), caller(selfHosted, { audience: '' })).answer).toBe('unknown');
  });
});

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const issuers = pick(BLUE, BLUE, GREEN, standIn('Net/Red.Issuer'), ISSUER, OTHER_ISSUER);
const operators = pick('StringEquals', 'StringEquals', 'StringLike', 'StringNotEquals', 'StringEqualsIfExists', 'Null');
const condition = fc.tuple(issuers, pick('sub', 'sub', 'aud'), operators,
  pick(subject('api'), subject('api'), subject('web'), 'system:serviceaccount:payments:*'))
  .map(([issuer, claim, operator, sub]) => {
    const text = claim === 'aud' ? 'sts.amazonaws.com' : sub;
    const value = operator === 'Null' ? pick('true', 'false') : fc.constant(text);
    return value.map(wanted => ({ [operator]: { [`${issuer}:${claim}`]: wanted } }));
  }).chain(chosen => chosen);
const principal = fc.oneof<fc.WeightedArbitrary<any>[]>(
  { weight: 5, arbitrary: issuers.map(issuer => ({ Federated: providerOf(issuer) })) },
  { weight: 1, arbitrary: fc.constant('*') });
const Action = 'sts:AssumeRoleWithWebIdentity';
const statement = fc.tuple(
  pick('Allow', 'Allow', 'Allow', 'Deny'), principal,
  fc.array(condition, { maxLength: 2 }).map(all => Object.assign({}, ...all)),
).map(([Effect, Principal, Condition]) => ({ Effect, Action, Principal, Condition }));
const statements = fc.array(statement, { minLength: 1, maxLength: 3 });

/** The literals that the stand-ins of a text can stand for, in all combinations that matter. */
function deployments(text: string): Map<string, string>[] {
  const deferred = [...new Set(text.match(/⟨[^⟨⟩]*⟩/g) ?? [])];
  const literals = [ISSUER, OTHER_ISSUER, ...deferred.map((_, index) => `oidc.example.com/id/NEW${index}`)];
  return deferred.reduce<Map<string, string>[]>(
    (all, name) => all.flatMap(values => literals.map(value => new Map([...values, [name, value]]))), [new Map()]);
}

test('what is certain holds for every deployment, and what holds for every deployment mostly is certain', () => {
  const counts = { in: 0, out: 0, unknown: 0, missed: 0 };
  fc.assert(fc.property(statements, pick(BLUE, ISSUER), (all, issuer) => {
    const document = trust(all);
    const { answer } = podAdmission(document, caller(issuer));
    const judged = new Set(deployments(JSON.stringify([document, issuer])).map(values => {
      const deployed = (text: string) =>
        [...values].reduce((filled, [name, value]) => filled.split(name).join(value), text);
      const own = deployed(issuer);
      const token = { providerArn: providerOf(own), issuer: own, sub: subject('api'), aud: 'sts.amazonaws.com' };
      return letsIn(JSON.parse(deployed(JSON.stringify(document))), token);
    }));
    counts[answer]++;
    if (answer === 'unknown') counts.missed += judged.size === 1 ? 1 : 0;
    else expect([...judged]).toEqual([answer === 'in']);
  }), { numRuns: 400, seed: SEED });
  expect(counts.in).toBeGreaterThan(30);
  expect(counts.out).toBeGreaterThan(100);
  expect(counts.missed).toBeLessThan(counts.unknown / 10);
});
