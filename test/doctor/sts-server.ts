/**
 * STS and CloudTrail in front of the local endpoint, which gives every role to every token and writes down no failure:
 * decided by the judge of test/token, from what the endpoint's IAM holds and the keys of the API server. What came of
 * it, CloudTrail tells.
 */
import { createServer, IncomingMessage, ServerResponse } from 'http';
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

export class StsServer {
  public static async start(account: Deployed, get: Get): Promise<StsServer> {
    const sts = new StsServer(account, get);
    await new Promise<void>(listening => sts.server.listen(0, '127.0.0.1', listening));
    return sts;
  }

  /** Newest first, as CloudTrail tells them. */
  public readonly events: Event[] = [];
  /** All tokens that were seen. */
  public readonly tokens: string[] = [];
  private readonly server = createServer((request, response) => void this.handle(request, response));

  private constructor(private readonly account: Deployed, private readonly get: Get) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(closed => this.server.close(closed));
  }

  /** A call of a pod: decided, and written down. */
  public async assume(roleArn: string, token: string): Promise<string> {
    this.tokens.push(token);
    const failure = await this.decide(roleArn, token);
    const [, errorCode, errorMessage] = /^(\w+): (.*)$/s.exec(failure ?? '') ?? [];
    const subject = decodeJwt(token).sub!;
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
    if (errorCode !== undefined) {
      return (
        `<ErrorResponse><Error><Type>Sender</Type><Code>${errorCode}</Code><Message>${errorMessage}</Message></Error>`
        + '</ErrorResponse>'
      );
    }
    const session = roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/');
    return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>
      <Credentials><AccessKeyId>ASIASECRETSECRETSECR</AccessKeyId>
      <SecretAccessKey>secret-of-the-session</SecretAccessKey>
      <SessionToken>token-of-the-session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
      <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>${session}/x</Arn></AssumedRoleUser>
      </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
  }

  private async decide(roleArn: string, token: string): Promise<string | undefined> {
    const providers = Object.entries(await this.account.providers())
      .map(([arn, clientIds]) => ({ arn, url: `https://${arn.slice(arn.indexOf('/') + 1)}`, clientIds }));
    const getRole = new GetRoleCommand({ RoleName: roleArn.slice(roleArn.lastIndexOf('/') + 1) });
    const role = await this.account.iam.send(getRole).then(({ Role }) => Role, () => undefined);
    const roles =
      role?.Arn === roleArn ? { [roleArn]: JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument!)) } : {};
    const deciding = assumeRoleWithWebIdentity({ providers, roles, outputs: {} }, { roleArn, token }, this.get);
    return deciding.then(() => undefined, ({ message }: Error) => message);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { Action: action, RoleArn: roleArn, WebIdentityToken: token } = Object.fromEntries(new URLSearchParams(body));
    if (`${request.headers['x-amz-target']}`.endsWith('LookupEvents')) {
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ Events: this.events }));
    } else if (action === 'AssumeRoleWithWebIdentity') {
      const answer = await this.assume(roleArn, token);
      response.writeHead(answer.startsWith('<Error') ? 400 : 200, { 'content-type': 'text/xml' }).end(answer);
    } else {
      const { authorization = '', 'content-type': type = '' } = request.headers;
      const forwarded = await fetch(ENDPOINT, {
        method: 'POST',
        body,
        headers: { authorization, 'content-type': type },
      });
      response.writeHead(forwarded.status, { 'content-type': 'text/xml' }).end(await forwarded.text());
    }
  }
}
