import type { Program } from './arguments';
import { COLUMNS } from './text';

/** Where a command writes: results to stdout, messages to stderr. */
export interface Output {
  readonly stdout: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Whether to print colors. */
export function wantsColors({ stdout }: Output): boolean {
  return stdout.isTTY === true && !process.env.NO_COLOR;
}

/** The columns of the terminal; 80 if there is no terminal or its width is unknown. */
export function widthOf({ stdout }: Output): number {
  return Math.max((stdout.isTTY === true && stdout.columns) || COLUMNS, 40);
}

export interface Command {
  /** One word, or a group and a word. */
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** Declares the arguments, the options and the help. */
  define(program: Program): void;
  /**
   * @param program with the parsed arguments
   * @param version of cdk-irsa
   * @returns the exit code; a promise if the command sends requests
   * @throws ArgumentError, UsageError or UnusableInput
   */
  run(program: Program, output: Output, version: string): number | Promise<number>;
}

/** Unusable input. Each line is printed on stderr; the exit code is 2. */
export class UsageError extends Error {
  constructor(public readonly lines: string[]) {
    super(lines.join('\n'));
  }
}
