// Programs that never call `dispose`, unless their name says so. They run in Node and in a page.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { add, memory, ones, useBackend, zeros } from '@gradus/tensor'
import { layers, Sequential } from 'gradus'

const starts = { cpu, wasm }
const nextTurn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms))
const failed = Symbol('failed')

/** `b = add(b, a)` on tensors of 1 MB. */
async function eagerLoop(ops, pause = () => undefined) {
  const a = ones([250_000])
  let b = zeros([250_000])
  for (let done = 0; done < ops; done++) {
    b = add(b, a)
    const waiting = done % 50 === 49 && pause(b)
    if (waiting) await waiting
  }
  expectEqual((await b.data())[249_999], ops)
}

/** Each case gets the name of the backend and the size of the loops, and returns a remark or nothing. */
export const cases = {
  'eager ops on 1 MB, a `setTimeout` every 50': (_, { ops }) => eagerLoop(ops, () => nextTurn()),
  'eager ops on 1 MB, `await b.data()` every 50': (_, { ops }) => eagerLoop(ops, (b) => b.data()),
  'eager ops on 1 MB, never yielding': async (name, { ops }) => {
    const result = await eagerLoop(ops).catch((error) => ({ [failed]: error }))
    const error = result?.[failed]
    if (!error) return undefined
    if (name === 'cpu' || error.name !== 'BackendError' || !/compile\(.*tidy\(/.test(error.message)) throw error
    await nextTurn(100)
    await eagerLoop(1000, () => nextTurn())
    return `an error after ${/\d+ MiB/.exec(error.message)[0]}; then 1000 ops that yield`
  },
  'backends started, used and dropped, a `setTimeout` every 10': async (name, { backends }) => {
    for (let round = 0; round < backends; round++) {
      await useBackend(starts[name]())
      expectEqual(add(ones([100]), 1).dataSync()[0], 2)
      if (round % 10 === 9) await nextTurn()
    }
  },
  'calls of `model.predict`': async (_, { predicts }) => {
    const model = new Sequential([
      new layers.Input({ shape: [20] }),
      new layers.Dense({ units: 50 }),
      new layers.Dense({ units: 3 }),
    ])
    const x = ones([32, 20])
    for (let round = 0; round < predicts; round++) await model.predict(x)
  },
  'models of 8 MB, trained for a step, dropped': (_, { models }) => trainModels(models, () => nextTurn()),
  'models of 8 MB, trained for a step, `model.dispose()`': (_, { models }) =>
    trainModels(models, (model) => model.dispose()),
}

async function trainModels(count, end) {
  for (let round = 0; round < count; round++) {
    const model = new Sequential([
      new layers.Input({ shape: [1000] }),
      new layers.Dense({ units: 2000 }),
      new layers.Dense({ units: 1 }),
    ])
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' })
    await model.fit(ones([32, 1000]), ones([32, 1]), { epochs: 1, verbose: 0 })
    await end(model)
  }
}

function expectEqual(found, expected) {
  if (found !== expected) throw new Error(`Found ${found}, expected ${expected}.`)
}

/** Runs a case. Returns the remark, and the bytes of the tensors that are left. `ready` is called before it starts. */
export async function runCase(title, name, sizes, ready) {
  await useBackend(starts[name]())
  ones([10])
  await ready?.()
  const started = Date.now()
  const remark = await cases[title](name, sizes)
  const seconds = (Date.now() - started) / 1000
  // unused tensors are found in later turns
  for (let turn = 0; turn < 10; turn++) await nextTurn(20)
  return { remark, seconds, bytes: memory().bytes }
}
