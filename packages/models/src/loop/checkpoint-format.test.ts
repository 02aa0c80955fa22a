import { cpu } from '@gradus/backend-cpu'
import { ModelCheckpoint } from '@gradus/callbacks'
import { FormatError } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { beforeAll, expect, it, vi } from 'vitest'
import { regression, x, y } from '../testing/regression.ts'

beforeAll(() => useBackend(cpu()))

it('a checkpoint in a format that cannot be written is refused before the first epoch', async () => {
  const onEpochBegin = vi.fn()
  const save = new ModelCheckpoint({ filepath: 'best-{epoch:02d}.onnx' })
  const fit = regression().fit(x, y, { verbose: 0, callbacks: [save, { onEpochBegin }] })
  await expect(fit).rejects.toThrow(FormatError)
  await expect(fit).rejects.toThrow("The file 'best-{epoch:02d}.onnx' cannot be written")
  expect(onEpochBegin).not.toHaveBeenCalled()
  await regression().checkPath('best.weights')
})
