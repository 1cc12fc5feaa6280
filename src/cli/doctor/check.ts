/**
 * A check: one link of the chain between a pod's token and AWS, and what a check reports.
 */
import { Facts, Read } from './facts';

export type Status = 'ok' | 'failed' | 'unknown';

/** The result of a check. */
export interface Verdict {
  readonly status: Status;
  /** One sentence: what is true, what is wrong, or why the result is unknown. */
  readonly summary: string;
  /** The facts behind the result, one per line. */
  readonly evidence?: readonly string[];
  /** What to do, one step per line: a command, a line of CDK code, or prose. */
  readonly fix?: readonly string[];
  /** For an unknown result: makes the diagnosis inconclusive even if the check as such is not decisive. */
  readonly decisive?: boolean;
  /** For a failed check: the service account gets its role regardless, so this is never the diagnosis. */
  readonly harmless?: boolean;
}

export interface Check {
  /** In kebab-case. Part of the JSON output, so it never changes. */
  readonly id: string;
  /** What the check verifies, in a few words. */
  readonly title: string;
  /** Whether the diagnosis is inconclusive if this check is unknown. */
  readonly decisive?: boolean;
  /** Checks whose failure explains a failure of this one. */
  readonly follows?: readonly string[];
  /** Checks that may stay unknown if this one passes. */
  readonly proves?: readonly string[];
  /** Returns undefined if there is nothing to check, such as containers when there are no pods. */
  readonly run: (facts: Facts) => Verdict | undefined;
}

export function ok(summary: string, evidence?: readonly string[]): Verdict {
  return { status: 'ok', summary, evidence };
}

export function failed(summary: string, more: Pick<Verdict, 'evidence' | 'fix' | 'harmless'>): Verdict {
  return { status: 'failed', summary, ...more };
}

export function unknown(summary: string, more: Pick<Verdict, 'evidence' | 'fix' | 'decisive'> = {}): Verdict {
  return { status: 'unknown', summary, ...more };
}

/** Judges a fact. If it could not be read, the result is unknown, with the reason. */
export function judgeRead<T>(read: Read<T>, judge: (value: T) => Verdict | undefined): Verdict | undefined {
  return 'unknown' in read ? unknown(sentence(read.unknown)) : judge(read.value);
}

/** Adds a capital letter and a period; leaves names of permissions and variables as they are. */
export function sentence(text: string): string {
  const start = /^[a-z]+(?=[ :,])/.test(text) && !/^[a-z]+:[A-Z]/.test(text)
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
