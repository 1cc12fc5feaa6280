/**
 * IAM principals with access to the clusters in templates: access entries, cluster creators, and kubectl roles.
 */
import { StackTemplate } from './assembly';
import { userNamed } from './aws-auth';
import { Place, Text } from '../access-map';
import { AccessPolicyAssociation, ClusterPrincipal, EksCluster } from '../cluster-access';
import { arrayOf, isObject, JsonObject, objectOf, textOf } from '../json-values';
import { hasStandIn, isStandIn, standIn } from '../stand-in';

/** A resource of a template. */
export interface TemplateResource {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly place: Place;
}

/** Reads the resources of templates. */
export interface ResourceReader {
  ofType(...types: string[]): TemplateResource[];
  /** Converts a value to text, with stand-ins for values that are only known at deployment. */
  text(stack: StackTemplate, value: unknown): Text;
  /** A value with intrinsic functions resolved. */
  resolve(stack: StackTemplate, value: unknown): unknown;
  clusterArn(stack: StackTemplate, name: Text): Text;
}

export interface ClusterAccess {
  readonly clusters: EksCluster[];
  readonly principals: ClusterPrincipal[];
}

const CLUSTER_ADMIN: AccessPolicyAssociation = { policy: 'AmazonEKSClusterAdminPolicy' };
/** The default of EKS. */
const DEFAULT_MODE = 'CONFIG_MAP';
const POLICY_ARN = /^arn:(?:[^:⟨]*|⟨[^⟨⟩]*⟩):eks::aws:cluster-access-policy\/(\w+)$/;

/** The clusters and the principals with access to them; `aws-auth` is read with the manifests. */
export function clusterAccessIn(reader: ResourceReader): ClusterAccess {
  const made = [
    ...reader.ofType('AWS::EKS::Cluster').map(resource => nativeCluster(reader, resource)),
    ...reader.ofType('Custom::AWSCDK-EKS-Cluster').map(resource => customCluster(reader, resource)),
  ];
  const clusters = made.map(({ cluster }) => cluster);
  const entries = reader.ofType('AWS::EKS::AccessEntry').flatMap(entry => accessEntry(reader, entry))
    .map(entry => (authenticationModeOf(clusters, entry.cluster) === 'CONFIG_MAP' ? ignored(entry) : entry));
  const principals = [...entries, ...made.flatMap(({ creator }) => creator)];
  return { clusters, principals: [...principals, ...kubectlRoles(reader, principals)] };
}

/** Undefined for a cluster that is not in the templates. */
export function authenticationModeOf(clusters: readonly EksCluster[], arn: Text | undefined): Text | undefined {
  return clusters.find(({ arns }) => arn !== undefined && arns.includes(arn))?.authenticationMode;
}

interface MadeCluster {
  readonly cluster: EksCluster;
  readonly creator: ClusterPrincipal[];
}

/** The principal that deploys the stack creates the cluster. */
function nativeCluster(reader: ResourceReader, resource: TemplateResource): MadeCluster {
  const { stack, properties } = resource;
  const config = objectOf(reader.resolve(stack, properties.AccessConfig));
  const cluster = clusterOf(reader, resource, config.AuthenticationMode);
  const principal = standIn(`deployer of ${stack.path}`);
  return { cluster, creator: creatorOf(cluster, principal, config.BootstrapClusterCreatorAdminPermissions) };
}

/** The custom resource of aws-eks assumes a role to create the cluster. Its configuration is an API request. */
function customCluster(reader: ResourceReader, resource: TemplateResource): MadeCluster {
  const { stack, properties } = resource;
  const config = objectOf(reader.resolve(stack, properties.Config));
  const access = objectOf(config.accessConfig);
  const cluster = clusterOf(reader, resource, access.authenticationMode, config.name);
  const { AssumeRoleArn: role } = properties;
  const principal = role === undefined
    ? standIn(`creator of ${cluster.arns[0].replace(/[⟨⟩]/g, '')}`)
    : reader.text(stack, role);
  return { cluster, creator: creatorOf(cluster, principal, access.bootstrapClusterCreatorAdminPermissions) };
}

function clusterOf(
  reader: ResourceReader, { stack, logicalId, place }: TemplateResource, mode: unknown, name?: unknown,
): EksCluster {
  const arn = reader.clusterArn(stack, reader.text(stack, { Ref: logicalId }));
  const issuer = reader.text(stack, { 'Fn::GetAtt': [logicalId, 'OpenIdConnectIssuerUrl'] });
  const others = typeof name === 'string' && name !== '' ? [reader.clusterArn(stack, name)] : [];
  return {
    arns: [...new Set([arn, ...others])],
    issuer: issuer.replace(/^https:\/\//, ''),
    authenticationMode: mode === undefined || mode === null ? DEFAULT_MODE : textOf(mode),
    place,
  };
}

function creatorOf({ arns, authenticationMode: mode, place }: EksCluster, principal: Text, bootstrap: unknown) {
  if (bootstrap !== undefined && textOf(bootstrap) === 'false') return [];
  const isByConfigMap = mode === 'CONFIG_MAP';
  return [{
    cluster: arns[0],
    principal,
    via: 'cluster-creator' as const,
    groups: isByConfigMap ? ['system:masters'] : [],
    policies: isByConfigMap ? [] : [CLUSTER_ADMIN],
    ...bootstrap !== undefined && isStandIn(bootstrap) && {
      doubt: 'whether the creator of the cluster is an administrator cannot be determined yet',
    },
    place,
  }];
}

function accessEntry(reader: ResourceReader, { stack, properties, place }: TemplateResource): ClusterPrincipal[] {
  const type = properties.Type === undefined ? 'STANDARD' : reader.text(stack, properties.Type);
  if (type !== 'STANDARD' && !hasStandIn(type)) return []; // nodes
  const principal = reader.text(stack, properties.PrincipalArn);
  const [groups, policies] = ['KubernetesGroups', 'AccessPolicies'].map(name =>
    reader.resolve(stack, properties[name]));
  const isOpen = [groups, policies].some(value => value !== undefined && value !== null && !Array.isArray(value));
  const associations = arrayOf(policies).map(value => association(value));
  const isWhole = associations.every(value => value !== undefined);
  const doubt = isOpen ? 'the groups or the access policies of the access entry cannot be determined yet'
    : isWhole ? undefined : 'an access policy of the access entry cannot be read';
  const user = userNamed(properties.Username && reader.text(stack, properties.Username), principal);
  return [{
    cluster: reader.clusterArn(stack, reader.text(stack, properties.ClusterName)),
    principal,
    via: 'access-entry',
    ...user !== undefined && { user },
    groups: arrayOf(groups).map(textOf),
    policies: associations.filter(value => value !== undefined),
    ...doubt !== undefined && { doubt },
    place,
  }];
}

/** The mode may have been changed on the cluster without changing the template. */
function ignored({ user: _, ...entry }: ClusterPrincipal): ClusterPrincipal {
  const doubt = 'the authentication mode in the template, CONFIG_MAP, ignores the access entry, unless it was changed '
    + 'outside the template';
  return { ...entry, groups: [], policies: [], doubt };
}

function association(value: unknown): AccessPolicyAssociation | undefined {
  const { PolicyArn: arn, AccessScope: scope } = objectOf(value);
  if (!isObject(value) || typeof arn !== 'string' || !isObject(scope)) return undefined;
  const policy = POLICY_ARN.exec(arn)?.[1] ?? arn;
  if (scope.Type === 'cluster') return { policy };
  if (scope.Type !== 'namespace' || !Array.isArray(scope.Namespaces)) return undefined;
  return { policy, namespaces: scope.Namespaces.map(textOf) };
}

/** Roles with which the CDK applies manifests to clusters of another app. */
function kubectlRoles(reader: ResourceReader, known: readonly ClusterPrincipal[]): ClusterPrincipal[] {
  const applied = reader.ofType('Custom::AWSCDK-EKS-KubernetesResource', 'Custom::AWSCDK-EKS-HelmChart')
    .filter(({ properties }) => properties.RoleArn !== undefined)
    .map(({ stack, properties, place }): ClusterPrincipal => ({
      cluster: reader.clusterArn(stack, reader.text(stack, properties.ClusterName)),
      principal: reader.text(stack, properties.RoleArn),
      via: 'kubectl-role',
      groups: [],
      policies: [],
      doubt: 'the CDK applies manifests with this role, but its rights in the cluster are not in the templates',
      place,
    }));
  const keyOf = ({ cluster, principal }: ClusterPrincipal) => JSON.stringify([cluster, principal]);
  const names = new Set(known.map(keyOf));
  return applied.filter(role => !names.has(keyOf(role)) && names.add(keyOf(role)));
}
