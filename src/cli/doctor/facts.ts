/**
 * What the doctor reads of AWS and of Kubernetes, before anything is judged. Nothing here is a secret: no token, no
 * key.
 */
import type { PodSpecJson } from '../../conventions/pod-spec';

/** What was read, or why it could not be: in words, with the permission that it needs where that is what is missing. */
export type Read<T> = { readonly value: T } | { readonly unknown: string };

/** What the doctor is asked. */
export interface Question {
  /** The EKS cluster; undefined for a cluster outside EKS. */
  readonly clusterName?: string;
  /** With `https://`: the issuer of a cluster outside EKS. */
  readonly issuerUrl?: string;
  /** The ARN of the role that the service account should have, if the user named it. */
  readonly roleArn?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** One pod; otherwise all of the service account. */
  readonly pod?: string;
  readonly action?: string;
  readonly resource?: string;
}

/** A cluster as EKS knows it. */
export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  readonly endpoint: string;
  /** With `https://`. */
  readonly issuerUrl?: string;
  /** Whether EKS Auto Mode runs its nodes. */
  readonly isAuto?: boolean;
  /** `API`, `API_AND_CONFIG_MAP` or `CONFIG_MAP`; left out if EKS does not tell. */
  readonly authenticationMode?: string;
}

/** An OIDC provider of IAM. */
export interface IamProvider {
  readonly arn: string;
  /** Without `https://`. */
  readonly issuer: string;
  /** Read of the provider for the cluster's issuer alone. */
  readonly details?: Read<{ readonly clientIds: string[]; readonly thumbprints: string[] }>;
}

/** A policy as IAM holds it: its default version. */
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

/** What IAM's own simulation says of the action and the resource asked for. */
export interface Simulated {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Names of the policies that decide. */
  readonly policies: string[];
  /** Keys of conditions whose values the simulation did not have. */
  readonly missingKeys: string[];
  /** Whether the permissions boundary allows it; left out where there is none. */
  readonly boundaryAllows?: boolean;
  /**
   * Whether the organization's policies allow it, as far as IAM simulates them; left out where there is no
   * organization.
   */
  readonly organizationAllows?: boolean;
}

/** An association of EKS Pod Identity for the service account. */
export interface PodIdentity {
  readonly id: string;
  readonly roleArn: string;
  /** Of another account, whose credentials the pods get: EKS assumes it with the other role. */
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
  /** Of the first role, which must be allowed to assume the target role. */
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
  /** How the VPC CNI applies security groups of pods: `strict`, `standard`; left out without the VPC CNI. */
  readonly securityGroupMode?: string;
}

/** A NetworkPolicy of the namespace, as far as it limits what pods may call. */
export interface EgressPolicy {
  readonly name: string;
  readonly podSelector: unknown;
  /** What the selected pods may call; nothing without a rule. */
  readonly egress: readonly EgressRule[];
}

/** The API server has checked its form. */
export interface EgressRule {
  /** Any destination if left out or empty. */
  readonly to?: readonly { readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }[];
  /** Any port if left out or empty. */
  readonly ports?: readonly {
    readonly protocol?: string;
    readonly port?: number | string;
    readonly endPort?: number;
  }[];
}

/** An `AssumeRoleWithWebIdentity` that CloudTrail has written down. */
export interface TrailEvent {
  readonly time: Date;
  readonly roleArn?: string;
  /** Who asked: `system:serviceaccount:…`. */
  readonly subject?: string;
  /** Who vouches for the token, without `https://`. */
  readonly issuer?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** What CloudTrail has written down of the role, or of the service account. */
export interface Trail {
  /** Newest first. */
  readonly events: TrailEvent[];
  readonly since: Date;
  /** Those whose trails were read. */
  readonly regions: string[];
  /** False where there was more than is read. */
  readonly complete: boolean;
}

/** A ServiceAccount of the cluster. */
export interface ServiceAccountObject {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: { readonly [key: string]: string };
  /**
   * When the manager that set the role's annotation last changed the ServiceAccount: the annotation is not newer.
   * Undefined if the managed fields do not tell.
   */
  readonly annotated?: Date;
  /** Whether the annotation was set exactly then. */
  readonly isAnnotatedExact?: boolean;
  readonly created: Date;
}

export type ServiceAccountName = Pick<ServiceAccountObject, 'namespace' | 'name'>;

/** A webhook that is called when pods are created, and looks like the pod identity webhook. */
export interface Webhook {
  /** Of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  readonly name: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** Where the API server calls it: a URL, or `service namespace/name`. */
  readonly target: string;
  /**
   * Whether its selectors take in the pods of the namespace and of the service account asked for; words where that is
   * not known.
   */
  readonly selects: boolean | string;
  /** Names of pods that its objectSelector leaves out. */
  readonly leavesOut: readonly string[];
  readonly hasCaBundle: boolean;
}

/** What of a container is about credentials of AWS; the API server has checked its form. */
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

/** Of a container; fsGroup is of pods. */
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

/** What of the spec of a pod is about credentials of AWS. */
export interface PodSpec extends PodSpecJson<Container> {
  readonly serviceAccountName?: string;
  readonly hostNetwork?: boolean;
  readonly securityContext?: SecurityContext;
  readonly volumes?: readonly Volume[];
}

/** What creates pods and re-creates them: a Deployment rather than its ReplicaSet. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** A pod, with what is relevant of its spec and status. */
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
  /**
   * The spec as the API server gives it, as far as credentials of AWS are concerned: all that may be a secret is left
   * out when it is read.
   */
  readonly spec: PodSpec;
  readonly phase: string;
}

/** A pod of the namespace that uses another service account. */
export type OtherPod = Pick<PodObject, 'name' | 'serviceAccount' | 'owner' | 'phase'>;

/** What came of a token of the service account, sent to STS. */
export type Assumed =
  { readonly assumedRoleArn: string } | { readonly errorCode: string; readonly errorMessage: string };

/** All of it. `undefined` as a value: there is none. */
export interface Facts {
  readonly question: Question;
  readonly now: Date;
  readonly region: string;
  /** Who asks AWS, of the cluster's account. */
  readonly caller: Read<{ readonly account: string; readonly arn: string }>;
  /** Who asks AWS about the role: another one, where the role is of another account and a profile for it was given. */
  readonly roleCaller: Read<{ readonly account: string; readonly arn: string }>;
  readonly cluster: Read<EksCluster | undefined>;
  /** The issuer that the API server publishes, with `https://`; read only for a cluster outside EKS. */
  readonly apiIssuer?: Read<string>;
  /** The clusters of the region, where the one asked for is not among them. */
  readonly clusterNames?: Read<string[]>;
  /** Of the role's account. */
  readonly providers: Read<IamProvider[]>;
  readonly namespace: Read<{ readonly name: string } | undefined>;
  readonly serviceAccount: Read<ServiceAccountObject | undefined>;
  /** Those of the namespace, or of the cluster if there is no such namespace; read only without the one asked for. */
  readonly otherServiceAccounts?: Read<ServiceAccountName[]>;
  /** The role that the annotation names; unknown where there is no annotation of the form. */
  readonly role: Read<IamRole | undefined>;
  /** Attached, inline, boundary. */
  readonly policies: Read<IamPolicy[]>;
  /** Only where an action is asked for. */
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
  /** The pods of the service account, or the pod asked for: undefined where that one is not there. */
  readonly pods: Read<PodObject[] | undefined>;
  /** The NetworkPolicies that limit egress; read only if running pods use the service account. */
  readonly egressPolicies?: Read<EgressPolicy[]>;
  /** The other running pods of the namespace; read only if no running pod uses the service account. */
  readonly otherPods?: Read<OtherPod[]>;
  /** Only where it is asked for. */
  readonly assumed?: Read<Assumed>;
  readonly trail: Read<Trail>;
}
