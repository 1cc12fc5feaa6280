import { printable } from '../text';

/** A place in the file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type Kind = 'problem' | 'not mapped' | 'note';

interface Remark extends Place {
  readonly kind: Kind;
  readonly text: string;
}

/** What is to be said about a file, line by line. */
export class Remarks {
  private readonly remarks: Remark[] = [];

  constructor(private readonly file: string) {}

  /** Something that makes the file unusable. */
  public problem(place: Place, property: string, rule: string, got: string, advice: string): void {
    this.add('problem', place, `\`${printable(property)}\` must ${rule}, got: ${got}. ${advice}`);
  }

  /** The same, about the text and not about a property. */
  public unreadable(place: Place, text: string): void {
    this.add('problem', place, text);
  }

  /** Something of the file that the program does not have. */
  public notMapped(place: Place, property: string, advice: string): void {
    this.add('not mapped', place, `\`${printable(property)}\`. ${advice}`);
  }

  /** Something that the reader should know. */
  public note(place: Place, property: string, text: string): void {
    this.add('note', place, `\`${printable(property)}\`: ${text}`);
  }

  public count(kind: Kind): number {
    return this.remarks.filter(remark => remark.kind === kind).length;
  }

  /** The remarks in the order of the file, one a line. */
  public lines(...kinds: Kind[]): string[] {
    return this.remarks
      .filter(({ kind }) => kinds.includes(kind))
      .sort((left, right) => left.line - right.line || left.column - right.column)
      .map(
        ({ kind, line, column, text }) =>
          `${this.file}:${line}:${column}: ${kind === 'problem' ? '' : `${kind}: `}${text}`,
      );
  }

  private add(kind: Kind, { line, column }: Place, text: string): void {
    this.remarks.push({ kind, line, column, text });
  }
}
