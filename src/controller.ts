import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { clusterAutoscaler, ClusterAutoscalerOptions } from './controllers/cluster-autoscaler';
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
