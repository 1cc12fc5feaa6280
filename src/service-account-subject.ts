import { IConstruct } from 'constructs';
import { failIf } from './private/errors';
import {
  namePatternProblem, namespacePatternProblem, namespaceProblem, objectNameProblem,
} from './private/kubernetes-names';
import { settledProblems } from './private/values/value-safety';

/**
 * How a subject is compared and how its parts must look.
 *
 * @internal
 */
interface SubjectRules {
  /** The IAM condition operator. */
  readonly operator: 'StringEquals' | 'StringLike';
  readonly namespaceProblem: (property: string, value: string) => string | undefined;
  readonly nameProblem: (property: string, value: string) => string | undefined;
  /** What the literal texts around a deferred part may be. */
  readonly namespaceFragment: RegExp;
  readonly nameFragment: RegExp;
}

const NAME_FRAGMENT = /^[-.a-z0-9]*$/;
const NAMESPACE_FRAGMENT = /^[-a-z0-9]*$/;
const NAME_PATTERN_FRAGMENT = /^[-.a-z0-9*?]*$/;
const NAMESPACE_PATTERN_FRAGMENT = /^[-a-z0-9*?]*$/;

/**
 * Who may assume a role: one service account, every service account of a namespace, or a pattern.
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
   * Exactly one service account. Compared by `StringEquals`.
   *
   * @param namespace the Kubernetes namespace, a DNS-1123 label of at most 63 characters; a token is checked as far as
   * synth can know it
   * @param name the name of the ServiceAccount, a DNS-1123 subdomain of at most 253 characters; a token is checked as
   * far as synth can know it
   * @throws when a name is not valid; `*` and `?` are not: they have a factory of their own, `matching`
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
   * Every service account of one namespace, present and future. Whoever may create a service account
   * there may assume the role. Compared by `StringLike`.
   *
   * @param namespace the Kubernetes namespace, a DNS-1123 label of at most 63 characters
   * @throws when the namespace is not valid
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
   * Every service account whose namespace and name match: `*` stands for any text, `?` for one character.
   * Compared by `StringLike`. The only door to wildcards. A wildcard in the namespace raises the
   * warning `cdk-irsa:wildcard-namespace`: whoever may create a matching namespace may assume the role.
   *
   * @param namespacePattern pattern for the namespace, for example `team-*`
   * @param namePattern pattern for the name of the ServiceAccount
   * @throws when a pattern holds characters that no such name can have
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
   * What is wrong with tokens in this subject, as far as synth can know their values.
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
