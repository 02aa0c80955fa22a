// Runs in a worker thread: trains with a wasm backend of its thread and posts the results.
import { parentPort, workerData } from 'node:worker_threads'
import { Dense, Dropout, Sequential, useBackend, wasm } from 'gradus'

const { seed, threads } = workerData as { readonly seed: number; readonly threads: number }
await useBackend(wasm({ threads }))
const layers = [new Dense({ units: 64, activation: 'relu', inputShape: [3] }), new Dropout({ rate: 0.1 })]
const model = new Sequential([...layers, new Dense({ units: 1 })], { seed })
model.compile({ optimizer: 'adam', loss: 'mse' })
const x = Array.from({ length: 96 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(i * i)])
const y = x.map(([a, b, c]) => [a! + b! * c!])
const { history } = await model.fit(x, y, { epochs: 30, batchSize: 16, verbose: 0 })
const weights = (await model.getWeights()).map(({ data }) => [...data])
parentPort!.postMessage({ losses: history.loss, weights })
