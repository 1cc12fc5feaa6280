import { Actor } from '../../../analysis/cluster-access';
import { listInShort } from '../../../analysis/lists';
import { CONFIDENCES } from '../../../analysis/rbac/paths';
import { actorNames, unknownInWords } from '../../report/people';
import { counted, printable, wrap } from '../../text';
import { LiveActor, LivePeople, PeopleOfAccount, UnknownActor } from '../live/live-people';

type NameOf = (actor: Actor) => string;

const CONFIDENT = ['certain', 'high'];
/** Per cluster: the reasons repeat. */
const MAX_UNKNOWN = 10;
/** Per service account; JSON has all of them. */
const MAX_ACTORS = 20;

/** Lists who can act as all service accounts with a role, then who else can act as each of them. */
export function peopleLines(people: LivePeople, ownAccount: string | undefined): string[] {
  const { serviceAccounts: accounts, unreadable } = people;
  const nameOf = actorNames({ accounts: ownAccount === undefined ? [] : [ownAccount] });
  const words = (actor: LiveActor) => describeActor(actor, nameOf);
  const isPartial = unreadable.length > 0;
  const inWords = accounts.map(account => describeOpen(account, words));
  const ofAll = accounts.length < 2 ? [] : inWords[0].filter(text => inWords.every(texts => texts.includes(text)));
  return [
    ...ofAll.length > 0 ? wrap(`all of them: ${listInShort(ofAll, MAX_ACTORS)}`, '    ', '  ') : [],
    ...accounts.flatMap(({ namespace, serviceAccount, actors }, index) => {
      const own = inWords[index].filter(text => !ofAll.includes(text));
      const closed = actors.length - inWords[index].length;
      const who = ofAll.length > 0 ? 'no one else' : 'only Kubernetes itself';
      const none = isPartial ? `${who}, as far as known` : who;
      const open = own.length > 0 ? listInShort(own, MAX_ACTORS) : none;
      const denied = closed > 0 ? `; admission policies deny ${counted(closed, 'other')}` : '';
      return wrap(`${namespace}/${serviceAccount}: ${open}${denied}`, '    ', '  ');
    }),
    ...unknownLines(people.unknown, nameOf),
    ...isPartial ? ['  Could not be read, so this list may be incomplete:'] : [],
    ...unreadable.flatMap(what => wrap(what, '      ', '    - ')),
  ];
}

/** The actors with an open way, the most certain first. */
function describeOpen({ actors }: PeopleOfAccount, words: (actor: LiveActor) => string): string[] {
  const rank = ({ confidence }: LiveActor) => CONFIDENCES.indexOf(confidence);
  return actors.filter(({ closedBy }) => closedBy === undefined)
    .sort((left, right) => rank(left) - rank(right)).map(words);
}

/** Names the right, or the access policy, which is more informative than the right. */
function describeActor({ right, grantedBy, confidence, steps, ...actor }: LiveActor, nameOf: NameOf): string {
  const isByRbac = grantedBy.some(text => /^(Cluster)?RoleBinding /.test(text));
  const why = isByRbac || grantedBy.length === 0 ? right.replace(/ in \S+$/, '') : grantedBy.join(' and ');
  const doubt = confidence === 'unknown' ? 'possibly, ' : `${confidence} confidence, `;
  const words = `${CONFIDENT.includes(confidence) ? '' : doubt}${why}${steps > 1 ? ', then further steps' : ''}`;
  return printable(`${nameOf(actor)} (${words})`);
}

function unknownLines(unknown: readonly UnknownActor[], nameOf: NameOf): string[] {
  const lines = [...new Set(unknown.map(actor => unknownInWords({ actor, reason: actor.reason, places: [] }, nameOf)))];
  if (lines.length === 0) return [];
  const more = lines.length - MAX_UNKNOWN;
  return [
    '  Cannot tell whether these can act as one of them:',
    ...lines.slice(0, MAX_UNKNOWN).flatMap(line => wrap(line, '      ', '    - ')),
    ...more > 0 ? [`    - and ${more} more; --format json lists all`] : [],
  ];
}
