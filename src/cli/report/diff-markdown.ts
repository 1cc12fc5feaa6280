/**
 * Formats a diff as a comment for a pull request.
 */
import { AccessDiff, Change, Direction } from './diff';
import { permissionInWords, roleInShort, who } from './in-words';
import { actorNames, isOpen, wayInWords } from './people';
import { PeopleChange } from './people-diff';
import { Text } from '../../analysis/access-map';
import { listInShort } from '../../analysis/lists';
import { withoutBrackets } from '../../analysis/stand-in';
import { StatementJson } from '../../conventions/policy-json';
import { code, fitting, markdownTable, MAX_MARKDOWN_LENGTH } from '../markdown';
import { jsonText } from '../text';

const SESSION_POLICY: Record<Direction, string> = {
  wider: 'loses its session policy',
  narrower: 'gains a session policy',
  changed: 'has a different session policy, which cannot be read',
};
const LABELS: Record<Direction, string> = { wider: '**wider**', narrower: 'narrower', changed: '**changed**' };

export function diffMarkdown(diff: AccessDiff): string {
  const { changes, whoCanAct: people } = diff;
  if (changes.length + people.length === 0) {
    return '### Access: no change\n\nNo service account gained or lost a role, and no role gained or lost '
      + `permissions.${rolesInWords(diff)}\n`;
  }
  const rows = changes.map(
    change => [LABELS[change.direction], code(roleInShort(change.role)), inWords(change)],
  );
  const room = MAX_MARKDOWN_LENGTH - 600;
  const tables = [
    ...changes.length === 0 ? [] : [tableOf(['access', 'role', 'what'], rows, people.length === 0 ? room : room / 2)],
    ...people.length === 0 ? []
      : [tableOf(['access', 'who', 'what'], people.map(personInWords), changes.length === 0 ? room : room / 2)],
  ].join('\n');
  const table = `### Access: ${counted([...changes, ...people])}\n\n${tables}${rolesInWords(diff)}\n`;
  return table + details(changes, MAX_MARKDOWN_LENGTH - table.length);
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[], room: number): string {
  const { text, leftOut } = markdownTable(columns, rows, room);
  return `${text}${more(leftOut, 'change')}`;
}

const nameOf = actorNames({ accounts: [] });
const SCOPES = {
  before: 'The earlier report does not contain who can act as the service accounts, because its input had no RBAC or '
    + 'access entries.',
  after: 'Who can act as the service accounts is no longer known, because the input has no RBAC or access entries.',
  old: 'The earlier report does not contain who can act as the service accounts, because it was created by an older '
    + 'version of cdk-irsa.',
};

/** The columns access, who and what. */
function personInWords(change: PeopleChange): string[] {
  const label = change.kind === 'unknown-reach' ? '**unknown**' : LABELS[change.direction];
  switch (change.kind) {
    case 'reach-scope':
      return [label, '', change.before === undefined ? SCOPES.old
        : change.after === 'not-read' ? SCOPES.after : SCOPES.before];
    case 'admission-policy': {
      const { policy, direction, reason } = change;
      const what = direction === 'narrower' ? 'now denies requests'
        : `no longer denies requests: ${reason === undefined ? 'it is not in the input' : code(reason)}`;
      return [label, '', `the admission policy ${code(policy)} ${what}`];
    }
    case 'unknown-reach':
      return [label, code(nameOf(change.actor)), `may reach service accounts: ${code(change.reason)}`];
    case 'service-account':
      return [label, actorsInWords(change.actors), `can act as ${some(change.serviceAccounts)}, and so `
        + `reach ${some(change.roles.map(roleInShort))}${mayInWords(change.permissions)}`];
    case 'reach': {
      const { actors, way, policies, reachedAnyway, serviceAccounts, roles, permissions } = change;
      const isWider = change.direction === 'wider';
      const by = policies && ` by ${some(policies)}`;
      const sure = isOpen(way) && way.confidence !== 'certain' ? ` (confidence: ${way.confidence})` : '';
      const can = by === undefined ? (isWider ? 'can now' : 'can no longer')
        : isWider ? `no longer denied${by}:` : `now denied${by}:`;
      const what = `${can} ${code(wayInWords(way))}${sure}`;
      const target = `${some(roles.map(roleInShort))}${mayInWords(permissions)} as ${some(serviceAccounts)}`;
      if (reachedAnyway) return [label, actorsInWords(actors), `${what}; also reaches ${target} in another way`];
      return [label, actorsInWords(actors), `${what}, and so ${isWider ? 'reaches' : 'no longer reaches'} ${target}`];
    }
  }
}

function mayInWords(may: readonly string[]): string {
  return may.length === 0 ? '' : ` (${may.map(text => code(text)).join(', ')})`;
}

function actorsInWords(actors: Parameters<typeof nameOf>[0][]): string {
  return some(actors.map(nameOf));
}

function some(texts: readonly string[]): string {
  return listInShort(texts.map(text => code(text)), 3);
}

function counted(changes: ReadonlyArray<{ readonly direction: Direction }>): string {
  const of = (direction: Direction) => changes.filter(change => change.direction === direction).length;
  const parts = (
    [
      ['wider', 'wider'],
      ['changed', 'changed'],
      ['narrower', 'narrower'],
    ] as const
  )
    .filter(([direction]) => of(direction) > 0)
    .map(([direction, word]) => `${of(direction)} ${word}`);
  return `${changes.length} ${changes.length === 1 ? 'change' : 'changes'} (${parts.join(', ')})`;
}

function inWords(change: Change): string {
  switch (change.kind) {
    case 'access':
      return (
        `${code(who(change))} ${change.direction === 'wider' ? 'can assume it' : 'can no longer assume it'}, `
        + (change.via === 'irsa'
          ? `cluster ${code(withoutBrackets(change.cluster))}, audience ${code(change.audience)}`
          : `through EKS Pod Identity, cluster ${code(withoutBrackets(change.cluster))}`)
      );
    case 'trust':
      return (
        'the trust policy '
        + `${change.after.length === 0 ? 'loses' : change.before.length === 0 ? 'gains' : 'changes'} `
        + statements(Math.max(change.before.length, change.after.length))
        + principals(change.direction === 'narrower' ? change.before : change.after)
      );
    case 'permission':
      return permission(change.direction === 'wider', change.permission);
    case 'boundary-permission':
      return `its boundary: ${permission(change.direction === 'wider', change.permission)}`;
    case 'session-permission':
      return `the session policy of ${code(who(change))}: `
        + permission(change.direction === 'wider', change.permission!);
    case 'session-policy':
      return `${code(who(change))} ${SESSION_POLICY[change.direction]}`;
    case 'policy':
      return change.after !== undefined
        ? `gains the policy ${code(change.after)}`
        : `loses the policy ${code(change.before!)}`;
    case 'boundary':
      return change.after === undefined
        ? `loses its boundary ${code(change.before!)}`
        : change.before === undefined
          ? `gains the boundary ${code(change.after)}`
          : `has the boundary ${code(change.after)} instead of ${code(change.before)}`;
  }
}

function permission(wider: boolean, given: Parameters<typeof permissionInWords>[0]): string {
  const words = permissionInWords(given, code);
  if (given.effect === 'Deny') return wider ? `is no longer denied ${words}` : `is denied ${words}`;
  return `${wider ? 'gains' : 'loses'} ${words}`;
}

function statements(count: number): string {
  return count === 1 ? 'a statement' : `${count} statements`;
}

function principals(changed: StatementJson[]): string {
  const names = [
    ...new Set(
      changed
        .flatMap(({ Principal }) =>
          (typeof Principal === 'object' && Principal !== null ? Object.values(Principal) : [Principal ?? []]).flat(),
        )
        .map(String),
    ),
  ];
  return names.length === 0 ? '' : ` about ${listInShort(names.map(code), 3)}`;
}

function rolesInWords({ addedRoles, removedRoles }: AccessDiff): string {
  const list = (label: string, roles: Text[]) =>
    roles.length === 0
      ? ''
      : `\n\n${label}: ${listInShort(
        roles.map(arn => code(roleInShort(arn))),
        20,
      )}.`;
  return list('New roles', addedRoles) + list('Removed roles', removedRoles);
}

/** The full changes that the table summarizes. */
function details(changes: Change[], room: number): string {
  const blocks = [...new Set(changes.map(({ role }) => role))].map(role => {
    const full = changes.filter(change => change.role === role).map(({ role: _, ...change }) => change);
    return `\n${code(role)}\n\n\`\`\`json\n${jsonText(full, 2).replace(/`/g, '\\u0060')}\n\`\`\`\n`;
  });
  const shown = fitting(blocks, room - 500);
  return shown.length === 0
    ? more(blocks.length, 'role')
    : '\n<details>\n<summary>'
      + `Details</summary>\n${shown.join('')}${more(blocks.length - shown.length, 'role')}\n</details>\n`;
}

function more(count: number, what: string): string {
  return count === 0
    ? ''
    : `\n${count} more ${count === 1 ? what : `${what}s`} omitted. `
      + '`cdk-irsa report --diff … --format json` prints all.\n';
}
