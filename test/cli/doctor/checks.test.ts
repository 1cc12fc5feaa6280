import { HEALTHY, verdicts } from './facts';
import { ASSUME_CHECKS } from '../../../src/cli/doctor/checks/assume-checks';
import { CLUSTER_CHECKS } from '../../../src/cli/doctor/checks/cluster-checks';
import { POLICY_CHECKS } from '../../../src/cli/doctor/checks/policy-checks';
import { PROVIDER_CHECKS } from '../../../src/cli/doctor/checks/provider-checks';
import { ROLE_CHECKS } from '../../../src/cli/doctor/checks/role-checks';
import { TRAIL_CHECKS } from '../../../src/cli/doctor/checks/trail-checks';
import { Facts } from '../../../src/cli/doctor/facts';

const ALL = [...CLUSTER_CHECKS, ...PROVIDER_CHECKS, ...ROLE_CHECKS, ...POLICY_CHECKS, ...ASSUME_CHECKS, ...TRAIL_CHECKS];

test('the ids are for ever', () => {
  expect(ALL.map(({ id, decisive }) => `${id}${decisive ? '!' : ''}`)).toEqual([
    'cluster-found!', 'cluster-issuer!', 'provider-exists!', 'provider-audience!', 'provider-thumbprints', 'role-account', 'role-exists!', 'trust!', 'trust-otherwise',
    'session-length', 'permissions-boundary', 'policies', 'action', 'assume!', 'cloudtrail',
  ]);
});

test('a check follows checks that are, and that come before it', () => {
  const ids = ALL.map(({ id }) => id);
  for (const { id, follows = [] } of ALL) {
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
  expect(new Set(Object.values(verdicts(ALL, nothing)).map(({ status }) => status))).toEqual(new Set(['unknown']));
  expect(Object.keys(verdicts(ALL, nothing))).toEqual(ALL.map(({ id }) => id));
});
