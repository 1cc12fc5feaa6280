/**
 * The access map of a running cluster, in the same form as that of templates and manifests.
 */
import { createHash } from 'crypto';
import { ListName, qualifiedName } from './api-lists';
import { ClusterObject, LiveAuthentication, LiveFacts, LiveRole } from './live-facts';
import { principalsOf } from './live-principals';
import {
  Access, AccessMap, Association, Place, Policy, Role, ServiceAccount, Text, Workload,
} from '../../../analysis/access-map';
import { accessOf, clustersOf } from '../../../analysis/admission/access';
import { closedByGuards } from '../../../analysis/guard/closed-by';
import { recognizeGuards } from '../../../analysis/guard/guard';
import { arnParts } from '../../../analysis/iam/patterns';
import { isObject } from '../../../analysis/json-values';
import { builtInBindings, builtInRoles } from '../../../analysis/rbac/built-in-roles';
import { RbacBinding, RbacObjects, RbacRole } from '../../../analysis/rbac-objects';
import { reachesOf } from '../../../analysis/reach/reaches';
import { admissionObjectsOf } from '../../../analysis/reading/admission-policies';
import { ManifestObject } from '../../../analysis/reading/manifest-objects';
import { addRbac, noRbac } from '../../../analysis/reading/rbac';
import { standIn } from '../../../analysis/stand-in';
import { audienceOf, ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';
import { Read } from '../facts';
import { readRoleArn } from '../role-arn';

export interface LiveMap {
  readonly map: AccessMap;
  /** What could not be read, each with the reason. */
  readonly unread: readonly string[];
  /** Whether everything in the cluster that determines who can act as service accounts was read; not the roles. */
  readonly isWholeCluster: boolean;
  /** Equal for equal states of the cluster. */
  readonly digest: string;
}

/** A placeholder for policies that could not be read: what they allow is unknown. */
const NOT_READ: Policy = { name: 'that could not be read', kind: 'managed' };
const POLICY_KINDS = { attached: 'managed', inline: 'inline', boundary: 'boundary' } as const;

export function liveMapOf(facts: LiveFacts): LiveMap {
  const place: Place = { file: `<cluster ${facts.title}>` };
  const read = facts.roles.map(role => roleOf(role, facts.region, place));
  const arns = new Set(read.map(({ arn }) => arn));
  const isThere = (arn: Text) => arns.has(arn) || !facts.listedAccounts.includes(arnParts(arn)[4]);
  const serviceAccounts = serviceAccountsOf(facts, place, isThere);
  const associations = associationsOf(facts, place, isThere);
  const unknown = serviceAccounts.filter(({ roleArn }) => roleArn !== undefined && !arns.has(roleArn));
  const roles = [
    ...read, ...[...new Set(unknown.map(({ roleArn }) => roleArn!))].map(arn => unreadRole(arn, facts.region, place)),
  ];
  const access = [
    ...accessOf(read, serviceAccounts, associations).filter(entry => isOfCluster(entry, facts)),
    ...unknown.map(account => annotatedAccess(account, facts)),
  ];
  const workloads = workloadsOf(facts, place);
  const rbac = rbacOf(facts, place);
  const principals = principalsOf(facts, place);
  const { guards, otherPolicies } = guardsOf(facts, place);
  const { clusterArn, issuer, authentication } = facts;
  const clusters = clusterArn === undefined ? [] : [{
    arns: [clusterArn],
    issuer: issuer ?? '',
    authenticationMode: authentication && 'value' in authentication.mode ? authentication.mode.value : '',
    place,
  }];
  const closedBy = closedByGuards(guards, { access, principals, clusters });
  const map: AccessMap = {
    clusters: clustersOf(access),
    providers: [],
    roles,
    serviceAccounts,
    associations,
    addons: [],
    workloads,
    impersonators: [],
    annotations: [],
    repeatedKeys: [],
    access,
    rbac,
    principals,
    guards,
    otherPolicies,
    ...reachesOf({ rbac, workloads, access, serviceAccounts, principals, clusters }, {
      isComplete: isWhole(facts), ...closedBy !== undefined && { closedBy },
    }),
    accounts: [...new Set(roles.map(({ account }) => account))],
    existingRoles: [],
    existingProviders: [],
    changedFiles: [],
    suppressions: [],
    constructPaths: {},
  };
  const content = JSON.stringify({ roles, serviceAccounts, associations, workloads, rbac, principals });
  const unread = unreadIn(facts);
  return {
    map,
    unread: [...unread.ofCluster, ...unread.others],
    isWholeCluster: unread.ofCluster.length === 0,
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
  };
}

function roleOf({ role, policies }: LiveRole, region: string, place: Place): Role {
  const { arn, name, trust } = role;
  const [, partition, , , account] = arnParts(arn);
  const isRead = isObject(trust);
  return {
    arn,
    name,
    account,
    region,
    partition,
    trust: isRead ? trust : undefined,
    unresolved: isRead ? [] : ['the trust policy cannot be read'],
    policies: policies === undefined || 'unknown' in policies ? [NOT_READ] : policies.value.map(
      ({ name: policy, kind, arn: policyArn, document }): Policy => ({
        name: policy,
        kind: POLICY_KINDS[kind],
        ...policyArn !== undefined && { arn: policyArn },
        ...'value' in document && isObject(document.value) && { document: document.value },
        place,
      }),
    ),
    place,
  };
}

/** A role of which only the ARN is known, from the service account that names it. */
function unreadRole(arn: Text, region: string, place: Place): Role {
  const [, partition, , , account] = arnParts(arn);
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const unknown = { trust: undefined, unresolved: ['the role could not be read'], policies: [NOT_READ] };
  return { arn, name, account, region, partition, ...unknown, place };
}

/** The access of a service account whose role could not be read: it may have it. */
function annotatedAccess({ namespace, name, audience, roleArn }: ServiceAccount, { issuer }: LiveFacts): Access {
  const cluster = issuer ?? standIn('not known');
  return { cluster, namespace, serviceAccount: name, audience, via: 'irsa', role: roleArn!, used: true };
}

/** Without the annotation if its role does not exist. */
function serviceAccountsOf({ objects }: LiveFacts, place: Place, isThere: (arn: Text) => boolean): ServiceAccount[] {
  return valuesIn(objects.serviceAccounts).map(({ namespace, name, annotations }) => {
    const roleArn = annotations[ROLE_ARN_ANNOTATION];
    const isGiven = roleArn !== undefined && roleArn !== '' && 'value' in readRoleArn(roleArn) && isThere(roleArn);
    return { namespace, name, ...isGiven && { roleArn }, audience: audienceOf(annotations), place };
  });
}

function associationsOf(
  { associations, clusterArn = '' }: LiveFacts, place: Place, isThere: (arn: Text) => boolean,
): Association[] {
  return valuesIn(associations).flatMap(({ namespace, name, identity }): Association[] => {
    if ('unknown' in identity) return [];
    const { roleArn, targetRoleArn, disableSessionTags = false, policy } = identity.value;
    if (!isThere(roleArn) || (targetRoleArn !== undefined && !isThere(targetRoleArn))) return [];
    return [{
      cluster: clusterArn,
      namespace,
      serviceAccount: name,
      roleArn,
      disableSessionTags,
      ...targetRoleArn !== undefined && { targetRoleArn },
      ...policy !== undefined && { sessionPolicy: isObject(policy) ? policy : null },
      place,
    }];
  });
}

/** Excludes other clusters. If the associations are known, EKS Pod Identity counts only with an association. */
function isOfCluster({ via, cluster, associated }: AccessMap['access'][number], facts: LiveFacts): boolean {
  if (via === 'irsa') return cluster === facts.issuer;
  return associated === true || 'unknown' in facts.associations;
}

function workloadsOf({ objects }: LiveFacts, place: Place): Workload[] {
  return Object.values(objects.workloads).flatMap(list => valuesIn(list))
    .map(workload => ({ ...workload, annotations: {}, spec: {}, place }));
}

function rbacOf({ objects: { rbac }, clusterArn, issuer }: LiveFacts, place: Place): RbacObjects {
  const all = noRbac();
  for (const object of Object.values(rbac).flatMap(list => valuesIn(list))) {
    addRbac(all, manifestObject(object, place), undefined, clusterArn ?? issuer);
  }
  const builtIn = new Set([...builtInRoles(), ...builtInBindings()].map(contentOf));
  // Objects that the API server itself created have no place.
  const isOwn = (object: RbacRole | RbacBinding) => !builtIn.has(contentOf(object));
  return {
    roles: all.roles.map(({ place: at, ...role }) => ({ ...role, ...isOwn(role) && { place: at } })),
    bindings: all.bindings.map(({ place: at, ...binding }) => ({ ...binding, ...isOwn(binding) && { place: at } })),
    unknown: all.unknown,
  };
}

/** Whether all of RBAC was read. */
function isWhole({ objects: { rbac } }: LiveFacts): boolean {
  return Object.values(rbac).every(list => 'value' in list);
}

/** The content without place and cluster. Rules of aggregated roles are computed, so they are left out. */
function contentOf(object: RbacRole | RbacBinding): string {
  const { place: _, cluster: __, ...content } = object;
  return JSON.stringify('aggregation' in content ? { ...content, rules: [] } : content);
}

/** The guards apply to this cluster, whichever cluster they were generated for. */
function guardsOf(
  { objects: { admission } }: LiveFacts, place: Place,
): Required<Pick<AccessMap, 'guards' | 'otherPolicies'>> {
  const objects = Object.values(admission).flatMap(list => valuesIn(list))
    .flatMap(object => admissionObjectsOf(manifestObject(object, place)));
  const { guards, others } = recognizeGuards(objects);
  return { guards: guards.map(guard => ({ ...guard, clusters: [] })), otherPolicies: others };
}

function manifestObject(object: ClusterObject, at: Place): ManifestObject {
  return {
    object,
    source: { node: () => undefined, mayRepeatKeys: false, placeOf: () => at },
    at,
    positionOf: () => undefined,
  };
}

function valuesIn<T>(read: Read<T[]>): T[] {
  return 'value' in read ? read.value : [];
}

type Named = readonly [what: string, read: Read<unknown>];

/** What could not be read, each with the reason. */
function unreadIn(
  { objects, authentication, associations, unreadRoles }: LiveFacts,
): { readonly ofCluster: readonly string[]; readonly others: readonly string[] } {
  const { serviceAccounts, rbac, admission, workloads } = objects;
  const ofCluster: Named[] = [
    ...Object.entries({ serviceaccounts: serviceAccounts, ...rbac, ...admission, ...workloads })
      .map(([name, list]): Named => [qualifiedName(name as ListName), list]),
    ...authentication === undefined ? [] : ofAuthentication(authentication),
  ];
  const ofRoles: Named[] = [
    ['EKS Pod Identity associations', associations],
    ...valuesIn(associations).map(({ namespace, name, identity }): Named =>
      [`association of ${namespace}/${name}`, identity]),
  ];
  const inWords = (all: readonly Named[]) =>
    all.flatMap(([what, read]) => ('unknown' in read ? [`${what} (${read.unknown})`] : []));
  return { ofCluster: inWords(ofCluster), others: [...inWords(ofRoles), ...unreadRoles] };
}

function ofAuthentication({ mode, entries, awsAuth }: LiveAuthentication): Named[] {
  return [
    ['authentication mode of the cluster', mode],
    ['access entries', entries],
    ['ConfigMap kube-system/aws-auth', awsAuth],
    ...valuesIn(entries).flatMap(({ principal, unread, policies }): Named[] => [
      [`access entry of ${principal}`, unread === undefined ? { value: undefined } : { unknown: unread }],
      [`access policies of ${principal}`, policies],
    ]),
  ];
}
