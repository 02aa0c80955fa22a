import { cpu } from '@gradus/backend-cpu'
import { input, type Scope } from '@gradus/core'
import { Concatenate, Dense, Dropout } from '@gradus/layers'
import { mul, type Tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { Model } from './model.ts'
import { plotModel } from './plot.ts'
import { layoutOf } from './plot-layout.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

function nested() {
  const x = input({ shape: [3], name: 'x' })
  const inner = new Sequential(
    [new Dense({ units: 4, name: 'a', activation: 'relu', inputShape: [3] }), new Dropout({ rate: 0.1, name: 'b' })],
    {
      name: 'inner',
    },
  )
  const both = new Concatenate({ name: 'both' }).call([inner.call(x), mul(x, 2)])
  return new Model({ inputs: x, outputs: new Dense({ units: 1, name: 'out', trainable: false }).call(both) })
}

describe('plotModel', () => {
  it('writes Mermaid', () => {
    expect(plotModel(nested(), { format: 'mermaid', showLayerNames: true, rankdir: 'LR' })).toBe(
      `flowchart LR
  layer0["x (InputLayer)"]
  layer1["inner (Sequential)"]
  layer2["mul (Mul)"]
  layer3["both (Concatenate)"]
  layer4["out (Dense)"]
  layer0 --> layer1
  layer0 --> layer2
  layer1 --> layer3
  layer2 --> layer3
  layer3 --> layer4
`,
    )
  })

  it('writes DOT, with nested models and all facts', () => {
    const text = plotModel(nested(), {
      format: 'dot',
      expandNested: true,
      showShapes: true,
      showDtype: true,
      showLayerNames: true,
      showLayerActivations: true,
      showTrainable: true,
    })
    expect(text).toContain('subgraph cluster_group0 {\n    style=dashed;\n    label="inner";')
    expect(text).toContain(
      '[label="{a (Dense)|Activation: relu|Input shape: (None, 3)|Output shape: (None, 4)|Output dtype: float32|Trainable}"];',
    )
    expect(text).toContain('Input shape: [(None, 4), (None, 3)]|Output shape: (None, 7)')
    expect(text).toContain('Non-trainable}"];')
    // the input goes to the first layer of the stack, and its last layer to what follows
    const id = (name: string) => new RegExp(`(layer\\d+) \\[label="\\{${name} `).exec(text)![1]!
    for (const [from, to] of [
      ['x', 'a'],
      ['a', 'b'],
      ['b', 'both'],
      ['both', 'out'],
    ] as const) {
      expect(text).toContain(`${id(from)} -> ${id(to)};`)
    }
  })

  it('draws SVG without overlaps, in each direction', () => {
    for (const rankdir of ['TB', 'LR', 'BT', 'RL'] as const) {
      const svg = plotModel(nested(), { expandNested: true, showShapes: true, rankdir })
      const boxes = [...svg.matchAll(/<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" fill="#fff"/g)].map(
        (match) => match.slice(1).map(Number),
      )
      expect(boxes).toHaveLength(6)
      boxes.forEach(([x, y, width, height], index) => {
        for (const [otherX, otherY, otherWidth, otherHeight] of boxes.slice(index + 1)) {
          const apart =
            x! + width! < otherX! || otherX! + otherWidth! < x! || y! + height! < otherY! || otherY! + otherHeight! < y!
          expect(apart).toBe(true)
        }
      })
      expect(svg.match(/marker-end/g)).toHaveLength(6)
      expect(svg).not.toMatch(/NaN|undefined/)
    }
  })

  it('escapes names', () => {
    const model = new Sequential([new Dense({ units: 1, name: 'a"<|b>', inputShape: [1] })])
    const of = (format: 'dot' | 'mermaid' | 'svg') => plotModel(model, { format, showLayerNames: true })
    expect(of('dot')).toContain('label="a\\"\\<\\|b\\> (Dense)"')
    expect(of('mermaid')).toContain('a#34;#60;|b#62; (Dense)')
    expect(of('svg')).toContain('a&#34;&#60;|b&#62; (Dense)')
  })

  it('shows a subclassed model as one box, and refuses unknown options', () => {
    class Own extends Model {
      readonly dense = new Dense({ units: 1 })
      override apply(x: Tensor, scope: Scope<this>): Tensor {
        return scope.call(this.dense, x)
      }
    }
    expect(plotModel(new Own(), { format: 'mermaid' })).toBe('flowchart TB\n  layer0["Own"]\n')
    expect(() => plotModel(new Own(), { format: 'png' as never })).toThrow("'format'")
    expect(() => plotModel(new Sequential([new Dense({ units: 1 })]))).toThrow('does not know the shape of its input')
  })
})

describe('layoutOf', () => {
  it('puts points where an edge passes other rows', () => {
    const nodes = ['a', 'b', 'c'].map((id) => ({ id, extent: 10 }))
    const { rows, paths } = layoutOf(
      nodes,
      [
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ],
      4,
    )
    expect(rows.map((row) => row.length)).toEqual([1, 2, 1])
    expect(paths.map((path) => path.map(({ row }) => row))).toEqual([
      [0, 1],
      [1, 2],
      [0, 1, 2],
    ])
  })
})
