/**
 * Who can become whom: cluster -> namespace/service account -> role -> what it may do. What all doors read, and the
 * machine-readable report.
 */
import type { ClusterPrincipal, Reach, UnknownReach } from './cluster-access';
import { ConstructPaths } from './construct-paths';
import type { Guard, OtherPolicy } from './guard/guard';
import { JsonObject } from './json-values';
import type { RbacObjects } from './rbac-objects';

/**
 * A text of the assembly or of a manifest. What only the deployment knows stands in it as
 * `⟨Stack/LogicalId.Attribute⟩`, and a placeholder of a manifest that is not rendered yet as `⟨${NAME}⟩`.
 */
export type Text = string;

/** Where something is written. */
export interface Place {
  /** The template or the manifest, relative to the working directory or as it was given. */
  readonly file: string;
  /** In a manifest: from 1. */
  readonly line?: number;
  readonly column?: number;
  /** In a template. */
  readonly stack?: string;
  readonly logicalId?: string;
  readonly constructPath?: string;
}

/**
 * Where parts of an object are in its manifest, by their names: `serviceAccountName`, the key of an annotation, ….
 * Found when there is something to say about the object.
 */
export type Parts = Readonly<Record<string, Required<Pick<Place, 'line' | 'column'>>>>;

/** What vouches for tokens, or a cluster that sends pods by EKS Pod Identity. */
export interface Cluster {
  /** The issuer without `https://`; the ARN of the cluster for EKS Pod Identity. */
  readonly id: Text;
  readonly kind: 'issuer' | 'pod-identity';
}

/** An OIDC provider that is registered with IAM in a template. */
export interface Provider {
  readonly arn: Text;
  readonly issuer: Text;
  /** The client ids; undefined where only the deployment knows them. */
  readonly audiences?: Text[];
  readonly place: Place;
}

/** A policy of a role. */
export interface Policy {
  /** Of an inline policy; `PowerUserAccess` of a managed one. */
  readonly name: Text;
  readonly kind: 'inline' | 'managed' | 'boundary';
  /** Undefined where the policy is elsewhere: AWS's own, or imported. */
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
  /** The trust policy with its functions resolved. */
  readonly trust: unknown;
  /** Why the trust policy, or a part of it, cannot be read. */
  readonly unresolved: string[];
  /** The condition of the template under which it exists. */
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
  /** The annotation `eks.amazonaws.com/audience`, or what the webhook takes without it. */
  readonly audience: Text;
  /** The name of the EKS managed add-on that annotates it. */
  readonly addon?: Text;
  /** The custom resource, or the Helm release, that makes it: `HelmRelease velero`. Its name may be unknown. */
  readonly madeBy?: Text;
  /** The custom resource that gives it the role, and does not declare it: `Issuer letsencrypt`. */
  readonly boundBy?: Text;
  /** Labels and annotations that name a role and that nobody reads, in words. */
  readonly misplaced?: string[];
  readonly place: Place;
  /** Its annotations, by their keys, and what is misplaced. */
  readonly parts?: () => Parts;
}

/** An association of EKS Pod Identity in a template. */
export interface Association {
  readonly cluster: Text;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly roleArn: Text;
  /** That sessions carry no tags that say who asks; `unknown` where only the deployment knows. */
  readonly disableSessionTags?: boolean | 'unknown';
  /** The role that pods act as: EKS assumes it with `roleArn`. */
  readonly targetRoleArn?: Text;
  /** A policy that limits what pods may do as the role that they get; null where it cannot be read. */
  readonly sessionPolicy?: unknown;
  /** The characters of the session policy, without those that only the deployment knows. */
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

/** Pods, what makes them, or what requests tokens of a service account without a pod. */
export interface Workload {
  readonly kind: string;
  readonly name: Text;
  readonly namespace: Text;
  /** `default` where none is given. */
  readonly serviceAccount: Text;
  /** It has no namespace itself: `namespace` is that of the service account. */
  readonly isOfCluster?: boolean;
  /** In a custom resource: the field that names the service account. */
  readonly field?: string;
  /** A controller requests tokens, and takes the role from the annotation of the service account. */
  readonly takesTokens?: boolean;
  /** Labels and annotations that name a role and that nobody reads, in words. */
  readonly misplaced?: string[];
  /** The pods' annotations. */
  readonly annotations: Record<string, Text>;
  /** The spec of the pods. */
  readonly spec: JsonObject;
  readonly place: Place;
  /** `serviceAccountName`, `defaultMode`, `<container>/<variable>` of credentials, and what is misplaced. */
  readonly parts?: () => Parts;
}

/** An annotation or a label of a ServiceAccount or of pods that the webhook reads, or that is not a string. */
export interface MetadataEntry {
  /** As messages name it: `ServiceAccount payments/api`. */
  readonly object: Text;
  readonly on: 'ServiceAccount' | 'pods' | 'workload';
  readonly kind: 'annotation' | 'label';
  readonly key: string;
  readonly value: Text;
  /** The API server refuses an object with another value. */
  readonly isString: boolean;
  readonly place: Place;
}

/** A key that stands twice in one map of a manifest. The last one counts. */
export interface RepeatedKey {
  /** As messages name it: `ServiceAccount payments/api`. */
  readonly object: Text;
  readonly key: string;
  readonly place: Place;
}

/**
 * That somebody can become a role: by a trust policy, or by an annotation that a trust policy may or may not honour.
 */
export interface Access {
  readonly cluster: Text;
  /** May be a pattern, as may the name: then whoever it matches. */
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly audience: Text;
  readonly via: 'irsa' | 'pod-identity';
  /** The role, by its ARN. */
  readonly role: Text;
  /** The statement of the trust policy that lets in; undefined if the role is not in the templates. */
  readonly statement?: number;
  /** Whether a manifest, or an association, uses it. */
  readonly used: boolean;
  /** That an association gives the role. Without one, a trust policy for EKS Pod Identity admits nobody yet. */
  readonly association?: boolean;
  /** The role with which EKS assumes this one, its target role. */
  readonly through?: Text;
  /** A policy of the association that limits what the role may do; null where it cannot be read. */
  readonly sessionPolicy?: unknown;
}

/** That a rule does not hold for a resource, in its metadata: `cdk_irsa: { rules_to_suppress: [{ id, reason }] }`. */
export interface Suppression {
  readonly stack: string;
  readonly logicalId: string;
  readonly rule: string;
  readonly reason: string;
}

/** A generated file outside the assembly that is not as synth wrote it. */
export interface ChangedFile {
  /**
   * `changed`: it holds something else, and was read as it is. `replaced`: it is not a generated file any more, and was
   * not read. `missing`: what synth recorded was read instead.
   */
  readonly state: 'changed' | 'replaced' | 'missing';
  readonly place: Place;
  /** The path of the stack that wrote it. */
  readonly writtenBy: string;
}

/** A Namespace, a ServiceAccount or a binding with a label that names its owner. */
export interface OwnedObject {
  readonly kind: string;
  /** Undefined for objects of the whole cluster. */
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
  /** What acts as a service account in the API of Kubernetes alone, and assumes no role. */
  readonly impersonators: Workload[];
  readonly annotations: MetadataEntry[];
  readonly repeatedKeys: RepeatedKey[];
  readonly access: Access[];
  /** Roles and bindings of Kubernetes, of all clusters. */
  readonly rbac: RbacObjects;
  /** Whom EKS lets into clusters. */
  readonly principals: ClusterPrincipal[];
  /** Who can act as which service account through Kubernetes. */
  readonly reaches: Reach[];
  /** What may reach service accounts, and nobody can judge. */
  readonly unknownReaches: UnknownReach[];
  /** Admission policies of `WorkloadIdentityGuard` that refuse requests. */
  readonly guards?: Guard[];
  /** Admission policies and bindings that close no way, as far as anybody can tell. */
  readonly otherPolicies?: OtherPolicy[];
  /** Objects of Kubernetes with a label that names their owner. */
  readonly owners?: OwnedObject[];
  /** Accounts that stacks of the assembly are deployed to. */
  readonly accounts: Text[];
  /** Roles that the app says are somebody else's, by their ARN: left as they are. */
  readonly existingRoles: Text[];
  /** Identity providers that the app imports, by their ARN. */
  readonly existingProviders: Text[];
  /** Generated files that are not as synth wrote them. */
  readonly changedFiles: ChangedFile[];
  /** Rules that resources are exempt from. */
  readonly suppressions: Suppression[];
  /** How people know what stand-ins name. */
  readonly constructPaths: ConstructPaths;
}
