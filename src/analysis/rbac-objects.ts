/**
 * Roles and bindings of Kubernetes RBAC: what manifests, templates and clusters are read into.
 */
import { Place, Text } from './access-map';

/** One rule of a role. Empty lists match nothing, except for `resourceNames`. */
export interface Rule {
  readonly verbs: readonly Text[];
  readonly apiGroups: readonly Text[];
  readonly resources: readonly Text[];
  /** Empty for objects of every name. */
  readonly resourceNames: readonly Text[];
  readonly nonResourceURLs: readonly Text[];
}

/** A Role or a ClusterRole. */
export interface RbacRole {
  readonly kind: 'Role' | 'ClusterRole';
  /** Of a Role. */
  readonly namespace?: Text;
  readonly name: Text;
  /** As written. Kubernetes computes those of a role with `aggregation`. */
  readonly rules: readonly Rule[];
  readonly labels: Readonly<Record<string, Text>>;
  /** The label selectors of an aggregated ClusterRole. */
  readonly aggregation?: readonly unknown[];
  /** Why the role may have rules that are not in `rules`. */
  readonly doubt?: string;
  /** The ARN of its cluster; undefined where the manifest may be for any. */
  readonly cluster?: Text;
  /** Undefined for the roles that every cluster has. */
  readonly place?: Place;
}

/** Who a binding names. */
export type Subject = { readonly kind: 'User' | 'Group'; readonly name: Text } | ServiceAccountSubject;

export interface ServiceAccountSubject {
  readonly kind: 'ServiceAccount';
  readonly namespace: Text;
  readonly name: Text;
}

/** A RoleBinding or a ClusterRoleBinding. */
export interface RbacBinding {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  /** Of a RoleBinding. */
  readonly namespace?: Text;
  readonly name: Text;
  /** The kind is `Role` or `ClusterRole`, if it is known. */
  readonly role: { readonly kind: Text; readonly name: Text };
  readonly subjects: readonly Subject[];
  /** The ARN of its cluster; undefined where the manifest may be for any. */
  readonly cluster?: Text;
  /** Undefined for the bindings that every cluster has. */
  readonly place?: Place;
}

/** A part of an object that Kubernetes would refuse, or that cannot be read. */
export interface UnknownRbac {
  /** `RoleBinding payments/edit`. */
  readonly object: Text;
  /** `subjects[0].kind`; empty for the whole object. */
  readonly path: string;
  readonly problem: string;
  readonly place: Place;
}

export interface RbacObjects {
  readonly roles: RbacRole[];
  readonly bindings: RbacBinding[];
  readonly unknown: UnknownRbac[];
}

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]*):([^:]*)$/;

/** The user that a service account is. */
export function userOf({ namespace, name }: Omit<ServiceAccountSubject, 'kind'>): Text {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The service account that a user is. */
export function serviceAccountOfUser(user: Text): ServiceAccountSubject | undefined {
  const [, namespace, name] = SERVICE_ACCOUNT_USER.exec(user) ?? [];
  return namespace && name ? { kind: 'ServiceAccount', namespace, name } : undefined;
}
