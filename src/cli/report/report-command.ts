import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { accessDiff, AccessDiff } from './diff';
import { diffMarkdown } from './diff-markdown';
import { html, MARK } from './html';
import { mermaid } from './mermaid';
import { parseReportData, reportData, ReportData } from './report-data';
import { isPattern } from './rows';
import { shownAccess } from './shown-access';
import { ConstructPaths, mapConstructPaths } from '../../analysis/construct-paths';
import { reasonOf } from '../../analysis/reading/unusable-input';
import { RULES } from '../../analysis/rules';
import { findingsOf } from '../../analysis/rules/rule';
import { ArgumentError, CliOption, Program } from '../arguments';
import { Command, Output, UsageError } from '../command';
import { EXCLUDE, INPUT, MANIFESTS, readMap, writeLines } from '../input-arguments';
import { counted, jsonText, printable } from '../text';

interface ReportOptions {
  readonly html?: string;
  readonly mermaid?: boolean;
  readonly json?: boolean;
  readonly diff?: string;
  readonly manifests?: string[];
  readonly exclude?: string[];
  readonly namespace?: string;
  readonly force?: boolean;
}

const OPTIONS = [
  new CliOption(
    '--html <file>',
    'write one self-contained page that opens from disk: findings, a picture, search, each policy in full',
  ).conflicts(['mermaid', 'json', 'diff']),
  new CliOption('--mermaid', 'print a Mermaid flowchart').conflicts(['json', 'diff']),
  new CliOption('--json', 'print everything for machines'),
  new CliOption(
    '--diff <old.json>',
    'print what access was added and removed since an earlier --json, as Markdown for a pull request;'
      + ' with --json for machines',
  ),
  MANIFESTS,
  EXCLUDE,
  new CliOption('--namespace <name>', 'the namespace of objects that do not name one'),
  new CliOption('--force', 'overwrite a file that is not a report').requires('--html'),
];
const FORMS = ['html', 'mermaid', 'json', 'diff'] as const;

/** `cdk-irsa report`. */
export const REPORT: Command = {
  name: 'report',
  summary: 'show which service accounts can assume which roles: a page, a picture, JSON, or what has changed',
  define: program => program
    .description('Shows who can assume which role, from a cloud assembly and the manifests in it: cluster, namespace'
      + ' and service account, role, and what the role may do on which resources.')
    .usage('[path...] --html <file> | --mermaid | --json | --diff <old.json> [options]')
    .argument(...INPUT)
    .withOptions(OPTIONS)
    .addHelpText('after', `
Exit codes:
  0  the report was written, whatever the findings and the changes
  2  invalid arguments, or input that cannot be read; the rest of it is in the report`),
  run: report,
};

function report(program: Program, output: Output): number {
  const [paths] = program.processedArgs as [string[]];
  const options = program.opts<ReportOptions>();
  if (FORMS.every(form => options[form] === undefined)) {
    throw new ArgumentError('One of `--html`, `--mermaid`, `--json` and `--diff` must be given.');
  }
  const old = options.diff === undefined ? undefined : readOld(options.diff);
  const { map, unreadable, skipped } = readMap(paths, options);
  const data = reportData(map, findingsOf(RULES, map));

  const names = { ...old?.constructPaths, ...data.constructPaths };
  const forPeople = mapConstructPaths(data, names);

  if (options.html !== undefined) save(options.html, html(forPeople), options.force ?? false);
  else if (old) output.stdout.write(changes(accessDiff(old, data), names, options.json));
  else output.stdout.write(options.mermaid ? chart(forPeople, output) : `${jsonText(data, 2)}\n`);
  writeLines(output, [...unreadable, ...skipped]);
  output.stderr.write(`${summary(data)}\n`);
  if (options.html !== undefined) output.stderr.write(`${printable(options.html)}: written.\n`);
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

function changes(diff: AccessDiff, names: ConstructPaths, asJson = false): string {
  return asJson ? `${jsonText(diff, 2)}\n` : diffMarkdown(mapConstructPaths(diff, names));
}

function chart(data: ReportData, { stderr }: Output): string {
  const { text, isCondensed } = mermaid(data);
  if (isCondensed) {
    stderr.write('The map is too large for Mermaid to draw: service accounts are put together. --html shows each.\n');
  }
  return text;
}

/** The whole file or none: it is written beside its place, and put there when it is complete. */
function save(file: string, text: string, force: boolean): void {
  const part = join(dirname(file), `.${process.pid}.cdk-irsa-report.tmp`);
  try {
    if (!force && !isReport(file)) {
      throw new UsageError([
        `${printable(file)}: it exists, and is no report of cdk-irsa. Use --force to overwrite it.`,
      ]);
    }
    writeFileSync(part, text, { flag: 'wx' });
    renameSync(part, file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    rmSync(part, { force: true });
    throw new UsageError([`${printable(file)}: cannot be written: ${reasonOf(error)}.`]);
  }
}

/** A report, or nothing yet. */
function isReport(file: string): boolean {
  const beginning = Buffer.alloc(MARK.length);
  let descriptor;
  try {
    descriptor = openSync(file, 'r');
    readSync(descriptor, beginning, 0, beginning.length, 0);
    return beginning.toString() === MARK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function summary({ access: all, roles, clusters, findings }: ReportData): string {
  const named = shownAccess(all).filter(({ namespace, serviceAccount }) => !isPattern(`${namespace}${serviceAccount}`));
  const accounts = new Set(
    named.map(access => JSON.stringify([access.cluster, access.namespace, access.serviceAccount])),
  ).size;
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const counts: [number, string][] = [
    [clusters.length, 'cluster'], [accounts, 'service account'], [roles.length, 'role'], [open.length, 'finding'],
  ];
  return `${counts.map(([count, what]) => counted(count, what)).join(', ')}.`;
}
