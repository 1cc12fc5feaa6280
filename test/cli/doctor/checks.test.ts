import { HEALTHY, verdicts } from './facts';
import { CHECKS } from '../../../src/cli/doctor/doctor';
import { Facts } from '../../../src/cli/doctor/facts';

test('the ids are for ever', () => {
  expect(CHECKS.map(({ id, decisive }) => `${id}${decisive ? '!' : ''}`)).toEqual([
    'cluster-found!', 'cluster-issuer!', 'provider-exists!', 'provider-audience!', 'provider-thumbprints', 'namespace-exists!', 'service-account-exists!', 'role-annotation!',
    'annotation-values', 'annotation-duplicates', 'role-account', 'role-exists!', 'trust!', 'trust-otherwise', 'session-length', 'permissions-boundary', 'policies', 'action', 'webhook',
    'pod-exists', 'pod-service-account', 'pod-identity', 'pod-skipped', 'pod-after-annotation', 'pod-injected', 'pod-audience', 'pod-fs-group', 'pod-static-keys', 'sdk-version',
    'assume!', 'cloudtrail',
  ]);
});

test('a check follows checks that are, and that come before it', () => {
  const ids = CHECKS.map(({ id }) => id);
  for (const { id, follows = [] } of CHECKS) {
    for (const other of follows) expect(`${id} after ${other}: ${ids.indexOf(other) >= 0 && ids.indexOf(other) < ids.indexOf(id)}`).toBe(`${id} after ${other}: true`);
  }
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
    question: { ...HEALTHY.question, action: 's3:GetObject' },
  };
  expect(new Set(Object.values(verdicts(CHECKS, nothing)).map(({ status }) => status))).toEqual(new Set(['unknown']));
  // Of pods that nobody could read, one says so.
  const ofPods = CHECKS.map(({ id }) => id).filter(id => (id.startsWith('pod-') && !['pod-exists', 'pod-identity'].includes(id)) || id === 'sdk-version');
  expect(Object.keys(verdicts(CHECKS, nothing))).toEqual(CHECKS.map(({ id }) => id).filter(id => !ofPods.includes(id)));
});
