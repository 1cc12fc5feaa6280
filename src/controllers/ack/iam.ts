import { Effect, IManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ackController, badName, Conditions } from './parts';
import { failIf, problem } from '../../private/errors';
import { allow, arn, ControllerDefinition } from '../definition';

/**
 * Options of `AckService.iam`.
 */
export interface AckIamOptions {
  /**
   * The boundary that limits all roles of the controller, regardless of their policies. Each `Role` object must set it
   * as its `permissionsBoundary`. It should not allow changes to roles, users and policies.
   */
  readonly permissionsBoundary: IManagedPolicy;

  /**
   * The path of all roles and policies that the controller may create, change and delete: `/ack/`. Do not use the path
   * for anything else.
   */
  readonly path: string;

  /**
   * Whether it may also create users, with the same boundary and path.
   *
   * @default false - unlike users, roles have no long-lived credentials
   */
  readonly users?: boolean;
}

/**
 * Unlike the recommended policy, this omits groups, which have no boundary, so their policies would apply to other
 * members, and OIDC providers, because anyone who can change one can use their own tokens for every role that trusts
 * it.
 *
 * @see https://github.com/aws-controllers-k8s/iam-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackIam(options: AckIamOptions): ControllerDefinition {
  const { permissionsBoundary, path, users = false } = options;
  failIf(
    'AckService.iam',
    badName(
      'path',
      path,
      /^\/([\w+=,.@-]+\/)+$/,
      'Otherwise the controller would have access to all roles. Use a dedicated path.',
    ),
  );
  failIf(
    'AckService.iam',
    permissionsBoundary
      ? undefined
      : problem(
        'permissionsBoundary',
        'be given',
        permissionsBoundary,
        'Otherwise anyone who can create a role can create an administrator.',
      ),
  );
  const boundary = permissionsBoundary.managedPolicyArn;
  return ackController('iam', {}, scope => [
    ...principals(scope, 'Role', path, boundary),
    ...(users ? principals(scope, 'User', path, boundary) : []),
    allow({
      actions: [
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:ListPolicyTags',
        'iam:ListPolicyVersions',
        'iam:SetDefaultPolicyVersion',
        'iam:TagPolicy',
        'iam:UntagPolicy',
      ],
      resources: [arn(scope, 'iam', `policy${path}*`, { region: '' })],
    }),
    // Applies to the boundary everywhere, even below the path, and overrides later grants.
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:SetDefaultPolicyVersion',
      ],
      resources: [boundary],
    }),
  ]);
}

/** Statements on roles or users. Removing the boundary is not included. */
function principals(scope: IConstruct, kind: 'Role' | 'User', path: string, boundary: string): PolicyStatement[] {
  const resources = [arn(scope, 'iam', `${kind.toLowerCase()}${path}*`, { region: '' })];
  const bounded: Conditions = { StringEquals: { 'iam:PermissionsBoundary': boundary } };
  const [underBoundary, others] =
    kind === 'Role' ? [['DeleteRole', 'UpdateAssumeRolePolicy', 'UpdateRole'], []] : [[], ['DeleteUser', 'UpdateUser']];
  return [
    allow({
      actions: [
        `Attach${kind}Policy`,
        `Create${kind}`,
        `Delete${kind}Policy`,
        `Detach${kind}Policy`,
        `Put${kind}PermissionsBoundary`,
        `Put${kind}Policy`,
        ...underBoundary,
      ]
        .sort()
        .map(action => `iam:${action}`),
      resources,
      conditions: bounded,
    }),
    allow({
      actions: [
        `Get${kind}`,
        `Get${kind}Policy`,
        `List${kind}Policies`,
        `List${kind}Tags`,
        `ListAttached${kind}Policies`,
        `Tag${kind}`,
        `Untag${kind}`,
        ...others,
      ]
        .sort()
        .map(action => `iam:${action}`),
      resources,
    }),
  ];
}
