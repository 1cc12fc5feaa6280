import { API_VERSION } from './eksctl-shape';
import { Place } from './remarks';
import { Path, YamlFile } from './yaml-file';
import { pathName } from '../text';

/** A value that is not mapped to the program. */
export interface Gap {
  readonly place: Place;
  readonly path: string;
  readonly advice: string;
}

/** Collects values that are not mapped to the program. */
export class Gaps {
  public readonly all: Gap[] = [];

  constructor(private readonly file: YamlFile) {}

  /** @param cause the part of the value that prevents mapping */
  public add(path: Path, advice: string, cause = path): void {
    this.all.push({ place: this.file.keyPlace(path), path: pathName(path), advice });
    this.file.notMapped(cause, advice);
  }

  /** @param advice what to do about known keys that are not mapped, by key */
  public unmapped(path: Path, known: string[], advice: Readonly<Record<string, string>>): void {
    this.unknown(path, [...known, ...Object.keys(advice)]);
    for (const [key, text] of Object.entries(advice)) {
      if (!isDefault(this.file.at([...path, key]))) this.add([...path, key], text);
    }
  }

  public unknown(path: Path, known: string[]): void {
    for (const key of this.file.keys(path)) {
      if (known.includes(key)) continue;
      this.add([...path, key], `It is not a known key of ${API_VERSION}. Check the spelling.`);
    }
  }
}

/** Whether a value has the same meaning as a missing key. */
function isDefault(value: unknown): boolean {
  return !value || (value instanceof Map && value.size === 0);
}
