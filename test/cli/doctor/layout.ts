/**
 * How wide the text is: each verdict that a test plays is printed, too.
 */
import { Check, Verdict } from '../../../src/cli/doctor/check';
import { diagnose } from '../../../src/cli/doctor/diagnosis';
import { Facts } from '../../../src/cli/doctor/facts';
import { diagnosisText } from '../../../src/cli/doctor/output/diagnosis-text';

const COLUMNS = 80;
/** Commands, code and JSON to copy. */
const TO_COPY = /^ +((aws|kubectl|date|npx) |[\w.]+\(|new \w+\(|["{}])/;
/** What stands before the text of a line. */
const START = /^ *(- |(ok|failed|unknown) +[\w-]+ +)?/;

/** Lines that are too long although they could be broken, or hold nothing that is long by nature: URLs, ARNs. */
export function overlong(text: string): string[] {
  return text.split('\n').filter(line =>
    [...line].length > COLUMNS && !TO_COPY.test(line) && !/^\S*[:/]\S*$/.test(line.replace(START, '')));
}

/** The verdict itself, if its text fits. */
export function fitting<T extends Verdict | undefined>({ id, title }: Check, facts: Facts, verdict: T): T {
  const check: Check = { id, title, decisive: true, run: () => verdict };
  const lines = overlong(diagnosisText(diagnose([check], facts), facts, { isColored: false }));
  if (lines.length > 0) throw new Error(`${id}: too long for ${COLUMNS} columns:\n${lines.join('\n')}`);
  return verdict;
}
