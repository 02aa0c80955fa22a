import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

// The texts are Keras's for the same models.
describe('summary', () => {
  function nested() {
    const inner = new Sequential(
      [new Dense({ units: 2, name: 'dense_1', inputShape: [4] }), new Dropout({ rate: 0.1 })],
      {
        name: 'inner',
      },
    )
    const block = new Sequential([new Dense({ units: 4, name: 'dense', inputShape: [4] }), inner], { name: 'block' })
    block.trainable = false
    return new Sequential([
      new Dense({ units: 4, name: 'dense_2', inputShape: [4] }),
      block,
      new Dense({ units: 1, name: 'dense_3' }),
    ])
  }

  it('shows models within models', () => {
    expect(nested().summary({ print: false, expandNested: true }).trim()).toBe(
      `
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense_2 (Dense)                 │ (None, 4)              │            20 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ block (Sequential)              │ (None, 2)              │            30 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│    └ dense (Dense)              │ (None, 4)              │            20 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│    └ inner (Sequential)         │ (None, 2)              │            10 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│       └ dense_1 (Dense)         │ (None, 2)              │            10 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│       └ dropout (Dropout)       │ (None, 2)              │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_3 (Dense)                 │ (None, 1)              │             3 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 53 (212.00 B)
 Trainable params: 23 (92.00 B)
 Non-trainable params: 30 (120.00 B)
`.trim(),
    )
  })

  it('shows which layers are trainable', () => {
    expect(nested().summary({ print: false, expandNested: true, showTrainable: true }).trim()).toBe(
      `
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)                ┃ Output Shape          ┃    Param # ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ dense_2 (Dense)             │ (None, 4)             │         20 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ block (Sequential)          │ (None, 2)             │         30 │   N   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│    └ dense (Dense)          │ (None, 4)             │         20 │   N   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│    └ inner (Sequential)     │ (None, 2)             │         10 │   N   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│       └ dense_1 (Dense)     │ (None, 2)             │         10 │   N   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│       └ dropout (Dropout)   │ (None, 2)             │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ dense_3 (Dense)             │ (None, 1)             │          3 │   Y   │
└─────────────────────────────┴───────────────────────┴────────────┴───────┘
 Total params: 53 (212.00 B)
 Trainable params: 23 (92.00 B)
 Non-trainable params: 30 (120.00 B)
`.trim(),
    )
  })

  it('shows the inputs of each layer', () => {
    const i = input({ shape: [8], name: 'first_input' })
    const j = input({ shape: [3], name: 'input_layer' })
    const shared = new Dense({ units: 4, name: 'a_rather_long_name_for_a_dense_layer_that_wraps' })
    const a = new Dense({ units: 4, activation: 'relu', name: 'dense' }).call(i)
    const model = new Model({
      inputs: [i, j],
      outputs: [
        shared.call(a),
        new Dense({ units: 2, name: 'dense_1' }).call(j),
        new BatchNormalization().call(shared.call(shared.call(a))),
      ],
    })
    expect(model.summary({ print: false }).trim()).toBe(
      `
Model: "functional"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ first_input         │ (None, 8)         │          0 │ -                 │
│ (InputLayer)        │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ dense (Dense)       │ (None, 4)         │         36 │ first_input[0][0] │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ a_rather_long_name… │ (None, 4)         │         20 │ dense[0][0],      │
│ (Dense)             │                   │            │ dense[0][0],      │
│                     │                   │            │ a_rather_long_na… │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ input_layer         │ (None, 3)         │          0 │ -                 │
│ (InputLayer)        │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ dense_1 (Dense)     │ (None, 2)         │          8 │ input_layer[0][0] │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ batch_normalization │ (None, 4)         │         16 │ a_rather_long_na… │
│ (BatchNormalizatio… │                   │            │                   │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
 Total params: 80 (320.00 B)
 Trainable params: 72 (288.00 B)
 Non-trainable params: 8 (32.00 B)
`.trim(),
    )
  })

  it('prints the text, as Keras does, and returns it', () => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [2] })])
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const text = model.summary()
    expect(log.mock.calls).toEqual([[text.trimEnd()]])
    expect(text).toContain('Total params: 3')
    const printFn = vi.fn()
    expect(model.summary({ printFn })).toBe(text)
    expect(printFn.mock.calls).toEqual([[text.trimEnd()]])
    expect(model.summary({ print: false })).toBe(text)
    expect(log).toHaveBeenCalledTimes(1)
    expect(() => model.summary({ expandnested: true } as object)).toThrow(/expandNested/)
  })
})
