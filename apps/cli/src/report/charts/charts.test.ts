import { describe, expect, it } from 'vitest'
import { shortNumber } from '../../text/numbers.ts'
import { roundRange, ticksOf } from './axes.ts'
import { lineChart } from './line-chart.ts'
import { matrixChart } from './matrix-chart.ts'
import { toRaster } from './pixels.ts'
import { fitOf } from './scatter-chart.ts'
import { escaped, figureHtml, toSvg } from './svg.ts'

describe('axes', () => {
  it.each([
    [
      [0, 1],
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    ],
    [
      [0, 12],
      [0, 5, 10],
    ],
    [
      [-3, 4],
      [-2, 0, 2, 4],
    ],
    [
      [0.1, 0.35],
      [0.1, 0.15, 0.2, 0.25, 0.3, 0.35],
    ],
  ] as const)('have round ticks in %j', (range, ticks) => {
    expect(ticksOf(range, 5)).toEqual(ticks)
  })

  it.each([
    [
      [0.31, 0.68],
      [0.3, 0.7],
    ],
    [[3], [1.5, 4.5]],
    [[0], [-0.5, 0.5]],
    [
      [Number.NaN, Number.POSITIVE_INFINITY],
      [0, 1],
    ],
    [[], [0, 1]],
  ])('have round ends around %j', (values, range) => {
    expect(roundRange(values)).toEqual(range)
  })

  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [1e-7, '1e-7'],
    [12_345_678, '1.23e7'],
    [Number.NaN, 'NaN'],
  ])('write %d as %s', (value, text) => {
    expect(shortNumber(value)).toBe(text)
  })
})

const chart = lineChart({
  title: '<script>alert(1)</script>',
  xLabel: 'epoch',
  yLabel: 'loss & more',
  description: 'The "best" loss.',
  curves: [
    { name: 'training', tone: 'series-0', points: [[1, 3], [2, Number.NaN], [3, 2], [4, 1]] }, // biome-ignore format: one line
  ],
})

describe('pictures', () => {
  it('escape text from files', () => {
    const svg = toSvg(chart, true)
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&#60;script&#62;')
    expect(svg).toContain('loss &#38; more')
    expect(escaped('a\u0000b')).toBe('a\ufffdb')
  })

  it('have a title, a description and their numbers as a table', () => {
    const html = figureHtml(chart)
    expect(html).toMatch(/role="img" aria-labelledby="(\S+) (\S+)".*<title id="\1">.*<desc id="\2">/)
    expect(html).toContain('<tr><td>1</td><td>3</td></tr><tr><td>2</td><td>NaN</td></tr>')
  })

  it('leave gaps where values are not finite', () => {
    expect(chart.shapes.filter(({ kind, tone }) => kind === 'line' && tone === 'series-0')).toHaveLength(2)
    expect(chart.shapes.filter(({ kind }) => kind === 'dot')).toHaveLength(1)
  })

  it('become pixels', () => {
    const { width, height, data } = toRaster(chart, 1)
    expect([width, height, data.length]).toEqual([chart.width, chart.height, chart.width * chart.height * 3])
    const blue = data.filter(
      (value, at) => at % 3 === 0 && value === 0x09 && data[at + 1] === 0x69 && data[at + 2] === 0xda,
    )
    expect(blue.length).toBeGreaterThan(100)
  })
})

it('a confusion matrix says how many are right and what is confused most', () => {
  const { description, table } = matrixChart({ classes: ['cat', 'dog'], counts: [[5, 1], [3, 4]] }) // biome-ignore format: one line
  expect(description).toBe('9 of 13 samples are in the predicted class. Most often dog is taken for cat (3 times).')
  expect(table!.rows).toEqual([['cat', '5', '1'], ['dog', '3', '4']]) // biome-ignore format: one line
})

it('the coefficient of determination is 1 for exact predictions and 0 for the mean', () => {
  expect(fitOf([[1, 1], [2, 2], [3, 3]])).toEqual({ r2: 1, meanAbsoluteError: 0 }) // biome-ignore format: one line
  expect(fitOf([[1, 2], [2, 2], [3, 2]]).r2).toBe(0) // biome-ignore format: one line
})
