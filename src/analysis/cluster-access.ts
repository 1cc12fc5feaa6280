/**
 * Who can act as which service account through the Kubernetes API: the start of the chain from a person to an AWS
 * permission.
 */
import type { Place, Text } from './access-map';
import type { Confidence } from './rbac/paths';

/** A cluster that a template creates, with all its names. */
export interface EksCluster {
  /** More than one if its name is known and a template refers to it. */
  readonly arns: readonly Text[];
  /** Without `https://`. */
  readonly issuer: Text;
  /** How EKS maps IAM principals. */
  readonly authenticationMode: Text;
  readonly place: Place;
}

/** An IAM principal with access to a cluster. */
export interface ClusterPrincipal {
  /** The ARN of the cluster; undefined if a manifest may be for any. */
  readonly cluster?: Text;
  /**
   * The ARN of an IAM role or user, or `⟨deployer of Stack⟩`; `arn:aws:iam::111122223333:*` for all of an account.
   */
  readonly principal: Text;
  readonly via: 'access-entry' | 'aws-auth' | 'cluster-creator' | 'kubectl-role';
  /** Its user name in the cluster, if known. */
  readonly user?: Text;
  readonly groups: readonly Text[];
  readonly policies: readonly AccessPolicyAssociation[];
  /** Why it may have groups or policies that are not in the lists. */
  readonly doubt?: string;
  readonly place: Place;
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html */
export interface AccessPolicyAssociation {
  /** `AmazonEKSEditPolicy`; the ARN if it is not an AWS policy. */
  readonly policy: Text;
  /** The namespaces of its scope, which may contain wildcards; undefined for the whole cluster. */
  readonly namespaces?: readonly Text[];
}

/** An identity that acts in a cluster. */
export interface Actor {
  readonly kind: 'IAM principal' | 'User' | 'Group' | 'ServiceAccount';
  /** The ARN of an IAM principal, `<namespace>/<name>` of a service account. */
  readonly name: Text;
}

/** An actor can act as a service account and so use its AWS role. */
export interface Reach {
  /** The cluster as in `Access.cluster`; undefined if the RBAC of a manifest may be for any cluster. */
  readonly cluster?: Text;
  /** All values of `Access.cluster` for this cluster; undefined for any. `accessIndex` compares them. */
  readonly clusters?: readonly Text[];
  /** Why the service account may be in another cluster. */
  readonly doubt?: string;
  readonly actor: Actor;
  /** The namespace, like the name, may be a pattern of a trust policy. */
  readonly namespace: Text;
  readonly serviceAccount: Text;
  /** At least one, best first: all direct ways, and the best of the others. */
  readonly ways: readonly ReachWay[];
}

export interface ReachWay {
  readonly confidence: Confidence;
  /** At least one. */
  readonly steps: readonly ReachStep[];
  /** The names of the admission policies that deny it. Undefined if the way is open. */
  readonly closedBy?: readonly Text[];
}

export interface ReachStep {
  /** The ID of the path in `PATHS`. */
  readonly path: string;
  /** `create pods in payments`. */
  readonly right: string;
  /** What grants the right: `RoleBinding payments/dev (ClusterRole edit)`, `AmazonEKSEditPolicy`. */
  readonly grantedBy: readonly string[];
  /** The target of the step: `ServiceAccount payments/api`. */
  readonly to: string;
  readonly places: readonly Place[];
}

/** A grant that may reach service accounts, but whose effect cannot be determined from the input. */
export interface UnknownReach {
  readonly cluster?: Text;
  readonly actor: Actor;
  /** `a controller of applications.argoproj.io may run pods in argocd`. */
  readonly reason: string;
  readonly places: readonly Place[];
}
