/**
 * Compares the permissions of our controllers with the policies that their projects publish, in files of a folder:
 * `npx projen controllers:upstream FOLDER`. Without a folder, lists the files that it reads, with their URLs.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { compare } from './upstream/comparison';
import { DataFile, dataFiles, PublishedPolicy, UpstreamData } from './upstream/data';
import { digestOf, policiesIn } from './upstream/policies';
import { Report, reportOf } from './upstream/report';
import { ControllerSample } from '../test/controllers/sample';
import { SAMPLES } from '../test/controllers/samples';
import { deployed } from '../test/judges/deployment';

/** The account and region of the samples and of upstream's templates. */
const ENVIRONMENT: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The samples of a data file: all variants of its factory. */
export function samplesOf({ name, data }: DataFile): ControllerSample[] {
  if (!data) return [];
  return name.startsWith('ack/')
    ? SAMPLES.filter(({ serviceAccountName }) => serviceAccountName === `ack-${data.factory.toLowerCase()}-controller`)
    : SAMPLES.filter(({ factory }) => factory === data.factory);
}

/** The contents of a controller's files. */
interface Reading {
  readonly documents: readonly object[];
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

function readPolicies(folder: string, controller: string, policy: PublishedPolicy): Reading {
  const path = join(folder, controller, policy.file);
  const title = `${controller}/${policy.file}`;
  const fail = (problem: string) => ({ documents: [], lines: [], problems: [`${title} ${problem}`] });
  if (!existsSync(path)) return fail(`is missing. Get it from ${policy.url}`);
  const published = policiesIn(policy.file, readFileSync(path, 'utf8'));
  if (published.length === 0) return fail('has no policy of an identity');
  const digest = digestOf(published);
  const results = published.map((one, index): object | string | undefined => {
    const isLeft = policy.leave.some(left => left.policy === index + 1);
    return isLeft ? undefined : 'problem' in one ? one.problem : asDeployed(one.document, policy.values);
  });
  return {
    documents: results.filter(result => typeof result === 'object'),
    lines: policy.leave.map(left => `left out: ${title}, policy ${left.policy}\n  ${left.reason.trim()}`),
    problems: [
      ...digest === policy.digest
        ? []
        : [`${title} differs from what was looked at. Review it, then set \`digest: ${digest}\`.`],
      ...policy.leave
        .filter(left => left.policy > published.length)
        .map(left => `${title} has ${published.length} policies: \`leave\` names policy ${left.policy}`),
      ...results.flatMap((result, index) =>
        typeof result === 'string' ? [`${title}, policy ${index + 1}: ${result}`] : []),
    ],
  };
}

/** Replaces CloudFormation functions and placeholders, longest first; returns the reason if that fails. */
function asDeployed(document: object, values: Record<string, string>): object | string {
  const parameters = Object.entries(values).map(([key, value]) => [key.replace(/^\$\{(.*)\}$/, '$1'), value]);
  const placeholders = Object.entries(ENVIRONMENT).map(([key, value]) => [`\${${key}}`, value]);
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  try {
    const text = JSON.stringify(deployed(document, { values: { ...ENVIRONMENT, ...Object.fromEntries(parameters) } }));
    return JSON.parse(
      [...placeholders, ...Object.entries(values)]
        .sort(([left], [right]) => right.length - left.length)
        .reduce((result, [key, value]) => result.replaceAll(inJson(key), inJson(value)), text),
    );
  } catch (error) {
    return (error as Error).message;
  }
}

async function reportController(file: DataFile, data: UpstreamData, folder: string): Promise<Report> {
  const readings = data.policies.map(policy => readPolicies(folder, file.name, policy));
  const problems = readings.flatMap(reading => reading.problems);
  const samples = samplesOf(file);
  if (samples.length === 0) problems.push(`${file.name} has no samples: see \`factory\``);
  const ours = samples.map(sample => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    return deployed(stack.resolve(sample.make(stack).policyDocument(stack)), { values: ENVIRONMENT });
  });
  const derived = data.derived.flatMap(({ actions }) => actions);
  try {
    const comparison = await compare(readings.flatMap(({ documents }) => documents), derived, ours);
    const report = reportOf(data, comparison);
    return {
      lines: [...report.lines, ...readings.flatMap(({ lines }) => lines)],
      problems: [...problems, ...report.problems],
    };
  } catch (error) {
    return { lines: [], problems: [...problems, `cannot be compared: ${(error as Error).message}`] };
  }
}

/** Compares all data files with a folder of upstream files. Returns the text, and whether all reasons are complete. */
export async function compareWithUpstream(
  folder: string,
  files: readonly DataFile[] = dataFiles(),
): Promise<{ text: string; isExplained: boolean }> {
  const reports: { title: string; report: Report }[] = [];
  for (const file of files) {
    const { name, data, problem } = file;
    if (data) {
      const source = data.policies.length > 0 ? data.date : `${data.date}, publishes no policy`;
      const title = `${name}: ${data.project} ${data.version} (${source})`;
      reports.push({ title, report: await reportController(file, data, folder) });
    } else {
      reports.push({ title: name, report: { lines: [], problems: [`its data file is invalid: ${problem}`] } });
    }
  }
  const count = reports.flatMap(({ report }) => report.problems).length;
  const strangers = strangersIn(folder, files);
  const sections = [
    ...reports.map(({ title, report: { lines, problems } }) =>
      [title, ...[...lines, ...problems.map(problem => `PROBLEM: ${problem}`)].map(indented)].join('\n')),
    ...strangers.length > 0 ? [`Files that no data file names: ${strangers.join(', ')}`] : [],
    count > 0 ? `Problems: ${count}` : 'All differences are explained.',
  ];
  return { text: `${sections.join('\n\n')}\n`, isExplained: count === 0 };
}

function indented(text: string): string {
  return text.split('\n').map(line => `  ${line}`).join('\n');
}

function strangersIn(folder: string, files: readonly DataFile[]): string[] {
  const named = files.flatMap(({ name, data }) => (data?.policies ?? []).map(({ file }) => join(name, file)));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(folder, path)).isFile() && !named.includes(path))
    .sort();
}

/** The files of the folder and their URLs. */
export function upstreamFiles(files: readonly DataFile[] = dataFiles()): string {
  return files
    .flatMap(({ name, data }) => (data?.policies ?? []).map(({ file, url }) => `${name}/${file} ${url}\n`))
    .join('');
}

async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined) {
    process.stdout.write(upstreamFiles());
    return;
  }
  if (!existsSync(folder)) throw new Error(`no such folder: ${folder}`);
  const { text, isExplained } = await compareWithUpstream(folder);
  process.stdout.write(text);
  process.exitCode = isExplained ? 0 : 1;
}

if (require.main === module) void main(process.argv[2]);
