import { cpu } from '@gradus/backend-cpu'
import { useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { batchesOf, quiet, regression, x, y } from '../testing/regression.ts'

beforeEach(() => useBackend(cpu()))

describe('a train step that is traced repeatedly', () => {
  it('causes one warning, with the reasons and advice', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const model = regression()
    await model.fit(batchesOf(x, [1, 2, 3, 4, 5, 6]), { verbose: 0, epochs: 3 })
    expect(warn).not.toHaveBeenCalled()
    await model.fit(batchesOf(x, [7, 8]), { verbose: 0 })
    expect(warn).not.toHaveBeenCalled()
    await model.fit(batchesOf(x, [9, 10]), { verbose: 0 })
    await model.fit(batchesOf(x, [11, 12]), { verbose: 0 })
    expect(warn).toHaveBeenCalledTimes(1)
    const [message] = warn.mock.calls[0]!
    expect(message).toMatch(/the train step was traced 9 times.*pad them/)
    expect(message).toContain('argument 2 (batch.inputs.0): float32[1, 3] became float32[2, 3]')
    warn.mockRestore()
  })

  it('causes no warning for usual batch sizes', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const model = regression()
    for (const batchSize of [4, 8]) {
      await model.fit(x, y, { ...quiet, batchSize, epochs: 3, validationSplit: 0.2 })
      await model.fit(x, y, { ...quiet, batchSize, validationData: [x, y], validationBatchSize: 5 })
    }
    await model.trainOnBatch(x, y)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })
})
