/**
 * An AWS endpoint in this process: it answers as the services do, and fails as it is told. What it answers to a sound
 * request is what AWS documents; the same reads against an endpoint that somebody else wrote are in test/doctor.
 */
import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';
import { Duplex } from 'stream';

export const ACCOUNT = '111122223333';
export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/B10E';
export const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/api`;
export const SUBJECT = 'system:serviceaccount:payments:api';
export const TRUST = {
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: PROVIDER },
    Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: SUBJECT } },
  }],
};
export const READ_BUCKET = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' }],
};

export interface Asked {
  /** `iam:GetRole`. */
  readonly action: string;
  readonly params: Record<string, string>;
  readonly headers: IncomingMessage['headers'];
}

export interface Answer {
  readonly status?: number;
  readonly body: string;
  readonly type?: string;
  /** In milliseconds. */
  readonly after?: number;
}

type Answering = Answer | ((asked: Asked) => Answer);

const JSON_TYPE = 'application/x-amz-json-1.1';

/** An answer of IAM or STS. */
export function xml(action: string, content: string): Answer {
  const name = action.split(':')[1];
  return {
    body:
      `<${name}Response `
      + `xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><${name}Result>${content}</${name}Result>`
      + `<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></${name}Response>`,
  };
}

export function json(body: unknown): Answer {
  return { body: JSON.stringify(body), type: JSON_TYPE };
}

/** An error in the protocol of the action's service. */
export function failure(action: string, code: string, message: string, status = 400): Answer {
  if (/^(iam|sts):/.test(action)) {
    return {
      status,
      body:
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`
        + '<RequestId>0</RequestId></ErrorResponse>',
    };
  }
  return { ...json({ __type: code, message }), status };
}

export function denied(action: string): Answer {
  const code = /^(iam|sts):/.test(action) ? 'AccessDenied' : 'AccessDeniedException';
  return failure(
    action,
    code,
    `User: arn:aws:iam::${ACCOUNT}:user/somebody is not authorized to perform: ${action}`,
    403,
  );
}

const encoded = (document: unknown) => encodeURIComponent(JSON.stringify(document));

export function roleXml(arn: string, trust: unknown, more = ''): string {
  return (
    `<Arn>${arn}</Arn><RoleName>${arn.split('/').pop()}</RoleName><Path>/</Path><RoleId>AROA</RoleId>`
    + '<CreateDate>2024-01-01T00:00:00Z</CreateDate>'
    + `<AssumeRolePolicyDocument>${typeof trust === 'string' ? trust : encoded(trust)}</AssumeRolePolicyDocument>`
    + `<MaxSessionDuration>7200</MaxSessionDuration>${more}`
  );
}

function attachedXml(name: string): string {
  const arn = `arn:aws:iam::${ACCOUNT}:policy/${name}`;
  return `<member><PolicyName>${name}</PolicyName><PolicyArn>${arn}</PolicyArn></member>`;
}

/** How a list ends: with its last page, or with one of several. */
const LAST = '<IsTruncated>false</IsTruncated>';
const MORE = '<IsTruncated>true</IsTruncated><Marker>more</Marker>';

/** Everything is as it should be. */
const HEALTHY: { readonly [action: string]: Answering } = {
  'sts:GetCallerIdentity': xml(
    'sts:GetCallerIdentity',
    `<Arn>arn:aws:iam::${ACCOUNT}:user/somebody</Arn><UserId>AIDA</UserId><Account>${ACCOUNT}</Account>`,
  ),
  'sts:AssumeRoleWithWebIdentity': xml(
    'sts:AssumeRoleWithWebIdentity',
    '<Credentials><AccessKeyId>ASIAQQQQQQQQQQQQQQQQ</AccessKeyId><SecretAccessKey>the-secret-key</SecretAccessKey>'
      + '<SessionToken>the-session-token</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>'
      + '<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>'
      + `<Arn>arn:aws:sts::${ACCOUNT}:assumed-role/api/cdk-irsa-doctor</Arn></AssumedRoleUser>`,
  ),
  'eks:DescribeCluster': ({ params: { name } }) =>
    name === 'production'
      ? json({
        cluster: {
          name,
          arn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/${name}`,
          endpoint: 'https://1.eks.amazonaws.com',
          identity: { oidc: { issuer: `https://${ISSUER}` } },
          accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
        },
      })
      : failure('eks:DescribeCluster', 'ResourceNotFoundException', `No cluster found for name: ${name}.`, 404),
  'eks:ListClusters': ({ params: { nextToken } }) =>
    json(nextToken ? { clusters: ['staging'] } : { clusters: ['production'], nextToken: 'more' }),
  'eks:ListPodIdentityAssociations': json({ associations: [] }),
  'eks:ListAccessEntries': json({ accessEntries: [] }),
  'eks:DescribeAccessEntry': ({ params: { id } }) =>
    json({ accessEntry: { principalArn: id, kubernetesGroups: [], username: id, type: 'STANDARD' } }),
  'eks:ListAssociatedAccessPolicies': json({ associatedAccessPolicies: [] }),
  'eks:DescribePodIdentityAssociation': ({ params: { id } }) =>
    json({ association: { associationId: id, roleArn: `arn:aws:iam::${ACCOUNT}:role/other` } }),
  'iam:GetOpenIDConnectProvider': ({ params }) =>
    params.OpenIDConnectProviderArn === PROVIDER
      ? xml(
        'iam:GetOpenIDConnectProvider',
        `<Url>${ISSUER}</Url><ClientIDList><member>sts.amazonaws.com</member></ClientIDList>`
          + `<ThumbprintList><member>${'9'.repeat(40)}</member></ThumbprintList>`,
      )
      : failure('iam:GetOpenIDConnectProvider', 'NoSuchEntity', 'no such provider', 404),
  'iam:ListOpenIDConnectProviders': xml(
    'iam:ListOpenIDConnectProviders',
    `<OpenIDConnectProviderList><member><Arn>${PROVIDER}</Arn></member></OpenIDConnectProviderList>`,
  ),
  'iam:GetRole': ({ params: { RoleName: name } }) =>
    name === 'api'
      ? xml('iam:GetRole', `<Role>${roleXml(ROLE, TRUST)}</Role>`)
      : failure('iam:GetRole', 'NoSuchEntity', `The role with name ${name} cannot be found.`, 404),
  'iam:ListRoles': ({ params: { Marker: marker } }) =>
    xml(
      'iam:ListRoles',
      `<Roles><member>${roleXml(marker ? `${ROLE}-2` : ROLE, TRUST)}</member></Roles>${marker ? LAST : MORE}`,
    ),
  'iam:ListAttachedRolePolicies': ({ params: { Marker: marker } }) =>
    xml(
      'iam:ListAttachedRolePolicies',
      marker
        ? `<AttachedPolicies>${attachedXml('two')}</AttachedPolicies>${LAST}`
        : `<AttachedPolicies>${attachedXml('one')}</AttachedPolicies>${MORE}`,
    ),
  'iam:ListRolePolicies': xml(
    'iam:ListRolePolicies',
    '<PolicyNames><member>inside</member></PolicyNames><IsTruncated>false</IsTruncated>',
  ),
  'iam:GetPolicy': ({ params: { PolicyArn: arn } }) =>
    xml('iam:GetPolicy', `<Policy><Arn>${arn}</Arn><DefaultVersionId>v7</DefaultVersionId></Policy>`),
  'iam:GetPolicyVersion': ({ params: { VersionId: version } }) =>
    version === 'v7'
      ? xml(
        'iam:GetPolicyVersion',
        `<PolicyVersion><VersionId>v7</VersionId><Document>${encoded(READ_BUCKET)}</Document></PolicyVersion>`,
      )
      : failure('iam:GetPolicyVersion', 'NoSuchEntity', 'not the default version', 404),
  'iam:GetRolePolicy': ({ params: { RoleName, PolicyName } }) =>
    xml(
      'iam:GetRolePolicy',
      `<RoleName>${RoleName}</RoleName><PolicyName>${PolicyName}</PolicyName>`
        + `<PolicyDocument>${encoded(READ_BUCKET)}</PolicyDocument>`,
    ),
  'iam:SimulatePrincipalPolicy': xml(
    'iam:SimulatePrincipalPolicy',
    '<EvaluationResults><member><EvalActionName>s3:GetObject</EvalActionName><EvalDecision>allowed</EvalDecision>'
      + '<MatchedStatements><member><SourcePolicyId>one</SourcePolicyId></member></MatchedStatements>'
      + '<MissingContextValues/><PermissionsBoundaryDecisionDetail>'
      + '<AllowedByPermissionsBoundary>true</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>'
      + '</member></EvaluationResults><IsTruncated>false</IsTruncated>',
  ),
  'cloudtrail:LookupEvents': json({ Events: [] }),
};

/** One for a test file: `AWS_ENDPOINT_URL` leads to it, and nothing else of the environment to AWS. */
export class AwsServer {
  public readonly asked: Asked[] = [];
  private answers: { [action: string]: Answering } = {};
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));
  private environment: NodeJS.ProcessEnv = {};

  public async start(): Promise<void> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    this.environment = { ...process.env };
    this.reset();
  }

  public async stop(): Promise<void> {
    process.env = this.environment;
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  /** Healthy again. */
  public reset(): void {
    this.answers = {};
    this.asked.length = 0;
    for (const name of Object.keys(process.env).filter(key => key.startsWith('AWS_'))) delete process.env[name];
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: 'AKIAQQQQQQQQQQQQQQQQ',
      AWS_SECRET_ACCESS_KEY: 'my-secret-key',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A connection that was made in another way. */
  public accept(connection: Duplex): void {
    this.server.emit('connection', connection);
  }

  public answer(action: string, answer: Answering): void {
    this.answers[action] = answer;
  }

  public deny(...actions: string[]): void {
    for (const action of actions) this.answer(action, denied(action));
  }

  public times(action: string): number {
    return this.asked.filter(one => one.action === action).length;
  }

  /** How many connections are open. */
  public connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = { ...actionOf(request, Buffer.concat(chunks).toString()), headers: request.headers };
    this.asked.push(asked);
    const answering =
      this.answers[asked.action]
      ?? HEALTHY[asked.action]
      ?? failure(asked.action, 'InvalidAction', `no answer to ${asked.action}`);
    const {
      status = 200,
      body,
      type = 'text/xml',
      after = 0,
    } = typeof answering === 'function' ? answering(asked) : answering;
    setTimeout(() => response.writeHead(status, { 'content-type': type }).end(body), after).unref();
  }
}

function actionOf({ headers, url = '', method }: IncomingMessage, body: string): Pick<Asked, 'action' | 'params'> {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return { action: `cloudtrail:${target.split('.').pop()}`, params: JSON.parse(body) };
  if (method === 'POST') {
    const { Action: name, ...params } = Object.fromEntries(new URLSearchParams(body));
    return { action: `${params.Version === '2011-06-15' ? 'sts' : 'iam'}:${name}`, params };
  }
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, , name, kind, id, part] = pathname.split('/').map(decodeURIComponent);
  const params = { name, kind, id, ...Object.fromEntries(searchParams) };
  if (kind === 'access-entries') {
    if (id === undefined) return { action: 'eks:ListAccessEntries', params };
    return { action: part === undefined ? 'eks:DescribeAccessEntry' : 'eks:ListAssociatedAccessPolicies', params };
  }
  if (name === undefined) return { action: 'eks:ListClusters', params };
  if (kind === undefined) return { action: 'eks:DescribeCluster', params };
  return {
    action: id === undefined ? 'eks:ListPodIdentityAssociations' : 'eks:DescribePodIdentityAssociation',
    params,
  };
}

/** What EKS answers about the cluster `production`. */
export const clusterJson = (endpoint: string, issuer: string | undefined = `https://${ISSUER}`) =>
  json({
    cluster: {
      name: 'production',
      arn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/production`,
      endpoint,
      identity: issuer && { oidc: { issuer } },
      accessConfig: { authenticationMode: 'API' },
    },
  });

/** What IAM answers about all roles of the account. */
export const rolesXml = (...roles: [arn: string, trust: any][]) =>
  xml(
    'iam:ListRoles',
    `<Roles>${roles.map(([arn, trust]) => `<member>${roleXml(arn, trust)}</member>`).join('')}</Roles>`
      + '<IsTruncated>false</IsTruncated>',
  );
