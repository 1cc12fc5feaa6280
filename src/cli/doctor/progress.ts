import { Output } from '../command';

/** Shows progress on terminals only, in one line that each update overwrites. */
export function progressTo({ stderr }: Output): (words: string) => void {
  if (process.stderr.isTTY !== true) return () => undefined;
  return words => stderr.write(`\r${words.padEnd(79).slice(0, 79)}${words === '' ? '\r' : ''}`);
}
