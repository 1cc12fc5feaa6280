import { IConstruct } from 'constructs';
import { failIf } from './private/errors';
import {
  namePatternProblem, namespacePatternProblem, namespaceProblem, objectNameProblem,
} from './private/kubernetes-names';
import { settledProblems } from './private/values/value-safety';

/**
 * The IAM operator of a subject, and the rules for its parts.
 *
 * @internal
 */
interface SubjectRules {
  /** The IAM condition operator. */
  readonly operator: 'StringEquals' | 'StringLike';
  readonly namespaceProblem: (property: string, value: string) => string | undefined;
  readonly nameProblem: (property: string, value: string) => string | undefined;
  /** What the literal text around a deferred part may contain. */
  readonly namespaceFragment: RegExp;
  readonly nameFragment: RegExp;
}

const NAME_FRAGMENT = /^[-.a-z0-9]*$/;
const NAMESPACE_FRAGMENT = /^[-a-z0-9]*$/;
const NAME_PATTERN_FRAGMENT = /^[-.a-z0-9*?]*$/;
const NAMESPACE_PATTERN_FRAGMENT = /^[-a-z0-9*?]*$/;

/**
 * Specifies who may assume a role: one service account, every service account in a namespace, or a pattern.
 *
 * A subject is the `sub` claim of a service-account token, `system:serviceaccount:<namespace>:<name>`.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 * @example
 * import { ServiceAccountSubject } from 'cdk-irsa';
 *
 * const one = ServiceAccountSubject.exact('payments', 'api');
 * const wholeNamespace = ServiceAccountSubject.anyInNamespace('batch');
 * const manyNamespaces = ServiceAccountSubject.matching('team-*', 'deployer');
 */
export abstract class ServiceAccountSubject {
  /**
   * Matches exactly one service account, with `StringEquals`.
   *
   * @param namespace the Kubernetes namespace, a DNS-1123 label of at most 63 characters; a token is checked if it
   * resolves during synth
   * @param name the name of the ServiceAccount, a DNS-1123 subdomain of at most 253 characters; a token is checked if
   * it resolves during synth
   * @throws if a name is invalid; names with `*` or `?` are invalid, use `matching` for patterns
   */
  public static exact(namespace: string, name: string): ServiceAccountSubject {
    return new Subject('ServiceAccountSubject.exact', namespace, name, {
      operator: 'StringEquals',
      namespaceProblem,
      nameProblem: objectNameProblem,
      namespaceFragment: NAMESPACE_FRAGMENT,
      nameFragment: NAME_FRAGMENT,
    });
  }

  /**
   * Matches every service account in one namespace, present and future, with `StringLike`. Anyone who can create a
   * service account there can assume the role.
   *
   * @param namespace the Kubernetes namespace, a DNS-1123 label of at most 63 characters
   * @throws if the namespace is invalid
   */
  public static anyInNamespace(namespace: string): ServiceAccountSubject {
    return new Subject('ServiceAccountSubject.anyInNamespace', namespace, '*', {
      operator: 'StringLike',
      namespaceProblem,
      nameProblem: namePatternProblem,
      namespaceFragment: NAMESPACE_FRAGMENT,
      nameFragment: NAME_PATTERN_FRAGMENT,
    });
  }

  /**
   * Matches every service account whose namespace and name match the patterns, with `StringLike`: `*` matches any text,
   * `?` one character. This is the only factory that accepts wildcards. A wildcard in the namespace raises the warning
   * `cdk-irsa:wildcard-namespace`, because anyone who can create a matching namespace can assume the role.
   *
   * @param namespacePattern a pattern for the namespace, such as `team-*`
   * @param namePattern a pattern for the name of the ServiceAccount
   * @throws if a pattern contains characters that are invalid in such a name
   */
  public static matching(namespacePattern: string, namePattern: string): ServiceAccountSubject {
    return new Subject('ServiceAccountSubject.matching', namespacePattern, namePattern, {
      operator: 'StringLike',
      namespaceProblem: namespacePatternProblem,
      nameProblem: namePatternProblem,
      namespaceFragment: NAMESPACE_PATTERN_FRAGMENT,
      nameFragment: NAME_PATTERN_FRAGMENT,
    });
  }

  /**
   * The IAM condition operator that compares this subject.
   *
   * @internal
   */
  public abstract readonly _operator: 'StringEquals' | 'StringLike';

  /**
   * The namespace or its pattern.
   *
   * @internal
   */
  public abstract readonly _namespace: string;

  /**
   * The `sub` claim, or a pattern for it.
   *
   * @internal
   */
  public abstract readonly _sub: string;

  /**
   * The name or its pattern.
   *
   * @internal
   */
  public abstract readonly _name: string;

  /**
   * Returns what is wrong with tokens in this subject, if their values are known at synth time.
   *
   * @internal
   */
  public abstract _problems(scope: IConstruct): string[];
}

class Subject extends ServiceAccountSubject {
  public readonly _operator: 'StringEquals' | 'StringLike';
  public readonly _sub: string;

  constructor(
    factory: string,
    public readonly _namespace: string,
    public readonly _name: string,
    private readonly rules: SubjectRules,
  ) {
    super();
    failIf(factory, this.rules.namespaceProblem('namespace', _namespace));
    failIf(factory, this.rules.nameProblem('name', _name));
    this._operator = rules.operator;
    this._sub = `system:serviceaccount:${_namespace}:${_name}`;
  }

  public _problems(scope: IConstruct): string[] {
    const ofNamespace = { fragment: this.rules.namespaceFragment };
    const ofName = { fragment: this.rules.nameFragment };
    return [
      ...settledProblems(scope, 'namespace', this._namespace, this.rules.namespaceProblem, ofNamespace),
      ...settledProblems(scope, 'serviceAccountName', this._name, this.rules.nameProblem, ofName),
    ];
  }
}
