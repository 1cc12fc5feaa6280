/**
 * Names of the session tags that EKS Pod Identity sets for pods, unless `disableSessionTags` is set. With policies that
 * refer to them, one role can serve many tenants: for example, each pod can access only the objects of its namespace.
 *
 * A constant such as `KUBERNETES_NAMESPACE` is a condition key. A constant with the suffix `_VARIABLE` is the policy
 * variable for resource ARNs and condition values, which IAM replaces with the value of the session tag.
 *
 * - End a prefix with a delimiter, as in `${…}/*`. Otherwise `team` can access the objects of `team-a`.
 * - A session without the tag gets no access, because a statement with a variable that has no value does not match.
 * - Anyone who can assume the role without EKS and call `sts:TagSession` can choose the tags. Allow only service
 *   accounts to assume the role (`TrustPolicy.addPodIdentity`).
 * - Namespaces in two clusters may have the same name. Trust only one cluster, or also use `EKS_CLUSTER_NAME_VARIABLE`.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 * @example
 * import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { IrsaRole, PodIdentityTags } from 'cdk-irsa';
 *
 * declare const bucket: Bucket;
 * declare const tenants: IrsaRole;
 *
 * tenants.addToPolicy(new PolicyStatement({
 *   actions: ['s3:GetObject', 's3:PutObject'],
 *   resources: [bucket.arnForObjects(`${PodIdentityTags.KUBERNETES_NAMESPACE_VARIABLE}/*`)],
 * }));
 */
export abstract class PodIdentityTags {
  /** The condition key of the cluster's ARN. */
  public static readonly EKS_CLUSTER_ARN = 'aws:PrincipalTag/eks-cluster-arn';

  /** The condition key of the cluster's name. */
  public static readonly EKS_CLUSTER_NAME = 'aws:PrincipalTag/eks-cluster-name';

  /** The condition key of the pod's namespace. */
  public static readonly KUBERNETES_NAMESPACE = 'aws:PrincipalTag/kubernetes-namespace';

  /** The condition key of the name of the pod's service account. */
  public static readonly KUBERNETES_SERVICE_ACCOUNT = 'aws:PrincipalTag/kubernetes-service-account';

  /** The condition key of the pod's name. */
  public static readonly KUBERNETES_POD_NAME = 'aws:PrincipalTag/kubernetes-pod-name';

  /** The condition key of the pod's UID. */
  public static readonly KUBERNETES_POD_UID = 'aws:PrincipalTag/kubernetes-pod-uid';

  /** The policy variable of the cluster's ARN, for condition values. */
  public static readonly EKS_CLUSTER_ARN_VARIABLE = '${aws:PrincipalTag/eks-cluster-arn}';

  /** The policy variable of the cluster's name. */
  public static readonly EKS_CLUSTER_NAME_VARIABLE = '${aws:PrincipalTag/eks-cluster-name}';

  /** The policy variable of the pod's namespace. */
  public static readonly KUBERNETES_NAMESPACE_VARIABLE = '${aws:PrincipalTag/kubernetes-namespace}';

  /** The policy variable of the name of the pod's service account. */
  public static readonly KUBERNETES_SERVICE_ACCOUNT_VARIABLE = '${aws:PrincipalTag/kubernetes-service-account}';

  /** The policy variable of the pod's name. */
  public static readonly KUBERNETES_POD_NAME_VARIABLE = '${aws:PrincipalTag/kubernetes-pod-name}';

  /** The policy variable of the pod's UID. */
  public static readonly KUBERNETES_POD_UID_VARIABLE = '${aws:PrincipalTag/kubernetes-pod-uid}';
}
