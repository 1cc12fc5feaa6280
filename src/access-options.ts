import { IWorkloadIdentity } from './workload-identity';

/**
 * Options of `IrsaAssertions`.
 */
export interface IrsaAssertionsOptions {
  /**
   * Additional manifests: YAML files or folders of them, such as rendered charts. Relative to the working directory.
   *
   * @default - only the manifests that the app generates, wherever `writeTo` puts them
   */
  readonly manifests?: string[];
}

/**
 * Selects the roles that an assertion checks: one of `role`, `roleOf` and `roleMatching`.
 */
export interface RoleSelection {
  /**
   * The role: its name, its ARN or its construct path (`role.node.path`). You can also pass the construct path of its
   * service account, from this library or from aws-eks. A role that CloudFormation names can only be selected by path.
   *
   * @default - `roleOf` or `roleMatching` selects the role
   */
  readonly role?: string;

  /**
   * The service account whose role to check.
   *
   * @default - `role` or `roleMatching` selects the role
   */
  readonly roleOf?: IWorkloadIdentity;

  /**
   * A JavaScript regular expression. It selects every role whose name, ARN or construct path contains a match. At least
   * one role must match. Use `^` and `$` to match the whole name.
   *
   * @default - `role` or `roleOf` selects the role
   */
  readonly roleMatching?: string;
}

/**
 * A service account, and the roles that it can or cannot assume.
 */
export interface ServiceAccountAccess extends RoleSelection {
  /**
   * The service account, as a construct of this library. If you select no role, its own role is checked. `allows` and
   * `allowsOnly` use the audience that its pods request.
   *
   * @default - `namespace` and `serviceAccount` name it
   */
  readonly identity?: IWorkloadIdentity;

  /**
   * The namespace of the service account.
   *
   * @default - required without `identity`
   */
  readonly namespace?: string;

  /**
   * The name of the ServiceAccount.
   *
   * @default - required without `identity`
   */
  readonly serviceAccount?: string;

  /**
   * The issuer of the cluster, with or without `https://`. If set, only web identity is checked.
   *
   * @default - any issuer in the role's trust policy, and EKS Pod Identity
   */
  readonly issuer?: string;

  /**
   * The audience of the token. If set, only web identity is checked.
   *
   * @default - 'sts.amazonaws.com', and EKS Pod Identity. `denies` checks every audience in the role's trust policy,
   * because a pod can request tokens for any audience.
   */
  readonly audience?: string;
}

/**
 * One or more service accounts, and the roles that they can assume.
 */
export interface AllowedServiceAccounts extends ServiceAccountAccess {
  /**
   * Whether `namespace` and `serviceAccount` are patterns: `*` matches any text, `?` one character. The trust policy
   * must contain exactly these patterns.
   *
   * @default false
   */
  readonly pattern?: boolean;
}

/**
 * Options of `IrsaAssertions.allowsOnly`: the roles that no other service account may assume. All roles, unless you
 * select some.
 */
export interface AllowsOnlyOptions extends RoleSelection {}
