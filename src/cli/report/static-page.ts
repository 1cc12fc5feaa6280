/**
 * The static HTML of the page, for readers without JavaScript; the script replaces it. Names are untrusted and escaped.
 */
import { policiesInWords, POLICIES_TITLE } from './guards-in-words';
import { clusterTitle, mayOfRows, notesOn, roleInShort, who } from './in-words';
import {
  findingsByRule, IDENTITIES_TITLE, missingIn, MISSING_TITLE, numbersOf, originOf, OTHERS_TITLE,
} from './numbers';
import { OtherIdentity } from './other-identities';
import { actorNames, notesOnPeople, PEOPLE_TITLE, peopleRows, PeopleRow, UNKNOWN_TITLE, waysInShort } from './people';
import { ReportData } from './report-data';
import { Row, rowsOf } from './rows';
import { Access } from '../../analysis/access-map';
import { grouped } from '../../analysis/json-values';
import { listInShort } from '../../analysis/lists';
import { Finding } from '../../analysis/rules/rule';
import { printable } from '../text';

/** Browsers cannot lay out more rows in reasonable time without the script, which has all of them. */
const MAX_ROWS = 5000;

/** Omits optional HTML tags, because there may be thousands of rows. */
export function staticPage(data: ReportData): string {
  const rows = rowsOf(data);
  const open = data.findings.filter(({ suppressed }) => suppressed === undefined);
  const ofPods = rows.filter(({ access }) => access);
  const others = rows.filter(({ access }) => !access);
  const shown = ofPods.slice(0, MAX_ROWS);
  const groups = grouped(shown, ({ access }) => JSON.stringify([access!.cluster, access!.via]));
  return [
    '<h1>Access map</h1>',
    `<p>${escapeHtml(numbersOf(data).map(({ count, what }) => `${count} ${what}`).join(', '))}`,
    `<p class="origin">${escapeHtml(originOf(data))}`,
    ...missingIn(data).length > 0 ? [`<h2>${MISSING_TITLE}</h2>`, list(missingIn(data).map(escapeHtml))] : [],
    ...open.length > 0 ? ['<h2>Findings</h2>', list(findingsByRule(open).map(findingsInWords))] : [],
    '<h2>Access</h2>',
    '<table><caption>Which service account can assume which role, and what the role may do</caption>',
    '<thead><tr><th scope=col>Service account<th scope=col>Role<th scope=col>Permissions',
    ...[...groups.values()].map(tableBody),
    '</table>',
    ...shown.length < ofPods.length
      ? [`<p>${ofPods.length - shown.length} more: enable JavaScript, or run cdk-irsa report --format csv.`]
      : [],
    ...ofPods.length > 0 ? people(data, ofPods) : [],
    ...data.otherIdentities.length > 0
      ? [`<h2>${IDENTITIES_TITLE}</h2>`, list(data.otherIdentities.map(identityInWords))]
      : [],
    ...others.length > 0
      ? [`<details><summary>${OTHERS_TITLE} (${others.length})</summary>`,
        list(others.slice(0, MAX_ROWS).map(({ arn }) => name(roleInShort(arn)))), '</details>']
      : [],
  ].join('\n');
}

/** More would not be readable. */
const MAX_PEOPLE = 500;
const MAX_NAMES = 5;

function people(data: ReportData, rows: readonly Row[]): string[] {
  const nameOf = actorNames(data);
  const all = peopleRows(rows);
  const policies = policiesInWords(data, nameOf);
  const row = ({ actors, ways, serviceAccounts }: PeopleRow) => [
    `<tr><th scope=row>${escapeHtml(listInShort(actors.map(nameOf), MAX_NAMES))}`,
    `<td>${waysInShort(ways).map(escapeHtml).join('<br>')}`,
    `<td>${escapeHtml(listInShort(serviceAccounts.map(({ serviceAccount, roles }) =>
      `${serviceAccount} (${listInShort(roles.map(roleInShort), 2)})`), MAX_NAMES))}`,
  ].join('');
  return [
    `<h2>${PEOPLE_TITLE}</h2>`,
    ...all.length === 0 ? []
      : ['<table><thead><tr><th scope=col>Who<th scope=col>By<th scope=col>As (role)<tbody>',
        ...all.slice(0, MAX_PEOPLE).map(row), '</table>'],
    ...all.length > MAX_PEOPLE
      ? [`<p>${all.length - MAX_PEOPLE} more: enable JavaScript, or run cdk-irsa report --format csv.`]
      : [],
    ...data.unknownReaches.length === 0 ? []
      : [`<h2>${UNKNOWN_TITLE}</h2>`, list(data.unknownReaches.slice(0, MAX_PEOPLE)
        .map(({ actor, reason }) => `${name(nameOf(actor))}: ${escapeHtml(reason)}`))],
    ...policies.length > 0 ? [`<h2>${POLICIES_TITLE}</h2>`, list(policies.map(escapeHtml))] : [],
    ...notesOnPeople(data, all.length, all.map(({ doubt }) => doubt)).map(note => `<p>${escapeHtml(note)}`),
  ];
}

function findingsInWords([first, ...more]: Finding[]): string {
  const message = `${first.message}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
  return `<b>${escapeHtml(first.severity)}</b> ${name(first.rule)}: ${escapeHtml(message)}`;
}

function identityInWords({ role, provider, subjects }: OtherIdentity): string {
  return `${name(roleInShort(role))} ${escapeHtml(provider)}: ${subjects.map(name).join(', ') || 'any subject'}`;
}

function list(items: readonly string[]): string {
  return `<ul>\n${items.map(item => `<li>${item}`).join('\n')}\n</ul>`;
}

function tableBody(rows: readonly Row[]): string {
  const { cluster, via } = rows[0].access!;
  const mayOf = mayOfRows();
  return [
    `<tbody><tr><th scope=rowgroup colspan=3>${escapeHtml(clusterTitle(cluster, via))}`,
    ...rows.map(row => [
      `<tr><th scope=row>${whoIn(row.access!)}<td>${name(roleInShort(row.arn))}`,
      `<td>${mayOf(row).map(escapeHtml).join('<br>')}`,
    ].join('')),
  ].join('\n');
}

function whoIn(access: Access): string {
  return [name(who(access)), ...notesOn(access).map(escapeHtml)].join('<br>');
}

function name(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
