import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar';

const { description, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
const [, owner, name] = /github\.com\/([^/]+)\/([^/]+?)\.git$/.exec(repository.url)!;
const github = `https://github.com/${owner}/${name}`;

export default defineConfig({
  title: name,
  description,
  lang: 'en-US',
  base: `/${name}/`,
  cleanUrls: true,
  ignoreDeadLinks: false,
  markdown: {
    config(md) {
      const render = md.renderer.rules.code_inline!;
      // Vue takes {{ }} for an expression, in code too.
      md.renderer.rules.code_inline = (...args) => render(...args).replace('<code', '<code v-pre');
    },
  },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `/${name}/icon.svg` }]],
  sitemap: { hostname: `https://${owner}.github.io/${name}/` },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Get started', link: '/getting-started/existing-cluster', activeMatch: '^/getting-started/' },
      { text: 'Guides', link: '/guides/unit-test', activeMatch: '^/guides/' },
      { text: 'Reference', link: '/reference/constructs', activeMatch: '^/reference/' },
      { text: 'Changelog', link: `${github}/blob/main/CHANGELOG.md` },
    ],
    sidebar: sidebar('docs'),
    outline: [2, 3],
    search: { provider: 'local' }, // an index of its own: works without a network
    socialLinks: [{ icon: 'github', link: github }],
    editLink: { pattern: `${github}/edit/main/docs/:path`, text: 'Edit this page on GitHub' },
    footer: { message: 'Released under the Apache License 2.0.' },
  },
});
