/**
 * Plays the EKS Pod Identity Agent and the service behind it: a process asks by HTTP, with its token. The API server
 * says whose token that is; the association and the roles are those of the endpoint; the IAM policy engine decides
 * about every role; the endpoint gives the session, in which it evaluates policies, boundary and session policy.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
import { createServer, IncomingMessage } from 'http';
import { AddressInfo } from 'net';
import {
  DescribePodIdentityAssociationCommand, ListPodIdentityAssociationsCommand, PodIdentityAssociation,
} from '@aws-sdk/client-eks';
import {
  GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand,
  Role,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, Credentials, STSClient } from '@aws-sdk/client-sts';
import { Account, ENDPOINT, REGION } from '../deploy/harness';
import { letsSessionIn, trusts } from '../judges/iam-simulator';
import { ApiServer } from '../token/kubernetes-cluster';

const AUDIENCE = 'pods.eks.amazonaws.com';
const SUBJECT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** What the agent answers instead of credentials. */
class Refusal extends Error {
  constructor(public readonly status: number, public readonly code: string, message: string) {
    super(message);
  }
}

export class PodIdentityAgent {
  /** @param accounts that of the cluster first */
  public static async start(
    cluster: ApiServer, clusterName: string, accounts: readonly Account[],
  ): Promise<PodIdentityAgent> {
    const agent = new PodIdentityAgent(cluster, clusterName, accounts);
    await new Promise<void>(listening => agent.server.listen(0, '127.0.0.1', listening));
    return agent;
  }

  private readonly server = createServer((request, response) => {
    void this.answer(request).then(
      credentials => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(credentials)),
      ({ status = 500, code = 'InternalServerException', message }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code, message })),
    );
  });

  private constructor(
    private readonly cluster: ApiServer,
    private readonly clusterName: string,
    private readonly accounts: readonly Account[],
  ) {}

  /** In place of that on 169.254.170.23. */
  public get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(closed => this.server.close(closed));
  }

  private async answer({ method, url, headers }: IncomingMessage): Promise<object> {
    if (method !== 'GET' || url !== '/v1/credentials') throw new Refusal(404, 'NotFound', 'no such page');
    const user = await this.cluster.reviewToken(headers.authorization ?? '', AUDIENCE);
    const [, namespace, serviceAccount] = SUBJECT.exec(user ?? '') ?? [];
    if (namespace === undefined) throw new Refusal(401, 'InvalidTokenException', 'the token is not valid');
    const association = await this.association(namespace, serviceAccount);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = await this.session(association);
    return { AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration, AccountId: this.accounts[0].id };
  }

  private async association(namespace: string, serviceAccount: string): Promise<PodIdentityAssociation> {
    const { eks } = this.accounts[0];
    const { clusterName } = this;
    const { associations: [found] = [] } = await eks.send(
      new ListPodIdentityAssociationsCommand({ clusterName, namespace, serviceAccount }),
    );
    if (found === undefined) {
      throw new Refusal(404, 'ResourceNotFoundException', `no association of ${namespace}/${serviceAccount}`);
    }
    const { association } = await eks.send(
      new DescribePodIdentityAssociationCommand({ clusterName, associationId: found.associationId }),
    );
    return association!;
  }

  private async session(association: PodIdentityAssociation): Promise<Credentials> {
    const { roleArn, targetRoleArn, disableSessionTags, policy, externalId, namespace, serviceAccount } = association;
    const [account] = this.accounts;
    const clusterArn = `arn:aws:eks:${REGION}:${account.id}:cluster/${this.clusterName}`;
    const tags: Record<string, string> = disableSessionTags
      ? {}
      : {
        'eks-cluster-arn': clusterArn,
        'eks-cluster-name': this.clusterName,
        'kubernetes-namespace': namespace!,
        'kubernetes-service-account': serviceAccount!,
      };
    const tagContext = {
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
      ...!disableSessionTags && { 'aws:TagKeys': Object.keys(tags) },
    };
    const actions = disableSessionTags ? ['sts:AssumeRole'] : ['sts:AssumeRole', 'sts:TagSession'];
    const first = await this.role(roleArn!);
    const context = { 'aws:SourceArn': clusterArn, 'aws:SourceAccount': account.id, ...tagContext };
    const trust = trustOf(first);
    if (!actions.every(action => trusts(trust, AUDIENCE, action, context))) throw denied(roleArn!);
    if (targetRoleArn === undefined) return this.assume(roleArn!, tags, policy);

    const next = await this.role(targetRoleArn);
    const request = {
      caller: { account: accountOf(roleArn!), name: first.RoleName! },
      ...await this.policies(first),
      next: { account: accountOf(targetRoleArn), name: next.RoleName!, trust: trustOf(next) },
    };
    const isLetIn = (action: string) => {
      const ofAction = action === 'sts:AssumeRole' ? { 'sts:ExternalId': externalId! } : {};
      return letsSessionIn({ ...request, context: { ...tagContext, ...ofAction } as Record<string, string> }, action);
    };
    if (!actions.every(isLetIn)) throw denied(targetRoleArn);
    return this.assume(targetRoleArn, tags, policy);
  }

  private iamOf(roleArn: string): IAMClient {
    const account = this.accounts.find(({ id }) => id === accountOf(roleArn));
    if (account === undefined) throw denied(roleArn);
    return account.iam;
  }

  private async role(arn: string): Promise<Role> {
    const read = this.iamOf(arn).send(new GetRoleCommand({ RoleName: arn.slice(arn.lastIndexOf('/') + 1) }));
    const role = await read.then(({ Role: found }) => found, () => undefined);
    if (role?.Arn !== arn) throw denied(arn);
    return role;
  }

  private async policies({ RoleName, Arn, PermissionsBoundary }: Role): Promise<{ policies: any[]; boundary?: any }> {
    const iam = this.iamOf(Arn!);
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const policies = await Promise.all(PolicyNames.map(async PolicyName => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return parsed(PolicyDocument!);
    }));
    const PolicyArn = PermissionsBoundary?.PermissionsBoundaryArn;
    if (PolicyArn === undefined) return { policies };
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy!.DefaultVersionId }),
    );
    return { policies, boundary: parsed(PolicyVersion!.Document!) };
  }

  /** The endpoint gives the session; that it may, is decided. */
  private async assume(roleArn: string, tags: Record<string, string>, policy?: string): Promise<Credentials> {
    const sts = new STSClient({
      endpoint: ENDPOINT,
      region: REGION,
      credentials: { accessKeyId: accountOf(roleArn), secretAccessKey: 'none' },
    });
    sts.middlewareStack.add(next => args => {
      (args.request as { headers: Record<string, string> }).headers['x-pod-identity-agent'] = 'decided';
      return next(args);
    }, { step: 'build' });
    const { Credentials: credentials } = await sts.send(new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: `eks-${this.clusterName}-pod`,
      Policy: policy,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
    return credentials!;
  }
}

function accountOf(arn: string): string {
  return arn.split(':')[4];
}

function trustOf({ AssumeRolePolicyDocument: document }: Role): any {
  return parsed(document!);
}

function parsed(document: string): any {
  return JSON.parse(decodeURIComponent(document));
}

function denied(roleArn: string): Refusal {
  return new Refusal(400, 'AccessDeniedException', `may not assume ${roleArn}`);
}
