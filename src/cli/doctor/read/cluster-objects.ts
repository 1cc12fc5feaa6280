/**
 * Reads the API lists that determine who can act as the service accounts of a cluster.
 */
import { Read, ServiceAccountObject } from '../facts';
import {
  ADMISSION_LISTS, API_LISTS, LISTS, ListName, RBAC_LISTS, WORKLOAD_LISTS, WorkloadList,
} from '../live/api-lists';
import { ClusterObject, LiveObjects, LiveWorkload } from '../live/live-facts';
import { isLive } from '../pod-phase';
import { eachInFlight } from './in-flight';
import { ApiObject, serviceAccountOf } from './kubernetes-objects';
import { objectOf, propertyOf } from '../../../analysis/json-values';

/** Reads a list and collects what each of its objects gives. */
export type ReadList = <T>(name: ListName, of: (item: ApiObject) => readonly T[]) => Promise<Read<T[]>>;

/** Lists to read at a time. */
const IN_FLIGHT = 3;
const POD_SPECS: { readonly [kind: string]: readonly string[] } = {
  Pod: ['spec'], CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** One list that fails does not stop the others. */
export async function readObjects(read: ReadList): Promise<LiveObjects> {
  const lists = await eachInFlight(LISTS.map(name => () => readOne(read, name)), IN_FLIGHT);
  const byName = new Map<ListName, Read<unknown[]>>(LISTS.map((name, index) => [name, lists[index]]));
  const those = <N extends ListName, T>(names: readonly N[]) =>
    Object.fromEntries(names.map(name => [name, byName.get(name)])) as Record<N, Read<T[]>>;
  return {
    serviceAccounts: byName.get('serviceaccounts') as Read<ServiceAccountObject[]>,
    rbac: those<typeof RBAC_LISTS[number], ClusterObject>(RBAC_LISTS),
    admission: those<typeof ADMISSION_LISTS[number], ClusterObject>(ADMISSION_LISTS),
    workloads: those<WorkloadList, LiveWorkload>(WORKLOAD_LISTS),
  };
}

function readOne(read: ReadList, name: ListName): Promise<Read<unknown[]>> {
  if (name === 'serviceaccounts') return read(name, item => [serviceAccountOf(item)]);
  return (WORKLOAD_LISTS as readonly string[]).includes(name)
    ? read(name, item => workloadsIn(item, API_LISTS[name].kind)) : read(name, item => [wholeObject(item, name)]);
}

function wholeObject(item: ApiObject, name: ListName): ClusterObject {
  const { managedFields: _, ...metadata } = item.metadata;
  const { group, kind } = API_LISTS[name];
  return { ...item, apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata };
}

/** Pods that have ended do not count. */
function workloadsIn(item: ApiObject, kind: string): LiveWorkload[] {
  const { metadata: { namespace, name }, status } = item;
  const phase = `${propertyOf(status, 'phase') ?? 'Unknown'}`;
  if (kind === 'Pod' && !isLive({ phase })) return [];
  const { serviceAccountName } = objectOf(propertyOf(item, ...POD_SPECS[kind] ?? ['spec', 'template', 'spec']));
  return [{ kind, namespace: `${namespace}`, name, serviceAccount: `${serviceAccountName || 'default'}` }];
}
