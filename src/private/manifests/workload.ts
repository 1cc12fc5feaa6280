import { Duration } from 'aws-cdk-lib';
import { ApiObject, App, Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { TOKEN_EXPIRATION_ANNOTATION } from '../../conventions/webhook-annotations';
import { fail, failIf, problem, show, warn } from '../errors';
import { addedObject, fieldName, Manifest, objectName, TokenObjectsAsText } from './objects';
import { sessionName, withVariable } from './session-names';
import { settleManifests } from './text';
import { seconds, tokenExpirationProblem } from './token-expiration';
import { objectOf, propertyOf } from '../../conventions/json';
import {
  allContainers,
  ContainerJson,
  isWindows,
  PodSpecJson,
  SecurityContextJson,
  SKIP_CONTAINERS,
  STATIC_CREDENTIALS,
  withCredentials,
} from '../../conventions/pod-spec';
import { fsGroupProblem, optionsProblem, WorkloadOptions } from '../../workload-options';
import { settleForManifest } from '../values/tokens';

/** Every SDK prefers these to a web identity. */

/** Kinds whose pods do not follow a change of their template, because it is immutable or pods are always new. */
const WITHOUT_ROLLOUT = ['Pod', 'Job', 'CronJob'];

/** The properties of a service account that a workload needs. */
interface PodAccount {
  /** The construct that errors and warnings name. */
  readonly owner: IConstruct;
  readonly namespace: string;
  readonly serviceAccountName: string;
  /** Whether pods get a web identity. */
  readonly webIdentity: boolean;
  /** Annotations whose change re-creates the pods. */
  readonly podAnnotations: Record<string, string>;
}

/** The parts of a pod template that are used here. */
interface PodTemplate {
  readonly metadata?: { readonly annotations?: Record<string, string> };
  readonly spec: PodSpec;
}

interface PodSpec extends PodSpecJson<PodContainer> {
  readonly serviceAccount?: unknown;
  readonly serviceAccountName?: unknown;
  readonly securityContext?: SecurityContextJson;
}

interface PodContainer extends ContainerJson {
  readonly env?: readonly { readonly name?: unknown }[];
  readonly securityContext?: SecurityContextJson;
}

/** The service account that was applied to each workload. */
const OWNERS = new WeakMap<IConstruct, IConstruct>();

/**
 * Makes a workload use a service account each time that it is rendered. Only then does cdk8s-plus know its containers,
 * and later additions of the user are included.
 *
 * @param workload an ApiObject, or a construct whose default child is one
 */
export function applyToWorkload(account: PodAccount, workload: IConstruct, options: WorkloadOptions): void {
  const { owner } = account;
  failIf(owner, optionsProblem(options));
  const object = apiObjectOf(owner, workload);
  const other = OWNERS.get(object) ?? owner;
  if (other !== owner) {
    fail(
      owner,
      problem(
        'workload',
        'use only one service account',
        workload.node.path,
        `${other.node.path} is already applied to it, and a pod can have only one service account.`,
      ),
    );
  }
  OWNERS.set(object, owner);
  // A pod that is created before its ServiceAccount gets no credentials.
  const serviceAccount = addedObject(owner, Chart.of(object), 'ServiceAccount');
  if (serviceAccount) object.addDependency(serviceAccount);

  const { skipContainers, includeContainers } = options;
  const copy = {
    ...options,
    skipContainers: skipContainers && [...skipContainers],
    includeContainers: includeContainers && [...includeContainers],
  };
  const notes = owner.node.tryFindChild('Workloads') ?? new Construct(owner, 'Workloads');
  const ownRender = object.toJson.bind(object);
  // The chart of the stack settles tokens itself, or leaves them to the deployment.
  const literal = !App.of(object).resolvers?.some(resolver => resolver instanceof TokenObjectsAsText);
  const render = () => new Rendering(account, copy, notes, literal, ownRender());
  Object.defineProperty(object, 'toJson', {
    configurable: true,
    value: () => {
      const { manifest, problems } = render();
      if (problems.length > 0) fail(owner, problems.join('\n'));
      return manifest;
    },
  });
  // The CDK app does not write a chart of the user, so it must validate it here.
  if (literal) owner.node.addValidation({ validate: () => render().problems });
}

function apiObjectOf(owner: IConstruct, workload: IConstruct): ApiObject {
  let found: IConstruct | undefined = workload;
  while (found && !ApiObject.isApiObject(found)) found = found.node.defaultChild;
  return (
    (found as ApiObject | undefined)
    ?? fail(
      owner,
      problem(
        'workload',
        'be an ApiObject of cdk8s, or a construct whose default child is one',
        workload.node.path,
        'Pass the workload itself, such as the Deployment.',
      ),
    )
  );
}

/** One rendering of a workload with its service account, and what is wrong with it. */
class Rendering {
  public readonly manifest: Manifest;
  public readonly problems: string[] = [];
  private readonly path: string[];

  constructor(
    private readonly account: PodAccount,
    private readonly options: WorkloadOptions,
    private readonly notes: IConstruct,
    private readonly literal: boolean,
    private readonly own: Manifest,
  ) {
    this.path = podPath(own);
    const isWorkload = Array.isArray(propertyOf(own, ...this.path, 'spec', 'containers'));
    if (!isWorkload) {
      this.problems.push(
        problem(
          'workload',
          'be a Pod, a CronJob, or have a pod template with containers at spec.template',
          objectName(own),
          'Pass the object that creates the pods.',
        ),
      );
    }
    this.manifest = this.known(
      isWorkload
        ? replaced(this.withNamespace(), this.path, pod => this.withAccount(pod as PodTemplate)) as Manifest
        : own,
    );
  }

  /**
   * Settles CDK tokens in a chart of the user, where they would otherwise be written as token text.
   */
  private known(manifest: Manifest): Manifest {
    if (!this.literal) return manifest;
    const { manifests: [settled], problems } = settleManifests(this.account.owner, [manifest], false);
    this.problems.push(...problems);
    return settled;
  }

  private withNamespace(): Manifest {
    const namespace = this.field(
      ['metadata', 'namespace'],
      this.own.metadata.namespace,
      this.account.namespace,
      'A pod can use only service accounts in its own namespace. Move the workload there, or leave its namespace '
        + 'out.',
    );
    return { ...this.own, metadata: sorted({ ...this.own.metadata, namespace }) };
  }

  private withAccount(pod: PodTemplate): object {
    const { spec } = pod;
    const specPath = [...this.path, 'spec'];
    const { serviceAccountName } = this.account;
    const advice = 'Leave it to applyTo(), or call applyTo() on the intended service account.';
    if (spec.serviceAccount !== undefined) {
      this.field([...specPath, 'serviceAccount'], spec.serviceAccount, serviceAccountName, advice);
    }
    const annotations = this.annotations(pod);
    const users = this.containersWithCredentials(spec, annotations[SKIP_CONTAINERS]);
    this.warnOfStaticCredentials(users);
    return sorted({
      ...pod,
      ...(Object.keys(annotations).length > 0 && {
        metadata: sorted({ ...pod.metadata, annotations: sorted(annotations) }),
      }),
      spec: sorted({
        ...spec,
        ...this.namedSessions(spec, users),
        serviceAccountName: this.field(
          [...specPath, 'serviceAccountName'],
          spec.serviceAccountName,
          serviceAccountName,
          advice,
        ),
        ...this.securityContext(spec),
      }),
    });
  }

  private annotations({ spec, metadata }: PodTemplate): Record<string, string> {
    const { tokenExpiration, restartOnChange = true } = this.options;
    const skipList = this.skipList(spec);
    const wanted: Record<string, string> = {
      ...tokenExpiration && { [TOKEN_EXPIRATION_ANNOTATION]: this.seconds(tokenExpiration) },
      ...skipList !== '' && { [SKIP_CONTAINERS]: skipList },
      ...restartOnChange && !WITHOUT_ROLLOUT.includes(this.own.kind) && this.account.podAnnotations,
    };
    const present = metadata?.annotations ?? {};
    const entries = Object.entries(wanted).map(([key, value]): [string, string] => [
      key,
      this.field(
        [...this.path, 'metadata', 'annotations', key],
        present[key],
        value,
        'Remove the annotation from the workload.',
      ),
    ]);
    return { ...present, ...Object.fromEntries(entries) };
  }

  private seconds(duration: Duration): string {
    const settled = this.settle(duration.toSeconds());
    if (typeof settled === 'number') this.report(tokenExpirationProblem(Duration.seconds(settled)));
    return seconds(duration);
  }

  /** The webhook supports only containers to skip, splits at commas and does not trim. */
  private skipList(spec: PodSpec): string {
    const { skipContainers, includeContainers } = this.options;
    const property = includeContainers ? 'includeContainers' : 'skipContainers';
    const names = allContainers(spec).map(({ name }) => this.settle(name));
    const listed = [...new Set((includeContainers ?? skipContainers ?? []).map(name => this.settle(name)))];
    const skipped = includeContainers ? names.filter(name => !listed.includes(name)) : listed;
    const unknown = listed.find(name => !names.includes(name));
    const there = names.map(show).join(', ');
    if (unknown !== undefined) {
      this.report(
        problem(
          property,
          `name containers of ${objectName(this.own)} (${there})`,
          unknown,
          'The webhook compares names exactly.',
        ),
      );
    } else if (skipped.length === names.length) {
      this.report(
        problem(
          property,
          `leave credentials for a container of ${objectName(this.own)} (${there})`,
          listed,
          'Otherwise no container would use the service account.',
        ),
      );
    }
    return skipped.join(',');
  }

  /** Returns the containers of a pod. Those with credentials get the session name. */
  private namedSessions(spec: PodSpec, users: PodContainer[]): Partial<PodSpec> {
    if (!this.options.sessionNameFromPod || !this.account.webIdentity) return {};
    const { apiVersion = '', kind, metadata } = this.own;
    const variable = sessionName(apiVersion, kind, this.settle(this.account.namespace), this.settle(metadata.name));
    if (!variable) {
      this.report(problem('sessionNameFromPod', `be left out for ${objectName(this.own)}`, true,
        'The names of its pods may be too long for STS, and no other name is known at synth time.'));
      return {};
    }
    const named = (containers: readonly PodContainer[]) =>
      containers.map(container => (users.includes(container) ? withVariable(container, variable) : container));
    return {
      containers: named(spec.containers),
      ...spec.initContainers && { initContainers: named(spec.initContainers) },
    };
  }

  private containersWithCredentials(spec: PodSpec, skipList = ''): PodContainer[] {
    return withCredentials(spec, `${this.settle(skipList)}`, name => this.settle(name));
  }

  private warnOfStaticCredentials(containers: PodContainer[]): void {
    for (const { name, env = [] } of containers) {
      const found = STATIC_CREDENTIALS.filter(variable =>
        env.some(item => this.settle(item.name) === variable),
      );
      if (found.length === 0) continue;
      warn(
        this.notes,
        'cdk-irsa:static-credentials',
        `Container ${show(name)} of ${objectName(this.own)} has ${found.join(' and ')} in its environment. `
          + 'SDKs prefer them to the role. Remove them, or skip the container with `skipContainers`.',
      );
    }
  }

  private securityContext(spec: PodSpec): object {
    const { fsGroup } = this.options;
    if (fsGroup === undefined) return {};
    const present = spec.securityContext?.fsGroup;
    const field = [...this.path, 'spec', 'securityContext', 'fsGroup'];
    if (isWindows(spec)) {
      this.report(
        problem(
          'fsGroup',
          'be left out for a Windows pod',
          fsGroup,
          `Windows has no file groups, and ${objectName(this.own)} runs on Windows.`,
        ),
      );
    }
    this.report(fsGroupProblem(this.settle(fsGroup)));
    return {
      securityContext: sorted({
        ...spec.securityContext,
        fsGroup: this.field(field, present, fsGroup, 'Set it in one place.'),
      }),
    };
  }

  /** Returns the value to write to a field. It must not contradict the existing value. */
  private field<T>(path: string[], present: unknown, wanted: T, advice: string): T {
    const settled = this.settle(wanted);
    if (present !== undefined && JSON.stringify(this.settle(present)) !== JSON.stringify(settled)) {
      this.report(
        problem(
          `${fieldName(path)} of ${objectName(this.own)}`,
          `be ${show(wanted)}, as applyTo() sets it`,
          present,
          advice,
        ),
      );
    }
    return wanted;
  }

  private settle(value: unknown): unknown {
    return settleForManifest(this.account.owner, value);
  }

  private report(message: string | undefined): void {
    if (message !== undefined) this.problems.push(message);
  }
}

function podPath({ kind }: Manifest): string[] {
  if (kind === 'Pod') return [];
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
}

function replaced(value: unknown, [key, ...rest]: string[], replace: (value: unknown) => object): object {
  if (key === undefined) return replace(value);
  return { ...objectOf(value), [key]: replaced(propertyOf(value, key), rest, replace) };
}

/** Keys in the order of cdk8s. */
function sorted<T extends object>(value: T): T {
  if (process.env.CDK8S_DISABLE_SORT) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))) as T;
}
