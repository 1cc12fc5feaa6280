import { dirname, join, resolve } from 'path';
import { CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { PlannedFile, portablePath, realFolder, relativePath, writeIfChanged } from './files';
import {
  AssemblyRecord, RECORD_METADATA, RECORD_VERSION, RecordedFile, RecordedServiceAccount, recordFileName,
} from '../../conventions/assembly-record';
import { deployedStack, settleForManifest } from '../values/tokens';

/** A ServiceAccount that something outside the app creates. */
export interface HandedServiceAccount {
  readonly owner: IConstruct;
  /** The object that the app provided until synth. Undefined if it provided none. */
  readonly object: () => HandedObject | undefined;
}

export interface HandedObject extends Pick<RecordedServiceAccount, 'createdBy' | 'annotations'> {
  readonly namespace: string;
  readonly name: string;
}

/** A folder and its files. */
interface WrittenFolder {
  readonly isInAssembly: boolean;
  readonly isWritten: boolean;
  readonly planned: PlannedFile[];
}

/** The records of an app: the files that it writes, and the ServiceAccounts that others create for it. */
export class AssemblyRecords {
  private readonly stacks = new Map<Stack, HandedServiceAccount[]>();

  /**
   * Adds the name of the record to the metadata of the top-level stack of `scope`. The content is known only at the end
   * of synth.
   */
  public of(scope: IConstruct): HandedServiceAccount[] {
    const stack = deployedStack(scope);
    const known = this.stacks.get(stack);
    if (known) return known;
    stack.node.addMetadata(RECORD_METADATA, recordFileName(stack.artifactId));
    const accounts: HandedServiceAccount[] = [];
    this.stacks.set(stack, accounts);
    return accounts;
  }

  public add(account: HandedServiceAccount): void {
    this.of(account.owner).push(account);
  }

  /** Writes the records next to the templates. */
  public write(folders: readonly WrittenFolder[]): void {
    for (const [stack, accounts] of this.stacks) {
      const file = join(realFolder(resolve(Stage.of(stack)!.outdir)), recordFileName(stack.artifactId));
      const files = folders.flatMap(folder => filesOf(stack, folder, dirname(file)));
      const root = relativePath(dirname(file), realFolder(process.cwd()));
      const record: AssemblyRecord = {
        version: RECORD_VERSION,
        ...files.some(({ written }) => written) && root !== undefined && { workingDirectory: root || '.' },
        files,
        serviceAccounts: accounts.flatMap(account => recorded(account)),
      };
      writeIfChanged(file, `${JSON.stringify(record, undefined, 1)}\n`);
    }
  }
}

/** Returns the files of which a stack is the first owner. */
function filesOf(stack: Stack, { isInAssembly, isWritten, planned }: WrittenFolder, folder: string): RecordedFile[] {
  return planned
    .filter(({ owners: [first] }) => deployedStack(first) === stack)
    .map(({ kind, path, text }) => {
      if (isInAssembly) return { kind, path: relativePath(folder, path)! };
      return { kind, path: portablePath(path), text: text(), written: isWritten };
    });
}

function recorded({ owner, object }: HandedServiceAccount): RecordedServiceAccount[] {
  const found = object();
  if (found === undefined) return [];
  const { createdBy, namespace, name, annotations } = found;
  const settle = (value: unknown) => settleForManifest(owner, value);
  const nestedStack = nestedPath(Stack.of(owner));
  return [{
    createdBy,
    constructPath: owner.node.path,
    ...nestedStack !== '' && { nestedStack },
    namespace: settle(namespace),
    name: settle(name),
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, settle(value)])),
  }];
}

function nestedPath(stack: Stack): string {
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  if (!parent || !resource) return '';
  return [nestedPath(parent), parent.getLogicalId(resource as CfnElement)].filter(part => part !== '').join('/');
}
