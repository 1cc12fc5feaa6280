/**
 * What an eksctl ClusterConfig says of service accounts, checked.
 *
 * @see https://eksctl.io/usage/schema/
 */
import { readPolicy } from './eksctl-policy';
import { API_VERSION, CONFIG, FLAG, HEADER, WITH_ROLE, WITHOUT_ROLE } from './eksctl-shape';
import { Place } from './remarks';
import { Json, Path, YamlFile } from './yaml-file';
import { Read, readShape } from './yaml-shape';
import { WEBHOOK_ROLE_ARN } from '../../conventions/name-rules';
import { MAX_TOKEN_SECONDS, MIN_TOKEN_SECONDS } from '../../conventions/webhook-annotations';
import { matchesPattern } from '../../conventions/wildcards';
import { pathName, quoted } from '../text';

const POLICY_ARN = /^arn:aws[a-z0-9-]*:iam::(\d{12}|aws):policy\/[\u0021-\u007e]+$/;
const VPC_ID = /^vpc-[0-9a-f]{8,17}$/;
/** What eksctl gives to the VPC that it makes. */
export const VPC_TAG = 'alpha.eksctl.io/cluster-name';
const AUDIENCE = 'sts.amazonaws.com';
const WEBHOOK_ANNOTATIONS = ['role-arn', 'audience', 'token-expiration', 'sts-regional-endpoints']
  .map(name => `eks.amazonaws.com/${name}`);

/** Of `iam`, what is the cluster's own. */
const IAM_OF_THE_CLUSTER = [
  'serviceRoleARN', 'serviceRolePermissionsBoundary', 'fargatePodExecutionRoleARN',
  'fargatePodExecutionRolePermissionsBoundary', 'vpcResourceControllerPolicy',
];
const IAM_KEYS = ['withOIDC', 'serviceAccounts', 'podIdentityAssociations', ...IAM_OF_THE_CLUSTER];
/** Of the file, what is not the cluster's own. */
const READ_KEYS = ['apiVersion', 'kind', 'metadata', 'iam', 'karpenter'];
/** Of the file, what is read at all. */
export const WANTED_KEYS = [...READ_KEYS, 'vpc', 'addons', 'addonsConfig'];
const ROLE_KEYS = [
  'attachPolicyARNs', 'attachPolicy', 'wellKnownPolicies', 'permissionsBoundary', 'roleName', 'subjectPattern', 'tags',
];
const SERVICE_ACCOUNT_KEYS = ['metadata', 'attachRoleARN', 'roleOnly', 'status', ...ROLE_KEYS];
const ADDON_ROLE_KEYS = [
  'serviceAccountRoleARN', 'attachPolicyARNs', 'attachPolicy', 'wellKnownPolicies', 'permissionsBoundary',
  'podIdentityAssociations', 'useDefaultPodIdentityAssociations',
];

/** Of the well-known policies, those that become a managed policy of AWS. */
const AWS_POLICIES: Record<string, { name: string; reason: string }> = {
  imageBuilder: { name: 'AmazonEC2ContainerRegistryPowerUser', reason: 'which eksctl attaches for it.' },
  ebsCSIController: {
    name: 'service-role/AmazonEBSCSIDriverPolicy',
    reason: 'which eksctl attaches for it. Controller.ebsCsiDriver is narrower.',
  },
  efsCSIController: {
    name: 'service-role/AmazonEFSCSIDriverPolicy',
    reason: 'held to the tag of a driver as eksctl\'s own statements are. Controller.efsCsiDriver is narrower: it'
      + ' names the file systems.',
  },
};
/** Those that become a controller of this library. */
const CONTROLLERS: WellKnownController[] = ['autoScaler', 'awsLoadBalancerController', 'externalDNS', 'certManager'];

/** AWS has discontinued it. */
const APP_MESH = ['appMesh', 'appMeshPreview'];

export type WellKnownController = 'autoScaler' | 'awsLoadBalancerController' | 'externalDNS' | 'certManager';

export type Texts = [key: string, value: string][];

/** Something that the program does not have. */
export interface Gap {
  readonly place: Place;
  readonly path: string;
  readonly advice: string;
}

/** The role that eksctl makes for a service account. */
export interface NewRole {
  readonly roleName?: string;
  readonly policyArns: string[];
  /** Names of AWS's own policies. */
  readonly awsPolicies: string[];
  readonly controllers: WellKnownController[];
  readonly inlinePolicy?: Map<string, Json>;
  readonly permissionsBoundary?: string;
  /** The names of the service accounts of the namespace that it lets in, instead of one. */
  readonly subjectPattern?: string;
  readonly tags: Texts;
}

/** A service account, as eksctl makes it. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  /** False: the role alone. */
  readonly createServiceAccount: boolean;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly audience?: string;
  /** In seconds. */
  readonly tokenExpiration?: number;
  readonly regionalStsEndpoint?: boolean;
  /** The ARN of an existing role, or a new one. */
  readonly role: string | NewRole;
  /** Told where the program has the service account. */
  readonly gaps: Gap[];
  /** Whether the gaps leave nothing to write. */
  readonly isLeftOut: boolean;
}

export interface ClusterConfig {
  readonly clusterName: string;
  readonly region: string;
  readonly tags: Texts;
  /** Where the file names it. */
  readonly vpcId?: string;
  readonly serviceAccounts: ServiceAccount[];
  /** Of what is no service account. */
  readonly gaps: Gap[];
}

/** What controllers are held to. */
interface Held {
  readonly clusterName: string;
  readonly vpcId?: string;
  readonly hasZones: boolean;
}

/**
 * Reads a ClusterConfig. Whatever is wrong with it, or not mapped, goes to the remarks.
 *
 * @param hasZones whether the hosted zones of the cluster are known
 * @returns nothing if something is wrong
 */
export function readClusterConfig(file: YamlFile, hasZones: boolean): ClusterConfig | undefined {
  const { isBroken } = file;
  if (!readShape(HEADER, file)) return undefined;
  const config = isBroken ? undefined : readShape(CONFIG, file);
  const id = file.at(['vpc', 'id']);
  const vpcId = typeof id === 'string' && VPC_ID.test(id) ? id : undefined;
  const { name: clusterName = '', region = '', tags = [] } = config?.metadata ?? {};
  const taken = new Map<string, Place>();
  const accounts = file.at(['iam', 'serviceAccounts']);
  const serviceAccounts = (Array.isArray(accounts) ? accounts : [])
    .map((_, index) => new AccountReader(file, index, { clusterName, vpcId, hasZones }).read(taken));
  if (!config || file.isBroken) return undefined;
  return {
    clusterName,
    region,
    tags,
    vpcId,
    serviceAccounts: serviceAccounts.filter(account => account !== undefined),
    gaps: readTheRest(file),
  };
}

type Annotations = Pick<ServiceAccount, 'annotations' | 'audience' | 'tokenExpiration' | 'regionalStsEndpoint'>;

/** One item of `iam.serviceAccounts`. */
class AccountReader {
  private readonly path: Path;
  private readonly gaps: Gaps;

  constructor(private readonly file: YamlFile, index: number, private readonly held: Held) {
    this.path = ['iam', 'serviceAccounts', index];
    this.gaps = new Gaps(file);
  }

  public read(taken: Map<string, Place>): ServiceAccount | undefined {
    const shape = this.file.at(this.in('attachRoleARN')) ? WITH_ROLE : WITHOUT_ROLE;
    const account = readShape<Read<typeof WITH_ROLE>>(shape, this.file, this.path);
    if (!account) return undefined;
    const { metadata, roleOnly = false, attachRoleARN } = account;
    const { name, namespace = 'default', labels = [], annotations = [] } = metadata;
    this.gaps.unknown(this.path, SERVICE_ACCOUNT_KEYS);
    this.gaps.unknown(this.in('metadata'), ['name', 'namespace', 'labels', 'annotations']);
    this.checkUnique(`${namespace}/${name}`, taken);

    this.note('status', 'eksctl writes it, and does not read it; neither does the program.');
    for (const key of roleOnly ? ['labels', 'annotations'] : []) {
      this.note(['metadata', key], 'eksctl makes no ServiceAccount with roleOnly, and does not use it; neither does'
        + ' the program.');
    }
    const isLeftOut = attachRoleARN !== undefined && this.isWithoutUse(attachRoleARN, roleOnly);
    for (const key of attachRoleARN ? ROLE_KEYS : []) {
      this.note(key, 'eksctl makes no role beside attachRoleARN, and does not use it; neither does the program.');
    }
    const role = attachRoleARN ?? this.role(account as Read<typeof WITHOUT_ROLE>);
    const pattern = typeof role === 'string' ? undefined : role.subjectPattern;
    const isLockedOut = pattern !== undefined && !matchesPattern(pattern, name);
    if (isLockedOut && !roleOnly) {
      this.gaps.add(this.in('subjectPattern'), 'It does not match the name of the service account, whose pods could'
        + ' not use the role: the role is written without the ServiceAccount.');
    }
    return {
      namespace,
      name,
      createServiceAccount: !roleOnly && !isLockedOut,
      labels,
      ...this.annotations(annotations),
      role,
      gaps: this.gaps.all,
      isLeftOut,
    };
  }

  private in(...keys: string[]): Path {
    return [...this.path, ...keys];
  }

  private note(key: string | string[], message: string): void {
    const path = this.in(...[key].flat());
    if (this.file.has(path)) this.file.note(path, message);
  }

  private checkUnique(name: string, taken: Map<string, Place>): void {
    const first = taken.get(name);
    if (!first) {taken.set(name, this.file.place(this.in('metadata')));} else {
      this.file.problem(this.in('metadata', 'name'), 'be used once in a namespace', `${name} is in line`
      + ` ${first.line} already.`);
    }
  }

  /** Whether nothing can be written for a service account with an existing role. */
  private isWithoutUse(arn: string, roleOnly: boolean): boolean {
    const reason = roleOnly
      ? 'With roleOnly beside it eksctl makes neither a role nor a ServiceAccount; neither does the program.'
      : `No role can have the ARN ${quoted(arn)}: correct it (the account has 12 digits) and import again.`;
    const isUseless = roleOnly || !WEBHOOK_ROLE_ARN.test(arn);
    if (isUseless) this.gaps.add(this.in('attachRoleARN'), reason);
    return isUseless;
  }

  private role(account: Read<typeof WITHOUT_ROLE>): NewRole {
    const { attachPolicyARNs = [], permissionsBoundary, roleName, subjectPattern, tags = [] } = account;
    const document = this.in('attachPolicy');
    if (attachPolicyARNs.length === 0 && !this.file.has(this.in('wellKnownPolicies')) && !this.file.has(document)) {
      this.file.note(this.path, 'has no policies, and eksctl would refuse it; the role has none.');
    }
    const once = 'the role of eksctl\'s stack has this name until that stack is deleted, and IAM has a name once.'
      + ' Write another one while both exist.';
    if (roleName) this.note('roleName', once);
    attachPolicyARNs.forEach((arn, index) => this.checkPolicy([...this.in('attachPolicyARNs'), index], arn));
    if (permissionsBoundary) this.checkPolicy(this.in('permissionsBoundary'), permissionsBoundary);
    const unmapped = (cause: Path, advice: string) => this.gaps.add(document, advice, cause);
    return {
      policyArns: attachPolicyARNs,
      ...this.wellKnown(),
      inlinePolicy: this.file.has(document) ? readPolicy(this.file, document, unmapped) : undefined,
      permissionsBoundary,
      roleName,
      subjectPattern,
      tags,
    };
  }

  /** Wrong accounts stay as they are: without the boundary the role would be wider, without the policy weaker. */
  private checkPolicy(path: Path, arn: string): void {
    if (POLICY_ARN.test(arn)) return;
    this.file.note(path, `no policy can have the ARN ${quoted(arn)}: IAM will refuse it. Correct it before you`
      + ' deploy.');
  }

  private wellKnown(): Pick<NewRole, 'awsPolicies' | 'controllers'> {
    const policies = this.in('wellKnownPolicies');
    this.gaps.unknown(policies, [...Object.keys(AWS_POLICIES), ...CONTROLLERS, ...APP_MESH]);
    const awsPolicies: string[] = [];
    const controllers: WellKnownController[] = [];
    for (const key of this.file.keys(policies)) {
      const path = [...policies, key];
      const isController = (CONTROLLERS as string[]).includes(key);
      const isKnown = isController || Object.hasOwn(AWS_POLICIES, key) || APP_MESH.includes(key);
      if (!isKnown || !readShape(FLAG, this.file, path)) continue;
      if (APP_MESH.includes(key)) {
        this.gaps.add(path, 'AWS has discontinued App Mesh: the role is written without it.');
      } else if (isController) {
        if (this.controller(path, key as WellKnownController)) controllers.push(key as WellKnownController);
      } else {
        const { name, reason } = AWS_POLICIES[key];
        awsPolicies.push(name);
        this.file.note(path, `written as AWS's managed policy ${name}, ${reason}`);
      }
    }
    return { awsPolicies, controllers };
  }

  /** Whether the program can have the controller. */
  private controller(path: Path, controller: WellKnownController): boolean {
    const { factory, needsZones, scope } = describeController(controller, this.held);
    if (needsZones && !this.held.hasZones) {
      this.gaps.add(path, 'eksctl lets it change every record of every hosted zone of the account; the role is'
        + ' written without it.'
        + ` Import again with --hosted-zone <id> for each zone that it manages, or add controller: ${factory}({`
        + ' hostedZones: […] }).');
      return false;
    }
    this.file.note(path, `written as ${factory}, narrower than eksctl: ${scope}`);
    return true;
  }

  /** The annotations that the webhook reads are properties of their own; eksctl sets the ARN of the role itself. */
  private annotations(annotations: Texts): Annotations {
    const given = new Map(annotations);
    const [arn, audience, expiration, regional] = WEBHOOK_ANNOTATIONS;
    const gap = (key: string, advice: string) => this.gaps.add(this.in('metadata', 'annotations', key), advice);
    const [audienceText, expirationText, regionalText] = [audience, expiration, regional].map(key => given.get(key));
    this.note(['metadata', 'annotations', arn], 'eksctl puts the ARN of the role of this service account here; so'
      + ' does the program.');
    if (audienceText !== undefined && audienceText !== AUDIENCE) {
      gap(audience, `The role of eksctl trusts ${AUDIENCE} alone; so does the one in the program.`);
    }
    const seconds = /^\d+$/.test(expirationText ?? '') ? Number(expirationText) : 0;
    const isValid = seconds >= MIN_TOKEN_SECONDS && seconds <= MAX_TOKEN_SECONDS;
    if (expirationText !== undefined && !isValid) {
      gap(expiration, `It must be ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS} seconds: set tokenExpiration.`);
    }
    if (regionalText !== undefined && !/^(true|false)$/.test(regionalText)) {
      gap(regional, 'It must be "true" or "false": set regionalStsEndpoint.');
    }
    return {
      annotations: annotations.filter(([key]) => !WEBHOOK_ANNOTATIONS.includes(key)),
      audience: audienceText === AUDIENCE ? AUDIENCE : undefined,
      tokenExpiration: isValid ? seconds : undefined,
      regionalStsEndpoint: regionalText === 'false' ? false : undefined,
    };
  }
}

/** What becomes of a well-known policy, and what is new for the user in it. */
interface Described {
  readonly factory: string;
  readonly needsZones: boolean;
  readonly scope: string;
}

function describeController(controller: WellKnownController, { clusterName, vpcId }: Held): Described {
  const vpc = vpcId ?? `the VPC with the tag ${VPC_TAG} = ${clusterName}, which the CDK CLI looks up`;
  switch (controller) {
    case 'autoScaler': return {
      factory: 'Controller.clusterAutoscaler',
      needsZones: false,
      scope: `it changes Auto Scaling groups with the tag k8s.io/cluster-autoscaler/${clusterName} = owned alone.`
        + ' See that yours have it.',
    };
    case 'awsLoadBalancerController': return {
      factory: 'Controller.awsLoadBalancerController',
      needsZones: false,
      scope: `it changes load balancers with the tag elbv2.k8s.aws/cluster = ${clusterName}, and security groups of`
        + ` ${vpc}, alone.`,
    };
    case 'externalDNS': return {
      factory: 'Controller.externalDns',
      needsZones: true,
      scope: 'it changes records of the zones of --hosted-zone alone.',
    };
    case 'certManager': return {
      factory: 'Controller.certManager',
      needsZones: true,
      scope: 'it changes TXT records _acme-challenge.* of the zones of --hosted-zone alone.',
    };
  }
}

/** What is not in `iam.serviceAccounts`: other ways to a role, and the cluster itself. */
function readTheRest(file: YamlFile): Gap[] {
  const gaps = new Gaps(file);
  const addIf = (path: Path, advice: string) => file.has(path) && gaps.add(path, advice);
  const oidc = ['iam', 'withOIDC'];
  file.note(oidc, file.at(oidc)
    ? 'eksctl registered the issuer, and made a role for the VPC CNI (kube-system/aws-node) unless an add-on brought'
      + ' one. Both stay with eksctl.'
    : 'is not true. Where the cluster\'s issuer is not registered with IAM yet, write new ClusterOidcProvider in the'
      + ' program.');

  const items = (path: Path) => (file.at(path) as Json[] | null | undefined ?? []).map((_, index) => [...path, index]);
  for (const association of items(['iam', 'podIdentityAssociations'])) {
    gaps.add(association, 'It is EKS Pod Identity, not IRSA: write it with PodIdentityServiceAccount, or leave it'
      + ' with eksctl. EKS has one association for a service account: eksctl\'s must go first.');
  }
  for (const addon of items(['addons'])) {
    const advice = 'It is the role of an add-on: leave it with eksctl, or write an IrsaRole and give its ARN to the'
      + ' add-on.';
    for (const key of ADDON_ROLE_KEYS) addIf([...addon, key], advice);
  }
  addIf(['addonsConfig', 'autoApplyPodIdentityAssociations'], 'It gives roles to add-ons by EKS Pod Identity: leave'
    + ' it with eksctl.');
  addIf(['karpenter'], 'eksctl makes a role for it: leave it with eksctl, or write an IrsaServiceAccount.');

  gaps.unknown(['iam'], IAM_KEYS);
  const keysOf = (path: Path, isOfTheCluster: (key: string) => boolean) =>
    file.keys(path).filter(isOfTheCluster).map(key => [...path, key]);
  const ofTheCluster = [
    ...keysOf([], key => !READ_KEYS.includes(key)),
    ...keysOf(['metadata'], key => !['name', 'region', 'tags'].includes(key)),
    ...keysOf(['iam'], key => IAM_OF_THE_CLUSTER.includes(key)),
  ];
  for (const path of ofTheCluster) file.note(path, 'is about the cluster itself, and stays with eksctl.');
  return gaps.all;
}

/** Collects what the program does not have. */
class Gaps {
  public readonly all: Gap[] = [];

  constructor(private readonly file: YamlFile) {}

  /** @param cause the part of the value that is in the way */
  public add(path: Path, advice: string, cause = path): void {
    this.all.push({ place: this.file.keyPlace(path), path: pathName(path), advice });
    this.file.notMapped(cause, advice);
  }

  public unknown(path: Path, known: string[]): void {
    for (const key of this.file.keys(path)) {
      if (known.includes(key)) continue;
      this.add([...path, key], `No version of ${API_VERSION} that this command knows has it: check how it is spelled.`);
    }
  }
}
