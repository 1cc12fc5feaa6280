/**
 * STS and CloudTrail in front of the local endpoint, which looks at no provider, no key and no expiry of a token, and
 * writes down no failure. Two judges decide: that of test/token, from what the endpoint's IAM holds and the keys of the
 * API server, and the endpoint, which evaluates the trust policy, too. What came of it, CloudTrail tells.
 */
import { createServer, IncomingMessage, request as send, ServerResponse } from 'http';
import { AddressInfo } from 'net';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { decodeJwt } from 'jose';
import { Account as Deployed, ENDPOINT } from '../deploy/harness';
import { assumeRoleWithWebIdentity, Get } from '../judges/sts';

interface Event {
  readonly EventId: string;
  readonly EventName: string;
  readonly EventTime: number;
  readonly Username: string;
  readonly CloudTrailEvent: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

export class StsServer {
  public static async start(accounts: readonly Deployed[], get: Get): Promise<StsServer> {
    const sts = new StsServer(accounts, get);
    await new Promise<void>(listening => sts.server.listen(0, '127.0.0.1', listening));
    return sts;
  }

  /** Newest first, as CloudTrail tells them. */
  public readonly events: Event[] = [];
  /** All tokens that were seen. */
  public readonly tokens: string[] = [];
  /** What was given for them. */
  public readonly credentials: string[] = [];
  /** Calls about which the two judges are not of one mind. */
  public readonly disputes: string[] = [];
  private readonly server = createServer((request, response) => void this.handle(request, response));

  private constructor(private readonly accounts: readonly Deployed[], private readonly get: Get) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(closed => this.server.close(closed));
  }

  /** A call of a pod: decided, and written down. */
  private async assume(request: IncomingMessage, body: string): Promise<Answer> {
    const { RoleArn: roleArn = '', WebIdentityToken: token = '' } = Object.fromEntries(new URLSearchParams(body));
    this.tokens.push(token);
    const endpoint = await forwarded(request, body);
    const failure = await this.decide(roleArn, token, endpoint.status === 200);
    const [, errorCode, errorMessage] = /^(\w+): (.*)$/s.exec(failure ?? '') ?? [];
    const subject = subjectOf(token);
    this.events.unshift({
      EventId: `${this.events.length}`,
      EventName: 'AssumeRoleWithWebIdentity',
      EventTime: Date.now() / 1000,
      Username: subject,
      CloudTrailEvent: JSON.stringify({
        eventName: 'AssumeRoleWithWebIdentity',
        userIdentity: { type: 'WebIdentityUser', userName: subject },
        requestParameters: { roleArn },
        errorCode,
        errorMessage,
      }),
    });
    if (errorCode === undefined) {
      for (const [, secret] of endpoint.body.matchAll(/<(?:AccessKeyId|SecretAccessKey|SessionToken)>([^<]+)</g)) {
        this.credentials.push(secret);
      }
      return endpoint;
    }
    const error = `<Error><Type>Sender</Type><Code>${errorCode}</Code><Message>${errorMessage}</Message></Error>`;
    return { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }

  /** Why the token is refused, if it is. */
  private async decide(roleArn: string, token: string, isGiven: boolean): Promise<string | undefined> {
    const account = this.accounts.find(({ id }) => id === roleArn.split(':')[4]);
    if (account === undefined) return 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';
    const providers = Object.entries(await account.providers())
      .map(([arn, clientIds]) => ({ arn, url: `https://${arn.slice(arn.indexOf('/') + 1)}`, clientIds }));
    const getRole = new GetRoleCommand({ RoleName: roleArn.slice(roleArn.lastIndexOf('/') + 1) });
    const role = await account.iam.send(getRole).then(({ Role }) => Role, () => undefined);
    const isThere = role?.Arn === roleArn;
    const roles = isThere ? { [roleArn]: JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument!)) } : {};
    const failure = await assumeRoleWithWebIdentity({ providers, roles, outputs: {} }, { roleArn, token }, this.get)
      .then(() => undefined, ({ message }: Error) => message);
    const isOfTrust = failure === undefined || failure.startsWith('AccessDenied');
    if (isThere && isOfTrust && isGiven !== (failure === undefined)) {
      this.disputes.push(`${roleArn}, ${subjectOf(token)}: ${isGiven ? 'given by' : 'refused by'} the endpoint alone`);
    }
    return failure;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (`${request.headers['x-amz-target']}`.endsWith('LookupEvents')) {
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ Events: this.events }));
    } else {
      const isAssuming = new URLSearchParams(body).get('Action') === 'AssumeRoleWithWebIdentity';
      const answer = await (isAssuming ? this.assume(request, body) : forwarded(request, body));
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
    }
  }
}

function subjectOf(token: string): string {
  try {
    return decodeJwt(token).sub ?? '';
  } catch {
    return '';
  }
}

/** The same call at the endpoint, which checks the signature with the very headers. */
function forwarded({ method, url, headers }: IncomingMessage, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send(`${ENDPOINT}${url}`, { method, headers }, response => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', part => (text += part))
        .on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    })
      .on('error', reject)
      .end(body);
  });
}
