import { AccessMap, Place } from '../access-map';

/** `info` alone leaves an assembly clean. */
export type Severity = 'error' | 'warning' | 'info';

/** What one rule has found at one place. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, with the values that show it. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  readonly place: Place;
  /** More places that have a part in it. */
  readonly others?: Place[];
}

/** One rule. Its id is for ever: people switch it off by it. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What it looks for, in one line. */
  readonly title: string;
  /** What is at stake, for the documentation. */
  readonly why: string;
  check(map: AccessMap): Omit<Finding, 'rule' | 'severity'>[];
}

/** Findings, and the rule that they come from. */
export function findingsOf(rules: Rule[], map: AccessMap): Finding[] {
  return rules.flatMap(rule => rule.check(map).map(found => ({ rule: rule.id, severity: rule.severity, ...found })));
}
