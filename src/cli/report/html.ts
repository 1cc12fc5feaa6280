/**
 * The report as one page that opens from disk. The browser refuses everything but the two blocks that are written here.
 */
import { createHash } from 'crypto';
import { pageAssets } from './page-assets';
import { jsonText } from '../text';
import { ReportData } from './report-data';

/** How such a page begins: a file that begins otherwise is not overwritten. */
export const MARK = '<!doctype html>\n<!-- Made by cdk-irsa report -->\n';

export function html(data: ReportData): string {
  const { script, style } = pageAssets();
  const policy = [
    "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].join('; ');
  return `${MARK}<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Access map</title>
<style>${style}</style>
</head>
<body>
<noscript><p>This page needs JavaScript: it is in the page itself, and nothing is loaded.</p></noscript>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that no reader of HTML takes for the end of its block. */
function embedded(data: ReportData): string {
  return jsonText(data).replace(/[<>&]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function hash(block: string): string {
  return `'sha256-${createHash('sha256').update(block).digest('base64')}'`;
}
