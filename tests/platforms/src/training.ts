import { type Backend, Dense, Sequential, useBackend } from 'gradus'

/** Trains a model in small batches for some seconds and returns its losses, one per epoch. */
export async function train(backend: Backend | Promise<Backend>): Promise<readonly number[]> {
  await useBackend(backend)
  const model = new Sequential(
    [new Dense({ units: 64, activation: 'relu', inputShape: [32] }), new Dense({ units: 1 })],
    { seed: 1 },
  )
  model.compile({ optimizer: 'adam', loss: 'mse' })
  const count = 2048
  const data = Float32Array.from({ length: 32 * count }, (_, i) => Math.sin(i * i))
  const targets = Float32Array.from({ length: count }, (_, i) => data[32 * i]! * data[32 * i + 1]!)
  const { history } = await model.fit(
    { data, shape: [count, 32], dtype: 'float32' },
    { data: targets, shape: [count, 1], dtype: 'float32' },
    { batchSize: 16, epochs: 20, verbose: 0 },
  )
  return history.loss!
}
