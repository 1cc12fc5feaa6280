import { IResolver, ResolutionContext } from 'cdk8s';
import { IConstruct } from 'constructs';
import { fail, problem } from './private/errors';
import { isCdkToken, isListToken, isMap, Manifest, settledForFile } from './private/manifests/objects';

/** What cdk8s resolves apart from the object that it belongs to. */
const METADATA_FIELDS = ['annotations', 'finalizers', 'labels', 'name', 'namespace', 'ownerReferences'];

/**
 * Lets values of the CDK app stand in a cdk8s app of your own. Each is turned into what synth knows of it: account,
 * region and partition of a literal environment, names and ARNs of roles with a fixed name, names of buckets, tables
 * and other resources that you have named. A value that only the deployment knows is refused, with the object and the
 * field named.
 *
 * Values of cdk8s itself (`Lazy`, `IntOrString` and the like) are left to cdk8s.
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
   * @param scope a construct of the CDK app: the environment of its stack is the one that counts
   */
  constructor(scope: IConstruct) {
    this.scope = scope;
  }

  /**
   * Called by cdk8s for each value of an object.
   *
   * @throws when only the deployment knows the value
   */
  public resolve(context: ResolutionContext): void {
    const { value, key } = context;
    if (isCdkToken(value)) context.replaceValue(this.known(context, value, key));
    else if (Array.isArray(value) && value.some(isListToken)) context.replaceValue(this.withKnownLists(context));
    // cdk8s shows a resolver the values of a map, never its keys.
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
      fail(this.scope, problem('chart', 'hold maps with different keys', entries.map(([name]) => name),
        'Two keys turn out to be the same: keep one of them.'));
    }
    return map;
  }

  private known({ obj }: ResolutionContext, value: unknown, key: string[]): unknown {
    const manifest: Manifest = { kind: obj.kind, metadata: { name: obj.name, namespace: obj.metadata.namespace } };
    return settledForFile(this.scope, manifest, value, METADATA_FIELDS.includes(key[0]) ? ['metadata', ...key] : key);
  }
}
