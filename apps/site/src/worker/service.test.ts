import { describe, expect, it } from 'vitest'
import { inspect, updatedNetwork } from '../arithmetic/inspect.ts'
import { defaults, type Settings } from '../settings/settings.ts'
import type { Report } from './protocol.ts'
import { TrainingService } from './service.ts'

const small: Settings = {
  ...defaults,
  backend: 'cpu',
  learningRate: 0.01,
  data: 'circles',
  layers: [{ units: 4, activation: 'tanh' }],
}

const weightsOf = ({ network }: Report) =>
  network.flatMap(({ kernel, bias }) => [...Array.from(kernel), ...Array.from(bias)])

describe('TrainingService', () => {
  it('opens with a preview of the first step', async () => {
    const service = new TrainingService()
    const opened = await service.open(small)
    expect(opened).toMatchObject({ step: 0, epoch: 0, position: 0, batchCount: 16, record: { step: 1 } })
    expect(opened.record.after).toBeUndefined()
    const place = { layer: 0, from: 1, to: 2 }
    const forecast = inspect(opened.record, place)
    const { record } = await service.advance('batch')
    expect(record.batch).toEqual(opened.record.batch)
    expect(inspect(record, place)).toMatchObject({
      ...forecast,
      gradus: expect.any(Number),
      lossAfter: expect.any(Number),
    })
    expect(inspect(record, place).gradus).toBeCloseTo(forecast.update.weight, 6)
  })

  it.each(['SGD', 'Momentum', 'Adam'] as const)(
    '%s changes every weight as computed in double precision',
    async (optimizer) => {
      const service = new TrainingService()
      await service.open({ ...small, optimizer })
      for (let step = 1; step <= 5; step++) {
        const report = await service.advance('batch')
        expect(report.record.step).toBe(step)
        const expected = updatedNetwork(report.record).flatMap(({ kernel, bias }) => [
          ...Array.from(kernel),
          ...Array.from(bias),
        ])
        weightsOf(report).forEach((weight, index) => expect(weight).toBeCloseTo(expected[index]!, 6))
      }
    },
  )

  it('counts epochs', async () => {
    const service = new TrainingService()
    await service.open(small)
    await service.advance('batch')
    expect(await service.advance('epoch')).toMatchObject({ step: 16, epoch: 1, position: 0 })
    expect(await service.advance('epoch')).toMatchObject({ step: 32, epoch: 2, position: 0 })
  })

  it('trains until it is paused', async () => {
    const service = new TrainingService()
    const first = await service.open(small)
    let last = first
    const playing = service.play('full', (report) => {
      last = report
    })
    while (last.epoch < 5) await new Promise((resolve) => setTimeout(resolve, 10))
    await service.pause()
    await playing
    const { step } = last
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(last.step).toBe(step)
    expect(last.train.loss).toBeLessThan(first.train.loss)
  })

  it('keeps weights and the state of the optimizer on another backend', async () => {
    const [alone, changing] = [new TrainingService(), new TrainingService()]
    await alone.open(small)
    await alone.advance('epoch')
    const expected = await alone.advance('epoch')
    await changing.open(small)
    await changing.advance('epoch')
    expect((await changing.switchBackend('wasm')).backend).toMatchObject({ name: 'wasm', about: /WebAssembly/ })
    const report = await changing.advance('epoch')
    weightsOf(report).forEach((weight, index) => expect(weight).toBeCloseTo(weightsOf(expected)[index]!, 5))
  })

  it('continues on cpu if a backend does not start, and reports the reason', async () => {
    const service = new TrainingService()
    await service.open(small)
    const { backend } = await service.switchBackend('webgpu')
    if (backend.name === 'cpu') expect(backend.fallbackReason).toMatch(/WebGPU|adapter|webgpu/i)
    else expect(backend.name).toBe('webgpu')
    expect((await service.advance('batch')).step).toBe(1)
  })
})
