import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { dirname, join, relative } from 'path';
import { attachCustomSynthesis, CfnOutput, Lazy, Names, Stack, Stage } from 'aws-cdk-lib';
import { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { CfnOIDCProvider } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BoundHosting, bucketNameOf, CONFIGURATION, IssuerHosting, KEYS } from './issuer-hosting';
import { claim, earlierClaims } from './private/app-registry';
import { failIf, problem, warn } from './private/errors';
import { issuerUrlProblems } from './private/issuer/issuer';
import { JsonWebKey, jsonWebKeys, publicKeysProblem } from './private/issuer/json-web-keys';
import { isToken } from './private/values/is-token';
import { deployedStack, fingerprint, settle, settleForManifest } from './private/values/tokens';

const DEFAULT_OUTDIR = 'cdk.out';

/**
 * Properties of `SelfHostedIssuer`.
 */
export interface SelfHostedIssuerProps {
  /**
   * The public keys that verify the tokens of the API server, as PEM text (`-----BEGIN PUBLIC KEY-----`). Each item may
   * contain several keys. RSA keys of at least 2,048 bits, at most 100. Pass several keys while you rotate them. Never
   * pass a private key.
   */
  readonly publicKeys: string[];

  /**
   * What serves the documents. Required: publishing documents must be an explicit choice.
   */
  readonly hosting: IssuerHosting;

  /**
   * The issuer with `https://`, exactly as in the `iss` claim of the tokens. A literal that the hosting serves, with or
   * without a path.
   *
   * @default - the address that the hosting serves
   */
  readonly issuerUrl?: string;
}

/**
 * The issuer of a cluster that is not EKS: kOps, kubeadm, EKS Anywhere, kind. Synth computes the two public documents
 * that AWS needs to verify the cluster's tokens from its public keys, and writes them to a folder next to the template.
 * You upload them with the commands in `uploadCommands` and in the stack's outputs. No custom resource, no Lambda
 * function.
 *
 * IAM calls the issuer when the provider is created. Therefore deploy this stack first, then upload the documents, then
 * deploy the stack with the `ClusterOidcProvider`.
 *
 * @see https://github.com/aws/amazon-eks-pod-identity-webhook/blob/master/SELF_HOSTED_SETUP.md
 * @see
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ClusterOidcProvider, IssuerHosting, SelfHostedIssuer } from 'cdk-irsa';
 *
 * declare const saPub: string; // readFileSync('sa.pub', 'utf8')
 * const app = new App();
 * const env = { account: '111122223333', region: 'eu-west-1' };
 *
 * const issuer = new SelfHostedIssuer(new Stack(app, 'Issuer', { env }), 'Issuer', {
 *   publicKeys: [saPub],
 *   hosting: IssuerHosting.publicBucket({ bucketName: 'my-cluster-issuer' }),
 * });
 * new ClusterOidcProvider(new Stack(app, 'Workloads', { env }), 'Oidc', { issuerUrl: issuer.issuerUrl });
 */
export class SelfHostedIssuer extends Construct {
  /** The issuer with `https://`, for `ClusterOidcProvider`. Literal if the address of the hosting is. */
  public readonly issuerUrl: string;

  /**
   * The folder that synth writes the documents to, relative to the app's folder if the cloud assembly is `cdk.out`. The
   * folder contains `keys.json` and, if the issuer is literal, `.well-known/openid-configuration`.
   */
  public readonly documentsFolder: string;

  /** The bucket to upload the documents to. Undefined with `IssuerHosting.elsewhere`. */
  public readonly bucket?: IBucket;

  /** The distribution of `IssuerHosting.cloudFront`. Point the DNS record of your domain to it. */
  public readonly distribution?: IDistribution;

  private readonly stack: Stack;
  private readonly keys: JsonWebKey[];
  private readonly hosted: BoundHosting;
  /** The name of the bucket at construction, if it is known at synth time. The issuer contains it. */
  private readonly bucketName: unknown;
  /** The discovery document as an output, if it is known only at deployment. */
  private readonly configurationOutput?: CfnOutput;

  constructor(scope: Construct, id: string, props: SelfHostedIssuerProps) {
    super(scope, id);
    this.stack = Stack.of(this);
    failIf(this, this.nestedProblem());
    failIf(
      this,
      publicKeysProblem('publicKeys', props?.publicKeys)
        ?? (props.hosting instanceof IssuerHosting
          ? undefined
          : problem('hosting', 'be an IssuerHosting', props.hosting, 'Use a factory of IssuerHosting.')),
    );

    this.keys = jsonWebKeys(props.publicKeys);
    this.hosted = props.hosting._bind(this, props.issuerUrl);
    this.issuerUrl = this.hosted.issuerUrl;
    this.bucket = this.hosted.bucket;
    this.bucketName = settleForManifest(this, this.bucket?.bucketName);
    this.distribution = this.hosted.distribution;
    this.documentsFolder = [DEFAULT_OUTDIR, ...this.assemblyPath(), this.folderName()].join('/');
    if (isToken(this.issuerUrl)) {
      this.configurationOutput = this.output('OpenIdConfiguration', 'The discovery document of the issuer', () =>
        JSON.stringify(this.configuration()),
      );
    }
    if (this.bucket) {
      this.output('UploadCommands', 'Uploads the documents of the issuer, from the folder of the CDK app', () =>
        this.uploadCommands.join('\n'),
      );
    }
    this.output('ApiServerFlags', 'Flags for the API server', () => this.apiServerFlags.join('\n'));

    claim(this, () => this.places());
    this.node.addValidation({
      validate: () => {
        this.warnOfProviders();
        return this.problems();
      },
    });
    attachCustomSynthesis(this, { onSynthesize: ({ outdir }) => this.write(join(outdir, this.folderName())) });
  }

  /**
   * The AWS CLI commands that upload the documents. Run them in the app's folder after the stack is deployed. Empty
   * with `IssuerHosting.elsewhere`. They contain tokens if the bucket or region is known only at deployment; the
   * stack's output contains the actual values.
   */
  public get uploadCommands(): string[] {
    const { bucket, keyPrefix } = this.hosted;
    if (!bucket) return [];
    const upload = (source: string, document: string) =>
      `aws s3 cp ${source} s3://${bucketNameOf(bucket)}/${keyPrefix}${document} --content-type application/json `
        + `--region ${bucket.env.region}`;
    return [
      upload(`${this.documentsFolder}/${KEYS}`, KEYS),
      this.configurationOutput
        ? `${this.printOutput(this.configurationOutput)} | ${upload('-', CONFIGURATION)}`
        : upload(`${this.documentsFolder}/${CONFIGURATION}`, CONFIGURATION),
    ];
  }

  /**
   * The flags that the API server needs, with the paths of kubeadm: `sa.key` is the signing key, and `sa.pub` contains
   * all public keys. Do not add `sts.amazonaws.com` to `--api-audiences` (by default the issuer): tokens for AWS would
   * then be valid for the API server, too.
   */
  public get apiServerFlags(): string[] {
    return [
      `--service-account-issuer=${this.issuerUrl}`,
      `--service-account-jwks-uri=${this.issuerUrl}/${KEYS}`,
      '--service-account-key-file=/etc/kubernetes/pki/sa.pub',
      '--service-account-signing-key-file=/etc/kubernetes/pki/sa.key',
    ];
  }

  /**
   * Virtual-hosted and path style are two issuers for the same documents, so both the issuer and the location are
   * claimed.
   */
  private places(): string[] {
    const { bucket, issuerUrl, keyPrefix } = this.hosted;
    return [
      `issuer ${fingerprint(this, issuerUrl)}`,
      ...(bucket ? [`documents ${fingerprint(this, bucketNameOf(bucket))} ${keyPrefix}`] : []),
    ];
  }

  private configuration(): object {
    return {
      issuer: this.issuerUrl,
      jwks_uri: `${this.issuerUrl}/${KEYS}`,
      authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub', 'iss'],
    };
  }

  private output(id: string, description: string, produce: () => string): CfnOutput {
    return new CfnOutput(this, id, { description, value: Lazy.string({ produce }) });
  }

  private printOutput(output: CfnOutput): string {
    const query = `Stacks[0].Outputs[?OutputKey=='${this.stack.resolve(output.logicalId)}'].OutputValue`;
    return `aws cloudformation describe-stacks --stack-name ${this.stack.stackName} --query "${query}" --output text `
      + `--region ${this.stack.region}`;
  }

  private folderName(): string {
    return `${Names.uniqueResourceName(this, { separator: '-', maxLength: 128 })}.issuer`;
  }

  /** Returns the folders between the cloud assembly of the app and that of this stage. */
  private assemblyPath(): string[] {
    const own = Stage.of(this)!;
    const app = own.node.root as Stage;
    return relative(app.outdir, own.outdir).split(/[/\\]/).filter(part => part !== '');
  }

  private nestedProblem(): string | undefined {
    if (!this.stack.nestedStackParent) return undefined;
    return problem(
      'scope',
      'be in a top-level stack',
      this.stack.node.path,
      'The commands are outputs of the stack, and the CLI does not print those of a nested stack.',
    );
  }

  private problems(): string[] {
    const twice = earlierClaims(this).map(other =>
      problem(
        'issuerUrl',
        'belong to one cluster',
        settle(this, this.issuerUrl),
        `${other.node.path} has the same issuer or the same location for its documents, so one would overwrite the `
          + `documents of the other. Use a separate bucket or path for each (${this.node.path}).`,
      ),
    );
    return [...issuerUrlProblems(this, 'issuerUrl', this.issuerUrl), ...this.renamedProblems(), ...twice];
  }

  /** An aspect or an override can rename the bucket after its name became part of the issuer. */
  private renamedProblems(): string[] {
    const now = settleForManifest(this, this.bucket?.bucketName);
    if (typeof this.bucketName !== 'string' || now === this.bucketName) return [];
    return [
      problem(
        'bucketName',
        `stay the name in the issuer, ${this.bucketName}`,
        now,
        'Set it where the bucket is created, or in `hosting`. Otherwise, anyone could take the name of the issuer.',
      ),
    ];
  }

  /** Whether the documents can be served only after this stack is deployed. */
  private isServedAfterDeployment(): boolean {
    const made = this.bucket?.node.defaultChild !== undefined && Stack.of(this.bucket) === this.stack;
    return made || this.configurationOutput !== undefined;
  }

  private warnOfProviders(): void {
    if (!this.isServedAfterDeployment()) return;
    const issuer = fingerprint(this, this.issuerUrl);
    const providers = this.stack.node
      .findAll()
      .filter((child): child is CfnOIDCProvider => child instanceof CfnOIDCProvider);
    for (const provider of providers
      .filter(child => deployedStack(child) === this.stack)
      .filter(({ url }) => fingerprint(this, url) === issuer)) {
      warn(
        provider,
        'cdk-irsa:issuer-not-uploaded',
        `\`issuerUrl\` is served by ${this.node.path} of the same stack. Its documents can be uploaded only after the `
          + 'stack is deployed, but IAM calls the issuer when the provider is created. Move the provider to a separate '
          + 'stack.',
      );
    }
  }

  private write(folder: string): void {
    // Validation can be skipped.
    failIf(this, this.problems()[0]);
    rmSync(folder, { recursive: true, force: true }); // of an earlier synth
    writeJson(join(folder, KEYS), { keys: this.keys });
    if (!this.configurationOutput) writeJson(join(folder, CONFIGURATION), this.configuration());
  }
}

function writeJson(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
