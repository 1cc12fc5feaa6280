/**
 * Role chains need permission on both sides, and must pass on the session tags of EKS Pod Identity.
 */
import { Found, Rule } from './rule';
import { rolesByArn } from './words';
import { AccessMap, Association, Place, Role } from '../access-map';
import { admission } from '../admission/admission';
import { Chain, chainsOf } from '../admission/chains';
import { missingForTarget } from '../admission/manifest-admissions';
import { callerAnswer, isForbidden, isOtherAccount, NextRole, trustAnswer } from '../admission/role-chains';
import { AdmissionRequest, ASSUME_ROLE, chainRequest, sessionRequest, TAG_SESSION } from '../admission/trust-requests';
import { arnParts } from '../iam/patterns';
import { listInShort } from '../lists';

const MAX_NAMES = 3;
const NO_TAGS = 'or set DisableSessionTags on the association';

export const CHAIN_WITHOUT_TAG_SESSION: Rule = {
  id: 'chain-without-tag-session',
  severity: 'error',
  title: 'A role chain that starts with EKS Pod Identity but lacks `sts:TagSession`: in the trust policy of the next '
    + 'role, or in the policies of the caller if the next role is in another account or trusts the account',
  why: 'The session tags are transitive, so STS refuses the next role: `not authorized to perform: sts:TagSession`. '
    + 'IRSA sessions and sessions of associations with `DisableSessionTags` have no tags and do not need it.',
  check: map => [
    ...chainsOf(map).flatMap(chain => [...withoutTagInTrust(chain), ...withoutTagInPolicies(chain)]),
    ...targetsOf(map).flatMap(target => (target.missing.join() === TAG_SESSION ? [targetFinding(target)] : [])),
  ],
};

export const BROKEN_CHAIN: Rule = {
  id: 'broken-chain',
  severity: 'error',
  title: 'A role chain in which one side is missing: an error for target roles, otherwise a warning',
  why: '`AccessDenied`. The next role must trust the caller. The caller also needs permission if the next role is in '
    + 'another account or trusts the account.',
  check: map => [
    ...chainsOf(map).flatMap(chain => brokenHalf(chain)),
    ...targetsOf(map).flatMap(target => (target.missing.includes(ASSUME_ROLE) ? [targetFinding(target)] : [])),
  ],
};

/** The next role allows sts:AssumeRole for sessions with tags, but not sts:TagSession. */
function withoutTagInTrust({ caller, next, associations, isWebIdentity }: Chain): Found[] {
  if (!isInInput(next)) return [];
  const failing = taggedIn(associations, next, association =>
    canAssume(caller, next, association)
    && trustAnswer(next, requestOf(caller, association), TAG_SESSION) === 'out');
  return failing.length === 0 ? [] : [{
    message: `Role ${next.name}: its trust policy allows role ${caller.name} sts:AssumeRole, but not sts:TagSession, `
      + `${consequence(failing, isWebIdentity)}`,
    fix: `Also allow sts:TagSession in the trust policy, as grantAssume() does, ${NO_TAGS}.`,
    place: next.place,
    others: [caller.place],
  }];
}

/** The policies of the caller allow sts:AssumeRole but not sts:TagSession, although both are needed. */
function withoutTagInPolicies({ caller, next, associations, isWebIdentity }: Chain): Found[] {
  const failing = taggedIn(associations, next, association => {
    const request = requestOf(caller, association);
    if (!canAssume(caller, next, association)) return false;
    // If the next role's trust policy lacks sts:TagSession, sts:AssumeRole shows whom it trusts.
    const trustedFor = trustAnswer(next, request, TAG_SESSION) === 'out' ? ASSUME_ROLE : TAG_SESSION;
    return callerAnswer({ role: caller }, next, request, TAG_SESSION, trustedFor) === 'out';
  });
  return failing.length === 0 ? [] : [{
    message: `Role ${caller.name}: its policies allow sts:AssumeRole on ${next.arn}, but not sts:TagSession, `
      + `${consequence(failing, isWebIdentity)} ${whyPolicies(caller, next, TAG_SESSION)}`,
    fix: `Also allow sts:TagSession in its policy, as grantAssume() does, ${NO_TAGS}.`,
    place: caller.place,
    ...isInInput(next) && { others: [next.place] },
  }];
}

function consequence(associations: readonly Association[], isWebIdentity: boolean): string {
  const names = associations.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
  return `which the session tags of EKS Pod Identity need: pods of ${listInShort([...new Set(names)], MAX_NAMES)} `
    + `cannot assume it.${isWebIdentity ? ' Pods that use IRSA have no tags and do not need it.' : ''}`;
}

function whyPolicies(caller: Role, next: NextRole, action: string): string {
  if (isForbidden({ role: caller }, next, action)) return 'A statement denies it, or the boundary does not allow it.';
  return isOtherAccount(caller, next)
    ? 'The next role is in another account.' : 'The next role trusts the account, so the caller needs permission.';
}

/** Whether sts:AssumeRole by itself may succeed. */
function canAssume(caller: Role, next: NextRole, association: Association): boolean {
  const request = requestOf(caller, association);
  return trustAnswer(next, request, ASSUME_ROLE) !== 'out'
    && callerAnswer({ role: caller }, next, request, ASSUME_ROLE) !== 'out';
}

function requestOf({ arn }: Role, { cluster, namespace, serviceAccount }: Association): AdmissionRequest {
  return chainRequest({ clusterArn: cluster, namespace, serviceAccount, sessionTags: true, roleArn: arn });
}

/**
 * The associations with tags that pass a test. They all behave alike unless the next role checks the tags.
 * EKS rejects session policies combined with tags, which another rule reports.
 */
function taggedIn(
  associations: readonly Association[], { trust }: NextRole, test: (association: Association) => boolean,
): Association[] {
  const tagged = associations.filter(({ disableSessionTags = false, sessionPolicy }) =>
    disableSessionTags === false && sessionPolicy === undefined);
  if (/aws:principaltag\//i.test(JSON.stringify(trust) ?? '')) return tagged.filter(test);
  return tagged.slice(0, 1).some(test) ? tagged : [];
}

function brokenHalf({ caller, next, saidBy }: Chain): Found[] {
  if (!isInInput(next)) return [];
  const request = { actions: [ASSUME_ROLE], ...sessionRequest(caller.arn) };
  const { answer, reasons } = admission(next.trust, request);
  const isAllowed = callerAnswer({ role: caller }, next, request, ASSUME_ROLE);
  if (saidBy.has('caller') && answer === 'out' && next.trust !== undefined && isAllowed !== 'out') {
    return [{
      severity: 'warning',
      message: `Role ${caller.name}: its policies allow sts:AssumeRole on role ${next.name}, but that role does not `
        + `trust it: ${reasons.join('; ')}.`,
      fix: 'Add it to the trust policy with trust.addPrincipal() or grantAssume(), or correct the ARN in the policy.',
      place: caller.place,
      others: [next.place],
    }];
  }
  if (saidBy.has('next') && answer !== 'out' && isAllowed === 'out') {
    return [{
      severity: 'warning',
      message: `Role ${next.name}: trusts role ${caller.name}, whose policies do not allow sts:AssumeRole. `
        + whyPolicies(caller, next, ASSUME_ROLE),
      fix: `Allow sts:AssumeRole on ${next.arn} in a policy of role ${caller.name}, for example with grantAssume().`,
      place: next.place,
      others: [caller.place],
    }];
  }
  return [];
}

interface Target {
  readonly association: Association;
  readonly role: Role;
  readonly arn: string;
  readonly target?: Role;
  /** Actions that the policies of the association's role do not allow. */
  readonly missing: readonly string[];
}

function targetsOf(map: AccessMap): Target[] {
  const roles = rolesByArn(map);
  return map.associations.flatMap((association): Target[] => {
    const { roleArn, targetRoleArn: arn } = association;
    const role = roles.get(roleArn);
    if (role === undefined || arn === undefined) return [];
    const target = roles.get(arn);
    const missing = missingForTarget(target ?? { arn, account: arnParts(arn)[4] ?? '' }, association, role);
    return missing.length === 0 ? [] : [{ association, role, arn, ...target && { target }, missing }];
  });
}

function targetFinding({ association, role, arn, target, missing }: Target): Found {
  const { cluster, namespace, serviceAccount, place } = association;
  return {
    message: `Association of ${namespace}/${serviceAccount} with ${cluster}: EKS cannot assume its target role ${arn}, `
      + `because the policies of role ${role.name} do not allow ${missing.join(' and ')} on it.`,
    fix: `Allow ${missing.join(' and ')} on the target role in a policy of role ${role.name}`
      + `${missing.includes(ASSUME_ROLE) ? '' : `, ${NO_TAGS}`}.`,
    place,
    others: [role.place, ...target ? [target.place] : []],
  };
}

function isInInput(next: Chain['next']): next is NextRole & Role & { place: Place } {
  return next.place !== undefined;
}
