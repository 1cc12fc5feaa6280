/**
 * Reads the access entries of a cluster and its EKS Pod Identity associations.
 */
import {
  AssociatedAccessPolicy,
  DescribeAccessEntryCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  paginateListAccessEntries,
  paginateListAssociatedAccessPolicies,
  paginateListPodIdentityAssociations,
  PodIdentityAssociationSummary,
} from '@aws-sdk/client-eks';
import { decode, orNone, requirePart } from './aws-answers';
import { PodIdentity, Read } from '../facts';
import { eachInFlight } from './in-flight';
import { LiveAccessEntry, LiveAccessPolicy, LiveAssociation } from '../live/live-facts';

/** Reads something that requires a permission. */
export type Reading = <T>(permission: string, read: () => Promise<T>) => Promise<Read<T>>;

const NOT_FOUND = ['ResourceNotFoundException'];
const STANDARD = 'STANDARD';

/** All access entries of a cluster. One that cannot be read does not affect the others. */
export async function readAccessEntries(
  client: EKSClient, clusterName: string, reading: Reading,
): Promise<Read<LiveAccessEntry[]>> {
  const principals = await reading('eks:ListAccessEntries', async () => {
    const all: string[] = [];
    for await (const { accessEntries } of paginateListAccessEntries({ client, pageSize: 100 }, { clusterName })) {
      all.push(...requirePart(accessEntries));
    }
    return all;
  });
  if ('unknown' in principals) return principals;
  const entries = await eachInFlight(principals.value.map(principalArn => async () => {
    const entry = await readEntry(client, { clusterName, principalArn }, reading);
    return entry === undefined ? [] : [entry];
  }));
  return { value: entries.flat() };
}

interface EntryId {
  readonly clusterName: string;
  readonly principalArn: string;
}

/** Undefined if the entry was deleted in the meantime. */
async function readEntry(client: EKSClient, id: EntryId, reading: Reading): Promise<LiveAccessEntry | undefined> {
  const { principalArn: principal } = id;
  const described = await reading('eks:DescribeAccessEntry', () =>
    orNone(NOT_FOUND, async () =>
      requirePart((await client.send(new DescribeAccessEntryCommand(id))).accessEntry)));
  if ('value' in described && described.value === undefined) return undefined;
  const { type, username, kubernetesGroups = [] } = 'value' in described ? described.value! : {};
  // Entries for nodes have policies that EKS manages.
  const policies = type === undefined || type === STANDARD
    ? await readPolicies(client, id, reading) : { value: [] };
  return {
    principal,
    ...'unknown' in described && { unread: described.unknown },
    type: type ?? STANDARD,
    ...username && { user: username },
    groups: kubernetesGroups,
    policies,
  };
}

function readPolicies(client: EKSClient, id: EntryId, reading: Reading): Promise<Read<LiveAccessPolicy[]>> {
  return reading('eks:ListAssociatedAccessPolicies', async () => {
    const all: LiveAccessPolicy[] = [];
    const pages = paginateListAssociatedAccessPolicies({ client, pageSize: 100 }, id);
    await orNone(NOT_FOUND, async () => {
      for await (const page of pages) all.push(...requirePart(page.associatedAccessPolicies).map(policyOf));
    });
    return all;
  });
}

function policyOf({ policyArn = '', accessScope }: AssociatedAccessPolicy): LiveAccessPolicy {
  const { type, namespaces } = accessScope ?? {};
  return { policy: policyArn, ...type === 'namespace' && { namespaces: namespaces ?? [] } };
}

/** All EKS Pod Identity associations of a cluster. */
export async function readAssociations(
  client: EKSClient, clusterName: string, reading: Reading,
): Promise<Read<LiveAssociation[]>> {
  const all = await reading('eks:ListPodIdentityAssociations', async () => {
    const summaries: PodIdentityAssociationSummary[] = [];
    for await (const { associations } of paginateListPodIdentityAssociations({ client }, { clusterName })) {
      summaries.push(...requirePart(associations));
    }
    return summaries;
  });
  if ('unknown' in all) return all;
  const associations = await eachInFlight(all.value.map(({ associationId, namespace, serviceAccount }) => async () => {
    const identity = await reading('eks:DescribePodIdentityAssociation', () =>
      orNone(NOT_FOUND, () => describeAssociation(client, clusterName, associationId!)));
    if ('value' in identity && identity.value === undefined) return [];
    return [{ namespace: namespace!, name: serviceAccount!, identity: identity as Read<PodIdentity> }];
  }));
  return { value: associations.flat() };
}

/** The roles of an association. */
export async function describeAssociation(client: EKSClient, clusterName: string, id: string): Promise<PodIdentity> {
  const { association } = await client.send(
    new DescribePodIdentityAssociationCommand({ clusterName, associationId: id }),
  );
  const { roleArn = '', targetRoleArn, disableSessionTags, policy, modifiedAt } = association ?? {};
  return {
    id,
    roleArn,
    ...targetRoleArn !== undefined && { targetRoleArn },
    ...disableSessionTags === true && { disableSessionTags },
    ...policy && { policy: decode(policy) },
    ...modifiedAt && { modified: modifiedAt },
  };
}
