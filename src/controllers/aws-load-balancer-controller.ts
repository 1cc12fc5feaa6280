import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { ITargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, required, serviceLinkedRole } from './definition';
import { acceleratorProblems, acceleratorStatements } from './load-balancer-accelerators';
import { certificateStatements, checkCertificates, LoadBalancerCertificates } from './load-balancer-certificates';
import { owned, requested, untouched } from './load-balancer-tags';
import { optional } from './parts';
import { failIf, problem } from '../private/errors';
import { clusterNameProblem } from '../private/issuer/cluster-names';

/**
 * Options of `Controller.awsLoadBalancerController`.
 */
export interface AwsLoadBalancerControllerOptions {
  /**
   * The name of the cluster, as in its flag `--cluster-name`. The resources that it creates have the tag
   * `elbv2.k8s.aws/cluster` with this value, and it may change only these.
   */
  readonly clusterName: string;

  /**
   * The VPC of the cluster. It may open and close ports only of security groups in this VPC.
   */
  readonly vpc: IVpc;

  /**
   * Existing target groups that a `TargetGroupBinding` names. It may also register targets in these.
   *
   * @default - only target groups that it creates itself
   */
  readonly targetGroups?: ITargetGroup[];

  /**
   * ACM certificates that it requests for the hosts of Ingresses (feature gate `EnableCertificateManagement`).
   *
   * @default - it does not request certificates
   */
  readonly certificates?: LoadBalancerCertificates;

  /**
   * Whether it creates accelerators of AWS Global Accelerator (feature gates `GlobalAcceleratorController` and
   * `EnableRGTAPI`). They are available only in the partition `aws`.
   *
   * @default false
   */
  readonly globalAccelerator?: boolean;

  /**
   * Whether it finds its resources with the Resource Groups Tagging API (feature gate `EnableRGTAPI`). It then may list
   * the tagged resources of the account.
   *
   * @default - the value of `globalAccelerator`, which requires it
   */
  readonly taggingApi?: boolean;
}

/**
 * Options of `Controller.awsLoadBalancerControllerTargetGroupBindingOnly`.
 */
export interface AwsLoadBalancerControllerTargetGroupBindingOnlyOptions {
  /**
   * The target groups that it may register targets in. At least one.
   */
  readonly targetGroups: ITargetGroup[];

  /**
   * The VPC of the cluster, if a `TargetGroupBinding` has `networking`. It then may open and close ports of security
   * groups in this VPC.
   *
   * @default - it may not change security groups
   */
  readonly vpc?: IVpc;
}

const FACTORY = 'Controller.awsLoadBalancerController';

/** The names of both controllers. */
const NAMES = {
  name: 'aws-load-balancer-controller',
  namespace: 'kube-system',
  serviceAccountName: 'aws-load-balancer-controller',
};

/**
 * @see https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json
 *
 * @internal
 */
export function awsLoadBalancerController(options: AwsLoadBalancerControllerOptions): ControllerDefinition {
  const { clusterName, vpc, globalAccelerator = false, taggingApi = globalAccelerator } = options;
  failIf(FACTORY, clusterNameProblem('clusterName', clusterName));
  failIf(
    FACTORY,
    globalAccelerator && !taggingApi
      ? problem('taggingApi', 'be true with `globalAccelerator`', taggingApi, 'Leave it out.')
      : undefined,
  );
  const targetGroups = optional('awsLoadBalancerController', 'targetGroups', 'target group', options.targetGroups);
  const certificates = options.certificates && checkCertificates('awsLoadBalancerController', options.certificates);
  const gates = {
    EnableCertificateManagement: certificates !== undefined,
    EnableRGTAPI: taggingApi,
    GlobalAcceleratorController: globalAccelerator,
  };
  const open = Object.entries(gates).filter(([, isOpen]) => isOpen);
  return {
    ...NAMES,
    helmValues: {
      clusterName,
      ...Object.fromEntries(open.map(([gate]) => [`controllerConfig.featureGates.${gate}`, true])),
    },
    unscoped:
      'web ACLs, Shield protections and the priorities of listener rules cannot be scoped to the load balancers of one '
        + `cluster${claims([certificates && 'certificates', globalAccelerator && 'accelerators'])}.`,
    problems: scope => (globalAccelerator ? acceleratorProblems(scope) : []),
    statements: scope => [
      serviceLinkedRole(scope, 'elasticloadbalancing.amazonaws.com'),
      allow({
        actions: [
          'acm:ListCertificates',
          'ec2:DescribeAccountAttributes',
          'ec2:DescribeAddresses',
          'ec2:DescribeAvailabilityZones',
          'ec2:DescribeCoipPools',
          'ec2:DescribeInstances',
          'ec2:DescribeInternetGateways',
          'ec2:DescribeIpamPools',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeRouteTables',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSubnets',
          'ec2:DescribeTags',
          'ec2:DescribeVpcPeeringConnections',
          'ec2:DescribeVpcs',
          ...[
            'CapacityReservation',
            'ListenerAttributes',
            'ListenerCertificates',
            'Listeners',
            'LoadBalancerAttributes',
            'LoadBalancers',
            'Rules',
            'SSLPolicies',
            'Tags',
            'TargetGroupAttributes',
            'TargetGroups',
            'TargetHealth',
            'TrustStores',
          ].map(what => `elasticloadbalancing:Describe${what}`),
          'iam:ListServerCertificates',
          'shield:GetSubscriptionState',
          'wafv2:ListWebACLs', // annotation wafv2-acl-name
        ],
        resources: ['*'],
      }),
      allow({ actions: ['acm:DescribeCertificate'], resources: [regional(scope, vpc, 'acm', 'certificate/*')] }),
      allow({
        actions: ['cognito-idp:DescribeUserPoolClient'],
        resources: [regional(scope, vpc, 'cognito-idp', 'userpool/*')],
      }),
      allow({ actions: ['ec2:GetCoipPoolUsage'], resources: ['*'] }),
      allow({ actions: ['ec2:GetSecurityGroupsForVpc'], resources: [vpcArn(scope, vpc)] }),
      allow({
        actions: ['iam:GetServerCertificate'],
        resources: [arn(scope, 'iam', 'server-certificate/*', { region: '' })],
      }),
      ...securityGroupStatements(scope, vpc, clusterName),
      ...loadBalancerStatements(scope, vpc, clusterName),
      ...(targetGroups.length > 0 ? [registration(targetGroups)] : []),
      ...protectionStatements(scope, vpc),
      ...(certificates ? certificateStatements(scope, vpc.env.region, clusterName, certificates) : []),
      ...(globalAccelerator ? acceleratorStatements(scope, clusterName) : []),
      ...(taggingApi ? [allow({ actions: ['tag:GetResources'], resources: ['*'] })] : []),
    ],
  };
}

/** AWS cannot distinguish a resource that it tags at creation from an existing resource without tags. */
function claims(kinds: (string | boolean | undefined)[]): string {
  const claimed = kinds.filter(Boolean);
  return claimed.length > 0 ? `, and it may take over ${claimed.join(' and ')} without the tag of a cluster` : '';
}

/**
 * Its own security groups have the tag. It also opens and closes ports of others, those of the nodes, for health checks
 * and traffic.
 */
function securityGroupStatements(scope: IConstruct, vpc: IVpc, clusterName: string) {
  const groups = [regional(scope, vpc, 'ec2', 'security-group/*')];
  return [
    ports(scope, vpc),
    allow({ actions: ['ec2:CreateSecurityGroup'], resources: [vpcArn(scope, vpc)] }),
    allow({
      actions: ['ec2:CreateSecurityGroup'],
      resources: groups,
      conditions: { StringEquals: requested(clusterName) },
    }),
    allow({
      actions: ['ec2:CreateTags'],
      resources: groups,
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup', ...requested(clusterName) } },
    }),
    allow({
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: groups,
      conditions: { StringEquals: owned(clusterName), Null: untouched() },
    }),
    allow({
      actions: ['ec2:DeleteSecurityGroup'],
      resources: groups,
      conditions: { StringEquals: owned(clusterName) },
    }),
  ];
}

/**
 * Load balancers, target groups, listeners and rules: it creates them with the tag, and changes only those with the
 * tag.
 */
function loadBalancerStatements(scope: IConstruct, vpc: IVpc, clusterName: string) {
  const of = (...types: string[]) => types.map(type => regional(scope, vpc, 'elasticloadbalancing', type));
  const elb = (...actions: string[]) => actions.map(action => `elasticloadbalancing:${action}`);
  const balancers = of('loadbalancer/app/*/*', 'loadbalancer/net/*/*');
  const groups = of('targetgroup/*/*');
  const listeners = of('listener/app/*/*/*', 'listener/net/*/*/*');
  const rules = of('listener-rule/app/*/*/*', 'listener-rule/net/*/*/*');
  const all = [...balancers, ...groups, ...listeners, ...rules];
  const change = (actions: string[], resources: string[]) =>
    allow({ actions, resources, conditions: { StringEquals: owned(clusterName) } });
  return [
    allow({
      actions: elb('CreateLoadBalancer'),
      resources: balancers,
      conditions: { StringEquals: requested(clusterName) },
    }),
    allow({
      actions: elb('CreateTargetGroup'),
      resources: groups,
      conditions: { StringEquals: requested(clusterName) },
    }),
    change(
      elb(
        'CreateListener',
        'DeleteLoadBalancer',
        'ModifyCapacityReservation',
        'ModifyLoadBalancerAttributes',
        'SetIpAddressType',
        'SetSecurityGroups',
        'SetSubnets',
      ),
      balancers,
    ),
    change(elb('ModifyIpPools'), of('loadbalancer/app/*/*')),
    change(
      elb(
        'AddListenerCertificates',
        'CreateRule',
        'DeleteListener',
        'ModifyListener',
        'ModifyListenerAttributes',
        'RemoveListenerCertificates',
      ),
      listeners,
    ),
    change(elb('DeleteRule', 'ModifyRule'), rules),
    change(
      elb(
        'DeleteTargetGroup',
        'DeregisterTargets',
        'ModifyTargetGroup',
        'ModifyTargetGroupAttributes',
        'RegisterTargets',
      ),
      groups,
    ),
    // The service has no condition key for this.
    allow({ actions: elb('SetRulePriorities'), resources: rules }),
    allow({
      actions: elb('AddTags'),
      resources: all,
      conditions: {
        StringEquals: {
          'elasticloadbalancing:CreateAction': [
            'CreateListener',
            'CreateLoadBalancer',
            'CreateRule',
            'CreateTargetGroup',
          ],
          ...requested(clusterName),
        },
      },
    }),
    allow({
      actions: elb('AddTags', 'RemoveTags'),
      resources: all,
      conditions: { StringEquals: owned(clusterName), Null: untouched() },
    }),
  ];
}

/** AWS WAF, AWS WAF Classic and Shield. Their calls have no condition on the tags of a load balancer. */
function protectionStatements(scope: IConstruct, vpc: IVpc) {
  const balancers = regional(scope, vpc, 'elasticloadbalancing', 'loadbalancer/app/*/*');
  const acls = regional(scope, vpc, 'wafv2', 'regional/webacl/*/*');
  const classicAcls = regional(scope, vpc, 'waf-regional', 'webacl/*');
  return [
    allow({ actions: ['wafv2:AssociateWebACL', 'wafv2:GetWebACLForResource'], resources: [acls, balancers] }),
    allow({ actions: ['wafv2:GetWebACL'], resources: [acls] }),
    allow({ actions: ['waf-regional:AssociateWebACL'], resources: [classicAcls, balancers] }),
    allow({ actions: ['waf-regional:GetWebACL'], resources: [classicAcls] }),
    allow({
      actions: ['waf-regional:DisassociateWebACL', 'waf-regional:GetWebACLForResource', 'wafv2:DisassociateWebACL'],
      resources: [balancers],
    }),
    allow({ actions: ['elasticloadbalancing:SetWebAcl', 'shield:CreateProtection'], resources: ['*'] }),
    allow({
      actions: ['shield:DeleteProtection', 'shield:DescribeProtection'],
      resources: [arn(scope, 'shield', 'protection/*', { region: '' })],
    }),
  ];
}

/**
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/#configure-iam
 *
 * @internal
 */
export function awsLoadBalancerControllerTargetGroupBindingOnly(
  options: AwsLoadBalancerControllerTargetGroupBindingOnlyOptions,
): ControllerDefinition {
  const targetGroups = required(
    'awsLoadBalancerControllerTargetGroupBindingOnly',
    'targetGroups',
    'target group',
    options.targetGroups,
  );
  const { vpc } = options;
  return {
    ...NAMES,
    statements: scope => [
      allow({
        actions: [
          'ec2:DescribeInstances',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeVpcs',
          'elasticloadbalancing:DescribeTargetGroups',
          'elasticloadbalancing:DescribeTargetHealth',
        ],
        resources: ['*'],
      }),
      registration(
        targetGroups,
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
      ),
      ...(vpc ? [ports(scope, vpc)] : []),
    ],
  };
}

function registration(targetGroups: ITargetGroup[], ...more: string[]) {
  return allow({
    actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets', ...more],
    resources: targetGroups.map(group => group.targetGroupArn),
  });
}

function ports(scope: IConstruct, vpc: IVpc) {
  return allow({
    actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
    resources: [regional(scope, vpc, 'ec2', 'security-group/*')],
    conditions: { ArnLike: { 'ec2:Vpc': vpcArn(scope, vpc) } },
  });
}

function regional(scope: IConstruct, vpc: IVpc, service: string, resource: string): string {
  return arn(scope, service, resource, { region: vpc.env.region });
}

/** The ID identifies the VPC, because a shared VPC belongs to another account. */
function vpcArn(scope: IConstruct, vpc: IVpc): string {
  return arn(scope, 'ec2', `vpc/${vpc.vpcId}`, { region: vpc.env.region, account: '*' });
}
