import { CfnResource, Stack } from 'aws-cdk-lib';
import { IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ADDON_SERVICE_ACCOUNTS } from '../../conventions/addons';
import { objectOf, propertyOf } from '../../conventions/json';
import { AppIndex } from '../app-index';
import { claim } from '../app-registry';
import { ProviderFacts } from '../issuer/issuer';
import { isToken } from '../values/is-token';
import {
  argumentsOf, deployedStack, fingerprint, literalPartition, pointed, PointedValue, renderedProperties,
} from '../values/tokens';

const ADDON = 'AWS::EKS::Addon';
const ASSOCIATION = 'AWS::EKS::PodIdentityAssociation';

/** Resources that constructs of this library created. They claim what they declare. */
const OWN = new WeakSet<CfnResource>();

/** Returns the ARN of a cluster in the account and region of the stack. */
export function clusterArn(scope: IConstruct, clusterName: string): string {
  const stack = Stack.of(scope);
  const partition = literalPartition(stack);
  return stack.formatArn({ service: 'eks', resource: 'cluster', resourceName: clusterName, partition });
}

/** Returns text that is equal for two names of the same cluster. */
export function clusterIdentity(scope: IConstruct, clusterName: string): string {
  return clusterKey(scope, pointed(scope, clusterName));
}

/** Claims an add-on, which a cluster can have only once. */
export function claimAddon(owner: IConstruct, resource: CfnResource, clusterName: string, addonName: string): void {
  OWN.add(resource);
  claim(owner, () => [`addon ${addonKey(owner, clusterName, addonName)}`]);
}

/**
 * Claims the associations of service accounts. Each can exist only once per cluster.
 *
 * @param resource the resource that creates the associations
 */
export function claimAssociations(
  owner: IConstruct, resource: CfnResource, clusterName: string, namespace: string, names: readonly string[],
): void {
  OWN.add(resource);
  claim(owner, () => names.map(name => `association ${associationKey(owner, clusterName, namespace, name)}`));
}

/** Claims service accounts of the cluster of a provider, because each can have only one role. */
export function claimWebIdentities(
  owner: IConstruct, provider: IOpenIdConnectProvider, namespace: string, names: readonly string[],
): void {
  claim(owner, () => names.map(name => `service account ${fingerprint(owner, `${namespace}:${name}`)} `
    + issuerFingerprint(owner, provider)));
}

function issuerFingerprint(owner: IConstruct, provider: IOpenIdConnectProvider): string {
  const find = () => fingerprint(owner, new ProviderFacts(provider).issuer);
  return AppIndex.of(owner).once(['fingerprint of the issuer', provider, Stack.of(owner)], find);
}

/** Returns other resources in the app that declare the same add-on in the same cluster. */
export function foreignAddons(scope: IConstruct, clusterName: string, addonName: string): CfnResource[] {
  return AppIndex.of(scope).view(byAddon).get(addonKey(scope, clusterName, addonName)) ?? [];
}

/** Returns other resources in the app that associate the same service account of the same cluster. */
export function foreignAssociations(
  scope: IConstruct, clusterName: string, namespace: string, name: string,
): CfnResource[] {
  return AppIndex.of(scope).view(byAssociation).get(associationKey(scope, clusterName, namespace, name)) ?? [];
}

function addonKey(scope: IConstruct, clusterName: string, addonName: string): string {
  return JSON.stringify([clusterKey(scope, pointed(scope, clusterName)), addonName]);
}

function associationKey(scope: IConstruct, clusterName: string, namespace: string, name: string): string {
  const { value: names } = pointed(scope, [namespace, name]);
  return JSON.stringify([clusterKey(scope, pointed(scope, clusterName)), names]);
}

/**
 * Returns a key for the cluster. Two stacks without an account or a region may be deployed to two environments; a stack
 * and its nested stacks are deployed to one.
 */
function clusterKey(scope: IConstruct, { value, targets }: PointedValue): string {
  const stack = deployedStack(scope);
  const place = [stack.account, stack.region];
  const known = !place.some(part => isToken(part));
  return JSON.stringify([known ? place : stack.node.addr, literalName(value, targets) ?? value]);
}

/** Returns the literal name of a referenced cluster, if the app sets it. */
function literalName(value: unknown, targets: PointedValue['targets']): string | undefined {
  const [id, attribute] = argumentsOf(value, 'Fn::GetAtt');
  const target = targets.get(`${id}`);
  if (attribute !== 'Ref' || !CfnResource.isCfnResource(target)) return undefined;
  const { value: properties } = renderedProperties(target);
  const name = target.cfnResourceType === 'AWS::EKS::Cluster' ? properties.Name
    : target.cfnResourceType === 'Custom::AWSCDK-EKS-Cluster' ? propertyOf(properties.Config, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function byAddon(all: readonly IConstruct[]): Map<string, CfnResource[]> {
  return grouped(all, (resource, { value, targets }) => {
    if (resource.cfnResourceType !== ADDON) return [];
    return [JSON.stringify([clusterKey(resource, { value: value.ClusterName, targets }), value.AddonName])];
  });
}

function byAssociation(all: readonly IConstruct[]): Map<string, CfnResource[]> {
  return grouped(all, (resource, { value, targets }) => {
    const cluster = clusterKey(resource, { value: value.ClusterName, targets });
    const names = resource.cfnResourceType === ADDON
      ? associatedByAddon(value)
      : [[value.Namespace, value.ServiceAccount]];
    return names.map(pair => JSON.stringify([cluster, pair]));
  });
}

function associatedByAddon(properties: Record<string, unknown>): unknown[][] {
  const { AddonName: addon, NamespaceConfig: config, PodIdentityAssociations: associations } = properties;
  const namespace = propertyOf(config, 'Namespace') ?? ADDON_SERVICE_ACCOUNTS.get(`${addon}`)?.namespace;
  if (namespace === undefined || !Array.isArray(associations)) return [];
  return associations.map(association => [namespace, objectOf<Record<string, unknown>>(association).ServiceAccount]);
}

/** Groups the add-ons and associations that other constructs declare, by keys that must be unique per cluster. */
function grouped(
  all: readonly IConstruct[],
  keysOf: (resource: CfnResource, properties: PointedValue<Record<string, unknown>>) => string[],
): Map<string, CfnResource[]> {
  const groups = new Map<string, CfnResource[]>();
  for (const resource of all) {
    if (!CfnResource.isCfnResource(resource) || OWN.has(resource)) continue;
    if (![ADDON, ASSOCIATION].includes(resource.cfnResourceType)) continue;
    for (const key of keysOf(resource, renderedProperties(resource))) {
      groups.set(key, [...groups.get(key) ?? [], resource]);
    }
  }
  return groups;
}
