/**
 * Whom a trust policy means to let in: the subjects that its statements name. Whether they really get in is for the
 * evaluator to say.
 */
import { StatementJson } from '../../conventions/policy-json';
import {
  NAMESPACE_TAG,
  POD_IDENTITY_SERVICE,
  SERVICE_ACCOUNT,
  SERVICE_ACCOUNT_TAG,
} from '../../conventions/web-identity';
import { Access } from '../access-map';
import { readSubject } from '../iam/claims';
import { overlap, pattern } from '../iam/patterns';
import { listOf, objectOf, once, propertyOf, textOf, textsOf } from '../json-values';

type Trusted = Pick<Access, 'cluster' | 'namespace' | 'serviceAccount' | 'audience' | 'via' | 'statement'>;

const ANY_SUBJECT = `${SERVICE_ACCOUNT}*`;
// a stand-in may hold colons
const PROVIDER_ARN = /^arn:(?:[^:⟨]|⟨[^⟩]*⟩)*:iam::(?:[^:⟨]|⟨[^⟩]*⟩)*:oidc-provider\/(.+)$/;

/** What a condition compares. */
interface Compared {
  readonly operator: string;
  readonly key: string;
  readonly values: string[];
}

/** Documents do not change, and many rules ask: without the two, verify takes 8 % longer. */
const TRUSTED = new WeakMap<object, readonly Trusted[]>();
const CONDITIONS = new WeakMap<object, readonly Compared[]>();

/** Everybody that the statements name; `*` for a half that they leave open. */
export function trustedBy(trust: unknown): readonly Trusted[] {
  return once(TRUSTED, trust, () => statementsOf(trust).flatMap((value, index) => {
    const statement = objectOf<StatementJson>(value);
    if (statement.Effect !== 'Allow') return [];
    const trusted = [...byWebIdentity(statement), ...byPodIdentity(statement)];
    return trusted.map(one => ({ ...one, statement: index }));
  }));
}

/** The statements of a policy document, however many there are. */
export function statementsOf(document: unknown): unknown[] {
  return listOf<unknown>(propertyOf(document, 'Statement') ?? []);
}

/** The issuer of a provider's ARN. */
export function issuerOfArn(arn: string): string | undefined {
  return PROVIDER_ARN.exec(arn)?.[1];
}

/** The keys of a statement's conditions, without the operators, and their values. */
export function conditionsOf(statement: unknown): readonly Compared[] {
  return once(CONDITIONS, statement, () =>
    Object.entries(objectOf(propertyOf(statement, 'Condition'))).flatMap(([operator, keys]) =>
      Object.entries(objectOf(keys)).map(([key, value]) => ({ operator, key, values: textsOf(value) })),
    ),
  );
}

function byWebIdentity(statement: StatementJson): Omit<Trusted, 'statement'>[] {
  return listOf<unknown>(propertyOf(statement.Principal, 'Federated') ?? []).flatMap(arn => {
    const issuer = issuerOfArn(textOf(arn));
    if (issuer === undefined) return [];
    const subjects = valuesOf(statement, `${issuer}:sub`);
    const audiences = valuesOf(statement, `${issuer}:aud`);
    return (subjects ?? ['*'])
      .flatMap(namesIn)
      .flatMap(names =>
        (audiences ?? ['*']).map(audience => ({ cluster: issuer, ...names, audience, via: 'irsa' as const })),
      );
  });
}

function byPodIdentity(statement: StatementJson): Omit<Trusted, 'statement'>[] {
  if (!listOf<unknown>(propertyOf(statement.Principal, 'Service') ?? []).includes(POD_IDENTITY_SERVICE)) return [];
  const clusters = valuesOf(statement, 'aws:SourceArn') ?? ['*'];
  const namespaces = valuesOf(statement, NAMESPACE_TAG) ?? ['*'];
  const names = valuesOf(statement, SERVICE_ACCOUNT_TAG) ?? ['*'];
  return clusters.flatMap(cluster => namespaces.flatMap(namespace => names.map(serviceAccount =>
    ({ cluster, namespace, serviceAccount, audience: POD_IDENTITY_SERVICE, via: 'pod-identity' as const }))));
}

/** What a key must be equal to, or like; undefined where nothing says so. */
function valuesOf(statement: unknown, wanted: string): string[] | undefined {
  const lowerCase = wanted.toLowerCase();
  const found = conditionsOf(statement).filter(
    ({ operator, key }) =>
      key.toLowerCase() === lowerCase
      && /^(ForAnyValue:)?(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like))$/i.test(operator),
  );
  const values = found.flatMap(one => one.values);
  return values.length === 0 ? undefined : values;
}

/** Nothing of a subject that is no service account, such as a workflow of GitHub. */
function namesIn(subject: string): { namespace: string; serviceAccount: string }[] {
  const names = readSubject(subject);
  if (names !== undefined) return [names];
  return overlap(pattern(subject), ANY_SUBJECT) ? [{ namespace: '*', serviceAccount: '*' }] : [];
}
