import { generateKeyPairSync } from 'crypto';
import { join } from 'path';
import { App, Aws, CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { templateProblems } from './judges/cloudformation';
import { deployed } from './judges/deployment';
import { allows, letsAnybody, resourcePolicyErrors } from './judges/iam-simulator';
import { ACCOUNT, agnosticStack, ISSUER_URL, literalStack, REGION } from './support';
import { ClusterOidcProvider, IssuerHosting, SelfHostedIssuer } from '../src';

const BUCKET = 'arn:aws:s3:::blue-issuer';
const PEM = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).publicKey;
const CERTIFICATE = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`;

function issuer(stack: Stack, hosting: IssuerHosting, issuerUrl?: string): SelfHostedIssuer {
  return new SelfHostedIssuer(stack, 'Issuer', { publicKeys: [PEM], hosting, issuerUrl });
}

const blue = () => IssuerHosting.publicBucket({ bucketName: 'blue-issuer' });
const certificateIn = (stack: Stack) => Certificate.fromCertificateArn(stack, 'Certificate', CERTIFICATE);

/** The one resource of a type. */
function resource(stack: Stack, type: string): any {
  const found = Object.values(Template.fromStack(stack).findResources(type));
  expect(found).toHaveLength(1);
  return found[0];
}

/** The policy of the one bucket, as S3 holds it. */
function bucketPolicy(stack: Stack): any {
  const values: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::AccountId': ACCOUNT };
  for (const id of Object.keys(Template.fromStack(stack).findResources('AWS::S3::Bucket'))) {
    values[`${id}.Arn`] = BUCKET;
  }
  for (const id of Object.keys(Template.fromStack(stack).findResources('AWS::CloudFront::Distribution'))) {
    values[id] = 'E1';
  }
  return deployed(resource(stack, 'AWS::S3::BucketPolicy').Properties.PolicyDocument, { values });
}

describe('a public bucket', () => {
  test.each([
    ['at the root', undefined, ''],
    ['under a path', 'https://blue-issuer.s3.eu-west-1.amazonaws.com/clusters/blue', 'clusters/blue/'],
    ['under a path, path style', 'https://s3.eu-west-1.amazonaws.com/blue-issuer/clusters/blue', 'clusters/blue/'],
  ])('%s lets everybody read the two documents, and do nothing else', (_, issuerUrl, prefix) => {
    const stack = literalStack();
    issuer(stack, blue(), issuerUrl);
    const policy = bucketPolicy(stack);
    const https = { 'aws:SecureTransport': 'true' };
    const may = (action: string, key: string, context = https) =>
      letsAnybody(policy, action, `${BUCKET}${key}`, context);

    expect(resourcePolicyErrors(policy)).toEqual([]);
    const documents = [`/${prefix}keys.json`, `/${prefix}.well-known/openid-configuration`];
    for (const key of documents) expect([key, may('s3:GetObject', key)]).toEqual([key, true]);
    for (const key of documents) {
      expect([key, may('s3:GetObject', key, { 'aws:SecureTransport': 'false' })]).toEqual([key, false]);
    }
    for (const key of [
      '/other',
      '/keys.json/more',
      '/x/keys.json',
      '/.well-known/other',
      `/${prefix}`,
      ...(prefix ? ['/keys.json'] : []),
    ]) {
      expect([key, may('s3:GetObject', key)]).toEqual([key, false]);
    }
    for (const action of ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketPolicy']) {
      expect([action, may(action, '')]).toEqual([action, false]);
    }
    for (const action of [
      's3:PutObject',
      's3:DeleteObject',
      's3:GetObjectVersion',
      's3:GetObjectAcl',
      's3:PutObjectAcl',
    ]) {
      expect([action, may(action, documents[0])]).toEqual([action, false]);
    }
  });

  test('has no ACLs, is encrypted, and stays', () => {
    const stack = literalStack();
    const { bucket } = issuer(stack, blue());
    expect(bucket).toBeInstanceOf(Bucket);
    expect(resource(stack, 'AWS::S3::Bucket')).toEqual({
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'blue-issuer',
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: false,
          RestrictPublicBuckets: false,
        },
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test.each([
    ['eu-west-1', 'https://blue-issuer.s3.eu-west-1.amazonaws.com'],
    ['us-east-1', 'https://blue-issuer.s3.us-east-1.amazonaws.com'],
    ['us-gov-west-1', 'https://blue-issuer.s3.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://blue-issuer.s3.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'https://blue-issuer.s3.eusc-de-east-1.amazonaws.eu'],
  ])('of %s has a literal issuer', (region, expected) => {
    expect(issuer(literalStack(new App(), 'Stack', { account: ACCOUNT, region }), blue()).issuerUrl).toBe(expected);
  });

  test('takes a name that turns out literal', () => {
    const hosting = IssuerHosting.publicBucket({ bucketName: `issuer-${Aws.ACCOUNT_ID}` });
    expect(issuer(literalStack(), hosting).issuerUrl).toBe(`https://issuer-${ACCOUNT}.s3.eu-west-1.amazonaws.com`);
  });

  test.each([
    ['of an agnostic stack', agnosticStack, blue],
    ['without a name', literalStack, () => IssuerHosting.publicBucket()],
    [
      'of a region that the CDK does not know',
      () => literalStack(new App(), 'Stack', { account: ACCOUNT, region: 'mars-north-1' }),
      blue,
    ],
  ])('%s has a deferred one', (_, stack, hosting) => {
    expect(Token.isUnresolved(issuer(stack(), hosting()).issuerUrl)).toBe(true);
  });

  test('serves any number of issuers', () => {
    const stack = literalStack();
    const site = IssuerHosting.existingBucket(new Bucket(stack, 'Site', { bucketName: 'my-site' }));
    // A new bucket with a fixed name is known by it.
    expect(issuer(stack, site).issuerUrl).toBe('https://my-site.s3.eu-west-1.amazonaws.com');
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::S3::BucketPolicy'))).toEqual([]);
  });
});

describe('CloudFront', () => {
  test('reads a private bucket, for everybody and over https alone', () => {
    const stack = literalStack();
    const made = issuer(stack, IssuerHosting.cloudFront({ bucketName: 'blue-issuer' }));
    expect(resource(stack, 'AWS::S3::Bucket')).toMatchObject({
      Properties: {
        BucketName: 'blue-issuer',
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      },
      DeletionPolicy: 'RetainExceptOnCreate',
    });
    const policy = bucketPolicy(stack);
    expect(resourcePolicyErrors(policy)).toEqual([]);
    for (const [action, key] of [
      ['s3:GetObject', '/keys.json'],
      ['s3:GetObject', '/.well-known/openid-configuration'],
      ['s3:ListBucket', ''],
    ]) {
      expect(letsAnybody(policy, action, `${BUCKET}${key}`, { 'aws:SecureTransport': 'true' })).toBe(false);
    }
    const [reader, ...others] = policy.Statement.filter(({ Effect }: any) => Effect === 'Allow');
    expect(others).toEqual([]);
    expect(reader).toMatchObject({
      Action: 's3:GetObject',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: { StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${ACCOUNT}:distribution/E1` } },
    });
    const { DistributionConfig } = resource(stack, 'AWS::CloudFront::Distribution').Properties;
    // 4135ea2d…: the managed policy CachingDisabled
    expect(DistributionConfig.DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'https-only',
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
    });
    expect(DistributionConfig.Origins).toEqual([expect.objectContaining({ OriginAccessControlId: expect.anything() })]);
    expect(DistributionConfig.Aliases).toBeUndefined();
    expect(Token.isUnresolved(made.issuerUrl)).toBe(true);
  });

  test('has a literal issuer with a domain of your own', () => {
    const stack = literalStack();
    const made = issuer(
      stack,
      IssuerHosting.cloudFront({ domainName: 'issuer.example.com', certificate: certificateIn(stack) }),
      'https://issuer.example.com/blue',
    );
    expect(made.issuerUrl).toBe('https://issuer.example.com/blue');
    expect(made.distribution).toBeDefined();
    expect(resource(stack, 'AWS::CloudFront::Distribution').Properties.DistributionConfig).toMatchObject({
      Aliases: ['issuer.example.com'],
      ViewerCertificate: {
        AcmCertificateArn: CERTIFICATE,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
  });

  test('is the default issuer with a domain of your own', () => {
    const stack = literalStack();
    expect(
      issuer(stack, IssuerHosting.cloudFront({ domainName: 'issuer.example.com', certificate: certificateIn(stack) }))
        .issuerUrl,
    ).toBe('https://issuer.example.com');
  });

  test('takes a domain that only the deployment knows', () => {
    const stack = literalStack();
    const domainName = new CfnParameter(stack, 'Domain', { allowedPattern: '^[a-z0-9.-]+$' }).valueAsString;
    expect(
      stack.resolve(
        issuer(stack, IssuerHosting.cloudFront({ domainName, certificate: certificateIn(stack) })).issuerUrl,
      ),
    ).toEqual({ 'Fn::Join': ['', ['https://', { Ref: 'Domain' }]] });
  });
});

test.each<[string, (stack: Stack) => IssuerHosting]>([
  ['a public bucket', blue],
  ['a public bucket without a name', () => IssuerHosting.publicBucket()],
  ['CloudFront', () => IssuerHosting.cloudFront()],
  [
    'CloudFront with a domain',
    stack =>
      IssuerHosting.cloudFront({
        bucketName: 'blue-issuer',
        domainName: 'issuer.example.com',
        certificate: certificateIn(stack),
      }),
  ],
  ['an existing bucket', stack => IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my-site'))],
])("AWS's own validator accepts %s", (_, hosting) => {
  for (const makeStack of [literalStack, agnosticStack]) {
    const app = new App();
    const stack = makeStack(app);
    issuer(stack, hosting(stack));
    // CloudFormation takes no template without a resource
    new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    const { directory, stacks } = app.synth();
    expect(templateProblems(join(directory, stacks[0].templateFile))).toEqual([]);
  }
});

test('who uploads needs to put the two objects, no more', () => {
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: [`${BUCKET}/keys.json`, `${BUCKET}/.well-known/openid-configuration`],
      },
    ],
  };
  expect(
    issuer(literalStack(), blue())
      .uploadCommands.map(command => / s3:\/\/blue-issuer(\/\S+) /.exec(command)![1])
      .map(key => allows([policy], 's3:PutObject', BUCKET + key)),
  ).toEqual([true, true]);
});

describe('refused:', () => {
  const MISMATCH = (served: string, got: string) =>
    `[Stack/Issuer] \`issuerUrl\` must be served by \`hosting\`: ${served}, optionally followed by a path, got: `
      + `"${got}". ` + 'The documents would not be available there. Correct it, leave it out, or host the documents '
      + 'at that URL.';
  const BLUE = 'https://blue-issuer.s3.eu-west-1.amazonaws.com or https://s3.eu-west-1.amazonaws.com/blue-issuer';
  test.each<[string, string]>([
    ['another bucket', 'https://green-issuer.s3.eu-west-1.amazonaws.com'],
    ['a bucket whose name begins the same', 'https://blue-issuer-2.s3.eu-west-1.amazonaws.com'],
    ['a bucket whose name begins the same, path style', 'https://s3.eu-west-1.amazonaws.com/blue-issuer-2'],
    ['a bucket whose name ends the same', 'https://a.blue-issuer.s3.eu-west-1.amazonaws.com'],
    ['another region', 'https://blue-issuer.s3.us-east-1.amazonaws.com'],
    ['another partition', 'https://blue-issuer.s3.eu-west-1.amazonaws.com.cn'],
    ['a host that looks alike', 'https://blue-issuer.s3xeu-west-1.amazonaws.com'],
    ['no bucket', 'https://s3.eu-west-1.amazonaws.com'],
    ['another host', 'https://issuer.example.com'],
  ])('%s', (_, issuerUrl) => {
    expect(() => issuer(literalStack(), blue(), issuerUrl)).toThrow(MISMATCH(BLUE, issuerUrl));
  });

  test.each<[string, (stack: Stack) => IssuerHosting, string, string]>([
    [
      'a region that does not fit',
      () => IssuerHosting.publicBucket(),
      'https://any.s3.us-east-1.amazonaws.com',
      'https://<known only at deployment>.s3.eu-west-1.amazonaws.com or https://s3.eu-west-1.amazonaws.com/<known '
        + 'only at deployment>',
    ],
    [
      'another domain',
      stack => IssuerHosting.cloudFront({ domainName: 'issuer.example.com', certificate: certificateIn(stack) }),
      'https://other.example.com',
      'https://issuer.example.com',
    ],
    [
      'another existing bucket',
      stack => IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my.site')),
      'https://my.site.s3.eu-west-1.amazonaws.com',
      'https://s3.eu-west-1.amazonaws.com/my.site',
    ],
    [
      'another server',
      () => IssuerHosting.elsewhere('https://issuer.example.com/a'),
      'https://issuer.example.com',
      'https://issuer.example.com/a',
    ],
  ])('%s', (_, hosting, issuerUrl, served) => {
    const stack = literalStack();
    expect(() => issuer(stack, hosting(stack), issuerUrl)).toThrow(MISMATCH(served, issuerUrl));
  });

  const NAME =
    '[Stack/Issuer] `bucketName` must be 3 to 63 lower-case letters, digits and hyphens, without dots, got: ';
  test.each<[string, (stack: Stack) => IssuerHosting, string]>([
    [
      'dots in the name',
      () => IssuerHosting.publicBucket({ bucketName: 'my.issuer' }),
      `${NAME}"my.issuer". The S3 certificate does not cover names with dots.`,
    ],
    [
      'dots in a name that turns out literal',
      () => IssuerHosting.publicBucket({ bucketName: `my.${Aws.REGION}` }),
      `${NAME}"my.${REGION}".`,
    ],
    ['dots behind CloudFront', () => IssuerHosting.cloudFront({ bucketName: 'my.issuer' }), `${NAME}"my.issuer".`],
    ['capital letters', () => IssuerHosting.publicBucket({ bucketName: 'Issuer' }), `${NAME}"Issuer".`],
    ['2 characters', () => IssuerHosting.publicBucket({ bucketName: 'ab' }), `${NAME}"ab".`],
    ['64 characters', () => IssuerHosting.publicBucket({ bucketName: 'a'.repeat(64) }), `${NAME}"${'a'.repeat(64)}".`],
    ['a hyphen at the end', () => IssuerHosting.publicBucket({ bucketName: 'abc-' }), `${NAME}"abc-".`],
    ['a hyphen at the beginning', () => IssuerHosting.publicBucket({ bucketName: '-abc' }), `${NAME}"-abc".`],
    [
      'a domain without a certificate',
      () => IssuerHosting.cloudFront({ domainName: 'issuer.example.com' }),
      '[Stack/Issuer] `domainName` must be set together with `certificate`, got: '
        + '"issuer.example.com". Set both, or neither to use the domain name of the distribution.',
    ],
    [
      'a certificate without a domain',
      stack => IssuerHosting.cloudFront({ certificate: certificateIn(stack) }),
      '[Stack/Issuer] `domainName` must be set together with `certificate`, got: nothing.',
    ],
    [
      'a domain with https://',
      stack =>
        IssuerHosting.cloudFront({ domainName: 'https://issuer.example.com', certificate: certificateIn(stack) }),
      '[Stack/Issuer] `domainName` must be a lower-case DNS name, got: "https://issuer.example.com". Set only the '
        + 'host, such as issuer.example.com.',
    ],
    [
      'a domain with a path',
      stack => IssuerHosting.cloudFront({ domainName: 'example.com/a', certificate: certificateIn(stack) }),
      '[Stack/Issuer] `domainName` must be a lower-case DNS name',
    ],
    [
      'a server without https',
      () => IssuerHosting.elsewhere('http://issuer.example.com'),
      '[Stack/Issuer] `hosting` must start with https://, got: "http://issuer.example.com".',
    ],
  ])('%s', (_, hosting, message) => {
    const stack = literalStack();
    expect(() => issuer(stack, hosting(stack))).toThrow(message);
  });

  test('an issuer that only the deployment knows', () => {
    const stack = agnosticStack();
    expect(() => issuer(stack, blue(), `https://blue-issuer.s3.${Aws.REGION}.amazonaws.com/a`)).toThrow(
      '[Stack/Issuer] `issuerUrl` must be known at synth time, got: "https://blue-issuer.s3.<known only at '
        + 'deployment>.amazonaws.com/a". Leave it out to use the address of the hosting.',
    );
  });

  test.each(['abc', 'a'.repeat(63)])('not a name of %s', bucketName => {
    expect(issuer(literalStack(), IssuerHosting.publicBucket({ bucketName })).issuerUrl).toBe(
      `https://${bucketName}.s3.eu-west-1.amazonaws.com`,
    );
  });
});
