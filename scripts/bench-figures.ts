/** Statistics and pages of the benchmarks. */
import { writeFileSync } from 'fs';
import { cpus, totalmem } from 'os';
import { join } from 'path';

export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}

/** The median, and in parentheses the smallest and the largest value. */
export function spread(values: readonly number[], digits = 0, unit = ''): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median(values))}${unit} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

/** What the figures were measured on. */
export function machine(): string {
  return `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, `
    + `Node.js ${process.version}`;
}

/** A page of bench/. Prints each part at once, because a benchmark takes minutes. */
export class BenchPage {
  private readonly parts: string[] = [];

  constructor(private readonly title: string, private readonly task: string, runs: number) {
    this.print(
      `${new Date().toISOString().slice(0, 10)}, ${machine()}, medians of ${runs} runs (smallest to largest). `
        + `Repeat it with \`npx projen ${this.task}\`.\n`,
    );
  }

  public print(part: string): void {
    console.log(part);
    this.parts.push(part);
  }

  public write(file: string): void {
    writeFileSync(join(__dirname, '..', 'bench', file), `# ${this.title}\n\n${this.parts.join('\n')}\n`);
  }
}
