/**
 * Which service accounts can assume which roles: cluster -> namespace/service account -> role -> permissions. All
 * commands and the machine-readable report use this map.
 */
import type { ClusterPrincipal, Reach, UnknownReach } from './cluster-access';
import { ConstructPaths } from './construct-paths';
import type { Guard, OtherPolicy } from './guard/guard';
import { JsonObject } from './json-values';
import type { RbacObjects } from './rbac-objects';

/**
 * A text of the assembly or of a manifest. It contains stand-ins: `⟨Stack/LogicalId.Attribute⟩` for values that are
 * only known at deployment, and `⟨${NAME}⟩` for placeholders in manifests that are not rendered yet.
 */
export type Text = string;

/** A place in the input. */
export interface Place {
  /** The template or manifest, relative to the working directory or as given. */
  readonly file: string;
  /** In a manifest, starting at 1. */
  readonly line?: number;
  readonly column?: number;
  /** In a template. */
  readonly stack?: string;
  readonly logicalId?: string;
  readonly constructPath?: string;
}

/**
 * Positions of parts of an object in its manifest, by name: `serviceAccountName`, the key of an annotation, ….
 * Computed only if something about the object is reported.
 */
export type Parts = Readonly<Record<string, Required<Pick<Place, 'line' | 'column'>>>>;

/** A token issuer, or a cluster with EKS Pod Identity. */
export interface Cluster {
  /** The issuer without `https://`; the ARN of the cluster for EKS Pod Identity. */
  readonly id: Text;
  readonly kind: 'issuer' | 'pod-identity';
}

/** An OIDC provider that is registered with IAM in a template. */
export interface Provider {
  readonly arn: Text;
  readonly issuer: Text;
  /** The client IDs; undefined if they are only known at deployment. */
  readonly audiences?: Text[];
  readonly place: Place;
}

/** A policy of a role. */
export interface Policy {
  /** The name of an inline policy, or of a managed policy, such as `PowerUserAccess`. */
  readonly name: Text;
  readonly kind: 'inline' | 'managed' | 'boundary';
  /** Undefined if the policy is not in the input: an AWS managed or imported policy. */
  readonly document?: unknown;
  readonly arn?: Text;
  readonly place?: Place;
}

export interface Role {
  readonly arn: Text;
  readonly name: Text;
  readonly account: Text;
  readonly region: Text;
  readonly partition: Text;
  /** The trust policy with intrinsic functions resolved. */
  readonly trust: unknown;
  /** Why all or part of the trust policy cannot be read. */
  readonly unresolved: string[];
  /** The template condition under which the role exists. */
  readonly condition?: string;
  readonly policies: Policy[];
  readonly place: Place;
}

/** A ServiceAccount in a manifest. */
export interface ServiceAccount {
  readonly namespace: Text;
  readonly name: Text;
  /** The annotation `eks.amazonaws.com/role-arn`. */
  readonly roleArn?: Text;
  /** The annotation `eks.amazonaws.com/audience`, or the default of the webhook. */
  readonly audience: Text;
  /** The name of the EKS managed add-on that annotates it. */
  readonly addon?: Text;
  /** The custom resource or Helm release that creates it: `HelmRelease velero`. Its name may be unknown. */
  readonly createdBy?: Text;
  /** The custom resource that gives it the role but does not declare it: `Issuer letsencrypt`. */
  readonly boundBy?: Text;
  /** Descriptions of labels and annotations that contain a role but have no effect. */
  readonly misplaced?: string[];
  readonly place: Place;
  /** Its annotations by key, and misplaced keys. */
  readonly parts?: () => Parts;
}

/** An EKS Pod Identity association in a template. */
export interface Association {
  readonly cluster: Text;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly roleArn: Text;
  /** Whether sessions have no tags that identify the service account; `unknown` if only known at deployment. */
  readonly disableSessionTags?: boolean | 'unknown';
  /** The role that pods get: EKS assumes it with `roleArn`. */
  readonly targetRoleArn?: Text;
  /** A policy that limits the permissions of pods; null if it cannot be read. */
  readonly sessionPolicy?: unknown;
  /** The length of the session policy in characters, without values that are only known at deployment. */
  readonly sessionPolicyLength?: number;
  /** The name of the EKS managed add-on that declares it. */
  readonly addon?: Text;
  readonly place: Place;
}

/** An EKS managed add-on in a template. */
export interface Addon {
  readonly cluster: Text;
  readonly name: Text;
  readonly place: Place;
}

/** A pod, an object that creates pods, or an object whose controller requests tokens without a pod. */
export interface Workload {
  readonly kind: string;
  readonly name: Text;
  readonly namespace: Text;
  /** `default` if not set. */
  readonly serviceAccount: Text;
  /** Whether it is cluster-scoped; `namespace` is then the one of the service account. */
  readonly isOfCluster?: boolean;
  /** In a custom resource: the field with the service account. */
  readonly field?: string;
  /** Whether a controller requests tokens and takes the role from the annotation of the service account. */
  readonly takesTokens?: boolean;
  /** Descriptions of labels and annotations that contain a role but have no effect. */
  readonly misplaced?: string[];
  /** The annotations of the pods. */
  readonly annotations: Record<string, Text>;
  /** The spec of the pods. */
  readonly spec: JsonObject;
  readonly place: Place;
  /** `serviceAccountName`, `defaultMode`, `<container>/<variable>` of credentials, and misplaced keys. */
  readonly parts?: () => Parts;
}

/** An annotation that the webhook reads, or an annotation or label that is not a string. */
export interface MetadataEntry {
  /** Its name in messages: `ServiceAccount payments/api`. */
  readonly object: Text;
  readonly on: 'ServiceAccount' | 'pods' | 'workload';
  readonly kind: 'annotation' | 'label';
  readonly key: string;
  readonly value: Text;
  /** The API server rejects other values. */
  readonly isString: boolean;
  /** Parses the text with positions, if that has not been done. */
  readonly place: () => Place;
}

/** A key that occurs twice in one map of a manifest. The last value wins. */
export interface RepeatedKey {
  /** Its name in messages: `ServiceAccount payments/api`. */
  readonly object: Text;
  readonly key: string;
  readonly place: Place;
}

/**
 * A service account can assume a role: by a trust policy, or by an annotation that the trust policy may or may not
 * allow.
 */
export interface Access {
  readonly cluster: Text;
  /** The namespace, like the name, may be a pattern. */
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly audience: Text;
  readonly via: 'irsa' | 'pod-identity';
  /** The ARN of the role. */
  readonly role: Text;
  /** The statement of the trust policy that allows it; undefined if the role is not in the templates. */
  readonly statement?: number;
  /** Whether a manifest or association uses it. */
  readonly used: boolean;
  /** Whether an association gives the role. Without one, a trust policy for EKS Pod Identity has no effect yet. */
  readonly associated?: boolean;
  /** The role with which EKS assumes this target role. */
  readonly through?: Text;
  /** The session policy of the association; null if it cannot be read. */
  readonly sessionPolicy?: unknown;
}

/** A suppressed rule in the metadata of a resource: `cdk_irsa: { rules_to_suppress: [{ id, reason }] }`. */
export interface Suppression {
  readonly stack: string;
  readonly logicalId: string;
  readonly rule: string;
  readonly reason: string;
}

/** A generated file outside the assembly that differs from what synth wrote. */
export interface ChangedFile {
  /**
   * `changed`: its content differs and was read. `replaced`: it is no longer a generated file and was not read.
   * `missing`: the content recorded by synth was read instead.
   */
  readonly state: 'changed' | 'replaced' | 'missing';
  readonly place: Place;
  /** The path of the stack that wrote it. */
  readonly writtenBy: string;
}

/** A Namespace, ServiceAccount or binding with an owner label. */
export interface OwnedObject {
  readonly kind: string;
  /** Undefined for cluster-scoped objects. */
  readonly namespace?: Text;
  readonly name: Text;
  readonly owner: Text;
  readonly place: Place;
}

export interface AccessMap {
  readonly clusters: Cluster[];
  readonly providers: Provider[];
  readonly roles: Role[];
  readonly serviceAccounts: ServiceAccount[];
  readonly associations: Association[];
  readonly addons: Addon[];
  readonly workloads: Workload[];
  /** Objects that act as a service account only in the Kubernetes API, without assuming a role. */
  readonly impersonators: Workload[];
  readonly annotations: MetadataEntry[];
  readonly repeatedKeys: RepeatedKey[];
  readonly access: Access[];
  /** Kubernetes roles and bindings of all clusters. */
  readonly rbac: RbacObjects;
  /** IAM principals with access to clusters. */
  readonly principals: ClusterPrincipal[];
  /** Who can act as which service account through Kubernetes. */
  readonly reaches: Reach[];
  /** Grants that may reach service accounts, but whose effect is unknown. */
  readonly unknownReaches: UnknownReach[];
  /** Admission policies of `WorkloadIdentityGuard` that deny requests. */
  readonly guards?: Guard[];
  /** Admission policies and bindings that are not known guards. */
  readonly otherPolicies?: OtherPolicy[];
  /** Kubernetes objects with an owner label. */
  readonly owners?: OwnedObject[];
  /** Accounts to which stacks of the assembly are deployed. */
  readonly accounts: Text[];
  /** ARNs of existing roles that the app uses but does not own. */
  readonly existingRoles: Text[];
  /** ARNs of identity providers that the app imports. */
  readonly existingProviders: Text[];
  /** Generated files that differ from what synth wrote. */
  readonly changedFiles: ChangedFile[];
  /** Rules that are suppressed for resources. */
  readonly suppressions: Suppression[];
  /** Construct paths for the resources in stand-ins. */
  readonly constructPaths: ConstructPaths;
}
