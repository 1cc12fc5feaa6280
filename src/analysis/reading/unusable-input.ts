import { readFileSync, statSync } from 'fs';

/** Input that cannot be read at all: the message is for people, and says which file. */
export class UnusableInput extends Error {
  /** The doctor's bundle has a class of its own. */
  public static is(error: unknown): error is UnusableInput {
    return error instanceof Error && error.name === 'UnusableInput';
  }

  override readonly name = 'UnusableInput';
}

/** Why the file system said no, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ERR_ENCODING_INVALID_ENCODED_DATA: 'it is no UTF-8 text',
    EACCES: 'permission denied',
    EEXIST: 'it exists',
    EISDIR: 'it is a directory',
    ENOENT: 'no such file or directory',
    ENOTDIR: 'no such directory',
  };
  return reasons[code ?? ''] ?? message;
}

/**
 * The text in a file.
 *
 * @param advice what to do when it cannot be read
 * @param largest how many bytes it may have
 * @throws UnusableInput when it cannot
 */
export function readText(file: string, advice?: string, largest = Infinity): string {
  try {
    if (statSync(file).size > largest) {
      throw new UnusableInput(`${file}: has more than ${largest / 1024 / 1024} MB. Split it.`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (UnusableInput.is(error)) throw error;
    throw new UnusableInput(`${file}: cannot be read: ${reasonOf(error)}.${advice === undefined ? '' : ` ${advice}`}`);
  }
}
