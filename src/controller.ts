import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { AckControllerOptions } from './controllers/ack-controller';
import { clusterAutoscaler, ClusterAutoscalerOptions } from './controllers/cluster-autoscaler';
import { crossplaneAwsProvider, CrossplaneAwsProviderOptions } from './controllers/crossplane-aws-provider';
import { ControllerDefinition } from './controllers/definition';
import { externalDns, ExternalDnsOptions } from './controllers/external-dns';
import { karpenter, KarpenterOptions } from './controllers/karpenter';
import { keda, KedaOptions } from './controllers/keda';
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
   * A controller of AWS Controllers for Kubernetes (ACK): makes and keeps the resources of one AWS service.
   *
   * What it is held to differs by service: see `AckService`. The namespace and ServiceAccount are those of its chart, `ack-<service>-controller` in `ack-system`.
   *
   * @see https://aws-controllers-k8s.github.io/community/docs/user-docs/irsa/
   */
  public static ackController(options: AckControllerOptions): Controller {
    return new DefinedController(options.service._definition);
  }

  /**
   * Cluster Autoscaler: adds and removes nodes by the size of Auto Scaling groups.
   *
   * It changes groups with the tag `k8s.io/cluster-autoscaler/<cluster>` = `owned` only, in the account and region of the role, and reads in that region. The groups of EKS
   * managed node groups carry the tag; give it to your own.
   *
   * @throws when no cluster is named, or by a name that no cluster can have
   * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
   */
  public static clusterAutoscaler(options: ClusterAutoscalerOptions): Controller {
    return new DefinedController(clusterAutoscaler(options));
  }

  /**
   * The AWS provider of Crossplane: makes what compositions ask for, by your statements.
   *
   * The role must have a permissions boundary, its own or by `iam.PermissionsBoundary.of(scope)`; without one it is an error at synth. Statements that allow more than reading
   * on every resource raise `cdk-irsa:controller-unscoped`. Crossplane gives each provider a ServiceAccount of its own: name it `provider-aws` in the
   * `serviceAccountTemplate` of the provider's DeploymentRuntimeConfig, or give your name as `serviceAccountName`.
   *
   * @throws when no statement is given
   * @see https://github.com/crossplane-contrib/provider-upjet-aws/blob/main/AUTHENTICATION.md
   */
  public static crossplaneAwsProvider(options: CrossplaneAwsProviderOptions): Controller {
    return new DefinedController(crossplaneAwsProvider(options));
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

  /**
   * Karpenter v1: launches nodes for pods that wait for one.
   *
   * It changes what carries the tags of the cluster only, in the account and region of the role, and passes the roles of the nodes to EC2 only. Images, subnets, security
   * groups, placement groups and capacity reservations cannot be told apart by its tags: it may launch with any in the region that it can reach.
   *
   * @throws when no role of the nodes is named, or on a name that no cluster can have
   * @see https://karpenter.sh/docs/reference/cloudformation/#controller-authorization
   */
  public static karpenter(options: KarpenterOptions): Controller {
    return new DefinedController(karpenter(options));
  }

  /**
   * KEDA: scales workloads by the length of queues, shards of streams, the result of queries, and metrics.
   *
   * It reads the sources that are listed only. Metrics of CloudWatch cannot be told apart: it reads those of the account, in the region of the role.
   *
   * @throws when nothing is listed
   * @see https://keda.sh/docs/latest/authentication-providers/aws/
   */
  public static keda(options: KedaOptions): Controller {
    return new DefinedController(keda(options));
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
