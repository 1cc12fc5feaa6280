/**
 * Whether service accounts can assume the roles that manifests and associations give them.
 */
import { Admission } from './admission';
import { admissionTo, roleAdmission } from './role-admission';
import { callerAnswer, isOtherAccount, NextRole, trustAnswer } from './role-chains';
import {
  AdmissionRequest, ASSUME_ROLE, PodIdentityCaller, podIdentityRequest, TAG_SESSION, targetRoleRequest,
} from './trust-requests';
import { AccessMap, Association, Role, ServiceAccount } from '../access-map';
import { claimOf, isClaim } from '../iam/claims';
import { grouped } from '../json-values';
import { conditionsOf, statementsOf } from '../reading/trusted-subjects';
import { annotatedIn } from '../rules/words';

/** Whether a service account can assume the role in its annotation. */
export interface ManifestAdmission {
  readonly serviceAccount: ServiceAccount;
  readonly role: Role;
  readonly admission: Admission;
  /** Audiences with which it could assume the role. Only for `out`. */
  readonly audiences: string[];
}

const ADMISSIONS = new WeakMap<AccessMap, ManifestAdmission[]>();

/** Admissions of the ServiceAccounts that are annotated with a role of the app. Cached, because two rules need them. */
export function admissionsOf(map: AccessMap): ManifestAdmission[] {
  const known = ADMISSIONS.get(map);
  if (known) return known;
  const roles = grouped(map.roles, ({ arn }) => arn);
  const keyOf = (...names: string[]) => JSON.stringify(names);
  const associated = new Set(map.associations
    .map(({ namespace, serviceAccount, roleArn }) => keyOf(namespace, serviceAccount, roleArn)));
  // An association takes precedence over the annotation, which aws-eks also writes.
  const annotated = annotatedIn(map)
    .filter(({ namespace, name, roleArn }) => !associated.has(keyOf(namespace, name, roleArn)));
  const admissions = annotated.flatMap(serviceAccount => {
    // Roles in environment-agnostic stacks can have the same ARN.
    const all = (roles.get(serviceAccount.roleArn) ?? []).map(role => admissionOf(serviceAccount, role));
    const first = (answer: Admission['answer']) => all.find(({ admission }) => admission.answer === answer);
    return first('in') ?? first('unknown') ?? first('out') ?? [];
  });
  ADMISSIONS.set(map, admissions);
  return admissions;
}

function admissionOf(serviceAccount: ServiceAccount, role: Role): ManifestAdmission {
  const admission = ask(role, serviceAccount, serviceAccount.audience);
  const isIn = (audience: string) => ask(role, serviceAccount, audience).answer === 'in';
  const audiences = admission.answer === 'out' ? audiencesOf(role).filter(isIn) : [];
  return { serviceAccount, role, admission, audiences };
}

/** The cluster of a manifest is not known, so any cluster that the role trusts is enough. */
function ask(role: Role, { namespace, name }: ServiceAccount, audience: string): Admission {
  return roleAdmission(role, { namespace, serviceAccount: name, audience });
}

/** Whether the pods of an association can assume its role. */
export function associationAdmission(role: Role, association: Association): Admission {
  return whateverTags(association, sessionTags =>
    admissionTo(role, podIdentityRequest({ ...callerOf(association), sessionTags })));
}

/** Whether the trust policy of an association's target role allows the association's role. */
export function targetTrustAdmission(target: Role, association: Association): Admission {
  return whateverTags(association, sessionTags => admissionTo(target, requestFor(association, sessionTags)));
}

/**
 * Whether EKS can assume the target role of an association, by its trust policy and, if known, by the policies of the
 * association's role.
 */
export function targetAdmission(target: Role, association: Association, role: Role | undefined): Admission {
  const admission = targetTrustAdmission(target, association);
  if (role === undefined || admission.answer === 'out') return admission;
  const [missing] = missingForTarget(target, association, role);
  return missing === undefined
    ? admission
    : { answer: 'out', reasons: [`the policies of role ${role.name} do not allow ${missing} on ${target.arn}`] };
}

/**
 * Actions on the target role that the policies of the association's role certainly do not allow. Empty if they may not
 * be needed, because a target role in the same account may trust the role directly.
 */
export function missingForTarget(target: NextRole, association: Association, role: Role): string[] {
  const missing = sessionTagsOf(association).map(sessionTags => {
    const request = requestFor(association, sessionTags);
    const isNeeded = isOtherAccount(role, target) || trustAnswer(target, request, ASSUME_ROLE) !== 'out';
    return !isNeeded ? [] : request.actions.filter(action => {
      const isTrusted = action !== TAG_SESSION || trustAnswer(target, request, action) !== 'out';
      return callerAnswer({ role }, target, request, action, isTrusted ? action : ASSUME_ROLE) === 'out';
    });
  });
  return missing[0].filter(action => missing.every(actions => actions.includes(action)));
}

function requestFor(association: Association, sessionTags: boolean): AdmissionRequest {
  return targetRoleRequest({ ...callerOf(association), sessionTags, roleArn: association.roleArn });
}

function callerOf({ cluster, namespace, serviceAccount }: Association): Omit<PodIdentityCaller, 'sessionTags'> {
  return { clusterArn: cluster, namespace, serviceAccount };
}

/** Whether sessions have tags: one answer, or both if it is only known at deployment. */
function sessionTagsOf({ disableSessionTags = false }: Association): boolean[] {
  return disableSessionTags === 'unknown' ? [true, false] : [!disableSessionTags];
}

function whateverTags(association: Association, answer: (sessionTags: boolean) => Admission): Admission {
  const [first, ...others] = sessionTagsOf(association).map(answer);
  return others.every(other => other.answer === first.answer)
    ? first
    : {
      answer: 'unknown',
      reasons: ['whether the association disables session tags is only known at deployment'],
    };
}

/** Audiences in conditions. */
function audiencesOf({ trust }: Role): string[] {
  const conditions = statementsOf(trust).flatMap(conditionsOf);
  const named = conditions.filter(({ key }) => isClaim(key) && claimOf(key).toLowerCase() === 'aud');
  return [...new Set(named.flatMap(({ values }) => values))];
}
