/**
 * What an app records of its own outputs, as the entry points see it.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as cdk8s from 'cdk8s';
import { expectOneAnswer, verify } from './analysis/admission/one-answer';
import {
  ACCOUNT, agnosticStack, deferredProvider, literalProvider, literalStack, serviceAccount,
} from './support';
import { ClusterOidcProvider, IrsaAssertions, IrsaServiceAccount, KubernetesManifests } from '../src';

let home: string;
let stderr: jest.SpyInstance;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'assembly-record-')));
  stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  delete process.env.CDK_OUTDIR;
  stderr.mockRestore();
  rmSync(home, { recursive: true });
});

/** Synthesizes as the CDK CLI has it done, in a folder of its own. */
function synthIn(folder: string, build: (app: App) => void): string {
  const [before, outdir] = [process.cwd(), join(folder, 'cdk.out')];
  try {
    process.chdir(folder);
    process.env.CDK_OUTDIR = 'cdk.out';
    const app = new App();
    build(app);
    app.synth();
  } finally {
    delete process.env.CDK_OUTDIR;
    process.chdir(before);
  }
  return outdir;
}

const recordIn = (outdir: string, id = 'Stack') =>
  JSON.parse(readFileSync(join(outdir, `${id}.cdk-irsa.json`), 'utf8'));

/** The findings at every entry point. */
function findingsIn(assembly: string): string[] {
  const input = { assembly, manifests: [] };
  expectOneAnswer(input);
  return verify(input).findings.map(({ rule }) => rule);
}

function forHelm(scope: Stack, name = 'dns', extra: any = {}): IrsaServiceAccount {
  return serviceAccount(scope, name, { serviceAccountName: name, createServiceAccount: false, ...extra });
}

describe('nothing that the app made is unused', () => {
  test.each<[string, (stack: Stack) => void]>([
    ['manifests in the assembly', stack => serviceAccount(stack, 'Sa')],
    ['a file for each object', stack => {
      serviceAccount(stack, 'Sa');
      KubernetesManifests.of(stack).writeTo({ filePerResource: true, kustomization: true });
    }],
    ['a directory', stack => {
      serviceAccount(stack, 'Sa');
      KubernetesManifests.of(stack).writeTo({ directory: 'gitops', kustomization: true, owner: 'shop' });
    }],
    ['values in a file', stack => forHelm(stack).writeHelmValues('dns.values.yaml')],
    ['values in a file of a directory', stack => {
      KubernetesManifests.of(stack).writeTo({ directory: 'gitops', kustomization: true });
      forHelm(stack).writeHelmValues('dns.values.yaml');
    }],
    ['values as an object', stack => forHelm(stack).helmValues()],
    ['values under a key', stack => forHelm(stack).helmValues({ key: 'controller.serviceAccount' })],
    ['two roles of one name for charts of two clusters', stack => {
      const oidcProvider = literalProvider(stack, 'Other', 'https://oidc.eks.eu-west-1.amazonaws.com/id/OTHER');
      forHelm(stack, 'Blue', { serviceAccountName: 'dns' }).helmValues();
      forHelm(stack, 'Green', { serviceAccountName: 'dns', oidcProvider }).helmValues();
    }],
    ['a nested stack', stack => forHelm(new NestedStack(stack, 'Nested')).helmValues()],
    ['chart for each cluster. the user', stack => {
      serviceAccount(stack, 'Sa', { chart: new cdk8s.Chart(new cdk8s.App(), 'chart') });
    }],
    ['an audience of its own', stack => forHelm(stack, 'dns', { audience: 'theirs' }).helmValues()],
  ])('%s', (_, build) => {
    const outdir = synthIn(home, app => build(literalStack(app)));
    expect(findingsIn(outdir)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => void]>([
    ['values', stack => forHelm(stack, 'dns', { oidcProvider: deferredProvider(stack) }).helmValues()],
    ['values in a nested stack', stack => {
      const nested = new NestedStack(new NestedStack(stack, 'Middle'), 'Inner');
      forHelm(nested, 'dns', { oidcProvider: deferredProvider(nested) }).helmValues();
    }],
  ])('that only the deployment knows: %s', (_, build) => {
    const outdir = synthIn(home, app => build(agnosticStack(app)));
    expect(verify({ assembly: outdir, manifests: [] }).findings.map(({ rule }) => rule)
      .filter(rule => rule !== 'role-does-not-trust')).toEqual([]);
  });

  test('in stages', () => {
    const outdir = synthIn(home, app => {
      const stack = literalStack(new Stage(new Stage(app, 'Prod'), 'Europe'), 'Api');
      serviceAccount(stack, 'Sa');
      forHelm(stack).helmValues();
      KubernetesManifests.of(stack).writeTo({ directory: 'gitops' });
    });
    expect(existsSync(join(home, 'gitops'))).toBe(true);
    expect(findingsIn(outdir)).toEqual([]);
  });
});

describe('what nobody has, or has seen, stays a note', () => {
  test.each<[string, (stack: Stack) => void]>([
    ['no values were asked for', stack => forHelm(stack)],
    ['the object was taken out of the chart', stack => {
      const chart = new cdk8s.Chart(new cdk8s.App(), 'chart');
      serviceAccount(stack, 'Sa', { chart });
      for (const { node: { id } } of chart.node.children) chart.node.tryRemoveChild(id);
    }],
  ])('%s', (_, build) => {
    const outdir = synthIn(home, app => build(literalStack(app)));
    expect(recordIn(outdir).serviceAccounts).toEqual([]);
    expect(findingsIn(outdir)).toEqual(['role-without-service-account']);
  });

  test('a record of an earlier synth, of a stack that no longer uses the library', () => {
    synthIn(home, app => forHelm(literalStack(app)).helmValues());
    const outdir = synthIn(home, app => literalStack(app));
    expect(existsSync(join(outdir, 'Stack.cdk-irsa.json'))).toBe(true);
    const named = readdirSync(outdir).filter(name => /^manifest|metadata/.test(name))
      .filter(name => readFileSync(join(outdir, name), 'utf8').includes('cdk-irsa'));
    expect(named).toEqual([]);
  });
});

describe('a unit test', () => {
  const written = (stack: Stack) => {
    serviceAccount(stack, 'Sa');
    KubernetesManifests.of(stack).writeTo({ directory: join(home, 'gitops') });
    return stack;
  };

  test('compares roles with the manifests of a folder that it does not touch', () => {
    IrsaAssertions.fromStack(written(literalStack())).manifestsMatchRoles();
    IrsaAssertions.fromAssembly((written(literalStack()).node.root as App).synth()).manifestsMatchRoles();
    expect(existsSync(join(home, 'gitops'))).toBe(false);
  });

  test('of one stack leaves the files of others alone', () => {
    const app = new App();
    const [one, two] = ['One', 'Two'].map(id => literalStack(app, id));
    written(one);
    serviceAccount(two, 'Sa', { createServiceAccount: false, serviceAccountName: 'two' });
    expect(() => IrsaAssertions.fromStack(two).manifestsMatchRoles()).toThrow('No manifest contains a ServiceAccount');
    IrsaAssertions.fromStack(one).manifestsMatchRoles();
  });

  test('of a stage that is synthesized alone finds no record, and says that there are no manifests', () => {
    const stage = new Stage(new App(), 'Prod');
    serviceAccount(literalStack(stage), 'Sa');
    expect(() => IrsaAssertions.fromAssembly(stage.synth()).manifestsMatchRoles()).toThrow('No manifest contains');
  });

  test.each<[string, (stack: Stack) => void, string]>([
    ['there is no manifest', stack => serviceAccount(stack, 'Sa', { createServiceAccount: false }), 'No manifest '
      + 'contains'],
    ['a manifest names another role', stack => {
      serviceAccount(stack, 'Sa');
      writeFileSync(join(home, 'other.yaml'), 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n'
        + '  namespace: b\n  annotations:\n    eks.amazonaws.com/role-arn: dummy-value\n');
    }, 'other.yaml:7:5: ServiceAccount b/a: "dummy-value" is not a role ARN'],
  ])('says which context is missing, where %s', (_, build, message) => {
    const app = new App();
    const stack = literalStack(app);
    build(stack);
    const check = () => IrsaAssertions.fromAssembly(app.synth({ force: true }), { manifests: [home] })
      .manifestsMatchRoles();
    expect(check).toThrow(message);
    expect(check).not.toThrow('Context');
    ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'blue' });
    StringParameter.valueFromLookup(stack, '/my/parameter');
    expect(check).toThrow(message);
    expect(check).toThrow(new RegExp(
      'Context is missing, so some values are placeholders: \\S.*blue.*, '
        + `ssm:account=${ACCOUNT}:parameterName=/my/parameter:region=eu-west-1\\. Run \`cdk synth\` once with `
        + 'credentials and commit cdk\\.context\\.json, or pass these values as `context` of the App\\.',
    ));
  });

  test('does not fail for context that is missing elsewhere', () => {
    const stack = written(literalStack());
    StringParameter.valueFromLookup(stack, '/my/parameter');
    IrsaAssertions.fromStack(stack).manifestsMatchRoles();
  });
});

describe('the form', () => {
  const build = (app: App) => {
    const stack = literalStack(app);
    serviceAccount(stack, 'Sa');
    KubernetesManifests.of(stack).writeTo({ directory: 'gitops', kustomization: true });
    forHelm(stack).writeHelmValues('dns.values.yaml');
    const inside = literalStack(app, 'Inside');
    serviceAccount(inside, 'Sa', { serviceAccountName: 'inside' });
  };

  test('is what the documentation describes', () => {
    const outdir = synthIn(home, build);
    const text = (name: string) => readFileSync(join(home, 'gitops', name), 'utf8');
    const file = (kind: string, name: string) =>
      ({ kind, path: `gitops/${name}`, text: text(name), written: true });
    expect(recordIn(outdir)).toEqual({
      version: 1,
      workingDirectory: '..',
      files: [
        file('manifests', 'Stack.k8s.yaml'),
        file('kustomization', 'kustomization.yaml'),
        file('helm-values', 'dns.values.yaml'),
      ],
      serviceAccounts: [{
        createdBy: 'helm',
        constructPath: 'Stack/dns',
        namespace: 'default',
        name: 'dns',
        annotations: {
          'eks.amazonaws.com/role-arn':
            expect.stringMatching(`^arn:aws:iam::${ACCOUNT}:role/default-dns-[0-9a-f]{10}$`),
          'eks.amazonaws.com/sts-regional-endpoints': 'true',
        },
      }],
    });
    expect(recordIn(outdir, 'Inside')).toEqual({
      version: 1,
      files: [{ kind: 'manifests', path: 'Inside.k8s.yaml' }],
      serviceAccounts: [],
    });
  });

  test('is the same in every folder and has no absolute path', () => {
    const [one, two] = ['one', 'somewhere-else'].map(name => {
      const folder = mkdtempSync(join(home, name));
      const outdir = synthIn(folder, build);
      return readFileSync(join(outdir, 'Stack.cdk-irsa.json'), 'utf8')
        + readFileSync(join(outdir, 'manifest.json'), 'utf8');
    });
    expect(one).toBe(two);
    expect(one).not.toContain(basename(home));
  });

  test('does not make manifest.json larger, however many service accounts there are', () => {
    const entries = (count: number) => {
      const outdir = synthIn(mkdtempSync(join(home, 'many')), app => {
        const stack = literalStack(app);
        const oidcProvider = literalProvider(stack);
        for (let index = 0; index < count; index++) forHelm(stack, `sa-${index}`, { oidcProvider }).helmValues();
      });
      const read = (name: string) => JSON.parse(readFileSync(join(outdir, name), 'utf8'));
      const { metadata: own, additionalMetadataFile } = read('manifest.json').artifacts.Stack;
      // of newer versions of the CDK: the file
      const metadata: any[] = Object.values<any[]>(own ?? read(additionalMetadataFile)).flat();
      return { outdir, ofRecord: metadata.filter(({ type }) => type === 'cdk-irsa:record') };
    };
    const { outdir, ofRecord } = entries(100);
    expect(ofRecord).toEqual([{ type: 'cdk-irsa:record', data: 'Stack.cdk-irsa.json' }]);
    expect(recordIn(outdir).serviceAccounts).toHaveLength(100);
    expect(readFileSync(join(outdir, 'Stack.cdk-irsa.json')).length / 100).toBeLessThan(500);
  });
});
