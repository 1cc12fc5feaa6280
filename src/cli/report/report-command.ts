import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { parseArgs } from 'util';
import { accessDiff, AccessDiff } from './diff';
import { diffMarkdown } from './diff-markdown';
import { html, MARK } from './html';
import { mermaid } from './mermaid';
import { parseReportData, reportData, ReportData } from './report-data';
import { accessMapOf } from '../../analysis/access-map-reader';
import { readAssembly } from '../../analysis/assembly';
import { RULES } from '../../analysis/rules';
import { findingsOf } from '../../analysis/rules/rule';
import { reasonOf } from '../../analysis/unusable-input';
import { Command, Output, UsageError } from '../command';
import { counted, jsonText, printable, quoted } from '../text';

const HELP = `Usage: cdk-irsa report [<cdk.out>] --html <file> | --mermaid | --json | --diff <old.json> [options]

Shows who can become whom, from a cloud assembly as cdk synth leaves it (default: cdk.out) and the manifests in it:
cluster, namespace and service account, role, and what the role may do on which resources.

Output:
  --html <file>       one self-contained page that opens from disk: findings, a picture, search, each policy in full
  --mermaid           a flowchart of Mermaid, on stdout
  --json              all of it for machines, on stdout
  --diff <old.json>   what access was added and removed since an earlier --json, as Markdown for a pull request, on stdout;
                      with --json for machines

Options:
  --manifests <path>  YAML beside the assembly: a file or a folder, such as what helm template prints; as often as needed
  --namespace <name>  the namespace of objects that name none     (default: none)
  --force             with --html: overwrite a file that is no report
  --help              print this

Exit codes:
  0  it was written, whatever the findings and the changes
  2  the input or the arguments cannot be used; nothing was written`;

const OPTIONS = {
  html: { type: 'string' },
  mermaid: { type: 'boolean' },
  json: { type: 'boolean' },
  diff: { type: 'string' },
  manifests: { type: 'string', multiple: true },
  namespace: { type: 'string' },
  force: { type: 'boolean' },
} as const;

/** `cdk-irsa report`. */
export const REPORT: Command = {
  name: 'report',
  summary: 'show who can become whom in a cloud assembly: a page, a picture, JSON, or what has changed',
  help: HELP,
  run: report,
};

function report(args: string[], output: Output): number {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [directory = 'cdk.out', ...more] = positionals;
  const forms = [values.html !== undefined && '--html', values.mermaid && '--mermaid', values.diff !== undefined ? '--diff' : values.json && '--json'].filter(form => form);
  if (more.length > 0) throw new UsageError([`cdk-irsa report takes one folder, got: ${positionals.map(quoted).join(', ')}. See cdk-irsa report --help.`]);
  if (forms.length !== 1) throw new UsageError([`cdk-irsa report takes one of --html, --mermaid, --json and --diff, got: ${forms.join(', ') || 'none'}. See cdk-irsa report --help.`]);
  if (values.force && values.html === undefined) throw new UsageError(['--force goes with --html.']);
  const old = values.diff === undefined ? undefined : readOld(values.diff);
  const data = read(directory, values);

  if (values.html !== undefined) save(values.html, html(data), values.force ?? false);
  else output.stdout.write(old ? changes(accessDiff(old, data), values.json) : values.mermaid ? chart(data, output) : `${jsonText(data, 2)}\n`);
  output.stderr.write(`${summary(data)}\n${values.html === undefined ? '' : `${printable(values.html)}: written.\n`}`);
  return 0;
}

function read(directory: string, { manifests, namespace }: { manifests?: string[]; namespace?: string }): ReportData {
  const map = accessMapOf(readAssembly(directory), { manifests, namespace });
  return reportData(map, findingsOf(RULES, map));
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

function changes(diff: AccessDiff, asJson = false): string {
  return asJson ? `${jsonText(diff, 2)}\n` : diffMarkdown(diff);
}

function chart(data: ReportData, { stderr }: Output): string {
  const { text, isCondensed } = mermaid(data);
  if (isCondensed) stderr.write('The map is too large for Mermaid to draw: service accounts are put together. --html shows each.\n');
  return text;
}

/** The whole file or none: it is written beside its place, and put there when it is complete. */
function save(file: string, text: string, force: boolean): void {
  const part = join(dirname(file), `.${process.pid}.cdk-irsa-report.tmp`);
  try {
    if (!force && !isReport(file)) throw new UsageError([`${printable(file)}: it exists, and is no report of cdk-irsa. Use --force to overwrite it.`]);
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

function summary({ access, roles, clusters, findings }: ReportData): string {
  const accounts = new Set(access.map(({ cluster, namespace, serviceAccount }) => JSON.stringify([cluster, namespace, serviceAccount]))).size;
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  return `${[counted(clusters.length, 'cluster'), counted(accounts, 'service account'), counted(roles.length, 'role'), counted(open.length, 'finding')].join(', ')}.`;
}
