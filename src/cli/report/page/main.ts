/**
 * The page of `cdk-irsa report --format html`. All texts in the report are untrusted and inserted as text, never as
 * HTML.
 */
import { byId, h, name, plural, visible } from './dom';
import { findingsSection } from './findings';
import { PeopleTable } from './people-table';
import { PictureView } from './picture';
import { Table } from './table';
import { textsOf } from '../../../analysis/json-values';
import { listInShort } from '../../../analysis/lists';
import { roleInShort } from '../in-words';
import { IDENTITIES_TITLE, missingIn, MISSING_TITLE, numbersOf, originOf } from '../numbers';
import { unpack } from '../packed';
import { ActorWay, actorNames, actorsOf, isActor } from '../people';
import { ReportData } from '../report-data';
import { Answer, EMPTY, Query, rowsOf, search } from '../rows';
import { identityPolicies, sortedTexts, statementsIn } from '../statements';

const data = unpack(JSON.parse(byId('data').textContent!)) as ReportData;
const rows = rowsOf(data);
/** The filter for actors that can act as service accounts. */
let isShown: ReturnType<typeof isActor> | undefined;
const actors = new WeakMap<Answer['row'], ActorWay[]>();
const picture = new PictureView();
const nameOf = actorNames(data);
const hasPeople = data.reaches.length > 0;
const table = new Table(hasPeople ? { of: peopleOf, nameOf } : undefined);
const people = new PeopleTable(data, nameOf);
const FIELDS: [keyof Query, string, string][] = [
  ...hasPeople ? [['actor', 'Person or group', 'dev'] as [keyof Query, string, string]] : [],
  ['namespace', 'Namespace', 'payments'],
  ['serviceAccount', 'Service account', 'api'],
  ['role', 'Role', 'payments-api'],
];
const ASKED: [keyof Query, string, string][] = [
  ['action', 'Who can do', 's3:PutObject'],
  ['resource', 'on', 'arn:aws:s3:::bucket/key'],
];

document.body.append(
  h('a', { class: 'skip', href: '#access' }, 'Skip to the access table'),
  h(
    'header',
    {},
    h('h1', {}, 'Access map'),
    h('p', { class: 'lead' }, hasPeople
      ? 'Who can act as which Kubernetes service account, which IAM role it can assume, and what the role may do.'
      : 'Which Kubernetes service account can assume which IAM role, and what the role may do.'),
    numbers(),
    h('p', { class: 'origin' }, visible(originOf(data))),
  ),
  h(
    'main',
    {},
    ...missing(),
    findingsSection(data.findings),
    form(),
    h('section', { 'aria-labelledby': 'picture-title' }, h('h2', { id: 'picture-title' }, 'Picture'), picture.element),
    h(
      'section',
      { 'id': 'access', 'tabindex': -1, 'aria-labelledby': 'access-title' },
      h('h2', { id: 'access-title' }, 'Access'),
      table.element,
      identities(),
    ),
    people.element,
  ),
);
document.addEventListener('keydown', onKey);
update();
byId('static').remove();

/** The actors of a row that pass the filter. */
function peopleOf({ row }: Answer): readonly ActorWay[] {
  const all = actors.get(row) ?? actorsOf(row);
  actors.set(row, all);
  return isShown ? all.filter(({ actor }) => isShown!(actor)) : all;
}

function numbers(): HTMLElement {
  return h(
    'ul',
    { class: 'numbers' },
    ...numbersOf(data).map(({ count, what }) => h('li', {}, h('b', {}, count.toLocaleString('en')), ` ${what}`)),
  );
}

/** Files that could not be read are listed, so that they do not seem to be empty. */
function missing(): HTMLElement[] {
  const missed = missingIn(data);
  return missed.length === 0 ? [] : [h(
    'section',
    { 'id': 'missing', 'aria-labelledby': 'missing-title' },
    h('h2', { id: 'missing-title' }, MISSING_TITLE),
    h('ul', {}, ...missed.map(text => h('li', {}, visible(text)))),
  )];
}

function identities(): HTMLElement | string {
  if (data.otherIdentities.length === 0) return '';
  return h(
    'section',
    { 'id': 'identities', 'aria-labelledby': 'identities-title' },
    h('h3', { id: 'identities-title' }, IDENTITIES_TITLE),
    h('ul', { class: 'others' }, ...data.otherIdentities.map(({ provider, subjects, role }) => h(
      'li',
      {},
      name(roleInShort(role)),
      h('span', { class: 'note' }, `${visible(provider)}: `,
        visible(listInShort(subjects, 5) || 'any subject')),
    ))),
  );
}

function form(): HTMLElement {
  const suggestions: Partial<Record<keyof Query, string[]>> = {
    actor: data.reaches.flatMap(({ by }) => by.flatMap(entry => entry.actors.map(nameOf))),
    namespace: rows.flatMap(({ access }) => access?.namespace ?? []),
    serviceAccount: rows.flatMap(({ access }) => access?.serviceAccount ?? []),
    role: data.roles.map(role => role.name),
    action: statementValues('Action'),
    resource: statementValues('Resource'),
  };
  const field = ([key, label, example]: [keyof Query, string, string]) =>
    h(
      'div',
      { class: 'field' },
      h('label', { for: key }, label),
      h('input', {
        id: key,
        type: 'text',
        list: `${key}-list`,
        placeholder: example,
        autocomplete: 'off',
        spellcheck: 'false',
        input: update,
      }),
      h(
        'datalist',
        { id: `${key}-list` },
        ...sortedTexts(suggestions[key] ?? [])
          .slice(0, 1000)
          .map(value => h('option', { value })),
      ),
    );
  return h(
    'search',
    { id: 'search', role: 'search' },
    h('h2', { class: 'hidden' }, 'Search'),
    h(
      'form',
      { class: hasPeople ? 'people' : undefined, submit: event => event.preventDefault() },
      h(
        'div',
        { class: 'field wide' },
        h('label', { for: 'text' }, 'Search'),
        h('input', {
          'id': 'text',
          'type': 'search',
          'placeholder': 'any name, action or resource',
          'autocomplete': 'off',
          'spellcheck': 'false',
          'aria-keyshortcuts': '/',
          'input': update,
        }),
        h('kbd', { 'aria-hidden': 'true', 'title': 'Press / to search' }, '/'),
      ),
      h('div', { class: 'fields' }, ...FIELDS.map(field)),
      h('div', { 'class': 'fields asked', 'role': 'group', 'aria-label': 'Who can do what' }, ...ASKED.map(field)),
      h('button', { type: 'button', id: 'clear', click: clear }, 'Clear'),
    ),
    h('p', { 'id': 'count', 'role': 'status', 'aria-live': 'polite' }),
  );
}

function query(): Query {
  return Object.fromEntries(
    Object.keys(EMPTY).map(key => [key, (byId<HTMLInputElement>(key) as HTMLInputElement | null)?.value.trim() ?? '']),
  ) as unknown as Query;
}

function update(): void {
  const asked = query();
  const answers = search(rows, asked);
  isShown = asked.actor === '' ? undefined : isActor(asked.actor);
  picture.show(answers, hasPeople ? { of: peopleOf, nameOf } : undefined);
  table.show(answers);
  people.show(answers, isShown);
  byId('count').replaceChildren(...describeAnswers(answers, asked));
  byId<HTMLButtonElement>('clear').disabled = Object.values(asked).every(value => value === '');
}

/** Describes the number of results. */
function describeAnswers(answers: Answer[], { action, resource }: Query): (Node | string)[] {
  const withAccess = answers.filter(({ row }) => row.access);
  const others = answers.length - withAccess.length;
  if (action === '' && resource === '') {
    return [
      `${plural(withAccess.length, 'way')} from a service account to a `
        + `role${others > 0 ? `, and ${plural(others, 'other role')}` : ''}.`,
    ];
  }
  const of = (verdict: string) => withAccess.filter(({ reach }) => reach!.verdict === verdict).length;
  const what = [action === '' ? 'do anything' : name(action), ...resource === '' ? [] : [' on ', name(resource)]];
  const certain = of('allow') + of('partly');
  const more = [
    [of('conditional'), 'more under conditions'],
    [of('unknown'), 'unknown: policies that are not in the templates'],
    [others, others === 1 ? 'other role' : 'other roles'],
  ]
    .filter(([count]) => (count as number) > 0)
    .map(([count, text]) => `${count} ${text}`);
  return [
    certain === 0 ? 'No service account can ' : `${plural(certain, 'way')} from a service account to `,
    ...what,
    more.length > 0 ? `; ${more.join('; ')}.` : '.',
  ];
}

function clear(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('form input')) field.value = '';
  update();
  byId('text').focus();
}

/** `/` focuses the search unless a field has the focus; Escape clears a field, and then leaves it. */
function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const isField = target instanceof HTMLInputElement;
  if (event.key === '/' && !isField && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    byId<HTMLInputElement>('text').select();
    byId('text').focus();
  } else if (event.key === 'Escape' && isField) {
    event.preventDefault();
    if (target.value === '') {target.blur();} else {
      target.value = '';
      update();
    }
  }
}

function statementValues(key: 'Action' | 'Resource'): string[] {
  const statements = data.roles.flatMap(role =>
    identityPolicies(role).flatMap(({ document }) => statementsIn(document)),
  );
  return statements.flatMap(statement => textsOf(statement[key])).map(visible);
}
