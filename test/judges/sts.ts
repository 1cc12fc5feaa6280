/**
 * Judge: STS. Decides `AssumeRoleWithWebIdentity` from what is deployed in an account, in the order that its errors
 * show: the provider of the issuer, the keys by OpenID Connect discovery, the token by `jose`, the audience, and the
 * trust policy by the IAM policy engine.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
import { createLocalJWKSet, decodeJwt, errors, JWTPayload, jwtVerify } from 'jose';
import { deployed } from './deployment';
import { letsIn } from './iam-simulator';

/** Gets a document over https; nothing where there is none. */
export type Get = (url: string) => Promise<string | undefined>;

interface Provider {
  readonly arn: string;
  readonly url: string;
  readonly clientIds: string[];
}

/** What IAM of an account holds. */
export interface Account {
  readonly providers: Provider[];
  /** The trust policies of the roles, by ARN. */
  readonly roles: Record<string, any>;
  /** Of the stacks, by the name of the output. */
  readonly outputs: Record<string, string>;
}

/** What the deployment of templates to an account makes of them. */
export function deployTo(accountId: string, templates: any[], values: Record<string, string> = {}): Account {
  const account: Account = { providers: [], roles: {}, outputs: {} };
  for (const template of templates) deploy(template, accountId, account, values);
  return account;
}

function deploy(
  { Resources, Outputs = {} }: any,
  accountId: string,
  account: Account,
  given: Record<string, string>,
): void {
  const values: Record<string, string> = {
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::Region': 'eu-west-1',
    'AWS::URLSuffix': 'amazonaws.com',
    ...given,
  };
  const ofType = (type: string) => Object.entries<any>(Resources ?? {}).filter(([, { Type }]) => Type === type);
  for (const [
    id,
    {
      Properties: { Url, ClientIdList },
    },
  ] of ofType('AWS::IAM::OIDCProvider')) {
    const url: string = deployed(Url, { values });
    const arn = `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https:\/\//, '')}`;
    values[id] = values[`${id}.Arn`] = arn;
    account.providers.push({ arn, url, clientIds: deployed(ClientIdList, { values }) });
  }
  const roles = ofType('AWS::IAM::Role');
  for (const [
    id,
    {
      Properties: { Path = '/', RoleName = `${id}-GENERATED` },
    },
  ] of roles) {values[`${id}.Arn`] = `arn:aws:iam::${accountId}:role${Path}${RoleName}`;}
  for (const [id, { Properties }] of roles) {
    const trust = deployed(Properties.AssumeRolePolicyDocument, { values });
    account.roles[values[`${id}.Arn`]] = typeof trust === 'string' ? JSON.parse(trust) : trust;
  }
  for (const [name, { Value }] of Object.entries<any>(Outputs)) account.outputs[name] = deployed(Value, { values });
}

/** What a pod asks with. */
export interface WebIdentityRequest {
  readonly roleArn: string;
  readonly token: string;
}

/**
 * Lets a token in, and says what it claims.
 *
 * @throws what STS says, its code first, when it does not
 */
export async function assumeRoleWithWebIdentity(
  account: Account,
  request: WebIdentityRequest,
  get: Get,
  now = new Date(),
): Promise<JWTPayload> {
  const { roleArn, token } = request;
  const { iss } = claimsOf(token);
  const provider = account.providers.find(({ url }) => url === iss);
  if (!provider) throw new Error(`InvalidIdentityToken: No OpenIDConnect provider found in your account for ${iss}`);

  const keys = createLocalJWKSet(await keysOf(provider.url, get));
  const { payload } = await jwtVerify(token, keys, { issuer: iss, algorithms: ['RS256'], currentDate: now }).catch(
    (error: Error) => {
      throw new Error(
        `${error instanceof errors.JWTExpired ? 'ExpiredTokenException: Token expired' : 'InvalidIdentityToken'}: `
          + `${error.message}`,
      );
    },
  );
  if (payload.exp === undefined) throw new Error('InvalidIdentityToken: no expiry');
  const audiences = [payload.aud ?? []].flat();
  if (audiences.length !== 1 || !provider.clientIds.includes(audiences[0])) {
    throw new Error(`InvalidIdentityToken: Incorrect token audience: ${audiences}`);
  }

  const trust = account.roles[roleArn];
  const issuer = provider.url.replace(/^https:\/\//, '');
  const identity = {
    providerArn: provider.arn,
    issuer,
    sub: payload.sub,
    aud: audiences[0],
    account: roleArn.split(':')[4],
  };
  if (!trust || !letsIn(trust, identity)) {
    throw new Error('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
  return payload;
}

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw new Error('InvalidIdentityToken: The ID Token provided is not a valid JWT.');
  }
}

async function keysOf(issuer: string, get: Get): Promise<any> {
  const unreachable = (what: string) =>
    new Error(`InvalidIdentityToken: Couldn't retrieve verification key from your identity provider: ${what}`);
  const discovery = await get(`${issuer}/.well-known/openid-configuration`);
  if (discovery === undefined) throw unreachable('no discovery document');
  const configuration = JSON.parse(discovery);
  if (configuration.issuer !== issuer) throw unreachable(`it says it is ${configuration.issuer}`);
  const keys = await get(configuration.jwks_uri);
  if (keys === undefined) throw unreachable('no keys');
  return JSON.parse(keys);
}
