/**
 * Plots the times of scripts/bench.ts.
 */
import { median } from './bench-figures';
import type { Results } from './bench-results';

export async function plot({ rows, date }: Results): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const values = rows.map(({ way, size, milliseconds }) => ({ way, size, seconds: median(milliseconds) / 1000 }));
  const { spec } = compile({
    title: { text: 'Time to synthesize, whole processes', subtitle: date },
    width: 560,
    height: 320,
    background: 'white', // readable in dark mode, too
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'size',
        type: 'quantitative',
        scale: { type: 'log' },
        axis: { title: 'service accounts', values: [...new Set(rows.map(({ size }) => size))] },
      },
      y: { field: 'seconds', type: 'quantitative', scale: { type: 'log' }, axis: { title: 'seconds' } },
      color: { field: 'way', type: 'nominal', sort: null, legend: { title: null, labelLimit: 300 } },
      strokeDash: { field: 'way', type: 'nominal', sort: null, legend: null },
    },
  });
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}
