import { printable } from '../text';

/** A place in the file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type Kind = 'problem' | 'not mapped' | 'note';

/** Of envsubst and of Go templates; a policy variable such as ${aws:username} is none. */
const PLACEHOLDER = /\$\{[A-Za-z_]\w*(:?[-=][^{}]*)?\}|\{\{.*?\}\}/;

interface Remark extends Place {
  readonly kind: Kind;
  readonly text: string;
}

/** What is to be said about a file, line by line. */
export class Remarks {
  private readonly remarks: Remark[] = [];

  private placeholder?: string;

  constructor(private readonly file: string) {}

  /** Looks for placeholders: they are why a template cannot be used. */
  public look(text: string): void {
    [this.placeholder] = PLACEHOLDER.exec(text) ?? [];
  }

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

  /** Why the file cannot be used. */
  public problems(): string[] {
    const advice = `${this.file} has placeholders, such as ${printable(`${this.placeholder}`)}. Render it first, for`
      + ' example with envsubst < cluster.yaml > rendered.yaml, and import the result.';
    return [...this.lines('problem', 'not mapped'), ...this.placeholder === undefined ? [] : [advice]];
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
