import { Stack } from 'aws-cdk-lib';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { allow, arn, ControllerDefinition, serviceLinkedRole } from './definition';
import { optional } from './parts';
import { failIf } from '../private/errors';
import { clusterNameProblem } from '../private/issuer/cluster-names';

/**
 * Options of `Controller.awsGatewayApiController`.
 */
export interface AwsGatewayApiControllerOptions {
  /**
   * The name of the cluster, as in `clusterName` of its chart. The services, target groups and service networks that it
   * creates contain the name in the tag `application-networking.k8s.aws/ManagedBy`, and it may delete only these.
   */
  readonly clusterName: string;

  /**
   * The VPC of the cluster. It may create target groups in this VPC and associate it with service networks.
   */
  readonly vpc: IVpc;

  /**
   * Whether it may configure the delivery of access logs, for an `AccessLogPolicy`. Deliveries of CloudWatch Logs
   * cannot be scoped.
   *
   * @default false
   */
  readonly accessLogs?: boolean;

  /**
   * The clusters whose services it may take over, by the annotation
   * `application-networking.k8s.aws/allow-takeover-from`: the values of their tag
   * `application-networking.k8s.aws/ManagedBy`, `<account>/<cluster>/<vpc>`.
   *
   * @default - only services without this tag
   */
  readonly takeoverFrom?: string[];
}

const TAGS = 'application-networking.k8s.aws/';

/**
 * Narrower than the published policy, which allows all of VPC Lattice. These are the calls of the controller.
 *
 * @see
 * https://github.com/aws/aws-application-networking-k8s/blob/main/files/controller-installation/recommended-inline-policy.json
 * @see https://github.com/aws/aws-application-networking-k8s/tree/main/pkg/deploy/lattice
 *
 * @internal
 */
export function awsGatewayApiController({
  clusterName,
  vpc,
  accessLogs,
  takeoverFrom,
}: AwsGatewayApiControllerOptions): ControllerDefinition {
  failIf('Controller.awsGatewayApiController', clusterNameProblem('clusterName', clusterName));
  const others = optional('awsGatewayApiController', 'takeoverFrom', 'cluster', takeoverFrom);
  const lattice = (...actions: string[]) => actions.map(action => `vpc-lattice:${action}`);
  return {
    name: 'aws-gateway-api-controller',
    namespace: 'aws-application-networking-system',
    serviceAccountName: 'gateway-api-controller',
    unscoped: `listeners, rules, targets and auth policies of VPC Lattice${accessLogs ? ', and log deliveries,' : ''} `
      + 'cannot be scoped to one cluster.',
    statements: scope => {
      const region = vpc.env.region;
      const of = (...types: string[]) => types.map(type => arn(scope, 'vpc-lattice', `${type}/*`, { region }));
      const [services, groups, networks] = of('service', 'targetgroup', 'servicenetwork');
      const [serviceAssociations, vpcAssociations, subscriptions] = of(
        'servicenetworkserviceassociation',
        'servicenetworkvpcassociation',
        'accesslogsubscription',
      );
      // Shared service networks belong to other accounts.
      const anyNetwork = arn(scope, 'vpc-lattice', 'servicenetwork/*', { region, account: '*' });
      const tagged = [
        services,
        groups,
        networks,
        serviceAssociations,
        vpcAssociations,
        ...(accessLogs ? [subscriptions] : []),
      ];
      const inVpc = { StringEquals: { 'vpc-lattice:VpcId': vpc.vpcId } };
      const managedBy = `aws:ResourceTag/${TAGS}ManagedBy`;
      const own = `${Stack.of(scope).account}/${clusterName}/${vpc.vpcId}`;
      const managed = { StringEquals: { [managedBy]: own } };
      return [
        allow({
          actions: [
            'acm:ListCertificates',
            'ec2:DescribeSecurityGroups',
            'ec2:DescribeSubnets',
            'ec2:DescribeTags',
            'ec2:DescribeVpcs',
            'tag:GetResources',
            'tag:TagResources',
            'tag:UntagResources',
            ...lattice(
              ...(accessLogs ? ['ListAccessLogSubscriptions'] : []),
              'ListListeners',
              'ListRules',
              'ListServiceNetworkServiceAssociations',
              'ListServiceNetworkVpcAssociations',
              'ListServiceNetworks',
              'ListServices',
              'ListTagsForResource',
              'ListTargetGroups',
            ),
          ],
          resources: ['*'],
        }),
        allow({ actions: lattice('CreateService'), resources: [services] }),
        allow({
          actions: lattice('CreateListener', 'DeleteListener', 'GetListener', 'UpdateListener'),
          resources: of('service/*/listener'),
        }),
        allow({
          actions: lattice('CreateRule', 'DeleteRule', 'GetRule', 'UpdateRule'),
          resources: of('service/*/listener/*/rule'),
        }),
        allow({ actions: lattice('CreateTargetGroup'), resources: [groups], conditions: inVpc }),
        allow({
          actions: lattice('DeregisterTargets', 'GetTargetGroup', 'ListTargets', 'RegisterTargets'),
          resources: [groups],
        }),
        allow({ actions: lattice('CreateServiceNetwork', 'UpdateServiceNetwork'), resources: [networks] }),
        allow({ actions: lattice('DeleteService', 'UpdateService'), resources: [services], conditions: managed }),
        allow({ actions: lattice('DeleteTargetGroup', 'UpdateTargetGroup'), resources: [groups], conditions: managed }),
        allow({ actions: lattice('DeleteServiceNetwork'), resources: [networks], conditions: managed }),
        allow({
          actions: lattice('CreateServiceNetworkServiceAssociation'),
          resources: [services, anyNetwork, serviceAssociations],
        }),
        allow({ actions: lattice('DeleteServiceNetworkServiceAssociation'), resources: [serviceAssociations] }),
        allow({
          actions: lattice('CreateServiceNetworkVpcAssociation'),
          resources: [anyNetwork, vpcAssociations],
          conditions: inVpc,
        }),
        allow({
          actions: lattice('DeleteServiceNetworkVpcAssociation', 'UpdateServiceNetworkVpcAssociation'),
          resources: [vpcAssociations],
          conditions: inVpc,
        }),
        allow({ actions: lattice('GetServiceNetworkVpcAssociation'), resources: [vpcAssociations] }),
        allow({ actions: lattice('DeleteAuthPolicy', 'PutAuthPolicy'), resources: [services, networks] }),
        // It adopts unmanaged resources, and does not remove its own tag. Listeners and rules are below services.
        allow({
          actions: lattice('TagResource'),
          resources: tagged,
          conditions: { StringEqualsIfExists: { [managedBy]: [own, ...others] } },
        }),
        allow({
          actions: lattice('UntagResource'),
          resources: tagged,
          conditions: { 'ForAllValues:StringNotLike': { 'aws:TagKeys': [`${TAGS}*`] } },
        }),
        serviceLinkedRole(scope, 'vpc-lattice.amazonaws.com'),
        ...(accessLogs
          ? [
            allow({
              actions: lattice('CreateAccessLogSubscription'),
              resources: [subscriptions, services, networks],
            }),
            allow({
              actions: lattice(
                'DeleteAccessLogSubscription',
                'GetAccessLogSubscription',
                'UpdateAccessLogSubscription',
              ),
              resources: [subscriptions],
            }),
            allow({
              actions: [
                'CreateLogDelivery',
                'DeleteLogDelivery',
                'DescribeLogGroups',
                'DescribeResourcePolicies',
                'GetLogDelivery',
                'ListLogDeliveries',
                'PutResourcePolicy',
                'UpdateLogDelivery',
              ].map(action => `logs:${action}`),
              resources: ['*'],
            }),
            serviceLinkedRole(scope, 'delivery.logs.amazonaws.com'),
          ]
          : []),
      ];
    },
  };
}
