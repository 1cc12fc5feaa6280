/**
 * One question, one answer: the assertions, the rules of verify, the validator, the checks of the doctor and its survey
 * about the same set-ups. The policy engine of a third party decides which answer is right.
 */
import { join } from 'path';
import { IrsaAssertions, IrsaValidator } from '../../../src';
import { AUDIENCE_MISMATCH, ROLE_DOES_NOT_TRUST } from '../../../src/analysis/rules/manifest-rules';
import { findingsOf } from '../../../src/analysis/rules/rule';
import { Status } from '../../../src/cli/doctor/check';
import { POD_IDENTITY_CHECKS } from '../../../src/cli/doctor/checks/pod-identity-checks';
import { ROLE_CHECKS } from '../../../src/cli/doctor/checks/role-checks';
import { Facts, IamRole } from '../../../src/cli/doctor/facts';
import { survey } from '../../../src/cli/doctor/survey';
import { CLUSTER, HEALTHY } from '../../cli/doctor/facts';
import { letsIn, trusts } from '../../judges/iam-simulator';
import { ACCOUNT, ISSUER, PROVIDER_ARN } from '../../support';
import {
  arnOf, association, CLUSTER_ARN, mapOf, OTHER_ISSUER, podIdentity, role, serviceAccount, trust, trusting, webIdentity,
} from '../rules/support';

type Answer = 'in' | 'out' | 'unknown';

const SUB = `${ISSUER}:sub`;
const AUD = `${ISSUER}:aud`;
const API = 'system:serviceaccount:payments:api';
const PODS = 'pods.eks.amazonaws.com';
const ROLE_ARN = arnOf('api');
const NOW = new Date('2026-02-01T00:00:00Z');
const subIs = (sub: string) => ({ StringEquals: { [AUD]: 'sts.amazonaws.com', [SUB]: sub } });
const tags = (namespace: string, name = 'api') => ({
  'aws:RequestTag/kubernetes-namespace': namespace, 'aws:RequestTag/kubernetes-service-account': name,
});

/** payments/api asks for the role `api`. */
interface Setup {
  readonly name: string;
  readonly statements: any[];
  readonly answer: Answer;
  /** The annotation. */
  readonly audience?: string;
  /** Why the assertions do not answer this question. */
  readonly notAsserted?: string;
}

function setup(name: string, answer: Answer, statements: any[], more: Partial<Setup> = {}): Setup {
  return { name, answer, statements, ...more };
}

const TRUSTED = trusting();
const VPC = { 'aws:SourceVpc': 'vpc-1' };
const denied = (StringEquals: object) => webIdentity({ StringEquals }, { Effect: 'Deny' });
const LAMBDA = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
const PATTERN = 'system:serviceaccount:payments:*';

const WEB_IDENTITY: Setup[] = [
  setup('the subject', 'in', [TRUSTED]),
  setup('a pattern of the subject', 'in', [
    webIdentity({ StringEquals: { [AUD]: 'sts.amazonaws.com' }, StringLike: { [SUB]: PATTERN } }),
  ]),
  setup('another name', 'out', [trusting('payments:web')]),
  setup('another namespace', 'out', [trusting('payment:api')]),
  setup('two clusters', 'in', [trusting('payments:web', 'sts.amazonaws.com', OTHER_ISSUER), TRUSTED]),
  setup('another audience', 'out', [TRUSTED], { audience: 'kafka' }),
  setup('its audience', 'in', [trusting('payments:api', 'kafka')], { audience: 'kafka' }),
  setup('an empty audience', 'out', [TRUSTED], { audience: '', notAsserted: 'rejects an empty audience' }),
  setup('a Deny', 'out', [TRUSTED, denied({ [SUB]: API })]),
  setup('a Deny for another', 'in', [TRUSTED, denied({ [SUB]: `${API}x` })]),
  setup('a wildcard under StringEquals', 'out', [webIdentity(subIs(PATTERN))]),
  setup('another action', 'out', [{ ...TRUSTED, Action: 'sts:AssumeRole' }]),
  setup('no provider', 'out', [LAMBDA]),
  setup('everybody with the right claims', 'in', [{ ...TRUSTED, Principal: '*' }]),
  setup('everybody with other claims', 'out', [{ ...trusting('payments:web'), Principal: '*' }]),
  setup('a condition on what only the request tells', 'unknown', [
    webIdentity({ StringEquals: { ...subIs(API).StringEquals, ...VPC } }),
  ]),
  setup('a Deny on what only the request tells', 'unknown', [TRUSTED, denied(VPC)]),
];

interface PodSetup extends Setup {
  readonly disableSessionTags?: boolean;
}

const ANY_CLUSTER = 'asks as the cluster that the policy names';
const ANY_ASSOCIATION = 'does not know the association';
const OTHER_CLUSTER = `${CLUSTER_ARN}-2`;

const anyCluster = { notAsserted: ANY_CLUSTER };
const anyAssociation = { notAsserted: ANY_ASSOCIATION };
const untagged: Partial<PodSetup> = { disableSessionTags: true, notAsserted: ANY_ASSOCIATION };
const pods = (StringEquals: object, more: object = {}) => podIdentity({ Condition: { StringEquals }, ...more });
const from = (cluster: string, more: object = {}) =>
  podIdentity({ Condition: { ArnEquals: { 'aws:SourceArn': cluster } }, ...more });
const UNTAGGED = podIdentity({ Action: 'sts:AssumeRole' });

const POD_IDENTITIES: PodSetup[] = [
  setup('every pod', 'in', [podIdentity()]),
  setup('its tags', 'in', [pods(tags('payments'))]),
  setup('other tags', 'out', [pods(tags('payment'))]),
  setup('its cluster', 'in', [from(CLUSTER_ARN)]),
  setup('another cluster', 'out', [from(OTHER_CLUSTER)], anyCluster),
  setup('a tag with another cluster', 'out', [pods({ 'aws:RequestTag/eks-cluster-name': 'staging' })], anyCluster),
  setup('its account', 'in', [pods({ 'aws:SourceAccount': ACCOUNT })]),
  setup('another account', 'out', [pods({ 'aws:SourceAccount': '444455556666' })]),
  setup('a Deny', 'out', [podIdentity(), pods(tags('payments'), { Effect: 'Deny' })], anyAssociation),
  setup('a Deny for another cluster', 'in', [podIdentity(), from(OTHER_CLUSTER, { Effect: 'Deny' })], anyCluster),
  setup('no session tags', 'out', [UNTAGGED], anyAssociation),
  setup('no session tags, as the association', 'in', [UNTAGGED], untagged),
  setup('its tags, which the association disables', 'out', [pods(tags('payments'))], untagged),
  setup('a tag that only the pod tells', 'unknown', [pods({ 'aws:RequestTag/kubernetes-pod-name': 'api-0' })],
    anyAssociation),
  setup('web identities', 'out', [TRUSTED], { notAsserted: 'knows that it gets in by its token' }),
];

function asserted(assembly: string, access: { audience?: string }): Answer {
  const assertions = IrsaAssertions.fromAssembly({ directory: assembly } as any);
  const question = { namespace: 'payments', serviceAccount: 'api', role: ROLE_ARN, ...access };
  const passes = (assert: () => void) => {
    try {
      assert();
      return true;
    } catch {
      return false;
    }
  };
  const [allows, denies] = [passes(() => assertions.allows(question)), passes(() => assertions.denies(question))];
  expect(allows && denies).toBe(false);
  return allows ? 'in' : denies ? 'out' : 'unknown';
}

/** A note is `info` in the words of the CDK. */
function verified(severities: string[]): Answer {
  return severities.includes('error') ? 'out' : severities.some(word => /^(note|info)$/.test(word)) ? 'unknown' : 'in';
}

function diagnosed(status: Status | undefined): Answer {
  return status === 'ok' ? 'in' : status === 'failed' ? 'out' : 'unknown';
}

function iamRole(statements: any[]): IamRole {
  return { arn: ROLE_ARN, name: 'api', trust: trust(statements), maxSessionSeconds: 3600 };
}

function factsOf(statements: any[], annotations: Record<string, string>): Facts {
  const clientIds = ['sts.amazonaws.com', 'kafka'];
  return {
    ...HEALTHY,
    cluster: { value: { ...CLUSTER, arn: CLUSTER_ARN, issuerUrl: `https://${ISSUER}` } },
    providers: { value: [{ arn: PROVIDER_ARN, issuer: ISSUER, details: { value: { clientIds, thumbprints: [] } } }] },
    serviceAccount: { value: { namespace: 'payments', name: 'api', annotations, created: NOW } },
    role: { value: iamRole(statements) },
  };
}

async function* each<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

async function surveyed({ cluster, providers, serviceAccount: read, role: found }: Facts): Promise<Answer> {
  const account = (read as any).value;
  const { accounts: [{ status }] } = await survey({
    aws: {
      region: 'eu-west-1',
      roleCaller: { value: { account: ACCOUNT, arn: '' } },
      listRoles: () => each((found as any).value),
      providers: async () => providers,
    } as any,
    kubernetes: {
      serviceAccounts: () => each(account),
      livePods: async () => ({ unknown: 'not asked' }),
      webhooks: async () => ({ value: [] }),
    } as any,
    cluster,
    clusterName: 'production',
    progress: () => undefined,
  });
  return diagnosed(status);
}

/** Of the two rules about admission. */
function ruled(files: Parameters<typeof mapOf>[0]) {
  const { map, folder } = mapOf(files);
  const [assembly, rules] = [join(folder, 'cdk.out'), [ROLE_DOES_NOT_TRUST, AUDIENCE_MISMATCH]];
  const manifests = Object.keys(files.manifests ?? {}).map(name => join(folder, name));
  const { violations } = new IrsaValidator({ manifests })
    .validate({ templatePaths: [join(assembly, 'Stack.template.json')] } as any);
  const own = violations.filter(({ ruleName }) => rules.some(({ id }) => id === ruleName));
  return {
    assembly,
    rules: verified(findingsOf(rules, map).map(({ severity }) => severity)),
    validator: verified(own.map(({ severity }) => severity!)),
  };
}

describe('by web identity', () => {
  test.each(WEB_IDENTITY.map(one => [one.name, one] as const))('%s', async (_, one) => {
    const { statements, answer, audience, notAsserted } = one;
    const annotations = {
      'eks.amazonaws.com/role-arn': ROLE_ARN, ...audience !== undefined && { 'eks.amazonaws.com/audience': audience },
    };
    const manifests = { 'sa.yaml': serviceAccount('payments/api', annotations) };
    const { assembly, rules, validator } = ruled({ resources: { Role: role('api', statements) }, manifests });
    const facts = factsOf(statements, annotations);
    expect({
      rules,
      validator,
      assertions: notAsserted === undefined ? asserted(assembly, { audience }) : answer,
      doctor: diagnosed(ROLE_CHECKS.find(({ id }) => id === 'trust')!.run(facts)?.status),
      survey: await surveyed(facts),
    }).toEqual({ rules: answer, validator: answer, assertions: answer, doctor: answer, survey: answer });

    if (answer === 'unknown') return;
    const aud = audience === '' ? 'https://kubernetes.default.svc' : audience ?? 'sts.amazonaws.com';
    const token = { providerArn: PROVIDER_ARN, issuer: ISSUER, sub: API, aud };
    expect(letsIn(trust(statements), token)).toBe(answer === 'in');
  });
});

describe('by EKS Pod Identity', () => {
  test.each(POD_IDENTITIES.map(one => [one.name, one] as const))('%s', (_, one) => {
    const { statements, answer, disableSessionTags = false, notAsserted } = one;
    const Association = association(ROLE_ARN, { DisableSessionTags: disableSessionTags });
    const { assembly, rules, validator } = ruled({ resources: { Role: role('api', statements), Association } });
    const podIdentities = { value: [{ id: 'a-1', roleArn: ROLE_ARN, disableSessionTags }] };
    const ofRole = factsOf(statements, { 'eks.amazonaws.com/role-arn': ROLE_ARN });
    const facts = { ...ofRole, podIdentities, identityRoles: { role: ofRole.role } };
    expect({
      rules,
      validator,
      assertions: notAsserted === undefined ? asserted(assembly, {}) : answer,
      doctor: diagnosed(POD_IDENTITY_CHECKS.find(({ id }) => id === 'pod-identity-role')!.run(facts)?.status),
    }).toEqual({ rules: answer, validator: answer, assertions: answer, doctor: answer });

    if (answer === 'unknown') return;
    const sessionTags = disableSessionTags ? {} : {
      ...tags('payments'),
      'aws:RequestTag/eks-cluster-arn': CLUSTER_ARN,
      'aws:RequestTag/eks-cluster-name': 'production',
    };
    const context = { 'aws:SourceArn': CLUSTER_ARN, 'aws:SourceAccount': ACCOUNT, ...sessionTags };
    const actions = ['sts:AssumeRole', ...disableSessionTags ? [] : ['sts:TagSession']];
    expect(actions.every(action => trusts(trust(statements), PODS, action, context))).toBe(answer === 'in');
  });
});
