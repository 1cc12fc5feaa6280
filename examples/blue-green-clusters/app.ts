import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';

const app = new App();
const env = { account: '111122223333', region: 'eu-west-1' };

// Blue is in production, and its issuer is already registered with IAM. Green is new, and its issuer is registered
// here. If the app also creates the clusters, use `cluster.clusterOpenIdConnectIssuerUrl` as the issuer.
const clusters = new Stack(app, 'Clusters', { env });
const blue = ClusterOidcProvider.fromLookup(clusters, 'Blue', { clusterName: 'blue' });
const green = new ClusterOidcProvider(clusters, 'Green', {
  issuerUrl: ClusterOidcProvider.lookupIssuerUrl(clusters, { clusterName: 'green' }),
});

// One role in a separate stack: the clusters change, but the role and its ARN stay.
const workloads = new Stack(app, 'Orders', { env });
const serviceAccount = new IrsaServiceAccount(workloads, 'Api', {
  oidcProvider: blue,
  namespace: 'orders',
  serviceAccountName: 'api',
});
serviceAccount.trustCluster(green);

const table = new Table(workloads, 'Table', {
  tableName: 'orders',
  partitionKey: { name: 'orderId', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
});
table.grantReadWriteData(serviceAccount);
