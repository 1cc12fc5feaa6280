/**
 * The facts of a healthy set-up, to break one thing in.
 */
import { fitting } from './layout';
import { ACCOUNT, ISSUER, PROVIDER, READ_BUCKET, ROLE, TRUST } from './read/aws-server';
import { Check, Verdict } from '../../../src/cli/doctor/check';
import { Facts } from '../../../src/cli/doctor/facts';

export const NOW = new Date('2026-01-02T12:00:00Z');
export const CLUSTER = {
  name: 'production',
  arn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/production`,
  endpoint: 'https://1.eks.amazonaws.com',
  issuerUrl: `https://${ISSUER}`,
};
export const OIDC_PROVIDER = {
  arn: PROVIDER,
  issuer: ISSUER,
  details: { value: { clientIds: ['sts.amazonaws.com'], thumbprints: ['9'.repeat(40)] } },
};
export const IAM_ROLE = { arn: ROLE, name: 'api', trust: TRUST as any, maxSessionSeconds: 3600 };

export const HEALTHY: Facts = {
  question: { clusterName: 'production', namespace: 'payments', serviceAccount: 'api' },
  now: NOW,
  region: 'eu-west-1',
  caller: { value: { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/somebody` } },
  roleCaller: { value: { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/somebody` } },
  cluster: { value: CLUSTER },
  providers: { value: [OIDC_PROVIDER] },
  namespace: { value: { name: 'payments' } },
  serviceAccount: {
    value: { namespace: 'payments', name: 'api', annotations: { 'eks.amazonaws.com/role-arn': ROLE }, created: NOW },
  },
  role: { value: IAM_ROLE },
  policies: { value: [{ name: 'read', kind: 'inline', document: { value: READ_BUCKET } }] },
  webhooks: { value: [] },
  podIdentities: { value: [] },
  pods: { value: [] },
  trail: {
    value: { events: [], since: new Date('2026-01-01T12:00:00Z'), regions: ['eu-west-1', 'us-east-1'], complete: true },
  },
};

export function withAnnotations(annotations: Record<string, string>): Pick<Facts, 'serviceAccount'> {
  return { serviceAccount: { value: { namespace: 'payments', name: 'api', annotations, created: NOW } } };
}

/** What the checks say, by their ids; those with nothing to look at are left out. */
export function verdicts(checks: readonly Check[], changes: Partial<Facts> = {}): Record<string, Verdict> {
  const facts = { ...HEALTHY, ...changes };
  return Object.fromEntries(checks.flatMap(check => {
    const said = fitting(check, facts, check.run(facts));
    return said === undefined ? [] : [[check.id, said]];
  }));
}

/** One check's. */
export function verdict(checks: readonly Check[], id: string, changes: Partial<Facts> = {}): Verdict {
  return verdicts(checks, changes)[id];
}
