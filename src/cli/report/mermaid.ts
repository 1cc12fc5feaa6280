/**
 * The map as a flowchart of Mermaid: cluster, service account, role, what it may do.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
import { permissionInWords, resourceInShort, roleInShort, serviceOf } from './in-words';
import { Permission, permissionsOf } from './permissions';
import { ReportData } from './report-data';
import { shownAccess } from './shown-access';
import { identityPolicies, sortedTexts } from './statements';
import { Access, Role, Text } from '../../analysis/access-map';
import { grouped } from '../../analysis/json-values';
import { andMore, linesInShort } from '../../analysis/lists';
import { withoutBrackets } from '../../analysis/stand-in';
import { printable } from '../text';

/** Mermaid draws at most 500 edges and 50,000 characters, unless the page that shows it says otherwise. */
const MAX_EDGES = 450;
const MAX_LENGTH = 48_000;
const MAX_LABEL_LENGTH = 80;
const MAX_PERMISSIONS = 3;

/** A map that is too large for Mermaid is drawn by namespaces, and then by clusters. */
export function mermaid(data: ReportData): { text: string; isCondensed: boolean } {
  const [full, ...condensed] = [chart(data, byServiceAccount), chart(data, byNamespace), chart(data, byCluster)];
  const isDrawn = ({ text, edges }: Chart) => edges <= MAX_EDGES && text.length <= MAX_LENGTH;
  return isDrawn(full)
    ? { text: full.text, isCondensed: false }
    : { text: (condensed.find(isDrawn) ?? condensed[1]).text, isCondensed: true };
}

interface Chart {
  readonly text: string;
  readonly edges: number;
}

/** What is one box: its key, and how it is called when it holds this many. */
interface Box {
  readonly key: string;
  readonly label: (count: number) => string;
}

interface Boxes {
  readonly account: (access: Access) => Box;
  readonly role: (access: Access) => Box;
}

const single = (key: string, text: string): Box => ({ key, label: () => escapeText(text) });
const several = (key: string, text: string, what: string): Box => ({
  key,
  label: count => `${escapeText(text)}<br/>${count} ${what}${count === 1 ? '' : 's'}`,
});

const byServiceAccount: Boxes = {
  account: ({ cluster, namespace, serviceAccount }) =>
    single(JSON.stringify([cluster, namespace, serviceAccount]), `${namespace}/${serviceAccount}`),
  // What it may do differs from session policy to session policy.
  role: ({ role, sessionPolicy }) => (sessionPolicy === undefined
    ? single(role, roleInShort(role))
    : single(JSON.stringify([role, sessionPolicy]), `${roleInShort(role)}, with a session policy`)),
};
const byNamespace: Boxes = {
  account: ({ cluster, namespace }) => several(JSON.stringify([cluster, namespace]), namespace, 'service account'),
  role: ({ namespace }) => several(namespace, namespace, 'role'),
};
const byCluster: Boxes = {
  account: ({ cluster }) => several(cluster, 'all namespaces', 'service account'),
  role: () => several('', 'all of them', 'role'),
};

function chart({ access: all, roles }: ReportData, boxes: Boxes): Chart {
  const access = shownAccess(all);
  const known = new Map(roles.map(role => [role.arn, role]));
  const ids = new Map<string, string>();
  const id = (kind: string, key: string) => {
    const name = `${kind}${JSON.stringify(key)}`;
    ids.set(name, ids.get(name) ?? `${kind}${ids.size}`);
    return ids.get(name)!;
  };
  const lines: string[] = [];
  const edges = new Set<string>();
  for (const [cluster, inCluster] of grouped(access, entry => entry.cluster)) {
    lines.push(`  subgraph ${id('cluster', cluster)}["${escapeText(withoutBrackets(cluster))}"]`);
    for (const [key, ofBox] of grouped(inCluster, entry => boxes.account(entry).key)) {
      const count = new Set(ofBox.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)).size;
      lines.push(`    ${id('account', key)}["${boxes.account(ofBox[0]).label(count)}"]`);
      for (const one of ofBox) edges.add(`  ${id('account', key)} --> ${id('role', boxes.role(one).key)}`);
    }
    lines.push('  end');
  }
  for (const [key, ofBox] of grouped(access, entry => boxes.role(entry).key)) {
    const arns = sortedTexts(ofBox.map(({ role }) => role));
    lines.push(`  ${id('role', key)}(["${boxes.role(ofBox[0]).label(arns.length)}"])`);
    const may = isOne(ofBox) ? mayDo(known.get(arns[0]), ofBox[0].sessionPolicy) : services(ofBox, known);
    if (may.length === 0) continue;
    lines.push(`  ${id('may', key)}["${may.join('<br/>')}"]`);
    edges.add(`  ${id('role', key)} --> ${id('may', key)}`);
  }
  if (access.length === 0) lines.push('  nobody["no service account can become a role"]');
  return { text: `flowchart LR\n${[...lines, ...edges].join('\n')}\n`, edges: edges.size };
}

/** Whether all become one role, with one session policy or none. */
function isOne([first, ...others]: readonly Access[]): boolean {
  const keyOf = ({ role, sessionPolicy }: Access) => JSON.stringify([role, sessionPolicy]);
  return others.every(other => keyOf(other) === keyOf(first));
}

function mayDo(role: Role | undefined, sessionPolicy: unknown): string[] {
  if (!role) return ['what it may do is not in the templates'];
  const elsewhere = identityPolicies(role)
    .filter(({ document }) => document === undefined)
    .map(({ name }) => escapeText(name));
  const permissions = permissionsOf(identityPolicies(role).map(({ document }) => document), sessionPolicy);
  const all = [...permissions.map(inShort), ...elsewhere];
  return all.length > MAX_PERMISSIONS + 1 ? linesInShort(all, MAX_PERMISSIONS) : all;
}

function inShort(permission: Permission): string {
  const [first, ...others] = permission.actions;
  const isCut = !permission.notActions && others.length > 0;
  const actions = isCut ? [first] : permission.actions;
  const words = permissionInWords({
    ...permission,
    actions,
    resources: permission.resources.map(resourceInShort),
    condition: undefined,
  }).replace(' on ', `${isCut ? andMore(others.length) : ''} on `);
  const conditions = permission.condition ? ' (conditions)' : '';
  return `${permission.effect === 'Deny' ? 'not ' : ''}${escapeText(words)}${conditions}`;
}

function services(access: readonly Access[], roles: ReadonlyMap<Text, Role>): string[] {
  const limits = new Map(access.map(one => [JSON.stringify([one.role, one.sessionPolicy]), one]));
  const permissions = [...limits.values()].flatMap(({ role: arn, sessionPolicy }) => {
    const role = roles.get(arn);
    return role ? permissionsOf(identityPolicies(role).map(({ document }) => document), sessionPolicy) : [];
  });
  const names = sortedTexts(
    permissions
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ actions, notActions }) => (notActions ? ['*'] : actions.map(serviceOf))),
  );
  return names.length === 0 ? [] : [escapeText(names.join(', '))];
}

/** All but letters, digits and a few others as a character code, which Mermaid reads inside quotes. */
function escapeText(text: Text): string {
  const safe = printable(text);
  const short = safe.length > MAX_LABEL_LENGTH ? `${safe.slice(0, MAX_LABEL_LENGTH)}…` : safe;
  return (/\S/.test(short) ? short : '(empty)').replace(
    /[^A-Za-z0-9 ,:/._-]/gu,
    character => `#${character.codePointAt(0)};`,
  );
}
