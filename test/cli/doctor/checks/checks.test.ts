import { diagnose } from '../../../../src/cli/doctor/diagnosis';
import { CHECKS } from '../../../../src/cli/doctor/doctor';
import { Facts } from '../../../../src/cli/doctor/facts';
import { podOf } from '../../../../src/cli/doctor/read/kubernetes-objects';
import { injected } from '../../../token/pod-identity-webhook';
import { HEALTHY, IAM_ROLE, verdicts, withAnnotations } from '../facts';
import { pod, serviceAccount } from '../healthy';
import { ROLE, TRUST } from '../read/aws-server';

test('the ids are for ever', () => {
  expect(CHECKS.map(({ id, decisive }) => `${id}${decisive ? '!' : ''}`)).toEqual([
    'cluster-exists!',
    'cluster-issuer!',
    'provider-exists!',
    'provider-audience!',
    'provider-thumbprints',
    'namespace-exists!',
    'service-account-exists!',
    'role-annotation!',
    'role-expected',
    'annotation-values',
    'annotation-duplicates',
    'role-account',
    'role-exists!',
    'trust!',
    'trust-others',
    'session-length',
    'permissions-boundary',
    'policies',
    'action',
    'webhook',
    'pod-exists',
    'pod-service-account',
    'pod-identity',
    'pod-identity-role!',
    'pod-identity-agent!',
    'pod-identity-variables',
    'pod-identity-proxy',
    'pod-security-groups',
    'pod-network-policies',
    'pod-skipped',
    'pod-after-annotation',
    'pod-injected',
    'pod-audience',
    'pod-fs-group',
    'pod-static-credentials',
    'sdk-version',
    'assume!',
    'cloudtrail',
  ]);
});

test('a check follows checks that are, and that come before it; an audience that is written wrong explains more than '
  + 'that the provider does not know it', () => {
  const ids = CHECKS.map(({ id }) => id);
  const isBefore = (other: string, id: string) => ids.indexOf(other) >= 0 && ids.indexOf(other) < ids.indexOf(id);
  const backwards = CHECKS.flatMap(({ id, follows = [] }) =>
    follows.filter(other => !isBefore(other, id)).map(other => `${id} after ${other}`),
  );
  expect(backwards).toEqual(['provider-audience after annotation-values']);
});

test('what a check proves are checks', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(CHECKS.flatMap(({ proves = [] }) => proves).filter(id => !ids.includes(id))).toEqual([]);
});

describe('of two that are wrong, the one that keeps the role away is the diagnosis', () => {
  const found = (changes: Partial<Facts>) => {
    const { finding, others, consequences } = diagnose(CHECKS, { ...HEALTHY, ...changes });
    return { finding: finding?.id, others: others.map(({ id }) => id), consequences: consequences.map(({ id }) => id) };
  };
  const annotations = (more: Record<string, string>) =>
    withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE, ...more });
  const trust = JSON.parse(JSON.stringify(TRUST).replace(':payments:api', ':payments:other'));

  test('an expiration that the webhook does not take leaves it to the trust policy', () => {
    expect(found(annotations({ 'eks.amazonaws.com/token-expiration': '1h' }))).toEqual({
      finding: undefined,
      others: ['annotation-values'],
      consequences: [],
    });
    expect(
      found({
        ...annotations({ 'eks.amazonaws.com/token-expiration': '1h' }),
        role: { value: { ...IAM_ROLE, trust } },
      }),
    ).toEqual({ finding: 'trust', others: ['annotation-values'], consequences: [] });
  });

  test('a second annotation leaves it to the trust policy', () => {
    expect(
      found({ ...annotations({ 'amazonaws.com/role-arn': `${ROLE}x` }), role: { value: { ...IAM_ROLE, trust } } }),
    ).toEqual({ finding: 'trust', others: ['annotation-duplicates'], consequences: [] });
  });

  test('an audience with a blank explains that neither provider nor trust policy knows it', () => {
    expect(found(annotations({ 'eks.amazonaws.com/audience': 'sts.amazonaws.com ' }))).toEqual({
      finding: 'annotation-values',
      others: [],
      consequences: ['provider-audience', 'trust'],
    });
  });
});

test('what STS has looked at itself need not be read', () => {
  const unread = {
    unknown: 'role api is in account 444455556666, and the credentials are of account 111122223333',
  };
  const elsewhere: Facts = {
    ...HEALTHY,
    providers: unread,
    role: unread,
    policies: unread,
    webhooks: { value: [] },
    pods: { value: [podOf(injected(pod(), serviceAccount({ 'eks.amazonaws.com/role-arn': ROLE })))] },
  };
  const outcome = (facts: Facts) => diagnose(CHECKS.filter(({ id }) => id !== 'webhook'), facts).outcome;
  expect(outcome(elsewhere)).toBe('unknown');
  expect(
    outcome({ ...elsewhere, assumed: { value: { assumedRoleArn: 'arn:aws:sts::444455556666:assumed-role/api/x' } } }),
  ).toBe('healthy');
  expect(outcome({ ...elsewhere, assumed: { unknown: 'needs create on serviceaccounts/token' } })).toBe('unknown');
  expect(
    outcome({
      ...elsewhere,
      cluster: unread,
      assumed: { value: { assumedRoleArn: 'arn:aws:sts::444455556666:assumed-role/api/x' } },
    }),
  ).toBe('unknown');
});

test('with nothing known, everything is unknown, and nothing is lost', () => {
  const unknown = { unknown: 'no' };
  const nothing: Facts = {
    ...HEALTHY,
    caller: unknown,
    roleCaller: unknown,
    cluster: unknown,
    providers: unknown,
    namespace: unknown,
    serviceAccount: unknown,
    role: unknown,
    policies: unknown,
    simulated: unknown,
    webhooks: unknown,
    podIdentities: unknown,
    pods: unknown,
    assumed: unknown,
    trail: unknown,
    question: { ...HEALTHY.question, action: 's3:GetObject', roleArn: ROLE },
  };
  expect(new Set(Object.values(verdicts(CHECKS, nothing)).map(({ status }) => status))).toEqual(new Set(['unknown']));
  // Of pods that nobody could read, one says so.
  const ofPods = CHECKS.map(({ id }) => id).filter(
    id => (id.startsWith('pod-') && !['pod-exists', 'pod-identity'].includes(id)) || id === 'sdk-version',
  );
  expect(Object.keys(verdicts(CHECKS, nothing))).toEqual(CHECKS.map(({ id }) => id).filter(id => !ofPods.includes(id)));
});
