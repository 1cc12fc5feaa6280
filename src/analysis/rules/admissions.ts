/**
 * Whether roles let in the service accounts that are meant to use them.
 */
import { AccessMap, Association, Role, ServiceAccount } from '../access-map';
import { grouped, textsOf } from '../json-values';
import { arnParts } from '../patterns';
import { hasStandIn } from '../stand-in';
import { evaluateTrust, TrustAnswer } from '../trust-evaluator';
import { claimsOf, podIdentityRequest, podTags, webIdentityRequest } from '../trust-requests';
import { conditionsOf, issuerOfArn, statementsOf } from '../trusted-subjects';
import { meansWebIdentities } from './web-identities';
import { annotatedIn } from './words';

/** What a role answers to a service account. */
export interface Admission {
  readonly serviceAccount: ServiceAccount;
  readonly role: Role;
  readonly answer: 'in' | 'out' | 'unknown';
  /** Why. */
  readonly reason: string;
  /** That it would let in with these audiences. */
  readonly audiences: string[];
}

const ADMISSIONS = new WeakMap<AccessMap, Admission[]>();

/** Of the ServiceAccounts that are annotated with a role of the app. Asked once a map: two rules want it. */
export function admissionsOf(map: AccessMap): Admission[] {
  const known = ADMISSIONS.get(map);
  if (known) return known;
  const roles = grouped(map.roles, ({ arn }) => arn);
  const keyOf = (...names: string[]) => JSON.stringify(names);
  const associated = new Set(map.associations.map(one => keyOf(one.namespace, one.serviceAccount, one.roleArn)));
  // An association comes before the annotation, which aws-eks writes beside it.
  const annotated = annotatedIn(map).filter(({ namespace, name, roleArn }) => !associated.has(keyOf(namespace, name, roleArn)));
  const admissions = annotated.flatMap(serviceAccount => {
    // Stacks that can go anywhere may have roles of one ARN, as far as anybody knows.
    const all = (roles.get(serviceAccount.roleArn) ?? []).map(role => admissionOf(serviceAccount, role));
    return [...all.filter(({ answer }) => answer === 'in'), ...all.filter(({ answer }) => answer === 'unknown'), ...all].slice(0, 1);
  });
  ADMISSIONS.set(map, admissions);
  return admissions;
}

/** Which cluster the manifest is for nobody says: one of those that the role trusts is enough. */
function admissionOf(serviceAccount: ServiceAccount, role: Role): Admission {
  const providers = providersOf(role);
  const answers = providers.map(provider => ask(role, serviceAccount, provider, serviceAccount.audience));
  const known = { serviceAccount, role, audiences: [] };
  if (answers.some(({ decision }) => decision === 'allow')) return { ...known, answer: 'in', reason: '' };
  const unknowns = [...answers.flatMap(answer => answer.unknowns), ...hasUnknownProvider(role) ? ['only the deployment knows which provider it trusts'] : []];
  if (unknowns.length > 0) return { ...known, answer: 'unknown', reason: unknowns[0] };
  const audiences = providers.flatMap(provider => audiencesOf(role, provider).filter(audience => ask(role, serviceAccount, provider, audience).decision === 'allow'));
  return { ...known, answer: 'out', audiences: [...new Set(audiences)], reason: providers.length === 0 ? 'it trusts no OIDC provider' : nearest(answers) };
}

function ask({ trust }: Role, { namespace, name }: ServiceAccount, provider: string, audience: string): TrustAnswer {
  const issuer = issuerOfArn(provider)!;
  return evaluateTrust(trust, webIdentityRequest(provider, claimsOf(issuer, namespace, name, audience)));
}

/** Why an association is of no use; undefined where it is, or nobody knows. */
export function refusalOf({ trust }: Role, association: Association): { answer: 'out' | 'unknown'; reason: string } | undefined {
  const { cluster, namespace, serviceAccount, disableSessionTags } = association;
  const [, , , , account, resource] = arnParts(cluster);
  const tags = {
    'aws:RequestTag/eks-cluster-arn': cluster,
    'aws:RequestTag/eks-cluster-name': resource.replace(/^cluster\//, ''),
    ...podTags(namespace, serviceAccount),
  };
  const answers = ['sts:AssumeRole', ...disableSessionTags ? [] : ['sts:TagSession']].map(action => evaluateTrust(trust, {
    ...podIdentityRequest(action, { 'aws:SourceArn': cluster, 'aws:SourceAccount': account, ...disableSessionTags ? {} : tags }),
    ...disableSessionTags && { absent: (key: string) => /^aws:requesttag\//i.test(key) },
  }));
  const refused = answers.filter(({ decision }) => decision === 'deny');
  if (refused.length > 0) return { answer: 'out', reason: nearest(refused) };
  const unknowns = answers.flatMap(answer => answer.unknowns);
  return unknowns.length > 0 ? { answer: 'unknown', reason: unknowns[0] } : undefined;
}

/** What misses by the least: all conditions of one statement, rather than a principal. */
function nearest(answers: TrustAnswer[]): string {
  const misses = answers.map(({ nearMisses }) => nearMisses).filter(all => all.length > 0);
  const best = misses.find(([first]) => first.what === 'condition') ?? misses[0];
  if (!best) return answers.some(({ statement }) => statement !== undefined) ? 'a Deny keeps it out' : 'it allows nobody';
  return best.filter(({ statement }) => statement === best[0].statement).map(({ text }) => text).join('; ');
}

function providersOf({ trust }: Role): string[] {
  const allowed = statementsOf(trust).filter(statement => statement?.Effect === 'Allow').flatMap(statement => textsOf(statement.Principal?.Federated));
  return [...new Set(allowed)].filter(arn => issuerOfArn(arn) !== undefined);
}

function hasUnknownProvider({ trust }: Role): boolean {
  return statementsOf(trust).filter(meansWebIdentities).some(({ Principal: principal }) => {
    const arns = textsOf(principal?.Federated);
    return arns.length === 0 || arns.some(arn => issuerOfArn(arn) === undefined && hasStandIn(arn));
  });
}

/** That some condition names. */
function audiencesOf({ trust }: Role, provider: string): string[] {
  const key = `${issuerOfArn(provider)}:aud`.toLowerCase();
  const named = statementsOf(trust).flatMap(conditionsOf).filter(condition => condition.key.toLowerCase() === key).flatMap(({ values }) => values);
  return [...new Set(named)];
}
