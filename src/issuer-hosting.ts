import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  CachePolicy,
  Distribution,
  IDistribution,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { fail, failIf, missingProblem, problem } from './private/errors';
import { issuerUrlProblem } from './private/issuer/issuer';
import { IssuerAddress, issuerAddress } from './private/issuer/issuer-address';
import { isToken } from './private/values/is-token';
import { literal, settle } from './private/values/tokens';

const BUCKET_NAME = /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/;
const DOMAIN_NAME = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z][-a-z0-9]*[a-z0-9]$/;

/** The path of the discovery document below an issuer, defined by OpenID Connect. */
export const CONFIGURATION = '.well-known/openid-configuration';
/** The path of the key set. */
export const KEYS = 'keys.json';

/**
 * Options of `IssuerHosting.publicBucket`.
 */
export interface PublicBucketOptions {
  /**
   * The name of the bucket: 3 to 63 lower-case letters, digits and hyphens, no dots. If the name and the region are
   * literal, so is the issuer.
   *
   * @default - CloudFormation names the bucket, so that the issuer is known only at deployment
   */
  readonly bucketName?: string;
}

/**
 * Options of `IssuerHosting.cloudFront`.
 */
export interface CloudFrontOptions {
  /**
   * The name of the bucket: 3 to 63 lower-case letters, digits and hyphens, no dots.
   *
   * @default - CloudFormation names the bucket
   */
  readonly bucketName?: string;

  /**
   * The host of the issuer. Point its DNS record to the distribution, `issuer.distribution`. Requires `certificate`.
   *
   * @default - the domain name of the distribution, which is known only at deployment
   */
  readonly domainName?: string;

  /**
   * A certificate for `domainName`. It must be in us-east-1, where CloudFront requires certificates to be.
   *
   * @default - the default certificate of the distribution
   */
  readonly certificate?: ICertificate;
}

/**
 * The resources and addresses that serve an issuer, bound to its stack.
 *
 * @internal
 */
export interface BoundHosting extends IssuerAddress {
  /** Where to upload the documents. Undefined if this is not known. */
  readonly bucket?: IBucket;
  readonly distribution?: IDistribution;
}

/**
 * Determines what serves the two public documents of a `SelfHostedIssuer`.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { IssuerHosting } from 'cdk-irsa';
 *
 * declare const stack: Stack;
 * declare const certificate: ICertificate;
 *
 * const fromBucket = IssuerHosting.publicBucket({ bucketName: 'my-cluster-issuer' });
 * const fromPrivateBucket = IssuerHosting.cloudFront({ domainName: 'issuer.example.com', certificate });
 * const fromYourBucket = IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my-public-site'));
 * const fromYourServer = IssuerHosting.elsewhere('https://issuer.example.com/my-cluster');
 */
export abstract class IssuerHosting {
  /**
   * Serves the documents from a new bucket. Anyone can read exactly the two documents, over HTTPS; nobody can list the
   * bucket. The account must not block public bucket policies (S3 Block Public Access for the account). If it does, use
   * `cloudFront`.
   *
   * The issuer is `https://<bucket>.s3.<region>.<suffix>`, or an `issuerUrl` of this bucket in virtual-hosted or path
   * style, optionally with a path.
   */
  public static publicBucket(options: PublicBucketOptions = {}): IssuerHosting {
    return new PublicBucket(options);
  }

  /**
   * Serves the documents from a new private bucket through a new CloudFront distribution, over HTTPS. Nothing is
   * cached, so that a new key is visible immediately.
   *
   * The issuer is `https://<domainName>`, or the domain name of the distribution.
   */
  public static cloudFront(options: CloudFrontOptions = {}): IssuerHosting {
    return new CloudFront(options);
  }

  /**
   * Serves the documents from an existing bucket, which is not modified. Its policy must allow `s3:GetObject`
   * on the two documents for everyone (`"Principal": "*"`): `keys.json` and `.well-known/openid-configuration` below
   * the path of the issuer. They must not be encrypted with KMS. If something else serves the bucket, such as a CDN,
   * use `elsewhere`.
   *
   * The issuer is the same as with `publicBucket`. If the name of the bucket contains dots, the issuer uses path style,
   * because the S3 certificate does not cover the virtual-hosted one.
   */
  public static existingBucket(bucket: IBucket): IssuerHosting {
    failIf(
      'IssuerHosting.existingBucket',
      missingProblem('bucket', bucket, 'Pass the bucket, such as s3.Bucket.fromBucketName().'),
    );
    return new ExistingBucket(bucket);
  }

  /**
   * Serves the documents from any web server. Synth writes the documents. You upload them, so that both can be read
   * below the issuer without authentication.
   *
   * @param issuerUrl the issuer with `https://`, a literal or a token
   */
  public static elsewhere(issuerUrl: string): IssuerHosting {
    failIf('IssuerHosting.elsewhere', missingProblem('issuerUrl', issuerUrl, 'Pass the issuer with https://.'));
    return new Elsewhere(issuerUrl);
  }

  /**
   * Creates the required resources below `scope`.
   *
   * @param issuerUrl the issuer that the user asks for
   * @internal
   */
  public abstract _bind(scope: Construct, issuerUrl: string | undefined): BoundHosting;
}

class PublicBucket extends IssuerHosting {
  constructor(private readonly options: PublicBucketOptions) {
    super();
  }

  public _bind(scope: Construct, issuerUrl: string | undefined): BoundHosting {
    const bucket = makeBucket(scope, this.options.bucketName, new BlockPublicAccess({
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    }));
    const address = issuerAddress(scope, bucketIssuers(scope, bucket), issuerUrl);
    bucket.addToResourcePolicy(new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [CONFIGURATION, KEYS].map(document => bucket.arnForObjects(address.keyPrefix + document)),
    }));
    return { ...address, bucket };
  }
}

class CloudFront extends IssuerHosting {
  constructor(private readonly options: CloudFrontOptions) {
    super();
  }

  public _bind(scope: Construct, issuerUrl: string | undefined): BoundHosting {
    const { bucketName, domainName, certificate } = this.options;
    failIf(scope, domainProblem(this.options));
    const bucket = makeBucket(scope, bucketName, BlockPublicAccess.BLOCK_ALL);
    const distribution = new Distribution(scope, 'Distribution', {
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy: CachePolicy.CACHING_DISABLED,
      },
      ...(domainName !== undefined && {
        domainNames: [domainName],
        certificate,
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
    });
    return {
      ...issuerAddress(scope, [`https://${domainName ?? distribution.distributionDomainName}`], issuerUrl),
      bucket,
      distribution,
    };
  }
}

class ExistingBucket extends IssuerHosting {
  constructor(private readonly bucket: IBucket) {
    super();
  }

  public _bind(scope: Construct, issuerUrl: string | undefined): BoundHosting {
    return { ...issuerAddress(scope, bucketIssuers(scope, this.bucket), issuerUrl), bucket: this.bucket };
  }
}

class Elsewhere extends IssuerHosting {
  constructor(private readonly url: string) {
    super();
  }

  public _bind(scope: Construct, issuerUrl: string | undefined): BoundHosting {
    failIf(scope, issuerUrlProblem('hosting', this.url));
    return issuerAddress(scope, [this.url], issuerUrl);
  }
}

/** Returns the name of a bucket: a literal if it is fixed, although the attribute of a new bucket is a token. */
export function bucketNameOf(bucket: IBucket): string {
  const resource = bucket.node.defaultChild;
  return (resource instanceof CfnBucket ? literal(resource.bucketName) : undefined) ?? bucket.bucketName;
}

function makeBucket(scope: Construct, bucketName: string | undefined, blockPublicAccess: BlockPublicAccess): Bucket {
  const name = bucketName === undefined ? undefined : settle(scope, bucketName);
  if (typeof name === 'string' && !BUCKET_NAME.test(name)) {
    fail(
      scope,
      problem(
        'bucketName',
        'be 3 to 63 lower-case letters, digits and hyphens, without dots',
        name,
        'The S3 certificate does not cover names with dots.',
      ),
    );
  }
  return new Bucket(scope, 'Bucket', {
    bucketName: typeof name === 'string' ? name : bucketName,
    blockPublicAccess,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // Without the documents, no workload gets credentials. This policy still deletes the bucket if the first deployment
    // fails.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}

/** Returns the issuers at the root of a bucket, for any partition. */
function bucketIssuers(scope: IConstruct, bucket: IBucket): string[] {
  const name = bucketNameOf(bucket);
  const endpoint = `s3.${bucket.env.region}.${Stack.of(scope).urlSuffix}`;
  const settled = settle(scope, name);
  const hasDots = typeof settled === 'string' && settled.includes('.');
  return [...hasDots ? [] : [`https://${name}.${endpoint}`], `https://${endpoint}/${name}`];
}

function domainProblem({ domainName, certificate }: CloudFrontOptions): string | undefined {
  if ((domainName === undefined) !== (certificate === undefined)) {
    return problem(
      'domainName',
      'be set together with `certificate`',
      domainName,
      'Set both, or neither to use the domain name of the distribution.',
    );
  }
  if (domainName === undefined || isToken(domainName) || DOMAIN_NAME.test(domainName)) return undefined;
  return problem(
    'domainName',
    'be a lower-case DNS name',
    domainName,
    'Set only the host, such as issuer.example.com.',
  );
}
