import { existsSync } from 'fs';
import { checkAction, similarActions } from './action';
import { answerCsv, answerJson, answerMarkdown, answerTable } from './answer-formats';
import { askCluster } from './live';
import { checkLive, CLUSTER_OPTIONS, LIVE, LIVE_PERMISSIONS, LiveOptions } from './live-options';
import { WhoCan } from './who-can';
import { AccessMap } from '../../analysis/access-map';
import { textsOf } from '../../analysis/json-values';
import { ArgumentError, Program } from '../arguments';
import { Command, Output, wantsColors, widthOf } from '../command';
import {
  checkAssembly, EXCLUDE, INPUT, InputOptions, MANIFESTS, namespaceOption, readMap, writeLines,
} from '../input-arguments';
import { MARKDOWN_MARK } from '../markdown';
import { csvNotes } from '../report/access-csv';
import { Origin, reportData, ReportData } from '../report/report-data';
import { EMPTY, rowsOf, search } from '../report/rows';
import { sortedTexts, statementsIn } from '../report/statements';
import { formatOption } from '../result-file';
import { jsonText, quoted } from '../text';
import { wrapped } from '../text-table';

interface WhoCanOptions extends InputOptions, LiveOptions {
  readonly format: string;
}

/** The question, and the format of the answer. */
interface Question {
  readonly action: string;
  readonly resource?: string;
  readonly format: string;
}

const FORMATS: Record<string, (answer: WhoCan, output: Output) => string> = {
  text: (answer, output) => answerTable(answer, { width: widthOf(output), isColored: wantsColors(output) }),
  csv: answerCsv,
  json: answer => `${jsonText(answerJson(answer), 2)}\n`,
  markdown: answer => `${MARKDOWN_MARK}${answerMarkdown(answer)}`,
};

/** An ARN, a stand-in for an ARN, or all resources. */
const RESOURCE = /^(arn:|⟨|\*$)/;

const OPTIONS = [MANIFESTS, EXCLUDE, namespaceOption(), formatOption(Object.keys(FORMATS)).default('text'), LIVE];

/** `cdk-irsa who-can`. */
export const WHO_CAN: Command = {
  name: 'who-can',
  summary: 'show which service accounts can do something, such as s3:PutObject on a bucket',
  define: program => program
    .description('Shows which service accounts can do an action on a resource, by which role and which statement.'
      + ' Also shows who can act as the service accounts, through RBAC and access entries. Evaluates Deny statements,'
      + ' permissions boundaries and conditions, but not resource policies and service control policies.')
    .argument('<action>', 'an action such as s3:PutObject, or a pattern such as \'s3:Put*\'')
    .argument('[resource]', 'an ARN, or \'*\' in quotes; everything else is a path (default: any resource)')
    .argument(...INPUT)
    .withOptions(OPTIONS)
    .withOptions(CLUSTER_OPTIONS, `With ${LIVE.long}`)
    .withExample('s3:PutObject arn:aws:s3:::receipts/key')
    .withExitCodes({
      0: 'at least one service account or role can, or it is unknown',
      1: 'no service account or role can',
      2: 'invalid arguments, or some input cannot be read',
    })
    .addHelpText('after', `
Answers:
  can                 without conditions
  under conditions    if the request meets conditions, or depends on values that are known only at deployment
  in part or in full  on some resources, or some actions of the pattern
  unknown             the role or one of its policies is not in the input

${LIVE_PERMISSIONS}`),
  run: whoCan,
};

function whoCan(program: Program, output: Output, version: string): number | Promise<number> {
  const [action, second, more] = program.processedArgs as [string, string | undefined, string[]];
  const { format, live = false, ...options } = program.opts<WhoCanOptions>();
  checkAction(action);
  const isResource = second !== undefined && RESOURCE.test(second);
  const paths = second === undefined || isResource ? more : [second, ...more];
  const question: Question = { action, ...isResource && { resource: second }, format };
  if (live) {
    checkLive(options, paths);
    return askCluster(options, output, version).then(({ map, origin }) => printAnswer(question, map, origin, output));
  }
  checkPath(second, isResource);
  const { map, unreadable, skipped, source } = readMap(paths, options);
  return printAnswer(question, map, { version, source: source(), unreadable, skipped }, output);
}

/** @returns the exit code */
function printAnswer({ format, action, resource }: Question, map: AccessMap, origin: Origin, output: Output): number {
  const { unreadable = [], skipped = [] } = origin;
  const data = reportData(map, [], origin);
  const answers = search(rowsOf(data), { ...EMPTY, action, resource: resource ?? '' });
  output.stdout.write(FORMATS[format]({ action, ...resource !== undefined && { resource }, answers, data }, output));
  const notes = format === 'csv' ? csvNotes(data, answers.map(({ row }) => row)) : [];
  writeLines(output, [...unreadable, ...skipped, ...notes, ...similarInWords(action, data)]);
  if (unreadable.length > 0) return 2;
  return answers.length > 0 ? 0 : 1;
}

function checkPath(second: string | undefined, isResource: boolean): void {
  if (second === undefined || isResource || second === '-' || existsSync(second)) return;
  checkAssembly(second);
  throw new ArgumentError(
    `${quoted(second)} is neither a resource (an ARN, or '*') nor an existing file or folder.`,
  );
}

/** "Nobody can" is no answer to a typing error. */
function similarInWords(action: string, { roles }: ReportData): string[] {
  const known = sortedTexts(roles.flatMap(({ policies }) => policies)
    .flatMap(({ document }) => statementsIn(document))
    .flatMap(({ Action }) => textsOf(Action)));
  const similar = similarActions(action, known);
  return similar.length === 0 ? []
    : wrapped(`No policy names ${action}. Did you mean ${similar.join(' or ')}?`, 80, '');
}
