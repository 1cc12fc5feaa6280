import { issuerOf, roleArnOf, subjectOf } from './web-identity';
import { counted, printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Facts, Trail, TrailEvent } from '../facts';

const SHOWN = 5;
/** A refused pod keeps retrying. After this time without a call, the problem is fixed or the pod was deleted. */
const RECENT = 3_600_000;
/** How AWS describes an explicit Deny that the role's account cannot read. */
const OF_ORGANIZATION = /(service|resource) control policy/i;
const LAG = 'CloudTrail lags about 15 minutes, sometimes more; recent calls may be missing';

const TRAIL: Check = {
  id: 'cloudtrail',
  title: 'the latest calls in CloudTrail',
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
      `CloudTrail has no call by ${subjectOf(facts)} for the role: no pod made one, or it is not recorded yet.`,
      { evidence },
    );
  }
  if (last.errorCode === undefined) {
    return ok(`The latest call in CloudTrail succeeded ${ago(last, facts.now)}.`, evidence);
  }
  const summary = `The latest call in CloudTrail was refused with ${printable(last.errorCode)} `
    + `${ago(last, facts.now)}`;
  const isFixed = facts.assumed && 'value' in facts.assumed && 'assumedRoleArn' in facts.assumed.value;
  if (isFixed) return ok(`${summary}. The role can be assumed now.`, evidence);
  if (facts.now.getTime() - last.time.getTime() > RECENT) {
    return unknown(
      `${summary}, and there was no call since. Either the problem is fixed, or no pod requests the role anymore.`,
      { evidence },
    );
  }
  if (OF_ORGANIZATION.test(last.errorMessage ?? '')) {
    return failed(`${summary}, by an organization policy.`, {
      evidence,
      fix: [
        'Narrow the Deny in the policy that the message names. Only the management account of your organization can do '
          + 'that. Then check with --assume whether the role can be assumed.',
      ],
    });
  }
  // The records lag and do not show fixes, so the problem may be fixed already.
  return unknown(`${summary}.`, {
    evidence,
    fix: [
      'Fix what the other checks found. If they found nothing, either the problem has been fixed since, or the doctor '
        + 'cannot read the cause. Use --assume to try it now.',
    ],
    decisive: true,
  });
}

function describeEvent({ time, subject, errorCode, errorMessage }: TrailEvent): string {
  const what =
    errorCode === undefined ? 'succeeded' : `${errorCode}${errorMessage === undefined ? '' : `: ${errorMessage}`}`;
  return printable(`${time.toISOString()} ${subject ?? 'unknown subject'}: ${what}`);
}

function limits({ since, regions, complete }: Trail): string[] {
  return [
    `searched: ${regions.join(' and ')}, since ${since.toISOString()}${
      complete ? '' : '; only the newest events could be read'}; calls are recorded in the region where they are made`,
  ];
}

function ago({ time }: TrailEvent, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() - time.getTime()) / 60_000));
  return minutes < 120 ? `${counted(minutes, 'minute')} ago` : `${counted(Math.round(minutes / 60), 'hour')} ago`;
}

export const TRAIL_CHECKS: readonly Check[] = [TRAIL];
