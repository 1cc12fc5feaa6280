import { basename } from 'path';
import { portablePath } from './files';
import { listInShort } from '../../analysis/lists';

const MAX_LISTED = 5;

/** The changes of a synth in a folder outside the cloud assembly. */
export interface FolderChanges {
  readonly folder: string;
  readonly written: string[];
  readonly deleted: string[];
}

/** Returns one line that lists written and deleted files. Undefined if nothing changed. */
export function deliveryLine(folders: FolderChanges[]): string | undefined {
  const parts = folders.flatMap(({ folder, written, deleted }) => {
    const changes = [...describe('wrote', written), ...describe('deleted', deleted)];
    return changes.length > 0 ? [`${portablePath(folder)}: ${changes.join(', ')}`] : [];
  });
  return parts.length > 0 ? `cdk-irsa: ${parts.join('; ')}` : undefined;
}

function describe(verb: string, paths: string[]): string[] {
  if (paths.length === 0) return [];
  const names = listInShort(paths.map(path => basename(path)), MAX_LISTED);
  return [`${verb} ${paths.length} file${paths.length === 1 ? '' : 's'} (${names})`];
}
