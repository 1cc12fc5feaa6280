import { Output } from '../command';

/** Shows progress on a terminal only, in one line that the next one overwrites. */
export function progressTo({ stderr }: Output): (words: string) => void {
  if (process.stderr.isTTY !== true) return () => undefined;
  return words => stderr.write(`\r${words.padEnd(79).slice(0, 79)}${words === '' ? '\r' : ''}`);
}
