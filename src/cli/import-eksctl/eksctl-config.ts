/**
 * Reads and validates the service accounts of an eksctl ClusterConfig.
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

/** Keys of `iam` that concern the cluster itself. */
const IAM_OF_THE_CLUSTER = [
  'serviceRoleARN', 'serviceRolePermissionsBoundary', 'fargatePodExecutionRoleARN',
  'fargatePodExecutionRolePermissionsBoundary', 'vpcResourceControllerPolicy',
];
const IAM_KEYS = ['withOIDC', 'serviceAccounts', 'podIdentityAssociations', ...IAM_OF_THE_CLUSTER];
/** Top-level keys that do not concern the cluster itself. */
const READ_KEYS = ['apiVersion', 'kind', 'metadata', 'iam', 'karpenter'];
/** Top-level keys that are read. */
export const WANTED_KEYS = [...READ_KEYS, 'vpc', 'addons', 'addonsConfig'];

export interface ClusterConfig {
  readonly clusterName: string;
  readonly region: string;
  readonly tags: Texts;
  /** Set if the file contains it. */
  readonly vpcId?: string;
  readonly serviceAccounts: ServiceAccount[];
  /** Managed add-ons with a role. */
  readonly addons: Addon[];
  /** Gaps of everything other than service accounts. */
  readonly gaps: Gap[];
}

/**
 * Reads a ClusterConfig. Problems and values that are not mapped are added to the remarks.
 *
 * @returns undefined if there are problems
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
    file.problem(['iam'], 'contain serviceAccounts or podIdentityAssociations', 'There is nothing to import.');
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

/** Reads everything other than service accounts: other ways to a role, and the cluster itself. */
function readTheRest(file: YamlFile, gaps: Gaps): Gap[] {
  const addIf = (path: Path, advice: string) => file.has(path) && gaps.add(path, advice);
  const oidc = ['iam', 'withOIDC'];
  const isNeeded = file.has(['iam', 'serviceAccounts']) || file.at(oidc);
  if (isNeeded) {
    file.note(oidc, file.at(oidc)
      ? 'eksctl registered the issuer, and created a role for the VPC CNI (kube-system/aws-node) unless an add-on has'
        + ' one. Both remain managed by eksctl.'
      : 'is not true. If the cluster\'s issuer is not registered with IAM yet, use new ClusterOidcProvider in the'
        + ' program.');
  }

  addIf(['addonsConfig', 'autoApplyPodIdentityAssociations'], 'It gives roles to add-ons through EKS Pod Identity. Keep'
    + ' managing it with eksctl.');
  addIf(['karpenter'], 'eksctl creates a role for it. Keep managing it with eksctl, or add an IrsaServiceAccount.');

  gaps.unknown(['iam'], IAM_KEYS);
  const keysOf = (path: Path, isOfTheCluster: (key: string) => boolean) =>
    file.keys(path).filter(isOfTheCluster).map(key => [...path, key]);
  const ofTheCluster = [
    ...keysOf([], key => !READ_KEYS.includes(key)),
    ...keysOf(['metadata'], key => !['name', 'region', 'tags'].includes(key)),
    ...keysOf(['iam'], key => IAM_OF_THE_CLUSTER.includes(key)),
  ];
  for (const path of ofTheCluster) file.note(path, 'concerns the cluster itself and remains managed by eksctl.');
  return gaps.all;
}
