import { IRole } from 'aws-cdk-lib/aws-iam';

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
   * It must trust that role for `sts:AssumeRole` and `sts:TagSession`. The role of the service account is given the
   * permission to assume it, unless it is an existing one.
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
   * Whether this stack installs the add-on `eks-pod-identity-agent` in the cluster, once however many service accounts
   * ask for it. Without the agent on the nodes pods get no credentials. EKS Auto Mode has it built in.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
   */
  readonly installAgent?: boolean;
}
