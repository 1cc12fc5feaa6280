import {
  annotated, arnOf, association, Case, Expected, Files, podIdentity, role, serviceAccount, trusting,
} from './support';
import { ISSUER } from '../../support';

const ELSEWHERE = arnOf('api', '444455556666');
const KEY = 'eks.amazonaws.com/role-arn';
const resource = (apiVersion: string, kind: string, spec: object, metadata: object = { namespace: 'payments' }) =>
  `---\n${JSON.stringify({ apiVersion, kind, metadata: { name: 'x', ...metadata }, spec })}\n`;
const pods = (serviceAccountName?: string) =>
  ({ metadata: {}, spec: { serviceAccountName, containers: [{ name: 'main' }] } });
const aws = (ref: object) => ({ provider: { aws: { auth: { jwt: { serviceAccountRef: ref } } } } });
const route53 = (ref: object, roleArn?: string) => ({
  acme: {
    solvers: [
      { http01: {} },
      { dns01: { route53: { region: 'eu-west-1', role: roleArn, auth: { kubernetes: { serviceAccountRef: ref } } } } },
    ],
  },
});

/** One resource that names the account `wrong`: kind, field, text. */
const NAMING: [string, string, string][] = [
  ['SparkApplication', 'spec.driver.serviceAccount', resource('sparkoperator.k8s.io/v1beta2', 'SparkApplication', {
    driver: { serviceAccount: 'wrong' }, executor: { serviceAccount: 'api' },
  })],
  ['SparkApplication', 'spec.executor.serviceAccount', resource('sparkoperator.k8s.io/v1beta2', 'SparkApplication', {
    driver: { serviceAccount: 'api' }, executor: { serviceAccount: 'wrong' },
  })],
  ['ScheduledSparkApplication', 'spec.template.driver.serviceAccount',
    resource('sparkoperator.k8s.io/v1beta2', 'ScheduledSparkApplication', {
      template: { driver: { serviceAccount: 'wrong' } },
    })],
  ['Workflow', 'spec.serviceAccountName', resource('argoproj.io/v1alpha1', 'Workflow', {
    serviceAccountName: 'wrong',
  })],
  ['WorkflowTemplate', 'spec.templates.1.executor.serviceAccountName',
    resource('argoproj.io/v1alpha1', 'WorkflowTemplate', {
      templates: [{ serviceAccountName: 'api' }, { executor: { serviceAccountName: 'wrong' } }],
    })],
  ['CronWorkflow', 'spec.workflowSpec.executor.serviceAccountName', resource('argoproj.io/v1alpha1', 'CronWorkflow', {
    workflowSpec: { serviceAccountName: 'api', executor: { serviceAccountName: 'wrong' } },
  })],
  ['RayCluster', 'spec.headGroupSpec.template.spec.serviceAccountName', resource('ray.io/v1', 'RayCluster', {
    headGroupSpec: { template: pods('wrong') }, workerGroupSpecs: [{ template: pods('wrong') }, { template: pods() }],
  })],
  ['RayJob', 'spec.submitterPodTemplate.spec.serviceAccountName', resource('ray.io/v1', 'RayJob', {
    submitterPodTemplate: pods('wrong'),
  })],
  ['RayService', 'spec.rayClusterConfig.workerGroupSpecs.0.template.spec.serviceAccountName',
    resource('ray.io/v1', 'RayService', { rayClusterConfig: { workerGroupSpecs: [{ template: pods('wrong') }] } })],
  ['PyTorchJob', 'spec.pytorchReplicaSpecs.Master.template.spec.serviceAccountName',
    resource('kubeflow.org/v1', 'PyTorchJob', { pytorchReplicaSpecs: { Master: { template: pods('wrong') } } })],
  ['Kustomization', 'spec.serviceAccountName', resource('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
    serviceAccountName: 'wrong',
  })],
  ['Kustomization', 'spec.decryption.serviceAccountName', resource('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
    decryption: { serviceAccountName: 'wrong' },
  })],
  ['HelmRelease', 'spec.serviceAccountName', resource('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
    serviceAccountName: 'wrong', targetNamespace: 'other',
  })],
  ['OCIRepository', 'spec.serviceAccountName', resource('source.toolkit.fluxcd.io/v1', 'OCIRepository', {
    serviceAccountName: 'wrong', provider: 'aws',
  })],
  ['Bucket', 'spec.serviceAccountName', resource('source.toolkit.fluxcd.io/v1', 'Bucket', {
    serviceAccountName: 'wrong', provider: 'generic',
  })],
  ['SecretStore', 'spec.provider.aws.auth.jwt.serviceAccountRef',
    resource('external-secrets.io/v1', 'SecretStore', aws({ name: 'wrong' }))],
  ['ECRAuthorizationToken', 'spec.auth.jwt.serviceAccountRef',
    resource('generators.external-secrets.io/v1alpha1', 'ECRAuthorizationToken', {
      auth: { jwt: { serviceAccountRef: { name: 'wrong' } } },
    })],
  ['Issuer', 'spec.acme.solvers.1.dns01.route53.auth.kubernetes.serviceAccountRef',
    resource('cert-manager.io/v1', 'Issuer', route53({ name: 'wrong' }))],
];
const undeclared = (who: string, account: string, field: string): Expected => ({
  message: `${who}: uses ServiceAccount ${account}, which no manifest declares and no role trusts.`,
  fix: `Correct ${field}, or add the ServiceAccount.`,
  at: 'x.yaml:2:1',
});

const VALUES = { serviceAccount: { server: { annotations: { [KEY]: arnOf('velero') } } } };
const velero = (values: object, name?: string) => resource('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
  targetNamespace: 'velero',
  values: name === undefined ? values : { serviceAccount: { server: { ...VALUES.serviceAccount.server, name } } },
}, { namespace: 'flux-system' });
const VELERO = { Velero: role('velero', [trusting('velero:velero')]) };
const NOT_LET_IN = 'cannot assume role velero: `sub` differs: got velero-server, trusted velero (the service '
  + 'account; the namespace velero matches).';
const notTrusted = (at: string): Expected => ({
  message: `ServiceAccount velero/velero-server: ${NOT_LET_IN}`,
  fix: 'Add it to the trust policy with trust.addServiceAccounts(oidcProvider, '
    + '[ServiceAccountSubject.exact(\'velero\', \'velero-server\')]), or correct the ServiceAccount.',
  at,
  others: ['Stack/Velero'],
});
const unknownName = (account: string, at: string): Expected => ({
  severity: 'note',
  message: `ServiceAccount ${account}: cannot determine whether it can assume role velero: statement 0: `
    + `whether ${ISSUER}:sub (system:serviceaccount:${account.replace('/', ':')}) is `
    + 'system:serviceaccount:velero:velero cannot be determined yet.',
  fix: 'Set its name there, or also pass the rendered manifests.',
  at,
  others: ['Stack/Velero'],
});
const chart = (values: object, more: object = {}) => ({
  Type: 'Custom::AWSCDK-EKS-HelmChart',
  Properties: { Release: 'velero', Namespace: 'velero', Values: JSON.stringify(values), ...more },
});
const SERVER = { name: 'velero-server', annotations: { [KEY]: arnOf('velero') } };
const OF_SERVER = { serviceAccount: { server: SERVER } };

/** Releases whose values name velero-server. */
const RELEASES: [string, string][] = [
  ['of Flux', velero({}, 'velero-server')],
  ['of Flux, in its own namespace',
    resource('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { values: OF_SERVER }, { namespace: 'velero' })],
  ['of k3s', resource('helm.cattle.io/v1', 'HelmChart', {
    targetNamespace: 'velero',
    valuesContent: 'serviceAccount:\n  server:\n    name: velero-server\n    annotations:\n'
      + `      ${KEY}: ${arnOf('velero')}\n`,
  }, { namespace: 'kube-system' })],
  ['of k3s, set one by one', resource('helm.cattle.io/v1', 'HelmChart', {
    targetNamespace: 'velero',
    valuesContent: 'serviceAccount: { server: { name: velero-server } }',
    set: { 'serviceAccount.server.annotations.eks\\.amazonaws\\.com/role-arn': arnOf('velero') },
  })],
  ...(['Application', 'ApplicationSet'] as const).flatMap(kind => {
    const wrapped = (helm: object, source = 'source') => {
      const spec = {
        destination: { namespace: 'velero' }, [source]: source === 'source' ? { helm } : [{ path: '.' }, { helm }],
      };
      return resource('argoproj.io/v1alpha1', kind, kind === 'Application' ? spec : { template: { spec } });
    };
    return [
      [`of Argo CD, as a text: ${kind}`, wrapped({ values: JSON.stringify(OF_SERVER) })],
      [`of Argo CD, as an object: ${kind}`, wrapped({ valuesObject: OF_SERVER }, 'sources')],
      [`of Argo CD, later ones first: ${kind}`, wrapped({
        values: JSON.stringify({ serviceAccount: { server: { ...SERVER, name: 'velero' } } }),
        valuesObject: { serviceAccount: { server: { name: 'other' } } },
        parameters: [{ name: 'serviceAccount.server.name', value: 'velero-server' }],
      })],
    ] as [string, string][];
  }),
  ['of an operator', resource('example.com/v1', 'Backup', { template: { serviceAccount: { metadata: SERVER } } }, {
    namespace: 'velero',
  })],
  ['of a ServiceAccount in another object', resource('example.com/v1', 'Bundle', {
    objects: [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...SERVER, namespace: 'velero' } }],
  })],
];

const silent = (rule: string, name: string, files: Files): Case => ({ rule, name, ...files, expected: [] });

export const CUSTOM_RESOURCE_CASES: Case[] = [
  // undeclared-service-account
  ...NAMING.map(([kind, field, text]): Case => ({
    rule: 'undeclared-service-account',
    name: `${kind}: ${field}`,
    manifests: { 'x.yaml': text, 'sa.yaml': annotated('payments/api', ELSEWHERE) },
    expected: [undeclared(`${kind} payments/x`, 'payments/wrong', field)],
  })),
  ...NAMING.map(([kind, field, text]) => silent('undeclared-service-account', `a right name: ${kind}, ${field}`, {
    manifests: { 'x.yaml': text.replaceAll('wrong', 'api'), 'sa.yaml': annotated('payments/api', ELSEWHERE) },
  })),
  {
    rule: 'undeclared-service-account',
    name: 'ClusterSecretStore: another namespace',
    manifests: {
      'x.yaml': resource('external-secrets.io/v1', 'ClusterSecretStore', aws({
        name: 'api', namespace: 'payment',
      }), {}),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    },
    expected: [
      undeclared('ClusterSecretStore x', 'payment/api', 'spec.provider.aws.auth.jwt.serviceAccountRef'),
    ],
  },
  {
    rule: 'undeclared-service-account',
    name: 'ClusterIssuer: a name that nothing declares',
    manifests: {
      'x.yaml': resource('cert-manager.io/v1', 'ClusterIssuer', route53({ name: 'dns' }), {}),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    },
    expected: [{
      severity: 'note',
      ...undeclared(
        'ClusterIssuer x',
        '⟨namespace of the controller of ClusterIssuer x⟩/dns',
        'spec.acme.solvers.1.dns01.route53.auth.kubernetes.serviceAccountRef',
      ),
    }],
  },
  {
    rule: 'undeclared-service-account',
    name: 'in a namespace of which nothing else tells',
    manifests: { 'x.yaml': NAMING[0][2] },
    expected: ['wrong', 'api'].map((name, index) => ({
      severity: 'note',
      ...undeclared('SparkApplication payments/x', `payments/${name}`,
        `spec.${['driver', 'executor'][index]}.serviceAccount`),
    })),
  },
  ...([
    ['ClusterSecretStore: with its namespace', {
      'x.yaml': resource('external-secrets.io/v1', 'ClusterSecretStore', aws({
        name: 'api', namespace: 'payments',
      }), {}),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    }],
    ['ClusterIssuer: in the namespace of the controller', {
      'x.yaml': resource('cert-manager.io/v1', 'ClusterIssuer', route53({ name: 'api' }, ELSEWHERE), {}),
      'sa.yaml': serviceAccount('payments/api'),
    }],
    ['a variable of Argo Workflows', {
      'x.yaml': resource('argoproj.io/v1alpha1', 'Workflow', { serviceAccountName: '{{workflow.parameters.account}}' }),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    }],
    ['a template of an object for another place', {
      'x.yaml': resource('work.open-cluster-management.io/v1', 'ManifestWork', {
        manifests: [{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: pods('wrong') } }],
      }),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    }],
    ['no name', {
      'x.yaml': resource('ray.io/v1', 'RayCluster', { headGroupSpec: { template: pods() } })
        + resource('external-secrets.io/v1', 'SecretStore', { provider: { aws: {} } })
        + resource('argoproj.io/v1alpha1', 'Workflow', { templates: [{ name: 'main' }] }),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    }],
    ['an account of a release whose name is unknown', {
      'x.yaml': NAMING[0][2].replace('"wrong"', '"spark"'),
      'hr.yaml': resource('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
        values: { serviceAccount: { annotations: { [KEY]: ELSEWHERE } } },
      }),
    }],
    ['another group', {
      'x.yaml': resource('example.com/v1', 'SparkApplication', { driver: { serviceAccount: 'wrong' } }),
      'sa.yaml': annotated('payments/api', ELSEWHERE),
    }],
  ] as [string, Record<string, string>][]).map(([name, manifests]) =>
    silent('undeclared-service-account', name, { manifests })),

  // missing-annotation
  ...([
    ['SecretStore payments/x', resource('external-secrets.io/v1', 'SecretStore', aws({ name: 'api' }))],
    ['ClusterSecretStore x', resource('external-secrets.io/v1', 'ClusterSecretStore', aws({
      name: 'api', namespace: 'payments',
    }), {})],
    ['Bucket payments/x', resource('source.toolkit.fluxcd.io/v1', 'Bucket', {
      serviceAccountName: 'api', provider: 'aws',
    })],
  ] as [string, string][]).map(([who, text]): Case => ({
    rule: 'missing-annotation',
    name: `${who} requests its tokens, whatever is associated`,
    resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) },
    manifests: { 'sa.yaml': serviceAccount('payments/api'), 'x.yaml': text },
    expected: [{
      message: `ServiceAccount payments/api: ${who} takes its role from the annotation, which is missing.`,
      fix: `Add the annotation ${KEY}: <ARN of the role>.`,
      at: 'sa.yaml:2:1',
      others: ['x.yaml:2:1'],
    }],
    also: ['open-pod-identity'],
  })),
  ...([
    ['a Kustomization assumes no role', resource('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
      serviceAccountName: 'api',
    })],
    ['a HelmRelease assumes no role', resource('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
      serviceAccountName: 'api',
    })],
    ['pull secrets of the account', resource('source.toolkit.fluxcd.io/v1', 'OCIRepository', {
      serviceAccountName: 'api', provider: 'generic',
    })],
    ['an Issuer names the role', resource('cert-manager.io/v1', 'Issuer', route53({ name: 'api' }, ELSEWHERE))],
    ['pods may need no role', resource('sparkoperator.k8s.io/v1beta2', 'SparkApplication', {
      driver: { serviceAccount: 'api' },
    })],
  ] as [string, string][]).map(([name, text]) => silent('missing-annotation', name, {
    manifests: { 'sa.yaml': serviceAccount('payments/api'), 'x.yaml': text },
  })),

  // role-does-not-trust: values of releases
  ...RELEASES.map(([name, text]): Case => ({
    rule: 'role-does-not-trust',
    name: `values of a release ${name}`,
    resources: VELERO,
    manifests: { 'x.yaml': text },
    expected: [notTrusted('x.yaml:2')],
  })),
  ...RELEASES.map(([name, text]) => silent('role-does-not-trust', `a right name in values of a release ${name}`, {
    resources: { Velero: role('velero', [trusting('velero:velero-server')]) }, manifests: { 'x.yaml': text },
  })),
  {
    rule: 'role-does-not-trust',
    name: 'values of a chart of the CDK',
    resources: {
      ...VELERO,
      Chart: chart({}, {
        Values: {
          'Fn::Join': ['', [
            `{"serviceAccount":{"server":{"name":"velero-server","annotations":{"${KEY}":"`,
            { 'Fn::GetAtt': ['Velero', 'Arn'] }, '"}}}}',
          ]],
        },
      }),
    },
    expected: [notTrusted('Stack/Chart')],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an unknown name in a namespace that is trusted',
    resources: VELERO,
    manifests: { 'x.yaml': velero(VALUES) },
    expected: [
      { ...unknownName('velero/⟨name of serviceAccount.server in HelmRelease x⟩', ''), at: expect.anything() },
    ],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an unknown name in a chart of the CDK',
    resources: { ...VELERO, Chart: chart(VALUES) },
    expected: [unknownName('velero/⟨name of serviceAccount.server in Helm release velero⟩', 'Stack/Chart')],
  },
  {
    rule: 'role-does-not-trust',
    name: 'an unknown name in a namespace that is not trusted',
    resources: { Velero: role('velero', [trusting('backup:velero')]) },
    manifests: { 'x.yaml': velero(VALUES) },
    expected: [{
      message: expect.stringMatching(/^ServiceAccount velero\/⟨.+⟩: cannot assume role velero: `sub` differs/),
      fix: expect.anything(),
      at: 'x.yaml:2',
      others: ['Stack/Velero'],
    }] as any,
  },
  {
    rule: 'role-does-not-trust',
    name: 'an Issuer names a role that trusts another account',
    resources: VELERO,
    manifests: {
      'x.yaml': resource('cert-manager.io/v1', 'Issuer', route53({ name: 'velero-server' }, arnOf('velero')), {
        namespace: 'velero',
      }),
    },
    expected: [notTrusted('x.yaml:2:1')],
  },
  {
    rule: 'role-does-not-trust',
    name: 'a runtime config of Crossplane',
    resources: VELERO,
    manifests: {
      'x.yaml': resource('pkg.crossplane.io/v1beta1', 'DeploymentRuntimeConfig', {
        serviceAccountTemplate: { metadata: SERVER },
      }, {}),
    },
    expected: [{
      ...notTrusted(''),
      message: expect.stringMatching(/^ServiceAccount ⟨.+⟩\/velero-server: cannot assume role velero: `sub` differs/),
      fix: expect.anything(),
      at: expect.anything(),
    }] as any,
  },
  {
    rule: 'role-does-not-trust',
    name: 'a controller config of Crossplane',
    resources: VELERO,
    manifests: {
      'x.yaml': resource('pkg.crossplane.io/v1alpha1', 'ControllerConfig', { serviceAccountName: 'velero' }, {
        annotations: SERVER.annotations,
      }),
    },
    expected: [unknownName('⟨namespace of the controller of ControllerConfig x⟩/velero', 'x.yaml:2:1')],
  },
  ...([
    ['a pattern that fits any name', {
      Velero: role('velero', [{
        ...trusting('velero:velero'),
        Condition: JSON.parse(JSON.stringify(trusting('velero:*').Condition).replace('StringEquals', 'StringLike')),
      }]),
    }, { 'x.yaml': velero(VALUES) }],
    ['the rendered manifests are there, too', VELERO, {
      'x.yaml': velero(VALUES), 'sa.yaml': annotated('velero/velero', arnOf('velero')),
    }],
    ['the chart makes no ServiceAccount', VELERO, {
      'x.yaml': velero({ serviceAccount: { server: { ...SERVER, create: false } } }),
    }],
    ['the annotation of another object', VELERO, {
      'x.yaml': resource('example.com/v1', 'Bundle', {
        objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: SERVER }],
      }),
    }],
  ] as [string, Record<string, any>, Record<string, string>][]).map(([name, resources, manifests]) =>
    silent('role-does-not-trust', name, { resources, manifests })),

  // role-not-found, role-without-service-account: values of releases
  {
    rule: 'role-not-found',
    name: 'values that are not YAML',
    manifests: { 'x.yaml': resource('helm.cattle.io/v1', 'HelmChart', { valuesContent: `a: [\n${KEY}: x` }) },
    expected: [{
      severity: 'note',
      message: 'ServiceAccount payments/⟨name of serviceAccount in HelmChart x⟩: role ⟨role in the values of '
        + 'HelmChart x⟩ is only known at deployment.',
      fix: 'After the deployment, check that the role trusts it.',
      at: 'x.yaml:2:1',
    }],
  },
  silent('role-without-service-account', 'values of a release use it, by whatever name', {
    resources: VELERO, manifests: { 'x.yaml': velero(VALUES) },
  }),
  {
    rule: 'role-without-service-account',
    name: 'values of a release in another namespace use it',
    resources: { Velero: role('velero', [trusting('backup:velero')]) },
    manifests: { 'x.yaml': velero(VALUES) },
    expected: [{
      message: 'Role velero: trusts backup/velero, but none of the given manifests uses it.',
      fix: 'To check them together, also pass the manifests that use it. Render Helm charts with helm template.',
      at: 'Stack/Velero',
    }],
    also: ['role-does-not-trust'],
  },

  // misplaced-annotation
  {
    rule: 'misplaced-annotation',
    name: 'in values for pods',
    manifests: { 'x.yaml': velero({ podAnnotations: { [KEY]: ELSEWHERE } }) },
    expected: [{
      message: `HelmRelease velero/x: has the annotation ${KEY} in the value podAnnotations, which the webhook does `
        + 'not read.',
      fix: 'Add the annotation eks.amazonaws.com/role-arn to its ServiceAccount, velero/⟨ServiceAccount of '
        + 'HelmRelease x⟩.',
      at: 'x.yaml:2',
    }],
  },
  silent('misplaced-annotation', 'in values for pods and for the ServiceAccount', {
    manifests: { 'x.yaml': velero({ podAnnotations: { [KEY]: ELSEWHERE }, ...VALUES }) },
  }),

  // repeated-service-account
  silent('repeated-service-account', 'an Issuer uses it with another role', {
    manifests: {
      'x.yaml': resource('cert-manager.io/v1', 'Issuer', route53({ name: 'api' }, arnOf('dns', '444455556666')))
        + annotated('payments/api', ELSEWHERE),
    },
  }),

  // static-credentials, in pod templates of custom resources
  {
    rule: 'static-credentials',
    name: 'in a group of RayCluster',
    manifests: {
      'sa.yaml': annotated('payments/api', ELSEWHERE),
      'x.yaml': resource('ray.io/v1', 'RayCluster', {
        workerGroupSpecs: [{
          template: {
            spec: {
              serviceAccountName: 'api',
              containers: [{ name: 'worker', env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'AKIA' }] }],
            },
          },
        }],
      }),
    },
    expected: [{
      message: 'RayCluster payments/x: container worker sets AWS_ACCESS_KEY_ID, which SDKs prefer to the role of '
        + 'payments/api.',
      fix: 'Remove it, or exclude the container with eks.amazonaws.com/skip-containers.',
      at: 'x.yaml:2:1',
    }],
  },

  // not-rendered
  {
    rule: 'not-rendered',
    name: 'in a custom resource, and in values',
    manifests: {
      'x.yaml': resource('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { serviceAccountName: '${ACCOUNT}' })
        + velero({ serviceAccount: { annotations: { [KEY]: '${ROLE}' } } }),
    },
    expected: [{
      message: 'The manifest is not rendered yet; it contains the placeholders ${ROLE}, ${ACCOUNT}.',
      fix: 'Pass the rendered manifests instead: flux build kustomization <name> --path <folder> (Flux), or envsubst < '
        + '<file>.',
      at: 'x.yaml:4',
    }],
  },
];
