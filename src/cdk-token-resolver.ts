import { IResolver, ResolutionContext } from 'cdk8s';
import { IConstruct } from 'constructs';
import { fail, problem } from './private/errors';
import { isCdkToken, isListToken, isMap, Manifest, settledForFile } from './private/manifests/objects';

/** Fields that cdk8s resolves separately from the object that they belong to. */
const METADATA_FIELDS = ['annotations', 'finalizers', 'labels', 'name', 'namespace', 'ownerReferences'];

/**
 * Lets you use values of the CDK app in your own cdk8s app. Each token is replaced by its value at synth time: the
 * account, region and partition of a literal environment, names and ARNs of roles with a fixed name, and names of
 * buckets, tables and other resources that you have named. A value that is known only at deployment is an error, which
 * names the object and the field.
 *
 * Values of cdk8s itself, such as `Lazy` and `IntOrString`, are left to cdk8s.
 *
 * @see https://cdk8s.io/docs/latest/basics/app/#resolvers
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import * as cdk8s from 'cdk8s';
 * import { CdkTokenResolver } from 'cdk-irsa';
 *
 * const stack = new Stack(new App(), 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
 * const receipts = new Bucket(stack, 'Receipts', { bucketName: 'receipts-111122223333' });
 *
 * const kubernetesApp = new cdk8s.App({ resolvers: [new CdkTokenResolver(stack)] });
 * new cdk8s.ApiObject(new cdk8s.Chart(kubernetesApp, 'payments'), 'Config', {
 *   apiVersion: 'v1',
 *   kind: 'ConfigMap',
 *   metadata: { name: 'api', namespace: 'payments' },
 *   data: { bucket: receipts.bucketName, partition: stack.partition },
 * });
 */
export class CdkTokenResolver implements IResolver {
  private readonly scope: IConstruct;

  /**
   * @param scope a construct of the CDK app; tokens are resolved with the environment of its stack
   */
  constructor(scope: IConstruct) {
    this.scope = scope;
  }

  /**
   * Called by cdk8s for each value of an object.
   *
   * @throws if the value is known only at deployment
   */
  public resolve(context: ResolutionContext): void {
    const { value, key } = context;
    if (isCdkToken(value)) context.replaceValue(this.known(context, value, key));
    else if (Array.isArray(value) && value.some(isListToken)) context.replaceValue(this.withKnownLists(context));
    // cdk8s passes the values of a map to a resolver, never its keys.
    else if (isMap(value) && Object.keys(value).some(isCdkToken)) context.replaceValue(this.withKnownKeys(context));
  }

  private withKnownLists(context: ResolutionContext): unknown[] {
    return (context.value as unknown[]).flatMap(item =>
      isListToken(item) ? this.known(context, [item], context.key) : [item],
    );
  }

  private withKnownKeys(context: ResolutionContext): object {
    const known = (name: string) => (isCdkToken(name) ? this.known(context, name, [...context.key, name]) : name);
    const entries = Object.entries(context.value).map(([name, value]) => [known(name), value] as const);
    const map = Object.fromEntries(entries);
    if (Object.keys(map).length < entries.length) {
      fail(this.scope, problem('chart', 'contain maps with different keys', entries.map(([name]) => name),
        'Two keys resolve to the same text. Keep one of them.'));
    }
    return map;
  }

  private known({ obj }: ResolutionContext, value: unknown, key: string[]): unknown {
    const manifest: Manifest = { kind: obj.kind, metadata: { name: obj.name, namespace: obj.metadata.namespace } };
    return settledForFile(this.scope, manifest, value, METADATA_FIELDS.includes(key[0]) ? ['metadata', ...key] : key);
  }
}
