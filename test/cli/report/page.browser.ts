/**
 * The page, driven as a person does it. Needs Chromium: `npx projen page`.
 */
import { once } from 'events';
import { createServer } from 'http';
import { AddressInfo } from 'net';
import { BrowserContextOptions, Page } from 'playwright-core';
import { CONTRAST, Pages } from './browser';
import {
  access, allow, finding, HOSTILE, hostileMap, manyMap, mapOf, policy, role, serviceAccount, THREE,
} from './sample';
import { AccessMap } from '../../../src/analysis/access-map';
import { statementsOf } from '../../../src/analysis/reading/trusted-subjects';
import { Finding } from '../../../src/analysis/rules/rule';
import { html } from '../../../src/cli/report/html';
import { reportData } from '../../../src/cli/report/report-data';

const pages = new Pages();

const openMap = (map: AccessMap, findings: Finding[] = [], options: BrowserContextOptions = {}) =>
  pages.open(html(reportData(map, findings)), options);
const listed = (page: Page) => page.locator('tr.row th > code').allTextContents();
const count = (page: Page) => page.locator('#count').textContent();
const focused = (page: Page) => page.evaluate('document.activeElement.id || document.activeElement.textContent');

/** Nothing was loaded but the page itself, and nothing was complained about. */
function expectCalm(): void {
  expect(pages.said).toEqual([]);
  expect(pages.requests).toHaveLength(1);
}

test('three service accounts: findings, picture, table', async () => {
  const page = await openMap(THREE, [
    finding(),
    finding({ severity: 'note', rule: 'note' }),
    finding({ rule: 'off', suppressed: 'It is meant so.' }),
  ]);
  expect(await page.locator('h1').textContent()).toBe('Access map');
  expect(await page.locator('.numbers li').allTextContents()).toEqual([
    '1 cluster',
    '2 service accounts',
    '1 pattern',
    '4 roles',
    '2 findings',
  ]);
  expect(await page.locator('#findings > .rules summary code').allTextContents()).toEqual(['missing-audience', 'note']);
  expect(await page.locator('#findings .off > summary').textContent()).toBe('1 suppressed finding');
  expect(await listed(page)).toEqual(['*', 'api', 'worker']);
  const folded = await page.locator('.folded summary').first().textContent();
  expect(folded).toBe('Roles that no service account can assume (1)');
  expect(await page.locator('.others > li > code').first().isVisible()).toBe(false);
  await page.locator('.folded > summary').click();
  expect(await page.locator('.others > li > code').allTextContents()).toEqual(['ops']);
  expect(await page.locator('#static').count()).toBe(0);
  expect(await page.locator('.picture .account').count()).toBe(3);
  expect(await page.locator('.picture .edge').count()).toBe(7);
  expect(await count(page)).toBe('3 ways from a service account to a role, and 1 other role.');
  expectCalm();
});

test('without findings it says so', async () => {
  const page = await openMap(THREE);
  expect(await page.locator('#findings').textContent()).toContain('No findings.');
});

test('a role is shown in full when it is opened', async () => {
  const page = await openMap(THREE);
  expect(await page.locator('pre').count()).toBe(0);
  await page.locator('.more summary').nth(1).click();
  const statements = await page.locator('pre').allTextContents();
  expect(statements.map(text => JSON.parse(text))).toEqual([
    statementsOf(THREE.roles[0].trust)[0],
    ...statementsOf(THREE.roles[0].policies[0].document),
  ]);
  expect(await page.locator('.marked .mark').allTextContents()).toEqual(['allows this service account']);
  expect(await page.locator('dd').first().textContent()).toBe('arn:aws:iam::111122223333:role/payments-api');
});

test.each<[Record<string, string>, string[], string]>([
  [{ text: 'putobject payments' }, ['api'], '1 way from a service account to a role.'],
  [{ namespace: 'batch' }, ['*'], '1 way from a service account to a role.'],
  [{ serviceAccount: 'worker' }, ['*', 'worker'], '2 ways from a service account to a role.'],
  [{ role: 'payments' }, ['api', 'worker'], '2 ways from a service account to a role.'],
  [
    { action: 's3:PutObject', resource: 'arn:aws:s3:::receipts/key' },
    ['*', 'api'],
    '2 ways from a service account to s3:PutObject on arn:aws:s3:::receipts/key; 1 other role.',
  ],
  [
    { action: 's3:DeleteObject', resource: 'arn:aws:s3:::receipts/key' },
    [],
    'No service account can s3:DeleteObject on arn:aws:s3:::receipts/key; 1 other role.',
  ],
  [
    { action: 'dynamodb:GetItem', resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Orders' },
    ['*', 'worker'],
    'No service account can dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:111122223333:table/Orders; 1 more under '
      + 'conditions; 1 unknown: policies that are not in the templates; 1 other role.',
  ],
  [
    { resource: 'arn:aws:s3:::receipts' },
    ['*', 'api'],
    '1 way from a service account to do anything on arn:aws:s3:::receipts; 1 unknown: policies that are not in the '
      + 'templates; 1 other role.',
  ],
  [{ text: 'nothing like it' }, [], '0 ways from a service account to a role.'],
])('asked for %j', async (query, expected, words) => {
  const page = await openMap(THREE);
  for (const [field, value] of Object.entries(query)) await page.fill(`#${field}`, value);
  expect(await listed(page)).toEqual(expected);
  expect(await count(page)).toBe(words);
  expect(await page.locator('.picture .account').count()).toBe(expected.length);
  await page.click('#clear');
  expect(await listed(page)).toHaveLength(3);
  expectCalm();
});

test('an answer shows the statement, and where it is', async () => {
  const page = await openMap(THREE);
  await page.fill('#action', 's3:PutObject');
  await page.fill('#resource', 'arn:aws:s3:::receipts/key');
  await page.fill('#namespace', 'payments');
  expect(await page.locator('tr.row td').nth(1).innerText()).toBe(
    'can\ns3:GetObject, s3:PutObject on arn:aws:s3:::receipts/*\nstatement 1 of DefaultPolicy',
  );
  await page.locator('.more summary').click();
  expect(await page.locator('.mark').allTextContents()).toEqual([
    'allows this service account',
    'matches the search',
  ]);
});

test('by keyboard alone', async () => {
  const page = await openMap(THREE);
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Skip to the access table');
  await page.keyboard.press('Enter');
  expect(await focused(page)).toBe('access');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toContain('Trust policy');
  await page.keyboard.press('Enter');
  await expect(page.locator('pre').first().isVisible()).resolves.toBe(true);

  await page.keyboard.press('/');
  expect(await focused(page)).toBe('text');
  await page.keyboard.type('payments/api');
  expect(await listed(page)).toEqual(['api']);
  await page.keyboard.press('Escape');
  expect(await page.inputValue('#text')).toBe('');
  expect(await listed(page)).toHaveLength(3);
  expect(await focused(page)).toBe('text');
  const order = [];
  for (const _ of Array.from({ length: 5 })) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
  }
  expect(order).toEqual(['namespace', 'serviceAccount', 'role', 'action', 'resource']);
  await page.keyboard.type('a/b');
  expect(await page.inputValue('#resource')).toBe('a/b');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
});

test('the focus is seen', async () => {
  const page = await openMap(THREE);
  for (const _ of Array.from({ length: 25 })) {
    await page.keyboard.press('Tab');
    const style = await page.evaluate(`(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const stroke = document.activeElement.querySelector?.(':scope > rect');
      return document.activeElement === document.body
        || outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1
        || stroke && getComputedStyle(stroke).strokeWidth === '2px'
        || document.activeElement.className === 'skip';
    })()`);
    expect(style).toBe(true);
  }
});

test('a namespace opens and closes by keyboard, and keeps the focus', async () => {
  const page = await openMap(manyMap(100));
  const namespace = page.locator('.picture [role=button]').first();
  expect(await namespace.getAttribute('aria-expanded')).toBe('false');
  await namespace.focus();
  await page.keyboard.press('Enter');
  expect(await namespace.getAttribute('aria-expanded')).toBe('true');
  expect(await page.locator('.picture .account').count()).toBe(10);
  expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
    'Namespace team-000, 10 service accounts',
  );
  await page.keyboard.press(' ');
  expect(await page.locator('.picture .account').count()).toBe(0);
});

test('500 service accounts', async () => {
  const before = Date.now();
  const page = await openMap(
    manyMap(500),
    Array.from({ length: 500 }, (_, index) => finding({ message: `Statement ${index}` })),
  );
  expect(Date.now() - before).toBeLessThan(8000);
  expect(await count(page)).toBe('500 ways from a service account to a role.');
  expect(await page.locator('#findings .rule > summary').textContent()).toContain('500 places');
  expect(await page.locator('#findings details').getAttribute('open')).toBeNull();
  expect(await page.locator('.picture .namespace').count()).toBe(50);
  expect(await page.locator('.picture .account').count()).toBe(0);
  expect(await listed(page)).toHaveLength(200);
  await page.getByRole('button', { name: 'Show 200 more of 300' }).click();
  expect(await listed(page)).toHaveLength(400);
  expect(
    await page.evaluate('document.activeElement.closest("tr").previousSibling.querySelector("code").textContent'),
  ).toBe((await listed(page))[200]);

  await page.fill('#action', 's3:PutObject');
  await page.fill('#resource', 'arn:aws:s3:::bucket-7/key');
  expect(await listed(page)).toEqual(
    ['service-0028', 'service-0030', 'service-0029', 'service-0031'].sort(
      (left, right) => (Number(left.slice(-1)) % 2) - (Number(right.slice(-1)) % 2),
    ),
  );
  expect(await page.locator('.picture .account').count()).toBe(4);
  await page.click('#clear');
  await page.getByRole('button', { name: 'Open all' }).click();
  expect(await page.locator('.picture .account').count()).toBeGreaterThan(20);
  expect(await page.locator('#picture-body').textContent()).toMatch(
    /\d+ more service accounts not drawn\. Narrow the filter/,
  );
  await page.getByRole('button', { name: 'Close all' }).click();
  expect(await page.locator('.picture .account').count()).toBe(0);
  expectCalm();
}, 60_000);

test('without JavaScript: the findings, and a table of all access', async () => {
  const page = await openMap(manyMap(500), [finding()], { javaScriptEnabled: false });
  expect(await page.getByRole('table').count()).toBe(1);
  expect(await page.getByRole('row', { name: 'team-000/service-0000' }).isVisible()).toBe(true);
  expect(await page.locator('#static [scope=row]').count()).toBe(500);
  const text = await page.locator('#static').innerText();
  expect(text).toContain('error missing-audience: The statement compares no audience.');
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  expect(await page.locator('noscript').innerText())
    .toContain('The picture, the search and the policies require JavaScript.');
  expect(pages.requests).toHaveLength(1);
});

test('associations, add-ons, target roles and other identity providers', async () => {
  const cluster = 'arn:aws:eks:eu-west-1:111122223333:cluster/production';
  const ofPods = { cluster, via: 'pod-identity', audience: 'pods.eks.amazonaws.com', associated: true } as const;
  const github = 'token.actions.githubusercontent.com';
  const page = await openMap(mapOf({
    roles: [
      role('worker', [], [policy('P', allow('s3:GetObject', '*'))]),
      role('target', [], [policy('P', allow('sqs:SendMessage', '*'))]),
      role('efs', [], [policy('P', allow('elasticfilesystem:*', '*'))]),
      role('deploy', [{
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${github}` },
        Condition: { StringLike: { [`${github}:sub`]: 'repo:org/app:*' } },
      }]),
    ],
    serviceAccounts: [serviceAccount('payments', 'remote', 'elsewhere')],
    access: [
      access('payments', 'worker', 'worker', ofPods),
      access('payments', 'chained', 'target', { ...ofPods, through: 'arn:aws:iam::111122223333:role/worker' }),
      access('kube-system', 'efs-csi-controller-sa', 'efs', ofPods),
      access('*', '*', 'deploy', { cluster: github }),
    ],
  }));
  expect(await listed(page)).toEqual(['efs-csi-controller-sa', 'chained', 'worker', 'remote']);
  expect(await page.locator('tr.heading .cluster').first().textContent()).toBe(`EKS Pod Identity, cluster ${cluster}`);
  expect(await page.locator('#access').innerText()).toContain('as the target role of worker');
  expect(await page.locator('#identities').innerText()).toContain('deploy\nGitHub Actions: repo:org/app:*');
  expect(await page.locator('.picture .cluster .label').allTextContents()).toEqual(['production', 'not in the input']);
  expect(await page.locator('.numbers').innerText()).toContain('1 role of other identity providers');
  await page.fill('#action', 'sqs:SendMessage');
  await page.fill('#resource', '*');
  expect(await listed(page)).toEqual(['chained', 'remote']);
  expectCalm();
});

test('a picture that goes on behind its edge says so', async () => {
  const page = await openMap(manyMap(500));
  const sign = page.locator('.frame .sign');
  expect(await sign.isVisible()).toBe(true);
  await page.evaluate('document.querySelector(".frame .scroll").scrollTo(0, 1e6)');
  await sign.waitFor({ state: 'hidden' });
  const small = await openMap(THREE);
  expect(await small.locator('.frame .sign').isVisible()).toBe(false);
  await small.setViewportSize({ width: 700, height: 900 });
  await small.locator('.frame .sign').waitFor({ state: 'visible' });
});

test('what the report was made from, and what is missing in it', async () => {
  const page = await pages.open(html(reportData(THREE, [], {
    version: '1.2.3',
    source: {
      files: 2,
      digest: 'sha256:abc',
      stacks: [{ name: 'Payments', account: '111122223333', region: 'eu-west-1' }],
    },
    unreadable: ['broken.yaml: not YAML'],
  })));
  expect(await page.locator('.origin').textContent()).toBe(
    'cdk-irsa 1.2.3; 1 stack: Payments; 1 account: 111122223333; 2 files with digest sha256:abc',
  );
  expect(await page.locator('#missing').innerText()).toBe('Not in this report\nbroken.yaml: not YAML');
});

test('pointing at a role shows what leads to it and where it leads', async () => {
  const page = await openMap(THREE);
  await page.locator('.picture .role', { hasText: 'payments-api' }).hover();
  expect(await page.locator('.edge.lit').count()).toBe(2);
  expect(await page.locator('.account.lit .label').allTextContents()).toEqual(['api']);
  await page.mouse.move(0, 0);
  expect(await page.locator('.lit').count()).toBe(0);
});

test.each<[number, string]>(HOSTILE.map((text, index) => [index, text]))('hostile text %i is text', async (_, text) => {
  const page = await openMap(hostileMap(text), [
    finding({ message: text, fix: text, rule: text, place: { file: text } }),
  ]);
  await page.locator('#findings summary').first().click();
  for (const summary of await page.locator('.more summary').all()) await summary.click();
  await page.fill('#action', 's3:GetObject');
  await page.fill('#action', '');
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.locator('img, iframe, script:not([id]) ~ script, a:not(.skip), h1 ~ h1').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  expect(await page.locator('#access tr.row th > code').count()).toBe(1);
  const shown = await page.locator('body').innerText();
  expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b\u2028\u2029]/);
  const width = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(width).toBeLessThanOrEqual(0);
  expectCalm();
});

test('the policy is in force: no other script runs, no style applies, nothing is fetched', async () => {
  let reached = 0;
  const server = createServer((_, response) => response.end(`${reached++}`)).listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const page = await openMap(THREE);
  const blocked: any = await page.evaluate(`(async () => {
    const violations = [];
    document.addEventListener(
      'securitypolicyviolation',
      ({ effectiveDirective }) => violations.push(effectiveDirective),
    );
    const attempts = [];
    const attempt = async body => { try { await body(); } catch (error) { attempts.push(error.name); } };
    await attempt(() => {
      const script = document.createElement('script');
      script.append('window.hacked = 1');
      document.body.append(script);
    });
    await attempt(() => { document.body.innerHTML += '<img src=x onerror="window.hacked = 1">'; });
    await attempt(() => {
      const style = document.createElement('style');
      document.body.append(Object.assign(style, { textContent: 'h1 { color: red }' }));
    });
    await attempt(() => {
      document.querySelector('h1').setAttribute('onclick', 'window.hacked = 1');
      document.querySelector('h1').click();
    });
    await attempt(() => fetch('${address}', { mode: 'no-cors' }));
    await attempt(() => new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = resolve;
      image.onerror = () => reject(new TypeError());
      image.src = '${address}x.png';
    }));
    await attempt(() => eval('window.hacked = 1'));
    await new Promise(resolve => setTimeout(resolve, 100));
    return {
      violations: [...new Set(violations)].sort(),
      hacked: window.hacked,
      color: getComputedStyle(document.querySelector('h1')).color,
    };
  })()`);
  expect(blocked.hacked).toBeUndefined();
  expect(blocked.color).not.toBe('rgb(255, 0, 0)');
  expect(blocked.violations).toEqual(
    expect.arrayContaining(['connect-src', 'img-src', 'require-trusted-types-for', 'style-src-elem']),
  );
  expect(reached).toBe(0);
});

test('a script put into the file does not run', async () => {
  const text = html(reportData(THREE, [])).replace('</body>', '<script>window.hacked = 1</script></body>');
  const page = await pages.open(text);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(pages.said.join('\n')).toMatch(/Content Security Policy/);
});

test.each([
  ['light', 'rgb(252, 252, 251)'],
  ['dark', 'rgb(18, 20, 23)'],
] as const)('%s: every text has a contrast of 4.5 and more', async (colorScheme, paper) => {
  const page = await openMap(
    THREE,
    [finding(), finding({ severity: 'warning', rule: 'b' }), finding({ severity: 'note', rule: 'c' })],
    { colorScheme },
  );
  await page.locator('.more summary').first().click();
  expect(await page.evaluate(CONTRAST)).toEqual({ low: [], paper });
  await page.fill('#action', 'dynamodb:GetItem');
  await page.fill('#resource', 'arn:aws:dynamodb:eu-west-1:111122223333:table/Orders');
  expect(await page.evaluate(CONTRAST)).toEqual({ low: [], paper });
});

test('a screen reader has landmarks, headings, a table with headers, names for all fields', async () => {
  const page = await openMap(THREE, [finding()]);
  const tree = await page.locator('body').ariaSnapshot();
  for (const part of [
    '- banner:',
    '- main:',
    '- search:',
    '- heading "Access map" [level=1]',
    '- heading "Findings" [level=2]',
    '- heading "Access" [level=2]',
    '- region "Findings"',
    '- table "Which service account can assume which role, and what the role may do"',
    '- columnheader "Service account"',
    '- rowheader',
    '- textbox "Search"',
    '- status:',
    '- group "Picture of who can assume which role. The access table has the same content."',
    '- button "Namespace payments, 2 service accounts" [expanded]',
  ]) {
    expect(tree.replace(/searchbox/g, 'textbox')).toContain(part);
  }
  for (const label of ['Namespace', 'Service account', 'Role', 'Who can do', 'on']) {
    expect(await page.getByRole('combobox', { name: label, exact: true }).count()).toBe(1);
  }
  expect(await page.locator('#count').getAttribute('aria-live')).toBe('polite');
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});

test('narrow screens scroll in one direction, and keep the table a table', async () => {
  const page = await openMap(THREE, [finding()], { viewport: { width: 360, height: 700 } });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await page.getByRole('table').count()).toBe(1);
  expect(await page.getByRole('rowheader').count()).toBe(5);
  expect(await page.getByRole('columnheader').count()).toBe(3);
});

test('less motion, and paper', async () => {
  const page = await openMap(THREE, [], { reducedMotion: 'reduce' });
  expect(await page.evaluate('getComputedStyle(document.querySelector(".edge")).transitionDuration')).toBe('0s');
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('form').isVisible()).toBe(false);
  expect(await page.locator('table').isVisible()).toBe(true);
});
