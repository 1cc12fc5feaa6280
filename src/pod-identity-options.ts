import { IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';

/**
 * How a service account is associated with its role by EKS Pod Identity.
 */
export interface PodIdentityOptions {
  /**
   * The name of the EKS cluster, in the account and region of the stack: literal, or a token such as
   * `cluster.clusterName`.
   */
  readonly clusterName: string;

  /**
   * A role in this or another account that EKS assumes with the role of the service account; pods get its credentials.
   * It must trust that role for `sts:AssumeRole`, and for `sts:TagSession` unless `disableSessionTags` is set:
   * `serviceAccount.grantAssume(targetRole)` writes both. A role of the app that does not is an error at synth; for
   * another role, synth prints the statement as the information `cdk-irsa:chained-role`.
   *
   * Give it a `roleName` if it is in another stack of the same account: the association names the role, and the trust
   * of the role names the role of the association, which otherwise is a circle between the stacks.
   *
   * The role of the service account is given the permission to assume it, unless it is an existing one.
   *
   * @default - pods get the credentials of the role of the service account
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
   */
  readonly targetRole?: IRole;

  /**
   * Whether EKS sends no session tags (cluster, namespace, service account, pod) to the role. The trust policy cannot
   * tell service accounts apart then: it lets in every association of the cluster with this role, and a role that is
   * made here raises the warning `cdk-irsa:pod-identity-without-session-tags`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
   */
  readonly disableSessionTags?: boolean;

  /**
   * Narrows what the pods may do with the role, which several service accounts can share then: they may do what both
   * the policies of the role and this policy allow. With `targetRole` it narrows that role only. At most 2,048
   * characters of JSON without white space; it may grow until synth. Where only the deployment knows the length, an
   * estimate that is longer raises the warning `cdk-irsa:session-policy-size`.
   *
   * EKS requires `disableSessionTags: true` beside it. So the trust of the role admits every association of the cluster
   * that names it, and an association without a session policy gets all that the role may do.
   *
   * @default - pods may do all that the role may do
   * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
   */
  readonly sessionPolicy?: PolicyDocument;

  /**
   * Whether this stack installs the add-on `eks-pod-identity-agent` in the cluster, once however many service accounts
   * ask for it. Without the agent on the nodes pods get no credentials. EKS Auto Mode has it built in.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
   */
  readonly installAgent?: boolean;
}
