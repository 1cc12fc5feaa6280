/**
 * What the doctor reads from AWS and Kubernetes before it judges anything. Contains no secrets: no tokens, no keys.
 */
import type { PodSpecJson } from '../../conventions/pod-spec';

/** What was read, or why it could not be read. Names the permission if that is missing. */
export type Read<T> = { readonly value: T } | { readonly unknown: string };

/** The question that the doctor answers. */
export interface Question {
  /** The EKS cluster; undefined for a cluster outside EKS. */
  readonly clusterName?: string;
  /** With `https://`: the issuer of a cluster outside EKS. */
  readonly issuerUrl?: string;
  /** The ARN of the role that the service account should have, if the user named it. */
  readonly roleArn?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Only this pod; otherwise all pods of the service account. */
  readonly pod?: string;
  readonly action?: string;
  readonly resource?: string;
}

/** A cluster as EKS describes it. */
export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  readonly endpoint: string;
  /** With `https://`. */
  readonly issuerUrl?: string;
  /** Whether EKS Auto Mode runs its nodes. */
  readonly isAuto?: boolean;
  /** `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`; undefined if EKS does not report it. */
  readonly authenticationMode?: string;
}

/** An OIDC provider in IAM. */
export interface IamProvider {
  readonly arn: string;
  /** Without `https://`. */
  readonly issuer: string;
  /** Read only for the provider of the cluster's issuer. */
  readonly details?: Read<{ readonly clientIds: string[]; readonly thumbprints: string[] }>;
}

/** The default version of a policy. */
export interface IamPolicy {
  readonly name: string;
  readonly kind: 'attached' | 'inline' | 'boundary';
  readonly arn?: string;
  readonly document: Read<unknown>;
}

export interface IamRole {
  readonly arn: string;
  readonly name: string;
  readonly trust: unknown;
  readonly maxSessionSeconds: number;
  /** ARN of the permissions boundary. */
  readonly boundary?: string;
}

/** The result of IAM's policy simulator for the action and resource in question. */
export interface Simulated {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Names of the deciding policies. */
  readonly policies: string[];
  /** Condition keys for which the simulator had no values. */
  readonly missingKeys: string[];
  /** Whether the permissions boundary allows it; undefined without a boundary. */
  readonly boundaryAllows?: boolean;
  /** Whether the organization's policies allow it, as far as IAM simulates them; undefined without an organization. */
  readonly organizationAllows?: boolean;
}

/** The EKS Pod Identity association of the service account. */
export interface PodIdentity {
  readonly id: string;
  readonly roleArn: string;
  /** A role, possibly in another account, whose credentials the pods get. EKS assumes it with the first role. */
  readonly targetRoleArn?: string;
  /** Whether the session carries no tags. */
  readonly disableSessionTags?: boolean;
  /** The session policy that limits the role. */
  readonly policy?: unknown;
  /** When it was created or last changed. */
  readonly modified?: Date;
}

/** The roles of an association. */
export interface IdentityRoles {
  readonly role: Read<IamRole | undefined>;
  readonly target?: Read<IamRole | undefined>;
  /** The policies of the first role, which must allow it to assume the target role. */
  readonly policies?: Read<IamPolicy[]>;
}

/** A pod of the EKS Pod Identity Agent. */
export interface AgentPod {
  readonly name: string;
  readonly node?: string;
  readonly isReady: boolean;
}

/** The network plugins that run as pods of the cluster. */
export interface NetworkPlugins {
  readonly hasCilium: boolean;
  /** How the VPC CNI enforces security groups for pods: `strict`, `standard`; undefined without the VPC CNI. */
  readonly securityGroupMode?: string;
}

/** The egress rules of a NetworkPolicy in the namespace. */
export interface EgressPolicy {
  readonly name: string;
  readonly podSelector: unknown;
  /** What the selected pods may call; nothing if there are no rules. */
  readonly egress: readonly EgressRule[];
}

/** The API server has validated its form. */
export interface EgressRule {
  /** Any destination if omitted or empty. */
  readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
  /** Any port if omitted or empty. */
  readonly ports?: readonly {
    readonly protocol?: string;
    readonly port?: number | string;
    readonly endPort?: number;
  }[];
}

/** A call of `AssumeRoleWithWebIdentity` that CloudTrail has recorded. */
export interface TrailEvent {
  readonly time: Date;
  readonly roleArn?: string;
  /** The caller: `system:serviceaccount:…`. */
  readonly subject?: string;
  /** The issuer of the token, without `https://`. */
  readonly issuer?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** What CloudTrail has recorded about the role or the service account. */
export interface Trail {
  /** Newest first. */
  readonly events: TrailEvent[];
  readonly since: Date;
  /** The regions whose events were read. */
  readonly regions: string[];
  /** False if there were more events than the doctor reads. */
  readonly complete: boolean;
}

/** A ServiceAccount of the cluster. */
export interface ServiceAccountObject {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: { readonly [key: string]: string };
  /**
   * When the manager that set the role annotation last changed the ServiceAccount: the annotation is not newer.
   * Undefined if the managed fields do not show it.
   */
  readonly annotated?: Date;
  /** Whether the annotation was set exactly then. */
  readonly isAnnotatedExact?: boolean;
  readonly created: Date;
}

export type ServiceAccountName = Pick<ServiceAccountObject, 'namespace' | 'name'>;

/** A webhook that is called when pods are created, and looks like the pod identity webhook. */
export interface Webhook {
  /** Name of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  readonly name: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** Where the API server calls it: a URL, or `service namespace/name`. */
  readonly target: string;
  /** Whether its selectors include the pods in question; a text that explains why if this is unknown. */
  readonly selects: boolean | string;
  /** Names of pods that its objectSelector excludes. */
  readonly leavesOut: readonly string[];
  readonly hasCaBundle: boolean;
}

/** The parts of a container that concern AWS credentials. The API server has validated its form. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly EnvironmentVariable[];
  readonly envFrom?: readonly EnvironmentSource[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: SecurityContext;
  readonly restartPolicy?: string;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name?: string; readonly optional?: boolean };
    readonly configMapKeyRef?: { readonly name?: string; readonly optional?: boolean };
  };
}

interface EnvironmentSource {
  readonly prefix?: string;
  readonly secretRef?: { readonly name?: string };
  readonly configMapRef?: { readonly name?: string };
}

/** Of a container or a pod; only pods have `fsGroup`. */
interface SecurityContext {
  readonly runAsUser?: number;
  readonly runAsNonRoot?: boolean;
  readonly fsGroup?: number;
}

interface Volume {
  readonly name: string;
  readonly projected?: {
    readonly defaultMode?: number;
    readonly sources?: readonly { readonly serviceAccountToken?: ServiceAccountToken }[];
  };
}

interface ServiceAccountToken {
  readonly path: string;
  readonly audience?: string;
}

/** The parts of a pod spec that concern AWS credentials. */
export interface PodSpec extends PodSpecJson<Container> {
  readonly serviceAccountName?: string;
  readonly hostNetwork?: boolean;
  readonly securityContext?: SecurityContext;
  readonly volumes?: readonly Volume[];
}

/** The workload that re-creates a pod: a Deployment rather than its ReplicaSet. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** A pod, with the relevant parts of its spec and status. */
export interface PodObject {
  readonly namespace: string;
  readonly name: string;
  readonly created: Date;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
  readonly serviceAccount: string;
  /** Undefined before it is scheduled. */
  readonly node?: string;
  /** Undefined for a pod that no controller re-creates. */
  readonly owner?: Owner;
  /** The parts that concern AWS credentials. Anything that may be secret is removed on reading. */
  readonly spec: PodSpec;
  readonly phase: string;
}

/** A pod in the namespace that uses another service account. */
export type OtherPod = Pick<PodObject, 'name' | 'serviceAccount' | 'owner' | 'phase'>;

/** How STS responded to a token of the service account. */
export type Assumed =
  { readonly assumedRoleArn: string } | { readonly errorCode: string; readonly errorMessage: string };

/** Everything that the checks use. A value of `undefined` means that the object does not exist. */
export interface Facts {
  readonly question: Question;
  readonly now: Date;
  readonly region: string;
  /** The identity that reads the account of the cluster. */
  readonly caller: Read<{ readonly account: string; readonly arn: string }>;
  /** The identity that reads the account of the role; another one if `--role-profile` is given. */
  readonly roleCaller: Read<{ readonly account: string; readonly arn: string }>;
  readonly cluster: Read<EksCluster | undefined>;
  /** The issuer that the API server publishes, with `https://`; read only for a cluster outside EKS. */
  readonly apiIssuer?: Read<string>;
  /** The clusters in the region; read only if the one in question does not exist. */
  readonly clusterNames?: Read<string[]>;
  /** The providers in the account of the role. */
  readonly providers: Read<IamProvider[]>;
  readonly namespace: Read<{ readonly name: string } | undefined>;
  readonly serviceAccount: Read<ServiceAccountObject | undefined>;
  /** In the namespace, or in the cluster if that namespace is missing; read only if the service account is missing. */
  readonly otherServiceAccounts?: Read<ServiceAccountName[]>;
  /** The annotated role; unknown without a valid annotation. */
  readonly role: Read<IamRole | undefined>;
  /** Attached policies, inline policies and the permissions boundary. */
  readonly policies: Read<IamPolicy[]>;
  /** Only with `--action`. */
  readonly simulated?: Read<Simulated>;
  readonly webhooks: Read<Webhook[]>;
  readonly podIdentities: Read<PodIdentity[]>;
  /** Read only with an association. */
  readonly identityRoles?: IdentityRoles;
  /** The associations of other service accounts; read only without an annotation and an association. */
  readonly otherAssociations?: Read<ServiceAccountName[]>;
  /** Read only with an association. */
  readonly agentPods?: Read<AgentPod[]>;
  /** Read only with an association. */
  readonly plugins?: Read<NetworkPlugins>;
  /** The pods of the service account, or the pod of `--pod`; undefined if that pod does not exist. */
  readonly pods: Read<PodObject[] | undefined>;
  /** The NetworkPolicies that limit egress; read only if running pods use the service account. */
  readonly egressPolicies?: Read<EgressPolicy[]>;
  /** The other running pods in the namespace; read only if no running pod uses the service account. */
  readonly otherPods?: Read<OtherPod[]>;
  /** Only with `--assume`. */
  readonly assumed?: Read<Assumed>;
  readonly trail: Read<Trail>;
}
