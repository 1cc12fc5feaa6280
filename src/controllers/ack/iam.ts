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
   * What no role of the controller's can go beyond, whatever policies it gets: each `Role` object must have it as its
   * `permissionsBoundary`. It should itself allow no change of roles, users and policies.
   */
  readonly permissionsBoundary: IManagedPolicy;

  /**
   * Where all roles and policies go that the controller may make, change and delete: `/ack/`. Keep nothing of others
   * there.
   */
  readonly path: string;

  /**
   * Whether it may make users too, inside the same boundary and path.
   *
   * @default false - roles give no credentials that last
   */
  readonly users?: boolean;
}

/**
 * Not here, though recommended: groups, which have no boundary, so that a policy of one would reach members from
 * outside; and OIDC providers, since who may change one lets tokens of their own into every role that trusts it.
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
      'Without a path of its own the controller would reach the roles of others.',
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
        'Without it, who may make a role may make an administrator.',
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
    // Wherever it is: below the path too, and whatever is granted later.
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

/** Roles or users. Taking the boundary away from one is not among it. */
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
