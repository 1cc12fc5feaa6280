import { IOpenIdConnectProvider, IPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { fail, failIf, problem } from './private/errors';
import { audienceProblem, DEFAULT_AUDIENCE, ProviderFacts } from './private/issuer';
import { parameterProblems, settledProblems } from './private/parameter-safety';
import { fingerprint } from './private/tokens';
import { bindTrust, NamedValue, withoutRepeats } from './private/trust-document';
import { trustProblems } from './private/trust-rules';
import { statementProblem, WEB_IDENTITY_ACTION } from './private/trust-statement';
import { ServiceAccountSubject } from './service-account-subject';

/**
 * Options of `TrustPolicy.addServiceAccounts`.
 */
export interface AddServiceAccountsOptions {
  /**
   * The audience the token must carry, its `aud` claim. Always compared to the letter. It must be
   * a client id of the provider, and the ServiceAccount must ask for it.
   *
   * @default 'sts.amazonaws.com'
   */
  readonly audience?: string;
}

interface Entry {
  readonly provider: ProviderFacts;
  readonly subjects: ServiceAccountSubject[];
  readonly audience: string;
}

/**
 * Who may assume a role: service accounts of one or many clusters, and other principals.
 *
 * Every web-identity statement carries both `aud` and `sub`. With a literal issuer the policy is a plain object that
 * `cdk diff` and linters can read; with an issuer that only the deployment knows it is one `Fn::Sub`
 * of the same document as JSON. No custom resource either way.
 *
 * Nothing is trusted until it is added: a role with an empty trust policy is an error at synth.
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
  private readonly others: PolicyDocument[] = [];

  /**
   * Lets service accounts of one cluster in. Subjects of one provider and audience share a statement for each
   * operator, sorted and without repeats, however many calls add them.
   *
   * @param provider the cluster's OIDC provider in the account of the role: `ClusterOidcProvider`, one of CDK's own, or `cluster.openIdConnectProvider`
   * @param subjects who may assume the role; at least one
   * @returns this policy, so that calls chain
   * @throws when `subjects` is empty, the audience is not valid or it is none of the provider's own
   */
  public addServiceAccounts(
    provider: IOpenIdConnectProvider, subjects: ServiceAccountSubject[], options: AddServiceAccountsOptions = {},
  ): TrustPolicy {
    const facts = new ProviderFacts(provider);
    const audience = options.audience ?? DEFAULT_AUDIENCE;
    const where = 'TrustPolicy.addServiceAccounts';
    if (subjects.length === 0) fail(where, problem('subjects', 'name at least one service account', subjects, 'Use ServiceAccountSubject.exact(namespace, name).'));
    failIf(where, audienceProblem('audience', audience) ?? facts.audienceProblem('audience', audience));
    this.entries.push({ provider: facts, subjects: [...subjects], audience });
    return this;
  }

  /**
   * Lets another principal in: a role for chaining, an account, a service.
   *
   * @param principal the principal, with its conditions
   * @returns this policy, so that calls chain
   * @throws when the principal is everybody (`*`) without a condition, or a web identity without conditions on both `aud` and `sub`
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html#iam-term-role-chaining
   */
  public addPrincipal(principal: IPrincipal): TrustPolicy {
    const document = new PolicyDocument();
    const assumable: Partial<{ addToAssumeRolePolicy(document: PolicyDocument): void }> & IPrincipal = principal;
    if (assumable.addToAssumeRolePolicy) assumable.addToAssumeRolePolicy(document);
    else document.addStatements(new PolicyStatement({ actions: [principal.assumeRoleAction], principals: [principal] }));
    for (const statement of document.toJSON()?.Statement ?? []) failIf('TrustPolicy.addPrincipal', statementProblem('principal', statement));
    this.others.push(document);
    return this;
  }

  /**
   * The policy as a document for any role, an L1 `iam.CfnRole` too. It is rendered at synth: what is added to this
   * policy, or to the document, after this call is in it.
   */
  public toPolicyDocument(): PolicyDocument {
    return bindTrust(new PolicyDocument(), {
      _isEmpty: false,
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
    return this.entries.length === 0 && this.others.length === 0;
  }

  /**
   * The statements as JSON, tokens in it unresolved.
   *
   * @internal
   */
  public _statements(scope?: IConstruct): any[] {
    const others = this.others.flatMap(document => document.toJSON()?.Statement ?? []);
    return withoutRepeats(scope, [...this._serviceAccountStatements(scope), ...others]);
  }

  /**
   * The statements for service accounts alone.
   *
   * @internal
   */
  public _serviceAccountStatements(scope?: IConstruct): any[] {
    return this.groups(scope).flatMap(group => [
      webIdentityStatement(group, 'StringEquals', scope),
      webIdentityStatement(group, 'StringLike', scope),
    ]).filter(statement => statement !== undefined);
  }

  /** @internal */
  public _namedValues(): NamedValue[] {
    return this.entries.flatMap(({ provider, subjects, audience }) => [
      { name: 'ProviderArn', value: provider.arn },
      { name: 'Issuer', value: provider.issuer },
      { name: 'Audience', value: audience },
      ...subjects.flatMap(subject => [
        { name: 'Namespace', value: subject._namespace },
        { name: 'ServiceAccountName', value: subject._name },
      ]),
    ]);
  }

  /**
   * Everything that makes a role in the place of `scope` wrong, as far as its trust goes; what is only risky becomes a warning.
   *
   * @param document the whole trust policy of the role: these statements, and what was added to the document
   * @internal
   */
  public _problems(scope: IConstruct, document: any): string[] {
    if (this._isEmpty) {
      return [problem('trust', 'let someone in', 'an empty trust policy', 'Call trust.addServiceAccounts() or trust.addPrincipal().')];
    }
    const ofEntries = this.entries.flatMap(({ provider, subjects, audience }) => [
      ...provider.problems(scope),
      ...settledProblems(scope, 'audience', audience, (property, value) => audienceProblem(property, value) ?? provider.audienceProblem(property, value)),
      ...subjects.flatMap(subject => subject._problems(scope)),
      ...parameterProblems(scope, 'oidcProvider', provider.arn),
      ...parameterProblems(scope, 'oidcProvider', provider.issuer),
    ]);
    return [...new Set([...ofEntries, ...trustProblems(scope, document, this._serviceAccountStatements(scope))])];
  }

  /** Entries of one provider and audience as one, in the order in which they came first. */
  private groups(scope?: IConstruct): Entry[] {
    if (this.entries.length === 1) return this.entries;
    const groups = new Map<string, Entry>();
    for (const entry of this.entries) {
      const parts = [entry.provider.arn, entry.provider.issuer, entry.audience];
      const key = JSON.stringify(scope ? parts.map(part => fingerprint(scope, part)) : parts);
      const group = groups.get(key);
      groups.set(key, { ...entry, subjects: [...group?.subjects ?? [], ...entry.subjects] });
    }
    return [...groups.values()];
  }
}

function webIdentityStatement({ provider, subjects, audience }: Entry, operator: 'StringEquals' | 'StringLike', scope?: IConstruct): any {
  const subs = sorted(subjects.filter(subject => subject._operator === operator).map(subject => subject._sub), scope);
  if (subs.length === 0) return undefined;
  const aud = { [`${provider.issuer}:aud`]: audience };
  const sub = { [`${provider.issuer}:sub`]: subs.length === 1 ? subs[0] : subs };
  return {
    Action: WEB_IDENTITY_ACTION,
    Condition: operator === 'StringEquals' ? { StringEquals: { ...aud, ...sub } } : { StringEquals: aud, StringLike: sub },
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
  };
}

/** By code point, literals before deferred values, without repeats. */
function sorted(subs: string[], scope?: IConstruct): string[] {
  if (subs.length < 2) return subs;
  const keyed = new Map(subs.map(sub => [scope ? fingerprint(scope, sub) : sub, sub]));
  return [...keyed.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, sub]) => sub);
}
