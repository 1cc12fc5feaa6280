/**
 * The parts of a pod spec that concern AWS credentials, without anything that may be secret, such as passwords in
 * variables.
 */
import { arrayOf, isObject, JsonObject, objectOf } from '../../../analysis/json-values';
import { PodSpec } from '../facts';

/** Variables whose values name the source of credentials and contain none. */
const SHOWN =
  /^(AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_REGION|AWS_DEFAULT_REGION|AWS_STS_REGIONAL_ENDPOINTS|AWS_PROFILE|AWS_CONTAINER_\w*(URI|_FILE)|NO_PROXY|no_proxy)$/;

export function withoutValues(spec: unknown): PodSpec {
  const { serviceAccountName, securityContext, nodeSelector, os, hostNetwork, containers, initContainers, volumes } =
    objectOf(spec);
  return defined<PodSpec>({
    serviceAccountName,
    securityContext,
    nodeSelector,
    os,
    hostNetwork,
    containers: objectsOf(containers).map(container),
    initContainers: Array.isArray(initContainers) ? objectsOf(initContainers).map(container) : undefined,
    volumes: Array.isArray(volumes)
      ? objectsOf(volumes).map(({ name, projected }) => defined({ name, projected }))
      : undefined,
  });
}

/** Without arguments and commands, which may contain passwords. */
function container(object: JsonObject): JsonObject {
  const { name, image, env, envFrom, volumeMounts, securityContext, restartPolicy } = object;
  return defined({
    name,
    image,
    env: Array.isArray(env) ? objectsOf(env).map(variable) : undefined,
    envFrom,
    volumeMounts,
    securityContext,
    restartPolicy,
  });
}

/** The API server drops empty values: a variable with neither value nor source is empty. */
function variable({ name, value, valueFrom }: JsonObject): JsonObject {
  const text = value ?? (valueFrom === undefined ? '' : undefined);
  return defined({ name, value: SHOWN.test(`${name}`) || text === '' ? text : undefined, valueFrom });
}

/** Drops undefined properties. The API server has validated the form of the object. */
function defined<T = JsonObject>(object: JsonObject): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function objectsOf(list: unknown): JsonObject[] {
  return arrayOf(list).filter(isObject);
}
