import { issuerOf, roleArnOf, subjectOf } from './asked';
import { counted, printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, wrong } from '../check';
import { Facts, Trail, TrailEvent } from '../facts';

const SHOWN = 5;
/** A pod that is refused asks again and again: after that time the fault may be mended, or the pod gone. */
const RECENT = 3_600_000;
const LAG = 'CloudTrail lags, by about 15 minutes and sometimes more: what has just happened is not in it yet';

const TRAIL: Check = {
  id: 'cloudtrail',
  title: 'the last calls in CloudTrail',
  follows: [
    'namespace-exists',
    'service-account-exists',
    'role-annotation',
    'annotation-values',
    'annotation-duplicates',
    'cluster-issuer',
    'provider-exists',
    'provider-audience',
    'provider-thumbprints',
    'role-account',
    'role-exists',
    'trust',
    'assume',
  ],
  run: facts => judgeRead(facts.trail, trail => verdict(facts, trail)),
};

function verdict(facts: Facts, trail: Trail): Verdict {
  const role = roleArnOf(facts);
  const arn = 'value' in role ? role.value.arn : undefined;
  const cluster = issuerOf(facts);
  // A service account of another cluster can have the same name, and the same role.
  const events = trail.events.filter(
    ({ issuer }) => issuer === undefined || 'unknown' in cluster || issuer === cluster.value,
  );
  const own = events.filter(({ roleArn }) => roleArn === arn || roleArn === undefined);
  const others = events.filter(({ roleArn }) => roleArn !== arn && roleArn !== undefined);
  const evidence = [
    ...own.slice(0, SHOWN).map(describeEvent),
    ...others.slice(0, 1).map(event => `for another role: ${describeEvent(event)}, ${printable(event.roleArn!)}`),
    ...limits(trail),
    LAG,
  ];
  const [last] = own;
  if (last === undefined) {
    return unknown(
      `CloudTrail holds no call of ${subjectOf(facts)} for the role: no pod has asked, or it is not written down yet.`,
      { evidence },
    );
  }
  if (last.errorCode === undefined) {
    return ok(`The last call that CloudTrail holds has succeeded, ${ago(last, facts.now)}.`, evidence);
  }
  const summary = `The last call that CloudTrail holds was refused with ${printable(last.errorCode)}, `
    + `${ago(last, facts.now)}`;
  const isMended = facts.assumed && 'value' in facts.assumed && 'assumedRoleArn' in facts.assumed.value;
  if (isMended) return ok(`${summary}; it works now.`, evidence);
  if (facts.now.getTime() - last.time.getTime() > RECENT) {
    return unknown(`${summary}, and none since: it is mended, or no pod asks any more.`, { evidence });
  }
  return wrong(`${summary}.`, {
    evidence,
    fix: [
      'Mend what the checks before have found. If they have found nothing, it was mended since, or the organization '
        + 'forbids it (SCP, RCP).',
    ],
  });
}

function describeEvent({ time, subject, errorCode, errorMessage }: TrailEvent): string {
  const what =
    errorCode === undefined ? 'succeeded' : `${errorCode}${errorMessage === undefined ? '' : `: ${errorMessage}`}`;
  return printable(`${time.toISOString()} ${subject ?? 'by an unknown subject'}: ${what}`);
}

function limits({ since, regions, complete }: Trail): string[] {
  return [
    `looked at: ${regions.join(' and ')}, since `
      + `${since.toISOString()}${complete ? '' : ', the newest events only: not all could be read'}; STS writes down `
      + 'what it is asked in the region where it is asked',
  ];
}

function ago({ time }: TrailEvent, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - time.getTime()) / 60_000));
  return minutes < 120 ? `${counted(minutes, 'minute')} ago` : `${counted(Math.round(minutes / 60), 'hour')} ago`;
}

export const TRAIL_CHECKS: readonly Check[] = [TRAIL];
