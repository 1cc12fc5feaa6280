/** The validated options of the command line. */
export interface DoctorOptions {
  /** Undefined with `issuer`, or if the context names the cluster. */
  readonly cluster?: string;
  /** With `https://`: the issuer of a cluster outside EKS. */
  readonly issuer?: string;
  /** Undefined with `all`: every namespace. */
  readonly namespace?: string;
  /** Undefined with `all`. */
  readonly serviceAccount?: string;
  /** ARN. */
  readonly role?: string;
  readonly all: boolean;
  readonly pod?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly assume: boolean;
  /** Whether to query only AWS. */
  readonly awsOnly: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly roleProfile?: string;
  /** Contexts of the kubeconfig. Empty: the current one. Several only with `all`. */
  readonly contexts: readonly string[];
  readonly timeoutSeconds?: number;
  readonly watch: boolean;
  /** Seconds between two rounds of `watch`. */
  readonly intervalSeconds: number;
  /** Seconds after which `watch` ends. */
  readonly watchTimeoutSeconds?: number;
  readonly format: 'text' | 'json';
}
