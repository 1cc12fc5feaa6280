import { newFindings } from './baseline';
import { findingsJson } from './findings-json';
import { findingsTable } from './findings-table';
import { sarif } from './sarif';
import { Verified } from './verified';
import { DEFAULT_OWNER_LABEL } from '../../analysis/reading/access-map-reader';
import { RULES } from '../../analysis/rules';
import { helpUrl } from '../../analysis/rules/help';
import { counts, findingsOf } from '../../analysis/rules/rule';
import { ArgumentError, CliOption, Program } from '../arguments';
import { Command, Output, wantsColors, widthOf } from '../command';
import { EXCLUDE, INPUT, MANIFESTS, namespaceOption, readMap, writeLines } from '../input-arguments';
import { formatOption } from '../result-file';
import { didYouMean, similarTo } from '../suggestion';
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
  text: (verified, output) => findingsTable(verified, wantsColors(output), widthOf(output)),
  json: verified => `${jsonText(findingsJson(verified), 2)}\n`,
  sarif: verified => `${jsonText(sarif(verified), 2)}\n`,
};

const OPTIONS = [
  MANIFESTS,
  EXCLUDE,
  namespaceOption('; without it, findings that depend on it are notes'),
  new CliOption(
    '--owner-label <key>',
    'the label that names the owner of namespaces, service accounts and RoleBindings (rule role-of-another-owner)',
  ).default(DEFAULT_OWNER_LABEL),
  new CliOption('--ignore <rule>=<reason>', 'disable a rule; the reason appears in the output; repeatable')
    .argParser(ignoredRule),
  new CliOption('--baseline <file>', 'report only new findings: those that this earlier --format json does not have'),
  formatOption(Object.keys(FORMATS)).default('text'),
];

/** `cdk-irsa verify`. */
export const VERIFY: Command = {
  name: 'verify',
  summary: 'check the trust policies in a cloud assembly, and the manifests that name the roles',
  define: program => program
    .description('Checks before you deploy who can assume which role. Reads the trust policies in cloud assemblies and'
      + ' CloudFormation templates of any tool, and the Kubernetes manifests that name the roles.')
    .argument(...INPUT)
    .withOptions(OPTIONS)
    .withExample('cdk.out --manifests k8s/')
    .withExitCodes({
      0: 'no errors and no warnings; there may be notes',
      1: 'errors or warnings, even if some input cannot be read',
      2: 'invalid arguments, or some input cannot be read and the rest has no errors or warnings',
    })
    .addHelpText('after', `\nRules, and how to fix what they find:\n  ${helpUrl()}`),
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
  if (format !== 'text') writeLines(output, unreadable);
  if (findings.some(counts)) return 1;
  return unreadable.length > 0 ? 2 : 0;
}

function ignoredRule(text: string, others = new Map<string, string>()): Map<string, string> {
  const [, rule, reason] = /^([^=]*)=(.*\S.*)$/s.exec(text) ?? [];
  if (rule === undefined) {
    throw new ArgumentError(`\`--ignore\` must be a rule and a reason, <rule>=<reason>, got: ${quoted(text)}.`);
  }
  if (!RULES.some(({ id }) => id === rule)) {
    const rules = RULES.map(({ id }) => id);
    const got = `${quoted(rule)} (rules: ${helpUrl(similarTo(rule, rules))})`;
    throw new ArgumentError(`\`--ignore\` must name a rule, got: ${got}.${didYouMean(rule, rules)}`);
  }
  return others.set(rule, reason);
}
