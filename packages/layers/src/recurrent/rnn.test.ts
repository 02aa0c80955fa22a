import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { initLayer, layersWithin, listVariables, Rng, type Scope, statelessCall } from '@gradus/core'
import { add, mul, randomKey, randomNormal, sum, type Tensor, tensor, treeLeaves, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { Dropout } from '../regularization/dropout.ts'
import { L2 } from '../regularizers/index.ts'
import { RecurrentCell } from './cell.ts'
import { GRUCell } from './gru-cell.ts'
import { LSTM } from './lstm.ts'
import { LSTMCell } from './lstm-cell.ts'
import { RNN } from './rnn.ts'
import type { CellStates } from './run-steps.ts'
import { SimpleRNNCell } from './simple-rnn-cell.ts'
import { StackedRNNCells } from './stacked-cells.ts'

await useBackend(cpu())

testLayer(() => new RNN({ cell: new LSTMCell({ units: 2 }), returnSequences: true, returnState: true }), {
  inputShape: [2, 3, 4],
  mask: [
    [true, true, false],
    [false, true, true],
  ],
  expectedOutputShape: [
    [2, 3, 2],
    [2, 2],
    [2, 2],
  ],
  expectedParams: 4 * 8 + 2 * 8 + 8,
  supportsMasking: true,
  invalidInputShape: [2, 3],
})
testLayer(() => new RNN({ cell: [new GRUCell({ units: 3 }), new SimpleRNNCell({ units: 2 })] }), {
  inputShape: [2, 3, 2],
  expectedOutputShape: [2, 2],
  expectedParams: 2 * 9 + 3 * 9 + 18 + 3 * 2 + 2 * 2 + 2,
})

/** A cell with a sublayer and without `start`: the running sum of the outputs of the sublayer. */
class Adding extends RecurrentCell<{ readonly inner: Dense }> {
  static readonly type = 'acme/Adding'
  static override readonly fields = { inner: 'layer' } as const
  readonly stateSizes = [2]
  apply(x: Tensor, scope: Scope<this>): [Tensor, CellStates] {
    const total = add(scope.call(this.config.inner, x), scope.options.states[0] as Tensor)
    return [mul(total, 2), [total]]
  }
}
const adding = (config = {}) => new Adding({ inner: new Dense({ units: 2, ...config }) })

testLayer(() => new RNN({ cell: adding({ activation: 'tanh' }), returnSequences: true }), {
  inputShape: [2, 3, 2],
  expectedOutputShape: [2, 3, 2],
  expectedParams: 6,
})

const x = randomNormal(randomKey(1), [2, 4, 3])
const values = (tree: unknown) => treeLeaves(tree).map((leaf) => leaf.array())

describe('RNN', () => {
  it('with a cell equals the recurrent layer of that cell', () => {
    const options = { returnSequences: true, returnState: true }
    const [rnn, lstm] = [new RNN({ cell: new LSTMCell({ units: 2 }), ...options }), new LSTM({ units: 2, ...options })]
    const variables = initLayer(lstm, x.shape, new Rng(1))
    expect(values(statelessCall(rnn, variables, x).outputs)).toEqual(values(statelessCall(lstm, variables, x).outputs))
  })

  it('runs the cells of a list one after the other, each with separate states', () => {
    const cells = [new LSTMCell({ units: 3 }), new LSTMCell({ units: 2 })]
    const rnn = new RNN({ cell: cells, returnState: true })
    const { params } = initLayer(rnn, x.shape, new Rng(1))
    const [output, first, second] = statelessCall(rnn, { params, state: {} }, x).outputs as [Tensor, Tensor[], Tensor[]]
    expect([output.shape, first.map(({ shape }) => shape), second.map(({ shape }) => shape)]).toEqual([
      [2, 2],
      [
        [2, 3],
        [2, 3],
      ],
      [
        [2, 2],
        [2, 2],
      ],
    ])
    // equals two layers in a row
    const [lower, upper] = [new LSTM({ units: 3, returnSequences: true }), new LSTM({ units: 2 })]
    const sequence = statelessCall(lower, { params: { cell: params['cell.cells.0']! }, state: {} }, x).outputs
    const expected = statelessCall(upper, { params: { cell: params['cell.cells.1']! }, state: {} }, sequence)
    expect((expected.outputs as Tensor).array()).toEqual(output.array())
    // initial states have the same structure
    const halves = [x, x].map((_, i) =>
      tensor((x.array() as number[][][]).map((steps) => steps.slice(2 * i, 2 * i + 2))),
    )
    const [, ...states] = statelessCall(rnn, { params, state: {} }, halves[0]!).outputs as [Tensor, ...CellStates]
    const rest = statelessCall(rnn, { params, state: {} }, halves[1]!, { initialState: states })
    ;(rest.outputs as Tensor[])[0]!
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(output.dataSync()[i]!, 6))
  })

  it('runs a custom cell with sublayers and differentiates through them', () => {
    const rnn = new RNN({ cell: adding({ kernelInitializer: 'ones', useBias: false }), returnState: true })
    const variables = initLayer(rnn, [1, 3, 2], new Rng(1))
    expect(Object.keys(variables.params)).toEqual(['', 'cell', 'cell.inner'])
    const sequence = tensor([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ])
    const outputs = statelessCall(rnn, variables, sequence).outputs as Tensor[]
    expect(values(outputs)).toEqual([[[42, 42]], [[21, 21]]])
    const gradient = grad((input: Tensor) => sum((statelessCall(rnn, variables, input).outputs as Tensor[])[0]!))(
      sequence,
    )
    expect(gradient.array()).toEqual([
      [
        [4, 4],
        [4, 4],
        [4, 4],
      ],
    ])
    const unrolled = new RNN({ cell: adding(), returnState: true, unroll: true })
    expect(values(statelessCall(unrolled, variables, sequence).outputs)).toEqual(values(outputs))
  })

  it('does not change the states of such a cell at masked steps', () => {
    const rnn = new RNN({ cell: adding({ kernelInitializer: 'ones', useBias: false }), returnSequences: true })
    const variables = initLayer(rnn, [1, 3, 1], new Rng(1))
    const sequence = tensor([[[1], [2], [3]]])
    const mask = tensor([[true, false, true]])
    const { outputs } = statelessCall(rnn, variables, sequence, { mask })
    // a masked step gives the state as output, as in Keras
    expect((outputs as Tensor).array()).toEqual([
      [
        [2, 2],
        [1, 1],
        [8, 8],
      ],
    ])
  })

  it('has the weights, flags and penalties of cells at any depth, in order', () => {
    const cells = [new LSTMCell({ units: 2, kernelRegularizer: 'l2' }), adding({ trainable: false })]
    const rnn = new RNN({ cell: new StackedRNNCells({ cells }) })
    rnn.call(x)
    expect(listVariables(rnn).map(({ path, trainable }) => [path, trainable])).toEqual([
      ['cell.cells.0.kernel', true],
      ['cell.cells.0.recurrentKernel', true],
      ['cell.cells.0.bias', true],
      ['cell.cells.1.inner.kernel', false],
      ['cell.cells.1.inner.bias', false],
    ])
    const penalized = layersWithin(rnn).filter(({ layer }) => layer.regularizerOf('kernel'))
    expect(penalized.map(({ path }) => path)).toEqual(['cell.cells.0'])
  })

  it('computes in float16 if its cell does, with states in float32', () => {
    const cell = new GRUCell({ units: 2, dtype: 'mixedFloat16' })
    const rnn = new RNN({ cell, dtype: 'mixedFloat16', stateful: true })
    const variables = initLayer(rnn, x.shape, new Rng(1))
    const { outputs, state } = statelessCall(rnn, variables, x)
    expect((outputs as Tensor).dtype).toBe('float16')
    expect(treeLeaves([variables, state]).map(({ dtype }) => dtype)).toEqual(new Array(5).fill('float32'))
  })

  it('drops the same values at every step', () => {
    class Noisy extends RecurrentCell {
      readonly drop = new Dropout({ rate: 0.5 })
      readonly stateSizes = [16]
      apply(value: Tensor, scope: Scope<this>): [Tensor, CellStates] {
        const y = scope.call(this.drop, value)
        return [y, [y]]
      }
    }
    const rnn = new RNN({ cell: new Noisy(), returnSequences: true })
    const ones = tensor(new Array(48).fill(1), { shape: [1, 3, 16] })
    const { outputs } = statelessCall(rnn, { params: {}, state: {} }, ones, { training: true, rng: new Rng(3) })
    const [first, second, third] = ((outputs as Tensor).array() as number[][][])[0]!
    expect(new Set(first)).toEqual(new Set([0, 2]))
    expect([second, third]).toEqual([first, first])
  })

  it('refuses layers that are not cells', () => {
    expect(() => new RNN({ cell: new Dense({ units: 1 }) as never })).toThrow(
      "RNN: 'cell' must be a cell or a list of cells and is the layer Dense. Example: new RNN({ cell: new LSTMCell({ units: 8 }) }).",
    )
    expect(() => new RNN({ cell: [new Dense({ units: 1 })] as never })).toThrow("'cells' must be a list of cells")
    expect(() => new RNN({ cell: [] })).toThrow("StackedRNNCells: 'cells' must be a list of cells and is [].")
    expect(() => new RNN({} as never)).toThrow("RNN needs the option 'cell'")
    const rnn = new RNN({ cell: new LSTMCell({ units: 2 }) })
    expect(() => rnn.call(x, { initialState: [x] })).toThrow('RNN expects 2 initial states and got 1.')
  })
})

describe('a cell', () => {
  it('computes one step from an input and states, which are zeros by default', () => {
    const cell = new LSTMCell({ units: 2 })
    const step = tensor([[1, -1, 0.5]])
    const zeros = tensor([[0, 0]])
    const [output, [h, c]] = cell.callAll<[Tensor, [Tensor, Tensor]]>(step)
    expect(output.array()).toEqual(h.array())
    expect(values(cell.callAll(step, { states: [zeros, zeros] }))).toEqual(values([output, [h, c]]))
    const [next] = cell.callAll<[Tensor]>(step, { states: [h, c] })
    expect(next.array()).not.toEqual(output.array())
    const stacked = new StackedRNNCells({ cells: [new SimpleRNNCell({ units: 3 }), cell] })
    expect(stacked.callAll<[Tensor]>(tensor([[1, 2]]))[0].shape).toEqual([1, 2])
    expect(stacked.stateSizes).toEqual([[3], [2, 2]])
  })
})

it('takes the state of a cell that has one without a list, as in Keras', () => {
  const state = tensor([[1, 2]])
  const cell = new SimpleRNNCell({ units: 2 })
  const step = tensor([[0.5, 0.25, -1]])
  expect(values(cell.callAll(step, { states: state as never }))).toEqual(
    values(cell.callAll(step, { states: [state] })),
  )
  const stacked = new StackedRNNCells({ cells: [cell, new LSTMCell({ units: 2 })] })
  const [flat, nested] = [
    [state, [state, state]],
    [[state], [state, state]],
  ]
  expect(values(stacked.callAll(step, { states: flat }))).toEqual(values(stacked.callAll(step, { states: nested })))
  const rnn = new RNN({ cell: stacked })
  const sequence = tensor([[[0.5, 0.25, -1]]])
  const run = (initialState: CellStates) => rnn.call(sequence, { initialState }).array()
  expect(run(flat!)).toEqual(run(nested!))
})

describe('cells of other dtypes than the layer', () => {
  const dtypes = ['float32', 'float64', 'mixedFloat16'] as const
  const cells = {
    one: (dtype: (typeof dtypes)[number]) => new LSTMCell({ units: 2, dtype }),
    stacked: (dtype: (typeof dtypes)[number]) => [new SimpleRNNCell({ units: 2 }), new GRUCell({ units: 3, dtype })],
    custom: (dtype: (typeof dtypes)[number]) => new Adding({ inner: new Dense({ units: 2, dtype }), dtype }),
  }

  it.each(Object.entries(cells))('run, %s', (_, make) => {
    for (const inner of dtypes) {
      for (const outer of dtypes) {
        for (const stateful of [false, true]) {
          const layer = new RNN({ cell: make(inner), dtype: outer, stateful })
          const outputs = [1, 2].map(() =>
            layer.call(
              tensor([
                [
                  [1, 2],
                  [3, 4],
                ],
              ]),
            ),
          )
          const expected = outer === 'mixedFloat16' || inner === 'mixedFloat16' ? 'float16' : inner
          expect(outputs.map(({ dtype }) => dtype)).toEqual([expected, expected])
        }
      }
    }
  })
})

it('a cell with a penalty on its outputs is refused', () => {
  const cell = [new SimpleRNNCell({ units: 2 }), new GRUCell({ units: 2, activityRegularizer: new L2({ l2: 0.1 }) })]
  expect(() => new RNN({ cell })).toThrow(
    'RNN: the cell GRUCell has an activityRegularizer, and outputs within the loop cannot be penalized. Give it to the RNN: new RNN({ cell, activityRegularizer }).',
  )
})

it('says what a cell without stateSizes and a sequence without time steps need', () => {
  class Sized extends RecurrentCell {
    declare readonly stateSizes: number[]
    apply(x: Tensor): Tensor {
      return x
    }
  }
  expect(() => new RNN({ cell: new Sized() }).call(tensor([[[1]]]))).toThrow(
    'Sized is a cell and has no stateSizes. Give the size of each state in a list, as in stateSizes = [8]',
  )
  expect(() => new LSTM({ units: 1 }).call(tensor([[1, 2]]))).toThrow('needs returnSequences: true; other inputs')
})

it.each([GRUCell, LSTMCell, SimpleRNNCell])('a cell alone computes float32 states in its own dtype: %s', (Cell) => {
  const state = () => tensor([[0.5, -0.5]])
  const states = Cell === LSTMCell ? [state(), state()] : [state()]
  const [output] = treeLeaves(new Cell({ units: 2, dtype: 'mixedFloat16' }).callAll(tensor([[1, 2, 3]]), { states }))
  expect(output!.dtype).toBe('float16')
})
