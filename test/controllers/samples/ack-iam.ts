import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls } from '../ack-samples';
import { ControllerSample } from '../sample';

const iam = (resource: string) => `arn:aws:iam::111122223333:${resource}`;
const bounded = { 'iam:PermissionsBoundary': iam('policy/ack/boundary') };
const otherwise = { 'iam:PermissionsBoundary': iam('policy/ack/mine') };

const WITH_BOUNDARY = [
  'iam:AttachRolePolicy',
  'iam:CreateRole',
  'iam:DeleteRole',
  'iam:DeleteRolePolicy',
  'iam:DetachRolePolicy',
  'iam:PutRolePermissionsBoundary',
  'iam:PutRolePolicy',
  'iam:UpdateAssumeRolePolicy',
  'iam:UpdateRole',
];
const USER_ACTIONS = ['iam:AttachUserPolicy', 'iam:CreateUser', 'iam:PutUserPermissionsBoundary', 'iam:PutUserPolicy'];
const boundaryOf = (stack: any) => ManagedPolicy.fromManagedPolicyName(stack, 'MadeBoundary', 'ack/boundary');

const mayNot = [
  ...calls(WITH_BOUNDARY, iam('role/ack/web')),
  ...calls(WITH_BOUNDARY, iam('role/ack/web'), otherwise),
  ...calls(WITH_BOUNDARY, iam('role/admin'), bounded),
  ...calls(['iam:TagRole', 'iam:GetRole'], iam('role/admin')),
  ...calls(['iam:DeleteRolePermissionsBoundary'], iam('role/ack/web'), bounded),
  ...calls(
    ['iam:CreatePolicyVersion', 'iam:DeletePolicy', 'iam:DeletePolicyVersion', 'iam:SetDefaultPolicyVersion'],
    iam('policy/ack/boundary'),
  ),
  ...calls(['iam:CreatePolicyVersion', 'iam:DeletePolicy'], iam('policy/billing')),
  ...calls(['iam:PutGroupPolicy', 'iam:AttachGroupPolicy'], iam('group/ack/admins')),
  ...calls(
    ['iam:UpdateOpenIDConnectProviderThumbprint', 'iam:DeleteOpenIDConnectProvider'],
    iam('oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A'),
  ),
  ...calls(['iam:PassRole'], iam('role/ack/web')),
];

export const SAMPLES: ControllerSample[] = [
  ackSample('iam', 'IAM', stack => AckService.iam({ path: '/ack/', permissionsBoundary: boundaryOf(stack) }), {
    may: [
      ...calls(WITH_BOUNDARY, iam('role/ack/web'), bounded),
      ...calls(['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:TagRole'], iam('role/ack/web')),
      ...calls(['iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:DeletePolicy'], iam('policy/ack/web')),
    ],
    mayNot: [...mayNot, ...calls(USER_ACTIONS, iam('user/ack/jane'), bounded)],
    scopedTo: 'roles and policies below the path, inside the boundary',
  }),
  ackSample(
    'iam',
    'IAM, users too',
    stack => AckService.iam({ path: '/ack/', permissionsBoundary: boundaryOf(stack), users: true }),
    {
      may: [
        ...calls(USER_ACTIONS, iam('user/ack/jane'), bounded),
        ...calls(['iam:DeleteUser', 'iam:GetUser'], iam('user/ack/jane')),
        ...calls(['iam:CreateRole'], iam('role/ack/web'), bounded),
        ...calls(['iam:GetRole', 'iam:TagRole'], iam('role/ack/web')),
        ...calls(['iam:CreatePolicy'], iam('policy/ack/web')),
      ],
      mayNot: [
        ...mayNot,
        ...calls(USER_ACTIONS, iam('user/ack/jane')),
        ...calls(USER_ACTIONS, iam('user/jane'), bounded),
        ...calls(['iam:DeleteUser', 'iam:UpdateUser'], iam('user/jane')),
        ...calls(['iam:CreateAccessKey', 'iam:DeleteUserPermissionsBoundary'], iam('user/ack/jane'), bounded),
      ],
      scopedTo: 'roles, users and policies below the path, inside the boundary',
    },
  ),
];
