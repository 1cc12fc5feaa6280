/**
 * Stands in for the pod identity webhook and kubelet, which need a cluster with nodes: the webhook reads the
 * annotations of a pod's service account, and kubelet has the token made that the webhook asks for. The token itself is
 * the API server's.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
import { ApiServer } from './kubernetes-cluster';
import { Manifest } from '../judges/kubernetes';
import { WebIdentityRequest } from '../judges/sts';

const PREFIX = 'eks.amazonaws.com';
const DEFAULT_EXPIRATION = 86_400;
const MIN_EXPIRATION = 600;

/** What the webhook is started with, and what EKS tells it. */
export interface WebhookSettings {
  /** `--annotation-prefix` */
  readonly prefix?: string;
  /** `--token-audience` */
  readonly audience?: string;
  /** Whether there is an association of EKS Pod Identity. */
  readonly isAssociated?: boolean;
}

/** What is added to each container. */
interface Addition {
  /** The container that has one of these already keeps what it has. */
  readonly variables: [name: string, value: string][];
  readonly volume: string;
  readonly mountPath: string;
  readonly isRegional: boolean;
}

/**
 * A pod as the webhook makes it of one that is to be created: variables, mounts and the volume, unless they are there.
 */
export function injected(
  pod: Manifest,
  serviceAccount: Manifest | undefined,
  { prefix = PREFIX, audience: defaultAudience = 'sts.amazonaws.com', isAssociated = false }: WebhookSettings = {},
): Manifest {
  const {
    [`${prefix}/role-arn`]: roleArn,
    [`${prefix}/audience`]: audience = defaultAudience,
    [`${prefix}/token-expiration`]: expiration,
    [`${prefix}/sts-regional-endpoints`]: regional,
  } = serviceAccount?.metadata.annotations ?? {};
  if (!isAssociated && !roleArn) return pod;

  const {
    [`${prefix}/skip-containers`]: skipList = '',
    [`${prefix}/token-expiration`]: ownExpiration,
  } = pod.metadata.annotations ?? {};
  const { volumes = [], containers, initContainers } = pod.spec;
  const name = isAssociated ? 'eks-pod-identity-token' : 'aws-iam-token';
  const path = isAssociated ? name : 'token';
  const mountPath = `/var/run/secrets/${isAssociated ? 'pods.' : ''}eks.amazonaws.com/serviceaccount`;
  const file = isWindows(pod) ? `C:${mountPath}/${path}`.replaceAll('/', '\\') : `${mountPath}/${path}`;
  const addition: Addition = {
    variables: isAssociated
      ? [
        ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://169.254.170.23/v1/credentials'],
        ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', file],
      ]
      : [['AWS_ROLE_ARN', roleArn], ['AWS_WEB_IDENTITY_TOKEN_FILE', file]],
    volume: name,
    mountPath,
    isRegional: ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(regional),
  };
  const source = {
    ...(isAssociated ? { audience: 'pods.eks.amazonaws.com' } : audience !== '' && { audience }),
    expirationSeconds: secondsOf(ownExpiration, secondsOf(expiration, DEFAULT_EXPIRATION)),
    path,
  };
  const volume = { name, projected: { sources: [{ serviceAccountToken: source }] } };
  const skipped = skippedContainers(skipList);
  const extended = (list: any[]) =>
    list.map(container => (skipped.includes(container.name) ? container : withToken(container, addition)));
  return {
    ...pod,
    ...isAssociated && {
      metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [`${PREFIX}/pod-identity`]: 'enabled' } },
    },
    spec: {
      ...pod.spec,
      volumes: volumes.some((one: any) => one.name === name) ? volumes : [volume, ...volumes],
      containers: extended(containers),
      ...initContainers && { initContainers: extended(initContainers) },
    },
  };
}

/** A whole number, raised to the least that there is. */
function secondsOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Math.max(Number(text), MIN_EXPIRATION) : otherwise;
}

function isWindows({ spec: { nodeSelector = {} } }: Manifest): boolean {
  return ['kubernetes.io/os', 'beta.kubernetes.io/os'].some(key => nodeSelector[key] === 'windows');
}

/** What Go's CSV reader makes of it: the first line that is not empty, quotes around whole fields. */
function skippedContainers(list: string): string[] {
  const text = list.replace(/\r\n/g, '\n').replace(/\r$/, '');
  const fields = (text.split('\n').find(line => line !== '') ?? '').split(',');
  const isReadable = fields.every(field => /^("[^"]*"|[^"]*)$/.test(field));
  return isReadable ? fields.map(field => field.replace(/^"|"$/g, '')) : [];
}

function withToken(container: any, { variables, volume, mountPath, isRegional }: Addition): any {
  const { env = [], volumeMounts = [] } = container;
  const has = (...names: string[]) => env.some(({ name }: any) => names.includes(name));
  const hasOwn = has(...variables.map(([name]) => name));
  const hasRegion = has('AWS_REGION', 'AWS_DEFAULT_REGION');
  const hasRegional = has('AWS_STS_REGIONAL_ENDPOINTS');
  if (hasOwn && hasRegion && hasRegional) return container;
  const added = [
    ...isRegional && !hasRegional ? [['AWS_STS_REGIONAL_ENDPOINTS', 'regional']] : [],
    ...hasRegion ? [] : ['AWS_DEFAULT_REGION', 'AWS_REGION'].map(name => [name, 'eu-west-1']),
    ...hasOwn ? [] : variables,
  ];
  return {
    ...container,
    env: [...env, ...added.map(([name, value]) => ({ name, value }))],
    volumeMounts: [
      ...volumeMounts,
      ...volumeMounts.some(({ name }: any) => name === volume) ? [] : [{ name: volume, readOnly: true, mountPath }],
    ],
  };
}

/** What a pod finds in `AWS_ROLE_ARN` and behind `AWS_WEB_IDENTITY_TOKEN_FILE`. */
export async function credentialsOf(
  cluster: ApiServer,
  { metadata: { name, namespace, uid }, spec }: Manifest,
): Promise<WebIdentityRequest> {
  const serviceAccount = await cluster.read({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name: spec.serviceAccountName },
  });
  const {
    [`${PREFIX}/role-arn`]: roleArn,
    [`${PREFIX}/audience`]: audience = 'sts.amazonaws.com',
    [`${PREFIX}/token-expiration`]: expiration = '86400',
  } = serviceAccount.metadata.annotations ?? {};
  const token = await cluster.mintToken(namespace, spec.serviceAccountName, {
    audiences: [audience],
    expirationSeconds: Number(expiration),
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
  });
  return { roleArn, token };
}
