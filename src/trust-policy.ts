import { IGrantable, IOpenIdConnectProvider, IPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { PolicyJson, StatementJson } from './conventions/policy-json';
import { DEFAULT_AUDIENCE, WEB_IDENTITY_ACTION } from './conventions/web-identity';
import { fail, failIf, missingProblem, problem, warn } from './private/errors';
import { accountOfArn, clusterArnProblem, clusterArnProblems } from './private/issuer/cluster-names';
import { audienceProblem, ProviderFacts, providerProblem } from './private/issuer/issuer';
import { Asking } from './private/role/role-admission';
import { externalIdProblem, OtherPrincipal, principalStatements } from './private/trust/other-principals';
import { PodIdentityEntry, podIdentityStatements } from './private/trust/pod-identity-statement';
import { bindTrust, NamedValue, oneOrMany, sorted, withoutRepeats } from './private/trust/trust-document';
import { trustProblems } from './private/trust/trust-rules';
import { statementProblem } from './private/trust/trust-statement';
import { preliminary } from './private/trust/worst-case';
import { fingerprint } from './private/values/tokens';
import { settledProblems } from './private/values/value-safety';
import { ServiceAccountSubject } from './service-account-subject';

/**
 * Options of `TrustPolicy.addServiceAccounts`.
 */
export interface AddServiceAccountsOptions {
  /**
   * The audience that the token must have, its `aud` claim. It is always compared exactly. It must be a client ID of
   * the provider, and the ServiceAccount must request it.
   *
   * @default 'sts.amazonaws.com'
   */
  readonly audience?: string;
}

/**
 * Options of `TrustPolicy.addPodIdentity`.
 */
export interface AddPodIdentityOptions {
  /**
   * The ARN of the EKS cluster, `arn:<partition>:eks:<region>:<account>:cluster/<name>`, in the account of the role. A
   * literal, or a token such as `cluster.clusterArn`.
   */
  readonly clusterArn: string;

  /**
   * Who may assume the role. At least one subject.
   */
  readonly subjects: ServiceAccountSubject[];

  /**
   * Whether the association sends session tags. Set it to false if the association disables them. The trust policy then
   * cannot distinguish the subjects and allows every association of the cluster with this role, so synth prints the
   * warning `cdk-irsa:pod-identity-without-session-tags`.
   *
   * @default true
   */
  readonly sessionTags?: boolean;
}

/**
 * Options of `TrustPolicy.addPrincipal`.
 */
export interface AddPrincipalOptions {
  /**
   * The external ID that the principal must send with `sts:AssumeRole`: 2 to 1,224 letters, digits and `_+=,.@:/-`.
   * `PodIdentityServiceAccount.externalId` is the external ID that EKS sends for a target role.
   *
   * `sts:TagSession` gets a separate statement without the external ID, because IAM does not support it for that
   * action.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
   */
  readonly externalId?: string;
}

interface Entry {
  readonly provider: ProviderFacts;
  readonly subjects: ServiceAccountSubject[];
  readonly audience: string;
}

/**
 * Defines who may assume a role: service accounts of one or more clusters, and other principals.
 *
 * Every web-identity statement has conditions on both `aud` and `sub`. With a literal issuer, the policy is a plain
 * object that `cdk diff` and linters can read. With an issuer that is known only at deployment, it is one `Fn::Sub` of
 * the same document as JSON. Neither needs a custom resource.
 *
 * An empty policy trusts nobody: a role with an empty trust policy is an error at synth time.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Workloads');
 * const blue = ClusterOidcProvider.fromIssuerUrl(stack, 'Blue', 'https://oidc.eks.eu-west-1.amazonaws.com/id/B10E');
 * const green = ClusterOidcProvider.fromIssuerUrl(stack, 'Green', 'https://oidc.eks.eu-west-1.amazonaws.com/id/64EE');
 * const subjects = [ServiceAccountSubject.exact('payments', 'api')];
 *
 * new IrsaRole(stack, 'Role', {
 *   trust: new TrustPolicy()
 *     .addServiceAccounts(blue, subjects)
 *     .addServiceAccounts(green, subjects),
 * });
 */
export class TrustPolicy {
  private readonly entries: Entry[] = [];
  private readonly podIdentities: PodIdentityEntry[] = [];
  private readonly others: OtherPrincipal[] = [];

  /**
   * Allows service accounts of one cluster to assume the role. Subjects with the same provider and audience share one
   * statement per operator, sorted and without duplicates, even if several calls add them.
   *
   * @param provider the cluster's OIDC provider in the account of the role: a `ClusterOidcProvider`, a provider of the
   * CDK, or `cluster.openIdConnectProvider`
   * @param subjects who may assume the role; at least one
   * @returns this policy, so that you can chain calls
   * @throws if `subjects` is empty, or the audience is invalid or not a client ID of the provider
   */
  public addServiceAccounts(
    provider: IOpenIdConnectProvider, subjects: ServiceAccountSubject[], options: AddServiceAccountsOptions = {},
  ): TrustPolicy {
    const where = 'TrustPolicy.addServiceAccounts';
    failIf(where, providerProblem('provider', provider) ?? subjectsProblem(subjects));
    const facts = new ProviderFacts(provider);
    const audience = options.audience ?? DEFAULT_AUDIENCE;
    failIf(where, audienceProblem('audience', audience) ?? facts.audienceProblem('audience', audience));
    this.entries.push({ provider: facts, subjects: [...subjects], audience });
    return this;
  }

  /**
   * Allows service accounts of one EKS cluster to assume the role through EKS Pod Identity: the service
   * `pods.eks.amazonaws.com`, only on behalf of this cluster and its account, for pods whose session tags name the
   * subjects. Clusters with the same subjects share a statement.
   *
   * This does not create the association. Use `PodIdentityServiceAccount`, or create it yourself.
   *
   * @returns this policy, so that you can chain calls
   * @throws if `subjects` is empty, or `clusterArn` is not the ARN of an EKS cluster
   * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
   */
  public addPodIdentity(options: AddPodIdentityOptions): TrustPolicy {
    const where = 'TrustPolicy.addPodIdentity';
    failIf(where, missingProblem('options', options, 'Pass clusterArn and subjects.'));
    const { clusterArn, subjects, sessionTags = true } = options;
    failIf(where, subjectsProblem(subjects) ?? clusterArnProblem('clusterArn', clusterArn));
    this.podIdentities.push({ clusterArn, subjects: [...subjects], sessionTags });
    return this;
  }

  /**
   * Allows another principal to assume the role: a role or a service account of this library (role chaining), an
   * account, a service. The statement names exactly the role of a service account.
   *
   * If EKS Pod Identity sends session tags to that role, the statement also allows `sts:TagSession`. Session tags are
   * transitive, and STS denies a chain whose next role does not allow them.
   *
   * This adds only the trust statement of a chain; `IWorkloadIdentity.grantAssume` also adds the permission.
   *
   * @param principal the principal with its conditions, or a construct that has a principal
   * @returns this policy, so that you can chain calls
   * @throws if the principal is everyone (`*`) without a condition on `aws:PrincipalArn`, `aws:PrincipalAccount`,
   * `aws:PrincipalOrgID` or `aws:PrincipalOrgPaths`, a web identity without conditions on both `aud` and `sub`, or a
   * federated principal with `sts:AssumeRole`; if `externalId` is invalid, or the principal does not call
   * `sts:AssumeRole`
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html#iam-term-role-chaining
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
   */
  public addPrincipal(principal: IGrantable, options: AddPrincipalOptions = {}): TrustPolicy {
    const where = 'TrustPolicy.addPrincipal';
    const grantee = principalOf(principal);
    failIf(where, principalProblem(principal, grantee));
    const { externalId } = options;
    failIf(where, externalIdProblem('externalId', externalId, grantee.assumeRoleAction));
    const document = new PolicyDocument();
    const assumable: Partial<{ addToAssumeRolePolicy(document: PolicyDocument): void }> & IPrincipal = grantee;
    if (assumable.addToAssumeRolePolicy) {
      assumable.addToAssumeRolePolicy(document);
    } else {
      document.addStatements(new PolicyStatement({ actions: [grantee.assumeRoleAction], principals: [grantee] }));
    }
    for (const statement of statementsOf(document)) {
      failIf(where, statementProblem('principal', preliminary(statement), statement));
    }
    this.others.push({ principal: grantee, document, externalId });
    return this;
  }

  /**
   * Returns the policy as a document for any role, including an L1 `iam.CfnRole`. It is rendered during synth, so it
   * includes what you add to this policy or to the document after this call.
   */
  public toPolicyDocument(): PolicyDocument {
    return bindTrust(new PolicyDocument(), {
      _namedValues: () => this._namedValues(),
      _statements: scope => this._statements(scope),
      _check: (scope, document) => {
        const found = this._problems(scope, document);
        if (found.length > 0) fail(scope, found.join('\n'));
      },
    });
  }

  /** @internal */
  public get _isEmpty(): boolean {
    return this.entries.length + this.podIdentities.length + this.others.length === 0;
  }

  /**
   * Returns the statements as JSON with unresolved tokens.
   *
   * @internal
   */
  public _statements(scope?: IConstruct): StatementJson[] {
    return withoutRepeats(scope, [
      ...this._serviceAccountStatements(scope),
      ...this.others.flatMap(other => principalStatements(other, scope)),
    ]);
  }

  /**
   * Returns only the statements for service accounts.
   *
   * @internal
   */
  public _serviceAccountStatements(scope?: IConstruct): StatementJson[] {
    const webIdentity = this.groups(scope).flatMap(group => [
      webIdentityStatement(group, 'StringEquals', scope),
      webIdentityStatement(group, 'StringLike', scope),
    ]).filter(statement => statement !== undefined);
    return [...webIdentity, ...podIdentityStatements(this.podIdentities, scope)];
  }

  /**
   * Returns how the service accounts in this policy request a role.
   *
   * @internal
   */
  public _askings(): Asking[] {
    return [
      ...this.entries.flatMap(({ provider: { arn, issuer }, subjects, audience }) =>
        subjects.map(subject => ({ subject, providerArn: arn, issuer, audience }))),
      ...this.podIdentities.flatMap(({ clusterArn, subjects, sessionTags }) =>
        subjects.map(subject => ({ subject, clusterArn, account: accountOfArn(clusterArn), sessionTags }))),
    ];
  }

  /** @internal */
  public _namedValues(): NamedValue[] {
    return [
      ...this.entries.flatMap(({ provider, subjects, audience }) => [
        { name: 'ProviderArn', value: provider.arn },
        { name: 'Issuer', value: provider.issuer },
        { name: 'Audience', value: audience },
        ...namedSubjects(subjects),
      ]),
      ...this.podIdentities.flatMap(({ clusterArn, subjects }) => [
        { name: 'ClusterArn', value: clusterArn },
        ...namedSubjects(subjects),
      ]),
      ...this.others.flatMap(({ externalId }) => (
        externalId === undefined ? [] : [{ name: 'ExternalId', value: externalId }])),
    ];
  }

  /**
   * Returns the problems of the trust policy of a role at `scope`. Risks that are not errors become warnings.
   *
   * @param document the whole trust policy of the role: these statements and those added to the document
   * @internal
   */
  public _problems(scope: IConstruct, document: PolicyJson): string[] {
    if (this._isEmpty) {
      return [problem('trust', 'allow at least one principal', 'an empty trust policy',
        'Call trust.addServiceAccounts(), trust.addPodIdentity() or trust.addPrincipal().')];
    }
    for (const { provider } of this.entries) provider.noteIfImported(scope);
    const ofEntries = this.entries.flatMap(({ provider, subjects, audience }) => [
      ...provider.problems(scope),
      ...settledProblems(scope, 'audience', audience, (property, value) => (
        audienceProblem(property, value) ?? provider.audienceProblem(property, value))),
      ...subjects.flatMap(subject => subject._problems(scope)),
    ]);
    const ofPodIdentities = this.podIdentities.flatMap(({ clusterArn, subjects }) => [
      ...clusterArnProblems(scope, 'clusterArn', clusterArn),
      ...subjects.flatMap(subject => subject._problems(scope)),
    ]);
    if (this.podIdentities.some(({ sessionTags }) => !sessionTags)) {
      warn(scope, 'cdk-irsa:pod-identity-without-session-tags',
        '`trust` allows every Pod Identity association of the cluster that names this role, because '
        + 'without session tags it cannot distinguish service accounts. Anyone who can create such an association '
        + '(eks:CreatePodIdentityAssociation, iam:PassRole) decides which pods get the role.');
    }
    const ofOthers = this.others.flatMap(({ externalId }) => (
      externalId === undefined ? [] : settledProblems(scope, 'externalId', externalId, externalIdProblem)));
    const ofDocument = trustProblems(scope, document, this._serviceAccountStatements(scope));
    return [...new Set([...ofEntries, ...ofPodIdentities, ...ofOthers, ...ofDocument])];
  }

  /** Merges entries with the same provider and audience, in order of first occurrence. */
  private groups(scope?: IConstruct): Entry[] {
    if (this.entries.length === 1) return this.entries;
    const groups = new Map<string, Entry>();
    for (const entry of this.entries) {
      const parts = [entry.provider.arn, entry.provider.issuer, entry.audience];
      const key = JSON.stringify(scope ? parts.map(part => fingerprint(scope, part)) : parts);
      const group = groups.get(key);
      groups.set(key, group ? { ...group, subjects: [...group.subjects, ...entry.subjects] } : entry);
    }
    return [...groups.values()];
  }
}

function statementsOf(document: PolicyDocument): StatementJson[] {
  return document.toJSON()?.Statement ?? [];
}

function webIdentityStatement(
  { provider, subjects, audience }: Entry, operator: 'StringEquals' | 'StringLike', scope?: IConstruct,
): StatementJson | undefined {
  const subs = sorted(subjects.filter(subject => subject._operator === operator).map(subject => subject._sub), scope);
  if (subs.length === 0) return undefined;
  const aud = { [provider.audienceKey]: audience };
  const sub = { [provider.subjectKey]: oneOrMany(subs) };
  return {
    Action: WEB_IDENTITY_ACTION,
    Condition: operator === 'StringEquals'
      ? { StringEquals: { ...aud, ...sub } }
      : { StringEquals: aud, StringLike: sub },
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
  };
}

function subjectsProblem(subjects: ServiceAccountSubject[]): string | undefined {
  const advice = 'Use ServiceAccountSubject.exact(namespace, name).';
  if (!Array.isArray(subjects) || subjects.length === 0) {
    return problem('subjects', 'name at least one service account', subjects ?? undefined, advice);
  }
  const stranger = subjects.find(subject => !(subject instanceof ServiceAccountSubject));
  if (stranger === undefined && !subjects.includes(undefined!)) return undefined;
  return problem('subjects', 'contain only ServiceAccountSubjects', stranger, advice);
}

function principalOf(grantable: IGrantable): IPrincipal {
  const principal: IGrantable & Partial<IPrincipal> = grantable;
  return principal?.assumeRoleAction === undefined ? principal?.grantPrincipal : principal as IPrincipal;
}

function principalProblem(principal: IGrantable, grantee: IPrincipal | undefined): string | undefined {
  const advice = 'Pass a principal of aws-iam, such as new iam.ArnPrincipal(arn), a role or a service account.';
  if (typeof grantee?.assumeRoleAction === 'string') return undefined;
  return missingProblem('principal', principal, advice) ?? problem('principal', 'be a principal', principal, advice);
}

function namedSubjects(subjects: ServiceAccountSubject[]): NamedValue[] {
  return subjects.flatMap(subject => [
    { name: 'Namespace', value: subject._namespace },
    { name: 'ServiceAccountName', value: subject._name },
  ]);
}
