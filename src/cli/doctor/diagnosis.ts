/**
 * The result of all checks: the earliest broken link, its consequences, and the rest.
 */
import { Check, Status, Verdict } from './check';
import { Facts } from './facts';

/** A check and its result. */
export interface Examined extends Verdict {
  readonly id: string;
  readonly title: string;
  readonly decisive: boolean;
}

export interface Diagnosis {
  /** In the order of the chain from token to role. */
  readonly checks: Examined[];
  /** The earliest broken link. */
  readonly finding?: Examined;
  /** Failed because another check did. */
  readonly consequences: Examined[];
  /** Failed independently of the finding: later in the chain, or harmless. */
  readonly others: Examined[];
  /** Unknown, and not because another check failed. */
  readonly unknowns: Examined[];
  readonly outcome: Outcome;
}

/** `unknown`: no problem was found, but a required check could not run. */
export type Outcome = 'healthy' | 'unhealthy' | 'unknown';

export const EXIT_CODES: Record<Outcome, number> = { healthy: 0, unhealthy: 1, unknown: 2 };

/** The worst of several outcomes: a problem outranks an unknown result. */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  return (['unhealthy', 'unknown'] as const).find(outcome => outcomes.includes(outcome)) ?? 'healthy';
}

/** Runs the checks. */
export function diagnose(checks: readonly Check[], facts: Facts): Diagnosis {
  const causes = causesOf(checks);
  const examined = checks.flatMap(({ id, title, decisive = false, run }): Examined[] => {
    const verdict = run(facts);
    return verdict ? [{ id, title, decisive, ...verdict }] : [];
  });
  const proven = new Set(
    checks
      .filter(({ id }) => examined.some(check => check.id === id && check.status === 'ok'))
      .flatMap(({ proves = [] }) => proves),
  );
  const having = (status: Status) => examined.filter(check => check.status === status);
  const broken = new Set(having('failed').filter(({ harmless }) => !harmless).map(({ id }) => id));
  const follows = ({ id }: Examined) => [...causes(id)].some(cause => broken.has(cause));
  const causing = having('failed').filter(check => !follows(check));
  const finding = causing.find(({ harmless }) => !harmless);
  const unknowns = having('unknown')
    .filter(check => !follows(check))
    .map(check => (proven.has(check.id) ? { ...check, decisive: false } : check));
  return {
    checks: examined,
    finding,
    consequences: having('failed').filter(follows),
    others: causing.filter(check => check !== finding),
    unknowns,
    outcome: finding ? 'unhealthy' : unknowns.some(({ decisive }) => decisive) ? 'unknown' : 'healthy',
  };
}

/** All checks whose failure explains a failure of a check, directly or indirectly. */
function causesOf(checks: readonly Check[]): (id: string) => Set<string> {
  const direct = new Map(checks.map(({ id, follows = [] }) => [id, follows]));
  const causes = (id: string): Set<string> =>
    new Set((direct.get(id) ?? []).flatMap(cause => [cause, ...causes(cause)]));
  return causes;
}
