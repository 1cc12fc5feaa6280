import { Held, RoleReader } from './eksctl-role';
import { ServiceAccount, TakenNames } from './eksctl-service-account';
import { ASSOCIATION_WITH_ROLE, ASSOCIATION_WITHOUT_ROLE } from './eksctl-shape';
import { Gaps } from './gaps';
import { Path, YamlFile } from './yaml-file';
import { Read, readShape } from './yaml-shape';

/** The keys of a role in associations. */
export const ROLE_KEYS = {
  role: 'roleARN', policyArns: 'permissionPolicyARNs', policy: 'permissionPolicy', boundary: 'permissionsBoundaryARN',
};
const KEYS = [
  'namespace', 'serviceAccountName', 'createServiceAccount', 'targetRoleARN', 'disableSessionTags', 'wellKnownPolicies',
  'roleName', 'tags', ...Object.values(ROLE_KEYS),
];

/**
 * Reads one item of `iam.podIdentityAssociations`.
 *
 * @param byIrsa the service accounts with an IRSA role
 * @see https://docs.aws.amazon.com/eks/latest/eksctl/pod-identity-associations.html
 */
export function readAssociation(
  file: YamlFile, index: number, held: Held, taken: TakenNames, byIrsa: TakenNames,
): ServiceAccount | undefined {
  const path: Path = ['iam', 'podIdentityAssociations', index];
  const shape = file.at([...path, ROLE_KEYS.role]) ? ASSOCIATION_WITH_ROLE : ASSOCIATION_WITHOUT_ROLE;
  const association = readShape<Read<typeof ASSOCIATION_WITH_ROLE>>(shape, file, path);
  if (!association) return undefined;
  const {
    namespace, serviceAccountName, createServiceAccount = false, roleARN, targetRoleARN, disableSessionTags = false,
    tags = [],
  } = association;
  const name = `${namespace}/${serviceAccountName}`;
  const gaps = new Gaps(file);
  gaps.unknown(path, KEYS);
  taken.checkOnce(file, [...path, 'serviceAccountName'], name, path);

  const roles = new RoleReader(file, path, gaps, ROLE_KEYS, held);
  const isRepeated = byIrsa.has(name);
  if (isRepeated) {
    gaps.add(path, `${name} is also in iam.serviceAccounts, with a different role, which the program uses. To use EKS`
      + ' Pod Identity with it, set podIdentity: { clusterName }.');
  }
  const isImpossible = roleARN !== undefined && roles.isImpossible(roleARN);
  if (roleARN) roles.noteIgnored();
  const { permissionPolicyARNs: policyArns, permissionsBoundaryARN: permissionsBoundary, ...values } =
    association as Read<typeof ASSOCIATION_WITHOUT_ROLE>;
  return {
    namespace,
    name: serviceAccountName,
    createServiceAccount,
    labels: [],
    annotations: [],
    association: { targetRoleArn: targetRoleARN, disableSessionTags, tags },
    role: roleARN ?? roles.read({ ...values, policyArns, permissionsBoundary }),
    gaps: gaps.all,
    isLeftOut: isRepeated || isImpossible,
  };
}
