import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { Browser, BrowserContextOptions, chromium, Page } from 'playwright-core';

/** Chromium, as `npx projen page` finds it; nothing of it goes to the network. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** The pages of a test file: each test begins with none. */
export class Pages {
  /** What pages write to the console, and errors. */
  public said: string[] = [];
  public requests: string[] = [];
  private readonly directory = mkdtempSync(join(tmpdir(), 'page-'));
  private browser!: Browser;
  private files = 0;

  constructor() {
    beforeAll(async () => {
      this.browser = await launch();
    });
    beforeEach(() => {
      this.said = [];
      this.requests = [];
    });
    afterEach(async () => {
      for (const context of this.browser.contexts()) await context.close();
    });
    afterAll(async () => {
      await this.browser.close();
      rmSync(this.directory, { recursive: true });
    });
  }

  public async open(text: string, options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(this.directory, `page${this.files++}.html`);
    writeFileSync(file, text);
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    page.on('console', message => this.said.push(message.text()));
    page.on('pageerror', error => this.said.push(error.message));
    page.on('request', request => this.requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return page;
  }
}

/** Evaluated in a page: the texts with a contrast of less than 4.5, by WCAG 2, and the color of the page. */
export const CONTRAST = `(() => {
  const parse = color => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.a > 0) return color;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const low = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || element.closest('script, noscript, svg, datalist')) continue;
    if (element.disabled || !element.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(paper(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push([element.tagName, element.className, element.textContent.slice(0, 30), ratio]);
  }
  for (const element of document.querySelectorAll('svg text')) {
    const rect = element.parentElement.querySelector('rect');
    const fill = getComputedStyle(rect).fill;
    const behind = /^rgb\\(/.test(fill) ? parse(fill) : paper(element);
    const [a, b] = [light(parse(getComputedStyle(element).fill)), light(behind)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(['text', element.textContent, (a + 0.05) / (b + 0.05)]);
  }
  return { low, paper: getComputedStyle(document.body).backgroundColor };
})()`;
