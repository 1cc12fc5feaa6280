/**
 * Describes admission policies. Also runs in the browser.
 */
import type { ReportedPolicies } from './guards';
import { Actor } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';
import { listInShort } from '../../analysis/lists';

export const POLICIES_TITLE = 'Admission policies';

const MAX_NAMES = 10;
const DENIED: Readonly<Record<string, string>> = {
  use: 'pods and workloads that use its service accounts without the verb "use"',
  tokens: 'tokens for AWS',
  exec: 'commands in pods of its namespaces',
  integrity: 'other roles on its service accounts',
  unlisted: 'roles on other service accounts',
};

type Around = ReportedPolicies['bypasses'][number]['leadsTo'];
const WAYS_AROUND: Readonly<Record<Around, string>> = {
  'policies': 'change the policies',
  'use': 'grant the verb "use"',
  'exception': 'act as an exception',
  'new-pods': 'change every new pod',
};

/**
 * A line per policy, and one per way to get around them.
 *
 * @param show escapes names for the output format
 */
export function policiesInWords(
  { guards, otherPolicies, bypasses }: ReportedPolicies,
  nameOf: (actor: Actor) => string,
  show: (text: string) => string = text => text,
): string[] {
  const others = otherPolicies.slice(0, MAX_NAMES)
    .map(({ object, reason }) => `${show(object)} has no known effect: ${show(reason)}.`);
  const rest = otherPolicies.length - others.length;
  return [
    ...guards.map(({ name, kind, app, exceptions }) =>
      `${show(name)} of the app ${show(app)} denies ${DENIED[kind] ?? show(kind)}`
      + `${exceptions.length > 0 ? `, except for ${listInShort(exceptions.map(show), MAX_NAMES)}` : ''}.`),
    ...others,
    ...rest > 0 ? [`${rest} more have no known effect.`] : [],
    ...[...grouped(bypasses, ({ leadsTo }) => leadsTo)].map(([leadsTo, rights]) =>
      `Remaining risk: according to the input, these can ${WAYS_AROUND[leadsTo as Around]}: `
      + `${listInShort(rights.map(({ actor }) => show(nameOf(actor))), MAX_NAMES)}.`),
  ];
}
