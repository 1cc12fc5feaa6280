import { failIf, problem } from './private/errors';
import { namespaceProblem, objectNameProblem } from './private/kubernetes-names';
import { isToken } from './private/values/is-token';

const MAX_NAME_LENGTH = 1_024;
/** Every request belongs to one of these groups. */
const EVERYONE = ['system:authenticated', 'system:unauthenticated'];

/**
 * A subject that sends requests to the Kubernetes API server: a user, a group or a service account.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
 * @example
 * import { KubernetesSubject } from 'cdk-irsa';
 *
 * const alice = KubernetesSubject.user('alice');
 * const team = KubernetesSubject.group('payments-deployers');
 * const argoCd = KubernetesSubject.serviceAccount('argocd', 'argocd-application-controller');
 */
export abstract class KubernetesSubject {
  /**
   * Returns the user with exactly this name.
   *
   * @param name a literal of at most 1,024 characters
   * @throws if the name is empty, a token or a pattern
   */
  public static user(name: string): KubernetesSubject {
    failIf('KubernetesSubject.user', nameProblem(name));
    return new NamedSubject('User', name);
  }

  /**
   * Returns the members of the group with exactly this name. With EKS access entries, it is one of the
   * `kubernetesGroups`.
   *
   * @param name a literal of at most 1,024 characters
   * @throws if the name is empty, a token, a pattern, or a group that includes everyone
   */
  public static group(name: string): KubernetesSubject {
    failIf('KubernetesSubject.group', nameProblem(name) ?? (EVERYONE.includes(name) ? problem(
      'name', 'be a group that does not include everyone', name, 'Name the group of the people who deploy the app.',
    ) : undefined));
    return new NamedSubject('Group', name);
  }

  /**
   * Returns a service account, such as that of a CI system or a GitOps controller.
   *
   * @param namespace the Kubernetes namespace, a DNS-1123 label of at most 63 characters; a literal
   * @param name the name of the ServiceAccount, a DNS-1123 subdomain of at most 253 characters; a literal
   * @throws if a name is invalid or a token
   */
  public static serviceAccount(namespace: string, name: string): KubernetesSubject {
    const factory = 'KubernetesSubject.serviceAccount';
    failIf(factory, tokenProblem('namespace', namespace) ?? namespaceProblem('namespace', namespace));
    failIf(factory, tokenProblem('name', name) ?? objectNameProblem('name', name));
    return new ServiceAccountAsSubject(namespace, name);
  }

  /**
   * The name of the user. Undefined for a group.
   *
   * @internal
   */
  public abstract readonly _user?: string;

  /**
   * The name of the group. Undefined for a user.
   *
   * @internal
   */
  public abstract readonly _group?: string;

  /**
   * Returns the subject in the form that a RoleBinding uses.
   *
   * @internal
   */
  public abstract _toJson(): { readonly [key: string]: string };
}

class NamedSubject extends KubernetesSubject {
  public readonly _user?: string;
  public readonly _group?: string;

  constructor(private readonly kind: 'User' | 'Group', private readonly name: string) {
    super();
    if (kind === 'User') this._user = name;
    else this._group = name;
  }

  public _toJson(): { readonly [key: string]: string } {
    return { apiGroup: 'rbac.authorization.k8s.io', kind: this.kind, name: this.name };
  }
}

class ServiceAccountAsSubject extends KubernetesSubject {
  public readonly _user: string;
  public readonly _group = undefined;

  constructor(private readonly namespace: string, private readonly name: string) {
    super();
    this._user = `system:serviceaccount:${namespace}:${name}`;
  }

  public _toJson(): { readonly [key: string]: string } {
    return { kind: 'ServiceAccount', namespace: this.namespace, name: this.name };
  }
}

function nameProblem(name: string): string | undefined {
  const isName = typeof name === 'string' && name !== '' && name.length <= MAX_NAME_LENGTH && name.trim() === name
    && !/[*\p{Cc}\p{Cs}\u2028\u2029]/u.test(name);
  return tokenProblem('name', name) ?? (isName ? undefined : problem(
    'name',
    `be 1 to ${MAX_NAME_LENGTH} characters without *, control characters, or leading or trailing whitespace`,
    name,
    'Kubernetes compares names exactly and supports no patterns.',
  ));
}

function tokenProblem(property: string, value: string): string | undefined {
  return isToken(value)
    ? problem(property, 'be known at synth time', value, 'Write the name as a literal.') : undefined;
}
