import { code, Page, page, prose } from './page';
import { librarySource } from './source';

interface Explanation {
  readonly when: string;
  readonly what: string;
}

const EXPLANATIONS: Record<string, Explanation> = {
  'addon-without-permissions': {
    when: 'The role of a `ManagedAddon` has no permissions, so its pods cannot call AWS.',
    what: 'Set `controller`, `policyStatements` or `managedPolicies`, or set `createRole: false` to use the role of '
      + 'the node.',
  },
  'chained-role': {
    when: 'The next role of a chain is imported, so the app cannot change its trust policy.',
    what: 'Add the printed statement to the trust policy of that role.',
  },
  'controller-policy-size': {
    when: 'The policy of a controller may have more than 6,144 characters. The exact length is known only at '
      + 'deployment.',
    what: 'Name fewer resources, or divide the work over several roles.',
  },
  'controller-unscoped': {
    when: 'Some permissions of a controller cannot be scoped to your resources. The message names them.',
    what: 'Read which permissions they are. If you accept them, acknowledge the warning with the reason.',
  },
  'existing-role': {
    when: 'A service account uses an imported role. cdk-irsa does not modify it.',
    what: 'Make sure that the trust policy of the role contains the printed statements.',
  },
  'files-left-behind': {
    when: 'A folder that the app writes to has generated files of stacks that are not in the app.',
    what: 'Delete them if you renamed or removed the stack. If another app writes there, set `owner` in `writeTo()` '
      + 'of both apps.',
  },
  'guard-kubernetes-version': {
    when: 'The Kubernetes version of the cluster does not support the policies of `WorkloadIdentityGuard`.',
    what: 'Upgrade the cluster to 1.30 or newer.',
  },
  'guard-needs-server-side-apply': {
    when: 'A policy of the guard is too large for client-side apply.',
    what: 'Apply it with `kubectl apply --server-side`.',
  },
  'guard-unknown-name': {
    when: 'The namespace or the name of a service account is known only at deployment, so the guard does not protect '
      + 'it.',
    what: 'Write both as literals.',
  },
  'guard-unknown-role': {
    when: 'The ARN of a role is known only at deployment. The guard does not check the role annotation of its service '
      + 'account, but it does check who uses the service account and its tokens.',
    what: 'To check the annotation too, make the account of the stack literal.',
  },
  'guard-without-deployers': {
    when: 'The guard denies, and only cluster administrators can run pods with the service accounts of the app.',
    what: 'Name who deploys it: `deployers` or `grantUse`.',
  },
  'guard-without-service-accounts': {
    when: 'The guard finds no service account whose name is known at synth time, so its policies protect nothing.',
    what: 'Add the guard to the stack of the service accounts.',
  },
  'helm-values-among-manifests': {
    when: 'A folder has manifests and Helm values, and no kustomization.yaml that distinguishes them. `kubectl apply '
      + '-f` of the folder fails at the values.',
    what: 'Set `kustomization: true`.',
  },
  'issuer-not-uploaded': {
    when: 'A provider is in the stack that serves its issuer. IAM calls the issuer when it creates the provider, and '
      + 'the documents can be uploaded only after that stack is deployed.',
    what: 'Move the provider to a separate stack.',
  },
  'managed-policies-quota': {
    when: 'A role has more managed policies than the default quota of IAM allows.',
    what: 'Request a higher quota, or merge some of the policies.',
  },
  'pod-identity-without-session-tags': {
    when: 'Without session tags, a trust policy cannot distinguish service accounts. Every Pod Identity association '
      + 'of the cluster that names the role is allowed.',
    what: 'Keep session tags, or restrict who has `eks:CreatePodIdentityAssociation` and `iam:PassRole` on the role.',
  },
  'precreated-role-without-name': {
    when: 'A role is created outside the app (`Role.customizeRoles`) and has no name yet, so the manifest has no ARN.',
    what: 'Set the name of the role in `usePrecreatedRoles`.',
  },
  'private-zone': {
    when: 'cert-manager gets a private hosted zone. Public certificate authorities cannot see it.',
    what: 'Name the public zone of the domain.',
  },
  'session-policy-size': {
    when: 'A session policy may have more than 2,048 characters. The exact length is known only at deployment.',
    what: 'Shorten the policy.',
  },
  'static-credentials': {
    when: 'A container has static AWS credentials in its environment. SDKs use them instead of the role.',
    what: 'Remove them, or list the container in `skipContainers`.',
  },
  'trust-policy-quota': {
    when: 'A trust policy has more characters than the default quota of IAM allows.',
    what: 'Request a higher quota, or split the subjects over several roles.',
  },
  'unverified-value': {
    when: 'A name, an audience or a cluster ARN comes from a source that cdk-irsa cannot check, such as an export of '
      + 'another app. A wildcard, a quote or a policy variable in the value changes who can assume the role.',
    what: 'Make sure that the source restricts the value, and acknowledge the warning with that reason.',
  },
  'wildcard-namespace': {
    when: 'A trust policy allows a pattern of namespaces. Anyone who can create a matching namespace can assume the '
      + 'role.',
    what: 'List the namespaces, or restrict who can create namespaces that match.',
  },
};

/** Every message of synth that has an id, with its explanation. */
export function warningsPage(): Page {
  const source = librarySource();
  const idsOf = (pattern: RegExp) => [...source.matchAll(pattern)].map(([, id]) => id);
  const infos = idsOf(/addInfoV2\(\s*'cdk-irsa:([a-z-]+)'/g);
  const warnings = [...idsOf(/warn\([^']*?'cdk-irsa:([a-z-]+)'/g), ...idsOf(/\brule: '([a-z-]+)'/g)];
  const ids = [...new Set([...infos, ...warnings])].sort();
  const differing = [
    ...ids.filter(id => !(id in EXPLANATIONS)),
    ...Object.keys(EXPLANATIONS).filter(id => !ids.includes(id)),
  ];
  if (differing.length > 0) throw new Error(`explained here or raised in src, not both: ${differing}`);
  const sections = ids.map(id => {
    const { when, what } = EXPLANATIONS[id];
    const level = infos.includes(id) ? 'Information' : 'Warning';
    return `## ${code(`cdk-irsa:${id}`)} {#${id}}\n\n**${level}.** ${prose(when)}\n\n**What to do:** ${prose(what)}`;
  });
  return page(
    'warnings',
    'Warnings',
    'The warnings and messages that cdk-irsa adds at synth time, and what to do.',
    'cdk-irsa adds these messages at synth time. A warning reports what is valid but risky; `cdk synth --strict` '
      + 'fails on it. To accept a warning, acknowledge it with a reason:',
    '```ts\nimport { Annotations, Stack } from \'aws-cdk-lib\';\n\ndeclare const stack: Stack;\n\n'
      + 'Annotations.of(stack).acknowledgeWarning(\'cdk-irsa:wildcard-namespace\', '
      + '\'only the CI system creates namespaces\');\n```',
    'Everything else that is wrong is an error. Its message says what is wrong, the value, and what to do.',
    ...sections,
  );
}
