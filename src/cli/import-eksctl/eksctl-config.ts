/**
 * What an eksctl ClusterConfig says of service accounts, checked.
 *
 * @see https://eksctl.io/usage/schema/
 */
import { Addon, readAddon } from './eksctl-addon';
import { readAssociation } from './eksctl-association';
import { Held, Texts } from './eksctl-role';
import { AccountReader, ServiceAccount, TakenNames } from './eksctl-service-account';
import { CONFIG, HEADER } from './eksctl-shape';
import { Gap, Gaps } from './gaps';
import { Json, Path, YamlFile } from './yaml-file';
import { readShape } from './yaml-shape';

const VPC_ID = /^vpc-[0-9a-f]{8,17}$/;

/** Of `iam`, what is the cluster's own. */
const IAM_OF_THE_CLUSTER = [
  'serviceRoleARN', 'serviceRolePermissionsBoundary', 'fargatePodExecutionRoleARN',
  'fargatePodExecutionRolePermissionsBoundary', 'vpcResourceControllerPolicy',
];
const IAM_KEYS = ['withOIDC', 'serviceAccounts', 'podIdentityAssociations', ...IAM_OF_THE_CLUSTER];
/** Of the file, what is not the cluster's own. */
const READ_KEYS = ['apiVersion', 'kind', 'metadata', 'iam', 'karpenter'];
/** Of the file, what is read at all. */
export const WANTED_KEYS = [...READ_KEYS, 'vpc', 'addons', 'addonsConfig'];

export interface ClusterConfig {
  readonly clusterName: string;
  readonly region: string;
  readonly tags: Texts;
  /** Where the file names it. */
  readonly vpcId?: string;
  readonly serviceAccounts: ServiceAccount[];
  /** Managed add-ons that have a role. */
  readonly addons: Addon[];
  /** Of what is no service account. */
  readonly gaps: Gap[];
}

/**
 * Reads a ClusterConfig. Whatever is wrong with it, or not mapped, goes to the remarks.
 *
 * @returns nothing if something is wrong
 */
export function readClusterConfig(
  file: YamlFile, options: Pick<Held, 'hasZones' | 'vpcId'>,
): ClusterConfig | undefined {
  const { isBroken } = file;
  if (!readShape(HEADER, file)) return undefined;
  const config = isBroken ? undefined : readShape(CONFIG, file);
  const { name: clusterName = '', region = '', tags = [] } = config?.metadata ?? {};
  const vpcId = options.vpcId ?? vpcIdOf(file);
  const isVpcUnknown = vpcId === undefined && file.keys(['vpc', 'subnets']).length > 0;
  const held = { ...options, clusterName, vpcId, isVpcUnknown };
  const [byIrsa, associated] = [new TakenNames(), new TakenNames()];
  const serviceAccounts = [
    ...itemsOf(file, ['iam', 'serviceAccounts']).map((_, index) => new AccountReader(file, index, held).read(byIrsa)),
    ...itemsOf(file, ['iam', 'podIdentityAssociations'])
      .map((_, index) => readAssociation(file, index, held, associated, byIrsa)),
  ];
  const gaps = new Gaps(file);
  const addons = itemsOf(file, ['addons']).map((_, index) => readAddon(file, index, held, gaps))
    .filter(addon => addon !== undefined);
  if (!file.isBroken && serviceAccounts.length === 0 && addons.length === 0) {
    file.problem(['iam'], 'hold serviceAccounts or podIdentityAssociations', 'There is nothing to import.');
  }
  if (!config || file.isBroken) return undefined;
  return {
    clusterName,
    region,
    tags,
    vpcId,
    serviceAccounts: serviceAccounts.filter(account => account !== undefined),
    addons,
    gaps: readTheRest(file, gaps),
  };
}

function vpcIdOf(file: YamlFile): string | undefined {
  const id = file.at(['vpc', 'id']);
  return typeof id === 'string' && VPC_ID.test(id) ? id : undefined;
}

function itemsOf(file: YamlFile, path: Path): Json[] {
  const items = file.at(path);
  return Array.isArray(items) ? items : [];
}

/** What is no service account: other ways to a role, and the cluster itself. */
function readTheRest(file: YamlFile, gaps: Gaps): Gap[] {
  const addIf = (path: Path, advice: string) => file.has(path) && gaps.add(path, advice);
  const oidc = ['iam', 'withOIDC'];
  const isNeeded = file.has(['iam', 'serviceAccounts']) || file.at(oidc);
  if (isNeeded) {
    file.note(oidc, file.at(oidc)
      ? 'eksctl registered the issuer, and made a role for the VPC CNI (kube-system/aws-node) unless an add-on brought'
        + ' one. Both stay with eksctl.'
      : 'is not true. Where the cluster\'s issuer is not registered with IAM yet, write new ClusterOidcProvider in the'
        + ' program.');
  }

  addIf(['addonsConfig', 'autoApplyPodIdentityAssociations'], 'It gives roles to add-ons by EKS Pod Identity: leave'
    + ' it with eksctl.');
  addIf(['karpenter'], 'eksctl makes a role for it: leave it with eksctl, or write an IrsaServiceAccount.');

  gaps.unknown(['iam'], IAM_KEYS);
  const keysOf = (path: Path, isOfTheCluster: (key: string) => boolean) =>
    file.keys(path).filter(isOfTheCluster).map(key => [...path, key]);
  const ofTheCluster = [
    ...keysOf([], key => !READ_KEYS.includes(key)),
    ...keysOf(['metadata'], key => !['name', 'region', 'tags'].includes(key)),
    ...keysOf(['iam'], key => IAM_OF_THE_CLUSTER.includes(key)),
  ];
  for (const path of ofTheCluster) file.note(path, 'is about the cluster itself, and stays with eksctl.');
  return gaps.all;
}
