import { code, Page, page, table } from './page';
import { sourceOf } from './source';
import { MINIMUM_VERSIONS } from '../../src/cli/doctor/checks/sdk-checks';

/** Versions and packages, from package.json and the doctor. */
export function compatibilityPage(): Page {
  const { engines, peerDependencies, jsii: { targets } } = JSON.parse(sourceOf('package.json'));
  const { java, python, dotnet, go } = targets;
  const goModule = `${go.moduleName}/${go.packageName ?? 'cdkirsa'}`;
  return page(
    'compatibility',
    'Compatibility',
    'Supported versions of Node.js, the CDK and cdk8s, and the packages for each language.',
    '## Versions',
    table(['', 'supported'], [
      ['Node.js', code(engines.node)],
      ...Object.keys(peerDependencies).sort().map(peer => [code(peer), code(peerDependencies[peer])]),
    ]),
    'All tests run with the lowest and with the newest versions of these peers. There are no other dependencies. What '
      + 'counts as a breaking change is in [VERSIONS.md](https://github.com/cdk-irsa/cdk-irsa/blob/main/VERSIONS.md).',
    '## Packages',
    table(['language', 'package', 'import'], [
      ['TypeScript, JavaScript', code('cdk-irsa'), code('import { IrsaServiceAccount } from \'cdk-irsa\'')],
      ['Python', code(python.distName), code(`from ${python.module} import IrsaServiceAccount`)],
      [
        'Java',
        code(`${java.maven.groupId}:${java.maven.artifactId}`),
        code(`import ${java.package}.IrsaServiceAccount;`),
      ],
      ['C#', code(dotnet.packageId), code(`using ${dotnet.namespace};`)],
      ['Go', code(goModule), code(`import "${goModule}"`)],
      ['command without the library', code('cdk-irsa-cli'), ''],
    ]),
    'Python, Java, C# and Go need Node.js too: the library runs in it.',
    '## Kubernetes',
    table(['feature', 'needs'], [
      ['IRSA on EKS', 'any EKS cluster'],
      ['IRSA outside EKS', 'the pod identity webhook, and an issuer that AWS can reach'],
      ['EKS Pod Identity', 'EKS with Linux nodes on EC2, and the Pod Identity Agent'],
      ['`WorkloadIdentityGuard`', 'Kubernetes 1.30 or newer'],
    ]),
    '## AWS SDKs in pods {#sdks}',
    'The first versions that support each way to get credentials, by major version:',
    table(['SDK', 'IRSA', 'EKS Pod Identity'], MINIMUM_VERSIONS.map(versions =>
      [versions.sdk, versions.IRSA ?? '–', versions['EKS Pod Identity'] ?? '–'])),
  );
}
