/**
 * Diagnoses one service account, once or repeatedly until it is healthy.
 */
import { Check } from './check';
import { diagnose, Diagnosis, EXIT_CODES, Outcome } from './diagnosis';
import { Facts } from './facts';
import { nextCommand } from './next-command';
import { DoctorOptions } from './options';
import { diagnosisJson, failureJson } from './output/diagnosis-json';
import { diagnosisText } from './output/diagnosis-text';
import { progressTo } from './progress';
import { connect, readFacts } from './session';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { Output, wantsColors } from '../command';
import { jsonText, wrap } from '../text';

interface Run {
  readonly options: DoctorOptions;
  readonly output: Output;
  readonly version: string;
  readonly checks: readonly Check[];
}

interface Round {
  readonly facts: Facts;
  readonly diagnosis: Diagnosis;
}

/**
 * @returns the exit code
 * @throws UnusableInput if nothing can be read
 */
export async function diagnoseOnce({ options, output, version, checks }: Run): Promise<number> {
  const { facts, diagnosis } = await examineOnce(options, checks);
  const next = diagnosis.outcome === 'healthy' ? undefined : nextCommand(options);
  output.stdout.write(
    options.format === 'json'
      ? `${jsonText(diagnosisJson(diagnosis, facts, { next, version }), 2)}\n`
      : diagnosisText(diagnosis, facts, { next, isColored: wantsColors(output) }),
  );
  return EXIT_CODES[diagnosis.outcome];
}

/** Connects again in each round, because kubeconfigs, credentials and tokens change between rounds. */
async function examineOnce(options: DoctorOptions, checks: readonly Check[]): Promise<Round> {
  const session = await connect(options);
  try {
    const facts = await readFacts(options, session);
    return { facts, diagnosis: diagnose(checks, facts) };
  } finally {
    session.aws.close();
  }
}

/**
 * Prints the diagnosis whenever it changes, until it is healthy or the timeout expires.
 *
 * @returns the exit code of the last round
 * @throws UnusableInput if nothing can be read in the first round
 */
export async function watch({ options, output, version, checks }: Run): Promise<number> {
  const { intervalSeconds, watchTimeoutSeconds = Infinity } = options;
  const progress = progressTo(output);
  const deadline = Date.now() + watchTimeoutSeconds * 1000;
  let shown: string | undefined;
  for (;;) {
    const round = await examineOnce(options, checks).catch((error: unknown): UnusableInput => {
      if (UnusableInput.is(error) && shown !== undefined) return error;
      throw error;
    });
    const key = keyOf(round);
    progress(key === shown ? `${new Date().toISOString()} no change` : '');
    if (key !== shown) output.stdout.write(`${shown === undefined || isJson(options) ? '' : '\n'}${render(round)}`);
    shown = key;
    const outcome: Outcome = UnusableInput.is(round) ? 'unknown' : round.diagnosis.outcome;
    if (outcome === 'healthy') return EXIT_CODES[outcome];
    if (Date.now() + intervalSeconds * 1000 > deadline) {
      progress('');
      output.stderr.write(`Still not healthy after ${watchTimeoutSeconds} seconds.\n`);
      return EXIT_CODES[outcome];
    }
    await new Promise(waited => setTimeout(waited, intervalSeconds * 1000));
  }

  function render(round: Round | UnusableInput): string {
    const time = UnusableInput.is(round) ? new Date() : round.facts.now;
    if (isJson(options)) {
      return `${jsonText(UnusableInput.is(round)
        ? failureJson(round.message, time, version) : diagnosisJson(round.diagnosis, round.facts, { version }))}\n`;
    }
    return `[${time.toISOString()}]\n${UnusableInput.is(round)
      ? `${wrap(round.message, '').join('\n')}\n`
      : diagnosisText(round.diagnosis, round.facts, { isColored: wantsColors(output) })}`;
  }
}

function isJson({ format }: DoctorOptions): boolean {
  return format === 'json';
}

/** The part of a round whose change is printed. Times do not count. */
function keyOf(round: Round | UnusableInput): string {
  if (UnusableInput.is(round)) return round.message;
  const { outcome, checks, unknowns } = round.diagnosis;
  const open = unknowns.filter(({ decisive }) => decisive).map(({ id }) => id);
  const shown = checks.filter(({ id, status }) => status === 'failed' || open.includes(id))
    .map(({ id, status, summary }) => `${id} ${status} ${summary.replace(/\d+ (minute|hour)s? ago/, '')}`);
  return [outcome, ...shown].join('\n');
}
