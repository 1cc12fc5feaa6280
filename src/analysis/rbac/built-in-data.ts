/**
 * The default roles and bindings of kube-apiserver 1.34, in the format of `built-in-roles.ts`. The API server creates
 * them when it starts; `test/token/rbac.cluster.ts` compares them with a running API server.
 *
 * @see https://github.com/kubernetes/kubernetes/tree/v1.34.4/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata
 */

/** The minor version of these defaults. */
export const KUBERNETES_VERSION = '1.34';

const CONTROLLER = 'system:controller:';

export interface BuiltInRole {
  /** Of a Role. */
  readonly namespace?: string;
  readonly name: string;
  /** The aggregated role that includes its rules. */
  readonly aggregatesTo?: string;
  /** The name in the aggregation label. */
  readonly aggregated?: string;
  /** `verbs | groups | resources | names`, or `verbs | URLs`; `core` is the group without a name. */
  readonly rules?: readonly string[];
}

export interface BuiltInBinding {
  /** Of a RoleBinding. */
  readonly namespace?: string;
  readonly name: string;
  /** The name of the role, if it differs. */
  readonly role?: string;
  /** The kind, and the name; service accounts are in `kube-system`. */
  readonly subjects: readonly string[];
}

export const ROLES: readonly BuiltInRole[] = [
  { name: 'admin', aggregated: 'admin' },
  {
    name: 'cluster-admin',
    rules: [
      '* | * | *',
      '* | *',
    ],
  },
  { name: 'edit', aggregatesTo: 'admin', aggregated: 'edit' },
  {
    name: 'system:aggregate-to-admin',
    aggregatesTo: 'admin',
    rules: [
      'create | authorization.k8s.io | localsubjectaccessreviews',
      'create delete deletecollection get list patch update watch | rbac.authorization.k8s.io | rolebindings roles',
    ],
  },
  {
    name: 'system:aggregate-to-edit',
    aggregatesTo: 'edit',
    rules: [
      'get list watch | core | pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy',
      'impersonate | core | serviceaccounts',
      'create delete deletecollection patch update | core | pods pods/attach pods/exec pods/portforward pods/proxy',
      'create | core | pods/eviction',
      'create delete deletecollection patch update | core | configmaps events persistentvolumeclaims '
        + 'replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
      'create | core | serviceaccounts/token',
      'create delete deletecollection patch update | apps | daemonsets deployments deployments/rollback '
        + 'deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
      'create delete deletecollection patch update | autoscaling | horizontalpodautoscalers',
      'create delete deletecollection patch update | batch | cronjobs jobs',
      'create delete deletecollection patch update | extensions | daemonsets deployments deployments/rollback '
        + 'deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
      'create delete deletecollection patch update | policy | poddisruptionbudgets',
      'create delete deletecollection patch update | networking.k8s.io | ingresses networkpolicies',
      'create delete deletecollection get list patch update watch | coordination.k8s.io | leases',
      'create delete deletecollection patch update | resource.k8s.io | resourceclaims resourceclaimtemplates',
    ],
  },
  {
    name: 'system:aggregate-to-view',
    aggregatesTo: 'view',
    rules: [
      'get list watch | core | configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods '
        + 'replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
      'get list watch | core | bindings events limitranges namespaces/status pods/log pods/status '
        + 'replicationcontrollers/status resourcequotas resourcequotas/status',
      'get list watch | core | namespaces',
      'get list watch | discovery.k8s.io | endpointslices',
      'get list watch | apps | controllerrevisions daemonsets daemonsets/status deployments deployments/scale '
        + 'deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale '
        + 'statefulsets/status',
      'get list watch | autoscaling | horizontalpodautoscalers horizontalpodautoscalers/status',
      'get list watch | batch | cronjobs cronjobs/status jobs jobs/status',
      'get list watch | extensions | daemonsets daemonsets/status deployments deployments/scale deployments/status '
        + 'ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status '
        + 'replicationcontrollers/scale',
      'get list watch | policy | poddisruptionbudgets poddisruptionbudgets/status',
      'get list watch | networking.k8s.io | ingresses ingresses/status networkpolicies',
      'get list watch | resource.k8s.io | resourceclaims resourceclaims/status resourceclaimtemplates',
    ],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      'create | authentication.k8s.io | tokenreviews',
      'create | authorization.k8s.io | subjectaccessreviews',
    ],
  },
  {
    name: 'system:basic-user',
    rules: [
      'create | authorization.k8s.io | selfsubjectaccessreviews selfsubjectrulesreviews',
      'create | authentication.k8s.io | selfsubjectreviews',
    ],
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    rules: [
      'create | certificates.k8s.io | certificatesigningrequests/nodeclient',
    ],
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    rules: [
      'create | certificates.k8s.io | certificatesigningrequests/selfnodeclient',
    ],
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-approver',
    rules: [
      'approve | certificates.k8s.io | signers | kubernetes.io/kube-apiserver-client',
    ],
  },
  {
    name: 'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver',
    rules: [
      'approve | certificates.k8s.io | signers | kubernetes.io/kube-apiserver-client-kubelet',
    ],
  },
  {
    name: 'system:certificates.k8s.io:kubelet-serving-approver',
    rules: [
      'approve | certificates.k8s.io | signers | kubernetes.io/kubelet-serving',
    ],
  },
  {
    name: 'system:certificates.k8s.io:legacy-unknown-approver',
    rules: [
      'approve | certificates.k8s.io | signers | kubernetes.io/legacy-unknown',
    ],
  },
  {
    name: 'system:discovery',
    rules: [
      'get | /api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/',
    ],
  },
  {
    name: 'system:heapster',
    rules: [
      'get list watch | core | events namespaces nodes pods',
      'get list watch | extensions | deployments',
    ],
  },
  {
    name: 'system:kube-aggregator',
    rules: [
      'get list watch | core | endpoints services',
    ],
  },
  {
    name: 'system:kube-controller-manager',
    rules: [
      'create patch update | core events.k8s.io | events',
      'create | coordination.k8s.io | leases',
      'get update | coordination.k8s.io | leases | kube-controller-manager',
      'create | core | secrets serviceaccounts',
      'delete | core | secrets',
      'get | core | configmaps namespaces secrets serviceaccounts',
      'update | core | secrets serviceaccounts',
      'create | authentication.k8s.io | tokenreviews',
      'create | authorization.k8s.io | subjectaccessreviews',
      'list watch | * | *',
      'create | core | serviceaccounts/token',
    ],
  },
  {
    name: 'system:kube-dns',
    rules: [
      'list watch | core | endpoints services',
    ],
  },
  {
    name: 'system:kube-scheduler',
    rules: [
      'create patch update | core events.k8s.io | events',
      'create | coordination.k8s.io | leases',
      'get list update watch | coordination.k8s.io | leases | kube-scheduler',
      'create delete deletecollection get list patch update watch | coordination.k8s.io | leasecandidates',
      'get list watch | core | nodes',
      'delete get list watch | core | pods',
      'create | core | bindings pods/binding',
      'patch update | core | pods/status',
      'get list watch | core | replicationcontrollers services',
      'get list watch | apps extensions | replicasets',
      'get list watch | apps | statefulsets',
      'get list watch | policy | poddisruptionbudgets',
      'get list watch | core | persistentvolumeclaims persistentvolumes',
      'create | authentication.k8s.io | tokenreviews',
      'create | authorization.k8s.io | subjectaccessreviews',
      'get list watch | storage.k8s.io | csinodes',
      'get list watch | storage.k8s.io | volumeattachments',
      'get list watch | core | namespaces',
      'get list watch | storage.k8s.io | csidrivers',
      'get list watch | storage.k8s.io | csistoragecapacities',
      'get list watch | resource.k8s.io | deviceclasses',
      'get list patch update watch | resource.k8s.io | resourceclaims',
      'get list patch update watch | resource.k8s.io | resourceclaims/status',
      'update | core | pods/finalizers',
      'get list watch | resource.k8s.io | resourceslices',
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      'get list watch | core | nodes',
      'proxy | core | nodes',
      '* | core | nodes/log nodes/metrics nodes/proxy nodes/stats',
      '* | core | nodes/configz nodes/healthz nodes/pods',
    ],
  },
  {
    name: 'system:monitoring',
    rules: [
      'get | /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*',
      'get | core | nodes/metrics',
    ],
  },
  {
    name: 'system:node',
    rules: [
      'create | authentication.k8s.io | tokenreviews',
      'create | authorization.k8s.io | localsubjectaccessreviews subjectaccessreviews',
      'get list watch | core | services',
      'create get list watch | core | nodes',
      'patch update | core | nodes/status',
      'patch update | core | nodes',
      'create patch update | core | events',
      'get list watch | core | pods',
      'create delete | core | pods',
      'patch update | core | pods/status',
      'create | core | pods/eviction',
      'get list watch | core | configmaps secrets',
      'get | core | persistentvolumeclaims persistentvolumes',
      'get | core | endpoints',
      'create get list watch | certificates.k8s.io | certificatesigningrequests',
      'create delete get patch update | coordination.k8s.io | leases',
      'get | storage.k8s.io | volumeattachments',
      'create | core | serviceaccounts/token',
      'get patch update | core | persistentvolumeclaims/status',
      'get list watch | storage.k8s.io | csidrivers',
      'create delete get patch update | storage.k8s.io | csinodes',
      'get list watch | node.k8s.io | runtimeclasses',
      'get | resource.k8s.io | resourceclaims',
      'deletecollection | resource.k8s.io | resourceslices',
      'get | core | serviceaccounts',
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [
      'create get list watch | certificates.k8s.io | certificatesigningrequests',
    ],
  },
  {
    name: 'system:node-problem-detector',
    rules: [
      'get | core | nodes',
      'patch | core | nodes/status',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:node-proxier',
    rules: [
      'list watch | core | endpoints services',
      'get list watch | core | nodes',
      'create patch update | core events.k8s.io | events',
      'list watch | networking.k8s.io | servicecidrs',
      'list watch | discovery.k8s.io | endpointslices',
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      'create delete get list watch | core | persistentvolumes',
      'get list update watch | core | persistentvolumeclaims',
      'get list watch | storage.k8s.io | storageclasses',
      'watch | core | events',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:public-info-viewer',
    rules: [
      'get | /healthz /livez /readyz /version /version/',
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      'get | /.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      'get list patch update watch | core | persistentvolumes',
      'get list watch | storage.k8s.io | storageclasses',
      'get list patch update watch | core | persistentvolumeclaims',
    ],
  },
  { name: 'view', aggregatesTo: 'edit', aggregated: 'view' },
  {
    name: 'system:controller:attachdetach-controller',
    rules: [
      'list watch | core | persistentvolumeclaims persistentvolumes',
      'get list watch | core | nodes',
      'patch update | core | nodes/status',
      'list watch | core | pods',
      'create patch update | core events.k8s.io | events',
      'create delete get list watch | storage.k8s.io | volumeattachments',
      'get list watch | storage.k8s.io | csidrivers',
      'get list watch | storage.k8s.io | csinodes',
    ],
  },
  {
    name: 'system:controller:certificate-controller',
    rules: [
      'delete get list watch | certificates.k8s.io | certificatesigningrequests',
      'update | certificates.k8s.io | certificatesigningrequests/approval certificatesigningrequests/status',
      'approve | certificates.k8s.io | signers | kubernetes.io/kube-apiserver-client-kubelet',
      'sign | certificates.k8s.io | signers | kubernetes.io/kube-apiserver-client '
        + 'kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown',
      'create | authorization.k8s.io | subjectaccessreviews',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:clusterrole-aggregation-controller',
    rules: [
      'escalate get list patch update watch | rbac.authorization.k8s.io | clusterroles',
    ],
  },
  {
    name: 'system:controller:cronjob-controller',
    rules: [
      'get list update watch | batch | cronjobs',
      'create delete get list patch update watch | batch | jobs',
      'update | batch | cronjobs/status',
      'update | batch | cronjobs/finalizers',
      'delete list watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:daemon-set-controller',
    rules: [
      'get list watch | apps extensions | daemonsets',
      'update | apps extensions | daemonsets/status',
      'update | apps extensions | daemonsets/finalizers',
      'list watch | core | nodes',
      'create delete list patch watch | core | pods',
      'create | core | pods/binding',
      'create delete get list patch update watch | apps | controllerrevisions',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:deployment-controller',
    rules: [
      'get list update watch | apps extensions | deployments',
      'update | apps extensions | deployments/status',
      'update | apps extensions | deployments/finalizers',
      'create delete get list patch update watch | apps extensions | replicasets',
      'get list update watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:disruption-controller',
    rules: [
      'get list watch | apps extensions | deployments',
      'get list watch | apps extensions | replicasets',
      'get list watch | core | replicationcontrollers',
      'get list watch | policy | poddisruptionbudgets',
      'get list watch | apps | statefulsets',
      'update | policy | poddisruptionbudgets/status',
      'patch update | core | pods/status',
      'get | * | */scale',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:endpoint-controller',
    rules: [
      'get list watch | core | pods services',
      'create delete get list update watch | core | endpoints',
      'create | core | endpoints/restricted',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:endpointslice-controller',
    rules: [
      'get list watch | core | nodes pods services',
      'update | core | services/finalizers',
      'create delete get list update watch | discovery.k8s.io | endpointslices',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:endpointslicemirroring-controller',
    rules: [
      'get list watch | core | endpoints services',
      'update | core | services/finalizers',
      'update | core | endpoints/finalizers',
      'create delete get list update watch | discovery.k8s.io | endpointslices',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:ephemeral-volume-controller',
    rules: [
      'get list watch | core | pods',
      'update | core | pods/finalizers',
      'create get list watch | core | persistentvolumeclaims',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:expand-controller',
    rules: [
      'get list patch update watch | core | persistentvolumes',
      'patch update | core | persistentvolumeclaims/status',
      'get list watch | core | persistentvolumeclaims',
      'create patch update | core events.k8s.io | events',
      'get | core | services',
    ],
  },
  {
    name: 'system:controller:generic-garbage-collector',
    rules: [
      'delete get list patch update watch | * | *',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:horizontal-pod-autoscaler',
    rules: [
      'get list watch | autoscaling | horizontalpodautoscalers',
      'update | autoscaling | horizontalpodautoscalers/status',
      'get update | * | */scale',
      'list watch | core | pods',
      'list watch | metrics.k8s.io | pods',
      'get list watch | custom.metrics.k8s.io | *',
      'get list watch | external.metrics.k8s.io | *',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:job-controller',
    rules: [
      'get list patch update watch | batch | jobs',
      'update | batch | jobs/status',
      'update | batch | jobs/finalizers',
      'create delete list patch watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:legacy-service-account-token-cleaner',
    rules: [
      'get | core | configmaps | kube-apiserver-legacy-service-account-token-tracking',
      'delete patch | core | secrets',
    ],
  },
  {
    name: 'system:controller:namespace-controller',
    rules: [
      'delete get list watch | core | namespaces',
      'update | core | namespaces/finalize namespaces/status',
      'delete deletecollection get list watch | * | *',
    ],
  },
  {
    name: 'system:controller:node-controller',
    rules: [
      'delete get list patch update watch | core | nodes',
      'patch update | core | nodes/status',
      'patch update | core | pods/status',
      'delete get list watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:persistent-volume-binder',
    rules: [
      'create delete get list update watch | core | persistentvolumes',
      'update | core | persistentvolumes/status',
      'get list update watch | core | persistentvolumeclaims',
      'update | core | persistentvolumeclaims/status',
      'create delete get list watch | core | pods',
      'get list watch | storage.k8s.io | storageclasses',
      'list watch | core | nodes',
      'create patch update | core events.k8s.io | events',
      'watch | core | events',
      'get | core | services',
    ],
  },
  {
    name: 'system:controller:pod-garbage-collector',
    rules: [
      'delete list watch | core | pods',
      'get list watch | core | nodes',
      'patch | core | pods/status',
    ],
  },
  {
    name: 'system:controller:pv-protection-controller',
    rules: [
      'get list update watch | core | persistentvolumes',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:pvc-protection-controller',
    rules: [
      'get list update watch | core | persistentvolumeclaims',
      'get list watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:replicaset-controller',
    rules: [
      'get list update watch | apps extensions | replicasets',
      'update | apps extensions | replicasets/status',
      'update | apps extensions | replicasets/finalizers',
      'create delete list patch watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:replication-controller',
    rules: [
      'get list update watch | core | replicationcontrollers',
      'update | core | replicationcontrollers/status',
      'update | core | replicationcontrollers/finalizers',
      'create delete list patch watch | core | pods',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:resource-claim-controller',
    rules: [
      'get list watch | core | pods',
      'update | core | pods/finalizers',
      'create delete get list watch | resource.k8s.io | resourceclaims',
      'patch update | resource.k8s.io | resourceclaims resourceclaims/status',
      'patch update | core | pods/status',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:resourcequota-controller',
    rules: [
      'list watch | * | *',
      'update | core | resourcequotas/status',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:root-ca-cert-publisher',
    rules: [
      'create update | core | configmaps',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:route-controller',
    rules: [
      'list watch | core | nodes',
      'patch | core | nodes/status',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:selinux-warning-controller',
    rules: [
      'create patch update | core events.k8s.io | events',
      'get list watch | core | persistentvolumes',
      'get list watch | core | persistentvolumeclaims',
      'get list watch | core | pods',
      'get list watch | storage.k8s.io | csidrivers',
    ],
  },
  {
    name: 'system:controller:service-account-controller',
    rules: [
      'create | core | serviceaccounts',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:service-cidrs-controller',
    rules: [
      'get list patch update watch | networking.k8s.io | servicecidrs',
      'patch update | networking.k8s.io | servicecidrs/finalizers',
      'patch update | networking.k8s.io | servicecidrs/status',
      'get list watch | networking.k8s.io | ipaddresses',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:service-controller',
    rules: [
      'get list watch | core | services',
      'patch update | core | services/status',
      'list watch | core | nodes',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:statefulset-controller',
    rules: [
      'list watch | core | pods',
      'get list watch | apps | statefulsets',
      'update | apps | statefulsets/status',
      'update | apps | statefulsets/finalizers',
      'create delete get patch update | core | pods',
      'create delete get list patch update watch | apps | controllerrevisions',
      'create get list watch | core | persistentvolumeclaims',
      'create patch update | core events.k8s.io | events',
      'delete update | core | persistentvolumeclaims',
      'update | core | pods/finalizers',
    ],
  },
  {
    name: 'system:controller:ttl-after-finished-controller',
    rules: [
      'delete get list watch | batch | jobs',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:ttl-controller',
    rules: [
      'list patch update watch | core | nodes',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:validatingadmissionpolicy-status-controller',
    rules: [
      'get list watch | admissionregistration.k8s.io | validatingadmissionpolicies',
      'get patch update | admissionregistration.k8s.io | validatingadmissionpolicies/status',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    name: 'system:controller:volumeattributesclass-protection-controller',
    rules: [
      'get list watch | core | persistentvolumeclaims',
      'get list watch | core | persistentvolumes',
      'get list update watch | storage.k8s.io | volumeattributesclasses',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [
      'get list watch | core | configmaps',
      'update | core | configmaps | cluster-info',
      'create patch update | core events.k8s.io | events',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: [
      'get list watch | core | configmaps | extension-apiserver-authentication',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    rules: [
      'watch | core | configmaps',
      'get update | core | configmaps | kube-controller-manager',
      'create get list update watch | coordination.k8s.io | leases',
      'create get list update watch | coordination.k8s.io | leasecandidates',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    rules: [
      'watch | core | configmaps',
      'get update | core | configmaps | kube-scheduler',
      'create get list update watch | coordination.k8s.io | leases',
      'create get list update watch | coordination.k8s.io | leasecandidates',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: [
      'get list watch | core | secrets',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: [
      'create get list watch | core | configmaps',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: [
      'delete get list watch | core | secrets',
      'create patch update | core events.k8s.io | events',
    ],
  },
];

export const BINDINGS: readonly BuiltInBinding[] = [
  { name: 'cluster-admin', subjects: ['Group system:masters'] },
  { name: 'system:basic-user', subjects: ['Group system:authenticated'] },
  { name: 'system:discovery', subjects: ['Group system:authenticated'] },
  { name: 'system:kube-controller-manager', subjects: ['User system:kube-controller-manager'] },
  { name: 'system:kube-dns', subjects: ['ServiceAccount kube-dns'] },
  { name: 'system:kube-scheduler', subjects: ['User system:kube-scheduler'] },
  { name: 'system:monitoring', subjects: ['Group system:monitoring'] },
  { name: 'system:node', subjects: [] },
  { name: 'system:node-proxier', subjects: ['User system:kube-proxy'] },
  { name: 'system:public-info-viewer', subjects: ['Group system:authenticated', 'Group system:unauthenticated'] },
  { name: 'system:service-account-issuer-discovery', subjects: ['Group system:serviceaccounts'] },
  { name: 'system:volume-scheduler', subjects: ['User system:kube-scheduler'] },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    subjects: ['ServiceAccount bootstrap-signer'],
  },
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    role: 'extension-apiserver-authentication-reader',
    subjects: ['User system:kube-controller-manager', 'User system:kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    subjects: [
      'User system:kube-controller-manager', 'ServiceAccount kube-controller-manager',
      'ServiceAccount leader-election-controller',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    subjects: ['User system:kube-scheduler', 'ServiceAccount kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    subjects: ['ServiceAccount bootstrap-signer'],
  },
  { namespace: 'kube-system', name: 'system:controller:cloud-provider', subjects: ['ServiceAccount cloud-provider'] },
  { namespace: 'kube-system', name: 'system:controller:token-cleaner', subjects: ['ServiceAccount token-cleaner'] },
  // Each controller has its own service account.
  ...ROLES.filter(role => role.namespace === undefined && role.name.startsWith(CONTROLLER)).map(({ name }) => ({
    name, subjects: [`ServiceAccount ${name.slice(CONTROLLER.length)}`],
  })),
];
