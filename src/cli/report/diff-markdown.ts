/**
 * A diff for a comment in a pull request.
 */
import { AccessDiff, Change, Direction } from './diff';
import { permissionInWords, roleInShort, who } from './in-words';
import { Text } from '../../analysis/access-map';
import { listInShort } from '../../analysis/lists';
import { withoutBrackets } from '../../analysis/stand-in';
import { StatementJson } from '../../conventions/policy-json';
import { code, fitting, markdownTable, MAX_MARKDOWN_LENGTH } from '../markdown';
import { jsonText } from '../text';

const SESSION_POLICY: Record<Direction, string> = {
  wider: 'loses its session policy',
  narrower: 'gains a session policy',
  changed: 'has another session policy, which cannot be read',
};
const LABELS: Record<Direction, string> = { wider: '**wider**', narrower: 'narrower', changed: '**changed**' };

export function diffMarkdown(diff: AccessDiff): string {
  const { changes } = diff;
  if (changes.length === 0) {
    return '### Access: no change\n\nNo service account gained or lost a role, and no role gained or lost '
      + `permissions.${rolesInWords(diff)}\n`;
  }
  const rows = changes.map(
    change => [LABELS[change.direction], code(roleInShort(change.role)), inWords(change)],
  );
  const { text, leftOut } = markdownTable(['access', 'role', 'what'], rows, MAX_MARKDOWN_LENGTH - 600);
  const table = `### Access: ${counted(changes)}\n\n${text}${more(leftOut, 'change')}${rolesInWords(diff)}\n`;
  return table + details(changes, MAX_MARKDOWN_LENGTH - table.length);
}

function counted(changes: Change[]): string {
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
    case 'who':
      return (
        `${code(who(change))} ${change.direction === 'wider' ? 'can assume it' : 'can no longer assume it'}, `
        + (change.via === 'irsa'
          ? `cluster ${code(withoutBrackets(change.cluster))}, audience ${code(change.audience)}`
          : `by EKS Pod Identity, cluster ${code(withoutBrackets(change.cluster))}`)
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
  return `${wider ? 'may' : 'may no longer'} ${words}`;
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

function rolesInWords({ newRoles, goneRoles }: AccessDiff): string {
  const list = (label: string, roles: Text[]) =>
    roles.length === 0
      ? ''
      : `\n\n${label}: ${listInShort(
        roles.map(arn => code(roleInShort(arn))),
        20,
      )}.`;
  return list('New roles', newRoles) + list('Roles that are gone', goneRoles);
}

/** What the table says in short. */
function details(changes: Change[], room: number): string {
  const blocks = [...new Set(changes.map(({ role }) => role))].map(role => {
    const full = changes.filter(change => change.role === role).map(({ role: _, ...change }) => change);
    return `\n${code(role)}\n\n\`\`\`json\n${jsonText(full, 2).replace(/`/g, '\\u0060')}\n\`\`\`\n`;
  });
  const shown = fitting(blocks, room - 500);
  return shown.length === 0
    ? more(blocks.length, 'role')
    : '\n<details>\n<summary>In '
      + `full</summary>\n${shown.join('')}${more(blocks.length - shown.length, 'role')}\n</details>\n`;
}

function more(count: number, what: string): string {
  return count === 0
    ? ''
    : `\n${count} more ${count === 1 ? what : `${what}s`} left out: `
      + '`cdk-irsa report --diff … --format json` prints all.\n';
}
