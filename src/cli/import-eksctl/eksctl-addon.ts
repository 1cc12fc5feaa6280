import { ROLE_KEYS as ASSOCIATION_KEYS } from './eksctl-association';
import { Held, NewRole, RoleKeys, RoleReader } from './eksctl-role';
import { ADDON, ADDON_ASSOCIATION } from './eksctl-shape';
import { Gap, Gaps } from './gaps';
import { Json, Path, YamlFile } from './yaml-file';
import { Read, readShape } from './yaml-shape';
import { ADDON_SERVICE_ACCOUNTS } from '../../conventions/addons';

/** A managed add-on with a role. */
export interface Addon {
  readonly name: string;
  readonly version?: string;
  readonly configurationValues?: Json;
  readonly resolveConflicts?: string;
  /** Undefined if the role is assumed by IRSA. */
  readonly serviceAccountName?: string;
  /** The ARN of an existing role, or a new one. */
  readonly role: string | NewRole;
  /** Reported at the add-on in the program. */
  readonly gaps: Gap[];
}

const ASSOCIATIONS = 'podIdentityAssociations';
const DEFAULTS = 'useDefaultPodIdentityAssociations';
const ROLE_KEYS = {
  role: 'serviceAccountRoleARN',
  policyArns: 'attachPolicyARNs',
  policy: 'attachPolicy',
  boundary: 'permissionsBoundary',
};
const ROLES = [...Object.values(ROLE_KEYS), 'wellKnownPolicies', ASSOCIATIONS];
const KEYS = [
  'name', 'version', 'configurationValues', 'resolveConflicts', DEFAULTS, ...ROLES,
  'publishers', 'types', 'owners', // filters with which eksctl searches the catalog of add-ons
];
const UNMAPPED = {
  tags: 'ManagedAddon has no property for tags; use Tags.of(…).',
  namespaceConfig: 'Set customNamespace of ManagedAddon.',
};
const ASSOCIATED_KEYS = [
  'serviceAccountName', 'wellKnownPolicies', 'roleName', 'tags', ...Object.values(ASSOCIATION_KEYS),
];
const NOT_OF_ADDONS = 'Associations of add-ons do not have it; EKS accepts only a service account and a role.';
const UNMAPPED_OF_ASSOCIATIONS = {
  namespace: NOT_OF_ADDONS,
  createServiceAccount: NOT_OF_ADDONS,
  targetRoleARN: NOT_OF_ADDONS,
  disableSessionTags: NOT_OF_ADDONS,
};

/**
 * Reads one item of `addons`; undefined if it has no role, or a role that cannot be mapped.
 *
 * @see https://docs.aws.amazon.com/eks/latest/eksctl/addons.html
 */
export function readAddon(file: YamlFile, index: number, held: Held, others: Gaps): Addon | undefined {
  const path: Path = ['addons', index];
  const defaults = [...path, DEFAULTS];
  if (file.has(defaults)) others.add(defaults, 'eksctl chooses the policies; list them in podIdentityAssociations.');
  if (!ROLES.some(key => file.has([...path, key]))) return undefined;
  const addon = readShape(ADDON, file, path);
  if (!addon) return undefined;
  const { name, version, resolveConflicts, configurationValues } = addon;
  const associations = [...path, ASSOCIATIONS];
  const isAssociated = file.has(associations);
  const items = file.at(associations);
  if (isAssociated && (!Array.isArray(items) || items.length !== 1)) {
    others.add(associations, 'It has several roles, but ManagedAddon supports one per add-on. Keep managing it with'
      + ' eksctl.');
    return undefined;
  }
  if (!isAssociated && !ADDON_SERVICE_ACCOUNTS.has(name)) {
    others.add(path, 'Its service account is not known; add a ManagedAddon with serviceAccountNames.');
    return undefined;
  }
  const gaps = new Gaps(file);
  gaps.unmapped(path, KEYS, UNMAPPED);
  const place = isAssociated ? [...associations, 0] : path;
  const values = isAssociated ? readShape(ADDON_ASSOCIATION, file, place) : valuesOf(addon);
  if (!values) return undefined;
  if (isAssociated) gaps.unmapped(place, ASSOCIATED_KEYS, UNMAPPED_OF_ASSOCIATIONS);
  const keys: RoleKeys = isAssociated ? ASSOCIATION_KEYS : ROLE_KEYS;
  const roles = new RoleReader(file, place, gaps, keys, held);
  const existing = values.roleARN;
  if (existing !== undefined && roles.isImpossible(existing)) return undefined;
  if (existing !== undefined) {
    roles.noteIgnored();
    if (values.tags) gaps.add([...place, 'tags'], 'ManagedAddon does not support tags for its association.');
  }
  const { permissionPolicyARNs: policyArns, permissionsBoundaryARN: permissionsBoundary, roleName, tags } = values;
  return {
    name,
    version: version === 'latest' ? undefined : version,
    configurationValues: configurationValues && readConfiguration(configurationValues, path, gaps),
    resolveConflicts: resolveConflicts?.toUpperCase(),
    serviceAccountName: values.serviceAccountName,
    role: existing ?? roles.read({ policyArns, permissionsBoundary, roleName, tags }),
    gaps: gaps.all,
  };
}

/** The values of an IRSA role of an add-on, with the keys of associations. */
function valuesOf(addon: Read<typeof ADDON>): Partial<Read<typeof ADDON_ASSOCIATION>> {
  return {
    roleARN: addon.serviceAccountRoleARN,
    permissionPolicyARNs: addon.attachPolicyARNs,
    permissionsBoundaryARN: addon.permissionsBoundary,
  };
}

function readConfiguration(text: string, path: Path, gaps: Gaps): Json | undefined {
  try {
    return asJson(JSON.parse(text));
  } catch {
    gaps.add([...path, 'configurationValues'], 'It is not valid JSON; write configurationValues as an object.');
    return undefined;
  }
}

function asJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value as Json;
  return new Map(Object.entries(value).map(([key, item]) => [key, asJson(item)]));
}
