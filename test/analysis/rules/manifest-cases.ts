import {
  annotated,
  arnOf,
  association,
  Case,
  CLUSTER_ARN,
  OTHER_ISSUER,
  pod,
  podIdentity,
  role,
  serviceAccount,
  trusting,
  webIdentity,
} from './support';
import { ISSUER, PROVIDER_ARN } from '../../support';

const AUD = `${ISSUER}:aud`;
const SUB = `${ISSUER}:sub`;
const API = role('api', [trusting()]);
const tags = (namespace: string, name: string) => ({
  'aws:RequestTag/kubernetes-namespace': namespace,
  'aws:RequestTag/kubernetes-service-account': name,
});
const forPods = (Condition: any, more: Record<string, unknown> = {}) =>
  role('api', [podIdentity({ Condition, ...more })]);

export const MANIFEST_CASES: Case[] = [
  // role-not-found
  {
    rule: 'role-not-found',
    name: 'quotes in the annotation',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', `"${arnOf('api')}"`) },
    expected: [
      {
        message:
          'ServiceAccount payments/api: "\\"arn:aws:iam::111122223333:role/api\\"" is not a role ARN that the pod '
          + 'identity webhook accepts.',
        fix: 'Remove the whitespace or quotation marks around it.',
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'a blank',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', `${arnOf('api')} `) },
    expected: [
      {
        message:
          'ServiceAccount payments/api: "arn:aws:iam::111122223333:role/api " is not a role ARN that the pod '
          + 'identity webhook accepts.',
        fix: 'Remove the whitespace or quotation marks around it.',
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'a name',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', 'api') },
    expected: [
      {
        message: 'ServiceAccount payments/api: "api" is not a role ARN that the pod identity webhook accepts.',
        fix: 'Write arn:<partition>:iam::<account>:role/<name>, as in the output of the stack or in roleArn.',
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: "in the app's account",
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('apo')) },
    expected: [
      {
        severity: 'warning',
        message:
          'ServiceAccount payments/api: role arn:aws:iam::111122223333:role/apo is not in the templates, although '
            + "account 111122223333 is one of the app's.",
        fix:
          'Correct the ARN. If another app owns the role, pass it as `role`: Role.fromRoleArn(stack, '
          + "'Role', roleArn).",
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'in another account',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api', '444455556666')) },
    expected: [
      {
        severity: 'note',
        message: 'ServiceAccount payments/api: role arn:aws:iam::444455556666:role/api is not in the templates.',
        fix:
          'Correct the ARN. If another app owns the role, pass it as `role`: Role.fromRoleArn(stack, '
          + "'Role', roleArn).",
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'an empty annotation',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', '') },
    expected: [
      {
        severity: 'note',
        message: 'ServiceAccount payments/api: the annotation eks.amazonaws.com/role-arn is empty, so its pods get no '
          + 'role.',
        fix: 'Set the annotation to the role ARN, or remove it.',
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'of an association',
    resources: { Association: association(arnOf('apo')) },
    expected: [
      {
        severity: 'warning',
        message:
          'Association of payments/api: role arn:aws:iam::111122223333:role/apo is not in the templates, although '
            + "account 111122223333 is one of the app's.",
        fix:
          'Correct the ARN. If another app owns the role, pass it as `role`: Role.fromRoleArn(stack, '
          + "'Role', roleArn).",
        at: 'Stack/Association',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'of an association, a parameter',
    stacks: {
      Stack: {
        parameters: { RoleArn: { Type: 'String' } },
        resources: { Association: association({ Ref: 'RoleArn' }) },
      },
    },
    expected: [
      {
        severity: 'note',
        message: 'Association of payments/api: role ⟨Stack/RoleArn⟩ is only known at deployment.',
        fix: 'After the deployment, check that the role trusts it.',
        at: 'Stack/Association',
      },
    ],
  },
  {
    rule: 'role-not-found',
    name: 'there',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-not-found',
    name: "somebody else's, as the app says",
    stacks: {
      Stack: { resources: {}, existingRoles: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::111122223333:role/audit' }] },
    },
    manifests: { 'sa.yaml': annotated('payments/audit', arnOf('audit')) },
    expected: [],
  },
  {
    rule: 'role-not-found',
    name: 'no annotation',
    resources: { Role: API },
    manifests: { 'sa.yaml': serviceAccount('payments/api') },
    expected: [],
  },

  // role-does-not-trust
  {
    rule: 'role-does-not-trust',
    name: 'another namespace',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payment/api', arnOf('api')) },
    expected: [
      {
        message:
          'ServiceAccount payment/api: cannot assume role api: `sub` differs: got payment, trusted payments (the '
          + 'namespace; the service account api matches).',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payment', 'api')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'another name',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/apo', arnOf('api')) },
    expected: [
      {
        message:
          'ServiceAccount payments/apo: cannot assume role api: `sub` differs: got apo, trusted api (the service '
          + 'account; the namespace payments matches).',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payments', 'apo')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'another name and audience',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/apo', arnOf('api'), 'kafka') },
    expected: [
      {
        message:
          'ServiceAccount payments/apo: cannot assume role api: `aud` differs: got kafka, trusted '
          + 'sts.amazonaws.com; `sub` differs: got apo, trusted api (the service account; the namespace payments '
          + 'matches).',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payments', 'apo')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'of two clusters',
    resources: {
      Role: role('api', [trusting('payments:api', 'sts.amazonaws.com', OTHER_ISSUER), trusting('payments:api')]),
    },
    manifests: { 'sa.yaml': annotated('payments/apo', arnOf('api')) },
    expected: [
      {
        message:
          'ServiceAccount payments/apo: cannot assume role api: `sub` differs: got apo, trusted api (the service '
          + 'account; the namespace payments matches).',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payments', 'apo')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'of two clusters, one for tags alone',
    resources: {
      Role: role('api', [
        trusting(),
        { ...trusting('payments:api', 'sts.amazonaws.com', OTHER_ISSUER), Action: 'sts:TagSession' },
      ]),
    },
    manifests: { 'sa.yaml': annotated('payments/apo', arnOf('api')) },
    expected: [
      {
        message:
          'ServiceAccount payments/apo: cannot assume role api: `sub` differs: got apo, trusted api (the service '
          + 'account; the namespace payments matches).',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payments', 'apo')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'no provider',
    also: ['open-pod-identity'],
    resources: { Role: role('api', [podIdentity()]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [
      {
        message: 'ServiceAccount payments/api: cannot assume role api: the trust policy has no OIDC provider.',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payments', 'api')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'a Deny',
    resources: {
      Role: role('api', [
        trusting(),
        webIdentity({ StringEquals: { [SUB]: 'system:serviceaccount:payments:api' } }, { Effect: 'Deny' }),
      ]),
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [
      {
        message: 'ServiceAccount payments/api: cannot assume role api: statement 1 of the trust policy denies it.',
        fix:
          'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
            + "[ServiceAccountSubject.exact('payments', 'api')]), or "
          + 'correct the ServiceAccount.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'a condition on what only the request tells',
    resources: {
      Role: role('api', [
        webIdentity({
          StringEquals: {
            [AUD]: 'sts.amazonaws.com',
            [SUB]: 'system:serviceaccount:payments:api',
            'aws:SourceVpc': 'vpc-1',
          },
        }),
      ]),
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [
      {
        severity: 'note',
        message:
          'ServiceAccount payments/api: cannot determine whether it can assume role api: statement 0: aws:SourceVpc '
            + 'is not known before the request.',
        fix: 'Compare the two after the deployment.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'a manifest without a namespace',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('api', arnOf('api')) },
    expected: [
      {
        severity: 'note',
        message:
          'ServiceAccount ⟨namespace of kubectl⟩/api: cannot determine whether it can assume role api: statement 0: '
          + `whether ${ISSUER}:sub (system:serviceaccount:⟨namespace of kubectl⟩:api) is `
          + 'system:serviceaccount:payments:api cannot be determined yet.',
        fix: 'Set the namespace in the manifest, or pass it to verify with --namespace.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'a provider that only the deployment knows',
    stacks: {
      Stack: {
        parameters: { ProviderArn: { Type: 'String' } },
        resources: { Role: role('api', [{ ...trusting(), Principal: { Federated: { Ref: 'ProviderArn' } } }]) },
      },
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [
      {
        severity: 'note',
        message:
          'ServiceAccount payments/api: cannot determine whether it can assume role api: statement 0: whether '
          + `⟨Stack/ProviderArn⟩ is ${PROVIDER_ARN} cannot be determined yet.`,
        fix: 'Compare the two after the deployment.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'lets in by one of two providers',
    resources: {
      Custom: { Type: 'Custom::Provider', Properties: { ServiceToken: 'x' } },
      Role: role('api', [{ ...trusting(), Principal: { Federated: { 'Fn::GetAtt': ['Custom', 'Arn'] } } }, trusting()]),
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'lets in in one of two stacks that can go anywhere, and name their roles alike',
    stacks: Object.fromEntries(
      ['development', 'production'].map(namespace => [
        namespace,
        {
          environment: 'unknown',
          resources: {
            Role: role('api', [
              {
                ...trusting(`${namespace}:api`),
                Principal: {
                  Federated: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/${ISSUER}` },
                },
              },
            ]),
            Manifest: {
              Type: 'Custom::AWSCDK-EKS-KubernetesResource',
              Properties: {
                Manifest: {
                  'Fn::Sub':
                    `[{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"api","namespace":"${namespace}",`
                    + '"annotations":{"eks.amazonaws.com/role-arn":"${Role.Arn}"}}}]',
                },
              },
            },
          },
        },
      ]),
    ),
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an association, and the annotation that aws-eks writes beside it',
    resources: { Role: forPods(undefined), Association: association(arnOf('api')) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'lets in',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'lets in by the second cluster',
    resources: {
      Role: role('api', [trusting('payments:other', 'sts.amazonaws.com', OTHER_ISSUER), trusting('payments:api')]),
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'lets in by a pattern',
    resources: {
      Role: role('api', [
        webIdentity({
          StringEquals: { [AUD]: 'sts.amazonaws.com' },
          StringLike: { [SUB]: 'system:serviceaccount:payments:*' },
        }),
      ]),
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'a role of another app',
    resources: {},
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('other', '444455556666')) },
    expected: [],
  },
  // … by EKS Pod Identity
  {
    rule: 'role-does-not-trust',
    name: 'an association of another namespace',
    also: ['open-pod-identity'],
    resources: {
      Role: forPods({ StringEquals: tags('payment', 'api') }),
      Association: association({ 'Fn::GetAtt': ['Role', 'Arn'] }),
    },
    expected: [
      {
        message:
          `Association of payments/api with ${CLUSTER_ARN}: cannot assume role api: `
            + '`aws:RequestTag/kubernetes-namespace` differs: got payments, trusted payment.',
        fix:
          'Trust it with trust.addPodIdentity(), which adds sts:AssumeRole, sts:TagSession and the conditions, or '
          + 'correct the association.',
        at: 'Stack/Association',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an association with another cluster',
    also: ['open-pod-identity'],
    resources: {
      Role: forPods({ ArnEquals: { 'aws:SourceArn': CLUSTER_ARN } }),
      Association: association(arnOf('api'), { ClusterName: 'staging' }),
    },
    expected: [
      {
        message:
          'Association of payments/api with arn:aws:eks:eu-west-1:111122223333:cluster/staging: cannot assume role '
            + 'api: `aws:SourceArn` differs: got arn:aws:eks:eu-west-1:111122223333:cluster/staging, '
          + `trusted ${CLUSTER_ARN}.`,
        fix:
          'Trust it with trust.addPodIdentity(), which adds sts:AssumeRole, sts:TagSession and the conditions, or '
          + 'correct the association.',
        at: 'Stack/Association',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'no sts:TagSession',
    also: ['open-pod-identity'],
    resources: { Role: forPods(undefined, { Action: 'sts:AssumeRole' }), Association: association(arnOf('api')) },
    expected: [
      {
        message:
          `Association of payments/api with ${CLUSTER_ARN}: cannot assume role api: action differs: got `
          + 'sts:TagSession, trusted sts:AssumeRole.',
        fix:
          'Trust it with trust.addPodIdentity(), which adds sts:AssumeRole, sts:TagSession and the conditions, or '
          + 'correct the association.',
        at: 'Stack/Association',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'tags that are off',
    also: ['open-pod-identity'],
    resources: {
      Role: forPods({ StringEquals: tags('payments', 'api') }),
      Association: association(arnOf('api'), { DisableSessionTags: true }),
    },
    expected: [
      {
        message:
          `Association of payments/api with ${CLUSTER_ARN}: cannot assume role api: `
            + '`aws:RequestTag/kubernetes-namespace` is not in the request; '
          + '`aws:RequestTag/kubernetes-service-account` is not in the request.',
        fix:
          'Trust it with trust.addPodIdentity(), which adds sts:AssumeRole, sts:TagSession and the conditions, or '
          + 'correct the association.',
        at: 'Stack/Association',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'tags that only the deployment switches off',
    also: ['open-pod-identity'],
    resources: {
      Role: forPods({ StringEquals: tags('payments', 'api') }),
      Association: association(arnOf('api'), { DisableSessionTags: { Ref: 'Disable' } }),
    },
    expected: [
      {
        severity: 'note',
        message:
          `Association of payments/api with ${CLUSTER_ARN}: cannot determine whether it can assume role api: whether `
            + 'the association disables session tags is only known at deployment.',
        fix: 'Compare the two after the deployment.',
        at: 'Stack/Association',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an association whose pod must have a name',
    also: ['open-pod-identity'],
    resources: {
      Role: forPods({ StringEquals: { 'aws:RequestTag/kubernetes-pod-name': 'api-0' } }),
      Association: association(arnOf('api')),
    },
    expected: [
      {
        severity: 'note',
        message:
          `Association of payments/api with ${CLUSTER_ARN}: cannot determine whether it can assume role api: `
            + 'statement 0: aws:RequestTag/kubernetes-pod-name is not known before the request.',
        fix: 'Compare the two after the deployment.',
        at: 'Stack/Association',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an association that it lets in',
    resources: {
      Role: forPods({
        ArnEquals: { 'aws:SourceArn': CLUSTER_ARN },
        StringEquals: { 'aws:SourceAccount': '111122223333', ...tags('payments', 'api') },
      }),
      Association: association(arnOf('api')),
    },
    expected: [],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an association without tags, and without sts:TagSession',
    resources: {
      Role: forPods({ ArnEquals: { 'aws:SourceArn': CLUSTER_ARN } }, { Action: 'sts:AssumeRole' }),
      Association: association(arnOf('api'), { DisableSessionTags: true }),
    },
    expected: [],
  },

  // audience-mismatch
  {
    rule: 'audience-mismatch',
    name: 'an empty annotation, with which the webhook requests tokens for the API server',
    resources: { Role: API },
    manifests: {
      'sa.yaml': serviceAccount('payments/api', {
        'eks.amazonaws.com/role-arn': arnOf('api'),
        'eks.amazonaws.com/audience': '',
      }),
    },
    expected: [
      {
        message:
          'ServiceAccount payments/api: its tokens are for the API server, because the annotation is empty, but role '
            + 'api accepts only tokens for sts.amazonaws.com.',
        fix: 'Add the annotation eks.amazonaws.com/audience: sts.amazonaws.com.',
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'audience-mismatch',
    name: 'the default against another',
    resources: { Role: role('api', [trusting('payments:api', 'kafka')]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [
      {
        message:
          'ServiceAccount payments/api: its tokens are for sts.amazonaws.com, but role api accepts only tokens for '
            + 'kafka.',
        fix: "Add the annotation eks.amazonaws.com/audience: kafka, or trust { audience: 'sts.amazonaws.com' }.",
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'audience-mismatch',
    name: 'another against several',
    resources: { Role: role('api', [trusting('payments:api', 'kafka'), trusting()]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api'), 'vault') },
    expected: [
      {
        message:
          'ServiceAccount payments/api: its tokens are for vault, but role api accepts only tokens for kafka, '
            + 'sts.amazonaws.com.',
        fix: "Add the annotation eks.amazonaws.com/audience: kafka, or trust { audience: 'vault' }.",
        at: 'sa.yaml:2:1',
        others: ['Stack/Role'],
      },
    ],
  },
  {
    rule: 'audience-mismatch',
    name: 'the same',
    resources: { Role: role('api', [trusting('payments:api', 'kafka')]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api'), 'kafka') },
    expected: [],
  },
  {
    rule: 'audience-mismatch',
    name: 'the name differs, too: another rule says so',
    resources: { Role: role('api', [trusting('payments:api', 'kafka')]) },
    manifests: { 'sa.yaml': annotated('payments/apo', arnOf('api')) },
    expected: [],
  },

  {
    rule: 'audience-mismatch',
    name: 'the same, of the second cluster',
    resources: {
      Role: role('api', [trusting('payments:other', 'sts.amazonaws.com', OTHER_ISSUER), trusting('payments:api')]),
    },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },

  // repeated-service-account
  {
    rule: 'repeated-service-account',
    name: 'in one file',
    resources: { Role: API, Other: role('other', [trusting()]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) + annotated('payments/api', arnOf('other')) },
    expected: [
      {
        message:
          'ServiceAccount payments/api: is declared twice for one cluster, with role api for sts.amazonaws.com and '
            + 'with '
          + 'role other for sts.amazonaws.com.',
        fix: 'Keep only one, or give one of them a different name or namespace.',
        at: 'sa.yaml:4:1',
        others: ['sa.yaml:2:1'],
      },
    ],
  },
  {
    rule: 'repeated-service-account',
    name: 'in one file, once without a role',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) + serviceAccount('payments/api') },
    expected: [
      {
        message:
          'ServiceAccount payments/api: is declared twice for one cluster, with role api for sts.amazonaws.com and '
            + 'with '
          + 'no role.',
        fix: 'Keep only one, or give one of them a different name or namespace.',
        at: 'sa.yaml:4:1',
        others: ['sa.yaml:2:1'],
      },
    ],
  },
  {
    rule: 'repeated-service-account',
    name: 'in one file, the same',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) + annotated('payments/api', arnOf('api')) },
    expected: [
      {
        severity: 'warning',
        message: 'ServiceAccount payments/api: is declared twice in one file.',
        fix: 'Remove one of them.',
        at: 'sa.yaml:4:1',
        others: ['sa.yaml:2:1'],
      },
    ],
  },
  {
    rule: 'repeated-service-account',
    name: 'in two files for one cluster',
    resources: { Role: API, Other: role('other', [trusting()]) },
    manifests: {
      'a.yaml': annotated('payments/api', arnOf('api')),
      'b.yaml': annotated('payments/api', arnOf('other')),
    },
    expected: [
      {
        message:
          'ServiceAccount payments/api: is declared twice for one cluster, with role api for sts.amazonaws.com and '
            + 'with '
          + 'role other for sts.amazonaws.com.',
        fix: 'Keep only one, or give one of them a different name or namespace.',
        at: 'b.yaml:2:1',
        others: ['a.yaml:2:1'],
      },
    ],
  },
  {
    rule: 'repeated-service-account',
    name: 'for two clusters',
    resources: { Role: API, Other: role('other', [trusting('payments:api', 'sts.amazonaws.com', OTHER_ISSUER)]) },
    manifests: {
      'a.yaml': annotated('payments/api', arnOf('api')),
      'b.yaml': annotated('payments/api', arnOf('other')),
    },
    expected: [],
  },
  {
    rule: 'repeated-service-account',
    name: 'one manifest in two files',
    resources: { Role: API },
    manifests: { 'a.yaml': annotated('payments/api', arnOf('api')), 'b.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'repeated-service-account',
    name: 'two without a role',
    manifests: { 'sa.yaml': serviceAccount('payments/api') + serviceAccount('payments/api') },
    expected: [],
  },
  {
    rule: 'repeated-service-account',
    name: 'of two namespaces',
    resources: { Role: role('api', [trusting(['payments:api', 'orders:api'])]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) + annotated('orders/api', arnOf('api')) },
    expected: [],
  },

  // role-without-service-account
  {
    rule: 'role-without-service-account',
    name: 'none',
    resources: { Role: role('api', [trusting(['payments:api', 'orders:api'])]) },
    expected: [
      {
        message: 'Role api: trusts payments/api and 1 more, but none of the given manifests uses it.',
        fix: 'To check them together, also pass the manifests that use it. Render Helm charts with helm template.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'role-without-service-account',
    name: 'one without the annotation',
    also: ['missing-annotation'],
    resources: { Role: API },
    manifests: { 'sa.yaml': serviceAccount('payments/api') },
    expected: [
      {
        message: 'Role api: trusts payments/api, but none of the given manifests uses it.',
        fix: 'To check them together, also pass the manifests that use it. Render Helm charts with helm template.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'role-without-service-account',
    name: 'one of two',
    resources: { Role: role('api', [trusting(['payments:api', 'orders:api'])]) },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-without-service-account',
    name: 'an association',
    resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) },
    expected: [],
  },
  {
    rule: 'role-without-service-account',
    name: 'a role for no pods',
    resources: {
      Role: role('node', [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }]),
    },
    expected: [],
  },

  // not-rendered
  {
    rule: 'not-rendered',
    name: 'Flux and envsubst, whatever the roles are',
    resources: { Role: API },
    manifests: {
      'sa.yaml': annotated('argo-workflows/sa', '${argo_irsa}') + annotated('payments/api', '${argo_irsa}')
        + annotated('${NAMESPACE}/api', arnOf('api')) + annotated('payments/${NAME}', arnOf('api')),
      'pod.yaml': pod('${NAMESPACE}/main', { serviceAccountName: '${NAME:-api}' }),
    },
    expected: [
      {
        message: 'The manifest is not rendered yet; it contains the placeholders ${argo_irsa}, ${NAMESPACE}, ${NAME}.',
        fix: 'Pass the rendered manifests instead: flux build kustomization <name> --path <folder> (Flux), or '
          + 'envsubst < <file>.',
        at: 'sa.yaml:2:1',
      },
      {
        message: 'The manifest is not rendered yet; it contains the placeholders ${NAMESPACE}, ${NAME:-api}.',
        fix: 'Pass the rendered manifests instead: flux build kustomization <name> --path <folder> (Flux), or '
          + 'envsubst < <file>.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'not-rendered',
    name: 'a template of Helm that is YAML',
    manifests: {
      'sa.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: profiles-controller-service-account
  namespace: {{ .Values.kubeflow.namespace }}
  annotations:
    eks.amazonaws.com/role-arn: {{ .Values.profile_controller.role_arn }}
`,
    },
    expected: [
      {
        message: 'The manifest is not rendered yet; it contains the placeholders {{ .Values.kubeflow.namespace }}, '
          + '{{ .Values.profile_controller.role_arn }}.',
        fix: 'Pass the rendered manifests instead: helm template <release> <chart>.',
        at: 'sa.yaml:1:1',
      },
    ],
  },
  {
    rule: 'not-rendered',
    name: 'of several kinds, in the audience too',
    resources: { Role: API },
    manifests: {
      'sa.yaml': annotated('payments/a', 'arn:aws:iam::<ACCOUNT_ID>:role/api')
        + annotated('payments/b', arnOf('$(ROLE)')) + annotated('payments/api', arnOf('api'), '{{ .Values.aud }}')
        + annotated('<namespace>/api', arnOf('api')),
    },
    expected: [
      {
        message: 'The manifest is not rendered yet; it contains the placeholders <ACCOUNT_ID>, $(ROLE), {{ '
          + '.Values.aud }} and 1 more.',
        fix: 'Pass the rendered manifests instead: helm template <release> <chart>; kustomize build <folder>.',
        at: 'sa.yaml:2:1',
      },
    ],
  },
  ...['role-not-found', 'role-does-not-trust', 'audience-mismatch'].map((rule): Case => ({
    rule,
    name: 'of a manifest that is not rendered yet: another rule says so',
    resources: { Role: API },
    manifests: {
      'sa.yaml': annotated('payments/api', '${ROLE}') + annotated('<namespace>/api', arnOf('api'))
        + annotated('payments/<name>', arnOf('api'))
        + annotated('payments/api', arnOf('api'), '${AUDIENCE}')
        + annotated('payments/api', 'arn:aws:iam::<ACCOUNT_ID>:role/api'),
    },
    expected: [],
  })),
  {
    rule: 'undeclared-service-account',
    name: 'in a namespace that is not rendered yet',
    manifests: { 'sa.yaml': serviceAccount('payments/api') + pod('${NS}/main', { serviceAccountName: 'api' }) },
    expected: [],
  },
  {
    rule: 'not-rendered',
    name: 'rendered',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
  {
    rule: 'not-rendered',
    name: 'only the deployment knows the namespace',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('api', arnOf('api')) },
    expected: [],
  },

  // default-with-role
  {
    rule: 'default-with-role',
    name: 'annotated',
    resources: { Role: role('api', [trusting('payments:default')]) },
    manifests: { 'sa.yaml': annotated('payments/default', arnOf('api')) },
    expected: [
      {
        message:
          'ServiceAccount payments/default: has role arn:aws:iam::111122223333:role/api, which every pod in the '
            + 'namespace without a serviceAccountName gets.',
        fix: 'Create a separate ServiceAccount for the workload and set it as its serviceAccountName.',
        at: 'sa.yaml:2:1',
      },
    ],
  },
  {
    rule: 'default-with-role',
    name: 'not annotated',
    resources: { Role: API },
    manifests: { 'sa.yaml': serviceAccount('payments/default') },
    expected: [],
  },
  {
    rule: 'default-with-role',
    name: 'another one',
    resources: { Role: API },
    manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
    expected: [],
  },
];
