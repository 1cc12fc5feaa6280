/**
 * One link of the chain that a token travels, looked at.
 */
import { Facts, Read } from './facts';

export type Status = 'ok' | 'wrong' | 'unknown';

/** What a check says. */
export interface Verdict {
  readonly status: Status;
  /** One sentence: what is so, what is wrong, or what is missing to know. */
  readonly summary: string;
  /** What was seen, one line each. */
  readonly evidence?: readonly string[];
  /** A command, or a line of CDK: what to do about it. */
  readonly fix?: readonly string[];
  /**
   * Of what is unknown: without it nobody can say that the service account gets its role, also where the check as such
   * does not decide.
   */
  readonly decisive?: boolean;
  /**
   * Of what is wrong: the role is given all the same, so that it explains nothing, and is no diagnosis.
   */
  readonly harmless?: boolean;
}

export interface Check {
  /** In kebab-case; part of the JSON, and never changed. */
  readonly id: string;
  /** What is looked at, in a few words. */
  readonly title: string;
  /** Without knowing it, nobody can say that the service account gets its role. */
  readonly decisive?: boolean;
  /** Checks whose faults explain a fault of this one. */
  readonly follows?: readonly string[];
  /** Checks that need not be looked at where this one is ok. */
  readonly proves?: readonly string[];
  /** Undefined where there is nothing to look at, such as a pod's container without pods. */
  readonly run: (facts: Facts) => Verdict | undefined;
}

export function ok(summary: string, evidence?: readonly string[]): Verdict {
  return { status: 'ok', summary, evidence };
}

export function wrong(summary: string, more: Pick<Verdict, 'evidence' | 'fix' | 'harmless'>): Verdict {
  return { status: 'wrong', summary, ...more };
}

export function unknown(summary: string, more: Pick<Verdict, 'evidence' | 'fix' | 'decisive'> = {}): Verdict {
  return { status: 'unknown', summary, ...more };
}

/** Judges what was read; unknown, with the reason, where it was not. */
export function judgeRead<T>(read: Read<T>, judge: (value: T) => Verdict | undefined): Verdict | undefined {
  return 'unknown' in read ? unknown(sentence(read.unknown)) : judge(read.value);
}

/** With a capital letter and a full stop; names of permissions, variables and the like stay as they are. */
export function sentence(text: string): string {
  const start = /^[a-z]+(?=[ :,])/.test(text) && !/^[a-z]+:[A-Z]/.test(text)
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
