import { existsSync, readFileSync, realpathSync, statSync } from 'fs';
import { resolve } from 'path';

/** An error for input that cannot be read. The message is for people and contains the file. */
export class UnusableInput extends Error {
  /** Compares the name, because the doctor's bundle has its own copy of the class. */
  public static is(error: unknown): error is UnusableInput {
    return error instanceof Error && error.name === 'UnusableInput';
  }

  override readonly name = 'UnusableInput';
}

/** Describes an error of the file system. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
    EACCES: 'permission denied',
    EEXIST: 'it already exists',
    EISDIR: 'it is a directory',
    ENOENT: 'no such file or directory',
    ENOTDIR: 'no such directory',
  };
  return reasons[code ?? ''] ?? message;
}

/**
 * Reads a text file.
 *
 * @param advice what to do if it cannot be read
 * @param largest the maximum size in bytes
 * @throws UnusableInput if it cannot be read
 */
export function readText(file: string, advice?: string, largest = Infinity): string {
  try {
    if (statSync(file).size > largest) {
      throw new UnusableInput(`${file}: is larger than ${largest / 1024 / 1024} MB. Split it.`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (UnusableInput.is(error)) throw error;
    throw new UnusableInput(`${file}: cannot be read: ${reasonOf(error)}.${advice === undefined ? '' : ` ${advice}`}`);
  }
}

/** The path of a file or folder, the same for each of its names. */
export function canonical(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
