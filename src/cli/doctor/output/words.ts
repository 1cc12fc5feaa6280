import { Style } from '../../colors';
import { Status } from '../check';

/** Of a terminal. */
export const COLORS: Record<Status, Style> = { ok: 'green', wrong: 'red', unknown: 'yellow' };
