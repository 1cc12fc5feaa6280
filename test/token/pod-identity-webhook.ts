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
const FOLDER = `/var/run/secrets/${PREFIX}/serviceaccount`;
const VOLUME = 'aws-iam-token';

/**
 * A pod as the webhook makes it of one that is to be created: variables, mounts and the volume, unless they are there.
 */
export function injected(pod: Manifest, serviceAccount: Manifest): Manifest {
  const {
    [`${PREFIX}/role-arn`]: roleArn,
    [`${PREFIX}/audience`]: audience = 'sts.amazonaws.com',
    [`${PREFIX}/token-expiration`]: expiration = '86400',
    [`${PREFIX}/sts-regional-endpoints`]: regional,
  } = serviceAccount.metadata.annotations ?? {};
  if (!roleArn) return pod;
  const skipped = skippedContainers(pod.metadata.annotations?.[`${PREFIX}/skip-containers`] ?? '');
  const extended = (containers: any[]) =>
    containers.map(one => (skipped.includes(one.name) ? one : withToken(one, roleArn, regional === 'true')));
  const { volumes = [], containers, initContainers } = pod.spec;
  const volume = {
    name: VOLUME,
    projected: {
      sources: [
        { serviceAccountToken: { audience, expirationSeconds: Math.max(Number(expiration), 600), path: 'token' } },
      ],
    },
  };
  return {
    ...pod,
    spec: {
      ...pod.spec,
      volumes: volumes.some(({ name }: any) => name === VOLUME) ? volumes : [volume, ...volumes],
      containers: extended(containers),
      ...initContainers && { initContainers: extended(initContainers) },
    },
  };
}

/** What Go's CSV reader makes of the measured forms: the first line that is not empty, quotes around whole fields. */
function skippedContainers(list: string): string[] {
  const fields = (list.split('\n').find(line => line !== '') ?? '').split(',');
  const isReadable = fields.every(field => /^("[^"]*"|[^"]*)$/.test(field));
  return isReadable ? fields.map(field => field.replace(/^"|"$/g, '')) : [];
}

function withToken(container: any, roleArn: string, isRegional: boolean): any {
  const { env = [], volumeMounts = [] } = container;
  const has = (...names: string[]) => env.some(({ name }: any) => names.includes(name));
  return {
    ...container,
    env: [
      ...env,
      ...(isRegional && !has('AWS_STS_REGIONAL_ENDPOINTS')
        ? [{ name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' }]
        : []),
      ...(has('AWS_REGION', 'AWS_DEFAULT_REGION')
        ? []
        : ['AWS_DEFAULT_REGION', 'AWS_REGION'].map(name => ({ name, value: 'eu-west-1' }))),
      ...(has('AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE')
        ? []
        : [
          { name: 'AWS_ROLE_ARN', value: roleArn },
          { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${FOLDER}/token` },
        ]),
    ],
    volumeMounts: [
      ...volumeMounts,
      ...(volumeMounts.some(({ name }: any) => name === VOLUME)
        ? []
        : [{ name: VOLUME, readOnly: true, mountPath: FOLDER }]),
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
