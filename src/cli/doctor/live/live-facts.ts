/**
 * What is read of a running cluster to tell who can act as its service accounts. Nothing is judged here.
 */
import type { AdmissionList, RbacList, WorkloadList } from './api-lists';
import type { JsonObject } from '../../../analysis/json-values';
import type { IamPolicy, IamRole, PodIdentity, Read, ServiceAccountName, ServiceAccountObject } from '../facts';

/** An object of the API, with its kind and version, which lists leave out. */
export type ClusterObject = JsonObject;

/** Of a workload, the spec of its pods stays behind: it may hold secrets. */
export interface LiveWorkload extends ServiceAccountName {
  readonly kind: string;
  readonly serviceAccount: string;
}

/** What the API server holds. */
export interface LiveObjects {
  readonly rbac: Readonly<Record<RbacList, Read<ClusterObject[]>>>;
  readonly admission: Readonly<Record<AdmissionList, Read<ClusterObject[]>>>;
  readonly serviceAccounts: Read<ServiceAccountObject[]>;
  readonly workloads: Readonly<Record<WorkloadList, Read<LiveWorkload[]>>>;
}

/** How EKS maps IAM principals to users and groups. `CONFIG_MAP`: by the ConfigMap `aws-auth` only. */
export type AuthenticationMode = 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';

/** An access entry, with the access policies that are associated with it. */
export interface LiveAccessEntry {
  /** The ARN of an IAM role or user. */
  readonly principal: string;
  /** Why nothing but the principal is known. */
  readonly unread?: string;
  readonly type: string;
  readonly user?: string;
  readonly groups: readonly string[];
  readonly policies: Read<LiveAccessPolicy[]>;
}

export interface LiveAccessPolicy {
  /** The ARN. */
  readonly policy: string;
  /** Undefined for the whole cluster. */
  readonly namespaces?: readonly string[];
}

/** An association of EKS Pod Identity; without a role if that could not be read. */
export interface LiveAssociation extends ServiceAccountName {
  readonly identity: Read<PodIdentity>;
}

/** How IAM principals get into an EKS cluster. */
export interface LiveAuthentication {
  readonly mode: Read<AuthenticationMode>;
  /** Empty if the mode does not use them. */
  readonly entries: Read<LiveAccessEntry[]>;
  /** The ConfigMap `aws-auth`; undefined if it does not exist, or if the mode does not use it. */
  readonly awsAuth: Read<ClusterObject | undefined>;
}

/** A role that service accounts may have. */
export interface LiveRole {
  readonly role: IamRole;
  /** Undefined if nobody asked for them. */
  readonly policies?: Read<IamPolicy[]>;
}

export interface LiveFacts {
  /** What people call the cluster. */
  readonly title: string;
  /** The ARN of an EKS cluster. */
  readonly clusterArn?: string;
  /** Without `https://`. */
  readonly issuer?: string;
  readonly region: string;
  readonly objects: LiveObjects;
  /** Undefined for a cluster outside EKS: how people get in is not asked. */
  readonly authentication?: LiveAuthentication;
  /** Empty for a cluster outside EKS. */
  readonly associations: Read<LiveAssociation[]>;
  /** Those that may be of a service account. */
  readonly roles: readonly LiveRole[];
  /** The accounts all of whose roles were listed: what is not among them does not exist. */
  readonly listedAccounts: readonly string[];
  /** Roles that could not be read, or looked for, and why. */
  readonly unreadRoles: readonly string[];
}
