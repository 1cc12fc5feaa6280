/**
 * Compares what our controllers may do with the policies that their projects publish, in files of a folder:
 * `npx projen controllers:upstream FOLDER`. Without a folder, lists which files it takes, and where they are published.
 */
import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { compare } from './upstream/comparison';
import { DataFile, dataFiles, PublishedPolicy, UpstreamData } from './upstream/data';
import { digestOf, policiesIn } from './upstream/policies';
import { Report, reportOf } from './upstream/report';
import { ControllerSample } from '../test/controllers/sample';
import { SAMPLES } from '../test/controllers/samples';
import { deployed } from '../test/judges/deployment';

/** Of the samples, and of CloudFormation templates of upstream. */
const ENVIRONMENT: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The samples that a data file is about: all variants of its factory. */
export function samplesOf({ name, data }: DataFile): ControllerSample[] {
  if (!data) return [];
  return name.startsWith('ack/')
    ? SAMPLES.filter(({ serviceAccountName }) => serviceAccountName === `ack-${data.factory.toLowerCase()}-controller`)
    : SAMPLES.filter(({ factory }) => factory === data.factory);
}

/** The policies of one file, or problems. */
function readPolicies(
  folder: string,
  controller: string,
  { file, url, take, digest, values }: PublishedPolicy,
): { documents: object[]; problems: string[] } {
  const path = join(folder, controller, file);
  const fail = (problem: string) => ({ documents: [], problems: [`${controller}/${file} ${problem}`] });
  if (!existsSync(path)) return fail(`is missing. Get it from ${url}`);
  const published = policiesIn(file, readFileSync(path, 'utf8'));
  if (published.length === 0) return fail('has no policy of an identity');
  const absent = (take ?? []).filter(number => number > published.length);
  if (absent.length > 0) return fail(`has ${published.length} policies: there is no number ${absent.join(', ')}`);
  const current = digestOf(published);
  const problems = current === digest
    ? []
    : [`${controller}/${file} differs from what was looked at. Review it, then set its \`digest: ${current}\``];
  const documents = (take ?? published.map((_, index) => index + 1)).flatMap(number => {
    const policy = published[number - 1];
    try {
      if ('document' in policy) return [asDeployed(policy.document, values)];
      problems.push(`${controller}/${file}, policy ${number}: ${policy.problem}`);
    } catch (error) {
      problems.push(`${controller}/${file}, policy ${number}: ${(error as Error).message}`);
    }
    return [];
  });
  return { documents, problems };
}

/** With values for its placeholders, longest first, and for functions of CloudFormation. */
function asDeployed(document: object, values: Record<string, string>): object {
  const parameters = Object.entries(values).map(([key, value]) => [key.replace(/^\$\{(.*)\}$/, '$1'), value]);
  const text = JSON.stringify(deployed(document, { values: { ...ENVIRONMENT, ...Object.fromEntries(parameters) } }));
  const known = { ...Object.fromEntries(Object.entries(ENVIRONMENT).map(([key, value]) => [`\${${key}}`, value])), ...values };
  const inJson = (value: string) => JSON.stringify(value).slice(1, -1);
  return JSON.parse(
    Object.keys(known)
      .sort((left, right) => right.length - left.length)
      .reduce((result, key) => result.replaceAll(inJson(key), inJson(known[key])), text),
  );
}

async function reportController(file: DataFile, data: UpstreamData, folder: string): Promise<Report> {
  const upstream = data.policies.map(policy => readPolicies(folder, file.name, policy));
  const problems = upstream.flatMap(policy => policy.problems);
  const samples = samplesOf(file);
  if (samples.length === 0) problems.push(`${file.name} has no samples: see \`factory\` and \`variants\``);
  const ours = samples.map(sample => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    return deployed(stack.resolve(sample.make(stack).policyDocument(stack)), { values: ENVIRONMENT });
  });
  const derived = data.derived.flatMap(({ actions }) => actions);
  try {
    const report = reportOf(data, await compare(upstream.flatMap(({ documents }) => documents), derived, ours));
    return { lines: report.lines, problems: [...problems, ...report.problems] };
  } catch (error) {
    return { lines: [], problems: [...problems, `cannot be compared: ${(error as Error).message}`] };
  }
}

/** Compares all data files with a folder of upstream files; the text, and whether everything is explained. */
export async function compareWithUpstream(
  folder: string,
  files: readonly DataFile[] = dataFiles(),
): Promise<{ text: string; isExplained: boolean }> {
  const sections: string[] = [];
  let problemCount = 0;
  const write = (title: string, { lines, problems }: Report) => {
    problemCount += problems.length;
    const all = [...lines, ...problems.map(problem => `PROBLEM: ${problem}`)];
    sections.push([title, ...all.map(line => `  ${line.replaceAll('\n', '\n  ')}`), ''].join('\n'));
  };
  for (const file of files) {
    const { name, data, problem } = file;
    if (data) {
      const derived = data.policies.length === 0 ? ', publishes no policy' : '';
      write(`${name}: ${data.project} ${data.version} (${data.date}${derived})`, await reportController(file, data, folder));
    } else {
      write(name, { lines: [], problems: [`its data file is invalid: ${problem}`] });
    }
  }
  const named = new Set(files.flatMap(({ name, data }) => (data?.policies ?? []).map(({ file }) => join(name, file))));
  const others = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .filter(path => !named.has(path));
  if (others.length > 0) sections.push(`Files that no data file names: ${others.sort().join(', ')}\n`);
  sections.push(problemCount > 0 ? `${problemCount} problems in ${files.length} data files` : 'All differences are explained');
  return { text: `${sections.join('\n')}\n`, isExplained: problemCount === 0 };
}

/** Which file of the folder is published where. */
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
  const { text, isExplained } = await compareWithUpstream(folder);
  process.stdout.write(text);
  process.exitCode = isExplained ? 0 : 1;
}

if (require.main === module) void main(process.argv[2]);
