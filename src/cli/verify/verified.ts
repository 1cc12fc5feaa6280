import { AccessMap, Place } from '../../analysis/access-map';
import { Finding } from '../../analysis/rules/rule';

/** The checked input and the findings. */
export interface Verified {
  readonly version: string;
  readonly map: AccessMap;
  readonly findings: Finding[];
  /** The number of findings that are in the baseline. */
  readonly known?: number;
  /** Files that could not be read, and why. */
  readonly unreadable: readonly string[];
  /** Files that were skipped, and how to check them. */
  readonly skipped: readonly string[];
}

/** A place as text, in a form that editors and CI logs recognize as a link. */
export function placeInWords({ file, line, column, constructPath, logicalId }: Place): string {
  const position = line === undefined ? '' : `:${line}:${column}`;
  const resource = constructPath ?? logicalId;
  return `${file}${position}${resource === undefined ? '' : ` (${resource})`}`;
}
