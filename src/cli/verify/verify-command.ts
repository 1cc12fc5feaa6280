import { newFindings } from './baseline';
import { findingsJson } from './findings-json';
import { findingsTable } from './findings-table';
import { sarif } from './sarif';
import { Verified } from './verified';
import { DEFAULT_OWNER_LABEL } from '../../analysis/reading/access-map-reader';
import { RULES } from '../../analysis/rules';
import { counts, findingsOf } from '../../analysis/rules/rule';
import { ArgumentError, CliOption, Program } from '../arguments';
import { Command, Output, wantsColors, widthOf } from '../command';
import { EXCLUDE, INPUT, MANIFESTS, readMap, writeLines } from '../input-arguments';
import { jsonText, quoted } from '../text';

interface VerifyOptions {
  readonly manifests?: string[];
  readonly exclude?: string[];
  readonly namespace?: string;
  readonly ownerLabel?: string;
  readonly ignore?: Map<string, string>;
  readonly baseline?: string;
  readonly format: string;
}

const FORMATS: Record<string, (verified: Verified, output: Output) => string> = {
  table: (verified, output) => findingsTable(verified, wantsColors(output), widthOf(output)),
  json: verified => `${jsonText(findingsJson(verified), 2)}\n`,
  sarif: verified => `${jsonText(sarif(verified), 2)}\n`,
};

const OPTIONS = [
  MANIFESTS,
  EXCLUDE,
  new CliOption(
    '--namespace <name>',
    'the namespace of objects that do not name one; without it, findings that depend on it are notes',
  ),
  new CliOption(
    '--owner-label <key>',
    'the label of namespaces, service accounts and RoleBindings that names their owner, for role-of-another-owner',
  ).default(DEFAULT_OWNER_LABEL),
  new CliOption('--ignore <rule>=<reason>', 'disable a rule; the reason appears in the output; repeatable')
    .argParser(ignoredRule),
  new CliOption('--baseline <file>', 'report only findings that this output of --format json does not have'),
  new CliOption('--format <format>', 'what to print on stdout').choices(Object.keys(FORMATS)).default('table'),
];

/** `cdk-irsa verify`. */
export const VERIFY: Command = {
  name: 'verify',
  summary: 'check the trust policies in a cloud assembly, and the manifests that name the roles',
  define: program => program
    .description('Checks, before you deploy, who can assume which role: the trust policies in a cloud assembly or in'
      + ' CloudFormation templates, whoever wrote them, and the Kubernetes manifests that name the roles.'
      + ' The README of cdk-irsa describes the rules.')
    .argument(...INPUT)
    .withOptions(OPTIONS)
    .addHelpText('after', `
Exit codes:
  0  no error and no warning; there may be notes
  1  errors or warnings, also if some input cannot be read
  2  invalid arguments, or some input cannot be read and the rest has no errors or warnings`),
  run: verify,
};

function verify(program: Program, output: Output, version: string): number {
  const [given] = program.processedArgs as [string[]];
  const { format, ignore, baseline, ...options } = program.opts<VerifyOptions>();
  const { map, unreadable, skipped } = readMap(given, options);
  const all = findingsOf(RULES, map, ignore);
  const findings = baseline === undefined ? all : newFindings(all, baseline);
  const known = all.length - findings.length;
  output.stdout.write(FORMATS[format]({ version, map, findings, known, unreadable, skipped }, output));
  if (format !== 'table') writeLines(output, unreadable);
  if (findings.some(counts)) return 1;
  return unreadable.length > 0 ? 2 : 0;
}

function ignoredRule(text: string, others = new Map<string, string>()): Map<string, string> {
  const [, rule, reason] = /^([^=]*)=(.*\S.*)$/s.exec(text) ?? [];
  if (rule === undefined) {
    throw new ArgumentError(`\`--ignore\` must be a rule and a reason, <rule>=<reason>, got: ${quoted(text)}.`);
  }
  if (!RULES.some(({ id }) => id === rule)) {
    const rules = RULES.map(({ id }) => id).join(', ');
    throw new ArgumentError(`\`--ignore\` must name a rule, got: ${quoted(rule)}. The rules are: ${rules}.`);
  }
  return others.set(rule, reason);
}
