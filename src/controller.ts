import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { AckControllerOptions } from './controllers/ack-controller';
import { adotCollector, AdotCollectorOptions } from './controllers/adot-collector';
import { airflow } from './controllers/airflow';
import {
  amazonManagedPrometheusIngest,
  AmazonManagedPrometheusIngestOptions,
} from './controllers/amazon-managed-prometheus-ingest';
import { argoCdImageUpdater, ArgoCdImageUpdaterOptions } from './controllers/argo-cd-image-updater';
import { argoWorkflows } from './controllers/argo-workflows';
import { awsGatewayApiController, AwsGatewayApiControllerOptions } from './controllers/aws-gateway-api-controller';
import {
  awsLoadBalancerController,
  AwsLoadBalancerControllerOptions,
  awsLoadBalancerControllerTargetGroupBindingOnly,
  AwsLoadBalancerControllerTargetGroupBindingOnlyOptions,
} from './controllers/aws-load-balancer-controller';
import {
  awsNodeTerminationHandler,
  AwsNodeTerminationHandlerOptions,
} from './controllers/aws-node-termination-handler';
import { awsPrivateCaIssuer, AwsPrivateCaIssuerOptions } from './controllers/aws-private-ca-issuer';
import { certManager, CertManagerOptions } from './controllers/cert-manager';
import { gitHubRunners, GitHubRunnersOptions, gitLabRunner, GitLabRunnerOptions } from './controllers/ci-runners';
import { cloudWatchAgent, CloudWatchAgentOptions } from './controllers/cloud-watch-agent';
import {
  cloudWatchExporter,
  CloudWatchExporterOptions,
  yetAnotherCloudWatchExporter,
  YetAnotherCloudWatchExporterOptions,
} from './controllers/cloud-watch-exporters';
import { clusterAutoscaler, ClusterAutoscalerOptions } from './controllers/cluster-autoscaler';
import { CostMonitoringOptions, kubecost, openCost } from './controllers/cost-monitoring';
import { crossplaneAwsProvider, CrossplaneAwsProviderOptions } from './controllers/crossplane-aws-provider';
import {
  cloudNativePg,
  crunchyPostgres,
  perconaOperators,
  PerconaOperatorsOptions,
  PostgresBackupsOptions,
} from './controllers/database-backups';
import { ControllerDefinition, given } from './controllers/definition';
import { ebsCsiDriver, EbsCsiDriverOptions } from './controllers/ebs-csi-driver';
import { efsCsiDriver, EfsCsiDriverOptions, efsCsiNode, EfsCsiNodeOptions } from './controllers/efs-csi-driver';
import { externalDns, ExternalDnsOptions } from './controllers/external-dns';
import { externalSecrets, ExternalSecretsOptions } from './controllers/external-secrets';
import { fluentBit, FluentBitOptions } from './controllers/fluent-bit';
import {
  fluxKustomizeController,
  FluxKustomizeControllerOptions,
  fluxSourceController,
  FluxSourceControllerOptions,
} from './controllers/flux-controllers';
import { fluxImageReflector, FluxImageReflectorOptions } from './controllers/flux-image-reflector';
import {
  fsxLustreCsiDriver,
  FsxLustreCsiDriverOptions,
  fsxOpenZfsCsiDriver,
  FsxOpenZfsCsiDriverOptions,
} from './controllers/fsx-csi-drivers';
import { grafana, GrafanaOptions } from './controllers/grafana';
import { harbor } from './controllers/harbor';
import { karpenter, KarpenterOptions } from './controllers/karpenter';
import { keda, KedaOptions } from './controllers/keda';
import { kyverno, KyvernoOptions } from './controllers/kyverno';
import { mountpointS3CsiDriver, MountpointS3CsiDriverOptions } from './controllers/mountpoint-s3-csi-driver';
import { cortex, grafanaLoki, grafanaMimir, grafanaTempo, thanos } from './controllers/object-storage';
import { BucketStorageOptions, ObjectStorageOptions } from './controllers/object-storage-options';
import { secretsStoreCsiProvider, SecretsStoreCsiProviderOptions } from './controllers/secrets-store-csi-provider';
import { sparkOperator } from './controllers/spark-operator';
import { velero, VeleroOptions } from './controllers/velero';
import { vpcCni, VpcCniOptions } from './controllers/vpc-cni';
import { failIf, missingProblem } from './private/errors';
import { controllerDocument } from './private/role/controller-policy';

/**
 * The least-privilege permissions of a common Kubernetes controller, scoped to the resources that you name, together
 * with the namespace and ServiceAccount that its chart or manifest uses.
 *
 * Pass it as `controller` to `IrsaServiceAccount`, `PodIdentityServiceAccount` or `IrsaRole`, or call `policyDocument`.
 * You must name all resources that can be scoped; nothing becomes `*` silently. Permissions that cannot be scoped raise
 * the warning `cdk-irsa:controller-unscoped`.
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
   * Returns a controller of AWS Controllers for Kubernetes (ACK), which manages the resources of one AWS service.
   *
   * The scope depends on the service: see `AckService`. The namespace and ServiceAccount are those of its chart,
   * `ack-<service>-controller` in `ack-system`.
   *
   * @see https://aws-controllers-k8s.github.io/community/docs/user-docs/irsa/
   */
  public static ackController(options: AckControllerOptions): Controller {
    const service = options?.service;
    failIf('Controller.ackController', missingProblem('service', service, 'Use a factory of AckService.'));
    return new DefinedController(service._definition);
  }

  /**
   * Returns the collector of the AWS Distro for OpenTelemetry, which sends metrics to Amazon Managed Service for
   * Prometheus, traces to X-Ray, and logs and metrics to CloudWatch Logs.
   *
   * Scoped to the workspaces and log groups that you name. X-Ray has no resources, so traces are scoped only to the
   * region of the stack. The namespace and ServiceAccount are those of the AWS guide; the collectors of the add-on are
   * `adot-col-prom-metrics`, `adot-col-otlp-ingest` and `adot-col-container-logs` in `opentelemetry-operator-system`.
   *
   * @throws if no destination is set, or a list is empty
   * @see https://aws-otel.github.io/docs/getting-started/adot-eks-add-on
   */
  public static adotCollector(options: AdotCollectorOptions): Controller {
    return new DefinedController(adotCollector(given(options)));
  }

  /**
   * Returns Apache Airflow with task logs in S3 (`remote_logging`). It can write and read logs, but not delete them.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them. KMS keys can be used only
   * through S3. The ServiceAccount is that of the workers in the chart; for a chart with
   * `workers.celery.serviceAccount` or `workers.kubernetes.serviceAccount`, pass that key to `helmValues()`. The chart
   * needs `remote_logging` and `remote_base_log_folder` in `config.logging`; with one bucket, `helmValues()` sets both.
   * The API server (the web server in Airflow 2), the scheduler and the triggerer have separate ServiceAccounts: trust
   * those that read or write logs, too, with `trust.addServiceAccounts`. Permissions for the data of the tasks are not
   * included: grant them to the construct, for example with `bucket.grantRead(sa)`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://airflow.apache.org/docs/helm-chart/stable/manage-logs.html
   */
  public static airflow(options: ObjectStorageOptions): Controller {
    return new DefinedController(airflow(given(options)));
  }

  /**
   * Returns a Prometheus server or agent that writes to Amazon Managed Service for Prometheus (`remote_write`). Scoped
   * to the workspaces that you name.
   *
   * @throws if no workspace is named
   * @see https://docs.aws.amazon.com/prometheus/latest/userguide/set-up-irsa.html
   */
  public static amazonManagedPrometheusIngest(options: AmazonManagedPrometheusIngestOptions): Controller {
    return new DefinedController(amazonManagedPrometheusIngest(given(options)));
  }

  /**
   * Returns Argo CD Image Updater with images in ECR. It can list images and read their manifests. Scoped to the
   * repositories that you name. You can also use it for another workload that pulls from ECR itself: set the
   * `namespace` and `serviceAccountName` of that workload.
   *
   * @throws if no repository is named
   * @see https://argocd-image-updater.readthedocs.io/en/stable/configuration/registries/
   */
  public static argoCdImageUpdater(options: ArgoCdImageUpdaterOptions): Controller {
    return new DefinedController(argoCdImageUpdater(given(options)));
  }

  /**
   * Returns the pods of Argo Workflows with artifacts in S3. They can write, read and delete artifacts.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them; `keyFormat` of the artifact
   * repository must then begin with the prefix. KMS keys can be used only through S3. Workflows must run as the
   * ServiceAccount, and the artifact repository needs `useSDKCreds: true`. `helmValues()` makes the ServiceAccount the
   * default of workflows and, with one bucket, sets `artifactRepository.s3`. The server reads artifacts as a separate
   * ServiceAccount, `<release>-server`: trust it, too, with `trust.addServiceAccounts`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://argo-workflows.readthedocs.io/en/latest/configure-artifact-repository/
   */
  public static argoWorkflows(options: ObjectStorageOptions): Controller {
    return new DefinedController(argoWorkflows(given(options)));
  }

  /**
   * Returns the AWS Gateway API Controller, which creates VPC Lattice services and target groups for Gateways and
   * Routes.
   *
   * Scoped to one account and region. It may delete only services, target groups and service networks of its own
   * cluster, tag only resources that it owns or that nobody owns, and associate only one VPC. Listeners, rules, targets
   * and auth policies cannot be scoped to one cluster, which raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws if `clusterName` is not a valid cluster name, or `takeoverFrom` is empty
   * @see https://www.gateway-api-controller.eks.aws.dev/
   */
  public static awsGatewayApiController(options: AwsGatewayApiControllerOptions): Controller {
    return new DefinedController(awsGatewayApiController(given(options)));
  }

  /**
   * Returns the AWS Load Balancer Controller, which creates Application and Network Load Balancers for Ingresses and
   * Services.
   *
   * It tags the resources that it creates with `elbv2.k8s.aws/cluster` and the name of the cluster, and may change only
   * resources with this tag: load balancers, target groups, security groups, listeners and rules. The controller tags
   * listeners and rules since release 2.2, unless its feature gate `ListenerRulesTagging` is false. It may open ports
   * only in one VPC. Web ACLs, Shield protections and the priorities of listener rules cannot be scoped by the tag,
   * which raises the warning `cdk-irsa:controller-unscoped`.
   *
   * Certificates, Global Accelerator and the Resource Groups Tagging API are optional. Each requires a feature gate,
   * which `helmValues()` sets. It may change only certificates and accelerators with the tag. However, AWS cannot
   * distinguish a new certificate or accelerator from an existing one without tags, so the controller could take over
   * an untagged one.
   *
   * @throws if `clusterName` is not a valid cluster name, `certificates` names no domain name or neither a zone nor an
   * authority, or `taggingApi` is false with `globalAccelerator`; at synth time, if `globalAccelerator` is set outside
   * the partition `aws`
   * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/
   */
  public static awsLoadBalancerController(options: AwsLoadBalancerControllerOptions): Controller {
    return new DefinedController(awsLoadBalancerController(given(options)));
  }

  /**
   * Returns the AWS Load Balancer Controller without permission to create load balancers. It registers pods in the
   * target groups that you name, with `TargetGroupBinding`.
   *
   * @throws if no target group is named
   * @see
   * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
   */
  public static awsLoadBalancerControllerTargetGroupBindingOnly(
    options: AwsLoadBalancerControllerTargetGroupBindingOnlyOptions,
  ): Controller {
    return new DefinedController(awsLoadBalancerControllerTargetGroupBindingOnly(given(options)));
  }

  /**
   * Returns the AWS Node Termination Handler in queue mode, which drains nodes before they terminate. It reads one
   * queue, and completes the lifecycle actions of the Auto Scaling groups that you name, or of those that have its tag.
   * In IMDS mode it needs no role.
   *
   * @throws if `autoScalingGroups` is empty
   * @see https://github.com/aws/aws-node-termination-handler
   */
  public static awsNodeTerminationHandler(options: AwsNodeTerminationHandlerOptions): Controller {
    return new DefinedController(awsNodeTerminationHandler(given(options)));
  }

  /**
   * Returns the AWS Private CA Issuer for cert-manager, which signs certificates with the certificate authorities that
   * you name. By default, it may use only the templates for end entities.
   *
   * @throws if no certificate authority is named
   * @see https://github.com/cert-manager/aws-privateca-issuer
   */
  public static awsPrivateCaIssuer(options: AwsPrivateCaIssuerOptions): Controller {
    return new DefinedController(awsPrivateCaIssuer(given(options)));
  }

  /**
   * Returns cert-manager with Route 53, which answers ACME DNS-01 challenges with TXT records in the zones that you
   * name. A private zone of this app raises the warning `cdk-irsa:private-zone`, because public certificate authorities
   * cannot resolve it.
   *
   * @throws if no zone is named, or a record name can never match
   * @see https://cert-manager.io/docs/configuration/acme/dns01/route53/
   */
  public static certManager(options: CertManagerOptions): Controller {
    return new DefinedController(certManager(given(options)));
  }

  /**
   * Returns a CloudNativePG PostgreSQL cluster with backups and WAL in S3 (Barman Cloud plugin). It can write, read and
   * delete them. Use one role per cluster.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them: `destinationPath` of the
   * ObjectStore must begin with the folder, and its `s3Credentials` need `inheritFromIAMRole: true`. KMS keys can be
   * used only through S3. The operator creates the ServiceAccount with the name of the cluster: set
   * `createServiceAccount: false`, and write `annotations` to `serviceAccountTemplate`.
   *
   * @throws if no bucket or cluster is named, a list is empty, or a prefix is not a folder
   * @see https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/
   */
  public static cloudNativePg(options: PostgresBackupsOptions): Controller {
    return new DefinedController(cloudNativePg(given(options)));
  }

  /**
   * Returns the CloudWatch agent and its Fluent Bit, for Container Insights, from the EKS add-on
   * `amazon-cloudwatch-observability` or its chart.
   *
   * Scoped to the namespaces of its metrics, to the region for OpenTelemetry metrics, and to the log groups of the
   * cluster. `CloudWatchAgentServerPolicy`, which is optional, is not scoped.
   *
   * @throws if `clusterName` is not a valid cluster name, or the list of namespaces is empty
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
   */
  public static cloudWatchAgent(options: CloudWatchAgentOptions): Controller {
    return new DefinedController(cloudWatchAgent(given(options)));
  }

  /**
   * Returns the Prometheus CloudWatch exporter, which reads CloudWatch metrics.
   *
   * Scoped to regions. Access to CloudWatch metrics cannot be scoped, so it can read all metrics of the account, which
   * raises the warning `cdk-irsa:controller-unscoped`. The namespace and ServiceAccount are those of its chart with the
   * release name `prometheus-cloudwatch-exporter`. The `region` in the chart's `config` must be one of the regions; its
   * default is `eu-west-1`.
   *
   * @throws if `regions` or `roles` is empty, or `regions` contains an invalid region
   * @see https://github.com/prometheus/cloudwatch_exporter
   */
  public static cloudWatchExporter(options: CloudWatchExporterOptions = {}): Controller {
    return new DefinedController(cloudWatchExporter(given(options)));
  }

  /**
   * Returns the Cluster Autoscaler, which adds and removes nodes by changing the size of Auto Scaling groups.
   *
   * It may change only groups with the tag `k8s.io/cluster-autoscaler/<cluster>` = `owned`, in the account and region
   * of the role, and may read only in that region. The groups of EKS managed node groups have the tag; add it to your
   * own groups. The namespace and ServiceAccount are those of its manifests. The chart creates
   * `<release>-aws-cluster-autoscaler`: set its `rbac.serviceAccount.name`, or `serviceAccountName` here.
   *
   * @throws if no cluster is named, or a name is not a valid cluster name
   * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
   */
  public static clusterAutoscaler(options: ClusterAutoscalerOptions): Controller {
    return new DefinedController(clusterAutoscaler(given(options)));
  }

  /**
   * Returns Cortex with blocks, rules and alerts in S3. It can write, read and delete them.
   *
   * Scoped to the buckets that you name. Cortex does not support a prefix for its objects, so use dedicated buckets.
   * KMS keys can be used only through S3. The configuration must contain the endpoint of the region and no access key.
   * With one bucket, `helmValues()` sets `config.blocks_storage`; set the storage of rules and alerts yourself.
   *
   * @throws if no bucket is named, or a list is empty
   * @see https://cortexmetrics.io/docs/blocks-storage/
   */
  public static cortex(options: BucketStorageOptions): Controller {
    return new DefinedController(cortex(given(options)));
  }

  /**
   * Returns the AWS provider of Crossplane, which manages the resources of compositions with the permissions that you
   * list.
   *
   * The role must have a permissions boundary, set on the role or with `iam.PermissionsBoundary.of(scope)`; otherwise
   * synth fails. Statements that allow more than read access to all resources raise the warning
   * `cdk-irsa:controller-unscoped`. Crossplane creates a separate ServiceAccount for each provider: name it
   * `provider-aws` in the `serviceAccountTemplate` of the provider's DeploymentRuntimeConfig, or set your name as
   * `serviceAccountName`.
   *
   * @throws if no statement is set
   * @see https://github.com/crossplane-contrib/provider-upjet-aws/blob/main/AUTHENTICATION.md
   */
  public static crossplaneAwsProvider(options: CrossplaneAwsProviderOptions): Controller {
    return new DefinedController(crossplaneAwsProvider(given(options)));
  }

  /**
   * Returns a PostgreSQL cluster of the Crunchy operator (PGO) with backups and WAL in S3 (pgBackRest). It can write,
   * read and delete them. Use one role per cluster.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them: `repo1-path` must be one of
   * the folders. KMS keys can be used only through S3. pgBackRest needs `repo1-s3-key-type: web-id` (`pod-id` with EKS
   * Pod Identity), and in China and GovCloud a `repo1-s3-sts-host`. The operator creates the ServiceAccounts: set
   * `createServiceAccount: false`, and write `annotations` to `spec.metadata`. Jobs run as `<cluster>-pgbackrest`:
   * trust it, too, with `trust.addServiceAccounts`.
   *
   * @throws if no bucket or cluster is named, a list is empty, or a prefix is not a folder
   * @see https://access.crunchydata.com/documentation/postgres-operator/latest/tutorials/backups-disaster-recovery
   */
  public static crunchyPostgres(options: PostgresBackupsOptions): Controller {
    return new DefinedController(crunchyPostgres(given(options)));
  }

  /**
   * Returns the controller of the EBS CSI driver, which creates, attaches, expands, snapshots and deletes EBS volumes.
   *
   * Scoped to the account and region, to volumes and snapshots with the tag of a driver, and with `clusterName` to the
   * volumes, snapshots and nodes of one cluster. KMS keys can be used only through EC2. Without `clusterName`, it
   * raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws if both `clusterName` and `useManagedPolicy` are set
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver
   */
  public static ebsCsiDriver(options: EbsCsiDriverOptions = {}): Controller {
    return new DefinedController(ebsCsiDriver(given(options)));
  }

  /**
   * Returns the controller of the EFS CSI driver, which creates and deletes access points, one per volume.
   *
   * It may create access points only on the file systems that you name. IAM has no condition on the file system of an
   * access point, so it may delete all access points in the account and region that have the tag of a driver
   * (`efs.csi.aws.com/cluster`). It may set this tag only at creation. For the DaemonSet, see `efsCsiNode`.
   *
   * @throws if no file system is named
   * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver
   */
  public static efsCsiDriver(options: EfsCsiDriverOptions): Controller {
    return new DefinedController(efsCsiDriver(given(options)));
  }

  /**
   * Returns the DaemonSet of the EFS CSI driver, which mounts file systems on nodes. It needs a role for volumes with
   * the mount option `iam`, and if DNS cannot resolve the mount targets.
   *
   * Scoped to the file systems that you name.
   *
   * @throws if no file system is named
   * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver
   */
  public static efsCsiNode(options: EfsCsiNodeOptions): Controller {
    return new DefinedController(efsCsiNode(given(options)));
  }

  /**
   * Returns external-dns for Route 53, which synchronizes DNS records with Services and Ingresses. Scoped to the zones
   * that you name.
   *
   * @throws if no zone is named
   * @see https://github.com/kubernetes-sigs/external-dns
   */
  public static externalDns(options: ExternalDnsOptions): Controller {
    return new DefinedController(externalDns(given(options)));
  }

  /**
   * Returns the External Secrets Operator, which copies secrets from Secrets Manager and parameters from Parameter
   * Store to the cluster, and with `PushSecret` in the other direction.
   *
   * Scoped to the secrets and parameters that you name, separately for each direction. KMS keys can be used only
   * through these services. Anyone who can create an `ExternalSecret` for a store without its own role has the access
   * of this role. For certificates in ACM (`service: CertificateManager`), add your own statements.
   *
   * @throws if no secret or parameter is named, or a list is empty
   * @see https://external-secrets.io/latest/provider/aws-secrets-manager/
   */
  public static externalSecrets(options: ExternalSecretsOptions): Controller {
    return new DefinedController(externalSecrets(given(options)));
  }

  /**
   * Returns AWS for Fluent Bit with CloudWatch Logs. Scoped to the log groups that you name. It may create them only if
   * you set `createLogGroups`.
   *
   * @throws if no log group is named
   * @see https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch
   */
  public static fluentBit(options: FluentBitOptions): Controller {
    return new DefinedController(fluentBit(given(options)));
  }

  /**
   * Returns the Flux image reflector with images in ECR. It can list tags and read the digests of the images that a
   * policy selects, but cannot download layers. Scoped to the repositories that you name.
   *
   * @throws if no repository is named
   * @see https://fluxcd.io/flux/components/image/imagerepositories/
   */
  public static fluxImageReflector(options: FluxImageReflectorOptions): Controller {
    return new DefinedController(fluxImageReflector(given(options)));
  }

  /**
   * Returns the Flux kustomize-controller with permission to decrypt SOPS secrets with AWS KMS. Scoped to the keys that
   * you name.
   *
   * Anyone who can change what a `Kustomization` applies can access what these keys protect. The chart creates the
   * ServiceAccount: set `createServiceAccount: false`. Without the chart, annotate it with a patch of
   * `gotk-components.yaml`.
   *
   * @throws if no key is named
   * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#aws-kms
   */
  public static fluxKustomizeController(options: FluxKustomizeControllerOptions): Controller {
    return new DefinedController(fluxKustomizeController(given(options)));
  }

  /**
   * Returns the Flux source-controller, which reads artifacts and charts in ECR, and buckets.
   *
   * Scoped to the repositories and buckets that you name, and with `prefixes` to objects in folders of the buckets. KMS
   * keys can be used only through S3. Sources need `provider: aws`. The chart creates the ServiceAccount: set
   * `createServiceAccount: false`. Without the chart, annotate it with a patch of `gotk-components.yaml`.
   *
   * @throws if nothing is named, a list is empty, a prefix is not a folder, or an option for buckets is set without
   * `buckets`
   * @see https://fluxcd.io/flux/components/source/
   */
  public static fluxSourceController(options: FluxSourceControllerOptions): Controller {
    return new DefinedController(fluxSourceController(given(options)));
  }

  /**
   * Returns the controller of the FSx for Lustre CSI driver, which creates, expands and deletes file systems.
   *
   * Scoped to the account and region, to file systems with the tag that every driver sets (`CSIVolumeName`), and to the
   * buckets and keys that you name. It raises the warning `cdk-irsa:controller-unscoped`, because FSx has no condition
   * that prevents it from setting this tag on other file systems or that distinguishes clusters.
   *
   * @see https://github.com/kubernetes-sigs/aws-fsx-csi-driver
   */
  public static fsxLustreCsiDriver(options: FsxLustreCsiDriverOptions = {}): Controller {
    return new DefinedController(fsxLustreCsiDriver(given(options)));
  }

  /**
   * Returns the controller of the FSx for OpenZFS CSI driver, which creates, expands, snapshots and deletes file
   * systems and volumes.
   *
   * Scoped to the account and region, to resources with the tag of a driver (`fsx.openzfs.csi.aws.com/cluster`), and to
   * the keys that you name. It raises the warning `cdk-irsa:controller-unscoped`, because FSx has no condition that
   * prevents it from setting this tag on other file systems or that distinguishes clusters. Permissions for
   * VolumeAttributesClass are not included, because FSx cannot scope them to volumes of a driver.
   *
   * @see https://github.com/kubernetes-sigs/aws-fsx-openzfs-csi-driver
   */
  public static fsxOpenZfsCsiDriver(options: FsxOpenZfsCsiDriverOptions = {}): Controller {
    return new DefinedController(fsxOpenZfsCsiDriver(given(options)));
  }

  /**
   * Returns GitHub Actions runners of the Actions Runner Controller (scale sets) whose jobs push images to ECR.
   *
   * Scoped to the repositories that you name. It cannot create or delete repositories, or delete images. Anyone who can
   * change a workflow of the GitHub repository has the access of this role: use one scale set and role per trust level.
   * The chart uses your ServiceAccount instead of creating one: `helmValues()` sets `template.spec.serviceAccountName`.
   * With `containerMode.type: kubernetes`, the ServiceAccount also needs the rules of the chart's
   * `<release>-gha-rs-kube-mode`, and jobs run as the ServiceAccount of the container hooks.
   *
   * @throws if no repository is named, or a list is empty
   * @see https://docs.github.com/en/actions/concepts/runners/actions-runner-controller
   */
  public static gitHubRunners(options: GitHubRunnersOptions): Controller {
    return new DefinedController(gitHubRunners(given(options)));
  }

  /**
   * Returns GitLab Runner with the job cache in S3. It signs the URLs that jobs use to read and write the cache.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them: `Path` in `runners.cache`
   * must begin with the folder. KMS keys can be used only through S3. `runners.cache.s3` needs
   * `AuthenticationType = "iam"`, `BucketLocation` and no access key. In the chart, these settings are part of the text
   * in `runners.config`, which `helmValues()` does not set. Jobs do not and should not run as this ServiceAccount: set
   * another ServiceAccount in `runners.kubernetes.service_account`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://docs.gitlab.com/runner/configuration/advanced-configuration/#the-runnerscaches3-section
   */
  public static gitLabRunner(options: GitLabRunnerOptions): Controller {
    return new DefinedController(gitLabRunner(given(options)));
  }

  /**
   * Returns Grafana with AWS data sources: CloudWatch metrics and logs, X-Ray traces, and Amazon Managed Service for
   * Prometheus. It gets only the permissions that you request.
   *
   * Scoped to the log groups and workspaces that you name, and to regions. Access to metrics and traces cannot be
   * scoped, so it can read all of the account. Anyone who can query a data source has this access. Data sources need
   * the authentication `AWS SDK Default`; for Prometheus, `helmValues()` sets `auth.sigv4_auth_enabled` in
   * `grafana.ini`.
   *
   * @throws if no data source is set, a list is empty, or `regions` contains an invalid region
   * @see https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/
   */
  public static grafana(options: GrafanaOptions): Controller {
    return new DefinedController(grafana(given(options)));
  }

  /**
   * Returns Loki with chunks, index and rules in S3. It can write, read and delete them.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, the `storage_prefix` of its
   * object store. KMS keys can be used only through S3. The chart needs the bucket names in `loki.storage.bucketNames`,
   * the `region` in `loki.storage.s3`, and no access key. With `prefixes`, it also needs `use_thanos_objstore: true`
   * with the `storage_prefix`, and `analytics.reporting_enabled: false`, because usage reporting writes a file outside
   * the prefix. `helmValues()` sets these values; bucket names and prefix only with one bucket and one prefix.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a single folder of letters, digits and dashes
   * @see https://grafana.com/docs/loki/latest/setup/install/helm/deployment-guides/aws/
   */
  public static grafanaLoki(options: ObjectStorageOptions): Controller {
    return new DefinedController(grafanaLoki(given(options)));
  }

  /**
   * Returns Mimir with blocks, rules and alerts in S3. It can write, read and delete them.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, the `storage_prefix`. KMS
   * keys can be used only through S3. The configuration must contain the endpoint of the region and no access key; the
   * chart's MinIO must be disabled (`minio.enabled: false`). `helmValues()` sets these values. Set the buckets in
   * `mimir.structuredConfig`: Mimir requires separate buckets for blocks, rules and alerts, or different prefixes.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a single folder of letters, digits and dashes
   * @see https://grafana.com/docs/mimir/latest/configure/configure-object-storage-backend/
   */
  public static grafanaMimir(options: ObjectStorageOptions): Controller {
    return new DefinedController(grafanaMimir(given(options)));
  }

  /**
   * Returns Tempo with traces in S3. It can write, read, tag and delete them.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, the `prefix` of its
   * storage. KMS keys can be used only through S3. `storage.trace.s3` must contain the endpoint of the region and no
   * access key. With one bucket, `helmValues()` sets it for the chart `tempo-distributed`; in the chart `tempo`, this
   * key is below `tempo`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://grafana.com/docs/tempo/latest/configuration/hosted-storage/s3/
   */
  public static grafanaTempo(options: ObjectStorageOptions): Controller {
    return new DefinedController(grafanaTempo(given(options)));
  }

  /**
   * Returns the Harbor registry with images in S3. It can write, read and delete them.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, the `rootdirectory`. KMS
   * keys can be used only through S3. The chart does not create a ServiceAccount: set the name of this one in
   * `registry.serviceAccountName`. It also needs `persistence.imageChartStorage` with `type: s3` and no access key.
   * `helmValues()` sets the former, and with one bucket also the latter.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://github.com/goharbor/harbor-helm
   */
  public static harbor(options: ObjectStorageOptions): Controller {
    return new DefinedController(harbor(given(options)));
  }

  /**
   * Returns Karpenter v1, which launches nodes for pending pods.
   *
   * It may change only resources with the tags of the cluster, in the account and region of the role, and pass the
   * roles of the nodes only to EC2. Access to images, subnets, security groups, placement groups and capacity
   * reservations cannot be scoped by its tags: it may launch nodes with any of these that it can reach in the region.
   *
   * @throws if no node role is named, or `clusterName` is not a valid cluster name
   * @see https://karpenter.sh/docs/reference/cloudformation/#controller-authorization
   */
  public static karpenter(options: KarpenterOptions): Controller {
    return new DefinedController(karpenter(given(options)));
  }

  /**
   * Returns KEDA, which scales workloads by queue length, stream shards, topic lag, query results, and metrics.
   *
   * It can read only the sources that you list. Access to CloudWatch metrics cannot be scoped, so it can read all
   * metrics of the account in the region of the role.
   *
   * @throws if no source is listed, a list is empty, or an MSK name is invalid
   * @see https://keda.sh/docs/latest/authentication-providers/aws/
   */
  public static keda(options: KedaOptions): Controller {
    return new DefinedController(keda(given(options)));
  }

  /**
   * Returns Kubecost with AWS costs. It can query a Cost and Usage Report with Athena, and read the Spot Instance data
   * feed.
   *
   * Scoped to the work group, the table and the buckets that you name. The optional search for unused volumes and
   * addresses covers the whole account. The keys of the buckets can be used only through S3. The namespace and
   * ServiceAccount are those of the chart `kubecost` (3 and later); its predecessor `cost-analyzer` creates
   * `kubecost-cost-analyzer`. The report needs `cloudCost.cloudIntegrationJSON`, which `helmValues()` sets. A report in
   * the management account needs a role there: see `roles`. The FinOps agent reads the Spot Instance data feed as a
   * separate ServiceAccount: trust it, too, with `trust.addServiceAccounts`.
   *
   * @throws if no option is set, a list is empty, or the report is incomplete
   * @see https://docs.kubecost.com/install-and-configure/install/cloud-integration/aws-cloud-integrations
   */
  public static kubecost(options: CostMonitoringOptions): Controller {
    return new DefinedController(kubecost(given(options)));
  }

  /**
   * Returns Kyverno with image verification. It can read images in ECR with their signatures and attestations, and
   * public keys in KMS.
   *
   * Scoped to the repositories and keys that you name. The chart creates the ServiceAccount: set
   * `createServiceAccount: false`. The reports controller verifies images in background scans as a separate
   * ServiceAccount, `kyverno-reports-controller`: trust it, too, with `trust.addServiceAccounts`.
   *
   * @throws if no repository or key is named, or a list is empty
   * @see https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/
   */
  public static kyverno(options: KyvernoOptions): Controller {
    return new DefinedController(kyverno(given(options)));
  }

  /**
   * Returns the node plugin of the Mountpoint for Amazon S3 CSI driver, which mounts buckets.
   *
   * Scoped to the buckets that you name, with `prefixes` to folders of them, and with `readOnly` to read access. KMS
   * keys can be used only through S3.
   *
   * @throws if no bucket is named, a prefix is not a folder, or both `allowDelete` and `readOnly` are set
   * @see https://github.com/awslabs/mountpoint-s3-csi-driver
   */
  public static mountpointS3CsiDriver(options: MountpointS3CsiDriverOptions): Controller {
    return new DefinedController(mountpointS3CsiDriver(given(options)));
  }

  /**
   * Returns OpenCost with AWS costs. It can query a Cost and Usage Report with Athena, and read the Spot Instance data
   * feed. List prices need no role.
   *
   * Scoped to the work group, the table and the buckets that you name. The optional search for unused volumes and
   * addresses covers the whole account. The keys of the buckets can be used only through S3. The report needs
   * `opencost.cloudCost.enabled` and `opencost.cloudIntegrationJSON`, which `helmValues()` sets. A report in the
   * management account needs a role there: see `roles`.
   *
   * @throws if no option is set, a list is empty, or the report is incomplete
   * @see https://opencost.io/docs/configuration/aws
   */
  public static openCost(options: CostMonitoringOptions): Controller {
    return new DefinedController(openCost(given(options)));
  }

  /**
   * Returns a database of the Percona operators (for MongoDB, MySQL and PostgreSQL) with backups in S3. It can write,
   * read and delete them. Use one role per database.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, the `prefix` of the
   * storage. KMS keys can be used only through S3. Do not set `credentialsSecret`. The operator deletes old backups as
   * a separate ServiceAccount: trust it, too, with `trust.addServiceAccounts`.
   *
   * @throws if no bucket or ServiceAccount is named, a list is empty, or a prefix is not a folder
   * @see https://docs.percona.com/percona-operator-for-mongodb/backups-storage-s3.html
   */
  public static perconaOperators(options: PerconaOperatorsOptions): Controller {
    return new DefinedController(perconaOperators(given(options)));
  }

  /**
   * Returns the permissions for the AWS provider of the Secrets Store CSI driver, which mounts secrets and parameters
   * into pods. The provider has no role itself: it calls AWS as the ServiceAccount of the pod that mounts. Create one
   * role for each such ServiceAccount.
   *
   * Scoped to the secrets and parameters that you name. KMS keys can be used only through these services.
   *
   * @throws if no secret or parameter is named, or a list is empty
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/integrating_ascp_irsa.html
   */
  public static secretsStoreCsiProvider(options: SecretsStoreCsiProviderOptions): Controller {
    return new DefinedController(secretsStoreCsiProvider(given(options)));
  }

  /**
   * Returns applications of the Kubeflow Spark operator with data in S3 (S3A connector). They can read, write and
   * delete it. The operator itself needs no role.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them. KMS keys can be used only
   * through S3. The ServiceAccount is the one that the chart creates in `default`, the first of `spark.jobNamespaces`,
   * which `helmValues()` sets. Drivers and executors must both run as this ServiceAccount, with
   * `fs.s3a.aws.credentials.provider` set to a provider that supports web identity or container credentials.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://www.kubeflow.org/docs/components/spark-operator/
   */
  public static sparkOperator(options: ObjectStorageOptions): Controller {
    return new DefinedController(sparkOperator(given(options)));
  }

  /**
   * Returns Thanos with blocks in S3. It can write, read and delete them.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, the `prefix` of the
   * objstore configuration. KMS keys can be used only through S3. The ServiceAccount is the one that the components of
   * the community chart share, with the release name `thanos`. With one bucket, `helmValues()` sets `global.objstore`.
   * The sidecar runs as the ServiceAccount of Prometheus: trust it, too, with `trust.addServiceAccounts`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://thanos.io/tip/thanos/storage.md/#s3
   */
  public static thanos(options: ObjectStorageOptions): Controller {
    return new DefinedController(thanos(given(options)));
  }

  /**
   * Returns Velero with its AWS plugin, which backs up the contents of a cluster to a bucket and optionally snapshots
   * EBS volumes.
   *
   * Scoped to the buckets that you name, and with `prefixes` to objects in folders of them, to its own snapshots by the
   * tag of a backup, and with `clusterName` to the volumes of one cluster. It may restore volumes from the snapshots of
   * any backup in the account, so that you can migrate clusters. KMS keys can be used only through S3 and EC2.
   *
   * @throws if no bucket is named, a prefix is not a folder, or an option for snapshots is set without
   * `volumeSnapshots`
   * @see https://github.com/vmware-tanzu/velero-plugin-for-aws
   */
  public static velero(options: VeleroOptions): Controller {
    return new DefinedController(velero(given(options)));
  }

  /**
   * Returns the Amazon VPC CNI plugin, which attaches network interfaces to nodes and assigns IP addresses to Pods.
   *
   * Scoped to the account and region, with `clusterName` to the network interfaces and nodes of one cluster, and with
   * `vpc` to the subnets and security groups of one VPC. Without `clusterName`, it raises the warning
   * `cdk-irsa:controller-unscoped`.
   *
   * @throws if neither `ipv4` nor `ipv6` is true, or `networkPolicyLogs` is set without `clusterName`
   * @see https://github.com/aws/amazon-vpc-cni-k8s
   */
  public static vpcCni(options: VpcCniOptions): Controller {
    return new DefinedController(vpcCni(given(options)));
  }

  /**
   * Returns Yet Another CloudWatch Exporter (YACE), which discovers resources and reads their CloudWatch metrics.
   *
   * Scoped to regions; the metrics of CloudFront and Shield are in `us-east-1`. Access to CloudWatch metrics cannot be
   * scoped, so it can read all metrics of the account, which raises the warning `cdk-irsa:controller-unscoped`. The
   * namespace and ServiceAccount are those of its chart with the release name
   * `prometheus-yet-another-cloudwatch-exporter`. The regions of jobs in the chart's `config` must be among the
   * regions; its default is `eu-west-1`.
   *
   * @throws if `regions` or `roles` is empty, or `regions` contains an invalid region
   * @see https://github.com/prometheus-community/yet-another-cloudwatch-exporter
   */
  public static yetAnotherCloudWatchExporter(options: YetAnotherCloudWatchExporterOptions = {}): Controller {
    return new DefinedController(yetAnotherCloudWatchExporter(given(options)));
  }

  /** The name of the controller, as its project writes it. */
  public abstract readonly controllerName: string;

  /** The namespace that its chart or manifest uses. */
  public abstract readonly namespace: string;

  /** The ServiceAccount that its chart or manifest uses. */
  public abstract readonly serviceAccountName: string;

  /** @internal */
  public abstract readonly _definition: ControllerDefinition;

  /**
   * Returns the permissions as one document, for your own role. It may exceed the limit of one policy (6,144
   * characters). If the name of a cluster is known only at deployment, it renders as a string, which
   * `iam.ManagedPolicy` accepts.
   *
   * @param scope a construct in the stack of the role; the partition, account and region of this stack are used
   */
  public abstract policyDocument(scope: IConstruct): PolicyDocument;
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
