import { API_VERSION } from './eksctl-shape';
import { Place } from './remarks';
import { Path, YamlFile } from './yaml-file';
import { pathName } from '../text';

/** Something that the program does not have. */
export interface Gap {
  readonly place: Place;
  readonly path: string;
  readonly advice: string;
}

/** Collects what the program does not have. */
export class Gaps {
  public readonly all: Gap[] = [];

  constructor(private readonly file: YamlFile) {}

  /** @param cause the part of the value that is in the way */
  public add(path: Path, advice: string, cause = path): void {
    this.all.push({ place: this.file.keyPlace(path), path: pathName(path), advice });
    this.file.notMapped(cause, advice);
  }

  /** @param advice by key: what to do about those that are known, and that the program does not have */
  public unmapped(path: Path, known: string[], advice: Readonly<Record<string, string>>): void {
    this.unknown(path, [...known, ...Object.keys(advice)]);
    for (const [key, text] of Object.entries(advice)) {
      if (!isDefault(this.file.at([...path, key]))) this.add([...path, key], text);
    }
  }

  public unknown(path: Path, known: string[]): void {
    for (const key of this.file.keys(path)) {
      if (known.includes(key)) continue;
      this.add([...path, key], `No version of ${API_VERSION} that this command knows has it: check how it is spelled.`);
    }
  }
}

/** Whether a value says as much as its absence. */
function isDefault(value: unknown): boolean {
  return !value || (value instanceof Map && value.size === 0);
}
