/**
 * The report of the mutation test, for the terminal and as Markdown.
 */
import { EQUIVALENTS_FILE } from './equivalents';
import { MutantKey } from './mutants';
import { FileScore, Judged, Results } from './report';
import { BUDGET_SECONDS } from './test-plan';

export function terminalText({ scores, stale, wronglyListed, minScore, minutes, cpuMinutes }: Results): string {
  const problemLine = (problem: string, entry: MutantKey) =>
    `${EQUIVALENTS_FILE}: ${problem}: ${JSON.stringify(entry)}`;
  return [
    ...scores.flatMap(({ survivors }) => survivors.filter(isUnexplained).map(survivorText)),
    ...stale.map(entry => problemLine('no mutant matches this entry', entry)),
    ...wronglyListed.map(({ mutant }) => problemLine('a test kills this mutant', mutant.key)),
    ...scores.map(score => `${score.adjusted < minScore ? 'below' : 'ok   '} ${scoreText(score)}`),
    `${minutes.toFixed(1)} minutes, ${cpuMinutes.toFixed(1)} of CPU time`,
  ].join('\n');
}

/** With the entry that would list it as equivalent. */
function survivorText({ mutant: { key, lineNumber, mutator }, tests }: Judged): string {
  const reached = tests === 0 ? ', which no test reaches' : '';
  return `${key.file}:${lineNumber} in ${key.within} (${mutator})${reached}
  - ${key.original}
  + ${key.replacement}
  ${JSON.stringify({ ...key, reason: '' })}
`;
}

function scoreText({ file, judged, killed, timeouts, equivalents, adjusted, raw }: FileScore): string {
  const remarks = `${timeouts} by time-out, ${equivalents} equivalent, ${percent(raw)} raw`;
  return `${percent(adjusted)}  ${file}: ${killed} of ${judged} killed, ${remarks}`;
}

export function markdown(results: Results): string {
  const { scores, stale, wronglyListed } = results;
  return `# Mutation testing of the trust code

${introduction(results)}

${table(scores)}

## Survivors
${scores.filter(({ survivors }) => survivors.length > 0).map(section).join('')}${[
  entriesSection('Entries that match no mutant', stale),
  entriesSection('Entries whose mutant is killed', wronglyListed.map(({ mutant }) => mutant.key)),
].join('')}`;
}

function introduction({ scores, ...results }: Results): string {
  const total = (count: (score: FileScore) => number) => scores.reduce((sum, score) => sum + count(score), 0);
  const size = results.sampleSize;
  const budget =
    `A mutant gets ${BUDGET_SECONDS} seconds of them, the fastest first, `
    + 'so some of the survivors may be killed by the whole suite.';
  const time = `${Math.ceil(results.minutes)} minutes (${Math.ceil(results.cpuMinutes)} of CPU time)`;
  return `${results.date}, ${results.machine}, ${time}. Repeat it with \`npx projen mutation\`.

Stryker's instrumenter changes the code in one place at a time. A mutant is killed if a test fails or does not end.

- Judged: ${total(({ judged }) => judged)} of ${total(({ mutants }) => mutants)} mutants.
  Files with fewer than ${size} mutants: all of them. Other files: a sample of ${size}, with the seed ${results.seed}.
- Judges: ${results.tests} tests in ${results.testFiles} files. Property tests try fewer cases than in the test suite.
  ${budget}
- Left out: ${results.prose} mutants that replace only a text with at least two words in it, which are error messages
  and warnings. All other mutators of Stryker are in use.
- Equivalent mutants change nothing that anybody could observe. \`${EQUIVALENTS_FILE}\` lists them with reasons.

The goal is ${percent(results.minScore)} in every file, without the equivalent mutants.`;
}

function table(scores: readonly FileScore[]): string {
  const heads = ['file', 'mutants', 'judged', 'killed', 'by time-out', 'survived', 'equivalent', 'raw', 'adjusted'];
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [row(heads), row(heads.map(() => '---')), ...scores.map(score => row([
    `\`${score.file}\``, score.mutants, score.judged, score.killed, score.timeouts, score.survivors.length,
    score.equivalents, percent(score.raw), percent(score.adjusted),
  ]))].join('\n');
}

function section({ file, survivors }: FileScore): string {
  return `
### ${file}

${survivors.map(item).join('\n')}
`;
}

function item({ mutant: { key, lineNumber, mutator }, tests, equivalent }: Judged): string {
  const notReached = tests === 0 ? ' (no test reaches it)' : '';
  const remark = equivalent === undefined ? notReached : ` (equivalent: ${equivalent})`;
  return `- line ${lineNumber}, \`${key.within}\`, ${mutator}: ${change(key)}${remark}`;
}

function entriesSection(title: string, entries: readonly MutantKey[]): string {
  if (entries.length === 0) return '';
  return `
## ${title}

${entries.map(key => `- \`${key.file}\`, \`${key.within}\`: ${change(key)}`).join('\n')}
`;
}

function change({ original, replacement }: MutantKey): string {
  return `${code(original)} → ${code(replacement)}`;
}

/** Formats text that may contain backticks. */
function code(text: string): string {
  if (text === '') return 'nothing';
  return text.includes('`') ? `\`\`\` ${text} \`\`\`` : `\`${text}\``;
}

function isUnexplained({ equivalent }: Judged): boolean {
  return equivalent === undefined;
}

/** Rounded down: 94.96 % is not 95 %. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)} %`;
}
