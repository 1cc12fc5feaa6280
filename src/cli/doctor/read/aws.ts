/**
 * What the doctor reads from AWS. Changes nothing there, and no credentials leave this file.
 */
import { Agent } from 'https';
import { CloudTrailClient, Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DescribeClusterCommand,
  EKSClient,
  paginateListClusters,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateListRoles,
  Role,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { describeAssociation, readAccessEntries, readAssociations } from './access-entries';
import { decode, orNone, requirePart } from './aws-answers';
import { CannotAskAws, codeOf, fatal, isRefusal, messageOf, reason, redact, unreachable } from './aws-errors';
import { eachInFlight } from './in-flight';
import { proxyAgent } from './proxies';
import { withoutScheme } from '../../../analysis/iam/claims';
import { arnParts } from '../../../analysis/iam/patterns';
import { JsonObject, objectOf, propertyOf } from '../../../analysis/json-values';
import { issuerOfArn } from '../../../analysis/reading/trusted-subjects';
import { SERVICE_ACCOUNT } from '../../../conventions/web-identity';
import {
  Assumed,
  EksCluster,
  Facts,
  IamPolicy,
  IamProvider,
  IamRole,
  IdentityRoles,
  PodIdentity,
  Read,
  ServiceAccountName,
  Simulated,
  Trail,
  TrailEvent,
} from '../facts';
import { LiveAccessEntry, LiveAssociation } from '../live/live-facts';
import { readRoleArn, RoleArn } from '../role-arn';

export interface AwsOptions {
  /** The region of the cluster. Default: from the profile or the environment. */
  readonly region?: string;
  /** For the account of the cluster. Default: the SDK's default credential chain. */
  readonly profile?: string;
  /** For the account of the role, if it is another account. */
  readonly roleProfile?: string;
  /** In milliseconds. */
  readonly timeouts?: { readonly connection: number; readonly request: number };
}

/** The question for AWS, once the annotation was read from Kubernetes. */
export interface AwsQuestion {
  /** Undefined for a cluster outside EKS, so that EKS is not queried. */
  readonly clusterName?: string;
  /** Of a cluster outside EKS. */
  readonly issuerUrl?: string;
  /** The cluster, if already read. */
  readonly cluster?: Read<EksCluster | undefined>;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The value of the annotation, or why it is missing. */
  readonly roleArn: Read<string>;
  readonly action?: string;
  readonly resource?: string;
  readonly now: Date;
}

export type AwsFacts = Pick<
  Facts,
  | 'region'
  | 'caller'
  | 'roleCaller'
  | 'cluster'
  | 'clusterNames'
  | 'providers'
  | 'role'
  | 'policies'
  | 'simulated'
  | 'podIdentities'
  | 'identityRoles'
  | 'otherAssociations'
  | 'trail'
>;

/** The roles of one account. */
export interface RolesOfAccount {
  /** Undefined if the account of the credentials is unknown. */
  readonly account?: string;
  readonly roles: Read<IamRole[]>;
}

type Caller = { readonly account: string; readonly arn: string };

/** The clients for one account. */
interface Side {
  readonly profile?: string;
  readonly settings: Settings;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly caller: Read<Caller>;
}

interface Settings {
  readonly region?: string;
  readonly profile?: string;
  readonly credentials?: ReturnType<typeof fromIni>;
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpsAgent?: Agent;
  };
}

const ATTEMPTS = 4;
const TIMEOUTS = { connection: 5_000, request: 15_000 };
const HOURS = 24;
/** Pages of 50 events. CloudTrail allows two calls per second. */
const TRAIL_PAGES = 10;
/** Where calls to the global endpoint of STS are recorded. */
const GLOBAL_REGION = 'us-east-1';
const SESSION_NAME = 'cdk-irsa-doctor';
const MIN_SESSION = 900;
const NO_ENTITY = ['NoSuchEntity', 'NoSuchEntityException'];
/** The fact for a cluster outside EKS. */
export const OUTSIDE_EKS = { unknown: 'the cluster is outside EKS' };

export class Aws {
  /**
   * Finds region and credentials, and looks up their identity.
   *
   * @throws CannotAskAws if nothing can be read
   */
  public static async connect(options: AwsOptions = {}): Promise<Aws> {
    for (const [name, value] of Object.entries({
      'region': options.region,
      'profile': options.profile,
      'role-profile': options.roleProfile,
    })) {
      if (value?.trim() === '') {
        throw new CannotAskAws(name === 'region' ? 'region' : 'credentials', `\`--${name}\` must not be empty.`);
      }
    }
    // Disables the warning that future SDK versions require a newer Node.js: this version is bundled.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const region = await regionOf(options);
    const own = await connectSide(options.profile, region, options);
    const role = options.roleProfile === undefined ? own : await connectSide(options.roleProfile, region, options);
    return new Aws(region, own, role);
  }

  private readonly eks: EKSClient;
  private readonly trails: CloudTrailClient[] = [];

  private constructor(
    public readonly region: string,
    private readonly own: Side,
    private readonly other: Side,
  ) {
    this.eks = new EKSClient(own.settings);
  }

  /** Closes the connections. */
  public close(): void {
    for (const client of [this.eks, this.own.sts, this.own.iam, this.other.sts, this.other.iam, ...this.trails]) {
      client.destroy();
    }
    this.trails.length = 0;
  }

  public get caller(): Read<Caller> {
    return this.own.caller;
  }

  public get roleCaller(): Read<Caller> {
    return this.other.caller;
  }

  /** Reads everything except what needs a token. */
  public async facts(question: AwsQuestion): Promise<AwsFacts> {
    const { clusterName, namespace, serviceAccount, now } = question;
    const arn = 'unknown' in question.roleArn ? question.roleArn : readRoleArn(question.roleArn.value);
    const [cluster, podIdentities, role, trail] = await Promise.all([
      question.cluster ?? (clusterName === undefined ? OUTSIDE_EKS : this.cluster(clusterName)),
      clusterName === undefined ? { value: [] } : this.podIdentities(clusterName, namespace, serviceAccount),
      this.role(arn),
      this.trail(arn, namespace, serviceAccount, now),
    ]);
    const [association] = 'value' in podIdentities ? podIdentities.value : [];
    const identityRoles = association && await this.identityRoles(association);
    const podsRole = identityRoles?.target ?? identityRoles?.role ?? role;
    const isForgotten = association === undefined && 'unknown' in question.roleArn;
    const issuerUrl = question.issuerUrl ?? ('value' in cluster ? cluster.value?.issuerUrl : undefined);
    const [clusterNames, providers, policies, simulated, otherAssociations] = await Promise.all([
      'value' in cluster && cluster.value === undefined ? this.clusterNames() : undefined,
      this.providers(issuerUrl, arn),
      this.policies(podsRole),
      question.action === undefined ? undefined : this.simulated(podsRole, question.action, question.resource),
      isForgotten && clusterName !== undefined ? this.associationNames(clusterName) : undefined,
    ]);
    const { region, caller, roleCaller } = this;
    const asked = {
      ...(clusterNames && { clusterNames }),
      ...(simulated && { simulated }),
      ...(identityRoles && { identityRoles }),
      ...(otherAssociations && { otherAssociations }),
    };
    return { region, caller, roleCaller, cluster, providers, role, policies, podIdentities, trail, ...asked };
  }

  public async cluster(name: string): Promise<Read<EksCluster | undefined>> {
    return this.read(this.own, 'eks:DescribeCluster', async () => {
      const answer = await orNone(['ResourceNotFoundException'], () =>
        this.eks.send(new DescribeClusterCommand({ name })),
      );
      const cluster = answer && requirePart(answer.cluster);
      return (
        cluster && {
          name: requirePart(cluster.name),
          arn: requirePart(cluster.arn),
          endpoint: cluster.endpoint ?? '',
          issuerUrl: cluster.identity?.oidc?.issuer,
          ...(cluster.computeConfig?.enabled === true && { isAuto: true }),
          ...(cluster.accessConfig?.authenticationMode && {
            authenticationMode: cluster.accessConfig.authenticationMode,
          }),
        }
      );
    });
  }

  /** The access entries of a cluster. */
  public accessEntries(clusterName: string): Promise<Read<LiveAccessEntry[]>> {
    return readAccessEntries(this.eks, clusterName, (permission, read) => this.read(this.own, permission, read));
  }

  /** All EKS Pod Identity associations of a cluster. */
  public associations(clusterName: string): Promise<Read<LiveAssociation[]>> {
    return readAssociations(this.eks, clusterName, (permission, read) => this.read(this.own, permission, read));
  }

  public async clusterNames(): Promise<Read<string[]>> {
    return this.read(this.own, 'eks:ListClusters', () =>
      collect(paginateListClusters({ client: this.eks, pageSize: 100 }, {}), ({ clusters = [] }) => clusters),
    );
  }

  /** The provider of the cluster's issuer, with details; if it is missing, all providers of the account. */
  public async providers(issuerUrl: string | undefined, role: Read<RoleArn>): Promise<Read<IamProvider[]>> {
    const elsewhere = this.elsewhere(role);
    if (elsewhere !== undefined) return { unknown: elsewhere };
    const issuer = issuerUrl === undefined ? undefined : withoutScheme(issuerUrl);
    const owner = this.owner(role);
    const exact =
      issuer === undefined || owner === undefined
        ? undefined
        : await this.provider(`arn:${owner.partition}:iam::${owner.account}:oidc-provider/${issuer}`, issuer);
    if (exact && 'value' in exact && exact.value !== undefined) return { value: [exact.value] };

    const all = await this.read(this.other, 'iam:ListOpenIDConnectProviders', async () => {
      const { OpenIDConnectProviderList: list = [] } = await this.other.iam.send(
        new ListOpenIDConnectProvidersCommand({}),
      );
      return list.map(({ Arn: arn }) => ({ arn: arn!, issuer: issuerOfArn(arn!) ?? '' }));
    });
    // It is certain that the issuer has none.
    if ('unknown' in all) return exact === undefined || 'unknown' in exact ? all : { value: [] };
    return {
      value: all.value.map(provider =>
        exact && 'unknown' in exact && provider.issuer === issuer
          ? { ...provider, details: { unknown: exact.unknown } }
          : provider,
      ),
    };
  }

  /** The annotated role. */
  public async role(arn: Read<RoleArn>): Promise<Read<IamRole | undefined>> {
    if ('unknown' in arn) return arn;
    const elsewhere = this.elsewhere(arn);
    if (elsewhere !== undefined) return { unknown: elsewhere };
    return this.roleNamed(this.other, arn.value.name);
  }

  /** A role in an account for which there are credentials. */
  public async roleByArn(text: string): Promise<Read<IamRole | undefined>> {
    const arn = readRoleArn(text);
    if ('unknown' in arn) return arn;
    const side = this.sideOf(text);
    const { caller } = side;
    if ('value' in caller && caller.value.account !== arn.value.account) {
      return { unknown: `it is in account ${arn.value.account}; use --role-profile with a profile for that account` };
    }
    return this.roleNamed(side, arn.value.name);
  }

  private roleNamed(side: Side, name: string): Promise<Read<IamRole | undefined>> {
    return this.read(side, 'iam:GetRole', async () => {
      const answer = await orNone(NO_ENTITY, () => side.iam.send(new GetRoleCommand({ RoleName: name })));
      return answer && iamRole(requirePart(answer.Role));
    });
  }

  /** The credentials for the account of a role; those of `--role-profile` if neither is known to match. */
  private sideOf(roleArn: string): Side {
    const account = arnParts(roleArn)[4];
    return [this.other, this.own].find(({ caller }) => 'value' in caller && caller.value.account === account)
      ?? this.other;
  }

  /** The attached and inline policies and the permissions boundary. */
  public async policies(role: Read<IamRole | undefined>): Promise<Read<IamPolicy[]>> {
    if ('unknown' in role) return role;
    if (role.value === undefined) return { value: [] };
    const { name, boundary, arn } = role.value;
    const side = this.sideOf(arn);
    const { iam } = side;
    const [attached, inline] = await Promise.all([
      this.read(side, 'iam:ListAttachedRolePolicies', () =>
        collect(
          paginateListAttachedRolePolicies({ client: iam }, { RoleName: name }),
          itemsIn(({ AttachedPolicies }) => AttachedPolicies),
        ),
      ),
      this.read(side, 'iam:ListRolePolicies', () =>
        collect(
          paginateListRolePolicies({ client: iam }, { RoleName: name }),
          itemsIn(({ PolicyNames }) => PolicyNames),
        ),
      ),
    ]);
    if ('unknown' in attached) return attached;
    if ('unknown' in inline) return inline;
    return {
      value: await eachInFlight([
        ...attached.value.map(
          ({ PolicyName, PolicyArn }) =>
            () =>
              this.managedPolicy(side, PolicyArn!, PolicyName!, 'attached'),
        ),
        ...inline.value.map(policy => () => this.inlinePolicy(side, name, policy)),
        ...(boundary === undefined
          ? []
          : [() => this.managedPolicy(side, boundary, boundary.slice(boundary.lastIndexOf('/') + 1), 'boundary')]),
      ]),
    };
  }

  /** The result of IAM's policy simulator, without resource policies. */
  public async simulated(role: Read<IamRole | undefined>, action: string, resource = '*'): Promise<Read<Simulated>> {
    if ('unknown' in role) return role;
    if (role.value === undefined) return { unknown: 'the role does not exist' };
    const { arn } = role.value;
    const side = this.sideOf(arn);
    return this.read(side, 'iam:SimulatePrincipalPolicy', async () => {
      const question = { PolicySourceArn: arn, ActionNames: [action], ResourceArns: [resource] };
      const { EvaluationResults: [result] = [] } = await side.iam.send(
        new SimulatePrincipalPolicyCommand(question),
      );
      const { PermissionsBoundaryDecisionDetail: boundary, OrganizationsDecisionDetail: organization } = result;
      return {
        decision: result.EvalDecision as Simulated['decision'],
        policies: [...new Set((result.MatchedStatements ?? []).map(({ SourcePolicyId }) => SourcePolicyId!))],
        missingKeys: result.MissingContextValues ?? [],
        ...(boundary && { boundaryAllows: boundary.AllowedByPermissionsBoundary }),
        ...(organization && { organizationAllows: organization.AllowedByOrganizations }),
      };
    });
  }

  /** The roles of an association: the first is in the cluster's account, the target role may be in another one. */
  private async identityRoles({ roleArn, targetRoleArn }: PodIdentity): Promise<IdentityRoles> {
    const role = await this.roleByArn(roleArn);
    return targetRoleArn === undefined
      ? { role } : { role, target: await this.roleByArn(targetRoleArn), policies: await this.policies(role) };
  }

  /** The service accounts of the cluster that have an association. */
  private associationNames(clusterName: string): Promise<Read<ServiceAccountName[]>> {
    return this.read(this.own, 'eks:ListPodIdentityAssociations', async () => {
      const pages = paginateListPodIdentityAssociations({ client: this.eks }, { clusterName });
      const list = () => collect(pages, ({ associations = [] }) => associations);
      const all = await orNone(['ResourceNotFoundException'], list);
      return (all ?? []).map(({ namespace = '', serviceAccount = '' }) => ({ namespace, name: serviceAccount }));
    });
  }

  /** The associations of the service account. EKS allows one at most. */
  public async podIdentities(
    clusterName: string,
    namespace: string,
    serviceAccount: string,
  ): Promise<Read<PodIdentity[]>> {
    const ofServiceAccount = { clusterName, namespace, serviceAccount };
    const pages = paginateListPodIdentityAssociations({ client: this.eks }, ofServiceAccount);
    const list = () => collect(pages, ({ associations = [] }) => associations);
    const ids = await this.read(
      this.own,
      'eks:ListPodIdentityAssociations',
      async () => (await orNone(['ResourceNotFoundException'], list)) ?? [],
    );
    if ('unknown' in ids) return ids;
    const described = await this.read(this.own, 'eks:DescribePodIdentityAssociation', () =>
      eachInFlight(
        ids.value.map(({ associationId }) => () => describeAssociation(this.eks, clusterName, associationId!)),
      ),
    );
    return 'value' in described
      ? described
      : {
        unknown: 'the role of the EKS Pod Identity association '
            + `${ids.value.map(({ associationId }) => associationId).join(', ')} is unknown: ${described.unknown}`,
      };
  }

  /**
   * Whether STS accepts a token for the role. The returned credentials are discarded here.
   *
   * @param token of the service account, for the audience of its pods
   */
  public async assumed(roleArn: string, token: string): Promise<Read<Assumed>> {
    const sts = new STSClient(this.other.settings); // this call uses no credentials
    try {
      const { AssumedRoleUser: user } = await sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: SESSION_NAME,
          DurationSeconds: MIN_SESSION,
          WebIdentityToken: token,
        }),
      );
      return { value: { assumedRoleArn: user?.Arn ?? '' } };
    } catch (error) {
      const withoutToken = (text: string) => text.split(token).join('(token)');
      if (!isRefusal(error)) return { unknown: withoutToken(reason(error, 'sts:AssumeRoleWithWebIdentity')) };
      return { value: { errorCode: codeOf(error), errorMessage: redact(withoutToken(messageOf(error))) } };
    } finally {
      sts.destroy();
    }
  }

  /** The latest calls for the role or by the service account, in the region and the region of the global endpoint. */
  public async trail(role: Read<RoleArn>, namespace: string, serviceAccount: string, now: Date): Promise<Read<Trail>> {
    if ('unknown' in role) return role;
    const elsewhere = this.elsewhere(role);
    if (elsewhere !== undefined) return { unknown: elsewhere };
    const since = new Date(now.getTime() - HOURS * 3_600_000);
    const regions = role.value.partition === 'aws' ? [...new Set([this.region, GLOBAL_REGION])] : [this.region];
    const trails = await Promise.all(
      regions.map(region =>
        this.read(this.other, 'cloudtrail:LookupEvents', () => {
          const client = new CloudTrailClient({ ...this.other.settings, region });
          this.trails.push(client);
          return lookUp(client, since, now);
        }),
      ),
    );
    const [own] = trails;
    if ('unknown' in own) return own;
    const read = trails.flatMap(trail => ('value' in trail ? [trail.value] : []));
    const unique = new Map(read.flatMap(({ events }) => events).map(event => [event.EventId, event]));
    const subject = `${SERVICE_ACCOUNT}${namespace}:${serviceAccount}`;
    return {
      value: {
        events: [...unique.values()]
          .map(trailEvent)
          .filter(event => isAbout(event, role.value.arn, subject))
          .sort((left, right) => right.time.getTime() - left.time.getTime()),
        since,
        regions: regions.filter((_, index) => 'value' in trails[index]),
        complete: read.length === regions.length && read.every(({ complete }) => complete),
      },
    };
  }

  /** All roles in the account of `--role-profile`, or of the cluster. */
  public async *listRoles(): AsyncGenerator<IamRole> {
    try {
      for await (const { Roles = [] } of paginateListRoles({ client: this.other.iam, pageSize: 1000 }, {})) {
        yield * Roles.map(iamRole);
      }
    } catch (error) {
      throw (
        fatal(error, this.other.profile)
        ?? new CannotAskAws('endpoint', `The roles cannot be listed: ${reason(error, 'iam:ListRoles')}.`)
      );
    }
  }

  /** The roles of each account for which there are credentials. Such lists omit permissions boundaries. */
  public rolesByAccount(): Promise<RolesOfAccount[]> {
    const sides = [...new Set([this.own, this.other])];
    return Promise.all(sides.map(async side => ({
      ...'value' in side.caller && { account: side.caller.value.account },
      roles: await this.read(side, 'iam:ListRoles', async () => {
        const pages = paginateListRoles({ client: side.iam, pageSize: 1000 }, {});
        return (await collect(pages, itemsIn(({ Roles }) => Roles))).map(iamRole);
      }),
    })));
  }

  private async provider(arn: string, issuer: string): Promise<Read<IamProvider | undefined>> {
    return this.read(this.other, 'iam:GetOpenIDConnectProvider', async () => {
      const found = await orNone(NO_ENTITY, () =>
        this.other.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })),
      );
      if (found === undefined) return undefined;
      requirePart(found.Url);
      return {
        arn,
        issuer,
        details: { value: { clientIds: found.ClientIDList ?? [], thumbprints: found.ThumbprintList ?? [] } },
      };
    });
  }

  private async managedPolicy(
    side: Side, arn: string, name: string, kind: 'attached' | 'boundary',
  ): Promise<IamPolicy> {
    const version = await this.read(
      side,
      'iam:GetPolicy',
      async () => (await side.iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy!.DefaultVersionId!,
    );
    const document =
      'unknown' in version
        ? version
        : await this.read(side, 'iam:GetPolicyVersion', async () => {
          const { PolicyVersion } = await side.iam.send(
            new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: version.value }),
          );
          return decode(PolicyVersion!.Document);
        });
    return { name, kind, arn, document };
  }

  private async inlinePolicy(side: Side, role: string, name: string): Promise<IamPolicy> {
    const document = await this.read(side, 'iam:GetRolePolicy', async () =>
      decode(
        (await side.iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: name }))).PolicyDocument,
      ),
    );
    return { name, kind: 'inline', document };
  }

  private read<T>({ profile }: Side, permission: string, read: () => Promise<T>): Promise<Read<T>> {
    return reading(profile, permission, read);
  }

  /** Why nothing in the role's account can be read; undefined if it can. */
  private elsewhere(role: Read<RoleArn>): string | undefined {
    const { caller, profile } = this.other;
    if ('unknown' in role || 'unknown' in caller || role.value.account === caller.value.account) return undefined;
    const { account, name } = role.value;
    return profile === undefined || this.other === this.own
      ? `role ${name} is in account ${account}, but the credentials are for account ${caller.value.account}; use `
        + `--role-profile with a profile for account ${account}`
      : `role ${name} is in account ${account}, but the profile ${profile} of --role-profile is for account `
        + `${caller.value.account}`;
  }

  /** The account that must have the provider. */
  private owner(role: Read<RoleArn>): { readonly partition: string; readonly account: string } | undefined {
    if ('value' in role) return role.value;
    const { caller } = this.other;
    return 'value' in caller ? { partition: arnParts(caller.value.arn)[1], account: caller.value.account } : undefined;
  }
}

function settingsOf(
  profile: string | undefined,
  region: string | undefined,
  { timeouts = TIMEOUTS }: AwsOptions,
): Settings {
  const httpsAgent = proxyAgent({ keepAlive: true, timeout: timeouts.connection });
  return {
    ...(region !== undefined && { region }),
    // Not the default chain, which falls back to other credentials if a profile provides none.
    ...(profile !== undefined && { profile, credentials: fromIni({ profile }) }),
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: timeouts.connection,
      requestTimeout: timeouts.request,
      throwOnRequestTimeout: true,
      ...(httpsAgent && { httpsAgent }),
    },
  };
}

async function regionOf(options: AwsOptions): Promise<string> {
  try {
    return await new STSClient(settingsOf(options.profile, options.region, options)).config.region();
  } catch (error) {
    throw (
      fatal(error, options.profile)
      ?? new CannotAskAws('region', `The AWS region cannot be determined: ${reason(error, 'the configuration')}.`)
    );
  }
}

async function connectSide(profile: string | undefined, region: string, options: AwsOptions): Promise<Side> {
  const settings = settingsOf(profile, region, options);
  const sts = new STSClient(settings);
  const permission = 'sts:GetCallerIdentity';
  const caller = await reading(profile, permission, async () => {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({})).catch(error => {
      throw unreachedEndpoint(error, region) ?? error;
    });
    if (Account === undefined || Arn === undefined) {
      throw new CannotAskAws(
        'endpoint',
        `The response in region ${region} is not from AWS. Check for a proxy or the sign-in page of a network.`,
      );
    }
    return { account: Account, arn: Arn };
  }).catch(error => {
    sts.destroy();
    throw error;
  });
  return { profile, settings, iam: new IAMClient(settings), sts, caller };
}

/** If even STS is unreachable, so is the rest of AWS, usually because of the network or a wrong region. */
function unreachedEndpoint(error: unknown, region: string): CannotAskAws | undefined {
  const words = unreachable(error);
  const { AWS_ENDPOINT_URL: url } = process.env;
  return words === undefined
    ? undefined
    : new CannotAskAws(
      'endpoint',
      `AWS cannot be reached in region ${region}${url ? ' at AWS_ENDPOINT_URL' : ''}: ${words}. Check the region, `
          + 'the network and proxies.',
    );
}

async function reading<T>(profile: string | undefined, permission: string, read: () => Promise<T>): Promise<Read<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    const cannot = fatal(error, profile);
    if (cannot) throw cannot;
    return { unknown: reason(error, permission) };
  }
}

/** The items of a page from IAM. A response without `IsTruncated` is not from IAM. */
function itemsIn<P extends { IsTruncated?: boolean }, T>(itemsOf: (page: P) => T[] | undefined): (page: P) => T[] {
  return page => {
    requirePart(page.IsTruncated);
    return itemsOf(page) ?? [];
  };
}

async function collect<P, T>(pages: AsyncIterable<P>, itemsOf: (page: P) => T[]): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...itemsOf(page));
  return all;
}

function iamRole({ Arn, RoleName, AssumeRolePolicyDocument, MaxSessionDuration, PermissionsBoundary }: Role): IamRole {
  return {
    arn: Arn!,
    name: RoleName!,
    trust: decode(AssumeRolePolicyDocument),
    maxSessionSeconds: MaxSessionDuration ?? 3_600,
    ...PermissionsBoundary && { boundary: PermissionsBoundary.PermissionsBoundaryArn },
  };
}

async function lookUp(
  client: CloudTrailClient, since: Date, now: Date,
): Promise<{ events: Event[]; complete: boolean }> {
  const events: Event[] = [];
  let token: string | undefined;
  for (let page = 0; page < TRAIL_PAGES; page++) {
    const { Events = [], NextToken } = await client.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
        StartTime: since,
        EndTime: now,
        MaxResults: 50,
        NextToken: token,
      }),
    );
    events.push(...Events);
    token = NextToken;
    if (token === undefined) return { events, complete: true };
  }
  return { events, complete: false };
}

function trailEvent({ EventTime, Username, CloudTrailEvent: text = '' }: Event): TrailEvent {
  const { userIdentity, requestParameters, errorCode, errorMessage } = decodeEvent(text);
  const subject = propertyOf(userIdentity, 'userName') ?? Username;
  const provider = propertyOf(userIdentity, 'identityProvider');
  return {
    time: EventTime!,
    ...textual('issuer', typeof provider === 'string' ? issuerOfArn(provider) ?? withoutScheme(provider) : undefined),
    ...textual('roleArn', propertyOf(requestParameters, 'roleArn')),
    ...textual('subject', subject),
    ...textual('errorCode', errorCode),
    ...textual('errorMessage', typeof errorMessage === 'string' ? redact(errorMessage) : undefined),
  };
}

function textual(name: string, value: unknown): { [key: string]: string } {
  return typeof value === 'string' && value !== '' ? { [name]: value } : {};
}

function decodeEvent(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Calls for the role by this service account or by an unknown subject, or by this service account for another role. */
function isAbout({ roleArn, subject }: TrailEvent, role: string, asking: string): boolean {
  const isService = subject?.startsWith(SERVICE_ACCOUNT) === true;
  return subject === asking || (roleArn === role && !isService);
}
