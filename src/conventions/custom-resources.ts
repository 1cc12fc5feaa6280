/**
 * Custom resources that name or create service accounts.
 */
import { JsonObject, propertyOf } from './json';

/**
 * How a service account is used. `pods`: pods run as it. `tokens`: a controller requests its tokens for AWS, without a
 * pod. `kubernetes-api`: a controller acts as it in the Kubernetes API, and assumes no role.
 */
export type AccountUse = 'pods' | 'tokens' | 'kubernetes-api';

/** The fields of a custom resource that name a service account. */
export interface AccountReference {
  /** The object that contains the field: a path of keys, with `*` for each item of a list. */
  readonly within: string;
  /** The path of the name from there: text, or an object with `name`. */
  readonly field: string;
  readonly use: AccountUse | ((resource: JsonObject) => AccountUse);
  /** The path of the role ARN from there. If undefined, the role is that of the account's annotation. */
  readonly role?: string;
}

export interface CustomResource {
  readonly group: string;
  readonly kinds: readonly string[];
  /**
   * Whether it is cluster-scoped. The account is in the namespace that the reference names, or in that of the
   * controller.
   */
  readonly isOfCluster?: boolean;
  readonly references: readonly AccountReference[];
  /** Whether `{{ … }}` is a variable of the resource, not a Helm placeholder. */
  readonly hasVariables?: boolean;
}

const of = (use: AccountReference['use'], field: string, ...places: string[]): AccountReference[] =>
  places.map(within => ({ within, field, use }));

/** Source objects use the pull secrets of the account by default, and its role if the provider is AWS. */
const ofProvider = (resource: JsonObject): AccountUse =>
  (propertyOf(resource, 'spec', 'provider') === 'aws' ? 'tokens' : 'kubernetes-api');

const SPARK = (spec: string) => of('pods', 'serviceAccount', `${spec}.driver`, `${spec}.executor`);
const WORKFLOW = (spec: string) => of('pods', 'serviceAccountName', ...[
  '', '.executor', '.templateDefaults', '.templates.*', '.templates.*.executor',
].map(path => `${spec}${path}`));
const ESO_REFERENCE = 'auth.jwt.serviceAccountRef';
const ROUTE_53: AccountReference = {
  within: 'spec.acme.solvers.*.dns01.route53', field: 'auth.kubernetes.serviceAccountRef', use: 'tokens', role: 'role',
};

/** Pod templates in other resources, such as those of Ray, are recognized by their structure and need no entry. */
export const CUSTOM_RESOURCES: readonly CustomResource[] = [
  /** @see https://github.com/kubeflow/spark-operator/blob/master/docs/api-docs.md */
  { group: 'sparkoperator.k8s.io', kinds: ['SparkApplication'], references: SPARK('spec') },
  { group: 'sparkoperator.k8s.io', kinds: ['ScheduledSparkApplication'], references: SPARK('spec.template') },
  /** @see https://argo-workflows.readthedocs.io/en/latest/fields/#workflowspec */
  {
    group: 'argoproj.io',
    kinds: ['Workflow', 'WorkflowTemplate'],
    references: WORKFLOW('spec'),
    hasVariables: true,
  },
  { group: 'argoproj.io', kinds: ['CronWorkflow'], references: WORKFLOW('spec.workflowSpec'), hasVariables: true },
  {
    group: 'argoproj.io',
    kinds: ['ClusterWorkflowTemplate'],
    isOfCluster: true,
    references: WORKFLOW('spec'),
    hasVariables: true,
  },
  /** @see https://fluxcd.io/flux/components/kustomize/kustomizations/#role-based-access-control */
  {
    group: 'kustomize.toolkit.fluxcd.io',
    kinds: ['Kustomization'],
    references: [
      ...of('kubernetes-api', 'serviceAccountName', 'spec'), ...of('tokens', 'serviceAccountName', 'spec.decryption'),
    ],
  },
  /** @see https://fluxcd.io/flux/components/helm/helmreleases/#role-based-access-control */
  {
    group: 'helm.toolkit.fluxcd.io',
    kinds: ['HelmRelease'],
    references: of('kubernetes-api', 'serviceAccountName', 'spec'),
  },
  /** @see https://fluxcd.io/flux/integrations/aws/ */
  {
    group: 'source.toolkit.fluxcd.io',
    kinds: ['Bucket', 'GitRepository', 'OCIRepository'],
    references: of(ofProvider, 'serviceAccountName', 'spec'),
  },
  {
    group: 'image.toolkit.fluxcd.io',
    kinds: ['ImageRepository'],
    references: of(ofProvider, 'serviceAccountName', 'spec'),
  },
  /** @see https://external-secrets.io/latest/provider/aws-access/ */
  {
    group: 'external-secrets.io',
    kinds: ['SecretStore'],
    references: of('tokens', ESO_REFERENCE, 'spec.provider.aws'),
  },
  {
    group: 'external-secrets.io',
    kinds: ['ClusterSecretStore'],
    isOfCluster: true,
    references: of('tokens', ESO_REFERENCE, 'spec.provider.aws'),
  },
  {
    group: 'generators.external-secrets.io',
    kinds: ['ECRAuthorizationToken', 'STSSessionToken'],
    references: of('tokens', ESO_REFERENCE, 'spec'),
  },
  /** @see https://cert-manager.io/docs/configuration/acme/dns01/route53/ */
  { group: 'cert-manager.io', kinds: ['Issuer'], references: [ROUTE_53] },
  { group: 'cert-manager.io', kinds: ['ClusterIssuer'], isOfCluster: true, references: [ROUTE_53] },
  /** @see https://docs.crossplane.io/latest/packages/providers/#runtime-configuration */
  {
    group: 'pkg.crossplane.io',
    kinds: ['DeploymentRuntimeConfig'],
    isOfCluster: true,
    references: of('pods', 'serviceAccountName', 'spec.deploymentTemplate.spec.template.spec'),
  },
  { group: 'pkg.crossplane.io', kinds: ['ControllerConfig'], isOfCluster: true, references: [] },
];

/** A resource that passes values to a Helm chart. */
export interface HelmResource {
  readonly group: string;
  readonly kinds: readonly string[];
  /** The field with the namespace of the release. */
  readonly namespace?: string;
  /** Whether a release without that field is installed in the namespace of the resource. */
  readonly isInOwnNamespace?: boolean;
  /** The objects that contain the values: paths of keys, with `*` for each item of a list. */
  readonly within: readonly string[];
  /** The fields with values in these objects: objects, or YAML text. Later fields take precedence. */
  readonly values: readonly string[];
  /**
   * The field with individual values: an object, or a list of `name` and `value`. It takes precedence over all others.
   */
  readonly set?: string;
}

const argoCd = (kind: string, spec: string): HelmResource => ({
  group: 'argoproj.io',
  kinds: [kind],
  namespace: `${spec}.destination.namespace`,
  within: [`${spec}.source.helm`, `${spec}.sources.*.helm`],
  values: ['values', 'valuesObject'],
  set: 'parameters',
});

export const HELM_RESOURCES: readonly HelmResource[] = [
  /** @see https://fluxcd.io/flux/components/helm/helmreleases/#values */
  {
    group: 'helm.toolkit.fluxcd.io',
    kinds: ['HelmRelease'],
    namespace: 'spec.targetNamespace',
    isInOwnNamespace: true,
    within: ['spec'],
    values: ['values'],
  },
  /** @see https://docs.k3s.io/add-ons/helm */
  {
    group: 'helm.cattle.io',
    kinds: ['HelmChart'],
    namespace: 'spec.targetNamespace',
    isInOwnNamespace: true,
    within: ['spec'],
    values: ['valuesContent'],
    set: 'set',
  },
  { group: 'helm.cattle.io', kinds: ['HelmChartConfig'], within: ['spec'], values: ['valuesContent'] },
  /** @see https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ */
  argoCd('Application', 'spec'),
  argoCd('ApplicationSet', 'spec.template.spec'),
];
