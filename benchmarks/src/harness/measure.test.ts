import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mlpSpec } from '../workloads/specs.ts'
import { type Workload, workloadsOf } from '../workloads/workloads.ts'
import { measure } from './measure.ts'
import { Contender } from './process.ts'

const shape = { inputs: 2, hidden: [2], classes: 2, batch: 2, batches: 1, learningRate: 0.1 }
const workload = workloadsOf({ mlp: shape }).find(({ id }) => id === 'mlp') as Workload
const settings = { reps: 3, repMs: 1, warmUpMs: 1, budgetMs: 1000, limitMs: 3000 }

/** A contestant with a given behavior: training reduces its loss of 1 by `fall`. */
const contestant = (id: string, behavior: object) => ({
  id,
  contender: new Contender({
    file: process.execPath,
    args: [join(import.meta.dirname, '../testing/contestant.mjs'), JSON.stringify(behavior)],
  }),
})

async function reasons(...behaviors: object[]) {
  const entries = behaviors.map((behavior, index) => contestant(`c${index}`, behavior))
  const rows = await measure(workload, entries, settings, () => {})
  for (const { contender } of entries) contender.stop()
  return rows.map(({ figure, reason }) => reason ?? figure?.reps)
}

describe('measuring', () => {
  it('gives the others their figures when one fails', async () => {
    const results = await reasons({ fall: 0.1 }, { crash: 'run' }, { hang: 'prepare' }, { error: 'no such layer' }, {})
    expect(results[0]).toBe(3)
    expect(results[1]).toMatch(/^ended with code 1: Error: it broke/)
    expect(results[2]).toBe("no answer to 'prepare' within 3 s")
    expect(results[3]).toBe('no such layer')
    expect(results[4]).toBe('the loss does not fall: 1, after training 1')
  })

  it('has no figure for a contestant with another loss than the others, or a loss that is not finite', async () => {
    const results = await reasons(
      { fall: 0.1 },
      { fall: 0.1 },
      { fall: 0.1, loss: 1.1 },
      { fall: 'NaN' },
      { fall: 0.11 },
    )
    expect(results).toEqual([
      3,
      3,
      'does other work: it starts with a loss of 1.10000, the others 1.00000',
      'the loss is not finite: 1, NaN',
      'does other work: it has after 5 steps a loss of 0.890000, the others 0.900000',
    ])
  })

  it('gives each library one vote, for any number of contestants', async () => {
    const entries = ['gradus-a', 'gradus-b', 'gradus-c', 'gradus-d', 'jax-js', 'torch'].map((id) =>
      contestant(id, { fall: 0.1, loss: id.startsWith('gradus') ? 1.1 : 1 }),
    )
    const rows = await measure(workload, entries, settings, () => {})
    for (const { contender } of entries) contender.stop()
    expect(rows.flatMap(({ contestant: id, figure }) => (figure ? [id] : []))).toEqual(['jax-js', 'torch'])
  })

  it('repeats less often if time is short', async () => {
    const entries = [contestant('slow', { fall: 0.1, ms: 400 }), contestant('slower', { fall: 0.1, ms: 1200 })]
    const rows = await measure(workload, entries, settings, () => {})
    for (const { contender } of entries) contender.stop()
    expect(rows.map(({ figure }) => figure?.reps)).toEqual([2, 1])
  })
})

describe('specs', () => {
  it('have weights and data of the sizes that were given', () => {
    const { weights, x, y } = mlpSpec({ ...shape, inputs: 5, hidden: [4, 3], classes: 6, batches: 7 })
    expect(weights.map((weight) => weight.shape)).toEqual([[5, 4], [4], [4, 3], [3], [3, 6], [6]])
    expect([x.shape, y.shape]).toEqual([[14, 5], [14]])
  })
})
