/**
 * The service accounts that EKS managed add-ons use.
 */

interface AddonServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

/**
 * By the name of the add-on: the service account that gets `ServiceAccountRoleArn`.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
 */
export const ADDON_SERVICE_ACCOUNTS: ReadonlyMap<string, AddonServiceAccount> = new Map([
  ['vpc-cni', { namespace: 'kube-system', name: 'aws-node' }],
  ['aws-ebs-csi-driver', { namespace: 'kube-system', name: 'ebs-csi-controller-sa' }],
  ['aws-efs-csi-driver', { namespace: 'kube-system', name: 'efs-csi-controller-sa' }],
  ['aws-mountpoint-s3-csi-driver', { namespace: 'kube-system', name: 's3-csi-driver-sa' }],
  ['amazon-cloudwatch-observability', { namespace: 'amazon-cloudwatch', name: 'cloudwatch-agent' }],
]);
