import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const TABLE_NAME = 'payments';

const app = new App();
const stack = new Stack(app, 'PaymentsDynamoDb', { env: { account: '111122223333', region: 'eu-west-1' } });

// The CDK CLI looks up the issuer of the existing cluster and caches it in cdk.context.json.
const oidcProvider = ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'production' });

const serviceAccount = new IrsaServiceAccount(stack, 'PaymentsServiceUser', {
  oidcProvider,
  namespace: 'default',
  serviceAccountName: 'payments-service-user',
});

const table = new Table(stack, 'Payments', {
  tableName: TABLE_NAME,
  partitionKey: { name: 'paymentId', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
});
table.grantReadWriteData(serviceAccount);

const labels = { app: 'payments-service' };
new ApiObject(KubernetesManifests.of(stack).chart, 'Deployment', {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'payments-service', namespace: serviceAccount.namespace, labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: serviceAccount.serviceAccountName,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
        containers: [{
          name: 'payments-service',
          image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-service:1.0.0',
          ports: [{ containerPort: 8080 }],
          env: [{ name: 'TABLE_NAME', value: TABLE_NAME }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        }],
      },
    },
  },
});
