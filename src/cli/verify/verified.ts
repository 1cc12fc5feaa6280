import { AccessMap, Place } from '../../analysis/access-map';
import { Finding } from '../../analysis/rules/rule';

/** What was looked at, and what was found. */
export interface Verified {
  readonly version: string;
  readonly map: AccessMap;
  readonly findings: Finding[];
  /** How many more findings are in the baseline. */
  readonly known?: number;
  /** What could not be read, and why. */
  readonly unreadable: readonly string[];
  /** What was left out, and what to do to have it checked. */
  readonly skipped: readonly string[];
}

/** A place in words, as editors and CI logs take it for a link. */
export function placeInWords({ file, line, column, constructPath, logicalId }: Place): string {
  const position = line === undefined ? '' : `:${line}:${column}`;
  const resource = constructPath ?? logicalId;
  return `${file}${position}${resource === undefined ? '' : ` (${resource})`}`;
}
