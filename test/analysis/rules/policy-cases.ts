import { Case, Expected, podIdentity, role, trusting } from './support';
import { ISSUER } from '../../support';

const ALLOW = { Effect: 'Allow', Resource: '*' };
const inline = (statement: any) => [
  { PolicyName: 'inline', PolicyDocument: { Version: '2012-10-17', Statement: [statement] } },
];
const awsManaged = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const ofPods = (properties: Record<string, unknown>) => ({ Role: role('api', [trusting()], properties) });
const ofNode = (properties: Record<string, unknown>) => ({
  Role: role(
    'node',
    [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
    properties,
  ),
});
const managed = (statement: any) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { ManagedPolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statement } },
});
const alsoTrusting = (AWS: any, more: Record<string, unknown> = {}) => ({
  Role: role('api', [trusting(), { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS }, ...more }]),
});

const GITHUB = 'token.actions.githubusercontent.com';
const trustingGithub = (sub: string) => ({
  ...trusting([], 'sts.amazonaws.com', GITHUB),
  Condition: { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${GITHUB}:sub`]: sub } },
});

const admin = (what: string): Expected => ({
  message: `Role api: its policy ${what}, and pods can assume it.`,
  fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
    + 'boundary.',
  at: 'Stack/Role',
});

export const POLICY_CASES: Case[] = [
  // admin-policy
  ...['AdministratorAccess', 'PowerUserAccess', 'IAMFullAccess'].map((name): Case => ({
    rule: 'admin-policy',
    name,
    resources: ofPods({ ManagedPolicyArns: [awsManaged(name)] }),
    expected: [admin(`${name} is an administrator policy of AWS`)],
  })),
  {
    rule: 'admin-policy',
    name: 'of a role that is meant for pods, and admits none yet',
    resources: {
      Role: role(
        'api',
        [{ ...trusting(), Action: 'sts:AssumeRole' }],
        { ManagedPolicyArns: [awsManaged('AdministratorAccess')] },
      ),
    },
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'of a role with a mistaken key',
    resources: {
      Role: role(
        'api',
        [{ ...trusting(), Condition: { StringEquals: { [`https://${ISSUER}:sub`]: 'system:serviceaccount:a:b' } } }],
        { ManagedPolicyArns: [awsManaged('AdministratorAccess')] },
      ),
    },
    expected: [admin('AdministratorAccess is an administrator policy of AWS')],
    also: ['https-in-key', 'missing-aud'],
  },
  {
    rule: 'admin-policy',
    name: 'of any partition',
    stacks: {
      Stack: {
        environment: 'unknown',
        resources: ofPods({
          ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess' }],
        }),
      },
    },
    expected: [
      {
        message:
          'Role api: its policy AdministratorAccess is an administrator policy of AWS, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: 'by EKS Pod Identity',
    also: ['open-pod-identity'],
    resources: { Role: role('api', [podIdentity()], { Policies: inline({ ...ALLOW, Action: '*' }) }) },
    expected: [
      {
        message: 'Role api: its policy inline allows * on *, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: '*:*',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: ['s3:GetObject', '*:*'] }) }),
    expected: [
      {
        message: 'Role api: its policy inline allows *:* on *, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: 'iam:*',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: 'iam:*' }) }),
    also: ['pass-any-role'],
    expected: [
      {
        message: 'Role api: its policy inline allows iam:* on *, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: 'everything but',
    resources: ofPods({ Policies: inline({ ...ALLOW, NotAction: 'iam:*' }) }),
    expected: [
      {
        message: 'Role api: its policy inline allows everything except iam:* on *, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: 'a managed policy of the app',
    resources: { ...ofPods({ ManagedPolicyArns: [{ Ref: 'Policy' }] }), Policy: managed({ ...ALLOW, Action: '*' }) },
    expected: [
      {
        message: 'Role api: its policy own allows * on *, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
        others: ['Stack/Policy'],
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: 'a boundary that is as wide',
    resources: ofPods({
      ManagedPolicyArns: [awsManaged('AdministratorAccess')],
      PermissionsBoundary: awsManaged('PowerUserAccess'),
    }),
    expected: [
      {
        message:
          'Role api: its policy AdministratorAccess is an administrator policy of AWS, and pods can assume it.',
        fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
          + 'boundary.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'admin-policy',
    name: 'a boundary',
    resources: {
      ...ofPods({ ManagedPolicyArns: [awsManaged('AdministratorAccess')], PermissionsBoundary: { Ref: 'Policy' } }),
      Policy: managed({ ...ALLOW, Action: 's3:*' }),
    },
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'a boundary of another app',
    resources: ofPods({
      ManagedPolicyArns: [awsManaged('AdministratorAccess')],
      PermissionsBoundary: 'arn:aws:iam::111122223333:policy/team',
    }),
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'a role for no pods',
    resources: ofNode({ ManagedPolicyArns: [awsManaged('AdministratorAccess')] }),
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'a role for workflows of GitHub',
    resources: {
      Role: role('deploy', [trustingGithub('repo:octo/*')], { ManagedPolicyArns: [awsManaged('AdministratorAccess')] }),
    },
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'another policy',
    resources: ofPods({
      ManagedPolicyArns: [awsManaged('AmazonS3FullAccess'), 'arn:aws:iam::111122223333:policy/AdministratorAccess'],
      Policies: inline({ ...ALLOW, Action: 's3:*' }),
    }),
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'one resource',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: '*', Resource: 'arn:aws:s3:::bucket/*' }) }),
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'a condition',
    resources: ofPods({
      Policies: inline({ ...ALLOW, Action: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }),
    }),
    expected: [],
  },
  {
    rule: 'admin-policy',
    name: 'a Deny',
    resources: ofPods({ Policies: inline({ Effect: 'Deny', Action: '*', Resource: '*' }) }),
    expected: [],
  },

  // pass-any-role
  {
    rule: 'pass-any-role',
    name: 'on *',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: ['ec2:RunInstances', 'iam:PassRole'] }) }),
    expected: [
      {
        message: 'Role api: its policy inline allows iam:PassRole on *, without a condition.',
        fix: 'List the roles under Resource, and restrict the service with StringEquals iam:PassedToService, or use '
          + 'role.grantPassRole(irsaServiceAccount.grantPrincipal).',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'pass-any-role',
    name: 'by a wildcard',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: 'iam:Pass*' }) }),
    expected: [
      {
        message: 'Role api: its policy inline allows iam:Pass* on *, without a condition.',
        fix: 'List the roles under Resource, and restrict the service with StringEquals iam:PassedToService, or use '
          + 'role.grantPassRole(irsaServiceAccount.grantPrincipal).',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'pass-any-role',
    name: 'by iam:*',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: 'iam:*', Condition: {} }) }),
    also: ['admin-policy'],
    expected: [
      {
        message: 'Role api: its policy inline allows iam:* on *, without a condition.',
        fix: 'List the roles under Resource, and restrict the service with StringEquals iam:PassedToService, or use '
          + 'role.grantPassRole(irsaServiceAccount.grantPrincipal).',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'pass-any-role',
    name: 'on any role of the account',
    stacks: {
      Stack: {
        environment: 'unknown',
        resources: ofPods({
          Policies: inline({
            ...ALLOW,
            Action: 'IAM:passrole',
            Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*' },
          }),
        }),
      },
    },
    expected: [
      {
        message:
          'Role api: its policy inline allows IAM:passrole on arn:⟨AWS::Partition⟩:iam::⟨AWS::AccountId⟩:role/*, '
            + 'without a condition.',
        fix: 'List the roles under Resource, and restrict the service with StringEquals iam:PassedToService, or use '
          + 'role.grantPassRole(irsaServiceAccount.grantPrincipal).',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'pass-any-role',
    name: 'in a managed policy of the app',
    resources: {
      ...ofPods({ ManagedPolicyArns: [{ Ref: 'Policy' }] }),
      Policy: managed({ ...ALLOW, Action: 'iam:PassRole' }),
    },
    expected: [
      {
        message: 'Role api: its policy own allows iam:PassRole on *, without a condition.',
        fix: 'List the roles under Resource, and restrict the service with StringEquals iam:PassedToService, or use '
          + 'role.grantPassRole(irsaServiceAccount.grantPrincipal).',
        at: 'Stack/Role',
        others: ['Stack/Policy'],
      },
    ],
  },
  {
    rule: 'pass-any-role',
    name: 'with a condition',
    resources: ofPods({
      Policies: inline({
        ...ALLOW,
        Action: 'iam:PassRole',
        Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      }),
    }),
    expected: [],
  },
  {
    rule: 'pass-any-role',
    name: 'on roles of a path',
    resources: ofPods({
      Policies: inline({ ...ALLOW, Action: 'iam:PassRole', Resource: 'arn:aws:iam::111122223333:role/nodes/*' }),
    }),
    expected: [],
  },
  {
    rule: 'pass-any-role',
    name: 'on roles by the beginning of their names',
    resources: ofPods({
      Policies: inline({ ...ALLOW, Action: 'iam:PassRole', Resource: 'arn:aws:iam::111122223333:role/a*' }),
    }),
    expected: [],
  },
  {
    rule: 'pass-any-role',
    name: 'with a boundary',
    resources: {
      ...ofPods({ Policies: inline({ ...ALLOW, Action: 'iam:PassRole' }), PermissionsBoundary: { Ref: 'Policy' } }),
      Policy: managed({ ...ALLOW, Action: 's3:*' }),
    },
    expected: [],
  },
  {
    rule: 'pass-any-role',
    name: 'of a role for no pods',
    resources: ofNode({ Policies: inline({ ...ALLOW, Action: 'iam:PassRole' }) }),
    expected: [],
  },
  {
    rule: 'pass-any-role',
    name: 'of an administrator: another rule says so',
    resources: ofPods({ Policies: inline({ ...ALLOW, Action: '*' }) }),
    expected: [],
  },

  // assumable-by-account
  {
    rule: 'assumable-by-account',
    name: 'the account of a stack that can go anywhere, by its id',
    stacks: { Stack: { environment: 'unknown', resources: alsoTrusting({ Ref: 'AWS::AccountId' }) } },
    expected: [
      {
        message:
          'Role api, Statement[1]: every principal of account ⟨AWS::AccountId⟩ can assume the role, not only pods.',
        fix: 'List the roles or users that need it, with new ArnPrincipal(arn), or remove the statement.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'assumable-by-account',
    name: 'the root',
    resources: alsoTrusting({ 'Fn::Sub': 'arn:${AWS::Partition}:iam::111122223333:root' }),
    expected: [
      {
        message: 'Role api, Statement[1]: every principal of account 111122223333 can assume the role, not only pods.',
        fix: 'List the roles or users that need it, with new ArnPrincipal(arn), or remove the statement.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'assumable-by-account',
    name: 'an account by its number',
    resources: alsoTrusting(['444455556666', 'arn:aws:iam::111122223333:role/x']),
    expected: [
      {
        message: 'Role api, Statement[1]: every principal of account 444455556666 can assume the role, not only pods.',
        fix: 'List the roles or users that need it, with new ArnPrincipal(arn), or remove the statement.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'assumable-by-account',
    name: 'everybody, of which another rule speaks',
    resources: alsoTrusting('*', { Sid: 'Open' }),
    expected: [],
  },
  {
    rule: 'assumable-by-account',
    name: 'a condition that may be missing',
    resources: alsoTrusting('444455556666', {
      Condition: { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'payments' } },
    }),
    expected: [
      {
        message: 'Role api, Statement[1]: every principal of account 444455556666 can assume the role, not only pods.',
        fix: 'List the roles or users that need it, with new ArnPrincipal(arn), or remove the statement.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'assumable-by-account',
    name: 'in any account',
    stacks: {
      Stack: {
        environment: 'unknown',
        resources: alsoTrusting({ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }),
      },
    },
    expected: [
      {
        message:
          'Role api, Statement[1]: every principal of account ⟨AWS::AccountId⟩ can assume the role, not only pods.',
        fix: 'List the roles or users that need it, with new ArnPrincipal(arn), or remove the statement.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'assumable-by-account',
    name: 'a role',
    resources: alsoTrusting('arn:aws:iam::111122223333:role/root'),
    expected: [],
  },
  {
    rule: 'assumable-by-account',
    name: 'a condition',
    resources: alsoTrusting('444455556666', { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }),
    expected: [],
  },
  {
    rule: 'assumable-by-account',
    name: 'a condition with a list',
    resources: alsoTrusting('*', { Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-1', 'o-2'] } } }),
    expected: [],
  },
  {
    rule: 'assumable-by-account',
    name: 'another action',
    resources: alsoTrusting('444455556666', { Action: 'sts:TagSession' }),
    expected: [],
  },
  { rule: 'assumable-by-account', name: 'a Deny', resources: alsoTrusting('*', { Effect: 'Deny' }), expected: [] },
  {
    rule: 'assumable-by-account',
    name: 'a role for no pods',
    resources: {
      Role: role('deploy', [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } }]),
    },
    expected: [],
  },
];
