/**
 * Reads a running cluster and its account: RBAC, access entries, service accounts, and the roles that they may have.
 */
import { EksCluster, IamRole, Read, ServiceAccountObject } from '../facts';
import { LiveAssociation, LiveAuthentication, LiveFacts, LiveObjects, LiveRole } from './live-facts';
import { withoutScheme } from '../../../analysis/iam/claims';
import { trustedBy } from '../../../analysis/reading/trusted-subjects';
import { ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';
import { Aws, RolesOfAccount } from '../read/aws';
import { eachInFlight } from '../read/in-flight';
import { Kubernetes } from '../read/kubernetes';
import { readRoleArn } from '../role-arn';

export interface LiveProps {
  readonly aws: Aws;
  readonly kubernetes: Kubernetes;
  readonly cluster: Read<EksCluster | undefined>;
  /** Undefined for a cluster outside EKS. */
  readonly clusterName?: string;
  /** Of a cluster outside EKS, with `https://`. */
  readonly issuerUrl?: string;
  /** Whether to also read the policies of the roles. */
  readonly withPolicies: boolean;
  /** The roles, if already listed. */
  readonly roles?: readonly IamRole[];
}

export async function readLive(props: LiveProps): Promise<LiveFacts> {
  const { aws, kubernetes, clusterName, issuerUrl, roles: listed } = props;
  const cluster = 'value' in props.cluster ? props.cluster.value : undefined;
  const issuer = issuerUrl ?? cluster?.issuerUrl;
  const [objects, authentication, associations, byAccount] = await Promise.all([
    kubernetes.liveObjects(),
    clusterName === undefined ? undefined : readAuthentication(props, clusterName),
    clusterName === undefined ? { value: [] } : aws.associations(clusterName),
    listed === undefined ? aws.rolesByAccount() : listedBefore(aws, listed),
  ]);
  const scope: RoleScope = {
    ...issuer !== undefined && { issuer: withoutScheme(issuer) },
    arns: namedRoles(objects, associations),
    isAssociated: 'value' in associations,
  };
  const { roles, unread } = await new RoleReader(aws, byAccount, props.withPolicies).read(scope);
  return {
    title: clusterName ?? issuer ?? kubernetes.context,
    ...cluster && { clusterArn: cluster.arn },
    ...scope.issuer !== undefined && { issuer: scope.issuer },
    region: aws.region,
    objects,
    ...authentication && { authentication },
    associations,
    roles,
    listedAccounts: byAccount.flatMap(({ account, roles: all }) => ('value' in all && account ? [account] : [])),
    unreadRoles: unread,
  };
}

/** Reads access entries and `aws-auth`, unless the authentication mode ignores them. */
async function readAuthentication(
  { aws, kubernetes, cluster }: LiveProps, clusterName: string,
): Promise<LiveAuthentication> {
  const mode = modeOf(cluster);
  const uses = (other: string) => 'unknown' in mode || mode.value !== other;
  const [entries, awsAuth] = await Promise.all([
    uses('CONFIG_MAP') ? aws.accessEntries(clusterName) : { value: [] },
    uses('API') ? kubernetes.configMap('kube-system', 'aws-auth') : { value: undefined },
  ]);
  return { mode, entries, awsAuth };
}

function modeOf(cluster: Read<EksCluster | undefined>): LiveAuthentication['mode'] {
  if ('unknown' in cluster) return cluster;
  const mode = cluster.value?.authenticationMode;
  if (mode === 'API' || mode === 'API_AND_CONFIG_MAP' || mode === 'CONFIG_MAP') return { value: mode };
  return { unknown: mode === undefined ? 'EKS reports none' : `EKS reports the unrecognized mode ${mode}` };
}

function listedBefore(aws: Aws, roles: readonly IamRole[]): RolesOfAccount[] {
  const { roleCaller } = aws;
  return [{ ...'value' in roleCaller && { account: roleCaller.value.account }, roles: { value: [...roles] } }];
}

/** The roles in annotations and associations. */
function namedRoles({ serviceAccounts }: LiveObjects, associations: Read<LiveAssociation[]>): Set<string> {
  const annotated = ('value' in serviceAccounts ? serviceAccounts.value : [])
    .flatMap(({ annotations }: ServiceAccountObject) => annotations[ROLE_ARN_ANNOTATION] || []);
  const identities = ('value' in associations ? associations.value : [])
    .flatMap(({ identity }) => ('value' in identity ? [identity.value] : []));
  return new Set([
    ...annotated,
    ...identities.flatMap(({ roleArn, targetRoleArn }) => (targetRoleArn ? [roleArn, targetRoleArn] : [roleArn])),
  ]);
}

interface RoleScope {
  /** Without `https://`. */
  readonly issuer?: string;
  /** Roles in annotations and associations. */
  readonly arns: ReadonlySet<string>;
  /** Whether the associations are known, which decide who has a role through EKS Pod Identity. */
  readonly isAssociated: boolean;
}

class RoleReader {
  private readonly unread: string[] = [];

  constructor(
    private readonly aws: Aws,
    private readonly byAccount: readonly RolesOfAccount[],
    private readonly withPolicies: boolean,
  ) {}

  public async read(scope: RoleScope): Promise<{ readonly roles: LiveRole[]; readonly unread: string[] }> {
    const listed = this.byAccount.flatMap(({ roles }) => ('value' in roles ? roles.value : []));
    for (const { account, roles } of this.byAccount) {
      if ('value' in roles) continue;
      const whose = account === undefined ? '' : ` of account ${account}`;
      this.unread.push(`roles${whose} that no service account names (${roles.unknown})`);
    }
    const byArn = new Map(listed.map(role => [role.arn, role]));
    const missing = [...scope.arns].filter(arn => !byArn.has(arn) && !this.isListed(arn));
    for (const role of await eachInFlight(missing.map(arn => () => this.single(arn)))) {
      if (role !== undefined) byArn.set(role.arn, role);
    }
    const wanted = withChains([...byArn.values()], role => scope.arns.has(role.arn) || trustsPods(role, scope));
    const roles = await eachInFlight(wanted.map(role => () => this.whole(role)));
    return { roles, unread: this.unread };
  }

  /** Whether the roles of its account were listed, so that a role that is not among them does not exist. */
  private isListed(arn: string): boolean {
    const parts = readRoleArn(arn);
    return 'unknown' in parts
      || this.byAccount.some(({ account, roles }) => 'value' in roles && account === parts.value.account);
  }

  private async single(arn: string): Promise<IamRole | undefined> {
    const read = await this.aws.roleByArn(arn);
    if ('value' in read) return read.value;
    this.unread.push(`role ${arn} (${read.unknown})`);
    return undefined;
  }

  /** Adds the policies. Lists of roles omit the permissions boundary, so the role is read again. */
  private async whole(listed: IamRole): Promise<LiveRole> {
    if (!this.withPolicies) return { role: listed };
    const read = await this.aws.roleByArn(listed.arn);
    const role = 'value' in read ? read.value : undefined;
    if (role !== undefined) return { role, policies: await this.aws.policies({ value: role }) };
    const unknown = 'unknown' in read ? read.unknown : 'the role was deleted in the meantime';
    this.unread.push(`policies of ${listed.arn} (${unknown})`);
    return { role: listed, policies: { unknown } };
  }
}

/** Whether a trust policy allows service accounts of the cluster that no annotation or association names. */
function trustsPods({ trust }: IamRole, { issuer, isAssociated }: RoleScope): boolean {
  return trustedBy(trust).some(({ via, cluster }) => (via === 'pod-identity' ? !isAssociated : cluster === issuer));
}

/** The first roles, the roles that trust one of them by ARN, and so on. */
function withChains(roles: readonly IamRole[], isFirst: (role: IamRole) => boolean): IamRole[] {
  const wanted = roles.filter(isFirst);
  const taken = new Set(wanted);
  const trusts = roles.map(role => ({ role, text: JSON.stringify(role.trust) }));
  for (const { arn } of wanted) {
    for (const { role, text } of trusts) {
      if (taken.has(role) || !text.includes(`"${arn}"`)) continue;
      taken.add(role);
      wanted.push(role);
    }
  }
  return wanted;
}
