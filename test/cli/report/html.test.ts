import { createHash } from 'crypto';
import { finding, HOSTILE, hostileMap, manyMap, THREE } from './sample';
import { html, MARK } from '../../../src/cli/report/html';
import { unpack } from '../../../src/cli/report/packed';
import { pageAssets } from '../../../src/cli/report/page-assets';
import { reportData } from '../../../src/cli/report/report-data';

const THREE_PAGE = html(reportData(THREE, [finding()]));
const inside = (tag: RegExp) => tag.exec(THREE_PAGE)![1];

test('it is one file that loads nothing', () => {
  expect(THREE_PAGE.startsWith(MARK)).toBe(true);
  expect(THREE_PAGE.replace(/http:\/\/www\.w3\.org\/2000\/svg/g, '')).not.toMatch(
    /(src|href)=|@import|url\(|https?:\/\//,
  );
  expect(THREE_PAGE.length - JSON.stringify(reportData(THREE, [finding()])).length).toBeLessThan(100_000);
});

test('nothing but its two blocks may run or style it', () => {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(inside(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/)).toBe(
    `default-src 'none'; script-src ${hash(inside(/<script>([^]*?)<\/script>/))}; style-src `
      + `${hash(inside(/<style>([^]*?)<\/style>/))}; base-uri 'none'; form-action 'none'; require-trusted-types-for `
      + '\'script\'; trusted-types \'none\'',
  );
  expect(THREE_PAGE.match(/<script/g)).toHaveLength(2);
  expect(THREE_PAGE.indexOf('Content-Security-Policy')).toBeLessThan(THREE_PAGE.indexOf('<style>'));
});

test('the code of the page writes no HTML', () => {
  expect(pageAssets().script).not.toMatch(
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/,
  );
  expect(pageAssets().script).not.toMatch(/<\/script|<!--/i);
});

test('the same report is the same page', () => {
  expect(html(reportData(THREE, [finding()]))).toBe(THREE_PAGE);
});

test.each<[number, string]>(HOSTILE.map((text, index) => [index, text]))(
  'hostile text %i stays in its block',
  (_, text) => {
    const data = reportData(hostileMap(text), [finding({ message: text })]);
    const [, json] = /<script type="application\/json" id="data">([^<>&]*)<\/script>/.exec(html(data))!;
    expect(unpack(JSON.parse(json))).toEqual(data);
  },
);

const NAMES = 'div|h1|h2|p|ul|li|table|caption|thead|tbody|tr|th|td|code|details|summary|br|b';
const TAGS = new RegExp(`</?(${NAMES})( [a-z]+=("[a-z]+"|[a-z0-9]+))*>`, 'g');
const staticIn = (page: string) => /<div id="static">([^]*?)<\/div>/.exec(page)![1];

const hostile = HOSTILE.map((text, index): [number, string] => [index, text]);

test.each(hostile)('hostile text %i is text in the markup', (_, text) => {
  const data = reportData(hostileMap(text), [finding({ message: text, rule: text })], {
    version: text,
    source: { files: 1, digest: text, stacks: [{ name: text, account: text, region: text }] },
    unreadable: [text],
    skipped: [text],
  });
  const plain = staticIn(html(data)).replace(TAGS, '');
  expect(plain).not.toMatch(/[<>"'\u0000-\u0009\u202a-\u202e\u2028\u2029]|&(?!#\d+;)/);
});

test('the markup has all access, findings and folded roles without a script', () => {
  const markup = staticIn(THREE_PAGE);
  expect(markup).toContain('<tr><th scope=row><code>payments/api</code><td><code>payments-api</code>'
    + '<td>s3:GetObject and 1 more on receipts/*<br>s3:ListBucket on receipts\n');
  expect(markup.match(/<th scope=row>/g)).toHaveLength(3);
  expect(markup).toContain('<li><b>error</b> <code>missing-audience</code>: The statement compares no audience.');
  expect(markup).toMatch(/<details><summary>Roles that no service account can assume \(1\)[^]*<code>ops<\/code>/);
});

test('the markup has at most 5,000 rows, says what is left out, and is less than half of the page', () => {
  const page = html(reportData(manyMap(5200), []));
  const markup = staticIn(page);
  expect(markup.match(/<th scope=row>/g)).toHaveLength(5000);
  expect(markup).toContain('<p>200 more: enable JavaScript, or run cdk-irsa report --format csv.');
  expect(markup.length).toBeLessThan(page.length / 2);
});

test('500 service accounts are a page of less than 350 kB', () => {
  expect(html(reportData(manyMap(500), [])).length).toBeLessThan(350_000);
});
