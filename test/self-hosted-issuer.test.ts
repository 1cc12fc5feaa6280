import { createHash, generateKeyPairSync, KeyObject } from 'crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Aws, CfnElement, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { OidcProviderNative } from 'aws-cdk-lib/aws-iam';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SignJWT } from 'jose';
import { filesIn, runAws } from './judges/aws-cli';
import { deployed } from './judges/deployment';
import { claimsOf, s3Web, Web } from './judges/relying-party';
import { agnosticStack, literalStack, REGION, SAFE_PATTERN, warnings } from './support';
import {
  ClusterOidcProvider,
  IrsaServiceAccount,
  IssuerHosting,
  SelfHostedIssuer,
  SelfHostedIssuerProps,
} from '../src';

const AUDIENCE = 'sts.amazonaws.com';
const SUBJECT = 'system:serviceaccount:payments:api';
const DOMAIN = 'd111111abcdef8.cloudfront.net';

const [oldKey, newKey, strangeKey] = [0, 1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
const pem = ({ publicKey }: { publicKey: KeyObject }) => publicKey.export({ type: 'spki', format: 'pem' }).toString();

const directory = mkdtempSync(join(tmpdir(), 'issuer-'));
let folders = 0;
afterAll(() => rmSync(directory, { recursive: true }));

/** An app in a folder of its own, with the cloud assembly where the CDK CLI puts it. */
function appFolder(): { app: App; folder: string } {
  const folder = join(directory, `${++folders}`);
  mkdirSync(folder);
  return { app: new App({ outdir: join(folder, 'cdk.out') }), folder };
}

function issuerIn(scope: Construct, props: Partial<SelfHostedIssuerProps> = {}, id = 'Issuer'): SelfHostedIssuer {
  return new SelfHostedIssuer(scope, id, {
    publicKeys: [pem(oldKey)],
    hosting: IssuerHosting.publicBucket({ bucketName: 'blue-issuer' }),
    ...props,
  });
}

/** A token as the API server makes it. */
function token(
  iss: string,
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
): Promise<string> {
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return new SignJWT({ sub: SUBJECT })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(iss)
    .setAudience(AUDIENCE)
    .setExpirationTime('1h')
    .sign(privateKey);
}

/** What the outputs of a stack say once it is deployed. */
function outputsOf(stack: Stack): Record<string, string> {
  const template = Template.fromStack(stack).toJSON();
  const values: Record<string, string> = { 'AWS::Region': REGION, 'AWS::URLSuffix': 'amazonaws.com' };
  for (const [id, { Type, Properties }] of Object.entries<any>(template.Resources ?? {})) {
    if (Type === 'AWS::S3::Bucket') values[id] = Properties.BucketName ?? 'generated-name-1abc';
    if (Type === 'AWS::CloudFront::Distribution') values[`${id}.DomainName`] = DOMAIN;
  }
  return Object.fromEntries(
    Object.entries<any>(template.Outputs).map(([name, { Value }]) => [name, deployed(Value, { values })]),
  );
}

const output = (outputs: Record<string, string>, id: string) =>
  Object.entries(outputs).find(([name]) => name.includes(id))?.[1];

/** Deploys, runs the commands that the deployment prints, and says what the buckets hold then. */
function uploaded(stack: Stack, folder: string, buckets: string[], region = REGION): Record<string, string> {
  (stack.node.root as App).synth();
  const outputs = outputsOf(stack);
  return runAws(output(outputs, 'UploadCommands')!, folder, {
    region,
    buckets,
    outputs: { [stack.stackName]: outputs },
  });
}

interface Case {
  readonly name: string;
  readonly stack?: (app: App) => Stack;
  readonly props: (stack: Stack) => Partial<SelfHostedIssuerProps>;
  readonly bucket: string;
  readonly issuer: string;
  /** What the keys of the objects begin with. */
  readonly prefix?: string;
  readonly deferred?: boolean;
  readonly web?: (objects: Record<string, string>) => Web;
}

const cdn =
  (objects: Record<string, string>): Web =>
    url =>
      url.startsWith(`https://${DOMAIN}/`) ? objects[url.replace(`https://${DOMAIN}`, 'generated-name-1abc')] : undefined;
const CASES: Case[] = [
  {
    name: 'a public bucket',
    props: () => ({}),
    bucket: 'blue-issuer',
    issuer: 'https://blue-issuer.s3.eu-west-1.amazonaws.com',
  },
  {
    name: 'a path in a public bucket',
    props: () => ({ issuerUrl: 'https://blue-issuer.s3.eu-west-1.amazonaws.com/clusters/blue' }),
    bucket: 'blue-issuer',
    issuer: 'https://blue-issuer.s3.eu-west-1.amazonaws.com/clusters/blue',
    prefix: 'clusters/blue/',
  },
  {
    name: 'a public bucket, path style',
    props: () => ({ issuerUrl: 'https://s3.eu-west-1.amazonaws.com/blue-issuer' }),
    bucket: 'blue-issuer',
    issuer: 'https://s3.eu-west-1.amazonaws.com/blue-issuer',
  },
  {
    name: 'a path in a public bucket, path style',
    props: () => ({ issuerUrl: 'https://s3.eu-west-1.amazonaws.com/blue-issuer/a' }),
    bucket: 'blue-issuer',
    issuer: 'https://s3.eu-west-1.amazonaws.com/blue-issuer/a',
    prefix: 'a/',
  },
  {
    name: 'a public bucket without a name',
    props: () => ({ hosting: IssuerHosting.publicBucket() }),
    bucket: 'generated-name-1abc',
    issuer: 'https://generated-name-1abc.s3.eu-west-1.amazonaws.com',
    deferred: true,
  },
  {
    name: 'a public bucket of an environment-agnostic stack',
    stack: app => agnosticStack(app),
    props: () => ({}),
    bucket: 'blue-issuer',
    issuer: 'https://blue-issuer.s3.eu-west-1.amazonaws.com',
    deferred: true,
  },
  {
    name: 'a public bucket whose address was pinned after its first deployment',
    stack: app => agnosticStack(app),
    props: () => ({
      hosting: IssuerHosting.publicBucket(),
      issuerUrl: 'https://generated-name-1abc.s3.eu-west-1.amazonaws.com',
    }),
    bucket: 'generated-name-1abc',
    issuer: 'https://generated-name-1abc.s3.eu-west-1.amazonaws.com',
  },
  {
    name: 'CloudFront',
    props: () => ({ hosting: IssuerHosting.cloudFront() }),
    bucket: 'generated-name-1abc',
    issuer: `https://${DOMAIN}`,
    deferred: true,
    web: cdn,
  },
  {
    name: 'CloudFront, pinned',
    props: () => ({ hosting: IssuerHosting.cloudFront(), issuerUrl: `https://${DOMAIN}/blue` }),
    bucket: 'generated-name-1abc',
    issuer: `https://${DOMAIN}/blue`,
    prefix: 'blue/',
    web: cdn,
  },
  {
    name: 'an existing bucket',
    props: stack => ({
      hosting: IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my-site')),
      issuerUrl: 'https://my-site.s3.eu-west-1.amazonaws.com/blue',
    }),
    bucket: 'my-site',
    issuer: 'https://my-site.s3.eu-west-1.amazonaws.com/blue',
    prefix: 'blue/',
  },
  {
    name: 'an existing bucket with dots in its name',
    props: stack => ({ hosting: IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my.site')) }),
    bucket: 'my.site',
    issuer: 'https://s3.eu-west-1.amazonaws.com/my.site',
  },
  {
    name: 'a stack in a stage',
    stack: app => literalStack(new Stage(new Stage(app, 'Prod'), 'Eu')),
    props: () => ({}),
    bucket: 'blue-issuer',
    issuer: 'https://blue-issuer.s3.eu-west-1.amazonaws.com',
  },
];

describe.each(CASES)(
  'deploy, upload, check a token: $name',
  ({
    stack: makeStack = literalStack,
    props,
    bucket,
    issuer,
    prefix = '',
    deferred = false,
    web = objects => s3Web(objects, REGION, 'amazonaws.com'),
  }) => {
    const { app, folder } = appFolder();
    const stack = makeStack(app);
    const made = issuerIn(stack, props(stack));
    let objects: Record<string, string> = {};
    beforeAll(() => {
      objects = uploaded(stack, folder, [bucket]);
    });

    test('uploads the two documents, and nothing else', () => {
      expect(Object.keys(objects)).toEqual([
        `${bucket}/${prefix}.well-known/openid-configuration`,
        `${bucket}/${prefix}keys.json`,
      ]);
    });

    test('writes the discovery document exactly when synth knows the issuer', () => {
      expect(existsSync(join(folder, made.documentsFolder, '.well-known', 'openid-configuration'))).toBe(!deferred);
      expect(Object.keys(outputsOf(stack)).some(name => name.includes('OpenIdConfiguration'))).toBe(deferred);
      expect(existsSync(join(folder, made.documentsFolder, 'keys.json'))).toBe(true);
      if (!deferred) expect(made.issuerUrl).toBe(issuer);
    });

    test('a token of the cluster is accepted', async () => {
      expect(await claimsOf(await token(issuer, oldKey), AUDIENCE, web(objects))).toMatchObject({
        iss: issuer,
        sub: SUBJECT,
      });
    });

    test('a token of another key is not', async () => {
      await expect(claimsOf(await token(issuer, strangeKey), AUDIENCE, web(objects))).rejects.toThrow(
        'no applicable key found in the JSON Web Key Set',
      );
    });

    test('a token of another issuer is not', async () => {
      await expect(claimsOf(await token(`${issuer}x`, oldKey), AUDIENCE, web(objects))).rejects.toThrow(
        'no discovery document',
      );
    });

    test('the API server is told this issuer', () => {
      expect(output(outputsOf(stack), 'ApiServerFlags')!.split('\n').slice(0, 2)).toEqual([
        `--service-account-issuer=${issuer}`,
        `--service-account-jwks-uri=${issuer}/keys.json`,
      ]);
    });

    test('no code runs at deployment, and no token is written', () => {
      const { Resources, ...rest } = Template.fromStack(stack).toJSON();
      for (const { Type } of Object.values<any>(Resources ?? {})) expect(Type).not.toMatch(/Lambda|Custom/);
      expect(JSON.stringify([Resources, rest, objects])).not.toContain('${Token[');
    });
  },
);

describe('rotation', () => {
  test.each([
    ['two texts', [pem(oldKey), pem(newKey)]],
    ['one text', [pem(oldKey) + pem(newKey)]],
  ])('with %s, tokens of both keys are accepted', async (_, publicKeys) => {
    const { app, folder } = appFolder();
    const stack = literalStack(app);
    const { issuerUrl } = issuerIn(stack, { publicKeys });
    const web = s3Web(uploaded(stack, folder, ['blue-issuer']), REGION, 'amazonaws.com');
    for (const key of [oldKey, newKey]) {
      expect(await claimsOf(await token(issuerUrl, key), AUDIENCE, web)).toMatchObject({ sub: SUBJECT });
    }
    await expect(claimsOf(await token(issuerUrl, strangeKey), AUDIENCE, web)).rejects.toThrow('no applicable key');
  });

  test('the same key twice is written once', () => {
    const { app, folder } = appFolder();
    const { documentsFolder } = issuerIn(literalStack(app), { publicKeys: [pem(oldKey), pem(oldKey)] });
    app.synth();
    expect(JSON.parse(readFileSync(join(folder, documentsFolder, 'keys.json'), 'utf8')).keys).toHaveLength(1);
  });
});

describe('the files', () => {
  test('are those of Kubernetes, byte for byte the same each time', () => {
    const written = () => {
      const { app, folder } = appFolder();
      issuerIn(literalStack(app));
      app.synth();
      return Object.fromEntries(
        Object.entries(filesIn(join(folder, 'cdk.out'))).filter(([name]) => name.includes('.issuer/')),
      );
    };
    const files = written();
    expect(written()).toEqual(files);
    expect(Object.keys(files)).toEqual([
      'Stack-Issuer-1BA95B65.issuer/.well-known/openid-configuration',
      'Stack-Issuer-1BA95B65.issuer/keys.json',
    ]);
    // https://github.com/aws/amazon-eks-pod-identity-webhook/blob/master/SELF_HOSTED_SETUP.md
    expect(files['Stack-Issuer-1BA95B65.issuer/.well-known/openid-configuration']).toBe(`{
  "issuer": "https://blue-issuer.s3.eu-west-1.amazonaws.com",
  "jwks_uri": "https://blue-issuer.s3.eu-west-1.amazonaws.com/keys.json",
  "authorization_endpoint": "urn:kubernetes:programmatic_authorization",
  "response_types_supported": [
    "id_token"
  ],
  "subject_types_supported": [
    "public"
  ],
  "id_token_signing_alg_values_supported": [
    "RS256"
  ],
  "claims_supported": [
    "sub",
    "iss"
  ]
}
`);
    expect(files['Stack-Issuer-1BA95B65.issuer/keys.json']).toMatch(
      /^\{\n {2}"keys": \[\n {4}\{\n {6}"use": "sig",\n {6}"kty": "RSA",\n {6}"kid": "[\w-]{43}",\n {6}"alg": "RS256",\n {6}"n": "[\w-]{342}",\n {6}"e": "AQAB"\n {4}\}\n {2}\]\n\}\n$/,
    );
  });

  test('of an earlier synth are gone', () => {
    const { app, folder } = appFolder();
    const stack = literalStack(app);
    const documents = join(folder, issuerIn(stack, { hosting: IssuerHosting.cloudFront() }).documentsFolder);
    mkdirSync(join(documents, '.well-known'), { recursive: true });
    for (const old of ['.well-known/openid-configuration', 'old.json']) writeFileSync(join(documents, old), 'old');
    app.synth();
    expect(Object.keys(filesIn(documents))).toEqual(['keys.json']);
  });

  test('are not written when synth fails, checked or not', () => {
    for (const skipValidation of [false, true]) {
      const { app, folder } = appFolder();
      const stack = literalStack(app);
      issuerIn(stack, { hosting: IssuerHosting.elsewhere(new CfnParameter(stack, 'Url').valueAsString) });
      expect(() => app.synth({ skipValidation })).toThrow(
        '`issuerUrl (parameter Stack/Url)` must have an allowedPattern',
      );
      expect(Object.keys(filesIn(join(folder, 'cdk.out'))).filter(name => name.includes('.issuer/'))).toEqual([]);
    }
  });

  test('of two issuers in a stack do not mix', () => {
    const { app } = appFolder();
    const stack = literalStack(app);
    const blue = issuerIn(stack, {}, 'Blue');
    const green = issuerIn(new Construct(stack, 'Green'), {
      hosting: IssuerHosting.publicBucket({ bucketName: 'green-issuer' }),
    });
    expect(new Set([blue, green].map(({ documentsFolder }) => documentsFolder)).size).toBe(2);
    app.synth();
    expect(Object.keys(outputsOf(stack))).toHaveLength(4);
  });
});

describe('commands and flags', () => {
  test('are known before synth where everything is', () => {
    const issuer = issuerIn(literalStack(new Stage(new App(), 'Prod')));
    expect(issuer.uploadCommands).toEqual([
      'aws s3 cp cdk.out/assembly-Prod/ProdStack-Issuer-B33D1093.issuer/keys.json s3://blue-issuer/keys.json '
        + '--content-type application/json --region eu-west-1',
      'aws s3 cp cdk.out/assembly-Prod/ProdStack-Issuer-B33D1093.issuer/.well-known/openid-configuration '
        + 's3://blue-issuer/.well-known/openid-configuration --content-type application/json --region eu-west-1',
    ]);
    expect(issuer.apiServerFlags).toEqual([
      '--service-account-issuer=https://blue-issuer.s3.eu-west-1.amazonaws.com',
      '--service-account-jwks-uri=https://blue-issuer.s3.eu-west-1.amazonaws.com/keys.json',
      '--service-account-key-file=/etc/kubernetes/pki/sa.pub',
      '--service-account-signing-key-file=/etc/kubernetes/pki/sa.key',
    ]);
  });

  test('no token for AWS opens the API server', () => {
    expect(issuerIn(literalStack()).apiServerFlags.join()).not.toMatch(/api-audiences|sts/);
  });

  test('follow the region of an existing bucket', () => {
    const stack = literalStack();
    const bucket = Bucket.fromBucketAttributes(stack, 'Site', { bucketName: 'my-site', region: 'us-east-1' });
    const issuer = issuerIn(stack, { hosting: IssuerHosting.existingBucket(bucket) });
    expect(issuer.issuerUrl).toBe('https://my-site.s3.us-east-1.amazonaws.com');
    expect(issuer.uploadCommands[0]).toMatch(/ s3:\/\/my-site\/keys.json .* --region us-east-1$/);
  });

  test('elsewhere there is nothing to upload to', () => {
    const { app, folder } = appFolder();
    const stack = literalStack(app);
    const issuer = issuerIn(stack, { hosting: IssuerHosting.elsewhere('https://issuer.example.com/blue') });
    app.synth();
    expect(issuer.uploadCommands).toEqual([]);
    expect(issuer.bucket).toBeUndefined();
    expect(Object.keys(outputsOf(stack))).toEqual([expect.stringContaining('ApiServerFlags')]);
    expect(JSON.parse(filesIn(join(folder, issuer.documentsFolder))['.well-known/openid-configuration'])).toMatchObject(
      { issuer: 'https://issuer.example.com/blue', jwks_uri: 'https://issuer.example.com/blue/keys.json' },
    );
  });

  test('the output that the command reads may have another name', () => {
    const { app, folder } = appFolder();
    const stack = literalStack(app);
    const issuer = issuerIn(stack, { hosting: IssuerHosting.cloudFront() });
    (issuer.node.findChild('OpenIdConfiguration') as CfnElement).overrideLogicalId('Discovery');
    expect(
      uploaded(stack, folder, ['generated-name-1abc'])['generated-name-1abc/.well-known/openid-configuration'],
    ).toContain(`"issuer":"https://${DOMAIN}"`);
  });
});

describe('the provider', () => {
  test('in another stack takes the issuer, literal', () => {
    const app = new App();
    const { issuerUrl } = issuerIn(literalStack(app, 'Issuer'));
    const workloads = literalStack(app, 'Workloads');
    const oidcProvider = new ClusterOidcProvider(workloads, 'Oidc', { issuerUrl });
    new IrsaServiceAccount(workloads, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
    const template = Template.fromStack(workloads);
    template.hasResourceProperties('AWS::IAM::OIDCProvider', { Url: 'https://blue-issuer.s3.eu-west-1.amazonaws.com' });
    expect(
      Object.values(template.findResources('AWS::IAM::Role'))[0].Properties.AssumeRolePolicyDocument.Statement[0]
        .Condition.StringEquals,
    ).toEqual({
      'blue-issuer.s3.eu-west-1.amazonaws.com:aud': AUDIENCE,
      'blue-issuer.s3.eu-west-1.amazonaws.com:sub': SUBJECT,
    });
    expect(warnings(workloads)).toEqual([]);
  });

  test('in another stack takes the issuer, deferred', () => {
    const app = new App();
    const stack = literalStack(app, 'Issuer');
    const { issuerUrl } = issuerIn(stack, { hosting: IssuerHosting.cloudFront() });
    const workloads = literalStack(app, 'Workloads');
    new ClusterOidcProvider(workloads, 'Oidc', { issuerUrl });
    const exported = Object.values<any>(Template.fromStack(stack).toJSON().Outputs).find(({ Export }) => Export);
    const [{ Properties }] = Object.values(Template.fromStack(workloads).findResources('AWS::IAM::OIDCProvider'));
    const value = deployed(exported.Value, { values: { [exported.Value['Fn::GetAtt'].join('.')]: DOMAIN } });
    expect(deployed(Properties.Url, { values: {}, exports: { [exported.Export.Name]: value } })).toBe(
      `https://${DOMAIN}`,
    );
  });

  const WARNING =
    'is served by Stack/Issuer of the same stack. Its documents can be uploaded only after the stack is deployed';
  test.each<[string, (stack: Stack, issuerUrl: string) => void, Partial<SelfHostedIssuerProps> | 'site']>([
    ['ours, literal', (stack, issuerUrl) => new ClusterOidcProvider(stack, 'Oidc', { issuerUrl }), {}],
    [
      'ours, deferred',
      (stack, issuerUrl) => new ClusterOidcProvider(stack, 'Oidc', { issuerUrl }),
      { hosting: IssuerHosting.cloudFront() },
    ],
    [
      'ours, of a bucket of the stack',
      (stack, issuerUrl) => new ClusterOidcProvider(stack, 'Oidc', { issuerUrl }),
      'site',
    ],
    [
      'ours, in a nested stack',
      (stack, issuerUrl) => new ClusterOidcProvider(new NestedStack(stack, 'Nested'), 'Oidc', { issuerUrl }),
      {},
    ],
    [
      "CDK's own",
      (stack, url) =>
        new OidcProviderNative(stack, 'Oidc', { url, clientIds: [AUDIENCE], thumbprints: ['0'.repeat(40)] }),
      {},
    ],
  ])('in the same stack comes too early: %s', (_, makeProvider, props) => {
    const stack = literalStack();
    makeProvider(
      stack,
      issuerIn(
        stack,
        props === 'site'
          ? { hosting: IssuerHosting.existingBucket(new Bucket(stack, 'Site', { bucketName: 'my-site' })) }
          : props,
      ).issuerUrl,
    );
    expect(warnings(stack)).toEqual([
      expect.stringMatching(new RegExp(`${WARNING}.*\\[ack: cdk-irsa:issuer-not-uploaded\\]`)),
    ]);
  });

  test.each<[string, (stack: Stack) => IssuerHosting]>([
    ['a bucket that exists', stack => IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my-site'))],
    [
      'a bucket of another stack',
      stack =>
        IssuerHosting.existingBucket(
          new Bucket(literalStack(stack.node.root as App, 'Site'), 'Site', { bucketName: 'my-site' }),
        ),
    ],
    ['another server', () => IssuerHosting.elsewhere('https://issuer.example.com')],
  ])('in the same stack is in time with %s, since the upload need not wait', (_, hosting) => {
    const stack = literalStack();
    new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: issuerIn(stack, { hosting: hosting(stack) }).issuerUrl });
    expect(warnings(stack)).toEqual([]);
  });

  test('of another issuer, or in another stack, does not', () => {
    const stack = literalStack();
    const { issuerUrl } = issuerIn(stack);
    new ClusterOidcProvider(stack, 'Other', { issuerUrl: 'https://issuer.example.com' });
    const inner = literalStack(stack, 'Inner', { account: '222233334444', region: REGION });
    new ClusterOidcProvider(inner, 'Oidc', { issuerUrl });
    expect([...warnings(stack), ...warnings(inner)]).toEqual([]);
  });
});

describe('refused:', () => {
  test.each<[string, (stack: Stack) => void, string]>([
    [
      'no key',
      stack => issuerIn(stack, { publicKeys: [] }),
      '[Stack/Issuer] `publicKeys` must contain 1 to 100 keys, got: "0 keys".',
    ],
    [
      'a private key',
      stack => issuerIn(stack, { publicKeys: [newKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()] }),
      '[Stack/Issuer] `publicKeys[0]` must be a public key, got: "A PRIVATE KEY".',
    ],
    [
      'http',
      stack => issuerIn(stack, { issuerUrl: 'http://blue-issuer.s3.eu-west-1.amazonaws.com' }),
      '[Stack/Issuer] `issuerUrl` must start with https://, got: "http://blue-issuer.s3.eu-west-1.amazonaws.com".',
    ],
    [
      'a port',
      stack => issuerIn(stack, { issuerUrl: 'https://blue-issuer.s3.eu-west-1.amazonaws.com:443' }),
      '[Stack/Issuer] `issuerUrl` must have no port',
    ],
    [
      'a slash at the end',
      stack => issuerIn(stack, { issuerUrl: 'https://blue-issuer.s3.eu-west-1.amazonaws.com/' }),
      '[Stack/Issuer] `issuerUrl` must have no trailing slash',
    ],
    [
      'a path that goes up',
      stack => issuerIn(stack, { issuerUrl: 'https://blue-issuer.s3.eu-west-1.amazonaws.com/a/../b' }),
      '[Stack/Issuer] `issuerUrl` must have a path of letters',
    ],
    [
      'a query',
      stack => issuerIn(stack, { issuerUrl: 'https://blue-issuer.s3.eu-west-1.amazonaws.com/a?b' }),
      '[Stack/Issuer] `issuerUrl` must have no query',
    ],
    [
      'a nested stack',
      stack => issuerIn(new NestedStack(stack, 'Nested')),
      '[Stack/Nested/Issuer] `scope` must be in a top-level stack, got: "Stack/Nested". The commands are outputs '
        + 'of the stack, and the CLI does not print those of a nested stack.',
    ],
  ])('%s', (_, make, message) => {
    const stack = literalStack();
    expect(() => make(stack)).toThrow(message);
  });

  test('one issuer for two clusters', () => {
    const app = new App();
    const hosting = IssuerHosting.elsewhere('https://issuer.example.com');
    issuerIn(literalStack(app, 'Blue'), { hosting });
    issuerIn(literalStack(app, 'Green'), { hosting });
    expect(() => app.synth()).toThrow(
      '`issuerUrl` must belong to one cluster, got: "https://issuer.example.com". Blue/Issuer has the same issuer or '
        + 'the same location for its documents, so one would overwrite the documents of the other. Use a separate '
        + 'bucket or path for each (Green/Issuer).',
    );
  });

  test('two issuers for one place of a bucket', () => {
    const app = new App();
    const stack = literalStack(app);
    const hosting = IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my-site'));
    issuerIn(stack, { hosting }, 'Blue');
    issuerIn(stack, { hosting, issuerUrl: 'https://s3.eu-west-1.amazonaws.com/my-site' }, 'Green');
    expect(() => app.synth()).toThrow(
      '[Stack/Green] `issuerUrl` must belong to one cluster, got: "https://s3.eu-west-1.amazonaws.com/my-site". '
        + 'Stack/Blue has the same issuer or the same location for its documents',
    );
  });

  test.each<[string, (bucket: CfnBucket) => void]>([
    ['the property', bucket => { bucket.bucketName = 'other'; }],
    ['an override', bucket => bucket.addPropertyOverride('BucketName', 'other')],
  ])('a bucket that is renamed once the issuer is named by it: %s', (_, rename) => {
    const app = new App();
    const { bucket } = issuerIn(literalStack(app));
    rename(bucket!.node.defaultChild as CfnBucket);
    expect(() => app.synth()).toThrow(
      '[Stack/Issuer] `bucketName` must stay the name in the issuer, blue-issuer, got: "other". Set it where the '
        + 'bucket is created, or in `hosting`. Otherwise, anyone could take the name of the issuer.',
    );
  });

  test('but not two paths of one bucket', () => {
    const app = new App();
    const stack = literalStack(app);
    const hosting = IssuerHosting.existingBucket(Bucket.fromBucketName(stack, 'Site', 'my-site'));
    for (const id of ['blue', 'green']) {
      issuerIn(stack, { hosting, issuerUrl: `https://my-site.s3.${Aws.REGION}.amazonaws.com/${id}` }, id);
    }
    expect(() => app.synth()).not.toThrow();
  });

  test('a safe parameter is not', () => {
    const app = new App();
    const stack = literalStack(app);
    const bucketName = new CfnParameter(stack, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString;
    issuerIn(stack, { hosting: IssuerHosting.publicBucket({ bucketName }) });
    expect(() => app.synth()).not.toThrow();
  });
});
