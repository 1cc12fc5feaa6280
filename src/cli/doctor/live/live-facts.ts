/**
 * What is read from a running cluster to find who can act as its service accounts. Nothing is judged here.
 */
import type { AdmissionList, RbacList, WorkloadList } from './api-lists';
import type { JsonObject } from '../../../analysis/json-values';
import type { IamPolicy, IamRole, PodIdentity, Read, ServiceAccountName, ServiceAccountObject } from '../facts';

/** An API object, with its kind and version, which lists omit. */
export type ClusterObject = JsonObject;

/** A workload without its pod spec, which may contain secrets. */
export interface LiveWorkload extends ServiceAccountName {
  readonly kind: string;
  readonly serviceAccount: string;
}

/** What is read from the API server. */
export interface LiveObjects {
  readonly rbac: Readonly<Record<RbacList, Read<ClusterObject[]>>>;
  readonly admission: Readonly<Record<AdmissionList, Read<ClusterObject[]>>>;
  readonly serviceAccounts: Read<ServiceAccountObject[]>;
  readonly workloads: Readonly<Record<WorkloadList, Read<LiveWorkload[]>>>;
}

/** How EKS maps IAM principals to users and groups. `CONFIG_MAP`: only by the ConfigMap `aws-auth`. */
export type AuthenticationMode = 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';

/** An access entry and its associated access policies. */
export interface LiveAccessEntry {
  /** The ARN of an IAM role or user. */
  readonly principal: string;
  /** Why only the principal is known. */
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

/** An EKS Pod Identity association; its role may be unknown. */
export interface LiveAssociation extends ServiceAccountName {
  readonly identity: Read<PodIdentity>;
}

/** How IAM principals get access to an EKS cluster. */
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
  /** Undefined if they were not requested. */
  readonly policies?: Read<IamPolicy[]>;
}

export interface LiveFacts {
  /** The cluster's name for the output. */
  readonly title: string;
  /** The ARN of an EKS cluster. */
  readonly clusterArn?: string;
  /** Without `https://`. */
  readonly issuer?: string;
  readonly region: string;
  readonly objects: LiveObjects;
  /** Undefined for a cluster outside EKS, whose authentication is not read. */
  readonly authentication?: LiveAuthentication;
  /** Empty for a cluster outside EKS. */
  readonly associations: Read<LiveAssociation[]>;
  /** The roles that service accounts may have. */
  readonly roles: readonly LiveRole[];
  /** The accounts whose roles were all listed: a role that is not among them does not exist. */
  readonly listedAccounts: readonly string[];
  /** Roles that could not be read or listed, each with the reason. */
  readonly unreadRoles: readonly string[];
}
