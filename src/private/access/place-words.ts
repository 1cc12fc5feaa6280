import { resolve } from 'path';
import { Place } from '../../analysis/access-map';
import { displayPath } from '../manifests/files';

/** Formats a place for people: the path is relative to the working directory if that is shorter. */
export function placeInWords({ file, line, column }: Place): string {
  return `${displayPath(resolve(file))}${line === undefined ? '' : `:${line}:${column}`}`;
}
