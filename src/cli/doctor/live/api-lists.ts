/**
 * The API lists that determine who can act as the service accounts of a cluster.
 */
import { ADMISSION_GROUP } from '../../../analysis/admission-objects';
import { RBAC_GROUP } from '../../../analysis/rbac-objects';

/** All lists of RBAC. */
export const RBAC_LISTS = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'] as const;
/** The policies that may block a way to a service account, and the bindings that enable them. */
export const ADMISSION_LISTS = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'] as const;
/** Pods and the workloads that create them. */
export const WORKLOAD_LISTS = [
  'pods', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs', 'cronjobs', 'replicationcontrollers',
] as const;
export const LISTS = ['serviceaccounts', ...RBAC_LISTS, ...ADMISSION_LISTS, ...WORKLOAD_LISTS] as const;

export type RbacList = typeof RBAC_LISTS[number];
export type AdmissionList = typeof ADMISSION_LISTS[number];
export type WorkloadList = typeof WORKLOAD_LISTS[number];
export type ListName = typeof LISTS[number];

/** A list across all namespaces. Its items omit their kind. */
export interface ApiList {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

export const API_LISTS: Readonly<Record<ListName, ApiList>> = {
  serviceaccounts: { group: '', kind: 'ServiceAccount' },
  clusterroles: { group: RBAC_GROUP, kind: 'ClusterRole' },
  roles: { group: RBAC_GROUP, kind: 'Role' },
  clusterrolebindings: { group: RBAC_GROUP, kind: 'ClusterRoleBinding' },
  rolebindings: { group: RBAC_GROUP, kind: 'RoleBinding' },
  validatingadmissionpolicies: { group: ADMISSION_GROUP, kind: 'ValidatingAdmissionPolicy' },
  validatingadmissionpolicybindings: { group: ADMISSION_GROUP, kind: 'ValidatingAdmissionPolicyBinding' },
  pods: { group: '', kind: 'Pod' },
  deployments: { group: 'apps', kind: 'Deployment' },
  statefulsets: { group: 'apps', kind: 'StatefulSet' },
  daemonsets: { group: 'apps', kind: 'DaemonSet' },
  replicasets: { group: 'apps', kind: 'ReplicaSet' },
  jobs: { group: 'batch', kind: 'Job' },
  cronjobs: { group: 'batch', kind: 'CronJob' },
  replicationcontrollers: { group: '', kind: 'ReplicationController' },
};

/** The name that kubectl uses: `clusterroles.rbac.authorization.k8s.io`. */
export function qualifiedName(name: ListName): string {
  const { group } = API_LISTS[name];
  return group === '' ? name : `${name}.${group}`;
}

export function pathOfList(name: ListName): string {
  const { group } = API_LISTS[name];
  return `${group === '' ? '/api/v1' : `/apis/${group}/v1`}/${name}`;
}
