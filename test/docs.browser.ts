/**
 * The documentation as people see it. Needs Chromium, and what `npx projen docs` has built: `npx projen docs:page`.
 */
import { once } from 'events';
import { existsSync, readdirSync, readFileSync, statSync } from 'fs';
import { createServer } from 'http';
import { AddressInfo } from 'net';
import { extname, join } from 'path';
import { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch } from './cli/report/browser';

const DIST = join(__dirname, '..', 'docs', '.vitepress', 'dist');
const BASE = '/cdk-irsa/';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const PAGES = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.html') && file !== '404.html')
  .map(file => file.replace(/(index)?\.html$/, ''))
  .sort();
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

/** As GitHub Pages serves it: the names of pages without `.html`. */
const server = createServer(({ url = '' }, response) => {
  const path = join(DIST, decodeURIComponent(url.split('?')[0]).replace(BASE, '/'));
  const isFile = (name: string) => existsSync(name) && statSync(name).isFile();
  const file = [path, `${path}.html`, join(path, 'index.html')].find(isFile);
  response.writeHead(file ? 200 : 404, { 'content-type': TYPES[extname(file ?? '')] ?? 'application/octet-stream' });
  response.end(file && readFileSync(file));
});
let browser: Browser;
let said: string[];

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launch();
});
beforeEach(() => {
  said = [];
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  server.close();
});

async function open(options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', message => said.push(message.text()));
  page.on('pageerror', error => said.push(error.message));
  // Pictures of other sites are not needed to read a page.
  await page.route(url => url.hostname !== '127.0.0.1', route => route.fulfill({ body: '' }));
  return page;
}

async function goTo(page: Page, path: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const response = await page.goto(`http://127.0.0.1:${port}${BASE}${path}`, { waitUntil: 'load' });
  expect(response!.status()).toBe(200);
}

const overflow = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

test('no page is wider than a phone', async () => {
  const page = await open({ viewport: PHONE });
  const wide: string[] = [];
  for (const path of PAGES) {
    await goTo(page, path);
    if (await overflow(page) > 0) wide.push(path);
  }
  expect(PAGES.length).toBeGreaterThan(20);
  expect(wide).toEqual([]);
  expect(said).toEqual([]);
});

test.each<[scheme: 'light' | 'dark', viewport: typeof PHONE]>([
  ['light', DESKTOP],
  ['dark', DESKTOP],
  ['dark', PHONE],
])('%s, %j', async (colorScheme, viewport) => {
  const page = await open({ viewport, colorScheme });
  for (const path of ['', 'reference/cli', 'reference/constructs']) {
    await goTo(page, path);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  }
  expect(await page.evaluate('document.documentElement.classList.contains("dark")')).toBe(colorScheme === 'dark');
  expect(said).toEqual([]);
});

test('the search finds what a message says, without a network', async () => {
  const page = await open({ viewport: DESKTOP });
  await goTo(page, '');
  await page.locator('#local-search button').first().click();
  await page.locator('#localsearch-input').fill('AccessDenied');
  await page.locator('#localsearch-list .result').first().waitFor();
  expect(await page.locator('#localsearch-list .result').count()).toBeGreaterThan(1);
  await page.locator('#localsearch-list .result').first().click();
  await page.locator('main h1, .vp-doc h1').first().waitFor();
  expect(said).toEqual([]);
});

test('the examples of the reference are in five languages', async () => {
  const page = await open({ viewport: DESKTOP });
  await goTo(page, 'reference/api/irsaserviceaccount');
  const tabs = page.locator('.vp-code-group').first().locator('.tabs label');
  expect(await tabs.allTextContents()).toEqual(['TypeScript', 'Python', 'Java', 'C#', 'Go']);
  await tabs.nth(1).click();
  expect(await page.locator('.vp-code-group').first().locator('.language-python').first().isVisible()).toBe(true);
  // The next page has the same language.
  await page.locator('.VPSidebar a[href$="/irsarole"]').click({ force: true });
  await page.locator('h1', { hasText: 'IrsaRole' }).waitFor();
  expect(await page.locator('.vp-code-group').first().locator('.language-python').first().isVisible()).toBe(true);
  expect(said).toEqual([]);
});
