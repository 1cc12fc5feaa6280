/**
 * Kubernetes RBAC roles and bindings, as read from manifests, templates and clusters.
 */
import { Place, Text } from './access-map';

/** One rule of a role. Empty lists match nothing, except for `resourceNames`. */
export interface Rule {
  readonly verbs: readonly Text[];
  readonly apiGroups: readonly Text[];
  readonly resources: readonly Text[];
  /** Empty for objects with any name. */
  readonly resourceNames: readonly Text[];
  readonly nonResourceURLs: readonly Text[];
}

/** A Role or a ClusterRole. */
export interface RbacRole {
  readonly kind: 'Role' | 'ClusterRole';
  /** Of a Role. */
  readonly namespace?: Text;
  readonly name: Text;
  /** The rules as written. Kubernetes computes the rules of a role with `aggregation`. */
  readonly rules: readonly Rule[];
  readonly labels: Readonly<Record<string, Text>>;
  /** The label selectors of an aggregated ClusterRole. */
  readonly aggregation?: readonly unknown[];
  /** Why the role may have rules that are not in `rules`. */
  readonly doubt?: string;
  /** The ARN of its cluster; undefined if the manifest may be for any. */
  readonly cluster?: Text;
  /** Undefined for default roles. */
  readonly place?: Place;
}

/** A subject of a binding. */
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
  /** The kind is `Role` or `ClusterRole`, if known. */
  readonly role: { readonly kind: Text; readonly name: Text };
  readonly subjects: readonly Subject[];
  /** The ARN of its cluster; undefined if the manifest may be for any. */
  readonly cluster?: Text;
  /** Undefined for default bindings. */
  readonly place?: Place;
}

/** A part of an object that Kubernetes would reject or that cannot be read. */
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

/** The user name of a service account. */
export function userOf({ namespace, name }: Omit<ServiceAccountSubject, 'kind'>): Text {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The service account with a user name. */
export function serviceAccountOfUser(user: Text): ServiceAccountSubject | undefined {
  const [, namespace, name] = SERVICE_ACCOUNT_USER.exec(user) ?? [];
  return namespace && name ? { kind: 'ServiceAccount', namespace, name } : undefined;
}
