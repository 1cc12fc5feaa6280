/**
 * The schema of the parts of a ClusterConfig that are read.
 *
 * @see https://eksctl.io/usage/schema/
 */
import * as z from 'zod/mini';
import { flag, keyLike, list, object, optionalText, record, text, texts } from './yaml-shape';
import {
  CLUSTER_NAME, isMetadataKey, keeps, LABEL_VALUE, METADATA_KEY, NameRule, NAMESPACE, OBJECT_NAME, OBJECT_NAME_PATTERN,
  ROLE_NAME,
} from '../../conventions/name-rules';

export const API_VERSION = 'eksctl.io/v1alpha5';
const REGION = /^[a-z]+(-[a-z]+)+-\d+$/;
const ROLE_ARN_LIKE = /^arn:[^:\s]+:iam:[^:\s]*:[^:\s]*:role\/[\u0021-\u007e]+$/;
const POLICY_ARN_LIKE = /^arn:[^:\s]+:iam:[^:\s]*:[^:\s]*:policy\/[\u0021-\u007e]+$/;

export const HEADER = object({
  kind: text(/^ClusterConfig$/, 'be ClusterConfig', 'Other kinds are not imported.'),
  apiVersion: text(/^eksctl\.io\/v1alpha5$/, `be ${API_VERSION}`, 'No other version is supported.'),
}, { advice: `Pass an eksctl ClusterConfig (${API_VERSION}).` });

const TAG_KEY = { test: (key: string) => key !== '' && key.length <= 128 && !key.startsWith('aws:') };
const TAGS = texts(
  keyLike(TAG_KEY, 'have a key of 1 to 128 characters that does not start with aws:', 'AWS accepts no other keys.'),
  text(/^.{0,256}$/s, 'have at most 256 characters', 'AWS does not accept longer values.'),
);
const LABEL_KEY = keyLike({ test: isMetadataKey }, METADATA_KEY.rule, METADATA_KEY.advice);
const LABEL = text(
  { test: value => value === '' || keeps(value, LABEL_VALUE) }, LABEL_VALUE.rule, LABEL_VALUE.advice,
);
const POLICY = text(
  POLICY_ARN_LIKE,
  'be the ARN of a policy: arn:<partition>:iam::<account>:policy/<path and name>',
  'Find it with `aws iam list-policies`.',
);
const ROLE = text(
  ROLE_ARN_LIKE,
  'be the ARN of a role: arn:<partition>:iam::<account>:role/<path and name>',
  'Find it with `aws iam get-role`.',
);
const ROLE_NAME_TEXT = text(
  ROLE_NAME, 'be 1 to 64 letters, digits and _+=,.@-', 'Remove it for a generated name.',
);
export const FLAG = flag();
const optional = z.optional;

const ACCOUNT = {
  metadata: object({
    name: nameText(OBJECT_NAME),
    namespace: optionalText(nameText(NAMESPACE)),
    labels: optional(texts(LABEL_KEY, LABEL)),
    annotations: optional(texts(LABEL_KEY, text())),
  }, { missing: ['be an object', 'Name the service account.'] }),
  roleOnly: optional(FLAG),
  attachRoleARN: optionalText(ROLE),
};
const NOT_AN_ACCOUNT = { advice: 'Write metadata, and the policies.' };
export const WITH_ROLE = object(ACCOUNT, NOT_AN_ACCOUNT);
export const WITHOUT_ROLE = object({
  ...ACCOUNT,
  attachPolicyARNs: optional(list(POLICY)),
  wellKnownPolicies: optional(record(z.unknown())),
  permissionsBoundary: optionalText(POLICY),
  roleName: optionalText(ROLE_NAME_TEXT),
  subjectPattern: optionalText(nameText(OBJECT_NAME_PATTERN)),
  tags: optional(TAGS),
}, NOT_AN_ACCOUNT);

const ASSOCIATION = {
  namespace: nameText(NAMESPACE),
  serviceAccountName: nameText(OBJECT_NAME),
  createServiceAccount: optional(FLAG),
  roleARN: optionalText(ROLE),
  targetRoleARN: optionalText(ROLE),
  disableSessionTags: optional(FLAG),
  tags: optional(TAGS),
};
const NOT_AN_ASSOCIATION = { advice: 'Write namespace, serviceAccountName, and the policies.' };
export const ASSOCIATION_WITH_ROLE = object(ASSOCIATION, NOT_AN_ASSOCIATION);
export const ASSOCIATION_WITHOUT_ROLE = object({
  ...ASSOCIATION,
  permissionPolicyARNs: optional(list(POLICY)),
  wellKnownPolicies: optional(record(z.unknown())),
  permissionsBoundaryARN: optionalText(POLICY),
  roleName: optionalText(ROLE_NAME_TEXT),
}, NOT_AN_ASSOCIATION);

export const ADDON_ASSOCIATION = object({
  serviceAccountName: nameText(OBJECT_NAME),
  roleARN: optionalText(ROLE),
  permissionPolicyARNs: optional(list(POLICY)),
  wellKnownPolicies: optional(record(z.unknown())),
  permissionsBoundaryARN: optionalText(POLICY),
  roleName: optionalText(ROLE_NAME_TEXT),
  tags: optional(TAGS),
}, { advice: 'Write serviceAccountName, and the policies.' });
export const ADDON = object({
  name: text(/^[a-z0-9-]+$/, 'be the name of an add-on', 'Find it with `aws eks describe-addon-versions`.'),
  version: optionalText(text()),
  configurationValues: optionalText(text()),
  resolveConflicts: optionalText(
    text(/^(none|overwrite|preserve)$/i, 'be one of none, overwrite and preserve', 'EKS supports no other values.'),
  ),
  serviceAccountRoleARN: optionalText(ROLE),
  attachPolicyARNs: optional(list(POLICY)),
  wellKnownPolicies: optional(record(z.unknown())),
  permissionsBoundary: optionalText(POLICY),
});

export const CONFIG = object({
  metadata: object({
    name: text(
      CLUSTER_NAME, 'be the name of an EKS cluster: at most 100 letters, digits, - and _', 'Name the cluster.',
    ),
    region: text(REGION, 'be the region of the cluster', 'For example eu-west-1.'),
    tags: optional(TAGS),
  }, { missing: ['be an object', 'Write the name and the region of the cluster.'] }),
  iam: optional(object({
    withOIDC: optional(FLAG),
    serviceAccounts: optional(list(z.unknown())),
    podIdentityAssociations: optional(list(z.unknown())),
  })),
  addons: optional(list(object({}))),
  addonsConfig: optional(object({})),
});

function nameText(rule: NameRule) {
  return text({ test: name => keeps(name, rule) }, rule.rule, rule.advice);
}
