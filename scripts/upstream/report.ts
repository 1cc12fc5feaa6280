/**
 * Judges a comparison by the recorded reasons, and describes it.
 */
import { Comparison, Difference, isNamed, Kind, KINDS } from './comparison';
import { UpstreamData } from './data';
import { grouped } from '../../src/analysis/json-values';

/** What the command prints for one controller. */
export interface Report {
  readonly lines: readonly string[];
  /** Each of them fails the command. */
  readonly problems: readonly string[];
}

const WORDS: { readonly [kind in Kind]: string } = {
  lacks: 'upstream has, we lack',
  narrows: 'we narrow',
  widens: 'we widen',
  adds: 'we have, upstream lacks',
};

export function reportOf(data: UpstreamData, comparison: Comparison): Report {
  const results = KINDS.map(kind => judge(kind, data[kind], comparison.differences));
  const count = comparison.toEnvironment.length;
  return {
    lines: [
      `${comparison.upstream} actions upstream, ${comparison.ours} here`,
      ...count > 0 ? [`we narrow to the account and region of the role: ${named(comparison.toEnvironment)}`] : [],
      ...results.flatMap(({ lines }) => lines),
      ...comparison.unknown.map(name => `not in the catalog of actions, so compared as written: ${name}`),
    ],
    problems: results.flatMap(({ problems }) => problems),
  };
}

function judge(kind: Kind, reasons: UpstreamData[Kind], differences: readonly Difference[]): Report {
  const own = differences.filter(difference => difference.kind === kind);
  // The first reason that lists an action counts.
  const reasonOf = ({ action }: Difference) =>
    reasons.findIndex(({ actions }) => actions.some(name => isNamed(name, action)));
  const explained = reasons.map((_, index) => own.filter(difference => reasonOf(difference) === index)
    .map(({ action }) => action));
  const unexplained = own.filter(difference => reasonOf(difference) === -1);
  const stale = reasons.flatMap(({ actions }, index) =>
    actions.filter(name => !explained[index].some(action => isNamed(name, action))));
  return {
    lines: reasons.flatMap(({ reason }, index) =>
      explained[index].length > 0 ? [`${WORDS[kind]}: ${named(explained[index])}\n  ${reason.trim()}`] : []),
    problems: [
      ...[...grouped(unexplained, ({ what }) => what)].map(([what, group]) =>
        `${WORDS[kind]}, without a reason: ${named(group.map(({ action }) => action))}\n  ${what}`),
      ...stale.map(name => `\`${kind}\` has a reason for ${name}, which no longer differs. Remove it.`),
    ],
  };
}

/** Actions grouped by service: `ec2:(RunInstances CreateFleet)`. */
function named(actions: readonly string[]): string {
  return [...grouped(actions, action => action.split(':')[0])]
    .map(([service, own]) => ({ service, names: own.map(action => action.slice(service.length + 1)) }))
    .map(({ service, names }) => (names.length > 1 ? `${service}:(${names.join(' ')})` : `${service}:${names[0]}`))
    .join(' ');
}
