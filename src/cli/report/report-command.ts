import { readFileSync } from 'fs';
import { accessCsv, csvNotes } from './access-csv';
import { accessMarkdown } from './access-markdown';
import { accessTable } from './access-table';
import { accessDiff } from './diff';
import { diffMarkdown } from './diff-markdown';
import { html } from './html';
import { mermaid } from './mermaid';
import { numbersOf } from './numbers';
import { parseReportData, reportData, ReportData } from './report-data';
import { rowsOf } from './rows';
import { mapConstructPaths } from '../../analysis/construct-paths';
import { reasonOf } from '../../analysis/reading/unusable-input';
import { RULES } from '../../analysis/rules';
import { findingsOf } from '../../analysis/rules/rule';
import { ArgumentError, CliOption, Program } from '../arguments';
import { Command, Output, UsageError, wantsColors, widthOf } from '../command';
import { EXCLUDE, INPUT, InputOptions, MANIFESTS, namespaceOption, readMap, writeLines } from '../input-arguments';
import { MARKDOWN_MARK } from '../markdown';
import { formatOption } from '../result-file';
import { jsonText, printable } from '../text';
import { wrapped } from '../text-table';

interface ReportOptions extends InputOptions {
  readonly format?: string;
  readonly diff?: string;
}

const FORMATS: Record<string, (data: ReportData, output: Output) => string> = {
  text: (data, output) => accessTable(data, { width: widthOf(output), isColored: wantsColors(output) }),
  csv: accessCsv,
  html: data => html(data),
  mermaid: chart,
  json: data => `${jsonText(data, 2)}\n`,
  markdown: data => `${MARKDOWN_MARK}${accessMarkdown(data)}`,
};

const DIFF_FORMATS: Record<string, (before: ReportData, after: ReportData) => string> = {
  markdown: (before, after) => {
    const names = { ...before.constructPaths, ...after.constructPaths };
    return `${MARKDOWN_MARK}${diffMarkdown(mapConstructPaths(accessDiff(before, after), names))}`;
  },
  json: (before, after) => {
    const { schemaVersion, ...diff } = accessDiff(before, after);
    return `${jsonText({ schemaVersion, tool: after.tool, ...diff }, 2)}\n`;
  },
};

const OPTIONS = [
  formatOption(Object.keys(FORMATS), 'what to print (default: text; with --diff markdown)'),
  new CliOption(
    '--diff <old.json>',
    'print which access was added and removed since an earlier --format json, as markdown or json',
  ),
  MANIFESTS,
  EXCLUDE,
  namespaceOption(),
];

/** `cdk-irsa report`. */
export const REPORT: Command = {
  name: 'report',
  summary: 'show which service accounts can assume which roles, and what has changed',
  define: program => program
    .description('Shows which service accounts can assume which roles, and what the roles can do on which resources.'
      + ' Also shows who can act as the service accounts, through RBAC and access entries.')
    .argument(...INPUT)
    .withOptions(OPTIONS)
    .withExample('cdk.out --format html -o access.html')
    .withExitCodes({
      0: 'the report was written, with or without findings',
      2: 'invalid arguments, or some input cannot be read; the report has the rest',
    })
    .addHelpText('after', `
Formats:
  text      for the terminal
  csv       for spreadsheets: one row per way from a service account to a role, and per actor that can act as the \
service account
  html      one page that opens from disk: findings, a picture, search, policies
  mermaid   a Mermaid flowchart
  json      everything, for programs and for --diff
  markdown  for a comment in a pull request`),
  run: report,
};

function report(program: Program, output: Output, version: string): number {
  const [paths] = program.processedArgs as [string[]];
  const { format, diff, ...options } = program.opts<ReportOptions>();
  if (diff !== undefined && format !== undefined && !(format in DIFF_FORMATS)) {
    throw new ArgumentError(`\`--diff\` requires \`--format\` markdown or json, got: ${format}.`);
  }
  if (diff === undefined && format === 'html' && output.stdout.isTTY === true) {
    throw new ArgumentError('The page is too long for a terminal. Write it to a file: --format html -o access.html.');
  }
  const old = diff === undefined ? undefined : readOld(diff);
  const { map, unreadable, skipped, source } = readMap(paths, options);
  const data = reportData(map, findingsOf(RULES, map), { version, source: source(), unreadable, skipped });
  const forPeople = () => (format === 'json' ? data : mapConstructPaths(data, data.constructPaths));
  const text = old ? DIFF_FORMATS[format ?? 'markdown'](old, data) : FORMATS[format ?? 'text'](forPeople(), output);
  output.stdout.write(text);
  const notes = format === 'csv' ? csvNotes(data, rowsOf(data)) : [];
  writeLines(output, [...unreadable, ...skipped, ...notes, ...wrapped(summary(data), 80, '')]);
  return unreadable.length > 0 ? 2 : 0;
}

function readOld(file: string): ReportData {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError([`${printable(file)}: cannot be read: ${reasonOf(error)}.`]);
  }
  try {
    return parseReportData(text);
  } catch (error) {
    throw new UsageError([`${printable(file)}: ${printable((error as Error).message)}.`]);
  }
}

function chart(data: ReportData, { stderr }: Output): string {
  const { text, isCondensed } = mermaid(data);
  if (isCondensed) {
    stderr.write('The map is too large for Mermaid, so it shows namespaces instead of service accounts.\n'
      + 'Use --format html to see each service account.\n');
  }
  return text;
}

/** The same counts as on the page and in JSON. */
function summary(data: ReportData): string {
  const numbers = numbersOf(data).map(({ count, what }) => `${count} ${what}`).join(', ');
  return `${numbers}.${data.counts.findings > 0 ? ' Run cdk-irsa verify to see the findings.' : ''}`;
}
