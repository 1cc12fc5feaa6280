/**
 * Values in manifests that the API server rejects, or that the pod identity webhook interprets differently.
 */
import { Found, Rule } from './rule';
import { annotatedIn, rolesByArn, saName, workloadName } from './words';
import { SKIP_CONTAINERS, skippedContainers } from '../../conventions/pod-spec';
import {
  AUDIENCE_ANNOTATION,
  GO_BOOLEANS,
  GO_INTEGER,
  MAX_TOKEN_SECONDS,
  MIN_TOKEN_SECONDS,
  REGIONAL_STS_ANNOTATION,
  TOKEN_EXPIRATION_ANNOTATION,
} from '../../conventions/webhook-annotations';
import { AccessMap, MetadataEntry, Workload } from '../access-map';
import { arrayOf, propertyOf, textOf } from '../json-values';
import { hasStandIn } from '../stand-in';

type Problem = Pick<Found, 'message' | 'fix' | 'severity'>;

export const NOT_A_STRING: Rule = {
  id: 'annotation-not-a-string',
  severity: 'error',
  title: 'An annotation or label that is not a string, such as `true` or `3600` without quotes',
  why: 'The API server rejects the object: `cannot unmarshal bool into Go struct field ObjectMeta.metadata.annotations '
    + 'of type string`.',
  check: ({ annotations }) =>
    annotations
      .filter(({ isString }) => !isString)
      .map(({ object, kind, key, value, place }) => ({
        message: `${object}: the ${kind} ${key} is ${value}, which is not a string, so the API server rejects the `
          + 'object.',
        fix: `Quote the value: ${JSON.stringify(value)}.`,
        place: place(),
      })),
};

export const REPEATED_KEY: Rule = {
  id: 'repeated-key',
  severity: 'warning',
  title: 'A duplicate key in a map of a ServiceAccount or workload',
  why: 'The last value wins, and strict parsers reject the file. The other rules check the last value.',
  check: ({ repeatedKeys }) =>
    repeatedKeys.map(({ object, key, place }) => ({
      message: `${object}: the key ${key} occurs twice in one map; the last value wins.`,
      fix: 'Remove the duplicate. Kustomize and strict decoding reject the file.',
      place,
    })),
};

export const IGNORED_ANNOTATION: Rule = {
  id: 'ignored-annotation',
  severity: 'warning',
  title: 'An annotation that the pod identity webhook ignores or interprets differently',
  why: 'For example a value that is not a boolean or number, an annotation on an object where the webhook does not '
    + 'read it, an empty audience, or `skip-containers` with whitespace or quotes. The webhook only logs it.',
  check: map => {
    const entries = map.annotations
      .filter(({ kind, isString, value }) => kind === 'annotation' && isString && !hasStandIn(value));
    const effective = new Set(entries.filter(isRead).map(({ key, value }) => `${key} ${value}`));
    const ofPods = entries.filter(({ key, on }) => key === SKIP_CONTAINERS && on === 'pods');
    const places = new Map(ofPods.map(({ object, place }) => [object, place()]));
    return [
      ...entries
        .filter(entry => isRead(entry) || !effective.has(`${entry.key} ${entry.value}`))
        .flatMap(entry => problemsOf(entry).map(problem => ({ ...problem, place: entry.place() }))),
      ...map.workloads.flatMap(workload => ofSkipContainers(workload, places.get(workloadName(workload)))),
      ...emptyAudiences(map),
    ];
  },
};

/** The objects on which the webhook reads each annotation. */
const READ_ON: ReadonlyMap<string, readonly MetadataEntry['on'][]> = new Map([
  [AUDIENCE_ANNOTATION, ['ServiceAccount']],
  [REGIONAL_STS_ANNOTATION, ['ServiceAccount']],
  [TOKEN_EXPIRATION_ANNOTATION, ['ServiceAccount', 'pods']],
  [SKIP_CONTAINERS, ['pods']],
]);

function isRead({ key, on }: MetadataEntry): boolean {
  return (READ_ON.get(key) ?? []).includes(on);
}

function problemsOf(entry: MetadataEntry): Problem[] {
  const { object, on, key, value } = entry;
  const which = `${object}: the annotation ${key}`;
  if (!isRead(entry)) {
    const places = READ_ON.get(key)!;
    return [{
      message: `${which} is on ${on === 'pods' ? 'pods' : `a ${on}`}, where the webhook does not read it.`,
      fix: `Move it to the ${places.map(place => (place === 'pods' ? 'pods' : place)).join(' or the ')}.`,
    }];
  }
  const is = `${which} is ${JSON.stringify(value)}`;
  if (key === REGIONAL_STS_ANNOTATION && !GO_BOOLEANS.includes(value)) {
    return [{ message: `${is}, which is not a boolean, so the webhook ignores it.`, fix: 'Write "true" or "false".' }];
  }
  return key === TOKEN_EXPIRATION_ANNOTATION ? ofExpiration(is, value) : [];
}

function ofExpiration(is: string, value: string): Problem[] {
  const fix = `Write a number of seconds from ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS}, in quotes.`;
  if (!GO_INTEGER.test(value)) {
    return [{ message: `${is}, which is not a whole number of seconds, so the webhook ignores it.`, fix }];
  }
  if (Number(value) < MIN_TOKEN_SECONDS) {
    return [{ severity: 'note', message: `${is}: the webhook uses at least ${MIN_TOKEN_SECONDS} seconds.`, fix }];
  }
  return Number(value) > MAX_TOKEN_SECONDS
    ? [{ severity: 'note', message: `${is}: EKS allows at most ${MAX_TOKEN_SECONDS} seconds.`, fix }]
    : [];
}

/** Names that look like a container's but do not match it. Unknown names may be sidecars that others inject. */
function ofSkipContainers(workload: Workload, place = workload.place): Found[] {
  const value = workload.annotations[SKIP_CONTAINERS];
  if (value === undefined || hasStandIn(value)) return [];
  const { spec } = workload;
  const names = [...arrayOf(spec.containers), ...arrayOf(spec.initContainers)]
    .map(container => textOf(propertyOf(container, 'name')));
  const skipped = skippedContainers(value);
  const meant = value.split(',').map(name => name.trim().replace(/^"|"$/g, ''));
  const isMeant = meant.filter(name => names.includes(name) && !skipped?.includes(name));
  if (skipped !== undefined && isMeant.length === 0) return [];
  const what = skipped === undefined
    ? 'which is not valid CSV, so the webhook skips no container'
    : `which does not skip ${isMeant.join(' and ')}: whitespace and quotes are part of the name`;
  return [{
    message: `${workloadName(workload)}: the annotation ${SKIP_CONTAINERS} is ${JSON.stringify(value)}, ${what}.`,
    fix: `Write ${JSON.stringify(meant.join(','))}.`,
    place,
  }];
}

/** Only for unknown roles: for known roles, another rule names the accepted audiences. */
function emptyAudiences(map: AccessMap): Found[] {
  const roles = rolesByArn(map);
  return annotatedIn(map)
    .filter(({ audience, roleArn }) => audience === '' && !roles.has(roleArn))
    .map(serviceAccount => ({
      message: `${saName(serviceAccount)}: the annotation ${AUDIENCE_ANNOTATION} is empty, so its tokens are for the `
        + 'API server and STS rejects them.',
      fix: 'Remove the annotation, or set it to sts.amazonaws.com.',
      place: serviceAccount.place,
    }));
}
