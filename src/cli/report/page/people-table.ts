import { h, name, visible } from './dom';
import { Actor } from '../../../analysis/cluster-access';
import { andMore } from '../../../analysis/lists';
import { policiesInWords, POLICIES_TITLE } from '../guards-in-words';
import { clusterInWords, roleInShort } from '../in-words';
import {
  isOpen, notesOnPeople, othersInShort, PEOPLE_TITLE, PeopleRow, peopleRows, stateInWords, UNKNOWN_TITLE, wayInWords,
} from '../people';
import { ReportData } from '../report-data';
import { Answer } from '../rows';

const STEP = 50;
const MAX_NAMES = 5;
const MAX_UNKNOWN = 200;

/** The table of who can act as the filtered service accounts. */
export class PeopleTable {
  public readonly element = h('section', { 'id': 'people', 'aria-labelledby': 'people-title' });
  private shown = STEP;
  private rows: PeopleRow[] = [];
  private isFiltered = false;

  constructor(private readonly data: ReportData, private readonly nameOf: (actor: Actor) => string) {}

  public show(answers: readonly Answer[], isShown?: (actor: Actor) => boolean): void {
    const withAccess = answers.map(({ row }) => row).filter(({ access }) => access);
    this.rows = peopleRows(withAccess, isShown);
    this.isFiltered = isShown !== undefined;
    this.shown = STEP;
    this.element.hidden = !this.data.access.length;
    this.draw();
  }

  private draw(): void {
    const { rows, shown } = this;
    const left = rows.length - shown;
    this.element.replaceChildren(
      h('h2', { id: 'people-title' }, PEOPLE_TITLE),
      rows.length > 0 ? h(
        'table',
        { role: 'table' },
        h('caption', { class: 'hidden' }, 'Who can act as which service account, and by which right'),
        h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...['Who', 'By', 'As'].map(title =>
          h('th', { scope: 'col', role: 'columnheader' }, title)))),
        h('tbody', { role: 'rowgroup' }, ...rows.slice(0, shown).map(row => this.row(row))),
      ) : '',
      left > 0 ? h('p', { class: 'tools' }, h('button', {
        type: 'button',
        click: () => {
          this.shown += STEP;
          this.draw();
          this.element.querySelectorAll<HTMLElement>('tr.row')[shown]?.focus();
        },
      }, `Show ${Math.min(STEP, left)} more of ${left}`)) : '',
      ...this.unknown(),
      ...this.policies(),
      ...(this.isFiltered ? [] : notesOnPeople(this.data, rows.length)).map(note => h('p', { class: 'quiet' }, note)),
    );
  }

  private row({ actors, ways, serviceAccounts, cluster, doubt }: PeopleRow): HTMLElement {
    return h(
      'tr',
      { class: 'row', role: 'row', tabindex: -1 },
      h('th', { scope: 'row', role: 'rowheader' }, list(actors, actor => name(this.nameOf(actor))),
        this.data.clusters.length > 1 && cluster !== undefined
          && h('span', { class: 'note' }, visible(`in ${clusterInWords(cluster)}`)),
        doubt !== undefined && h('span', { class: 'note' }, visible(doubt))),
      h('td', { role: 'cell' },
        visible(wayInWords(ways[0])),
        ' ',
        chipOf(ways[0]),
        ...othersInShort(ways).map(text => h('span', { class: 'note' }, visible(text)))),
      h('td', { role: 'cell' }, list(serviceAccounts, ({ serviceAccount, roles }) => h('span', {},
        name(serviceAccount),
        h('span', { class: 'quiet' }, ' → '),
        ...roles.slice(0, 2).flatMap((arn, index) => [index === 0 ? '' : ', ', name(roleInShort(arn))]),
        andMore(roles.length - 2)))),
    );
  }

  private policies(): HTMLElement[] {
    const lines = policiesInWords(this.data, this.nameOf);
    return lines.length === 0 ? [] : [
      h('h3', {}, POLICIES_TITLE),
      h('ul', { class: 'names' }, ...lines.map(line => h('li', {}, visible(line)))),
    ];
  }

  private unknown(): HTMLElement[] {
    const { unknownReaches: all } = this.data;
    return all.length === 0 ? [] : [
      h('h3', {}, UNKNOWN_TITLE),
      h('ul', { class: 'others' }, ...all.slice(0, MAX_UNKNOWN).map(({ actor, reason }) =>
        h('li', {}, name(this.nameOf(actor)), h('span', { class: 'note' }, visible(reason)))),
      all.length > MAX_UNKNOWN && h('li', { class: 'note' }, `and ${all.length - MAX_UNKNOWN} more`)),
    ];
  }
}

/** The confidence of a way unless it is certain, or the policies that close it. */
export function chipOf(way: PeopleRow['ways'][number]): HTMLElement | false {
  if (isOpen(way) && way.confidence === 'certain') return false;
  const kind = !isOpen(way) ? 'closed' : way.confidence === 'unknown' ? 'unknown' : 'conditional';
  return h('span', { class: `chip ${kind}` }, visible(stateInWords(way)));
}

/** The first items, and a button that shows the others. */
function list<T>(items: readonly T[], show: (item: T) => HTMLElement): HTMLElement {
  const rest = items.length - MAX_NAMES;
  const element = h('ul', { class: 'names' }, ...items.slice(0, rest > 1 ? MAX_NAMES : undefined)
    .map(item => h('li', {}, show(item))));
  if (rest > 1) {
    const button = h('button', {
      type: 'button',
      class: 'link',
      click: () => {
        button.parentElement!.remove();
        element.append(...items.slice(MAX_NAMES).map(item => h('li', {}, show(item))));
      },
    }, `and ${rest.toLocaleString('en')} more`);
    element.append(h('li', {}, button));
  }
  return element;
}
