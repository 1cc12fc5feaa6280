/** Input or arguments that cannot be used: each line is told to the user, and the exit code is 2. */
export class UsageError extends Error {
  constructor(public readonly lines: string[]) {
    super(lines.join('\n'));
  }
}
