/**
 * Judge: the YAML 1.2 parser of `yaml`, and the schemas of Kubernetes, Argo CD and Flux in `kubernetes-models`.
 */
import { Application, ApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1';
import { Kustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1';
import { GitRepository } from '@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1';
import {
  ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
} from 'kubernetes-models/admissionregistration.k8s.io/v1';
import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-models/apps/v1';
import { CronJob, Job } from 'kubernetes-models/batch/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Namespace, Pod, ReplicationController, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object as JSON. */
export type Manifest = Record<string, any>;

const MODELS = [
  Namespace,
  ServiceAccount,
  ConfigMap,
  Service,
  Pod,
  ReplicationController,
  ReplicaSet,
  Deployment,
  StatefulSet,
  DaemonSet,
  Job,
  CronJob,
  Role,
  RoleBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Application,
  ApplicationSet,
  Kustomization,
  GitRepository,
];

/**
 * The objects of a YAML text.
 *
 * @throws on any error or warning of the parser, and on a document that is not an object
 */
export function parseManifests(yaml: string): Manifest[] {
  const documents = parseAllDocuments(yaml, { strict: true, uniqueKeys: true });
  if (!Array.isArray(documents)) return []; // how `yaml` says that there is none
  return documents.map(document => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    const manifest = document.toJS();
    if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
      throw new Error(`not an object: ${JSON.stringify(manifest)}`);
    }
    return manifest;
  });
}

/** What the schemas of Kubernetes have against an object; a kind without a schema here is wrong too. */
export function manifestProblems(manifest: Manifest): string[] {
  const label = `${manifest.kind} ${manifest.metadata?.name}`;
  const Model = MODELS.find(({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind);
  if (!Model) return [`${label}: no schema for ${manifest.apiVersion} ${manifest.kind}`];
  try {
    new Model(manifest as any).validate();
    return [];
  } catch (error) {
    return [`${label}: ${(error as Error).message}`];
  }
}
