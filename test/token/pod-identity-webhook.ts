/**
 * Stands in for the pod identity webhook and kubelet, which need a cluster with nodes: the webhook reads the annotations of a pod's service account, and
 * kubelet has the token made that the webhook asks for. The token itself is the API server's.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook
 */
import { ApiServer } from './kubernetes-cluster';
import { Manifest } from '../judges/kubernetes';
import { WebIdentityRequest } from '../judges/sts';

const PREFIX = 'eks.amazonaws.com';

/** What a pod finds in `AWS_ROLE_ARN` and behind `AWS_WEB_IDENTITY_TOKEN_FILE`. */
export async function credentialsOf(cluster: ApiServer, { metadata: { name, namespace, uid }, spec }: Manifest): Promise<WebIdentityRequest> {
  const serviceAccount = await cluster.read({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: spec.serviceAccountName } });
  const { [`${PREFIX}/role-arn`]: roleArn, [`${PREFIX}/audience`]: audience = 'sts.amazonaws.com', [`${PREFIX}/token-expiration`]: expiration = '86400' } =
    serviceAccount.metadata.annotations ?? {};
  const token = await cluster.mintToken(namespace, spec.serviceAccountName, {
    audiences: [audience],
    expirationSeconds: Number(expiration),
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
  });
  return { roleArn, token };
}
