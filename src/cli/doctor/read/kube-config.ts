/**
 * The API server and credentials that kubectl would use, read by the official client. Kubeconfigs contain secrets, so
 * their contents are never printed.
 */
import { spawn, SpawnOptions } from 'child_process';
import { accessSync, existsSync, readFileSync } from 'fs';
import { RequestOptions } from 'https';
import { homedir } from 'os';
import { delimiter, join } from 'path';
import { EksContext, eksContext } from './eks-context';
import { proxyFor } from './proxies';
import { propertyOf } from '../../../analysis/json-values';
import { listInShort } from '../../../analysis/lists';
import { reasonOf, UnusableInput } from '../../../analysis/reading/unusable-input';
import { printable, quoted } from '../../text';

const SHOWN_CONTEXTS = 20;
const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

type Client = typeof import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' } });
type KubeConfig = InstanceType<Client['KubeConfig']>;
type User = NonNullable<ReturnType<KubeConfig['getCurrentUser']>>;

interface KubeConfigOptions {
  /** @default the current one */
  readonly context?: string;
  /** How long an exec plugin may take. */
  readonly execTimeoutMs: number;
  /** Where the files of a pod are mounted. @default at the root */
  readonly podRoot?: string;
}

/** The server and the credentials of requests. */
export interface Access {
  readonly context: string;
  readonly server: string;
  /** The EKS cluster that the context names, if it names one. */
  readonly eks?: EksContext;
  /** Only in a pod, where the server address does not identify the cluster: the issuer of the pod's token. */
  readonly ownIssuer?: { readonly url?: string };
  /** Fetches the credentials again each time, because tokens expire. */
  credentials(): Promise<RequestOptions>;
}

/** There is no kubeconfig, as opposed to one that cannot be used. */
export class NoKubeconfig extends UnusableInput {}

/** Credentials are not available. The message contains no secrets. */
export class NoCredentials extends Error {}

/**
 * @throws NoKubeconfig if there is no kubeconfig
 * @throws UnusableInput if it cannot be used
 */
export function loadAccess({ context, execTimeoutMs, podRoot = '' }: KubeConfigOptions): Access {
  const { config, ownIssuer } = load(podRoot);
  const name = context ?? config.currentContext;
  const known = [...new Set(config.contexts.map(entry => entry.name))];
  if (!name) {
    throw new UnusableInput(
      `The kubeconfig has no current context. Select one with --context; ${contextList(known)}.`,
    );
  }
  if (!known.includes(name)) {
    throw new UnusableInput(`The kubeconfig has no context ${quoted(name)}; ${contextList(known)}.`);
  }
  config.setCurrentContext(name);
  const unusable = (problem: string) =>
    new UnusableInput(`Context ${quoted(name)} of the kubeconfig ${problem}. Correct the kubeconfig.`);
  const [cluster, user] = [
    config.getCurrentCluster() as { server: string; proxyUrl?: string } | null,
    config.getCurrentUser(),
  ];
  if (!cluster) throw unusable('names a cluster that is missing or incomplete');
  if (!user) throw unusable('names a user that is missing or incomplete');
  if (!isUrl(cluster.server)) throw unusable('names a cluster whose server is not a URL');
  const { hostname, port } = new URL(cluster.server);
  cluster.proxyUrl ??= proxyFor(hostname, port || undefined);
  const run = limitExecPlugins(config, user, execTimeoutMs);
  const eks = eksContext({
    context: name,
    cluster: config.getContextObject(name)?.cluster ?? '',
    server: cluster.server,
    exec: user.exec,
  });
  return { context: name, server: cluster.server, eks, ownIssuer, credentials: () => credentialsOf(config, user, run) };
}

/** Loads the files that kubectl reads; without any, the service account of the pod. */
function load(podRoot: string): { readonly config: KubeConfig; readonly ownIssuer?: Access['ownIssuer'] } {
  // Only this file: the package's index loads a thousand API models. It is ESM, which CommonJS types reject and the
  // bundler accepts.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { KubeConfig: Config } = require('@kubernetes/client-node/dist/config.js') as Pick<Client, 'KubeConfig'>;
  const merged = new Config();
  const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter(file => file !== '');
  const files = (listed.length > 0 ? listed : [join(process.env.HOME || homedir(), '.kube', 'config')]).filter(file =>
    existsSync(file),
  );
  if (files.length === 0 && existsSync(podRoot + POD_TOKEN)) {
    merged.loadFromCluster(podRoot);
    return { config: merged, ownIssuer: issuerIn(podRoot + POD_TOKEN) };
  }
  if (files.length === 0) {
    const names = listed.length > 0 ? listed.join(' or ') : '~/.kube/config';
    throw new NoKubeconfig(`no kubeconfig: ${names} does not exist`);
  }
  for (const file of files) addTo(merged, loadFile(new Config(), file));
  return { config: merged };
}

/** The issuer of the token in a file. Reads no other claims. */
function issuerIn(file: string): NonNullable<Access['ownIssuer']> {
  try {
    const { iss } = JSON.parse(Buffer.from(readFileSync(file, 'utf8').split('.')[1], 'base64url').toString());
    return typeof iss === 'string' ? { url: iss } : {};
  } catch {
    return {};
  }
}

function loadFile(config: KubeConfig, file: string): KubeConfig {
  try {
    accessSync(file);
    // A broken entry does not affect the others.
    config.loadFromFile(file, { onInvalidEntry: 'filter' });
    return config;
  } catch (error) {
    throw new UnusableInput(
      `${file} cannot be used as a kubeconfig: ${configProblem(error)}. See kubectl config view.`,
    );
  }
}

/** Describes the error without the parts of the file that the parser quotes. */
function configProblem(error: unknown): string {
  if (propertyOf(error, 'name') === 'YAMLException') {
    const line = propertyOf(error, 'mark', 'line');
    return `it is not valid YAML${typeof line === 'number' ? `, line ${line + 1}` : ''}`;
  }
  if (propertyOf(error, 'code')) return reasonOf(error);
  return 'it does not have the form of a kubeconfig';
}

/** Merges as kubectl does: the first entry of a name counts. */
function addTo(merged: KubeConfig, other: KubeConfig): void {
  merged.clusters = [...merged.clusters, ...other.clusters];
  merged.users = [...merged.users, ...other.users];
  merged.contexts = [...merged.contexts, ...other.contexts];
  if (!merged.currentContext) merged.currentContext = other.currentContext;
}

function contextList(known: string[]): string {
  if (known.length === 0) return 'it has none';
  return `its contexts are: ${listInShort(known.map(printable), SHOWN_CONTEXTS)}`;
}

function isUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Whether the last run of a plugin timed out. */
interface ExecRun {
  tookTooLong: boolean;
}

/** A private part of the client. */
interface WithAuthenticators {
  readonly authenticators: { execFn?: unknown }[];
}

/** Adds what the client lacks: a timeout for plugins, and the API version of their output, as kubectl passes it. */
function limitExecPlugins(config: KubeConfig, { exec }: User, timeout: number): ExecRun {
  const run: ExecRun = { tookTooLong: false };
  const info = exec && {
    KUBERNETES_EXEC_INFO: JSON.stringify({
      apiVersion: exec.apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false },
    }),
  };
  const limited = (command: string, args: string[] = [], options: SpawnOptions = {}) => {
    run.tookTooLong = false;
    const child = spawn(command, args, {
      ...options,
      env: { ...(options.env ?? process.env), ...info },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => {
      run.tookTooLong = true;
      child.kill('SIGKILL');
      // Its child processes may keep the pipes open; do not wait for them.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, timeout);
    child.on('error', () => clearTimeout(timer)).on('exit', () => clearTimeout(timer));
    return child;
  };
  for (const authenticator of (config as unknown as WithAuthenticators).authenticators) {
    if ('execFn' in authenticator) authenticator.execFn = limited;
  }
  return run;
}

async function credentialsOf(config: KubeConfig, user: User, run: ExecRun): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    throw new NoCredentials(problemOf(error as NodeJS.ErrnoException, user, run));
  }
}

function problemOf(error: NodeJS.ErrnoException, user: User, { tookTooLong }: ExecRun): string {
  const command = user.exec?.command ?? user.authProvider?.config?.exec?.command;
  if (command === undefined) return fileProblem(error);
  const name = quoted(`${command}`);
  if (tookTooLong) return `the exec plugin ${name} of the kubeconfig timed out`;
  if (error.syscall?.startsWith('spawn')) {
    return `the exec plugin ${name} of the kubeconfig cannot be run: ${reasonOf(error)}`;
  }
  // If the plugin failed, the message is its stderr; otherwise it quotes the stdout that the client could not parse.
  const isOutput = error instanceof SyntaxError || error instanceof TypeError;
  const message = isOutput ? '' : withoutSecrets(error.message);
  return `the exec plugin ${name} of the kubeconfig `
    + `${isOutput ? 'did not print an ExecCredential' : 'failed'}${message === '' ? '' : `: ${message}`}`;
}

/** Names the file of a certificate, key or token, never its contents. */
function fileProblem(error: NodeJS.ErrnoException): string {
  if (error.code !== undefined && error.path !== undefined) {
    return `${error.path}, which the kubeconfig refers to, cannot be read: ${reasonOf(error)}`;
  }
  if (/^HTTP protocol is not allowed/.test(error.message)) {
    return 'the kubeconfig uses http without encryption, which is not supported';
  }
  return 'the certificate, key or token in the kubeconfig cannot be used';
}

/** The last line, where programs print the error, without anything that could be a token or a key. */
function withoutSecrets(text: string): string {
  const line = text.trim().split('\n').pop()!.trim();
  return printable(line.replace(/\/\/[^\s/@]*@/g, '//…@')
    .replace(/((?:pass(?:word|wd)?|secret|token|key)\w*["']?\s*[=:]\s*["']?|bearer )[^\s"',;]+/gi, '$1…')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]+|[\w+/=.-]{24,}/g, '…')).slice(0, 200);
}
