import { Actor } from '../../../analysis/cluster-access';
import { listInShort } from '../../../analysis/lists';
import { CONFIDENCES } from '../../../analysis/rbac/paths';
import { actorNames, unknownInWords } from '../../report/people';
import { counted, printable, wrap } from '../../text';
import { LiveActor, LivePeople, PeopleOfAccount, UnknownActor } from '../live/live-people';

type NameOf = (actor: Actor) => string;

const CONFIDENT = ['certain', 'high'];
/** Of unknown things, which repeat themselves. */
const MAX_UNKNOWN = 10;
/** Of a service account; JSON has all of them. */
const MAX_ACTORS = 20;

/** Who can act as the service accounts with a role: one line for each, after those who can act as all of them. */
export function peopleLines(people: LivePeople, ownAccount: string | undefined): string[] {
  const { accounts, unread } = people;
  const nameOf = actorNames({ accounts: ownAccount === undefined ? [] : [ownAccount] });
  const words = (actor: LiveActor) => actorInWords(actor, nameOf);
  const isPartial = unread.length > 0;
  const ofAll = accounts.length > 1 ? commonTo(accounts) : new Set<string>();
  const common = (accounts[0]?.actors ?? []).filter(actor => ofAll.has(keyOf(actor)));
  return [
    ...common.length > 0 ? wrap(`all of them: ${listInShort(byConfidence(common).map(words), MAX_ACTORS)}`, '    ', '  ') : [],
    ...accounts.flatMap(account => {
      const { namespace, serviceAccount } = account;
      return wrap(`${namespace}/${serviceAccount}: ${ownInWords(account, ofAll, words, isPartial)}`, '    ', '  ');
    }),
    ...unknownLines(people.unknown, nameOf),
    ...isPartial ? ['  Not read, so others may be able to:'] : [],
    ...unread.flatMap(what => wrap(what, '      ', '    - ')),
  ];
}

function ownInWords(
  { actors }: PeopleOfAccount, ofAll: ReadonlySet<string>, words: (actor: LiveActor) => string, isPartial: boolean,
): string {
  const own = actors.filter(actor => !ofAll.has(keyOf(actor)));
  const open = own.filter(({ closedBy }) => closedBy === undefined);
  const closed = own.length - open.length;
  const nobody = isPartial ? 'nobody is known' : 'nobody';
  const nobodyElse = ofAll.size > 0 ? `${nobody} else` : `${nobody} but Kubernetes itself`;
  return [
    open.length > 0 ? listInShort(byConfidence(open).map(words), MAX_ACTORS) : nobodyElse,
    ...closed > 0 ? [`and admission policies refuse ${counted(closed, 'other')}`] : [],
  ].join(', ');
}

function byConfidence(actors: readonly LiveActor[]): LiveActor[] {
  const rank = ({ confidence }: LiveActor) => CONFIDENCES.indexOf(confidence);
  return [...actors].sort((left, right) => rank(left) - rank(right));
}

/** Who has an open way to each of them. */
function commonTo(accounts: readonly PeopleOfAccount[]): Set<string> {
  const open = accounts.map(({ actors }) =>
    new Set(actors.filter(({ closedBy }) => closedBy === undefined).map(keyOf)));
  return new Set([...open[0]].filter(key => open.every(keys => keys.has(key))));
}

/** An access policy says more than the right that it gives. */
function actorInWords({ right, givenBy, confidence, steps, ...actor }: LiveActor, nameOf: NameOf): string {
  const isByRbac = givenBy.some(text => /^(Cluster)?RoleBinding /.test(text));
  const why = isByRbac || givenBy.length === 0 ? right.replace(/ in \S+$/, '') : givenBy.join(' and ');
  const doubt = confidence === 'unknown' ? 'perhaps, ' : `${confidence} confidence, `;
  const words = `${CONFIDENT.includes(confidence) ? '' : doubt}${why}${steps > 1 ? ', and on from there' : ''}`;
  return printable(`${nameOf(actor)} (${words})`);
}

function unknownLines(unknown: readonly UnknownActor[], nameOf: NameOf): string[] {
  const lines = [...new Set(unknown.map(actor => unknownInWords({ actor, reason: actor.reason, places: [] }, nameOf)))];
  if (lines.length === 0) return [];
  const more = lines.length - MAX_UNKNOWN;
  return [
    '  Cannot tell whether these can:',
    ...lines.slice(0, MAX_UNKNOWN).flatMap(line => wrap(line, '      ', '    - ')),
    ...more > 0 ? [`    - ${more} more, in --format json`] : [],
  ];
}

function keyOf({ kind, name }: Actor): string {
  return `${kind} ${name}`;
}
