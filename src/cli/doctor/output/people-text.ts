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
  const inWords = accounts.map(account => openInWords(account, words));
  const ofAll = accounts.length < 2 ? [] : inWords[0].filter(text => inWords.every(texts => texts.includes(text)));
  return [
    ...ofAll.length > 0 ? wrap(`all of them: ${listInShort(ofAll, MAX_ACTORS)}`, '    ', '  ') : [],
    ...accounts.flatMap(({ namespace, serviceAccount, actors }, index) => {
      const own = inWords[index].filter(text => !ofAll.includes(text));
      const closed = actors.length - inWords[index].length;
      const nobody = isPartial ? 'nobody is known' : 'nobody';
      const others = `${nobody} ${ofAll.length > 0 ? 'else' : 'but Kubernetes itself'}`;
      const open = own.length > 0 ? listInShort(own, MAX_ACTORS) : others;
      const refused = closed > 0 ? `; admission policies refuse ${counted(closed, 'other')}` : '';
      return wrap(`${namespace}/${serviceAccount}: ${open}${refused}`, '    ', '  ');
    }),
    ...unknownLines(people.unknown, nameOf),
    ...isPartial ? ['  Not read, so this may not be all:'] : [],
    ...unread.flatMap(what => wrap(what, '      ', '    - ')),
  ];
}

/** Who has an open way, the most certain first. */
function openInWords({ actors }: PeopleOfAccount, words: (actor: LiveActor) => string): string[] {
  const rank = ({ confidence }: LiveActor) => CONFIDENCES.indexOf(confidence);
  return actors.filter(({ closedBy }) => closedBy === undefined)
    .sort((left, right) => rank(left) - rank(right)).map(words);
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
