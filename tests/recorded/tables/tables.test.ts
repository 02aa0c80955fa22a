import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Recorded {
  readonly tables: readonly {
    readonly table: string
    readonly figure: 'accuracy' | 'r2'
    readonly means: Readonly<Record<'gradus' | 'linear' | 'forest', number>>
    readonly scores: Readonly<Record<'gradus' | 'linear' | 'forest', readonly number[]>>
  }[]
}

const { tables } = JSON.parse(readFileSync(new URL('./recorded/tables.json', import.meta.url), 'utf8')) as Recorded

// record.py writes the figures: `gradus train FILE --target NAME` and scikit-learn on the same held-out rows
describe('train without a config, compared with scikit-learn', () => {
  it('is recorded for eight tables', () => expect(tables).toHaveLength(8))

  it.each(tables)('$table is at most 2 points below the better of a linear model and a forest', ({ means, scores }) => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    for (const key of ['gradus', 'linear', 'forest'] as const) expect(mean(scores[key])).toBeCloseTo(means[key], 3)
    expect(means.gradus).toBeGreaterThanOrEqual(Math.max(means.linear, means.forest) - 0.02)
  })
})
