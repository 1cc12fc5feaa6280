/**
 * Surveys all service accounts of a cluster with a role, their pods, and roles that trust missing service accounts.
 * Reads lists page by page, without a call per service account or role.
 */
import { Status } from './check';
import { judgeIssuer } from './checks/cluster-checks';
import { INJECTION_CHECKS } from './checks/pod-checks';
import { hasPodIdentity } from './checks/pods';
import { providerArn } from './checks/web-identity';
import { diagnose, Outcome, worstOf } from './diagnosis';
import { EksCluster, Facts, IamProvider, IamRole, PodObject, Read, ServiceAccountObject, Webhook } from './facts';
import { LiveFacts } from './live/live-facts';
import { LivePeople } from './live/live-people';
import { readLive } from './live/read-live';
import { Aws } from './read/aws';
import { Kubernetes, KubernetesProblem } from './read/kubernetes';
import { readRoleArn } from './role-arn';
import { requireCluster } from './session';
import { admission } from '../../analysis/admission/admission';
import { tokenAudience, webIdentityRequest } from '../../analysis/admission/trust-requests';
import { withoutScheme } from '../../analysis/iam/claims';
import { literal, matches, pattern, Symbols } from '../../analysis/iam/patterns';
import { trustedBy } from '../../analysis/reading/trusted-subjects';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { audienceOf, ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';

interface SurveyProps {
  readonly aws: Aws;
  readonly kubernetes: Kubernetes;
  readonly cluster: Read<EksCluster | undefined>;
  /** Undefined for a cluster outside EKS. */
  readonly clusterName?: string;
  /** Of a cluster outside EKS, with `https://`. */
  readonly issuerUrl?: string;
  /** The issuer that the API server publishes; only for a cluster outside EKS. */
  readonly apiIssuer?: Read<string>;
  /** Undefined for all namespaces. */
  readonly namespace?: string;
  readonly progress: (words: string) => void;
  /** Finds who can act as the service accounts; undefined to skip that. */
  readonly judgePeople?: JudgePeople;
}

export type JudgePeople = (facts: LiveFacts, namespace: string | undefined) => LivePeople;

/** A service account that has a role. */
export interface SurveyedAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** As annotated. */
  readonly roleArn: string;
  readonly status: Status;
  /** What is wrong, or why this is unknown. */
  readonly reason?: string;
}

/** A role that trusts missing service accounts of the cluster: anyone who creates one of them gets the role. */
export interface LeftoverRole {
  /** ARN. */
  readonly role: string;
  /** `namespace/name`, or patterns that no service account matches. */
  readonly missing: string[];
  /** Whether it also trusts existing service accounts. */
  readonly used: boolean;
}

/** The result of one of several contexts. */
export type ContextSurvey = { readonly context: string }
  & ({ readonly survey: Survey } | { readonly problem: string });

export interface Survey {
  readonly time: Date;
  /** Undefined for a cluster outside EKS. */
  readonly clusterName?: string;
  /** Of a cluster outside EKS, with `https://`. */
  readonly issuerUrl?: string;
  readonly region: string;
  /** The account whose roles were listed. */
  readonly account?: string;
  readonly namespace?: string;
  /** What was not checked, as text. */
  readonly notChecked: string[];
  /** The issuer and the provider, which concern all service accounts. */
  readonly provider: { readonly status: Status; readonly summary: string };
  readonly accounts: SurveyedAccount[];
  readonly leftoverRoles: LeftoverRole[];
  /** How many were read, including those without a role. */
  readonly counted: { readonly serviceAccounts: number; readonly roles: number };
  /** Information only: the doctor assumes that access is intended. */
  readonly people?: LivePeople;
  readonly outcome: Outcome;
}

/** @throws UnusableInput if a required list cannot be read */
export async function survey({
  aws,
  kubernetes,
  cluster,
  clusterName,
  issuerUrl,
  apiIssuer,
  namespace,
  progress,
  judgePeople,
}: SurveyProps): Promise<Survey> {
  const issuer = issuerUrl === undefined ? issuerOf(cluster, clusterName) : withoutScheme(issuerUrl);
  const [all, roles, providers] = await Promise.all([
    serviceAccounts(kubernetes, namespace, progress),
    collect(aws.listRoles(), count => progress(`${count} roles …`)),
    aws.providers(`https://${issuer}`, { unknown: 'of many' }),
  ]).finally(() => progress(''));
  const account = 'value' in aws.roleCaller ? aws.roleCaller.value.account : undefined;
  const judge = new Judge(issuer, account, new Map(roles.map(role => [role.arn, role])), providers);
  const annotated = all.filter(({ annotations }) => ROLE_ARN_ANNOTATION in annotations);
  const names = new Set(annotated.map(nameOf));
  const pods = await kubernetes.livePods(namespace, pod => names.has(`${pod.namespace}/${pod.serviceAccount}`));
  const byAccount = 'value' in pods ? groupByAccount(pods.value) : undefined;
  const webhooks = await kubernetes.webhooks({ pods: 'value' in pods ? pods.value : [] });
  const accounts = annotated
    .map(serviceAccount =>
      withPods(judge.account(serviceAccount), { clusterName, issuerUrl, serviceAccount, pods: byAccount, webhooks }));
  const leftoverRoles = leftoverRolesOf(roles, issuer, all, namespace);
  const provider = otherIssuer(issuerUrl, apiIssuer) ?? judge.provider();
  const people = judgePeople === undefined ? undefined : await peopleOf();
  return {
    time: new Date(),
    clusterName,
    issuerUrl,
    region: aws.region,
    account,
    namespace,
    notChecked: [
      ...'unknown' in pods ? [`pods (${pods.unknown})`] : [],
      ...'unknown' in webhooks ? [`the webhook (${webhooks.unknown})`] : [],
      'policies',
      ...issuerUrl === undefined ? ['EKS Pod Identity'] : [],
      ...people?.unreadable.length === 0 ? [] : ['some ways to act as the service accounts (see below)'],
    ],
    people,
    provider,
    accounts: accounts.sort(byStatus),
    leftoverRoles,
    counted: { serviceAccounts: all.length, roles: roles.length },
    outcome: outcomeOf([
      provider.status,
      ...accounts.map(({ status }) => status),
      ...leftoverRoles.map((): Status => 'failed'),
      ...accounts.length > 0 && 'unknown' in pods ? ['unknown' as const] : [],
    ]),
  };

  async function peopleOf(): Promise<LivePeople> {
    progress('who can act as the service accounts …');
    const props = { aws, kubernetes, cluster, clusterName, issuerUrl, withPolicies: false, roles };
    const facts = await readLive(props).finally(() => progress(''));
    return judgePeople!(facts, namespace);
  }
}

/** The verdict on an issuer that the API server does not confirm; undefined if it does. */
function otherIssuer(
  issuerUrl: string | undefined, apiIssuer: Read<string> | undefined,
): Survey['provider'] | undefined {
  if (issuerUrl === undefined || apiIssuer === undefined) return undefined;
  const verdict = judgeIssuer(issuerUrl, apiIssuer);
  return verdict.status === 'ok' ? undefined : { status: verdict.status, summary: verdict.summary };
}

function groupByAccount(pods: readonly PodObject[]): Map<string, PodObject[]> {
  const groups = new Map<string, PodObject[]>();
  for (const pod of pods) {
    const key = `${pod.namespace}/${pod.serviceAccount}`;
    groups.set(key, [...groups.get(key) ?? [], pod]);
  }
  return groups;
}

function nameOf({ namespace, name }: ServiceAccountObject): string {
  return `${namespace}/${name}`;
}

interface Running {
  readonly clusterName?: string;
  readonly issuerUrl?: string;
  readonly serviceAccount: ServiceAccountObject;
  /** By `namespace/service account`; undefined if they could not be read. */
  readonly pods?: ReadonlyMap<string, PodObject[]>;
  readonly webhooks: Read<Webhook[]>;
}

/** If AWS allows the service account, its pods are checked as for a single service account. */
function withPods(surveyed: SurveyedAccount, running: Running): SurveyedAccount {
  const { serviceAccount, clusterName, issuerUrl, webhooks } = running;
  if (surveyed.status !== 'ok' || running.pods === undefined) return surveyed;
  const pods = running.pods.get(nameOf(serviceAccount)) ?? [];
  if (pods.some(hasPodIdentity)) {
    return { ...surveyed, status: 'unknown', reason: 'its pods use EKS Pod Identity, which --all does not check' };
  }
  const { namespace, name } = serviceAccount;
  const notRead = { unknown: 'not read' };
  const facts: Facts = {
    question: { clusterName, issuerUrl, namespace, serviceAccount: name },
    now: new Date(),
    region: '',
    caller: notRead,
    roleCaller: notRead,
    cluster: notRead,
    providers: notRead,
    namespace: { value: { name: namespace } },
    serviceAccount: { value: serviceAccount },
    role: notRead,
    policies: notRead,
    webhooks,
    podIdentities: notRead,
    pods: { value: pods },
    trail: notRead,
  };
  const { finding, unknowns } = diagnose(INJECTION_CHECKS, facts);
  const decisive = finding ?? unknowns.find(check => check.decisive);
  return decisive === undefined ? surveyed : { ...surveyed, status: decisive.status, reason: decisive.summary };
}

function issuerOf(cluster: Read<EksCluster | undefined>, name = ''): string {
  const { issuerUrl } = requireCluster(cluster, name);
  if (issuerUrl === undefined) throw new UnusableInput(`Cluster ${name} has no OIDC issuer. IRSA requires one.`);
  return withoutScheme(issuerUrl);
}

/** Each namespace has at least the service account `default`. Without any, the namespace may not exist. */
async function serviceAccounts(
  kubernetes: Kubernetes,
  namespace: string | undefined,
  progress: SurveyProps['progress'],
): Promise<ServiceAccountObject[]> {
  try {
    const all = await collect(kubernetes.serviceAccounts(namespace), count =>
      progress(`${count} service accounts …`),
    );
    if (all.length > 0 || namespace === undefined) return all;
    const found = await kubernetes.namespace(namespace);
    if ('value' in found && found.value === undefined) {
      throw new UnusableInput(`Namespace ${namespace} does not exist in the cluster.`);
    }
    return all;
  } catch (error) {
    throw error instanceof KubernetesProblem
      ? new UnusableInput(`The service accounts cannot be listed: ${error.message}.`)
      : error;
  }
}

async function collect<T>(items: AsyncGenerator<T>, progress: (count: number) => void): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
    if (all.length % 500 === 0) progress(all.length);
  }
  return all;
}

const OUTCOMES: Record<Status, Outcome> = { ok: 'healthy', failed: 'unhealthy', unknown: 'unknown' };

function outcomeOf(statuses: Status[]): Outcome {
  return worstOf(statuses.map(status => OUTCOMES[status]));
}

const ORDER: Status[] = ['failed', 'unknown', 'ok'];

function byStatus(left: SurveyedAccount, right: SurveyedAccount): number {
  const key = ({ status, namespace, serviceAccount }: SurveyedAccount) =>
    `${ORDER.indexOf(status)} ${namespace}/${serviceAccount}`;
  return key(left) < key(right) ? -1 : 1;
}

/** Judges provider and service accounts by the lists. */
class Judge {
  constructor(
    private readonly issuer: string,
    private readonly ownAccount: string | undefined,
    private readonly roles: ReadonlyMap<string, IamRole>,
    private readonly providers: Read<IamProvider[]>,
  ) {}

  public provider(): Survey['provider'] {
    if ('unknown' in this.providers) {
      return {
        status: 'unknown',
        summary: `Cannot tell whether IAM has an OIDC provider for ${this.issuer}: ${this.providers.unknown}.`,
      };
    }
    if (this.own() === undefined) {
      return {
        status: 'failed',
        summary: `There is no IAM OIDC provider for ${this.issuer} in account ${this.ownAccount}, so no service `
          + 'account gets a role. Register the issuer: new ClusterOidcProvider(stack, \'Oidc\', { issuerUrl }).',
      };
    }
    if (this.clientIds() === undefined) {
      return {
        status: 'unknown',
        summary: `IAM has an OIDC provider for ${this.issuer}, but its audiences are unknown: `
          + `${this.unread()}.`,
      };
    }
    return { status: 'ok', summary: `IAM has an OIDC provider for ${this.issuer}.` };
  }

  public account({ namespace, name, annotations }: ServiceAccountObject): SurveyedAccount {
    const roleArn = annotations[ROLE_ARN_ANNOTATION];
    const audience = tokenAudience(audienceOf(annotations), this.issuer);
    return { namespace, serviceAccount: name, roleArn, ...this.verdict(roleArn, namespace, name, audience) };
  }

  private verdict(
    text: string,
    namespace: string,
    name: string,
    audience: string,
  ): Pick<SurveyedAccount, 'status' | 'reason'> {
    const arn = readRoleArn(text);
    if ('unknown' in arn) return { status: 'failed', reason: arn.unknown };
    const { account, partition } = arn.value;
    if (account !== this.ownAccount) {
      return {
        status: 'unknown',
        reason: `the role is in account ${account}, but the credentials are for account ${this.ownAccount}; `
          + 'use --role-profile',
      };
    }
    const role = this.roles.get(text);
    if (role === undefined) return { status: 'failed', reason: 'the role does not exist' };

    const { issuer } = this;
    const provider = providerArn({ partition, account }, issuer);
    const caller = { namespace, serviceAccount: name, providerArn: provider, issuer, audience };
    const { answer, reasons } = admission(role.trust, webIdentityRequest(caller));
    const why = reasons.join('; ');
    if (answer === 'unknown') {
      return { status: 'unknown', reason: `cannot tell whether the trust policy allows it: ${why}` };
    }
    if (answer === 'out') return { status: 'failed', reason: `the trust policy does not allow it: ${why}` };
    const clientIds = this.clientIds();
    return clientIds && !clientIds.includes(audience)
      ? { status: 'failed', reason: `the provider does not accept its audience ${audience}` }
      : { status: 'ok' };
  }

  private own(): IamProvider | undefined {
    return 'value' in this.providers ? this.providers.value.find(({ issuer }) => issuer === this.issuer) : undefined;
  }

  private unread(): string {
    const details = this.own()?.details;
    return details && 'unknown' in details ? details.unknown : 'its client IDs were not read';
  }

  private clientIds(): string[] | undefined {
    const details = this.own()?.details;
    return details && 'value' in details ? details.value.clientIds : undefined;
  }
}

/** The roles whose trust policies name missing service accounts of this cluster. */
function leftoverRolesOf(
  roles: readonly IamRole[], issuer: string, all: readonly ServiceAccountObject[], namespace: string | undefined,
): LeftoverRole[] {
  const existing = new Set(all.map(account => `${account.namespace}/${account.name}`));
  const names = [...existing].map(literal);
  const isMatched = (wanted: Symbols) => names.some(name => matches(wanted, name) === true);
  const exists = (subject: string) => existing.has(subject) || (/[*?]/.test(subject) && isMatched(pattern(subject)));
  return roles.flatMap((role): LeftoverRole[] => {
    const trusted = trustedBy(role.trust).filter(
      ({ via, cluster, namespace: own }) =>
        via === 'irsa' && cluster === issuer && (namespace === undefined || own === namespace),
    );
    const subjects = [...new Set(trusted.map(({ namespace: own, serviceAccount }) => `${own}/${serviceAccount}`))];
    const missing = subjects.filter(subject => !exists(subject));
    return missing.length === 0 ? [] : [{ role: role.arn, missing, used: missing.length < subjects.length }];
  });
}
