/** Where a command writes: results to stdout, words to stderr. */
export interface Output {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
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
   * @returns the exit code
   * @throws UsageError or UnusableInput, or what util.parseArgs throws
   */
  run(args: string[], output: Output, version: string): number;
}

/** Input or arguments that cannot be used: each line is told to the user, and the exit code is 2. */
export class UsageError extends Error {
  constructor(public readonly lines: string[]) {
    super(lines.join('\n'));
  }
}
