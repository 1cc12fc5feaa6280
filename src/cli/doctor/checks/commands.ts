/**
 * Shell commands that the checks suggest.
 */
import { Question } from '../facts';

/** Quotes a text as one shell word. */
export function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, '\'\\\'\'')}'`;
}

/** Sets an annotation of the ServiceAccount, or removes it if there is no value. */
export function annotateCommand({ namespace, serviceAccount }: Question, key: string, value?: string): string {
  const change = value === undefined ? shell(`${key}-`) : `--overwrite ${shell(key)}=${shell(value)}`;
  return `kubectl annotate serviceaccount ${shell(serviceAccount)} -n ${shell(namespace)} ${change}`;
}
