/**
 * The clients for one cluster, and the facts that they read for the checks.
 */
import { associationOf } from './checks/pods';
import { annotationOf, audienceToTrust, isForApiServer, roleArnOf } from './checks/web-identity';
import { EksCluster, Facts, Question, Read } from './facts';
import { DoctorOptions } from './options';
import { printable } from '../text';
import { Aws, OUTSIDE_EKS } from './read/aws';
import { EksContext, Kubernetes, NoKubeconfig } from './read/kubernetes';
import { UnusableInput } from '../../analysis/reading/unusable-input';

/** A cluster and the clients that read it. */
export interface Session {
  readonly aws: Aws;
  /** The API server, or why it is not queried. */
  readonly kubernetes: Read<Kubernetes>;
  /** Undefined for a cluster outside EKS. */
  readonly clusterName?: string;
  /** Of a cluster outside EKS, with `https://`. */
  readonly issuerUrl?: string;
  readonly cluster: Read<EksCluster | undefined>;
}

/**
 * @param context of the kubeconfig; the current one by default
 * @throws UnusableInput if nothing can be read
 */
export async function connect(options: DoctorOptions, context = options.contexts[0]): Promise<Session> {
  const { issuer: issuerUrl, roleProfile } = options;
  const kubernetes = connectKubernetes(options, context);
  const named = options.cluster === undefined && issuerUrl === undefined ? clusterOf(kubernetes) : undefined;
  const clusterName = options.cluster ?? named?.clusterName;
  const aws = await Aws.connect({
    region: options.region ?? named?.region,
    profile: options.profile ?? named?.profile,
    roleProfile,
  });
  try {
    const cluster = clusterName === undefined ? OUTSIDE_EKS : await aws.cluster(clusterName);
    if ('value' in kubernetes) rejectOtherCluster(cluster, kubernetes.value);
    return { aws, kubernetes, clusterName, issuerUrl, cluster };
  } catch (error) {
    aws.close();
    throw error;
  }
}

/** @throws UnusableInput if the API server is not queried */
export function requireKubernetes({ kubernetes }: Pick<Session, 'kubernetes'>): Kubernetes {
  if ('unknown' in kubernetes) throw new UnusableInput(`${kubernetes.unknown}.`);
  return kubernetes.value;
}

/** @throws UnusableInput if the cluster does not exist or cannot be read */
export function requireCluster(cluster: Read<EksCluster | undefined>, name = ''): EksCluster {
  if ('unknown' in cluster) throw new UnusableInput(`Cluster ${name} cannot be read: ${cluster.unknown}.`);
  if (cluster.value === undefined) {
    throw new UnusableInput(`Cluster ${name} does not exist in this account and region.`);
  }
  return cluster.value;
}

function connectKubernetes(options: DoctorOptions, context: string | undefined): Read<Kubernetes> {
  if (options.awsOnly) return { unknown: 'Kubernetes was not queried because of --aws-only' };
  const { timeoutSeconds } = options;
  try {
    return {
      value: Kubernetes.connect({ context, ...timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 } }),
    };
  } catch (error) {
    if (!(error instanceof NoKubeconfig)) throw error;
    const { all, assume, pod, watch } = options;
    if (!all && !assume && !watch && pod === undefined && context === undefined) return { unknown: error.message };
    throw new UnusableInput(`There is ${error.message}.${advice(options)}`);
  }
}

function advice({ cluster, issuer }: DoctorOptions): string {
  return issuer === undefined ? ` Create one: aws eks update-kubeconfig --name ${cluster ?? '<cluster>'}` : '';
}

/** The EKS cluster that the context names. */
function clusterOf(kubernetes: Read<Kubernetes>): EksContext | undefined {
  if ('unknown' in kubernetes) return undefined;
  const { eks, context } = kubernetes.value;
  if (eks !== undefined) return eks;
  throw new UnusableInput(
    `Context ${printable(context)} of the kubeconfig does not name an EKS cluster. Create a context with aws eks `
      + 'update-kubeconfig, or pass --cluster together with this context only.',
  );
}

/** Facts about one cluster must not be reported for another. */
function rejectOtherCluster(cluster: Read<EksCluster | undefined>, kubernetes: Kubernetes): void {
  if ('unknown' in cluster || cluster.value === undefined) return;
  const words = kubernetes.mismatchWith(cluster.value);
  if (words !== undefined) {
    throw new UnusableInput(
      `${words} Select its context with --context, or create one: aws eks update-kubeconfig --name `
        + `${cluster.value.name}`,
    );
  }
}

/** Reads everything that the checks of one service account use. */
export async function readFacts(options: DoctorOptions, session: Session): Promise<Facts> {
  const { aws, kubernetes, cluster, clusterName, issuerUrl } = session;
  const { pod, action, resource } = options;
  const question: Question = {
    ...clusterName !== undefined && { clusterName },
    ...issuerUrl !== undefined && { issuerUrl },
    ...options.role !== undefined && { roleArn: options.role },
    namespace: options.namespace!,
    serviceAccount: options.serviceAccount!,
    pod,
    action,
    resource,
  };
  const now = new Date();
  const ofKubernetes = 'value' in kubernetes
    ? await kubernetes.value.facts(question)
    : { namespace: kubernetes, serviceAccount: kubernetes, pods: kubernetes, webhooks: kubernetes };
  const apiIssuer = issuerUrl === undefined ? undefined : await apiIssuerOf(session);
  const roleArn = annotationOf({ question, ...ofKubernetes });
  const ofAws = await aws.facts({ ...question, cluster, roleArn, now });
  const ofAgent = associationOf(ofAws) && ('value' in kubernetes
    ? { agentPods: await kubernetes.value.agentPods(), plugins: await kubernetes.value.networkPlugins() }
    : { agentPods: kubernetes, plugins: kubernetes });
  const facts: Facts = { question, now, ...ofKubernetes, ...ofAws, ...apiIssuer && { apiIssuer }, ...ofAgent };
  return options.assume && 'value' in kubernetes
    ? { ...facts, assumed: await assumeRole(facts, aws, kubernetes.value) } : facts;
}

/** The issuer that the API server publishes. */
export async function apiIssuerOf({ kubernetes }: Session): Promise<Read<string>> {
  return 'value' in kubernetes ? kubernetes.value.issuer() : kubernetes;
}

/** The token stays in memory and is then discarded. */
async function assumeRole(facts: Facts, aws: Aws, kubernetes: Kubernetes): Promise<NonNullable<Facts['assumed']>> {
  if (associationOf(facts)) return { unknown: 'EKS assumes the role itself' };
  const role = roleArnOf(facts);
  if ('unknown' in role) return role;
  // Anyone with such a token can act as the service account in the cluster, so the doctor never sends it anywhere.
  if (isForApiServer(facts)) {
    return { unknown: 'the pods request tokens for the API server, which the doctor does not send to STS' };
  }
  const { namespace, serviceAccount } = facts.question;
  const token = await kubernetes.mintToken(namespace, serviceAccount, audienceToTrust(facts));
  return 'unknown' in token ? token : aws.assumed(role.value.arn, token.value);
}
