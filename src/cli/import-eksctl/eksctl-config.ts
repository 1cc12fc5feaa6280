/**
 * What an eksctl ClusterConfig says of service accounts, checked.
 *
 * @see https://eksctl.io/usage/schema/
 */
import { readPolicy } from './eksctl-policy';
import { Place, Remarks } from './remarks';
import { quoted } from '../text';
import { Json, Pattern, Value } from './yaml-file';
import { LONGEST_TOKEN_LIFE, SHORTEST_TOKEN_LIFE } from '../../private/annotations';
import { CLUSTER_NAME, isMetadataKey, keeps, LABEL_VALUE, matchesPattern, METADATA_KEY, NameRule, NAMESPACE, OBJECT_NAME, OBJECT_NAME_PATTERN, ROLE_NAME, WEBHOOK_ROLE_ARN } from '../../private/name-patterns';

const API_VERSION = 'eksctl.io/v1alpha5';
const REGION = /^[a-z]+(-[a-z]+)+-\d+$/;
const ROLE_ARN_LIKE = /^arn:[^:\s]+:iam:[^:\s]*:[^:\s]*:role\/[\u0021-\u007e]+$/;
const POLICY_ARN_LIKE = /^arn:[^:\s]+:iam:[^:\s]*:[^:\s]*:policy\/[\u0021-\u007e]+$/;
const POLICY_ARN = /^arn:aws[a-z0-9-]*:iam::(\d{12}|aws):policy\/[\u0021-\u007e]+$/;
const VPC_ID = /^vpc-[0-9a-f]{8,17}$/;
/** What eksctl gives to the VPC that it makes. */
export const VPC_TAG = 'alpha.eksctl.io/cluster-name';
const AUDIENCE = 'sts.amazonaws.com';

/** Of `iam`, what is the cluster's own. */
const IAM_OF_THE_CLUSTER = ['serviceRoleARN', 'serviceRolePermissionsBoundary', 'fargatePodExecutionRoleARN', 'fargatePodExecutionRolePermissionsBoundary', 'vpcResourceControllerPolicy'];
/** Of the file, what is read here. */
const READ_KEYS = ['apiVersion', 'kind', 'metadata', 'iam', 'karpenter'];
const SERVICE_ACCOUNT_KEYS = ['metadata', 'attachPolicyARNs', 'attachPolicy', 'attachRoleARN', 'wellKnownPolicies', 'permissionsBoundary', 'roleName', 'roleOnly', 'subjectPattern', 'tags', 'status'];
const ROLE_KEYS = ['attachPolicyARNs', 'attachPolicy', 'wellKnownPolicies', 'permissionsBoundary', 'roleName', 'subjectPattern', 'tags'];
const ADDON_ROLE_KEYS = ['serviceAccountRoleARN', 'attachPolicyARNs', 'attachPolicy', 'wellKnownPolicies', 'permissionsBoundary', 'podIdentityAssociations', 'useDefaultPodIdentityAssociations'];

/** Of the well-known policies, those that become a managed policy of AWS. */
const AWS_POLICIES: Record<string, { name: string; reason: string }> = {
  imageBuilder: { name: 'AmazonEC2ContainerRegistryPowerUser', reason: 'which eksctl attaches for it.' },
  ebsCSIController: { name: 'service-role/AmazonEBSCSIDriverPolicy', reason: 'which eksctl attaches for it. Controller.ebsCsiDriver is narrower.' },
  efsCSIController: {
    name: 'service-role/AmazonEFSCSIDriverPolicy',
    reason: 'held to the tag of a driver as eksctl\'s own statements are. Controller.efsCsiDriver is narrower: it names the file systems.',
  },
};
/** Those that become a controller of this library. */
const CONTROLLERS: WellKnownController[] = ['autoScaler', 'awsLoadBalancerController', 'externalDNS', 'certManager'];

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
 * @returns nothing when something is wrong
 */
export function readClusterConfig(file: Value, remarks: Remarks, hasZones: boolean): ClusterConfig | undefined {
  if (!file.isObject) return file.wrong('be an object', `Give a ClusterConfig of eksctl, ${API_VERSION}.`);
  required(file, 'kind', /^ClusterConfig$/, 'be ClusterConfig', 'Other kinds are not imported.');
  required(file, 'apiVersion', /^eksctl\.io\/v1alpha5$/, `be ${API_VERSION}`, 'No other version is supported.');
  if (remarks.count('problem') > 0) return undefined;

  const metadata = file.get('metadata');
  const iam = file.get('iam');
  const accounts = iam?.get('serviceAccounts');
  if (!metadata) file.missing('metadata', 'be an object', 'Write the name and the region of the cluster.');
  if (!iam) file.missing('iam', 'hold serviceAccounts', 'There is nothing to import.');
  else if (!accounts) iam.missing('serviceAccounts', 'hold at least one service account', 'There is nothing to import.');
  else if (accounts.isList && accounts.items().length === 0) accounts.wrong('hold at least one service account', 'There is nothing to import.');
  const taken = new Map<string, Place>();
  const clusterName = metadata && required(metadata, 'name', CLUSTER_NAME, 'be the name of an EKS cluster: at most 100 letters, digits, - and _', 'Name the cluster.');
  const vpcId = readVpcId(file);
  const held = { clusterName: clusterName ?? '', vpcId, hasZones };
  const config = {
    clusterName,
    vpcId,
    region: metadata && required(metadata, 'region', REGION, 'be the region of the cluster', 'For example eu-west-1.'),
    tags: readTags(metadata?.get('tags')),
    serviceAccounts: accounts?.items().map(account => readServiceAccount(account, remarks, taken, held)),
    gaps: readTheRest(file, iam, remarks),
  };
  return remarks.count('problem') > 0 ? undefined : config as ClusterConfig;
}

/** Of a VPC that was there before the cluster. */
function readVpcId(file: Value): string | undefined {
  const vpc = file.get('vpc');
  const id = vpc?.isObject ? vpc.get('id') : undefined;
  return id && VPC_ID.test(id.raw) ? id.raw : undefined;
}

function readServiceAccount(account: Value, remarks: Remarks, taken: Map<string, Place>, held: Held): ServiceAccount | undefined {
  if (!account.isObject) return account.wrong('be an object', 'Write metadata, and the policies.');
  const metadata = account.get('metadata');
  if (!metadata) return account.missing('metadata', 'be an object', 'Name the service account.');
  const gaps = new Gaps(remarks);
  gaps.unknown(account, SERVICE_ACCOUNT_KEYS);
  gaps.unknown(metadata, ['name', 'namespace', 'labels', 'annotations']);
  const subject = readSubject(metadata, taken);
  const roleOnly = account.get('roleOnly')?.flag() ?? false;
  const existing = filled(account, 'attachRoleARN');
  const isLeftOut = existing !== undefined && isWithoutUse(existing, roleOnly, gaps);

  const note = (value: Value | undefined, text: string) => value && remarks.note(value.keyPlace, value.path, text);
  note(account.get('status'), 'eksctl writes it, and does not read it; neither does the program.');
  if (roleOnly) for (const key of ['labels', 'annotations']) note(metadata.get(key), 'eksctl makes no ServiceAccount with roleOnly, and does not use it; neither does the program.');
  if (existing) for (const key of ROLE_KEYS) note(account.get(key), 'eksctl makes no role beside attachRoleARN, and does not use it; neither does the program.');
  const role = existing?.raw ?? readRole(account, remarks, gaps, held);
  const isLockedOut = typeof role !== 'string' && role.subjectPattern !== undefined && !matchesPattern(role.subjectPattern, subject.name);
  if (isLockedOut && !roleOnly) gaps.add(account.get('subjectPattern')!, 'It does not match the name of the service account, whose pods could not use the role: the role is written without the ServiceAccount.');
  return {
    ...subject,
    createServiceAccount: !roleOnly && !isLockedOut,
    labels: readLabels(metadata.get('labels')),
    ...readAnnotations(metadata.get('annotations'), remarks, gaps),
    role,
    gaps: gaps.all,
    isLeftOut,
  };
}

function readSubject(metadata: Value, taken: Map<string, Place>): { namespace: string; name: string } {
  const name = required(metadata, 'name', matcher(OBJECT_NAME), OBJECT_NAME.rule, OBJECT_NAME.advice) ?? '';
  const namespace = filled(metadata, 'namespace')?.textLike(matcher(NAMESPACE), NAMESPACE.rule, NAMESPACE.advice) ?? 'default';
  const key = `${namespace}/${name}`;
  const first = taken.get(key);
  if (first) metadata.get('name')!.wrong('be used once in a namespace', `${key} is in line ${first.line} already.`);
  else taken.set(key, metadata.place);
  return { namespace, name };
}

/** Whether nothing can be written for a service account with an existing role. */
function isWithoutUse(arn: Value, roleOnly: boolean, gaps: Gaps): boolean {
  const text = arn.textLike(ROLE_ARN_LIKE, 'be the ARN of a role: arn:<partition>:iam::<account>:role/<path and name>', 'Take it from `aws iam get-role`.');
  if (text === undefined) return true;
  const reason = roleOnly ? 'With roleOnly beside it eksctl makes neither a role nor a ServiceAccount; neither does the program.'
    : WEBHOOK_ROLE_ARN.test(text) ? undefined : `No role can have the ARN ${quoted(text)}: correct it (the account has 12 digits) and import again.`;
  if (reason) gaps.add(arn, reason);
  return reason !== undefined;
}

function readRole(account: Value, remarks: Remarks, gaps: Gaps, held: Held): NewRole {
  const policies = account.get('attachPolicyARNs')?.items() ?? [];
  const boundary = filled(account, 'permissionsBoundary');
  const roleName = filled(account, 'roleName');
  const wellKnown = account.get('wellKnownPolicies');
  const document = account.get('attachPolicy');
  if (policies.length === 0 && !wellKnown && !document) remarks.note(account.place, account.path, 'has no policies, and eksctl would refuse it; the role has none.');
  if (roleName) remarks.note(roleName.keyPlace, roleName.path, 'the role of eksctl\'s stack has this name until that stack is deleted, and IAM has a name once. Write another one while both exist.');
  return {
    policyArns: policies.map(policy => readPolicyArn(policy, remarks)).filter(arn => arn !== undefined),
    ...readWellKnown(wellKnown, remarks, gaps, held),
    inlinePolicy: document && readPolicy(document, remarks, (value, advice) => gaps.add(document, advice, value)),
    permissionsBoundary: boundary && readPolicyArn(boundary, remarks),
    roleName: roleName?.textLike(ROLE_NAME, 'be 1 to 64 letters, digits and _+=,.@-', 'Leave it out for a generated name.'),
    subjectPattern: filled(account, 'subjectPattern')?.textLike(matcher(OBJECT_NAME_PATTERN), OBJECT_NAME_PATTERN.rule, OBJECT_NAME_PATTERN.advice),
    tags: readTags(account.get('tags')),
  };
}

/** Wrong accounts stay as they are: without the boundary the role would be wider, without the policy weaker. */
function readPolicyArn(value: Value, remarks: Remarks): string | undefined {
  const arn = value.textLike(POLICY_ARN_LIKE, 'be the ARN of a policy: arn:<partition>:iam::<account>:policy/<path and name>', 'Take it from `aws iam list-policies`.');
  if (arn !== undefined && !POLICY_ARN.test(arn)) remarks.note(value.keyPlace, value.path, `no policy can have the ARN ${quoted(arn)}: IAM will refuse it. Correct it before you deploy.`);
  return arn;
}

function readWellKnown(wellKnown: Value | undefined, remarks: Remarks, gaps: Gaps, held: Held): Pick<NewRole, 'awsPolicies' | 'controllers'> {
  const known = [...Object.keys(AWS_POLICIES), ...CONTROLLERS];
  if (wellKnown) gaps.unknown(wellKnown, known);
  const awsPolicies: string[] = [];
  const controllers: WellKnownController[] = [];
  for (const { key, value } of wellKnown?.entries() ?? []) {
    if (!known.includes(key) || !value.flag()) continue;
    const awsPolicy = Object.hasOwn(AWS_POLICIES, key) ? AWS_POLICIES[key] : undefined;
    if (awsPolicy) {
      awsPolicies.push(awsPolicy.name);
      remarks.note(value.keyPlace, value.path, `written as AWS's managed policy ${awsPolicy.name}, ${awsPolicy.reason}`);
      continue;
    }
    const controller = key as WellKnownController;
    const { factory, needsZones, scope } = describeController(controller, held);
    if (needsZones && !held.hasZones) {
      gaps.add(value, `eksctl lets it change every record of every hosted zone of the account; the role is written without it. Import again with --hosted-zone <id> for each zone that it manages, or add controller: ${factory}({ hostedZones: […] }).`);
      continue;
    }
    controllers.push(controller);
    remarks.note(value.keyPlace, value.path, `written as ${factory}, narrower than eksctl: ${scope}`);
  }
  return { awsPolicies, controllers };
}

/** What becomes of a well-known policy, and what is new for the user in it. */
function describeController(controller: WellKnownController, { clusterName, vpcId }: Held): { factory: string; needsZones: boolean; scope: string } {
  switch (controller) {
    case 'autoScaler': return {
      factory: 'Controller.clusterAutoscaler',
      needsZones: false,
      scope: `it changes Auto Scaling groups with the tag k8s.io/cluster-autoscaler/${clusterName} = owned alone. See that yours have it.`,
    };
    case 'awsLoadBalancerController': return {
      factory: 'Controller.awsLoadBalancerController',
      needsZones: false,
      scope: `it changes load balancers with the tag elbv2.k8s.aws/cluster = ${clusterName}, and security groups of ${vpcId ?? `the VPC with the tag ${VPC_TAG} = ${clusterName}, which the CDK CLI looks up`}, alone.`,
    };
    case 'externalDNS': return { factory: 'Controller.externalDns', needsZones: true, scope: 'it changes records of the zones of --hosted-zone alone.' };
    case 'certManager': return { factory: 'Controller.certManager', needsZones: true, scope: 'it changes TXT records _acme-challenge.* of the zones of --hosted-zone alone.' };
  }
}

function readLabels(labels: Value | undefined): Texts {
  for (const { key, value } of labels?.entries() ?? []) {
    checkKey(key, value);
    if (value.raw !== '') value.textLike(matcher(LABEL_VALUE), LABEL_VALUE.rule, LABEL_VALUE.advice);
  }
  return labels?.texts() ?? [];
}

/** The annotations that the webhook reads are properties of their own; eksctl sets the ARN of the role itself. */
function readAnnotations(annotations: Value | undefined, remarks: Remarks, gaps: Gaps): Pick<ServiceAccount, 'annotations' | 'audience' | 'tokenExpiration' | 'regionalStsEndpoint'> {
  for (const { key, value } of annotations?.entries() ?? []) checkKey(key, value);
  const own = (name: string) => annotations?.get(`eks.amazonaws.com/${name}`);
  const [arn, audience, expiration, regional] = ['role-arn', 'audience', 'token-expiration', 'sts-regional-endpoints'].map(own);
  if (arn) remarks.note(arn.keyPlace, arn.path, 'eksctl puts the ARN of the role of this service account here; so does the program.');
  if (audience && audience.text() !== AUDIENCE) gaps.add(audience, `The role of eksctl trusts ${AUDIENCE} alone; so does the one in the program.`);
  const seconds = Number(expiration?.text());
  const valid = /^\d+$/.test(expiration?.raw ?? '') && seconds >= SHORTEST_TOKEN_LIFE && seconds <= LONGEST_TOKEN_LIFE;
  if (expiration && !valid) gaps.add(expiration, `It must be ${SHORTEST_TOKEN_LIFE} to ${LONGEST_TOKEN_LIFE} seconds: set tokenExpiration.`);
  if (regional && !/^(true|false)$/.test(regional.text() ?? '')) gaps.add(regional, 'It must be "true" or "false": set regionalStsEndpoint.');
  const properties = [arn, audience, expiration, regional].map(value => value?.path);
  return {
    annotations: annotations?.entries().filter(({ value }) => !properties.includes(value.path)).map(({ key, value }) => [key, value.text() ?? '']) ?? [],
    audience: audience?.raw === AUDIENCE ? AUDIENCE : undefined,
    tokenExpiration: expiration && valid ? seconds : undefined,
    regionalStsEndpoint: regional?.raw === 'false' ? false : undefined,
  };
}

function checkKey(key: string, value: Value): void {
  if (!isMetadataKey(key)) value.wrongKey(key, METADATA_KEY.rule, METADATA_KEY.advice);
}

function readTags(tags: Value | undefined): Texts {
  for (const { key, value } of tags?.entries() ?? []) {
    if (key === '' || key.length > 128 || key.startsWith('aws:')) value.wrongKey(key, 'have a key of 1 to 128 characters that does not begin with aws:', 'AWS takes no other.');
    if (value.raw.length > 256) value.wrong('have at most 256 characters', 'AWS takes no more.');
  }
  return tags?.texts() ?? [];
}

/** What is not in `iam.serviceAccounts`: other ways to a role, and the cluster itself. */
function readTheRest(file: Value, iam: Value | undefined, remarks: Remarks): Gap[] {
  const gaps = new Gaps(remarks);
  const oidc = iam?.get('withOIDC');
  if (!oidc?.flag()) remarks.note((oidc ?? iam ?? file).keyPlace, 'iam.withOIDC', 'is not true. Where the cluster\'s issuer is not registered with IAM yet, write new ClusterOidcProvider in the program.');
  else remarks.note(oidc.keyPlace, oidc.path, 'eksctl registered the issuer, and made a role for the VPC CNI (kube-system/aws-node) unless an add-on brought one. Both stay with eksctl.');

  for (const association of iam?.get('podIdentityAssociations')?.items() ?? []) {
    gaps.add(association, 'It is EKS Pod Identity, not IRSA: write it with PodIdentityServiceAccount, or leave it with eksctl. EKS has one association for a service account: eksctl\'s must go first.');
  }
  for (const addon of file.get('addons')?.items() ?? []) {
    for (const key of ADDON_ROLE_KEYS) if (addon.get(key)) gaps.add(addon.get(key)!, 'It is the role of an add-on: leave it with eksctl, or write an IrsaRole and give its ARN to the add-on.');
  }
  const automatic = file.get('addonsConfig')?.get('autoApplyPodIdentityAssociations');
  if (automatic) gaps.add(automatic, 'It gives roles to add-ons by EKS Pod Identity: leave it with eksctl.');
  const karpenter = file.get('karpenter');
  if (karpenter) gaps.add(karpenter, 'eksctl makes a role for it: leave it with eksctl, or write an IrsaServiceAccount.');

  if (iam) gaps.unknown(iam, ['withOIDC', 'serviceAccounts', 'podIdentityAssociations', ...IAM_OF_THE_CLUSTER]);
  const ofTheCluster = [
    ...file.entries().filter(({ key }) => !READ_KEYS.includes(key)),
    ...file.get('metadata')?.entries().filter(({ key }) => !['name', 'region', 'tags'].includes(key)) ?? [],
    ...iam?.entries().filter(({ key }) => IAM_OF_THE_CLUSTER.includes(key)) ?? [],
  ];
  for (const { value } of ofTheCluster) remarks.note(value.keyPlace, value.path, 'is about the cluster itself, and stays with eksctl.');
  return gaps.all;
}

/** Collects what the program does not have. */
class Gaps {
  public readonly all: Gap[] = [];

  constructor(private readonly remarks: Remarks) {}

  /** @param cause the part of the value that is in the way */
  public add(value: Value, advice: string, cause = value): void {
    this.all.push({ place: value.keyPlace, path: value.path, advice });
    this.remarks.notMapped(cause.keyPlace, cause.path, advice);
  }

  public unknown(object: Value, known: string[]): void {
    for (const { key, value } of object.entries()) {
      if (!known.includes(key)) this.add(value, `No version of ${API_VERSION} that this command knows has it: check how it is spelled.`);
    }
  }
}

/** A text that has to be there. */
function required(object: Value, key: string, pattern: Pattern, rule: string, advice: string): string | undefined {
  const value = object.get(key);
  return value ? value.textLike(pattern, rule, advice) : object.missing(key, rule, advice);
}

/** A value that is there and not the empty text, which eksctl takes for nothing. */
function filled(object: Value, key: string): Value | undefined {
  const value = object.get(key);
  return value?.raw === '' && !value.isList && !value.isObject ? undefined : value;
}

function matcher(rule: NameRule): Pattern {
  return { test: name => keeps(name, rule) };
}
