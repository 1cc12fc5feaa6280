import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { awsGatewayApiController, AwsGatewayApiControllerOptions } from './controllers/aws-gateway-api-controller';
import {
  awsLoadBalancerController, AwsLoadBalancerControllerOptions, awsLoadBalancerControllerTargetGroupBindingOnly,
  AwsLoadBalancerControllerTargetGroupBindingOnlyOptions,
} from './controllers/aws-load-balancer-controller';
import { awsNodeTerminationHandler, AwsNodeTerminationHandlerOptions } from './controllers/aws-node-termination-handler';
import { awsPrivateCaIssuer, AwsPrivateCaIssuerOptions } from './controllers/aws-private-ca-issuer';
import { certManager, CertManagerOptions } from './controllers/cert-manager';
import { ControllerDefinition } from './controllers/definition';
import { externalDns, ExternalDnsOptions } from './controllers/external-dns';
import { controllerDocument } from './private/controller-policy';

/**
 * A controller that many clusters run, with its least privilege: what it may do on AWS, on the resources that you name, and the namespace and
 * ServiceAccount that its chart or manifest uses.
 *
 * For `IrsaServiceAccount`, `PodIdentityServiceAccount` and `IrsaRole`, by their property `controller`, and alone by `policyDocument`. Resources that could be named
 * must be: nothing becomes `*` silently. What a controller cannot be held to raises the warning `cdk-irsa:controller-unscoped`.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';
 * import { IHostedZone } from 'aws-cdk-lib/aws-route53';
 * import { Controller, IrsaServiceAccount } from 'cdk-irsa';
 *
 * declare const stack: Stack;
 * declare const oidcProvider: IOpenIdConnectProvider;
 * declare const zone: IHostedZone;
 *
 * new IrsaServiceAccount(stack, 'ExternalDns', {
 *   oidcProvider,
 *   controller: Controller.externalDns({ hostedZones: [zone] }),
 * });
 */
export abstract class Controller {
  /**
   * AWS Gateway API Controller: makes services and target groups of VPC Lattice for Gateways and Routes.
   *
   * Held to one account and region; it may delete services, target groups and service networks of its own cluster only, and associate one VPC. Listeners, rules, targets,
   * tags and auth policies cannot be held to one cluster: raises `cdk-irsa:controller-unscoped`.
   *
   * @throws when the cluster's name cannot be one
   * @see https://www.gateway-api-controller.eks.aws.dev/
   */
  public static awsGatewayApiController(options: AwsGatewayApiControllerOptions): Controller {
    return new DefinedController(awsGatewayApiController(options));
  }

  /**
   * AWS Load Balancer Controller: makes Application and Network Load Balancers for Ingresses and Services.
   *
   * What it makes carries the tag `elbv2.k8s.aws/cluster` with the name of the cluster, and it may change only what carries it: load balancers, target groups, security groups,
   * and listeners and rules, which the controller tags from release 2.2 on (not with its feature gate `ListenerRulesTagging=false`). It may open ports in one VPC.
   * Web ACLs, Shield protections and the priorities of listener rules cannot be scoped like this: raises `cdk-irsa:controller-unscoped`.
   *
   * @throws when the cluster's name cannot be one
   * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/
   */
  public static awsLoadBalancerController(options: AwsLoadBalancerControllerOptions): Controller {
    return new DefinedController(awsLoadBalancerController(options));
  }

  /**
   * AWS Load Balancer Controller where it makes no load balancer: it registers pods in the target groups that you name, by `TargetGroupBinding`.
   *
   * @throws when no target group is named
   * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
   */
  public static awsLoadBalancerControllerTargetGroupBindingOnly(options: AwsLoadBalancerControllerTargetGroupBindingOnlyOptions): Controller {
    return new DefinedController(awsLoadBalancerControllerTargetGroupBindingOnly(options));
  }

  /**
   * AWS Node Termination Handler in queue mode: drains nodes that are about to go. It reads one queue, and completes the lifecycle actions of the Auto Scaling groups that you name,
   * or of those that carry its tag. In its other mode it needs no role.
   *
   * @throws when `autoScalingGroups` is given and empty
   * @see https://github.com/aws/aws-node-termination-handler
   */
  public static awsNodeTerminationHandler(options: AwsNodeTerminationHandlerOptions): Controller {
    return new DefinedController(awsNodeTerminationHandler(options));
  }

  /**
   * AWS Private CA Issuer for cert-manager: has the certificate authorities that you name sign, by the templates of end entities only unless you say otherwise.
   *
   * @throws when no certificate authority is named
   * @see https://github.com/cert-manager/aws-privateca-issuer
   */
  public static awsPrivateCaIssuer(options: AwsPrivateCaIssuerOptions): Controller {
    return new DefinedController(awsPrivateCaIssuer(options));
  }

  /**
   * cert-manager with Route 53: answers the DNS-01 challenges of ACME by TXT records in the zones that you name. A zone of this app that is private raises the warning
   * `cdk-irsa:private-zone`: public certificate authorities do not see it.
   *
   * @throws when no zone is named, or a record name can never match
   * @see https://cert-manager.io/docs/configuration/acme/dns01/route53/
   */
  public static certManager(options: CertManagerOptions): Controller {
    return new DefinedController(certManager(options));
  }

  /**
   * external-dns for Route 53: keeps the records of the zones in step with Services and Ingresses.
   *
   * @throws when no zone is named
   * @see https://github.com/kubernetes-sigs/external-dns
   */
  public static externalDns(options: ExternalDnsOptions): Controller {
    return new DefinedController(externalDns(options));
  }

  /** The name of the controller, as its project writes it. */
  public abstract readonly controllerName: string;

  /** The namespace that its chart or manifest uses. */
  public abstract readonly namespace: string;

  /** The ServiceAccount that its chart or manifest uses. */
  public abstract readonly serviceAccountName: string;

  /**
   * What it may do, as one document for a role of your own. It may be longer than one policy can be (6,144 characters), and where a cluster's name is known at deployment
   * only it renders as a string, which an `iam.ManagedPolicy` takes.
   *
   * @param scope where the role is: its stack's partition, account and region count
   */
  public abstract policyDocument(scope: IConstruct): PolicyDocument;

  /** @internal */
  public abstract readonly _definition: ControllerDefinition;
}

class DefinedController extends Controller {
  public readonly controllerName: string;
  public readonly namespace: string;
  public readonly serviceAccountName: string;

  constructor(public readonly _definition: ControllerDefinition) {
    super();
    this.controllerName = _definition.name;
    this.namespace = _definition.namespace;
    this.serviceAccountName = _definition.serviceAccountName;
  }

  public policyDocument(scope: IConstruct): PolicyDocument {
    return controllerDocument(scope, this._definition);
  }
}
