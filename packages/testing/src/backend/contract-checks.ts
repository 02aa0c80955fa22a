import { compile, decorate, fallback, type Kernel, kernelBackend } from '@gradus/graph'
import { add, type Backend, BackendError, memory, mul, neg, onBackend, type Tensor } from '@gradus/tensor'
import { apply, type DeviceBuffer, type Graph, type Op } from '@gradus/tensor/internals'
import { type Check, demand, errorOf } from '../check.ts'
import { type HostTensor, toDevice } from '../host.ts'
import type { OpCheckSetup } from './op-checks.ts'

const vector = { shape: [4], dtype: 'float32' } as const
const first = [1, -2, 3.5, 0]
const second = [10, 20, -30, 0.25]

/** The checks of the `Backend` interface itself: buffers, executables, donation, constants, memory, errors. */
export function contractChecks({ backend, reference }: OpCheckSetup): Check[] {
  const check = (name: string, body: (backend: Backend) => void | Promise<void>): Check => ({
    name: `backend: ${name}`,
    run: async () => body(await backend()),
  })
  return [
    check('has a name', (b) => demand(b.name.length > 0, 'The backend has no name.')),
    check('written bytes are read back', async (b) => {
      for (const size of [0, 1, 3, 4, 7, 64, 1000]) {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 37 + 11) % 256)
        const buffer = b.allocate(size)
        demand(buffer.byteLength >= size, `allocate(${size}) gave a buffer of ${buffer.byteLength} bytes.`)
        b.write(buffer, bytes)
        const back = (await b.read(buffer)).slice(0, size)
        demand(same(back, bytes), `After writing ${size} bytes, other bytes were read.`)
        if (b.readSync)
          demand(same(b.readSync(buffer).slice(0, size), bytes), `readSync and read differ for ${size} bytes.`)
        b.free(buffer)
      }
    }),
    check('buffers are separate and can be freed', async (b) => {
      const buffers = Array.from({ length: 50 }, () => b.allocate(16))
      for (const [i, buffer] of buffers.entries()) b.write(buffer, new Uint8Array(16).fill(i))
      for (const [i, buffer] of buffers.entries()) if (i % 2 === 1) b.free(buffer)
      for (let i = 0; i < 50; i += 2) {
        demand(
          (await b.read(buffers[i]!)).slice(0, 16).every((x) => x === i),
          `Buffer ${i} changed when others were freed.`,
        )
        b.free(buffers[i]!)
      }
    }),
    check('writes part of a larger array', async (b) => {
      const buffer = b.allocate(8)
      b.write(buffer, new Float32Array([9, 1.5, -2, 9]).subarray(1, 3))
      const bytes = (await b.read(buffer)).slice(0, 8)
      demand(
        same(bytes, new Uint8Array(new Float32Array([1.5, -2]).buffer)),
        'A view with an offset was not written from its own start.',
      )
      b.free(buffer)
    }),
    check('writes to the beginning of a larger buffer', async (b) => {
      const buffer = b.allocate(20)
      b.write(buffer, new Uint8Array(20).fill(7))
      b.write(buffer, Uint8Array.of(1, 2, 3, 4, 5))
      const bytes = (await b.read(buffer)).slice(0, 20)
      const expected = Uint8Array.from({ length: 20 }, (_, i) => (i < 5 ? i + 1 : 7))
      demand(same(bytes, expected), `After writing 5 of 20 bytes, the buffer holds ${bytes.join(' ')}.`)
      b.free(buffer)
    }),
    check('an executable runs again and leaves earlier results alone', async (b) => {
      const executable = b.compile(binary(add.op as Op))
      const [x, y] = [upload(b, first), upload(b, second)]
      const [a] = executable.run([x.storage.buffer, y.storage.buffer])
      const [c] = executable.run([y.storage.buffer, y.storage.buffer])
      await expectBuffer(
        b,
        a!,
        first.map((value, i) => value + second[i]!),
        'the first run',
      )
      await expectBuffer(
        b,
        c!,
        second.map((value) => 2 * value),
        'the second run',
      )
      await expectBuffer(b, x.storage.buffer, first, 'the input')
    }),
    check('outputs never share a buffer', async (b) => {
      const graph: Graph = { ...binary(add.op as Op), outputs: [2, 2, 0] }
      const [x, y] = [upload(b, first), upload(b, second)]
      const outputs = b.compile(graph).run([x.storage.buffer, y.storage.buffer])
      demand(outputs.length === 3, `A graph with 3 outputs gave ${outputs.length} buffers.`)
      demand(
        new Set([...outputs, x.storage.buffer, y.storage.buffer]).size === 5,
        'Two outputs, or an output and an input that was not donated, share a buffer.',
      )
      b.free(outputs[0]!)
      const sums = first.map((value, i) => value + second[i]!)
      await expectBuffer(b, outputs[1]!, sums, 'an output after another one was freed')
      await expectBuffer(b, outputs[2]!, first, 'an input that is an output')
    }),
    check('constants are part of the executable', async (b) => {
      const constant = upload(b, second)
      const graph: Graph = {
        inputs: [vector],
        constants: [constant],
        nodes: [{ op: mul.op as Op, inputs: [0, 1], params: null, aval: vector }],
        outputs: [2],
        donated: [],
      }
      const [result] = b.compile(graph).run([upload(b, first).storage.buffer])
      await expectBuffer(
        b,
        result!,
        first.map((value, i) => value * second[i]!),
        'a product with a constant',
      )
    }),
    check('donated buffers may become outputs', async (b) => {
      const nodes = [
        { op: neg.op as Op, inputs: [0], params: null, aval: vector },
        { op: add.op as Op, inputs: [2, 1], params: null, aval: vector },
        { op: mul.op as Op, inputs: [2, 3], params: null, aval: vector },
      ]
      const graph: Graph = { inputs: [vector, vector], constants: [], nodes, outputs: [4, 3], donated: [0, 1] }
      const [x, y] = [upload(b, first), upload(b, second)]
      const outputs = b.compile(graph).run([x.storage.buffer, y.storage.buffer])
      demand(new Set(outputs).size === 2, 'Two outputs share a donated buffer.')
      const sums = first.map((value, i) => second[i]! - value)
      await expectBuffer(b, outputs[1]!, sums, 'the sum')
      await expectBuffer(
        b,
        outputs[0]!,
        sums.map((value, i) => -first[i]! * value),
        'the product',
      )
    }),
    check('a repeatable program runs several times at once', async (b) => {
      // the second output is computed from the old value of the first input, which the first output overwrites
      const nodes = [
        { op: add.op as Op, inputs: [0, 1], params: null, aval: vector },
        { op: mul.op as Op, inputs: [0, 2], params: null, aval: vector },
      ]
      const graph: Graph = {
        inputs: [vector, vector, vector],
        constants: [],
        nodes,
        outputs: [3, 4],
        donated: [0, 1],
        repeatable: true,
      }
      const executable = b.compile(graph)
      const half = [0.5, 0.5, -0.5, 0.25]
      for (const count of [1, 2, 7]) {
        const [x, y, factor] = [upload(b, first), upload(b, second), upload(b, half)]
        const outputs = executable.run(
          [x, y, factor].map(({ storage }) => storage.buffer),
          count,
        )
        let [sums, products] = [first, second]
        for (let run = 0; run < count; run++) {
          const next = sums.map((value, i) => value + products[i]!)
          products = sums.map((value, i) => value * half[i]!)
          sums = next
        }
        demand(new Set([...outputs, factor.storage.buffer]).size === 3, 'Outputs of a repeated program share a buffer.')
        await expectBuffer(b, outputs[0]!, sums, `the first output of ${count} runs`)
        await expectBuffer(b, outputs[1]!, products, `the second output of ${count} runs`)
        await expectBuffer(b, factor.storage.buffer, half, `the input that was not donated, after ${count} runs`)
      }
    }),
    check('the number of buffers is constant over 100 compiled steps with donation', (b) => memoryCheck(b)),
    check('mixing two backends is an error that names both', (b) => {
      const other: Backend = decorate(reference, { name: `other-than-${b.name}` })
      const [x, y] = [upload(b, first), upload(other, second)]
      const { message } = errorOf('Adding tensors of two backends', () => onBackend(b, () => add(x, y)))
      demand(
        message.includes(b.name) && message.includes(other.name),
        `The error does not name both backends: ${message}`,
      )
    }),
    check('an unknown primitive is an error that names it', (b) => {
      for (const op of unknownOps) {
        const graph: Graph = {
          inputs: [vector],
          constants: [],
          nodes: [{ op, inputs: [0], params: null, aval: vector }],
          outputs: [1],
          donated: [],
        }
        const x = upload(b, first)
        const calls: Record<string, () => unknown> = {
          'Compiling a graph with': () => b.compile(graph),
          Applying: () => onBackend(b, () => apply(op, [x], null)),
          'Compiling a function with': () => onBackend(b, () => compile((y: Tensor) => apply(op, [y], null))(x)),
        }
        for (const [label, call] of Object.entries(calls)) {
          const error = errorOf(`${label} an unknown primitive`, call)
          demand(error instanceof BackendError, `${label} an unknown primitive throws no BackendError: ${error}`)
          demand(error.message.includes(op.name), `The error does not name the op: ${error.message}`)
        }
      }
    }),
    check('an unknown primitive runs where another backend has a kernel for it, with `fallback`', async (b) => {
      const tripled: Kernel = (output, [x]) => output.data.forEach((_, i) => (output.data[i] = 3 * x!.data[i]!))
      const kernels = Object.fromEntries(unknownOps.map(({ name }) => [name, tripled]))
      const backend = fallback(b, kernelBackend({ name: 'other', kernels }), { warn() {} })
      for (const op of unknownOps) {
        const program = (x: Tensor) => add(apply(op, [neg(x)], null), x)
        const x = upload(backend, first)
        for (const run of [program, compile(program)]) {
          const { storage } = onBackend(backend, () => run(x))
          const expected = first.map((value) => -2 * value)
          await expectBuffer(backend, storage.buffer, expected, `A program with ${op.name}`)
        }
      }
    }),
  ]
}

/** Primitives of a plug-in, for which no backend has a kernel. */
const unknownOps: readonly Op[] = [
  { name: 'acme/unheardOf', shape: ([x]) => x! },
  { name: 'acme/unheardOfElementwise', elementwise: true, shape: ([x]) => x! },
]

/** Runs a step like a train step: donated state, an undonated batch and intermediate values. */
async function memoryCheck(backend: Backend): Promise<void> {
  const step = compile(
    (state: { w: Tensor; m: Tensor }, x: Tensor) => {
      const m = add(mul(state.m, 0.5), x)
      return { w: add(state.w, mul(neg(m), 0.125)), m }
    },
    { donate: [0] },
  )
  const x = upload(backend, [1, 1, 1, 1])
  let state = { w: upload(backend, first), m: upload(backend, [0, 0, 0, 0]) }
  const counts: number[] = []
  for (let i = 0; i < 100; i++) {
    state = onBackend(backend, () => step(state, x))
    counts.push(memory().buffers)
  }
  // tensors of other tests may be garbage collected meanwhile, so the count may fall
  const grown = counts.findIndex((count, i) => i > 1 && count > counts[i - 1]!)
  demand(
    grown < 0,
    () =>
      `memory().buffers rose from ${counts[grown - 1]} to ${counts[grown]} at step ${grown} of a compiled step with donation.`,
  )
  let [w, m] = [first, [0, 0, 0, 0]]
  for (let i = 0; i < 100; i++) {
    m = m.map((value) => value * 0.5 + 1)
    w = w.map((value, j) => value - m[j]! * 0.125)
  }
  await expectBuffer(backend, state.w.storage.buffer, w, 'the state after 100 steps', 1e-4)
}

function binary(op: Op): Graph {
  return {
    inputs: [vector, vector],
    constants: [],
    nodes: [{ op, inputs: [0, 1], params: null, aval: vector }],
    outputs: [2],
    donated: [],
  }
}

function upload(backend: Backend, values: readonly number[]): Tensor {
  const host: HostTensor = { ...vector, values }
  return toDevice(backend, host)
}

async function expectBuffer(
  backend: Backend,
  buffer: DeviceBuffer,
  expected: readonly number[],
  label: string,
  tolerance = 1e-6,
): Promise<void> {
  const bytes = (await backend.read(buffer)).slice(0, 16)
  const values = new Float32Array(bytes.buffer)
  const index = expected.findIndex((value, i) => !(Math.abs(values[i]! - value) <= tolerance * (1 + Math.abs(value))))
  demand(index < 0, () => `${label}: element ${index} is ${values[index]} and should be ${expected[index]}.`)
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
