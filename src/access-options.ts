import { IWorkloadIdentity } from './workload-identity';

/**
 * Options of `IrsaAssertions`.
 */
export interface IrsaAssertionsOptions {
  /**
   * More manifests: YAML files, and folders of them, such as rendered charts. Relative to the working directory.
   *
   * @default - only the manifests that the app makes, wherever `writeTo` puts them
   */
  readonly manifests?: string[];
}

/**
 * Which roles an assertion is about: one of `role`, `roleOf` and `roleMatching`.
 */
export interface RoleSelection {
  /**
   * The role: its name, its ARN or its construct path (`role.node.path`). The construct path of its service account
   * works too, of this library or of aws-eks. A role that CloudFormation names has only the path.
   *
   * @default - `roleOf` or `roleMatching` selects the role
   */
  readonly role?: string;

  /**
   * The service account whose role is meant.
   *
   * @default - `role` or `roleMatching` selects the role
   */
  readonly roleOf?: IWorkloadIdentity;

  /**
   * A regular expression in JavaScript's syntax. It selects every role whose name, ARN or construct path contains a
   * match; at least one must. Use `^` and `$` to match the whole name.
   *
   * @default - `role` or `roleOf` selects the role
   */
  readonly roleMatching?: string;
}

/**
 * A service account, and roles that it can assume or not.
 */
export interface ServiceAccountAccess extends RoleSelection {
  /**
   * The service account, as a construct of this library. If no role is selected, its own role is meant. `allows` and
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
   * The issuer of the cluster, with or without `https://`. Only web identity is asked for then.
   *
   * @default - any that the role's trust policy speaks of, and EKS Pod Identity
   */
  readonly issuer?: string;

  /**
   * The audience of the token. Only web identity is asked for then.
   *
   * @default - 'sts.amazonaws.com', and EKS Pod Identity; of `denies` every audience that the role's trust policy
   * speaks of, since a pod has tokens for any
   */
  readonly audience?: string;
}

/**
 * One or many service accounts, and roles that they can assume.
 */
export interface AllowedServiceAccounts extends ServiceAccountAccess {
  /**
   * Whether `namespace` and `serviceAccount` are patterns, `*` for any text and `?` for one character, and the trust
   * policy has exactly these.
   *
   * @default false
   */
  readonly pattern?: boolean;
}

/**
 * Options of `IrsaAssertions.allowsOnly`: the roles that nobody else may assume. Every role, unless some are selected.
 */
export interface AllowsOnlyOptions extends RoleSelection {}
