/** Input that cannot be read at all: the message is for people, and says which file. */
export class UnusableInput extends Error {}

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
