import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join, relative } from 'path';
import { Annotations, App, CfnParameter, CfnResource, Lazy, NestedStack, Stack, Stage, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as cdk8s from 'cdk8s';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { KubernetesManifests, ManifestFilesOptions } from '../src';
import { manifestProblems, parseManifests } from './judges/kubernetes';
import { ACCOUNT, agnosticStack, literalProvider, literalStack, SAFE_PATTERN, serviceAccount, warnings } from './support';

const HEADER = '# Made by cdk-irsa: do not edit, change the CDK app instead.\n';
const ASSET_HASH = '0123456789abcdef'.repeat(4);

let home: string;
let outdir: string;
let gitops: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'manifest-files-')));
  outdir = join(home, 'cdk.out');
  gitops = join(home, 'gitops', 'blue');
});

afterEach(() => rmSync(home, { recursive: true }));

/** Builds an app and synthesizes it, each time into the same cloud assembly. */
function synth(build: (app: App) => void, props: { skipValidation?: boolean } = {}): App {
  const app = new App({ outdir });
  build(app);
  app.synth(props);
  return app;
}

/** The YAML files below a folder with their text, by their path. */
function files(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => /\.ya?ml$/.test(file)).sort();
  return Object.fromEntries(found.map(file => [file, readFileSync(join(folder, file), 'utf8')]));
}

const names = (folder: string) => Object.keys(files(folder));
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const named = (text: string) => parseManifests(text).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A stack with a service account of a cluster of its own, whose files go where the options say. */
function stackWith(app: Stage, id: string, options: ManifestFilesOptions, serviceAccountNames = [id.toLowerCase()], createNamespace = false): Stack {
  const stack = literalStack(app, id);
  const oidcProvider = literalProvider(stack, 'Oidc', `https://oidc.eks.eu-west-1.amazonaws.com/id/OF${stack.node.addr.toUpperCase()}`);
  for (const serviceAccountName of serviceAccountNames) {
    serviceAccount(stack, `Sa-${serviceAccountName}`, { oidcProvider, namespace: 'payments', serviceAccountName, createNamespace });
  }
  KubernetesManifests.of(stack).writeTo(options);
  return stack;
}

function object(stack: Stack, kind: string, name: string, extra: any = {}): cdk8s.ApiObject {
  const { namespace, apiVersion, ...rest } = { namespace: 'payments', apiVersion: 'v1', ...extra };
  return new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, `${apiVersion} ${kind} ${namespace} ${name}`.replaceAll('/', ' '), { apiVersion, kind, metadata: { name, namespace }, ...rest });
}

describe('directory', () => {
  test('has the file that would be in the cloud assembly, which has none', () => {
    synth(app => stackWith(app, 'Api', {}));
    const inAssembly = read(outdir, 'Api.k8s.yaml');
    synth(app => stackWith(app, 'Api', { directory: gitops }));
    expect(files(gitops)).toEqual({ 'Api.k8s.yaml': inAssembly });
    expect(names(outdir)).toEqual([]);
    expect(inAssembly).toMatch(new RegExp(`^${HEADER}# App: App\\. Stack: Api \\(Api\\)\\.\n`));
  });

  test('counts from the working directory at the time of the call', () => {
    const before = process.cwd();
    try {
      process.chdir(home);
      const app = new App({ outdir });
      stackWith(app, 'Api', { directory: './gitops/../gitops/blue/' });
      process.chdir(before);
      app.synth();
    } finally {
      process.chdir(before);
    }
    expect(names(gitops)).toEqual(['Api.k8s.yaml']);
  });

  test('may be the cloud assembly itself, or below it', () => {
    synth(app => stackWith(app, 'Api', { directory: outdir }));
    expect(names(outdir)).toEqual(['Api.k8s.yaml']);
    synth(app => stackWith(app, 'Api', { directory: join(outdir, 'a', 'b') }));
    expect(names(outdir)).toEqual(['a/b/Api.k8s.yaml']);
    synth(app => stackWith(app, 'Api', { directory: join(outdir, 'c') }));
    expect(names(outdir)).toEqual(['c/Api.k8s.yaml']);
    expect(existsSync(join(outdir, 'a'))).toBe(false);
  });

  test.each<[string, string, string]>([
    ['empty', '', '""'],
    ['blank', '  ', '"  "'],
    ['a token', `x${Token.asString({ Ref: 'X' })}`, '"x<known at deployment only>"'],
  ])('%s is refused at once', (_, directory, got) => {
    const manifests = KubernetesManifests.of(literalStack());
    expect(() => manifests.writeTo({ directory })).toThrow(`[Stack/KubernetesManifests] \`directory\` must be a path known at synth, got: ${got}. For example ../gitops/clusters/blue`);
  });

  test.each([['a file', 'file'], ['below a file', 'file/a/b']])('that is %s is an error', (_, path) => {
    put(join(home, 'file'), 'mine');
    expect(() => synth(app => stackWith(app, 'Api', { directory: join(home, path) })))
      .toThrow(`[Api/KubernetesManifests] \`directory\` must be a folder, got: "${join(home, 'file')}". A file of that name is in the way`);
    expect(read(home, 'file')).toBe('mine');
  });

  test('the last call wins', () => {
    synth(app => KubernetesManifests.of(stackWith(app, 'Api', { directory: gitops, filePerResource: true })).writeTo({ kustomization: true }));
    expect(names(home)).toEqual(['cdk.out/Api.k8s.yaml', 'cdk.out/kustomization.yaml']);
  });

  test('a nested stack is in the files of the stack it is deployed with', () => {
    synth(app => {
      const stack = stackWith(app, 'Api', { directory: gitops });
      serviceAccount(new NestedStack(stack, 'Nested'), 'Sa', { serviceAccountName: 'nested' });
    });
    expect(named(files(gitops)['Api.k8s.yaml'])).toEqual(['ServiceAccount api', 'ServiceAccount nested']);
  });

  test('stacks of stages', () => {
    synth(app => {
      stackWith(new Stage(app, 'Prod'), 'Api', { directory: gitops, filePerResource: true, kustomization: true });
      stackWith(new Stage(app, 'Test'), 'Api', { filePerResource: true, kustomization: true });
    });
    expect(names(gitops)).toEqual(['1_serviceaccount_payments_api.yaml', 'kustomization.yaml']);
    expect(names(outdir)).toEqual([
      expect.stringMatching(/^assembly-Test\/TestApi\w+\.k8s\/1_serviceaccount_payments_api\.yaml$/),
      expect.stringMatching(/^assembly-Test\/TestApi\w+\.k8s\/kustomization\.yaml$/),
    ]);
  });
});

describe('a file for each object', () => {
  test('in the order of application, which is the one of the alphabet', () => {
    synth(app => {
      const stack = stackWith(app, 'Api', { directory: gitops, filePerResource: true }, ['api', 'worker'], true);
      object(stack, 'Deployment', 'api', { apiVersion: 'apps/v1' });
      object(stack, 'Pod', 'a');
    });
    expect(names(gitops)).toEqual([
      '0_namespace_payments.yaml',
      '1_serviceaccount_payments_api.yaml',
      '1_serviceaccount_payments_worker.yaml',
      '2_deployment_payments_api.yaml',
      '2_pod_payments_a.yaml',
    ]);
    expect(Object.values(files(gitops)).flatMap(named)).toEqual(['Namespace payments', 'ServiceAccount api', 'ServiceAccount worker', 'Deployment api', 'Pod a']);
    for (const text of Object.values(files(gitops))) expect(text).toContain(`${HEADER}# App: App. Stack: Api (Api).\n`);
    expect(parseManifests(files(gitops)['1_serviceaccount_payments_api.yaml']).flatMap(manifestProblems)).toEqual([]);
  });

  test('is in a folder of the stack in the cloud assembly', () => {
    synth(app => {
      stackWith(app, 'One', { filePerResource: true }, ['same']);
      stackWith(app, 'Two', { filePerResource: true, kustomization: true }, ['same']);
    });
    expect(names(outdir)).toEqual(['One.k8s/1_serviceaccount_payments_same.yaml', 'Two.k8s/1_serviceaccount_payments_same.yaml', 'Two.k8s/kustomization.yaml']);
  });

  const HASH = '_[0-9a-f]{8}';
  test.each<[string, any, RegExp]>([
    ['dots', { kind: 'ConfigMap', name: 'a.b.c' }, /^2_configmap_payments_a\.b\.c\.yaml$/],
    ['no namespace', { kind: 'ClusterRole', name: 'reader', namespace: undefined }, /^2_clusterrole_reader\.yaml$/],
    ['a kind of another group', { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'a' }, /^2_service\.serving\.knative\.dev_payments_a\.yaml$/],
    ['a colon and upper case', { kind: 'ClusterRole', name: 'system:Auth', namespace: undefined }, new RegExp(`^2_clusterrole_system-auth${HASH}\\.yaml$`)],
    ['a path', { kind: 'X', name: '../../../evil' }, new RegExp(`^2_x_payments_\\.\\.-\\.\\.-\\.\\.-evil${HASH}\\.yaml$`)],
    ['a path in the kind', { kind: '../X/y', name: 'evil' }, new RegExp(`^2_\\.\\.-x-y_payments_evil${HASH}\\.yaml$`)],
    ['a path in the group', { apiVersion: '..\\x/v1', kind: 'Y', name: 'evil' }, new RegExp(`^2_y\\.\\.\\.-x_payments_evil${HASH}\\.yaml$`)],
    ['what Windows cannot', { kind: 'X', name: 'con<>:"|?*\\' }, new RegExp(`^2_x_payments_con--------${HASH}\\.yaml$`)],
    ['the longest name', { kind: 'ConfigMap', name: 'n'.repeat(253), namespace: 's'.repeat(63) }, new RegExp(`^2_configmap_s{63}_n+${HASH}\\.yaml$`)],
  ])('has a name that any file system takes: %s', (_, { kind, name, ...extra }, expected) => {
    synth(app => object(stackWith(app, 'Api', { directory: gitops, filePerResource: true }, []), kind, name, extra));
    expect(readdirSync(gitops)).toEqual([expect.stringMatching(expected)]);
    expect(readdirSync(gitops)[0].length).toBeLessThan(200);
    expect(readdirSync(join(home, 'gitops'))).toEqual(['blue']);
  });

  test('has a name of its own for each object, in upper case too', () => {
    const part = fc.stringMatching(/^[aA._-]{1,4}$/);
    fc.assert(fc.property(fc.uniqueArray(fc.record({ kind: fc.constantFrom('A', 'Ab'), namespace: fc.option(part, { nil: undefined }), name: part }), { selector: value => JSON.stringify(value), maxLength: 12 }), objects => {
      rmSync(gitops, { recursive: true, force: true });
      synth(app => {
        const stack = stackWith(app, 'Api', { directory: gitops, filePerResource: true }, []);
        objects.forEach(({ kind, ...metadata }, index) => new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, `${index}`, { apiVersion: 'v1', kind, metadata }));
      });
      expect(new Set(names(gitops).map(name => name.toLowerCase())).size).toBe(objects.length);
    }), { numRuns: 40 });
  });
});

describe('kustomization', () => {
  const resources = () => parse(files(gitops)['kustomization.yaml']);

  test('lists the files of all stacks that write to the folder', () => {
    synth(app => {
      stackWith(app, 'One', { directory: gitops, kustomization: true });
      stackWith(app, 'Two', { directory: `${gitops}/.` }).node.addMetadata('a', 'b');
      stackWith(app, 'Three', { directory: gitops, filePerResource: true });
      stackWith(app, 'Empty', { directory: gitops, kustomization: true }, []);
    });
    expect(resources()).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['1_serviceaccount_payments_three.yaml', 'One.k8s.yaml', 'Two.k8s.yaml'],
    });
    expect(files(gitops)['kustomization.yaml'].split('\n').slice(0, 5))
      .toEqual([HEADER.trim(), '# App: App. Stack: One (One).', '# App: App. Stack: Two (Two).', '# App: App. Stack: Three (Three).', '# App: App. Stack: Empty (Empty).']);
  });

  test('stays when the last object goes, so that GitOps tools remove it from the cluster', () => {
    synth(app => stackWith(app, 'Api', { directory: gitops, kustomization: true }));
    synth(app => stackWith(app, 'Api', { directory: gitops, kustomization: true }, []));
    expect(names(gitops)).toEqual(['kustomization.yaml']);
    expect(resources().resources).toEqual([]);
  });

  test.each(['kustomization.yml', 'Kustomization'])('a %s of somebody else is in its way', name => {
    put(join(gitops, name), 'resources: []\n');
    expect(() => synth(app => stackWith(app, 'Api', { directory: gitops, kustomization: true }))).toThrow(`got: "${join(gitops, name)}". It was not made by cdk-irsa`);
  });
});

describe('two stacks in one directory', () => {
  test.each<ManifestFilesOptions>([{}, { filePerResource: true }, { kustomization: true }])('cannot hold the same object: %p', options => {
    expect(() => synth(app => {
      stackWith(app, 'One', { ...options, directory: gitops }, ['one'], true);
      stackWith(app, 'Two', { ...options, directory: gitops }, ['two'], true);
    })).toThrow(`[Two/KubernetesManifests] \`chart\` must hold what is in ${gitops} only once, got: "Namespace payments". One writes it there already: leave it out here (\`createNamespace: false\` for a Namespace), or give each cluster a \`directory\` of its own.`);
    expect(existsSync(gitops)).toBe(false);
  });

  test('across stages too', () => {
    expect(() => synth(app => {
      stackWith(new Stage(app, 'Prod'), 'Api', { directory: gitops });
      stackWith(new Stage(app, 'Test'), 'Api', { directory: gitops });
    })).toThrow('[Test/Api/KubernetesManifests] `chart` must hold what is in');
  });

  test('an object in two versions is the same one', () => {
    expect(() => synth(app => {
      const stack = stackWith(app, 'Api', { directory: gitops }, []);
      object(stack, 'CronJob', 'a', { apiVersion: 'batch/v1' });
      object(stack, 'CronJob', 'a', { apiVersion: 'batch/v1beta1' });
    })).toThrow('`chart` must hold what is in');
  });

  test('in the cloud assembly each stack is for itself, unless one file lists them all', () => {
    const build = (kustomization: boolean) => (app: App) => {
      stackWith(app, 'One', { kustomization }, ['same']);
      stackWith(app, 'Two', {}, ['same']);
    };
    synth(build(false));
    expect(names(outdir)).toEqual(['One.k8s.yaml', 'Two.k8s.yaml']);
    expect(() => synth(build(true))).toThrow('[Two/KubernetesManifests] `chart` must hold what is in');
  });

  test('cannot differ in upper case alone', () => {
    expect(() => synth(app => {
      stackWith(app, 'Api', { directory: gitops }, ['a']);
      stackWith(app, 'API', { directory: gitops }, ['b']);
    })).toThrow(`[API/KubernetesManifests] \`writeTo\` must have a name of its own for each file, got: "${gitops}/API.k8s.yaml". ${gitops}/Api.k8s.yaml is written by this app too`);
  });
});

test('a folder and a link to it are one directory', () => {
  mkdirSync(gitops, { recursive: true });
  symlinkSync(gitops, join(home, 'link'));
  synth(app => {
    stackWith(app, 'One', { directory: join(home, 'link'), filePerResource: true, kustomization: true });
    stackWith(app, 'Two', { directory: gitops, filePerResource: true, kustomization: true });
  });
  expect(parse(read(gitops, 'kustomization.yaml')).resources).toEqual(['1_serviceaccount_payments_one.yaml', '1_serviceaccount_payments_two.yaml']);
  expect(() => synth(app => {
    stackWith(app, 'One', { directory: join(home, 'link') }, ['same']);
    stackWith(app, 'Two', { directory: gitops }, ['same']);
  })).toThrow(`\`chart\` must hold what is in ${gitops} only once`);
});

describe('a manifest that the deployment completes', () => {
  test.each<[ManifestFilesOptions, string]>([
    [{ directory: 'blue' }, `\`directory\` must be left out where only the deployment can complete the manifest, got: "${join(process.cwd(), 'blue')}"`],
    [{ filePerResource: true }, '`filePerResource` must be left out where only the deployment can complete the manifest, got: true'],
    [{ kustomization: true }, '`kustomization` must be left out where only the deployment can complete the manifest, got: true'],
  ])('cannot be written: %p', (options, message) => {
    const stack = agnosticStack(new App({ outdir }));
    serviceAccount(stack, 'Api');
    KubernetesManifests.of(stack).writeTo(options);
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/KubernetesManifests] ${message}. That is so because of Stack/Api: give the stack an env with account and region`);
  });

  test('leaves by the output when nothing else is asked for', () => {
    const stack = agnosticStack();
    serviceAccount(stack, 'Api');
    KubernetesManifests.of(stack).writeTo({ filePerResource: false });
    expect(Object.keys(Template.fromStack(stack).toJSON().Outputs)).toEqual(['KubernetesManifests']);
  });

  test('names the service accounts that are', () => {
    expect(() => synth(app => {
      const stack = stackWith(app, 'Api', { directory: gitops });
      serviceAccount(stack, 'Late', { namespace: new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString });
    })).toThrow('That is so because of Api/Late: give');
  });
});

describe('files of somebody else', () => {
  test.each<[string, ManifestFilesOptions, string]>([
    ['a manifest', {}, 'Api.k8s.yaml'],
    ['an object', { filePerResource: true }, '1_serviceaccount_payments_api.yaml'],
    ['a kustomization', { kustomization: true }, 'kustomization.yaml'],
  ])('are never overwritten: %s', (_, options, name) => {
    const mine = '# Made by me\nresources: []\n';
    put(join(gitops, name), mine);
    expect(() => synth(app => stackWith(app, 'Api', { ...options, directory: gitops })))
      .toThrow(`[Api/KubernetesManifests] \`directory\` must hold no file in the place of a generated one, got: "${join(gitops, name)}". It was not made by cdk-irsa, so it is left alone: move it away, or choose another directory.`);
    expect(files(gitops)).toEqual({ [name]: mine });
    expect(() => synth(app => stackWith(app, 'Api', { ...options, directory: gitops }), { skipValidation: true })).toThrow('It was not made by cdk-irsa');
    expect(files(gitops)).toEqual({ [name]: mine });
  });

  test.each<[string, string]>([
    ['only the first line', HEADER],
    ['the header further down', `a: 1\n${HEADER}# App: App. Stack: Api (Api).\n`],
    ['another second line', `${HEADER}kind: X\n# App: App. Stack: Api (Api).\n`],
    ['nothing', ''],
  ])('%s does not make it ours', (_, text) => {
    put(join(gitops, 'old.yaml'), text);
    synth(app => stackWith(app, 'Api', { directory: gitops }));
    expect(read(gitops, 'old.yaml')).toBe(text);
    put(join(gitops, 'Api.k8s.yaml'), text);
    expect(() => synth(app => stackWith(app, 'Api', { directory: gitops }))).toThrow('It was not made by cdk-irsa');
  });

  test('in the cloud assembly too', () => {
    put(join(outdir, 'Api.k8s.yaml'), 'mine');
    expect(() => synth(app => stackWith(app, 'Api', {}))).toThrow('It was not made by cdk-irsa');
  });

  test('a folder and a link in the place of a file', () => {
    mkdirSync(join(gitops, 'Api.k8s.yaml'), { recursive: true });
    expect(() => synth(app => stackWith(app, 'Api', { directory: gitops }))).toThrow('It was not made by cdk-irsa');
    rmSync(gitops, { recursive: true });
    synth(app => stackWith(app, 'Api', { directory: join(home, 'elsewhere') }));
    mkdirSync(gitops, { recursive: true });
    symlinkSync(join(home, 'elsewhere', 'Api.k8s.yaml'), join(gitops, 'Api.k8s.yaml'));
    expect(() => synth(app => stackWith(app, 'Api', { directory: gitops }))).toThrow('It was not made by cdk-irsa');
    synth(app => stackWith(app, 'Other', { directory: gitops }));
    expect(names(gitops)).toEqual(['Api.k8s.yaml', 'Other.k8s.yaml']);
  });

  test('one that is in the way keeps every stack of the app from writing', () => {
    put(join(gitops, 'Two.k8s.yaml'), 'mine');
    expect(() => synth(app => {
      stackWith(new Stage(app, 'Prod'), 'Zero', { directory: join(home, 'prod') });
      stackWith(app, 'One', { directory: gitops });
      stackWith(app, 'Two', { directory: gitops });
      stackWith(app, 'Three', {});
    })).toThrow('[Two/KubernetesManifests] `directory` must hold no file');
    expect(names(home)).toEqual(['gitops/blue/Two.k8s.yaml']);
  });

  test('a refused value keeps every stack of the app from writing', () => {
    const build = (app: App) => {
      stackWith(app, 'One', { directory: gitops });
      const two = stackWith(app, 'Two', { directory: gitops });
      object(two, 'ConfigMap', 'c', { data: { bucket: new Bucket(two, 'Bucket').bucketName } });
    };
    expect(() => synth(build)).toThrow('[Two/KubernetesManifests] `data.bucket of ConfigMap payments/c` must be known at synth');
    expect(() => synth(build, { skipValidation: true })).toThrow('[Two/KubernetesManifests] `data.bucket of ConfigMap payments/c` must be known at synth');
    expect(names(home)).toEqual([]);
  });
});

describe('what an earlier synth has left', () => {
  const PER_RESOURCE = { filePerResource: true, kustomization: true };

  test.each<[string, ManifestFilesOptions]>([['one file', {}], ['a file for each object', { filePerResource: true }]])('a service account, an object, a stack: %s', (_, mode) => {
    const options = { ...mode, directory: gitops, kustomization: true };
    put(join(gitops, 'mine.yaml'), 'mine: yes');
    const objects = () => Object.entries(files(gitops)).filter(([name]) => !/mine|kustomization/.test(name)).flatMap(([, text]) => named(text)).sort();
    synth(app => {
      object(stackWith(app, 'One', options, ['a', 'b'], true), 'Pod', 'p');
      stackWith(app, 'Two', options, ['c']);
    });
    expect(objects()).toEqual(['Namespace payments', 'Pod p', 'ServiceAccount a', 'ServiceAccount b', 'ServiceAccount c']);
    synth(app => {
      stackWith(app, 'One', options, ['a']);
      stackWith(app, 'Two', options, ['c']);
    });
    expect(objects()).toEqual(['ServiceAccount a', 'ServiceAccount c']);
    synth(app => stackWith(app, 'One', options, ['a']));
    expect(objects()).toEqual(['ServiceAccount a']);
    expect(parse(files(gitops)['kustomization.yaml']).resources).toEqual(names(gitops).filter(name => !/mine|kustomization/.test(name)));
    synth(app => stackWith(app, 'One', { ...options, kustomization: false }, []));
    expect(files(gitops)).toEqual({ 'mine.yaml': 'mine: yes' });
  });

  test('the directory goes with the last file in it, what holds it stays', () => {
    synth(app => stackWith(app, 'Api', { directory: gitops }));
    synth(app => stackWith(app, 'Api', { directory: gitops }, []));
    expect(readdirSync(join(home, 'gitops'))).toEqual([]);
  });

  test('each way of writing to the cloud assembly leaves nothing of the others', () => {
    const ways: [ManifestFilesOptions, string[]][] = [
      [{}, ['Api.k8s.yaml']],
      [PER_RESOURCE, ['Api.k8s/1_serviceaccount_payments_api.yaml', 'Api.k8s/kustomization.yaml']],
      [{ kustomization: true }, ['Api.k8s.yaml', 'kustomization.yaml']],
      [{ directory: gitops }, []],
      [{ filePerResource: true }, ['Api.k8s/1_serviceaccount_payments_api.yaml']],
      [{}, ['Api.k8s.yaml']],
      [{ directory: join('cdk.out-not', '..', relative(process.cwd(), join(outdir, 'deep', 'er'))) }, ['deep/er/Api.k8s.yaml']],
      [PER_RESOURCE, ['Api.k8s/1_serviceaccount_payments_api.yaml', 'Api.k8s/kustomization.yaml']],
    ];
    for (const [options, expected] of ways) {
      synth(app => stackWith(app, 'Api', options));
      expect(names(outdir)).toEqual(expected);
    }
    expect(readdirSync(outdir).filter(name => statSync(join(outdir, name)).isDirectory())).toEqual(['Api.k8s']);
  });

  test('the file of a stack that has become environment-agnostic', () => {
    synth(app => stackWith(app, 'Api', {}));
    synth(app => serviceAccount(agnosticStack(app, 'Api'), 'Sa'));
    expect(names(outdir)).toEqual([]);
  });

  test('stacks and stages that are gone, while the app uses the library still', () => {
    synth(app => {
      stackWith(app, 'One', {});
      stackWith(app, 'Two', PER_RESOURCE);
      stackWith(new Stage(app, 'Prod'), 'Api', PER_RESOURCE);
      stackWith(new Stage(new Stage(app, 'Test'), 'Inner'), 'Api', {});
    });
    expect(names(outdir)).toHaveLength(6);
    synth(app => {
      KubernetesManifests.of(literalStack(app, 'Three'));
      new Stage(app, 'Prod');
    });
    expect(names(outdir)).toEqual([]);
    expect(existsSync(join(outdir, 'Two.k8s'))).toBe(false);
  });

  test('hostile names of stacks do not hide a file, nor break out of the comment', () => {
    synth(app => {
      const stack = new Stack(app, 'A). Stack: B (C).\nevil: yes #', { stackName: 'a', env: { account: ACCOUNT, region: 'eu-west-1' } });
      serviceAccount(stack, 'Sa');
      KubernetesManifests.of(stack).writeTo({ directory: gitops });
    });
    expect(Object.values(files(gitops)).map(text => text.split('\n').slice(0, 3))).toEqual([
      // Newer releases of constructs take line breaks out of ids by themselves.
      [HEADER.trim(), expect.stringMatching(/^# App: App\. Stack: A\)\. Stack: B \(C\)\.( |--)evil: yes # \(a\)\.$/), 'apiVersion: v1'],
    ]);
    synth(app => stackWith(app, 'Other', { directory: gitops }));
    expect(names(gitops)).toEqual(['Other.k8s.yaml']);
  });

  test('a checkout with the line ends of Windows', () => {
    synth(app => stackWith(app, 'Api', { directory: gitops }, ['a', 'b']));
    const unix = files(gitops);
    for (const [name, text] of Object.entries(unix)) put(join(gitops, name), text.replaceAll('\n', '\r\n'));
    put(join(gitops, 'Old.k8s.yaml'), unix['Api.k8s.yaml'].replaceAll('\n', '\r\n'));
    synth(app => stackWith(app, 'Api', { directory: gitops }, ['a', 'b']));
    expect(files(gitops)).toEqual(unix);
  });

  test('nothing below the directory, nothing in assets, no other kind of file', () => {
    synth(app => stackWith(app, 'Api', { directory: gitops }));
    const ours = files(gitops)['Api.k8s.yaml'];
    const kept = [join(gitops, 'other', 'Old.k8s.yaml'), join(gitops, 'old.txt'), ...[`asset.${ASSET_HASH}`, `Inner/asset.${ASSET_HASH}`].map(folder => join(outdir, folder, 'Old.k8s.yaml')), join(outdir, `asset.${ASSET_HASH}.yaml`)];
    for (const path of kept) put(path, ours);
    const gone = [join(gitops, 'old.yml'), join(gitops, 'asset.values.yaml'), join(outdir, 'Old.k8s.yaml'), join(outdir, 'some', 'old.yaml')];
    for (const path of gone) put(path, ours);
    synth(app => stackWith(app, 'Api', { directory: gitops }));
    expect(kept.filter(path => !existsSync(path))).toEqual([]);
    expect(gone.filter(path => existsSync(path))).toEqual([]);
  });

  test.each(['itself', 'by a link'])('in a project folder that is the cloud assembly too, %s, the assembly\'s own folders only', name => {
    synth(app => stackWith(app, 'Api', {}));
    const ours = read(outdir, 'Api.k8s.yaml');
    put(join(outdir, 'clusters', 'Other.k8s.yaml'), ours);
    put(join(outdir, 'Old.k8s', 'old.yaml'), ours);
    const before = process.cwd();
    try {
      process.chdir(outdir);
      symlinkSync(outdir, join(home, 'by a link'));
      const app = new App({ outdir: name === 'itself' ? outdir : join(home, name) });
      stackWith(app, 'Api', {});
      app.synth();
    } finally {
      process.chdir(before);
    }
    expect(names(outdir)).toEqual(['Api.k8s.yaml', 'clusters/Other.k8s.yaml']);
  });
});

test('the same app writes the same bytes, and no file that has them already', () => {
  const build = (app: App) => object(stackWith(app, 'Api', { directory: gitops, filePerResource: true, kustomization: true }, ['a', 'b'], true), 'Pod', 'p');
  synth(build);
  const first = files(gitops);
  for (const name of Object.keys(first)) {
    utimesSync(join(gitops, name), 1, 1);
    chmodSync(join(gitops, name), 0o444);
  }
  synth(build);
  expect(files(gitops)).toEqual(first);
  expect(Object.keys(first).map(name => statSync(join(gitops, name)).mtimeMs)).toEqual(Object.keys(first).map(() => 1000));
});

test('while a look-up is to be made, its dummy value does not reach a directory', () => {
  const build = (context: Record<string, unknown>) => {
    const app = new App({ outdir, context });
    const stack = stackWith(app, 'Api', { directory: gitops });
    const parameter = StringParameter.valueFromLookup(literalStack(app, 'Other'), '/my/parameter');
    object(stack, 'ConfigMap', 'c', { data: { parameter } });
    KubernetesManifests.of(literalStack(app, 'Inside')).writeTo({ directory: join(outdir, 'inside'), kustomization: true });
    app.synth();
  };
  const key = `ssm:account=${ACCOUNT}:parameterName=/my/parameter:region=eu-west-1`;
  build({});
  expect(names(home)).toEqual(['cdk.out/inside/kustomization.yaml']);
  build({ [key]: 'found' });
  expect(files(gitops)['Api.k8s.yaml']).toContain('parameter: found');
  build({});
  expect(files(gitops)['Api.k8s.yaml']).toContain('parameter: found');
});

test.each<[string, (stack: Stack) => void]>([
  ['a stack whose template is refused', stack => Array.from({ length: 501 }, (_, index) => new CfnResource(stack, `R${index}`, { type: 'AWS::SNS::Topic' }))],
  ['an error annotation, for the CLI to find', stack => Annotations.of(new CfnResource(stack, 'R', { type: 'AWS::SNS::Topic' })).addError('no')],
])('%s: nothing in a directory changes', (_, spoil) => {
  synth(app => stackWith(app, 'Api', { directory: gitops }, ['api']));
  const before = files(gitops);
  const build = (app: App) => {
    stackWith(app, 'Api', { directory: gitops, filePerResource: true }, ['other']);
    spoil(literalStack(app, 'Later'));
  };
  try {
    synth(build);
  } catch (error) {
    expect(`${error}`).toContain('Number of resources');
  }
  expect(files(gitops)).toEqual(before);
});

test('an app that is synthesized again writes what it is then', () => {
  const app = new App({ outdir });
  const stack = stackWith(app, 'Api', { directory: gitops, filePerResource: true });
  app.synth();
  object(stack, 'Pod', 'late');
  app.synth({ force: true });
  expect(names(gitops)).toEqual(['1_serviceaccount_payments_api.yaml', '2_pod_payments_late.yaml']);
});

test('what was wrong with two stacks is looked for anew in each synth', () => {
  const app = new App({ outdir });
  const [, green] = ['Blue', 'Green'].map(id => stackWith(app, id, { directory: gitops }, ['api']));
  expect(() => app.synth()).toThrow(/got: "ServiceAccount payments\/api"\. Blue writes it there already/);

  KubernetesManifests.of(green).writeTo({ directory: join(home, 'gitops', 'green') });
  app.synth({ force: true });
  expect([gitops, join(home, 'gitops', 'green')].map(names)).toEqual([['Blue.k8s.yaml'], ['Green.k8s.yaml']]);

  serviceAccount(green, 'More', { namespace: 'payments', serviceAccountName: 'more' });
  app.synth({ force: true });
  expect(named(read(home, 'gitops', 'green', 'Green.k8s.yaml'))).toEqual(['ServiceAccount api', 'ServiceAccount more']);
});

describe('Helm values', () => {
  const helm = (stack: Stack, name: string, fileName: string, key?: string, extra: any = {}) => {
    const sa = serviceAccount(stack, name, { namespace: 'kube-system', serviceAccountName: name, createServiceAccount: false, ...extra });
    sa.writeHelmValues(fileName, key === undefined ? undefined : { key });
    return sa;
  };

  test('under the usual key, in the cloud assembly', () => {
    synth(app => helm(literalStack(app, 'Dns'), 'external-dns', 'external-dns.yaml'));
    const [[name, text], ...others] = Object.entries(files(outdir));
    expect(others).toEqual([]);
    expect(name).toBe('external-dns.yaml');
    expect(text).toContain(`${HEADER}# App: App. Stack: Dns (Dns).\nserviceAccount:\n`);
    expect(parse(text)).toEqual({
      serviceAccount: {
        create: true,
        name: 'external-dns',
        annotations: {
          'eks.amazonaws.com/role-arn': expect.stringMatching(`^arn:aws:iam::${ACCOUNT}:role/kube-system-external-dns-[0-9a-f]{10}$`),
          'eks.amazonaws.com/sts-regional-endpoints': 'true',
        },
      },
    });
  });

  test('of the service accounts of one chart, in one file beside the manifests, not in the kustomization', () => {
    synth(app => {
      const stack = stackWith(app, 'Api', { directory: gitops, filePerResource: true, kustomization: true });
      helm(stack, 'controller', 'ebs.values.yml', 'controller.serviceAccount');
      helm(stack, 'node', 'ebs.values.yml', 'node.serviceAccount');
      helm(stack, 'metrics', 'ebs.values.yml', 'controller');
      helm(literalStack(app, 'Elsewhere'), 'elsewhere', 'ebs.values.yml');
    });
    expect(names(home)).toEqual(['cdk.out/ebs.values.yml', 'gitops/blue/1_serviceaccount_payments_api.yaml', 'gitops/blue/ebs.values.yml', 'gitops/blue/kustomization.yaml']);
    const values = parse(files(gitops)['ebs.values.yml']);
    expect([values.controller.serviceAccount.name, values.node.serviceAccount.name, values.controller.name]).toEqual(['controller', 'node', 'metrics']);
    expect(parse(files(gitops)['kustomization.yaml']).resources).toEqual(['1_serviceaccount_payments_api.yaml']);
  });

  test('of two stacks in one file', () => {
    synth(app => {
      helm(literalStack(app, 'One'), 'one', 'values.yaml', 'a.one');
      helm(literalStack(app, 'Two'), 'two', 'values.yaml', 'a.two');
    });
    expect(Object.keys(parse(read(outdir, 'values.yaml')).a)).toEqual(['one', 'two']);
    expect(read(outdir, 'values.yaml')).toContain('# App: App. Stack: One (One).\n# App: App. Stack: Two (Two).\n');
  });

  test.each<[string | undefined, string | undefined, string]>([
    [undefined, undefined, '`serviceAccount.name of values.yaml` must be the same for every service account that writes to the file, got: "two". Another one has "one": give Stack/two a `key` or a file of its own.'],
    ['a', 'a.name', '`a.name of values.yaml` must be the same for every service account that writes to the file, got: {"create":true'],
    ['a.name', 'a', '`a.name of values.yaml` must be the same for every service account that writes to the file, got: "two". Another one has {"create":true'],
  ])('that contradict each other are an error: %s and %s', (first, second, message) => {
    expect(() => synth(app => {
      const stack = literalStack(app);
      helm(stack, 'one', 'values.yaml', first);
      helm(stack, 'two', 'values.yaml', second);
    })).toThrow(`[Stack/KubernetesManifests] ${message}`);
    expect(names(outdir)).toEqual([]);
  });

  test('that agree may be said twice', () => {
    synth(app => {
      const sa = helm(literalStack(app), 'one', 'values.yaml', 'constructor');
      sa.writeHelmValues('values.yaml', { key: 'constructor' });
      sa.writeHelmValues('values.yaml', { key: 'toString.valueOf' });
      sa.writeHelmValues('values.yaml');
    });
    const { name, ...others } = { name: 'one', ...parse(read(outdir, 'values.yaml')) };
    expect([others.constructor.name, others.toString.valueOf.name, others.serviceAccount.name]).toEqual([name, name, name]);
  });

  test('that another file has the name of are an error', () => {
    expect(() => synth(app => helm(stackWith(app, 'Api', { directory: gitops }), 'x', 'api.k8s.yaml'))).toThrow('`writeTo` must have a name of its own for each file');
    expect(() => synth(app => helm(stackWith(app, 'Api', { directory: gitops, kustomization: true }), 'x', 'kustomization.yaml'))).toThrow('`writeTo` must have a name of its own for each file');
    put(join(gitops, 'mine.yaml'), 'mine: yes');
    expect(() => synth(app => helm(stackWith(app, 'Api', { directory: gitops }), 'x', 'mine.yaml'))).toThrow(`got: "${join(gitops, 'mine.yaml')}". It was not made by cdk-irsa`);
  });

  test.each<[string, (app: App) => Stack, any, string]>([
    ['the role', app => agnosticStack(app), {}, '`serviceAccount.annotations["eks.amazonaws.com/role-arn"] of values.yaml` must be known at synth, got: {"Fn::GetAtt":["xRole'],
    ['the name', app => literalStack(app), (stack: Stack) => ({ serviceAccountName: new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString }), '`serviceAccount.name of values.yaml` must be known at synth, got: {"Ref":"P"}. Give the stack of Stack/x an env with account and region, or hand its helmValues() to what the deployment makes'],
  ])('that only the deployment knows are an error: %s', (_, makeStack, extra, message) => {
    expect(() => synth(app => {
      const stack = makeStack(app);
      helm(stack, 'x', 'values.yaml', undefined, typeof extra === 'function' ? extra(stack) : extra);
    })).toThrow(`[Stack/KubernetesManifests] ${message}`);
    expect(names(outdir)).toEqual([]);
  });

  test('tokens that synth knows are written out', () => {
    synth(app => helm(literalStack(app), 'x', 'values.yaml', undefined, { annotations: { lazy: Lazy.string({ produce: () => 'known' }) } }));
    expect(parse(read(outdir, 'values.yaml')).serviceAccount.annotations.lazy).toBe('known');
  });

  test.each(['', 'values.txt', 'values', '.yaml', '../values.yaml', 'a/values.yaml', 'a\\values.yaml', '/values.yaml', '..yaml', 'C:values.yaml', 'a b.yaml', `${'x'.repeat(200)}.yaml`])('a file name %p is refused', fileName => {
    const sa = serviceAccount(literalStack(), 'Sa');
    expect(() => sa.writeHelmValues(fileName)).toThrow(`[Stack/Sa] \`fileName\` must be the name of a file that ends in .yaml or .yml, without a folder, got: ${JSON.stringify(fileName).slice(0, 100)}`);
  });

  test.each([
    ['empty', ''], ['a dot', '.'], ['a dot at the end', 'a.'], ['a dot at the start', '.a'], ['two dots', 'a..b'], ['a space', 'a b'],
    ['a prototype', '__proto__'], ['a prototype below', 'a.__proto__'], ['an index', 'a[0]'], ['a token', Token.asString({ Ref: 'X' })],
  ])('a key is refused: %s', (_, key) => {
    const sa = serviceAccount(literalStack(), 'Sa');
    expect(() => sa.helmValues({ key })).toThrow('[Stack/Sa] `key` must be a path of letters, digits, - and _, with dots between its parts, got: ');
    expect(() => sa.writeHelmValues('values.yaml', { key })).toThrow('[Stack/Sa] `key` must be a path of letters');
  });

  test('the object has the key too', () => {
    const sa = serviceAccount(literalStack(), 'Sa');
    expect(sa.helmValues({ key: 'controller.serviceAccount' })).toEqual({ controller: sa.helmValues() });
  });

  test('that are removed from the app are removed from the folder', () => {
    const build = (...kept: string[]) => (app: App) => {
      const stack = stackWith(app, 'Api', { directory: gitops, kustomization: true });
      for (const name of kept) helm(stack, name, `${name}.yaml`);
    };
    synth(build('one', 'two'));
    synth(build('two'));
    expect(names(gitops)).toEqual(['Api.k8s.yaml', 'kustomization.yaml', 'two.yaml']);
  });

  test.each<[ManifestFilesOptions, boolean]>([
    [{}, false],
    [{ directory: 'x' }, true],
    [{ filePerResource: true }, true],
    [{ directory: 'x', kustomization: true }, false],
  ])('among manifests without a kustomization raise a warning: %p', (options, expected) => {
    const stack = literalStack(new App({ outdir }));
    KubernetesManifests.of(stack).writeTo({ ...options, ...options.directory && { directory: gitops } });
    helm(stack, 'x', 'values.yaml');
    expect(warnings(stack).filter(text => text.includes('cdk-irsa:helm-values-among-manifests'))).toHaveLength(expected ? 1 : 0);
  });
});
