import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Section {
  readonly text: string;
  readonly folder: string;
  /** The pages that come first, in this order. */
  readonly first: string[];
  readonly collapsed?: boolean;
}

/** The last section of a folder also has the pages that no section names. */
const SECTIONS: Section[] = [
  {
    text: 'Getting started',
    folder: 'getting-started',
    first: ['existing-cluster', 'new-cluster', 'pod-identity', 'gitops', 'python', 'java', 'go', 'csharp'],
  },
  {
    text: 'Concepts',
    folder: 'concepts',
    first: [
      'how-irsa-works',
      'how-pod-identity-works',
      'irsa-or-pod-identity',
      'trust-policies',
      'literal-and-deferred',
      'manifests',
      'which-tool-when',
      'threat-model',
    ],
  },
  {
    text: 'Test and debug',
    folder: 'guides',
    first: [
      'debug-access-denied',
      'unit-test',
      'check-at-synth',
      'verify',
      'ci',
      'review-pull-requests',
      'audit-report',
      'who-can-reach',
      'machine-readable-output',
    ],
  },
  {
    text: 'Migrate',
    folder: 'guides',
    first: ['migrate-from-aws-eks', 'migrate-from-eksctl', 'migrate-to-pod-identity'],
  },
  {
    text: 'Service accounts and manifests',
    folder: 'guides',
    first: [
      'service-account',
      'pods',
      'helm',
      'argo-cd-and-flux',
      'cdk8s',
      'controllers',
      'managed-addons',
      'deployment-order',
      'cloudformation-parameters',
      'self-hosted-issuer',
    ],
  },
  {
    text: 'Share and protect roles',
    folder: 'guides',
    first: ['shared-role', 'cross-account', 'chains-of-roles', 'tenants', 'many-clusters', 'large-fleets', 'guard'],
  },
  {
    text: 'Reference',
    folder: 'reference',
    first: [
      'constructs', 'controllers', 'cli', 'rules', 'warnings', 'identifiers', 'permissions', 'quotas', 'compatibility',
    ],
  },
  { text: 'Constructs', folder: 'reference/api', first: [], collapsed: true },
];

/** Pages of no section, at the end. */
const LAST = ['troubleshooting', 'faq', 'limitations', 'benchmarks', 'testing'];

/** Every page of a folder of documentation, by its title. */
export function sidebar(docs: string) {
  const item = (page: string) => ({ text: titleOf(readFileSync(join(docs, `${page}.md`), 'utf8')), link: `/${page}` });
  return [
    ...SECTIONS.map(section => {
      const { text, folder, first, collapsed = false } = section;
      const siblings = SECTIONS.filter(other => other.folder === folder);
      const isLast = siblings.at(-1) === section;
      const pages = isLast ? pagesOf(docs, folder, first, siblings.flatMap(other => other.first)) : first;
      return { text, collapsed, items: pages.map(page => item(`${folder}/${page}`)) };
    }),
    { text: 'More', items: pagesOf(docs, '.', LAST).map(item) },
  ].filter(({ items }) => items.length > 0);
}

/** The pages that come first, then all others of the folder. */
function pagesOf(docs: string, folder: string, first: string[], listed = first): string[] {
  const path = join(docs, folder);
  const pages = existsSync(path)
    ? readdirSync(path).filter(file => /\.md$/.test(file)).map(file => file.replace(/\.md$/, ''))
    : [];
  const known = first.filter(page => existsSync(join(path, `${page}.md`)));
  return [...known, ...pages.filter(page => page !== 'index' && !listed.includes(page)).sort()];
}

/** `title` of the front matter, or the first heading. */
function titleOf(page: string): string {
  const [, title] = /^---\n(?:.*\n)*?title: (.*)\n(?:.*\n)*?---\n/.exec(page) ?? /^# (.*)$/m.exec(page) ?? [];
  if (title === undefined) throw new Error(`a page has no title: ${page.slice(0, 60)}`);
  return title.replace(/`/g, '').replace(/ \{#.*\}$/, '');
}
