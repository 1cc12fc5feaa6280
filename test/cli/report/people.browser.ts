/**
 * The left end of the page: who can act as service accounts. Needs Chromium: `npx projen page`.
 */
import { Page } from 'playwright-core';
import { CONTRAST, Pages } from './browser';
import { manyPeople, REACHED, THREE } from './sample';
import { AccessMap } from '../../../src/analysis/access-map';
import { html } from '../../../src/cli/report/html';
import { reportData } from '../../../src/cli/report/report-data';

const pages = new Pages();
afterEach(() => expect(pages.said).toEqual([]));

const pageOf = (map: AccessMap) => html(reportData(map, []));

const drawn = (page: Page) => page.locator('.picture .actor').evaluateAll(boxes => boxes.map(box =>
  [...(box as any).querySelectorAll('text')].map((text: any) => text.textContent).join(' | ')));
const listed = (page: Page) => page.locator('#access tr.row th > code').allTextContents();
const people = (page: Page) => page.locator('#people tr.row th').evaluateAll(cells => cells.map(cell =>
  [...(cell as any).querySelectorAll('code')].map((code: any) => code.textContent).join()));

/** Boxes of the picture that cover others, and texts that leave their box. */
const OVERLAPS = `(() => {
  const boxes = [...document.querySelectorAll('.picture .box')];
  const rects = boxes.map(box => box.querySelector('rect').getBBox());
  const names = boxes.map(box => box.textContent);
  const wrong = [];
  for (const [index, one] of rects.entries()) {
    for (const text of boxes[index].querySelectorAll('text')) {
      const { x, width } = text.getBBox();
      if (x < one.x || x + width > one.x + one.width) wrong.push(['text', names[index]]);
    }
    const texts = [...boxes[index].querySelectorAll('text')].map(text => text.getBBox());
    for (const [at, left] of texts.entries()) {
      for (const right of texts.slice(at + 1)) {
        if (Math.abs(left.y - right.y) < 5 && left.x < right.x + right.width && right.x < left.x + left.width) {
          wrong.push(['texts', names[index]]);
        }
      }
    }
    for (const [other, two] of rects.entries()) {
      if (other <= index) continue;
      if (one.x < two.x + two.width && two.x < one.x + one.width && one.y < two.y + two.height
        && two.y < one.y + one.height) wrong.push(['boxes', names[index], names[other]]);
    }
  }
  return wrong;
})()`;
const SIDEWAYS = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

test('the picture begins with them, and says what an admission policy closes', async () => {
  const page = await pages.open(pageOf(REACHED));
  expect(await page.locator('.columns span').allTextContents()).toEqual([
    'Cluster', 'Who can act as', 'Service account', 'Role', 'Reaches',
  ]);
  expect((await drawn(page)).sort()).toEqual([
    'group dev | +1 | create pods',
    'service account tools/ci | impersonate users',
    'user eve | closed: creat…ccounts/token',
  ]);
  expect(await page.locator('.edge.closed').count()).toBe(1);
  expect(await page.locator('#picture-body').innerText()).toContain('Dashed lines: denied by an admission policy.');
  expect(await page.locator('.actor title').first().textContent()).toContain(
    'impersonate users: service account tools/ci',
  );
  expect(await page.evaluate(OVERLAPS)).toEqual([]);
});

test('the table names them for each service account, and all of them with what gives the right', async () => {
  const page = await pages.open(pageOf(REACHED));
  expect(await page.locator('thead').first().innerText()).toContain('Who can act as it');
  const cell = page.locator('tr.row', { hasText: 'payments-api' }).first().locator('td').last();
  expect((await cell.innerText()).split('\n').map(line => line.replace(/\s+/g, ' '))).toEqual([
    'group dev, IAM role ops',
    'create pods in payments',
    'service account tools/ci high',
    'impersonate users; as User bob: create pods in payments',
    'user eve closed by payments-tokens',
    'create serviceaccounts/token in payments',
  ]);
  await page.locator('summary', { hasText: 'Who can act as it (4)' }).click();
  const details = await page.locator('.more details[open] .full').innerText();
  expect(details).toContain('create pods/exec in payments (RoleBinding payments/dev (ClusterRole edit))');
  expect(details).toContain('rbac.yaml:1');
});

test('a section has them by their rights, with what is unknown and what was not read', async () => {
  const page = await pages.open(pageOf(REACHED));
  expect(await people(page)).toEqual(['group dev', 'IAM role ops', 'service account tools/ci', 'user eve']);
  const text = await page.locator('#people').innerText();
  expect(text).toContain('group deployers\na controller of applications.argoproj.io may run pods in argocd');
  expect(text).toContain('This does not cover RBAC and access entries of the cluster that are not in the input.');
});

const ALL = ['group dev', 'IAM role ops', 'service account tools/ci', 'user eve'];

test.each<[Record<string, string>, string[], string[], number]>([
  [{ actor: 'dev' }, ['api', 'worker'], ['group dev'], 1],
  [{ actor: 'IAM role ops' }, ['api', 'worker'], ['IAM role ops'], 1],
  [{ actor: 'role/ops' }, ['api', 'worker'], ['IAM role ops'], 1],
  [{ actor: 'EVE' }, ['api'], ['user eve'], 1],
  [{ actor: 'nobody' }, [], [], 0],
  [{ actor: 'dev', role: 'worker' }, ['worker'], ['group dev'], 1],
  [{ text: 'tools/ci' }, ['api'], ALL, 2],
  [{ text: 'serviceaccounts/token' }, ['api'], ALL, 2],
  [
    { action: 's3:PutObject', resource: 'arn:aws:s3:::receipts/key', actor: 'ops' },
    ['api'],
    ['IAM role ops'],
    1,
  ],
])('asked for %j', async (query, accounts, expected, boxes) => {
  const page = await pages.open(pageOf(REACHED));
  for (const [field, value] of Object.entries(query)) await page.fill(`#${field}`, value);
  expect(await listed(page)).toEqual(accounts);
  expect(await people(page)).toEqual(expected);
  expect(await page.locator('.picture .actor').count()).toBe(boxes);
  await page.click('#clear');
  expect(await people(page)).toHaveLength(4);
});

test('by keyboard', async () => {
  const page = await pages.open(pageOf(REACHED));
  const focused = () => page.evaluate('document.activeElement.id || document.activeElement.textContent');
  await page.keyboard.press('/');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('actor');
  await page.keyboard.type('eve');
  expect(await people(page)).toEqual(['user eve']);
  await page.keyboard.press('Escape');
  expect(await people(page)).toHaveLength(4);
  await page.locator('summary', { hasText: 'Who can act as it (4)' }).focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('.more details[open]').count()).toBe(1);
});

test('pointing at people shows all that they reach, through a namespace, too', async () => {
  const page = await pages.open(pageOf(REACHED));
  await page.locator('.picture .actor', { hasText: 'group dev' }).hover();
  expect(await page.locator('.account.lit .label').allTextContents()).toEqual(['api', 'worker']);
  expect(await page.locator('.role.lit .label').allTextContents()).toEqual(['payments-api', 'payments-worker']);
  await page.locator('.picture .account', { hasText: 'worker' }).hover();
  expect(await page.locator('.actor.lit .label').allTextContents()).toEqual(['group dev']);
});

test('500 service accounts and 200 who can act as them', async () => {
  const text = pageOf(manyPeople(500, 200));
  expect(text.length).toBeLessThan(3_000_000);
  const before = Date.now();
  const page = await pages.open(text);
  expect(Date.now() - before).toBeLessThan(8000);
  const boxes = await page.locator('.picture .actor').count();
  expect(boxes).toBeGreaterThan(20);
  expect(boxes).toBeLessThanOrEqual(60);
  expect(await page.evaluate(OVERLAPS)).toEqual([]);
  expect(await page.evaluate(SIDEWAYS)).toBe(0);
  expect(await page.locator('#people tr.row').count()).toBe(50);
  await page.getByRole('button', { name: /^Show 50 more of / }).click();
  expect(await page.locator('#people tr.row').count()).toBe(100);
  expect(await page.evaluate('document.activeElement.matches("#people tr.row:nth-child(51)")')).toBe(true);

  await page.fill('#actor', 'person-1@example.com');
  expect(await people(page)).toEqual(['user person-1@example.com']);
  expect(await page.locator('.picture .actor').count()).toBe(2); // once in each cluster
  expect(await page.locator('.picture .account').count()).toBe(20);
  expect(await page.evaluate(OVERLAPS)).toEqual([]);
  await page.locator('#people button', { hasText: /^and \d+ more$/ }).click();
  expect(await page.locator('#people tr.row td').last().locator('li').count()).toBe(20);
  await page.click('#clear');
  await page.getByRole('button', { name: 'Open all' }).click();
  expect(await page.evaluate(OVERLAPS)).toEqual([]);
}, 60_000);

test('without JavaScript', async () => {
  const page = await pages.open(pageOf(manyPeople(500, 200)), { javaScriptEnabled: false });
  expect(await page.getByRole('row', { name: /^group team-102 .*create pods/ }).first().isVisible()).toBe(true);
  expect(await page.evaluate(SIDEWAYS)).toBe(0);
});

test('without RBAC there is no column, and it says why', async () => {
  const page = await pages.open(pageOf(THREE));
  expect(await page.locator('#actor, .picture .actor, form.people, table.people').count()).toBe(0);
  expect(await page.locator('#people').innerText()).toBe('Who can act as these service accounts through Kubernetes\n\n'
    + 'It is unknown who can act as the service accounts through Kubernetes: the input contains no RBAC or access '
    + 'entries.');
});

test('a narrow window', async () => {
  const page = await pages.open(pageOf(REACHED), { viewport: { width: 360, height: 700 } });
  expect(await page.evaluate(SIDEWAYS)).toBe(0);
});

test.each(['light', 'dark'] as const)('%s: every text has a contrast of 4.5 and more', async colorScheme => {
  const page = await pages.open(pageOf(REACHED), { colorScheme });
  expect(await page.locator('.actor text, #people .chip, #people code').count()).toBeGreaterThan(20);
  expect(await page.evaluate(CONTRAST)).toMatchObject({ low: [] });
});
