import { printable } from '../text';

/** A place in the file; line and column start at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

type Kind = 'problem' | 'not mapped' | 'note';

/** Placeholders of envsubst and Go templates, but not policy variables such as ${aws:username}. */
const PLACEHOLDER = /\$\{[A-Za-z_]\w*(:?[-=][^{}]*)?\}|\{\{.*?\}\}/;

interface Remark extends Place {
  readonly kind: Kind;
  readonly text: string;
}

/** Collects remarks about a file. */
export class Remarks {
  private readonly remarks: Remark[] = [];

  private placeholder?: string;

  constructor(private readonly file: string) {}

  /** Looks for placeholders, which make a template unusable. */
  public look(text: string): void {
    [this.placeholder] = PLACEHOLDER.exec(text) ?? [];
  }

  /** Adds a problem that makes the file unusable. */
  public problem(place: Place, property: string, rule: string, got: string, advice: string): void {
    this.add('problem', place, `\`${printable(property)}\` must ${rule}, got: ${got}. ${advice}`);
  }

  /** Adds a problem of the text instead of a property. */
  public unreadable(place: Place, text: string): void {
    this.add('problem', place, text);
  }

  /** Adds a value that is not mapped to the program. */
  public notMapped(place: Place, property: string, advice: string): void {
    this.add('not mapped', place, `\`${printable(property)}\`. ${advice}`);
  }

  /** Adds information for the reader. */
  public note(place: Place, property: string, text: string): void {
    this.add('note', place, `\`${printable(property)}\`: ${text}`);
  }

  /** The reasons why the file cannot be used. */
  public problems(): string[] {
    const advice = `${this.file} contains placeholders, such as ${printable(`${this.placeholder}`)}. Render it first,`
      + ' for example with envsubst < cluster.yaml > rendered.yaml, and import the result.';
    return [...this.lines('problem', 'not mapped'), ...this.placeholder === undefined ? [] : [advice]];
  }

  public count(kind: Kind): number {
    return this.remarks.filter(remark => remark.kind === kind).length;
  }

  /** The remarks in the order of the file, one per line. */
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
