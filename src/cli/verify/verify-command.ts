import { parseArgs } from 'util';
import { findingsJson } from './findings-json';
import { findingsTable } from './findings-table';
import { sarif } from './sarif';
import { accessMapOf } from '../../analysis/access-map-reader';
import { readAssembly } from '../../analysis/assembly';
import { RULES } from '../../analysis/rules';
import { counts, findingsOf } from '../../analysis/rules/rule';
import { Command, Output, UsageError, wantsColors } from '../command';
import { jsonText, quoted } from '../text';
import { Verified } from './verified';

const HELP = `Usage: cdk-irsa verify [<cdk.out>] [options]

Checks who can become whom before anything is deployed: the trust policies in a cloud assembly as cdk synth leaves it
(default: cdk.out), whoever wrote them, and the Kubernetes manifests that name the roles. The rules are in the README.

Options:
  --manifests <path>        YAML beside the assembly: a file or a folder, such as what helm template prints; as often as needed
  --namespace <name>        the namespace of objects that name none     (default: none; what depends on it is a note)
  --ignore <rule>=<reason>  switch a rule off, and say why; as often as needed
  --format table|json|sarif what goes to stdout                         (default: table)
  --help                    print this

Exit codes:
  0  clean: no error and no warning; there may be notes
  1  errors or warnings
  2  the input or the arguments cannot be used; nothing was checked`;

const OPTIONS = {
  manifests: { type: 'string', multiple: true },
  namespace: { type: 'string' },
  ignore: { type: 'string', multiple: true },
  format: { type: 'string' },
} as const;

const FORMATS: Record<string, (verified: Verified, output: Output) => string> = {
  table: (verified, output) => findingsTable(verified, wantsColors(output)),
  json: verified => `${jsonText(findingsJson(verified), 2)}\n`,
  sarif: verified => `${jsonText(sarif(verified), 2)}\n`,
};

/** `cdk-irsa verify`. */
export const VERIFY: Command = {
  name: 'verify',
  summary: 'check the trust policies in a cloud assembly, and the manifests that name the roles',
  help: HELP,
  run: verify,
};

function verify(args: string[], output: Output, version: string): number {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [directory = 'cdk.out', ...more] = positionals;
  if (more.length > 0) throw new UsageError([`cdk-irsa verify takes one folder, got: ${positionals.map(quoted).join(', ')}. See cdk-irsa verify --help.`]);
  const { format = 'table', manifests, namespace } = values;
  if (!Object.hasOwn(FORMATS, format)) throw new UsageError([`\`--format\` must be table, json or sarif, got: ${quoted(format)}. See cdk-irsa verify --help.`]);
  const ignored = ignoredRules(values.ignore ?? []);

  const map = accessMapOf(readAssembly(directory), { manifests, namespace });
  const findings = findingsOf(RULES, map, ignored);
  output.stdout.write(FORMATS[format]({ version, map, findings }, output));
  return findings.some(counts) ? 1 : 0;
}

function ignoredRules(given: string[]): Map<string, string> {
  return new Map(given.map((text): [string, string] => {
    const [, rule, reason] = /^([^=]*)=(.*\S.*)$/s.exec(text) ?? [];
    if (rule === undefined) throw new UsageError([`\`--ignore\` must be a rule and a reason, <rule>=<reason>, got: ${quoted(text)}. See cdk-irsa verify --help.`]);
    if (!RULES.some(({ id }) => id === rule)) throw new UsageError([`\`--ignore\` must name a rule, got: ${quoted(rule)}. There are: ${RULES.map(({ id }) => id).join(', ')}.`]);
    return [rule, reason];
  }));
}
