/**
 * Commands that the checks advise, for a shell.
 */
import { Question } from '../facts';

/** A text as one word of a shell. */
export function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, '\'\\\'\'')}'`;
}

/** Sets an annotation of the ServiceAccount; without a value it removes the annotation. */
export function annotateCommand({ namespace, serviceAccount }: Question, key: string, value?: string): string {
  const change = value === undefined ? shell(`${key}-`) : `--overwrite ${shell(key)}=${shell(value)}`;
  return `kubectl annotate serviceaccount ${shell(serviceAccount)} -n ${shell(namespace)} ${change}`;
}
