import { AccessMap, Place } from '../access-map';
import { withConstructPaths } from '../construct-paths';

/** Notes do not fail the check. */
export type Severity = 'error' | 'warning' | 'note';

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
  /** Why it does not count: the reason that somebody gave when switching the rule off. */
  readonly suppressed?: string;
}

/** A finding, as a rule tells it. A severity of its own may be lower than the rule's. */
export type Found = Pick<Finding, 'message' | 'fix' | 'place' | 'others'> & Partial<Pick<Finding, 'severity'>>;

/** One rule. Its id is for ever: people switch it off by it. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What it looks for, in one line. */
  readonly title: string;
  /** What is at stake, for the documentation. */
  readonly why: string;
  check(map: AccessMap): Found[];
}

/** What a rule finds that looks at one thing after the other. A loop, since mostly it finds nothing at all. */
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
 * What the rules find, errors first. What is switched off is among it, with the reason.
 *
 * @param ignored rules that are switched off everywhere, and why
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

/** Whether findings leave the assembly unclean. */
export function counts({ severity, suppressed }: Finding): boolean {
  return severity !== 'note' && suppressed === undefined;
}

function suppressionOf({ suppressions }: AccessMap, { id }: Rule, { stack, logicalId }: Place): string | undefined {
  return suppressions.find(suppression =>
    suppression.rule === id && suppression.stack === stack && suppression.logicalId === logicalId)?.reason;
}
