import { Worker, type WorkerOptions } from 'node:worker_threads'
import { compile } from '@gradus/graph'
import {
  add,
  type Backend,
  BackendError,
  matmul,
  onBackend,
  reshape,
  sum,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import { apply, type Op } from '@gradus/tensor/internals'
import { Adam, auto, Dense, Sequential } from 'gradus'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { control } from './codegen/work-sharing.ts'
import { type MakeOptions, makeWasm, wasm } from './wasm.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it.each([{ elementwise: true } as const, {}])('names an op that it lacks, and says what to do: %j', (facts) => {
  const op: Op = { name: 'acme/wobble', shape: ([x]) => x!, ...facts }
  const call = () => onBackend(wasm({ threads: 1 }), () => apply(op, [tensor([1])], null))
  expect(call).toThrow(BackendError)
  expect(call).toThrow(
    /The wasm backend has no kernel for the op 'acme\/wobble'.*`inline`.*`fallback\(backend, cpu\(\)\)`/,
  )
})

/** The global WebAssembly with some members replaced. */
const webAssemblyWith = (changes: object) => ({
  ...Object.fromEntries(Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)])),
  ...changes,
})

describe('starting', () => {
  it('says what is missing where there is no WebAssembly, and auto takes cpu', () => {
    vi.stubGlobal('WebAssembly', undefined)
    expect(() => wasm()).toThrow(/no WebAssembly here.*useBackend\(cpu\(\)\)/)
    expect(auto().name).toBe('cpu')
  })

  it('names the directive where a content security policy forbids code, and auto takes cpu', () => {
    const Module = class {
      constructor() {
        throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder')
      }
    }
    vi.stubGlobal('WebAssembly', webAssemblyWith({ Module }))
    expect(() => wasm()).toThrow(BackendError)
    expect(() => wasm()).toThrow(/disallowed by embedder.*'wasm-unsafe-eval'.*useBackend\(cpu\(\)\)/)
    expect(auto().name).toBe('cpu')
  })

  it('uses one thread where memory cannot be shared, and says why more are not possible', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined)
    const backend = wasm()
    expect(backend.about).toMatch(/, 1 thread$/)
    expect(product(backend)).toEqual([[19, 22], [43, 50]]) // biome-ignore format: a matrix
    expect(() => wasm({ threads: 2 })).toThrow(/threads: 2.*SharedArrayBuffer is missing.*cross-origin isolated.*Leave/)
  })

  it('uses less memory where the platform allows no more', () => {
    const asked: number[] = []
    const Memory = class extends WebAssembly.Memory {
      constructor(limits: { initial: number; maximum: number }) {
        asked.push(limits.maximum)
        if (limits.maximum > 10_000) throw new RangeError('could not allocate memory')
        super(limits)
      }
    }
    vi.stubGlobal('WebAssembly', webAssemblyWith({ Memory }))
    expect(product(wasm({ threads: 1 }))).toEqual([[19, 22], [43, 50]]) // biome-ignore format: a matrix
    expect(asked).toEqual([65536, 32768, 16384, 8192])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %d threads', (threads) => {
    expect(() => wasm({ threads })).toThrow(/whole number from 1/)
  })

  it.each([
    ['thread', 'threads'],
    ['Threads', 'threads'],
    ['num_threads', 'threads'],
    ['trheads', 'threads'],
    ['simd', 'relaxedSimd'],
    ['relaxedSIMD', 'relaxedSimd'],
  ])('names the option that is near to %s', (key, near) => {
    const message = `wasm has no option '${key}'. Did you mean '${near}'? (known: threads, relaxedSimd)`
    expect(() => wasm({ [key]: 2 })).toThrow(new BackendError(message))
  })

  it('refuses other options, and options that are not in an object', () => {
    const start = (options: unknown) => () => wasm(options as never)
    expect(start({ workers: 2 })).toThrow("wasm has no option 'workers'. (known: threads, relaxedSimd)")
    expect(start({ [`${'thread'.repeat(1e5)}x`]: 2 })).toThrow(BackendError)
    expect(start(4)).toThrow('wasm takes its options in an object, as in wasm({ threads: 4 }).')
    expect(start(null)).toThrow('wasm takes its options in an object, as in wasm({ threads: 2 }).')
    expect(start({ relaxedSimd: 'no' })).toThrow('wasm({ relaxedSimd: "no" }): `relaxedSimd` is true or false.')
    expect(start({ threads: undefined, relaxedSimd: undefined })).not.toThrow()
  })

  it('works without SIMD', () => {
    const backend = makeWasm({ simd: false })
    expect(backend.about).toContain('no SIMD')
    expect(product(backend)).toEqual([[19, 22], [43, 50]]) // biome-ignore format: a matrix
  })
})

function product(backend: Backend): unknown {
  const multiply = compile((a: Tensor, b: Tensor) => matmul(a, b))
  return onBackend(backend, () => multiply(tensor([[1, 2], [3, 4]]), tensor([[5, 6], [7, 8]])).array()) // biome-ignore format: matrices
}

describe('memory', () => {
  const small: MakeOptions = { threads: 1, maximumPages: 320 } // 20 MiB

  it('grows', () => {
    const backend = makeWasm({ threads: 1 })
    const sums = onBackend(backend, () =>
      Array.from({ length: 6 }, (_, i) => tensor(new Float32Array(2 ** 20 * (i + 1)).fill(1))).map((x) =>
        sum(x).item(),
      ),
    )
    expect(sums).toEqual([1, 2, 3, 4, 5, 6].map((i) => i * 2 ** 20))
  })

  it('that runs out is an error with the sizes, and changes no values', () => {
    const backend = makeWasm(small)
    onBackend(backend, () => {
      const kept = tensor([1, 2, 3])
      expect(() => tensor(new Float32Array(2 ** 23))).toThrow(/32\.0 MiB were asked for, .* are in use.*16\.0 MiB/)
      const large = tensor(new Float32Array(2 ** 21).fill(2)) // 8 MiB
      expect(() => add(large, large)).not.toThrow()
      // the result and the intermediate values need too much
      const repeated = compile((x: Tensor) => matmul(reshape(x, [2 ** 11, 2 ** 10]), reshape(x, [2 ** 10, 2 ** 11])))
      expect(() => repeated(large)).toThrow(BackendError)
      expect(kept.array()).toEqual([1, 2, 3])
      expect(sum(large).item()).toBe(2 ** 22)
    })
  })

  it('that runs out in training does not change parameters, and training continues with smaller batches', async () => {
    await useBackend(makeWasm(small))
    const model = new Sequential([new Dense({ units: 256, inputShape: [16] }), new Dense({ units: 1 })], { seed: 1 })
    model.compile({ optimizer: new Adam(), loss: 'mse' })
    const samples = (count: number) => [
      { data: Float32Array.from({ length: 16 * count }, (_, i) => Math.sin(i)), shape: [count, 16], dtype: 'float32' as const },
      { data: new Float32Array(count).fill(1), shape: [count, 1], dtype: 'float32' as const },
    ] as const // biome-ignore format: two arrays
    const { history } = await model.fit(...samples(64), { batchSize: 16, epochs: 2, verbose: 0 })
    const before = (await model.getWeights()).map((weights) => [...weights.data])
    const optimizerBefore = await model.toBytes()
    await expect(model.fit(...samples(40_000), { batchSize: 40_000, verbose: 0 })).rejects.toThrow(/out of memory/)
    expect((await model.getWeights()).map((weights) => [...weights.data])).toEqual(before)
    expect(await model.toBytes()).toEqual(optimizerBefore)
    const after = await model.fit(...samples(64), { batchSize: 16, epochs: 2, verbose: 0 })
    expect(after.history.loss!.at(-1)!).toBeLessThan(history.loss!.at(-1)!)
  })
})

it('a function is compiled again for other shapes, and keeps the program for the first', () => {
  onBackend(makeWasm({ threads: 1 }), () => {
    const double = compile((x: Tensor) => add(x, x))
    for (const size of [3, 5, 3, 8, 5]) {
      expect(double(tensor(Array.from({ length: size }, (_, i) => i))).array()).toEqual(
        Array.from({ length: size }, (_, i) => 2 * i),
      )
    }
    expect(double.retraces).toHaveLength(2)
  })
})

describe('a worker that dies', () => {
  const shared: MakeOptions = { threads: 2, worthSharing: 1 }
  const numbers = Array.from({ length: 10_000 }, (_, i) => i)
  const twice = numbers.map((x) => 2 * x)

  /** Replaces the source of the workers of new backends. */
  function changeWorkers(change: (source: string) => string): Worker[] {
    const started: Worker[] = []
    const module = process.getBuiltinModule('node:worker_threads')
    vi.spyOn(module, 'Worker', 'get').mockReturnValue(
      class extends Worker {
        constructor(source: string, options: WorkerOptions) {
          super(change(source), options)
          started.push(this)
        }
      },
    )
    return started
  }

  const ready = () => new Promise((resolve) => setTimeout(resolve, 300))

  it('between two programs is reported, and the main thread continues alone', async () => {
    const workers = changeWorkers((source) => source)
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const backend = makeWasm(shared)
    const double = compile((x: Tensor) => add(x, x))
    const run = () => onBackend(backend, () => double(tensor(numbers)).array())
    expect(run()).toEqual(twice)
    await ready()
    expect(run()).toEqual(twice)
    expect(workers).toHaveLength(1)
    await workers[0]!.terminate()
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/thread of the wasm backend ended.*goes on with one thread/),
    )
    expect(run()).toEqual(twice)
  })

  it('during its work is an error instead of a hang, and the main thread continues alone', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    // takes a unit like other workers, and terminates
    const takeAndEnd = `
      const [next, place] = [new BigInt64Array(memory.buffer), address / 8 + ${control.next / 8}]
      const sofar = Atomics.load(next, place)
      const left = Number(sofar & 0xffffffffn) < words[address / 4 + ${control.units / 4}]
      const taken = sofar + BigInt(words[address / 4 + ${control.chunk / 4}])
      if (left && sofar >> 32n === BigInt(job) && Atomics.compareExchange(next, place, sofar, taken) === sofar) return`
    changeWorkers((source) => source.replace('programs.get(id)(job)', takeAndEnd))
    const backend = makeWasm({ ...shared, patienceMs: 300 })
    const double = compile((x: Tensor) => add(x, x))
    const run = () => onBackend(backend, () => double(tensor(numbers)).array())
    expect(run()).toEqual(twice)
    const failure = async () => {
      // the worker takes part as soon as it has started
      for (const end = performance.now() + 20_000; performance.now() < end; await ready()) {
        for (let i = 0; i < 1000; i++) run()
      }
    }
    await expect(failure()).rejects.toThrow(/thread of the wasm backend stopped.*one thread.*checkpoint.*threads: 1/)
    expect(run()).toEqual(twice)
  })
})
