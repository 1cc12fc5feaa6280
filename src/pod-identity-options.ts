import { IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';

/**
 * Options of the EKS Pod Identity association between a service account and its role.
 */
export interface PodIdentityOptions {
  /**
   * The name of the EKS cluster, in the account and region of the stack: a literal, or a token such as
   * `cluster.clusterName`.
   */
  readonly clusterName: string;

  /**
   * A role in this or another account that EKS assumes with the role of the service account. Pods get its credentials.
   * The target role must trust that role for `sts:AssumeRole`, and for `sts:TagSession` unless `disableSessionTags` is
   * set; `serviceAccount.grantAssume(targetRole)` writes both. If a target role in the app does not, synth fails. For
   * any other role, synth prints the required statement as the info message `cdk-irsa:chained-role`.
   *
   * Set a `roleName` on it if it is in another stack of the same account. Otherwise the stacks depend on each other:
   * the association refers to the target role, whose trust policy refers to the role of the service account.
   *
   * The role of the service account gets the permission to assume it, unless it is an existing role.
   *
   * @default - pods get the credentials of the role of the service account
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
   */
  readonly targetRole?: IRole;

  /**
   * Whether to disable the session tags that EKS sends (cluster, namespace, service account, pod). Without them, the
   * trust policy cannot distinguish service accounts: it allows every association of the cluster with this role. If
   * cdk-irsa creates the role, synth prints the warning `cdk-irsa:pod-identity-without-session-tags`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
   */
  readonly disableSessionTags?: boolean;

  /**
   * Restricts what the pods may do with the role, so that several service accounts can share it. Pods may do only what
   * both the policies of the role and this policy allow. With `targetRole`, it restricts only that role. At most 2,048
   * characters of JSON without whitespace; you can add to it until synth. If the length is known only at deployment and
   * the estimate is longer, synth prints the warning `cdk-irsa:session-policy-size`.
   *
   * EKS requires `disableSessionTags: true` with it. Therefore the trust policy of the role allows every association of
   * the cluster that names it, and an association without a session policy gets all permissions of the role.
   *
   * @default - pods get all permissions of the role
   * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
   */
  readonly sessionPolicy?: PolicyDocument;

  /**
   * Whether this stack installs the add-on `eks-pod-identity-agent` in the cluster. It is installed only once, even if
   * several service accounts set this option. Without the agent on the nodes, pods get no credentials. EKS Auto Mode
   * includes it.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
   */
  readonly installAgent?: boolean;
}
