/**
 * Options of `IrsaAssertions`.
 */
export interface IrsaAssertionsOptions {
  /**
   * More manifests: YAML files, and folders of them, such as the rendered charts of your own or a folder that `writeTo`
   * writes to. Relative to the working directory.
   *
   * @default - the manifests in the cloud assembly alone
   */
  readonly manifests?: string[];
}

/**
 * A service account, and roles that it can assume or not.
 */
export interface ServiceAccountAccess {
  /**
   * The namespace of the service account.
   */
  readonly namespace: string;

  /**
   * The name of the ServiceAccount.
   */
  readonly serviceAccount: string;

  /**
   * The role: its name, its ARN or its construct path (`role.node.path`); the path of its service account too,
   * `IrsaServiceAccount` or of aws-eks. A role whose name CloudFormation makes has the path alone.
   *
   * @default - `roleMatching` says which
   */
  readonly role?: string;

  /**
   * A regular expression for roles: every role that has a name, an ARN or a construct path in which it is found, at
   * least one. A text, since not every language of the CDK has regular expressions alike; JavaScript's count. `^` and
   * `$` make it match the whole name.
   *
   * @default - `role` says which
   */
  readonly roleMatching?: string;

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
 * Options of `IrsaAssertions.allowsOnly`.
 */
export interface AllowsOnlyOptions {
  /**
   * The role that nobody else may assume: its name, its ARN or its construct path.
   *
   * @default - every role
   */
  readonly role?: string;

  /**
   * A regular expression for the roles that nobody else may assume, as in `ServiceAccountAccess`.
   *
   * @default - every role
   */
  readonly roleMatching?: string;
}
