import { h, name, plural, visible } from './dom';
import { chipOf } from './people-table';
import { Access, Policy, Role } from '../../../analysis/access-map';
import { grouped } from '../../../analysis/json-values';
import { andMore, listInShort } from '../../../analysis/lists';
import { statementsOf } from '../../../analysis/reading/trusted-subjects';
import { withoutBrackets } from '../../../analysis/stand-in';
import { notesOn, permissionInWords, principalsOf, roleInShort } from '../in-words';
import { OTHERS_TITLE } from '../numbers';
import { ActorWay, peopleRows, stateInWords, wayInWords } from '../people';
import { Permission, permissionsOf } from '../permissions';
import { PictureActors } from '../picture-layout';
import { Answer, isPattern, Placed, Reach } from '../rows';
import { identityPolicies } from '../statements';

const STEP = 200;
const MAX_PERMISSIONS = 3;
const MAX_PEOPLE = 3;
const VERDICTS: Record<Reach['verdict'], string> = {
  allow: 'can',
  conditional: 'under conditions',
  partly: 'in part or in full',
  unknown: 'unknown',
};

/**
 * The table of filtered access by cluster and namespace. More rows are added on demand. It has explicit ARIA roles,
 * because narrow screens lay it out as blocks.
 */
export class Table {
  public readonly element = h('div', { id: 'access-body' });
  private shown = STEP;
  private answers: Answer[] = [];

  /** @param people who can act as the service accounts, if known */
  constructor(private readonly people?: PictureActors) {}

  public show(answers: Answer[], most = STEP): void {
    this.answers = answers;
    this.shown = most;
    const withAccess = answers.filter(({ row }) => row.access);
    const others = answers.filter(({ row }) => !row.access);
    const first = withAccess.slice(0, most);
    this.element.replaceChildren(
      withAccess.length > 0
        ? h(
          'table',
          { role: 'table', class: this.people && 'people' },
          h('caption', { class: 'hidden' }, 'Which service account can assume which role, and what the role may do'),
          h(
            'thead',
            { role: 'rowgroup' },
            h(
              'tr',
              { role: 'row' },
              ...[
                'Service account', 'Role', answers.some(({ reach }) => reach) ? 'By' : 'Permissions',
                ...this.people ? ['Who can act as it'] : [],
              ].map(title =>
                h('th', { scope: 'col', role: 'columnheader' }, title),
              ),
            ),
          ),
          ...groups(first).map(group =>
            h('tbody', { role: 'rowgroup' }, heading(group[0].row.access!, this.columns),
              ...group.flatMap(answer => this.rows(answer))),
          ),
        )
        : '',
      withAccess.length > first.length
        ? h(
          'p',
          { class: 'tools' },
          h(
            'button',
            { type: 'button', click: () => this.more(first.length) },
            `Show ${Math.min(STEP, withAccess.length - first.length)} more of ${withAccess.length - first.length}`,
          ),
        )
        : '',
      others.length > 0
        ? h(
          'details',
          { class: 'folded', open: others.some(({ reach }) => reach) },
          h('summary', {}, `${OTHERS_TITLE} (${others.length})`),
          h('ul', { class: 'others' }, ...others.slice(0, most).map(other),
            others.length > most && h('li', { class: 'note' }, `and ${others.length - most} more: narrow the search`)),
        )
        : '',
    );
  }

  private get columns(): number {
    return this.people ? 4 : 3;
  }

  private rows(answer: Answer): HTMLElement[] {
    return rows(answer, this.columns, this.people);
  }

  /** Shows more rows and moves the focus to the first of them. */
  private more(first: number): void {
    this.show(this.answers, this.shown + STEP);
    (
      this.element
        .querySelectorAll<HTMLElement>('tr.row')
        [first]?.nextElementSibling?.querySelector<HTMLElement>('summary') ?? this.element
    ).focus();
  }
}

function groups(answers: Answer[]): Answer[][] {
  return [...grouped(answers, ({ row: { access } }) => JSON.stringify([access!.cluster, access!.namespace])).values()];
}

function heading({ namespace, cluster, via }: Access, columns: number): HTMLElement {
  return h(
    'tr',
    { class: 'heading', role: 'row' },
    h(
      'th',
      { scope: 'rowgroup', role: 'rowheader', colspan: columns },
      name(namespace),
      namespace === '*'
        ? h('span', { class: 'chip warning' }, 'any namespace')
        : isPattern(namespace) && h('span', { class: 'chip warning' }, 'pattern'),
      h(
        'span',
        { class: 'cluster' },
        via === 'irsa' ? 'cluster ' : 'EKS Pod Identity, cluster ',
        name(withoutBrackets(cluster)),
      ),
    ),
  );
}

function rows(answer: Answer, columns: number, people?: PictureActors): HTMLElement[] {
  const { row, reach } = answer;
  const { serviceAccount, via, used, statement, through, sessionPolicy } = row.access!;
  return [
    h(
      'tr',
      { class: 'row', role: 'row' },
      h(
        'th',
        { scope: 'row', role: 'rowheader' },
        name(serviceAccount),
        isPattern(serviceAccount)
          && h('span', { class: 'chip warning' }, serviceAccount === '*' ? 'any service account' : 'pattern'),
        via === 'irsa' && !used && h('span', { class: 'note' }, 'not used by any given manifest'),
        ...notesOn(row.access!).map(note => h('span', { class: 'note' }, visible(note))),
        through !== undefined && h('span', { class: 'note' }, 'as the target role of ', name(roleInShort(through))),
        row.workloads.length > 0 && h('span', { class: 'note' }, workloads(row.workloads)),
      ),
      h('td', { role: 'cell' }, name(roleInShort(row.arn)), h('span', { class: 'note' }, account(row.arn, row.role))),
      h('td', { role: 'cell' }, reach ? reachList(reach) : may(row.role, sessionPolicy)),
      people && h('td', { role: 'cell' }, peopleList(answer, people)),
    ),
    h(
      'tr',
      { class: 'more', role: 'row' },
      h('td', { role: 'cell', colspan: columns }, details(row.arn, row.role, reach, statement, sessionPolicy),
        people && peopleDetails(answer, people)),
    ),
  ];
}

function other({ row: { arn, role }, reach }: Answer): HTMLElement {
  return h(
    'li',
    {},
    name(roleInShort(arn)),
    h('span', { class: 'note' }, describeTrust(role)),
    reach ? reachList(reach) : may(role),
    details(arn, role, reach),
  );
}

/** Actors by right, the most certain first; the details contain the rest. */
function peopleList(answer: Answer, { of, nameOf }: PictureActors): HTMLElement {
  const all = of(answer);
  if (all.length === 0) return h('span', { class: 'note' }, 'none known');
  const byRight = [...grouped(all, ({ way }) => JSON.stringify([wayInWords(way, true), stateInWords(way)])).values()];
  const shown = byRight.slice(0, MAX_PEOPLE);
  const rest = all.length - shown.reduce((sum, { length }) => sum + length, 0);
  return h(
    'ul',
    { class: 'may' },
    ...shown.map(same => h('li', {},
      ...same.slice(0, MAX_PEOPLE).flatMap(({ actor }, index) => [index === 0 ? '' : ', ', name(nameOf(actor))]),
      andMore(same.length - MAX_PEOPLE),
      ' ',
      chipOf(same[0].way),
      h('span', { class: 'note' }, visible(wayInWords(same[0].way, true))))),
    rest > 0 && h('li', { class: 'note' }, `and ${rest} more`),
  );
}

/** Rendered when opened. */
function peopleDetails(answer: Answer, { of, nameOf }: PictureActors): HTMLElement | false {
  const count = of(answer).length;
  if (count === 0) return false;
  const body = h('div', { class: 'full' });
  const written = (way: ActorWay['way']) => h('li', {},
    visible(wayInWords(way)), ' ', chipOf(way),
    h('span', { class: 'place' }, ' ', ...placesOf(way).map(place => name(place))));
  const element = h('details', {
    toggle: () => {
      if (!element.open || body.childNodes.length > 0) return;
      const shown = new Set(of(answer).map(({ actor }) => actor));
      const people = peopleRows([answer.row], actor => shown.has(actor));
      body.append(h('ul', { class: 'others' }, ...people.map(({ actors, ways, doubt }) => h('li', {},
        ...actors.flatMap((actor, index) => [index === 0 ? '' : ', ', name(nameOf(actor))]),
        doubt !== undefined && h('span', { class: 'note' }, visible(doubt)),
        h('ul', { class: 'may' }, ...ways.map(written))))));
    },
  }, h('summary', {}, `Who can act as it (${count.toLocaleString('en')})`), body);
  return element;
}

function placesOf({ steps }: ActorWay['way']): string[] {
  const places = steps.flatMap(step => step.places).map(({ file, line, constructPath, logicalId }) => [
    `${file}${line === undefined ? '' : `:${line}`}`, constructPath ?? logicalId ?? '',
  ].filter(text => text !== '').join(' '));
  return [...new Set(places)];
}

function workloads(all: Answer['row']['workloads']): string {
  return listInShort(all.map(workload => visible(`${workload.kind} ${workload.name}`)), 3);
}

function account(arn: string, role: Role | undefined): string {
  return role ? `account ${visible(role.account)}` : `not in the templates: ${visible(arn)}`;
}

function describeTrust(role: Role | undefined): string {
  return `trusts ${visible(listInShort(principalsOf(role), 3) || 'no readable principal')}`;
}

function may(role: Role | undefined, sessionPolicy?: unknown): HTMLElement {
  if (!role) return h('span', { class: 'note' }, 'its policies are not in the templates');
  const policies = identityPolicies(role);
  const all = [
    ...permissionsOf(policies.map(({ document }) => document), sessionPolicy).map(permission),
    ...policies
      .filter(({ document }) => document === undefined)
      .map(policy => h('li', {}, 'the policy ', name(policy.name))),
  ];
  const rest = all.length - MAX_PERMISSIONS;
  return all.length === 0
    ? h('span', { class: 'note' }, 'none')
    : h(
      'ul',
      { class: 'may' },
      ...all.slice(0, rest > 1 ? MAX_PERMISSIONS : all.length),
      rest > 1 && h('li', { class: 'note' }, `and ${rest} more`),
    );
}

function permission(given: Permission): HTMLElement {
  const isDenied = given.effect === 'Deny';
  return h('li', {}, isDenied && h('span', { class: 'chip deny' }, 'never'), ...inCode(given));
}

/** A permission with untrusted texts in code elements. */
function inCode(given: Permission): Node[] {
  const names: string[] = [];
  const words = permissionInWords(given, text => `\u0000${names.push(text) - 1}\u0000`);
  return words
    .split('\u0000')
    .map((part, index) => (index % 2 === 0 ? document.createTextNode(part) : name(names[Number(part)])));
}

function reachList({ verdict, statements: placed }: Reach): HTMLElement {
  const items = placed.slice(0, 6).map(({ policy, index, statement }) =>
    h(
      'li',
      {},
      ...(statement === undefined
        ? ['the policy ', name(policy.name), ', which is not in the templates']
        : [
          ...permissionsOf([{ Statement: [statement] }])
            .slice(0, 1)
            .flatMap(given => [
              given.effect === 'Deny' && h('span', { class: 'chip deny' }, 'never'),
              ...inCode(given),
            ]),
          h(
            'span',
            { class: 'note' },
            `statement ${index + 1} of `,
            name(policy.name),
            policy.kind === 'boundary' && ', its boundary',
          ),
        ]),
    ),
  );
  return h(
    'div',
    {},
    h('span', { class: `chip ${verdict}` }, VERDICTS[verdict]),
    h(
      'ul',
      { class: 'may' },
      ...items,
      placed.length > 6 && h('li', { class: 'note' }, `and ${placed.length - 6} more`),
    ),
  );
}

/** Rendered when opened, because there may be hundreds of roles. */
function details(
  arn: string,
  role: Role | undefined,
  reach: Reach | undefined,
  entrance?: number,
  sessionPolicy?: unknown,
): HTMLElement | string {
  if (!role) return '';
  const body = h('div', { class: 'full' });
  const element = h(
    'details',
    {
      toggle: () => {
        if (element.open && body.childNodes.length === 0) {
          body.append(...full(arn, role, reach?.statements ?? [], entrance, sessionPolicy));
        }
      },
    },
    h(
      'summary',
      {},
      `Trust policy, ${plural(role.policies.length, 'policy').replace('policys', 'policies')}`,
      h('span', { class: 'hidden' }, ` of ${visible(roleInShort(arn))}`),
    ),
    body,
  );
  return element;
}

function full(
  arn: string, role: Role, placed: Placed[], entrance: number | undefined, sessionPolicy: unknown,
): HTMLElement[] {
  const { file, constructPath, logicalId } = role.place;
  return [
    h(
      'dl',
      {},
      h('dt', {}, 'ARN'),
      h('dd', {}, name(arn)),
      h('dt', {}, 'Template'),
      h('dd', {}, name(file), ' ', name(constructPath ?? logicalId ?? '')),
    ),
    h('h4', {}, 'Trust policy'),
    ...(role.unresolved.length > 0
      ? [h('p', { class: 'fix' }, `Cannot be read completely: ${role.unresolved.map(visible).join('; ')}`)]
      : []),
    ...statements(role.trust, index => (index === entrance ? 'allows this service account' : undefined)),
    ...role.policies.flatMap(policy => policySection(policy, placed)),
    ...(sessionPolicy === undefined ? [] : [h('h4', {}, 'Session policy'), ...statements(sessionPolicy, index =>
      placed.some(({ policy: { kind }, index: at }) => kind === 'session' && at === index)
        ? 'matches the search'
        : undefined)]),
  ];
}

function policySection(policy: Policy, placed: Placed[]): HTMLElement[] {
  const kind = { inline: 'Policy', managed: 'Managed policy', boundary: 'Permissions boundary' }[policy.kind];
  return [
    h('h4', {}, `${kind} `, name(policy.name)),
    ...(policy.document === undefined
      ? [h('p', { class: 'fix' }, `Not in the templates${policy.arn === undefined ? '' : `: ${visible(policy.arn)}`}.`)]
      : statements(policy.document, index =>
        placed.some(place => place.policy === policy && place.index === index) ? 'matches the search' : undefined,
      )),
  ];
}

function statements(document: unknown, mark: (index: number) => string | undefined): HTMLElement[] {
  const all = statementsOf(document);
  if (all.length === 0) return [h('pre', {}, visible(JSON.stringify(document ?? null, null, 2)))];
  return [
    h(
      'ol',
      { class: 'statements' },
      ...all.map((statement, index) =>
        h(
          'li',
          { class: mark(index) ? 'marked' : undefined },
          mark(index) !== undefined && h('span', { class: 'mark' }, mark(index)!),
          h(
            'pre',
            { 'tabindex': 0, 'aria-label': `Statement ${index + 1}` },
            visible(JSON.stringify(statement, null, 2)),
          ),
        ),
      ),
    ),
  ];
}
