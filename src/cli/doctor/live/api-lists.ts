/**
 * The lists of the API server that tell who can act as its service accounts.
 */
import { ADMISSION_GROUP } from '../../../analysis/admission-objects';
import { RBAC_GROUP } from '../../../analysis/rbac-objects';

/** The lists that make RBAC whole. */
export const RBAC_LISTS = ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings'] as const;
/** The policies that may close a way, and what switches them on. */
export const ADMISSION_LISTS = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'] as const;
/** Pods, and what runs them. */
export const WORKLOAD_LISTS = [
  'pods', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs', 'cronjobs', 'replicationcontrollers',
] as const;
export const LISTS = ['serviceaccounts', ...RBAC_LISTS, ...ADMISSION_LISTS, ...WORKLOAD_LISTS] as const;

export type RbacList = typeof RBAC_LISTS[number];
export type AdmissionList = typeof ADMISSION_LISTS[number];
export type WorkloadList = typeof WORKLOAD_LISTS[number];
export type ListName = typeof LISTS[number];

/** A list, of all namespaces. Its objects do not say of which kind they are. */
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

/** `clusterroles.rbac.authorization.k8s.io`, as kubectl and permissions name it. */
export function qualifiedName(name: ListName): string {
  const { group } = API_LISTS[name];
  return group === '' ? name : `${name}.${group}`;
}

export function pathOfList(name: ListName): string {
  const { group } = API_LISTS[name];
  return `${group === '' ? '/api/v1' : `/apis/${group}/v1`}/${name}`;
}
