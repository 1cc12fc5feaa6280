/**
 * Policies of Kubernetes admission and their bindings, as they are written.
 */
import { Place, Text } from './access-map';
import { JsonObject } from './json-values';

export const ADMISSION_GROUP = 'admissionregistration.k8s.io';

/** A ValidatingAdmissionPolicy or its binding. */
export interface AdmissionObject {
  readonly kind: string;
  readonly name: Text;
  readonly object: JsonObject;
  /** The ARN of its cluster; undefined where the manifest may be for any. */
  readonly cluster?: Text;
  /** Whether only the deployment decides that it is there. */
  readonly isConditional?: boolean;
  readonly place: Place;
}
