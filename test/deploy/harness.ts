/**
 * The real CDK CLI against an endpoint that scripts/deploy-test.sh has started, and what the endpoint holds, read by
 * the AWS SDK.
 */
import { ChildProcess, spawn } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStacksCommand,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { App, Stack } from 'aws-cdk-lib';

export const REGION = 'eu-west-1';
const CDK = join(__dirname, '..', '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');
const BOOTSTRAP = 'CDKToolkit';

/** The address of the endpoint of this worker of jest. */
export const ENDPOINT = (process.env.DEPLOY_TEST_ENDPOINTS ?? '').split(' ')[Number(process.env.JEST_WORKER_ID) - 1];
if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(ENDPOINT)) {
  throw new Error('these tests need the endpoint that `npx projen deploy-test` starts');
}

/** What a command of the CLI came to. */
export interface Outcome {
  readonly status: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

/** A folder that is removed with the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An account of the endpoint, which takes an access key of twelve digits for an account. */
export class Account {
  readonly iam: IAMClient;
  readonly cloudFormation: CloudFormationClient;
  readonly eks: EKSClient;
  private readonly home = temporaryFolder();

  constructor(readonly id: string) {
    const client = { endpoint: ENDPOINT, region: REGION, credentials: { accessKeyId: id, secretAccessKey: 'none' } };
    this.iam = new IAMClient(client);
    this.cloudFormation = new CloudFormationClient(client);
    this.eks = new EKSClient(client);
  }

  /** Runs the CDK CLI, which must succeed. */
  async cdk(...args: string[]): Promise<string> {
    const { status, output } = await this.run(args);
    if (status !== 0) throw new Error(`cdk ${args.join(' ')} ended with ${status}:\n${output}`);
    return output;
  }

  /** Runs the CDK CLI, whatever comes of it. */
  run(args: string[], options: { readonly cwd?: string; readonly endpoint?: string } = {}): Promise<Outcome> {
    return outcome(this.start(args, options));
  }

  /** Starts the CDK CLI: loopback alone, no credentials of the user, no telemetry, no notices. */
  start(
    args: string[],
    { cwd = this.home, endpoint = ENDPOINT }: { readonly cwd?: string; readonly endpoint?: string } = {},
  ): ChildProcess {
    return spawn(process.execPath, [CDK, ...args, '--no-notices', '--no-color', '--ci'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        TMPDIR: process.env.TMPDIR,
        HOME: this.home,
        CDK_HOME: this.home,
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: this.id,
        AWS_SECRET_ACCESS_KEY: 'none',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
      },
    });
  }

  /** `cdk bootstrap`, by the account itself; another account may be let in to deploy. */
  async bootstrap(deployer?: Account): Promise<void> {
    const trust = deployer
      ? ['--trust', deployer.id, '--cloudformation-execution-policies', 'arn:aws:iam::aws:policy/AdministratorAccess']
      : [];
    await this.cdk('bootstrap', `aws://${this.id}/${REGION}`, '--no-version-reporting', ...trust);
  }

  /** The resources of a stack: type and physical id by logical id. */
  async resources(stackName: string): Promise<Record<string, { readonly type: string; readonly id: string }>> {
    const { StackResources = [] } = await this.cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: stackName }),
    );
    return Object.fromEntries(
      StackResources.map(({ LogicalResourceId: logicalId, ResourceType: type, PhysicalResourceId: id }) => [
        logicalId,
        { type: type!, id: id! },
      ]),
    );
  }

  /** The names of the roles of a stack. */
  async roleNames(stackName: string): Promise<string[]> {
    return Object.values(await this.resources(stackName))
      .filter(({ type }) => type === 'AWS::IAM::Role')
      .map(({ id }) => id)
      .sort();
  }

  /** The trust policy of a role, as IAM holds it. */
  async trust(roleName: string): Promise<any> {
    const { Role } = await this.iam.send(new GetRoleCommand({ RoleName: roleName }));
    return JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!));
  }

  /**
   * The trust policies of the roles of a stack that trust a provider, Pod Identity or another role; not those of
   * services for themselves.
   */
  async workloadTrusts(stackName: string): Promise<any[]> {
    const trusts = await Promise.all((await this.roleNames(stackName)).map(name => this.trust(name)));
    return trusts.filter(({ Statement }) =>
      Statement.some(({ Principal }: any) => !Principal.Service || Principal.Service === 'pods.eks.amazonaws.com'),
    );
  }

  /** The providers of the account: audiences by ARN. */
  async providers(): Promise<Record<string, string[]>> {
    const { OpenIDConnectProviderList = [] } = await this.iam.send(new ListOpenIDConnectProvidersCommand({}));
    return Object.fromEntries(
      await Promise.all(
        OpenIDConnectProviderList.map(async ({ Arn }) => {
          const { ClientIDList } = await this.iam.send(
            new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }),
          );
          return [Arn, ClientIDList];
        }),
      ),
    );
  }

  /** The issuer of a cluster, as EKS tells it, without https://. */
  async issuer(clusterName: string): Promise<string> {
    const { cluster } = await this.eks.send(new DescribeClusterCommand({ name: clusterName }));
    return cluster!.identity!.oidc!.issuer!.replace('https://', '');
  }

  async output(stackName: string, name: string): Promise<string | undefined> {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks![0].Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
  }

  async status(stackName: string): Promise<string> {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks![0].StackStatus!;
  }

  /** What an account holds besides its bootstrap stack, as a deployment could leave it behind. */
  async leftovers(): Promise<string[]> {
    const [stacks, roles, policies, providers] = await Promise.all([
      this.cloudFormation.send(new ListStacksCommand({})),
      this.iam.send(new ListRolesCommand({})),
      this.iam.send(new ListPoliciesCommand({ Scope: 'Local' })),
      this.providers(),
    ]);
    const roleNames = roles.Roles!.map(({ RoleName }) => RoleName!);
    const inline = await Promise.all(
      roleNames.map(async RoleName => {
        const { PolicyNames = [] } = await this.iam.send(new ListRolePoliciesCommand({ RoleName }));
        return PolicyNames.map(name => `inline policy ${RoleName}/${name}`);
      }),
    );
    return [
      ...stacks
        .StackSummaries!.filter(({ StackStatus: status }) => status !== StackStatus.DELETE_COMPLETE)
        .map(({ StackName }) => `stack ${StackName}`),
      ...roleNames.map(name => `role ${name}`),
      ...policies.Policies!.map(({ PolicyName }) => `policy ${PolicyName}`),
      ...inline.flat(),
      ...Object.keys(providers).map(arn => `provider ${arn}`),
    ]
      .filter(text => !text.includes(BOOTSTRAP) && !text.includes('cdk-hnb659fds-'))
      .sort();
  }
}

/** Empties the endpoint: what stays of a stack, a bucket say, is in nobody's way. */
export async function reset(): Promise<void> {
  const response = await fetch(`${ENDPOINT}/_ministack/reset`, { method: 'POST' });
  if (!response.ok) throw new Error(`the endpoint could not be emptied: ${response.status}`);
}

/** Waits for the end of a command. */
export function outcome(child: ChildProcess): Promise<Outcome> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => output += chunk);
  return new Promise((resolve, reject) => child.on('error', reject).on('close', status => resolve({ status, output })));
}

/** Synthesizes an app of one stack; its assembly is for `cdk --app`. */
export function assembly(account: Account, stackName: string, build: (stack: Stack) => void): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')), analyticsReporting: false });
  build(new Stack(app, stackName, { env: { account: account.id, region: REGION } }));
  return app.synth().directory;
}

/** The trust policy that lets service accounts of an issuer in, written out. */
export function webIdentityTrust(accountId: string, issuer: string, subjects: string[]): any {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::${accountId}:oidc-provider/${issuer}` },
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: 'sts.amazonaws.com',
            [`${issuer}:sub`]: subjects.length === 1 ? subjects[0] : subjects,
          },
        },
      },
    ],
  };
}
