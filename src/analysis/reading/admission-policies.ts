/**
 * Reads admission policies and their bindings from manifests.
 */
import { BINDING_KIND, POLICY_KIND } from '../../conventions/guard-policies';
import { Text } from '../access-map';
import { ADMISSION_GROUP, AdmissionObject } from '../admission-objects';
import { propertyOf, textOf } from '../json-values';
import { ManifestObject } from './manifest-objects';
import { textWithPlaceholders } from '../placeholders';
import { standIn } from '../stand-in';

/**
 * The object of a manifest if it is a policy or a binding.
 *
 * @param cluster the ARN of its cluster, if known
 * @param isConditional whether a template condition determines if the manifest is applied
 */
export function admissionObjectsOf(
  { object, at }: ManifestObject, cluster?: Text, isConditional = false,
): AdmissionObject[] {
  const { apiVersion, kind, metadata } = object;
  const isPolicy = [POLICY_KIND, BINDING_KIND].includes(textOf(kind))
    && textOf(apiVersion ?? '').split('/')[0] === ADMISSION_GROUP;
  if (!isPolicy) return [];
  const name = propertyOf(metadata, 'name');
  return [{
    kind: textOf(kind),
    name: name === undefined || name === null ? standIn('name') : textWithPlaceholders(name),
    object,
    ...cluster !== undefined && { cluster },
    ...isConditional && { isConditional },
    place: at,
  }];
}
