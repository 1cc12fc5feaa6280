/**
 * The subjects that the statements of a trust policy name. The evaluator determines whether they can assume the role.
 */
import { StatementJson } from '../../conventions/policy-json';
import { remembered } from '../../conventions/remembered';
import {
  hasAction,
  NAMESPACE_TAG,
  POD_IDENTITY_SERVICE,
  SERVICE_ACCOUNT_TAG,
  WEB_IDENTITY_ACTION,
} from '../../conventions/web-identity';
import { Access } from '../access-map';
import { readSubject } from '../iam/claims';
import { operatorOf } from '../iam/conditions';
import { canBeSubject, SubjectOperator } from '../iam/subjects';
import { listOf, objectOf, once, propertyOf, textOf, textsOf } from '../json-values';

type Trusted = Pick<Access, 'cluster' | 'namespace' | 'serviceAccount' | 'audience' | 'via' | 'statement'>;

// a stand-in may contain colons
const PROVIDER_ARN = /^arn:(?:[^:⟨]|⟨[^⟩]*⟩)*:iam::(?:[^:⟨]|⟨[^⟩]*⟩)*:oidc-provider\/(.+)$/;

/** One key of a condition with its values. */
export interface Compared {
  readonly operator: string;
  readonly key: string;
  readonly values: string[];
}

/** Caches for immutable documents that many rules need. Without them, verify takes 8% longer. */
const TRUSTED = new WeakMap<object, readonly Trusted[]>();
const CONDITIONS = new WeakMap<object, readonly Compared[]>();

/** All subjects in the statements; `*` for a namespace or name that they do not restrict. */
export function trustedBy(trust: unknown): readonly Trusted[] {
  return once(TRUSTED, trust, () => statementsOf(trust).flatMap((value, index) => {
    const statement = objectOf<StatementJson>(value);
    if (statement.Effect !== 'Allow' || isRefused(statement)) return [];
    const trusted = [...byWebIdentity(statement), ...byPodIdentity(statement)];
    return trusted.map(subject => ({ ...subject, statement: index }));
  }));
}

/** Whether IAM rejects the statement in a trust policy, and so the role. */
function isRefused({ Resource: resource, NotResource: notResource }: StatementJson): boolean {
  return resource !== undefined || notResource !== undefined;
}

/** The statements of a policy document, which may have one or a list. */
export function statementsOf(document: unknown): unknown[] {
  return listOf<unknown>(propertyOf(document, 'Statement') ?? []);
}

/** Whether the principal of a statement is EKS Pod Identity. */
export function isOfPods({ Principal: principal }: StatementJson): boolean {
  return textsOf(propertyOf(principal, 'Service')).includes(POD_IDENTITY_SERVICE);
}

/** The issuer of a provider's ARN. */
export const issuerOfArn = remembered((arn): string | undefined => PROVIDER_ARN.exec(arn)?.[1]);

/** The operators, keys and values of a statement's conditions. */
export function conditionsOf(statement: unknown): readonly Compared[] {
  return once(CONDITIONS, statement, () =>
    Object.entries(objectOf(propertyOf(statement, 'Condition'))).flatMap(([operator, keys]) =>
      Object.entries(objectOf(keys)).map(([key, value]) => ({ operator, key, values: textsOf(value) })),
    ),
  );
}

function byWebIdentity(statement: StatementJson): Omit<Trusted, 'statement'>[] {
  if (!hasAction(statement, WEB_IDENTITY_ACTION)) return [];
  return listOf<unknown>(propertyOf(statement.Principal, 'Federated') ?? []).flatMap(arn => {
    const issuer = issuerOfArn(textOf(arn));
    if (issuer === undefined || issuer.includes('://')) return [];
    const subjects = comparedWith(statement, `${issuer}:sub`).flatMap(({ operator, values }) =>
      values.map(value => ({ value, ...operatorOf(operator)! })));
    const audiences = valuesOf(statement, `${issuer}:aud`);
    return (subjects.length > 0 ? subjects : [{ value: '*', wildcards: true, ignoreCase: false }])
      .flatMap(({ value, ...operator }) => namesIn(value, operator))
      .flatMap(names =>
        (audiences ?? ['*']).map(audience => ({ cluster: issuer, ...names, audience, via: 'irsa' as const })),
      );
  });
}

function byPodIdentity(statement: StatementJson): Omit<Trusted, 'statement'>[] {
  if (!isOfPods(statement) || !hasAction(statement, 'sts:AssumeRole')) return [];
  const clusters = valuesOf(statement, 'aws:SourceArn') ?? ['*'];
  const namespaces = valuesOf(statement, NAMESPACE_TAG) ?? ['*'];
  const names = valuesOf(statement, SERVICE_ACCOUNT_TAG) ?? ['*'];
  return clusters.flatMap(cluster => namespaces.flatMap(namespace => names.map(serviceAccount =>
    ({ cluster, namespace, serviceAccount, audience: POD_IDENTITY_SERVICE, via: 'pod-identity' as const }))));
}

/** The values that a key must match; undefined if it is not restricted. */
function valuesOf(statement: StatementJson, wanted: string): string[] | undefined {
  const values = comparedWith(statement, wanted).flatMap(condition => condition.values);
  return values.length === 0 ? undefined : values;
}

function comparedWith(statement: StatementJson, wanted: string): Compared[] {
  const lowerCase = wanted.toLowerCase();
  return conditionsOf(statement).filter(
    ({ operator, key }) =>
      key.toLowerCase() === lowerCase
      && /^(ForAnyValue:)?(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like))$/i.test(operator),
  );
}

/** Empty for a subject that is not a service account, such as a GitHub workflow. */
function namesIn(subject: string, operator: SubjectOperator): { namespace: string; serviceAccount: string }[] {
  if (!canBeSubject(subject, operator)) return [];
  return [readSubject(subject) ?? { namespace: '*', serviceAccount: '*' }];
}
