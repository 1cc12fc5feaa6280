import { fitting } from './layout';
import { Check, Verdict } from '../../../src/cli/doctor/check';
import { POD_CHECKS } from '../../../src/cli/doctor/checks/pod-checks';
import { SERVICE_ACCOUNT_CHECKS } from '../../../src/cli/doctor/checks/service-account-checks';
import { Facts } from '../../../src/cli/doctor/facts';

const CHECKS: Check[] = [...SERVICE_ACCOUNT_CHECKS, ...POD_CHECKS];

export function judgeOf(id: string, facts: Facts): Verdict | undefined {
  const judge = CHECKS.find(check => check.id === id)!;
  return fitting(judge, facts, judge.run(facts));
}

/** `id: status` of each that has something to say, other than that all is well. */
export function troubles(facts: Facts): string[] {
  return CHECKS.flatMap(check => {
    const verdict = fitting(check, facts, check.run(facts));
    return verdict && verdict.status !== 'ok' ? [`${check.id}: ${verdict.status}`] : [];
  });
}

/** Those that are wrong, without what follows from others of them. */
export function causes(facts: Facts): string[] {
  const wrong = CHECKS.filter(({ run }) => run(facts)?.status === 'failed');
  return wrong
    .filter(({ follows = [] }) => !follows.some(id => wrong.some(other => other.id === id)))
    .map(({ id }) => id);
}
