/**
 * Validates actions and suggests corrections.
 */
import { foldCase, overlap, pattern } from '../../analysis/iam/patterns';
import { likeness, nearest } from '../../conventions/nearest';
import { ArgumentError } from '../arguments';
import { quoted } from '../text';

const ACTION = /^([a-z0-9-]+:[A-Za-z0-9*?]+|\*)$/i;
/** `s3PutObject`, `s3.PutObject`, `s3/PutObject`, `s3: PutObject`. */
const ALMOST = /^([a-z0-9-]+?)[^a-z0-9]*([A-Z*][A-Za-z0-9*?]*)$/;
/** Wildcards that would also match typing errors. */
const ANY = /^(\*|[^:]*:\*)$/;
const LIKE_ENOUGH = 0.7;

/** @throws ArgumentError if the text is not an action */
export function checkAction(action: string): void {
  if (ACTION.test(action)) return;
  const [, service, name] = ALMOST.exec(action.trim()) ?? [];
  const suggestion = service === undefined ? '' : ` Did you mean ${service}:${name}?`;
  throw new ArgumentError(
    `\`<action>\` must be <service>:<action>, such as s3:PutObject, got: ${quoted(action)}.${suggestion}`,
  );
}

/** Similar actions that policies name, if no policy names this one. */
export function similarActions(action: string, known: readonly string[]): string[] {
  const asked = foldCase(pattern(action));
  const named = known.filter(name => !ANY.test(name));
  if (ANY.test(action) || named.some(name => overlap(foldCase(pattern(name)), asked))) return [];
  return nearest(action, named).filter(name => likeness(name, action) >= LIKE_ENOUGH).slice(0, 3);
}
