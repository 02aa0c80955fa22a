import type { SequentialSpec } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { fromKeras } from './from-keras.ts'

const stack = (config: object, more: object = {}) => ({
  class_name: 'Sequential',
  config: { name: 's', layers: [{ class_name: 'LSTM', config }], ...more },
  keras_version: '2.8.0',
})
const layersOf = (config: unknown) => (fromKeras(config) as SequentialSpec).layers

describe('models with a stateful layer', () => {
  const options = { name: 'lstm', units: 3, batch_input_shape: [10, 5, 2], dtype: 'float32' }

  it('keep the size of batches', () => {
    expect(layersOf(stack({ ...options, stateful: true }))).toEqual([
      { layer: 'Input', name: 'lstm_input', shape: [5, 2], batchSize: 10 },
      { layer: 'LSTM', name: 'lstm', units: 3, stateful: true },
    ])
    const input = { class_name: 'InputLayer', config: { batch_shape: [4, 5, 2], name: 'i' } }
    const lstm = { class_name: 'LSTM', config: { units: 3, stateful: true } }
    const saved = { class_name: 'Sequential', config: { layers: [input, lstm] } }
    expect(layersOf(saved)[0]).toEqual({ layer: 'Input', name: 'i', shape: [5, 2], batchSize: 4 })
  })

  it('are the only ones that do', () => {
    expect(layersOf(stack(options))[0]).toMatchObject({ layer: 'LSTM', inputShape: [5, 2] })
    const free = { ...options, batch_input_shape: [null, 5, 2], stateful: true }
    expect(layersOf(stack(free))[0]).toMatchObject({ layer: 'LSTM', inputShape: [5, 2] })
  })
})
