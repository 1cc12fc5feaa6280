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
 * A controller that many clusters run, with its least privilege: what it may do on AWS, on the resources that you name,
 * and the namespace and ServiceAccount that its chart or manifest uses.
 *
 * For `IrsaServiceAccount`, `PodIdentityServiceAccount` and `IrsaRole`, by their property `controller`, and alone by
 * `policyDocument`. Resources that could be named must be: nothing becomes `*` silently. What a controller cannot be
 * held to raises the warning `cdk-irsa:controller-unscoped`.
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
   * What it is held to differs by service: see `AckService`. The namespace and ServiceAccount are those of its chart,
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
   * The collector of the AWS Distro for OpenTelemetry: sends metrics to Amazon Managed Service for Prometheus, traces
   * to X-Ray, logs and metrics to CloudWatch Logs.
   *
   * Held to the workspaces and log groups named; X-Ray has no resources, so that traces are held to the stack's region
   * alone. Goes by the names of AWS's guide; the add-on's own collectors are `adot-col-prom-metrics`,
   * `adot-col-otlp-ingest` and `adot-col-container-logs` in `opentelemetry-operator-system`.
   *
   * @throws when there is nowhere to send to, or a list is empty
   * @see https://aws-otel.github.io/docs/getting-started/adot-eks-add-on
   */
  public static adotCollector(options: AdotCollectorOptions): Controller {
    return new DefinedController(adotCollector(given(options)));
  }

  /**
   * Apache Airflow with the logs of its tasks in S3 (`remote_logging`): writes and reads them, and deletes none.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them. Keys can be used through S3
   * only. Goes by the workers of the chart; for a chart with `workers.celery.serviceAccount` or
   * `workers.kubernetes.serviceAccount`, give `helmValues()` that key. The chart needs `remote_logging` and
   * `remote_base_log_folder` in `config.logging`; with one bucket, `helmValues()` sets both. The API server (of Airflow
   * 2 the web server), the scheduler and the triggerer have ServiceAccounts of their own: trust those that read or
   * write logs as well, by `trust.addServiceAccounts`. Data that tasks work on is not included: grant it to the
   * construct, for example by `bucket.grantRead(sa)`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://airflow.apache.org/docs/helm-chart/stable/manage-logs.html
   */
  public static airflow(options: ObjectStorageOptions): Controller {
    return new DefinedController(airflow(given(options)));
  }

  /**
   * A Prometheus server or agent that writes to Amazon Managed Service for Prometheus (`remote_write`). Held to the
   * workspaces named.
   *
   * @throws when no workspace is named
   * @see https://docs.aws.amazon.com/prometheus/latest/userguide/set-up-irsa.html
   */
  public static amazonManagedPrometheusIngest(options: AmazonManagedPrometheusIngestOptions): Controller {
    return new DefinedController(amazonManagedPrometheusIngest(given(options)));
  }

  /**
   * Argo CD Image Updater with images in ECR: lists them and reads their manifests. Held to the repositories named. For
   * another workload that pulls from ECR by itself, set its `namespace` and `serviceAccountName` beside it.
   *
   * @throws when no repository is named
   * @see https://argocd-image-updater.readthedocs.io/en/stable/configuration/registries/
   */
  public static argoCdImageUpdater(options: ArgoCdImageUpdaterOptions): Controller {
    return new DefinedController(argoCdImageUpdater(given(options)));
  }

  /**
   * The pods of Argo Workflows with artifacts in S3: write, read and delete them.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, for which `keyFormat` of the
   * artifact repository must begin with the prefix. Keys can be used through S3 only. Workflows must run as the
   * ServiceAccount, and the artifact repository needs `useSDKCreds: true`. `helmValues()` makes it the default of
   * workflows and, with one bucket, sets `artifactRepository.s3`. The server reads artifacts as a ServiceAccount of its
   * own, `<release>-server`: trust it as well, by `trust.addServiceAccounts`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://argo-workflows.readthedocs.io/en/latest/configure-artifact-repository/
   */
  public static argoWorkflows(options: ObjectStorageOptions): Controller {
    return new DefinedController(argoWorkflows(given(options)));
  }

  /**
   * AWS Gateway API Controller: makes services and target groups of VPC Lattice for Gateways and Routes.
   *
   * Held to one account and region; it may delete services, target groups and service networks of its own cluster only,
   * tag what is its own or nobody's, and associate one VPC. Listeners, rules, targets and auth policies cannot be held
   * to one cluster: raises `cdk-irsa:controller-unscoped`.
   *
   * @throws when the cluster's name cannot be one, or `takeoverFrom` is empty
   * @see https://www.gateway-api-controller.eks.aws.dev/
   */
  public static awsGatewayApiController(options: AwsGatewayApiControllerOptions): Controller {
    return new DefinedController(awsGatewayApiController(given(options)));
  }

  /**
   * AWS Load Balancer Controller: makes Application and Network Load Balancers for Ingresses and Services.
   *
   * What it makes carries the tag `elbv2.k8s.aws/cluster` with the name of the cluster, and it may change only what
   * carries it: load balancers, target groups, security groups, and listeners and rules, which the controller tags from
   * release 2.2 on (not with its feature gate `ListenerRulesTagging=false`). It may open ports in one VPC. Web ACLs,
   * Shield protections and the priorities of listener rules cannot be scoped like this: raises
   * `cdk-irsa:controller-unscoped`.
   *
   * Certificates, Global Accelerator and the Resource Groups Tagging API are options. Each needs a feature gate, which
   * `helmValues()` sets. Of certificates and accelerators it changes those with the tag only. AWS cannot tell a new one
   * from one that nobody has tagged, so that it could take over the latter.
   *
   * @throws if the cluster's name cannot be one, `certificates` names no domain name or neither a zone nor an
   * authority, or `taggingApi` is false with `globalAccelerator`; at synth time if `globalAccelerator` is set outside
   * the partition `aws`
   * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/
   */
  public static awsLoadBalancerController(options: AwsLoadBalancerControllerOptions): Controller {
    return new DefinedController(awsLoadBalancerController(given(options)));
  }

  /**
   * AWS Load Balancer Controller where it makes no load balancer: it registers pods in the target groups that you name,
   * by `TargetGroupBinding`.
   *
   * @throws when no target group is named
   * @see
   * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
   */
  public static awsLoadBalancerControllerTargetGroupBindingOnly(
    options: AwsLoadBalancerControllerTargetGroupBindingOnlyOptions,
  ): Controller {
    return new DefinedController(awsLoadBalancerControllerTargetGroupBindingOnly(given(options)));
  }

  /**
   * AWS Node Termination Handler in queue mode: drains nodes that are about to go. It reads one queue, and completes
   * the lifecycle actions of the Auto Scaling groups that you name, or of those that carry its tag. In its other mode
   * it needs no role.
   *
   * @throws when `autoScalingGroups` is given and empty
   * @see https://github.com/aws/aws-node-termination-handler
   */
  public static awsNodeTerminationHandler(options: AwsNodeTerminationHandlerOptions): Controller {
    return new DefinedController(awsNodeTerminationHandler(given(options)));
  }

  /**
   * AWS Private CA Issuer for cert-manager: has the certificate authorities that you name sign, by the templates of end
   * entities only unless you say otherwise.
   *
   * @throws when no certificate authority is named
   * @see https://github.com/cert-manager/aws-privateca-issuer
   */
  public static awsPrivateCaIssuer(options: AwsPrivateCaIssuerOptions): Controller {
    return new DefinedController(awsPrivateCaIssuer(given(options)));
  }

  /**
   * cert-manager with Route 53: answers the DNS-01 challenges of ACME by TXT records in the zones that you name. A zone
   * of this app that is private raises the warning `cdk-irsa:private-zone`: public certificate authorities do not see
   * it.
   *
   * @throws when no zone is named, or a record name can never match
   * @see https://cert-manager.io/docs/configuration/acme/dns01/route53/
   */
  public static certManager(options: CertManagerOptions): Controller {
    return new DefinedController(certManager(given(options)));
  }

  /**
   * A PostgreSQL cluster of CloudNativePG with backups and WAL in S3, by its plugin Barman Cloud: writes, reads and
   * deletes them. One role for each cluster.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them: `destinationPath` of the
   * ObjectStore must begin with the folder, and its `s3Credentials` need `inheritFromIAMRole: true`. Keys can be used
   * through S3 only. The operator makes the ServiceAccount, with the name of the cluster: set `createServiceAccount:
   * false`, and write `annotations` to `serviceAccountTemplate`.
   *
   * @throws if no bucket or cluster is named, a list is empty, or a prefix is not a folder
   * @see https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/
   */
  public static cloudNativePg(options: PostgresBackupsOptions): Controller {
    return new DefinedController(cloudNativePg(given(options)));
  }

  /**
   * The CloudWatch agent and the Fluent Bit beside it: Container Insights, by the EKS add-on
   * `amazon-cloudwatch-observability` or its chart.
   *
   * Held to the namespaces of its metrics, metrics of OpenTelemetry to the region, and to the log groups of the
   * cluster, unlike `CloudWatchAgentServerPolicy`, which is unscoped and an option.
   *
   * @throws when the cluster's name is none, or the namespaces are empty
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
   */
  public static cloudWatchAgent(options: CloudWatchAgentOptions): Controller {
    return new DefinedController(cloudWatchAgent(given(options)));
  }

  /**
   * The CloudWatch exporter of Prometheus: reads metrics of CloudWatch.
   *
   * Held to regions. CloudWatch cannot tell metrics apart, so that it reads all of the account, and raises the warning
   * `cdk-irsa:controller-unscoped`. Goes by the names of its chart with the release `prometheus-cloudwatch-exporter`.
   * The `region` in the chart's `config` must be one of them; its default is `eu-west-1`.
   *
   * @throws if `regions` or `roles` is empty, or `regions` holds what is not a region
   * @see https://github.com/prometheus/cloudwatch_exporter
   */
  public static cloudWatchExporter(options: CloudWatchExporterOptions = {}): Controller {
    return new DefinedController(cloudWatchExporter(given(options)));
  }

  /**
   * Cluster Autoscaler: adds and removes nodes by the size of Auto Scaling groups.
   *
   * It changes groups with the tag `k8s.io/cluster-autoscaler/<cluster>` = `owned` only, in the account and region of
   * the role, and reads in that region. The groups of EKS managed node groups carry the tag; give it to your own. Goes
   * by the names of its manifests; the chart makes `<release>-aws-cluster-autoscaler`: set its
   * `rbac.serviceAccount.name`, or `serviceAccountName` here.
   *
   * @throws when no cluster is named, or by a name that no cluster can have
   * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
   */
  public static clusterAutoscaler(options: ClusterAutoscalerOptions): Controller {
    return new DefinedController(clusterAutoscaler(given(options)));
  }

  /**
   * Cortex with blocks, rules and alerts in S3: writes, reads and deletes them.
   *
   * Held to the buckets that you name. Cortex has no prefix for its objects: give it buckets of its own. Keys can be
   * used through S3 only. The configuration must name the endpoint of the region and no access key. With one bucket,
   * `helmValues()` sets `config.blocks_storage`; those of rules and alerts are yours.
   *
   * @throws if no bucket is named, or a list is empty
   * @see https://cortexmetrics.io/docs/blocks-storage/
   */
  public static cortex(options: BucketStorageOptions): Controller {
    return new DefinedController(cortex(given(options)));
  }

  /**
   * The AWS provider of Crossplane: makes what compositions ask for, by your statements.
   *
   * The role must have a permissions boundary, its own or by `iam.PermissionsBoundary.of(scope)`; without one it is an
   * error at synth. Statements that allow more than reading on every resource raise `cdk-irsa:controller-unscoped`.
   * Crossplane gives each provider a ServiceAccount of its own: name it `provider-aws` in the `serviceAccountTemplate`
   * of the provider's DeploymentRuntimeConfig, or give your name as `serviceAccountName`.
   *
   * @throws when no statement is given
   * @see https://github.com/crossplane-contrib/provider-upjet-aws/blob/main/AUTHENTICATION.md
   */
  public static crossplaneAwsProvider(options: CrossplaneAwsProviderOptions): Controller {
    return new DefinedController(crossplaneAwsProvider(given(options)));
  }

  /**
   * A PostgreSQL cluster of Crunchy's operator (PGO) with backups and WAL in S3, by pgBackRest: writes, reads and
   * deletes them. One role for each cluster.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them: `repo1-path` must be a folder
   * of them. Keys can be used through S3 only. pgBackRest needs `repo1-s3-key-type: web-id`, with EKS Pod Identity
   * `pod-id`, and in China and GovCloud a `repo1-s3-sts-host`. The operator makes the ServiceAccounts: set
   * `createServiceAccount: false`, and write `annotations` to `spec.metadata`. Jobs run as `<cluster>-pgbackrest`:
   * trust it as well, by `trust.addServiceAccounts`.
   *
   * @throws if no bucket or cluster is named, a list is empty, or a prefix is not a folder
   * @see https://access.crunchydata.com/documentation/postgres-operator/latest/tutorials/backups-disaster-recovery
   */
  public static crunchyPostgres(options: PostgresBackupsOptions): Controller {
    return new DefinedController(crunchyPostgres(given(options)));
  }

  /**
   * The EBS CSI driver (its controller): makes, attaches, grows, snapshots and deletes EBS volumes.
   *
   * Held to the account and region, to volumes and snapshots that a driver has tagged as its own, and with
   * `clusterName` to those of one cluster and to its nodes. Keys can be used through EC2 only. Without `clusterName` it
   * raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws when `clusterName` is set with `useManagedPolicy`
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver
   */
  public static ebsCsiDriver(options: EbsCsiDriverOptions = {}): Controller {
    return new DefinedController(ebsCsiDriver(given(options)));
  }

  /**
   * The controller of the EFS CSI driver: makes and deletes access points, one for each volume.
   *
   * Makes them on the file systems that you name only. Which file system an access point is of is no condition in IAM:
   * it deletes those in the account and region that have the tag of a driver (`efs.csi.aws.com/cluster`), which it can
   * set at creation only. For the DaemonSet see `efsCsiNode`.
   *
   * @throws when no file system is named
   * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver
   */
  public static efsCsiDriver(options: EfsCsiDriverOptions): Controller {
    return new DefinedController(efsCsiDriver(given(options)));
  }

  /**
   * The DaemonSet of the EFS CSI driver: mounts file systems on nodes. It needs a role for volumes with the mount
   * option `iam`, and where mount targets cannot be found by DNS.
   *
   * Held to the file systems that you name.
   *
   * @throws when no file system is named
   * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver
   */
  public static efsCsiNode(options: EfsCsiNodeOptions): Controller {
    return new DefinedController(efsCsiNode(given(options)));
  }

  /**
   * external-dns for Route 53: keeps the records of the zones in step with Services and Ingresses.
   *
   * @throws when no zone is named
   * @see https://github.com/kubernetes-sigs/external-dns
   */
  public static externalDns(options: ExternalDnsOptions): Controller {
    return new DefinedController(externalDns(given(options)));
  }

  /**
   * External Secrets Operator: brings secrets of Secrets Manager and parameters of Parameter Store into the cluster,
   * and by `PushSecret` the other way.
   *
   * Held to the secrets and parameters named, each way apart, and to keys through their services. All who may create an
   * `ExternalSecret` for a store without a role of its own reach what this role does. For certificates in ACM
   * (`service: CertificateManager`) add your own statements.
   *
   * @throws when no secret or parameter is named, or a list is empty
   * @see https://external-secrets.io/latest/provider/aws-secrets-manager/
   */
  public static externalSecrets(options: ExternalSecretsOptions): Controller {
    return new DefinedController(externalSecrets(given(options)));
  }

  /**
   * AWS for Fluent Bit with CloudWatch Logs. Held to the log groups named; it creates them only where asked.
   *
   * @throws when no log group is named
   * @see https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch
   */
  public static fluentBit(options: FluentBitOptions): Controller {
    return new DefinedController(fluentBit(given(options)));
  }

  /**
   * Flux's image reflector with images in ECR: lists their tags, and reads the digests of those that a policy picks. It
   * downloads no layer. Held to the repositories named.
   *
   * @throws when no repository is named
   * @see https://fluxcd.io/flux/components/image/imagerepositories/
   */
  public static fluxImageReflector(options: FluxImageReflectorOptions): Controller {
    return new DefinedController(fluxImageReflector(given(options)));
  }

  /**
   * Flux's kustomize-controller with secrets that SOPS has encrypted by AWS KMS: decrypts them. Held to the keys named.
   *
   * All who may change what a `Kustomization` applies reach what these keys protect. The chart makes the
   * ServiceAccount: set `createServiceAccount: false`. Without the chart, annotate it by a patch of
   * `gotk-components.yaml`.
   *
   * @throws if no key is named
   * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#aws-kms
   */
  public static fluxKustomizeController(options: FluxKustomizeControllerOptions): Controller {
    return new DefinedController(fluxKustomizeController(given(options)));
  }

  /**
   * Flux's source-controller: reads artifacts and charts in ECR, and buckets.
   *
   * Held to the repositories and buckets that you name, and with `prefixes` to objects in folders of the buckets. Keys
   * can be used through S3 only. Sources need `provider: aws`. The chart makes the ServiceAccount: set
   * `createServiceAccount: false`. Without the chart, annotate it by a patch of `gotk-components.yaml`.
   *
   * @throws if nothing is named, a list is empty, a prefix is not a folder, or an option of buckets is set without them
   * @see https://fluxcd.io/flux/components/source/
   */
  public static fluxSourceController(options: FluxSourceControllerOptions): Controller {
    return new DefinedController(fluxSourceController(given(options)));
  }

  /**
   * The FSx for Lustre CSI driver (its controller): makes, grows and deletes file systems.
   *
   * Held to the account and region, and to file systems with the tag that every driver sets (`CSIVolumeName`); buckets
   * and keys are those that you name. Raises the warning `cdk-irsa:controller-unscoped`: FSx has no condition that
   * keeps it from setting that tag on file systems of others, nor one that tells clusters apart.
   *
   * @see https://github.com/kubernetes-sigs/aws-fsx-csi-driver
   */
  public static fsxLustreCsiDriver(options: FsxLustreCsiDriverOptions = {}): Controller {
    return new DefinedController(fsxLustreCsiDriver(given(options)));
  }

  /**
   * The FSx for OpenZFS CSI driver (its controller): makes, grows, snapshots and deletes file systems and volumes.
   *
   * Held to the account and region, and to what has the tag of a driver (`fsx.openzfs.csi.aws.com/cluster`); keys are
   * those that you name. Raises the warning `cdk-irsa:controller-unscoped`: FSx has no condition that keeps it from
   * setting that tag on file systems of others, nor one that tells clusters apart. What a VolumeAttributesClass changes
   * is not included: FSx could not hold that to volumes of a driver.
   *
   * @see https://github.com/kubernetes-sigs/aws-fsx-openzfs-csi-driver
   */
  public static fsxOpenZfsCsiDriver(options: FsxOpenZfsCsiDriverOptions = {}): Controller {
    return new DefinedController(fsxOpenZfsCsiDriver(given(options)));
  }

  /**
   * Runners of GitHub Actions by the Actions Runner Controller (scale sets) whose jobs push images to ECR.
   *
   * Held to the repositories named; it creates and deletes none, and deletes no image. All who may change a workflow of
   * the repository on GitHub reach what this role does: use one scale set and role for each level of trust. The
   * ServiceAccount is yours: the chart then makes none, and takes its name in `template.spec.serviceAccountName`, which
   * `helmValues()` sets. With `containerMode.type: kubernetes`, the ServiceAccount also needs the rules of the chart's
   * `<release>-gha-rs-kube-mode`, and jobs run as the ServiceAccount of the container hooks.
   *
   * @throws if no repository is named, or a list is empty
   * @see https://docs.github.com/en/actions/concepts/runners/actions-runner-controller
   */
  public static gitHubRunners(options: GitHubRunnersOptions): Controller {
    return new DefinedController(gitHubRunners(given(options)));
  }

  /**
   * GitLab Runner with the cache of jobs in S3: signs the URLs by which jobs read and write it.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them: `Path` in `runners.cache`
   * must begin with the folder. Keys can be used through S3 only. `runners.cache.s3` needs `AuthenticationType =
   * "iam"`, `BucketLocation` and no access key. The chart has all of it in the text of `runners.config`, which
   * `helmValues()` leaves to you. Jobs do not run as this ServiceAccount, and should not: name another one in
   * `runners.kubernetes.service_account`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://docs.gitlab.com/runner/configuration/advanced-configuration/#the-runnerscaches3-section
   */
  public static gitLabRunner(options: GitLabRunnerOptions): Controller {
    return new DefinedController(gitLabRunner(given(options)));
  }

  /**
   * Grafana with data sources of AWS: metrics and logs of CloudWatch, traces of X-Ray, Amazon Managed Service for
   * Prometheus. It may do what you ask for only.
   *
   * Held to the log groups and workspaces named, and to regions. Metrics and traces cannot be told apart: it reads
   * those of the account. All who may query a data source reach what it reads. Data sources need the authentication
   * `AWS SDK Default`; for Prometheus, `helmValues()` sets `auth.sigv4_auth_enabled` in `grafana.ini`.
   *
   * @throws if nothing is asked for, a list is empty, or `regions` holds what is not a region
   * @see https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/
   */
  public static grafana(options: GrafanaOptions): Controller {
    return new DefinedController(grafana(given(options)));
  }

  /**
   * Loki with chunks, index and rules in S3: writes, reads and deletes them.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, the `storage_prefix` of its
   * object store. Keys can be used through S3 only. The chart needs the names in `loki.storage.bucketNames`, the
   * `region` in `loki.storage.s3`, and no access key. With `prefixes`, it also needs `use_thanos_objstore: true` with
   * the `storage_prefix`, and `analytics.reporting_enabled: false`, since the report of usage keeps a file outside.
   * `helmValues()` sets them; the names and the prefix with one bucket and one prefix only.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is more than one folder of letters, digits and dashes
   * @see https://grafana.com/docs/loki/latest/setup/install/helm/deployment-guides/aws/
   */
  public static grafanaLoki(options: ObjectStorageOptions): Controller {
    return new DefinedController(grafanaLoki(given(options)));
  }

  /**
   * Mimir with blocks, rules and alerts in S3: writes, reads and deletes them.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, the `storage_prefix`. Keys
   * can be used through S3 only. The configuration must name the endpoint of the region, and no access key; the chart's
   * MinIO must be off (`minio.enabled: false`). `helmValues()` sets these. Name the buckets in
   * `mimir.structuredConfig`: Mimir wants one each for blocks, rules and alerts, or prefixes that differ.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is more than one folder of letters, digits and dashes
   * @see https://grafana.com/docs/mimir/latest/configure/configure-object-storage-backend/
   */
  public static grafanaMimir(options: ObjectStorageOptions): Controller {
    return new DefinedController(grafanaMimir(given(options)));
  }

  /**
   * Tempo with traces in S3: writes, reads, tags and deletes them.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, the `prefix` of its storage.
   * Keys can be used through S3 only. `storage.trace.s3` must name the endpoint of the region, and no access key. With
   * one bucket, `helmValues()` sets it for the chart `tempo-distributed`; the chart `tempo` has it below `tempo`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://grafana.com/docs/tempo/latest/configuration/hosted-storage/s3/
   */
  public static grafanaTempo(options: ObjectStorageOptions): Controller {
    return new DefinedController(grafanaTempo(given(options)));
  }

  /**
   * The registry of Harbor with images in S3: writes, reads and deletes them.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, the `rootdirectory`. Keys can
   * be used through S3 only. The chart makes no ServiceAccount, and takes the name of this one in
   * `registry.serviceAccountName`. It also needs `persistence.imageChartStorage` with `type: s3` and no access key.
   * `helmValues()` sets the former, and with one bucket the latter.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://github.com/goharbor/harbor-helm
   */
  public static harbor(options: ObjectStorageOptions): Controller {
    return new DefinedController(harbor(given(options)));
  }

  /**
   * Karpenter v1: launches nodes for pods that wait for one.
   *
   * It changes what carries the tags of the cluster only, in the account and region of the role, and passes the roles
   * of the nodes to EC2 only. Images, subnets, security groups, placement groups and capacity reservations cannot be
   * told apart by its tags: it may launch with any in the region that it can reach.
   *
   * @throws when no role of the nodes is named, or on a name that no cluster can have
   * @see https://karpenter.sh/docs/reference/cloudformation/#controller-authorization
   */
  public static karpenter(options: KarpenterOptions): Controller {
    return new DefinedController(karpenter(given(options)));
  }

  /**
   * KEDA: scales workloads by the length of queues, shards of streams, the lag of topics, the result of queries, and
   * metrics.
   *
   * It reads the sources that are listed only. Metrics of CloudWatch cannot be told apart: it reads those of the
   * account, in the region of the role.
   *
   * @throws when nothing is listed, a list is empty, or what is listed of MSK cannot be that
   * @see https://keda.sh/docs/latest/authentication-providers/aws/
   */
  public static keda(options: KedaOptions): Controller {
    return new DefinedController(keda(given(options)));
  }

  /**
   * Kubecost with costs of AWS: queries a Cost and Usage Report with Athena, and reads the data feed of spot instances.
   *
   * Held to the work group, the table and the buckets that you name. Which volumes and addresses nothing uses it finds
   * in the whole account, if you ask for that. Keys of the buckets can be used through S3 only. Goes by the names of
   * the chart `kubecost` (3 and later); the chart `cost-analyzer` before it makes `kubecost-cost-analyzer`. The report
   * needs `cloudCost.cloudIntegrationJSON`, which `helmValues()` sets. A report in the management account needs a role
   * there: see `roles`. The FinOps agent reads the feed of spot instances as a ServiceAccount of its own: trust it as
   * well, by `trust.addServiceAccounts`.
   *
   * @throws if nothing is asked for, a list is empty, or the report is incomplete
   * @see https://docs.kubecost.com/install-and-configure/install/cloud-integration/aws-cloud-integrations
   */
  public static kubecost(options: CostMonitoringOptions): Controller {
    return new DefinedController(kubecost(given(options)));
  }

  /**
   * Kyverno with signatures of images: reads images in ECR with their signatures and attestations, and public keys of
   * KMS.
   *
   * Held to the repositories and keys named. The chart makes the ServiceAccount: set `createServiceAccount: false`. The
   * reports controller verifies images in background scans as a ServiceAccount of its own,
   * `kyverno-reports-controller`: trust it as well, by `trust.addServiceAccounts`.
   *
   * @throws if nothing is named, or a list is empty
   * @see https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/
   */
  public static kyverno(options: KyvernoOptions): Controller {
    return new DefinedController(kyverno(given(options)));
  }

  /**
   * The Mountpoint for Amazon S3 CSI driver (its node part): mounts buckets.
   *
   * Held to the buckets that you name, with `prefixes` to folders of them, and to reading with `readOnly`. Keys can be
   * used through S3 only.
   *
   * @throws when no bucket is named, when a prefix is no folder, or when `allowDelete` is set with `readOnly`
   * @see https://github.com/awslabs/mountpoint-s3-csi-driver
   */
  public static mountpointS3CsiDriver(options: MountpointS3CsiDriverOptions): Controller {
    return new DefinedController(mountpointS3CsiDriver(given(options)));
  }

  /**
   * OpenCost with costs of AWS: queries a Cost and Usage Report with Athena, and reads the data feed of spot instances.
   * List prices need no role.
   *
   * Held to the work group, the table and the buckets that you name. Which volumes and addresses nothing uses it finds
   * in the whole account, if you ask for that. Keys of the buckets can be used through S3 only. The report needs
   * `opencost.cloudCost.enabled` and `opencost.cloudIntegrationJSON`, which `helmValues()` sets. A report in the
   * management account needs a role there: see `roles`.
   *
   * @throws if nothing is asked for, a list is empty, or the report is incomplete
   * @see https://opencost.io/docs/configuration/aws
   */
  public static openCost(options: CostMonitoringOptions): Controller {
    return new DefinedController(openCost(given(options)));
  }

  /**
   * A database of Percona's operators (for MongoDB, MySQL and PostgreSQL) with backups in S3: writes, reads and deletes
   * them. One role for each database.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, the `prefix` of the storage.
   * Keys can be used through S3 only. Leave `credentialsSecret` out. The operator deletes old backups as a
   * ServiceAccount of its own: trust it as well, by `trust.addServiceAccounts`.
   *
   * @throws if no bucket or ServiceAccount is named, a list is empty, or a prefix is not a folder
   * @see https://docs.percona.com/percona-operator-for-mongodb/backups-storage-s3.html
   */
  public static perconaOperators(options: PerconaOperatorsOptions): Controller {
    return new DefinedController(perconaOperators(given(options)));
  }

  /**
   * The AWS provider of the Secrets Store CSI driver, which mounts secrets and parameters into pods. It has no role of
   * its own: it asks AWS as the ServiceAccount of the pods that mount, and that is whose role this is, one for each
   * such ServiceAccount.
   *
   * Held to the secrets and parameters named, and to keys through their services.
   *
   * @throws when no secret or parameter is named, or a list is empty
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/integrating_ascp_irsa.html
   */
  public static secretsStoreCsiProvider(options: SecretsStoreCsiProviderOptions): Controller {
    return new DefinedController(secretsStoreCsiProvider(given(options)));
  }

  /**
   * Applications of the Kubeflow Spark operator with data in S3, by the S3A connector: read, write and delete it. Not
   * the operator itself, which needs no role.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them. Keys can be used through S3
   * only. Goes by the ServiceAccount that the chart makes in `default`, the first of `spark.jobNamespaces`, which
   * `helmValues()` sets. Drivers and executors must both run as it, with `fs.s3a.aws.credentials.provider` set to a
   * provider that reads web identities or the container credentials.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://www.kubeflow.org/docs/components/spark-operator/
   */
  public static sparkOperator(options: ObjectStorageOptions): Controller {
    return new DefinedController(sparkOperator(given(options)));
  }

  /**
   * Thanos with blocks in S3: writes, reads and deletes them.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them, the `prefix` of the objstore
   * configuration. Keys can be used through S3 only. Goes by the ServiceAccount that the components of the community
   * chart share, with the release `thanos`. With one bucket, `helmValues()` sets `global.objstore`. The sidecar runs as
   * the ServiceAccount of Prometheus: trust it as well, by `trust.addServiceAccounts`.
   *
   * @throws if no bucket is named, a list is empty, or a prefix is not a folder
   * @see https://thanos.io/tip/thanos/storage.md/#s3
   */
  public static thanos(options: ObjectStorageOptions): Controller {
    return new DefinedController(thanos(given(options)));
  }

  /**
   * Velero with its plugin for AWS: backs up what is in a cluster to a bucket, and if asked to, snapshots EBS volumes.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them; to snapshots of its own, by
   * the tag of a backup, and to volumes of one cluster with `clusterName`. Volumes can be restored from the snapshots
   * of any backup in the account, so that clusters can be moved. Keys can be used through S3 and EC2 only.
   *
   * @throws when no bucket is named, when a prefix is no folder, or when an option of snapshots is set without
   * `volumeSnapshots`
   * @see https://github.com/vmware-tanzu/velero-plugin-for-aws
   */
  public static velero(options: VeleroOptions): Controller {
    return new DefinedController(velero(given(options)));
  }

  /**
   * The Amazon VPC CNI plugin: gives nodes network interfaces, and Pods their addresses.
   *
   * Held to the account and region, with `clusterName` to the network interfaces and nodes of one cluster, with `vpc`
   * to subnets and security groups of one VPC. Without `clusterName` it raises the warning
   * `cdk-irsa:controller-unscoped`.
   *
   * @throws when neither `ipv4` nor `ipv6` is true, or when `networkPolicyLogs` is set without `clusterName`
   * @see https://github.com/aws/amazon-vpc-cni-k8s
   */
  public static vpcCni(options: VpcCniOptions): Controller {
    return new DefinedController(vpcCni(given(options)));
  }

  /**
   * Yet Another CloudWatch Exporter (YACE): discovers resources, and reads their metrics in CloudWatch.
   *
   * Held to regions; metrics of CloudFront and Shield are in `us-east-1`. CloudWatch cannot tell metrics apart, so that
   * it reads all of the account, and raises the warning `cdk-irsa:controller-unscoped`. Goes by the names of its chart
   * with the release `prometheus-yet-another-cloudwatch-exporter`. The regions of jobs in the chart's `config` must be
   * among them; its default has `eu-west-1`.
   *
   * @throws if `regions` or `roles` is empty, or `regions` holds what is not a region
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
   * What it may do, as one document for a role of your own. It may be longer than one policy can be (6,144 characters),
   * and where a cluster's name is known at deployment only it renders as a string, which an `iam.ManagedPolicy` takes.
   *
   * @param scope where the role is: its stack's partition, account and region count
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
