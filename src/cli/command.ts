/** Where a command writes: results to stdout, words to stderr. */
export interface Output {
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Whether the reader wants colors. */
export function wantsColors({ stdout }: Output): boolean {
  return stdout.isTTY === true && !process.env.NO_COLOR;
}

export interface Command {
  /** One word or more. */
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  readonly help: string;
  /**
   * @param args what follows the name
   * @param version of cdk-irsa
   * @returns the exit code; later, where it asks others
   * @throws UsageError or UnusableInput, or what util.parseArgs throws
   */
  run(args: string[], output: Output, version: string): number | Promise<number>;
}

/** Input or arguments that cannot be used: each line is told to the user, and the exit code is 2. */
export class UsageError extends Error {
  constructor(public readonly lines: string[]) {
    super(lines.join('\n'));
  }
}
