/**
 * Starts a program as the kubelet would start it in a container: with the variables of the pod as the API server holds
 * it, and with the tokens that its volumes ask for. Without nodes, three things differ. The files are in a folder, so
 * the two variables that name a token have its path before them. The endpoint takes the place of AWS, and the played
 * agent that of 169.254.170.23. And there is no role of a node.
 */
import { execFile } from 'child_process';
import { mkdirSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { Manifest } from '../judges/kubernetes';
import { ApiServer } from '../token/kubernetes-cluster';

const PATHS = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
const AGENT_HOST = '169.254.170.23';
/** Nobody listens there. */
const NOBODY = '127.0.0.1:1';

/** What stands around a container. */
export interface Node {
  /** Where the files of the container go. */
  readonly folder: string;
  /** Of the agent, where one runs on the node. */
  readonly agentHost?: string;
  /** Of the machine, and of the AWS that there is. */
  readonly environment: NodeJS.ProcessEnv;
}

/** What a program said: who it is, and what came of its call. */
export interface Called {
  readonly identity?: string;
  readonly action?: string;
  readonly error?: string;
}

/** The environment of the first container, whose files are there then. */
export async function startedContainer(
  server: ApiServer, pod: Manifest, { folder, agentHost = NOBODY, environment }: Node,
): Promise<NodeJS.ProcessEnv> {
  const [container] = pod.spec.containers;
  await mountTokens(server, pod, container, folder);
  const variables = await variablesOf(server, pod, container);
  for (const name of PATHS) {
    if (variables[name] !== undefined) variables[name] = join(folder, variables[name]);
  }
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri } = variables;
  return {
    ...environment,
    ...variables,
    ...uri !== undefined && { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri.replace(AGENT_HOST, agentHost) },
  };
}

async function variablesOf(server: ApiServer, pod: Manifest, container: any): Promise<Record<string, string>> {
  const { namespace } = pod.metadata;
  const variables: Record<string, string> = {};
  for (const { secretRef } of container.envFrom ?? []) {
    Object.assign(variables, await secretOf(server, namespace, secretRef));
  }
  for (const { name, value = '', valueFrom } of container.env ?? []) {
    const from = valueFrom && await secretOf(server, namespace, valueFrom.secretKeyRef);
    const text = from ? from[valueFrom.secretKeyRef.key] : value;
    if (text !== undefined) variables[name] = text;
  }
  return variables;
}

async function secretOf(
  server: ApiServer, namespace: string, { name, optional = false }: { name: string; optional?: boolean },
): Promise<Record<string, string>> {
  const reading = server.read({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } });
  const { data = {} }: any = await (optional ? reading.catch(() => ({})) : reading);
  return Object.fromEntries(
    Object.entries<string>(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

async function mountTokens(server: ApiServer, pod: Manifest, container: any, folder: string): Promise<void> {
  const { metadata: { namespace, name, uid }, spec: { volumes = [], serviceAccountName } } = pod;
  for (const { name: volume, mountPath } of container.volumeMounts ?? []) {
    const { projected: { sources = [] } = {} } = volumes.find((one: any) => one.name === volume) ?? {};
    for (const { serviceAccountToken: asked } of sources) {
      if (asked === undefined) continue;
      const token = await server.mintToken(namespace, serviceAccountName, {
        audiences: asked.audience ? [asked.audience] : [],
        expirationSeconds: asked.expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      });
      const file = join(folder, mountPath, asked.path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, token, { mode: 0o600 });
    }
  }
}

/** Runs a program with the environment, and nothing else. */
export function called(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Called> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
  });
}
