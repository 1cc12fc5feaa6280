/**
 * A cluster and an account, in which a service account gets its role: the example doctor-after-deploy, deployed by the
 * CDK CLI, its manifests in a real API server, its pod injected by a webhook that the API server calls. And the command
 * as npm installs it.
 */
import { execFile, execFileSync } from 'child_process';
import { generateKeyPairSync, randomUUID } from 'crypto';
import {
  copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync,
} from 'fs';
import { join } from 'path';
import { CreateClusterCommand } from '@aws-sdk/client-eks';
import { StsServer } from './sts-server';
import { WebhookServer } from './webhook-server';
import { exampleDir, filesIn } from '../../scripts/examples';
import { Account, ENDPOINT, REGION, reset } from '../deploy/harness';
import { Manifest, parseManifests } from '../judges/kubernetes';
import { ApiServer, Etcd, Machine } from '../token/kubernetes-cluster';
import { selfSigned } from '../token/loopback-web';

const ROOT = join(__dirname, '..', '..');
export const EXAMPLE = 'doctor-after-deploy';
export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
export const CLUSTER = 'production';

const { DOCTOR_TEST_BIN: bin, DOCTOR_TEST_WORK: workFolder } = process.env;
if (!bin || !workFolder) {
  throw new Error('Run it by `npx projen doctor-test`, which builds Kubernetes and starts an AWS endpoint.');
}

/** Its folder is removed after the tests of the file. */
const ACCOUNT = new Account('111122223333');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class World {
  /** With the example deployed and applied. */
  public static async make(): Promise<World> {
    const world = await World.empty();
    await world.deploy();
    return world;
  }

  /**
   * With nothing in it.
   *
   * @param others accounts that pods may have roles of, too
   */
  public static async empty(others: readonly Account[] = []): Promise<World> {
    const world = new World({ bin: bin!, work: mkdtempSync(join(workFolder!, 'world-')) }, [ACCOUNT, ...others]);
    await reset();
    world.install();
    await world.startCluster();
    return world;
  }

  public readonly account = ACCOUNT;
  public server!: ApiServer;
  public webhook!: WebhookServer;
  public sts!: StsServer;
  /** Of the example, as they were applied. */
  public manifests: Manifest[] = [];
  /** The app as a user has it: the example, with the library and its command installed. */
  public readonly app: string;
  private readonly running: { stop(): Promise<void> }[] = [];

  private constructor(private readonly machine: Machine, public readonly accounts: readonly Account[]) {
    this.app = join(machine.work, 'app');
  }

  /** A folder that goes with the world. */
  public get work(): string {
    return this.machine.work;
  }

  public async stop(): Promise<void> {
    for (const one of this.running) await one.stop();
    rmSync(this.machine.work, { recursive: true, force: true });
  }

  /** The ServiceAccount of the example, as it is to be. */
  public serviceAccount(name: string): Manifest {
    return this.manifests.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === name)!;
  }

  public roleArn(name: string): string {
    return this.serviceAccount(name).metadata.annotations['eks.amazonaws.com/role-arn'];
  }

  /** Applies an object; the webhook knows a service account then, as its cache does. */
  public async apply(object: Manifest): Promise<Manifest> {
    const applied = await this.server.apply(object);
    if (object.kind === 'ServiceAccount') this.webhook.know(applied);
    return applied;
  }

  /** Makes the pod of the example anew. */
  public async renewPod(change: (pod: Manifest) => Manifest = pod => pod): Promise<void> {
    const pod = this.manifests.find(({ kind }) => kind === 'Pod')!;
    await this.server.remove(pod).catch(() => undefined);
    await this.server.apply(change(structuredClone(pod)));
  }

  public kubeConfig(name: string, token?: string, server?: string): string {
    const file = join(this.machine.work, `kubeconfig-${name}`);
    const draft = `${file}.${randomUUID()}`;
    writeFileSync(draft, this.server.kubeConfig(name, token, server), { mode: 0o600 });
    renameSync(draft, file); // at once: another doctor may be reading it
    return file;
  }

  public get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.machine.work,
      TMPDIR: process.env.TMPDIR,
      KUBECONFIG: this.kubeConfig('production'),
      AWS_ENDPOINT_URL: ENDPOINT,
      AWS_ENDPOINT_URL_STS: this.sts.url,
      AWS_ENDPOINT_URL_CLOUDTRAIL: this.sts.url,
      AWS_ACCESS_KEY_ID: this.account.id,
      AWS_SECRET_ACCESS_KEY: 'secret-of-the-caller',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
    };
  }

  /** Runs `cdk-irsa doctor`. */
  public doctor(args: string[], env: NodeJS.ProcessEnv = {}, node: string[] = []): Promise<Ran> {
    return this.run([...node, join(this.app, 'node_modules', 'cdk-irsa', 'bin', 'cdk-irsa'), 'doctor', ...args], env);
  }

  public run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = { cwd: this.app, env: { ...this.environment, ...env }, maxBuffer: 64 * 1024 * 1024 };
    return new Promise(resolve => {
      execFile(process.execPath, args, options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
    });
  }

  private async deploy(): Promise<void> {
    await this.account.bootstrap();
    await this.account
      .run(['deploy', '--all', '--require-approval', 'never', '--no-version-reporting'], { cwd: this.app })
      .then(({ status, output }) => {
        if (status !== 0) throw new Error(output);
      });
    this.manifests = filesIn(join(this.app, 'cdk.out'), /\.k8s\.yaml$/).flatMap(file =>
      parseManifests(readFileSync(file, 'utf8')),
    );
    for (const manifest of this.manifests) await this.apply(manifest);
  }

  private install(): void {
    const installed = join(this.app, 'node_modules', 'cdk-irsa');
    cpSync(exampleDir(EXAMPLE), this.app, { recursive: true, filter: source => !source.includes('cdk.out') });
    mkdirSync(join(installed, 'bin'), { recursive: true });
    mkdirSync(join(this.app, 'node_modules', '.bin'));
    execFileSync(process.execPath, [
      join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
      join(ROOT, 'scripts', 'bundle.ts'),
      join(installed, 'lib'),
    ]);
    copyFileSync(join(ROOT, 'bin', 'cdk-irsa'), join(installed, 'bin', 'cdk-irsa'));
    writeFileSync(
      join(installed, 'package.json'),
      JSON.stringify({ name: 'cdk-irsa', version: '1.2.3', main: join(ROOT, 'src', 'index.ts') }),
    );
    symlinkSync(join('..', 'cdk-irsa', 'bin', 'cdk-irsa'), join(this.app, 'node_modules', '.bin', 'cdk-irsa'));
    for (const name of ['aws-cdk-lib', 'constructs', 'cdk8s', 'tsx']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(this.app, 'node_modules', name));
    }
    symlinkSync(join('..', 'tsx', 'dist', 'cli.mjs'), join(this.app, 'node_modules', '.bin', 'tsx'));
  }

  private async startCluster(): Promise<void> {
    const { machine } = this;
    const certificate = await selfSigned(machine.work, ['webhook.example.com']);
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [publicFile, privateFile] = [join(machine.work, 'sa.pub'), join(machine.work, 'sa.key')];
    writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    this.running.unshift(this.webhook = await WebhookServer.start(certificate));
    const etcd = await Etcd.start(machine);
    this.running.unshift(etcd);
    const issuerFlags = [
      `--service-account-issuer=https://${ISSUER}`,
      `--service-account-key-file=${publicFile}`,
      `--service-account-signing-key-file=${privateFile}`,
    ];
    this.running.unshift(
      (this.server = await ApiServer.start(machine, { name: CLUSTER, etcd, certificate, issuerFlags })),
    );
    this.running.unshift(this.sts = await StsServer.start(this.accounts, url => this.document(url)));
    await this.server.apply(this.webhook.configuration());
    await this.account.eks.send(
      new CreateClusterCommand({
        name: CLUSTER,
        roleArn: `arn:aws:iam::${this.account.id}:role/cluster`,
        resourcesVpcConfig: {},
        accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false },
        tags: { 'test-endpoint': this.server.url, 'test-issuer': `https://${ISSUER}` },
      }),
    );
  }

  /** What EKS serves of the issuer. */
  private async document(url: string): Promise<string | undefined> {
    const keys = `https://${ISSUER}/keys`;
    if (url === `https://${ISSUER}/.well-known/openid-configuration`) {
      return JSON.stringify({ issuer: `https://${ISSUER}`, jwks_uri: keys });
    }
    return url === keys ? JSON.stringify(await this.server.document('/openid/v1/jwks')) : undefined;
  }
}
