import { AccessMap, Place } from '../access-map';
import { withConstructPaths } from '../construct-paths';

/** Notes do not fail the check. */
export type Severity = 'error' | 'warning' | 'note';

/** A problem that a rule reports at one place. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, with the values that show it. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  readonly place: Place;
  /** Other places that contribute to the problem. */
  readonly others?: Place[];
  /** The reason given for disabling the rule. A suppressed finding does not fail the check. */
  readonly suppressed?: string;
}

/** A finding as its rule reports it. It may set a lower severity than the rule's. */
export type Found = Pick<Finding, 'message' | 'fix' | 'place' | 'others'> & Partial<Pick<Finding, 'severity'>>;

/** A rule. Its id never changes, because people use it to disable the rule. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What the rule looks for, in one line. */
  readonly title: string;
  /** Why it matters, for the documentation. */
  readonly why: string;
  check(map: AccessMap): Found[];
}

/** Findings of a rule that checks items one by one. A loop, because most checks find nothing. */
export function atPlaces<T>(
  things: readonly T[],
  check: (thing: T) => Omit<Found, 'place'>[],
  placeOf: (thing: T) => Place,
): Found[] {
  const all: Found[] = [];
  for (let at = 0; at < things.length; at++) {
    const found = check(things[at]);
    if (found.length > 0) all.push(...found.map(problem => ({ ...problem, place: placeOf(things[at]) })));
  }
  return all;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/**
 * All findings, errors first. Suppressed findings are included, with the reason.
 *
 * @param ignored rules that are disabled everywhere, with the reasons
 */
export function findingsOf(rules: Rule[], map: AccessMap, ignored: ReadonlyMap<string, string> = new Map()): Finding[] {
  const findings = rules.flatMap(rule => rule.check(map).map((found): Finding => {
    const suppressed = ignored.get(rule.id) ?? suppressionOf(map, rule, found.place);
    const [message, fix] = [found.message, found.fix].map(text => withConstructPaths(text, map.constructPaths));
    return {
      rule: rule.id, severity: rule.severity, ...found, message, fix, ...suppressed !== undefined && { suppressed },
    };
  }));
  return SEVERITIES.flatMap(severity => findings.filter(finding => finding.severity === severity));
}

/** Whether a finding fails the check. */
export function counts({ severity, suppressed }: Finding): boolean {
  return severity !== 'note' && suppressed === undefined;
}

function suppressionOf({ suppressions }: AccessMap, { id }: Rule, { stack, logicalId }: Place): string | undefined {
  return suppressions.find(suppression =>
    suppression.rule === id && suppression.stack === stack && suppression.logicalId === logicalId)?.reason;
}
