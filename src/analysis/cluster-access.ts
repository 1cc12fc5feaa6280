/**
 * Who can act as which service account through the API of Kubernetes: the left end of the chain from a person to an
 * AWS permission.
 */
import type { Place, Text } from './access-map';
import type { Confidence } from './rbac/paths';

/** A cluster that a template creates, under all its names. */
export interface EksCluster {
  /** More than one where its name is known, and a template refers to it. */
  readonly arns: readonly Text[];
  /** Without `https://`. */
  readonly issuer: Text;
  /** How EKS maps IAM principals. */
  readonly authenticationMode: Text;
  readonly place: Place;
}

/** An IAM principal that EKS lets into a cluster. */
export interface ClusterPrincipal {
  /** The ARN of the cluster; undefined where a manifest may be for any. */
  readonly cluster?: Text;
  /**
   * The ARN of an IAM role or user, or `⟨whoever deploys Stack⟩`; `arn:aws:iam::111122223333:*` for all of an account.
   */
  readonly principal: Text;
  readonly via: 'access entry' | 'aws-auth' | 'cluster creator' | 'kubectl role';
  /** Its user name in the cluster, if it is known. */
  readonly user?: Text;
  readonly groups: readonly Text[];
  readonly policies: readonly AccessPolicyAssociation[];
  /** Why it may have groups or policies that are not in the lists. */
  readonly doubt?: string;
  readonly place: Place;
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html */
export interface AccessPolicyAssociation {
  /** `AmazonEKSEditPolicy`; the ARN of a policy that is not of AWS. */
  readonly policy: Text;
  /** The namespaces of its scope, which may have wildcards; undefined for the whole cluster. */
  readonly namespaces?: readonly Text[];
}

/** Who acts in a cluster. */
export interface Actor {
  readonly kind: 'IAM principal' | 'User' | 'Group' | 'ServiceAccount';
  /** The ARN of an IAM principal, `<namespace>/<name>` of a service account. */
  readonly name: Text;
}

/** That an actor can act as a service account, and so gets its AWS role. */
export interface Reach {
  /** As `Access.cluster` names it; undefined where the RBAC of a manifest may be of any cluster. */
  readonly cluster?: Text;
  /** Everything that `Access.cluster` may have for it; undefined for any. `accessIndex` compares it. */
  readonly clusters?: readonly Text[];
  /** Why the service account may be in another cluster. */
  readonly doubt?: string;
  readonly actor: Actor;
  /** May be a pattern, as may the name: that of a trust policy. */
  readonly namespace: Text;
  readonly serviceAccount: Text;
  /** At least one, best first: every direct way, and the best of the others. */
  readonly ways: readonly ReachWay[];
}

export interface ReachWay {
  readonly confidence: Confidence;
  /** At least one. */
  readonly steps: readonly ReachStep[];
  /** The admission policies that refuse it, by their names. Without them, the way is open. */
  readonly closedBy?: readonly Text[];
}

export interface ReachStep {
  /** The ID of the path in `PATHS`. */
  readonly path: string;
  /** `create pods in payments`. */
  readonly right: string;
  /** What gives the right: `RoleBinding payments/dev (ClusterRole edit)`, `AmazonEKSEditPolicy`. */
  readonly givenBy: readonly string[];
  /** What the step leads to: `ServiceAccount payments/api`. */
  readonly to: string;
  readonly places: readonly Place[];
}

/** Something that may reach service accounts, and that nobody can judge from what was read. */
export interface UnknownReach {
  readonly cluster?: Text;
  readonly actor: Actor;
  /** `a controller of applications.argoproj.io may run pods in argocd`. */
  readonly reason: string;
  readonly places: readonly Place[];
}
