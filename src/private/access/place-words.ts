import { resolve } from 'path';
import { Place } from '../../analysis/access-map';
import { displayPath } from '../manifests/files';

/** A place as people look it up: the path relative to the working directory where that is shorter. */
export function placeInWords({ file, line, column }: Place): string {
  return `${displayPath(resolve(file))}${line === undefined ? '' : `:${line}:${column}`}`;
}
