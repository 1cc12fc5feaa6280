/**
 * What the doctor reads from Kubernetes. It creates nothing except a token for `--assume`.
 */
import {
  AgentPod, EgressPolicy, EksCluster, Facts, NetworkPlugins, OtherPod, PodObject, Question, Read,
  ServiceAccountName, ServiceAccountObject, Webhook,
} from '../facts';
import { readObjects } from './cluster-objects';
import { EksContext } from './eks-context';
import { KubernetesClient, KubernetesOptions, KubernetesProblem } from './kubernetes-client';
import {
  ApiObject, egressPolicyOf, networkPluginsOf, objectIn, podOf, serviceAccountOf,
} from './kubernetes-objects';
import { isLive } from '../pod-phase';
import { isWebhook, WebhookScope, webhookOf } from './webhook-facts';
import { arrayOf, JsonObject, propertyOf, textMapOf } from '../../../analysis/json-values';
import { pathOfList, qualifiedName } from '../live/api-lists';
import { ClusterObject, LiveObjects } from '../live/live-facts';

const PAGE = 500;
const RESTARTS = 3;
const SYSTEM_NAMESPACE = 'kube-system';
const AGENT_LABEL = 'app.kubernetes.io/name=eks-pod-identity-agent';
const PLUGIN_LABEL = 'k8s-app in (aws-node, cilium)';
const MIN_TOKEN_LIFE_SECONDS = 600;
/** @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery */
const DISCOVERY = '/.well-known/openid-configuration';

export type { KubernetesOptions } from './kubernetes-client';
export type { EksContext } from './eks-context';
export { NoKubeconfig } from './kube-config';
export { KubernetesProblem } from './kubernetes-client';

type KubernetesFacts = Pick<
  Facts,
  | 'namespace'
  | 'serviceAccount'
  | 'otherServiceAccounts'
  | 'pods'
  | 'egressPolicies'
  | 'otherPods'
  | 'webhooks'
>;

interface NamespaceObject {
  readonly name: string;
  readonly labels: { readonly [key: string]: string };
}

export class Kubernetes {
  /**
   * @throws NoKubeconfig if there is no kubeconfig
   * @throws UnusableInput if it cannot be used
   */
  public static connect(options?: KubernetesOptions): Kubernetes {
    return new Kubernetes(KubernetesClient.connect(options));
  }

  private constructor(private readonly client: KubernetesClient) {}

  /** The URL of the API server, as in the kubeconfig. */
  public get endpoint(): string {
    return this.client.endpoint;
  }

  /** The context of the kubeconfig. */
  public get context(): string {
    return this.client.context;
  }

  /** The EKS cluster that the context names, if it names one. */
  public get eks(): EksContext | undefined {
    return this.client.eks;
  }

  /**
   * How the API server shows that it belongs to another cluster; undefined if it does not, or if nothing can be
   * compared. In a pod, the server address does not identify the cluster, but the token does.
   */
  public mismatchWith({ name, endpoint, issuerUrl }: EksCluster): string | undefined {
    const { ownIssuer } = this.client;
    if (ownIssuer !== undefined) {
      const { url = issuerUrl } = ownIssuer;
      return issuerUrl === undefined || url === issuerUrl
        ? undefined
        : `This pod does not run in cluster ${name}: its token is issued by ${url}, but tokens of ${name} are issued `
          + `by ${issuerUrl}.`;
    }
    if (endpoint === '' || isSameEndpoint(endpoint, this.endpoint)) return undefined;
    return `Context ${this.client.context} of the kubeconfig does not point to cluster ${name}: its server is `
      + `${this.endpoint}, but ${name} is at ${endpoint}.`;
  }

  /** The issuer of new tokens, with `https://`. */
  public async issuer(): Promise<Read<string>> {
    const { ownIssuer } = this.client;
    if (ownIssuer?.url !== undefined) return { value: ownIssuer.url };
    const read = await this.read('get', DISCOVERY, undefined, async () => {
      const { issuer } = await this.client.get(DISCOVERY);
      if (typeof issuer !== 'string') throw new KubernetesProblem(`${DISCOVERY} of the API server has no issuer`);
      return issuer;
    });
    if ('unknown' in read) return read;
    return read.value === undefined ? { unknown: `the API server has no ${DISCOVERY}` } : { value: read.value };
  }

  /** All facts that the checks use. */
  public async facts(
    question: Question,
  ): Promise<KubernetesFacts> {
    const namespace = await this.namespace(question.namespace);
    const serviceAccount = await this.serviceAccount(question.namespace, question.serviceAccount);
    const isMissing = 'value' in serviceAccount && serviceAccount.value === undefined;
    const hasNamespace = 'unknown' in namespace || namespace.value !== undefined;
    const otherServiceAccounts = isMissing
      ? await this.serviceAccountNames(hasNamespace ? question.namespace : undefined) : undefined;
    const pods = await this.pods(question);
    const isUsed = 'value' in pods && pods.value?.some(pod => question.pod !== undefined || isLive(pod)) === true;
    const isUnused = question.pod === undefined && 'value' in pods && !isUsed;
    const otherPods = isUnused ? await this.otherPods(question) : undefined;
    const egressPolicies = isUsed ? await this.egressPolicies(question.namespace) : undefined;
    const webhooks = await this.webhooks({
      namespaceLabels: 'value' in namespace ? { ...namespace.value?.labels } : undefined,
      pods: 'value' in pods ? (pods.value ?? []) : [],
    });
    return {
      namespace,
      serviceAccount,
      pods,
      webhooks,
      ...otherServiceAccounts && { otherServiceAccounts },
      ...otherPods && { otherPods },
      ...egressPolicies && { egressPolicies },
    };
  }

  public namespace(name: string): Promise<Read<NamespaceObject | undefined>> {
    return this.read('get', 'namespaces', undefined, async () => {
      const { metadata } = objectIn(await this.client.get(path`/api/v1/namespaces/${name}`));
      return { name: metadata.name, labels: textMapOf(metadata.labels) };
    });
  }

  public serviceAccount(namespace: string, name: string): Promise<Read<ServiceAccountObject | undefined>> {
    const place = path`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
    return this.read('get', 'serviceaccounts', namespace, async () => serviceAccountOf(await this.client.get(place)));
  }

  /** The pods of a service account, or the pod in question. */
  public pods({ namespace, serviceAccount, pod }: Question): Promise<Read<PodObject[] | undefined>> {
    if (pod !== undefined) {
      const place = path`/api/v1/namespaces/${namespace}/pods/${pod}`;
      return this.read('get', 'pods', namespace, async () => [podOf(await this.client.get(place))]);
    }
    return this.read('list', 'pods', namespace, async () => {
      const pods: PodObject[] = [];
      const selector = `spec.serviceAccountName=${serviceAccount}`;
      const place = path`/api/v1/namespaces/${namespace}/pods?fieldSelector=${selector}&`;
      for await (const item of this.list(place)) pods.push(podOf(item));
      return pods;
    });
  }

  /** The running pods in the namespace that use other service accounts. */
  private otherPods({ namespace, serviceAccount }: Question): Promise<Read<OtherPod[]>> {
    const selector = `spec.serviceAccountName!=${serviceAccount}`;
    const place = path`/api/v1/namespaces/${namespace}/pods?fieldSelector=${selector}&`;
    return this.collect('pods', namespace, place, item => {
      const { name, serviceAccount: used, owner, phase } = podOf(item);
      return isLive({ phase }) ? [{ name, serviceAccount: used, ...owner && { owner }, phase }] : [];
    });
  }

  /** The running pods in a namespace, or in the cluster, that match. */
  public livePods(namespace: string | undefined, isWanted: (pod: PodObject) => boolean): Promise<Read<PodObject[]>> {
    const place = namespace === undefined ? '/api/v1/pods' : path`/api/v1/namespaces/${namespace}/pods`;
    return this.collect('pods', namespace, `${place}?`, item =>
      [podOf(item)].filter(pod => isLive(pod) && isWanted(pod)));
  }

  /** The pods of the EKS Pod Identity Agent. */
  public agentPods(): Promise<Read<AgentPod[]>> {
    return this.systemPods(AGENT_LABEL, item => {
      const { name, node } = podOf(item);
      const isReady = arrayOf(propertyOf(item.status, 'conditions'))
        .some(condition => propertyOf(condition, 'type') === 'Ready' && propertyOf(condition, 'status') === 'True');
      return { name, ...node !== undefined && { node }, isReady };
    });
  }

  /** The network plugins that are known to affect access to the agent. */
  public async networkPlugins(): Promise<Read<NetworkPlugins>> {
    const pods = await this.systemPods(PLUGIN_LABEL, item => item);
    return 'value' in pods ? { value: networkPluginsOf(pods.value) } : pods;
  }

  private systemPods<T>(label: string, of: (item: ApiObject) => T): Promise<Read<T[]>> {
    const place = path`/api/v1/namespaces/${SYSTEM_NAMESPACE}/pods?labelSelector=${label}&`;
    return this.collect('pods', SYSTEM_NAMESPACE, place, item => [of(item)]);
  }

  /** The NetworkPolicies in a namespace that limit egress. */
  public egressPolicies(namespace: string): Promise<Read<EgressPolicy[]>> {
    const place = path`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies?`;
    return this.collect('networkpolicies.networking.k8s.io', namespace, place, item =>
      [egressPolicyOf(item)].filter(policy => policy !== undefined));
  }

  /** The webhooks that look like the pod identity webhook. */
  public webhooks(scope: WebhookScope): Promise<Read<Webhook[]>> {
    const place = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?';
    return this.collect('mutatingwebhookconfigurations.admissionregistration.k8s.io', undefined, place, configuration =>
      arrayOf(propertyOf(configuration, 'webhooks')).filter(webhook => isWebhook(configuration, webhook))
        .map(webhook => webhookOf(configuration, webhook, scope)));
  }

  /** The lists that determine who can act as the service accounts. */
  public liveObjects(): Promise<LiveObjects> {
    return readObjects((name, of) => this.collect(qualifiedName(name), undefined, `${pathOfList(name)}?`, of, {
      unknown: `the API server does not serve ${qualifiedName(name)}`,
    }));
  }

  /** A ConfigMap; undefined if it does not exist. */
  public configMap(namespace: string, name: string): Promise<Read<ClusterObject | undefined>> {
    return this.read('get', 'configmaps', namespace, async () => ({
      ...objectIn(await this.client.get(path`/api/v1/namespaces/${namespace}/configmaps/${name}`)),
      apiVersion: 'v1',
      kind: 'ConfigMap',
    }));
  }

  /** Collects what each object of a list gives. If the API server does not have the list, returns `missing`. */
  private async collect<T>(
    resource: string,
    namespace: string | undefined,
    place: string,
    of: (item: ApiObject) => readonly T[],
    missing: Read<T[]> = { value: [] },
  ): Promise<Read<T[]>> {
    const read = await this.read('list', resource, namespace, async () => {
      const found: T[] = [];
      for await (const item of this.list(place)) {
        for (const part of of(item)) found.push(part);
      }
      return found;
    });
    if ('unknown' in read) return read;
    return read.value === undefined ? missing : { value: read.value };
  }

  /**
   * All ServiceAccounts in a namespace, or in the cluster, page by page.
   *
   * @throws KubernetesProblem
   */
  public async *serviceAccounts(namespace?: string): AsyncGenerator<ServiceAccountObject> {
    const place =
      namespace === undefined ? '/api/v1/serviceaccounts' : path`/api/v1/namespaces/${namespace}/serviceaccounts`;
    try {
      for await (const item of this.list(`${place}?`)) yield serviceAccountOf(item);
    } catch (error) {
      throw error instanceof KubernetesProblem && error.status === 403
        ? new KubernetesProblem(needs('list', 'serviceaccounts', namespace), 403)
        : error;
    }
  }

  private async serviceAccountNames(namespace: string | undefined): Promise<Read<ServiceAccountName[]>> {
    const read = await this.read('list', 'serviceaccounts', namespace, async () => {
      const names: ServiceAccountName[] = [];
      for await (const account of this.serviceAccounts(namespace)) {
        names.push({ namespace: account.namespace, name: account.name });
      }
      return names;
    });
    return 'value' in read ? { value: read.value ?? [] } : read;
  }

  /**
   * Requests a token, as the kubelet does for a pod. A secret: never write it anywhere.
   */
  public async mintToken(namespace: string, serviceAccount: string, audience: string): Promise<Read<string>> {
    const read = await this.read('create', 'serviceaccounts/token', namespace, async () => {
      const made = await this.client.post(
        path`/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
        {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { audiences: [audience], expirationSeconds: MIN_TOKEN_LIFE_SECONDS },
        },
      );
      const token = propertyOf(made, 'status', 'token');
      if (typeof token !== 'string') throw new KubernetesProblem('the API server returned no token');
      return token;
    });
    if ('unknown' in read) return read;
    return read.value === undefined
      ? { unknown: `ServiceAccount ${namespace}/${serviceAccount} does not exist, so it cannot have a token` }
      : { value: read.value };
  }

  /** A 404 means that the object does not exist; other failures leave it unknown. */
  private async read<T>(
    verb: string,
    resource: string,
    namespace: string | undefined,
    reading: () => Promise<T>,
  ): Promise<Read<T | undefined>> {
    try {
      return { value: await reading() };
    } catch (error) {
      if (!(error instanceof KubernetesProblem)) throw error;
      if (error.status === 404) return { value: undefined };
      return { unknown: error.status === 403 ? needs(verb, resource, namespace) : error.message };
    }
  }

  /**
   * The items of a list, page by page. If a list expires underway (410), it is read again from the start, and items
   * that were returned before are skipped: the API server sorts by namespace and name.
   */
  private async *list(place: string): AsyncGenerator<ApiObject> {
    let [next, last, restarts] = ['', '', 0];
    do {
      let page: JsonObject;
      try {
        page = await this.client.get(`${place}limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`);
      } catch (error) {
        if (!(error instanceof KubernetesProblem) || error.status !== 410 || next === '' || ++restarts > RESTARTS) {
          throw error;
        }
        next = '';
        continue;
      }
      for (const value of arrayOf(page.items)) {
        const item = objectIn(value);
        const key = `${item.metadata.namespace ?? ''}/${item.metadata.name}`;
        if (restarts > 0 && key <= last) continue;
        last = key;
        yield item;
      }
      next = `${propertyOf(page.metadata, 'continue') ?? ''}`;
      if (next === '') return;
    } while (true);
  }
}

/** Whether two URLs point to the same API server. */
export function isSameEndpoint(left: string, right: string): boolean {
  const place = (text: string) => {
    const url = new URL(text);
    return `${url.hostname.toLowerCase().replace(/\.$/, '')}:${url.port || (url.protocol === 'http:' ? '80' : '443')}`;
  };
  return URL.canParse(left) && URL.canParse(right) && place(left) === place(right);
}

/** Encodes names from the command line, so that they cannot change the path. */
function path(texts: TemplateStringsArray, ...names: string[]): string {
  return texts.map((text, index) => `${text}${encodeURIComponent(names[index] ?? '')}`).join('');
}

function needs(verb: string, resource: string, namespace: string | undefined): string {
  return `needs ${verb} on ${resource}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}
