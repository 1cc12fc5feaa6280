/**
 * Kubernetes admission policies and their bindings, as written.
 */
import { Place, Text } from './access-map';
import { JsonObject } from './json-values';

export const ADMISSION_GROUP = 'admissionregistration.k8s.io';

/** A ValidatingAdmissionPolicy or its binding. */
export interface AdmissionObject {
  readonly kind: string;
  readonly name: Text;
  readonly object: JsonObject;
  /** The ARN of its cluster; undefined if the manifest may be for any. */
  readonly cluster?: Text;
  /** Whether a template condition determines if it exists. */
  readonly isConditional?: boolean;
  readonly place: Place;
}
