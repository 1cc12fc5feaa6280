/**
 * The spec of a pod as far as credentials of AWS are concerned, without anything that may be a secret: people write
 * passwords into it.
 */
import { arrayOf, isObject, JsonObject, objectOf } from '../../../analysis/json-values';
import { PodSpec } from '../facts';

/** Variables whose values say where credentials come from, and hold none. */
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

/** Arguments and commands hold passwords too. */
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

/** The API server drops an empty value: without a source, none means empty. */
function variable({ name, value, valueFrom }: JsonObject): JsonObject {
  const text = value ?? (valueFrom === undefined ? '' : undefined);
  return defined({ name, value: SHOWN.test(`${name}`) || text === '' ? text : undefined, valueFrom });
}

/** The API server has checked the form of the object. */
function defined<T = JsonObject>(object: JsonObject): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function objectsOf(list: unknown): JsonObject[] {
  return arrayOf(list).filter(isObject);
}
