import { resolve } from 'path';
import { shown } from './manifest-files';
import { Place } from '../analysis/access-map';

/** A place as people look it up: the path relative to the working directory where that is shorter. */
export function placeInWords({ file, line, column }: Place): string {
  return `${shown(resolve(file))}${line === undefined ? '' : `:${line}:${column}`}`;
}
