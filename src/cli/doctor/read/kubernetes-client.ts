/**
 * Sends requests to the API server, each with a timeout, and retries them if the server is busy.
 */
import { request as httpRequest } from 'http';
import { request as httpsRequest, RequestOptions } from 'https';
import { Access, loadAccess, NoCredentials } from './kube-config';
import { certificateProblem, isTlsError, networkProblem } from './network-errors';
import { isObject, JsonObject } from '../../../analysis/json-values';
import { printable } from '../../text';

const UNTRUSTED = 'its certificate is not signed by the certificate authority in the kubeconfig';
const ATTEMPTS = 4;
const MAX_WAIT_MS = 15_000;
export const NO_OBJECT = 'the API server did not return a Kubernetes object; check for a proxy';
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

export interface KubernetesOptions {
  /** A context of the kubeconfig. @default the current one */
  readonly context?: string;
  /** How long a request may take. @default 10 seconds */
  readonly timeoutMs?: number;
  /** How long an exec plugin may take. @default 60 seconds */
  readonly execTimeoutMs?: number;
  /** Where the files of a pod are mounted. @default at the root */
  readonly podRoot?: string;
  /** How long to wait before the second attempt; doubled for each further one. @default half a second */
  readonly backoffMs?: number;
}

/** A failed request to the API server. The message contains no secrets. */
export class KubernetesProblem extends Error {
  constructor(message: string, public readonly status?: number) {
    super(message);
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly text: string;
}

export class KubernetesClient {
  /** @throws UnusableInput if the kubeconfig cannot be used */
  public static connect(options: KubernetesOptions = {}): KubernetesClient {
    const { context, timeoutMs = 10_000, execTimeoutMs = 60_000, backoffMs = 500, podRoot } = options;
    return new KubernetesClient(loadAccess({ context, execTimeoutMs, podRoot }), timeoutMs, backoffMs);
  }

  /** Why no more requests are sent: after a failure that affects all requests, none waits for it again. */
  private closed?: KubernetesProblem;
  private credentials?: Promise<RequestOptions>;

  private constructor(
    private readonly access: Access,
    private readonly timeoutMs: number,
    private readonly backoffMs: number,
  ) {}

  public get endpoint(): string {
    return this.access.server;
  }

  public get context(): string {
    return this.access.context;
  }

  public get eks(): Access['eks'] {
    return this.access.eks;
  }

  public get ownIssuer(): Access['ownIssuer'] {
    return this.access.ownIssuer;
  }

  /**
   * @throws KubernetesProblem
   */
  public async get(path: string): Promise<JsonObject> {
    return parseObject(await this.answerTo('GET', path));
  }

  /**
   * @throws KubernetesProblem
   */
  public async post(path: string, body: object): Promise<JsonObject> {
    return parseObject(await this.answerTo('POST', path, JSON.stringify(body)));
  }

  private async answerTo(method: string, path: string, body?: string): Promise<string> {
    if (this.closed) throw this.closed;
    const answer = await this.attempt(method, path, body, 1, true);
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    if (answer.status === 401) {
      throw (this.closed = new KubernetesProblem(
        `the API server rejects the credentials of context ${printable(this.context)} (401): they are wrong or `
          + 'expired',
        401,
      ));
    }
    const reason = reasonIn(answer.text);
    // A 404 from a web server or a proxy says nothing about an object.
    if (answer.status === 404 && reason !== 'NotFound') {
      throw new KubernetesProblem(
        'the API server returned 404, but not as Kubernetes does; check for a proxy, and the path of the server in '
          + 'the kubeconfig',
      );
    }
    throw new KubernetesProblem(`the API server returned ${answer.status}${reason && ` (${reason})`}`, answer.status);
  }

  private async attempt(
    method: string,
    path: string,
    body: string | undefined,
    count: number,
    mayRenew: boolean,
  ): Promise<Answer> {
    const again = async (retryAfter?: string) => {
      await new Promise(waited => setTimeout(waited, waitMs(retryAfter) ?? this.backoffMs * 2 ** (count - 1)));
      return this.attempt(method, path, body, count + 1, mayRenew);
    };
    try {
      const answer = await this.send(method, path, body);
      if (answer.status === 401 && mayRenew) {
        // the token may have expired in the meantime
        this.credentials = undefined;
        return await this.attempt(method, path, body, count, false);
      }
      return isBusy(answer.status) && count < ATTEMPTS ? await again(answer.retryAfter) : answer;
    } catch (error) {
      if (isReset(error) && count < ATTEMPTS) return again();
      if (error instanceof KubernetesProblem) throw error;
      throw (this.closed = new KubernetesProblem(this.wordsFor(error)));
    }
  }

  private async send(method: string, path: string, body?: string): Promise<Answer> {
    this.credentials ??= this.access.credentials();
    const { headers, ...options } = await this.credentials;
    const url = new URL(`${this.endpoint.replace(/\/+$/, '')}${path}`);
    const request = url.protocol === 'http:' ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          ...options,
          method,
          headers: {
            ...headers,
            accept: 'application/json',
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          signal: AbortSignal.timeout(this.timeoutMs), // for the whole request
        },
        response => {
          const parts: Buffer[] = [];
          let size = 0;
          response
            .on('data', (part: Buffer) => {
              size += part.length;
              if (size <= MAX_ANSWER_BYTES) return parts.push(part);
              reject(new KubernetesProblem('the response of the API server is too large'));
              return sent.destroy();
            })
            .on('end', () =>
              resolve({
                status: response.statusCode!,
                retryAfter: response.headers['retry-after'],
                text: Buffer.concat(parts).toString('utf8'),
              }),
            )
            .on('error', reject);
        },
      );
      sent.on('error', reject).end(body);
    });
  }

  private wordsFor(error: unknown): string {
    const { code = '', name, message } = error as NodeJS.ErrnoException;
    if (error instanceof NoCredentials) return `no credentials for the API server: ${message}`;
    const server = `the API server ${printable(this.endpoint)}`;
    if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT') {
      return `${server} did not answer within ${this.timeoutMs / 1000} seconds`;
    }
    const network = networkProblem(code);
    if (network) return `${server} cannot be reached: ${network}`;
    const certificate = certificateProblem(code, UNTRUSTED);
    if (certificate) return `${server} cannot be trusted: ${certificate}`;
    if (isTlsError(code)) return `${server} cannot be reached: the TLS handshake failed`;
    if (/^HPE_/.test(code)) return `${server} does not speak HTTP`;
    return `${server} cannot be queried${code === '' ? '' : ` (${code})`}`;
  }
}

function isBusy(status: number): boolean {
  return status === 429 || status >= 500;
}

function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Retry-After in seconds, as Kubernetes sends it. */
function waitMs(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d+$/.test(retryAfter)
    ? Math.min(Number(retryAfter) * 1000, MAX_WAIT_MS)
    : undefined;
}

/** The reason of a Status: one word, such as `Forbidden`. Its message could contain secrets. */
function reasonIn(text: string): string {
  try {
    const { reason } = JSON.parse(text);
    return typeof reason === 'string' && /^[A-Za-z]{1,40}$/.test(reason) ? reason : '';
  } catch {
    return '';
  }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // reported below, without the text
  }
  throw new KubernetesProblem(NO_OBJECT);
}
