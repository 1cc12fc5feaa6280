/**
 * The head of a report: its counts and its origin. Also runs in the browser.
 */
import { ReportData } from './report-data';
import { grouped } from '../../analysis/json-values';
import { listInShort } from '../../analysis/lists';
import { Finding } from '../../analysis/rules/rule';
import { counted } from '../text';

export const OTHERS_TITLE = 'Roles that no service account can assume';
export const IDENTITIES_TITLE = 'Identity providers that are not clusters';
export const MISSING_TITLE = 'Not in this report';
const MAX_NAMES = 5;

export interface NumberInWords {
  readonly count: number;
  /** `service accounts`. */
  readonly what: string;
}

export function numbersOf({ counts, otherIdentities }: ReportData): NumberInWords[] {
  const identityRoles = new Set(otherIdentities.map(({ role }) => role)).size;
  const all: [count: number, what: string, isOptional?: boolean][] = [
    [counts.clusters, 'cluster'],
    [counts.serviceAccounts, 'service account'],
    [counts.serviceAccountPatterns, 'pattern', true],
    [counts.roles, 'role'],
    [identityRoles, 'role of other identity providers', true],
    [counts.findings, 'finding'],
  ];
  return all
    .filter(([count, , isOptional]) => count > 0 || !isOptional)
    .map(([count, what]) => ({ count, what: count === 1 ? what : what.replace(/^(\S+( account)?)/, '$1s') }));
}

/** The input of the report. */
export function originOf({ tool, input, stacks, accounts }: ReportData): string {
  const named = (what: string, names: readonly string[]) =>
    (names.length === 0 ? [] : [`${counted(names.length, what)}: ${listInShort(names, MAX_NAMES)}`]);
  return [
    `cdk-irsa ${tool.version}`,
    ...named('stack', stacks.map(({ name }) => name)),
    ...named('account', accounts),
    `${counted(input.files, 'file')} with digest ${input.digest}`,
  ].join('; ');
}

/** Input that is missing in the report. */
export function missingIn({ unreadable, skipped }: ReportData): string[] {
  return [...unreadable, ...skipped];
}

export function findingsByRule(findings: readonly Finding[]): Finding[][] {
  return [...grouped(findings, ({ severity, rule }) => `${severity} ${rule}`).values()];
}
