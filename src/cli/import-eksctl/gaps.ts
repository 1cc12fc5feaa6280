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

  public unknown(path: Path, known: string[]): void {
    for (const key of this.file.keys(path)) {
      if (known.includes(key)) continue;
      this.add([...path, key], `No version of ${API_VERSION} that this command knows has it: check how it is spelled.`);
    }
  }
}
