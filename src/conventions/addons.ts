/**
 * The service accounts of EKS managed add-ons that call AWS.
 */

export interface AddonServiceAccounts {
  readonly namespace: string;
  /** The names that `aws eks describe-addon-configuration` lists. The first gets `ServiceAccountRoleArn`. */
  readonly names: readonly [string, ...string[]];
  /** Additional service accounts that EKS annotates with `ServiceAccountRoleArn`. */
  readonly alsoAnnotated?: readonly string[];
  /** Whether EKS annotates none of them. Each gets its role from the configuration values or by Pod Identity. */
  readonly podIdentityOnly?: boolean;
  /** Whether it calls AWS only if it is configured to do so. */
  readonly rarelyNeedsRole?: boolean;
}

const KUBE_SYSTEM = 'kube-system';

/**
 * The service accounts by the name of the add-on.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html
 */
export const ADDON_SERVICE_ACCOUNTS: ReadonlyMap<string, AddonServiceAccounts> = new Map([
  ['vpc-cni', { namespace: KUBE_SYSTEM, names: ['aws-node'] }],
  ['aws-ebs-csi-driver', { namespace: KUBE_SYSTEM, names: ['ebs-csi-controller-sa'] }],
  // The trust policy in the user guide allows efs-csi-*.
  ['aws-efs-csi-driver', {
    namespace: KUBE_SYSTEM, names: ['efs-csi-controller-sa'], alsoAnnotated: ['efs-csi-node-sa'],
  }],
  ['aws-fsx-csi-driver', { namespace: KUBE_SYSTEM, names: ['fsx-csi-controller-sa'] }],
  ['aws-mountpoint-s3-csi-driver', { namespace: KUBE_SYSTEM, names: ['s3-csi-driver-sa'] }],
  ['amazon-cloudwatch-observability', { namespace: 'amazon-cloudwatch', names: ['cloudwatch-agent'] }],
  /** @see https://github.com/aws/network-flow-monitor-agent */
  ['aws-network-flow-monitoring-agent', {
    namespace: 'amazon-network-flow-monitor', names: ['aws-network-flow-monitor-agent-service-account'],
  }],
  ['aws-privateca-connector-for-kubernetes', {
    namespace: 'aws-privateca-issuer', names: ['aws-privateca-issuer'],
  }],
  /** @see https://aws-otel.github.io/docs/getting-started/adot-eks-add-on/add-on-configuration */
  ['adot', {
    namespace: 'opentelemetry-operator-system',
    names: ['adot-col-prom-metrics', 'adot-col-otlp-ingest', 'adot-col-container-logs'],
    podIdentityOnly: true,
    rarelyNeedsRole: true,
  }],
  ['external-dns', { namespace: 'external-dns', names: ['external-dns'] }],
  ['fluent-bit', { namespace: 'fluent-bit', names: ['fluent-bit'], rarelyNeedsRole: true }],
] as const);

/** The add-on that runs the agent of EKS Pod Identity on the nodes. */
export const POD_IDENTITY_AGENT = 'eks-pod-identity-agent';

/** Add-ons that do not call AWS, or only with the role of the nodes. */
export const ADDONS_WITHOUT_ROLE: readonly string[] = [
  'coredns',
  'kube-proxy',
  POD_IDENTITY_AGENT,
  'eks-node-monitoring-agent',
  'snapshot-controller',
  'aws-guardduty-agent',
  'amazon-sagemaker-hyperpod-taskgovernance',
  'metrics-server',
  'kube-state-metrics',
  'prometheus-node-exporter',
  'cert-manager',
];
